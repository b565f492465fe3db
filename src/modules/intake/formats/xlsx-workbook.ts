import type { Cell } from '../table-layout.ts';
import { createXmlScanner, XmlDamaged, type XmlHandler } from './xml-scan.ts';

/** The parts of a workbook by their path in the package. */
export interface WorkbookParts {
  has(path: string): boolean;
  /** The bytes of a part as they are unpacked; each part is gone through once. */
  stream(path: string): AsyncIterable<Uint8Array>;
}

export interface SheetRow {
  readonly cells: Cell[];
  /** 1-based, as a spreadsheet shows it. */
  readonly rowNo: number;
}

export interface WorkbookSheet {
  readonly name: string;
  readonly hidden: boolean;
  /** Path of its part. */
  readonly path: string;
}

/** What of a workbook all its sheets need. */
export interface Workbook {
  readonly sheets: readonly WorkbookSheet[];
  readonly texts: readonly string[];
  /** For each cell style, whether its numbers are dates. */
  readonly dateStyles: readonly boolean[];
  readonly from1904: boolean;
}

/** The workbook is not one, or holds more than a workbook may. */
export class WorkbookDamaged extends Error {
  override readonly name = 'WorkbookDamaged';
  readonly zh: string;
  readonly en: string;

  constructor(zh: string, en: string) {
    super(en);
    this.zh = zh;
    this.en = en;
  }
}

/** Limits of the format itself (ECMA-376; Excel specifications and limits). */
const MOST_ROWS = 1_048_576;
const MOST_COLUMNS = 16_384;
const LONGEST_TEXT = 32_767;
/** Shared texts kept in memory, characters together. */
const MOST_TEXT = 128 * 1024 * 1024;
const MOST_SHEETS = 1_000;

async function scan(parts: WorkbookParts, path: string, handler: XmlHandler): Promise<void> {
  const scanner = createXmlScanner(handler);
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  try {
    for await (const piece of parts.stream(path)) {
      decoder ??= decoderOf(piece);
      scanner.feed(decoder.decode(piece, { stream: true }));
    }
    scanner.feed(decoder?.decode() ?? '');
    scanner.end();
  } catch (error) {
    if (!(error instanceof XmlDamaged)) throw error;
    throw new WorkbookDamaged(
      `“${path}”不是有效的 XML(${error.message})`,
      `“${path}” is no valid XML (${error.message})`,
    );
  }
}

/** The encoding a part declares: UTF-8 almost always; the mark and the declaration may say otherwise. */
function decoderOf(head: Uint8Array): InstanceType<typeof TextDecoder> {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le');
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be');
  const start = String.fromCharCode(...head.subarray(0, 200));
  return new TextDecoder(/^[^>]*encoding\s*=\s*["'](gbk|gb2312|gb18030)["']/i.test(start) ? 'gb18030' : 'utf-8');
}

/** Reads what of a workbook stands outside its sheets. Throws WorkbookDamaged, and what the parts throw. */
export async function readWorkbook(parts: WorkbookParts): Promise<Workbook> {
  const listed: { name: string; hidden: boolean; id: string }[] = [];
  let from1904 = false;
  await scan(parts, 'xl/workbook.xml', {
    open(name, attribute) {
      if (name === 'sheet' && listed.length < MOST_SHEETS)
        listed.push({
          name: attribute('name') ?? '',
          hidden: /^(veryH|h)idden$/.test(attribute('state') ?? ''),
          id: attribute('id') ?? '',
        });
      else if (name === 'workbookPr') from1904 = /^(1|true)$/.test(attribute('date1904') ?? '');
    },
    text() {},
    close() {},
  });
  const targets = new Map<string, string>();
  await scan(parts, 'xl/_rels/workbook.xml.rels', {
    open(name, attribute) {
      if (name !== 'Relationship' || !(attribute('Type') ?? '').endsWith('/worksheet')) return;
      const target = attribute('Target') ?? '';
      targets.set(attribute('Id') ?? '', target.startsWith('/') ? target.slice(1) : `xl/${target}`);
    },
    text() {},
    close() {},
  });
  const used = new Set<string>();
  const sheets = listed.flatMap(({ name, hidden, id }): WorkbookSheet[] => {
    const path = targets.get(id);
    // Sheets of charts have no cells, and a target outside the package is none of ours. A part belongs to one sheet.
    if (path === undefined || !parts.has(path) || used.has(path)) return [];
    used.add(path);
    return [{ name, hidden, path }];
  });
  if (sheets.length === 0) throw new WorkbookDamaged('工作簿里没有工作表', 'it holds no sheet');
  const texts = parts.has('xl/sharedStrings.xml') ? await readTexts(parts) : [];
  const dateStyles = parts.has('xl/styles.xml') ? await readDateStyles(parts) : [];
  return { sheets, texts, dateStyles, from1904 };
}

async function readTexts(parts: WorkbookParts): Promise<string[]> {
  const texts: string[] = [];
  const reading = textReader();
  let total = 0;
  await scan(parts, 'xl/sharedStrings.xml', {
    open(name) {
      if (name === 'si') reading.start();
      else reading.open(name);
    },
    text: reading.text,
    close(name) {
      reading.close(name);
      if (name !== 'si') return;
      const text = reading.value();
      total += text.length;
      if (total > MOST_TEXT)
        throw new WorkbookDamaged('文字总量超出可读取的范围', 'its texts are more than can be read');
      texts.push(text);
    },
  });
  return texts;
}

/** Gathers the text of an item: its `t` elements, without readings set above characters (`rPh`). */
function textReader(): {
  start(): void;
  open(name: string): void;
  text(piece: string): void;
  close(name: string): void;
  value(): string;
} {
  let value = '';
  let isText = false;
  let aside = 0;
  return {
    start() {
      value = '';
      isText = false;
      aside = 0;
    },
    open(name) {
      if (name === 'rPh') aside++;
      else if (name === 't') isText = aside === 0;
    },
    text(piece) {
      if (isText && value.length < LONGEST_TEXT) value += piece.slice(0, LONGEST_TEXT - value.length);
    },
    close(name) {
      if (name === 'rPh') aside--;
      else if (name === 't') isText = false;
    },
    value: () => unescaped(value),
  };
}

/** Characters XML cannot hold are written `_x000D_`. */
function unescaped(text: string): string {
  return text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;
}

/** Formats of dates every program knows by number (ECMA-376 18.8.30; those of Chinese and Japanese programs too). */
const isDateNumber = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
const isDateFormat = (code: string): boolean =>
  /[ymdhs]/i.test(code.slice(0, 300).replace(/\[[^\]]*\]|"[^"]*"|\\.|_.|general/gi, ''));

async function readDateStyles(parts: WorkbookParts): Promise<boolean[]> {
  const formats = new Map<number, boolean>();
  const styles: boolean[] = [];
  let isCellStyles = false;
  await scan(parts, 'xl/styles.xml', {
    open(name, attribute) {
      if (name === 'numFmt') formats.set(Number(attribute('numFmtId')), isDateFormat(attribute('formatCode') ?? ''));
      else if (name === 'cellXfs') isCellStyles = true;
      else if (name === 'xf' && isCellStyles && styles.length < 65_536) {
        const id = Number(attribute('numFmtId') ?? 0);
        styles.push(formats.get(id) ?? isDateNumber(id));
      }
    },
    text() {},
    close(name) {
      if (name === 'cellXfs') isCellStyles = false;
    },
  });
  return styles;
}

/** A rectangle of cells that show the value of the first. 1-based, both ends included. */
interface Merged {
  readonly rows: readonly [from: number, to: number];
  readonly columns: readonly [from: number, to: number];
}

/** How many merged ranges are followed; with more the sheet is read as if they were none. */
const MOST_MERGED = 20_000;

/**
 * Goes through the rows of a sheet that hold anything, in the order of the file. With `merged`, which keeps the rows until
 * the end is reached, every cell of a merged range has the value of its first.
 */
export async function eachRow(
  parts: WorkbookParts,
  workbook: Workbook,
  sheet: WorkbookSheet,
  merged: boolean,
  take: (row: SheetRow) => void,
): Promise<void> {
  const rows: SheetRow[] = [];
  const ranges: Merged[] = [];
  const reading = textReader();
  let cells: Cell[] = [];
  let rowNo = 0;
  let column = 0;
  let type = '';
  let isDate = false;
  let isValue = false;
  let value: string | null = null;
  let isInline = false;

  const finishCell = (): void => {
    const read = cellOf(type, value, isInline ? reading.value() : null, isDate, workbook);
    if (read === null) return;
    while (cells.length < column - 1) cells.push(null);
    cells[column - 1] = read;
  };
  await scan(parts, sheet.path, {
    open(name, attribute) {
      if (name === 'c') {
        const ref = attribute('r');
        column = ref === undefined ? column + 1 : columnOf(ref);
        if (column > MOST_COLUMNS) throw tooFar(sheet, `${rowNo}`);
        type = attribute('t') ?? '';
        isDate = workbook.dateStyles[Number(attribute('s') ?? -1)] === true;
        value = null;
        isValue = false;
        isInline = false;
      } else if (name === 'v') {
        isValue = true;
        value = '';
      } else if (name === 'is') {
        isInline = true;
        reading.start();
      } else if (name === 'row') {
        rowNo = rowNumber(attribute('r'), rowNo, sheet);
        column = 0;
        cells = [];
      } else if (name === 'mergeCell' && merged && ranges.length <= MOST_MERGED) {
        const range = rangeOf(attribute('ref') ?? '');
        if (range !== null) ranges.push(range);
      } else reading.open(name);
    },
    text(piece) {
      if (isValue) value = ((value ?? '') + piece).slice(0, LONGEST_TEXT);
      else if (isInline) reading.text(piece);
    },
    close(name) {
      if (name === 'v') isValue = false;
      else if (name === 'c') finishCell();
      else if (name === 'row') {
        if (cells.length === 0) return;
        if (merged) rows.push({ cells, rowNo });
        else take({ cells, rowNo });
      } else reading.close(name);
    },
  });
  if (!merged) return;
  if (ranges.length <= MOST_MERGED) spread(rows, ranges);
  for (const row of rows) take(row);
}

function rowNumber(ref: string | undefined, before: number, sheet: WorkbookSheet): number {
  const number = ref === undefined ? before + 1 : Number(ref);
  if (!Number.isInteger(number) || number < 1 || number > MOST_ROWS) throw tooFar(sheet, (ref ?? '').slice(0, 20));
  return number;
}

function tooFar(sheet: WorkbookSheet, row: string): WorkbookDamaged {
  return new WorkbookDamaged(
    `工作表“${sheet.name}”有超出格式范围的行列(第 ${row} 行)`,
    `sheet “${sheet.name}” has rows or columns no sheet can have (row ${row})`,
  );
}

/** 1-based column of a reference such as AB12; beyond the last where it is none. */
function columnOf(ref: string): number {
  const letters = /^([A-Za-z]{1,3})[1-9]\d{0,6}$/.exec(ref)?.[1];
  if (letters === undefined) return MOST_COLUMNS + 1;
  let column = 0;
  for (const letter of letters.toUpperCase()) column = 26 * column + letter.charCodeAt(0) - 64;
  return column;
}

function rangeOf(ref: string): Merged | null {
  const found = /^([A-Z]{1,3}[1-9]\d{0,6}):([A-Z]{1,3}[1-9]\d{0,6})$/.exec(ref);
  if (found === null) return null;
  const [from, to] = [found[1]!, found[2]!];
  const row = (one: string): number => Number(/\d+$/.exec(one)![0]);
  return { rows: [row(from), row(to)], columns: [columnOf(from), columnOf(to)] };
}

/** Columns of a merged range that are filled: tables of coordinates are narrower. */
const WIDEST_MERGED = 256;
/** Cells filled in all: what is merged beyond that is no table of coordinates. */
const MOST_FILLED = 2_000_000;

/** Gives the cells of merged ranges the value of their first, in rows that are there. */
function spread(rows: readonly SheetRow[], ranges: readonly Merged[]): void {
  if (ranges.length === 0) return;
  const at = new Map(rows.map((row, i) => [row.rowNo, i]));
  let room = MOST_FILLED;
  for (const {
    rows: [top, bottom],
    columns: [left, right],
  } of ranges) {
    const first = at.get(top);
    const value = first === undefined ? null : (rows[first]!.cells[left - 1] ?? null);
    if (value === null) continue;
    const last = Math.min(right, left + WIDEST_MERGED - 1);
    // Rows come in the order of their numbers as a rule; a row out of order is left as it is.
    for (let i = first!; i < rows.length && rows[i]!.rowNo >= top && rows[i]!.rowNo <= bottom && room > 0; i++) {
      const { cells } = rows[i]!;
      while (cells.length < left - 1) cells.push(null);
      for (let column = left; column <= last; column++) cells[column - 1] = value;
      room -= last - left + 1;
    }
  }
}

/** The value a person sees: results of formulas, dates as ISO text. Errors are empty. */
function cellOf(type: string, value: string | null, inline: string | null, isDate: boolean, workbook: Workbook): Cell {
  if (type === 'inlineStr') return inline;
  if (value === null) return null;
  if (type === 's') return workbook.texts[Number(value)] ?? null;
  if (type === 'str' || type === 'd') return unescaped(value);
  if (type === 'b') return value.trim() === '1' ? 1 : 0;
  if (type === 'e' || value.trim() === '') return null;
  const number = Number(value);
  if (!Number.isFinite(number)) return null;
  return isDate ? (isoOf(number, workbook.from1904) ?? number) : number;
}

/** A day of the spreadsheet's calendar as ISO text, with its time where it has one; undefined beyond years of four digits. */
function isoOf(days: number, from1904: boolean): string | undefined {
  const sinceEpoch = days - 25_569 + (from1904 ? 1_462 : 0);
  if (!(sinceEpoch > -25_569 && sinceEpoch < 2_932_897)) return undefined;
  const iso = new Date(Math.round(sinceEpoch * 86_400_000)).toISOString();
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 19);
}
