/**
 * The sphere of equal area behind the equal-area plane (equal-area.ts): heights whose differences, times the circumference
 * of the equator, are areas on the ellipsoid.
 */
import {
  ECCENTRICITY,
  ECCENTRICITY_SQUARED,
  RADIANS_PER_DEGREE,
  SEMI_MAJOR_METRES,
  SEMI_MINOR_METRES,
} from './ellipsoid.ts';
import { cos, log1p, sin } from './transcendental.ts';

/** Half height of the strip in which the polynomial is used, degrees; outside it Q itself is evaluated. */
export const HALF_HEIGHT_DEGREES: number = 3;
const B2_A: number = (SEMI_MINOR_METRES * SEMI_MINOR_METRES) / SEMI_MAJOR_METRES;

/** Metres per degree of longitude at the equator. */
export const METRES_PER_DEGREE: number = SEMI_MAJOR_METRES * RADIANS_PER_DEGREE;

/** Q(φ) = b²/2a · [ sin φ / (1 − e² sin²φ) + ln((1 + e sin φ)/(1 − e sin φ)) / 2e ], metres; φ in degrees. */
export function authalicHeight(latitude: number): number {
  const s = sin(latitude * RADIANS_PER_DEGREE);
  const es = ECCENTRICITY * s;
  const logarithm = log1p(es) - log1p(-es);
  return (B2_A / 2) * (s / (1 - es * es) + logarithm / (2 * ECCENTRICITY));
}

/** k: the factor that makes a plane with this latitude of origin true to scale there. */
export function planeScale(latitude: number): number {
  const phi = latitude * RADIANS_PER_DEGREE;
  const s = ECCENTRICITY * sin(phi);
  return cos(phi) / Math.sqrt(1 - s * s);
}

/** dQ/dφ, metres per radian. */
export function authalicSlope(phi: number): number {
  const s = sin(phi);
  const w = 1 - ECCENTRICITY_SQUARED * s * s;
  return (B2_A * cos(phi)) / (w * w);
}
