import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type ArchiveEntry, writeArchive, type WrittenArchive } from './archive-writer.ts';
import {
  ARCHIVE_FORM,
  type AuditHead,
  filePath,
  type Manifest,
  MANIFEST_NAME,
  type TableEntry,
  tablePath,
} from './backup-manifest.ts';
import { ContentHash } from './content-hash.ts';
import { type Database, type Queryable, sql, type Transaction } from './database.ts';
import { readApplied } from './migrations.ts';
import { DatabaseRefusedError, refusedDatabase } from './refused.ts';
import { agreeOnText, readRows } from './table-rows.ts';
import { countRows, readSequences, readTables, type Table } from './tables.ts';

/** What this room does not know of the tables it copies; whoever composes the product says it. */
export interface TableCare {
  /** Tables that are not part of a backup: sessions and the like. */
  readonly leftOut: readonly string[];
  /** The newest event of every audit chain. */
  heads(db: Queryable): Promise<AuditHead[]>;
  /** Chains that do not hold, with the first event that does not. */
  brokenChains(db: Queryable): Promise<{ readonly chain: string; readonly sequence: number }[]>;
}

export interface BackupOptions {
  readonly care: TableCare;
  /** Version of the program. */
  readonly version: string;
  readonly now: string;
  /** Folder of the delivered files (`files/` of the data folder). */
  readonly files: string;
  /** False: the files are named in the archive, not copied (automatic backups, which lie beside them). */
  readonly includeFiles: boolean;
  /** Told how far it is, 0 to 1; may throw to stop. */
  readonly progress?: (fraction: number) => void;
}

export interface WrittenBackup extends WrittenArchive {
  readonly manifest: Manifest;
  readonly fingerprint: string;
}

/** Not a table of data: how the schema came to be is in the manifest. */
const SCHEMA_TABLE = 'schema_migration';

/**
 * Writes one consistent archive of the database: rows as they stood at one moment, sequences, audit heads, and the files. On
 * PostgreSQL others go on writing meanwhile (repeatable read); files are listed after the rows' moment, and they are only ever
 * added, so every file the rows speak of is there. Memory is flat.
 *
 * Refusals: DATABASE-EMPTY where there is no schema of the product, BACKUP-FILE-DAMAGED where a delivered file is not what its
 * name says.
 */
export async function writeBackup(db: Database, path: string, options: BackupOptions): Promise<WrittenBackup> {
  return db.transaction(async (tx) => {
    await snapshot(tx);
    const about = await describe(tx, db.engine, options);
    const { tables, counts } = about;
    const files = await listFiles(options.files);
    const total = Math.max(
      1,
      [...counts.values()].reduce((sum, rows) => sum + rows, 0),
    );
    let done = 0;
    const entries: TableEntry[] = [];
    const sizes: { sha256: string; bytes: number }[] = [];
    if (!options.includeFiles) {
      for (const sha256 of files) sizes.push({ sha256, bytes: (await stat(pathIn(options.files, sha256))).size });
    }
    let fingerprint = '';
    let manifest: Manifest | undefined;

    const tableEntry = (table: Table): ArchiveEntry => ({
      name: tablePath(table.name),
      pack: true,
      async *content() {
        const content = new ContentHash();
        const hasher = createHash('sha256');
        let bytes = 0;
        for await (const lines of readRows(tx, table)) {
          for (const line of lines) content.add(line);
          const chunk = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
          hasher.update(chunk);
          bytes += chunk.length;
          done += lines.length;
          options.progress?.(done / total);
          yield chunk;
        }
        const { name, columns } = table;
        entries.push({
          name,
          columns: [...columns],
          rows: content.rows,
          content: content.hex(),
          sha256: hasher.digest('hex'),
          bytes,
        });
      },
    });
    const fileEntry = (name: string): ArchiveEntry => ({
      name: filePath(name),
      pack: false,
      async *content() {
        const hasher = createHash('sha256');
        let bytes = 0;
        const stream = createReadStream(pathIn(options.files, name));
        for await (const chunk of stream as AsyncIterable<Buffer>) {
          hasher.update(chunk);
          bytes += chunk.length;
          options.progress?.(1);
          yield chunk;
        }
        if (hasher.digest('hex') !== name) throw fileDamaged(name);
        sizes.push({ sha256: name, bytes });
      },
    });
    const manifestEntry: ArchiveEntry = {
      name: MANIFEST_NAME,
      pack: true,
      // Last in the archive: only then the hashes are known.
      async *content() {
        manifest = { ...about.manifest, tables: entries, files: sizes };
        const text = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`, 'utf8');
        fingerprint = createHash('sha256').update(text).digest('hex');
        yield text;
      },
    };
    const written = await writeArchive(
      path,
      [...tables.map(tableEntry), ...(options.includeFiles ? files.map(fileEntry) : []), manifestEntry],
      new Date(options.now),
    );
    return { ...written, manifest: manifest!, fingerprint };
  });
}

/** Everything this transaction reads is of one moment, and nothing is written. */
export async function snapshot(tx: Transaction): Promise<void> {
  await tx.script('set transaction isolation level repeatable read, read only');
  await agreeOnText(tx);
}

/** What there is to copy, as of the transaction's moment; the manifest lacks hashes still. */
export async function describe(
  tx: Transaction,
  engine: Database['engine'],
  { care, version, now, includeFiles }: Pick<BackupOptions, 'care' | 'version' | 'now' | 'includeFiles'>,
): Promise<{
  readonly tables: readonly Table[];
  readonly counts: ReadonlyMap<string, number>;
  readonly manifest: Manifest;
}> {
  const applied = await readApplied(tx);
  if (applied === null) throw emptyDatabase();
  const kept = new Set([...care.leftOut, SCHEMA_TABLE]);
  const all = await readTables(tx);
  const tables = all.filter(({ name }) => !kept.has(name));
  const { engineVersion } = await tx.one<{ engineVersion: string }>(
    sql`select version() || ', PostGIS ' || postgis_lib_version() as "engineVersion"`,
  );
  return {
    tables,
    counts: await countRows(tx, tables),
    manifest: {
      format: 'tianchou-backup',
      form: ARCHIVE_FORM,
      version,
      engine,
      engineVersion,
      createdAt: now,
      migrations: applied,
      tables: [],
      leftOut: care.leftOut.filter((name) => all.some((table) => table.name === name)),
      sequences: await readSequences(tx),
      auditHeads: await care.heads(tx),
      filesIncluded: includeFiles,
      files: [],
    },
  };
}

/** Names of the delivered files, sorted. What is no SHA-256 was not put there by the product. */
export async function listFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[];
    throw error;
  });
  return names
    .map((path) => basename(path))
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .sort();
}

/** Bytes of the delivered files. */
export async function sizeOfFiles(folder: string): Promise<{ readonly files: number; readonly bytes: number }> {
  const names = await listFiles(folder);
  let bytes = 0;
  for (const name of names) bytes += (await stat(pathIn(folder, name))).size;
  return { files: names.length, bytes };
}

const pathIn = (folder: string, name: string): string => join(folder, name.slice(0, 2), name);

export function emptyDatabase(): DatabaseRefusedError {
  return refusedDatabase(
    'DATABASE-EMPTY',
    ['这里没有田畴的数据库。', 'There is no database of Tianchou here.'],
    ['请检查 DATABASE_URL 与 TIANCHOU_DATA（或 --data）。', 'Check DATABASE_URL and TIANCHOU_DATA (or --data).'],
  );
}

function fileDamaged(name: string): DatabaseRefusedError {
  return refusedDatabase(
    'BACKUP-FILE-DAMAGED',
    [
      `数据目录中的文件 ${name} 的内容与其 SHA-256 不符，没有写出备份。`,
      `The file ${name} of the data folder is not what its SHA-256 says; no backup was written.`,
    ],
    [
      '磁盘可能有故障：请从更早的备份中取回该文件，或将它移出 files/ 后再备份。',
      'The disk may be failing: bring the file back from an earlier backup, or take it out of files/ and back up again.',
    ],
  );
}
