import { assert, featureCount, type FeatureBatch, OUTER } from '../../kernel/index.ts';

/** Well-known binary of the features of a batch, end to end in one piece of memory. */
export interface WkbRun {
  readonly bytes: Uint8Array;
  /** First byte of each feature's MultiPolygon; −1 where it has no geometry. */
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

const POLYGON = 3;
const MULTI_POLYGON = 6;
const RING_HEADER_BYTES = 4;
const GEOMETRY_HEADER_BYTES = 9;

/**
 * The batch as WKB MultiPolygons with these coordinates (longitude and latitude, vertex by vertex in the batch's order).
 * Inner rings go with the outer ring before them. Rings of fewer than three vertices are left out: they bound nothing.
 */
export function wkbOfBatch(
  batch: Pick<FeatureBatch, 'ringStarts' | 'ringRoles' | 'featureRings'>,
  lonLat: Float64Array,
): WkbRun {
  const count = featureCount(batch);
  const starts = new Int32Array(count).fill(-1);
  const lengths = new Int32Array(count);
  const rings = batch.ringRoles.length;
  const bytes = new Uint8Array(
    count * GEOMETRY_HEADER_BYTES + rings * (GEOMETRY_HEADER_BYTES + RING_HEADER_BYTES + 16) + lonLat.length * 8,
  );
  const view = new DataView(bytes.buffer);
  let at = 0;
  const header = (type: number): number => {
    view.setUint8(at, 1);
    view.setUint32(at + 1, type, true);
    at += GEOMETRY_HEADER_BYTES;
    return at - 4;
  };
  for (let f = 0; f < count; f++) {
    const start = at;
    const polygonCountAt = header(MULTI_POLYGON);
    let polygons = 0;
    let ringCountAt = -1;
    let ringCount = 0;
    for (let r = batch.featureRings[f]!; r < batch.featureRings[f + 1]!; r++) {
      const first = batch.ringStarts[r]!;
      const end = batch.ringStarts[r + 1]!;
      const outer = batch.ringRoles[r] === OUTER;
      if (end - first < 3) {
        // Its holes have nothing to be in.
        if (outer) ringCountAt = -1;
        continue;
      }
      if (outer) {
        polygons++;
        ringCountAt = header(POLYGON);
        ringCount = 0;
      } else if (ringCountAt === -1) {
        continue;
      }
      view.setUint32(ringCountAt, ++ringCount, true);
      view.setUint32(at, end - first + 1, true);
      at += RING_HEADER_BYTES;
      for (let v = first; v <= end; v++) {
        const from = (v === end ? first : v) * 2;
        view.setFloat64(at, lonLat[from]!, true);
        view.setFloat64(at + 8, lonLat[from + 1]!, true);
        at += 16;
      }
    }
    if (polygons === 0) {
      at = start;
      continue;
    }
    view.setUint32(polygonCountAt, polygons, true);
    starts[f] = start;
    lengths[f] = at - start;
  }
  return { bytes: bytes.subarray(0, at), starts, lengths };
}

/** A MultiPolygon or Polygon as flat rings; `outer[r]` says whether ring r is an outer one. Rings are open. */
export interface FlatRings {
  readonly coords: Float64Array;
  readonly ringStarts: readonly number[];
  readonly outer: readonly boolean[];
}

/** Reads the WKB that ST_AsBinary gives for polygons (little or big endian, two dimensions). */
export function ringsOfWkb(wkb: Uint8Array): FlatRings {
  const view = new DataView(wkb.buffer, wkb.byteOffset, wkb.byteLength);
  const coords = new Float64Array(wkb.byteLength >> 3);
  const ringStarts = [0];
  const outer: boolean[] = [];
  let at = 0;
  let filled = 0;
  const read = (): void => {
    const little = view.getUint8(at) === 1;
    const type = view.getUint32(at + 1, little);
    const parts = view.getUint32(at + 5, little);
    at += GEOMETRY_HEADER_BYTES;
    if (type === MULTI_POLYGON) {
      for (let p = 0; p < parts; p++) read();
      return;
    }
    assert(type === POLYGON, `geometry type ${type} where a polygon is expected`);
    for (let r = 0; r < parts; r++) {
      const points = view.getUint32(at, little);
      at += RING_HEADER_BYTES;
      for (let i = 0; i < points - 1; i++) {
        coords[filled++] = view.getFloat64(at + i * 16, little);
        coords[filled++] = view.getFloat64(at + i * 16 + 8, little);
      }
      at += points * 16;
      ringStarts.push(filled / 2);
      outer.push(r === 0);
    }
  };
  read();
  return { coords: coords.subarray(0, filled), ringStarts, outer };
}

/** GeoJSON coordinates of a MultiPolygon from its WKB. */
export function multiPolygonOfWkb(wkb: Uint8Array): number[][][][] {
  const { coords, ringStarts, outer } = ringsOfWkb(wkb);
  const polygons: number[][][][] = [];
  outer.forEach((isOuter, r) => {
    const ring: number[][] = [];
    for (let v = ringStarts[r]!; v < ringStarts[r + 1]!; v++) ring.push([coords[2 * v]!, coords[2 * v + 1]!]);
    ring.push([...ring[0]!]);
    if (isOuter) polygons.push([ring]);
    else polygons.at(-1)!.push(ring);
  });
  return polygons;
}
