import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildKernel } from '../../../scripts/build-kernel.js';
import { latticeLayer, planeCounty } from '../../../tests/support/plane-layers.ts';
import { type Random, seededRandom } from '../../kernel/index.ts';
import { type RunningKernel, startKernel } from '../../platform/compiled-kernel/index.ts';
import { type ContiguityFeatures, contiguityBlocks, installContiguity } from '../contiguity.ts';
import { Cancelled } from '../tabulate.ts';
import type { PlaneLayer } from '../types.ts';
import { compiledNeighbours } from './index.ts';

// The work is done by the calling thread; helpers that wait must not matter.
const KERNELS = [
  { name: 'shared, 1 thread', threads: 1, variant: 'shared' },
  { name: 'shared, 2 threads', threads: 2, variant: 'shared' },
  { name: 'unshared', threads: 1, variant: 'unshared' },
] as const;

const SEED = 20_241_124;
const PASSABLE = ['1006', '1107', '1107A', '1203', '1202'];
const CODES = ['0101', '0102', '0103', '0301', '1003', '1006', '1107', '1202'];

/** Classes at random: a good part farmland, some of it parted by land one may pass, or may not. */
function landOf(layer: PlaneLayer, random: Random): ContiguityFeatures {
  const areasDm2 = layer.areas.map((area) => Math.round(100 * area));
  return {
    classes: Array.from(areasDm2, () => CODES[random.integer(0, CODES.length - 1)]!),
    areasDm2,
    widthsMetres: Array.from(areasDm2, () => (random.next() < 0.5 ? null : random.integer(1, 20))),
    settlementCodes: Array.from(areasDm2, () => (random.next() < 0.1 ? '201' : null)),
  };
}

describe.each(KERNELS)('contiguity by the compiled kernel ($name)', ({ threads, variant }) => {
  let kernel: RunningKernel;
  const county = planeCounty(SEED);
  beforeAll(async () => {
    await buildKernel();
    kernel = startKernel(threads, variant)!;
    expect(kernel.helpers).toBe(threads - 1);
  });
  afterAll(() => {
    installContiguity(undefined);
    kernel?.close();
  });

  /** Blocks by both versions, which must be the same; how many. */
  function blocksOf(layer: PlaneLayer, features: ContiguityFeatures, gapMetres: number, what: string): number {
    const options = { gapMetres, passableClasses: PASSABLE, passableWidthMetres: gapMetres };
    installContiguity(undefined);
    const expected = contiguityBlocks(layer, features, options);
    installContiguity(compiledNeighbours(kernel));
    expect(contiguityBlocks(layer, features, options), what).toEqual(expected);
    return expected.blocks.length;
  }

  it('finds the blocks of the plain version in a county', () => {
    const random = seededRandom(SEED);
    for (const name of ['parcels', 'some', 'moved', 'dented'] as const) {
      const layer = county[name];
      const features = landOf(layer, random);
      const [touching, near, far] = [0, 10, 20].map((gap) => blocksOf(layer, features, gap, `${name}, ${gap} m`));
      expect(touching).toBeGreaterThan(20);
      expect(near).toBeLessThanOrEqual(touching!);
      expect(far).toBeLessThanOrEqual(near!);
    }
  });

  it('finds the blocks of the plain version where edges and corners fall together, and land overlaps', () => {
    for (let i = 0; i < 60; i++) {
      const seed = SEED + 1000 + i;
      const random = seededRandom(seed);
      const layer = latticeLayer(random, random.integer(1, 50));
      const scaled = { ...layer, xy: layer.xy.map((value) => 5 * value), boxes: layer.boxes.map((value) => 5 * value) };
      for (const gap of [0, 5, 12]) blocksOf(scaled, landOf(scaled, random), gap, `seed ${seed}, ${gap} m`);
    }
  });

  it('stops when asked, and works on afterwards', () => {
    const features = landOf(county.parcels, seededRandom(SEED));
    const options = { gapMetres: 10, passableClasses: PASSABLE, passableWidthMetres: 10 };
    installContiguity(compiledNeighbours(kernel));
    expect(() => contiguityBlocks(county.parcels, features, { ...options, isCancelled: () => true })).toThrow(
      Cancelled,
    );
    blocksOf(county.parcels, features, 10, 'afterwards');
  });
});
