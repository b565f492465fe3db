/** Free edges cut along a grid, as coverage-cells.ts of the plain version cuts them: the same pieces and crossings. One thread. */
import { allocate } from './layout.ts';
import { sortPairs } from './sorting.ts';

/**
 * The job of a coverage (coverage.ts of the host has the same offsets): f64 x0, y0, size; u32 columns, rows, free edges of the
 * layer and of the boundary (as freeEdges leaves them; 0 where there is none). coverage-regions.ts says what follows.
 */
/* @inline */ export function coverageX(job: usize): f64 {
  return load<f64>(job);
}
/* @inline */ export function coverageY(job: usize): f64 {
  return load<f64>(job, 8);
}
/* @inline */ export function coverageSize(job: usize): f64 {
  return load<f64>(job, 16);
}
/* @inline */ export function coverageColumns(job: usize): i32 {
  return load<i32>(job, 24);
}
/* @inline */ export function coverageRows(job: usize): i32 {
  return load<i32>(job, 28);
}
/* @inline */ export function layerEdgesOf(job: usize): usize {
  return load<u32>(job, 32);
}
/* @inline */ export function boundaryEdgesOf(job: usize): usize {
  return load<u32>(job, 36);
}

/** A piece: x left, y left, x right, y right (f64), weight (i32: 0 for vertical pieces), edge (u32). */
export const PIECE: usize = 40;
/** A crossing: x (f64), change of the covering (i32: ±1 by the layer, ±2 by the boundary). */
export const CROSSING: usize = 16;

/** First piece of each cell and the end; first crossing of each line and the end; u32. */
export let cellStarts: usize = 0;
export let lineStarts: usize = 0;
export let pieces: usize = 0;
export let crossings: usize = 0;

let x0: f64 = 0;
let y0: f64 = 0;
let size: f64 = 1;
let columns: i32 = 0;
let isCounting: bool = true;

export function cutCoverage(job: usize): void {
  x0 = coverageX(job);
  y0 = coverageY(job);
  size = coverageSize(job);
  columns = coverageColumns(job);
  const rows = coverageRows(job);
  const cells = <usize>columns * <usize>rows;
  const lines = <usize>rows + 1;
  cellStarts = allocate((cells + 1) << 2);
  lineStarts = allocate((lines + 1) << 2);
  memory.fill(cellStarts, 0, (cells + 1) << 2);
  memory.fill(lineStarts, 0, (lines + 1) << 2);
  isCounting = true;
  cutAll(job);
  addUp(cellStarts, cells);
  addUp(lineStarts, lines);
  pieces = allocate(<usize>load<u32>(cellStarts + (cells << 2)) * PIECE);
  crossings = allocate(<usize>load<u32>(lineStarts + (lines << 2)) * CROSSING);
  isCounting = false;
  cutAll(job);
  // Filling moved every start to the next one.
  backToStarts(cellStarts, cells);
  backToStarts(lineStarts, lines);
  for (let l: usize = 0; l < lines; l++) {
    const from = load<u32>(lineStarts + (l << 2));
    sortPairs(crossings + <usize>from * CROSSING, <i32>(load<u32>(lineStarts + (l << 2), 4) - from));
  }
}

function addUp(starts: usize, count: usize): void {
  for (let at = starts; at < starts + (count << 2); at += 4) store<u32>(at, load<u32>(at) + load<u32>(at, 4), 4);
}

function backToStarts(starts: usize, count: usize): void {
  memory.copy(starts + 4, starts, count << 2);
  store<u32>(starts, 0);
}

function cutAll(job: usize): void {
  const layer = layerEdgesOf(job);
  const boundary = boundaryEdgesOf(job);
  const count = load<u32>(layer);
  cutEdges(load<u32>(layer, 4), count, 0, 1);
  if (boundary != 0) cutEdges(load<u32>(boundary, 4), load<u32>(boundary), count, 2);
}

function cutEdges(ends: usize, count: u32, firstEdge: u32, change: i32): void {
  for (let e: u32 = 0; e < count; e++) {
    const at = ends + ((<usize>e) << 5);
    cutEdge(load<f64>(at), load<f64>(at, 8), load<f64>(at, 16), load<f64>(at, 24), firstEdge + e, change);
  }
}

function cutEdge(px: f64, py: f64, qx: f64, qy: f64, edge: u32, change: i32): void {
  const rowP = <i32>Math.floor((py - y0) / size);
  const rowQ = <i32>Math.floor((qy - y0) / size);
  const up = rowQ > rowP;
  let ax = px;
  let ay = py;
  for (let row = rowP; ; row += up ? 1 : -1) {
    let ex = qx;
    let ey = qy;
    if (row != rowQ) {
      const line = up ? row + 1 : row;
      ey = y0 + <f64>line * size;
      let share = (ey - py) / (qy - py);
      if (!(share > 0)) share = 0;
      if (share > 1) share = 1;
      ex = px + (qx - px) * share;
      const start = lineStarts + ((<usize>line) << 2);
      if (isCounting) {
        store<u32>(start, load<u32>(start, 4) + 1, 4);
      } else {
        const to = load<u32>(start);
        store<u32>(start, to + 1);
        const crossing = crossings + <usize>to * CROSSING;
        store<f64>(crossing, ex);
        store<i32>(crossing, up ? -change : change, 8);
      }
    }
    cutInRow(row, ax, ay, ex, ey, edge);
    if (row == rowQ) return;
    ax = ex;
    ay = ey;
  }
}

function cutInRow(row: i32, ax: f64, ay: f64, ex: f64, ey: f64, edge: u32): void {
  const weight: i32 = ax < ex ? -1 : ax > ex ? 1 : 0;
  const leftX = ax < ex ? ax : ex;
  const leftY = ax < ex ? ay : ey;
  const rightX = ax < ex ? ex : ax;
  const rightY = ax < ex ? ey : ay;
  const last = <i32>Math.floor((rightX - x0) / size);
  let x = leftX;
  let y = leftY;
  for (let column = <i32>Math.floor((leftX - x0) / size); column <= last; column++) {
    const border = x0 + <f64>(column + 1) * size;
    const stop = border < rightX ? border : rightX;
    const stopY = stop == rightX ? rightY : leftY + ((rightY - leftY) * (stop - leftX)) / (rightX - leftX);
    if (weight == 0 || stop > x) {
      const start = cellStarts + ((<usize>(row * columns + column)) << 2);
      if (isCounting) {
        store<u32>(start, load<u32>(start, 4) + 1, 4);
      } else {
        const to = load<u32>(start);
        store<u32>(start, to + 1);
        const piece = pieces + <usize>to * PIECE;
        store<f64>(piece, x);
        store<f64>(piece, y, 8);
        store<f64>(piece, stop, 16);
        store<f64>(piece, stopY, 24);
        store<i32>(piece, weight, 32);
        store<u32>(piece, edge, 36);
      }
    }
    x = stop;
    y = stopY;
  }
}
