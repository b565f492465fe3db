import { bucketMetres, type JoinNeighbours, joinNeighboursPlain } from '../contiguity.ts';
import { bucketGrid, type EdgeBuckets } from '../contiguity-edges.ts';
import { Cancelled } from '../tabulate.ts';
import { allocate, KernelFailed, type KernelInstance, runAlone, view, withMemory } from './instance.ts';
import { copyPlaneLayer } from './kernel-layer.ts';

/** A job and its buckets, as in assembly/contiguity.ts and edge-buckets.ts. */
const JOB_BYTES = 32;
const BUCKETS_BYTES = 40;

/** Features joined before the host looks whether somebody cancelled. */
const FEATURES_AT_ONCE = 4096;

/**
 * Joins neighbours by a compiled kernel, on the calling thread alone (a union-find of all features is one thread's work): the same
 * blocks as the plain version. What does not fit into the kernel's memory is left to the plain version.
 */
export function compiledNeighbours(instance: KernelInstance): JoinNeighbours {
  return (neighbourhood, parents) => {
    const { layer, isCandidate, passable, reach, onProgress, isCancelled } = neighbourhood;
    try {
      withMemory(instance, () => {
        const bytes = (source: Uint8Array): number => {
          const at = allocate(instance, source.length);
          view.u8(instance, at, source.length).set(source);
          return at;
        };
        const buckets = (takes: (feature: number) => boolean): number => {
          const grid: Omit<EdgeBuckets, 'starts' | 'edges'> = bucketGrid(layer, bucketMetres(reach), takes);
          const at = allocate(instance, BUCKETS_BYTES);
          view.f64(instance, at, 3).set([grid.x0, grid.y0, grid.size]);
          view.u32(instance, at + 24, 4).set([grid.columns, grid.rows, 0, 0]);
          return at;
        };
        const parentsAt = allocate(instance, 4 * parents.length);
        view.u32(instance, parentsAt, parents.length).set(parents);
        const ofCandidates = buckets((f) => isCandidate[f] === 1);
        const job = allocate(instance, JOB_BYTES);
        const words = [
          copyPlaneLayer(instance, layer).struct,
          bytes(isCandidate),
          passable === null ? 0 : bytes(passable),
          parentsAt,
          ofCandidates,
          passable === null ? ofCandidates : buckets(() => true),
        ];
        view.u32(instance, job, 6).set(words);
        view.f64(instance, job + 24, 1)[0] = reach;
        runAlone(() => instance.exports.beginContiguity(job));
        for (let from = 0; from < parents.length; from += FEATURES_AT_ONCE) {
          if (isCancelled?.() === true) throw new Cancelled('cancelled');
          onProgress?.(from / parents.length);
          const to = Math.min(parents.length, from + FEATURES_AT_ONCE);
          runAlone(() => instance.exports.joinNeighbours(job, from, to));
        }
        parents.set(view.u32(instance, parentsAt, parents.length));
        onProgress?.(1);
      });
    } catch (error) {
      if (error instanceof KernelFailed) joinNeighboursPlain(neighbourhood, parents);
      else throw error;
    }
  };
}
