import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latticeDrill } from '../support/lattice/drill.ts';
import { exactSharedArea } from '../support/lattice/exact-area.ts';
import { startTabulations } from '../support/lattice/tabulations.ts';

const SEED = 20_250_101;

/** 200,000 pairs: npm run drill:overlay. */
describe(`tabulated intersection of lattice polygons against exact rational areas, seed ${SEED}`, () => {
  it('the reference is right where the answer is known', () => {
    const square = (x: number, y: number, size: number) =>
      [
        [x, y],
        [x + size, y],
        [x + size, y + size],
        [x, y + size],
      ] as const;
    const solid = (x: number, y: number, size: number) => ({ rings: [square(x, y, size)], holes: 1 });
    expect(exactSharedArea(solid(0, 0, 4), solid(2, 2, 4))).toBe(4);
    expect(exactSharedArea(solid(0, 0, 4), solid(4, 0, 4))).toBe(0);
    const ring = { rings: [square(0, 0, 6), square(1, 1, 4)], holes: 1 };
    expect(exactSharedArea(ring, ring)).toBe(20);
    expect(exactSharedArea(ring, solid(0, 0, 3))).toBe(5);
    const triangle = { rings: [[[0, 0] as const, [6, 0] as const, [0, 3] as const]], holes: 1 };
    const mirrored = { rings: [[[6, 0] as const, [6, 3] as const, [0, 0] as const]], holes: 1 };
    expect(exactSharedArea(triangle, mirrored)).toBe(4.5);
  });

  let started: Awaited<ReturnType<typeof startTabulations>>;
  beforeAll(async () => {
    started = await startTabulations();
  });
  afterAll(() => started?.stop());

  it('10,000 pairs on six grids, every kernel', () => {
    const report = latticeDrill(started.tabulations, { pairs: 10_000, seed: SEED });
    expect(report.wrong).toBeUndefined();
    expect(report.pairs).toBeGreaterThanOrEqual(10_000);
    // Most pairs do share area; a generator of pairs that never meet would prove nothing.
    expect(report.sharing).toBeGreaterThan(5_000);
  });

  it('finds a kernel that is wrong in one of its zones', () => {
    const { plain } = started.tabulations;
    const wrong: typeof plain = (parcels, zones, cell) =>
      plain(parcels, { ...zones, ringSigns: zones.ringSigns.map((sign, r) => (r === 5 ? -sign : sign)) }, cell);
    const tabulations = { ...started.tabulations, 'compiled, 2 threads': wrong };
    expect(latticeDrill(tabulations, { pairs: 500, seed: SEED }).wrong?.kernel).toBe('compiled, 2 threads');
  });
});
