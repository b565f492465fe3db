/**
 * Tabulated intersection: the area every parcel shares with every zone, without making the intersections.
 *
 * Inside one grid cell (bottom y = 0) both polygons are sums of "what lies under a piece" (cut.ts), so the area they share
 * there is Σ over pairs of pieces of w·w'·∫ min(y, y') dx, and the area they share is the sum over cells.
 *
 * There are two versions of it: the plain one here, and the compiled kernel (src/geometry/compiled), which does the same
 * operations in the same order and so gives the same bits, several times faster and on several threads. `tabulate` takes the
 * compiled one where the shell has installed it.
 */
import { assert } from '../kernel/index.ts';
import { cutFeature, newPieces, type Pieces } from './cut.ts';
import { cacheOrder, type Grid, gridFor, type LayerMeasures, passesOf } from './grid.ts';
import { flush, inParcelOrder, newRows, newSums, type Rows, type Sums } from './tabulation-rows.ts';
import type { PlaneLayer, Tabulation } from './types.ts';
import { buildZoneIndex, type Pass, PIECE, type ZoneIndex } from './zone-index.ts';

/** Pairs that share no more than this, m², touch only: it is the noise of the arithmetic, not land. */
export const TOUCHING_SQUARE_METRES = 5e-7;

export interface TabulateOptions {
  /** Share of the work done, rising from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  /** Asked every thousand polygons or so; the computation stops with a `Cancelled` error once it says yes. */
  readonly isCancelled?: () => boolean;
  /** Side of a grid cell, metres; by default chosen from the layers. Changes speed and rounding noise, nothing else. */
  readonly cellSizeMetres?: number;
  /** Most pieces of zones (40 bytes each) to hold at once; larger layers are done band by band. For tests. */
  readonly maxIndexPieces?: number;
  /** For a layer with itself: only zones that come after the parcel, so each pair once and no polygon with itself. */
  readonly eachPairOnce?: boolean;
}

/** Pieces of zones (40 bytes each) held at once. */
const MAX_INDEX_PIECES = 12_000_000;

/** Thrown by long computations whose caller asked them to stop. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export type Tabulate = (parcels: PlaneLayer, zones: PlaneLayer, options?: TabulateOptions) => Tabulation;

let installed: Tabulate | undefined;

/** Has `tabulate` use another version (the compiled kernel) from now on, in this thread; undefined takes the plain one again. */
export function installTabulate(version: Tabulate | undefined): void {
  installed = version;
}

/**
 * The area every pair of a parcel and a zone shares, m², rows in parcel order, then zone order. Both layers in the same
 * plane (same zone and origin). Zones may overlap one another, and a layer may be tabulated with itself. Rings must be
 * valid (findDefects): a ring that crosses itself gives a signed area.
 */
export function tabulate(parcels: PlaneLayer, zones: PlaneLayer, options: TabulateOptions = {}): Tabulation {
  assert(
    parcels.zone.zone === zones.zone.zone &&
      parcels.origin[0] === zones.origin[0] &&
      parcels.origin[1] === zones.origin[1],
    'layers are in different planes',
  );
  return (installed ?? tabulatePlain)(parcels, zones, options);
}

const measuresOf = ({ boxes, areas, xy }: PlaneLayer): LayerMeasures => ({ boxes, areas, vertices: xy.length / 2 });

/** The plain version: reference of the compiled one, and used where there is none. */
export function tabulatePlain(parcels: PlaneLayer, zones: PlaneLayer, options: TabulateOptions = {}): Tabulation {
  const check = (fraction: number): void => {
    if (options.isCancelled?.() === true) throw new Cancelled('cancelled');
    options.onProgress?.(fraction);
  };
  check(0);
  const rows = newRows();
  const isOnce = options.eachPairOnce === true;
  const grid = gridFor(measuresOf(parcels), [measuresOf(zones)], options.cellSizeMetres);
  if (grid !== undefined) {
    const sums = newSums(zones.areas.length);
    const passes = passesOf(grid, zones.xy.length / 2, options.maxIndexPieces ?? MAX_INDEX_PIECES);
    passes.forEach((pass, p) => {
      tabulatePass(grid, pass, parcels, zones, isOnce, sums, rows, (fraction) => check((p + fraction) / passes.length));
    });
  }
  check(1);
  return inParcelOrder(rows, parcels.areas.length, TOUCHING_SQUARE_METRES);
}

/** Room for the pieces of one parcel as lists by cell. */
interface Lists {
  /** Per cell of the pass: number + 1 of the last piece in it. All 0 between parcels. */
  readonly heads: Int32Array;
  next: Int32Array;
  /** Cells that have a piece, in the order the parcel came to them. */
  touched: Int32Array;
  /** Pieces of the cell in hand: x left, x right, y, slope, weight. */
  dense: Float64Array;
}

/** What parcels and zones share inside some rows of the grid; parcels that reach beyond get the rest from other passes. */
function tabulatePass(
  grid: Grid,
  pass: Pass,
  parcels: PlaneLayer,
  zones: PlaneLayer,
  isOnce: boolean,
  sums: Sums,
  rows: Rows,
  check: (fraction: number) => void,
): void {
  const index = buildZoneIndex(grid, pass, zones, (fraction) => check(0.3 * fraction));
  const pieces = newPieces(grid);
  const lists: Lists = {
    heads: new Int32Array((pass.to - pass.from) * grid.columns),
    next: new Int32Array(1024),
    touched: new Int32Array(1024),
    dense: new Float64Array(64 * PIECE),
  };
  const order = cacheOrder(grid, parcels.boxes, pass.from, pass.to);
  for (let i = 0; i < order.length; i++) {
    if ((i & 1023) === 0) check(0.3 + (0.7 * i) / order.length);
    const f = order[i]!;
    cutFeature(grid, pass, parcels, f, pieces);
    if (pieces.count === 0) continue;
    const cells = listByCell(pieces, pass.from * grid.columns, lists);
    for (let t = 0; t < cells; t++) addCell(index, pieces, lists, lists.touched[t]!, isOnce ? f : -1, sums);
    flush(f, sums, rows);
  }
}

/** Makes a list of the pieces of each cell, last first; returns how many cells there are. */
function listByCell(pieces: Pieces, firstCell: number, lists: Lists): number {
  const { count, cells } = pieces;
  if (lists.next.length < count) {
    lists.next = new Int32Array(2 * count);
    lists.touched = new Int32Array(2 * count);
  }
  const { heads, next, touched } = lists;
  let cellCount = 0;
  for (let i = 0; i < count; i++) {
    const cell = cells[i]! - firstCell;
    const head = heads[cell]!;
    if (head === 0) touched[cellCount++] = cell;
    next[i] = head;
    heads[cell] = i + 1;
  }
  return cellCount;
}

/**
 * Adds, for every piece of the parcel in a cell and every piece of zones after `above` there, four times ∫ min(y, y') dx with both weights.
 * Even and odd pieces are summed apart, as the compiled version does two at a time.
 */
function addCell(index: ZoneIndex, pieces: Pieces, lists: Lists, cell: number, above: number, sums: Sums): void {
  const { heads, next } = lists;
  let run = index.starts[cell]!;
  const lastRun = index.starts[cell + 1]!;
  if (run === lastRun || index.zones[lastRun - 1]! <= above) {
    heads[cell] = 0;
    return;
  }
  let dense = lists.dense;
  let n = 0;
  let ownEven = 0;
  let ownOdd = 0;
  for (let i = heads[cell]!; i !== 0; n++) {
    if (PIECE * (n + 1) > dense.length) {
      dense = new Float64Array(2 * dense.length);
      dense.set(lists.dense);
      lists.dense = dense;
    }
    const from = 4 * (i - 1);
    const at = PIECE * n;
    const left = pieces.values[from]!;
    const right = pieces.values[from + 1]!;
    const y = pieces.values[from + 2]!;
    const slope = pieces.values[from + 3]!;
    const weight = pieces.weights[i - 1]!;
    dense[at] = left;
    dense[at + 1] = right;
    dense[at + 2] = y;
    dense[at + 3] = slope;
    dense[at + 4] = weight;
    const width = right - left;
    const twice = width * (y + (y + slope * width));
    if ((n & 1) === 0) ownEven += (twice + twice) * weight;
    else ownOdd += (twice + twice) * weight;
    i = next[i - 1]!;
  }
  heads[cell] = 0;
  const own = ownEven + ownOdd;
  const { areas, touched, marks } = sums;
  const { values } = index;
  for (; run < lastRun; run++) {
    const zone = index.zones[run]!;
    if (zone <= above) continue;
    const first = index.pieceStarts[run]!;
    const stop = index.pieceStarts[run + 1]!;
    let sum = index.whole[run]! * own;
    if (first !== stop) {
      for (let i = 0; i < n; i++) {
        const at = PIECE * i;
        const xa = dense[at]!;
        const xb = dense[at + 1]!;
        const ya = dense[at + 2]!;
        const slope = dense[at + 3]!;
        let even = 0;
        let odd = 0;
        for (let k = first; k < stop; k++) {
          const other = PIECE * k;
          const x1 = values[other]!;
          const x2 = values[other + 1]!;
          const left = xa < x1 ? x1 : xa;
          const right = x2 < xb ? x2 : xb;
          const width = right - left;
          if (!(width > 0)) continue;
          const y1 = values[other + 2]!;
          const otherSlope = values[other + 3]!;
          const el = ya + slope * (left - xa);
          const er = ya + slope * (right - xa);
          const fl = y1 + otherSlope * (left - x1);
          const fr = y1 + otherSlope * (right - x1);
          const dl = el - fl;
          const dr = er - fr;
          let distance = Math.abs(dl) + Math.abs(dr);
          // The two lines cross: the corner between them is cut off both trapezoids.
          if (!(dl * dr >= 0)) distance = (dl * dl + dr * dr) / distance;
          const fourfold = width * (el + er + (fl + fr) - distance) * values[other + 4]!;
          if (((k - first) & 1) === 0) even += fourfold;
          else odd += fourfold;
        }
        sum += dense[at + 4]! * (even + odd);
      }
    }
    if (marks[zone] === 0) {
      marks[zone] = 1;
      touched[sums.count++] = zone;
    }
    areas[zone]! += sum;
  }
}
