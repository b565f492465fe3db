import { systemClock } from '../../platform/clock.ts';
import { openAsItIs } from '../../platform/db/index.ts';
import { readMigrations } from '../../platform/db/migrations.ts';
import { copyDatabase } from '../../platform/db/move.ts';
import { markMoved } from '../../platform/db/moved-mark.ts';
import { VERSION } from '../../platform/version.ts';
import { TABLE_CARE } from '../../server/database-care.ts';
import { EXIT, usage } from '../exit.ts';
import { progressOf, type Terminal } from '../terminal.ts';
import { writeLoaded } from './loaded.ts';
import { heard, type PlaceOptions, placeOf, shownUrl, withDatabase } from './place.ts';

/** `db move --to URL`: from the embedded database of the data folder, which is left as it is and marked. */
export async function moveDatabase(
  terminal: Terminal,
  options: PlaceOptions & { readonly to: string; readonly json?: boolean },
): Promise<number> {
  if (!/^postgres(ql)?:\/\//.test(options.to)) throw usage('--to 应为 postgresql://…', '--to takes postgresql://….');
  const place = { ...placeOf(options), url: undefined };
  const progress = progressOf(terminal, { zh: '迁移', en: 'moving' });
  const now = systemClock.now();
  const loaded = await withDatabase(place, 'alone', async (from) => {
    const to = await openAsItIs({ url: options.to, folder: null });
    try {
      const done = await copyDatabase(from, to, {
        care: TABLE_CARE,
        migrations: await readMigrations(),
        version: VERSION,
        now,
        progress: heard(terminal, (fraction) => progress.at(fraction)),
      });
      await markMoved(place.folder, { to: shownUrl(options.to), at: now });
      return done;
    } finally {
      await to.close();
    }
  }).finally(() => progress.done());
  writeLoaded(terminal, `moved to ${shownUrl(options.to)}`, loaded, options.json === true);
  if (options.json !== true) {
    const words = {
      zh: `今后请设 DATABASE_URL，TIANCHOU_DATA 仍为 ${place.folder}（交付文件在其中）；旧的内嵌数据库原样保留，但不再使用。`,
      en: `From now on set DATABASE_URL, and TIANCHOU_DATA to ${place.folder} as before (the delivered files are there); the embedded database stays as it was and is not used any more.`,
    };
    terminal.out(`${words[terminal.language]}\n`);
  }
  return EXIT.done;
}
