/** Sine, logarithm and their kin with the same bits in every engine; see portable/transcendental.ts. */
export {
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
} from './portable/transcendental.ts';
