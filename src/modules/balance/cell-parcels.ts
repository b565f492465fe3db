import type { AreaDm2 } from '../../kernel/index.ts';
import type { TracedTable } from './table-builder.ts';

/** A parcel's share of a cell; negative where a difference takes it away. */
export interface CellShare {
  /** Index into the reached parcels; −1: land no parcel covers. */
  readonly parcel: number;
  /** Index of the plot behind it; −1: none. */
  readonly plot: number;
  readonly areaDm2: AreaDm2;
}

/**
 * The shares a cell is made of, largest first (then by parcel, plot); they add up to the figure in the table. Undefined
 * where the table has no such row or column, empty where the cell is not made of areas.
 */
export function cellShares(traced: TracedTable, rowId: string, columnId: string): CellShare[] | undefined {
  const row = traced.table.rows.findIndex((candidate) => candidate.id === rowId);
  const column = traced.table.columns.findIndex((candidate) => candidate.id === columnId);
  if (row < 0 || column < 0) return undefined;
  const rows = new Set(traced.rowItems[row]);
  const signs = new Map(traced.columnItems[column]);
  const sums = new Map<string, { parcel: number; plot: number; areaDm2: number }>();
  const { rows: ofRow, columns: ofColumn, parcels, plots, areasDm2 } = traced.contributions;
  for (let i = 0; i < areasDm2.length; i++) {
    const sign = signs.get(ofColumn[i]!);
    if (sign === undefined || !rows.has(ofRow[i]!)) continue;
    const key = `${parcels[i]!},${plots[i]!}`;
    const share = sums.get(key);
    if (share === undefined) sums.set(key, { parcel: parcels[i]!, plot: plots[i]!, areaDm2: sign * areasDm2[i]! });
    else share.areaDm2 += sign * areasDm2[i]!;
  }
  return [...sums.values()]
    .filter((share) => share.areaDm2 !== 0)
    .sort((a, b) => b.areaDm2 - a.areaDm2 || a.parcel - b.parcel || a.plot - b.plot);
}

/** Every item cell a parcel has a share of: the way back from the map. */
export function cellsOfParcel(
  traced: TracedTable,
  parcel: number,
): { row: string; column: string; areaDm2: AreaDm2 }[] {
  const { rows, columns, parcels, areasDm2 } = traced.contributions;
  const found = new Map<string, { row: string; column: string; areaDm2: number }>();
  for (let i = 0; i < areasDm2.length; i++) {
    if (parcels[i] !== parcel) continue;
    const row = traced.table.rows[rows[i]!]!.id;
    const column = traced.table.columns[columns[i]!]!.id;
    const cell = found.get(`${row} ${column}`);
    if (cell === undefined) found.set(`${row} ${column}`, { row, column, areaDm2: areasDm2[i]! });
    else cell.areaDm2 += areasDm2[i]!;
  }
  return [...found.values()];
}
