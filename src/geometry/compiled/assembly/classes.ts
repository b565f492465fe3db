/**
 * Balance by class, summed directly: each parcel's shares of the zones of a layer are counted under the zones' keys, closed to
 * the parcel's whole area in dm² by largest remainder (closing.ts of the kernel words does the same), and added to a table
 * [layer][class of the parcel][key]. Whole numbers: no order of adding shows in them.
 */
import { allocate } from './layout.ts';
import { areasOf } from './layer.ts';

/** u32: u16 per parcel: class. */
/* @inline */ function classOfParcel(classes: usize): usize {
  return load<u32>(classes, 0);
}
/** f64 per parcel: its area in whole dm². */
/* @inline */ function wholesOf(classes: usize): usize {
  return load<u32>(classes, 4);
}
/** u16 per zone: key within its layer, from 1 on. */
/* @inline */ function keyOfZone(classes: usize): usize {
  return load<u32>(classes, 8);
}
/** Zones before each layer, and the end: layers + 1 numbers. */
/* @inline */ function zoneStarts(classes: usize): usize {
  return load<u32>(classes, 12);
}
/* @inline */ function layerCount(classes: usize): i32 {
  return load<i32>(classes, 16);
}
/** u32 per layer: first cell of its table, and number of keys, outside (0) included. */
/* @inline */ function tableStarts(classes: usize): usize {
  return load<u32>(classes, 20);
}
/* @inline */ function keyCounts(classes: usize): usize {
  return load<u32>(classes, 24);
}
/** Cells of all tables. */
/* @inline */ function tableCells(classes: usize): i32 {
  return load<i32>(classes, 28);
}
/** Most keys of a layer. */
/* @inline */ function mostKeys(classes: usize): i32 {
  return load<i32>(classes, 32);
}
/** Layer struct of the parcels. */
/* @inline */ function parcelsOf(classes: usize): usize {
  return load<u32>(classes, 36);
}
/** f64: shares of no more than this only touch, m². */
/* @inline */ function touchingOf(classes: usize): f64 {
  return load<f64>(classes, 40);
}
/** Tables of the threads: u32 address per thread, written by the host before the job begins. */

/** This thread's table: i64 dm². */
let table: usize = 0;
/** f64 per key: share; the parts that are closed: u32 key, f64 weight, f64 remainder, f64 dm² (32 bytes each). */
let shares: usize = 0;
let parts: usize = 0;
let order: usize = 0;
const PART: usize = 32;

export function beginClasses(classes: usize): void {
  const cells = <usize>tableCells(classes);
  table = allocate(cells << 3);
  memory.fill(table, 0, cells << 3);
  const keys = <usize>mostKeys(classes) + 1;
  shares = allocate(keys << 3);
  memory.fill(shares, 0, keys << 3);
  parts = allocate(keys * PART);
  order = allocate(keys << 2);
}

export function classTable(): usize {
  return table;
}

/** Adds parcel f. `touched`: its zones in order of their numbers; `sums`: four times the area shared with each zone. */
export function addToClasses(classes: usize, f: i32, touched: usize, touchedCount: i32, sums: usize): void {
  const whole = load<f64>(wholesOf(classes) + ((<usize>f) << 3));
  const area = load<f64>(areasOf(parcelsOf(classes)) + ((<usize>f) << 3));
  const row = load<u16>(classOfParcel(classes) + ((<usize>f) << 1));
  const keyOf = keyOfZone(classes);
  const touching = touchingOf(classes);
  let i = 0;
  for (let l = 0; l < layerCount(classes); l++) {
    const lastZone = load<u32>(zoneStarts(classes) + ((<usize>(l + 1)) << 2));
    const keys = load<i32>(keyCounts(classes) + ((<usize>l) << 2));
    const into = table + ((<usize>(load<u32>(tableStarts(classes) + ((<usize>l) << 2)) + <u32>row * <u32>keys)) << 3);
    let count = 0;
    for (; i < touchedCount; i++) {
      const zone = load<u32>(touched + ((<usize>i) << 2));
      if (zone >= lastZone) break;
      const key = <i32>load<u16>(keyOf + ((<usize>zone) << 1));
      const at = shares + ((<usize>key) << 3);
      const share = load<f64>(at);
      if (share == 0) {
        // Keys in order, so that equal remainders are settled alike whatever order the zones have.
        let j = count - 1;
        while (j >= 0 && load<i32>(parts + <usize>j * PART) > key) {
          store<i32>(parts + <usize>(j + 1) * PART, load<i32>(parts + <usize>j * PART));
          j--;
        }
        if (j < 0 || load<i32>(parts + <usize>j * PART) != key) {
          store<i32>(parts + <usize>(j + 1) * PART, key);
          count++;
        } else {
          // The key was there with a share of nothing: put back what was moved.
          for (let k = j + 1; k < count; k++)
            store<i32>(parts + <usize>k * PART, load<i32>(parts + <usize>(k + 1) * PART));
        }
      }
      store<f64>(at, share + load<f64>(sums + ((<usize>zone) << 3)) / 4);
    }
    let kept = 0;
    let covered: f64 = 0;
    for (let k = 0; k < count; k++) {
      const key = load<i32>(parts + <usize>k * PART);
      const at = shares + ((<usize>key) << 3);
      const share = load<f64>(at);
      store<f64>(at, 0);
      if (!(share > touching)) continue;
      covered += share;
      const part = parts + <usize>kept * PART;
      store<i32>(part, key);
      store<f64>(part, share, 8);
      kept++;
    }
    let rest = area - covered;
    if (!(rest > touching)) rest = 0;
    const last = parts + <usize>kept * PART;
    store<i32>(last, 0);
    store<f64>(last, rest, 8);
    close(whole, covered + rest, kept + 1);
    for (let k = 0; k <= kept; k++) {
      const part = parts + <usize>k * PART;
      const cell = into + ((<usize>load<i32>(part)) << 3);
      store<i64>(cell, load<i64>(cell) + <i64>load<f64>(part, 24));
    }
  }
}

/** closeToWhole: largest remainder, ties to the part that comes first. */
function close(whole: f64, sum: f64, count: i32): void {
  if (sum == 0) {
    // Nothing to go by: all of it is outside (the last part).
    for (let k = 0; k < count; k++) store<f64>(parts + <usize>k * PART, k == count - 1 ? whole : 0, 24);
    return;
  }
  let given: f64 = 0;
  for (let k = 0; k < count; k++) {
    const part = parts + <usize>k * PART;
    const exact = whole * (load<f64>(part, 8) / sum);
    const floor = Math.min(whole, Math.floor(exact));
    const remainder = exact - floor;
    store<f64>(part, remainder, 16);
    store<f64>(part, floor, 24);
    given += floor;
    let j = k - 1;
    while (j >= 0 && load<f64>(parts + <usize>load<i32>(order + ((<usize>j) << 2)) * PART, 16) < remainder) {
      store<i32>(order + ((<usize>(j + 1)) << 2), load<i32>(order + ((<usize>j) << 2)));
      j--;
    }
    store<i32>(order + ((<usize>(j + 1)) << 2), k);
  }
  let missing = whole - given;
  for (let k = count - 1; missing < 0; k = (k - 1 + count) % count) {
    const part = parts + <usize>load<i32>(order + ((<usize>k) << 2)) * PART;
    const dm2 = load<f64>(part, 24);
    if (dm2 > 0) {
      store<f64>(part, dm2 - 1, 24);
      missing += 1;
    }
  }
  for (let k = 0; missing > 0; k = (k + 1) % count) {
    const part = parts + <usize>load<i32>(order + ((<usize>k) << 2)) * PART;
    if (load<f64>(part, 8) > 0) {
      store<f64>(part, load<f64>(part, 24) + 1, 24);
      missing -= 1;
    }
  }
}
