import { coverageGrid } from '../coverage-cells.ts';
import { coverageOf } from '../coverage-regions.ts';
import { coveragePlain, type FindCoverage, NO_COVERAGE, SMALLEST_REGION_M2 } from '../coverage.ts';
import type { PlaneLayer } from '../types.ts';
import { allocate, KernelFailed, type KernelInstance, runAlone, view, withMemory } from './instance.ts';
import { copyPlaneLayer } from './kernel-layer.ts';

/** Free edges as the kernel leaves them (assembly/free-edges.ts), and a job (assembly/coverage-cells.ts, coverage-regions.ts). */
const FREE_BYTES = 48;
const JOB_BYTES = 104;

/**
 * `coverage` by a compiled kernel, on the calling thread alone (most of it is over before a second thread is awake): the same
 * bits as the plain version. What does not fit into the kernel's memory is left to the plain version.
 */
export function compiledCoverage(instance: KernelInstance): FindCoverage {
  return (boundary, layer, options = {}) => {
    try {
      return withMemory(instance, () => {
        const minimumAreaM2 = options.minimumAreaM2 ?? SMALLEST_REGION_M2;
        const edges = freeEdges(instance, layer);
        const frame = boundary === undefined ? undefined : freeEdges(instance, boundary);
        const total = edges.count + (frame?.count ?? 0);
        if (total === 0) return NO_COVERAGE;
        const box = (i: number, join: (a: number, b: number) => number): number =>
          join(edges.box[i]!, frame?.box[i] ?? edges.box[i]!);
        const grid = coverageGrid(total, [box(0, Math.min), box(1, Math.min), box(2, Math.max), box(3, Math.max)]);
        const job = allocate(instance, JOB_BYTES);
        view.f64(instance, job, 3).set([grid.x0, grid.y0, grid.size]);
        view.u32(instance, job + 24, 4).set([grid.columns, grid.rows, edges.at, frame?.at ?? 0]);
        view.f64(instance, job + 40, 1)[0] = minimumAreaM2;
        runAlone(() => instance.exports.coverRegions(job));
        const [count, kinds, areas, boxes, places, boundCount, bounds] = view.u32(instance, job + 48, 7);
        return coverageOf(
          {
            count: count!,
            totals: view.f64(instance, job + 80, 3),
            kinds: view.u8(instance, kinds!, count!),
            areas: view.f64(instance, areas!, count!),
            boxes: view.f64(instance, boxes!, 4 * count!),
            places: view.f64(instance, places!, 2 * count!),
            bounds: view.u32(instance, bounds!, 2 * boundCount!),
          },
          minimumAreaM2,
        );
      });
    } catch (error) {
      if (error instanceof KernelFailed) return coveragePlain(boundary, layer, options);
      throw error;
    }
  };
}

function freeEdges(instance: KernelInstance, layer: PlaneLayer): { at: number; count: number; box: Float64Array } {
  const at = allocate(instance, FREE_BYTES);
  const copied = copyPlaneLayer(instance, layer);
  runAlone(() => instance.exports.freeEdges(copied.struct, at));
  return {
    at,
    count: view.u32(instance, at, 1)[0]!,
    box: view.f64(instance, at + 16, 4).slice(),
  };
}
