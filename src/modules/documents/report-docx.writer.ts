import { writeFile } from 'node:fs/promises';
import {
  AlignmentType,
  Document,
  Footer,
  HeadingLevel,
  LineRuleType,
  PageNumber,
  PageOrientation,
  Packer,
  Paragraph,
  SectionType,
  TableRow,
  TextRun,
} from 'docx';
import type { ISectionOptions, Table } from 'docx';
import type { Language, Localized } from '../../kernel/index.ts';
import { formatSquareMetres, xmlTexts } from '../../kernel/index.ts';
import type { BalanceTable } from '../balance/index.ts';
import { cellText } from '../balance/index.ts';
import type { Findings } from '../compliance/index.ts';
import { findingsSection } from './report-findings.writer.ts';
import { A3, A4, FONTS, MARGINS, SIZES, WIDE_MARGINS, cell, heading, table } from './report-kit.writer.ts';
import type { TableGrid } from './table-grid.ts';
import { areaColumnCount, tableGrid, unitLine, withoutEmptyColumns } from './table-grid.ts';

/** What the report says; plain data, nothing is computed here. */
export interface ReportContent {
  readonly title: Localized;
  readonly facts: readonly { readonly name: Localized; readonly value: Localized }[];
  /** The tables of the report, in order (1, 2, 3, 5, 6 of the forms an office expects). */
  readonly tables: readonly BalanceTable[];
  readonly findings: Findings | null;
}

/** Writes report.docx: facts of the project, the findings with the clause each rests on, then the tables on landscape pages. */
export async function writeReport(path: string, content: ReportContent, language: Language): Promise<void> {
  await writeFile(path, await reportBytes(content, language));
}

/** The bytes of report.docx. */
export async function reportBytes(given: ReportContent, language: Language): Promise<Uint8Array> {
  const content = xmlTexts(given);
  const zh = language === 'zh';
  const document = new Document({
    title: content.title[language],
    creator: 'Tianchou 田畴',
    styles: { default: { document: { run: { font: FONTS.body, size: SIZES.body } } } },
    sections: [
      portrait(
        [
          titleParagraph(content.title[language]),
          heading(zh ? '一、项目概况' : '1. The project'),
          factsTable(content.facts, language),
          heading(zh ? '二、合规审查意见' : '2. Findings'),
          ...findingsSection(content.findings, language),
        ],
        SectionType.NEXT_PAGE,
      ),
      ...content.tables.map((table, i) => tableSection(table, i, language)),
    ],
  });
  return new Uint8Array(await Packer.toBuffer(document));
}

const PAGE_FOOTER = new Footer({
  children: [
    new Paragraph({
      alignment: AlignmentType.CENTER,
      children: [new TextRun({ children: ['— ', PageNumber.CURRENT, ' —'], size: 28, font: FONTS.table })],
    }),
  ],
});

function portrait(
  children: ISectionOptions['children'],
  type: (typeof SectionType)[keyof typeof SectionType],
): ISectionOptions {
  return { properties: { type, page: { size: A4, margin: MARGINS } }, footers: { default: PAGE_FOOTER }, children };
}

function titleParagraph(text: string): Paragraph {
  return new Paragraph({
    heading: HeadingLevel.TITLE,
    alignment: AlignmentType.CENTER,
    spacing: { before: 400, after: 500, line: 700, lineRule: LineRuleType.EXACT },
    children: [new TextRun({ text, font: FONTS.title, size: SIZES.title, color: '000000' })],
  });
}

function factsTable(facts: ReportContent['facts'], language: Language): Table {
  const widths = [2_700, 6_100];
  return table(
    facts.map(
      ({ name, value }) =>
        new TableRow({
          cantSplit: true,
          children: [
            cell(name[language], { width: widths[0]!, size: 24, bold: true, fill: 'F2F2EE' }),
            cell(value[language], { width: widths[1]!, size: 24 }),
          ],
        }),
    ),
    widths,
  );
}

/** One landscape section a table: A4 while the columns fit, A3 for the wide official forms. */
function tableSection(source: BalanceTable, index: number, language: Language): ISectionOptions {
  const zh = language === 'zh';
  const { table: shown, left } = withoutEmptyColumns(source);
  const wide = areaColumnCount(shown) > 8 || shown.columns.length > 12;
  const grid = tableGrid(shown, wide ? ['hectare'] : ['hectare', 'mu'], language);
  const paper = wide ? A3 : A4;
  const room = paper.height - WIDE_MARGINS.left - WIDE_MARGINS.right;
  const needed = neededWidths(grid, shown, language);
  const total = needed.reduce((sum, wants) => sum + wants, 0);
  // A half-width character is half its size wide, 5 twips a half-point; some fonts that stand in for Song are wider.
  const padding = wide ? 30 : 60;
  const free = room - 2 * padding * needed.length;
  const size = Math.max(11, Math.min(SIZES.table, Math.floor(free / total / 5.6)));
  const scale = Math.min(free / total, size * 6.6);
  const widths = needed.map((wants) => Math.floor(wants * scale) + 2 * padding);
  const headRows = Array.from(
    { length: grid.headDepth },
    (_, row) =>
      new TableRow({
        tableHeader: true,
        children: grid.head
          .filter((head) => head.row === row)
          .map((head) =>
            cell(head.text, {
              size,
              padding,
              bold: true,
              align: AlignmentType.CENTER,
              columnSpan: head.columnSpan,
              rowSpan: head.rowSpan,
              fill: 'EDEFEA',
              width: widths.slice(head.column, head.column + head.columnSpan).reduce((sum, part) => sum + part, 0),
            }),
          ),
      }),
  );
  const centred = grid.columns.map(({ column }) =>
    shown.cells.every(
      (cells) =>
        cells[column]?.kind !== 'text' ||
        width(cells[column].text[language]) <= 8 ||
        shown.columns[column]!.kind === 'mixed',
    ),
  );
  const rows = shown.rows.map(
    (row, r) =>
      new TableRow({
        cantSplit: true,
        children: grid.columns.map((column, c) =>
          cell(
            repeats(shown, r, column.column, language)
              ? ''
              : cellText(shown.cells[r]![column.column]!, column.unit, language),
            {
              size,
              padding,
              bold: row.role === 'total' || row.role === 'subtotal',
              width: widths[c]!,
              align:
                shown.cells[r]![column.column]?.kind !== 'text'
                  ? AlignmentType.RIGHT
                  : centred[c]!
                    ? AlignmentType.CENTER
                    : AlignmentType.LEFT,
              ...(row.role === 'total' ? { fill: 'F6F4E6' } : {}),
            },
          ),
        ),
      }),
  );
  const notes = [
    ...(shown.residualDm2 === null
      ? []
      : [
          zh
            ? `闭合差 ${formatSquareMetres(shown.residualDm2)} 平方米。`
            : `Residual ${formatSquareMetres(shown.residualDm2)} m².`,
        ]),
    ...shown.notes.map((note) => note[language]),
    ...(left > 0 ? [zh ? '无面积的栏目从略。' : 'Columns without area are left out.'] : []),
  ];
  return {
    properties: {
      type: SectionType.NEXT_PAGE,
      page: { size: { ...paper, orientation: PageOrientation.LANDSCAPE }, margin: WIDE_MARGINS },
    },
    footers: { default: PAGE_FOOTER },
    children: [
      new Paragraph({
        alignment: AlignmentType.CENTER,
        spacing: { after: 120 },
        heading: HeadingLevel.HEADING_2,
        children: [
          new TextRun({
            text: zh ? `表${index + 1}　${shown.title.zh}` : `Table ${index + 1}. ${shown.title.en}`,
            font: FONTS.heading,
            size: SIZES.heading,
            color: '000000',
          }),
        ],
      }),
      new Paragraph({
        alignment: AlignmentType.RIGHT,
        spacing: { after: 60 },
        children: [
          new TextRun({
            text: unitLine(shown, wide ? ['hectare'] : ['hectare', 'mu'], language),
            font: FONTS.table,
            size: SIZES.caption,
          }),
        ],
      }),
      table([...headRows, ...rows], widths),
      ...notes.map(
        (text) =>
          new Paragraph({
            spacing: { before: 60 },
            children: [new TextRun({ text: `${zh ? '注：' : 'Note: '}${text}`, font: FONTS.table, size: SIZES.table })],
          }),
      ),
    ],
  };
}

/** Whether a text of the first column only says again what the row above says: first-level classes over their second level. */
function repeats({ cells, columns }: BalanceTable, row: number, column: number, language: Language): boolean {
  if (row === 0 || column !== 0 || columns[column]!.kind !== 'text') return false;
  const [above, here] = [cells[row - 1]![column], cells[row]![column]];
  return above?.kind === 'text' && here?.kind === 'text' && above.text[language] === here.text[language];
}

/** What every printed column needs, in half-width characters; a head over several columns shares its need among them. */
function neededWidths(grid: TableGrid, shown: BalanceTable, language: Language): number[] {
  const needed = grid.columns.map((column) =>
    Math.max(
      3,
      ...shown.cells.map((cells) => Math.min(26, width(cellText(cells[column.column]!, column.unit, language)) * 1.1)),
    ),
  );
  for (const head of grid.head) {
    // Heads may break into two lines; beyond that the columns below must give way.
    const wants = Math.min(24, width(head.text)) / (width(head.text) > 8 ? 2 : 1) / head.columnSpan;
    for (let c = head.column; c < head.column + head.columnSpan; c++) needed[c] = Math.max(needed[c]!, wants);
  }
  return needed.map((wants) => wants + 1);
}

/** Width in half-width characters. */
function width(text: string): number {
  let sum = 0;
  for (const character of text) sum += character.codePointAt(0)! > 0xff ? 2 : 1;
  return sum;
}
