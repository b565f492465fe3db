/**
 * The Gauss–Krüger projection between coordinate reference systems, written into arrays; the arithmetic is in
 * portable/gauss-kruger.ts.
 */
import { projectPoint, unprojectPoint } from './portable/gauss-kruger.ts';
import { first, second } from './portable/platform.ts';
import type { Crs } from './types.ts';

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
  projectPoint(longitudeFromMeridian, latitude);
  out[at] = first();
  out[at + 1] = second();
}

/**
 * Metres from the central meridian and the equator to longitude from the meridian and latitude, degrees.
 * Writes longitude, latitude to out[at], out[at + 1].
 */
export function unproject(east: number, north: number, out: Float64Array | number[], at: number): void {
  unprojectPoint(east, north);
  out[at] = first();
  out[at + 1] = second();
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
