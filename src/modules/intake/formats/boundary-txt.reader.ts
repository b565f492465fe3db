import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ok, OUTER, type FeatureBatch, type Refusal, type Result } from '../../../kernel/index.ts';
import { parseBoundaryTxt, type BoundaryParcel } from '../boundary-txt.ts';
import { decodeTextFile } from '../encoding.server.ts';
import { encodingOfLabel } from '../encoding.ts';
import type { CancelSignal, FormatReader, OpenedSource, ReadOptions, SourceField } from '../format.ts';
import { createBatchBuilder } from './batch-builder.ts';
import { emptyFile, refusal, refused } from './refusals.ts';
import { findRingRoles, orientationAgrees } from './ring-roles.ts';
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
  const parsed = parseBoundaryTxt(text, { file, userEpsg: options.crs ?? null });
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
    batches: (signal?: CancelSignal) => batchesOf(parcels, signal),
    close: async () => {},
  });
}

async function* batchesOf(parcels: readonly BoundaryParcel[], signal?: CancelSignal): AsyncGenerator<FeatureBatch> {
  const builder = createBatchBuilder(FIELDS);
  let waiting: BoundaryParcel[] = [];
  // The builder hands out problems without the parcel's own; those are added here, where the parcel is at hand.
  const complete = (batch: FeatureBatch): FeatureBatch => {
    const count = batch.featureNos.length;
    const own = waiting.slice(0, count).flatMap((parcel) => parcel.problems);
    const idOf = (featureNo: number | null): string | null =>
      featureNo === null ? null : parcels[featureNo]!.number || parcels[featureNo]!.name || null;
    waiting = waiting.slice(count);
    return {
      ...batch,
      problems: [...own, ...batch.problems.map((found) => ({ ...found, id: idOf(found.featureNo) }))],
    };
  };
  for (const [featureNo, parcel] of parcels.entries()) {
    if (signal?.cancelled) return;
    builder.beginFeature(featureNo);
    if (!parcel.refused) {
      const coords = parcel.rings.flat();
      const starts = [0];
      for (const ring of parcel.rings) starts.push(starts.at(-1)! + ring.length / 2);
      const roles = findRingRoles(coords, starts);
      for (const r of roles.order) {
        const ring = parcel.rings[r]!;
        builder.addRing([...ring, ring[0]!, ring[1]!], 0, ring.length / 2 + 1, 2, roles.roles[r] ?? OUTER);
      }
      if (!orientationAgrees(roles)) {
        builder.report({
          rule: 'txt.ring-orientation',
          severity: 'note',
          line: parcel.line,
          message: {
            zh: '各圈方向不一致,外圈与扣除圈按包含关系判断',
            en: 'the rings do not run as outer rings and holes should; roles are taken from containment',
          },
        });
      }
    }
    waiting.push(parcel);
    const areaM2 = parcel.headerAreaM2 === null ? null : Number(parcel.headerAreaM2);
    const text = (value: string): string | null => (value === '' ? null : value);
    const batch = builder.endFeature([
      text(parcel.number),
      text(parcel.name),
      parcel.headerArea,
      areaM2,
      text(parcel.sheet),
      text(parcel.use),
      text(parcel.code),
      text(parcel.remark),
    ]);
    if (batch) yield complete(batch);
  }
  const last = builder.finish();
  if (last) yield complete(last);
}
