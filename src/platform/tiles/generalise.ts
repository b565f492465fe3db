import { boxOfTile, EXTENT, project, type TileAddress } from './tile-grid.ts';

/** Cells of the coarse grid in which small features are gathered: two screen pixels. */
export const CELLS = 256;

/** How much of a class lies in one cell: column from the west, row from the south (rows of equal latitude). */
export interface CellShare {
  readonly column: number;
  readonly row: number;
  readonly class: string | null;
  readonly weight: number;
}

/**
 * Features too small to be seen one by one are drawn as what prevails in each cell of a grid: rectangles by class, cells
 * of a row joined where the class goes on. Rings are in tile units, ready to be encoded, one list a class.
 */
export function rectanglesByClass(tile: TileAddress, shares: readonly CellShare[]): Map<string | null, number[][]> {
  const prevailing = new Map<number, CellShare>();
  for (const share of shares) {
    if (share.column < 0 || share.column >= CELLS || share.row < 0 || share.row >= CELLS) continue;
    const key = share.row * CELLS + share.column;
    const held = prevailing.get(key);
    if (
      held === undefined ||
      share.weight > held.weight ||
      (share.weight === held.weight && before(share.class, held.class))
    ) {
      prevailing.set(key, share);
    }
  }
  const edges = rowEdges(tile);
  const width = EXTENT / CELLS;
  const byClass = new Map<string | null, number[][]>();
  for (const key of [...prevailing.keys()].sort((a, b) => a - b)) {
    const { column, row, class: code } = prevailing.get(key)!;
    const previous = column > 0 ? prevailing.get(key - 1) : undefined;
    if (previous !== undefined && previous.class === code) continue;
    let end = column + 1;
    while (end < CELLS && prevailing.get(row * CELLS + end)?.class === code) end++;
    const bottom = edges[row]!;
    const top = edges[row + 1]!;
    if (top === bottom) continue;
    const rings = byClass.get(code) ?? [];
    byClass.set(code, rings);
    rings.push([column * width, top, end * width, top, end * width, bottom, column * width, bottom]);
  }
  return byClass;
}

function before(a: string | null, b: string | null): boolean {
  return (a ?? '') < (b ?? '');
}

/** The y of the edges between the rows of latitude, from the south. */
function rowEdges(tile: TileAddress): number[] {
  const [west, south, , north] = boxOfTile(tile);
  const point = new Float64Array(2);
  return Array.from({ length: CELLS + 1 }, (_, i) => {
    project(tile, west, south + ((north - south) * i) / CELLS, point, 0);
    return Math.round(point[1]!);
  });
}
