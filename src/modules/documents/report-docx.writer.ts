import { writeFile } from 'node:fs/promises';
import {
  AlignmentType, BorderStyle, Document, Footer, HeadingLevel, LineRuleType, PageNumber, PageOrientation, Packer, Paragraph, SectionType, Table,
  TableCell, TableLayoutType, TableRow, TextRun, VerticalAlign, WidthType,
} from 'docx';
import type { ISectionOptions } from 'docx';
import type { Language, Localized } from '../../kernel/index.ts';
import { formatSquareMetres, localized } from '../../kernel/index.ts';
import type { BalanceTable } from '../balance/index.ts';
import { cellText } from '../balance/index.ts';
import type { Finding, Findings } from '../compliance/index.ts';
import type { TableGrid } from './table-grid.ts';
import { areaColumnCount, tableGrid, unitLine, withoutEmptyColumns } from './table-grid.ts';

/** What the report says; plain data, nothing is computed here. */
export interface ReportContent {
  readonly title: Localized;
  readonly facts: readonly { readonly name: Localized; readonly value: string }[];
  /** The tables of the report, in order (1, 2, 3, 5, 6 of the forms an office expects). */
  readonly tables: readonly BalanceTable[];
  readonly findings: Findings | null;
}

/** Fonts of GB/T 9704-2012: title 小标宋, headings 黑体, body 仿宋. A machine without them falls back to its own Song. */
const FONTS = {
  title: { ascii: 'Times New Roman', hAnsi: 'Times New Roman', eastAsia: '方正小标宋简体' },
  heading: { ascii: 'Times New Roman', hAnsi: 'Times New Roman', eastAsia: '黑体' },
  body: { ascii: 'Times New Roman', hAnsi: 'Times New Roman', eastAsia: '仿宋' },
  table: { ascii: 'Times New Roman', hAnsi: 'Times New Roman', eastAsia: '宋体' },
} as const;

/** GB/T 9704-2012 §5: A4, 37 mm above, 28 mm left; 156 × 225 mm of text. Twentieths of a point. */
const A4 = { width: 11_906, height: 16_838 };
const A3 = { width: 16_838, height: 23_811 };
const MARGINS = { top: 2_098, left: 1_588, right: 1_474, bottom: 1_985 };
const WIDE_MARGINS = { top: 1_134, left: 1_134, right: 1_134, bottom: 1_134 };
/** Lines 28 points apart, body 16 points (三号). */
const LINE = 560;
const SIZES = { title: 44, heading: 32, body: 32, caption: 24, table: 18, small: 15 } as const;

/** Writes report.docx: facts of the project, the findings with the clause each rests on, then the tables on landscape pages. */
export async function writeReport(path: string, content: ReportContent, language: Language): Promise<void> {
  await writeFile(path, await reportBytes(content, language));
}

export async function reportBytes(content: ReportContent, language: Language): Promise<Uint8Array> {
  const zh = language === 'zh';
  const document = new Document({
    title: content.title[language],
    creator: 'Tianchou 田畴',
    styles: { default: { document: { run: { font: FONTS.body, size: SIZES.body } } } },
    sections: [
      portrait([
        titleParagraph(content.title[language]),
        heading(zh ? '一、项目概况' : '1. The project'),
        factsTable(content.facts, language),
        heading(zh ? '二、合规审查意见' : '2. Findings'),
        ...findingsSection(content.findings, language),
      ], SectionType.NEXT_PAGE),
      ...content.tables.map((table, i) => tableSection(table, i, language)),
    ],
  });
  return new Uint8Array(await Packer.toBuffer(document));
}

const PAGE_FOOTER = new Footer({
  children: [new Paragraph({
    alignment: AlignmentType.CENTER,
    children: [new TextRun({ children: ['— ', PageNumber.CURRENT, ' —'], size: 28, font: FONTS.table })],
  })],
});

function portrait(children: ISectionOptions['children'], type: (typeof SectionType)[keyof typeof SectionType]): ISectionOptions {
  return { properties: { type, page: { size: A4, margin: MARGINS } }, footers: { default: PAGE_FOOTER }, children };
}

function titleParagraph(text: string): Paragraph {
  return new Paragraph({
    heading: HeadingLevel.TITLE, alignment: AlignmentType.CENTER, spacing: { before: 400, after: 500, line: 700, lineRule: LineRuleType.EXACT },
    children: [new TextRun({ text, font: FONTS.title, size: SIZES.title, color: '000000' })],
  });
}

function heading(text: string): Paragraph {
  return new Paragraph({
    heading: HeadingLevel.HEADING_1, spacing: { before: 240, after: 120, line: LINE, lineRule: LineRuleType.EXACT }, keepNext: true,
    children: [new TextRun({ text, font: FONTS.heading, size: SIZES.heading, color: '000000' })],
  });
}

function body(text: string): Paragraph {
  return new Paragraph({
    indent: { firstLine: 640 }, spacing: { line: LINE, lineRule: LineRuleType.EXACT }, alignment: AlignmentType.BOTH,
    children: [new TextRun({ text, font: FONTS.body, size: SIZES.body })],
  });
}

const EDGE = { style: BorderStyle.SINGLE, size: 4, color: '000000' };
const EDGES = { top: EDGE, bottom: EDGE, left: EDGE, right: EDGE };

interface CellStyle {
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

function cell(lines: string | readonly string[], style: CellStyle = {}): TableCell {
  const texts = typeof lines === 'string' ? [lines] : lines;
  return new TableCell({
    borders: EDGES, verticalAlign: VerticalAlign.CENTER, margins: { top: 40, bottom: 40, left: style.padding ?? 70, right: style.padding ?? 70 },
    ...(style.width === undefined ? {} : { width: { size: style.width, type: WidthType.DXA } }),
    ...(style.columnSpan === undefined ? {} : { columnSpan: style.columnSpan }),
    ...(style.rowSpan === undefined ? {} : { rowSpan: style.rowSpan }),
    ...(style.fill === undefined ? {} : { shading: { fill: style.fill } }),
    children: texts.map((text) => new Paragraph({
      alignment: style.align ?? AlignmentType.LEFT, run: { size: style.size ?? SIZES.table },
      children: [new TextRun({ text, font: FONTS.table, size: style.size ?? SIZES.table, bold: style.bold ?? false })],
    })),
  });
}

function table(rows: readonly TableRow[], widths: readonly number[]): Table {
  return new Table({
    rows, columnWidths: [...widths], layout: TableLayoutType.FIXED, alignment: AlignmentType.CENTER,
    width: { size: widths.reduce((sum, width) => sum + width, 0), type: WidthType.DXA },
  });
}

function factsTable(facts: ReportContent['facts'], language: Language): Table {
  const widths = [2_700, 6_100];
  return table(
    facts.map(({ name, value }) => new TableRow({
      cantSplit: true,
      children: [cell(name[language], { width: widths[0]!, size: 24, bold: true, fill: 'F2F2EE' }), cell(value, { width: widths[1]!, size: 24 })],
    })),
    widths,
  );
}

const VERDICTS = {
  pass: { words: localized('符合', 'pass'), fill: 'E6F2E6' },
  fail: { words: localized('不符合', 'fail'), fill: 'F8E0DC' },
  person: { words: localized('需人工判断', 'needs a person'), fill: 'FBF3D5' },
} as const;

function findingsSection(findings: Findings | null, language: Language): (Paragraph | Table)[] {
  const zh = language === 'zh';
  if (findings === null) return [body(zh ? '本次未作合规审查。' : 'No check was made.')];
  const { counts } = findings;
  const widths = [620, 2_150, 1_130, 1_900, 3_000];
  const heads = zh ? ['序号', '审查事项', '结论', '数值 / 要求', '依据'] : ['No.', 'Check', 'Verdict', 'Value / required', 'Clause'];
  return [
    body(zh
      ? `依据政策包“${findings.packTitle.zh}”（版本 ${findings.packVersion}），共审查 ${counts.pass + counts.fail + counts.person} 项：符合 ${counts.pass} 项，不符合 ${counts.fail} 项，需人工判断 ${counts.person} 项。`
      : `Under the policy pack "${findings.packTitle.en}" (version ${findings.packVersion}): ${counts.pass} pass, ${counts.fail} fail, ${counts.person} need a person.`),
    table([
      new TableRow({ tableHeader: true, children: heads.map((text, i) => cell(text, { width: widths[i]!, bold: true, align: AlignmentType.CENTER, fill: 'EDEFEA' })) }),
      ...findings.findings.map((finding, i) => new TableRow({
        cantSplit: true,
        children: [
          cell(String(i + 1), { width: widths[0]!, align: AlignmentType.CENTER }),
          cell(finding.title[language], { width: widths[1]! }),
          cell(VERDICTS[finding.verdict].words[language], { width: widths[2]!, align: AlignmentType.CENTER, bold: true, fill: VERDICTS[finding.verdict].fill }),
          cell(valueLines(finding, language), { width: widths[3]! }),
          cell(clauseLines(finding, language), { width: widths[4]!, size: SIZES.small + 1 }),
        ],
      })),
    ], widths),
  ];
}

function valueLines(finding: Finding, language: Language): string[] {
  const zh = language === 'zh';
  const lines: string[] = [];
  const { comparison } = finding;
  if (comparison?.valueDisplay != null) lines.push(comparison.valueDisplay[language]);
  if (comparison?.thresholdDisplay != null) {
    const word = comparison.comparison === 'atLeast' ? '≥' : '≤';
    lines.push(`${zh ? '要求' : 'required'} ${word} ${comparison.thresholdDisplay[language]}`);
  }
  for (const reason of finding.missing) lines.push(reason[language]);
  if (finding.verdict !== 'pass') lines.push(`${zh ? '处理：' : 'Remedy: '}${finding.remedy[language]}`);
  const places = finding.parcels.length + finding.plots.length;
  if (finding.verdict === 'fail' && places > 0) {
    lines.push(zh ? `涉及图斑 ${finding.parcels.length} 个、地块 ${finding.plots.length} 个` : `${finding.parcels.length} parcels, ${finding.plots.length} plots`);
  }
  return lines.length === 0 ? [''] : lines;
}

function clauseLines(finding: Finding, language: Language): string[] {
  const { clause, standard, place } = finding.source;
  if (clause === null) return [standard ?? '', place ?? ''].filter((line) => line !== '');
  return [`${clause.documentTitle[language]} ${clause.section}`, `“${clause.quote}”`, clause.id];
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
  const headRows = Array.from({ length: grid.headDepth }, (_, row) => new TableRow({
    tableHeader: true,
    children: grid.head.filter((head) => head.row === row).map((head) => cell(head.text, {
      size, padding, bold: true, align: AlignmentType.CENTER, columnSpan: head.columnSpan, rowSpan: head.rowSpan, fill: 'EDEFEA',
      width: widths.slice(head.column, head.column + head.columnSpan).reduce((sum, part) => sum + part, 0),
    })),
  }));
  const rows = shown.rows.map((row, r) => new TableRow({
    cantSplit: true,
    children: grid.columns.map((column, c) => cell(repeats(shown, r, column.column, language) ? '' : cellText(shown.cells[r]![column.column]!, column.unit, language), {
      size, padding, bold: row.role === 'total' || row.role === 'subtotal', width: widths[c]!,
      align: shown.cells[r]![column.column]?.kind === 'text' ? AlignmentType.LEFT : AlignmentType.RIGHT,
      ...(row.role === 'total' ? { fill: 'F6F4E6' } : {}),
    })),
  }));
  const notes = [
    ...(shown.residualDm2 === null ? [] : [zh ? `闭合差 ${formatSquareMetres(shown.residualDm2)} 平方米。` : `Residual ${formatSquareMetres(shown.residualDm2)} m².`]),
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
        alignment: AlignmentType.CENTER, spacing: { after: 120 }, heading: HeadingLevel.HEADING_2,
        children: [new TextRun({ text: zh ? `表${index + 1}　${shown.title.zh}` : `Table ${index + 1}. ${shown.title.en}`, font: FONTS.heading, size: SIZES.heading, color: '000000' })],
      }),
      new Paragraph({
        alignment: AlignmentType.RIGHT, spacing: { after: 60 },
        children: [new TextRun({ text: unitLine(shown, wide ? ['hectare'] : ['hectare', 'mu'], language), font: FONTS.table, size: SIZES.caption })],
      }),
      table([...headRows, ...rows], widths),
      ...notes.map((text) => new Paragraph({ spacing: { before: 60 }, children: [new TextRun({ text: `${zh ? '注：' : 'Note: '}${text}`, font: FONTS.table, size: SIZES.table })] })),
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
  const needed = grid.columns.map((column) => Math.max(
    3,
    ...shown.cells.map((cells) => Math.min(26, width(cellText(cells[column.column]!, column.unit, language)) * 1.1)),
  ));
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
