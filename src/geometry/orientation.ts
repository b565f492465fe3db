import { orient2d } from 'robust-predicates';

/** First-stage error bound of Shewchuk's orientation test: above it the sign of the plain determinant is right. */
const SAFE = 3.3306690738754716e-16;

/**
 * Exact sign of the turn a → b → c: +1 left (counter-clockwise, y up), −1 right, 0 exactly on one line. The plain
 * determinant decides where its rounding error cannot matter, adaptive precision elsewhere (Shewchuk 1997).
 */
export function orientation(ax: number, ay: number, bx: number, by: number, cx: number, cy: number): -1 | 0 | 1 {
  const left = (ay - cy) * (bx - cx);
  const right = (ax - cx) * (by - cy);
  const determinant = right - left;
  const bound = SAFE * (Math.abs(left) + Math.abs(right));
  if (determinant > bound) return 1;
  if (-determinant > bound) return -1;
  const exact = orient2d(ax, ay, bx, by, cx, cy);
  return exact < 0 ? 1 : exact > 0 ? -1 : 0;
}

/**
 * Whether the direction p → v lies strictly inside the sector swept counter-clockwise from p → a to p → b. Exact.
 * Where a and b lie in the same direction the sector is empty.
 */
export function isInsideSector(
  px: number,
  py: number,
  ax: number,
  ay: number,
  bx: number,
  by: number,
  vx: number,
  vy: number,
): boolean {
  const turn = orientation(px, py, ax, ay, bx, by);
  const fromA = orientation(px, py, ax, ay, vx, vy);
  const toB = orientation(px, py, vx, vy, bx, by);
  if (turn > 0) return fromA > 0 && toB > 0;
  if (turn < 0) return fromA > 0 || toB > 0;
  return isOpposite(px, py, ax, ay, bx, by) && fromA > 0;
}

/** Whether p lies on one line with a and v, between them. */
function isOpposite(px: number, py: number, ax: number, ay: number, vx: number, vy: number): boolean {
  if (orientation(px, py, ax, ay, vx, vy) !== 0) return false;
  // A signed product decides the side: the points are on one line, so any axis on which they differ will do.
  return Math.sign(ax - px) * Math.sign(vx - px) < 0 || Math.sign(ay - py) * Math.sign(vy - py) < 0;
}

/** Whether p → a and p → b are one and the same direction. Exact. */
export function isSameDirection(px: number, py: number, ax: number, ay: number, bx: number, by: number): boolean {
  return orientation(px, py, ax, ay, bx, by) === 0 && !isOpposite(px, py, ax, ay, bx, by);
}
