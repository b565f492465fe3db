/**
 * The Gauss–Krüger projection (transverse Mercator, scale 1) on the CGCS2000 ellipsoid, both ways, by Krüger's series
 * in the third flattening n to order 6 (L. Krüger 1912; coefficients as in C. F. F. Karney, Transverse Mercator with
 * an accuracy of a few nanometers, J. Geodesy 85, 2011, equations 35 and 36). Good to a nanometre or so within 30° of the
 * central meridian, and the same bits in every engine.
 */
import {
  DEGREES_PER_RADIAN,
  ECCENTRICITY_SQUARED,
  RADIANS_PER_DEGREE,
  SEMI_MAJOR_METRES,
  THIRD_FLATTENING,
} from './ellipsoid.ts';
import { asinh, atan2, cos, sin, sinh } from './transcendental.ts';
import type { Crs } from './types.ts';

const n = THIRD_FLATTENING;

/** c1·n^k + c2·n^(k+1) + … */
function series(power: number, coefficients: readonly number[]): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * n + coefficients[i]!;
  for (let i = 0; i < power; i++) value *= n;
  return value;
}

/** Radius of the circle whose circumference is a meridian's. */
const RECTIFYING_RADIUS = (SEMI_MAJOR_METRES / (1 + n)) * (1 + (n * n) / 4 + n ** 4 / 64 + n ** 6 / 256);

const ALPHA = [
  series(1, [1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800]),
  series(2, [13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360]),
  series(3, [61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440]),
  series(4, [49561 / 161280, -179 / 168, 6601661 / 7257600]),
  series(5, [34729 / 80640, -3418889 / 1995840]),
  series(6, [212378941 / 319334400]),
] as const;

const BETA = [
  series(1, [1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96199 / 604800]),
  series(2, [1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1118711 / 3870720]),
  series(3, [17 / 480, -37 / 840, -209 / 4480, 5569 / 90720]),
  series(4, [4397 / 161280, -11 / 504, -830251 / 7257600]),
  series(5, [4583 / 161280, -108847 / 3991680]),
  series(6, [20648693 / 638668800]),
] as const;

/** Geodetic latitude from conformal latitude: φ = χ + Σ DELTA_j sin 2jχ. */
const DELTA = [
  series(1, [2, -2 / 3, -2, 116 / 45, 26 / 45, -2854 / 675]),
  series(2, [7 / 3, -8 / 5, -227 / 45, 2704 / 315, 2323 / 945]),
  series(3, [56 / 15, -136 / 35, -1262 / 105, 73814 / 2835]),
  series(4, [4279 / 630, -332 / 35, -399572 / 14175]),
  series(5, [4174 / 315, -144838 / 6237]),
  series(6, [601676 / 22275]),
] as const;
const [A1, A2, A3, A4, A5, A6] = ALPHA;
const [B1, B2, B3, B4, B5, B6] = BETA;
const [D1, D2, D3, D4, D5, D6] = DELTA;
const E2 = ECCENTRICITY_SQUARED;

/**
 * Longitude from the central meridian and latitude (degrees) to metres from it and from the equator.
 * Writes east, north to out[at], out[at + 1].
 */
export function project(
  longitudeFromMeridian: number,
  latitude: number,
  out: Float64Array | number[],
  at: number,
): void {
  const phi = latitude * RADIANS_PER_DEGREE;
  const lambda = longitudeFromMeridian * RADIANS_PER_DEGREE;
  const sinPhi = sin(phi);
  const cosPhi = cos(phi);
  const sinLambda = sin(lambda);
  const cosLambda = cos(lambda);
  // Tangent of the conformal latitude. e·atanh(e·sin φ) and its sinh by their series: e² is small enough for seven terms.
  const s2 = E2 * sinPhi * sinPhi;
  const w =
    E2 * sinPhi * (1 + s2 * (1 / 3 + s2 * (1 / 5 + s2 * (1 / 7 + s2 * (1 / 9 + s2 * (1 / 11 + s2 * (1 / 13)))))));
  const w2 = w * w;
  const sigma = w * (1 + (w2 / 6) * (1 + (w2 / 20) * (1 + w2 / 42)));
  // τ' = τ√(1 + σ²) − σ√(1 + τ²), scaled by cos φ so that the poles need no special case.
  const tauCos = sinPhi * Math.sqrt(1 + sigma * sigma) - sigma;
  const across = cosPhi * cosLambda;
  const h = Math.sqrt(tauCos * tauCos + across * across);
  const sinXi = tauCos / h;
  const cosXi = across / h;
  const sinhEta = (cosPhi * sinLambda) / h;
  const coshEta = Math.sqrt(1 + sinhEta * sinhEta);
  // Clenshaw's recurrence for Σ A_j sin 2j(ξ + iη).
  const sin2 = 2 * sinXi * cosXi;
  const cos2 = (cosXi - sinXi) * (cosXi + sinXi);
  const sinh2 = 2 * sinhEta * coshEta;
  const cosh2 = 1 + 2 * sinhEta * sinhEta;
  const c = 2 * cos2 * cosh2;
  const d = -2 * sin2 * sinh2;
  const r5 = c * A6 + A5;
  const i5 = d * A6;
  const r4 = c * r5 - d * i5 - A6 + A4;
  const i4 = d * r5 + c * i5;
  const r3 = c * r4 - d * i4 - r5 + A3;
  const i3 = d * r4 + c * i4 - i5;
  const r2 = c * r3 - d * i3 - r4 + A2;
  const i2 = d * r3 + c * i3 - i4;
  const r1 = c * r2 - d * i2 - r3 + A1;
  const i1 = d * r2 + c * i2 - i3;
  const sinReal = sin2 * cosh2;
  const sinImaginary = cos2 * sinh2;
  out[at] = RECTIFYING_RADIUS * (asinh(sinhEta) + sinReal * i1 + sinImaginary * r1);
  out[at + 1] = RECTIFYING_RADIUS * (atan2(tauCos, across) + sinReal * r1 - sinImaginary * i1);
}

/**
 * Metres from the central meridian and the equator to longitude from the meridian and latitude, degrees.
 * Writes longitude, latitude to out[at], out[at + 1].
 */
export function unproject(east: number, north: number, out: Float64Array | number[], at: number): void {
  const xi = north / RECTIFYING_RADIUS;
  const eta = east / RECTIFYING_RADIUS;
  const sin1 = sin(xi);
  const cos1 = cos(xi);
  const sinh1 = sinh(eta);
  const cosh1 = Math.sqrt(1 + sinh1 * sinh1);
  const sin2 = 2 * sin1 * cos1;
  const cos2 = (cos1 - sin1) * (cos1 + sin1);
  const sinh2 = 2 * sinh1 * cosh1;
  const cosh2 = 1 + 2 * sinh1 * sinh1;
  const c = 2 * cos2 * cosh2;
  const d = -2 * sin2 * sinh2;
  const r5 = c * B6 + B5;
  const i5 = d * B6;
  const r4 = c * r5 - d * i5 - B6 + B4;
  const i4 = d * r5 + c * i5;
  const r3 = c * r4 - d * i4 - r5 + B3;
  const i3 = d * r4 + c * i4 - i5;
  const r2 = c * r3 - d * i3 - r4 + B2;
  const i2 = d * r3 + c * i3 - i4;
  const r1 = c * r2 - d * i2 - r3 + B1;
  const i1 = d * r2 + c * i2 - i3;
  const sinReal = sin2 * cosh2;
  const sinImaginary = cos2 * sinh2;
  const xiCorrection = sinReal * r1 - sinImaginary * i1;
  const etaCorrection = sinReal * i1 + sinImaginary * r1;
  const sinXi = sin(xi - xiCorrection);
  const cosXi = cos(xi - xiCorrection);
  const sinhEta = sinh(eta - etaCorrection);
  const across = Math.sqrt(sinhEta * sinhEta + cosXi * cosXi);
  const coshEta = Math.sqrt(1 + sinhEta * sinhEta);
  const sinChi = sinXi / coshEta;
  const cosChi = across / coshEta;
  const s = 2 * sinChi * cosChi;
  const t = 2 * (cosChi - sinChi) * (cosChi + sinChi);
  const b5 = t * D6 + D5;
  const b4 = t * b5 - D6 + D4;
  const b3 = t * b4 - b5 + D3;
  const b2 = t * b3 - b4 + D2;
  const b1 = t * b2 - b3 + D1;
  out[at] = atan2(sinhEta, cosXi) * DEGREES_PER_RADIAN;
  out[at + 1] = (atan2(sinChi, cosChi) + s * b1) * DEGREES_PER_RADIAN;
}

/**
 * Coordinates of a CRS to longitude and latitude (4490, degrees). x = east as in the file (with the zone prefix if the
 * CRS has one), y = north. Writes longitude, latitude to out[at], out[at + 1]; 4490 passes through unchanged.
 */
export function toLonLat(crs: Crs, x: number, y: number, out: Float64Array | number[], at: number): void {
  if (crs.kind === 'geographic') {
    out[at] = x;
    out[at + 1] = y;
    return;
  }
  unproject(x - crs.falseEasting, y, out, at);
  out[at] = out[at]! + crs.centralMeridianDegrees;
}

/** Longitude and latitude (4490, degrees) to coordinates of a CRS: writes x = east, y = north to out[at], out[at + 1]. */
export function fromLonLat(
  crs: Crs,
  longitude: number,
  latitude: number,
  out: Float64Array | number[],
  at: number,
): void {
  if (crs.kind === 'geographic') {
    out[at] = longitude;
    out[at + 1] = latitude;
    return;
  }
  project(longitude - crs.centralMeridianDegrees, latitude, out, at);
  out[at] = out[at]! + crs.falseEasting;
}
