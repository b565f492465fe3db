import type { Language } from '../../kernel/index.ts';
import { localized } from '../../kernel/index.ts';
import type { AreaUnit, BalanceTable, Cell } from '../balance/index.ts';

/** A printed column: which column of the table it shows, in which unit, and its head from the top line down. */
export interface GridColumn {
  readonly column: number;
  readonly unit: AreaUnit;
  readonly kind: BalanceTable['columns'][number]['kind'];
  readonly head: readonly string[];
}

/** One head cell and how far it reaches; 0-based within the head. */
export interface HeadCell {
  readonly text: string;
  readonly row: number;
  readonly column: number;
  readonly rowSpan: number;
  readonly columnSpan: number;
}

/** A table laid out for paper: columns in their units, heads joined, cells by printed column. */
export interface TableGrid {
  readonly columns: readonly GridColumn[];
  readonly headDepth: number;
  readonly head: readonly HeadCell[];
}

const UNIT_WORDS = {
  m2: localized('平方米', 'm²'),
  hectare: localized('公顷', 'ha'),
  mu: localized('亩', 'mu'),
} as const;

/** Tables with more area columns than this show their units one under the other instead of side by side. */
export const SIDE_BY_SIDE = 12;

export function areaColumnCount(table: BalanceTable): number {
  return table.columns.filter(({ kind }) => kind === 'area').length;
}

/** Lays a table out: with several units every area column stands once a unit, side by side. */
export function tableGrid(table: BalanceTable, units: readonly AreaUnit[], language: Language): TableGrid {
  const columns = table.columns.flatMap((column, index): GridColumn[] => {
    const head = column.head.map((part) => part[language]);
    if (column.kind !== 'area') return [{ column: index, unit: 'hectare', kind: column.kind, head }];
    return units.map((unit) => ({
      column: index,
      unit,
      kind: 'area' as const,
      head: units.length > 1 ? [...head, UNIT_WORDS[unit][language]] : head,
    }));
  });
  const headDepth = Math.max(1, ...columns.map(({ head }) => head.length));
  return { columns, headDepth, head: joinHeads(columns, headDepth) };
}

/** Joins equal neighbours of a line under equal heads, and lets a head that ends early reach the bottom. */
function joinHeads(columns: readonly GridColumn[], depth: number): HeadCell[] {
  const cells: HeadCell[] = [];
  for (let row = 0; row < depth; row++) {
    for (let column = 0; column < columns.length; ) {
      const { head } = columns[column]!;
      let to = column + 1;
      if (row < head.length) {
        const last = row === head.length - 1;
        while (!last && to < columns.length && sameHead(head, columns[to]!.head, row)) to++;
        cells.push({ text: head[row]!, row, column, rowSpan: last ? depth - row : 1, columnSpan: to - column });
      }
      column = to;
    }
  }
  return cells;
}

function sameHead(a: readonly string[], b: readonly string[], row: number): boolean {
  return b.length > row + 1 && a.slice(0, row + 1).every((part, i) => part === b[i]);
}

/** The unit line of a table: 单位：公顷、亩. */
export function unitLine(table: BalanceTable, units: readonly AreaUnit[], language: Language): string {
  if (areaColumnCount(table) === 0 && !table.columns.some(({ kind }) => kind === 'mixed')) return '';
  const names = units.map((unit) => UNIT_WORDS[unit][language]);
  return language === 'zh' ? `单位：${names.join('、')}` : `Unit: ${names.join(', ')}`;
}

/** A copy without the columns no land falls under (heads of the form that stay empty); for narrow paper. */
export function withoutEmptyColumns(table: BalanceTable): { readonly table: BalanceTable; readonly left: number } {
  const holds = (cell: Cell): boolean => cell !== null && (cell.kind !== 'area' || cell.dm2 !== 0);
  const kept = table.columns.flatMap((column, c) =>
    column.kind !== 'area' || column.head.length === 1 || table.cells.some((row) => holds(row[c]!)) ? [c] : [],
  );
  return {
    left: table.columns.length - kept.length,
    table: {
      ...table,
      columns: kept.map((c) => table.columns[c]!),
      cells: table.cells.map((row) => kept.map((c) => row[c]!)),
    },
  };
}
