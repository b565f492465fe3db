import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Refusal, Result } from '../../../kernel/index.ts';
import { openByteSource } from '../byte-source.server.ts';
import type { FormatReader, OpenedSource, ReadOptions } from '../format.ts';
import { openSqliteTables } from './geopackage-engine.server.ts';
import { layersOfTables, openGeopackageTables } from './geopackage.ts';
import { corrupt, emptyFile, refused, wrongMagic } from './refusals.ts';
import { openSqliteDatabase, type SqliteTables } from './sqlite-database.ts';
import { isSqliteHead, SqliteBeyond, SqliteDamaged } from './sqlite-pages.ts';

/**
 * GeoPackage files on disk: read by our own decoder (geopackage.ts), and by SQLite itself where a log or journal lies
 * beside the file or a table is of a kind that only SQLite knows.
 */
export const geopackageReader: FormatReader = { format: 'geopackage', open: openGeopackage };

const NAME = 'GeoPackage';

function openGeopackage(path: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  return withTables(path, (tables, file) => openGeopackageTables(tables, file, options));
}

/** Names of the polygon layers of a GeoPackage, in the order of the file; empty where there are none. */
export function geopackageLayers(path: string): Promise<Result<string[], Refusal[]>> {
  return withTables(path, layersOfTables);
}

type Use<T> = (tables: SqliteTables, file: string) => Promise<Result<T, Refusal[]>>;

async function withTables<T>(path: string, use: Use<T>): Promise<Result<T, Refusal[]>> {
  const file = basename(path);
  const source = await openByteSource(path);
  // An opened layer closes the file itself.
  let kept = false;
  try {
    const head = await source.read(0, 100);
    if (head.length === 0) return refused(emptyFile(file));
    if (!isSqliteHead(head)) return refused(wrongMagic(file, NAME));
    if (!(await hasLog(path))) {
      try {
        const opened = await use(await openSqliteDatabase(source), file);
        kept = opened.ok;
        return opened;
      } catch (error) {
        if (!(error instanceof SqliteBeyond)) throw error;
      }
    }
    return await use(await openSqliteTables(path), file);
  } catch (error) {
    if (error instanceof SqliteDamaged) return refused(corrupt({ file }, NAME, error.zh, error.en));
    throw error;
  } finally {
    if (!kept) await source.close();
  }
}

/** Whether a write-ahead log or a rollback journal lies beside the file, without which it is not what was saved last. */
async function hasLog(path: string): Promise<boolean> {
  for (const end of ['-wal', '-journal']) {
    try {
      if ((await stat(path + end)).size > 0) return true;
    } catch {
      // Not there, which is as it should be.
    }
  }
  return false;
}
