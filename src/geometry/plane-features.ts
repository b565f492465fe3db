/** Some features of a plane layer. */
import type { PlaneLayer } from './types.ts';

/** Features whose box comes near one of the boxes (four numbers each), rising: all that meet one, and a few neighbours. */
export function featuresInBoxes(layer: PlaneLayer, boxes: Float64Array): Uint32Array {
  const { boxes: own } = layer;
  const count = layer.areas.length;
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < own.length; i += 4) {
    if (own[i]! < minX) minX = own[i]!;
    if (own[i + 1]! < minY) minY = own[i + 1]!;
    if (own[i + 2]! > maxX) maxX = own[i + 2]!;
    if (own[i + 3]! > maxY) maxY = own[i + 3]!;
  }
  if (!(maxX >= minX) || boxes.length === 0) return new Uint32Array(0);
  const side = Math.max(1, Math.min(1024, Math.ceil(2 * Math.sqrt(count))));
  const width = side + 1;
  const perX = side / Math.max(maxX - minX, 1e-9);
  const perY = side / Math.max(maxY - minY, 1e-9);
  const column = (x: number): number => Math.max(0, Math.min(side - 1, Math.floor((x - minX) * perX)));
  const row = (y: number): number => Math.max(0, Math.min(side - 1, Math.floor((y - minY) * perY)));
  // How many boxes lie on each cell, from the changes at their corners.
  const sums = new Int32Array(width * width);
  for (let i = 0; i < boxes.length; i += 4) {
    const [c1, r1, c2, r2] = [column(boxes[i]!), row(boxes[i + 1]!), column(boxes[i + 2]!), row(boxes[i + 3]!)];
    sums[r1 * width + c1]!++;
    sums[r1 * width + c2 + 1]!--;
    sums[(r2 + 1) * width + c1]!--;
    sums[(r2 + 1) * width + c2 + 1]!++;
  }
  addUp(sums, width);
  // Then how many cells with a box lie below and left of each corner.
  for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! > 0 ? 1 : 0;
  addUp(sums, width);
  const below = (r: number, c: number): number => (r < 0 || c < 0 ? 0 : sums[r * width + c]!);
  const kept: number[] = [];
  for (let f = 0; f < count; f++) {
    if (!(own[4 * f + 2]! >= own[4 * f]!)) continue;
    const [c1, r1] = [column(own[4 * f]!) - 1, row(own[4 * f + 1]!) - 1];
    const [c2, r2] = [column(own[4 * f + 2]!), row(own[4 * f + 3]!)];
    if (below(r2, c2) - below(r1, c2) - below(r2, c1) + below(r1, c1) > 0) kept.push(f);
  }
  return Uint32Array.from(kept);
}

/** Every number becomes the sum of the rectangle from the first to it. */
function addUp(sums: Int32Array, width: number): void {
  for (let i = 0; i < sums.length; i++) {
    if (i % width > 0) sums[i]! += sums[i - 1]!;
  }
  for (let i = width; i < sums.length; i++) sums[i]! += sums[i - width]!;
}

/** A layer of the given features alone, in the given order. */
export function takePlaneFeatures(layer: PlaneLayer, features: Uint32Array): PlaneLayer {
  let rings = 0;
  let vertices = 0;
  for (const f of features) {
    const [from, to] = [layer.featureRings[f]!, layer.featureRings[f + 1]!];
    rings += to - from;
    vertices += layer.ringStarts[to]! - layer.ringStarts[from]!;
  }
  const taken = {
    xy: new Float64Array(2 * vertices),
    ringStarts: new Uint32Array(rings + 1),
    featureRings: new Uint32Array(features.length + 1),
    ringSigns: new Int8Array(rings),
    areas: new Float64Array(features.length),
    boxes: new Float64Array(4 * features.length),
  };
  let ring = 0;
  let vertex = 0;
  features.forEach((f, i) => {
    const [from, to] = [layer.featureRings[f]!, layer.featureRings[f + 1]!];
    const [start, end] = [layer.ringStarts[from]!, layer.ringStarts[to]!];
    taken.xy.set(layer.xy.subarray(2 * start, 2 * end), 2 * vertex);
    taken.ringSigns.set(layer.ringSigns.subarray(from, to), ring);
    for (let r = from; r < to; r++) taken.ringStarts[ring + r - from] = layer.ringStarts[r]! - start + vertex;
    taken.areas[i] = layer.areas[f]!;
    taken.boxes.set(layer.boxes.subarray(4 * f, 4 * f + 4), 4 * i);
    taken.featureRings[i] = ring;
    ring += to - from;
    vertex += end - start;
  });
  taken.ringStarts[rings] = vertices;
  taken.featureRings[features.length] = rings;
  return { zone: layer.zone, origin: layer.origin, ...taken };
}
