/**
 * The compiled kernel as its host sees it: a module of WebAssembly, the memory it works in, and threads that share both. Nothing
 * here knows Node or the browser; whoever loads the module hands over an instance (KernelInstance).
 */
import { assert } from '../../kernel/index.ts';
import { Cancelled } from '../tabulate.ts';

/** Functions of the module (src/geometry/compiled/assembly). Addresses and counts are unsigned 32-bit numbers. */
export interface KernelExports {
  memoryLayoutVersion(): number;
  arenaStart(): number;
  setTop(at: number): void;
  top(): number;
  allocate(bytes: number): number;
  resetTasks(): void;
  takenTasks(): number;
  cancelledAddress(): number;
  addChunk(chunk: number): void;
  firstChunk(): number;
  clearChunks(): void;
  begin(phase: number, target: number): void;
  tasksOf(phase: number, target: number): number;
  work(phase: number, target: number, most: number): number;
  boundsOf(xy: number, vertices: number, out: number): void;
  spreadBlocks(layer: number): number;
  countRows(): number;
  collectRows(out: number, starts: number, parcels: number, touching: number): number;
  classTable(): number;
  freeEdges(layer: number, out: number): void;
  coverRegions(job: number): void;
  beginContiguity(job: number): void;
  joinNeighbours(job: number, from: number, to: number): void;
  addAcross(classes: number, zones: number, parcels: number, count: number, rows: number, rowCount: number): void;
}

export interface KernelInstance {
  readonly exports: KernelExports;
  readonly memory: { readonly buffer: ArrayBufferLike };
  /** Threads that wait in `serveKernel` on the same memory; 0 where the memory is not shared. */
  readonly helpers: number;
}

/** The layout this host writes; a module of another layout is not used. */
export const MEMORY_LAYOUT = 3;

/** Phases of a computation, as numbered in assembly/work.ts. */
export const PHASE = { countSplits: 0, finishLayer: 1, indexZones: 2, overlay: 3, officialAreas: 4 } as const;
export type Phase = (typeof PHASE)[keyof typeof PHASE];

/** The kernel has no room for what it was given (4 GiB of addresses, less where the browser gives less), or broke down. */
export class KernelFailed extends Error {
  override readonly name = 'KernelFailed';
}

/** Control words between the host thread and its helpers, as indexes of u32 words; below what the module itself uses. */
const COMMAND = 96;
const COMMAND_PHASE = 97;
const COMMAND_TARGET = 98;
const DONE = 112;
const FAILED = 113;
const READY = 114;
/** Phase number that ends a helper. */
const END = 99;
/** Where helpers leave the address of their class table: one word each. */
const TABLES = 128;
export const MAX_HELPERS = 60;

export interface PhaseHooks {
  /** Share of the phase done, rising from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly isCancelled?: () => boolean;
}

/** Control words; made anew each time, since memory that is not shared moves as it grows. */
const words = (instance: KernelInstance): Int32Array => new Int32Array(instance.memory.buffer, 0, 256);

/** Views into the kernel's memory. They are good until the kernel takes more memory. */
export const view = {
  f64: ({ memory }: KernelInstance, at: number, count: number): Float64Array =>
    new Float64Array(memory.buffer, at, count),
  u32: ({ memory }: KernelInstance, at: number, count: number): Uint32Array =>
    new Uint32Array(memory.buffer, at, count),
  u16: ({ memory }: KernelInstance, at: number, count: number): Uint16Array =>
    new Uint16Array(memory.buffer, at, count),
  u8: ({ memory }: KernelInstance, at: number, count: number): Uint8Array => new Uint8Array(memory.buffer, at, count),
  i8: ({ memory }: KernelInstance, at: number, count: number): Int8Array => new Int8Array(memory.buffer, at, count),
  i64: ({ memory }: KernelInstance, at: number, count: number): BigInt64Array =>
    new BigInt64Array(memory.buffer, at, count),
} as const;

/** Takes memory; addresses above 2 GiB come back from the module as negative numbers. */
export function allocate(instance: KernelInstance, bytes: number): number {
  try {
    return instance.exports.allocate(bytes) >>> 0;
  } catch {
    throw new KernelFailed('no memory');
  }
}

/** Runs a function of the module on the calling thread. It ends with a trap where it gets no more memory. */
export function runAlone(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new KernelFailed(String(error));
  }
}

/** Prepares a fresh instance for use. Called once, before helpers start. */
export function initialise(instance: KernelInstance): void {
  assert(instance.exports.memoryLayoutVersion() === MEMORY_LAYOUT, 'the kernel was compiled for another layout');
  instance.exports.setTop(instance.exports.arenaStart());
}

/** Runs `work` and gives back all memory it took. */
export function withMemory<T>(instance: KernelInstance, work: () => T): T {
  const mark = instance.exports.top();
  try {
    return work();
  } finally {
    instance.exports.clearChunks();
    instance.exports.setTop(mark);
  }
}

/** How often the host thread looks while it waits for its helpers. */
const LOOK_MILLISECONDS = 20;

/** Tasks the host thread does before it looks whether somebody cancelled. */
const TASKS_AT_ONCE = 4;

/**
 * Runs a phase to its end on all threads. Throws `Cancelled` once `isCancelled` says yes, `KernelFailed` where a thread broke
 * down; either way no thread works on.
 */
export function runPhase(instance: KernelInstance, phase: Phase, target: number, hooks: PhaseHooks = {}): void {
  const { exports } = instance;
  if (hooks.isCancelled?.() === true) throw new Cancelled('cancelled');
  const tasks = exports.tasksOf(phase, target);
  const isShared = instance.helpers > 0 && tasks > 1;
  exports.resetTasks();
  const cancelWord = exports.cancelledAddress() >> 2;
  words(instance)[cancelWord] = 0;
  if (isShared) {
    const shared = words(instance);
    Atomics.store(shared, DONE, 0);
    Atomics.store(shared, FAILED, 0);
    shared[COMMAND_PHASE] = phase;
    shared[COMMAND_TARGET] = target;
    Atomics.add(shared, COMMAND, 1);
    Atomics.notify(shared, COMMAND);
  }
  let broke: unknown;
  let cancelled = false;
  const look = (): void => {
    if (hooks.isCancelled?.() !== true) return;
    cancelled = true;
    Atomics.store(words(instance), cancelWord, 1);
  };
  try {
    exports.begin(phase, target);
    while (exports.work(phase, target, TASKS_AT_ONCE) !== 0) {
      look();
      hooks.onProgress?.(Math.min(1, exports.takenTasks() / tasks));
    }
  } catch (error) {
    broke = error;
    Atomics.store(words(instance), cancelWord, 1);
  }
  if (isShared) {
    const shared = words(instance);
    for (let done = Atomics.load(shared, DONE); done < instance.helpers; done = Atomics.load(shared, DONE)) {
      Atomics.wait(shared, DONE, done, LOOK_MILLISECONDS);
      if (broke === undefined) look();
    }
    if (Atomics.load(shared, FAILED) !== 0) broke ??= new Error('a helper thread broke down');
  }
  words(instance)[cancelWord] = 0;
  if (broke !== undefined) throw new KernelFailed(String(broke));
  if (cancelled) throw new Cancelled('cancelled');
  hooks.onProgress?.(1);
}

/** Class tables of all threads of the last overlay phase. */
export function classTables(instance: KernelInstance): number[] {
  const tables = [instance.exports.classTable() >>> 0];
  for (let h = 0; h < instance.helpers; h++) {
    const table = words(instance)[TABLES + h]! >>> 0;
    if (table !== 0) tables.push(table);
  }
  return tables;
}

/** Forgets the class tables of an earlier computation. */
export function forgetClassTables(instance: KernelInstance): void {
  words(instance).fill(0, TABLES, TABLES + MAX_HELPERS);
}

/**
 * What a helper thread does until the host ends it: waits for a phase and works on it. Blocks the thread.
 *
 * @param number 0 … helpers − 1
 */
export function serveKernel(instance: Pick<KernelInstance, 'exports' | 'memory'>, number: number): void {
  const shared = words({ ...instance, helpers: 0 });
  let seen = Atomics.load(shared, COMMAND);
  Atomics.add(shared, READY, 1);
  Atomics.notify(shared, READY);
  for (;;) {
    Atomics.wait(shared, COMMAND, seen);
    const command = Atomics.load(shared, COMMAND);
    if (command === seen) continue;
    seen = command;
    const phase = shared[COMMAND_PHASE]!;
    if (phase === END) return;
    try {
      const target = shared[COMMAND_TARGET]!;
      instance.exports.begin(phase, target);
      while (instance.exports.work(phase, target, 1024) !== 0);
      if (phase === PHASE.overlay) shared[TABLES + number] = instance.exports.classTable();
    } catch {
      Atomics.store(shared, FAILED, 1);
      Atomics.store(shared, instance.exports.cancelledAddress() >> 2, 1);
    }
    Atomics.add(shared, DONE, 1);
    Atomics.notify(shared, DONE);
  }
}

/** Blocks until `helpers` threads serve the memory; false where they do not within the time. */
export function awaitHelpers(
  memory: { readonly buffer: ArrayBufferLike },
  helpers: number,
  milliseconds: number,
): boolean {
  const shared = new Int32Array(memory.buffer, 0, 256);
  for (let waited = 0; waited < milliseconds; waited += 50) {
    const ready = Atomics.load(shared, READY);
    if (ready >= helpers) return true;
    Atomics.wait(shared, READY, ready, 50);
  }
  return Atomics.load(shared, READY) >= helpers;
}

/** Ends all helper threads. */
export function endHelpers(memory: { readonly buffer: ArrayBufferLike }): void {
  const shared = new Int32Array(memory.buffer, 0, 256);
  shared[COMMAND_PHASE] = END;
  Atomics.add(shared, COMMAND, 1);
  Atomics.notify(shared, COMMAND);
}
