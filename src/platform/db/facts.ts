import { type Database, sql } from './database.ts';
import { countRows, readTables } from './tables.ts';

/** What an operator asks first. */
export interface DatabaseFacts {
  readonly engineVersion: string;
  readonly bytes: number;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

/** Room the database takes on its disk. */
export async function databaseBytes(db: Database): Promise<number> {
  const { bytes } = await db.one<{ bytes: number }>(sql`select pg_database_size(current_database()) as bytes`);
  return bytes;
}

export async function databaseFacts(db: Database): Promise<DatabaseFacts> {
  const { engineVersion } = await db.one<{ engineVersion: string }>(sql`select version() as "engineVersion"`);
  const tables = await readTables(db);
  const counts = await countRows(db, tables);
  return {
    engineVersion,
    bytes: await databaseBytes(db),
    tables: tables.map(({ name }) => ({ name, rows: counts.get(name)! })),
  };
}
