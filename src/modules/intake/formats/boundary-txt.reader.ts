import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ok, type AttributeValue, type Refusal, type Result } from '../../../kernel/index.ts';
import { parseBoundaryTxt } from '../boundary-txt.ts';
import type { BoundaryParcel } from '../point-parcels.ts';
import { decodeTextFile } from '../encoding.server.ts';
import { encodingOfLabel } from '../encoding.ts';
import type { CancelSignal, FormatReader, OpenedSource, ReadOptions, SourceField } from '../format.ts';
import { batchesOfParcels } from './point-batches.ts';
import { emptyFile, refusal, refused } from './refusals.ts';
import { BOUNDARY_FIELD_NAMES as NAMES } from '../boundary-txt-format.ts';

/** Larger text files are not read into memory; a boundary file of 300,000 parcels has about 150 MB. */
const LARGEST_FILE = 400 * 1024 * 1024;

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

/** Reads the ministry boundary TXT (grammar and repairs: boundary-txt.ts). The whole file is parsed on opening. */
export const boundaryTxtReader: FormatReader = { format: 'boundary-txt', open: openBoundaryTxt };

export async function openBoundaryTxt(
  path: string,
  options: ReadOptions,
): Promise<Result<BoundaryTxtSource, Refusal[]>> {
  const file = basename(path);
  const { size } = await stat(path);
  if (size === 0) return refused(emptyFile(file));
  if (size > LARGEST_FILE) {
    return refused(
      refusal(
        'INTAKE_TOO_LARGE',
        { file },
        '文本文件超过 400 MB',
        'The text file is larger than 400 MB.',
        '请拆分文件,或改用 GeoPackage',
        'Split the file, or use a GeoPackage.',
      ),
    );
  }
  const userEncoding = options.encoding === undefined ? undefined : encodingOfLabel(options.encoding);
  const { text, evidence } = decodeTextFile(await readFile(path), userEncoding);
  const parsed = parseBoundaryTxt(text, {
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
      yield* batchesOfParcels(parcels, FIELDS, (featureNo) => valuesOf(parcels[featureNo]!), signal);
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
