/** The grid of square cells in which a tabulated intersection is added up. */

export interface Grid {
  /** Lower left corner, metres in the plane. */
  readonly x0: number;
  readonly y0: number;
  /** Side of a cell, metres. */
  readonly size: number;
  readonly columns: number;
  readonly rows: number;
}

/** What the choice of a grid depends on. */
export interface LayerMeasures {
  /** minX,minY,maxX,maxY per feature. */
  readonly boxes: Float64Array;
  /** m² per feature. */
  readonly areas: Float64Array;
  readonly vertices: number;
}

/** Cells cost some 12 bytes each, and 16 more for every zone that covers them. */
const MAX_CELLS = 4_000_000;

type Box = readonly [minX: number, minY: number, maxX: number, maxY: number];

function boxOf(layers: readonly LayerMeasures[]): Box {
  let minX = Number.POSITIVE_INFINITY;
  let minY = Number.POSITIVE_INFINITY;
  let maxX = Number.NEGATIVE_INFINITY;
  let maxY = Number.NEGATIVE_INFINITY;
  for (const { boxes } of layers) {
    for (let i = 0; i < boxes.length; i += 4) {
      if (boxes[i]! < minX) minX = boxes[i]!;
      if (boxes[i + 1]! < minY) minY = boxes[i + 1]!;
      if (boxes[i + 2]! > maxX) maxX = boxes[i + 2]!;
      if (boxes[i + 3]! > maxY) maxY = boxes[i + 3]!;
    }
  }
  return [minX, minY, maxX, maxY];
}

function meanArea({ areas }: LayerMeasures): number {
  let sum = 0;
  let count = 0;
  for (const area of areas) {
    if (!(area > 0)) continue;
    sum += area;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * A grid over the part of the plane where parcels and zones may be: nothing elsewhere can be shared. (`allParcels`: over all
 * parcels, where land outside the zones is asked for too.) Cells are about 0.6 of the width of a mean polygon of the finest
 * layer (the flat optimum of measurements), but never more than there are vertices to put into them, nor than memory allows.
 * Undefined where the layers' boxes do not meet.
 */
export function gridFor(
  parcels: LayerMeasures,
  zoneLayers: readonly LayerMeasures[],
  cellSize?: number,
  allParcels = false,
): Grid | undefined {
  const a = boxOf([parcels]);
  const b = allParcels ? a : boxOf(zoneLayers);
  const x0 = Math.max(a[0], b[0]);
  const y0 = Math.max(a[1], b[1]);
  const width = Math.min(a[2], b[2]) - x0;
  const height = Math.min(a[3], b[3]) - y0;
  if (!(width >= 0 && height >= 0)) return undefined;
  const vertices = zoneLayers.reduce((sum, layer) => sum + layer.vertices, parcels.vertices);
  const maxCells = Math.min(MAX_CELLS, 1000 + vertices);
  const finest = Math.min(...[parcels, ...zoneLayers].map(meanArea));
  let size = cellSize ?? 0.6 * Math.sqrt(finest);
  const longest = Math.max(width, height);
  // A cell smaller than this would not be told from its neighbour in double precision, nor a strip of them counted.
  size = Math.max(size, longest / 1_000_000, 1e-3);
  // Two digits, so that the order in which areas are added up does not show in the last bits of the result.
  size = Number(size.toPrecision(2));
  while ((Math.floor(width / size) + 1) * (Math.floor(height / size) + 1) > maxCells) size *= 1.25;
  return { x0, y0, size, columns: Math.floor(width / size) + 1, rows: Math.floor(height / size) + 1 };
}

/** Whether the box of a feature misses rows from … to − 1 of the grid. A hair is allowed for: rounding decides who is inside. */
export function missesRows(grid: Grid, boxes: Float64Array, f: number, from: number, to: number): boolean {
  const { x0, y0, size, columns } = grid;
  return !(
    boxes[4 * f]! <= x0 + columns * size + 1e-3 &&
    boxes[4 * f + 2]! >= x0 - 1e-3 &&
    boxes[4 * f + 1]! <= y0 + to * size + 1e-3 &&
    boxes[4 * f + 3]! >= y0 + from * size - 1e-3
  );
}

/** Side, in cells, of the squares by which polygons are ordered. */
const SQUARE = 8;

/**
 * The features that meet rows from … to − 1, square of cells by square of cells, so that neighbours come one after another and
 * find the same part of the index in the processor's cache. No result depends on the order.
 */
export function cacheOrder(grid: Grid, boxes: Float64Array, from: number, to: number): Uint32Array {
  const features = boxes.length / 4;
  const across = Math.floor((grid.columns - 1) / SQUARE) + 1;
  const up = Math.floor((to - from - 1) / SQUARE) + 1;
  const starts = new Uint32Array(across * up + 1);
  const keys = new Int32Array(features);
  for (let f = 0; f < features; f++) {
    if (missesRows(grid, boxes, f, from, to)) {
      keys[f] = -1;
      continue;
    }
    const column = Math.floor((boxes[4 * f]! + boxes[4 * f + 2]! - 2 * grid.x0) / (2 * grid.size * SQUARE));
    const row = Math.floor(((boxes[4 * f + 1]! + boxes[4 * f + 3]! - 2 * grid.y0) / (2 * grid.size) - from) / SQUARE);
    const key = Math.min(up - 1, Math.max(0, row)) * across + Math.min(across - 1, Math.max(0, column));
    keys[f] = key;
    starts[key + 1]!++;
  }
  for (let k = 0; k + 1 < starts.length; k++) starts[k + 1]! += starts[k]!;
  const order = new Uint32Array(starts[starts.length - 1]!);
  for (let f = 0; f < features; f++) if (keys[f]! >= 0) order[starts[keys[f]!]!++] = f;
  return order;
}

/**
 * The grid's rows in passes, so that the index of a pass stays within some hundred megabytes however large the zone layers are.
 * Most layers need one. A zone leaves some pieces for every two vertices, and a note in each cell it covers.
 */
export function passesOf(grid: Grid, zoneVertices: number, maxPieces: number): { from: number; to: number }[] {
  const expected = 1.5 * zoneVertices + grid.columns * grid.rows;
  const count = Math.min(grid.rows, Math.max(1, Math.ceil(expected / maxPieces)));
  const rows = Math.ceil(grid.rows / count);
  const passes: { from: number; to: number }[] = [];
  for (let from = 0; from < grid.rows; from += rows) passes.push({ from, to: Math.min(grid.rows, from + rows) });
  return passes;
}
