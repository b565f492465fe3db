/**
 * The pieces of all zone layers by cell of one grid. Each task cuts the zones of a band of rows once, counts what each cell
 * gets, and fills: no two threads write to the same cell, and the pieces of a cell are in order of zones whoever did the work.
 */
import { allocate } from './layout.ts';
import { boxesOf, featuresOf, firstZoneOf } from './layer.ts';
import {
  bandRows,
  cellSize,
  cellsOf,
  gridColumns,
  gridX,
  gridY,
  passFrom,
  passTo,
  zoneFlagsOf,
  zoneLayerCount,
  zoneLayersOf,
} from './job.ts';
import {
  clearPieces,
  countOfPieces,
  cutFeature,
  firstPiece,
  PIECE,
  PIECE_CELL,
  PIECE_TAG,
  PIECE_WEIGHT,
  PIECE_WHOLE,
  setRows,
} from './pieces.ts';
import { BLOCK, fourfold } from './trapezoid.ts';

/** What one zone has in a cell: u32 zone, u32 first block, u32 end of blocks, i32 weight of its whole-cell tops. */
export const RUN: usize = 16;

/** Counting, per cell of a band: last zone + 1, pieces of it, runs, blocks (u32 each). */
const COUNT: usize = 16;
let counts: usize = 0;

/** A polygon covers each place of itself once where ∫ D² = ∫ D; four times the difference beyond this is no rounding, m². */
export const TWICE_COVERED: f64 = 4e-7;

export function beginIndexing(job: usize): void {
  counts = allocate(<usize>bandRows(job) * <usize>gridColumns(job) * COUNT);
}

export function indexBand(job: usize, band: i32): void {
  const columns = gridColumns(job);
  const from = passFrom(job) + band * bandRows(job);
  const to = min(passTo(job), from + bandRows(job));
  cutBand(job, from, to);
  const cellCount = (to - from) * columns;
  const firstCell = from * columns;
  // Count.
  memory.fill(counts, 0, <usize>cellCount * COUNT);
  const pieces = firstPiece();
  const end = pieces + <usize>countOfPieces() * PIECE;
  for (let piece = pieces; piece < end; piece += PIECE) {
    const at = counts + <usize>(load<i32>(piece, PIECE_CELL) - firstCell) * COUNT;
    const zone = load<u32>(piece, PIECE_TAG) + 1;
    if (load<u32>(at) != zone) {
      store<u32>(at, load<u32>(at, 12) + ((load<u32>(at, 4) + 1) >> 1), 12);
      store<u32>(at, load<u32>(at, 8) + 1, 8);
      store<u32>(at, 0, 4);
      store<u32>(at, zone);
    }
    if (load<i32>(piece, PIECE_WHOLE) == 0) store<u32>(at, load<u32>(at, 4) + 1, 4);
  }
  let runTotal: u32 = 0;
  let blockTotal: u32 = 0;
  for (let c = 0; c < cellCount; c++) {
    const at = counts + <usize>c * COUNT;
    runTotal += load<u32>(at, 8);
    blockTotal += load<u32>(at, 12) + ((load<u32>(at, 4) + 1) >> 1);
  }
  // Fill.
  let run = allocate(<usize>runTotal * RUN);
  let block = allocate(<usize>blockTotal * BLOCK);
  const cells = cellsOf(job) + ((<usize>(from - passFrom(job)) * <usize>columns) << 3);
  for (let c = 0; c < cellCount; c++) {
    const at = counts + <usize>c * COUNT;
    const cell = cells + ((<usize>c) << 3);
    const cellBlocks = load<u32>(at, 12) + ((load<u32>(at, 4) + 1) >> 1);
    store<u32>(cell, <u32>run);
    run += <usize>load<u32>(at, 8) * RUN;
    store<u32>(cell, <u32>run, 4);
    // From now on: last zone + 1, pieces of it, its run, the next free block.
    store<u32>(at, 0);
    store<u32>(at, load<u32>(cell), 8);
    store<u32>(at, <u32>block, 12);
    block += <usize>cellBlocks * BLOCK;
  }
  for (let piece = pieces; piece < end; piece += PIECE) {
    const at = counts + <usize>(load<i32>(piece, PIECE_CELL) - firstCell) * COUNT;
    const zone = load<u32>(piece, PIECE_TAG) + 1;
    let into: usize;
    if (load<u32>(at) != zone) {
      into = load<u32>(at, 8);
      const first = load<u32>(at, 12);
      store<u32>(into, zone - 1);
      store<u32>(into, first, 4);
      store<u32>(into, first, 8);
      store<i32>(into, 0, 12);
      store<u32>(at, zone);
      store<u32>(at, 0, 4);
      store<u32>(at, <u32>(into + RUN), 8);
    } else {
      into = load<u32>(at, 8) - RUN;
    }
    if (load<i32>(piece, PIECE_WHOLE) != 0) {
      store<i32>(into, load<i32>(into, 12) + <i32>load<f64>(piece, PIECE_WEIGHT), 12);
      continue;
    }
    const n = load<u32>(at, 4);
    store<u32>(at, n + 1, 4);
    if ((n & 1) == 0) {
      const free: usize = load<u32>(at, 12);
      store<u32>(at, <u32>(free + BLOCK), 12);
      store<u32>(into, <u32>(free + BLOCK), 8);
      beginBlock(piece, free);
    } else {
      copyToBlock(piece, <usize>load<u32>(at, 12) - BLOCK + 8);
    }
  }
  if (zoneFlagsOf(job) != 0) checkRuns(job, cells, cellCount);
}

/** Puts a piece into the first place of a fresh block and nothing into the second. */
/* @inline */ export function beginBlock(piece: usize, block: usize): void {
  v128.store(block, v128.load64_zero(piece));
  v128.store(block, v128.load64_zero(piece, 8), 16);
  v128.store(block, v128.load64_zero(piece, 16), 32);
  v128.store(block, v128.load64_zero(piece, 24), 48);
  v128.store(block, v128.load64_zero(piece, 32), 64);
}

/** Copies the numbers of a piece to one of the two places of a block. */
/* @inline */ export function copyToBlock(piece: usize, place: usize): void {
  store<f64>(place, load<f64>(piece));
  store<f64>(place, load<f64>(piece, 8), 16);
  store<f64>(place, load<f64>(piece, 16), 32);
  store<f64>(place, load<f64>(piece, 24), 48);
  store<f64>(place, load<f64>(piece, 32), 64);
}

/** All zones that reach into the rows, in order of their numbers. */
function cutBand(job: usize, from: i32, to: i32): void {
  const bottom = gridY(job) + <f64>from * cellSize(job);
  const top = gridY(job) + <f64>to * cellSize(job);
  const leftmost = gridX(job);
  const rightmost = gridX(job) + <f64>gridColumns(job) * cellSize(job);
  clearPieces();
  setRows(from, to);
  for (let l = 0; l < zoneLayerCount(job); l++) {
    const layer: usize = load<u32>(zoneLayersOf(job) + ((<usize>l) << 2));
    const features = featuresOf(layer);
    const boxes = boxesOf(layer);
    const firstZone = firstZoneOf(layer);
    for (let f = 0; f < features; f++) {
      const box = boxes + ((<usize>f) << 5);
      // A hair wider than the rows: which row a point belongs to is decided by rounded numbers.
      if (
        load<f64>(box, 8) > top + 1e-3 ||
        load<f64>(box, 24) < bottom - 1e-3 ||
        load<f64>(box) > rightmost + 1e-3 ||
        load<f64>(box, 16) < leftmost - 1e-3
      )
        continue;
      const before = countOfPieces();
      cutFeature(layer, f);
      const pieces = firstPiece();
      const after = countOfPieces();
      for (let i = before; i < after; i++) store<u32>(pieces + <usize>i * PIECE, <u32>(firstZone + f), PIECE_TAG);
    }
  }
}

/** Marks zones that cover some place other than once. */
function checkRuns(job: usize, cells: usize, cellCount: i32): void {
  const flags = zoneFlagsOf(job);
  const size = cellSize(job);
  for (let c = 0; c < cellCount; c++) {
    const lastRun: usize = load<u32>(cells + ((<usize>c) << 3), 4);
    for (let run: usize = load<u32>(cells + ((<usize>c) << 3)); run < lastRun; run += RUN) {
      const first: usize = load<u32>(run, 4);
      const end: usize = load<u32>(run, 8);
      const whole = <f64>load<i32>(run, 12);
      if (first == end && whole == 1) continue;
      const cellArea = 4 * size * size;
      const own = ownArea(first, end);
      const twice = selfOverlap(first, end) + 2 * whole * own + whole * whole * cellArea;
      const excess = twice - own - whole * cellArea;
      if (!(excess <= TWICE_COVERED)) store<u8>(flags + load<u32>(run), 1);
    }
  }
}

/** Four times what lies below the pieces of blocks, each with its weight. */
/* @inline */ export function ownArea(first: usize, end: usize): f64 {
  let sum = f64x2.splat(0);
  for (let block = first; block < end; block += BLOCK) {
    const left = v128.load(block);
    const width = f64x2.sub(v128.load(block, 16), left);
    const y = v128.load(block, 32);
    const right = f64x2.add(y, f64x2.mul(v128.load(block, 48), width));
    const twice = f64x2.mul(width, f64x2.add(y, right));
    sum = f64x2.add(sum, f64x2.mul(f64x2.add(twice, twice), v128.load(block, 64)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Four times ∫ D² of the pieces of blocks: what two pieces share counts for either, and once for a piece with itself. */
export function selfOverlap(first: usize, end: usize): f64 {
  let total: f64 = 0;
  for (let block = first; block < end; block += BLOCK) {
    total += belowBoth(block, block, block + BLOCK) + belowBoth(block + 8, block, block + BLOCK);
    const next = block + BLOCK;
    if (next < end) total += 2 * (belowBothWhereMet(block, next, end) + belowBothWhereMet(block + 8, next, end));
  }
  return total;
}

/** belowBoth, for pieces that seldom meet: of one polygon's most lie side by side. */
/* @inline */ function belowBothWhereMet(place: usize, first: usize, end: usize): f64 {
  const xa = v128.load64_splat(place);
  const xb = v128.load64_splat(place, 16);
  const ya = v128.load64_splat(place, 32);
  const slope = v128.load64_splat(place, 48);
  let sum = f64x2.splat(0);
  for (let block = first; block < end; block += BLOCK) {
    const isMet = v128.and(f64x2.lt(xa, v128.load(block, 16)), f64x2.lt(v128.load(block), xb));
    if (!v128.any_true(isMet)) continue;
    sum = f64x2.add(sum, f64x2.mul(fourfold(xa, xb, ya, slope, block), v128.load(block, 64)));
  }
  return load<f64>(place, 64) * (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

/** Four times the area below the piece at a place of a block and each piece of blocks first … end, weighted. */
/* @inline */ export function belowBoth(place: usize, first: usize, end: usize): f64 {
  const xa = v128.load64_splat(place);
  const xb = v128.load64_splat(place, 16);
  const ya = v128.load64_splat(place, 32);
  const slope = v128.load64_splat(place, 48);
  let sum = f64x2.splat(0);
  for (let block = first; block < end; block += BLOCK) {
    sum = f64x2.add(sum, f64x2.mul(fourfold(xa, xb, ya, slope, block), v128.load(block, 64)));
  }
  return load<f64>(place, 64) * (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}
