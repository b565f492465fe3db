/** The pieces of a whole zone layer, found by cell, those of one zone in a cell together (a run). */
import { cutFeature, newPieces } from './cut.ts';
import { type Grid, missesRows } from './grid.ts';
import type { PlaneLayer } from './types.ts';

/** Rows of a grid that are worked on together. */
export interface Pass {
  readonly from: number;
  readonly to: number;
}

export interface ZoneIndex {
  /** Runs of cell c (counted from the first cell of the pass): starts[c] … starts[c + 1]. */
  readonly starts: Uint32Array;
  /** Zone of each run (feature number in its layer). */
  readonly zones: Uint32Array;
  /** Weight with which a run covers the whole cell, besides its pieces. */
  readonly whole: Int32Array;
  /** Pieces of run r: pieceStarts[r] … pieceStarts[r + 1]. */
  readonly pieceStarts: Uint32Array;
  /** x left, x right, y at x left above the cell's bottom, slope, weight. */
  readonly values: Float64Array;
}

/** Numbers a piece takes in `values`. */
export const PIECE = 5;

/**
 * Cuts every zone twice, once to count and once to keep, so that the pieces are in memory once.
 *
 * @param check called now and then with the share done; may throw to stop
 */
export function buildZoneIndex(
  grid: Grid,
  pass: Pass,
  layer: PlaneLayer,
  check: (fraction: number) => void,
): ZoneIndex {
  const features = layer.areas.length;
  const firstCell = pass.from * grid.columns;
  const cellCount = (pass.to - pass.from) * grid.columns;
  const pieces = newPieces(grid);
  const each = (from: number, put: (f: number) => void): void => {
    for (let f = 0; f < features; f++) {
      if ((f & 255) === 0) check(from + (0.5 * f) / features);
      if (missesRows(grid, layer.boxes, f, pass.from, pass.to)) continue;
      cutFeature(grid, pass, layer, f, pieces);
      put(f);
    }
  };
  const starts = new Uint32Array(cellCount + 1);
  const pieceCounts = new Uint32Array(cellCount);
  // Zone + 1 that came last to a cell: a new one begins a run.
  const last = new Uint32Array(cellCount);
  each(0, (f) => {
    for (let i = 0; i < pieces.count; i++) {
      const cell = pieces.cells[i]! - firstCell;
      if (last[cell] !== f + 1) {
        last[cell] = f + 1;
        starts[cell + 1]!++;
      }
      if (pieces.whole[i] === 0) pieceCounts[cell]!++;
    }
  });
  let total = 0;
  const nextPiece = new Uint32Array(cellCount);
  for (let c = 0; c < cellCount; c++) {
    starts[c + 1]! += starts[c]!;
    nextPiece[c] = total;
    total += pieceCounts[c]!;
  }
  const runs = starts[cellCount]!;
  const zones = new Uint32Array(runs);
  const whole = new Int32Array(runs);
  const pieceStarts = new Uint32Array(runs + 1);
  pieceStarts[runs] = total;
  const values = new Float64Array(PIECE * total);
  const nextRun = starts.slice(0, cellCount);
  last.fill(0);
  each(0.5, (f) => {
    for (let i = 0; i < pieces.count; i++) {
      const cell = pieces.cells[i]! - firstCell;
      if (last[cell] !== f + 1) {
        last[cell] = f + 1;
        const begun = nextRun[cell]!++;
        zones[begun] = f;
        pieceStarts[begun] = nextPiece[cell]!;
      }
      const run = nextRun[cell]! - 1;
      if (pieces.whole[i] === 1) {
        whole[run]! += pieces.weights[i]!;
        continue;
      }
      const at = PIECE * nextPiece[cell]!++;
      values[at] = pieces.values[4 * i]!;
      values[at + 1] = pieces.values[4 * i + 1]!;
      values[at + 2] = pieces.values[4 * i + 2]!;
      values[at + 3] = pieces.values[4 * i + 3]!;
      values[at + 4] = pieces.weights[i]!;
    }
  });
  return { starts, zones, whole, pieceStarts, values };
}
