import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/index.ts';
import { CONNECTION_SPACING_METRES, contiguityBlocks } from './contiguity.ts';
import type { ContiguityFeatures, ContiguityOptions } from './contiguity.ts';
import { planeLayerFrom } from './plane-layer.ts';
import type { PlaneLayer } from './types.ts';

type Point = readonly [number, number];
type Ring = readonly Point[];
interface Land {
  readonly code: string;
  readonly ring: Ring;
  readonly width?: number;
  readonly areaDm2?: number;
  readonly settlement?: string;
}

function planeOf(rings: readonly Ring[]): PlaneLayer {
  const xy = rings.flat().flat();
  const starts = [0];
  for (const ring of rings) starts.push(starts.at(-1)! + ring.length);
  return planeLayerFrom(
    Float64Array.from(xy),
    Uint32Array.from(starts),
    new Uint8Array(rings.length),
    Uint32Array.from(rings.map((_, i) => i).concat(rings.length)),
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
const field = (x: number, y: number, w: number, h: number): Land => ({ code: '0101', ring: box(x, y, w, h) });

const PASSABLE = ['1006', '1107', '1107A', '1203', '1202'];
const within = (gapMetres: number, passableWidthMetres = gapMetres): ContiguityOptions => ({
  gapMetres,
  passableClasses: PASSABLE,
  passableWidthMetres,
});

function run(lands: readonly Land[], options: ContiguityOptions) {
  const layer = planeOf(lands.map(({ ring }) => ring));
  const features: ContiguityFeatures = {
    classes: lands.map(({ code }) => code),
    areasDm2: lands.map(({ areaDm2 }, f) => areaDm2 ?? Math.round(layer.areas[f]! * 100)),
    widthsMetres: lands.map(({ width }) => width ?? null),
    settlementCodes: lands.map(({ settlement }) => settlement ?? null),
  };
  return contiguityBlocks(layer, features, options);
}

/** Two fields with a strip of some class between them. */
const between = (code: string, gap: number, more: Partial<Land> = {}): Land[] => [
  field(0, 0, 100, 50),
  { code, ring: box(0, 50, 100, gap), ...more },
  field(0, 50 + gap, 100, 50),
];
const blockCount = (lands: readonly Land[], options: ContiguityOptions): number => run(lands, options).blocks.length;

describe('contiguityBlocks', () => {
  it('joins fields that share a border or touch at a corner, whatever the gap allowed', () => {
    expect(blockCount([field(0, 0, 10, 10), field(10, 0, 10, 10)], within(0))).toBe(1);
    expect(blockCount([field(0, 0, 10, 10), field(10, 10, 10, 10)], within(0))).toBe(1);
    // A border whose points the two neighbours do not share.
    expect(blockCount([field(0, 0, 10, 10), field(10, 3, 10, 4)], within(0))).toBe(1);
    expect(blockCount([field(0, 0, 10, 10), field(10.01, 0, 10, 10)], within(0))).toBe(2);
  });

  it.each([
    ['1006', 6, 10, 1],
    ['1107', 6, 10, 1],
    ['1107A', 6, 10, 1],
    ['1203', 6, 10, 1],
    ['1003', 6, 10, 2],
    ['1101', 6, 10, 2],
    ['0702', 6, 10, 2],
    ['0301', 6, 10, 2],
    ['1006', 12, 10, 2],
    ['1006', 12, 20, 1],
    ['1006', 6, 0, 2],
  ])('%s of %i m between two fields, gap %i m: %i block(s)', (code, gap, allowed, blocks) => {
    expect(blockCount(between(code, gap), within(allowed))).toBe(blocks);
  });

  it('takes the given width for the limit, and the mean width of a strip where none is given', () => {
    expect(blockCount(between('1107', 6, { width: 8 }), within(10, 7))).toBe(2);
    expect(blockCount(between('1107', 6, { width: 7 }), within(10, 7))).toBe(1);
    // 100 × 6 m: 2 × 600 / 212 = 5.66 m.
    expect(blockCount(between('1107', 6), within(10, 5.6))).toBe(2);
    expect(blockCount(between('1107', 6), within(10, 5.7))).toBe(1);
  });

  it('lets small agricultural facilities pass, and land in towns not', () => {
    expect(blockCount(between('1202', 4), within(10))).toBe(1);
    expect(blockCount(between('1202', 5), within(10))).toBe(2);
    expect(blockCount(between('1202', 5), { ...within(10), facilityMaximumDm2: 50_000 })).toBe(1);
    expect(blockCount(between('1006', 6, { settlement: '201A' }), within(10))).toBe(2);
    expect(blockCount(between('1006', 6, { settlement: '203' }), within(10))).toBe(1);
  });

  it('takes land of no feature for a barrier', () => {
    expect(blockCount([field(0, 0, 100, 50), field(0, 55, 100, 50)], within(10))).toBe(2);
  });

  it('crosses several passable strips that lie side by side, but no barrier among them', () => {
    const strips = (middle: string): Land[] => [
      field(0, 0, 100, 50),
      { code: '1107', ring: box(0, 50, 100, 2) },
      { code: middle, ring: box(0, 52, 100, 4) },
      { code: '1203', ring: box(0, 56, 100, 1) },
      field(0, 57, 100, 50),
    ];
    expect(blockCount(strips('1006'), within(10))).toBe(1);
    expect(blockCount(strips('1003'), within(10))).toBe(2);
  });

  it('finds the one place where a border can be crossed', () => {
    // A river between the fields, and 12 m of it a ditch.
    const lands: Land[] = [
      field(0, 0, 200, 50),
      { code: '1101', ring: box(0, 50, 90, 5) },
      { code: '1107', ring: box(90, 50, 12, 5) },
      { code: '1101', ring: box(102, 50, 98, 5) },
      field(0, 55, 200, 50),
    ];
    expect(blockCount(lands, within(10))).toBe(1);
    expect(
      blockCount(
        lands.map((land) => (land.code === '1107' ? { ...land, code: '0301' } : land)),
        within(10),
      ),
    ).toBe(2);
  });

  it('does not reach around a corner farther than the gap', () => {
    // The fields meet a common road, but their shortest way to each other is 15 m.
    const lands: Land[] = [
      field(0, 0, 40, 50),
      field(55, 0, 40, 50),
      { code: '0301', ring: box(40, 0, 15, 50) },
      { code: '1006', ring: box(0, 50, 95, 4) },
    ];
    expect(blockCount(lands, within(10))).toBe(2);
    expect(blockCount(lands, within(20, 10))).toBe(1);
  });

  it('may run along the border of passable land', () => {
    // From corner to corner the way follows the line between a ditch and a wood.
    const lands: Land[] = [
      field(0, 0, 40, 40),
      { code: '1107', ring: box(40, 40, 6, 40) },
      { code: '0301', ring: box(40, 0, 6, 40) },
      { code: '0301', ring: box(0, 40, 40, 40) },
      field(46, 40, 40, 40),
      { code: '0301', ring: box(46, 0, 40, 40) },
    ];
    expect(blockCount(lands, within(10))).toBe(1);
    expect(
      blockCount(
        lands.map((land) => (land.code === '1107' ? { ...land, code: '0301' } : land)),
        within(10),
      ),
    ).toBe(2);
  });

  it('adds given areas, numbers blocks by their first feature, counts in mu', () => {
    const lands: Land[] = [
      { ...field(0, 0, 10, 10), areaDm2: 6_666_666 },
      { code: '0301', ring: box(10, 0, 10, 10) },
      { ...field(20, 0, 10, 10), areaDm2: 6_666_667 },
      { ...field(0, 10, 10, 10), areaDm2: 60_000_000 },
    ];
    const result = run(lands, within(0));
    expect([...result.blockOf]).toEqual([0, -1, 1, 0]);
    expect(result.blocks).toEqual([
      { areaDm2: 66_666_666, features: [0, 3] },
      { areaDm2: 6_666_667, features: [2] },
    ]);
    // 100 mu = 66,666.67 m²: 6,666,667 dm² reach it; 1,000 mu = 666,666.67 m² are missed by one unit.
    expect(result).toMatchObject({ atLeast100Mu: 2, atLeast1000Mu: 0, atLeast10000Mu: 0 });
  });

  it('takes other candidates than farmland when told', () => {
    const layer = planeOf([box(0, 0, 10, 10), box(10, 0, 10, 10)]);
    const features = { classes: ['0101', '0201'], areasDm2: [1, 2] };
    expect(contiguityBlocks(layer, features, within(0)).blocks).toEqual([{ areaDm2: 1, features: [0] }]);
    expect(contiguityBlocks(layer, { ...features, candidates: [true, true] }, within(0)).blocks).toEqual([
      { areaDm2: 3, features: [0, 1] },
    ]);
  });

  it('is empty for no features and stops when cancelled', () => {
    expect(run([], within(10))).toMatchObject({ blocks: [], atLeast100Mu: 0 });
    expect(() => run([field(0, 0, 1, 1)], { ...within(10), isCancelled: () => true })).toThrow('cancelled');
  });
});

/** The definition again, slowly and by other means: every point against every border, every connection by its samples. */
function oracle(lands: readonly Land[], gap: number, width: number): number[] {
  const isField = (land: Land): boolean => land.code.startsWith('01');
  const pass = (land: Land): boolean => isField(land) || (PASSABLE.includes(land.code) && land.width! <= width);
  const inside = (ring: Ring, [x, y]: Point): boolean => {
    let odd = false;
    ring.forEach(([ax, ay], i) => {
      const [bx, by] = ring[(i + 1) % ring.length]!;
      if (ay > y !== by > y && x < ax + ((bx - ax) * (y - ay)) / (by - ay)) odd = !odd;
    });
    return odd;
  };
  const nearest = (ring: Ring, [x, y]: Point): Point => {
    let best: Point = [Infinity, Infinity];
    ring.forEach(([ax, ay], i) => {
      const [bx, by] = ring[(i + 1) % ring.length]!;
      const t = Math.max(
        0,
        Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)),
      );
      const q: Point = [ax + t * (bx - ax), ay + t * (by - ay)];
      if (Math.hypot(q[0] - x, q[1] - y) < Math.hypot(best[0] - x, best[1] - y)) best = q;
    });
    return best;
  };
  const clear = (p: Point, q: Point): boolean => {
    let blocked = 0;
    const samples = 500;
    const length = Math.hypot(q[0] - p[0], q[1] - p[1]);
    for (let s = 0; s < samples; s++) {
      const m: Point = [p[0] + ((q[0] - p[0]) * (s + 0.5)) / samples, p[1] + ((q[1] - p[1]) * (s + 0.5)) / samples];
      const beside = [0, 5e-4, -5e-4].map(
        (d): Point => [m[0] + (d * (q[1] - p[1])) / length, m[1] - (d * (q[0] - p[0])) / length],
      );
      if (!beside.some((place) => lands.some((land) => pass(land) && inside(land.ring, place)))) blocked++;
    }
    return (blocked / samples) * length <= 0.02;
  };
  const parents = lands.map((_, i) => i);
  const root = (i: number): number => (parents[i] === i ? i : root(parents[i]!));
  for (let a = 0; a < lands.length; a++) {
    for (let b = 0; b < lands.length; b++) {
      if (a === b || !isField(lands[a]!) || !isField(lands[b]!) || root(a) === root(b)) continue;
      const ring = lands[a]!.ring;
      const points = ring.flatMap((p, i): Point[] => {
        const q = ring[(i + 1) % ring.length]!;
        const steps = Math.max(1, Math.ceil(Math.hypot(q[0] - p[0], q[1] - p[1]) / CONNECTION_SPACING_METRES));
        return Array.from({ length: steps }, (_, s) => [
          p[0] + ((q[0] - p[0]) * s) / steps,
          p[1] + ((q[1] - p[1]) * s) / steps,
        ]);
      });
      const joined = points.some((p) => {
        const q = nearest(lands[b]!.ring, p);
        const distance = Math.hypot(q[0] - p[0], q[1] - p[1]);
        return distance <= 0.001 || (distance <= gap && clear(p, q));
      });
      if (joined) parents[Math.max(root(a), root(b))] = Math.min(root(a), root(b));
    }
  }
  return lands.map((land, i) => (isField(land) ? root(i) : -1));
}

describe('contiguityBlocks against the definition', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('agrees on a random patchwork, seed %i', (seed) => {
    const random = seededRandom(seed);
    const n = 7;
    // A patchwork of rows and columns of uneven width; corners moved a little, so that nothing is parallel or equally far.
    const stops = (): number[] => {
      const list = [0];
      for (let i = 0; i < n; i++) list.push(list[i]! + random.pick([4, 6, 9, 14, 30]));
      return list;
    };
    const xs = stops();
    const ys = stops();
    const corner = (i: number, j: number): Point => {
      const jitter = moved[j * (n + 1) + i]!;
      return [xs[i]! + jitter[0], ys[j]! + jitter[1]];
    };
    const moved = Array.from({ length: (n + 1) * (n + 1) }, (): Point => [random.next() - 0.5, random.next() - 0.5]);
    const lands: Land[] = [];
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < n; i++) {
        if (random.next() < 0.05) continue;
        lands.push({
          code: random.pick(['0101', '0103', '1006', '1107', '1203', '1003', '0301', '0702']),
          ring: [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)],
          width: random.pick([3, 6, 12]),
        });
      }
    }
    for (const gap of [0, 10, 20]) {
      const result = run(lands, within(gap, 10));
      const expected = oracle(lands, gap, 10);
      const roots = [...result.blockOf].map((block) => (block < 0 ? -1 : result.blocks[block]!.features[0]!));
      expect({ gap, roots }).toEqual({ gap, roots: expected });
    }
  });
});
