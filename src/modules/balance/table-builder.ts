import type { AreaDm2, Localized } from '../../kernel/index.ts';
import { assert } from '../../kernel/index.ts';
import type { ContributionList, Contributions } from './contributions.ts';
import { contributionList } from './contributions.ts';
import type { BalanceTable, Cell, Column, Row } from './table.ts';

/** A row as it is laid out: an item of its own, or the sum of items. */
export interface RowLayout extends Row {
  /** Ids of the items a total or subtotal sums; absent on items. */
  readonly sums?: readonly string[];
  /** What its text columns say, by column id. */
  readonly texts?: Readonly<Record<string, Localized | string>>;
}

/** A column as it is laid out. */
export type ColumnLayout = { readonly id: string; readonly head: readonly Localized[] } & (
  | { readonly kind: 'text' }
  /** Areas counted straight from shares. */
  | { readonly kind: 'area' }
  /** Sums (+1) and differences (−1) of area columns. */
  | { readonly kind: 'sum'; readonly of: readonly (readonly [column: string, sign: 1 | -1])[] }
  /** Share of a column's total, in per cent. */
  | { readonly kind: 'share'; readonly of: string; readonly totalRow: string }
  /** Any cell, given by `mixedCells`. */
  | { readonly kind: 'mixed' }
);

export interface TableLayout {
  readonly id: string;
  readonly title: Localized;
  readonly rows: readonly RowLayout[];
  readonly columns: readonly ColumnLayout[];
  readonly notes?: readonly Localized[];
  /** Rows that hold nothing are left out, those named here excepted. */
  readonly keepEmptyRows?: boolean;
}

/** A finished table, the shares behind it and how its rows and columns are summed. */
export interface TracedTable {
  readonly table: BalanceTable;
  readonly contributions: Contributions;
  /** Base rows of every row, with indexes into the table's own rows as the contributions use them. */
  readonly rowItems: readonly (readonly number[])[];
  readonly columnItems: readonly (readonly (readonly [column: number, sign: 1 | -1])[])[];
}

/** Cells of mixed columns and of figure rows; undefined leaves the cell as summed. */
export type MixedCells = (row: string, column: string) => Cell | undefined;

/** A table being filled. */
export interface TableBuilder {
  /** Books a share to an item row and an area column; unknown ids are programmer mistakes. */
  add(row: string, column: string, parcel: number, plot: number, areaDm2: AreaDm2): void;
  /**
   * Sums, checks and returns the table. `expected` holds totals known from elsewhere, by column id: the sum of the items
   * must meet every one of them, or the run stops.
   */
  finish(expected: Readonly<Record<string, AreaDm2>> | null, mixedCells?: MixedCells): TracedTable;
}

/** Starts a table with every row and column it may need. */
export function tableBuilder(layout: TableLayout): TableBuilder {
  const list: ContributionList = contributionList();
  const rowIndex = new Map(layout.rows.map((row, i) => [row.id, i]));
  const columnIndex = new Map(layout.columns.map((column, i) => [column.id, i]));
  assert(rowIndex.size === layout.rows.length, `${layout.id}: two rows with one id`);
  assert(columnIndex.size === layout.columns.length, `${layout.id}: two columns with one id`);
  const width = layout.columns.length;
  const base = new Float64Array(layout.rows.length * width);
  return {
    add(row, column, parcel, plot, areaDm2) {
      const r = rowIndex.get(row);
      const c = columnIndex.get(column);
      assert(r !== undefined && layout.rows[r]!.sums === undefined, `${layout.id}: no item row ${row}`);
      assert(c !== undefined && layout.columns[c]!.kind === 'area', `${layout.id}: no area column ${column}`);
      list.add(r, c, parcel, plot, areaDm2);
      base[r * width + c] = base[r * width + c]! + areaDm2;
    },
    finish(expected, mixedCells) {
      return finishTable(layout, rowIndex, columnIndex, base, list.finish(), expected, mixedCells);
    },
  };
}

function finishTable(
  layout: TableLayout,
  rowIndex: ReadonlyMap<string, number>,
  columnIndex: ReadonlyMap<string, number>,
  base: Float64Array,
  shares: Contributions,
  expected: Readonly<Record<string, AreaDm2>> | null,
  mixedCells: MixedCells | undefined,
): TracedTable {
  const width = layout.columns.length;
  const rowItems = layout.rows.map((row, i) => row.sums?.map((id) => indexOf(rowIndex, id, layout.id)) ?? [i]);
  const columnItems = layout.columns.map((column, i): (readonly [number, 1 | -1])[] =>
    column.kind === 'area'
      ? [[i, 1]]
      : column.kind === 'sum'
        ? column.of.map(([id, sign]) => [indexOf(columnIndex, id, layout.id), sign] as const)
        : [],
  );
  const areaAt = (row: number, column: number): AreaDm2 => {
    let sum = 0;
    for (const r of rowItems[row]!) for (const [c, sign] of columnItems[column]!) sum += sign * base[r * width + c]!;
    return sum;
  };
  let residual = 0;
  if (expected !== null) {
    const items = layout.rows.flatMap((row, i) => (row.role === 'item' ? [i] : []));
    for (const [id, total] of Object.entries(expected)) {
      const column = indexOf(columnIndex, id, layout.id);
      residual += Math.abs(total - items.reduce((sum, row) => sum + areaAt(row, column), 0));
    }
    assert(residual === 0, `${layout.id}: the table does not close, residual ${residual} dm²`);
  }
  const cells = layout.rows.map((row, r) =>
    layout.columns.map((column, c): Cell => {
      if (column.kind === 'text') return textCell(row.texts?.[column.id]);
      const given = mixedCells?.(row.id, column.id);
      if (given !== undefined) return given;
      if (column.kind === 'mixed' || row.role === 'figure') return null;
      if (column.kind === 'share') {
        const of = indexOf(columnIndex, column.of, layout.id);
        const whole = areaAt(indexOf(rowIndex, column.totalRow, layout.id), of);
        if (whole === 0) return null;
        return { kind: 'ratio', numerator: areaAt(r, of), denominator: whole, decimals: 2, percent: true };
      }
      return { kind: 'area', dm2: areaAt(r, c) };
    }),
  );
  const shown = layout.rows.map(
    (row, r) =>
      layout.keepEmptyRows === true ||
      row.role === 'total' ||
      row.role === 'figure' ||
      cells[r]!.some((cell) => cell !== null && ((cell.kind === 'area' && cell.dm2 !== 0) || cell.kind === 'count')),
  );
  const kept = layout.rows.flatMap((_, r) => (shown[r]! ? [r] : []));
  const newIndex = new Map(kept.map((old, now) => [old, now]));
  const table: BalanceTable = {
    id: layout.id,
    title: layout.title,
    rows: kept.map((r): Row => {
      const { id, label, level, role } = layout.rows[r]!;
      return { id, label, level, role };
    }),
    columns: layout.columns.map(
      (column): Column => ({
        id: column.id,
        head: column.head,
        kind: column.kind === 'sum' ? 'area' : column.kind === 'share' ? 'ratio' : column.kind,
      }),
    ),
    cells: kept.map((r) => cells[r]!),
    residualDm2: expected === null ? null : residual,
    notes: layout.notes ?? [],
  };
  // A row left out holds only zeros or shares that cancel inside one cell; those that do not cancel keep it in.
  const live: number[] = [];
  shares.rows.forEach((row, i) => {
    if (newIndex.has(row)) live.push(i);
  });
  return {
    table,
    contributions: {
      rows: Uint16Array.from(live, (i) => newIndex.get(shares.rows[i]!)!),
      columns: Uint16Array.from(live, (i) => shares.columns[i]!),
      parcels: Int32Array.from(live, (i) => shares.parcels[i]!),
      plots: Int32Array.from(live, (i) => shares.plots[i]!),
      areasDm2: Float64Array.from(live, (i) => shares.areasDm2[i]!),
    },
    rowItems: kept.map((r) => rowItems[r]!.flatMap((item) => newIndex.get(item) ?? [])),
    columnItems,
  };
}

function indexOf(index: ReadonlyMap<string, number>, id: string, table: string): number {
  const found = index.get(id);
  assert(found !== undefined, `${table}: no row or column ${id}`);
  return found;
}

function textCell(text: Localized | string | undefined): Cell {
  if (text === undefined || text === '') return null;
  return { kind: 'text', text: typeof text === 'string' ? { zh: text, en: text } : text };
}
