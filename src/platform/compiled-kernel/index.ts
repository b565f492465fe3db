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

/** A running kernel; `close` ends its threads. Its memory goes when nobody holds the instance any more. */
export interface RunningKernel extends KernelInstance {
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
  const helpers = isShared ? Math.min(MAX_HELPERS, Math.max(0, threads - 1)) : 0;
  const instance: KernelInstance = { exports, memory, helpers };
  initialise(instance);
  const workers: Worker[] = [];
  for (let number = 0; number < helpers; number++) {
    const task: HelperTask = { module, memory, number };
    const worker = startWorker('platform/compiled-kernel/helper.worker', task, { name: `kernel-${number}` });
    worker.unref();
    workers.push(worker);
  }
  const close = (): void => {
    if (helpers > 0) endHelpers(memory);
    for (const worker of workers) void worker.terminate();
  };
  if (helpers > 0 && !awaitHelpers(memory, helpers, HELPER_WAIT_MILLISECONDS)) {
    close();
    return startKernel(1, variant);
  }
  return { ...instance, close };
}

/** Threads worth having on this machine. */
export function usefulThreads(): number {
  return Math.max(1, Math.min(8, availableParallelism()));
}
