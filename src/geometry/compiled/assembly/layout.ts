/**
 * The memory that host and kernel share. The lowest page holds control words; above the module's own data follows one arena:
 * a pointer that only rises during a computation, and that the host sets back when it is done. Nothing is freed one by one.
 *
 * Any thread may take memory from the arena. Addresses therefore depend on who came first; no result does.
 */

/** Changes with the meaning of any address or struct below; the host compares it before it trusts a module. */
export function memoryLayoutVersion(): i32 {
  return 3;
}

/** Control words, u32 each. */
const LOCK: usize = 64;
const TOP: usize = 128;
const NEXT_TASK: usize = 192;
const CANCELLED: usize = 256;
const FIRST_CHUNK: usize = 320;

/** Takes `size` bytes, aligned to 16. Traps where the host gives no more memory: the computation ends there. */
export function allocate(size: usize): usize {
  lock();
  const at = (load<u32>(TOP) + 15) & ~15;
  const end = <u64>at + <u64>size;
  if (end > (<u64>memory.size()) << 16) {
    const missing = <i32>((end - ((<u64>memory.size()) << 16) + 65535) >> 16);
    // By 16 MB where there is room, so that it is not asked for piece by piece.
    if (end > 0xffff0000 || (memory.grow(max(256, missing)) < 0 && memory.grow(missing) < 0)) {
      unlock();
      unreachable();
    }
  }
  store<u32>(TOP, <u32>end);
  unlock();
  return at;
}

/** Sets the arena's pointer: to the end of the module's own data at first, back to a mark afterwards. */
export function setTop(at: usize): void {
  store<u32>(TOP, <u32>at);
}

export function top(): usize {
  return load<u32>(TOP);
}

/** First address the module itself does not use. */
export function arenaStart(): usize {
  return __heap_base;
}

function lock(): void {
  if (!ASC_FEATURE_THREADS) return;
  // Held for some instructions only, so that waiting in place is cheaper than sleeping.
  while (atomic.cmpxchg<u32>(LOCK, 0, 1) != 0) {}
}

function unlock(): void {
  if (!ASC_FEATURE_THREADS) return;
  atomic.store<u32>(LOCK, 0);
}

/** Starts a phase: tasks are numbered from 0. */
export function resetTasks(): void {
  store<u32>(NEXT_TASK, 0);
}

/** The next task nobody has taken. */
export function takeTask(): u32 {
  if (ASC_FEATURE_THREADS) return atomic.add<u32>(NEXT_TASK, 1);
  const task = load<u32>(NEXT_TASK);
  store<u32>(NEXT_TASK, task + 1);
  return task;
}

/** Tasks taken so far, for progress; may exceed their number by the number of threads. */
export function takenTasks(): u32 {
  return load<u32>(NEXT_TASK);
}

/** The host writes 1 here to stop every thread at its next task. */
export function cancelledAddress(): usize {
  return CANCELLED;
}

export function isCancelled(): bool {
  return load<u32>(CANCELLED) != 0;
}

/** A list of chunks of result rows that all threads add to. Chunk: u32 next, u32 rows, then the rows from byte 16 on. */
export function addChunk(chunk: usize): void {
  lock();
  store<u32>(chunk, load<u32>(FIRST_CHUNK));
  store<u32>(FIRST_CHUNK, <u32>chunk);
  unlock();
}

export function firstChunk(): usize {
  return load<u32>(FIRST_CHUNK);
}

export function clearChunks(): void {
  store<u32>(FIRST_CHUNK, 0);
}
