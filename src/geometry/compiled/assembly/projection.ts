/**
 * Projection, 70 m split and equal-area plane over vertices in memory: x, y as two f64 a vertex. The arithmetic is that of
 * src/geometry/portable, so that every result has the bits of the TypeScript reference (plane-layer.ts, equal-area.ts).
 */
import { authalicHeight, HALF_HEIGHT_DEGREES, METRES_PER_DEGREE } from '../../portable/authalic.ts';
import { splitPointAt, splitPointCount } from '../../portable/split.ts';
import { firstsOfPair, projectPair, secondsOfPair, unprojectPair } from './projection-pairs.ts';
import { first, second } from '../../portable/platform.ts';

/** Bytes of a vertex. */
const VERTEX: usize = 16;

/** x (or longitude) of two vertices. */
/* @inline */ function xOf(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 0, 2);
}

/** y (or latitude) of two vertices. */
/* @inline */ function yOf(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 1, 3);
}

/**
 * Brings vertices of the zone's plane (x = east with false easting, y = north, metres) to longitude and latitude, degrees, in
 * place. `meridian` in degrees.
 */
export function unprojectAll(xy: usize, vertices: i32, falseEasting: f64, meridian: f64): void {
  const end = xy + (vertices as usize) * VERTEX;
  const shifts = f64x2.splat(falseEasting);
  const meridians = f64x2.splat(meridian);
  for (let at = xy; at < end; at += 2 * VERTEX) {
    const a = v128.load(at);
    // The last of an odd number is taken twice.
    const isPair = at + VERTEX < end;
    const b = isPair ? v128.load(at, VERTEX) : a;
    unprojectPair(f64x2.sub(xOf(a, b), shifts), yOf(a, b));
    const longitudes = f64x2.add(firstsOfPair(), meridians);
    const latitudes = secondsOfPair();
    v128.store(at, xOf(longitudes, latitudes));
    if (isPair) v128.store(at, yOf(longitudes, latitudes), VERTEX);
  }
}

/** Number of points at which the edge between two vertices of the zone's plane (as delivered, metres) is split. */
export function splitCountInZone(from: usize, to: usize, falseEasting: f64): i32 {
  return splitPointCount(
    load<f64>(from) - falseEasting,
    load<f64>(from, 8),
    load<f64>(to) - falseEasting,
    load<f64>(to, 8),
  ) as i32;
}

/** Writes all n split points of an edge of the zone's plane to `out` and on: longitude, latitude, degrees. */
export function splitPointsInZone(from: usize, to: usize, falseEasting: f64, meridian: f64, n: i32, out: usize): void {
  splitPointsBetween(
    load<f64>(from) - falseEasting,
    load<f64>(from, 8),
    load<f64>(to) - falseEasting,
    load<f64>(to, 8),
    meridian,
    n,
    out,
  );
}

function splitPointsBetween(x1: f64, y1: f64, x2: f64, y2: f64, meridian: f64, n: i32, out: usize): void {
  for (let k = 1; k <= n; k++) {
    splitPointAt(x1, y1, x2, y2, n as f64, k as f64);
    store<f64>(out + ((k - 1) as usize) * VERTEX, first());
    store<f64>(out + ((k - 1) as usize) * VERTEX, second(), 8);
  }
  unprojectAll(out, n, 0, meridian);
}

/** Writes point k (1 … n) of the n split points of an edge of the zone's plane to `out`: longitude, latitude, degrees. */
export function splitPointInZone(
  from: usize,
  to: usize,
  falseEasting: f64,
  meridian: f64,
  n: i32,
  k: i32,
  out: usize,
): void {
  splitPointAt(
    load<f64>(from) - falseEasting,
    load<f64>(from, 8),
    load<f64>(to) - falseEasting,
    load<f64>(to, 8),
    n as f64,
    k as f64,
  );
  store<f64>(out, first());
  store<f64>(out, second(), 8);
  unprojectAll(out, 1, 0, meridian);
}

/** Brings the ends of an edge in degrees to the zone's plane: the pair of firsts is x, that of seconds y. */
/* @inline */ function projectEnds(from: usize, to: usize, meridian: f64): void {
  const a = v128.load(from);
  const b = v128.load(to);
  projectPair(f64x2.sub(xOf(a, b), f64x2.splat(meridian)), yOf(a, b));
}

/**
 * Number of points at which the edge between two vertices in degrees is split. Edges whose ends differ by less than `short`
 * degrees in longitude and in latitude are surely shorter than 70 m (surelyShortDegrees in plane-layer.ts) and are not measured.
 */
export function splitCountInDegrees(from: usize, to: usize, meridian: f64, short: f64): i32 {
  const difference = f64x2.abs(f64x2.sub(v128.load(from), v128.load(to)));
  if (v128.all_true<i64>(f64x2.lt(difference, f64x2.splat(short)))) return 0;
  projectEnds(from, to, meridian);
  const x = firstsOfPair();
  const y = secondsOfPair();
  return splitPointCount(
    f64x2.extract_lane(x, 0),
    f64x2.extract_lane(y, 0),
    f64x2.extract_lane(x, 1),
    f64x2.extract_lane(y, 1),
  ) as i32;
}

/** Writes all n split points of an edge between vertices in degrees to `out` and on: longitude, latitude, degrees. */
export function splitPointsInDegrees(from: usize, to: usize, meridian: f64, n: i32, out: usize): void {
  projectEnds(from, to, meridian);
  const x = firstsOfPair();
  const y = secondsOfPair();
  splitPointsBetween(
    f64x2.extract_lane(x, 0),
    f64x2.extract_lane(y, 0),
    f64x2.extract_lane(x, 1),
    f64x2.extract_lane(y, 1),
    meridian,
    n,
    out,
  );
}

/** Writes point k (1 … n) of the n split points of an edge between vertices in degrees to `out`: longitude, latitude, degrees. */
export function splitPointInDegrees(from: usize, to: usize, meridian: f64, n: i32, k: i32, out: usize): void {
  projectEnds(from, to, meridian);
  const x = firstsOfPair();
  const y = secondsOfPair();
  splitPointAt(
    f64x2.extract_lane(x, 0),
    f64x2.extract_lane(y, 0),
    f64x2.extract_lane(x, 1),
    f64x2.extract_lane(y, 1),
    n as f64,
    k as f64,
  );
  store<f64>(out, first());
  store<f64>(out, second(), 8);
  unprojectAll(out, 1, 0, meridian);
}

/** Coefficients of the height in the plane. */
const NODES: usize = 14;

/**
 * Brings vertices from … to − 1 (longitude, latitude in degrees) into the equal-area plane with the given origin, in place.
 * `scale` and the 14 `coefficients` (f64 in memory) are those of equalAreaPlane in equal-area.ts.
 */
export function toPlaneAll(
  xy: usize,
  from: i32,
  to: i32,
  longitude: f64,
  latitude: f64,
  scale: f64,
  coefficients: usize,
): void {
  const perDegree = METRES_PER_DEGREE * scale;
  const end = xy + (to as usize) * VERTEX;
  let at = xy + (from as usize) * VERTEX;
  const longitudes = f64x2.splat(longitude);
  const latitudes = f64x2.splat(latitude);
  const scales = f64x2.splat(perDegree);
  const halves = f64x2.splat(HALF_HEIGHT_DEGREES);
  const ones = f64x2.splat(1);
  // Two vertices at a time: what belongs to one vertex is computed in the order of the reference, each in its lane.
  for (; at + VERTEX < end; at += 2 * VERTEX) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const east = xOf(a, b);
    const north = yOf(a, b);
    const t = f64x2.div(f64x2.sub(north, latitudes), halves);
    if (!v128.all_true<i64>(f64x2.le(f64x2.abs(t), ones))) {
      toPlaneOne(at, longitude, latitude, scale, coefficients);
      toPlaneOne(at + VERTEX, longitude, latitude, scale, coefficients);
      continue;
    }
    const x = f64x2.mul(scales, f64x2.sub(east, longitudes));
    let y = v128.load_splat<f64>(coefficients, 104);
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients, 96));
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients, 88));
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients, 80));
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients, 72));
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients, 64));
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients, 56));
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients, 48));
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients, 40));
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients, 32));
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients, 24));
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients, 16));
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients, 8));
    y = f64x2.add(f64x2.mul(y, t), v128.load_splat<f64>(coefficients));
    y = f64x2.mul(y, t);
    v128.store(at, xOf(x, y));
    v128.store(at, yOf(x, y), 16);
  }
  if (at < end) toPlaneOne(at, longitude, latitude, scale, coefficients);
}

/** One vertex of toPlaneAll. */
function toPlaneOne(at: usize, longitude: f64, latitude: f64, scale: f64, coefficients: usize): void {
  const north = load<f64>(at, 8);
  const t = (north - latitude) / HALF_HEIGHT_DEGREES;
  store<f64>(at, METRES_PER_DEGREE * scale * (load<f64>(at) - longitude));
  if (t >= -1 && t <= 1) {
    let y = load<f64>(coefficients + (NODES - 1) * 8);
    for (let k: i32 = (NODES as i32) - 2; k >= 0; k--) y = y * t + load<f64>(coefficients + (k as usize) * 8);
    store<f64>(at, y * t, 8);
  } else {
    store<f64>(at, (authalicHeight(north) - authalicHeight(latitude)) / scale, 8);
  }
}
