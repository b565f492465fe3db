import type { Random } from '../kernel/index.ts';
import type { Landscape } from './random-field.ts';

/** A linear feature of the survey (roads, ditches, rivers are polygons there): its class and width. */
export interface LineKind {
  readonly landClass: '1101' | '1003' | '1006' | '1107';
  readonly widthMetres: number;
  readonly spacingMetres: number;
}

const RIVER: LineKind = { landClass: '1101', widthMetres: 46, spacingMetres: 46 };
const HIGHWAY: LineKind = { landClass: '1003', widthMetres: 15, spacingMetres: 34 };
const RURAL_ROAD: LineKind = { landClass: '1006', widthMetres: 5, spacingMetres: 32 };
const DITCH: LineKind = { landClass: '1107', widthMetres: 3.5, spacingMetres: 32 };

export type SiteKind = 'field' | 'hamlet' | 'town' | 'line' | 'lineSide';

/** Sites of the tessellation, metres; `line` is the line a site belongs to (−1: none). */
export interface Sites {
  readonly points: Float64Array;
  readonly kinds: readonly SiteKind[];
  readonly line: Int32Array;
  readonly lineKinds: readonly LineKind[];
}

/** Buckets of points for "is there a site closer than r". */
function pointIndex(extentMetres: number): {
  add(x: number, y: number): void;
  anyWithin(x: number, y: number, r: number): boolean;
} {
  const cell = 40;
  const n = Math.ceil((2 * extentMetres) / cell) + 2;
  const buckets = new Map<number, number[]>();
  const column = (v: number): number => Math.floor((v + extentMetres) / cell) + 1;
  return {
    add(x, y) {
      const key = column(y) * n + column(x);
      const bucket = buckets.get(key);
      if (bucket) bucket.push(x, y);
      else buckets.set(key, [x, y]);
    },
    anyWithin(x, y, r) {
      for (let row = column(y - r); row <= column(y + r); row++) {
        for (let col = column(x - r); col <= column(x + r); col++) {
          const bucket = buckets.get(row * n + col);
          if (!bucket) continue;
          for (let i = 0; i < bucket.length; i += 2) {
            const dx = bucket[i]! - x;
            const dy = bucket[i + 1]! - y;
            if (dx * dx + dy * dy < r * r) return true;
          }
        }
      }
      return false;
    },
  };
}

/** Places people live: seats of villages and townships. */
export interface Settlement {
  readonly east: number;
  readonly north: number;
  readonly radiusMetres: number;
  readonly isTown: boolean;
}

/**
 * Places sites so that their Voronoi cells look like a surveyed county: strips of three rows along roads, ditches and
 * rivers (the middle row is the strip), dense sites in settlements, fields elsewhere.
 */
export function placeSites(
  halfExtentMetres: number,
  landscape: Landscape,
  settlements: readonly Settlement[],
  random: Random,
): Sites {
  const extent = halfExtentMetres;
  const points: number[] = [];
  const kinds: SiteKind[] = [];
  const line: number[] = [];
  const lineKinds: LineKind[] = [];
  const strips = pointIndex(extent * 1.1);
  const add = (x: number, y: number, kind: SiteKind, lineNo: number): void => {
    points.push(x, y);
    kinds.push(kind);
    line.push(lineNo);
  };

  const trace = (
    kind: LineKind,
    vertical: boolean,
    position: number,
    wiggle: (along: number) => number,
    keep: (x: number, y: number) => boolean,
  ): void => {
    const lineNo = lineKinds.length;
    lineKinds.push(kind);
    const { widthMetres: width, spacingMetres: spacing } = kind;
    const accepted: [number, number, SiteKind][] = [];
    for (let along = -extent; along <= extent; along += spacing) {
      const across = position + wiggle(along);
      const slope = (wiggle(along + 1) - wiggle(along - 1)) / 2;
      const norm = Math.hypot(1, slope);
      for (const [offset, siteKind] of [
        [0, 'line'],
        [width, 'lineSide'],
        [-width, 'lineSide'],
      ] as const) {
        const a = along - (slope / norm) * offset;
        const b = across + offset / norm;
        const [x, y] = vertical ? [b, a] : [a, b];
        if (!keep(x, y)) continue;
        if (strips.anyWithin(x, y, siteKind === 'line' ? 0.6 * spacing : 9)) continue;
        accepted.push([x, y, siteKind]);
      }
    }
    for (const [x, y, siteKind] of accepted) {
      strips.add(x, y);
      add(x, y, siteKind, lineNo);
    }
  };
  const wiggleOf = (amplitude: number, wavelength: number): ((along: number) => number) => {
    const phases = [random.next() * 6.28, random.next() * 6.28];
    return (along) =>
      amplitude * (Math.sin(along / wavelength + phases[0]!) + 0.4 * Math.sin((2.7 * along) / wavelength + phases[1]!));
  };
  const everywhere = (): boolean => true;
  const lowland =
    (limit: number) =>
    (x: number, y: number): boolean =>
      landscape.elevation(x, y) < limit;

  for (let position = -extent * 0.55; position < extent; position += 9_000)
    trace(RIVER, random.next() < 0.5, position, wiggleOf(450, 1_100), everywhere);
  for (let position = -extent * 0.8; position < extent; position += 5_200) {
    trace(HIGHWAY, false, position, wiggleOf(140, 1_900), everywhere);
    trace(HIGHWAY, true, position + 1_500, wiggleOf(140, 1_900), everywhere);
  }
  for (let position = -extent + 500; position < extent; position += 1_250) {
    trace(RURAL_ROAD, false, position + 200 * random.next(), wiggleOf(60, 700), lowland(0.9));
    trace(RURAL_ROAD, true, position + 200 * random.next(), wiggleOf(60, 700), lowland(0.9));
  }
  for (let position = -extent + 1_100; position < extent; position += 1_250)
    trace(DITCH, false, position, wiggleOf(30, 500), lowland(0.1));

  for (const settlement of settlements) {
    const step = settlement.isTown ? 62 : 36;
    for (let y = -settlement.radiusMetres; y <= settlement.radiusMetres; y += step) {
      for (let x = -settlement.radiusMetres; x <= settlement.radiusMetres; x += step) {
        const east = settlement.east + x + (random.next() - 0.5) * step * 0.35;
        const north = settlement.north + y + (random.next() - 0.5) * step * 0.35;
        if (Math.hypot(x, y) > settlement.radiusMetres || strips.anyWithin(east, north, 24)) continue;
        add(east, north, settlement.isTown ? 'town' : 'hamlet', -1);
      }
    }
  }
  const inSettlement = (x: number, y: number): boolean =>
    settlements.some(
      (s) => Math.abs(s.east - x) < s.radiusMetres + 30 && Math.hypot(s.east - x, s.north - y) < s.radiusMetres + 30,
    );
  const nearby = settlementIndex(settlements);
  const grid = 84;
  for (let y = -extent; y <= extent; y += grid) {
    for (let x = -extent; x <= extent; x += grid) {
      const east = x + (random.next() - 0.5) * grid * 0.62;
      const north = y + (random.next() - 0.5) * grid * 0.62;
      // Forest parcels of the hills are larger than the fields of the plains.
      if (landscape.elevation(east, north) > 0.8 && random.next() < 0.55) continue;
      if (strips.anyWithin(east, north, 27) || (nearby(east, north) && inSettlement(east, north))) continue;
      add(east, north, 'field', -1);
    }
  }
  return { points: Float64Array.from(points), kinds, line: Int32Array.from(line), lineKinds };
}

/** A quick no for places far from every settlement. */
function settlementIndex(settlements: readonly Settlement[]): (x: number, y: number) => boolean {
  const cell = 1_000;
  const taken = new Set<string>();
  for (const s of settlements) {
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++)
        taken.add(`${Math.floor(s.east / cell) + dx},${Math.floor(s.north / cell) + dy}`);
    }
  }
  return (x, y) => taken.has(`${Math.floor(x / cell)},${Math.floor(y / cell)}`);
}
