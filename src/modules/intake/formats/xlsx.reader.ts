import ExcelJS from 'exceljs';
import { basename } from 'node:path';
import { ok, type Refusal, type Result } from '../../../kernel/index.ts';
import { collectTable, type CoordinatesTable, type TableCollector } from '../coordinates-table.ts';
import type { FormatReader, OpenedSource, ReadOptions } from '../format.ts';
import { findTableLayout, HEADER_SEARCH_ROWS, type Cell } from '../table-layout.ts';
import { noCoordinates, sourceOfTable } from './csv-source.ts';
import { corrupt, noSuchLayer, refusal, refused, severalLayers } from './refusals.ts';
import { openZip } from './zip-archive.server.ts';

/** Sheets larger than this, unpacked, are read row by row; below it merged cells are resolved by the library. */
const WHOLE_SHEETS_BYTES = 16 * 1024 * 1024;

/** xlsx of coordinates: like CSV, from the one sheet that holds coordinates, or the sheet named as layer. */
export const xlsxReader: FormatReader = { format: 'xlsx', open: openXlsx };

interface Sheet {
  readonly name: string;
  readonly hidden: boolean;
  readonly rows: AsyncIterable<{ readonly cells: Cell[]; readonly rowNo: number }>;
}

async function openXlsx(path: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  const file = basename(path);
  const archive = await openZip(path);
  if (!archive.ok) return archive;
  const sheetBytes = archive.value.entries
    .filter((entry) => /^xl\/(worksheets\/|sharedStrings)/.test(entry.name))
    .reduce((sum, entry) => sum + entry.size, 0);
  const isWorkbook = archive.value.entries.some((entry) => entry.name === 'xl/workbook.xml');
  archive.value.close();
  if (!isWorkbook) {
    return refused(
      refusal(
        'INTAKE_XLSX_BROKEN',
        { file },
        '文件不是 xlsx 工作簿',
        'The file is no xlsx workbook.',
        '请在 Excel 或 WPS 中另存为 xlsx',
        'Save it as xlsx in a spreadsheet program.',
      ),
    );
  }
  try {
    return await readWorkbook(
      file,
      sheetBytes > WHOLE_SHEETS_BYTES ? streamedSheets(path) : wholeSheets(path),
      options,
    );
  } catch (error) {
    // The library throws plain errors for anything in the package it does not expect.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    return refused(corrupt({ file }, 'xlsx', '工作簿内部结构无法读取', 'the inside of the workbook cannot be read'));
  }
}

async function readWorkbook(
  file: string,
  sheets: AsyncIterable<Sheet>,
  options: ReadOptions,
): Promise<Result<OpenedSource, Refusal[]>> {
  const names: string[] = [];
  const tables: { name: string; table: Result<CoordinatesTable, Refusal[]> }[] = [];
  let firstRows: Cell[][] = [];
  for await (const sheet of sheets) {
    const wanted =
      options.layer === undefined ? !sheet.hidden : sheet.name.toLowerCase() === options.layer.toLowerCase();
    if (!sheet.hidden) names.push(sheet.name);
    const head: { cells: Cell[]; rowNo: number }[] = [];
    let collector: TableCollector | undefined;
    let none = !wanted;
    const begin = (): void => {
      const rows = head.map((row) => row.cells);
      const layout = findTableLayout(rows);
      if (firstRows.length === 0) firstRows = rows;
      if (!layout) {
        none = true;
        return;
      }
      collector = collectTable(layout, rows.slice(0, Math.max(0, layout.headerRow)), {
        file,
        userEpsg: options.crs ?? null,
        datumParameters: options.datumParameters ?? null,
      });
      for (const row of head.slice(layout.headerRow + 1)) collector.add(row.cells, row.rowNo);
    };
    for await (const row of sheet.rows) {
      // A streamed sheet must be read to its end even where nothing is wanted of it.
      if (none) continue;
      if (collector) collector.add(row.cells, row.rowNo);
      else {
        head.push(row);
        if (head.length === HEADER_SEARCH_ROWS) begin();
      }
    }
    if (!collector && !none && head.length > 0) begin();
    if (collector) tables.push({ name: sheet.name, table: (collector as TableCollector).finish() });
  }
  if (options.layer !== undefined && !names.some((name) => name.toLowerCase() === options.layer!.toLowerCase()))
    return refused(noSuchLayer(file, options.layer, names));
  if (tables.length === 0) return refused(noCoordinates(file, firstRows));
  const filled = tables.filter(({ table }) => !table.ok || table.value.parcels.length > 0);
  if (filled.length > 1)
    return refused(
      severalLayers(
        file,
        filled.map(({ name }) => name),
      ),
    );
  const chosen = filled[0];
  if (!chosen)
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
  return chosen.table.ok ? ok(sourceOfTable('xlsx', chosen.name, chosen.table.value, null)) : chosen.table;
}

async function* wholeSheets(path: string): AsyncGenerator<Sheet> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(path, {
    ignoreNodes: ['dataValidations', 'conditionalFormatting', 'hyperlinks', 'drawing', 'picture', 'legacyDrawing'],
  });
  for (const sheet of workbook.worksheets) {
    async function* rows(): AsyncGenerator<{ cells: Cell[]; rowNo: number }> {
      const found: { cells: Cell[]; rowNo: number }[] = [];
      sheet.eachRow({ includeEmpty: false }, (row, rowNo) => found.push({ cells: cellsOf(row), rowNo }));
      yield* found;
    }
    yield { name: sheet.name, hidden: sheet.state !== 'visible', rows: rows() };
  }
}

async function* streamedSheets(path: string): AsyncGenerator<Sheet> {
  const reader = new ExcelJS.stream.xlsx.WorkbookReader(path, {
    worksheets: 'emit',
    sharedStrings: 'cache',
    styles: 'cache',
    hyperlinks: 'ignore',
    entries: 'ignore',
  });
  for await (const sheet of reader) {
    const { name, state } = sheet as unknown as { name: string; state?: string };
    async function* rows(): AsyncGenerator<{ cells: Cell[]; rowNo: number }> {
      for await (const row of sheet) yield { cells: cellsOf(row), rowNo: row.number };
    }
    yield { name, hidden: state !== undefined && state !== 'visible', rows: rows() };
  }
}

function cellsOf(row: ExcelJS.Row): Cell[] {
  const cells: Cell[] = [];
  row.eachCell({ includeEmpty: false }, (cell, column) => {
    while (cells.length < column - 1) cells.push(null);
    cells[column - 1] = cellOf(cell.value);
  });
  return cells;
}

/** The value a person sees: results of formulas, text of rich text and links, dates as ISO text. Errors are empty. */
function cellOf(value: ExcelJS.CellValue): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) return null;
    const iso = value.toISOString();
    return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 19);
  }
  if ('richText' in value) return value.richText.map((part) => part.text).join('');
  if ('result' in value) return cellOf((value.result ?? null) as ExcelJS.CellValue);
  if ('text' in value) return cellOf(value.text as ExcelJS.CellValue);
  return null;
}
