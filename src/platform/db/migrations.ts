import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localized } from '../../kernel/index.ts';
import { PROJECT_ROOT } from '../project-root.ts';
import { type Database, type Queryable, sql, type Transaction } from './database.ts';
import { DatabaseRefusedError } from './refused.ts';

/** One file of `migrations/`: `0001_foundation.sql`. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/** The database cannot be brought to this version of the program. */
export class MigrationRefusedError extends DatabaseRefusedError {
  override readonly name = 'MigrationRefusedError';
}

/** A migration as a database remembers it. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

// Any number will do, as long as every process of the product takes the same one.
const LOCK = 7_402_001;

export async function readMigrations(folder: string = join(PROJECT_ROOT, 'migrations')): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      const checksum = createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
      return { number: Number(name.slice(0, 4)), name, text, checksum };
    }),
  );
}

/** What has run in this database, in order of number; null where it is not one of the product. */
export async function readApplied(db: Queryable): Promise<AppliedMigration[] | null> {
  const { found } = await db.one<{ found: boolean }>(sql`select to_regclass('schema_migration') is not null as found`);
  return found
    ? db.rows<AppliedMigration>(sql`select number, name, checksum from schema_migration order by number`)
    : null;
}

/**
 * The migrations a database still lacks, in order. Refuses a database that a newer version has changed (DATABASE-NEWER), and a
 * migration changed after it ran (MIGRATION-CHANGED).
 */
export function pendingMigrations(
  applied: readonly AppliedMigration[],
  migrations: readonly Migration[],
): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  const foreign = applied.find((row) => !known.has(row.number));
  if (foreign !== undefined) {
    throw new MigrationRefusedError({
      code: 'DATABASE-NEWER',
      message: localized(
        `数据库已由更新的版本升级（${foreign.name}），本版本不能使用。`,
        `The database was changed by a newer version (${foreign.name}); this version cannot use it.`,
      ),
      remedy: localized(
        '请使用更新的版本，或恢复升级前的备份。',
        'Run the newer version, or restore the backup made before it.',
      ),
    });
  }
  const changed = applied.find((row) => known.get(row.number)!.checksum !== row.checksum);
  if (changed !== undefined) {
    throw new MigrationRefusedError({
      code: 'MIGRATION-CHANGED',
      message: localized(
        `迁移 ${changed.name} 执行之后被改动过。`,
        `The migration ${changed.name} was changed after it had run.`,
      ),
      remedy: localized('请恢复原文件；改动应写成新的迁移。', 'Restore the file; a change belongs in a new migration.'),
    });
  }
  const numbers = new Set(applied.map((row) => row.number));
  return migrations.filter((migration) => !numbers.has(migration.number));
}

/**
 * Runs the migrations not yet run, each in a transaction of its own, in order of number. Safe when several processes
 * start at once.
 *
 * @returns names of the migrations run now
 */
export async function migrate(db: Database, migrations: readonly Migration[]): Promise<string[]> {
  const ran: string[] = [];
  for (;;) {
    const name = await db.transaction(async (tx) => {
      const next = (await lockedPending(tx, migrations))[0];
      if (next !== undefined) await runOne(tx, next);
      return next?.name;
    });
    if (name === undefined) return ran;
    ran.push(name);
  }
}

/** The same within one transaction: all of them or none. */
export async function migrateWithin(tx: Transaction, migrations: readonly Migration[]): Promise<string[]> {
  const pending = await lockedPending(tx, migrations);
  for (const migration of pending) await runOne(tx, migration);
  return pending.map(({ name }) => name);
}

async function lockedPending(tx: Transaction, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  await tx.run(sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`);
  await tx.run(sql`create table if not exists schema_migration (
    number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
  return pendingMigrations((await readApplied(tx)) ?? [], migrations);
}

async function runOne(tx: Transaction, { number, name, text, checksum }: Migration): Promise<void> {
  await tx.script(text);
  await tx.run(sql`insert into schema_migration (number, name, checksum) values (${number}, ${name}, ${checksum})`);
}
