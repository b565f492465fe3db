import { ok, type AttributeValue, type Refusal, type Result } from '../../../kernel/index.ts';
import { collectTxtLines } from '../boundary-txt-lines.ts';
import { understandBoundaryTxt } from '../boundary-txt.ts';
import type { ByteSource } from '../byte-source.ts';
import type { BoundaryParcel } from '../point-parcels.ts';
import { encodingOfLabel, type TextEncoding } from '../encoding.ts';
import { wantsColumn, type CancelSignal, type OpenedSource, type ReadOptions, type SourceField } from '../format.ts';
import { decoderOfLines, feedText, findTextEncoding } from '../text-file.ts';
import { batchesOfParcels } from './point-batches.ts';
import { emptyFile, refusal, refused } from './refusals.ts';
import { BOUNDARY_FIELD_NAMES as NAMES } from '../boundary-txt-format.ts';

/** Its points lie in memory, 16 bytes each: a file of 300,000 parcels has some 500 MB and 14 million points. */
const LARGEST_FILE = 2 * 1024 * 1024 * 1024;

const FIELDS: readonly SourceField[] = [
  { name: NAMES.number, type: 'text' },
  { name: NAMES.name, type: 'text' },
  { name: NAMES.area, type: 'real' },
  { name: NAMES.areaM2, type: 'real' },
  { name: NAMES.sheet, type: 'text' },
  { name: NAMES.use, type: 'text' },
  { name: NAMES.code, type: 'text' },
  { name: NAMES.remark, type: 'text' },
];

/** A boundary TXT opened; `keys` are those of its [属性描述] and [项目信息]. */
export interface BoundaryTxtSource extends OpenedSource {
  readonly keys: ReadonlyMap<string, string>;
}

/** Reads the ministry boundary TXT (grammar and repairs: boundary-txt.ts) from bytes anywhere. The whole file is parsed here, piece by piece. */
export async function readBoundaryTxt(
  source: ByteSource,
  options: ReadOptions,
): Promise<Result<BoundaryTxtSource, Refusal[]>> {
  const { name: file, size } = source;
  if (size === 0) return refused(emptyFile(file));
  if (size > LARGEST_FILE) {
    return refused(
      refusal(
        'INTAKE_TOO_LARGE',
        { file },
        '文本文件超过 2 GB',
        'The text file is larger than 2 GB.',
        '请拆分文件,或改用 GeoPackage',
        'Split the file, or use a GeoPackage.',
      ),
    );
  }
  const userEncoding = options.encoding === undefined ? undefined : encodingOfLabel(options.encoding);
  const evidence = await findTextEncoding(source, userEncoding);
  const encoding = evidence.encoding as TextEncoding;
  const lines = collectTxtLines(decoderOfLines(encoding));
  await feedText(source, encoding, lines);
  const parsed = understandBoundaryTxt(lines.finish(), {
    file,
    userEpsg: options.crs ?? null,
    datumParameters: options.datumParameters ?? null,
  });
  if (!parsed.ok) return parsed;
  const { crs, parcels, problems, keys } = parsed.value;
  return ok({
    format: 'boundary-txt',
    layerName: file.replace(/\.[^.]*$/, ''),
    fields: FIELDS,
    featureCount: parcels.length,
    encoding: evidence,
    crs: crs.crs,
    problems,
    keys,
    async *batches(signal?: CancelSignal) {
      const wanted = FIELDS.map(({ name }) => wantsColumn(options, name));
      const kept = FIELDS.filter((_, i) => wanted[i]);
      const values = (featureNo: number): AttributeValue[] => valuesOf(parcels[featureNo]!).filter((_, i) => wanted[i]);
      yield* batchesOfParcels(parcels, kept, values, signal);
    },
    close: async () => {},
  });
}

function valuesOf(parcel: BoundaryParcel): AttributeValue[] {
  const text = (value: string): string | null => (value === '' ? null : value);
  const areaM2 = parcel.headerAreaM2 === null ? null : Number(parcel.headerAreaM2);
  return [
    text(parcel.number),
    text(parcel.name),
    parcel.headerArea,
    areaM2,
    text(parcel.sheet),
    text(parcel.use),
    text(parcel.code),
    text(parcel.remark),
  ];
}
