/**
 * The arithmetic of official areas (official-area.ts has the order of its steps and their source): roundings, the official
 * inverse series, the trapezoids.
 */
import { leavePair } from './platform.ts';
import { cos, sin } from './transcendental.ts';

export const PI: number = 3.14159265358979;
export const SECONDS_PER_RADIAN: number = 206264.8062471;
const SEMI_MINOR: number = 6356752.31414036;
export const POLAR_RADIUS: number = 6399593.62586;
const FIRST_ECCENTRICITY_2 = 0.0066943800229;
export const SECOND_ECCENTRICITY_2: number = 0.00673949677548;
export const K0: number = 1.57048761144159e-7;
export const K1: number = 5.05250178820567e-3;
export const K2: number = 2.98472900956587e-5;
export const K3: number = 2.41626669230084e-7;
export const K4: number = 2.22241238938534e-9;

const e2 = FIRST_ECCENTRICITY_2;
const e4 = e2 * e2;
const e6 = e4 * e2;
const e8 = e4 * e4;
export const A: number = 1 + (3 / 6) * e2 + (30 / 80) * e4 + (35 / 112) * e6 + (630 / 2304) * e8;
export const B: number = (1 / 6) * e2 + (15 / 80) * e4 + (21 / 112) * e6 + (420 / 2304) * e8;
export const C: number = (3 / 80) * e4 + (7 / 112) * e6 + (180 / 2304) * e8;
export const D: number = (1 / 112) * e6 + (45 / 2304) * e8;
export const E: number = (5 / 2304) * e8;
export const TWICE_B2: number = 2 * SEMI_MINOR * SEMI_MINOR;

/** Ten-thousandths of a metre in a metre: after rounding, plane coordinates are whole numbers of them and exact. */
export const TICKS: number = 10_000;
const MAX_EDGE_METRES: number = 70;
/** Square in ticks of a length surely below it, whatever the roundings on the way. */
const SURELY_SHORT: number = 699_999 * 699_999;

/**
 * A coordinate in whole 0.1 mm, halves up. Halves are decided on the decimal text of the number, as a person reading the
 * file would: 36560000.12345 rounds up although its nearest double lies below. |metres| < 10^10.
 *
 * No text is made for it: a half of a tick has 15 digits at most, so that only one double is written by them, the nearest;
 * a number is written as the half or more if it is that double or more.
 */
export function ticksOf(metres: number): number {
  const scaled = metres * TICKS;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  if (rest < 0.499 || rest > 0.501) return rest < 0.5 ? floor : floor + 1;
  return metres >= (2 * floor + 1) / (2 * TICKS) ? floor + 1 : floor;
}

/** Number of points an edge is split at; differences in ticks. */
export function officialSplitCount(dEast: number, dNorth: number): number {
  if (dEast * dEast + dNorth * dNorth < SURELY_SHORT) return 0;
  const east = dEast / TICKS;
  const north = dNorth / TICKS;
  const length = Math.sqrt(east * east + north * north);
  return length > MAX_EDGE_METRES ? Math.floor(length / MAX_EDGE_METRES) : 0;
}

/** One coordinate, metres, of point i of n that split an edge, from its value at the start and its difference in ticks. */
export function officialSplitCoordinate(
  start: number,
  difference: number,
  i: number,
  n: number,
  rounding: boolean,
): number {
  // Whole micrometres: 6 decimals, halves up, without passing through a rounded product.
  return rounding
    ? (start * 100 + roundedShare(difference * 100, i, n + 1)) / 1e6
    : (start + (difference * i) / (n + 1)) / TICKS;
}

/** value × numerator / denominator in whole numbers, rounded half up; all whole, product < 2^52. */
function roundedShare(value: number, numerator: number, denominator: number): number {
  return Math.floor((2 * value * numerator + denominator) / (2 * denominator));
}

/**
 * Latitude and longitude, radians, of a point of the plane by the official inverse series, after rounding to 6 decimals of
 * a second. `meridian` is the central meridian in radians of the official π. Leaves the pair latitude, longitude.
 *
 * The longitude is rounded with the meridian added: π and ρ of the text are cut off, so that the meridian is not quite a
 * whole number of seconds, and rounding the difference alone moves the area of a 20 km square by 0.006 m².
 */
export function officialInversePoint(north: number, east: number, meridian: number, rounding: boolean): void {
  const u = K0 * north;
  const sinU = sin(u);
  const s2 = sinU * sinU;
  const footLatitude = u + cos(u) * sinU * (K1 - s2 * (K2 - s2 * (K3 - s2 * K4)));
  const cosB = cos(footLatitude);
  const t = sin(footLatitude) / cosB;
  const t2 = t * t;
  const eta2 = SECOND_ECCENTRICITY_2 * cosB * cosB;
  const v2 = 1 + eta2;
  const q = (east * Math.sqrt(v2)) / POLAR_RADIUS;
  const q2 = q * q;
  const latitude =
    footLatitude -
    0.5 * v2 * t * q2 +
    ((5 + 3 * t2 + eta2 - 9 * eta2 * t2) * v2 * t * q2 * q2) / 24 -
    ((61 + 90 * t2 + 45 * t2 * t2) * v2 * t * q2 * q2 * q2) / 720;
  const longitude =
    meridian +
    (q -
      ((1 + 2 * t2 + eta2) * q2 * q) / 6 +
      ((5 + 28 * t2 + 24 * t2 * t2 + 6 * eta2 + 8 * eta2 * t2) * q2 * q2 * q) / 120) /
      cosB;
  if (rounding) leavePair(roundedSeconds(latitude), roundedSeconds(longitude));
  else leavePair(latitude, longitude);
}

/** An angle in radians, rounded to 6 decimals of a second. */
function roundedSeconds(radians: number): number {
  return Math.floor(radians * SECONDS_PER_RADIAN * 1e6 + 0.5) / 1e6 / SECONDS_PER_RADIAN;
}

/** Trapezoid between an edge and the meridian of Greenwich, m², signed. Multiple angles by sin 3α = sin α (3 − 4 sin²α) and its kin. */
export function officialTrapezoid(
  latitude1: number,
  longitude1: number,
  latitude2: number,
  longitude2: number,
): number {
  const s1 = sin((latitude2 - latitude1) / 2);
  const c1 = cos((latitude1 + latitude2) / 2);
  const twiceCosS = 2 - 4 * s1 * s1;
  const twiceCosC = 4 * c1 * c1 - 2;
  const s3 = s1 * (twiceCosS + 1);
  const c3 = c1 * (twiceCosC - 1);
  const s5 = twiceCosS * s3 - s1;
  const c5 = twiceCosC * c3 - c1;
  const s7 = twiceCosS * s5 - s3;
  const c7 = twiceCosC * c5 - c3;
  const s9 = twiceCosS * s7 - s5;
  const c9 = twiceCosC * c7 - c5;
  return (
    TWICE_B2 * ((longitude1 + longitude2) / 2) * (A * s1 * c1 - B * s3 * c3 + C * s5 * c5 - D * s7 * c7 + E * s9 * c9)
  );
}
