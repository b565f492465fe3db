import { stat } from 'node:fs/promises';
import type { SqliteTables, TableColumn } from './sqlite-database.ts';
import { isSqliteError, openSqlite, quoted } from './sqlite-file.server.ts';
import { SqliteDamaged } from './sqlite-pages.ts';
import type { SqliteValue } from './sqlite-table.ts';

type Row = Record<string, SqliteValue>;

/**
 * The tables of a database as SQLite itself reads them: for files our own decoder leaves to it (a log or journal beside
 * the file, tables without row ids). What SQLite complains of comes out as `SqliteDamaged`.
 */
export async function openSqliteTables(path: string): Promise<SqliteTables> {
  const { database, logMissing, close } = await asDamage(() => openSqlite(path));
  try {
    const catalogue = await asDamage(
      () => database.all('SELECT type, name, sql FROM sqlite_master WHERE name IS NOT NULL') as Row[],
    );
    const { size } = await stat(path);
    return {
      size,
      logMissing,
      entries: catalogue.map(({ type, name, sql }) => ({
        kind: String(type),
        name: String(name),
        sql: String(sql ?? ''),
      })),
      columns: (table) =>
        asDamage(() =>
          (database.all(`PRAGMA table_info(${quoted(table)})`) as Row[]).map(
            (row): TableColumn => ({
              name: String(row.name),
              type: String(row.type ?? ''),
              keyPlace: Number(row.pk ?? 0),
            }),
          ),
        ),
      rows: (table) => asDamage(() => database.all(`SELECT * FROM ${quoted(table)}`) as Row[]),
      count: (table) =>
        asDamage(() => Number((database.get(`SELECT count(*) AS n FROM ${quoted(table)}`) as Row | null)?.n ?? 0)),
      async *scan(table, columns, take) {
        let statement;
        try {
          // Short names, so that a column of any name can be asked for; row order is the order of the table.
          const list = columns.map((column, i) => `${quoted(column)} AS c${i}`).join(', ');
          statement = database.prepare(`SELECT ${list} FROM ${quoted(table)}`);
          const values: SqliteValue[] = columns.map((): SqliteValue => null);
          for (const row of statement.iterate() as Iterable<Row>) {
            for (let i = 0; i < values.length; i++) values[i] = row[`c${i}`] ?? null;
            const result = take(values);
            if (result !== null) yield result;
          }
        } catch (error) {
          throw damageOf(error);
        } finally {
          if (statement && database.isOpen) finalizeQuietly(statement);
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function asDamage<T>(act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw damageOf(error);
  }
}

function damageOf(error: unknown): unknown {
  if (!isSqliteError(error)) return error;
  return new SqliteDamaged(`SQLite 报告“${error.message}”`, `SQLite says “${error.message}”`);
}

/** Ending a statement that failed reports its failure a second time. */
function finalizeQuietly(statement: { finalize(): void }): void {
  try {
    statement.finalize();
  } catch (error) {
    if (!isSqliteError(error)) throw error;
  }
}
