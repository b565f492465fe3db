/** Edges of a layer in buckets of a square grid, as contiguity-edges.ts of the plain version has them. One thread. */
import { allocate } from './layout.ts';
import { featureRingsOf, featuresOf, ringSignsOf, ringsOf, ringStartsOf, xyOf } from './layer.ts';

/**
 * Buckets (contiguity.ts of the host has the same offsets): f64 x0, y0, size; u32 columns, rows; then, once filled, u32 first edge
 * of each cell and the end, and the edges (u32 each, as below).
 */
/* @inline */ export function bucketX(buckets: usize): f64 {
  return load<f64>(buckets);
}
/* @inline */ export function bucketY(buckets: usize): f64 {
  return load<f64>(buckets, 8);
}
/* @inline */ export function bucketSize(buckets: usize): f64 {
  return load<f64>(buckets, 16);
}
/* @inline */ export function bucketColumns(buckets: usize): i32 {
  return load<i32>(buckets, 24);
}
/* @inline */ export function bucketRows(buckets: usize): i32 {
  return load<i32>(buckets, 28);
}
/* @inline */ export function bucketStarts(buckets: usize): usize {
  return load<u32>(buckets, 32);
}
/* @inline */ export function bucketEdges(buckets: usize): usize {
  return load<u32>(buckets, 36);
}

/** An edge is the vertex it starts from, with two marks: the interior is on its left as stored; it closes its ring. */
export const VERTEX: u32 = 0x3fffffff;
export const LEFT: u32 = 0x40000000;
const LAST: u32 = 0x80000000;

/* @inline */ export function startOfEdge(xy: usize, edge: u32): usize {
  return xy + ((<usize>(edge & VERTEX)) << 4);
}

/** Address of the vertex an edge runs to. */
/* @inline */ export function endOfEdge(layer: usize, xy: usize, edge: u32): usize {
  if ((edge & LAST) == 0) return startOfEdge(xy, edge) + 16;
  return xy + ((<usize>ringStartBefore(layer, edge & VERTEX)) << 4);
}

function ringStartBefore(layer: usize, vertex: u32): u32 {
  const starts = ringStartsOf(layer);
  let low = 0;
  let high = ringsOf(layer);
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (load<u32>(starts + ((<usize>middle) << 2)) <= vertex) low = middle;
    else high = middle;
  }
  return load<u32>(starts + ((<usize>low) << 2));
}

/** Fills buckets with the edges of the features marked by 1 in `takes` (u8 each; of all features where it is 0). */
export function fillBuckets(layer: usize, buckets: usize, takes: usize): void {
  const cells = <usize>bucketColumns(buckets) * <usize>bucketRows(buckets);
  const starts = allocate((cells + 1) << 2);
  memory.fill(starts, 0, (cells + 1) << 2);
  let edges: usize = 0;
  for (let pass = 0; pass < 2; pass++) {
    walkEdges(layer, buckets, takes, starts, edges);
    if (pass == 1) break;
    for (let c: usize = 0; c < cells; c++) {
      const at = starts + (c << 2);
      store<u32>(at, load<u32>(at) + load<u32>(at, 4), 4);
    }
    edges = allocate((<usize>load<u32>(starts + (cells << 2))) << 2);
  }
  // Filling moved every start to the next one.
  memory.copy(starts + 4, starts, cells << 2);
  store<u32>(starts, 0);
  store<u32>(buckets, <u32>starts, 32);
  store<u32>(buckets, <u32>edges, 36);
}

/** Column and row of a point, as the first two of four i32. */
/* @inline */ function cellOf(point: usize, origin: v128, perMetre: v128): v128 {
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.floor(f64x2.mul(f64x2.sub(v128.load(point), origin), perMetre)));
}

/** Counts the edges of each cell at first, where `edges` is 0; puts them there then. */
function walkEdges(layer: usize, buckets: usize, takes: usize, starts: usize, edges: usize): void {
  const origin = v128.load(buckets);
  const perMetre = f64x2.splat(1 / bucketSize(buckets));
  const columns = bucketColumns(buckets);
  const featureCount = featuresOf(layer);
  const featureRings = featureRingsOf(layer);
  const ringStarts = ringStartsOf(layer);
  const signs = ringSignsOf(layer);
  const xy = xyOf(layer);
  for (let f = 0; f < featureCount; f++) {
    if (takes != 0 && load<u8>(takes + f) == 0) continue;
    const lastRing = load<i32>(featureRings + ((<usize>f) << 2), 4);
    for (let r = load<i32>(featureRings + ((<usize>f) << 2)); r < lastRing; r++) {
      const start = load<u32>(ringStarts + ((<usize>r) << 2));
      const end = load<u32>(ringStarts + ((<usize>r) << 2), 4);
      const left: u32 = load<i8>(signs + r) > 0 ? LEFT : 0;
      if (start == end) continue;
      const firstCell = cellOf(xy + ((<usize>start) << 4), origin, perMetre);
      let cellP = firstCell;
      for (let v = start; v < end; v++) {
        const isLast = v + 1 == end;
        const cellQ = isLast ? firstCell : cellOf(xy + ((<usize>(v + 1)) << 4), origin, perMetre);
        const edge = v | left | (isLast ? LAST : 0);
        const low = i32x4.min_s(cellP, cellQ);
        const high = i32x4.max_s(cellP, cellQ);
        cellP = cellQ;
        const c1 = i32x4.extract_lane(low, 0);
        const c2 = i32x4.extract_lane(high, 0);
        const r1 = i32x4.extract_lane(low, 1);
        const r2 = i32x4.extract_lane(high, 1);
        for (let row = r1; row <= r2; row++) {
          const lastCell = row * columns + c2;
          for (let cell = row * columns + c1; cell <= lastCell; cell++) {
            const at = starts + ((<usize>cell) << 2);
            if (edges == 0) {
              store<u32>(at, load<u32>(at, 4) + 1, 4);
            } else {
              const to = load<u32>(at);
              store<u32>(at, to + 1);
              store<u32>(edges + ((<usize>to) << 2), edge);
            }
          }
        }
      }
    }
  }
}
