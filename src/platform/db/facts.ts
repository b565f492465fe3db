import { type Database, sql } from './database.ts';
import { countRows, readTables } from './tables.ts';

/** What an operator asks first. */
export interface DatabaseFacts {
  readonly engineVersion: string;
  readonly bytes: number;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

export async function databaseFacts(db: Database): Promise<DatabaseFacts> {
  const { engineVersion, bytes } = await db.one<{ engineVersion: string; bytes: number }>(
    sql`select version() as "engineVersion", pg_database_size(current_database()) as bytes`,
  );
  const tables = await readTables(db);
  const counts = await countRows(db, tables);
  return { engineVersion, bytes, tables: tables.map(({ name }) => ({ name, rows: counts.get(name)! })) };
}
