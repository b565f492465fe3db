import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rm } from 'node:fs/promises';
import { type Archive, newer } from './archive-reader.ts';
import type { TableCare } from './backup.ts';
import type { AuditHead, Manifest, TableEntry } from './backup-manifest.ts';
import { ContentHash } from './content-hash.ts';
import { type Database, DatabaseError, type Queryable, sql, type Transaction } from './database.ts';
import { type Migration, migrateWithin, readApplied } from './migrations.ts';
import { type DatabaseRefusedError, refusedDatabase } from './refused.ts';
import { agreeOnText, inBatches, insertRows, readRows } from './table-rows.ts';
import { countRows, readTables, setSequences, suspendKeys, type Table } from './tables.ts';

export interface RestoreOptions {
  readonly care: TableCare;
  /** Every migration this program knows. */
  readonly migrations: readonly Migration[];
  /** Keeps a delivered file in the data folder, under its SHA-256. */
  readonly keepFile: (sha256: string, content: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Whether the data folder has it already. */
  readonly hasFile: (sha256: string) => boolean;
  readonly progress?: (fraction: number) => void;
}

/** What was loaded, and seen to be the same as what was read. */
export interface Loaded {
  readonly tables: number;
  readonly rows: number;
  readonly files: number;
  readonly auditHeads: readonly AuditHead[];
  /** Migrations run after loading, where the rows came from an older schema. */
  readonly migrated: readonly string[];
}

/** Rows of a table as lines, wherever they come from. */
export interface RowSource {
  readonly manifest: Manifest;
  readonly name: string;
  lines(table: TableEntry): AsyncIterable<string>;
}

/**
 * Restores an archive into an empty database, all or nothing: schema as it was, rows, the checks below, then the migrations
 * this program has beyond, in one transaction. Checked before it is committed: SHA-256 and content of every table as it lies in
 * the archive, rows and content as they now stand in the database, foreign keys, every audit chain and its head.
 *
 * Refusals: DATABASE-NOT-EMPTY, BACKUP-DAMAGED, BACKUP-NEWER, BACKUP-FILES-MISSING, DATABASE-DIFFERS, AUDIT-CHAIN-BROKEN.
 */
export async function restoreArchive(db: Database, archive: Archive, options: RestoreOptions): Promise<Loaded> {
  const { manifest } = archive;
  migrationsOf(manifest, options.migrations, basename(archive.path));
  await refuseUnlessEmpty(db, manifest);
  if (!manifest.filesIncluded) {
    const missing = manifest.files.filter(({ sha256 }) => !options.hasFile(sha256));
    if (missing.length > 0) throw filesMissing(basename(archive.path), missing[0]!.sha256, missing.length);
  }
  // Files first: they are named by their content, so those of a restore that fails later harm nobody.
  let files = 0;
  for (const { sha256 } of manifest.filesIncluded ? manifest.files : []) {
    if (options.hasFile(sha256)) continue;
    await options.keepFile(sha256, archive.file(sha256));
    options.progress?.(0);
    files++;
  }
  const source = { manifest, name: basename(archive.path), lines: (table: TableEntry) => archive.lines(table) };
  const loaded = await db.transaction((tx) => loadRows(tx, source, options));
  return { ...loaded, files };
}

/** The transaction of a restore or a move; see `restoreArchive`. */
export async function loadRows(
  tx: Transaction,
  source: RowSource,
  { care, migrations, progress }: Pick<RestoreOptions, 'care' | 'migrations' | 'progress'>,
): Promise<Loaded> {
  const { manifest } = source;
  const asOf = migrationsOf(manifest, migrations, source.name);
  await refuseUnlessEmpty(tx, manifest);
  await migrateWithin(tx, asOf);
  await agreeOnText(tx);
  const tables = await matchTables(tx, manifest, source.name);
  const total = Math.max(
    1,
    manifest.tables.reduce((sum, { rows }) => sum + rows, 0),
  );
  let done = 0;
  const restoreKeys = await suspendKeys(tx);
  for (const { entry, table } of tables) {
    // Some migrations bring rows of their own; those of the source are the ones that count.
    await tx.run(sql`delete from ${sql.ref(table.name)}`);
    for await (const batch of inBatches(source.lines(entry))) {
      await fitting(source.name, table.name, () => insertRows(tx, table, batch));
      done += batch.length;
      progress?.((done / total) * 0.8);
    }
  }
  await fitting(source.name, 'sequence', () => setSequences(tx, manifest.sequences));
  await compareRows(tx, tables, source.name, (fraction) => progress?.(0.8 + fraction * 0.2));
  await fitting(source.name, '', restoreKeys);
  const migrated = await migrateWithin(tx, migrations);
  const auditHeads = await compareChains(tx, care, manifest.auditHeads, source.name);
  return { tables: tables.length, rows: done, files: 0, auditHeads, migrated };
}

/** The migrations of the source, which this program must know word for word. */
function migrationsOf(manifest: Manifest, known: readonly Migration[], file: string): Migration[] {
  const byNumber = new Map(known.map((migration) => [migration.number, migration]));
  const unknown = manifest.migrations.find(({ number, checksum }) => byNumber.get(number)?.checksum !== checksum);
  if (unknown !== undefined) throw newer(file, unknown.name);
  const numbers = new Set(manifest.migrations.map(({ number }) => number));
  return known.filter(({ number }) => numbers.has(number));
}

/** A database in which nothing would be lost: no tables, or those of the product without a row. */
export async function refuseUnlessEmpty(db: Queryable, manifest: Pick<Manifest, 'migrations'> | null): Promise<void> {
  const tables = await readTables(db);
  if (tables.length === 0) return;
  const applied = await readApplied(db);
  const counts = applied === null ? new Map<string, number>() : await countRows(db, tables);
  const holding = tables.find(
    ({ name }) => applied === null || (name !== 'schema_migration' && counts.get(name) !== 0),
  );
  const beyond =
    manifest === null
      ? undefined
      : applied?.find(({ number }) => !manifest.migrations.some((one) => one.number === number));
  if (holding === undefined && beyond === undefined) return;
  const what: readonly [string, string] =
    holding === undefined
      ? [`其结构比备份新（${beyond!.name}）`, `its schema is newer than the backup (${beyond!.name})`]
      : [`表 ${holding.name} 已存在且有数据`, `it has the table ${holding.name} with rows`];
  throw refusedDatabase(
    'DATABASE-NOT-EMPTY',
    [
      `目标数据库不是空的：${what[0]}。没有改动任何东西。`,
      `The target database is not empty: ${what[1]}. Nothing was changed.`,
    ],
    [
      '请新建一个空数据库（createdb）或指定另一个数据目录。',
      'Create an empty database (createdb), or name another data folder.',
    ],
  );
}

async function matchTables(
  tx: Transaction,
  manifest: Manifest,
  file: string,
): Promise<{ readonly entry: TableEntry; readonly table: Table }[]> {
  const here = new Map((await readTables(tx)).map((table) => [table.name, table]));
  const leftOut = new Set([...manifest.leftOut, 'schema_migration']);
  const names = new Set(manifest.tables.map(({ name }) => name));
  const missing = [...here.keys()].find((name) => !names.has(name) && !leftOut.has(name));
  if (missing !== undefined) throw differs(file, missing);
  return manifest.tables.map((entry) => {
    const table = here.get(entry.name);
    // The types written into SQL are those of this schema, never those an archive names.
    if (table === undefined || JSON.stringify(table.columns) !== JSON.stringify(entry.columns))
      throw differs(file, entry.name);
    return { entry, table };
  });
}

/** Rows the schema does not take (a wrong value, a reference that leads nowhere, a sequence it has not) are of no such database. */
async function fitting<T>(file: string, table: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseError && /^(2[23]|42P01|42602)/.test(error.code))
      throw differs(file, table || (error.constraint ?? ''));
    throw error;
  }
}

/** Reads back what was loaded: rows and content of every table must be those of the source. */
async function compareRows(
  tx: Transaction,
  tables: readonly { readonly entry: TableEntry; readonly table: Table }[],
  file: string,
  progress: (fraction: number) => void,
): Promise<void> {
  const total = Math.max(
    1,
    tables.reduce((sum, { entry }) => sum + entry.rows, 0),
  );
  let done = 0;
  for (const { entry, table } of tables) {
    const content = new ContentHash();
    for await (const lines of readRows(tx, table)) {
      for (const line of lines) content.add(line);
      done += lines.length;
      progress(done / total);
    }
    if (content.rows !== entry.rows || content.hex() !== entry.content) throw differs(file, table.name);
  }
}

async function compareChains(
  tx: Transaction,
  care: TableCare,
  wanted: readonly AuditHead[],
  file: string,
): Promise<readonly AuditHead[]> {
  const [broken] = await care.brokenChains(tx);
  if (broken !== undefined) {
    throw refusedDatabase(
      'AUDIT-CHAIN-BROKEN',
      [
        `审计链 ${broken.chain} 在第 ${broken.sequence} 条断开，没有恢复。`,
        `The audit chain ${broken.chain} does not hold at event ${broken.sequence}; nothing was restored.`,
      ],
      ['请使用另一份备份，并查明原因。', 'Use another backup, and find out why.'],
    );
  }
  const heads = await care.heads(tx);
  const text = (list: readonly AuditHead[]): string =>
    list
      .map(({ chain, sequence, hash }) => `${chain} ${sequence} ${hash}`)
      .sort()
      .join('\n');
  if (text(heads) !== text(wanted)) throw differs(file, 'audit_event');
  return heads;
}

function differs(file: string, table: string): DatabaseRefusedError {
  return refusedDatabase(
    'DATABASE-DIFFERS',
    [`表 ${table} 与来源不一致，什么也没有写入。`, `The table ${table} is not as in the source; nothing was written.`],
    ['请使用另一份备份，或把此代码告诉管理员。', 'Use another backup, or tell your administrator this code.'],
    { file },
  );
}

function filesMissing(file: string, first: string, count: number): DatabaseRefusedError {
  return refusedDatabase(
    'BACKUP-FILES-MISSING',
    [
      `这份自动备份不含交付文件，而数据目录的 files/ 中缺少 ${count} 个（如 ${first}）。`,
      `This automatic backup holds no delivered files, and ${count} of them are not in files/ of the data folder (such as ${first}).`,
    ],
    [
      '请先把原数据目录的 files/ 复制到此数据目录，再恢复。',
      'Copy files/ of the old data folder into this one first, then restore.',
    ],
    { file },
  );
}

/** Takes away an embedded database that a failed restore has begun. */
export async function dropEmbedded(folder: string): Promise<void> {
  await rm(join(folder, 'database'), { recursive: true, force: true });
}

export function hasEmbedded(folder: string): boolean {
  return existsSync(join(folder, 'database', 'PG_VERSION'));
}
