/**
 * Tabulated intersection: the area every parcel shares with every zone, without making the intersections.
 *
 * Inside one grid cell (bottom y = 0) both polygons are sums of "what lies under a piece" (cut.ts), so the area they share
 * there is Σ over pairs of pieces of w·w'·∫ min(y, y') dx, and the area they share is the sum over cells. Parcels whose box
 * touches no cell that a zone covers in part need no cutting: the same zones cover all of it.
 */
import { assert } from '../kernel/index.ts';
import { cutFeature, newPieces, type Pieces } from './cut.ts';
import { type Grid, gridFor } from './grid.ts';
import { flush, inParcelOrder, newRows, newSums, type Rows, type Sums } from './tabulation-rows.ts';
import type { PlaneLayer, Tabulation } from './types.ts';
import { buildZoneIndex, isOutside, mixedCells, type ZoneIndex } from './zone-index.ts';

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
}

const MAX_INDEX_PIECES = 8_000_000;

/** Thrown by long computations whose caller asked them to stop. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
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
  const check = (fraction: number): void => {
    if (options.isCancelled?.() === true) throw new Cancelled('cancelled');
    options.onProgress?.(fraction);
  };
  check(0);
  const grid = gridFor(parcels, zones, options.cellSizeMetres);
  if (grid === undefined) {
    check(1);
    return { parcels: new Uint32Array(0), zones: new Uint32Array(0), areas: new Float64Array(0) };
  }
  const sums = newSums(zones.areas.length);
  const rows = newRows();
  const bands = bandsOf(grid, zones, options.maxIndexPieces ?? MAX_INDEX_PIECES);
  bands.forEach((band, b) => {
    tabulateBand(band, parcels, zones, sums, rows, (fraction) => check((b + fraction) / bands.length));
  });
  check(1);
  return inParcelOrder(rows, parcels.areas.length, TOUCHING_SQUARE_METRES);
}

/**
 * The grid in bands of rows, so that the index of a band stays within some hundred megabytes however large the zone layer is.
 * Most layers need one band. A zone leaves a piece or two for each vertex, and one for each cell it covers.
 */
function bandsOf(grid: Grid, zones: PlaneLayer, maxPieces: number): Grid[] {
  const expected = 0.75 * zones.xy.length + grid.columns * grid.rows;
  const count = Math.min(grid.rows, Math.max(1, Math.ceil(expected / maxPieces)));
  const rows = Math.ceil(grid.rows / count);
  const bands: Grid[] = [];
  for (let first = 0; first < grid.rows; first += rows) {
    bands.push({ ...grid, y0: grid.y0 + first * grid.size, rows: Math.min(rows, grid.rows - first) });
  }
  return bands;
}

/** What parcels and zones share inside one grid; parcels that reach beyond it get the rest from other bands. */
function tabulateBand(
  grid: Grid,
  parcels: PlaneLayer,
  zones: PlaneLayer,
  sums: Sums,
  rows: Rows,
  check: (fraction: number) => void,
): void {
  const index = buildZoneIndex(grid, zones, (fraction) => check(0.3 * fraction));
  const pieces = newPieces(grid);
  const order = cacheOrder(grid, parcels);
  for (let i = 0; i < order.length; i++) {
    if ((i & 1023) === 0) check(0.3 + (0.7 * i) / order.length);
    const f = order[i]!;
    if (!tabulateUniform(index, parcels, f, sums)) {
      cutFeature(grid, parcels, f, pieces);
      addPieces(index, pieces, sums);
    }
    flush(f, sums, rows);
  }
}

/** Parcels that meet the grid, row of cells by row of cells, so that neighbours use the same part of the index. */
function cacheOrder(grid: Grid, parcels: PlaneLayer): Uint32Array {
  const { boxes } = parcels;
  const inside: number[] = [];
  const keys = new Float64Array(parcels.areas.length);
  for (let f = 0; f < parcels.areas.length; f++) {
    if (isOutside(grid, boxes, f)) continue;
    const row = Math.floor((boxes[4 * f + 1]! + boxes[4 * f + 3]! - 2 * grid.y0) / (2 * grid.size));
    const column = Math.floor((boxes[4 * f]! + boxes[4 * f + 2]! - 2 * grid.x0) / (2 * grid.size));
    keys[f] = Math.floor(row / 8) * (grid.columns + 2) + column;
    inside.push(f);
  }
  const order = Uint32Array.from(inside);
  return order.sort((a, b) => keys[a]! - keys[b]! || a - b);
}

/**
 * Where no cell of the parcel's box is covered in part, adds the whole parcel to the zones of any one of them and returns
 * true. Where the box leaves the grid, only a box that no zone covers is decided here.
 */
function tabulateUniform(index: ZoneIndex, parcels: PlaneLayer, f: number, sums: Sums): boolean {
  const { x0, y0, size, columns, rows } = index.grid;
  const { boxes } = parcels;
  const perMetre = 1 / size;
  const c1 = Math.floor((boxes[4 * f]! - x0) * perMetre);
  const r1 = Math.floor((boxes[4 * f + 1]! - y0) * perMetre);
  const c2 = Math.floor((boxes[4 * f + 2]! - x0) * perMetre);
  const r2 = Math.floor((boxes[4 * f + 3]! - y0) * perMetre);
  const left = Math.min(columns - 1, Math.max(0, c1));
  const bottom = Math.min(rows - 1, Math.max(0, r1));
  const right = Math.min(columns - 1, Math.max(0, c2));
  const top = Math.min(rows - 1, Math.max(0, r2));
  if (mixedCells(index, left, bottom, right, top) > 0) return false;
  const cell = bottom * columns + left;
  const start = index.starts[cell]!;
  const end = index.starts[cell + 1]!;
  if (start === end) return true;
  if (left !== c1 || bottom !== r1 || right !== c2 || top !== r2) return false;
  const twice = 2 * parcels.areas[f]!;
  for (let k = start; k < end; k++) {
    const zone = index.zones[k]!;
    if (sums.marks[zone] === 0) {
      sums.marks[zone] = 1;
      sums.touched[sums.count++] = zone;
    }
    sums.areas[zone]! += twice * index.weights[k]!;
  }
  return true;
}

/** Adds, for every piece of a parcel and every zone piece in its cell, twice ∫ min(y, y') dx with both weights. */
function addPieces(index: ZoneIndex, pieces: Pieces, sums: Sums): void {
  const { starts, values: zoneValues, zones, weights: zoneWeights } = index;
  const { count, cells, values, weights } = pieces;
  const { areas, touched, marks } = sums;
  let touchedCount = sums.count;
  for (let i = 0; i < count; i++) {
    const cell = cells[i]!;
    const end = starts[cell + 1]!;
    let k = starts[cell]!;
    if (k === end) continue;
    const xa = values[4 * i]!;
    const xb = values[4 * i + 1]!;
    const ya = values[4 * i + 2]!;
    const slope = values[4 * i + 3]!;
    const weight = weights[i]!;
    for (; k < end; k++) {
      const at = 4 * k;
      const x1 = zoneValues[at]!;
      const x2 = zoneValues[at + 1]!;
      const left = xa > x1 ? xa : x1;
      const right = xb < x2 ? xb : x2;
      if (left >= right) continue;
      const width = right - left;
      const zoneSlope = zoneValues[at + 3]!;
      const el = ya + slope * (left - xa);
      const er = ya + slope * (right - xa);
      const fl = zoneValues[at + 2]! + zoneSlope * (left - x1);
      const fr = zoneValues[at + 2]! + zoneSlope * (right - x1);
      const dl = el - fl;
      const dr = er - fr;
      let twice: number;
      if (dl <= 0 && dr <= 0) {
        twice = (el + er) * width;
      } else if (dl >= 0 && dr >= 0) {
        twice = (fl + fr) * width;
      } else {
        // The two lines cross: the corner between them is cut off both trapezoids.
        const al = dl < 0 ? -dl : dl;
        const ar = dr < 0 ? -dr : dr;
        twice = 0.5 * width * (el + er + fl + fr - (dl * dl + dr * dr) / (al + ar));
      }
      const zone = zones[k]!;
      if (marks[zone] === 0) {
        marks[zone] = 1;
        touched[touchedCount++] = zone;
      }
      areas[zone]! += weight * zoneWeights[k]! * twice;
    }
  }
  sums.count = touchedCount;
}
