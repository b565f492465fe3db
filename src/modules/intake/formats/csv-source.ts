import type { parse } from 'csv-parse/sync';
import { localized, ok, type Problem, type Refusal, type Result } from '../../../kernel/index.ts';
import { looksLikeBoundaryTxt } from '../boundary-txt.ts';
import type { ByteSource } from '../byte-source.ts';
import { collectTable, type CoordinatesTable, type TableCollector } from '../coordinates-table.ts';
import { encodingOfLabel, type TextEncoding } from '../encoding.ts';
import type { CancelSignal, OpenedSource, ReadOptions, SourceFormat } from '../format.ts';
import { findTableLayout, HEADER_SEARCH_ROWS, type Cell } from '../table-layout.ts';
import { decodeLeniently } from '../text-decoding.ts';
import { decoderOfLines, feedText, findTextKind } from '../text-file.ts';
import { createLineFeeder } from '../text-lines.ts';
import type { EncodingEvidence } from '../views.ts';
import { readBoundaryTxt } from './boundary-txt-source.ts';
import { batchesOfParcels } from './point-batches.ts';
import { emptyFile, refusal, refused } from './refusals.ts';

/** A table with quotation marks, in which a row may span lines, is read as one text. */
const LARGEST_TEXT = 400 * 1024 * 1024;
/** Any other is read line by line; what stays in memory are its points, 16 bytes each. */
const LARGEST_FILE = 2 * 1024 * 1024 * 1024;
/** What delimiter, decimal sign and header are looked for in. */
const HEAD_BYTES = 128 * 1024;

/** What the surroundings bring: the text of a .prj beside the file, and a parser of tables with quotation marks. */
export interface CsvHelp {
  prjText(): Promise<string | null>;
  readonly parse: typeof parse;
}

/**
 * CSV of coordinates from bytes anywhere: one row a point, or one row a polygon as WKT. Delimiter, encoding and columns
 * are found. Everything is read here; the bytes stay the caller's to close.
 */
export async function openCsv(
  source: ByteSource,
  options: ReadOptions,
  help: CsvHelp,
): Promise<Result<OpenedSource, Refusal[]>> {
  const { name: file, size } = source;
  if (size === 0) return refused(emptyFile(file));
  if (size > LARGEST_FILE) return refused(tooLarge(file, '2 GB'));
  const userEncoding = options.encoding === undefined ? undefined : encodingOfLabel(options.encoding);
  const { evidence, quoted } = await findTextKind(source, userEncoding);
  const encoding = evidence.encoding as TextEncoding;
  const head = decodeLeniently((await source.read(0, HEAD_BYTES)).slice(), encoding);
  if (/^\s*[[【]/.test(head.slice(0, 200)) && looksLikeBoundaryTxt(head.slice(0, 4000)))
    return await readBoundaryTxt(source, options);
  if (quoted && size > LARGEST_TEXT) return refused(tooLarge(file, '400 MB'));
  const table = await readCsv(source, head, quoted, encoding, options, await help.prjText(), help.parse);
  return table.ok ? ok(sourceOfTable('csv', file.replace(/\.[^.]*$/, ''), table.value, evidence)) : table;
}

function tooLarge(file: string, limit: string): Refusal {
  return refusal(
    'INTAKE_TOO_LARGE',
    { file },
    `CSV 文件超过 ${limit}`,
    `The CSV file is larger than ${limit}.`,
    '请拆分文件,或改用 GeoPackage',
    'Split the file, or use a GeoPackage.',
  );
}

/** A table understood, as a source. */
export function sourceOfTable(
  format: SourceFormat,
  layerName: string,
  table: CoordinatesTable,
  encoding: EncodingEvidence | null,
): OpenedSource {
  const { fields, parcels, values, crs } = table;
  return {
    format,
    layerName,
    fields,
    encoding,
    crs: crs.crs,
    problems: table.problems,
    featureCount: parcels.length,
    async *batches(signal?: CancelSignal) {
      yield* batchesOfParcels(parcels, fields, (featureNo) => values[featureNo]!, signal);
    },
    close: async () => {},
  };
}

/** Says why a table cannot be read as coordinates, with the titles it has. */
export function noCoordinates(file: string, rows: readonly (readonly Cell[])[]): Refusal {
  const titles =
    rows
      .find((row) => row.filter((cell) => cell !== null && cell !== '').length > 1)
      ?.map((cell) => String(cell ?? '').slice(0, 40))
      .filter((title) => title !== '') ?? [];
  const shown = titles.slice(0, 12).join('、');
  return refusal(
    'INTAKE_TABLE_NO_COORDINATES',
    { file },
    `表中没有坐标列(${shown || '没有内容'})`,
    `The table has no columns of coordinates (${shown || 'nothing in it'}).`,
    '需要“X、Y”、“经度、纬度”或“WKT”列',
    'It needs columns X and Y, longitude and latitude, or WKT.',
  );
}

const DELIMITERS = [',', '\t', ';', '|', '，', '；'] as const;

async function readCsv(
  source: ByteSource,
  start: string,
  quoted: boolean,
  encoding: TextEncoding,
  options: ReadOptions,
  prjText: string | null,
  parseQuoted: typeof parse,
): Promise<Result<CoordinatesTable, Refusal[]>> {
  const file = source.name;
  const declared = /^\uFEFF?sep=(.)\r?\n/i.exec(start);
  const body = declared ? start.slice(declared[0].length) : start;
  const firstLine = declared ? 2 : 1;
  const delimiter = declared ? declared[1]! : delimiterOf(body);
  const head: { cells: Cell[]; line: number }[] = [];
  let collector: TableCollector | undefined;
  let none: Refusal | undefined;
  const decimalComma = delimiter !== ',' && /\d{5,},\d/.test(body.slice(0, 20_000));
  const begin = (): void => {
    const rows = head.map((row) => row.cells);
    const layout = findTableLayout(rows);
    if (!layout) {
      none = noCoordinates(file, rows);
      return;
    }
    collector = collectTable(layout, rows.slice(0, Math.max(0, layout.headerRow)), {
      file,
      userEpsg: options.crs ?? null,
      datumParameters: options.datumParameters ?? null,
      prjText,
      decimalComma,
    });
    for (const row of head.slice(layout.headerRow + 1)) collector.add(row.cells, row.line);
  };
  const take = (cells: string[], line: number): void => {
    if (none) return;
    // An apostrophe before a sign says "this is text": our own tables have it, and those of spreadsheets.
    for (let i = 0; i < cells.length; i++)
      if (cells[i]!.charCodeAt(0) === 0x27 && /^'[=+\-@\t\r]/.test(cells[i]!)) cells[i] = cells[i]!.slice(1);
    if (collector) collector.add(cells, line);
    else {
      head.push({ cells, line });
      if (head.length === HEADER_SEARCH_ROWS) begin();
    }
  };
  const broken = quoted
    ? eachRecord(await wholeText(source, encoding, declared?.[0].length ?? 0), delimiter, firstLine, take, parseQuoted)
    : await eachPlainLine(source, encoding, delimiter, firstLine, take);
  if (broken !== undefined) {
    return refused(
      refusal(
        'INTAKE_CSV_BROKEN',
        { file, line: broken },
        `CSV 第 ${broken} 行附近结构有误(引号不配对)`,
        `The CSV is broken near line ${broken} (a quote is not closed).`,
        '请检查该行的引号',
        'Check the quotes of that line.',
      ),
    );
  }
  if (!collector && !none) begin();
  if (!collector) return refused(none ?? emptyFile(file));
  const table = collector.finish();
  const problems: Problem[] = [];
  if (!table.ok) return table;
  if (/[，；]/.test(delimiter)) {
    problems.push({
      rule: 'table.full-width-delimiter',
      severity: 'warning',
      featureNo: null,
      id: null,
      line: 1,
      message: localized('列之间用全角逗号或分号分隔', 'columns are parted by full-width marks'),
    });
  }
  if (table.value.parcels.length === 0) {
    return refused(
      refusal(
        'INTAKE_TABLE_EMPTY',
        { file },
        '表中只有表头,没有数据',
        'The table has a header and no rows.',
        '请检查文件',
        'Check the file.',
      ),
    );
  }
  return ok({ ...table.value, problems: [...problems, ...table.value.problems] });
}

type TakeRow = (cells: string[], line: number) => void;

async function wholeText(source: ByteSource, encoding: TextEncoding, from: number): Promise<string> {
  const text = decodeLeniently(await source.read(0, source.size), encoding);
  return from === 0 ? text : text.slice(from);
}

/** Rows of a text without quotes: every line from `firstLine` on is a row, which needs no state and no memory. */
async function eachPlainLine(
  source: ByteSource,
  encoding: TextEncoding,
  delimiter: string,
  firstLine: number,
  take: TakeRow,
): Promise<undefined> {
  const decode = decoderOfLines(encoding);
  let line = 0;
  const feeder = createLineFeeder((bytes, from, to) => {
    if (++line >= firstLine) take(decode(bytes.subarray(from, to)).split(delimiter), line);
  });
  await feedText(source, encoding, feeder);
}

/** Rows of a text with quotes; returns the line where a quote is left open. */
function eachRecord(
  body: string,
  delimiter: string,
  firstLine: number,
  take: TakeRow,
  parseQuoted: typeof parse,
): number | undefined {
  let lastLine = 0;
  try {
    parseQuoted(body, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: false,
      bom: true,
      on_record: (record: string[], context) => {
        // A record may span lines; the number shown is that of its first.
        const inside = record.reduce((sum, cell) => sum + (cell.split('\n').length - 1), 0);
        take(record, Math.max(lastLine + 1, context.lines - inside) + firstLine - 1);
        lastLine = context.lines;
        return null;
      },
    });
    return undefined;
  } catch (error) {
    if (!(error as { code?: string }).code?.startsWith('CSV_')) throw error;
    return (error as { lines?: number }).lines ?? 1;
  }
}

/** The mark that parts the most lines of the head into equally many columns. */
function delimiterOf(text: string): string {
  const lines = text
    .slice(0, 20_000)
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .slice(0, 30);
  let best: string = ',';
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const counts = new Map<number, number>();
    for (const line of lines) {
      const count = line.replace(/"[^"]*"/g, '').split(delimiter).length - 1;
      if (count > 0) counts.set(count, (counts.get(count) ?? 0) + 1);
    }
    const score = Math.max(0, ...[...counts].map(([count, times]) => times * Math.min(count, 4)));
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}
