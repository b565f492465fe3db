import { resolve } from 'node:path';
import { systemClock } from '../../platform/clock.ts';
import { writeBackup } from '../../platform/db/backup.ts';
import { VERSION } from '../../platform/version.ts';
import { TABLE_CARE } from '../../server/database-care.ts';
import { EXIT } from '../exit.ts';
import { progressOf, type Terminal } from '../terminal.ts';
import { outputFailed } from '../whole-file.ts';
import { heard, type PlaceOptions, placeOf, refuseExisting, withDatabase } from './place.ts';

/** `db backup --out FILE`. */
export async function backUp(
  terminal: Terminal,
  options: PlaceOptions & { readonly out: string; readonly json?: boolean },
): Promise<number> {
  const place = placeOf(options);
  const path = resolve(options.out);
  refuseExisting(path);
  terminal.unfinished(path);
  const progress = progressOf(terminal, { zh: '备份', en: 'backing up' });
  const written = await withDatabase(place, 'sharing', (db) =>
    writeBackup(db, path, {
      care: TABLE_CARE,
      version: VERSION,
      now: systemClock.now(),
      files: place.files,
      includeFiles: true,
      progress: heard(terminal, (fraction) => progress.at(fraction)),
    }).catch((error: unknown) => {
      throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? outputFailed(path, error) : error;
    }),
  ).finally(() => progress.done());
  const { manifest, bytes, fingerprint } = written;
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  if (options.json === true) {
    const { tables, files, auditHeads } = manifest;
    terminal.out(
      `${JSON.stringify({ path, bytes, fingerprint, tables: tables.length, rows, files: files.length, auditHeads }, null, 2)}\n`,
    );
  } else {
    terminal.out(
      `${path}\n${manifest.tables.length} tables, ${rows} rows, ${manifest.files.length} files, ${bytes} bytes\nfingerprint ${fingerprint}\n`,
    );
  }
  return EXIT.done;
}
