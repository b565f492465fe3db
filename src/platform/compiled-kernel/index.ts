/** Loads the compiled kernel (dist/kernel) in Node, with helper threads that share its memory. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import {
  awaitHelpers,
  endHelpers,
  initialise,
  type KernelExports,
  type KernelInstance,
  MAX_HELPERS,
} from '../../geometry/compiled/index.ts';
import { PROJECT_ROOT, startWorker } from '../project-root.ts';

/** What is used of the engine's WebAssembly: the language's own library does not declare it. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (size: { initial: number; maximum?: number; shared?: boolean }) => KernelMemory;
}
export interface KernelMemory {
  readonly buffer: ArrayBufferLike;
}
const engine = (globalThis as unknown as { WebAssembly?: Engine }).WebAssembly;

export type KernelVariant = 'shared' | 'unshared';

/** What a helper thread is started with (helper.worker.ts). */
export interface HelperTask {
  readonly module: object;
  readonly memory: KernelMemory;
  readonly number: number;
}

const MAXIMUM_PAGES = 65_536;
const HELPER_WAIT_MILLISECONDS = 20_000;

const modules = new Map<KernelVariant, object>();

function moduleOf(variant: KernelVariant): object | undefined {
  const known = modules.get(variant);
  if (known !== undefined) return known;
  const path = join(PROJECT_ROOT, 'dist', 'kernel', `${variant}.wasm`);
  if (engine === undefined || !existsSync(path)) return undefined;
  const module = new engine.Module(readFileSync(path));
  modules.set(variant, module);
  return module;
}

/** Instantiates a compiled module over a memory. */
export function instantiate(module: object, memory: KernelMemory): KernelExports {
  return new engine!.Instance(module, { env: { memory } }).exports as KernelExports;
}

/** A running kernel. Its memory goes when nobody holds it any more. */
export interface RunningKernel extends KernelInstance {
  /** Starts helper threads up to `threads` in all, the caller's included, without waiting for them; shared memory only. */
  startHelpers(threads: number): void;
  /** Waits until the helpers started serve; work goes on without them where they do not come. */
  awaitHelpers(): void;
  /** Ends the helper threads. */
  close(): void;
}

/**
 * Starts a kernel with `threads` threads, the caller's included. Undefined where it was not built: callers then use the plain
 * version. Threads take some 50 ms to start; this waits for them.
 */
export function startKernel(threads = 1, variant: KernelVariant = 'shared'): RunningKernel | undefined {
  const module = moduleOf(variant);
  if (module === undefined || engine === undefined) return undefined;
  const isShared = variant === 'shared';
  const memory = new engine.Memory(isShared ? { initial: 16, maximum: MAXIMUM_PAGES, shared: true } : { initial: 16 });
  const exports = instantiate(module, memory);
  initialise({ exports, memory, helpers: 0 });
  const workers: Worker[] = [];
  let serving = 0;
  const kernel: RunningKernel = {
    exports,
    memory,
    get helpers() {
      return serving;
    },
    startHelpers(count) {
      const helpers = isShared ? Math.min(MAX_HELPERS, Math.max(0, count - 1)) : 0;
      while (workers.length < helpers) {
        const task: HelperTask = { module, memory, number: workers.length };
        const worker = startWorker('platform/compiled-kernel/helper.worker', task, {
          name: `kernel-${workers.length}`,
        });
        worker.unref();
        // A helper that cannot start is missed by awaitHelpers; nothing more is to be done about it.
        worker.on('error', () => undefined);
        workers.push(worker);
      }
    },
    awaitHelpers() {
      if (workers.length === serving) return;
      if (awaitHelpers(memory, workers.length, HELPER_WAIT_MILLISECONDS)) serving = workers.length;
      else kernel.close();
    },
    close() {
      serving = 0;
      if (workers.length > 0) endHelpers(memory);
      for (const worker of workers.splice(0)) void worker.terminate();
    },
  };
  kernel.startHelpers(threads);
  kernel.awaitHelpers();
  return kernel;
}

/** Threads worth having on this machine. */
export function usefulThreads(): number {
  return Math.max(1, Math.min(8, availableParallelism()));
}
