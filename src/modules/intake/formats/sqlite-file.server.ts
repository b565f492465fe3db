import { copyFile, mkdtemp, open, rm, stat, symlink, access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import sqlite from 'node-sqlite3-wasm';

export type SqliteDatabase = InstanceType<typeof sqlite.Database>;

/** A value as SQLite hands it over. */
export type SqliteValue = number | bigint | string | Uint8Array | null;

/** An SQLite file opened for reading, and whether it was left in write-ahead mode without its log. */
export interface SqliteFile {
  readonly database: SqliteDatabase;
  readonly logMissing: boolean;
  close(): Promise<void>;
}

/**
 * Opens a database file for reading without touching it or its directory.
 *
 * The library locks by a directory beside the file, so the file is opened through a link in a directory of our own.
 * A file in write-ahead mode (copied while QGIS had it open) cannot be opened read-only without shared memory; it is
 * copied, its log with it, and the copy is opened alone.
 */
export async function openSqlite(path: string): Promise<SqliteFile> {
  const real = resolve(path);
  const directory = await mkdtemp(join(tmpdir(), 'tianchou-sqlite-'));
  const drop = (): Promise<void> => rm(directory, { recursive: true, force: true });
  const inside = join(directory, basename(real));
  try {
    const writeAhead = await isWriteAhead(real);
    let logMissing = false;
    if (writeAhead) {
      await copyFile(real, inside);
      logMissing = !(await copyIfThere(`${real}-wal`, `${inside}-wal`));
    } else {
      await linkOrCopy(real, inside);
      // A rollback journal beside the file belongs to it: without it SQLite would read a half-written state.
      await copyIfThere(`${real}-journal`, `${inside}-journal`);
    }
    const database = new sqlite.Database(inside, writeAhead ? { fileMustExist: true } : { readOnly: true });
    try {
      if (writeAhead) database.exec('PRAGMA locking_mode=EXCLUSIVE');
      database.exec('PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA cache_size=-8000');
    } catch (error) {
      database.close();
      throw error;
    }
    let open = true;
    return {
      database,
      logMissing,
      async close() {
        if (!open) return;
        open = false;
        database.close();
        await drop();
      },
    };
  } catch (error) {
    await drop();
    throw error;
  }
}

/** Whether an error came from the database file rather than from the program. */
export function isSqliteError(error: unknown): error is Error {
  return error instanceof sqlite.SQLite3Error;
}

/** `name` as an SQL identifier. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function isWriteAhead(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const head = new Uint8Array(20);
    await handle.read(head, 0, 20, 0);
    return head[18] === 2 || head[19] === 2;
  } finally {
    await handle.close();
  }
}

async function copyIfThere(from: string, to: string): Promise<boolean> {
  try {
    if ((await stat(from)).size === 0) return false;
    await copyFile(from, to);
    return true;
  } catch {
    return false;
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await symlink(from, to, 'file');
    await access(to);
  } catch {
    await rm(to, { force: true });
    await copyFile(from, to);
  }
}
