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
 * The constants are those of the text, not better ones: the last digits of the official value depend on them. They and the
 * arithmetic are in portable/official-area.ts; the compiled kernel walks the rings in the same order (compiled/assembly/official-areas.ts).
 */
import { assert, dm2FromSquareMetres, INNER, type PolygonLayer } from '../kernel/index.ts';
import { crsOf, epsgOf3 } from './crs.ts';
import { convertLayer } from './layer-crs.ts';
import {
  officialInversePoint,
  officialSplitCoordinate,
  officialSplitCount,
  officialTrapezoid,
  PI,
  TICKS,
  ticksOf,
} from './portable/official-area.ts';
import { first, second } from './portable/platform.ts';
import type { OfficialArea, RunZone } from './types.ts';

export { ticksOf };

/** The steps of the official order that a comparison may leave out; both on for the official value. */
export interface OfficialSteps {
  readonly split: boolean;
  readonly rounding: boolean;
}
const ALL_STEPS: OfficialSteps = { split: true, rounding: true };

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
  const { rounding, split } = steps;
  let east1 = ticks(coords[2 * end - 2]!) - shift;
  let north1 = ticks(coords[2 * end - 1]!);
  officialInversePoint(north1 / TICKS, east1 / TICKS, meridian, rounding);
  const lastLatitude = first();
  const lastLongitude = second();
  let latitude1 = lastLatitude;
  let longitude1 = lastLongitude;
  let sum = 0;
  for (let v = start; v < end; v++) {
    const east2 = ticks(coords[2 * v]!) - shift;
    const north2 = ticks(coords[2 * v + 1]!);
    const dEast = east2 - east1;
    const dNorth = north2 - north1;
    const points = split ? officialSplitCount(dEast, dNorth) : 0;
    for (let i = 1; i <= points; i++) {
      const north = officialSplitCoordinate(north1, dNorth, i, points, rounding);
      const east = officialSplitCoordinate(east1, dEast, i, points, rounding);
      officialInversePoint(north, east, meridian, rounding);
      const latitude = first();
      const longitude = second();
      sum += officialTrapezoid(latitude1, longitude1, latitude, longitude);
      latitude1 = latitude;
      longitude1 = longitude;
    }
    // The last vertex is where the walk began.
    const isLast = v === end - 1;
    if (!isLast) officialInversePoint(north2 / TICKS, east2 / TICKS, meridian, rounding);
    const latitude2 = isLast ? lastLatitude : first();
    const longitude2 = isLast ? lastLongitude : second();
    sum += officialTrapezoid(latitude1, longitude1, latitude2, longitude2);
    latitude1 = latitude2;
    longitude1 = longitude2;
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
  officialInversePoint(north, east, 0, false);
  return [zone.centralMeridianDegrees + (second() * 180) / PI, (first() * 180) / PI];
}
