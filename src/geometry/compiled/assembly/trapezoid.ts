/**
 * Four times the area below both of two edges, within a cell, for two edges of one side at once.
 *
 * ∫ min(e, f) = ∫ (e + f − |e − f|) / 2, and the integral of the distance between two straight lines is width × (|dl| + |dr|) / 2
 * where they do not cross, width × (dl² + dr²) / 2(|dl| + |dr|) where they do. Two edges are done by one instruction each; the plain version does the same operations in the same order, so that it gets the same bits.
 */

/** Pieces two by two: x left, x right, y at x left, slope, weight, each of the first and of the second. Unused places are 0. */
export const BLOCK: usize = 80;

/* @inline */ export function fourfold(xa: v128, xb: v128, ya: v128, slope: v128, block: usize): v128 {
  const x1 = v128.load(block);
  const left = f64x2.pmax(xa, x1);
  const right = f64x2.pmin(xb, v128.load(block, 16));
  const width = f64x2.pmax(f64x2.sub(right, left), f64x2.splat(0));
  const y1 = v128.load(block, 32);
  const otherSlope = v128.load(block, 48);
  const el = f64x2.add(ya, f64x2.mul(slope, f64x2.sub(left, xa)));
  const er = f64x2.add(ya, f64x2.mul(slope, f64x2.sub(right, xa)));
  const fl = f64x2.add(y1, f64x2.mul(otherSlope, f64x2.sub(left, x1)));
  const fr = f64x2.add(y1, f64x2.mul(otherSlope, f64x2.sub(right, x1)));
  const dl = f64x2.sub(el, fl);
  const dr = f64x2.sub(er, fr);
  const apart = f64x2.add(f64x2.abs(dl), f64x2.abs(dr));
  let distance = apart;
  const nothing = f64x2.splat(0);
  // (Written so that a lane that is not a number counts as crossing, as in the plain version.)
  const isCrossing = v128.andnot(f64x2.gt(width, nothing), f64x2.ge(f64x2.mul(dl, dr), nothing));
  // Seldom; and dividing is slow.
  if (v128.any_true(isCrossing)) {
    const crossing = f64x2.div(f64x2.add(f64x2.mul(dl, dl), f64x2.mul(dr, dr)), apart);
    distance = v128.bitselect(crossing, apart, isCrossing);
  }
  return f64x2.mul(width, f64x2.sub(f64x2.add(f64x2.add(el, er), f64x2.add(fl, fr)), distance));
}
