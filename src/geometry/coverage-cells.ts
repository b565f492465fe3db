import type { FreeEdges } from './coverage-edges.ts';

/** Edges of the boundary and of the layer cut along a grid, ready to be walked cell by cell. */
export interface CoverageCells {
  readonly x0: number;
  readonly y0: number;
  readonly size: number;
  readonly columns: number;
  readonly rows: number;
  /** Pieces of cell c: cellStarts[c] … cellStarts[c + 1], as indexes into the piece arrays. */
  readonly cellStarts: Uint32Array;
  readonly pieceOrder: Uint32Array;
  /** x left, y left, x right, y right per piece (a vertical piece has x left = x right). */
  readonly pieces: Float64Array;
  /** +1 where what lies below counts, −1 where it is taken away, 0 for vertical pieces. */
  readonly weights: Int8Array;
  /** Edge of each piece: edges of the layer first, those of the boundary after them. */
  readonly pieceEdges: Uint32Array;
  /** Crossings with line l (0 … rows): lineStarts[l] … lineStarts[l + 1], by x. */
  readonly lineStarts: Uint32Array;
  readonly crossingX: Float64Array;
  readonly crossingChanges: Int8Array;
  /** 1 where the crossing edge belongs to the boundary. */
  readonly crossingIsBoundary: Uint8Array;
}

/** Share of a cell by which the grid is moved, so that round coordinates do not fall on its lines. */
const OFFSET = 0.381966;

/** Cuts edges along a grid of about as many cells as there are edges, one empty cell wide around them. */
export function cutFreeEdges(layer: FreeEdges, boundary: FreeEdges): CoverageCells {
  const total = layer.count + boundary.count;
  let minX = Infinity;
  let minY = Infinity;
  let maxX = -Infinity;
  let maxY = -Infinity;
  for (const { ends } of [layer, boundary]) {
    for (let i = 0; i < ends.length; i += 2) {
      minX = Math.min(minX, ends[i]!);
      maxX = Math.max(maxX, ends[i]!);
      minY = Math.min(minY, ends[i + 1]!);
      maxY = Math.max(maxY, ends[i + 1]!);
    }
  }
  const width = Math.max(maxX - minX, 1e-3);
  const height = Math.max(maxY - minY, 1e-3);
  const wanted = Math.min(2_000_000, Math.max(16, total));
  const size = Math.max(Math.sqrt((width * height) / wanted), Math.max(width, height) / 20_000);
  const columns = Math.floor(width / size) + 3;
  const rows = Math.floor(height / size) + 3;
  const x0 = minX - size * (1 + OFFSET);
  const y0 = minY - size * (1 + OFFSET);

  const growing = { cells: [] as number[], pieces: [] as number[], weights: [] as number[], edges: [] as number[] };
  const crossings = { line: [] as number[], x: [] as number[], change: [] as number[], boundary: [] as number[] };
  for (let e = 0; e < total; e++) {
    const isBoundary = e >= layer.count;
    const ends = isBoundary ? boundary.ends : layer.ends;
    const at = 4 * (isBoundary ? e - layer.count : e);
    cutEdge(ends[at]!, ends[at + 1]!, ends[at + 2]!, ends[at + 3]!, e, isBoundary);
  }
  return {
    x0,
    y0,
    size,
    columns,
    rows,
    ...groupByCell(growing.cells, columns * rows),
    pieces: Float64Array.from(growing.pieces),
    weights: Int8Array.from(growing.weights),
    pieceEdges: Uint32Array.from(growing.edges),
    ...sortByLine(crossings, rows),
  };

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
        crossings.line.push(line);
        crossings.x.push(ex);
        crossings.change.push(up ? -1 : 1);
        crossings.boundary.push(isBoundary ? 1 : 0);
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
        growing.cells.push(row * columns + column);
        growing.pieces.push(x, y, stop, stopY);
        growing.weights.push(weight);
        growing.edges.push(edge);
      }
      x = stop;
      y = stopY;
    }
  }
}

function groupByCell(
  cells: readonly number[],
  cellCount: number,
): { cellStarts: Uint32Array; pieceOrder: Uint32Array } {
  const cellStarts = new Uint32Array(cellCount + 1);
  for (const cell of cells) cellStarts[cell + 1]!++;
  for (let c = 0; c < cellCount; c++) cellStarts[c + 1]! += cellStarts[c]!;
  const next = cellStarts.slice();
  const pieceOrder = new Uint32Array(cells.length);
  cells.forEach((cell, i) => {
    pieceOrder[next[cell]!++] = i;
  });
  return { cellStarts, pieceOrder };
}

function sortByLine(
  crossings: { line: number[]; x: number[]; change: number[]; boundary: number[] },
  rows: number,
): Pick<CoverageCells, 'lineStarts' | 'crossingX' | 'crossingChanges' | 'crossingIsBoundary'> {
  const order = Uint32Array.from(crossings.line.keys());
  order.sort((a, b) => crossings.line[a]! - crossings.line[b]! || crossings.x[a]! - crossings.x[b]! || a - b);
  const lineStarts = new Uint32Array(rows + 2);
  for (const line of crossings.line) lineStarts[line + 1]!++;
  for (let l = 0; l <= rows; l++) lineStarts[l + 1]! += lineStarts[l]!;
  return {
    lineStarts,
    crossingX: Float64Array.from(order, (i) => crossings.x[i]!),
    crossingChanges: Int8Array.from(order, (i) => crossings.change[i]!),
    crossingIsBoundary: Uint8Array.from(order, (i) => crossings.boundary[i]!),
  };
}
