/** Doors for the tests alone: the portable functions over arrays in memory, to be compared with TypeScript bit by bit. */
import { authalicHeight } from '../../portable/authalic.ts';
import { projectPoint } from '../../portable/gauss-kruger.ts';
import {
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cos,
  cosh,
  exp,
  expm1,
  log,
  log1p,
  sin,
  sinh,
  tan,
} from '../../portable/transcendental.ts';
import { first, second } from '../../portable/platform.ts';
import { firstsOfPair, projectPair, secondsOfPair } from './projection-pairs.ts';

/** Replaces `count` numbers by a function of them; functions by number, in the order of the tests' list. */
export function evaluateAll(which: i32, values: usize, count: i32): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const at = values + i * 8;
    store<f64>(at, evaluate(which, load<f64>(at)));
  }
}

function evaluate(which: i32, x: f64): f64 {
  switch (which) {
    case 0:
      return sin(x);
    case 1:
      return cos(x);
    case 2:
      return tan(x);
    case 3:
      return asin(x);
    case 4:
      return atan(x);
    case 5:
      return log(x);
    case 6:
      return log1p(x);
    case 7:
      return exp(x);
    case 8:
      return expm1(x);
    case 9:
      return sinh(x);
    case 10:
      return cosh(x);
    case 11:
      return asinh(x);
    case 12:
      return atanh(x);
    case 13:
      return authalicHeight(x);
    default:
      return NaN;
  }
}

/** Replaces the first of each of `count` pairs y, x by atan2(y, x). */
export function arcTangentAll(pairs: usize, count: i32): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const at = pairs + i * 16;
    store<f64>(at, atan2(load<f64>(at), load<f64>(at, 8)));
  }
}

/** Longitude from the meridian and latitude, degrees, to east and north, metres, in place: two at a time, the last alone. */
export function projectAll(xy: usize, vertices: i32): void {
  const end = xy + (vertices as usize) * 16;
  let at = xy;
  for (; at + 16 < end; at += 32) {
    projectPair(
      f64x2.replace_lane(f64x2.splat(load<f64>(at)), 1, load<f64>(at, 16)),
      f64x2.replace_lane(f64x2.splat(load<f64>(at, 8)), 1, load<f64>(at, 24)),
    );
    store<f64>(at, f64x2.extract_lane(firstsOfPair(), 0));
    store<f64>(at, f64x2.extract_lane(secondsOfPair(), 0), 8);
    store<f64>(at, f64x2.extract_lane(firstsOfPair(), 1), 16);
    store<f64>(at, f64x2.extract_lane(secondsOfPair(), 1), 24);
  }
  if (at < end) {
    projectPoint(load<f64>(at), load<f64>(at, 8));
    store<f64>(at, first());
    store<f64>(at, second(), 8);
  }
}
