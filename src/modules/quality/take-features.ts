import type { PolygonLayer } from '../../kernel/index.ts';

/** The geometry of some features of a layer (indexes, rising) as a layer of its own; columns are left out. */
export function takeFeatures(layer: PolygonLayer, features: Uint32Array): PolygonLayer {
  let rings = 0;
  let vertices = 0;
  for (const f of features) {
    const first = layer.featureRings[f]!;
    const last = layer.featureRings[f + 1]!;
    rings += last - first;
    vertices += layer.ringStarts[last]! - layer.ringStarts[first]!;
  }
  const coords = new Float64Array(2 * vertices);
  const ringStarts = new Uint32Array(rings + 1);
  const ringRoles = new Uint8Array(rings);
  const featureRings = new Uint32Array(features.length + 1);
  let ring = 0;
  let vertex = 0;
  features.forEach((f, i) => {
    for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
      const from = layer.ringStarts[r]!;
      const to = layer.ringStarts[r + 1]!;
      coords.set(layer.coords.subarray(2 * from, 2 * to), 2 * vertex);
      ringRoles[ring] = layer.ringRoles[r]!;
      ringStarts[ring] = vertex;
      vertex += to - from;
      ring++;
    }
    featureRings[i + 1] = ring;
  });
  ringStarts[rings] = vertices;
  return {
    epsg: layer.epsg,
    coords,
    ringStarts,
    ringRoles,
    featureRings,
    featureNos: features.map((f) => layer.featureNos[f]!),
    columns: [],
  };
}
