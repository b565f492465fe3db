import { type Dissolved, dissolve } from '../../../src/demo/dissolve.ts';
import { randomField } from '../../../src/demo/random-field.ts';
import { seededRandom } from '../../../src/kernel/index.ts';
import { type LabelledZones, labelledZones } from './cells.ts';

/** Zones and the number that says what each is (slope class). */
export interface ZonePolygons {
  readonly dissolved: Dissolved;
  readonly labels: Int32Array;
}

const polygonsOf = ({ tessellation, zoneOf, labelOf }: LabelledZones): ZonePolygons => ({
  dissolved: dissolve(tessellation, zoneOf, labelOf.length),
  labels: labelOf,
});

/** Slope maps come sheet by sheet: zones end at their borders. */
const SHEET_METRES = 10_000;

/** Slope classes 1–5 (label modulo 10): a full cover of the county and some ground around it. */
export function slopeZones(side: number, seed: number): ZonePolygons {
  const random = seededRandom(seed);
  const height = randomField(random, 9_000);
  const variety = randomField(random, 1_200);
  const label = (x: number, y: number): number => {
    const steepness = height(x, y) + 0.2 * variety(x, y);
    const slope = steepness < -0.3 ? 1 : steepness < 0.3 ? 2 : steepness < 0.8 ? 3 : steepness < 1.4 ? 4 : 5;
    const sheet = (v: number): number => Math.floor((v + side) / SHEET_METRES);
    return slope + 10 * (sheet(x) + 100 * sheet(y));
  };
  return polygonsOf(labelledZones(side, 80, label, Number.POSITIVE_INFINITY, random));
}

/** Twelve huge polygons with holes. */
export function redLineZones(side: number, seed: number): ZonePolygons {
  const random = seededRandom(seed);
  const large = randomField(random, side / 6);
  const small = randomField(random, Math.max(500, side / 30));
  const label = (x: number, y: number): number => (large(x, y) + 0.45 * small(x, y) > 0.3 ? 0 : -1);
  return polygonsOf(labelledZones(side, 50, label, 12, random));
}

/** Growth boundaries: compact areas around towns. */
export function growthBoundaryZones(side: number, seed: number): ZonePolygons {
  const random = seededRandom(seed);
  const towns = randomField(random, 3_500);
  const label = (x: number, y: number): number => (towns(x, y) > 1.75 ? 0 : -1);
  return polygonsOf(labelledZones(side, 75, label, Math.round(12 * (side / 10_600) ** 0.75), random));
}
