/**
 * Official areas of features in memory. The rings are walked as official-area.ts walks them and the steps are those of
 * portable/official-area.ts; what is new is that points and edges are computed two at a time, in each lane in the order of the
 * portable source, so that every bit is the same. Trapezoids are added one by one, in the order of the edges.
 */
import { MAX_ROUNDED_SQUARE_METRES, roundedDm2 } from '../../../kernel/area-rounding.ts';
import {
  A,
  B,
  C,
  D,
  E,
  K0,
  K1,
  K2,
  K3,
  K4,
  officialInversePoint,
  officialSplitCoordinate,
  officialSplitCount,
  officialTrapezoid,
  PI,
  POLAR_RADIUS,
  SECOND_ECCENTRICITY_2,
  SECONDS_PER_RADIAN,
  TICKS,
  ticksOf,
  TWICE_B2,
} from '../../portable/official-area.ts';
import { first, second } from '../../portable/platform.ts';
import { cosinesOfPair, sinesOfPair, takeCos, takeSinCos, takeSmallSin } from './pair-functions.ts';

const POINT: usize = 16;
/** Points computed together; with the one before and the one that closes the ring they fill the scratch memory. */
const CHUNK: i32 = 254;
const INNER: u8 = 1;

/**
 * Official areas of features from … to − 1: m² (f64) and whole dm² (f64, not a number where the area is none or 10^12 m² and
 * more) at their places in `squareMetres` and `dm2`. Coordinates `xy` in a 3° strip with the given false easting and meridian (degrees); ring starts and
 * feature rings u32, roles u8 (1 = inner). `scratch`: 4096 bytes that nobody else uses meanwhile.
 */
export function officialAreasOf(
  xy: usize,
  ringStarts: usize,
  ringRoles: usize,
  featureRings: usize,
  from: i32,
  to: i32,
  falseEasting: f64,
  meridian: f64,
  scratch: usize,
  squareMetres: usize,
  dm2: usize,
): void {
  const meridianRadians = (meridian * PI) / 180;
  for (let f = from as usize; f < (to as usize); f++) {
    let sum: f64 = 0;
    const end = load<u32>(featureRings + (f << 2), 4) as usize;
    for (let r = load<u32>(featureRings + (f << 2)) as usize; r < end; r++) {
      const start = load<u32>(ringStarts + (r << 2)) as usize;
      const next = load<u32>(ringStarts + (r << 2), 4) as usize;
      const area = ringArea(xy + start * POINT, xy + next * POINT, falseEasting, meridianRadians, scratch);
      sum += load<u8>(ringRoles + r) == INNER ? -area : area;
    }
    store<f64>(squareMetres + (f << 3), sum);
    store<f64>(dm2 + (f << 3), abs(sum) < MAX_ROUNDED_SQUARE_METRES ? roundedDm2(sum) : NaN);
  }
}

/** Points written and not yet computed; whether the point before them stands at the start of the scratch memory. */
let waiting: i32 = 0;
let isBegun: bool = false;
let ringSum: f64 = 0;
let firstLatitude: f64 = 0;
let firstLongitude: f64 = 0;

/** |Σ S| of the ring whose vertices lie from `start` to before `end`, m². */
function ringArea(start: usize, end: usize, falseEasting: f64, meridian: f64, scratch: usize): f64 {
  if (end - start < 3 * POINT) return 0;
  const shift = falseEasting * TICKS;
  const last = end - POINT;
  let east1 = ticksOf(load<f64>(last)) - shift;
  let north1 = ticksOf(load<f64>(last, 8));
  waiting = 0;
  isBegun = false;
  ringSum = 0;
  addPoint(north1 / TICKS, east1 / TICKS, meridian, scratch);
  for (let at = start; at < end; at += POINT) {
    const east2 = ticksOf(load<f64>(at)) - shift;
    const north2 = ticksOf(load<f64>(at, 8));
    const dEast = east2 - east1;
    const dNorth = north2 - north1;
    const points = officialSplitCount(dEast, dNorth);
    for (let i: f64 = 1; i <= points; i++) {
      addPoint(
        officialSplitCoordinate(north1, dNorth, i, points, true),
        officialSplitCoordinate(east1, dEast, i, points, true),
        meridian,
        scratch,
      );
    }
    // The last vertex is where the walk began.
    if (at < last) addPoint(north2 / TICKS, east2 / TICKS, meridian, scratch);
    east1 = east2;
    north1 = north2;
  }
  addWaiting(meridian, scratch, true);
  return abs(ringSum);
}

/** Notes a point of the ring, metres. */
/* @inline */ function addPoint(north: f64, east: f64, meridian: f64, scratch: usize): void {
  if (waiting == CHUNK) addWaiting(meridian, scratch, false);
  const at = scratch + POINT + (waiting as usize) * POINT;
  store<f64>(at, north);
  store<f64>(at, east, 8);
  waiting++;
}

/** Adds the trapezoids of the edges up to the last point noted, and to the first one where that closes the ring. */
function addWaiting(meridian: f64, scratch: usize, isClosing: bool): void {
  const points = scratch + POINT;
  let end = points + (waiting as usize) * POINT;
  inverseAll(points, end, meridian);
  if (!isBegun) {
    firstLatitude = load<f64>(points);
    firstLongitude = load<f64>(points, 8);
  }
  if (isClosing) {
    store<f64>(end, firstLatitude);
    store<f64>(end, firstLongitude, 8);
    end += POINT;
  }
  addTrapezoids(isBegun ? scratch : points, end);
  v128.store(scratch, v128.load(end - POINT));
  isBegun = true;
  waiting = 0;
}

/* @inline */ function both(x: f64): v128 {
  return f64x2.splat(x);
}

/** north, east of the points become latitude, longitude: officialInversePoint, with rounding, of two points at a time. */
function inverseAll(points: usize, end: usize, meridian: f64): void {
  for (let at = points; at < end; at += 2 * POINT) {
    const p = v128.load(at);
    const isPair = at + POINT < end;
    const q = isPair ? v128.load(at, POINT) : p;
    if (!inversePair(v128.shuffle<f64>(p, q, 0, 2), v128.shuffle<f64>(p, q, 1, 3), meridian)) {
      inverseOne(at, meridian);
      if (isPair) inverseOne(at + POINT, meridian);
      continue;
    }
    v128.store(at, v128.shuffle<f64>(latitudes, longitudes, 0, 2));
    if (isPair) v128.store(at, v128.shuffle<f64>(latitudes, longitudes, 1, 3), POINT);
  }
}

function inverseOne(at: usize, meridian: f64): void {
  officialInversePoint(load<f64>(at), load<f64>(at, 8), meridian, true);
  store<f64>(at, first());
  store<f64>(at, second(), 8);
}

let latitudes: v128 = i64x2.splat(0);
let longitudes: v128 = i64x2.splat(0);

/* @inline */ function inversePair(north: v128, east: v128, meridian: f64): bool {
  const u = f64x2.mul(both(K0), north);
  if (!takeSinCos(u)) return false;
  const sinU = sinesOfPair();
  const s2 = f64x2.mul(sinU, sinU);
  let series = f64x2.sub(both(K3), f64x2.mul(s2, both(K4)));
  series = f64x2.sub(both(K2), f64x2.mul(s2, series));
  series = f64x2.sub(both(K1), f64x2.mul(s2, series));
  const foot = f64x2.add(u, f64x2.mul(f64x2.mul(cosinesOfPair(), sinU), series));
  if (!takeSinCos(foot)) return false;
  const cosB = cosinesOfPair();
  const t = f64x2.div(sinesOfPair(), cosB);
  const t2 = f64x2.mul(t, t);
  const eta2 = f64x2.mul(f64x2.mul(both(SECOND_ECCENTRICITY_2), cosB), cosB);
  const v2 = f64x2.add(both(1), eta2);
  const q = f64x2.div(f64x2.mul(east, f64x2.sqrt(v2)), both(POLAR_RADIUS));
  const q2 = f64x2.mul(q, q);
  // 5 + 3t² + η² − 9η²t²
  let fourth = f64x2.add(f64x2.add(both(5), f64x2.mul(both(3), t2)), eta2);
  fourth = f64x2.sub(fourth, f64x2.mul(f64x2.mul(both(9), eta2), t2));
  fourth = f64x2.mul(f64x2.mul(f64x2.mul(f64x2.mul(fourth, v2), t), q2), q2);
  // 61 + 90t² + 45t⁴
  let sixth = f64x2.add(f64x2.add(both(61), f64x2.mul(both(90), t2)), f64x2.mul(f64x2.mul(both(45), t2), t2));
  sixth = f64x2.mul(f64x2.mul(f64x2.mul(f64x2.mul(f64x2.mul(sixth, v2), t), q2), q2), q2);
  let latitude = f64x2.sub(foot, f64x2.mul(f64x2.mul(f64x2.mul(both(0.5), v2), t), q2));
  latitude = f64x2.add(latitude, f64x2.div(fourth, both(24)));
  latitude = f64x2.sub(latitude, f64x2.div(sixth, both(720)));
  // 1 + 2t² + η²
  let third = f64x2.add(f64x2.add(both(1), f64x2.mul(both(2), t2)), eta2);
  third = f64x2.mul(f64x2.mul(third, q2), q);
  // 5 + 28t² + 24t⁴ + 6η² + 8η²t²
  let fifth = f64x2.add(f64x2.add(both(5), f64x2.mul(both(28), t2)), f64x2.mul(f64x2.mul(both(24), t2), t2));
  fifth = f64x2.add(fifth, f64x2.mul(both(6), eta2));
  fifth = f64x2.add(fifth, f64x2.mul(f64x2.mul(both(8), eta2), t2));
  fifth = f64x2.mul(f64x2.mul(f64x2.mul(fifth, q2), q2), q);
  const sum = f64x2.add(f64x2.sub(q, f64x2.div(third, both(6))), f64x2.div(fifth, both(120)));
  latitudes = roundedSeconds(latitude);
  longitudes = roundedSeconds(f64x2.add(both(meridian), f64x2.div(sum, cosB)));
  return true;
}

/** Angles in radians, rounded to 6 decimals of a second. */
/* @inline */ function roundedSeconds(radians: v128): v128 {
  const scaled = f64x2.mul(f64x2.mul(radians, both(SECONDS_PER_RADIAN)), both(1e6));
  const whole = f64x2.floor(f64x2.add(scaled, both(0.5)));
  return f64x2.div(f64x2.div(whole, both(1e6)), both(SECONDS_PER_RADIAN));
}

/** Adds officialTrapezoid of the edges between the points (latitude, longitude), two edges at a time. */
function addTrapezoids(points: usize, end: usize): void {
  let sum = ringSum;
  for (let at = points; at + POINT < end; at += 2 * POINT) {
    const p = v128.load(at);
    const q = v128.load(at, POINT);
    const isPair = at + 2 * POINT < end;
    const r = isPair ? v128.load(at, 2 * POINT) : q;
    const latitude1 = v128.shuffle<f64>(p, q, 0, 2);
    const latitude2 = v128.shuffle<f64>(q, r, 0, 2);
    const half = both(0.5);
    const difference = f64x2.mul(f64x2.sub(latitude2, latitude1), half);
    if (!(takeSmallSin(difference) && takeCos(f64x2.mul(f64x2.add(latitude1, latitude2), half)))) {
      sum += trapezoidOne(at);
      if (isPair) sum += trapezoidOne(at + POINT);
      continue;
    }
    const longitude1 = v128.shuffle<f64>(p, q, 1, 3);
    const longitude2 = v128.shuffle<f64>(q, r, 1, 3);
    const s1 = sinesOfPair();
    const c1 = cosinesOfPair();
    const one = both(1);
    const two = both(2);
    const four = both(4);
    const twiceCosS = f64x2.sub(two, f64x2.mul(f64x2.mul(four, s1), s1));
    const twiceCosC = f64x2.sub(f64x2.mul(f64x2.mul(four, c1), c1), two);
    const s3 = f64x2.mul(s1, f64x2.add(twiceCosS, one));
    const c3 = f64x2.mul(c1, f64x2.sub(twiceCosC, one));
    const s5 = f64x2.sub(f64x2.mul(twiceCosS, s3), s1);
    const c5 = f64x2.sub(f64x2.mul(twiceCosC, c3), c1);
    const s7 = f64x2.sub(f64x2.mul(twiceCosS, s5), s3);
    const c7 = f64x2.sub(f64x2.mul(twiceCosC, c5), c3);
    const s9 = f64x2.sub(f64x2.mul(twiceCosS, s7), s5);
    const c9 = f64x2.sub(f64x2.mul(twiceCosC, c7), c5);
    let series = f64x2.sub(term(A, s1, c1), term(B, s3, c3));
    series = f64x2.add(series, term(C, s5, c5));
    series = f64x2.sub(series, term(D, s7, c7));
    series = f64x2.add(series, term(E, s9, c9));
    const width = f64x2.mul(f64x2.add(longitude1, longitude2), half);
    const areas = f64x2.mul(f64x2.mul(both(TWICE_B2), width), series);
    sum += f64x2.extract_lane(areas, 0);
    if (isPair) sum += f64x2.extract_lane(areas, 1);
  }
  ringSum = sum;
}

/* @inline */ function term(coefficient: f64, s: v128, c: v128): v128 {
  return f64x2.mul(f64x2.mul(both(coefficient), s), c);
}

function trapezoidOne(at: usize): f64 {
  return officialTrapezoid(load<f64>(at), load<f64>(at, 8), load<f64>(at, 16), load<f64>(at, 24));
}
