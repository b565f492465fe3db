/**
 * The equal-area plane of a run: x = k·a·(λ − λ0), y = (Q(φ) − Q(φ0))/k with the authalic integral
 * Q(φ) = b²/2a · [ sin φ / (1 − e² sin²φ) + ln((1 + e sin φ)/(1 − e sin φ)) / 2e ]
 * and k = cos φ0/√(1 − e² sin²φ0). A cylindrical equal-area projection, true to scale at the latitude of the origin: areas in
 * the plane are areas on the ellipsoid, and distances are true to about 1.7 % · tan φ0 per degree of latitude from the origin,
 * good enough to ask whether two parcels are neighbours.
 *
 * Near φ0 the height is a polynomial without constant term, so that no digits cancel and no sine or logarithm is taken per
 * vertex. It depends on the origin alone: layers that share the origin share every bit.
 */
import { RADIANS_PER_DEGREE } from './ellipsoid.ts';
import {
  authalicHeight,
  authalicSlope,
  HALF_HEIGHT_DEGREES,
  METRES_PER_DEGREE,
  planeScale,
} from './portable/authalic.ts';
import { cos } from './transcendental.ts';

export { authalicHeight, HALF_HEIGHT_DEGREES, METRES_PER_DEGREE, planeScale };

const NODES = 14;

/** A plane ready for use; made once per layer, a few hundred operations. */
export interface EqualAreaPlane {
  readonly longitude: number;
  readonly latitude: number;
  /** k: metres of the plane in a metre of the equator, west to east. */
  readonly scale: number;
  /** Coefficients c1 … c14 of y = c1·t + c2·t² + …, t = (φ − φ0)/half height. */
  readonly coefficients: Float64Array;
}

/** The plane with the given origin, degrees. */
export function equalAreaPlane(longitude: number, latitude: number): EqualAreaPlane {
  const half = HALF_HEIGHT_DEGREES * RADIANS_PER_DEGREE;
  const phi0 = latitude * RADIANS_PER_DEGREE;
  const scale = planeScale(latitude);
  // dQ/dt through Chebyshev's nodes, as a sum of Chebyshev polynomials …
  const chebyshev = new Float64Array(NODES);
  for (let j = 0; j < NODES; j++) {
    const theta = (3.141592653589793 * (j + 0.5)) / NODES;
    const value = authalicSlope(phi0 + half * cos(theta)) * half;
    for (let k = 0; k < NODES; k++) chebyshev[k]! += ((k === 0 ? 1 : 2) / NODES) * value * cos(k * theta);
  }
  // … then as powers of t (T_k+1 = 2t·T_k − T_k−1), and integrated term by term: no constant term.
  const powers = new Float64Array(NODES);
  let before = new Float64Array(NODES);
  let current = new Float64Array(NODES);
  before[0] = 1;
  current[1] = 1;
  for (let k = 0; k < NODES; k++) {
    const polynomial = k === 0 ? before : current;
    for (let i = 0; i < NODES; i++) powers[i]! += chebyshev[k]! * polynomial[i]!;
    if (k === 0) continue;
    const next = new Float64Array(NODES);
    for (let i = 0; i < NODES; i++) next[i] = (i > 0 ? 2 * current[i - 1]! : 0) - before[i]!;
    before = current;
    current = next;
  }
  const coefficients = new Float64Array(NODES);
  for (let i = 0; i < NODES; i++) coefficients[i] = powers[i]! / (i + 1) / scale;
  return { longitude, latitude, scale, coefficients };
}

/** Brings n vertices (longitude, latitude in degrees) into the plane, in place: coords[2·from] … coords[2·to − 1]. */
export function toPlane(plane: EqualAreaPlane, coords: Float64Array, from: number, to: number): void {
  const { longitude, latitude, scale } = plane;
  const perDegree = METRES_PER_DEGREE * scale;
  const c = plane.coefficients;
  const origin = authalicHeight(latitude);
  for (let i = 2 * from; i < 2 * to; i += 2) {
    const fromOrigin = coords[i + 1]! - latitude;
    const t = fromOrigin / HALF_HEIGHT_DEGREES;
    coords[i] = perDegree * (coords[i]! - longitude);
    if (t >= -1 && t <= 1) {
      let y = c[NODES - 1]!;
      for (let k = NODES - 2; k >= 0; k--) y = y * t + c[k]!;
      coords[i + 1] = y * t;
    } else {
      coords[i + 1] = (authalicHeight(coords[i + 1]!) - origin) / scale;
    }
  }
}
