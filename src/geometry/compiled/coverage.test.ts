import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildKernel } from '../../../scripts/build-kernel.js';
import { latticeLayer, planeCounty } from '../../../tests/support/plane-layers.ts';
import { seededRandom } from '../../kernel/index.ts';
import { type RunningKernel, startKernel } from '../../platform/compiled-kernel/index.ts';
import { coveragePlain } from '../coverage.ts';
import { freeEdgesOf } from '../coverage-edges.ts';
import type { PlaneLayer } from '../types.ts';
import { allocate, compiledCoverage, copyPlaneLayer, view, withMemory } from './index.ts';

// The work is done by the calling thread; helpers that wait must not matter.
const KERNELS = [
  { name: 'shared, 1 thread', threads: 1, variant: 'shared' },
  { name: 'shared, 2 threads', threads: 2, variant: 'shared' },
  { name: 'unshared', threads: 1, variant: 'unshared' },
] as const;

const SEED = 20_241_123;
const county = planeCounty(SEED);

describe.each(KERNELS)('coverage by the compiled kernel ($name)', ({ threads, variant }) => {
  let kernel: RunningKernel;
  beforeAll(async () => {
    await buildKernel();
    kernel = startKernel(threads, variant)!;
    expect(kernel.helpers).toBe(threads - 1);
  });
  afterAll(() => kernel?.close());

  /** Both versions, to the bit (toEqual tells 0 from −0 and every other bit of a number). */
  const same = (boundary: PlaneLayer | undefined, layer: PlaneLayer, minimumAreaM2: number, what: string) => {
    const expected = coveragePlain(boundary, layer, { minimumAreaM2 });
    expect(compiledCoverage(kernel)(boundary, layer, { minimumAreaM2 }), what).toEqual(expected);
    return expected;
  };

  it('leaves the edges free that the plain version does, in its order', () => {
    const { parcels, some, dented } = county;
    const layers = [
      parcels,
      some,
      dented,
      ...Array.from({ length: 50 }, (_, i) => latticeLayer(seededRandom(SEED + i), 60)),
    ];
    for (const layer of layers) {
      const expected = freeEdgesOf(layer);
      withMemory(kernel, () => {
        const out = allocate(kernel, 48);
        kernel.exports.freeEdges(copyPlaneLayer(kernel, layer).struct, out);
        const [count, ends, features] = view.u32(kernel, out, 3);
        expect(count).toBe(expected.count);
        expect([...view.f64(kernel, ends!, 4 * count!)]).toEqual([...expected.ends]);
        expect([...view.u32(kernel, features!, count!)]).toEqual([...expected.features]);
      });
    }
  });

  it('finds the regions of the plain version in a county', () => {
    const { parcels, some, moved, coarse, dented } = county;
    expect(same(undefined, parcels, 0.01, 'clean').regions).toEqual([]);
    expect(same(undefined, dented, 0, 'dented').regions.length).toBeGreaterThan(200);
    expect(same(coarse, dented, 0.001, 'dented in a boundary').overlapM2).toBeGreaterThan(0);
    expect(same(undefined, some, 0.01, 'scattered').gapM2).toBeGreaterThan(0);
    expect(same(parcels, moved, 0.01, 'moved in a boundary').outsideM2).toBeGreaterThan(0);
    expect(same(moved, some, 0.01, 'moved over itself').outsideM2).toBeGreaterThan(0);
  });

  it('finds the regions of the plain version where edges and corners fall together', () => {
    let regions = 0;
    for (let i = 0; i < 150; i++) {
      const random = seededRandom(SEED + 1000 + i);
      const layer = latticeLayer(random, random.integer(1, 60));
      const boundary = i % 3 === 0 ? undefined : latticeLayer(random, random.integer(1, 5));
      regions += same(boundary, layer, 0, `seed ${SEED + 1000 + i}`).regions.length;
    }
    expect(regions).toBeGreaterThan(1000);
  });

  it('has nothing to say of layers without land', () => {
    const nothing = latticeLayer(seededRandom(SEED), 0);
    same(undefined, nothing, 0, 'nothing');
    same(latticeLayer(seededRandom(SEED), 3), nothing, 0, 'nothing in a boundary');
  });
});
