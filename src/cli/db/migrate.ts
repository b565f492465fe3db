import { migrate, pendingMigrations, readApplied, readMigrations } from '../../platform/db/migrations.ts';
import { EXIT } from '../exit.ts';
import type { Terminal } from '../terminal.ts';
import { type PlaceOptions, placeOf, shownPlace, withDatabase } from './place.ts';

/** `db migrate [--dry-run]`, alone on the data folder. */
export async function migrateDatabase(
  terminal: Terminal,
  options: PlaceOptions & { readonly dryRun?: boolean; readonly json?: boolean },
): Promise<number> {
  const place = placeOf(options);
  const { ran, pending, applied } = await withDatabase(place, 'alone', async (db) => {
    const migrations = await readMigrations();
    const before = (await readApplied(db)) ?? [];
    const names = pendingMigrations(before, migrations).map(({ name }) => name);
    const done = options.dryRun === true ? [] : await migrate(db, migrations);
    return { ran: done, pending: names.filter((name) => !done.includes(name)), applied: before.length };
  });
  if (options.json === true) {
    terminal.out(`${JSON.stringify({ applied, ran, pending }, null, 2)}\n`);
    return EXIT.done;
  }
  const lines = [...ran.map((name) => `ran      ${name}`), ...pending.map((name) => `would run ${name}`)];
  const nothing = `${shownPlace(place)}: up to date (${applied} migrations)`;
  terminal.out(`${lines.length === 0 ? nothing : lines.join('\n')}\n`);
  return EXIT.done;
}
