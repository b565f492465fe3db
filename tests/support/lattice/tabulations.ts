import { buildKernel } from '../../../scripts/build-kernel.js';
import { compiledTabulate } from '../../../src/geometry/compiled/index.ts';
import type { PlaneLayer, Tabulation } from '../../../src/geometry/index.ts';
import { tabulatePlain } from '../../../src/geometry/tabulate.ts';
import { startKernel } from '../../../src/platform/compiled-kernel/index.ts';

/** A tabulated intersection under test, with the side of a grid cell in metres (undefined: its own choice). */
export type TabulateUnderTest = (
  parcels: PlaneLayer,
  zones: PlaneLayer,
  cellSizeMetres: number | undefined,
) => Tabulation;

/** Every tabulated intersection there is: the drills try each. */
export const TABULATION_NAMES = ['plain', 'compiled, 1 thread', 'compiled, 2 threads', 'compiled, unshared'] as const;
export type TabulationName = (typeof TABULATION_NAMES)[number];

/** Builds the kernel where it is out of date and starts its threads; `stop` ends them. */
export async function startTabulations(): Promise<{
  readonly tabulations: Readonly<Record<TabulationName, TabulateUnderTest>>;
  stop(): void;
}> {
  await buildKernel();
  const running = [startKernel(1, 'shared'), startKernel(2, 'shared'), startKernel(1, 'unshared')].map((kernel) => {
    if (kernel === undefined) throw new Error('the compiled kernel does not start here');
    return kernel;
  });
  const [plain, one, two, unshared] = [tabulatePlain, ...running.map(compiledTabulate)].map(
    (tabulate): TabulateUnderTest =>
      (parcels, zones, cellSizeMetres) =>
        tabulate(parcels, zones, cellSizeMetres === undefined ? {} : { cellSizeMetres }),
  );
  return {
    tabulations: {
      plain: plain!,
      'compiled, 1 thread': one!,
      'compiled, 2 threads': two!,
      'compiled, unshared': unshared!,
    },
    stop: () => {
      for (const kernel of running) kernel.close();
    },
  };
}
