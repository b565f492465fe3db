import type { Database } from './database.ts';
import { openEmbeddedEngine } from './embedded.ts';
import { databaseOver } from './handle.ts';
import { migrate, readMigrations } from './migrations.ts';
import { openPostgresqlEngine } from './postgresql.ts';

export { type Database, DatabaseError, type Query, type Queryable, sql, type Transaction } from './database.ts';
export { FolderLockedError } from './folder-lock.ts';
export { MigrationRefusedError } from './migrations.ts';

export interface DatabaseOptions {
  /** Connection string of PostgreSQL ≥ 15 with PostGIS ≥ 3.3; without it the embedded engine. */
  readonly url?: string | undefined;
  /** Data folder of the embedded engine; null keeps everything in memory (tests). */
  readonly folder?: string | null;
}

/** Opens the database and brings it to the newest schema. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const engine =
    options.url === undefined
      ? await openEmbeddedEngine({ folder: options.folder ?? null })
      : await openPostgresqlEngine(options.url);
  const db = databaseOver(engine);
  try {
    await migrate(db, await readMigrations());
  } catch (error) {
    await db.close();
    throw error;
  }
  return db;
}
