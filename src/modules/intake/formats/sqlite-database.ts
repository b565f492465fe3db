import type { ByteSource } from '../byte-source.ts';
import { decodeLeniently } from '../text-decoding.ts';
import { createTextReader, type TextReader } from '../utf8-texts.ts';
import { columnsOfCreateTable, type DeclaredColumn } from './sqlite-create-table.ts';
import { openSqlitePages, SqliteBeyond, SqliteDamaged } from './sqlite-pages.ts';
import { countRows, scanTable, type SqliteValue, type WantedColumn } from './sqlite-table.ts';

/** A row by column name. */
export type SqliteRow = Readonly<Record<string, SqliteValue>>;

/** What a column is called, holds by its declaration, and whether it is the first of the primary key. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly keyPlace: number;
}

/** The tables of a database file, by whatever reads it: this decoder, or SQLite itself on the server. */
export interface SqliteTables {
  /** Bytes of the file. */
  readonly size: number;
  /** Left in write-ahead mode, its log not beside it. */
  readonly logMissing: boolean;
  /** Names in the catalogue, with their kind and statement. */
  readonly entries: readonly CatalogueEntry[];
  columns(table: string): Promise<readonly TableColumn[]>;
  /** All rows of a small table. */
  rows(table: string): Promise<readonly SqliteRow[]>;
  count(table: string): Promise<number>;
  /**
   * Goes through a table in its order and calls `take` with the values of the named columns (one array for all rows,
   * blobs valid until the next); what `take` returns, if not null, is yielded.
   */
  scan<T>(
    table: string,
    columns: readonly string[],
    take: (values: readonly SqliteValue[]) => T | null,
  ): AsyncGenerator<T>;
  close(): Promise<void>;
}

export interface CatalogueEntry {
  readonly kind: string;
  readonly name: string;
  readonly sql: string;
}

interface Entry extends CatalogueEntry {
  readonly root: number;
}

const CATALOGUE = ['type', 'name', 'tbl_name', 'rootpage', 'sql'] as const;

/**
 * Reads the tables of an SQLite file without SQLite, so that a page can read them too. Only what a reader needs: tables
 * with row ids, page by page; indexes, triggers and views are not looked at. Throws `SqliteDamaged` where the file
 * contradicts itself and `SqliteBeyond` where only SQLite knows how to read a table.
 */
export async function openSqliteDatabase(source: ByteSource): Promise<SqliteTables> {
  const pages = await openSqlitePages(source);
  const newTextReader = (): TextReader => {
    const { encoding } = pages;
    const read: TextReader =
      encoding === 'utf-8'
        ? createTextReader()
        : (bytes, from, to) => decodeLeniently(bytes.subarray(from, to), encoding);
    return (bytes, from, to) => untilZero(read(bytes, from, to));
  };
  const sharedTextReader = newTextReader();
  const wantedOf = (
    columns: readonly DeclaredColumn[],
    names: readonly string[],
    textReader: () => TextReader = newTextReader,
  ): WantedColumn[] =>
    names.map((name) => {
      const index = columns.findIndex((column) => column.name === name);
      if (index < 0) throw new SqliteBeyond(`no column ${name}`);
      const { fallback, isRowId } = columns[index]!;
      return { index, fallback, isRowId, readText: textReader() };
    });
  const plain = CATALOGUE.map(
    (name): DeclaredColumn => ({
      name,
      type: '',
      keyPlace: 0,
      isRowId: false,
      fallback: null,
    }),
  );

  const entries: Entry[] = [];
  const toEntry = ([kind, name, , root, sql]: readonly SqliteValue[]): Entry => ({
    kind: String(kind),
    name: String(name),
    root: Number(root ?? 0),
    sql: String(sql ?? ''),
  });
  const wantedOfCatalogue = wantedOf(plain, CATALOGUE, () => sharedTextReader);
  for await (const entry of scanTable(pages, 1, wantedOfCatalogue, toEntry)) entries.push(entry);
  const known = new Map<string, { readonly root: number; readonly columns: readonly DeclaredColumn[] }>();
  const tableOf = (name: string): { readonly root: number; readonly columns: readonly DeclaredColumn[] } | null => {
    const earlier = known.get(name);
    if (earlier) return earlier;
    const lower = name.toLowerCase();
    const tables = entries.filter((entry) => entry.kind === 'table');
    const entry =
      tables.find((table) => table.name === name) ?? tables.find((table) => table.name.toLowerCase() === lower);
    if (entry === undefined) return null;
    if (!Number.isSafeInteger(entry.root) || entry.root < 1) {
      throw new SqliteDamaged(`表“${name}”没有内容页`, `the table “${name}” has no page`);
    }
    const table = { root: entry.root, columns: columnsOfCreateTable(entry.sql) };
    known.set(name, table);
    return table;
  };

  function scan<T>(
    name: string,
    columns: readonly string[],
    take: (values: readonly SqliteValue[]) => T | null,
    textReader: () => TextReader = newTextReader,
  ): AsyncGenerator<T> {
    const table = tableOf(name);
    if (table === null) throw new SqliteBeyond(`no table ${name}`);
    return scanTable(pages, table.root, wantedOf(table.columns, columns, textReader), take);
  }

  return {
    size: source.size,
    logMissing: pages.writeAhead,
    entries,
    columns: async (name) => tableOf(name)?.columns ?? [],
    async rows(name) {
      const columns = (tableOf(name)?.columns ?? []).map((column) => column.name);
      const rows: SqliteRow[] = [];
      if (columns.length === 0) return rows;
      const take = (values: readonly SqliteValue[]): SqliteRow =>
        Object.fromEntries(columns.map((column, i) => [column, values[i] ?? null]));
      for await (const row of scan(name, columns, take, () => sharedTextReader)) rows.push(row);
      return rows;
    },
    async count(name) {
      const table = tableOf(name);
      return table === null ? 0 : countRows(pages, table.root);
    },
    scan,
    close: () => source.close(),
  };
}

/** SQLite's interface for C ends texts at their first zero byte, and so every reader of such files knows them. */
function untilZero(text: string): string {
  const end = text.indexOf('\u0000');
  return end < 0 ? text : text.slice(0, end);
}
