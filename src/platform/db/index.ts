import { mkdir } from 'node:fs/promises';
import type { Database } from './database.ts';
import { openEmbeddedEngine, sharedEmbeddedEngine } from './embedded.ts';
import { refuseTakenFolder } from './folder-lock.ts';
import { databaseOver, type Engine, type EngineShare } from './handle.ts';
import { migrate, readMigrations } from './migrations.ts';
import { databaseMoved, readMovedMark, USE_MOVED } from './moved-mark.ts';
import { openPostgresqlEngine } from './postgresql.ts';

export { type Database, DatabaseError, type Query, type Queryable, sql, type Transaction } from './database.ts';
export { FolderLockedError, isAlive, type LockHolder, thisProcess } from './folder-lock.ts';
export { databaseIdentity } from './identity.ts';
export { isDatabaseLost } from './lost.ts';
export { MigrationRefusedError } from './migrations.ts';
export { DatabaseRefusedError } from './refused.ts';

export type { EngineShare } from './handle.ts';

export interface DatabaseOptions {
  /** Connection string of PostgreSQL ≥ 15 with PostGIS ≥ 3.3; without it the embedded engine. */
  readonly url?: string | undefined;
  /**
   * Data folder. The embedded engine locks it for this process until the database is closed; with PostgreSQL several servers and
   * workers share it, and it is only refused where an embedded engine has it. Null: none (tests), and the embedded engine keeps
   * everything in memory.
   */
  readonly folder?: string | null;
}

/** A database as opened by this process; other threads of it may use it too. */
export interface OpenedDatabase extends Database {
  /** What `openShared` of another thread needs; for one thread each. */
  share(): EngineShare;
}

/**
 * Opens the database and brings it to the newest schema.
 *
 * @throws FolderLockedError when another process has the folder
 */
export async function openDatabase(options: DatabaseOptions): Promise<OpenedDatabase> {
  const db = await openAsItIs(options);
  try {
    await migrate(db, await readMigrations());
  } catch (error) {
    await db.close();
    throw error;
  }
  return db;
}

/**
 * Opens the database with the schema it has, which may be none: for those who look at it, copy it or fill it.
 *
 * @throws FolderLockedError when another process has the folder
 * @throws DatabaseRefusedError DATABASE-MOVED where the embedded database was moved to PostgreSQL
 */
export async function openAsItIs(options: DatabaseOptions): Promise<OpenedDatabase> {
  const folder = options.folder ?? null;
  if (options.url === undefined && folder !== null && process.env[USE_MOVED] !== 'on') {
    const mark = await readMovedMark(folder);
    if (mark !== null) throw databaseMoved(folder, mark);
  }
  const engine =
    options.url === undefined ? await openEmbeddedEngine({ folder }) : await openServer(options.url, folder);
  return Object.assign(databaseOver(engine), { share: () => engine.share() });
}

/** The database another thread of this process has opened, with connections of its own on PostgreSQL. */
export async function openShared(share: EngineShare): Promise<Database> {
  return databaseOver(
    share.kind === 'embedded' ? sharedEmbeddedEngine(share.port) : await openPostgresqlEngine(share.url, 'jobs'),
  );
}

async function openServer(url: string, folder: string | null): Promise<Engine> {
  if (folder === null) return openPostgresqlEngine(url);
  await mkdir(folder, { recursive: true });
  await refuseTakenFolder(folder);
  return openPostgresqlEngine(url);
}
