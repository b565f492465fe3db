import { createHash } from 'node:crypto';
import { type Queryable, sql } from './database.ts';

/** A text that only this database has, and copies made of it by the server itself: when its first migration ran. Hex. */
export async function databaseIdentity(db: Queryable): Promise<string> {
  const { begun } = await db.one<{ begun: string }>(
    sql`select number || ' ' || applied_at as begun from schema_migration order by number limit 1`,
  );
  return createHash('sha256').update(begun).digest('hex');
}
