/**
 * Cutting polygons along the cells of a grid: the same numbers, to the bit, as cut.ts of the plain version, which explains
 * them. Pieces and crossings lie in room that belongs to one thread, which grows as needed.
 */
import { allocate } from './layout.ts';
import { featureRingsOf, ringSignsOf, ringStartsOf, xyOf } from './layer.ts';

/** The grid, and the rows of it that count here: pieces of other rows are not made. */
let x0: f64 = 0;
let y0: f64 = 0;
let size: f64 = 1;
let perMetre: f64 = 1;
let columns: i32 = 0;
let rowFrom: i32 = 0;
let rowTo: i32 = 0;

/**
 * A piece: x left, x right, y at x left above the cell's bottom, slope, weight (f64 each), cell (i32), 4 bytes for who comes
 * next, and 1 where the piece is the top line of the whole cell.
 */
export const PIECE: usize = 56;
export const PIECE_WEIGHT: usize = 32;
export const PIECE_CELL: usize = 40;
export const PIECE_NEXT: usize = 44;
export const PIECE_WHOLE: usize = 48;
export const PIECE_TAG: usize = 52;

let pieces: usize = 0;
let pieceCapacity: i32 = 0;
let pieceCount: i32 = 0;

/** A crossing of a grid line: x (f64), line (i32), change of the covering to the right of it (i32). */
const CROSSING: usize = 16;
let crossings: usize = 0;
let sorted: usize = 0;
let crossingCapacity: i32 = 0;
let crossingCount: i32 = 0;
/** First crossing of each line of the current polygon. */
let lineStarts: usize = 0;

/** Takes fresh room for this thread and a grid; what was cut before is forgotten. */
export function beginCutting(gridX: f64, gridY: f64, cellSize: f64, gridColumns: i32, gridRows: i32): void {
  x0 = gridX;
  y0 = gridY;
  size = cellSize;
  perMetre = 1 / cellSize;
  columns = gridColumns;
  rowFrom = 0;
  rowTo = gridRows;
  pieceCapacity = 4096;
  pieces = allocate(<usize>pieceCapacity * PIECE);
  crossingCapacity = 2048;
  crossings = allocate(<usize>crossingCapacity * CROSSING);
  sorted = allocate(<usize>crossingCapacity * CROSSING);
  lineStarts = allocate((<usize>(gridRows + 2)) << 2);
  pieceCount = 0;
}

export function setRows(from: i32, to: i32): void {
  rowFrom = from;
  rowTo = to;
}

export function clearPieces(): void {
  pieceCount = 0;
}

/* @inline */ export function countOfPieces(): i32 {
  return pieceCount;
}

/* @inline */ export function firstPiece(): usize {
  return pieces;
}

function growPieces(needed: i32): void {
  let capacity = pieceCapacity << 1;
  while (capacity < needed) capacity <<= 1;
  const to = allocate(<usize>capacity * PIECE);
  memory.copy(to, pieces, <usize>pieceCount * PIECE);
  pieces = to;
  pieceCapacity = capacity;
}

function growCrossings(needed: i32): void {
  let capacity = crossingCapacity << 1;
  while (capacity < needed) capacity <<= 1;
  const to = allocate(<usize>capacity * CROSSING);
  memory.copy(to, crossings, <usize>crossingCount * CROSSING);
  crossings = to;
  sorted = allocate(<usize>capacity * CROSSING);
  crossingCapacity = capacity;
}

/* @inline */ function put(cell: i32, left: f64, right: f64, y: f64, slope: f64, weight: f64, whole: i32): void {
  const at = pieces + <usize>pieceCount * PIECE;
  store<f64>(at, left);
  store<f64>(at, right, 8);
  store<f64>(at, y, 16);
  store<f64>(at, slope, 24);
  store<f64>(at, weight, 32);
  store<i32>(at, cell, 40);
  store<i32>(at, whole, 48);
  pieceCount++;
}

/** Adds the pieces of feature f to what has been cut since clearPieces. */
export function cutFeature(layer: usize, f: i32): void {
  crossingCount = 0;
  const featureRings = featureRingsOf(layer);
  const ringStarts = ringStartsOf(layer);
  const ringSigns = ringSignsOf(layer);
  const xy = xyOf(layer);
  const lastRing = load<i32>(featureRings + ((<usize>(f + 1)) << 2));
  for (let r = load<i32>(featureRings + ((<usize>f) << 2)); r < lastRing; r++) {
    const start = load<u32>(ringStarts + ((<usize>r) << 2));
    const end = load<u32>(ringStarts + ((<usize>(r + 1)) << 2));
    if (end - start < 3) continue;
    cutRing(xy + ((<usize>start) << 4), xy + ((<usize>end) << 4), <f64>load<i8>(ringSigns + r));
  }
  if (crossingCount > 0) cutTops();
}

/** Column and row of a point, as two i32 in one i64. */
/* @inline */ function cellOf(point: v128, origin: v128, per: v128): i64 {
  const at = f64x2.floor(f64x2.mul(f64x2.sub(point, origin), per));
  return i64x2.extract_lane(i32x4.trunc_sat_f64x2_s_zero(at), 0);
}

/** Pieces of the edges of a ring of vertices from … to, and its crossings with the grid's lines. */
function cutRing(from: usize, to: usize, sign: f64): void {
  const origin = f64x2.replace_lane(f64x2.splat(x0), 1, y0);
  const per = f64x2.splat(perMetre);
  const plus = f64x2.splat(sign);
  const minus = f64x2.splat(-sign);
  let p = v128.load(to - 16);
  let cellP = cellOf(p, origin, per);
  // What holds for all edges within one cell.
  let known = cellP;
  let row = <i32>(known >> 32);
  let column = <i32>known;
  let isInside = row >= rowFrom && row < rowTo && <u32>column < <u32>columns;
  let cell = row * columns + column;
  let bottom = y0 + <f64>row * size;
  // In hand while no other function adds pieces: the compiler keeps them in registers.
  let piece = pieces + <usize>pieceCount * PIECE;
  let end = pieces + <usize>pieceCapacity * PIECE;
  for (let at = from; at < to; at += 16) {
    const q = v128.load(at);
    const cellQ = cellOf(q, origin, per);
    if (cellP == cellQ) {
      // Most edges.
      if (cellQ != known) {
        known = cellQ;
        row = <i32>(known >> 32);
        column = <i32>known;
        isInside = row >= rowFrom && row < rowTo && <u32>column < <u32>columns;
        cell = row * columns + column;
        bottom = y0 + <f64>row * size;
      }
      const step = f64x2.sub(q, p);
      const across = f64x2.extract_lane(step, 0);
      if (isInside && across != 0) {
        if (piece == end) {
          pieceCount = pieceCapacity;
          growPieces(pieceCount + 1);
          piece = pieces + <usize>pieceCount * PIECE;
          end = pieces + <usize>pieceCapacity * PIECE;
        }
        // Which end is left is anybody's guess: chosen without a branch.
        const isLess = f64x2.lt(p, q);
        const rightward = v128.shuffle<i64>(isLess, isLess, 0, 0);
        const left = v128.bitselect(p, q, rightward);
        const right = v128.bitselect(q, p, rightward);
        v128.store(piece, v128.shuffle<f64>(left, right, 0, 2));
        store<f64>(piece, f64x2.extract_lane(left, 1) - bottom, 16);
        store<f64>(piece, f64x2.extract_lane(step, 1) / across, 24);
        store<f64>(piece, f64x2.extract_lane(v128.bitselect(minus, plus, rightward), 0), 32);
        store<i32>(piece, cell, 40);
        store<i32>(piece, 0, 48);
        piece += PIECE;
      }
    } else {
      const rowP = <i32>(cellP >> 32);
      const rowQ = <i32>(cellQ >> 32);
      if ((rowP >= rowFrom || rowQ >= rowFrom) && (rowP < rowTo || rowQ < rowTo)) {
        pieceCount = <i32>((piece - pieces) / PIECE);
        cutEdge(
          f64x2.extract_lane(p, 0),
          f64x2.extract_lane(p, 1),
          f64x2.extract_lane(q, 0),
          f64x2.extract_lane(q, 1),
          rowP,
          rowQ,
          sign,
        );
        piece = pieces + <usize>pieceCount * PIECE;
        end = pieces + <usize>pieceCapacity * PIECE;
      }
    }
    p = q;
    cellP = cellQ;
  }
  pieceCount = <i32>((piece - pieces) / PIECE);
}

/** An edge that leaves its cell. */
function cutEdge(px: f64, py: f64, qx: f64, qy: f64, rowP: i32, rowQ: i32, sign: f64): void {
  const up = rowQ > rowP;
  const slope = (qy - py) / (qx - px);
  // Rows outside the grid leave nothing; the walk starts and ends one row beyond it at most.
  let row = up ? max(rowP, rowFrom - 1) : min(rowP, rowTo);
  const last = up ? min(rowQ, rowTo) : max(rowQ, rowFrom - 1);
  const rowSpan = up ? last - row : row - last;
  if (crossingCount + rowSpan > crossingCapacity) growCrossings(crossingCount + rowSpan);
  let ax = px;
  let ay = py;
  for (; ; row += up ? 1 : -1) {
    let ex = qx;
    let ey = qy;
    if (row != rowQ) {
      const line = up ? row + 1 : row;
      ey = y0 + <f64>line * size;
      let share = (ey - py) / (qy - py);
      if (share < 0) share = 0;
      else if (share > 1) share = 1;
      ex = px + (qx - px) * share;
      if (row != last && line > rowFrom && line <= rowTo) {
        const at = crossings + <usize>crossingCount * CROSSING;
        store<f64>(at, ex);
        store<i32>(at, line, 8);
        store<i32>(at, <i32>(up ? -sign : sign), 12);
        crossingCount++;
      }
    }
    if (ax != ex && row >= rowFrom && row < rowTo) cutInRow(row, ax, ay, ex, ey, slope, sign);
    if (row == last) return;
    ax = ex;
    ay = ey;
  }
}

/** The part of an edge in one row of cells. */
function cutInRow(row: i32, ax: f64, ay: f64, ex: f64, ey: f64, slope: f64, sign: f64): void {
  const rightward = ax < ex;
  let left = rightward ? ax : ex;
  const right = rightward ? ex : ax;
  let column = <i32>Math.floor((left - x0) * perMetre);
  let lastColumn = <i32>Math.floor((right - x0) * perMetre);
  if (column >= columns || lastColumn < 0) return;
  const weight = rightward ? -sign : sign;
  let y = (rightward ? ay : ey) - (y0 + <f64>row * size);
  if (column < 0) {
    y += slope * (x0 - left);
    left = x0;
    column = 0;
  }
  if (lastColumn >= columns) lastColumn = columns - 1;
  const needed = pieceCount + (lastColumn - column) + 1;
  if (needed > pieceCapacity) growPieces(needed);
  let cell = row * columns + column;
  for (; column <= lastColumn; column++, cell++) {
    const border = x0 + <f64>(column + 1) * size;
    const stop = border < right ? border : right;
    if (stop > left) {
      put(cell, left, stop, y, slope, weight, 0);
      y += slope * (stop - left);
      left = stop;
    }
  }
}

/** Sorts the crossings by line and x, and covers the cells below each line where the polygon covers the line. */
function cutTops(): void {
  let first = load<i32>(crossings, 8);
  let last = first;
  const end = crossings + <usize>crossingCount * CROSSING;
  for (let at = crossings + CROSSING; at < end; at += CROSSING) {
    const line = load<i32>(at, 8);
    if (line < first) first = line;
    else if (line > last) last = line;
  }
  const groups = last - first + 1;
  memory.fill(lineStarts, 0, (<usize>(groups + 1)) << 2);
  for (let at = crossings; at < end; at += CROSSING) {
    const group = lineStarts + ((<usize>(load<i32>(at, 8) - first + 1)) << 2);
    store<u32>(group, load<u32>(group) + 1);
  }
  for (let g = 1; g <= groups; g++) {
    const at = lineStarts + ((<usize>g) << 2);
    store<u32>(at, load<u32>(at) + load<u32>(at - 4));
  }
  for (let at = crossings; at < end; at += CROSSING) {
    const group = lineStarts + ((<usize>(load<i32>(at, 8) - first)) << 2);
    const to = load<u32>(group);
    store<u32>(group, to + 1);
    v128.store(sorted + <usize>to * CROSSING, v128.load(at));
  }
  // Filling moved every start to the end of its group.
  let start: u32 = 0;
  for (let g = 0; g < groups; g++) {
    const stop = load<u32>(lineStarts + ((<usize>g) << 2));
    sortGroup(sorted + <usize>start * CROSSING, <i32>(stop - start));
    cutLine(first + g, sorted + <usize>start * CROSSING, sorted + <usize>stop * CROSSING);
    start = stop;
  }
}

/** Sorts crossings by x: by insertion for few, by heap for many; both as the plain version does. */
function sortGroup(at: usize, count: i32): void {
  if (count <= 32) {
    for (let i = 1; i < count; i++) {
      const held = v128.load(at + <usize>i * CROSSING);
      const x = f64x2.extract_lane(held, 0);
      let j = at + <usize>(i - 1) * CROSSING;
      while (j >= at && load<f64>(j) > x) {
        v128.store(j + CROSSING, v128.load(j));
        j -= CROSSING;
      }
      v128.store(j + CROSSING, held);
    }
    return;
  }
  for (let root = (count >> 1) - 1; root >= 0; root--) siftDown(at, root, count);
  for (let n = count - 1; n > 0; n--) {
    const held = v128.load(at);
    v128.store(at, v128.load(at + <usize>n * CROSSING));
    v128.store(at + <usize>n * CROSSING, held);
    siftDown(at, 0, n);
  }
}

function siftDown(at: usize, root: i32, count: i32): void {
  const held = v128.load(at + <usize>root * CROSSING);
  const x = f64x2.extract_lane(held, 0);
  let hole = root;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= count) break;
    if (child + 1 < count && load<f64>(at + <usize>(child + 1) * CROSSING) > load<f64>(at + <usize>child * CROSSING))
      child++;
    if (load<f64>(at + <usize>child * CROSSING) <= x) break;
    v128.store(at + <usize>hole * CROSSING, v128.load(at + <usize>child * CROSSING));
    hole = child;
  }
  v128.store(at + <usize>hole * CROSSING, held);
}

/** Tops under one line: its crossings from … to, sorted by x. */
function cutLine(line: i32, from: usize, to: usize): void {
  let covered: i32 = 0;
  for (let at = from; at + CROSSING < to; at += CROSSING) {
    covered += load<i32>(at, 12);
    let left = load<f64>(at);
    const right = load<f64>(at + CROSSING);
    if (covered == 0 || !(right > left)) continue;
    let column = <i32>Math.floor((left - x0) * perMetre);
    let lastColumn = <i32>Math.floor((right - x0) * perMetre);
    if (column >= columns || lastColumn < 0) continue;
    if (column < 0) {
      column = 0;
      left = x0;
    }
    if (lastColumn >= columns) lastColumn = columns - 1;
    const needed = pieceCount + (lastColumn - column) + 1;
    if (needed > pieceCapacity) growPieces(needed);
    let cell = (line - 1) * columns + column;
    for (; column <= lastColumn; column++, cell++) {
      const border = x0 + <f64>(column + 1) * size;
      const stop = border < right ? border : right;
      if (stop > left) {
        const whole = left == x0 + <f64>column * size && stop == border;
        put(cell, left, stop, size, 0, <f64>covered, whole ? 1 : 0);
        left = stop;
      }
    }
  }
}
