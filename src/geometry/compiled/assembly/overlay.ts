/**
 * The pass over the parcels: each is cut once, and its pieces are added up against the pieces of all zone layers, cell by cell.
 * One parcel is one thread's work from beginning to end, in an order that depends on the parcel alone: so do all its bits.
 */
import { addChunk, allocate } from './layout.ts';
import { boxesOf } from './layer.ts';
import {
  cellSize,
  cellsOf,
  classesOf,
  gridColumns,
  gridRows,
  gridX,
  gridY,
  isWithinLayer,
  orderOf,
  parcelFlagsOf,
  parcelsOf,
  passFrom,
  passTo,
  taskStartsOf,
  zoneCount,
} from './job.ts';
import {
  beginCutting,
  clearPieces,
  countOfPieces,
  cutFeature,
  firstPiece,
  PIECE,
  PIECE_CELL,
  PIECE_NEXT,
  setRows,
} from './pieces.ts';
import { BLOCK } from './trapezoid.ts';
import { belowBoth, RUN, selfOverlap, TWICE_COVERED } from './zone-index.ts';
import { addToClasses, beginClasses } from './classes.ts';

/** A result row: u32 parcel, u32 zone, f64 area in m². */
export const ROW: usize = 16;
const CHUNK_ROWS: i32 = 16384;

/** Per cell of the pass: number + 1 of the last piece of the current parcel in it. All 0 between parcels. */
let heads: usize = 0;
/** Cells the current parcel has pieces in, in the order it came to them. */
let touchedCells: usize = 0;
let touchedCellCapacity: i32 = 0;
/** Pieces of the current parcel in the current cell, two by two. */
let blocks: usize = 0;
let blockCapacity: i32 = 0;

/** Four times the area shared with each zone; 1 for the zones that are among `touched`. */
let sums: usize = 0;
let marks: usize = 0;
let touched: usize = 0;
let touchedCount: i32 = 0;

let chunk: usize = 0;
let chunkRows: i32 = 0;
let chunkCapacity: i32 = 0;

/** Takes this thread's room for a job. Called by every thread before its first task. */
export function beginOverlay(job: usize): void {
  beginCutting(gridX(job), gridY(job), cellSize(job), gridColumns(job), gridRows(job));
  const cells = <usize>gridColumns(job) * <usize>(passTo(job) - passFrom(job));
  heads = allocate(cells << 2);
  memory.fill(heads, 0, cells << 2);
  touchedCellCapacity = 1024;
  touchedCells = allocate((<usize>touchedCellCapacity) << 2);
  blockCapacity = 256;
  blocks = allocate(<usize>blockCapacity * BLOCK);
  const zones = <usize>zoneCount(job);
  sums = allocate(zones << 3);
  memory.fill(sums, 0, zones << 3);
  marks = allocate(zones);
  memory.fill(marks, 0, zones);
  touched = allocate(zones << 2);
  touchedCount = 0;
  chunk = 0;
  chunkRows = 0;
  chunkCapacity = 0;
  if (classesOf(job) != 0) beginClasses(classesOf(job));
}

export function overlayTask(job: usize, task: i32): void {
  setRows(passFrom(job), passTo(job));
  const starts = taskStartsOf(job) + ((<usize>task) << 2);
  const order = orderOf(job);
  const end = load<i32>(starts, 4);
  for (let i = load<i32>(starts); i < end; i++) {
    const f = load<i32>(order + ((<usize>i) << 2));
    const place = placeInPass(job, f);
    // (Polygons that end on the border of a pass are offered to both; who is inside of one is done there.)
    if (place == ELSEWHERE) continue;
    overlayParcel(job, f);
    if (classesOf(job) != 0 && place == INSIDE) {
      sortTouched();
      addToClasses(classesOf(job), f, touched, touchedCount, sums);
      clearSums();
    } else if (touchedCount > 0) {
      sortTouched();
      writeRows(f);
      clearSums();
    }
  }
}

const INSIDE = 0;
const ACROSS = 1;
const ELSEWHERE = 2;

/** Whether a parcel lies within the rows of the pass, reaches beyond them, or lies wholly in those of another. */
function placeInPass(job: usize, f: i32): i32 {
  const box = boxesOf(parcelsOf(job)) + ((<usize>f) << 5);
  const per = 1 / cellSize(job);
  const last = gridRows(job) - 1;
  const low = min(last, max(0, <i32>Math.floor((load<f64>(box, 8) - gridY(job)) * per)));
  const high = min(last, max(0, <i32>Math.floor((load<f64>(box, 24) - gridY(job)) * per)));
  if (low >= passFrom(job) && high < passTo(job)) return INSIDE;
  return low < passTo(job) && high >= passFrom(job) ? ACROSS : ELSEWHERE;
}

/**
 * Adds parcels that reach across passes to this thread's class table, once all passes are done: `count` parcels (u32 each,
 * rising), and their rows as collectRows left them. Rows of other parcels are passed over.
 */
export function addAcross(classes: usize, zones: i32, parcels: usize, count: i32, rows: usize, rowCount: i32): void {
  beginClasses(classes);
  sums = allocate((<usize>zones) << 3);
  memory.fill(sums, 0, (<usize>zones) << 3);
  touched = allocate((<usize>zones) << 2);
  let row = rows;
  const end = rows + <usize>rowCount * ROW;
  for (let i = 0; i < count; i++) {
    const f = load<u32>(parcels + ((<usize>i) << 2));
    while (row < end && load<u32>(row) < f) row += ROW;
    touchedCount = 0;
    for (; row < end && load<u32>(row) == f; row += ROW) {
      const zone = load<u32>(row, 4);
      store<u32>(touched + ((<usize>touchedCount) << 2), zone);
      touchedCount++;
      store<f64>(sums + ((<usize>zone) << 3), 4 * load<f64>(row, 8));
    }
    addToClasses(classes, f, touched, touchedCount, sums);
    for (let t = 0; t < touchedCount; t++) store<f64>(sums + ((<usize>load<u32>(touched + ((<usize>t) << 2))) << 3), 0);
  }
  touchedCount = 0;
}

function overlayParcel(job: usize, f: i32): void {
  clearPieces();
  cutFeature(parcelsOf(job), f);
  const count = countOfPieces();
  if (count == 0) return;
  const pieces = firstPiece();
  const firstCell = passFrom(job) * gridColumns(job);
  if (touchedCellCapacity < count) {
    touchedCellCapacity = count << 1;
    touchedCells = allocate((<usize>touchedCellCapacity) << 2);
  }
  // Pieces of a cell become a list, last first.
  let cellCount = 0;
  for (let i = 0; i < count; i++) {
    const piece = pieces + <usize>i * PIECE;
    const cell = load<i32>(piece, PIECE_CELL) - firstCell;
    const head = heads + ((<usize>cell) << 2);
    const next = load<i32>(head);
    if (next == 0) {
      store<i32>(touchedCells + ((<usize>cellCount) << 2), cell);
      cellCount++;
    }
    store<i32>(piece, next, PIECE_NEXT);
    store<i32>(head, i + 1);
  }
  const flags = parcelFlagsOf(job);
  const cells = cellsOf(job);
  let isFlagged = false;
  // Zones above this number are counted: of a layer with itself, those after the parcel.
  const above = isWithinLayer(job) ? f : -1;
  for (let t = 0; t < cellCount; t++) {
    const cell = <usize>load<i32>(touchedCells + ((<usize>t) << 2));
    const head = heads + (cell << 2);
    let runs: usize = load<u32>(cells + (cell << 3));
    const lastRun: usize = load<u32>(cells + (cell << 3), 4);
    if ((runs == lastRun || <i32>load<u32>(lastRun - RUN) <= above) && flags == 0) {
      store<i32>(head, 0);
      continue;
    }
    // Into blocks of two, so that each can be met by two at a time; each written at once, since what was written by halves is
    // slow to read as a whole.
    let n = 0;
    let end = blocks;
    let ownTwo = f64x2.splat(0);
    for (let i = load<i32>(head); i != 0; ) {
      if (n + 2 > blockCapacity << 1) {
        growBlocks();
        end = blocks + (<usize>n >> 1) * BLOCK;
      }
      const one = pieces + <usize>(i - 1) * PIECE;
      i = load<i32>(one, PIECE_NEXT);
      let left = v128.load64_zero(one);
      let right = v128.load64_zero(one, 8);
      let y = v128.load64_zero(one, 16);
      let slope = v128.load64_zero(one, 24);
      let weight = v128.load64_zero(one, 32);
      n++;
      if (i != 0) {
        const other = pieces + <usize>(i - 1) * PIECE;
        i = load<i32>(other, PIECE_NEXT);
        left = v128.load_lane<f64>(other, left, 1);
        right = v128.load_lane<f64>(other, right, 1, 8);
        y = v128.load_lane<f64>(other, y, 1, 16);
        slope = v128.load_lane<f64>(other, slope, 1, 24);
        weight = v128.load_lane<f64>(other, weight, 1, 32);
        n++;
      }
      v128.store(end, left);
      v128.store(end, right, 16);
      v128.store(end, y, 32);
      v128.store(end, slope, 48);
      v128.store(end, weight, 64);
      end += BLOCK;
      const width = f64x2.sub(right, left);
      const twice = f64x2.mul(width, f64x2.add(y, f64x2.add(y, f64x2.mul(slope, width))));
      ownTwo = f64x2.add(ownTwo, f64x2.mul(f64x2.add(twice, twice), weight));
    }
    store<i32>(head, 0);
    const own = f64x2.extract_lane(ownTwo, 0) + f64x2.extract_lane(ownTwo, 1);
    if (flags != 0 && (n > 1 || load<f64>(blocks, 64) != 1)) {
      if (!(selfOverlap(blocks, end) - own <= TWICE_COVERED)) isFlagged = true;
    }
    for (; runs < lastRun; runs += RUN) {
      const zone = load<u32>(runs);
      if (<i32>zone <= above) continue;
      const first: usize = load<u32>(runs, 4);
      const stop: usize = load<u32>(runs, 8);
      let sum = <f64>load<i32>(runs, 12) * own;
      if (first != stop) {
        for (let i = 0; i < n; i++) {
          sum += belowBoth(blocks + <usize>(i >> 1) * BLOCK + ((<usize>(i & 1)) << 3), first, stop);
        }
      }
      if (load<u8>(marks + zone) == 0) {
        store<u8>(marks + zone, 1);
        store<u32>(touched + ((<usize>touchedCount) << 2), zone);
        touchedCount++;
      }
      const at = sums + ((<usize>zone) << 3);
      store<f64>(at, load<f64>(at) + sum);
    }
  }
  if (isFlagged) store<u8>(flags + f, 1);
}

function growBlocks(): void {
  const to = allocate(<usize>blockCapacity * 2 * BLOCK);
  memory.copy(to, blocks, <usize>blockCapacity * BLOCK);
  blocks = to;
  blockCapacity <<= 1;
}

function clearSums(): void {
  for (let i = 0; i < touchedCount; i++) {
    const zone = load<u32>(touched + ((<usize>i) << 2));
    store<f64>(sums + ((<usize>zone) << 3), 0);
    store<u8>(marks + zone, 0);
  }
  touchedCount = 0;
}

/** Rows of one parcel, all in one chunk, by zone; touching zones included, so that passes can be added up. */
function writeRows(f: i32): void {
  if (chunkRows + touchedCount > chunkCapacity) {
    chunkCapacity = max(CHUNK_ROWS, touchedCount);
    chunk = allocate(16 + <usize>chunkCapacity * ROW);
    chunkRows = 0;
    store<u32>(chunk, 0, 4);
    addChunk(chunk);
  }
  let row = chunk + 16 + <usize>chunkRows * ROW;
  for (let i = 0; i < touchedCount; i++, row += ROW) {
    const zone = load<u32>(touched + ((<usize>i) << 2));
    store<i32>(row, f);
    store<u32>(row, zone, 4);
    store<f64>(row, load<f64>(sums + ((<usize>zone) << 3)) / 4, 8);
  }
  chunkRows += touchedCount;
  store<i32>(chunk, chunkRows, 4);
}

/** Touched zones in order: by insertion for the usual few, by heap for a polygon in very many. */
function sortTouched(): void {
  if (touchedCount <= 32) {
    for (let i = 1; i < touchedCount; i++) {
      const zone = load<u32>(touched + ((<usize>i) << 2));
      let j = i - 1;
      while (j >= 0 && load<u32>(touched + ((<usize>j) << 2)) > zone) {
        store<u32>(touched + ((<usize>(j + 1)) << 2), load<u32>(touched + ((<usize>j) << 2)));
        j--;
      }
      store<u32>(touched + ((<usize>(j + 1)) << 2), zone);
    }
    return;
  }
  for (let root = (touchedCount >> 1) - 1; root >= 0; root--) siftDown(root, touchedCount);
  for (let n = touchedCount - 1; n > 0; n--) {
    const zone = load<u32>(touched);
    store<u32>(touched, load<u32>(touched + ((<usize>n) << 2)));
    store<u32>(touched + ((<usize>n) << 2), zone);
    siftDown(0, n);
  }
}

function siftDown(root: i32, count: i32): void {
  const zone = load<u32>(touched + ((<usize>root) << 2));
  let hole = root;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= count) break;
    if (
      child + 1 < count &&
      load<u32>(touched + ((<usize>(child + 1)) << 2)) > load<u32>(touched + ((<usize>child) << 2))
    )
      child++;
    if (load<u32>(touched + ((<usize>child) << 2)) <= zone) break;
    store<u32>(touched + ((<usize>hole) << 2), load<u32>(touched + ((<usize>child) << 2)));
    hole = child;
  }
  store<u32>(touched + ((<usize>hole) << 2), zone);
}
