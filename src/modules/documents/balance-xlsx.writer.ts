import ExcelJS from 'exceljs';
import type { Cell as SheetCell, Worksheet } from 'exceljs';
import type { Language, Localized, Problem } from '../../kernel/index.ts';
import { formatSquareMetres, localized, xmlTexts } from '../../kernel/index.ts';
import type { AreaUnit, BalanceTable, Cell, FigureSet } from '../balance/index.ts';
import { FIGURES } from '../balance/index.ts';
import { SIDE_BY_SIDE, areaColumnCount, tableGrid, unitLine } from './table-grid.ts';

/** What the workbook is made of; the tables in the order of its sheets. */
export interface BalanceWorkbook {
  readonly title: Localized;
  /** Lines under the title of every sheet and on the first one: project, division, run, pack. */
  readonly facts: readonly { readonly name: Localized; readonly value: Localized }[];
  readonly tables: readonly BalanceTable[];
  readonly figures: FigureSet;
  readonly problems: readonly Problem[];
}

const FONT = '宋体';
/** Characters a cell holds. */
const LONGEST_CELL = 32_767;
const NUMBER_FORMATS = { hectare: '0.0000', mu: '0.0000', m2: '0.00' } as const;
const PER_UNIT = { hectare: 1_000_000, mu: 200_000 / 3, m2: 100 } as const;
const BORDER = { style: 'thin', color: { argb: 'FF000000' } } as const;
const BORDERS = { top: BORDER, left: BORDER, bottom: BORDER, right: BORDER } as const;

/**
 * Writes balance.xlsx: one sheet a table as offices print them (A3 landscape, heads repeated, totals set apart, hectares with
 * four decimals beside mu), then the figures and the problems of the run. Areas are numbers at full precision; text is
 * only ever text, never a formula, whatever it begins with.
 */
export async function writeBalanceWorkbook(path: string, given: BalanceWorkbook, language: Language): Promise<void> {
  const content = xmlTexts(given);
  const workbook = new ExcelJS.Workbook();
  workbook.title = content.title[language];
  workbook.creator = 'Tianchou 田畴';
  writeCover(workbook.addWorksheet(sheetName(0, language === 'zh' ? '说明' : 'About')), content, language);
  content.tables.forEach((table, i) => {
    const sheet = workbook.addWorksheet(sheetName(i + 1, table.title[language]));
    writeTable(sheet, table, content, language);
  });
  writeFigures(
    workbook.addWorksheet(sheetName(content.tables.length + 1, language === 'zh' ? '指标' : 'Figures')),
    content.figures,
    language,
  );
  await workbook.xlsx.writeFile(path);
}

/** A sheet name spreadsheets accept: 31 characters, none of []:*?/\, unique by its number. */
function sheetName(number: number, title: string): string {
  return `${String(number).padStart(2, '0')} ${title.replace(/[[\]:*?/\\']/g, ' ')}`.slice(0, 31).trim();
}

/** Characters an A3 page across holds without the print becoming too small to read. */
const PAGE_CHARACTERS = 260;

function setUpPage(sheet: Worksheet, language: Language, headFrom: number, headTo: number, textColumns: number): void {
  let characters = 0;
  for (let c = 1; c <= sheet.columnCount; c++) characters += sheet.getColumn(c).width ?? 9;
  sheet.pageSetup = {
    paperSize: 8 as never,
    orientation: 'landscape',
    fitToPage: true,
    fitToWidth: Math.ceil(characters / PAGE_CHARACTERS),
    fitToHeight: 0,
    horizontalCentered: true,
    margins: { left: 0.5, right: 0.5, top: 0.6, bottom: 0.6, header: 0.3, footer: 0.3 },
    ...(headTo > 0 ? { printTitlesRow: `${headFrom}:${headTo}` } : {}),
    ...(characters > PAGE_CHARACTERS && textColumns > 0
      ? { printTitlesColumn: `A:${sheet.getColumn(textColumns).letter}` }
      : {}),
  };
  sheet.headerFooter = { oddFooter: language === 'zh' ? '&C第 &P 页 共 &N 页' : '&CPage &P of &N' };
}

/** Text as text: the number format @ keeps it so even when a person edits the cell. */
function putText(
  cell: SheetCell,
  text: string,
  options: { bold?: boolean; size?: number; align?: 'left' | 'center' | 'right'; wrap?: boolean } = {},
): void {
  cell.value = text.slice(0, LONGEST_CELL);
  cell.numFmt = '@';
  cell.font = { name: FONT, size: options.size ?? 10, bold: options.bold ?? false };
  const horizontal = options.align ?? 'left';
  cell.alignment = {
    horizontal,
    vertical: 'middle',
    wrapText: options.wrap ?? true,
    indent: horizontal === 'center' ? 0 : 1,
  };
}

function writeTable(sheet: Worksheet, table: BalanceTable, content: BalanceWorkbook, language: Language): void {
  const wide = areaColumnCount(table) > SIDE_BY_SIDE;
  // A table of mixed cells prints its areas in hectares, as the official review form does.
  const blocks: readonly (readonly AreaUnit[])[] = wide
    ? [['hectare'], ['mu']]
    : areaColumnCount(table) === 0
      ? [['hectare']]
      : [['hectare', 'mu']];
  const width = tableGrid(table, blocks[0]!, language).columns.length;
  // The title of a table that is printed over several pages stands over the first of them.
  const titleWidth = Math.min(width, wide ? 20 : width);
  let row = 1;
  sheet.mergeCells(row, 1, row, titleWidth);
  putText(sheet.getCell(row, 1), table.title[language], { bold: true, size: 18, align: 'center', wrap: false });
  sheet.getRow(row).height = 32;
  row++;
  const project = content.facts[0];
  putText(sheet.getCell(row, 1), project === undefined ? '' : `${project.name[language]}：${project.value[language]}`, {
    wrap: false,
  });
  let headFrom = 0;
  let headTo = 0;
  for (const units of blocks) {
    const unitText = unitLine(table, units, language);
    if (unitText !== '') putText(sheet.getCell(row, titleWidth), unitText, { align: 'right', wrap: false });
    row++;
    const [from, to] = writeBlock(sheet, table, units, row, language);
    if (headFrom === 0) [headFrom, headTo] = [from, to];
    row = sheet.rowCount + 1;
    if (wide && units !== blocks.at(-1)) row++;
  }
  const lines = [
    ...(table.residualDm2 === null
      ? []
      : [
          localized(
            `闭合差：${formatSquareMetres(table.residualDm2)} 平方米`,
            `Residual: ${formatSquareMetres(table.residualDm2)} m²`,
          ),
        ]),
    ...table.notes.map((note) => localized(`注：${note.zh}`, `Note: ${note.en}`)),
  ];
  for (const line of lines) {
    sheet.mergeCells(row, 1, row, width);
    putText(sheet.getCell(row, 1), line[language], { size: 9, wrap: false });
    row++;
  }
  // A title wider than its table is set smaller and may take a second line.
  let titleRoom = 0;
  for (let c = 1; c <= titleWidth; c++) titleRoom += sheet.getColumn(c).width ?? 9;
  if (displayWidth(table.title[language]) * 1.8 > titleRoom) {
    putText(sheet.getCell(1, 1), table.title[language], { bold: true, size: 14, align: 'center', wrap: true });
    sheet.getRow(1).height = 44;
  }
  const texts = Math.max(
    0,
    table.columns.findIndex(({ kind }) => kind !== 'text'),
  );
  setUpPage(sheet, language, headFrom, headTo, texts);
  sheet.views = [{ state: 'frozen', xSplit: texts, ySplit: headTo }];
}

/** Writes heads and rows of one block; returns the first and last head row. */
function writeBlock(
  sheet: Worksheet,
  table: BalanceTable,
  units: readonly AreaUnit[],
  from: number,
  language: Language,
): [number, number] {
  const grid = tableGrid(table, units, language);
  const wide = areaColumnCount(table) > SIDE_BY_SIDE;
  for (const head of grid.head) {
    const [top, left] = [from + head.row, 1 + head.column];
    const [bottom, right] = [top + head.rowSpan - 1, left + head.columnSpan - 1];
    if (head.rowSpan > 1 || head.columnSpan > 1) sheet.mergeCells(top, left, bottom, right);
    putText(sheet.getCell(top, left), head.text, { bold: true, align: 'center' });
  }
  const headTo = from + grid.headDepth - 1;
  for (let r = from; r <= headTo; r++) {
    sheet.getRow(r).height = 26;
    for (let c = 1; c <= grid.columns.length; c++) {
      sheet.getCell(r, c).border = BORDERS;
      sheet.getCell(r, c).fill = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFEDEFEA' } };
    }
  }
  const centred = grid.columns.map(
    (column) => column.kind === 'text' && table.cells.every((cells) => textWidth(cells[column.column]!, language) <= 8),
  );
  table.rows.forEach((tableRow, r) => {
    const strong = tableRow.role === 'total' || tableRow.role === 'subtotal';
    grid.columns.forEach((column, c) => {
      const cell = sheet.getCell(headTo + 1 + r, 1 + c);
      putCell(cell, table.cells[r]![column.column]!, column.unit, language, strong, centred[c]!);
      cell.border = BORDERS;
      if (tableRow.role === 'total') cell.fill = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFF6F4E6' } };
    });
    sheet.getRow(headTo + 1 + r).height = 18;
  });
  mergeRepeated(sheet, table, headTo + 1, language);
  grid.columns.forEach((column, c) => {
    const texts = table.cells.map((cells) => cells[column.column]!);
    const widest = Math.max(
      displayWidth(column.head.at(-1) ?? '') / 2,
      ...texts.map((cell) => (cell?.kind === 'text' ? Math.min(36, displayWidth(cell.text[language])) : 0)),
    );
    const target = sheet.getColumn(1 + c);
    target.width = Math.max(
      target.width ?? 0,
      column.kind === 'text'
        ? Math.max(6, widest + 2)
        : Math.max(wide || areaColumnCount(table) === 0 ? 10.5 : 12, widest + 2),
    );
  });
  return [from, headTo];
}

/** Joins equal texts of the first column one under the other: a first-level class over its second level. */
function mergeRepeated(sheet: Worksheet, table: BalanceTable, from: number, language: Language): void {
  if (table.columns[0]?.kind !== 'text') return;
  const textAt = (r: number): string => {
    const cell = table.cells[r]?.[0];
    return cell?.kind === 'text' ? cell.text[language] : '';
  };
  for (let r = 0; r < table.rows.length; ) {
    let to = r + 1;
    while (to < table.rows.length && textAt(to) !== '' && textAt(to) === textAt(r)) to++;
    if (to - r > 1) {
      sheet.mergeCells(from + r, 1, from + to - 1, 1);
      sheet.getCell(from + r, 1).alignment = { horizontal: 'center', vertical: 'middle', wrapText: true };
    }
    r = to;
  }
}

function textWidth(cell: Cell, language: Language): number {
  return cell?.kind === 'text' ? displayWidth(cell.text[language]) : 0;
}

function putCell(
  target: SheetCell,
  cell: Cell,
  unit: AreaUnit,
  language: Language,
  bold: boolean,
  centred = false,
): void {
  const number = (value: number, format: string): void => {
    target.value = value;
    target.numFmt = format;
    target.font = { name: FONT, size: 10, bold };
    target.alignment = { horizontal: 'right', vertical: 'middle', indent: 0 };
  };
  if (cell === null) return putText(target, '', {});
  switch (cell.kind) {
    case 'area':
      return number(cell.dm2 / PER_UNIT[unit], NUMBER_FORMATS[unit]);
    case 'count':
      return number(cell.value, '0');
    case 'ratio': {
      const decimals = cell.decimals === 0 ? '' : `.${'0'.repeat(cell.decimals)}`;
      return number(cell.numerator / cell.denominator, `0${decimals}${cell.percent ? '%' : ''}`);
    }
    case 'text':
      return putText(target, cell.text[language], { bold, align: centred ? 'center' : 'left' });
    case 'unknown':
      return putText(target, `${language === 'zh' ? '无法判定：' : 'not known: '}${cell.reason[language]}`, {
        align: 'center',
      });
  }
}

/** Width in half-width characters: a Chinese character counts two. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += character.codePointAt(0)! > 0xff ? 2 : 1;
  return width;
}

function writeCover(sheet: Worksheet, content: BalanceWorkbook, language: Language): void {
  sheet.mergeCells(1, 1, 1, 2);
  putText(sheet.getCell(1, 1), content.title[language], { bold: true, size: 18, align: 'center', wrap: false });
  sheet.getRow(1).height = 36;
  sheet.getColumn(1).width = 64;
  sheet.getColumn(2).width = 120;
  let row = 3;
  const line = (name: string, value: string): void => {
    putText(sheet.getCell(row, 1), name, { bold: true });
    putText(sheet.getCell(row, 2), value);
    sheet.getRow(row).height =
      18 * Math.max(Math.ceil(displayWidth(name) / 60), Math.ceil(displayWidth(value) / 116), 1);
    for (const c of [1, 2]) sheet.getCell(row, c).border = BORDERS;
    row++;
  };
  for (const { name, value } of content.facts) line(name[language], value[language]);
  row++;
  content.tables.forEach((table, i) =>
    line(
      sheetName(i + 1, table.title[language]),
      table.residualDm2 === null
        ? ''
        : language === 'zh'
          ? `闭合差 ${formatSquareMetres(table.residualDm2)} 平方米`
          : `residual ${formatSquareMetres(table.residualDm2)} m²`,
    ),
  );
  row++;
  for (const problem of content.problems) {
    const who =
      problem.featureNo === null ? '' : ` #${problem.featureNo}${problem.id === null ? '' : ` ${problem.id}`}`;
    line(`${problem.rule}${who}`, problem.message[language]);
  }
  setUpPage(sheet, language, 0, 0, 0);
}

function writeFigures(sheet: Worksheet, figures: FigureSet, language: Language): void {
  const zh = language === 'zh';
  const heads = zh ? ['指标', '名称', '单位', '值', '含义'] : ['Figure', 'Name', 'Unit', 'Value', 'Meaning'];
  [36, 32, 10, 30, 120].forEach((width, i) => {
    sheet.getColumn(i + 1).width = width;
  });
  heads.forEach((head, i) => putText(sheet.getCell(1, i + 1), head, { bold: true, align: 'center' }));
  FIGURES.forEach(({ id, name, unit, meaning }, i) => {
    const row = i + 2;
    const figure = figures[id]!;
    const units = {
      dm2: zh ? '公顷' : 'ha',
      grade: zh ? '等' : 'grade',
      count: zh ? '个' : 'count',
      ratio: '',
      kg: zh ? '公斤' : 'kg',
      yesNo: '',
    } as const;
    putText(sheet.getCell(row, 1), id);
    putText(sheet.getCell(row, 2), name[language]);
    putText(sheet.getCell(row, 3), units[unit], { align: 'center' });
    const cell = sheet.getCell(row, 4);
    if (!figure.known) {
      putText(
        cell,
        `${zh ? '无法判定：' : 'not known: '}${figure.missing.map((reason) => reason[language]).join(zh ? '；' : '; ')}`,
      );
    } else if (unit === 'yesNo') {
      putText(cell, figure.numerator === 0n ? (zh ? '否' : 'no') : zh ? '是' : 'yes', { align: 'right' });
    } else {
      const decimals = { dm2: 4, grade: 2, count: 0, ratio: 4, kg: 0, yesNo: 0 }[unit];
      const denominator = figure.denominator * (unit === 'dm2' ? 1_000_000n : 1n);
      putCell(
        cell,
        {
          kind: 'ratio',
          numerator: Number(figure.numerator),
          denominator: Number(denominator),
          decimals,
          percent: false,
        },
        'hectare',
        language,
        false,
      );
    }
    putText(sheet.getCell(row, 5), meaning[language]);
    const value = sheet.getCell(row, 4).value;
    const lines = Math.max(
      Math.ceil(displayWidth(meaning[language]) / 116),
      typeof value === 'string' ? Math.ceil(displayWidth(value) / 27) : 1,
    );
    sheet.getRow(row).height = 18 * lines;
  });
  for (let r = 1; r <= FIGURES.length + 1; r++)
    for (let c = 1; c <= heads.length; c++) sheet.getCell(r, c).border = BORDERS;
  setUpPage(sheet, language, 1, 1, 0);
}
