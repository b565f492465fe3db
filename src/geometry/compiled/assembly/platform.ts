/**
 * src/geometry/portable/platform.ts for the compiled kernel: the same names, the same results. Imported under that name alone:
 * under its own it would be a second module with a second pair.
 */

/** 2^exponent, for a whole exponent from −1022 to 1023. */
export function powerOfTwo(exponent: f64): f64 {
  return reinterpret<f64>(((exponent as i64) + 1023) << 52);
}

/** The e of x = m × 2^e with 1 ≤ m < 2; x positive, finite and not subnormal. */
export function exponentOf(x: f64): f64 {
  return ((reinterpret<i64>(x) >> 52) - 1023) as f64;
}

/** The m of x = m × 2^e with 1 ≤ m < 2; x positive, finite and not subnormal. */
export function mantissaOf(x: f64): f64 {
  return reinterpret<f64>((reinterpret<i64>(x) & 0x000fffffffffffff) | (1023 << 52));
}

let pairFirst: f64 = 0;
let pairSecond: f64 = 0;

/** Leaves the two results of a function that has two; read at once with `first` and `second`. */
export function leavePair(first: f64, second: f64): void {
  pairFirst = first;
  pairSecond = second;
}

/** First of the two results of the last call. */
export function first(): f64 {
  return pairFirst;
}

/** Second of the two results of the last call. */
export function second(): f64 {
  return pairSecond;
}

/** Stops a computation whose angle is not a number or beyond what can be reduced to a quarter turn. */
export function stopAtAngle(): void {
  unreachable();
}
