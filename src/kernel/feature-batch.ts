import { assert } from './assert.ts';
import type { Problem } from './refusal.ts';

/** A value of an attribute column as a reader delivers it: never an object, never NaN. Dates are ISO strings. */
export type AttributeValue = string | number | null;

/** One attribute of all features of a batch, in feature order. */
export interface AttributeColumn {
  readonly name: string;
  readonly values: readonly AttributeValue[];
}

/** Ring roles: an outer ring adds its area, an inner ring (a hole) takes it away. */
export const OUTER = 0;
export const INNER = 1;

/**
 * A run of polygon features as flat arrays: what every reader yields, every layer stores and every kernel reads.
 *
 * - `coords` holds x0,y0,x1,y1,… with x = east (or longitude) and y = north (or latitude), in the CRS as delivered,
 *   whatever order the file had. Full float64, never rounded.
 * - Rings are open: the closing repetition of the first vertex is not stored.
 * - `ringStarts[r] … ringStarts[r+1]` are the vertices of ring r (length rings + 1); `ringRoles[r]` is OUTER or INNER.
 *   Inner rings follow the outer ring that contains them. Orientation is as delivered and means nothing.
 * - `featureRings[f] … featureRings[f+1]` are the rings of feature f (length features + 1). A feature may have none
 *   (null geometry).
 * - At most 65,536 vertices a batch, unless one feature alone has more (then it is a batch of its own).
 */
export interface FeatureBatch {
  /** 0-based number, in the file, of each feature (strictly rising; gaps appear once bad rows are left out). */
  readonly featureNos: Uint32Array;
  readonly coords: Float64Array;
  readonly ringStarts: Uint32Array;
  readonly ringRoles: Uint8Array;
  readonly featureRings: Uint32Array;
  readonly columns: readonly AttributeColumn[];
  /** What the reader found or repaired while reading these features. */
  readonly problems: readonly Problem[];
}

/** Most vertices of a batch, so that batches travel between threads in small pieces. */
export const MAX_BATCH_VERTICES = 65_536;

/** A whole layer in memory: the same arrays in one piece, with the CRS they are in. */
export interface PolygonLayer extends Omit<FeatureBatch, 'problems'> {
  /** EPSG code of `coords`: 4490 or a CGCS2000 Gauss–Krüger code. */
  readonly epsg: number;
}

export function featureCount(layer: Pick<FeatureBatch, 'featureRings'>): number {
  return layer.featureRings.length - 1;
}

/** Joins batches, in order, to one layer. Columns are matched by name; a batch without a column gives nulls. */
export function joinBatches(batches: readonly FeatureBatch[], epsg: number): PolygonLayer {
  const [only] = batches;
  if (only !== undefined && batches.length === 1) {
    const { problems: _, ...arrays } = only;
    return { epsg, ...arrays };
  }
  let coordinates = 0;
  let rings = 0;
  let features = 0;
  const valuesOf = new Map<string, AttributeValue[]>();
  for (const batch of batches) {
    coordinates += batch.coords.length;
    rings += batch.ringRoles.length;
    features += featureCount(batch);
    for (const column of batch.columns) if (!valuesOf.has(column.name)) valuesOf.set(column.name, []);
  }
  const coords = new Float64Array(coordinates);
  const ringStarts = new Uint32Array(rings + 1);
  const ringRoles = new Uint8Array(rings);
  const featureRings = new Uint32Array(features + 1);
  const featureNos = new Uint32Array(features);
  let coordAt = 0;
  let ringAt = 0;
  let featureAt = 0;
  for (const batch of batches) {
    const count = featureCount(batch);
    assert(batch.featureNos.length === count, 'batch: featureNos and featureRings disagree');
    coords.set(batch.coords, coordAt);
    ringRoles.set(batch.ringRoles, ringAt);
    featureNos.set(batch.featureNos, featureAt);
    const vertexBase = coordAt / 2;
    for (let r = 0; r < batch.ringRoles.length; r++) ringStarts[ringAt + r] = vertexBase + batch.ringStarts[r]!;
    for (let f = 0; f < count; f++) featureRings[featureAt + f] = ringAt + batch.featureRings[f]!;
    coordAt += batch.coords.length;
    ringAt += batch.ringRoles.length;
    featureAt += count;
  }
  // Column by column, so that each grows in one go.
  for (const [name, target] of valuesOf) {
    for (const batch of batches) {
      const source = columnOf(batch, name);
      const count = featureCount(batch);
      for (let f = 0; f < count; f++) target.push(source?.[f] ?? null);
    }
  }
  ringStarts[rings] = coordinates / 2;
  featureRings[features] = rings;
  return {
    epsg,
    featureNos,
    coords,
    ringStarts,
    ringRoles,
    featureRings,
    columns: Array.from(valuesOf, ([name, values]) => ({ name, values })),
  };
}

/** The values of a column, or undefined where the layer has no such column. Names are compared exactly. */
export function columnOf(layer: Pick<FeatureBatch, 'columns'>, name: string): readonly AttributeValue[] | undefined {
  return layer.columns.find((column) => column.name === name)?.values;
}
