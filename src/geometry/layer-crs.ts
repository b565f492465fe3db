/** Whole layers between reference systems, and the zone a run works in. */
import { assert, type PolygonLayer } from '../kernel/index.ts';
import { crsOf, runZone, zone3OfLongitude } from './crs.ts';
import { fromLonLat, toLonLat } from './gauss-kruger.ts';
import type { Crs, RunZone } from './types.ts';

/** West, south, east, north in degrees. */
export type LonLatBox = readonly [west: number, south: number, east: number, north: number];

function crsOfLayer(layer: Pick<PolygonLayer, 'epsg'>): Crs {
  const crs = crsOf(layer.epsg);
  assert(crs !== undefined, `layer in a CRS the product does not read: ${layer.epsg}`);
  return crs;
}

/** Coordinates in longitude and latitude (4490, degrees), vertex by vertex in the layer's order. A 4490 layer gives its own array. */
export function lonLatOf(layer: Pick<PolygonLayer, 'epsg' | 'coords'>): Float64Array {
  const crs = crsOfLayer(layer);
  if (crs.kind === 'geographic') return layer.coords;
  const { coords } = layer;
  const out = new Float64Array(coords.length);
  for (let i = 0; i < coords.length; i += 2) toLonLat(crs, coords[i]!, coords[i + 1]!, out, i);
  return out;
}

/**
 * The layer in another supported CRS, vertex by vertex; edges stay edges between the same vertices. Between a strip with
 * zone prefix and the same strip without, eastings are only shifted.
 */
export function convertLayer(layer: PolygonLayer, toEpsg: number): PolygonLayer {
  if (layer.epsg === toEpsg) return layer;
  const from = crsOfLayer(layer);
  const to = crsOf(toEpsg);
  assert(to !== undefined, `no conversion to EPSG ${toEpsg}`);
  const { coords } = layer;
  const out = new Float64Array(coords.length);
  if (from.kind !== 'geographic' && from.kind === to.kind && from.zone === to.zone) {
    const shift = to.falseEasting - from.falseEasting;
    for (let i = 0; i < coords.length; i += 2) {
      out[i] = coords[i]! + shift;
      out[i + 1] = coords[i + 1]!;
    }
  } else {
    for (let i = 0; i < coords.length; i += 2) {
      toLonLat(from, coords[i]!, coords[i + 1]!, out, i);
      fromLonLat(to, out[i]!, out[i + 1]!, out, i);
    }
  }
  return { ...layer, epsg: toEpsg, coords: out };
}

/**
 * Smallest box in degrees that holds a layer's box in its own coordinates; undefined where the layer has no vertex. For a
 * layer in degrees it is the box of its vertices; for one in a strip it may be wider by the curving of the meridians, and
 * no vertex need be projected. North of the equator.
 */
export function lonLatBoxOf(layer: Pick<PolygonLayer, 'epsg' | 'coords'>): LonLatBox | undefined {
  const { coords } = layer;
  if (coords.length === 0) return undefined;
  let minX = Number.POSITIVE_INFINITY;
  let minY = Number.POSITIVE_INFINITY;
  let maxX = Number.NEGATIVE_INFINITY;
  let maxY = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < coords.length; i += 2) {
    const x = coords[i]!;
    const y = coords[i + 1]!;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  return lonLatBoxOfBox(layer.epsg, [minX, minY, maxX, maxY]);
}

/** The same from the box of a layer's coordinates: least x, least y, greatest x, greatest y as delivered. */
export function lonLatBoxOfBox(epsg: number, [minX, minY, maxX, maxY]: LonLatBox): LonLatBox {
  const crs = crsOfLayer({ epsg });
  if (crs.kind === 'geographic') return [minX, minY, maxX, maxY];
  // Along a line of equal northing the latitude is highest at the central meridian and falls to both sides; along a line
  // of equal easting the longitude only grows away from the meridian. So corners decide, and the meridian if it is inside.
  const xs = minX < crs.falseEasting && crs.falseEasting < maxX ? [minX, crs.falseEasting, maxX] : [minX, maxX];
  const point = [0, 0];
  let box: LonLatBox = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const x of xs) {
    for (const y of [minY, maxY]) {
      toLonLat(crs, x, y, point, 0);
      const [longitude, latitude] = point as [number, number];
      box = [
        Math.min(box[0], longitude),
        Math.min(box[1], latitude),
        Math.max(box[2], longitude),
        Math.max(box[3], latitude),
      ];
    }
  }
  return box;
}

/**
 * The one 3° zone of a run, from its parcel layer: the layer's own zone where it is delivered in a 3° strip; else (longitude
 * and latitude, 6° strips) the zone of the centre of its box. An empty layer in degrees gives zone 36.
 */
export function runZoneOf(layer: Pick<PolygonLayer, 'epsg' | 'coords'>): RunZone {
  const crs = crsOfLayer(layer);
  return crs.kind === 'gauss3' ? runZone(crs.zone) : runZoneOfBox(layer.epsg, lonLatBoxOf(layer));
}

/** The same from the layer's CRS and its box in degrees (lonLatBoxOf). */
export function runZoneOfBox(epsg: number, box: LonLatBox | undefined): RunZone {
  const crs = crsOfLayer({ epsg });
  if (crs.kind === 'gauss3') return runZone(crs.zone);
  if (box === undefined) return runZone(crs.kind === 'geographic' ? 36 : zone3OfLongitude(crs.centralMeridianDegrees));
  return runZone(zone3OfLongitude((box[0] + box[2]) / 2));
}
