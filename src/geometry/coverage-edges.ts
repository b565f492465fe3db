import type { PlaneLayer } from './types.ts';

/**
 * The edges of a layer that no neighbour shares, each directed so that the interior is on its left. In a clean coverage
 * every inner edge is walked twice, once each way, and cancels; what is left outlines the layer, its gaps and its overlaps.
 */
export interface FreeEdges {
  readonly count: number;
  /** x1, y1, x2, y2 per edge. */
  readonly ends: Float64Array;
  readonly features: Uint32Array;
}

/** Mixes the bits of the two end points of an edge to a table place that does not depend on their order. */
function placeOf(bits: Uint32Array, p: number, q: number, mask: number): number {
  const a =
    Math.imul(bits[4 * p]! ^ Math.imul(bits[4 * p + 1]!, 0x9e3779b1), 0x85ebca6b) ^
    Math.imul(bits[4 * p + 2]! ^ Math.imul(bits[4 * p + 3]!, 0x9e3779b1), 0xc2b2ae35);
  const b =
    Math.imul(bits[4 * q]! ^ Math.imul(bits[4 * q + 1]!, 0x9e3779b1), 0x85ebca6b) ^
    Math.imul(bits[4 * q + 2]! ^ Math.imul(bits[4 * q + 3]!, 0x9e3779b1), 0xc2b2ae35);
  let h = (a + b) | 0;
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  h ^= h >>> 13;
  return h & mask;
}

/**
 * Cancels edges that two rings walk in opposite directions between the same two points, to the bit. (The split at 70 m
 * depends on the end points alone, so shared edges stay shared.)
 */
export function freeEdgesOf(layer: PlaneLayer): FreeEdges {
  const { xy, ringStarts, ringSigns, featureRings } = layer;
  const vertices = xy.length / 2;
  const bits = new Uint32Array(xy.buffer, xy.byteOffset, xy.length * 2);
  // Edge v runs from vertex v to `next[v]` as stored; `forward` says whether that is its direction with the interior left.
  const next = new Uint32Array(vertices);
  const forward = new Uint8Array(vertices);
  for (let r = 0; r < ringSigns.length; r++) {
    const start = ringStarts[r]!;
    const end = ringStarts[r + 1]!;
    for (let v = start; v < end; v++) {
      next[v] = v + 1 < end ? v + 1 : start;
      forward[v] = ringSigns[r]! > 0 ? 1 : 0;
    }
  }
  let size = 1024;
  while (size < vertices * 1.5) size *= 2;
  const mask = size - 1;
  // Table of edge numbers + 1; an edge that found its opposite stays as a dead entry (free[v] = 0).
  const table = new Uint32Array(size);
  const free = new Uint8Array(vertices);
  let count = 0;
  for (let v = 0; v < vertices; v++) {
    const w = next[v]!;
    const from = forward[v] === 1 ? v : w;
    const to = forward[v] === 1 ? w : v;
    const x1 = xy[2 * from]!;
    const y1 = xy[2 * from + 1]!;
    const x2 = xy[2 * to]!;
    const y2 = xy[2 * to + 1]!;
    if (x1 === x2 && y1 === y2) continue;
    let at = placeOf(bits, v, w, mask);
    let matched = false;
    for (let entry = table[at]!; entry !== 0; at = (at + 1) & mask, entry = table[at]!) {
      const e = entry - 1;
      if (free[e] === 0) continue;
      const gFrom = forward[e] === 1 ? e : next[e]!;
      const gTo = forward[e] === 1 ? next[e]! : e;
      if (xy[2 * gFrom] !== x2 || xy[2 * gFrom + 1] !== y2 || xy[2 * gTo] !== x1 || xy[2 * gTo + 1] !== y1) continue;
      free[e] = 0;
      count--;
      matched = true;
      break;
    }
    if (matched) continue;
    while (table[at] !== 0) at = (at + 1) & mask;
    table[at] = v + 1;
    free[v] = 1;
    count++;
  }
  const ends = new Float64Array(4 * count);
  const features = new Uint32Array(count);
  let at = 0;
  for (let f = 0; f + 1 < featureRings.length; f++) {
    for (let v = ringStarts[featureRings[f]!]!; v < ringStarts[featureRings[f + 1]!]!; v++) {
      if (free[v] === 0) continue;
      const from = forward[v] === 1 ? v : next[v]!;
      const to = forward[v] === 1 ? next[v]! : v;
      ends[4 * at] = xy[2 * from]!;
      ends[4 * at + 1] = xy[2 * from + 1]!;
      ends[4 * at + 2] = xy[2 * to]!;
      ends[4 * at + 3] = xy[2 * to + 1]!;
      features[at] = f;
      at++;
    }
  }
  return { count, ends, features };
}
