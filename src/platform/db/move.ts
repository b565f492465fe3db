import { type BackupOptions, describe, snapshot, type TableCare } from './backup.ts';
import type { TableEntry } from './backup-manifest.ts';
import { ContentHash } from './content-hash.ts';
import type { Database } from './database.ts';
import type { Migration } from './migrations.ts';
import { type Loaded, loadRows } from './restore.ts';
import { readRows } from './table-rows.ts';

/**
 * Copies a database into an empty one, all or nothing, and sees that both hold the same: content of every table, audit chains and
 * their heads. The source is read only. Files are not touched: they stay in the data folder, which goes on being used.
 *
 * Refusals as `restoreArchive`.
 */
export async function copyDatabase(
  from: Database,
  to: Database,
  options: Pick<BackupOptions, 'version' | 'now' | 'progress'> & {
    readonly care: TableCare;
    readonly migrations: readonly Migration[];
  },
): Promise<Loaded> {
  return from.transaction(async (source) => {
    await snapshot(source);
    const { tables, counts, manifest } = await describe(source, from.engine, { ...options, includeFiles: false });
    const entries: TableEntry[] = [];
    for (const { name, columns } of tables) {
      const rows = counts.get(name) ?? 0;
      // Hashes are made on the way: the entry is filled in before anybody compares with it.
      entries.push({ name, columns: [...columns], rows, content: '', sha256: '', bytes: 0 });
    }
    async function* lines(entry: TableEntry): AsyncGenerator<string> {
      const content = new ContentHash();
      for await (const batch of readRows(source, entry)) {
        for (const line of batch) content.add(line);
        yield* batch;
      }
      entry.rows = content.rows;
      entry.content = content.hex();
    }
    return to.transaction((target) =>
      loadRows(target, { manifest: { ...manifest, tables: entries }, name: 'embedded', lines }, options),
    );
  });
}
