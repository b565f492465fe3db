import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { xmlText, type AttributeValue, type FeatureBatch, type Problem } from '../../kernel/index.ts';
import type { Queryable } from '../../platform/db/index.ts';
import type { WriteSource } from './format.ts';
import { writerOf } from './open-source.server.ts';
import { readProblemsOfFeatures, readStagedBatches, type StoredImport } from './store.ts';

/** Name of the column added to the user's own columns. */
const ERROR_COLUMN = '错误 errors';
const WARNING_COLUMN = '提示 warnings';

/** Characters a cell holds. */
const LONGEST_CELL = 32_767;

/** A text a spreadsheet must not take for a formula, of characters its format can hold. */
function plain(value: AttributeValue): AttributeValue {
  if (typeof value !== 'string') return value;
  const kept = xmlText(value).slice(0, LONGEST_CELL - 1);
  return /^[=+\-@\t\r\n＝＋－＠]/.test(kept) ? `'${kept}` : kept;
}

/** Rows of the user's file with what is wrong with each. */
export interface RowsWithProblems {
  readonly batch: FeatureBatch;
  readonly errors: readonly (string | null)[];
  readonly warnings: readonly (string | null)[];
}

function sentences(problems: readonly Problem[], severity: Problem['severity']): string | null {
  const texts = problems
    .filter((problem) => problem.severity === severity)
    .map((problem) => `[${problem.rule}] ${problem.message.zh} ${problem.message.en}`);
  return texts.length === 0 ? null : texts.join('; ').slice(0, 2_000);
}

/** Staged batches with what is wrong with each row. */
async function* rowsWithProblems(
  db: Queryable,
  stored: StoredImport,
): AsyncGenerator<{ batch: FeatureBatch; errors: (string | null)[]; warnings: (string | null)[] }> {
  for await (const { batch } of readStagedBatches(db, stored)) {
    const count = batch.featureNos.length;
    const byFeature = new Map<number, Problem[]>();
    if (count > 0) {
      for (const problem of await readProblemsOfFeatures(
        db,
        stored,
        batch.featureNos[0]!,
        batch.featureNos[count - 1]!,
      )) {
        const list = byFeature.get(problem.featureNo!);
        if (list) list.push(problem);
        else byFeature.set(problem.featureNo!, [problem]);
      }
    }
    const of = (severity: Problem['severity']): (string | null)[] =>
      Array.from(batch.featureNos, (no) => sentences(byFeature.get(no) ?? [], severity));
    yield { batch, errors: of('error'), warnings: of('warning') };
  }
}

/** "My file + error column" as a workbook: every row with its own columns, then errors and warnings. Streams to `folder`. */
export async function writeErrorWorkbook(db: Queryable, stored: StoredImport, folder: string): Promise<string> {
  const path = join(folder, 'errors.xlsx');
  const names = (stored.facts.fields ?? []).map((field) => field.name);
  await writeRowsWithProblems(path, names, rowsWithProblems(db, stored));
  return path;
}

/** Writes rows as they come to a workbook of one sheet; texts are text whatever they begin with. */
export async function writeRowsWithProblems(
  path: string,
  names: readonly string[],
  rows: AsyncIterable<RowsWithProblems> | Iterable<RowsWithProblems>,
): Promise<void> {
  const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: path, useStyles: true });
  const sheet = workbook.addWorksheet('rows', { views: [{ state: 'frozen', ySplit: 1 }] });
  sheet.addRow(['#', ...names.map(plain), ERROR_COLUMN, WARNING_COLUMN]).commit();
  for await (const { batch, errors, warnings } of rows) {
    const byName = new Map(batch.columns.map((column) => [column.name, column.values]));
    for (let f = 0; f < batch.featureNos.length; f++) {
      const row = sheet.addRow([
        batch.featureNos[f]!,
        ...names.map((name) => plain(byName.get(name)?.[f] ?? null)),
        plain(errors[f] ?? null),
        plain(warnings[f] ?? null),
      ]);
      if (errors[f] != null) row.fill = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFFFE3E0' } };
      row.commit();
    }
  }
  sheet.commit();
  await workbook.commit();
}

/** The same as a GeoPackage, shapes included: it opens in a GIS and can be mended and handed in again. */
export async function writeErrorGeoPackage(db: Queryable, stored: StoredImport, folder: string): Promise<string> {
  const path = join(folder, 'errors.gpkg');
  const fields = stored.facts.fields ?? [];
  const source: WriteSource = {
    epsg: stored.facts.crs!.epsg,
    fields: [...fields, { name: 'errors', type: 'text' }, { name: 'warnings', type: 'text' }],
    async *batches() {
      for await (const { batch, errors, warnings } of rowsWithProblems(db, stored)) {
        yield {
          ...batch,
          columns: [...batch.columns, { name: 'errors', values: errors }, { name: 'warnings', values: warnings }],
        };
      }
    },
  };
  await (await writerOf(path)).write(path, source, { layerName: 'errors' });
  return path;
}
