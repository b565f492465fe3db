import { localized, OUTER, type AttributeValue, type FeatureBatch, type Problem } from '../../../kernel/index.ts';
import type { CancelSignal, SourceField } from '../format.ts';
import type { BoundaryParcel } from '../point-parcels.ts';
import { createBatchBuilder } from './batch-builder.ts';
import { findRingRoles, orientationAgrees } from './ring-roles.ts';

/**
 * Batches of parcels given by points: ring roles by containment, each parcel's own problems with its features. A refused
 * parcel keeps its attributes and has no rings.
 */
export function* batchesOfParcels(
  parcels: readonly BoundaryParcel[],
  fields: readonly SourceField[],
  valuesOf: (featureNo: number) => readonly AttributeValue[],
  signal?: CancelSignal,
): Generator<FeatureBatch> {
  const builder = createBatchBuilder(fields);
  // The builder knows no identifiers; the parcel at hand does.
  const complete = (batch: FeatureBatch): FeatureBatch => ({
    ...batch,
    problems: batch.problems.map((found) =>
      found.featureNo === null ? found : { ...found, id: idOf(parcels[found.featureNo]!) },
    ),
  });
  for (const [featureNo, parcel] of parcels.entries()) {
    if (signal?.cancelled) return;
    builder.beginFeature(featureNo);
    const fatal = parcel.refused ? parcel.problems.find((found) => found.severity === 'error') : undefined;
    for (const found of parcel.problems) if (found !== fatal) builder.report(found);
    if (fatal) builder.refuseGeometry(fatal);
    else addRings(parcel, builder.addRing, builder.report);
    const batch = builder.endFeature(valuesOf(featureNo));
    if (batch) yield complete(batch);
  }
  const last = builder.finish();
  if (last) yield complete(last);
}

function idOf(parcel: BoundaryParcel): string | null {
  return parcel.number || parcel.name || null;
}

/** A ring with its first vertex again at its end, as the builder takes rings. */
let closed = new Float64Array(2048);

function addRings(
  parcel: BoundaryParcel,
  addRing: (source: ArrayLike<number>, from: number, count: number, stride: number, role: number) => void,
  report: (problem: Omit<Problem, 'featureNo' | 'id'>) => void,
): void {
  const { coords, starts } = parcel.outline();
  const take = (from: number, count: number, role: number): void => {
    if (closed.length < 2 * count + 2) closed = new Float64Array(4 * count + 2);
    for (let i = 0; i < 2 * count; i++) closed[i] = coords[2 * from + i]!;
    closed[2 * count] = closed[0]!;
    closed[2 * count + 1] = closed[1]!;
    addRing(closed, 0, count === 0 ? 0 : count + 1, 2, role);
  };
  if (starts.length === 2) {
    take(0, starts[1]!, OUTER);
    return;
  }
  const found = findRingRoles(coords, starts);
  for (const r of found.order) take(starts[r]!, starts[r + 1]! - starts[r]!, found.roles[r] ?? OUTER);
  if (orientationAgrees(found)) return;
  report({
    rule: 'points.ring-orientation',
    severity: 'note',
    line: parcel.line,
    message: localized(
      '各圈方向与外圈、扣除圈不符,按包含关系判断',
      'the rings do not run round as outer rings and holes should; their roles are taken from containment',
    ),
  });
}
