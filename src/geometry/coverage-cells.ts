import type { FreeEdges } from './coverage-edges.ts';

/** Edges of the boundary and of the layer cut along a grid, ready to be walked cell by cell. */
export interface CoverageCells {
  readonly x0: number;
  readonly y0: number;
  readonly size: number;
  readonly columns: number;
  readonly rows: number;
  /** Pieces of cell c: cellStarts[c] … cellStarts[c + 1], in order of their edges. */
  readonly cellStarts: Uint32Array;
  /** x left, y left, x right, y right per piece (a vertical piece has x left = x right). */
  readonly pieces: Float64Array;
  /** +1 where what lies below counts, −1 where it is taken away, 0 for vertical pieces. */
  readonly weights: Int8Array;
  /** Edge of each piece: edges of the layer first, those of the boundary after them. */
  readonly pieceEdges: Uint32Array;
  /** Crossings with line l (0 … rows): lineStarts[l] … lineStarts[l + 1], by x. */
  readonly lineStarts: Uint32Array;
  readonly crossingX: Float64Array;
  /** Change of the covering to the right of the crossing: ±1, and ±2 where the edge belongs to the boundary. */
  readonly crossingChanges: Int8Array;
}

export interface CoverageGrid {
  readonly x0: number;
  readonly y0: number;
  readonly size: number;
  readonly columns: number;
  readonly rows: number;
}

/** Share of a cell by which the grid is moved, so that round coordinates do not fall on its lines. */
const OFFSET = 0.381966;

/** A grid of about as many cells as there are edges, one empty cell wide around them. */
export function coverageGrid(
  edges: number,
  [minX, minY, maxX, maxY]: readonly [number, number, number, number],
): CoverageGrid {
  const width = Math.max(maxX - minX, 1e-3);
  const height = Math.max(maxY - minY, 1e-3);
  const wanted = Math.min(2_000_000, Math.max(16, edges));
  const size = Math.max(Math.sqrt((width * height) / wanted), Math.max(width, height) / 20_000);
  return {
    x0: minX - size * (1 + OFFSET),
    y0: minY - size * (1 + OFFSET),
    size,
    columns: Math.floor(width / size) + 3,
    rows: Math.floor(height / size) + 3,
  };
}

function boxOf(...sets: readonly FreeEdges[]): [number, number, number, number] {
  let minX = Infinity;
  let minY = Infinity;
  let maxX = -Infinity;
  let maxY = -Infinity;
  for (const { ends } of sets) {
    for (let i = 0; i < ends.length; i += 2) {
      minX = Math.min(minX, ends[i]!);
      maxX = Math.max(maxX, ends[i]!);
      minY = Math.min(minY, ends[i + 1]!);
      maxY = Math.max(maxY, ends[i + 1]!);
    }
  }
  return [minX, minY, maxX, maxY];
}

/** Cuts edges along the grid: once to count what every cell and line gets, once more to put it there. */
export function cutFreeEdges(layer: FreeEdges, boundary: FreeEdges): CoverageCells {
  const total = layer.count + boundary.count;
  const grid = coverageGrid(total, boxOf(layer, boundary));
  const { x0, y0, size, columns, rows } = grid;
  const cellStarts = new Uint32Array(columns * rows + 1);
  const lineStarts = new Uint32Array(rows + 2);
  let isCounting = true;
  let pieces = new Float64Array(0);
  let weights = new Int8Array(0);
  let pieceEdges = new Uint32Array(0);
  let crossingX = new Float64Array(0);
  let crossingChanges = new Int8Array(0);
  cutAll();
  addUp(cellStarts);
  addUp(lineStarts);
  const pieceCount = cellStarts[columns * rows]!;
  pieces = new Float64Array(4 * pieceCount);
  weights = new Int8Array(pieceCount);
  pieceEdges = new Uint32Array(pieceCount);
  crossingX = new Float64Array(lineStarts[rows + 1]!);
  crossingChanges = new Int8Array(lineStarts[rows + 1]!);
  isCounting = false;
  cutAll();
  // Filling moved every start to the next one.
  backToStarts(cellStarts);
  backToStarts(lineStarts);
  for (let l = 0; l <= rows; l++) sortByX(crossingX, crossingChanges, lineStarts[l]!, lineStarts[l + 1]!);
  return { ...grid, cellStarts, pieces, weights, pieceEdges, lineStarts, crossingX, crossingChanges };

  function cutAll(): void {
    for (let e = 0; e < total; e++) {
      const isBoundary = e >= layer.count;
      const ends = isBoundary ? boundary.ends : layer.ends;
      const at = 4 * (isBoundary ? e - layer.count : e);
      cutEdge(ends[at]!, ends[at + 1]!, ends[at + 2]!, ends[at + 3]!, e, isBoundary);
    }
  }

  function cutEdge(px: number, py: number, qx: number, qy: number, edge: number, isBoundary: boolean): void {
    const rowP = Math.floor((py - y0) / size);
    const rowQ = Math.floor((qy - y0) / size);
    const up = rowQ > rowP;
    let ax = px;
    let ay = py;
    for (let row = rowP; ; row += up ? 1 : -1) {
      let ex = qx;
      let ey = qy;
      if (row !== rowQ) {
        const line = up ? row + 1 : row;
        ey = y0 + line * size;
        ex = px + (qx - px) * Math.min(1, Math.max(0, (ey - py) / (qy - py)));
        if (isCounting) {
          lineStarts[line + 1]!++;
        } else {
          const to = lineStarts[line]!++;
          crossingX[to] = ex;
          crossingChanges[to] = (up ? -1 : 1) * (isBoundary ? 2 : 1);
        }
      }
      cutInRow(row, ax, ay, ex, ey, edge);
      if (row === rowQ) return;
      ax = ex;
      ay = ey;
    }
  }

  function cutInRow(row: number, ax: number, ay: number, ex: number, ey: number, edge: number): void {
    const weight = ax < ex ? -1 : ax > ex ? 1 : 0;
    const leftX = ax < ex ? ax : ex;
    const leftY = ax < ex ? ay : ey;
    const rightX = ax < ex ? ex : ax;
    const rightY = ax < ex ? ey : ay;
    const last = Math.floor((rightX - x0) / size);
    let x = leftX;
    let y = leftY;
    for (let column = Math.floor((leftX - x0) / size); column <= last; column++) {
      const border = x0 + (column + 1) * size;
      const stop = border < rightX ? border : rightX;
      const stopY = stop === rightX ? rightY : leftY + ((rightY - leftY) * (stop - leftX)) / (rightX - leftX);
      if (weight === 0 || stop > x) {
        const cell = row * columns + column;
        if (isCounting) {
          cellStarts[cell + 1]!++;
        } else {
          const to = cellStarts[cell]!++;
          pieces[4 * to] = x;
          pieces[4 * to + 1] = y;
          pieces[4 * to + 2] = stop;
          pieces[4 * to + 3] = stopY;
          weights[to] = weight;
          pieceEdges[to] = edge;
        }
      }
      x = stop;
      y = stopY;
    }
  }
}

function addUp(starts: Uint32Array): void {
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
}

function backToStarts(starts: Uint32Array): void {
  starts.copyWithin(1, 0, starts.length - 1);
  starts[0] = 0;
}

/** Sorts the crossings from … to by x. Those at one x count together, in whatever order. */
function sortByX(x: Float64Array, changes: Int8Array, from: number, to: number): void {
  const order = Uint32Array.from({ length: to - from }, (_, i) => from + i);
  order.sort((a, b) => x[a]! - x[b]!);
  const sortedX = Float64Array.from(order, (i) => x[i]!);
  const sortedChanges = Int8Array.from(order, (i) => changes[i]!);
  x.set(sortedX, from);
  changes.set(sortedChanges, from);
}
