/** The pieces of a whole zone layer, found by cell. */
import { cutFeature, newPieces } from './cut.ts';
import type { Grid } from './grid.ts';
import type { PlaneLayer } from './types.ts';

export interface ZoneIndex {
  readonly grid: Grid;
  /** Pieces of cell c: starts[c] … starts[c + 1]. */
  readonly starts: Uint32Array;
  /** x left, x right, y at x left above the cell's bottom, slope. */
  readonly values: Float64Array;
  /** Zone of each piece (feature number in its layer). */
  readonly zones: Uint32Array;
  readonly weights: Int16Array;
  /**
   * Summed-area table, (columns + 1) × (rows + 1), of the cells that are not uniform: those a zone covers in part. Where a
   * box of cells sums to 0, every cell of it is covered alike.
   */
  readonly mixed: Uint32Array;
}

/** Whether the box of a feature misses the grid. */
export function isOutside(grid: Grid, boxes: Float64Array, f: number): boolean {
  const { x0, y0, size, columns, rows } = grid;
  return !(
    boxes[4 * f]! < x0 + columns * size &&
    boxes[4 * f + 2]! >= x0 &&
    boxes[4 * f + 1]! < y0 + rows * size &&
    boxes[4 * f + 3]! >= y0
  );
}

/**
 * Cuts every zone twice, once to count and once to keep, so that the pieces are in memory once.
 *
 * @param check called now and then with the share done; may throw to stop
 */
export function buildZoneIndex(grid: Grid, layer: PlaneLayer, check: (fraction: number) => void): ZoneIndex {
  const features = layer.areas.length;
  const cellCount = grid.columns * grid.rows;
  const starts = new Uint32Array(cellCount + 1);
  const isMixed = new Uint8Array(cellCount);
  const pieces = newPieces(grid);
  for (let f = 0; f < features; f++) {
    if ((f & 255) === 0) check((0.5 * f) / features);
    if (isOutside(grid, layer.boxes, f)) continue;
    cutFeature(grid, layer, f, pieces);
    const { count, cells, whole } = pieces;
    for (let i = 0; i < count; i++) {
      const cell = cells[i]!;
      starts[cell + 1]!++;
      if (whole[i] === 0) isMixed[cell] = 1;
    }
  }
  for (let c = 0; c < cellCount; c++) starts[c + 1]! += starts[c]!;
  const total = starts[cellCount]!;
  const values = new Float64Array(4 * total);
  const zones = new Uint32Array(total);
  const weights = new Int16Array(total);
  const next = starts.slice(0, cellCount);
  for (let f = 0; f < features; f++) {
    if ((f & 255) === 0) check(0.5 + (0.5 * f) / features);
    if (isOutside(grid, layer.boxes, f)) continue;
    cutFeature(grid, layer, f, pieces);
    const { count, cells } = pieces;
    for (let i = 0; i < count; i++) {
      const at = next[cells[i]!]!++;
      values[4 * at] = pieces.values[4 * i]!;
      values[4 * at + 1] = pieces.values[4 * i + 1]!;
      values[4 * at + 2] = pieces.values[4 * i + 2]!;
      values[4 * at + 3] = pieces.values[4 * i + 3]!;
      zones[at] = f;
      weights[at] = pieces.weights[i]!;
    }
  }
  return { grid, starts, values, zones, weights, mixed: summedAreas(grid, isMixed) };
}

function summedAreas(grid: Grid, flags: Uint8Array): Uint32Array {
  const { columns, rows } = grid;
  const wide = columns + 1;
  const sums = new Uint32Array(wide * (rows + 1));
  for (let row = 0; row < rows; row++) {
    let inRow = 0;
    for (let column = 0; column < columns; column++) {
      inRow += flags[row * columns + column]!;
      sums[(row + 1) * wide + column + 1] = sums[row * wide + column + 1]! + inRow;
    }
  }
  return sums;
}

/** Number of mixed cells in columns c1 … c2, rows r1 … r2 (both included). */
export function mixedCells(index: ZoneIndex, c1: number, r1: number, c2: number, r2: number): number {
  const wide = index.grid.columns + 1;
  const { mixed } = index;
  return (
    mixed[(r2 + 1) * wide + c2 + 1]! -
    mixed[r1 * wide + c2 + 1]! -
    mixed[(r2 + 1) * wide + c1]! +
    mixed[r1 * wide + c1]!
  );
}
