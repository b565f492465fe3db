/** Whether a straight connection runs over passable land: as contiguity-passage.ts of the plain version. One thread. */
import {
  bucketColumns,
  bucketEdges,
  bucketRows,
  bucketSize,
  bucketStarts,
  bucketX,
  bucketY,
  endOfEdge,
  LEFT,
  startOfEdge,
  VERTEX,
} from './edge-buckets.ts';
import { allocate } from './layout.ts';
import { xyOf } from './layer.ts';
import { sortNumbers } from './sorting.ts';

export const TOUCH_METRES: f64 = 0.001;
const BESIDE_METRES: f64 = 0.0005;

/** Shares of the connection in hand at which edges meet it. */
let shares: usize = 0;
let shareCount: i32 = 0;
let shareCapacity: i32 = 0;

/** Takes this thread's room. */
export function beginPassages(): void {
  shareCapacity = 64;
  shares = allocate((<usize>shareCapacity) << 3);
}

function addShare(share: f64): void {
  if (shareCount == shareCapacity) {
    const fresh = allocate((<usize>shareCapacity) << 4);
    memory.copy(fresh, shares, (<usize>shareCapacity) << 3);
    shares = fresh;
    shareCapacity <<= 1;
  }
  store<f64>(shares + ((<usize>shareCount) << 3), share);
  shareCount++;
}

/** @param features feature of each vertex, u32; `passable`: u8 of each feature */
export function isClearPassage(
  layer: usize,
  features: usize,
  buckets: usize,
  passable: usize,
  px: f64,
  py: f64,
  qx: f64,
  qy: f64,
): bool {
  const length = Math.sqrt((qx - px) * (qx - px) + (qy - py) * (qy - py));
  findShares(layer, buckets, px, py, qx, qy);
  addShare(1);
  sortNumbers(shares, shareCount);
  let from: f64 = 0;
  for (let i = 0; i < shareCount; i++) {
    const to = load<f64>(shares + ((<usize>i) << 3));
    // Two borders closer than that count as one.
    if (!((to - from) * length <= TOUCH_METRES)) {
      const middle = (from + to) / 2;
      const mx = px + (qx - px) * middle;
      const my = py + (qy - py) * middle;
      // Along a border the land on either side will do.
      const sx = ((qy - py) / length) * BESIDE_METRES;
      const sy = ((px - qx) / length) * BESIDE_METRES;
      if (
        !isPassableAt(layer, features, buckets, passable, mx, my) &&
        !isPassableAt(layer, features, buckets, passable, mx + sx, my + sy) &&
        !isPassableAt(layer, features, buckets, passable, mx - sx, my - sy)
      )
        return false;
    }
    from = to;
  }
  return true;
}

/* @inline */ function isPassableAt(
  layer: usize,
  features: usize,
  buckets: usize,
  passable: usize,
  x: f64,
  y: f64,
): bool {
  const feature = featureAt(layer, features, buckets, x, y);
  return feature >= 0 && load<u8>(passable + feature) == 1;
}

function findShares(layer: usize, buckets: usize, px: f64, py: f64, qx: f64, qy: f64): void {
  const x0 = bucketX(buckets);
  const y0 = bucketY(buckets);
  const size = bucketSize(buckets);
  const columns = bucketColumns(buckets);
  const starts = bucketStarts(buckets);
  const edges = bucketEdges(buckets);
  const xy = xyOf(layer);
  shareCount = 0;
  const c1 = max(0, <i32>Math.floor((min(px, qx) - x0) / size));
  const c2 = min(columns - 1, <i32>Math.floor((max(px, qx) - x0) / size));
  const r1 = max(0, <i32>Math.floor((min(py, qy) - y0) / size));
  const r2 = min(bucketRows(buckets) - 1, <i32>Math.floor((max(py, qy) - y0) / size));
  const dx = qx - px;
  const dy = qy - py;
  for (let row = r1; row <= r2; row++) {
    for (let column = c1; column <= c2; column++) {
      const cell = starts + ((<usize>(row * columns + column)) << 2);
      const end = edges + ((<usize>load<u32>(cell, 4)) << 2);
      for (let at = edges + ((<usize>load<u32>(cell)) << 2); at < end; at += 4) {
        const edge = load<u32>(at);
        const v = startOfEdge(xy, edge);
        const w = endOfEdge(layer, xy, edge);
        const ax = load<f64>(v) - px;
        const ay = load<f64>(v, 8) - py;
        const bx = load<f64>(w) - px;
        const by = load<f64>(w, 8) - py;
        // Signed distances of the edge's ends from the connection's line, times its length.
        const a = dx * ay - dy * ax;
        const b = dx * by - dy * bx;
        if (a > 0 == b > 0 && a != 0 && b != 0) continue;
        if (a == b) continue;
        const t = a / (a - b);
        const share = ((ax + (bx - ax) * t) * dx + (ay + (by - ay) * t) * dy) / (dx * dx + dy * dy);
        if (share >= 0 && share <= 1) addShare(share);
      }
    }
  }
}

/** The feature a point lies in, or −1. */
function featureAt(layer: usize, features: usize, buckets: usize, x: f64, y: f64): i32 {
  const x0 = bucketX(buckets);
  const size = bucketSize(buckets);
  const columns = bucketColumns(buckets);
  const starts = bucketStarts(buckets);
  const edges = bucketEdges(buckets);
  const xy = xyOf(layer);
  const row = <i32>Math.floor((y - bucketY(buckets)) / size);
  if (row < 0 || row >= bucketRows(buckets)) return -1;
  for (let column = max(0, <i32>Math.floor((x - x0) / size)); column < columns; column++) {
    const cell = starts + ((<usize>(row * columns + column)) << 2);
    const right = column == columns - 1 ? Infinity : x0 + <f64>(column + 1) * size;
    let bestX = Infinity;
    let bestSlope = Infinity;
    let found = -1;
    const end = edges + ((<usize>load<u32>(cell, 4)) << 2);
    for (let at = edges + ((<usize>load<u32>(cell)) << 2); at < end; at += 4) {
      const edge = load<u32>(at);
      const v = startOfEdge(xy, edge);
      const w = endOfEdge(layer, xy, edge);
      const up = load<f64>(w, 8) > load<f64>(v, 8);
      const low = up ? v : w;
      const high = up ? w : v;
      // Half open: of the edges that meet at the ray's height, those that go up from there count.
      if (load<f64>(low, 8) > y || load<f64>(high, 8) <= y) continue;
      const slope = (load<f64>(high) - load<f64>(low)) / (load<f64>(high, 8) - load<f64>(low, 8));
      const hit = load<f64>(low) + slope * (y - load<f64>(low, 8));
      if (hit < x || hit >= right) continue;
      const nearer = hit < bestX - 1e-9 || (hit <= bestX + 1e-9 && slope < bestSlope - 1e-9);
      const level = !nearer && hit <= bestX + 1e-9 && slope <= bestSlope + 1e-9;
      if (!nearer && !level) continue;
      const faces = up == ((edge & LEFT) != 0);
      const feature = load<i32>(features + ((<usize>(edge & VERTEX)) << 2));
      if (nearer) {
        bestX = hit;
        bestSlope = slope;
        found = faces ? feature : -1;
      } else if (faces && (found < 0 || feature < found)) {
        found = feature;
      }
    }
    if (bestX < Infinity) return found;
  }
  return -1;
}
