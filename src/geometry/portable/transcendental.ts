/**
 * Sine, logarithm and their kin, the same bits in every JavaScript engine and in the compiled kernel. `Math.sin` and most of
 * its neighbours may differ in the last bit between engines and versions, so that a browser and the server would disagree;
 * these use only + − × ÷, Math.sqrt, Math.abs, Math.floor and Math.fround, which the language defines exactly.
 *
 * This folder is TypeScript and AssemblyScript at once (README.md): hence a type on every number that starts as a whole one.
 *
 * The algorithms and constants are those of fdlibm 5.3 (see NOTICE), with comparisons of magnitudes in place of
 * comparisons of high words, and single-precision rounding where fdlibm clears the low word. Error < 1 ulp.
 *
 * ---
 * Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
 * Developed at SunSoft, a Sun Microsystems, Inc. business.
 * Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is
 * preserved.
 * ---
 */
import { exponentOf, first, leavePair, mantissaOf, powerOfTwo, second, stopAtAngle } from './platform.ts';

const PI_2_HIGH = 1.5707963267948966;
const PI_2_LOW = 6.123233995736766e-17;
const PI_4_HIGH = 7.85398163397448278999e-1;
const PI_4_LOW = 3.06161699786838301793e-17;
const PI = 3.141592653589793;
const PI_LOW = 1.2246467991473532e-16;
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;

/** Largest argument of the circular functions: beyond it the reduction to a quarter turn would lose digits. */
const MAX_ANGLE: number = 1_647_099; // 2^20 × π/2

/**
 * Takes whole quarter turns off x: leaves r with |r| ≤ π/4 as a pair whose sum it is, returns the number of turns modulo 4.
 */
function reduce(x: number): number {
  if (!(x <= MAX_ANGLE && x >= -MAX_ANGLE)) stopAtAngle();
  const turns = Math.floor(x * 6.36619772367581382433e-1 + 0.5);
  // π/2 in three parts of 33 bits, each with its tail; a part more is taken off where the last one cancelled.
  let r = x - turns * 1.57079632673412561417;
  let w = turns * 6.07710050650619224932e-11;
  let high = r - w;
  if (Math.abs(high) < Math.abs(x) * 1.52587890625e-5) {
    const t = r;
    w = turns * 6.0771005063039659766e-11;
    r = t - w;
    w = turns * 2.02226624879595063154e-21 - (t - r - w);
    high = r - w;
    if (Math.abs(high) < Math.abs(x) * 1.7763568394002505e-15) {
      const u = r;
      w = turns * 2.0222662487111664558e-21;
      r = u - w;
      w = turns * 8.47842766036889956997e-32 - (u - r - w);
      high = r - w;
    }
  }
  leavePair(high, r - high - w);
  return turns - 4 * Math.floor(turns * 0.25);
}

/** sin(x + y) for |x| ≤ π/4 and a tail y. */
function sinKernel(x: number, y: number): number {
  const z = x * x;
  const v = z * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x - (z * (0.5 * y - v * r) - y - v * -1.66666666666666324348e-1);
}

/** cos(x + y) for |x| ≤ π/4 and a tail y. */
function cosKernel(x: number, y: number): number {
  const z = x * x;
  const w = z * z;
  const r =
    z * (4.16666666666666019037e-2 + z * (-1.38888888888741095749e-3 + z * 2.48015872894767294178e-5)) +
    w * w * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11));
  const half = 0.5 * z;
  const rest = 1 - half;
  return rest + (1 - rest - half + (z * r - x * y));
}

/** Sine; x in radians, |x| ≤ 1.6 million. */
export function sin(x: number): number {
  if (x <= PI_4_HIGH && x >= -PI_4_HIGH) return sinKernel(x, 0);
  const quarter = reduce(x);
  const high = first();
  const low = second();
  if (quarter === 0) return sinKernel(high, low);
  if (quarter === 1) return cosKernel(high, low);
  if (quarter === 2) return -sinKernel(high, low);
  return -cosKernel(high, low);
}

/** Cosine; x in radians, |x| ≤ 1.6 million. */
export function cos(x: number): number {
  if (x <= PI_4_HIGH && x >= -PI_4_HIGH) return cosKernel(x, 0);
  const quarter = reduce(x);
  const high = first();
  const low = second();
  if (quarter === 0) return cosKernel(high, low);
  if (quarter === 1) return -sinKernel(high, low);
  if (quarter === 2) return -cosKernel(high, low);
  return sinKernel(high, low);
}

/** tan(x + y) for |x| ≤ π/4, or −1/tan(x + y) where `inverted`. */
function tanKernel(xIn: number, yIn: number, inverted: boolean): number {
  let x = xIn;
  let y = yIn;
  const large = Math.abs(x) >= 0.6743316650390625;
  const negative = x < 0;
  if (large) {
    if (negative) {
      x = -x;
      y = -y;
    }
    x = PI_4_HIGH - x + (PI_4_LOW - y);
    y = 0;
  }
  const z = x * x;
  const w = z * z;
  const odd =
    1.33333333333201242699e-1 +
    w *
      (2.18694882948595424599e-2 +
        w *
          (3.59207910759131235356e-3 +
            w * (5.88041240820264096874e-4 + w * (7.817944429395570923e-5 + w * -1.85586374855275456654e-5))));
  const even =
    z *
    (5.39682539762260521377e-2 +
      w *
        (8.86323982359930005737e-3 +
          w *
            (1.45620945432529025516e-3 +
              w * (2.46463134818469906812e-4 + w * (7.14072491382608190305e-5 + w * 2.59073051863633712884e-5)))));
  const s = z * x;
  const r = y + z * (s * (odd + even) + y) + 3.33333333333334091986e-1 * s;
  const sum = x + r;
  if (large) {
    const v: number = inverted ? -1 : 1;
    const value = v - 2 * (x - ((sum * sum) / (sum + v) - r));
    return negative ? -value : value;
  }
  if (!inverted) return sum;
  // −1/(x + r) with both held in two parts, so that the quotient keeps its last bit.
  const top: number = Math.fround(sum);
  const tail = r - (top - x);
  const quotient = -1 / sum;
  const coarse: number = Math.fround(quotient);
  return coarse + quotient * (1 + coarse * top + coarse * tail);
}

/** Tangent; x in radians, |x| ≤ 1.6 million. */
export function tan(x: number): number {
  if (x < 7.450580596923828e-9 && x > -7.450580596923828e-9) return x;
  if (x <= PI_4_HIGH && x >= -PI_4_HIGH) return tanKernel(x, 0, false);
  const quarter = reduce(x);
  return tanKernel(first(), second(), quarter === 1 || quarter === 3);
}

/** Rational approximation of (asin(√t) / √t − 1) for t ≤ 1/4, shared by asin and acos. */
function arcsineRatio(t: number): number {
  const p =
    t *
    (1.66666666666666657415e-1 +
      t *
        (-3.25565818622400915405e-1 +
          t *
            (2.01212532134862925881e-1 +
              t * (-4.00555345006794114027e-2 + t * (7.91534994289814532176e-4 + t * 3.4793310759602116757e-5)))));
  const q =
    1 +
    t *
      (-2.40339491173441421878 +
        t * (2.02094576023350569471 + t * (-6.8828397160545329303e-1 + t * 7.70381505559019352791e-2)));
  return p / q;
}

/** Arc sine in [−π/2, π/2]; NaN outside [−1, 1]. */
export function asin(x: number): number {
  const size = Math.abs(x);
  if (!(size <= 1)) return NaN;
  if (size < 0.5) return size < 7.450580596923828e-9 ? x : x + x * arcsineRatio(x * x);
  const t = (1 - size) * 0.5;
  const ratio = arcsineRatio(t);
  const s = Math.sqrt(t);
  let value: number;
  if (size >= 0.975) {
    value = PI_2_HIGH - (2 * (s + s * ratio) - PI_2_LOW);
  } else {
    const top: number = Math.fround(s);
    const tail = (t - top * top) / (s + top);
    const p = 2 * s * ratio - (PI_2_LOW - 2 * tail);
    value = PI_4_HIGH - (p - (PI_4_HIGH - 2 * top));
  }
  return x < 0 ? -value : value;
}

/** Arc tangent in [−π/2, π/2]. */
export function atan(x: number): number {
  const size = Math.abs(x);
  if (!(size < 7.378697629483821e19)) return x !== x ? x : x > 0 ? PI_2_HIGH + PI_2_LOW : -PI_2_HIGH - PI_2_LOW;
  let t = size;
  let high: number = 0;
  let low: number = 0;
  if (size >= 0.4375) {
    if (size < 0.6875) {
      t = (2 * size - 1) / (2 + size);
      high = 4.63647609000806093515e-1;
      low = 2.26987774529616870924e-17;
    } else if (size < 1.1875) {
      t = (size - 1) / (size + 1);
      high = PI_4_HIGH;
      low = PI_4_LOW;
    } else if (size < 2.4375) {
      t = (size - 1.5) / (1 + 1.5 * size);
      high = 9.82793723247329054082e-1;
      low = 1.39033110312309984516e-17;
    } else {
      t = -1 / size;
      high = PI_2_HIGH;
      low = PI_2_LOW;
    }
  } else if (size < 7.450580596923828e-9) {
    return x;
  }
  const z = t * t;
  const w = z * z;
  const odd =
    z *
    (3.33333333333329318027e-1 +
      w *
        (1.42857142725034663711e-1 +
          w *
            (9.09088713343650656196e-2 +
              w * (6.66107313738753120669e-2 + w * (4.97687799461593236017e-2 + w * 1.62858201153657823623e-2)))));
  const even =
    w *
    (-1.99999999998764832476e-1 +
      w *
        (-1.1111110405462355788e-1 +
          w * (-7.69187620504482999495e-2 + w * (-5.83357013379057348645e-2 + w * -3.6531572744216915527e-2))));
  const value = size < 0.4375 ? t - t * (odd + even) : high - (t * (odd + even) - low - t);
  return x < 0 ? -value : value;
}

/** Angle of the point (x, y) from the positive x axis, in (−π, π]. Finite arguments; 0 at the origin with x ≥ 0. */
export function atan2(y: number, x: number): number {
  // The sign of a zero shows in its reciprocal.
  if (x === 0) return y > 0 ? PI_2_HIGH : y < 0 ? -PI_2_HIGH : 1 / x > 0 ? y : 1 / y < 0 ? -PI : PI;
  if (y === 0) return x > 0 ? y : 1 / y < 0 ? -PI : PI;
  const ratio = Math.abs(y / x);
  if (x > 0) {
    const z = ratio > 1.15e18 ? PI_2_HIGH : atan(ratio);
    return y > 0 ? z : -z;
  }
  const z = ratio > 1.15e18 ? PI_2_HIGH + 0.5 * PI_LOW : ratio < 8.7e-19 ? 0 : atan(ratio);
  return y > 0 ? PI - (z - PI_LOW) : z - PI_LOW - PI;
}

/** x × 2^exponent for results that stay normal or overflow; exact. */
function scale(x: number, exponent: number): number {
  let value = x;
  let rest = exponent;
  while (rest > 1000) {
    value *= 1.0715086071862673e301; // 2^1000
    rest -= 1000;
  }
  while (rest < -1000) {
    value *= 9.332636185032189e-302; // 2^−1000
    rest += 1000;
  }
  return value * powerOfTwo(rest);
}

/** (log(1 + f) + f²/2 − f) seen through s = f / (2 + f): the odd series of the logarithm. */
function logarithmSeries(s: number): number {
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  return odd + even;
}

/** k·ln 2 + log(1 + f) + correction, for 1 + f in [√2/2, √2]. */
function assembleLogarithm(k: number, f: number, correction: number): number {
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const r = logarithmSeries(s);
  return k * LN2_HIGH - (half - (s * (half + r) + (k * LN2_LOW + correction)) - f);
}

/** Natural logarithm; −∞ at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let value = x;
  let k: number = 0;
  if (value < 2.2250738585072014e-308) {
    value *= 18014398509481984; // 2^54
    k = -54;
  }
  k += exponentOf(value);
  let mantissa = mantissaOf(value);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    k++;
  }
  return assembleLogarithm(k, mantissa - 1, 0);
}

/** log(1 + x), exact for small x; NaN below −1. */
export function log1p(x: number): number {
  if (!(x > -1)) return x === -1 ? -Infinity : NaN;
  if (Math.abs(x) < 5.551115123125783e-17) return x;
  if (x > -0.2928932188134524 && x < 0.4142135623730951) return assembleLogarithm(0, x, 0);
  if (x > 9007199254740992) return log(x);
  const u = 1 + x;
  let k = exponentOf(u);
  // What the rounding of 1 + x lost, relative to u.
  const lost = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
  let mantissa = mantissaOf(u);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    k++;
  }
  return assembleLogarithm(k, mantissa - 1, lost);
}

/** e to the x. */
export function exp(x: number): number {
  if (!(x < 709.782712893384)) return x !== x ? x : Infinity;
  if (x < -745.1332191019411) return 0;
  let k: number = 0;
  let high = x;
  let low: number = 0;
  if (Math.abs(x) > 0.34657359027997264) {
    k = Math.floor(x * 1.442695040888963387 + 0.5);
    high = x - k * LN2_HIGH;
    low = k * LN2_LOW;
  } else if (Math.abs(x) < 3.725290298461914e-9) {
    return 1 + x;
  }
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t * (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  if (k === 0) return 1 - ((r * c) / (c - 2) - r);
  return scale(1 - (low - (r * c) / (2 - c) - high), k);
}

/** e to the x, less 1, exact for small x. */
export function expm1(x: number): number {
  if (Math.abs(x) > 38) return exp(x) - 1;
  if (Math.abs(x) < 5.551115123125783e-17) return x;
  let k: number = 0;
  let r = x;
  let lost: number = 0;
  if (Math.abs(x) > 0.34657359027997264) {
    k = Math.floor(x * 1.442695040888963387 + 0.5);
    const high = x - k * LN2_HIGH;
    const low = k * LN2_LOW;
    r = high - low;
    lost = high - r - low;
  }
  const half = 0.5 * r;
  const square = r * half;
  const r1 =
    1 +
    square *
      (-3.33333333333331316428e-2 +
        square *
          (1.58730158725481460165e-3 +
            square *
              (-7.93650757867487942473e-5 +
                square * (4.00821782732936239552e-6 + square * -2.01099218183624371326e-7))));
  const t = 3 - r1 * half;
  let e = square * ((r1 - t) / (6 - r * t));
  if (k === 0) return r - (r * e - square);
  e = r * (e - lost) - lost - square;
  if (k === -1) return 0.5 * (r - e) - 0.5;
  if (k === 1) return r < -0.25 ? -2 * (e - (r + 0.5)) : 1 + 2 * (r - e);
  if (k <= -2 || k > 56) return scale(1 - (e - r), k) - 1;
  if (k < 20) return scale(1 - scale(1, -k) - (e - r), k);
  return scale(r - (e + scale(1, -k)) + 1, k);
}

/** Hyperbolic sine. */
export function sinh(x: number): number {
  const size = Math.abs(x);
  const half = x < 0 ? -0.5 : 0.5;
  if (size < 22) {
    if (size < 3.725290298461914e-9) return x;
    const t = expm1(size);
    return size < 1 ? half * (2 * t - (t * t) / (t + 1)) : half * (t + t / (t + 1));
  }
  if (size < 709) return half * exp(size);
  const w = exp(0.5 * size);
  return half * w * w;
}

/** Hyperbolic cosine. */
export function cosh(x: number): number {
  const size = Math.abs(x);
  if (size < 0.34657359027997264) {
    const t = expm1(size);
    const w = 1 + t;
    return 1 + (t * t) / (w + w);
  }
  if (size < 22) {
    const t = exp(size);
    return 0.5 * t + 0.5 / t;
  }
  if (size < 709) return 0.5 * exp(size);
  const w = exp(0.5 * size);
  return 0.5 * w * w;
}

/** Inverse hyperbolic sine. */
export function asinh(x: number): number {
  const size = Math.abs(x);
  if (size < 3.725290298461914e-9) return x;
  let value: number;
  if (size > 268435456) {
    value = log(size) + 0.6931471805599453;
  } else if (size > 2) {
    value = log(2 * size + 1 / (Math.sqrt(x * x + 1) + size));
  } else {
    const t = x * x;
    value = log1p(size + t / (1 + Math.sqrt(1 + t)));
  }
  return x < 0 ? -value : value;
}

/** Inverse hyperbolic tangent; NaN outside [−1, 1]. */
export function atanh(x: number): number {
  const size = Math.abs(x);
  if (!(size <= 1)) return NaN;
  if (size < 3.725290298461914e-9) return x;
  const twice = size + size;
  const value = size < 0.5 ? 0.5 * log1p(twice + (twice * size) / (1 - size)) : 0.5 * log1p(twice / (1 - size));
  return x < 0 ? -value : value;
}
