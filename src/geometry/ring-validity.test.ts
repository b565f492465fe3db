import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgresql } from '../../tests/support/postgresql.ts';
import type { ThrowAwayPostgresql } from '../../tests/support/postgresql.ts';
import { INNER, OUTER, seededRandom } from '../kernel/index.ts';
import type { PolygonLayer, Random } from '../kernel/index.ts';
import { DEFECT_RULES, isBlockingDefect } from './ring-validity-rules.ts';
import { appendRing, indexEdges, newFeatureEdges, reserveEdges, visitEdgePairs } from './ring-validity-edges.ts';
import { APART, relateEdges } from './ring-validity-meetings.ts';
import { firstMeeting } from './ring-validity-sweep.ts';
import { findDefects } from './ring-validity.ts';

type Ring = readonly (readonly [number, number])[];
/** A feature as polygons, each an outer ring followed by its holes. */
type Feature = readonly (readonly Ring[])[];

function layerOf(features: readonly Feature[]): PolygonLayer {
  const coords: number[] = [];
  const ringStarts = [0];
  const ringRoles: number[] = [];
  const featureRings = [0];
  for (const feature of features) {
    for (const polygon of feature) {
      polygon.forEach((ring, i) => {
        for (const [x, y] of ring) coords.push(x, y);
        ringStarts.push(coords.length / 2);
        ringRoles.push(i === 0 ? OUTER : INNER);
      });
    }
    featureRings.push(ringRoles.length);
  }
  return {
    epsg: 4525,
    coords: Float64Array.from(coords),
    ringStarts: Uint32Array.from(ringStarts),
    ringRoles: Uint8Array.from(ringRoles),
    featureRings: Uint32Array.from(featureRings),
    featureNos: Uint32Array.from(features.map((_, i) => i)),
    columns: [],
  };
}

/** The rules a single feature breaks, each once. */
function rulesOf(...feature: Feature): string[] {
  return [...new Set(findDefects(layerOf([feature])).map((defect) => defect.rule))];
}

const square = (x: number, y: number, size: number): Ring => [
  [x, y],
  [x + size, y],
  [x + size, y + size],
  [x, y + size],
];

/** Seconds of processor time of this process: a busy machine must not fail a test. */
const cpuSeconds = (): number => process.cpuUsage().user / 1e6;

describe('findDefects on hand-made rings', () => {
  it('finds nothing wrong with a square, a square with a hole, an island in a hole, either orientation', () => {
    expect(rulesOf([square(0, 0, 9)])).toEqual([]);
    expect(rulesOf([square(0, 0, 9).toReversed()])).toEqual([]);
    expect(rulesOf([square(0, 0, 9), square(2, 2, 5)], [square(3, 3, 2)])).toEqual([]);
  });

  it('takes a hole that touches its outer ring at one point for lawful', () => {
    expect(
      rulesOf([
        square(0, 0, 9),
        [
          [0, 4],
          [3, 3],
          [3, 6],
        ],
      ]),
    ).toEqual([]);
    expect(
      rulesOf([
        square(0, 0, 9),
        [
          [0, 0],
          [3, 2],
          [2, 3],
        ],
      ]),
    ).toEqual([]);
  });

  it('takes two outer rings that touch at points for lawful', () => {
    expect(rulesOf([square(0, 0, 2)], [square(2, 2, 2)])).toEqual([]);
    expect(
      rulesOf(
        [square(0, 0, 4)],
        [
          [
            [4, 1],
            [6, 2],
            [4, 3],
            [7, 2],
          ],
        ],
      ),
    ).toEqual([]);
  });

  it.each<[string, Feature]>([
    [
      'geometry.not-finite',
      [
        [
          [
            [0, 0],
            [Number.NaN, 1],
            [2, 2],
          ],
        ],
      ],
    ],
    [
      'geometry.too-few-points',
      [
        [
          [
            [0, 0],
            [1, 1],
          ],
        ],
      ],
    ],
    [
      'geometry.too-few-points',
      [
        [
          [
            [0, 0],
            [1, 1],
            [0, 0],
            [1, 1],
          ],
        ],
      ],
    ],
    [
      'geometry.zero-area',
      [
        [
          [
            [0, 0],
            [1, 1],
            [2, 2],
          ],
        ],
      ],
    ],
    [
      'geometry.spike',
      [
        [
          [
            [0, 0],
            [4, 0],
            [4, 4],
            [4, 7],
            [4, 4],
            [0, 4],
          ],
        ],
      ],
    ],
    [
      'geometry.spike',
      [
        [
          [
            [0, 0],
            [4, 0],
            [4, 4],
            [2, 4],
            [2, 6],
            [2, 4],
            [0, 4],
          ],
        ],
      ],
    ],
    [
      'geometry.self-crossing',
      [
        [
          [
            [0, 0],
            [4, 4],
            [4, 0],
            [0, 4],
          ],
        ],
      ],
    ],
    [
      'geometry.self-crossing',
      [
        [
          [
            [0, 0],
            [2, 2],
            [4, 4],
            [4, 0],
            [2, 2],
            [0, 4],
          ],
        ],
      ],
    ],
    ['geometry.doubly-wound', [[[...square(0, 0, 4), ...square(0, 0, 4)]]]],
    ['geometry.rings-cross', [[square(0, 0, 4)], [square(2, 2, 4)]]],
    ['geometry.rings-cross', [[square(0, 0, 4), square(2, 2, 4)]]],
    ['geometry.rings-overlap', [[square(0, 0, 4)], [square(4, 0, 4)]]],
    ['geometry.rings-overlap', [[square(0, 0, 4)], [square(0, 0, 4)]]],
    ['geometry.hole-outside', [[square(0, 0, 4), square(10, 0, 2)]]],
    ['geometry.hole-outside', [[square(2, 2, 1), square(0, 0, 4)]]],
    ['geometry.hole-inside-hole', [[square(0, 0, 9), square(1, 1, 6), square(2, 2, 3)]]],
    ['geometry.outer-inside-outer', [[square(0, 0, 9)], [square(1, 1, 6)]]],
    [
      'geometry.self-touch',
      [
        [
          [
            [0, 0],
            [2, 2],
            [4, 0],
            [4, 4],
            [2, 2],
            [0, 4],
          ],
        ],
      ],
    ],
    [
      'geometry.interior-disconnected',
      [
        [
          square(0, 0, 4),
          [
            [2, 0],
            [1, 2],
            [2, 4],
            [3, 2],
          ],
        ],
      ],
    ],
    [
      'geometry.repeated-point',
      [
        [
          [
            [0, 0],
            [4, 0],
            [4, 0],
            [4, 4],
          ],
        ],
      ],
    ],
    [
      'geometry.repeated-point',
      [
        [
          [
            [0, 0],
            [4, 0],
            [4, 4],
            [0, 0],
          ],
        ],
      ],
    ],
  ])('finds %s', (rule, feature) => {
    expect(rulesOf(...feature)).toEqual([rule]);
  });

  it('finds a corridor along which a ring touches itself', () => {
    // A square whose inner square is tied in by a cut: the cut is walked there and back.
    const keyhole: Ring = [
      [0, 0],
      [9, 0],
      [9, 9],
      [0, 9],
      [0, 3],
      [3, 3],
      [3, 6],
      [6, 6],
      [6, 3],
      [3, 3],
      [0, 3],
    ];
    expect(rulesOf([keyhole])).toContain('geometry.self-overlap');
  });

  it('names feature, ring and place', () => {
    const [defect] = findDefects(
      layerOf([
        [[square(0, 0, 9)]],
        [
          [
            square(0, 0, 9),
            [
              [1, 1],
              [3, 3],
              [3, 1],
              [1, 3],
            ],
          ],
        ],
      ]),
    );
    expect(defect).toMatchObject({ rule: 'geometry.self-crossing', feature: 1, ring: 2, at: [2, 2] });
    expect(defect!.message).toEqual({ zh: '边界自相交（第 2 圈，内圈）', en: 'ring crosses itself (ring 2, hole)' });
  });

  it('tells a point one rounding step beside an edge from one on it', () => {
    // The hole's corner lies on the outer ring's slanted edge, then one step of a double inside and outside.
    const at = (y: number): string[] =>
      rulesOf([
        [
          [40_500_000, 2_428_000],
          [40_500_300, 2_428_000],
          [40_500_000, 2_428_300],
        ],
        [
          [40_500_150, y],
          [40_500_100, 2_428_150],
          [40_500_100, 2_428_050],
        ],
      ]);
    const step = 2 ** -31;
    expect(at(2_428_150)).toEqual([]);
    expect(at(2_428_150 - step)).toEqual([]);
    expect(at(2_428_150 + step)).toEqual(['geometry.rings-cross']);
  });

  it('passes over features without rings and stops when cancelled', () => {
    expect(findDefects(layerOf([[]]))).toEqual([]);
    const layer = layerOf([[[square(0, 0, 4), square(10, 0, 2)]]]);
    expect(() => findDefects(layer, { isCancelled: () => true })).toThrow('cancelled');
  });

  it('takes a star of 50,000 points in seconds, and finds the one place where it is wrong', () => {
    // The boxes of its spokes overlap by the hundred million: the sweep has to decide.
    const star = Array.from({ length: 50_000 }, (_, i): [number, number] => {
      const angle = (2 * Math.PI * i) / 50_000;
      const radius = i % 2 === 0 ? 1_000 : 10;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    });
    const start = cpuSeconds();
    expect(rulesOf([star])).toEqual([]);
    const wrong = star.slice();
    wrong[20_000] = wrong[20_004]!.map((value) => value * 1.01) as [number, number];
    expect(rulesOf([wrong])).toEqual(['geometry.self-crossing']);
    expect(cpuSeconds() - start).toBeLessThan(10);
  });

  it('keeps the report of a ring in shreds short', () => {
    const random = seededRandom(5);
    const shreds = Array.from({ length: 20_000 }, (): [number, number] => [random.next(), random.next()]);
    const start = cpuSeconds();
    expect(findDefects(layerOf([[[shreds]]])).length).toBeLessThanOrEqual(10 * DEFECT_RULES.length);
    expect(cpuSeconds() - start).toBeLessThan(5);
  });
});

function randomRing(random: Random, lattice: number): Ring {
  const size = random.integer(3, 8);
  const points: [number, number][] = [];
  for (let i = 0; i < size; i++) points.push([random.integer(0, lattice), random.integer(0, lattice)]);
  if (random.next() < 0.6) {
    // Sorted by angle about the middle: mostly simple rings, so that the rules on several rings get their share.
    const mx = points.reduce((sum, p) => sum + p[0], 0) / size + 1e-7;
    const my = points.reduce((sum, p) => sum + p[1], 0) / size + 1e-7;
    points.sort((a, b) => Math.atan2(a[1] - my, a[0] - mx) - Math.atan2(b[1] - my, b[0] - mx));
  }
  if (random.next() < 0.1) points.splice(random.integer(0, size - 1), 0, points[random.integer(0, size - 1)]!);
  return points;
}

function shiftedRing(random: Random, ring: Ring): Ring {
  const scale = random.pick([0.5, 1, 1, 2]);
  const dx = random.integer(-2, 4);
  const dy = random.integer(-2, 4);
  return ring.map(([x, y]) => [x * scale + dx, y * scale + dy] as const);
}

/** A big square with square holes and islands: the rules on rings inside rings get their share. */
function squaresFeature(random: Random): Feature {
  const holes = Array.from({ length: random.integer(1, 3) }, () =>
    square(random.integer(1, 6), random.integer(1, 6), random.integer(1, 6)),
  );
  const islands =
    random.next() < 0.4 ? [[square(random.integer(1, 6), random.integer(1, 6), random.integer(1, 3))]] : [];
  return [[square(0, 0, 14), ...holes], ...islands];
}

function randomFeature(random: Random): Feature {
  if (random.next() < 0.1) return squaresFeature(random);
  const lattice = random.pick([3, 4, 6, 10]);
  const place = random.pick([0, 0, 40_512_345.678, 2_428_000.123]);
  const noise = random.next() < 0.2 ? 1e-3 : 0;
  const polygons: Ring[][] = [];
  for (let p = random.pick([1, 1, 1, 2, 3]); p > 0; p--) {
    const rings = [random.next() < 0.5 ? square(0, 0, lattice + 2) : randomRing(random, lattice)];
    for (let h = random.pick([0, 0, 1, 1, 2, 3]); h > 0; h--)
      rings.push(shiftedRing(random, randomRing(random, random.pick([2, 3, lattice]))));
    polygons.push(p > 1 ? rings.map((ring) => shiftedRing(random, ring)) : rings);
  }
  const move = (v: number): number => v + place + noise * (random.next() - 0.5);
  return polygons.map((rings) => rings.map((ring) => ring.map(([x, y]) => [move(x), move(y)] as const)));
}

/** MULTIPOLYGON text, rings closed; padded by repeats where PostGIS asks for four points. */
function wellKnownText(feature: Feature): string {
  const ringText = (ring: Ring): string => {
    const points = [...ring, ring[0]!];
    while (points.length < 4) points.push(ring[0]!);
    return `(${points.map(([x, y]) => `${x} ${y}`).join(',')})`;
  };
  return `MULTIPOLYGON(${feature.map((rings) => `(${rings.map(ringText).join(',')})`).join(',')})`;
}

describe('firstMeeting', () => {
  it.each([11, 12, 13])('meets exactly where the search by boxes does, seed %i', (seed) => {
    const random = seededRandom(seed);
    let clean = 0;
    for (let n = 0; n < 4_000; n++) {
      const layer = layerOf([randomFeature(random)]);
      const found = findDefects(layer);
      const edges = newFeatureEdges();
      reserveEdges(edges, layer.coords.length / 2);
      let sound = true;
      for (let r = 0; r < layer.ringRoles.length; r++)
        sound = appendRing(edges, layer, r, r, () => undefined) >= 3 && sound;
      // Spikes and rings without an inside are found before edges are compared.
      if (
        !sound ||
        found.some(({ rule }) => ['geometry.spike', 'geometry.zero-area', 'geometry.too-few-points'].includes(rule))
      )
        continue;
      indexEdges(edges);
      const meeting = { passA: 0, passB: 0 };
      let meets = false;
      visitEdgePairs(edges, (e, f) => {
        meets = relateEdges(edges, e, f, meeting) !== APART;
        return !meets;
      });
      expect(firstMeeting(edges) !== undefined, `seed ${seed} feature ${n}`).toBe(meets);
      if (!meets) clean++;
    }
    expect(clean).toBeGreaterThan(300);
  });
});

describe('findDefects against PostGIS ST_IsValid', () => {
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

  /** What PostGIS says of a feature of which we report this rule alone. It stops at the first thing it
   * finds, so rules that hide what else is wrong (crossings) cannot be told from its reason. */
  const REASON: Readonly<Record<string, readonly string[]>> = {
    'geometry.self-touch': ['Ring Self-intersection'],
    'geometry.rings-overlap': [
      'Self-intersection',
      'Duplicate Rings',
      'Interior is disconnected',
      'Hole lies outside shell',
    ],
    'geometry.hole-outside': ['Hole lies outside shell'],
    'geometry.hole-inside-hole': ['Holes are nested'],
    'geometry.outer-inside-outer': ['Nested shells'],
    'geometry.interior-disconnected': ['Interior is disconnected'],
  };

  it.each([1, 2, 3, 4])('agrees on 5,000 random features, seed %i', async (seed) => {
    const random = seededRandom(seed);
    const features = Array.from({ length: 5_000 }, () => randomFeature(random));
    const ours: Set<string>[] = features.map(() => new Set());
    for (const defect of findDefects(layerOf(features))) {
      if (defect.rule !== 'geometry.repeated-point') ours[defect.feature]!.add(defect.rule);
    }
    const reply = await client.query<{ reason: string }>(
      `select reason from unnest($1::text[]) with ordinality t(wkt, n), lateral (select (ST_IsValidDetail(ST_GeomFromText(wkt))).reason) r order by n`,
      [features.map(wellKnownText)],
    );
    let valid = 0;
    const disagreements: string[] = [];
    const sole = new Set<string>();
    reply.rows.forEach(({ reason }, i) => {
      const rules = ours[i]!;
      if (reason === null) valid++;
      const [first] = rules;
      const told = rules.size === 1 ? REASON[first!] : undefined;
      const agrees =
        reason === null ? rules.size === 0 : rules.size > 0 && (told === undefined || told.includes(reason));
      if (told !== undefined) sole.add(first!);
      if (!agrees)
        disagreements.push(
          `seed ${seed} feature ${i}: PostGIS ${reason}; ours ${[...rules].join()}; ${wellKnownText(features[i]!)}`,
        );
    });
    expect(disagreements.slice(0, 5)).toEqual([]);
    // Every rule must have come up alone, and both verdicts be common, or the comparison says little.
    expect([...sole].sort()).toEqual(Object.keys(REASON).sort());
    expect(valid).toBeGreaterThan(500);
    expect(valid).toBeLessThan(4_500);
  });
});

describe('the rules of ring defects', () => {
  it('blocks computing for errors only', () => {
    expect(isBlockingDefect({ rule: 'geometry.self-crossing' })).toBe(true);
    expect(isBlockingDefect({ rule: 'geometry.self-touch' })).toBe(false);
    expect(isBlockingDefect({ rule: 'unheard-of' })).toBe(true);
  });
});
