/** Rows of all threads and passes, put in order of parcels and zones. */
import { firstChunk } from './layout.ts';
import { ROW } from './overlay.ts';

/** Rows in all chunks. */
export function countRows(): i32 {
  let rows = 0;
  for (let chunk = firstChunk(); chunk != 0; chunk = load<u32>(chunk)) rows += load<i32>(chunk, 4);
  return rows;
}

/**
 * Orders the rows into `out` (room for countRows() rows) by parcel, then zone; those of one pair, from several passes, are added
 * up in order of their areas so that the sum does not depend on which came first; pairs that share no more than `touching`
 * are left out. `starts` is room for parcels + 1 numbers. Returns the rows kept.
 */
export function collectRows(out: usize, starts: usize, parcels: i32, touching: f64): i32 {
  memory.fill(starts, 0, (<usize>(parcels + 1)) << 2);
  for (let chunk = firstChunk(); chunk != 0; chunk = load<u32>(chunk)) {
    const end = chunk + 16 + <usize>load<i32>(chunk, 4) * ROW;
    for (let row = chunk + 16; row < end; row += ROW) {
      const at = starts + ((<usize>load<u32>(row)) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  let total: u32 = 0;
  for (let f = 0; f < parcels; f++) {
    const at = starts + ((<usize>f) << 2);
    const count = load<u32>(at);
    store<u32>(at, total);
    total += count;
  }
  for (let chunk = firstChunk(); chunk != 0; chunk = load<u32>(chunk)) {
    const end = chunk + 16 + <usize>load<i32>(chunk, 4) * ROW;
    for (let row = chunk + 16; row < end; row += ROW) {
      const at = starts + ((<usize>load<u32>(row)) << 2);
      const to = load<u32>(at);
      store<u32>(at, to + 1);
      v128.store(out + <usize>to * ROW, v128.load(row));
    }
  }
  // Filling moved every start to the end of its parcel's rows.
  let kept = 0;
  let start: u32 = 0;
  for (let f = 0; f < parcels; f++) {
    const end = load<u32>(starts + ((<usize>f) << 2));
    sortRows(out + <usize>start * ROW, out + <usize>end * ROW);
    let row = out + <usize>start * ROW;
    const stop = out + <usize>end * ROW;
    while (row < stop) {
      const zone = load<u32>(row, 4);
      let area = load<f64>(row, 8);
      row += ROW;
      while (row < stop && load<u32>(row, 4) == zone) {
        area += load<f64>(row, 8);
        row += ROW;
      }
      if (!(area > touching)) continue;
      // Never overtakes: at least one row was read for each that is written.
      const to = out + <usize>kept * ROW;
      store<i32>(to, f);
      store<u32>(to, zone, 4);
      store<f64>(to, area, 8);
      kept++;
    }
    start = end;
  }
  return kept;
}

/** Whether a row comes after another: by zone, then area. */
/* @inline */ function isAfter(row: usize, zone: u32, area: f64): bool {
  const own = load<u32>(row, 4);
  return own > zone || (own == zone && load<f64>(row, 8) > area);
}

/** Rows of one parcel by zone, then area: by insertion for few, by heap for many that are not in order yet. */
function sortRows(from: usize, to: usize): void {
  const count = <i32>((to - from) / ROW);
  if (count <= 64) {
    for (let at = from + ROW; at < to; at += ROW) {
      const zone = load<u32>(at, 4);
      const area = load<f64>(at, 8);
      const held = v128.load(at);
      let before = at - ROW;
      while (before >= from && isAfter(before, zone, area)) {
        v128.store(before + ROW, v128.load(before));
        before -= ROW;
      }
      v128.store(before + ROW, held);
    }
    return;
  }
  if (isSorted(from, to)) return;
  for (let root = (count >> 1) - 1; root >= 0; root--) siftDown(from, root, count);
  for (let n = count - 1; n > 0; n--) {
    const held = v128.load(from);
    v128.store(from, v128.load(from + <usize>n * ROW));
    v128.store(from + <usize>n * ROW, held);
    siftDown(from, 0, n);
  }
}

function isSorted(from: usize, to: usize): bool {
  for (let at = from + ROW; at < to; at += ROW) {
    if (isAfter(at - ROW, load<u32>(at, 4), load<f64>(at, 8))) return false;
  }
  return true;
}

function siftDown(from: usize, root: i32, count: i32): void {
  const held = v128.load(from + <usize>root * ROW);
  const zone = load<u32>(from + <usize>root * ROW, 4);
  const area = load<f64>(from + <usize>root * ROW, 8);
  let hole = root;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= count) break;
    let at = from + <usize>child * ROW;
    if (child + 1 < count && isAfter(at + ROW, load<u32>(at, 4), load<f64>(at, 8))) {
      child++;
      at += ROW;
    }
    if (!isAfter(at, zone, area)) break;
    v128.store(from + <usize>hole * ROW, v128.load(at));
    hole = child;
  }
  v128.store(from + <usize>hole * ROW, held);
}
