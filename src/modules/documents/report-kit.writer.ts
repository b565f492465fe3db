import {
  AlignmentType,
  BorderStyle,
  HeadingLevel,
  LineRuleType,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TextRun,
  VerticalAlign,
  WidthType,
} from 'docx';
import type { TableRow } from 'docx';

/** Fonts of GB/T 9704-2012: title 小标宋, headings 黑体, body 仿宋. A machine without them falls back to its own Song. */
export const FONTS = {
  title: { ascii: 'Times New Roman', hAnsi: 'Times New Roman', eastAsia: '方正小标宋简体' },
  heading: { ascii: 'Times New Roman', hAnsi: 'Times New Roman', eastAsia: '黑体' },
  body: { ascii: 'Times New Roman', hAnsi: 'Times New Roman', eastAsia: '仿宋' },
  table: { ascii: 'Times New Roman', hAnsi: 'Times New Roman', eastAsia: '宋体' },
} as const;

/** GB/T 9704-2012 §5: A4, 37 mm above, 28 mm left; 156 × 225 mm of text. Twentieths of a point. */
export const A4 = { width: 11_906, height: 16_838 };
export const A3 = { width: 16_838, height: 23_811 };
export const MARGINS = { top: 2_098, left: 1_588, right: 1_474, bottom: 1_985 };
export const WIDE_MARGINS = { top: 1_134, left: 1_134, right: 1_134, bottom: 1_134 };
/** Lines 28 points apart, body 16 points (三号). */
export const LINE = 560;
export const SIZES = { title: 44, heading: 32, body: 32, caption: 24, table: 18, small: 15 } as const;

/** A heading of the first level: 黑体, kept with what follows. */
export function heading(text: string): Paragraph {
  return new Paragraph({
    heading: HeadingLevel.HEADING_1,
    spacing: { before: 240, after: 120, line: LINE, lineRule: LineRuleType.EXACT },
    keepNext: true,
    children: [new TextRun({ text, font: FONTS.heading, size: SIZES.heading, color: '000000' })],
  });
}

/** A paragraph of running text. */
export function body(text: string): Paragraph {
  return new Paragraph({
    indent: { firstLine: 640 },
    spacing: { line: LINE, lineRule: LineRuleType.EXACT },
    alignment: AlignmentType.BOTH,
    children: [new TextRun({ text, font: FONTS.body, size: SIZES.body })],
  });
}

const EDGE = { style: BorderStyle.SINGLE, size: 4, color: '000000' };
const EDGES = { top: EDGE, bottom: EDGE, left: EDGE, right: EDGE };

export interface CellStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly align?: (typeof AlignmentType)[keyof typeof AlignmentType];
  readonly width?: number;
  readonly columnSpan?: number;
  readonly rowSpan?: number;
  readonly fill?: string;
  /** Left and right of the text, twips. */
  readonly padding?: number;
}

/** A bordered cell; each line is a paragraph of its own. */
export function cell(lines: string | readonly string[], style: CellStyle = {}): TableCell {
  const texts = typeof lines === 'string' ? [lines] : lines;
  return new TableCell({
    borders: EDGES,
    verticalAlign: VerticalAlign.CENTER,
    margins: { top: 40, bottom: 40, left: style.padding ?? 70, right: style.padding ?? 70 },
    ...(style.width === undefined ? {} : { width: { size: style.width, type: WidthType.DXA } }),
    ...(style.columnSpan === undefined ? {} : { columnSpan: style.columnSpan }),
    ...(style.rowSpan === undefined ? {} : { rowSpan: style.rowSpan }),
    ...(style.fill === undefined ? {} : { shading: { fill: style.fill } }),
    children: texts.map(
      (text) =>
        new Paragraph({
          alignment: style.align ?? AlignmentType.LEFT,
          run: { size: style.size ?? SIZES.table },
          children: [
            new TextRun({ text, font: FONTS.table, size: style.size ?? SIZES.table, bold: style.bold ?? false }),
          ],
        }),
    ),
  });
}

/** A table of fixed column widths, twips. */
export function table(rows: readonly TableRow[], widths: readonly number[]): Table {
  return new Table({
    rows,
    columnWidths: [...widths],
    layout: TableLayoutType.FIXED,
    alignment: AlignmentType.CENTER,
    width: { size: widths.reduce((sum, width) => sum + width, 0), type: WidthType.DXA },
  });
}
