import { sizeOfFiles } from '../../platform/db/backup.ts';
import { pendingMigrations, readApplied, readMigrations } from '../../platform/db/migrations.ts';
import { databaseFacts } from '../../platform/db/facts.ts';
import { TABLE_CARE } from '../../server/database-care.ts';
import { EXIT } from '../exit.ts';
import type { Terminal } from '../terminal.ts';
import { type TextColumn, textTable } from '../text-table.ts';
import { type PlaceOptions, placeOf, shownPlace, withDatabase } from './place.ts';

/** `db status`: what an operator asks first. */
export async function showStatus(
  terminal: Terminal,
  options: PlaceOptions & { readonly json?: boolean },
): Promise<number> {
  const place = placeOf(options);
  const status = await withDatabase(place, 'sharing', async (db) => {
    const applied = (await readApplied(db)) ?? [];
    const pending = pendingMigrations(applied, await readMigrations()).map(({ name }) => name);
    const facts = await databaseFacts(db);
    const hasAudit = facts.tables.some(({ name }) => name === 'audit_event');
    return {
      place: shownPlace(place),
      engine: db.engine,
      ...facts,
      applied: applied.map(({ name }) => name),
      pending,
      auditHeads: hasAudit ? await TABLE_CARE.heads(db) : [],
      files: await sizeOfFiles(place.files),
    };
  });
  if (options.json === true) {
    terminal.out(`${JSON.stringify(status, null, 2)}\n`);
    return EXIT.done;
  }
  const { engine, engineVersion, bytes, applied, pending, tables, auditHeads, files } = status;
  terminal.out(`${status.place} (${engine})\n${engineVersion}\n`);
  terminal.out(
    `schema: ${applied.length} migrations${pending.length === 0 ? ', up to date' : `; not yet: ${pending.join(', ')}`}\n`,
  );
  terminal.out(`size: ${megabytes(bytes)}; files: ${files.files}, ${megabytes(files.bytes)}\n\n`);
  terminal.out(
    textTable(
      [left('table'), right('rows')],
      tables.map(({ name, rows }) => [name, String(rows)]),
    ),
  );
  if (auditHeads.length > 0) {
    const rows = auditHeads.map(({ chain, sequence, hash }) => [chain, String(sequence), hash]);
    terminal.out(`\n${textTable([left('audit chain'), right('events'), left('head')], rows)}`);
  }
  return EXIT.done;
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
const left = (head: string): TextColumn => ({ head, align: 'left' });
const right = (head: string): TextColumn => ({ head, align: 'right' });
