/** Width on a terminal: a Chinese character takes two columns. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += isWide(character.codePointAt(0)!) ? 2 : 1;
  return width;
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe4f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** A column: its head, and on which side its cells stand. */
export interface TextColumn {
  readonly head: string;
  readonly align: 'left' | 'right';
  /** Longer cells are cut with an ellipsis. */
  readonly most?: number;
}

/** Rows as aligned lines under a ruled head. Control characters of data never reach the terminal. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => columns.map((column, c) => cut(clean(row[c] ?? ''), column.most)));
  const widths = columns.map(({ head }, c) =>
    cells.reduce((widest, row) => Math.max(widest, displayWidth(row[c]!)), displayWidth(head)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, c) => {
        const space = ' '.repeat(widths[c]! - displayWidth(text));
        return columns[c]!.align === 'right' ? space + text : text + space;
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return `${[line(columns.map(({ head }) => head)), rule, ...cells.map(line)].join('\n')}\n`;
}

function clean(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

function cut(text: string, most: number | undefined): string {
  if (most === undefined || displayWidth(text) <= most) return text;
  let width = 0;
  let kept = '';
  for (const character of text) {
    width += displayWidth(character);
    if (width > most - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
