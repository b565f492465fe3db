import { assert } from '../kernel/index.ts';
import type { Crs, RunZone } from './types.ts';

/**
 * CGCS2000 coordinate reference systems by EPSG code:
 *
 * | codes     | system                              | code                |
 * |-----------|-------------------------------------|---------------------|
 * | 4490      | geographic, degrees                 |                     |
 * | 4491–4501 | 6° strips 13–23, easting with 带号  | 4478 + zone         |
 * | 4502–4512 | 6° strips 13–23, easting without    | 4489 + zone         |
 * | 4513–4533 | 3° strips 25–45, easting with 带号  | 4488 + zone         |
 * | 4534–4554 | 3° strips 25–45, easting without    | 4509 + zone         |
 */
const MIN_ZONE_3 = 25;
const MAX_ZONE_3 = 45;
const MIN_ZONE_6 = 13;
const MAX_ZONE_6 = 23;
const FALSE_EASTING = 500_000;
const PREFIX_UNIT = 1_000_000;

/** The CRS of an EPSG code, or undefined where the product does not read it. */
export function crsOf(epsg: number): Crs | undefined {
  if (epsg === 4490) return { epsg: 4490, kind: 'geographic' };
  if (!Number.isInteger(epsg)) return undefined;
  if (epsg >= 4513 && epsg <= 4533) return strip(epsg, 'gauss3', epsg - 4488, true);
  if (epsg >= 4534 && epsg <= 4554) return strip(epsg, 'gauss3', epsg - 4509, false);
  if (epsg >= 4491 && epsg <= 4501) return strip(epsg, 'gauss6', epsg - 4478, true);
  if (epsg >= 4502 && epsg <= 4512) return strip(epsg, 'gauss6', epsg - 4489, false);
  return undefined;
}

function strip(epsg: number, kind: 'gauss3' | 'gauss6', zone: number, prefixed: boolean): Crs {
  return {
    epsg,
    kind,
    zone,
    centralMeridianDegrees: kind === 'gauss3' ? zone * 3 : zone * 6 - 3,
    falseEasting: prefixed ? zone * PREFIX_UNIT + FALSE_EASTING : FALSE_EASTING,
  };
}

/** EPSG code of a 3° strip; `prefixed` = eastings carry the zone number (带号). Asserts 25 ≤ zone ≤ 45. */
export function epsgOf3(zone: number, prefixed: boolean): number {
  assert(Number.isInteger(zone) && zone >= MIN_ZONE_3 && zone <= MAX_ZONE_3, `no 3° zone ${zone}`);
  return (prefixed ? 4488 : 4509) + zone;
}

/** EPSG code of a 6° strip; `prefixed` = eastings carry the zone number (带号). Asserts 13 ≤ zone ≤ 23. */
export function epsgOf6(zone: number, prefixed: boolean): number {
  assert(Number.isInteger(zone) && zone >= MIN_ZONE_6 && zone <= MAX_ZONE_6, `no 6° zone ${zone}`);
  return (prefixed ? 4478 : 4489) + zone;
}

/**
 * The 3° zone a longitude (degrees) lies in: the nearest central meridian, the eastern one halfway between. Longitudes
 * outside China's zones give the nearest zone that has a code (25 … 45).
 */
export function zone3OfLongitude(longitude: number): number {
  assert(Number.isFinite(longitude), 'longitude is not finite');
  return Math.min(MAX_ZONE_3, Math.max(MIN_ZONE_3, Math.floor(longitude / 3 + 0.5)));
}

/** The run zone with a given 3° zone number. */
export function runZone(zone: number): RunZone {
  assert(Number.isInteger(zone) && zone >= MIN_ZONE_3 && zone <= MAX_ZONE_3, `no 3° zone ${zone}`);
  return { zone, centralMeridianDegrees: zone * 3 };
}
