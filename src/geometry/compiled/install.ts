/** Has the pure functions of this thread that have a compiled version use it. */
import { installContiguity, joinNeighboursPlain } from '../contiguity.ts';
import { coveragePlain, installCoverage } from '../coverage.ts';
import { installTabulate, tabulatePlain } from '../tabulate.ts';
import type { PlaneLayer } from '../types.ts';
import { compiledNeighbours } from './contiguity.ts';
import { compiledCoverage } from './coverage.ts';
import type { KernelInstance } from './instance.ts';
import { compiledTabulate } from './tabulate.ts';

/** Fewer vertices than this are done by the plain versions sooner than a kernel starts: some milliseconds. */
const SMALL_VERTICES = 5_000;

/**
 * From now on, in this thread, large computations run in the kernel that `start` gives, small ones in the plain versions. The
 * bits are the same, so that nobody sees which. `start` is called once, by the first large computation; where it gives none, all
 * stays with the plain versions. Undefined takes the plain versions again.
 */
export function installCompiled(
  start: (() => KernelInstance | undefined) | undefined,
  smallVertices = SMALL_VERTICES,
): void {
  if (start === undefined) {
    installTabulate(undefined);
    installCoverage(undefined);
    installContiguity(undefined);
    return;
  }
  const started: { kernel?: KernelInstance | undefined } = {};
  const kernelFor = (...layers: readonly (PlaneLayer | undefined)[]): KernelInstance | undefined => {
    const vertices = layers.reduce((sum, layer) => sum + (layer === undefined ? 0 : layer.xy.length / 2), 0);
    if (vertices < smallVertices) return undefined;
    if (!('kernel' in started)) started.kernel = start();
    return started.kernel;
  };
  installTabulate((parcels, zones, options) => {
    const kernel = kernelFor(parcels, zones);
    return (kernel === undefined ? tabulatePlain : compiledTabulate(kernel))(parcels, zones, options);
  });
  installCoverage((boundary, layer, options) => {
    const kernel = kernelFor(boundary, layer);
    return (kernel === undefined ? coveragePlain : compiledCoverage(kernel))(boundary, layer, options);
  });
  installContiguity((neighbourhood, parents) => {
    const kernel = kernelFor(neighbourhood.layer);
    (kernel === undefined ? joinNeighboursPlain : compiledNeighbours(kernel))(neighbourhood, parents);
  });
}
