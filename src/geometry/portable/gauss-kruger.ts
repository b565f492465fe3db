/**
 * The Gauss–Krüger projection (transverse Mercator, scale 1) on the CGCS2000 ellipsoid, both ways, by Krüger's series
 * in the third flattening n to order 6 (L. Krüger 1912; coefficients as in C. F. F. Karney, Transverse Mercator with
 * an accuracy of a few nanometers, J. Geodesy 85, 2011, equations 35 and 36). Good to a nanometre or so within 30° of the
 * central meridian, and the same bits in every engine and in the compiled kernel.
 *
 * The coefficients stand here as the doubles they are; gauss-kruger.test.ts computes them from the published fractions.
 */
import { DEGREES_PER_RADIAN, ECCENTRICITY_SQUARED, RADIANS_PER_DEGREE } from './ellipsoid.ts';
import { leavePair } from './platform.ts';
import { asinh, atan2, cos, sin, sinh } from './transcendental.ts';

/** Radius of the circle whose circumference is a meridian's, metres. */
export const RECTIFYING_RADIUS: number = 6367449.145771048;

/** From the conformal sphere to the plane: ξ + iη = ζ' + Σ A_j sin 2jζ'. */
export const A1: number = 0.0008377318247285514;
export const A2: number = 7.608527848149475e-7;
export const A3: number = 1.1976455209422675e-9;
export const A4: number = 2.429170654841013e-12;
export const A5: number = 5.711757817902035e-15;
export const A6: number = 1.4911177751870806e-17;

/** From the plane to the conformal sphere: ζ' = ζ − Σ B_j sin 2jζ. */
export const B1: number = 0.0008377321681620353;
export const B2: number = 5.905870210368961e-8;
export const B3: number = 1.6734826899173424e-10;
export const B4: number = 2.1647980825651297e-13;
export const B5: number = 3.7879781391342147e-16;
export const B6: number = 7.248749104244059e-19;

/** Geodetic latitude from conformal latitude: φ = χ + Σ D_j sin 2jχ. */
export const D1: number = 0.003356551485604313;
export const D2: number = 0.00000657187326312718;
export const D3: number = 1.7646404372866214e-8;
export const D4: number = 5.3877538900094735e-11;
export const D5: number = 1.7640075159133895e-13;
export const D6: number = 6.056074055207586e-16;

const E2 = ECCENTRICITY_SQUARED;

/**
 * Longitude from the central meridian and latitude (degrees) to metres from it and from the equator.
 * Leaves the pair east, north.
 */
export function projectPoint(longitudeFromMeridian: number, latitude: number): void {
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
  leavePair(
    RECTIFYING_RADIUS * (asinh(sinhEta) + sinReal * i1 + sinImaginary * r1),
    RECTIFYING_RADIUS * (atan2(tauCos, across) + sinReal * r1 - sinImaginary * i1),
  );
}

/**
 * Metres from the central meridian and the equator to longitude from the meridian and latitude, degrees.
 * Leaves the pair longitude, latitude.
 */
export function unprojectPoint(east: number, north: number): void {
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
  leavePair(atan2(sinhEta, cosXi) * DEGREES_PER_RADIAN, (atan2(sinChi, cosChi) + s * b1) * DEGREES_PER_RADIAN);
}
