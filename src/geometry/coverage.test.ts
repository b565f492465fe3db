import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgresql } from '../../tests/support/postgresql.ts';
import type { ThrowAwayPostgresql } from '../../tests/support/postgresql.ts';
import { seededRandom } from '../kernel/index.ts';
import { coverage, NO_COVERAGE } from './coverage.ts';
import { overlapsWithin } from './overlaps.ts';
import { planeLayerFrom } from './plane-layer.ts';
import type { PlaneLayer } from './types.ts';

type Ring = readonly (readonly [number, number])[];

/** A layer of features of one outer ring and holes each, coordinates straight in the plane. */
function planeOf(features: readonly (readonly Ring[])[]): PlaneLayer {
  const xy: number[] = [];
  const starts = [0];
  const roles: number[] = [];
  const featureRings = [0];
  for (const rings of features) {
    rings.forEach((ring, i) => {
      for (const [x, y] of ring) xy.push(x, y);
      starts.push(xy.length / 2);
      roles.push(i === 0 ? 0 : 1);
    });
    featureRings.push(roles.length);
  }
  return planeLayerFrom(
    Float64Array.from(xy),
    Uint32Array.from(starts),
    Uint8Array.from(roles),
    Uint32Array.from(featureRings),
    { zone: 36, centralMeridianDegrees: 108 },
    [108, 22],
  );
}

const box = (x: number, y: number, w: number, h: number): Ring => [
  [x, y],
  [x + w, y],
  [x + w, y + h],
  [x, y + h],
];

describe('coverage of a boundary', () => {
  it('finds nothing in a clean coverage', () => {
    const found = coverage(
      planeOf([[box(0, 0, 20, 15)]]),
      planeOf([
        [box(0, 0, 10, 10)],
        [box(10, 0, 10, 10)],
        [
          [
            [0, 10],
            [10, 10],
            [20, 10],
            [20, 15],
            [0, 15],
          ],
        ],
      ]),
    );
    expect(found).toEqual(NO_COVERAGE);
  });

  it('takes an edge that only one neighbour splits for shared', () => {
    const layer = planeOf([[box(0, 0, 10, 10)], [box(10, 0, 10, 10)], [box(0, 10, 20, 5)]]);
    expect(coverage(planeOf([[box(0, 0, 20, 15)]]), layer)).toMatchObject({
      gapM2: 0,
      overlapM2: 0,
      outsideM2: 0,
      regions: [],
    });
  });

  it('finds a missing parcel with all its neighbours, a strip beyond the boundary, an overlap', () => {
    const layer = planeOf([
      [box(0, 0, 10, 10)],
      [box(10, 0, 10, 10)],
      [box(20, 0, 12, 10)],
      [box(0, 10, 10, 10)],
      /* 10,10 is missing */ [box(20, 10, 10, 10)],
      [box(0, 20, 10, 10)],
      [box(10, 20, 10, 10)],
      [box(19, 20, 11, 10)],
    ]);
    const found = coverage(planeOf([[box(0, 0, 30, 30)]]), layer);
    expect(found.regions).toHaveLength(3);
    expect(found.regions[0]).toMatchObject({ kind: 'gap', features: [1, 3, 4, 6, 7] });
    expect(found.regions[0]!.areaM2).toBeCloseTo(100, 6);
    expect(found.regions[0]!.at[0]).toBeGreaterThan(10);
    expect(found.regions[0]!.at[0]).toBeLessThan(20);
    expect(found.regions[1]).toMatchObject({ kind: 'outside', features: [2] });
    expect(found.regions[1]!.areaM2).toBeCloseTo(20, 6);
    expect(found.regions[2]).toMatchObject({ kind: 'overlap', features: [6, 7] });
    expect(found.regions[2]!.areaM2).toBeCloseTo(10, 6);
  });

  it('without a boundary finds enclosed gaps only', () => {
    const ring = planeOf([
      [box(0, 0, 30, 10)],
      [box(0, 20, 30, 10)],
      [box(0, 10, 10, 10)],
      [box(20, 10, 10, 10)],
      [box(100, 0, 5, 5)],
    ]);
    const found = coverage(undefined, ring);
    expect(found.regions).toHaveLength(1);
    expect(found.regions[0]).toMatchObject({ kind: 'gap', features: [0, 1, 2, 3] });
    expect(found.gapM2).toBeCloseTo(100, 6);
    expect(found.outsideM2).toBe(0);
  });

  it('tells a gap and an overlap apart where one boundary is drawn twice', () => {
    // The lower edge of the upper parcel zigzags about the upper edge of the lower one: two gaps, two overlaps.
    const layer = planeOf([
      [box(0, 0, 40, 10)],
      [
        [
          [0, 10],
          [10, 11],
          [20, 10],
          [30, 9],
          [40, 10],
          [40, 20],
          [0, 20],
        ],
      ],
    ]);
    const found = coverage(planeOf([[box(0, 0, 40, 20)]]), layer);
    expect(found.regions.map((region) => region.kind).sort()).toEqual(['gap', 'overlap']);
    expect(found.gapM2).toBeCloseTo(10, 6);
    expect(found.overlapM2).toBeCloseTo(10, 6);
  });

  it('counts a hole of the boundary as outside and an empty layer as one gap', () => {
    const boundary = planeOf([[box(0, 0, 30, 30), box(10, 10, 10, 10)]]);
    expect(coverage(boundary, planeOf([[box(0, 0, 30, 30)]]))).toMatchObject({
      regions: [{ kind: 'outside', features: [] }],
    });
    const empty = coverage(boundary, planeOf([]));
    expect(empty.regions).toHaveLength(1);
    expect(empty.gapM2).toBeCloseTo(800, 6);
  });
});

describe('overlapsWithin', () => {
  it('lists each pair once, beyond the tolerance', () => {
    const layer = planeOf([[box(0, 0, 10, 10)], [box(9, 0, 10, 10)], [box(0, 10, 10, 10)], [box(0, 19.9999, 10, 5)]]);
    const shared = overlapsWithin(layer);
    expect(shared.map(({ a, b }) => [a, b])).toEqual([[0, 1]]);
    expect(shared[0]!.areaM2).toBeCloseTo(10, 6);
    expect(overlapsWithin(layer, { toleranceM2: 1e-4 }).map(({ a, b }) => [a, b])).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('finds the same where it looks at the places alone that are covered twice', () => {
    const seed = 20_241_122;
    const random = seededRandom(seed);
    // A board of squares, some of them a little too large, one as large as a corner of it.
    const rings = Array.from({ length: 2500 }, (_, i): Ring[] => {
      const grow = random.next() < 0.02 ? random.next() : 0;
      return [box(10 * (i % 50), 10 * Math.floor(i / 50), 10 + grow, 10 + grow)];
    });
    const layer = planeOf([...rings, [box(95, 95, 60, 8)]]);
    const { overlapBoxes } = coverage(undefined, layer);
    const looked = overlapsWithin(layer, { boxes: overlapBoxes });
    const all = overlapsWithin(layer);
    expect(all.length, `seed ${seed}`).toBeGreaterThan(50);
    expect(looked.map(({ a, b }) => [a, b])).toEqual(all.map(({ a, b }) => [a, b]));
    looked.forEach(({ areaM2 }, i) => expect(areaM2).toBeCloseTo(all[i]!.areaM2, 6));
    expect(overlapsWithin(layer, { boxes: new Float64Array(0) })).toEqual([]);
  });
});

describe('coverage against PostGIS', () => {
  let database: ThrowAwayPostgresql;
  let client: pg.Client;
  beforeAll(async () => {
    database = await startPostgresql();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await database?.stop();
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('totals and gap areas agree, seed %i', async (seed) => {
    const random = seededRandom(seed);
    const n = 12;
    const step = 30;
    const corner = Array.from({ length: (n + 1) * (n + 1) }, (_, i): [number, number] => [
      (i % (n + 1)) * step + 8 * (random.next() - 0.5),
      Math.floor(i / (n + 1)) * step + 8 * (random.next() - 0.5),
    ]);
    const features: Ring[][] = [];
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < n; column++) {
        const at = (dx: number, dy: number): [number, number] => {
          const [x, y] = corner[(row + dy) * (n + 1) + column + dx]!;
          // Now and then one parcel has a corner of its own: a sliver of gap and one of overlap.
          return random.next() < 0.03 ? [x + 3 * random.normal(), y + 3 * random.normal()] : [x, y];
        };
        if (random.next() < 0.04) continue;
        features.push([[at(0, 0), at(1, 0), at(1, 1), at(0, 1)]]);
      }
    }
    const frame: Ring = [
      [5, 5],
      [n * step + 2, -3],
      [n * step - 4, n * step],
      [2, n * step + 6],
    ];
    const found = coverage(planeOf([[frame]]), planeOf(features), { minimumAreaM2: 1e-6 });
    const text = (ring: Ring): string => `POLYGON((${[...ring, ring[0]!].map(([x, y]) => `${x} ${y}`).join(',')}))`;
    const reply = await client.query<{ gap: number; outside: number; gaps: number[] }>(
      `with u as (select ST_UnaryUnion(ST_Collect(ST_GeomFromText(t))) g from unnest($1::text[]) t),
            b as (select ST_GeomFromText($2) g),
            d as (select (ST_Dump(ST_Difference(b.g, u.g))).geom g from b, u)
       select (select coalesce(sum(ST_Area(g)), 0) from d) gap, (select ST_Area(ST_Difference(u.g, b.g)) from u, b) outside,
              (select array_agg(ST_Area(g) order by ST_Area(g) desc) from d where ST_Area(g) > 1e-3) gaps`,
      [features.map(([ring]) => text(ring!)), text(frame)],
    );
    const expected = reply.rows[0]!;
    expect(found.gapM2).toBeCloseTo(expected.gap, 5);
    const outside = found.regions
      .filter((region) => region.kind === 'outside')
      .reduce((total, region) => total + region.areaM2, 0);
    // PostGIS counts overlaps beyond the boundary as outside; here they are overlaps.
    expect(Math.abs(outside - expected.outside)).toBeLessThan(found.overlapM2 + 1e-5);
    const gaps = found.regions
      .filter((region) => region.kind === 'gap' && region.areaM2 > 1e-3)
      .map((region) => region.areaM2);
    expect(gaps).toHaveLength(expected.gaps.length);
    gaps.forEach((area, i) => expect(area).toBeCloseTo(expected.gaps[i]!, 5));
  });
});
