import type { EdgeBuckets, EdgeTable } from './contiguity-edges.ts';

/** Shorter than this, metres, a stretch of a connection is rounding and asks nobody's leave. */
export const TOUCH_METRES = 0.001;
/** How far beside a connection land still counts as the land it runs along, metres. */
const BESIDE_METRES = 0.0005;

/**
 * Whether a straight connection from p to q runs over passable land only: every stretch between two borders it crosses
 * lies in a feature with `passable[f] = 1`. Land of no feature is not passable. Along a border the land on
 * either side will do; a stretch of up to TOUCH_METRES is let go.
 */
export function isClearPassage(
  table: EdgeTable,
  buckets: EdgeBuckets,
  passable: Uint8Array,
  px: number,
  py: number,
  qx: number,
  qy: number,
): boolean {
  const length = Math.sqrt((qx - px) * (qx - px) + (qy - py) * (qy - py));
  const stops = crossingShares(table, buckets, px, py, qx, qy);
  stops.push(1);
  stops.sort((a, b) => a - b);
  let from = 0;
  for (const to of stops) {
    if ((to - from) * length <= TOUCH_METRES) {
      // Two borders closer than that count as one.
      from = to;
      continue;
    }
    const middle = (from + to) / 2;
    const mx = px + (qx - px) * middle;
    const my = py + (qy - py) * middle;
    // Along a border the land on either side will do.
    const sx = ((qy - py) / length) * BESIDE_METRES;
    const sy = ((px - qx) / length) * BESIDE_METRES;
    if (
      !isPassableAt(table, buckets, passable, mx, my) &&
      !isPassableAt(table, buckets, passable, mx + sx, my + sy) &&
      !isPassableAt(table, buckets, passable, mx - sx, my - sy)
    ) {
      return false;
    }
    from = to;
  }
  return true;
}

function isPassableAt(table: EdgeTable, buckets: EdgeBuckets, passable: Uint8Array, x: number, y: number): boolean {
  const feature = featureAt(table, buckets, x, y);
  return feature >= 0 && passable[feature] === 1;
}

/** Where edges meet the connection, as shares of its length in [0, 1]. */
function crossingShares(
  table: EdgeTable,
  buckets: EdgeBuckets,
  px: number,
  py: number,
  qx: number,
  qy: number,
): number[] {
  const { xy, next } = table;
  const { x0, y0, size, columns, rows, starts, edges } = buckets;
  const shares: number[] = [];
  const c1 = Math.max(0, Math.floor((Math.min(px, qx) - x0) / size));
  const c2 = Math.min(columns - 1, Math.floor((Math.max(px, qx) - x0) / size));
  const r1 = Math.max(0, Math.floor((Math.min(py, qy) - y0) / size));
  const r2 = Math.min(rows - 1, Math.floor((Math.max(py, qy) - y0) / size));
  const dx = qx - px;
  const dy = qy - py;
  for (let row = r1; row <= r2; row++) {
    for (let column = c1; column <= c2; column++) {
      const cell = row * columns + column;
      for (let k = starts[cell]!; k < starts[cell + 1]!; k++) {
        const v = edges[k]!;
        const w = next[v]!;
        const ax = xy[2 * v]! - px;
        const ay = xy[2 * v + 1]! - py;
        const bx = xy[2 * w]! - px;
        const by = xy[2 * w + 1]! - py;
        // Signed distances of the edge's ends from the connection's line, times its length.
        const a = dx * ay - dy * ax;
        const b = dx * by - dy * bx;
        if (a > 0 === b > 0 && a !== 0 && b !== 0) continue;
        if (a === b) continue;
        const t = a / (a - b);
        const share = ((ax + (bx - ax) * t) * dx + (ay + (by - ay) * t) * dy) / (dx * dx + dy * dy);
        if (share >= 0 && share <= 1) shares.push(share);
      }
    }
  }
  return shares;
}

/**
 * The feature a point lies in, or −1: a ray to the east meets first the edge of the feature around the point (or, where
 * that edge has land of a feature on its far side only, no feature is there).
 */
export function featureAt(table: EdgeTable, buckets: EdgeBuckets, x: number, y: number): number {
  const { xy, next, features, interiorLeft } = table;
  const { x0, y0, size, columns, rows, starts, edges } = buckets;
  const row = Math.floor((y - y0) / size);
  if (row < 0 || row >= rows) return -1;
  for (let column = Math.max(0, Math.floor((x - x0) / size)); column < columns; column++) {
    const cell = row * columns + column;
    const right = column === columns - 1 ? Infinity : x0 + (column + 1) * size;
    let bestX = Infinity;
    let bestSlope = Infinity;
    let found = -1;
    for (let k = starts[cell]!; k < starts[cell + 1]!; k++) {
      const v = edges[k]!;
      const w = next[v]!;
      const up = xy[2 * w + 1]! > xy[2 * v + 1]!;
      const low = up ? v : w;
      const high = up ? w : v;
      // Half open: of the edges that meet at the ray's height, those that go up from there count.
      if (xy[2 * low + 1]! > y || xy[2 * high + 1]! <= y) continue;
      const slope = (xy[2 * high]! - xy[2 * low]!) / (xy[2 * high + 1]! - xy[2 * low + 1]!);
      const hit = xy[2 * low]! + slope * (y - xy[2 * low + 1]!);
      if (hit < x || hit >= right) continue;
      // Of edges that leave one point, the most westerly is met first just above the ray; the two sides of a shared
      // border are one line, of which the side that faces the point counts.
      const nearer = hit < bestX - 1e-9 || (hit <= bestX + 1e-9 && slope < bestSlope - 1e-9);
      const level = !nearer && hit <= bestX + 1e-9 && slope <= bestSlope + 1e-9;
      if (!nearer && !level) continue;
      const faces = (up ? 1 : 0) === interiorLeft[v];
      if (nearer) {
        bestX = hit;
        bestSlope = slope;
        found = faces ? features[v]! : -1;
      } else if (faces && (found < 0 || features[v]! < found)) {
        found = features[v]!;
      }
    }
    if (bestX < Infinity) return found;
  }
  return -1;
}
