import type { Random } from '../kernel/index.ts';
import type { Landscape } from './random-field.ts';
import { slopeClassOf } from './random-field.ts';
import type { Sites } from './sites.ts';

/** Picks by weight. */
function weighted(random: Random, choices: readonly (readonly [string, number])[]): string {
  const total = choices.reduce((sum, [, weight]) => sum + weight, 0);
  let at = random.next() * total;
  for (const [value, weight] of choices) {
    at -= weight;
    if (at < 0) return value;
  }
  return choices[choices.length - 1]![0];
}

const TOWN = [
  ['0701', 40],
  ['05H1', 14],
  ['08H1', 8],
  ['08H2', 8],
  ['0601', 14],
  ['1004', 8],
  ['0810', 4],
  ['0809', 4],
] as const;
const HAMLET = [
  ['0702', 74],
  ['1004', 7],
  ['0809', 4],
  ['08H2', 3],
  ['0201', 6],
  ['1201', 6],
] as const;

/** Survey class of a cell; `east`, `north` in the generator's plane. */
export function landClassAt(sites: Sites, site: number, landscape: Landscape, random: Random): string {
  const kind = sites.kinds[site]!;
  const line = sites.line[site]!;
  if (kind === 'line') return sites.lineKinds[line]!.landClass;
  if (kind === 'town') return weighted(random, TOWN);
  if (kind === 'hamlet') return weighted(random, HAMLET);
  const east = sites.points[2 * site]!;
  const north = sites.points[2 * site + 1]!;
  const elevation = landscape.elevation(east, north);
  const moisture = landscape.moisture(east, north);
  const variety = landscape.variety(east, north);
  if (elevation > 0.2 && elevation < 0.8 && moisture > 1.55) return '1103';
  const slope = slopeClassOf(landscape, east, north);
  if (slope <= 2) {
    if (variety > 1.5)
      return weighted(random, [
        ['0201', 4],
        ['0204', 2],
        ['0301', 2],
        ['0404', 2],
      ]);
    const crop = moisture > 0.1 ? '0101' : moisture > -0.5 ? '0102' : '0103';
    return weighted(random, [
      [crop, 74],
      ['0103', 6],
      ['1104', 5],
      ['0404', 6],
      ['0201', 3],
      ['0307', 3],
      ['1202', 1.2],
      ['1206', 1.5],
      ['0601', 0.3],
    ]);
  }
  if (slope === 3)
    return weighted(random, [
      ['0103', 34],
      ['0201', 14],
      ['0202', 5],
      ['0301', 20],
      ['0305', 8],
      ['0307', 9],
      ['0404', 9],
      ['1206', 1],
    ]);
  return weighted(random, [
    ['0301', 52],
    ['0302', 10],
    ['0305', 16],
    ['0307', 10],
    ['0404', 8],
    ['1207', slope === 5 ? 4 : 1],
    ['0103', slope === 5 ? 1 : 3],
  ]);
}

/** How likely two neighbouring cells of one class are one parcel. */
export function joinChance(landClass: string): number {
  switch (landClass) {
    case '1101':
    case '1003':
    case '1006':
    case '1107':
    case '1103':
      return 1;
    case '0702':
    case '0701':
      return 0.5;
    case '0301':
    case '0302':
    case '0305':
      return 0.4;
    case '0101':
    case '0102':
    case '0103':
      return 0.13;
    default:
      return 0.25;
  }
}

/** Smallest parcel the demo keeps, m²: a little above the smallest mapped area of the survey. */
export function smallestParcelSquareMetres(landClass: string): number {
  const first = landClass.slice(0, 2);
  if (
    ['05', '06', '07', '08', '09'].includes(first) ||
    landClass === '1202' ||
    ['1003', '1004', '1109', '1201'].includes(landClass)
  )
    return 260;
  return landClass === '0404' || landClass.startsWith('12') || landClass === '1101' ? 720 : 520;
}

/** State-owned land (20); all else belongs to the village (30). */
export function isStateOwned(landClass: string): boolean {
  return ['1101', '1003', '1103', '0701', '05H1', '08H1', '0810'].includes(landClass);
}
