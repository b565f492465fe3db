import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openArchive } from '../../platform/db/archive-reader.ts';
import { openAsItIs } from '../../platform/db/index.ts';
import { readMigrations } from '../../platform/db/migrations.ts';
import { dropEmbedded, hasEmbedded, restoreArchive } from '../../platform/db/restore.ts';
import { openFiles } from '../../platform/files/index.ts';
import { TABLE_CARE } from '../../server/database-care.ts';
import { EXIT } from '../exit.ts';
import { progressOf, type Terminal } from '../terminal.ts';
import { writeLoaded } from './loaded.ts';
import { heard, type PlaceOptions, placeOf, refusing, shownPlace } from './place.ts';

/** `db restore FILE`, alone on the data folder. */
export async function restoreDatabase(
  terminal: Terminal,
  file: string,
  options: PlaceOptions & { readonly json?: boolean },
): Promise<number> {
  const place = placeOf(options);
  const progress = progressOf(terminal, { zh: '恢复', en: 'restoring' });
  const loaded = await refusing(async () => {
    const archive = await openArchive(resolve(file));
    const wasThere = hasEmbedded(place.folder);
    let whole = false;
    let begun = false;
    try {
      const db = await openAsItIs({ url: place.url, folder: place.folder });
      begun = true;
      try {
        const files = await openFiles(place.folder);
        const done = await restoreArchive(db, archive, {
          care: TABLE_CARE,
          migrations: await readMigrations(),
          keepFile: async (_, content) => void (await files.receive(content, Number.MAX_SAFE_INTEGER)),
          hasFile: (sha256) => existsSync(join(place.files, sha256.slice(0, 2), sha256)),
          progress: heard(terminal, (fraction) => progress.at(fraction)),
        });
        whole = true;
        return done;
      } finally {
        await db.close();
      }
    } finally {
      archive.close();
      if (begun && !whole && !wasThere && place.url === undefined) await dropEmbedded(place.folder);
    }
  }).finally(() => progress.done());
  writeLoaded(terminal, `restored to ${shownPlace(place)}`, loaded, options.json === true);
  return EXIT.done;
}
