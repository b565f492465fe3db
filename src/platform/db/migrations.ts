import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Refusal, localized } from '../../kernel/index.ts';
import { PROJECT_ROOT } from '../project-root.ts';
import { type Database, sql } from './database.ts';

/** One file of `migrations/`: `0001_foundation.sql`. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/** The database cannot be brought to this version of the program. */
export class MigrationRefusedError extends Error {
  override readonly name = 'MigrationRefusedError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message.en);
    this.refusal = refusal;
  }
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

/**
 * Runs the migrations not yet run, each in a transaction of its own, in order of number. Safe when several processes
 * start at once. Refuses a database that a newer version has changed, and a migration changed after it ran.
 *
 * @returns names of the migrations run now
 */
export async function migrate(db: Database, migrations: readonly Migration[]): Promise<string[]> {
  const ran: string[] = [];
  const applied = await db.transaction(async (tx) => {
    await tx.run(sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`);
    await tx.run(sql`create table if not exists schema_migration (
      number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
    return tx.rows<{ number: number; name: string }>(sql`select number, name from schema_migration order by number`);
  });
  const known = new Set(migrations.map((migration) => migration.number));
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
  for (const migration of migrations) {
    const isNew = await db.transaction(async (tx) => {
      await tx.run(sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`);
      const row = await tx.first<{ checksum: string }>(
        sql`select checksum from schema_migration where number = ${migration.number}`,
      );
      if (row !== undefined) {
        if (row.checksum === migration.checksum) return false;
        throw new MigrationRefusedError({
          code: 'MIGRATION-CHANGED',
          message: localized(
            `迁移 ${migration.name} 执行之后被改动过。`,
            `The migration ${migration.name} was changed after it had run.`,
          ),
          remedy: localized(
            '请恢复原文件；改动应写成新的迁移。',
            'Restore the file; a change belongs in a new migration.',
          ),
        });
      }
      await tx.script(migration.text);
      await tx.run(
        sql`insert into schema_migration (number, name, checksum) values (${migration.number}, ${migration.name}, ${migration.checksum})`,
      );
      return true;
    });
    if (isNew) ran.push(migration.name);
  }
  return ran;
}
