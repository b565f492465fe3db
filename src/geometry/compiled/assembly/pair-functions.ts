/**
 * Sine, cosine and their kin of two numbers at a time, on the ranges that coordinates fall in: in each lane the operations of
 * portable/transcendental.ts in its order, so that every bit is the same. Outside the range of a function the result has no
 * meaning; callers ask first and take the portable functions there.
 */

/** A number in both lanes. */
/* @inline */ function both(x: f64): v128 {
  return f64x2.splat(x);
}

/** a + z·b: a step of a polynomial. */
/* @inline */ function step(a: f64, z: v128, b: v128): v128 {
  return f64x2.add(both(a), f64x2.mul(z, b));
}

/** A little more than π/4, a little less than π/2: between them one quarter turn is taken off, and nothing cancels. */
const BEYOND_EIGHTH_TURN: f64 = 0.7854;
const BEFORE_QUARTER_TURN: f64 = 1.5;

/** Whether |x| ≤ π/4 in both lanes. */
/* @inline */ function areWithinEighthTurn(x: v128): bool {
  return v128.all_true<i64>(f64x2.le(f64x2.abs(x), both(7.85398163397448278999e-1)));
}

/** Whether x lies between an eighth and a quarter of a turn in both lanes, and not too near their ends. */
/* @inline */ function areInSecondEighth(x: v128): bool {
  return v128.all_true<i64>(v128.and(f64x2.ge(x, both(BEYOND_EIGHTH_TURN)), f64x2.le(x, both(BEFORE_QUARTER_TURN))));
}

/** sin(x + y) for |x| ≤ π/4 and a tail y. */
/* @inline */ function sinKernel(x: v128, y: v128): v128 {
  const z = f64x2.mul(x, x);
  const v = f64x2.mul(z, x);
  const r = step(
    8.33333333332248946124e-3,
    z,
    step(
      -1.98412698298579493134e-4,
      z,
      step(2.75573137070700676789e-6, z, step(-2.50507602534068634195e-8, z, both(1.58969099521155010221e-10))),
    ),
  );
  const p = f64x2.mul(z, f64x2.sub(f64x2.mul(both(0.5), y), f64x2.mul(v, r)));
  return f64x2.sub(x, f64x2.sub(f64x2.sub(p, y), f64x2.mul(v, both(-1.66666666666666324348e-1))));
}

/** cos(x + y) for |x| ≤ π/4 and a tail y. */
/* @inline */ function cosKernel(x: v128, y: v128): v128 {
  const z = f64x2.mul(x, x);
  const w = f64x2.mul(z, z);
  const r = f64x2.add(
    f64x2.mul(
      z,
      step(4.16666666666666019037e-2, z, step(-1.38888888888741095749e-3, z, both(2.48015872894767294178e-5))),
    ),
    f64x2.mul(
      f64x2.mul(w, w),
      step(-2.75573143513906633035e-7, z, step(2.0875723212981748279e-9, z, both(-1.13596475577881948265e-11))),
    ),
  );
  const half = f64x2.mul(both(0.5), z);
  const rest = f64x2.sub(both(1), half);
  const lost = f64x2.sub(f64x2.sub(both(1), rest), half);
  return f64x2.add(rest, f64x2.add(lost, f64x2.sub(f64x2.mul(z, r), f64x2.mul(x, y))));
}

let sines: v128 = i64x2.splat(0);
let cosines: v128 = i64x2.splat(0);

/** Sines of the last call of takeSinCos. */
/* @inline */ export function sinesOfPair(): v128 {
  return sines;
}

/** Cosines of the last call of takeSinCos. */
/* @inline */ export function cosinesOfPair(): v128 {
  return cosines;
}

/** x − π/2 for areInSecondEighth, and its tail: the first two steps of `reduce`, enough so far from its ends. */
/* @inline */ function fromQuarterTurn(x: v128): v128 {
  return f64x2.sub(f64x2.sub(x, both(1.57079632673412561417)), both(6.07710050650619224932e-11));
}
/* @inline */ function tailFromQuarterTurn(x: v128, high: v128): v128 {
  return f64x2.sub(f64x2.sub(f64x2.sub(x, both(1.57079632673412561417)), high), both(6.07710050650619224932e-11));
}

/** Takes sine and cosine, or says that it cannot: |x| ≤ π/4 in both lanes, or 0.7854 ≤ x ≤ 1.5 in both. */
export function takeSinCos(x: v128): bool {
  const zero = both(0);
  if (areWithinEighthTurn(x)) {
    sines = sinKernel(x, zero);
    cosines = cosKernel(x, zero);
    return true;
  }
  if (!areInSecondEighth(x)) return false;
  const high = fromQuarterTurn(x);
  const low = tailFromQuarterTurn(x, high);
  sines = cosKernel(high, low);
  cosines = f64x2.neg(sinKernel(high, low));
  return true;
}

/** Takes the cosine alone; ranges of takeSinCos. */
export function takeCos(x: v128): bool {
  if (areWithinEighthTurn(x)) {
    cosines = cosKernel(x, both(0));
    return true;
  }
  if (!areInSecondEighth(x)) return false;
  const high = fromQuarterTurn(x);
  cosines = f64x2.neg(sinKernel(high, tailFromQuarterTurn(x, high)));
  return true;
}

/** Takes the sine alone; |x| ≤ π/4. */
/* @inline */ export function takeSmallSin(x: v128): bool {
  sines = sinKernel(x, both(0));
  return areWithinEighthTurn(x);
}

/** Whether 3.7e-9 ≤ |x| ≤ ln 2 / 2 in both lanes: the range of sinhOfPair. */
/* @inline */ export function areSinhArguments(x: v128): bool {
  const size = f64x2.abs(x);
  return v128.all_true<i64>(
    v128.and(f64x2.ge(size, both(3.725290298461914e-9)), f64x2.le(size, both(0.34657359027997264))),
  );
}

/** Magnitudes with the signs of other numbers. */
/* @inline */ export function withSigns(size: v128, signs: v128): v128 {
  return v128.bitselect(signs, size, i64x2.splat(1 << 63));
}

/** Hyperbolic sine; 3.7e-9 ≤ |x| ≤ ln 2 / 2. */
export function sinhOfPair(x: v128): v128 {
  const r = f64x2.abs(x);
  const half = f64x2.mul(both(0.5), r);
  const square = f64x2.mul(r, half);
  const r1 = step(
    1,
    square,
    step(
      -3.33333333333331316428e-2,
      square,
      step(
        1.58730158725481460165e-3,
        square,
        step(
          -7.93650757867487942473e-5,
          square,
          step(4.00821782732936239552e-6, square, both(-2.01099218183624371326e-7)),
        ),
      ),
    ),
  );
  const u = f64x2.sub(both(3), f64x2.mul(r1, half));
  const e = f64x2.mul(square, f64x2.div(f64x2.sub(r1, u), f64x2.sub(both(6), f64x2.mul(r, u))));
  // t = e^|x| − 1
  const t = f64x2.sub(r, f64x2.sub(f64x2.mul(r, e), square));
  const sum = f64x2.sub(f64x2.mul(both(2), t), f64x2.div(f64x2.mul(t, t), f64x2.add(t, both(1))));
  return f64x2.mul(withSigns(both(0.5), x), sum);
}

/** Whether 7.5e-9 ≤ ratio < 2.4375 in both lanes: the range of atanOfPair. */
/* @inline */ export function areAtanArguments(ratio: v128): bool {
  return v128.all_true<i64>(v128.and(f64x2.ge(ratio, both(7.450580596923828e-9)), f64x2.lt(ratio, both(2.4375))));
}

/** Arc tangent; 7.5e-9 ≤ ratio < 2.4375. */
export function atanOfPair(ratio: v128): v128 {
  const second = f64x2.ge(ratio, both(0.4375));
  let t = ratio;
  let high = both(0);
  let low = both(0);
  if (v128.any_true(second)) {
    const third = f64x2.ge(ratio, both(0.6875));
    const fourth = f64x2.ge(ratio, both(1.1875));
    // Four ranges: ratio / 1, (2·ratio − 1) / (2 + ratio), (ratio − 1) / (1 + ratio), (ratio − 1.5) / (1 + 1.5·ratio).
    const one = both(1);
    const twice = v128.bitselect(ratio, f64x2.mul(both(2), ratio), third);
    const less = v128.bitselect(both(1.5), one, fourth);
    const part = v128.bitselect(f64x2.mul(both(1.5), ratio), ratio, fourth);
    const top = v128.bitselect(f64x2.sub(twice, less), ratio, second);
    const bottom = v128.bitselect(f64x2.add(v128.bitselect(one, both(2), third), part), one, second);
    t = f64x2.div(top, bottom);
    high = v128.bitselect(both(7.85398163397448278999e-1), both(4.63647609000806093515e-1), third);
    high = v128.and(v128.bitselect(both(9.82793723247329054082e-1), high, fourth), second);
    low = v128.bitselect(both(3.06161699786838301793e-17), both(2.26987774529616870924e-17), third);
    low = v128.and(v128.bitselect(both(1.39033110312309984516e-17), low, fourth), second);
  }
  const z = f64x2.mul(t, t);
  const w = f64x2.mul(z, z);
  const odd = f64x2.mul(
    z,
    step(
      3.33333333333329318027e-1,
      w,
      step(
        1.42857142725034663711e-1,
        w,
        step(
          9.09088713343650656196e-2,
          w,
          step(6.66107313738753120669e-2, w, step(4.97687799461593236017e-2, w, both(1.62858201153657823623e-2))),
        ),
      ),
    ),
  );
  const even = f64x2.mul(
    w,
    step(
      -1.99999999998764832476e-1,
      w,
      step(
        -1.1111110405462355788e-1,
        w,
        step(-7.69187620504482999495e-2, w, step(-5.83357013379057348645e-2, w, both(-3.6531572744216915527e-2))),
      ),
    ),
  );
  // In the lowest range, where high and low are 0, this is t − t·(odd + even) with its sign turned twice.
  return f64x2.sub(high, f64x2.sub(f64x2.sub(f64x2.mul(t, f64x2.add(odd, even)), low), t));
}

/** Whether 3.7e-9 ≤ |x| and log1p stays in its first range in both lanes: the range of asinhOfPair. */
/* @inline */ export function areAsinhArguments(x: v128): bool {
  const size = f64x2.abs(x);
  return v128.all_true<i64>(v128.and(f64x2.ge(size, both(3.725290298461914e-9)), f64x2.le(size, both(0.34))));
}

/** Inverse hyperbolic sine; 3.7e-9 ≤ |x| ≤ 0.34. */
export function asinhOfPair(x: v128): v128 {
  const size = f64x2.abs(x);
  const t = f64x2.mul(x, x);
  const f = f64x2.add(size, f64x2.div(t, f64x2.add(both(1), f64x2.sqrt(f64x2.add(both(1), t)))));
  const half = f64x2.mul(f64x2.mul(both(0.5), f), f);
  const s = f64x2.div(f, f64x2.add(both(2), f));
  const z = f64x2.mul(s, s);
  const w = f64x2.mul(z, z);
  const even = f64x2.mul(
    w,
    step(3.999999999940941908e-1, w, step(2.222219843214978396e-1, w, both(1.531383769920937332e-1))),
  );
  const odd = f64x2.mul(
    z,
    step(
      6.66666666666673513e-1,
      w,
      step(2.857142874366239149e-1, w, step(1.818357216161805012e-1, w, both(1.479819860511658591e-1))),
    ),
  );
  const r = f64x2.add(odd, even);
  // No powers of two were taken out: 0 − (half − s·(half + r) − f).
  const logarithm = f64x2.neg(f64x2.sub(f64x2.sub(half, f64x2.mul(s, f64x2.add(half, r))), f));
  return withSigns(logarithm, x);
}
