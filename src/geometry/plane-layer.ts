/** Layers brought to the equal-area plane of a run, split at 70 m, with areas, boxes and ring signs. */
import { assert, INNER, type PolygonLayer } from '../kernel/index.ts';
import { crsOf } from './crs.ts';
import { equalAreaPlane, toPlane } from './equal-area.ts';
import { project, toLonLat, unproject } from './gauss-kruger.ts';
import type { LonLatBox } from './layer-crs.ts';
import { splitPoint, splitPointCount } from './split.ts';
import type { Crs, PlaneLayer, RunZone } from './types.ts';

/**
 * Origin of a run's plane: the centre of the box (degrees; the parcels' box, see lonLatBoxOf), to 0.01°. Layers that meet
 * in one computation must share it. An undefined box gives the zone's meridian at 30° north.
 */
export function planeOriginOf(
  zone: RunZone,
  box: LonLatBox | undefined,
): readonly [longitude: number, latitude: number] {
  if (box === undefined) return [zone.centralMeridianDegrees, 30];
  return [Math.round(((box[0] + box[2]) / 2) * 100) / 100, Math.round(((box[1] + box[3]) / 2) * 100) / 100];
}

/** 1 GB of coordinates: beyond it a layer has stray vertices, or is no county's. */
const MAX_VERTICES = 2 ** 26;

/** Upper bound of metres per degree anywhere on the ellipsoid. */
const MAX_METRES_PER_DEGREE = 111_700;

/**
 * Longest difference in degrees of latitude, or of longitude, below which an edge is surely shorter than 70 m in the plane
 * of the zone, whatever its direction: most edges need no projection to know that they are not split.
 */
function surelyShortDegrees(coords: Float64Array, centralMeridian: number): number {
  let farthest = 0;
  for (let i = 0; i < coords.length; i += 2) {
    const distance = Math.abs(coords[i]! - centralMeridian);
    if (distance > farthest) farthest = distance;
  }
  if (!(farthest < 30)) return 0;
  // The scale of the projection is 1/√(1 − sin²Δλ cos²φ) on a sphere; 1 % covers the ellipsoid. √2 is for the diagonal.
  const radians = (farthest * 3.15) / 180;
  const scale = 1.01 / Math.sqrt(1 - radians * radians);
  return 70 / (MAX_METRES_PER_DEGREE * scale * 1.4143);
}

/** Walks every edge of a layer that is already in the run's plane and counts, or writes, its split points. */
interface Walker {
  /** Points added to edge v → w (vertex numbers). */
  count(v: number, w: number): number;
  /** Writes vertex v in degrees. */
  vertex(v: number, out: Float64Array, at: number): void;
  /** Writes split point k of n of edge v → w in degrees. */
  point(v: number, w: number, n: number, k: number, out: Float64Array, at: number): void;
}

/** Layer delivered in the run's own zone: edges are measured and split on the coordinates as delivered. */
function walkerInZone(coords: Float64Array, crs: Exclude<Crs, { kind: 'geographic' }>): Walker {
  const shift = crs.falseEasting;
  const meridian = crs.centralMeridianDegrees;
  const place = new Float64Array(2);
  return {
    count: (v, w) =>
      splitPointCount(coords[2 * v]! - shift, coords[2 * v + 1]!, coords[2 * w]! - shift, coords[2 * w + 1]!),
    vertex: (v, out, at) => {
      unproject(coords[2 * v]! - shift, coords[2 * v + 1]!, out, at);
      out[at]! += meridian;
    },
    point: (v, w, n, k, out, at) => {
      splitPoint(
        coords[2 * v]! - shift,
        coords[2 * v + 1]!,
        coords[2 * w]! - shift,
        coords[2 * w + 1]!,
        n,
        k,
        place,
        0,
      );
      unproject(place[0]!, place[1]!, out, at);
      out[at]! += meridian;
    },
  };
}

/**
 * Layer in longitude and latitude: vertices keep their degrees to the bit; only edges that may be long are measured in the
 * run's plane, and only split points come from there.
 */
function walkerInDegrees(lonLat: Float64Array, zone: RunZone): Walker {
  const meridian = zone.centralMeridianDegrees;
  const short = surelyShortDegrees(lonLat, meridian);
  const ends = new Float64Array(4);
  const place = new Float64Array(2);
  const projectEnds = (v: number, w: number): void => {
    project(lonLat[2 * v]! - meridian, lonLat[2 * v + 1]!, ends, 0);
    project(lonLat[2 * w]! - meridian, lonLat[2 * w + 1]!, ends, 2);
  };
  return {
    count: (v, w) => {
      if (
        Math.abs(lonLat[2 * v]! - lonLat[2 * w]!) < short &&
        Math.abs(lonLat[2 * v + 1]! - lonLat[2 * w + 1]!) < short
      ) {
        return 0;
      }
      projectEnds(v, w);
      return splitPointCount(ends[0]!, ends[1]!, ends[2]!, ends[3]!);
    },
    vertex: (v, out, at) => {
      out[at] = lonLat[2 * v]!;
      out[at + 1] = lonLat[2 * v + 1]!;
    },
    point: (v, w, n, k, out, at) => {
      projectEnds(v, w);
      splitPoint(ends[0]!, ends[1]!, ends[2]!, ends[3]!, n, k, place, 0);
      unproject(place[0]!, place[1]!, out, at);
      out[at]! += meridian;
    },
  };
}

function walkerOf(layer: PolygonLayer, zone: RunZone): Walker {
  const crs = crsOf(layer.epsg);
  assert(crs !== undefined, `layer in a CRS the product does not read: ${layer.epsg}`);
  if (crs.kind === 'gauss3' && crs.zone === zone.zone) return walkerInZone(layer.coords, crs);
  if (crs.kind === 'geographic') return walkerInDegrees(layer.coords, zone);
  const lonLat = new Float64Array(layer.coords.length);
  for (let i = 0; i < lonLat.length; i += 2) toLonLat(crs, layer.coords[i]!, layer.coords[i + 1]!, lonLat, i);
  return walkerInDegrees(lonLat, zone);
}

/**
 * Brings a layer in any supported CRS to the equal-area plane of a run. Edges longer than 70 m in the run's Gauss–Krüger
 * plane are split there first (split.ts); vertices stay in order, features and rings keep their numbers.
 *
 * @param origin longitude and latitude of the plane's origin (planeOriginOf), the same for all layers of a computation
 */
export function toPlaneLayer(
  layer: PolygonLayer,
  zone: RunZone,
  origin: readonly [longitude: number, latitude: number],
): PlaneLayer {
  const walker = walkerOf(layer, zone);
  const rings = layer.ringRoles.length;
  // Counted first and written then: no copy of a growing array, so that a large layer is in memory once.
  const ringStarts = new Uint32Array(rings + 1);
  let total = 0;
  for (let r = 0; r < rings; r++) {
    const start = layer.ringStarts[r]!;
    const end = layer.ringStarts[r + 1]!;
    ringStarts[r] = total;
    for (let v = start; v < end; v++) total += 1 + walker.count(v, v + 1 < end ? v + 1 : start);
  }
  ringStarts[rings] = total;
  assert(total <= MAX_VERTICES, 'layer has edges far too long for a plane of this zone');
  const xy = new Float64Array(2 * total);
  let at = 0;
  for (let r = 0; r < rings; r++) {
    const start = layer.ringStarts[r]!;
    const end = layer.ringStarts[r + 1]!;
    for (let v = start; v < end; v++) {
      const w = v + 1 < end ? v + 1 : start;
      walker.vertex(v, xy, at);
      at += 2;
      const n = walker.count(v, w);
      for (let k = 1; k <= n; k++) {
        walker.point(v, w, n, k, xy, at);
        at += 2;
      }
    }
  }
  toPlane(equalAreaPlane(origin[0], origin[1]), xy, 0, total);
  return planeLayerFrom(xy, ringStarts, layer.ringRoles, layer.featureRings, zone, origin);
}

/** A plane layer from coordinates already in the plane (metres): measures areas, boxes and ring signs. */
export function planeLayerFrom(
  xy: Float64Array,
  ringStarts: Uint32Array,
  ringRoles: Uint8Array,
  featureRings: Uint32Array,
  zone: RunZone,
  origin: readonly [longitude: number, latitude: number],
): PlaneLayer {
  const rings = ringRoles.length;
  const features = featureRings.length - 1;
  const ringSigns = new Int8Array(rings);
  const ringAreas = new Float64Array(rings);
  for (let r = 0; r < rings; r++) {
    const area = signedRingArea(xy, ringStarts[r]!, ringStarts[r + 1]!);
    const role = ringRoles[r] === INNER ? -1 : 1;
    ringSigns[r] = area < 0 ? -role : role;
    ringAreas[r] = role * Math.abs(area);
  }
  const areas = new Float64Array(features);
  const boxes = new Float64Array(4 * features);
  for (let f = 0; f < features; f++) {
    let sum = 0;
    for (let r = featureRings[f]!; r < featureRings[f + 1]!; r++) sum += ringAreas[r]!;
    // Readers and findDefects keep such coordinates out; let through, they would never leave the loops of a cut.
    assert(Number.isFinite(sum), 'coordinates are not finite');
    areas[f] = sum;
    measureBox(xy, ringStarts[featureRings[f]!]!, ringStarts[featureRings[f + 1]!]!, boxes, 4 * f);
  }
  return { zone, origin, xy, ringStarts, featureRings, ringSigns, areas, boxes };
}

/** Shoelace about the ring's first vertex, m²; positive counter-clockwise. */
export function signedRingArea(xy: Float64Array, start: number, end: number): number {
  if (end - start < 3) return 0;
  const x0 = xy[2 * start]!;
  const y0 = xy[2 * start + 1]!;
  let twice = 0;
  let px = xy[2 * start + 2]! - x0;
  let py = xy[2 * start + 3]! - y0;
  for (let i = 2 * start + 4; i < 2 * end; i += 2) {
    const qx = xy[i]! - x0;
    const qy = xy[i + 1]! - y0;
    twice += px * qy - qx * py;
    px = qx;
    py = qy;
  }
  return twice / 2;
}

/** Box of the vertices start … end; of none: +∞, +∞, −∞, −∞, which meets nothing. */
function measureBox(xy: Float64Array, start: number, end: number, boxes: Float64Array, at: number): void {
  let minX = Number.POSITIVE_INFINITY;
  let minY = Number.POSITIVE_INFINITY;
  let maxX = Number.NEGATIVE_INFINITY;
  let maxY = Number.NEGATIVE_INFINITY;
  for (let i = 2 * start; i < 2 * end; i += 2) {
    const x = xy[i]!;
    const y = xy[i + 1]!;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  boxes[at] = minX;
  boxes[at + 1] = minY;
  boxes[at + 2] = maxX;
  boxes[at + 3] = maxY;
}
