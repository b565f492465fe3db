import { describe, expect, it } from 'vitest';
import { INNER, OUTER, type Random, seededRandom } from '../kernel/index.ts';
import { runZone } from './crs.ts';
import { planeLayerFrom } from './plane-layer.ts';
import { Cancelled, tabulate } from './tabulate.ts';
import { coveredAreas } from './tabulation-rows.ts';
import type { PlaneLayer, Tabulation } from './types.ts';

type Ring = [x: number, y: number][];
/** Rings of one polygon; outer rings turn either way, `holes` says from which ring on they are inner. */
interface Polygon {
  readonly rings: Ring[];
  readonly holes: number;
}

function planeLayer(polygons: readonly Polygon[]): PlaneLayer {
  const ringStarts = [0];
  const roles: number[] = [];
  const featureRings = [0];
  const xy: number[] = [];
  for (const polygon of polygons) {
    polygon.rings.forEach((ring, r) => {
      for (const [x, y] of ring) xy.push(x, y);
      ringStarts.push(xy.length / 2);
      roles.push(r >= polygon.holes ? INNER : OUTER);
    });
    featureRings.push(roles.length);
  }
  return planeLayerFrom(
    Float64Array.from(xy),
    Uint32Array.from(ringStarts),
    Uint8Array.from(roles),
    Uint32Array.from(featureRings),
    runZone(36),
    [108, 22],
  );
}

const single = (ring: Ring): Polygon => ({ rings: [ring], holes: 1 });

/**
 * Independent oracle: a polygon is a signed sum of triangles between a fixed point and its edges, so the shared area of two
 * polygons is the signed sum of the shared areas of their triangles, each by clipping one convex shape with another.
 */
function sharedArea(a: Polygon, b: Polygon): number {
  let sum = 0;
  const trianglesOf = (polygon: Polygon): { triangle: Ring; sign: number }[] =>
    polygon.rings.flatMap((ring, r) => {
      const role = r >= polygon.holes ? -1 : 1;
      const turn = Math.sign(
        ring.reduce((s, [x, y], i) => {
          const [u, v] = ring[(i + 1) % ring.length]!;
          return s + x * v - u * y;
        }, 0),
      );
      return ring
        .map((p, i) => {
          const q = ring[(i + 1) % ring.length]!;
          const o: [number, number] = [-3.5, -7.25];
          const twice = (p[0] - o[0]) * (q[1] - o[1]) - (q[0] - o[0]) * (p[1] - o[1]);
          const triangle: Ring = twice > 0 ? [o, p, q] : [o, q, p];
          return { triangle, sign: Math.sign(twice) * role * turn };
        })
        .filter(({ sign }) => sign !== 0);
    });
  const right = trianglesOf(b);
  for (const one of trianglesOf(a)) {
    for (const other of right) {
      let shape: Ring = one.triangle;
      for (let i = 0; i < 3 && shape.length > 0; i++) {
        const [ax, ay] = other.triangle[i]!;
        const [bx, by] = other.triangle[(i + 1) % 3]!;
        const side = ([x, y]: [number, number]): number => (bx - ax) * (y - ay) - (by - ay) * (x - ax);
        const clipped: Ring = [];
        shape.forEach((p, k) => {
          const q = shape[(k + 1) % shape.length]!;
          const sp = side(p);
          const sq = side(q);
          if (sp >= 0) clipped.push(p);
          if ((sp > 0 && sq < 0) || (sp < 0 && sq > 0)) {
            const t = sp / (sp - sq);
            clipped.push([p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t]);
          }
        });
        shape = clipped;
      }
      let twice = 0;
      shape.forEach(([x, y], k) => {
        const [u, v] = shape[(k + 1) % shape.length]!;
        twice += x * v - u * y;
      });
      sum += (one.sign * other.sign * twice) / 2;
    }
  }
  return sum;
}

/** Star-shaped polygon with lattice vertices: collinear runs, edges along grid lines and touching corners are common. */
function starOnLattice(random: Random): Polygon {
  for (;;) {
    const cx = random.integer(2, 8) + 0.5;
    const cy = random.integer(2, 8) + 0.25;
    const points = Array.from({ length: random.integer(3, 9) }, (): [number, number] => [
      random.integer(0, 10),
      random.integer(0, 10),
    ]);
    const angle = ([x, y]: [number, number]): number => Math.atan2(y - cy, x - cx);
    points.sort((p, q) => angle(p) - angle(q));
    const kept = points.filter((p, i) => i === 0 || angle(p) - angle(points[i - 1]!) > 1e-9);
    const turns = kept.map((p, i) => {
      const next = angle(kept[(i + 1) % kept.length]!);
      return next - angle(p) + (i === kept.length - 1 ? 2 * Math.PI : 0);
    });
    if (kept.length < 3 || turns.some((turn) => turn >= Math.PI - 1e-9)) continue;
    const ring: Ring = [];
    for (const p of kept) {
      ring.push(p);
      if (random.next() < 0.15) ring.push([...p]); // a repeated vertex
    }
    if (random.next() < 0.5) ring.reverse();
    return single(ring);
  }
}

/** A lattice rectangle, often with a lattice hole that may touch its corner, either ring turning either way. */
function rectangleOnLattice(random: Random): Polygon {
  const x = random.integer(0, 6);
  const y = random.integer(0, 6);
  const w = random.integer(2, 4);
  const h = random.integer(2, 4);
  const turn = (ring: Ring): Ring => (random.next() < 0.5 ? ring.reverse() : ring);
  const outer = turn([
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x + w / 2, y + h],
    [x, y + h],
  ]);
  if (random.next() < 0.4) return single(outer);
  const hole: Ring =
    random.next() < 0.5
      ? [
          [x, y],
          [x + 1, y + 1],
          [x + w - 1, y + 1],
        ]
      : [
          [x + 0.5, y + 0.5],
          [x + 1, y + 0.5],
          [x + 1, y + 1.5],
          [x + 0.5, y + 1.5],
        ];
  return { rings: [outer, turn(hole)], holes: 1 };
}

function table(tabulation: Tabulation): Map<string, number> {
  const map = new Map<string, number>();
  tabulation.areas.forEach((area, i) => map.set(`${tabulation.parcels[i]} ${tabulation.zones[i]}`, area));
  return map;
}

describe('tabulated intersection', () => {
  it('takes a worked case: two squares that overlap by a quarter', () => {
    const a = planeLayer([
      single([
        [0, 0],
        [10, 0],
        [10, 10],
        [0, 10],
      ]),
      single([
        [100, 100],
        [101, 100],
        [101, 101],
      ]),
    ]);
    const b = planeLayer([
      single([
        [5, 5],
        [15, 5],
        [15, 15],
        [5, 15],
      ]),
      single([
        [10, 0],
        [20, 0],
        [20, 10],
        [10, 10],
      ]),
    ]);
    const result = tabulate(a, b);
    expect([...result.parcels]).toEqual([0]);
    expect([...result.zones]).toEqual([0]);
    expect(result.areas[0]).toBeCloseTo(25, 12);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'agrees with clipped triangles on lattice polygons, every grid, seed %d',
    (seed) => {
      const random = seededRandom(seed);
      const make = (): Polygon => (random.next() < 0.5 ? starOnLattice(random) : rectangleOnLattice(random));
      const left = Array.from({ length: 24 }, make);
      const right = Array.from({ length: 24 }, make);
      const parcels = planeLayer(left);
      const zones = planeLayer(right);
      const expected = left.map((a) => right.map((b) => sharedArea(a, b)));
      for (const cellSizeMetres of [undefined, 1, 0.5, 2, 0.37, 25]) {
        const found = table(tabulate(parcels, zones, cellSizeMetres === undefined ? {} : { cellSizeMetres }));
        for (let a = 0; a < left.length; a++) {
          for (let b = 0; b < right.length; b++) {
            const difference = Math.abs((found.get(`${a} ${b}`) ?? 0) - expected[a]![b]!);
            if (difference > 1e-9)
              expect({ seed, cellSizeMetres, a: left[a], b: right[b], difference }).toBeUndefined();
          }
        }
      }
    },
  );

  it('conserves area where zones cover everything, and gives the same result whatever the order of parcels', () => {
    const random = seededRandom(99);
    const zones: Polygon[] = [];
    // Columns of a shared zigzag boundary: neighbours use the same points, so nothing is lost or counted twice.
    const borders = Array.from(
      { length: 6 },
      (_, c): Ring =>
        Array.from({ length: 41 }, (_, k): [number, number] => [
          c * 100 + (c === 0 ? -200 : c === 5 ? 200 : 30 * (random.next() - 0.5)),
          k * 12.5,
        ]),
    );
    for (let c = 0; c < 5; c++) zones.push(single([...borders[c]!, ...[...borders[c + 1]!].reverse()]));
    const parcels = Array.from({ length: 300 }, (): Polygon => {
      const cx = 40 + 420 * random.next();
      const cy = 40 + 420 * random.next();
      const n = random.integer(3, 30);
      const ring: Ring = Array.from({ length: n }, (_, i): [number, number] => {
        const r = 3 + 36 * random.next();
        return [cx + r * Math.cos((2 * Math.PI * i) / n), cy + r * Math.sin((2 * Math.PI * i) / n)];
      });
      return single(random.next() < 0.5 ? ring.reverse() : ring);
    });
    const layer = planeLayer(parcels);
    const result = tabulate(layer, planeLayer(zones));
    const covered = coveredAreas(result, parcels.length);
    covered.forEach((area, f) => expect(Math.abs(area - layer.areas[f]!)).toBeLessThan(1e-9));
    for (let i = 1; i < result.areas.length; i++) {
      const step = result.parcels[i]! - result.parcels[i - 1]!;
      expect(step > 0 || (step === 0 && result.zones[i]! > result.zones[i - 1]!)).toBe(true);
    }
    const reversed = tabulate(planeLayer([...parcels].reverse()), planeLayer(zones));
    const flipped = table(result);
    reversed.areas.forEach((area, i) =>
      expect(area).toBe(flipped.get(`${parcels.length - 1 - reversed.parcels[i]!} ${reversed.zones[i]}`)),
    );
  });

  it('gives the same band by band, for parcels and zones that reach through all of them', () => {
    const random = seededRandom(12);
    const make = (): Polygon => (random.next() < 0.5 ? starOnLattice(random) : rectangleOnLattice(random));
    const parcels = planeLayer([
      ...Array.from({ length: 60 }, make),
      single([
        [-5, -5],
        [15, -5],
        [15, 15],
        [-5, 15],
      ]),
    ]);
    const zones = planeLayer(Array.from({ length: 150 }, make));
    const whole = tabulate(parcels, zones, { cellSizeMetres: 0.7 });
    const seen: number[] = [];
    const banded = tabulate(parcels, zones, {
      cellSizeMetres: 0.7,
      maxIndexPieces: 200,
      onProgress: (fraction) => seen.push(fraction),
    });
    expect(seen.every((value, i) => i === 0 || value >= seen[i - 1]!)).toBe(true);
    expect([...banded.parcels]).toEqual([...whole.parcels]);
    expect([...banded.zones]).toEqual([...whole.zones]);
    banded.areas.forEach((area, i) => expect(Math.abs(area - whole.areas[i]!)).toBeLessThan(1e-11));
    // The large square holds every zone: a parcel in more zones than the insertion sort is meant for.
    expect(whole.parcels.filter((f) => f === 60).length).toBe(150);
  });

  it('keeps parcels outside the zones, empty features and far-away zones apart', () => {
    const square = (x: number, y: number, s: number): Polygon =>
      single([
        [x, y],
        [x + s, y],
        [x + s, y + s],
        [x, y + s],
      ]);
    const parcels = planeLayer([
      square(0, 0, 10),
      square(500, 0, 10),
      { rings: [], holes: 0 },
      square(5, 5, 30),
      square(-1e6, -1e6, 5),
    ]);
    const zones = planeLayer([
      square(-10, -10, 25),
      { rings: [], holes: 0 },
      square(4e6, 4e6, 1000),
      square(12, -50, 3),
    ]);
    const found = table(tabulate(parcels, zones));
    expect([...found.keys()]).toEqual(['0 0', '3 0', '3 3'].filter((key) => found.has(key)));
    expect(found.get('0 0')).toBeCloseTo(100, 9);
    expect(found.get('3 0')).toBeCloseTo(100, 9);
    expect(tabulate(planeLayer([]), zones).areas.length).toBe(0);
    expect(tabulate(parcels, planeLayer([])).areas.length).toBe(0);
    expect(tabulate(planeLayer([square(0, 0, 1)]), planeLayer([square(1, 0, 1)])).areas.length).toBe(0);
  });

  it('survives a comb whose teeth cross one line a hundred thousand times', () => {
    const teeth = 50_000;
    // Walked backwards the crossings come in falling order, the worst for an insertion sort.
    const comb = single([
      [0, 0],
      [2 * teeth, 0],
      ...Array.from({ length: teeth }, (_, k): Ring => {
        const i = teeth - 1 - k;
        return [
          [2 * i + 2, 1],
          [2 * i + 1, 1],
          [2 * i + 1, 50],
          [2 * i, 50],
        ];
      }).flat(),
    ]);
    const started = performance.now();
    const box = single([
      [-1, -1],
      [2 * teeth + 1, -1],
      [2 * teeth + 1, 20],
      [-1, 20],
    ]);
    const result = tabulate(planeLayer([comb]), planeLayer([box]), { cellSizeMetres: 1000 });
    expect(result.areas[0]).toBeCloseTo(2 * teeth + teeth * 19, 4);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('reports progress that rises to 1 and stops when asked', () => {
    const random = seededRandom(5);
    const many = planeLayer(Array.from({ length: 3000 }, () => starOnLattice(random)));
    const zones = planeLayer([rectangleOnLattice(random), rectangleOnLattice(random)]);
    const seen: number[] = [];
    tabulate(many, zones, { onProgress: (fraction) => seen.push(fraction) });
    expect(seen.at(0)).toBe(0);
    expect(seen.at(-1)).toBe(1);
    expect(seen.length).toBeGreaterThan(4);
    expect(seen.every((value, i) => i === 0 || value >= seen[i - 1]!)).toBe(true);
    let asked = 0;
    expect(() => tabulate(many, zones, { isCancelled: () => ++asked > 3 })).toThrow(Cancelled);
  });

  it('refuses layers of different planes', () => {
    const a = planeLayer([rectangleOnLattice(seededRandom(1))]);
    expect(() => tabulate(a, { ...a, origin: [108.01, 22] })).toThrow('different planes');
    expect(() => tabulate(a, { ...a, zone: runZone(37) })).toThrow('different planes');
  });
});
