/**
 * The projection of two points at a time, both ways: in each lane the operations of portable/gauss-kruger.ts in its order, so
 * that every bit is the same. Points for which the functions of pair-functions.ts do not serve (on the meridian or the
 * equator, at 45°, far from the strip) are left to the portable source.
 */
import { DEGREES_PER_RADIAN, ECCENTRICITY_SQUARED, RADIANS_PER_DEGREE } from '../../portable/ellipsoid.ts';
import {
  A1,
  A2,
  A3,
  A4,
  A5,
  A6,
  B1,
  B2,
  B3,
  B4,
  B5,
  B6,
  D1,
  D2,
  D3,
  D4,
  D5,
  D6,
  projectPoint,
  RECTIFYING_RADIUS,
  unprojectPoint,
} from '../../portable/gauss-kruger.ts';
import { first, second } from '../../portable/platform.ts';
import {
  areAsinhArguments,
  areAtanArguments,
  areSinhArguments,
  asinhOfPair,
  atanOfPair,
  cosinesOfPair,
  sinesOfPair,
  sinhOfPair,
  takeSinCos,
  withSigns,
} from './pair-functions.ts';

let firsts: v128 = i64x2.splat(0);
let seconds: v128 = i64x2.splat(0);

/** Eastings, or longitudes from the meridian, of the last two points. */
/* @inline */ export function firstsOfPair(): v128 {
  return firsts;
}

/** Northings, or latitudes, of the last two points. */
/* @inline */ export function secondsOfPair(): v128 {
  return seconds;
}

/* @inline */ function both(x: f64): v128 {
  return f64x2.splat(x);
}

let realReal: v128 = i64x2.splat(0);
let realImaginary: v128 = i64x2.splat(0);
let imaginaryReal: v128 = i64x2.splat(0);
let imaginaryImaginary: v128 = i64x2.splat(0);

/**
 * Clenshaw's recurrence for Σ C_j sin 2j(ξ + iη): leaves the four products of sin 2(ξ + iη) and the sum of the series, each
 * with real and imaginary part.
 */
/* @inline */ function complexSeries(
  sinXi: v128,
  cosXi: v128,
  sinhEta: v128,
  coshEta: v128,
  c1: f64,
  c2: f64,
  c3: f64,
  c4: f64,
  c5: f64,
  c6: f64,
): void {
  const sin2 = f64x2.mul(f64x2.mul(both(2), sinXi), cosXi);
  const cos2 = f64x2.mul(f64x2.sub(cosXi, sinXi), f64x2.add(cosXi, sinXi));
  const sinh2 = f64x2.mul(f64x2.mul(both(2), sinhEta), coshEta);
  const cosh2 = f64x2.add(both(1), f64x2.mul(f64x2.mul(both(2), sinhEta), sinhEta));
  const c = f64x2.mul(f64x2.mul(both(2), cos2), cosh2);
  const d = f64x2.mul(f64x2.mul(both(-2), sin2), sinh2);
  const r5 = f64x2.add(f64x2.mul(c, both(c6)), both(c5));
  const i5 = f64x2.mul(d, both(c6));
  const r4 = f64x2.add(f64x2.sub(f64x2.sub(f64x2.mul(c, r5), f64x2.mul(d, i5)), both(c6)), both(c4));
  const i4 = f64x2.add(f64x2.mul(d, r5), f64x2.mul(c, i5));
  const r3 = f64x2.add(f64x2.sub(f64x2.sub(f64x2.mul(c, r4), f64x2.mul(d, i4)), r5), both(c3));
  const i3 = f64x2.sub(f64x2.add(f64x2.mul(d, r4), f64x2.mul(c, i4)), i5);
  const r2 = f64x2.add(f64x2.sub(f64x2.sub(f64x2.mul(c, r3), f64x2.mul(d, i3)), r4), both(c2));
  const i2 = f64x2.sub(f64x2.add(f64x2.mul(d, r3), f64x2.mul(c, i3)), i4);
  const r1 = f64x2.add(f64x2.sub(f64x2.sub(f64x2.mul(c, r2), f64x2.mul(d, i2)), r3), both(c1));
  const i1 = f64x2.sub(f64x2.add(f64x2.mul(d, r2), f64x2.mul(c, i2)), i3);
  const sinReal = f64x2.mul(sin2, cosh2);
  const sinImaginary = f64x2.mul(cos2, sinh2);
  realReal = f64x2.mul(sinReal, r1);
  realImaginary = f64x2.mul(sinReal, i1);
  imaginaryReal = f64x2.mul(sinImaginary, r1);
  imaginaryImaginary = f64x2.mul(sinImaginary, i1);
}

/** √(1 + x²) */
/* @inline */ function rootOfOneAndSquare(x: v128): v128 {
  return f64x2.sqrt(f64x2.add(both(1), f64x2.mul(x, x)));
}

/** Metres from the central meridian and the equator to longitudes from the meridian and latitudes, degrees; left as a pair. */
export function unprojectPair(east: v128, north: v128): void {
  const xi = f64x2.div(north, both(RECTIFYING_RADIUS));
  const eta = f64x2.div(east, both(RECTIFYING_RADIUS));
  if (!(areSinhArguments(eta) && takeSinCos(xi))) return unprojectSingly(east, north);
  const sin1 = sinesOfPair();
  const cos1 = cosinesOfPair();
  const sinh1 = sinhOfPair(eta);
  complexSeries(sin1, cos1, sinh1, rootOfOneAndSquare(sinh1), B1, B2, B3, B4, B5, B6);
  const xi0 = f64x2.sub(xi, f64x2.sub(realReal, imaginaryImaginary));
  const eta0 = f64x2.sub(eta, f64x2.add(realImaginary, imaginaryReal));
  if (!(areSinhArguments(eta0) && takeSinCos(xi0))) return unprojectSingly(east, north);
  const sinXi = sinesOfPair();
  const cosXi = cosinesOfPair();
  const sinhEta = sinhOfPair(eta0);
  const across = f64x2.sqrt(f64x2.add(f64x2.mul(sinhEta, sinhEta), f64x2.mul(cosXi, cosXi)));
  const coshEta = rootOfOneAndSquare(sinhEta);
  const sinChi = f64x2.div(sinXi, coshEta);
  const cosChi = f64x2.div(across, coshEta);
  const ratioOfLongitude = f64x2.abs(f64x2.div(sinhEta, cosXi));
  const ratioOfLatitude = f64x2.abs(f64x2.div(sinChi, cosChi));
  if (!(areAtanArguments(ratioOfLongitude) && areAtanArguments(ratioOfLatitude))) return unprojectSingly(east, north);
  const s = f64x2.mul(f64x2.mul(both(2), sinChi), cosChi);
  const t = f64x2.mul(f64x2.mul(both(2), f64x2.sub(cosChi, sinChi)), f64x2.add(cosChi, sinChi));
  const b5 = f64x2.add(f64x2.mul(t, both(D6)), both(D5));
  const b4 = f64x2.add(f64x2.sub(f64x2.mul(t, b5), both(D6)), both(D4));
  const b3 = f64x2.add(f64x2.sub(f64x2.mul(t, b4), b5), both(D3));
  const b2 = f64x2.add(f64x2.sub(f64x2.mul(t, b3), b4), both(D2));
  const b1 = f64x2.add(f64x2.sub(f64x2.mul(t, b2), b3), both(D1));
  firsts = f64x2.mul(withSigns(atanOfPair(ratioOfLongitude), sinhEta), both(DEGREES_PER_RADIAN));
  const chi = withSigns(atanOfPair(ratioOfLatitude), sinChi);
  seconds = f64x2.mul(f64x2.add(chi, f64x2.mul(s, b1)), both(DEGREES_PER_RADIAN));
}

function unprojectSingly(east: v128, north: v128): void {
  unprojectPoint(f64x2.extract_lane(east, 0), f64x2.extract_lane(north, 0));
  const x = first();
  const y = second();
  unprojectPoint(f64x2.extract_lane(east, 1), f64x2.extract_lane(north, 1));
  firsts = f64x2.replace_lane(both(x), 1, first());
  seconds = f64x2.replace_lane(both(y), 1, second());
}

/** Longitudes from the central meridian and latitudes, degrees, to metres from it and from the equator; left as a pair. */
export function projectPair(longitude: v128, latitude: v128): void {
  const phi = f64x2.mul(latitude, both(RADIANS_PER_DEGREE));
  const lambda = f64x2.mul(longitude, both(RADIANS_PER_DEGREE));
  if (!takeSinCos(phi)) return projectSingly(longitude, latitude);
  const sinPhi = sinesOfPair();
  const cosPhi = cosinesOfPair();
  if (!takeSinCos(lambda)) return projectSingly(longitude, latitude);
  const sinLambda = sinesOfPair();
  const cosLambda = cosinesOfPair();
  const e2 = both(ECCENTRICITY_SQUARED);
  const one = both(1);
  const s2 = f64x2.mul(f64x2.mul(e2, sinPhi), sinPhi);
  let sum = f64x2.add(both(1.0 / 11.0), f64x2.mul(s2, both(1.0 / 13.0)));
  sum = f64x2.add(both(1.0 / 9.0), f64x2.mul(s2, sum));
  sum = f64x2.add(both(1.0 / 7.0), f64x2.mul(s2, sum));
  sum = f64x2.add(both(1.0 / 5.0), f64x2.mul(s2, sum));
  sum = f64x2.add(both(1.0 / 3.0), f64x2.mul(s2, sum));
  sum = f64x2.add(one, f64x2.mul(s2, sum));
  const w = f64x2.mul(f64x2.mul(e2, sinPhi), sum);
  const w2 = f64x2.mul(w, w);
  const inner = f64x2.add(one, f64x2.mul(f64x2.div(w2, both(20)), f64x2.add(one, f64x2.div(w2, both(42)))));
  const sigma = f64x2.mul(w, f64x2.add(one, f64x2.mul(f64x2.div(w2, both(6)), inner)));
  const tauCos = f64x2.sub(f64x2.mul(sinPhi, rootOfOneAndSquare(sigma)), sigma);
  const across = f64x2.mul(cosPhi, cosLambda);
  const h = f64x2.sqrt(f64x2.add(f64x2.mul(tauCos, tauCos), f64x2.mul(across, across)));
  const sinXi = f64x2.div(tauCos, h);
  const cosXi = f64x2.div(across, h);
  const sinhEta = f64x2.div(f64x2.mul(cosPhi, sinLambda), h);
  const ratio = f64x2.abs(f64x2.div(tauCos, across));
  if (!(areAsinhArguments(sinhEta) && areAtanArguments(ratio))) return projectSingly(longitude, latitude);
  complexSeries(sinXi, cosXi, sinhEta, rootOfOneAndSquare(sinhEta), A1, A2, A3, A4, A5, A6);
  const radius = both(RECTIFYING_RADIUS);
  firsts = f64x2.mul(radius, f64x2.add(f64x2.add(asinhOfPair(sinhEta), realImaginary), imaginaryReal));
  const angle = withSigns(atanOfPair(ratio), tauCos);
  seconds = f64x2.mul(radius, f64x2.sub(f64x2.add(angle, realReal), imaginaryImaginary));
}

function projectSingly(longitude: v128, latitude: v128): void {
  projectPoint(f64x2.extract_lane(longitude, 0), f64x2.extract_lane(latitude, 0));
  const x = first();
  const y = second();
  projectPoint(f64x2.extract_lane(longitude, 1), f64x2.extract_lane(latitude, 1));
  firsts = f64x2.replace_lane(both(x), 1, first());
  seconds = f64x2.replace_lane(both(y), 1, second());
}
