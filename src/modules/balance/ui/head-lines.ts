import type { Localized } from '../../../kernel/index.ts';
import type { Column } from '../table.ts';

export interface HeadCell {
  readonly key: string;
  readonly text: string;
  readonly columns: number;
  readonly rows: number;
}

/**
 * The lines of a table head: equal neighbours become one cell across, a head with fewer lines than others reaches down
 * to the figures. Neighbours are equal only where everything above them is, so that no cell straddles two groups.
 */
export function headLines(
  columns: readonly Column[],
  pick: (text: Localized) => string,
): readonly (readonly HeadCell[])[] {
  const depth = Math.max(1, ...columns.map((column) => column.head.length));
  const path = (column: Column, line: number): string =>
    column.head
      .slice(0, line + 1)
      .map((text) => pick(text))
      .join('\u0000');
  const lines: HeadCell[][] = [];
  for (let line = 0; line < depth; line++) {
    const cells: HeadCell[] = [];
    for (let at = 0; at < columns.length; ) {
      const column = columns[at]!;
      if (line >= column.head.length) {
        at++;
        continue;
      }
      const isLast = line === column.head.length - 1;
      let end = at + 1;
      while (
        !isLast &&
        end < columns.length &&
        line < columns[end]!.head.length - 1 &&
        path(columns[end]!, line) === path(column, line)
      ) {
        end++;
      }
      cells.push({
        key: column.id,
        text: pick(column.head[line]!),
        columns: end - at,
        rows: isLast ? depth - line : 1,
      });
      at = end;
    }
    lines.push(cells);
  }
  return lines;
}
