import { OUTER, type FeatureBatch } from '../../kernel/index.ts';

/** Rings of a feature as GeoJSON MultiPolygon coordinates (closed), from degrees in the batch's vertex order. */
export function ringsOfFeature(
  batch: Pick<FeatureBatch, 'ringStarts' | 'ringRoles' | 'featureRings'>,
  lonLat: Float64Array,
  feature: number,
): number[][][][] {
  const polygons: number[][][][] = [];
  for (let r = batch.featureRings[feature]!; r < batch.featureRings[feature + 1]!; r++) {
    const ring: number[][] = [];
    for (let v = batch.ringStarts[r]!; v < batch.ringStarts[r + 1]!; v++)
      ring.push([lonLat[2 * v]!, lonLat[2 * v + 1]!]);
    if (ring.length === 0) continue;
    ring.push(ring[0]!);
    if (batch.ringRoles[r] === OUTER || polygons.length === 0) polygons.push([ring]);
    else polygons.at(-1)!.push(ring);
  }
  return polygons;
}
