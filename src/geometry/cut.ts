/**
 * Cuts polygons into pieces along the cells of a grid.
 *
 * A polygon is the sum of what lies under its edges: with the interior on an edge's left, everything below an edge that runs
 * to −x counts +1, below one that runs to +x counts −1. Seen from one cell, edges below it vanish and edges above it act
 * only through how often they cover the cell's top line. So a polygon leaves in each cell
 *
 * - the pieces of its own edges inside the cell, and
 * - "tops": pieces of the cell's top line where the polygon covers that line, weighted by how often it does.
 *
 * No predicate, no tolerance: every number is a continuous function of the coordinates, so that rounding of 1e-11 m moves
 * areas by 1e-11 times a length. Vertical edges and repeated vertices leave nothing.
 *
 * The loops below keep to typed arrays and local numbers: small helper functions that take and return doubles would cost a
 * heap number each.
 */
import type { Grid } from './grid.ts';
import type { PlaneLayer } from './types.ts';

/** Pieces of one polygon, and the room for them, which grows as needed and is used again for the next polygon. */
export interface Pieces {
  count: number;
  /** Cell number (row × columns + column) of each piece. */
  cells: Int32Array;
  /** x left, x right, y at x left above the cell's bottom, slope; four numbers a piece. */
  values: Float64Array;
  /** +1 counts what lies below, −1 takes it away; tops carry how often the line is covered. */
  weights: Int16Array;
  /** 1 for a top across the whole cell: the only mark a polygon leaves on a cell it covers entirely. */
  whole: Uint8Array;
  /** Crossings of the current polygon with the grid's horizontal lines, in ring order. */
  crossings: number;
  lines: Int32Array;
  crossingX: Float64Array;
  /** Change of the covering to the right of the crossing. */
  changes: Int8Array;
  /** The same, sorted by line and x. */
  sortedX: Float64Array;
  sortedChanges: Int8Array;
  /** First crossing of each line, for counting sort. */
  lineStarts: Int32Array;
}

export function newPieces(grid: Grid): Pieces {
  return {
    count: 0,
    cells: new Int32Array(1024),
    values: new Float64Array(4096),
    weights: new Int16Array(1024),
    whole: new Uint8Array(1024),
    crossings: 0,
    lines: new Int32Array(1024),
    crossingX: new Float64Array(1024),
    changes: new Int8Array(1024),
    sortedX: new Float64Array(1024),
    sortedChanges: new Int8Array(1024),
    lineStarts: new Int32Array(grid.rows + 2),
  };
}

function growPieces(pieces: Pieces, needed: number): void {
  const capacity = Math.max(needed, Math.floor(pieces.cells.length * 1.6));
  const grow = <T extends Int32Array | Float64Array | Int16Array | Uint8Array>(from: T, to: T): T => {
    to.set(from as never);
    return to;
  };
  pieces.cells = grow(pieces.cells, new Int32Array(capacity));
  pieces.values = grow(pieces.values, new Float64Array(4 * capacity));
  pieces.weights = grow(pieces.weights, new Int16Array(capacity));
  pieces.whole = grow(pieces.whole, new Uint8Array(capacity));
}

function growCrossings(pieces: Pieces, needed: number): void {
  const capacity = Math.max(needed, Math.floor(pieces.lines.length * 1.6));
  const lines = new Int32Array(capacity);
  lines.set(pieces.lines);
  const crossingX = new Float64Array(capacity);
  crossingX.set(pieces.crossingX);
  const changes = new Int8Array(capacity);
  changes.set(pieces.changes);
  pieces.lines = lines;
  pieces.crossingX = crossingX;
  pieces.changes = changes;
  pieces.sortedX = new Float64Array(capacity);
  pieces.sortedChanges = new Int8Array(capacity);
}

/** Cuts feature f of a layer in rows … of the grid; the pieces replace what `pieces` held. Parts outside leave nothing. */
export function cutFeature(
  grid: Grid,
  rows: { readonly from: number; readonly to: number },
  layer: PlaneLayer,
  f: number,
  pieces: Pieces,
): void {
  pieces.count = 0;
  pieces.crossings = 0;
  const { featureRings, ringStarts, ringSigns, xy } = layer;
  for (let r = featureRings[f]!; r < featureRings[f + 1]!; r++) {
    cutRing(grid, rows.from, rows.to, xy, ringStarts[r]!, ringStarts[r + 1]!, ringSigns[r]!, pieces);
  }
  if (pieces.crossings === 0) return;
  const [first, last] = sortCrossings(pieces);
  for (let line = first; line <= last; line++) cutTops(grid, line, first, pieces);
}

/** Pieces of the edges of one ring, and its crossings with the grid's lines. `sign` turns the interior to the left. */
function cutRing(
  grid: Grid,
  rowFrom: number,
  rowTo: number,
  xy: Float64Array,
  start: number,
  end: number,
  sign: number,
  pieces: Pieces,
): void {
  if (end - start < 3) return;
  const { x0, y0, size, columns } = grid;
  const perMetre = 1 / size;
  let { cells, values, weights, whole, lines, crossingX, changes } = pieces;
  let { count, crossings } = pieces;
  let px = xy[2 * end - 2]!;
  let py = xy[2 * end - 1]!;
  let rowP = Math.floor((py - y0) * perMetre);
  let columnP = Math.floor((px - x0) * perMetre);
  for (let i = 2 * start; i < 2 * end; i += 2) {
    const qx = xy[i]!;
    const qy = xy[i + 1]!;
    const rowQ = Math.floor((qy - y0) * perMetre);
    const columnQ = Math.floor((qx - x0) * perMetre);
    if (rowP === rowQ && columnP === columnQ) {
      // Most edges: within one cell.
      if (rowP >= rowFrom && rowP < rowTo && columnP >= 0 && columnP < columns && px !== qx) {
        if (count === cells.length) {
          pieces.count = count;
          growPieces(pieces, count + 1);
          ({ cells, values, weights, whole } = pieces);
        }
        const rightward = px < qx;
        cells[count] = rowP * columns + columnP;
        values[4 * count] = rightward ? px : qx;
        values[4 * count + 1] = rightward ? qx : px;
        values[4 * count + 2] = (rightward ? py : qy) - (y0 + rowP * size);
        values[4 * count + 3] = (qy - py) / (qx - px);
        weights[count] = rightward ? -sign : sign;
        whole[count] = 0;
        count++;
      }
    } else if ((rowP >= rowFrom || rowQ >= rowFrom) && (rowP < rowTo || rowQ < rowTo)) {
      // (Wholly below the rows: vanishes. Wholly above them: acts through crossings other edges make.)
      const up = rowQ > rowP;
      const slope = (qy - py) / (qx - px);
      // Rows outside the grid leave nothing; the walk starts and ends one row beyond it at most.
      let row = up ? Math.max(rowP, rowFrom - 1) : Math.min(rowP, rowTo);
      const last = up ? Math.min(rowQ, rowTo) : Math.max(rowQ, rowFrom - 1);
      const rowSpan = up ? last - row : row - last;
      if (crossings + rowSpan > lines.length) {
        pieces.crossings = crossings;
        growCrossings(pieces, crossings + rowSpan);
        ({ lines, crossingX, changes } = pieces);
      }
      let ax = px;
      let ay = py;
      for (; ; row += up ? 1 : -1) {
        let ex = qx;
        let ey = qy;
        if (row !== rowQ) {
          const line = up ? row + 1 : row;
          ey = y0 + line * size;
          let share = (ey - py) / (qy - py);
          if (share < 0) share = 0;
          else if (share > 1) share = 1;
          ex = px + (qx - px) * share;
          if (row !== last && line > rowFrom && line <= rowTo) {
            lines[crossings] = line;
            crossingX[crossings] = ex;
            changes[crossings] = up ? -sign : sign;
            crossings++;
          }
        }
        if (ax !== ex && row >= rowFrom && row < rowTo) {
          const rightward = ax < ex;
          let left = rightward ? ax : ex;
          const right = rightward ? ex : ax;
          let column = Math.floor((left - x0) * perMetre);
          let lastColumn = Math.floor((right - x0) * perMetre);
          if (column < columns && lastColumn >= 0) {
            const weight = rightward ? -sign : sign;
            let y = (rightward ? ay : ey) - (y0 + row * size);
            if (column < 0) {
              y += slope * (x0 - left);
              left = x0;
              column = 0;
            }
            if (lastColumn >= columns) lastColumn = columns - 1;
            if (count + (lastColumn - column) + 1 > cells.length) {
              pieces.count = count;
              growPieces(pieces, count + (lastColumn - column) + 1);
              ({ cells, values, weights, whole } = pieces);
            }
            let cell = row * columns + column;
            for (; column <= lastColumn; column++, cell++) {
              const border = x0 + (column + 1) * size;
              const stop = border < right ? border : right;
              if (stop > left) {
                cells[count] = cell;
                values[4 * count] = left;
                values[4 * count + 1] = stop;
                values[4 * count + 2] = y;
                values[4 * count + 3] = slope;
                weights[count] = weight;
                whole[count] = 0;
                count++;
                y += slope * (stop - left);
                left = stop;
              }
            }
          }
        }
        if (row === last) break;
        ax = ex;
        ay = ey;
      }
    }
    px = qx;
    py = qy;
    rowP = rowQ;
    columnP = columnQ;
  }
  pieces.count = count;
  pieces.crossings = crossings;
}

/** Sorts the crossings by line, then x. Returns the lowest and highest line; group l starts at lineStarts[l − lowest]. */
function sortCrossings(pieces: Pieces): [first: number, last: number] {
  const { crossings, lines, crossingX, changes, sortedX, sortedChanges, lineStarts } = pieces;
  let first = lines[0]!;
  let last = first;
  for (let i = 1; i < crossings; i++) {
    const line = lines[i]!;
    if (line < first) first = line;
    else if (line > last) last = line;
  }
  const groups = last - first + 1;
  lineStarts.fill(0, 0, groups + 1);
  for (let i = 0; i < crossings; i++) lineStarts[lines[i]! - first + 1]!++;
  for (let g = 0; g < groups; g++) lineStarts[g + 1]! += lineStarts[g]!;
  for (let i = 0; i < crossings; i++) {
    const at = lineStarts[lines[i]! - first]!++;
    sortedX[at] = crossingX[i]!;
    sortedChanges[at] = changes[i]!;
  }
  // Filling moved every start to the end of its group, which is the start of the next.
  for (let g = groups; g > 0; g--) lineStarts[g] = lineStarts[g - 1]!;
  lineStarts[0] = 0;
  for (let g = 0; g < groups; g++) sortGroup(sortedX, sortedChanges, lineStarts[g]!, lineStarts[g + 1]!);
  return [first, last];
}

/** Sorts keys[start … end) ascending, and values along with them: insertion sort for few, heap sort for many. */
function sortGroup(keys: Float64Array, values: Int8Array, start: number, end: number): void {
  const length = end - start;
  if (length <= 32) {
    for (let i = start + 1; i < end; i++) {
      const key = keys[i]!;
      const value = values[i]!;
      let j = i - 1;
      while (j >= start && keys[j]! > key) {
        keys[j + 1] = keys[j]!;
        values[j + 1] = values[j]!;
        j--;
      }
      keys[j + 1] = key;
      values[j + 1] = value;
    }
    return;
  }
  for (let root = (length >> 1) - 1; root >= 0; root--) siftDown(keys, values, start, root, length);
  for (let size = length - 1; size > 0; size--) {
    const key = keys[start]!;
    const value = values[start]!;
    keys[start] = keys[start + size]!;
    values[start] = values[start + size]!;
    keys[start + size] = key;
    values[start + size] = value;
    siftDown(keys, values, start, 0, size);
  }
}

function siftDown(keys: Float64Array, values: Int8Array, start: number, root: number, size: number): void {
  const key = keys[start + root]!;
  const value = values[start + root]!;
  let hole = root;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= size) break;
    if (child + 1 < size && keys[start + child + 1]! > keys[start + child]!) child++;
    if (keys[start + child]! <= key) break;
    keys[start + hole] = keys[start + child]!;
    values[start + hole] = values[start + child]!;
    hole = child;
  }
  keys[start + hole] = key;
  values[start + hole] = value;
}

/** Tops under one grid line: where the polygon covers the line, the cells of the row below it are covered up to their top. */
function cutTops(grid: Grid, line: number, firstLine: number, pieces: Pieces): void {
  const { x0, size, columns } = grid;
  const perMetre = 1 / size;
  const { sortedX, sortedChanges, lineStarts } = pieces;
  const start = lineStarts[line - firstLine]!;
  const end = lineStarts[line - firstLine + 1]!;
  let { cells, values, weights, whole } = pieces;
  let count = pieces.count;
  let covered = 0;
  for (let i = start; i + 1 < end; i++) {
    covered += sortedChanges[i]!;
    const right = sortedX[i + 1]!;
    let left = sortedX[i]!;
    if (covered === 0 || !(right > left)) continue;
    let column = Math.floor((left - x0) * perMetre);
    let lastColumn = Math.floor((right - x0) * perMetre);
    if (column >= columns || lastColumn < 0) continue;
    if (column < 0) {
      column = 0;
      left = x0;
    }
    if (lastColumn >= columns) lastColumn = columns - 1;
    if (count + (lastColumn - column) + 1 > cells.length) {
      pieces.count = count;
      growPieces(pieces, count + (lastColumn - column) + 1);
      ({ cells, values, weights, whole } = pieces);
    }
    let cell = (line - 1) * columns + column;
    for (; column <= lastColumn; column++, cell++) {
      const border = x0 + (column + 1) * size;
      const stop = border < right ? border : right;
      if (stop > left) {
        cells[count] = cell;
        values[4 * count] = left;
        values[4 * count + 1] = stop;
        values[4 * count + 2] = size;
        values[4 * count + 3] = 0;
        weights[count] = covered;
        whole[count] = left === x0 + column * size && stop === border ? 1 : 0;
        count++;
        left = stop;
      }
    }
  }
  pieces.count = count;
}
