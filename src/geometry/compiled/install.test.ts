import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildKernel } from '../../../scripts/build-kernel.js';
import { planeCounty } from '../../../tests/support/plane-layers.ts';
import { startKernel } from '../../platform/compiled-kernel/index.ts';
import { contiguityBlocks } from '../contiguity.ts';
import { coverage, coveragePlain } from '../coverage.ts';
import { overlapsWithin } from '../overlaps.ts';
import { tabulate, tabulatePlain } from '../tabulate.ts';
import { installCompiled } from './index.ts';

const { dented, coarse } = planeCounty(20_241_125);
const vertices = (dented.xy.length + coarse.xy.length) / 2;
const FARMLAND = { classes: Array.from(dented.areas, () => '0101'), areasDm2: dented.areas };
const TOUCHING = { gapMetres: 0, passableClasses: [], passableWidthMetres: 0 };

describe('installCompiled', () => {
  beforeAll(() => buildKernel());
  afterEach(() => installCompiled(undefined));

  it('starts one kernel, when the first large computation comes, for all of them', () => {
    let starts = 0;
    const start = () => {
      starts++;
      return startKernel(1);
    };
    installCompiled(start, 2 * vertices);
    expect(tabulate(dented, coarse)).toEqual(tabulatePlain(dented, coarse));
    expect(starts).toBe(0);
    installCompiled(start, 1000);
    expect(starts).toBe(0);
    expect(tabulate(dented, coarse)).toEqual(tabulatePlain(dented, coarse));
    expect(coverage(coarse, dented)).toEqual(coveragePlain(coarse, dented));
    expect(contiguityBlocks(dented, FARMLAND, TOUCHING).blocks.length).toBe(1);
    expect(overlapsWithin(dented).length).toBeGreaterThan(20);
    expect(starts).toBe(1);
  });

  it.each(['begin', 'freeEdges', 'coverRegions', 'beginContiguity', 'joinNeighbours'] as const)(
    'leaves to the plain versions what the kernel has no memory for (%s)',
    (name) => {
      const kernel = startKernel(1)!;
      const mark = kernel.exports.top();
      const trap = (): never => {
        throw new Error('unreachable');
      };
      installCompiled(() => ({ ...kernel, helpers: 0, exports: { ...kernel.exports, [name]: trap } }), 0);
      expect(tabulate(dented, coarse)).toEqual(tabulatePlain(dented, coarse));
      expect(coverage(coarse, dented)).toEqual(coveragePlain(coarse, dented));
      expect(contiguityBlocks(dented, FARMLAND, TOUCHING).blocks.length).toBe(1);
      // Nothing of it stays in the kernel's memory.
      expect(kernel.exports.top()).toBe(mark);
    },
  );

  it('leaves all to the plain versions where there is no kernel', () => {
    installCompiled(() => undefined, 0);
    expect(tabulate(dented, coarse)).toEqual(tabulatePlain(dented, coarse));
    expect(coverage(undefined, dented)).toEqual(coveragePlain(undefined, dented));
    expect(contiguityBlocks(dented, FARMLAND, TOUCHING).blocks.length).toBe(1);
  });
});
