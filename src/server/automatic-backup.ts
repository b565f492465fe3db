import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openArchive } from '../platform/db/archive-reader.ts';
import { type TableCare, writeBackup } from '../platform/db/backup.ts';
import { databaseBytes } from '../platform/db/facts.ts';
import type { Database } from '../platform/db/index.ts';
import { errorFields, type Logger } from '../platform/logging.ts';
import { VERSION } from '../platform/version.ts';

export interface AutomaticBackup {
  readonly db: Database;
  readonly dataFolder: string;
  readonly care: TableCare;
  readonly now: string;
  readonly logger: Logger;
  /** Larger databases are left to `tianchou db backup`: stopping must stay quick. */
  readonly mostMegabytes?: number;
}

const KEPT = 3;
const MOST_MEGABYTES = 192;
const NAME = /^automatic-[0-9TZ]+\.zip$/;

/**
 * Backs the embedded database up when the server stops, into `backups/` of the data folder, and keeps the last three. Nobody waits
 * for it: nothing is asked any more. Left out: delivered files (they lie beside it, and never change), a database in which nothing
 * happened since the last one (every write leaves an audit event), one too large. A failure is logged and stops nothing.
 */
export async function backUpAtStop(options: AutomaticBackup): Promise<'written' | 'unchanged' | 'skipped' | 'failed'> {
  const { db, dataFolder, care, now, logger } = options;
  if (db.engine !== 'embedded') return 'skipped';
  try {
    const begun = performance.now();
    const megabytes = Math.round((await databaseBytes(db)) / 2 ** 20);
    const most = options.mostMegabytes ?? MOST_MEGABYTES;
    if (megabytes > most) {
      logger.log('warning', 'no automatic backup: the database is too large for one', { megabytes, most });
      return 'skipped';
    }
    const folder = join(dataFolder, 'backups');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const earlier = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
    const newest = earlier.at(-1);
    if (newest !== undefined && (await headsOf(join(folder, newest))) === JSON.stringify(await care.heads(db)))
      return 'unchanged';
    const path = join(folder, `automatic-${now.replace(/\D/g, '').slice(0, 14)}Z.zip`);
    const files = join(dataFolder, 'files');
    const written = await writeBackup(db, path, { care, version: VERSION, now, files, includeFiles: false });
    for (const name of earlier.slice(0, Math.max(0, earlier.length + 1 - KEPT))) await rm(join(folder, name));
    const milliseconds = Math.round(performance.now() - begun);
    logger.log('info', 'automatic backup', { path, bytes: written.bytes, milliseconds });
    return 'written';
  } catch (error) {
    logger.log('error', 'the automatic backup failed', errorFields(error));
    return 'failed';
  }
}

/** Heads in an archive; what cannot be read is no backup. */
async function headsOf(path: string): Promise<string | null> {
  try {
    const archive = await openArchive(path);
    archive.close();
    return JSON.stringify(archive.manifest.auditHeads.map(({ chain, sequence, hash }) => ({ chain, sequence, hash })));
  } catch {
    return null;
  }
}
