import { resolve } from 'node:path';
import { checkArchive, openArchive } from '../../platform/db/archive-reader.ts';
import { EXIT } from '../exit.ts';
import type { Terminal } from '../terminal.ts';
import { refusing } from './place.ts';

/** `db check FILE`. */
export async function checkBackup(
  terminal: Terminal,
  file: string,
  { json }: { readonly json?: boolean },
): Promise<number> {
  const path = resolve(file);
  await refusing(async () => {
    const archive = await openArchive(path);
    try {
      await checkArchive(archive);
    } finally {
      archive.close();
    }
    const { tables, files, auditHeads, createdAt, version, engine, filesIncluded } = archive.manifest;
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const { fingerprint } = archive;
    if (json === true) {
      const about = { path, fingerprint, createdAt, version, engine, tables: tables.length, rows, files: files.length };
      terminal.out(`${JSON.stringify({ ...about, filesIncluded, auditHeads }, null, 2)}\n`);
      return;
    }
    terminal.out(
      `whole: ${createdAt}, version ${version}, ${engine}; ${tables.length} tables, ${rows} rows, ${files.length} files${filesIncluded ? '' : ' (not included)'}\nfingerprint ${fingerprint}\n`,
    );
  });
  return EXIT.done;
}
