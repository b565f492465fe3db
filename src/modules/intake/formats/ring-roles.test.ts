import { describe, expect, it } from 'vitest';
import { INNER, OUTER, seededRandom } from '../../../kernel/index.ts';
import { findRingRoles, orientationAgrees } from './ring-roles.ts';

type Ring = readonly (readonly [number, number])[];

function flat(rings: readonly Ring[]): { coords: Float64Array; starts: Uint32Array } {
  const starts = new Uint32Array(rings.length + 1);
  rings.forEach((ring, r) => {
    starts[r + 1] = starts[r]! + ring.length;
  });
  return { coords: Float64Array.from(rings.flat(2)), starts };
}

/** An open square, counter-clockwise; negative size runs clockwise. */
function square(x: number, y: number, size: number): Ring {
  const s = Math.abs(size);
  const ring: [number, number][] = [
    [x, y],
    [x + s, y],
    [x + s, y + s],
    [x, y + s],
  ];
  return size > 0 ? ring : ring.reverse();
}

function rolesOf(...rings: Ring[]): { roles: number[]; order: number[]; agrees: boolean } {
  const { coords, starts } = flat(rings);
  const found = findRingRoles(coords, starts);
  expect(found.complete).toBe(true);
  return { roles: [...found.roles], order: [...found.order], agrees: orientationAgrees(found) };
}

describe('findRingRoles', () => {
  it('several outer rings, each with its holes behind it', () => {
    const { roles, order, agrees } = rolesOf(
      square(0, 0, 10),
      square(100, 0, 10),
      square(102, 2, -2),
      square(2, 2, -2),
      square(6, 6, -2),
    );
    expect(roles).toEqual([OUTER, OUTER, INNER, INNER, INNER]);
    expect(order).toEqual([0, 3, 4, 1, 2]);
    expect(agrees).toBe(true);
  });

  it('containment decides where orientation is wrong, and that is told', () => {
    const { roles, agrees } = rolesOf(square(0, 0, 10), square(2, 2, 3));
    expect(roles).toEqual([OUTER, INNER]);
    expect(agrees).toBe(false);
  });

  it('all rings the other way round agree among themselves', () => {
    expect(rolesOf(square(0, 0, -10), square(2, 2, 3)).agrees).toBe(true);
  });

  it('an island in a hole is an outer ring, a lake on it a hole again', () => {
    const { roles, order } = rolesOf(square(40, 40, 20), square(0, 0, 100), square(45, 45, 5), square(20, 20, 60));
    expect(roles).toEqual([OUTER, OUTER, INNER, INNER]);
    expect(order).toEqual([0, 2, 1, 3]);
  });

  it('a hole that touches its outer ring at a vertex, along an edge, or at every vertex', () => {
    const outer = square(0, 0, 10);
    const diamond: Ring = [
      [5, 0],
      [10, 5],
      [5, 10],
      [0, 5],
    ];
    expect(rolesOf(outer, square(0, 0, 3)).roles).toEqual([OUTER, INNER]);
    expect(rolesOf(outer, diamond).roles).toEqual([OUTER, INNER]);
    expect(rolesOf(diamond, outer).roles).toEqual([INNER, OUTER]);
  });

  it('parts side by side, sharing an edge, are both outer; so are two equal rings', () => {
    expect(rolesOf(square(0, 0, 10), square(10, 0, 10)).roles).toEqual([OUTER, OUTER]);
    expect(rolesOf(square(0, 0, 10), square(0, 0, 10)).roles).toEqual([OUTER, OUTER]);
  });

  it('works beside a concave ring whose box holds the other', () => {
    const horseshoe: Ring = [
      [0, 0],
      [30, 0],
      [30, 30],
      [20, 30],
      [20, 10],
      [10, 10],
      [10, 30],
      [0, 30],
    ];
    expect(rolesOf(horseshoe, square(13, 15, 4)).roles).toEqual([OUTER, OUTER]);
    expect(rolesOf(horseshoe, square(3, 3, 4)).roles).toEqual([OUTER, INNER]);
  });

  it('closed rings, rings of no area and no rings at all do no harm', () => {
    expect(rolesOf([...square(0, 0, 10), [0, 0]], [...square(2, 2, 3), [2, 2]]).roles).toEqual([OUTER, INNER]);
    expect(
      rolesOf(square(0, 0, 10), [
        [20, 20],
        [21, 21],
      ]).roles,
    ).toEqual([OUTER, OUTER]);
    expect(rolesOf().roles).toEqual([]);
  });

  it('random nests of squares: roles equal the depth they were built at', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seededRandom(seed);
      const rings: { ring: Ring; depth: number }[] = [];
      const fill = (x: number, y: number, size: number, depth: number): void => {
        rings.push({ ring: square(x, y, random.integer(0, 1) === 0 ? size : -size), depth });
        if (depth === 5 || size < 0.01) return;
        const cells = random.integer(1, 3);
        for (let i = 0; i < cells; i++) {
          for (let j = 0; j < cells; j++) {
            if (random.next() < 0.4) continue;
            const cell = size / cells;
            fill(x + i * cell + cell * 0.1, y + j * cell + cell * 0.1, cell * 0.8, depth + 1);
          }
        }
      };
      for (let i = 0; i < 3; i++) fill(37_500_000 + 200 * i, 3_353_000, 100, 0);
      const shuffled = rings
        .map((ring) => ({ ring, key: random.next() }))
        .sort((a, b) => a.key - b.key)
        .map(({ ring }) => ring);
      const { roles } = rolesOf(...shuffled.map(({ ring }) => ring));
      expect(roles, `seed ${seed}`).toEqual(shuffled.map(({ depth }) => (depth % 2 === 0 ? OUTER : INNER)));
    }
  });

  it('one outer ring of 100,000 vertices with 10,000 holes takes seconds, not minutes', () => {
    const outer: [number, number][] = Array.from({ length: 100_000 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 100_000;
      return [1000 * Math.cos(angle), 1000 * Math.sin(angle)];
    });
    const holes = Array.from({ length: 10_000 }, (_, i) =>
      square(-500 + 10 * (i % 100), -500 + 10 * Math.floor(i / 100), -5),
    );
    const { coords, starts } = flat([outer, ...holes]);
    const begun = performance.now();
    const { roles, complete } = findRingRoles(coords, starts);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(complete).toBe(true);
    expect(roles[0]).toBe(OUTER);
    expect(roles.subarray(1).every((role) => role === INNER)).toBe(true);
  });

  it('gives up on rings made to exhaust it, and says so', () => {
    const nested = Array.from({ length: 20_000 }, (_, i) => square(i * 0.01, i * 0.01, 1000 - i * 0.02));
    const { coords, starts } = flat(nested);
    const begun = performance.now();
    expect(findRingRoles(coords, starts).complete).toBe(false);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
