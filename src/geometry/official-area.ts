/**
 * Official parcel area on the ellipsoid (图斑椭球面积): 国土调查办发〔2008〕32号《图幅理论面积与图斑椭球面积计算公式及要求》 with the
 * CGCS2000 constants of the third survey, and the order of edges and roundings the official evaluation of software asks for:
 *
 * 1. plane coordinates are rounded to 4 decimals, half up;
 * 2. an edge > 70 m is split at n = int(length / 70) points of equal spacing, which keep 6 decimals;
 * 3. latitude and longitude are rounded to 6 decimals of a second;
 * 4. trapezoids between each edge and the meridian of Greenwich are added: ring = |Σ|, parcel = outer − inner rings;
 * 5. the result is rounded to 0.01 m², halves away from zero.
 *
 * The constants are those of the text, not better ones: the last digits of the official value depend on them.
 */
import { assert, dm2FromSquareMetres, INNER, type PolygonLayer } from '../kernel/index.ts';
import { crsOf, epsgOf3 } from './crs.ts';
import { convertLayer } from './layer-crs.ts';
import { cos, sin } from './transcendental.ts';
import type { OfficialArea, RunZone } from './types.ts';

const PI = 3.14159265358979;
const SECONDS_PER_RADIAN = 206264.8062471;
const SEMI_MINOR = 6356752.31414036;
const POLAR_RADIUS = 6399593.62586;
const FIRST_ECCENTRICITY_2 = 0.0066943800229;
const SECOND_ECCENTRICITY_2 = 0.00673949677548;
const K0 = 1.57048761144159e-7;
const K1 = 5.05250178820567e-3;
const K2 = 2.98472900956587e-5;
const K3 = 2.41626669230084e-7;
const K4 = 2.22241238938534e-9;

const e2 = FIRST_ECCENTRICITY_2;
const e4 = e2 * e2;
const e6 = e4 * e2;
const e8 = e4 * e4;
const A = 1 + (3 / 6) * e2 + (30 / 80) * e4 + (35 / 112) * e6 + (630 / 2304) * e8;
const B = (1 / 6) * e2 + (15 / 80) * e4 + (21 / 112) * e6 + (420 / 2304) * e8;
const C = (3 / 80) * e4 + (7 / 112) * e6 + (180 / 2304) * e8;
const D = (1 / 112) * e6 + (45 / 2304) * e8;
const E = (5 / 2304) * e8;
const TWICE_B2 = 2 * SEMI_MINOR * SEMI_MINOR;

/** Ten-thousandths of a metre in a metre: after rounding, plane coordinates are whole numbers of them and exact. */
const TICKS = 10_000;
const MAX_EDGE_METRES = 70;

/** The steps of the official order that a comparison may leave out; both on for the official value. */
export interface OfficialSteps {
  readonly split: boolean;
  readonly rounding: boolean;
}
const ALL_STEPS: OfficialSteps = { split: true, rounding: true };

/**
 * A coordinate in whole 0.1 mm, halves up. Halves are decided on the decimal text of the number, as a person reading the
 * file would: 36560000.12345 rounds up although its nearest double lies below.
 */
export function ticksOf(metres: number): number {
  const scaled = metres * TICKS;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  if (rest < 0.499 || rest > 0.501) return rest < 0.5 ? floor : floor + 1;
  const text = String(metres);
  if (text.includes('e')) return Math.floor(scaled + 0.5);
  const negative = text.startsWith('-');
  const [whole = '0', decimals = ''] = (negative ? text.slice(1) : text).split('.');
  const kept = Number(whole) * TICKS + Number(decimals.slice(0, 4).padEnd(4, '0'));
  const dropped = decimals.slice(4).padEnd(1, '0');
  if (negative) return /^50*$/.test(dropped) || dropped[0]! < '5' ? -kept : -kept - 1;
  return dropped[0]! >= '5' ? kept + 1 : kept;
}

/** value × numerator / denominator in whole numbers, rounded half up; all whole, product < 2^52. */
function roundedShare(value: number, numerator: number, denominator: number): number {
  return Math.floor((2 * value * numerator + denominator) / (2 * denominator));
}

/**
 * Latitude and longitude, radians, of a point of the plane by the official inverse series, after rounding to 6 decimals of
 * a second. `meridian` is the central meridian in radians of the official π. Writes to out[0], out[1].
 *
 * The longitude is rounded with the meridian added: π and ρ of the text are cut off, so that the meridian is not quite a
 * whole number of seconds, and rounding the difference alone moves the area of a 20 km square by 0.006 m².
 */
function inverse(north: number, east: number, meridian: number, rounding: boolean, out: Float64Array): void {
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
  if (rounding) {
    out[0] = Math.floor(latitude * SECONDS_PER_RADIAN * 1e6 + 0.5) / 1e6 / SECONDS_PER_RADIAN;
    out[1] = Math.floor(longitude * SECONDS_PER_RADIAN * 1e6 + 0.5) / 1e6 / SECONDS_PER_RADIAN;
  } else {
    out[0] = latitude;
    out[1] = longitude;
  }
}

/** Trapezoid between an edge and the meridian of Greenwich, m², signed. Multiple angles by sin 3α = sin α (3 − 4 sin²α) and its kin. */
function trapezoid(latitude1: number, longitude1: number, latitude2: number, longitude2: number): number {
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

const from = new Float64Array(2);
const to = new Float64Array(2);

/** |Σ S| of one ring, m². `coords` in a 3° strip with the given false easting; vertices start ≤ v < end, open. */
function ringArea(
  coords: Float64Array,
  start: number,
  end: number,
  falseEasting: number,
  meridian: number,
  steps: OfficialSteps,
): number {
  if (end - start < 3) return 0;
  const shift = falseEasting * TICKS;
  const ticks = (value: number): number => (steps.rounding ? ticksOf(value) : value * TICKS);
  let east1 = ticks(coords[2 * end - 2]!) - shift;
  let north1 = ticks(coords[2 * end - 1]!);
  inverse(north1 / TICKS, east1 / TICKS, meridian, steps.rounding, from);
  let sum = 0;
  for (let v = start; v < end; v++) {
    const east2 = ticks(coords[2 * v]!) - shift;
    const north2 = ticks(coords[2 * v + 1]!);
    const dEast = east2 - east1;
    const dNorth = north2 - north1;
    const length = Math.sqrt((dEast / TICKS) ** 2 + (dNorth / TICKS) ** 2);
    if (steps.split && length > MAX_EDGE_METRES) {
      const points = Math.floor(length / MAX_EDGE_METRES);
      for (let i = 1; i <= points; i++) {
        // Whole micrometres: 6 decimals, halves up, without passing through a rounded product.
        const north = steps.rounding
          ? (north1 * 100 + roundedShare(dNorth * 100, i, points + 1)) / 1e6
          : (north1 + (dNorth * i) / (points + 1)) / TICKS;
        const east = steps.rounding
          ? (east1 * 100 + roundedShare(dEast * 100, i, points + 1)) / 1e6
          : (east1 + (dEast * i) / (points + 1)) / TICKS;
        inverse(north, east, meridian, steps.rounding, to);
        sum += trapezoid(from[0]!, from[1]!, to[0]!, to[1]!);
        from[0] = to[0]!;
        from[1] = to[1]!;
      }
    }
    inverse(north2 / TICKS, east2 / TICKS, meridian, steps.rounding, to);
    sum += trapezoid(from[0]!, from[1]!, to[0]!, to[1]!);
    from[0] = to[0]!;
    from[1] = to[1]!;
    east1 = east2;
    north1 = north2;
  }
  return Math.abs(sum);
}

/**
 * Official areas of all features, in feature order. Layers that are not in a 3° strip of the run's zone are brought there
 * first. Ring roles decide the sign, orientation does not matter; a feature without rings has area 0. Rings must be valid
 * (see findDefects): a self-crossing ring gives a number without meaning.
 */
export function officialAreas(layer: PolygonLayer, zone: RunZone, steps: OfficialSteps = ALL_STEPS): OfficialArea[] {
  const given = crsOf(layer.epsg);
  const inZone = given?.kind === 'gauss3' && given.zone === zone.zone;
  const plane = inZone ? layer : convertLayer(layer, epsgOf3(zone.zone, false));
  const crs = crsOf(plane.epsg);
  assert(crs !== undefined && crs.kind === 'gauss3', 'official areas need a 3° strip');
  const { coords, ringStarts, ringRoles, featureRings } = plane;
  const meridian = (crs.centralMeridianDegrees * PI) / 180;
  const areas: OfficialArea[] = [];
  for (let f = 0; f + 1 < featureRings.length; f++) {
    let sum = 0;
    for (let r = featureRings[f]!; r < featureRings[f + 1]!; r++) {
      const area = ringArea(coords, ringStarts[r]!, ringStarts[r + 1]!, crs.falseEasting, meridian, steps);
      sum += ringRoles[r] === INNER ? -area : area;
    }
    areas.push({ squareMetres: sum, areaDm2: dm2FromSquareMetres(sum) });
  }
  return areas;
}

/** Longitude and latitude in degrees of a plane point by the official series (unrounded), to compare with the precise one. */
export function officialInverse(zone: RunZone, east: number, north: number): [longitude: number, latitude: number] {
  const out = new Float64Array(2);
  inverse(north, east, 0, false, out);
  return [zone.centralMeridianDegrees + (out[1]! * 180) / PI, (out[0]! * 180) / PI];
}
