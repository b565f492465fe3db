import type { PolygonLayer } from '../../kernel/index.ts';
import type { PlaneLayer } from '../../geometry/index.ts';
import { convertLayer } from '../../geometry/index.ts';

/** minX, minY, maxX, maxY in a layer's own coordinates. */
export type Box = readonly [number, number, number, number];

/** Some features of a layer, in the order given, as a layer of their own (numbers in the file and columns follow). */
export function selectFeatures(layer: PolygonLayer, features: readonly number[] | Uint32Array): PolygonLayer {
  const { rings, vertices } = sizeOf(layer, features);
  const coords = new Float64Array(2 * vertices);
  const ringStarts = new Uint32Array(rings + 1);
  const ringRoles = new Uint8Array(rings);
  const featureRings = new Uint32Array(features.length + 1);
  copyRings(layer.coords, layer, features, coords, ringStarts, featureRings, (to, from) => {
    ringRoles[to] = layer.ringRoles[from]!;
  });
  return {
    epsg: layer.epsg,
    coords,
    ringStarts,
    ringRoles,
    featureRings,
    featureNos: Uint32Array.from(features, (f) => layer.featureNos[f]!),
    columns: layer.columns.map(({ name, values }) => ({
      name,
      values: Array.from(features, (f) => values[f] ?? null),
    })),
  };
}

/** Some features of a plane layer as a plane layer of their own. */
export function selectPlaneFeatures(layer: PlaneLayer, features: readonly number[] | Uint32Array): PlaneLayer {
  const { rings, vertices } = sizeOf(layer, features);
  const xy = new Float64Array(2 * vertices);
  const ringStarts = new Uint32Array(rings + 1);
  const ringSigns = new Int8Array(rings);
  const featureRings = new Uint32Array(features.length + 1);
  copyRings(layer.xy, layer, features, xy, ringStarts, featureRings, (to, from) => {
    ringSigns[to] = layer.ringSigns[from]!;
  });
  const boxes = new Float64Array(4 * features.length);
  features.forEach((f: number, i: number) => boxes.set(layer.boxes.subarray(4 * f, 4 * f + 4), 4 * i));
  return {
    zone: layer.zone,
    origin: layer.origin,
    xy,
    ringStarts,
    featureRings,
    ringSigns,
    boxes,
    areas: Float64Array.from(features, (f) => layer.areas[f]!),
  };
}

interface Rings {
  readonly ringStarts: Uint32Array;
  readonly featureRings: Uint32Array;
}

function sizeOf(layer: Rings, features: readonly number[] | Uint32Array): { rings: number; vertices: number } {
  let rings = 0;
  let vertices = 0;
  for (const f of features) {
    rings += layer.featureRings[f + 1]! - layer.featureRings[f]!;
    vertices += layer.ringStarts[layer.featureRings[f + 1]!]! - layer.ringStarts[layer.featureRings[f]!]!;
  }
  return { rings, vertices };
}

function copyRings(
  source: Float64Array,
  layer: Rings,
  features: readonly number[] | Uint32Array,
  target: Float64Array,
  ringStarts: Uint32Array,
  featureRings: Uint32Array,
  copyRing: (to: number, from: number) => void,
): void {
  let ring = 0;
  let vertex = 0;
  features.forEach((f: number, i: number) => {
    featureRings[i] = ring;
    for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
      const [from, to] = [layer.ringStarts[r]!, layer.ringStarts[r + 1]!];
      ringStarts[ring] = vertex;
      copyRing(ring, r);
      target.set(source.subarray(2 * from, 2 * to), 2 * vertex);
      ring++;
      vertex += to - from;
    }
  });
  ringStarts[ring] = vertex;
  featureRings[features.length] = ring;
}

/** Box of all coordinates of some layers, brought to the CRS of one of them; undefined where there are none. */
export function boxIn(
  epsg: number,
  layers: readonly PolygonLayer[],
  margin: { readonly degrees: number; readonly metres: number },
): Box | undefined {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const layer of layers) {
    const { coords } = layer.epsg === epsg ? layer : convertLayer(layer, epsg);
    for (let i = 0; i < coords.length; i += 2) {
      if (coords[i]! < minX) minX = coords[i]!;
      if (coords[i]! > maxX) maxX = coords[i]!;
      if (coords[i + 1]! < minY) minY = coords[i + 1]!;
      if (coords[i + 1]! > maxY) maxY = coords[i + 1]!;
    }
  }
  if (minX > maxX) return undefined;
  const by = epsg === 4490 ? margin.degrees : margin.metres;
  return [minX - by, minY - by, maxX + by, maxY + by];
}

/**
 * Features whose box meets a box in the layer's own coordinates. One with a coordinate that is no number is kept, so that the
 * check of rings sees it; one without rings is not.
 */
export function featuresNear(layer: PolygonLayer, box: Box): Uint32Array {
  const near: number[] = [];
  for (let f = 0; f < layer.featureRings.length - 1; f++) {
    const from = layer.ringStarts[layer.featureRings[f]!]!;
    const to = layer.ringStarts[layer.featureRings[f + 1]!]!;
    let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
    let broken = false;
    for (let v = from; v < to; v++) {
      const x = layer.coords[2 * v]!;
      const y = layer.coords[2 * v + 1]!;
      if (!Number.isFinite(x) || !Number.isFinite(y)) broken = true;
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
    if (broken || (minX <= box[2] && maxX >= box[0] && minY <= box[3] && maxY >= box[1])) near.push(f);
  }
  return Uint32Array.from(near);
}
