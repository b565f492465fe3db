import { basename } from 'node:path';
import { ok, type Refusal, type Result } from '../../../kernel/index.ts';
import { collectTable, type CoordinatesTable, type TableCollector } from '../coordinates-table.ts';
import type { FormatReader, OpenedSource, ReadOptions } from '../format.ts';
import { findTableLayout, HEADER_SEARCH_ROWS, type Cell } from '../table-layout.ts';
import { noCoordinates, sourceOfTable } from './csv-source.ts';
import { corrupt, noSuchLayer, refusal, refused, severalLayers } from './refusals.ts';
import { eachRow, readWorkbook, WorkbookDamaged, type Workbook, type WorkbookParts } from './xlsx-workbook.ts';
import { openZip, ZipDamaged } from './zip-archive.server.ts';

/** Sheets larger than this, unpacked, are read row by row; below it merged cells are resolved. */
const WHOLE_SHEETS_BYTES = 16 * 1024 * 1024;

/** xlsx of coordinates: like CSV, from the one sheet that holds coordinates, or the sheet named as layer. */
export const xlsxReader: FormatReader = { format: 'xlsx', open: openXlsx };

async function openXlsx(path: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  const file = basename(path);
  const opened = await openZip(path);
  if (!opened.ok) return opened;
  const archive = opened.value;
  try {
    const known = new Map(archive.entries.map((entry) => [entry.name, entry]));
    if (!known.has('xl/workbook.xml')) return refused(notWorkbook(file));
    const parts: WorkbookParts = {
      has: (name) => known.has(name),
      stream: (name) => {
        const entry = known.get(name);
        if (entry === undefined) throw new WorkbookDamaged(`缺少“${name}”`, `“${name}” is missing`);
        return archive.stream(entry);
      },
    };
    const workbook = await readWorkbook(parts);
    const sheetBytes = workbook.sheets.reduce((sum, { path: part }) => sum + known.get(part)!.size, 0);
    return await readTables(file, workbook, parts, sheetBytes <= WHOLE_SHEETS_BYTES, options);
  } catch (error) {
    if (error instanceof ZipDamaged) return refused(error.refusal);
    if (error instanceof WorkbookDamaged) return refused(corrupt({ file }, 'xlsx', error.zh, error.en));
    throw error;
  } finally {
    archive.close();
  }
}

function notWorkbook(file: string): Refusal {
  return refusal(
    'INTAKE_XLSX_BROKEN',
    { file },
    '文件不是 xlsx 工作簿',
    'The file is no xlsx workbook.',
    '请在 Excel 或 WPS 中另存为 xlsx',
    'Save it as xlsx in a spreadsheet program.',
  );
}

async function readTables(
  file: string,
  workbook: Workbook,
  parts: WorkbookParts,
  merged: boolean,
  options: ReadOptions,
): Promise<Result<OpenedSource, Refusal[]>> {
  const names: string[] = [];
  const tables: { name: string; table: Result<CoordinatesTable, Refusal[]> }[] = [];
  let firstRows: Cell[][] = [];
  for (const sheet of workbook.sheets) {
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
    if (none) continue;
    await eachRow(parts, workbook, sheet, merged, (row) => {
      if (none) return;
      if (collector) collector.add(row.cells, row.rowNo);
      else {
        head.push(row);
        if (head.length === HEADER_SEARCH_ROWS) begin();
      }
    });
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
