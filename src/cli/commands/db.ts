import { Option } from 'commander';
import type { Registrar } from '../command.ts';
import { checkBackup } from '../db/check.ts';
import { backUp } from '../db/backup.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { moveDatabase } from '../db/move.ts';
import { restoreDatabase } from '../db/restore.ts';
import type { PlaceOptions } from '../db/place.ts';
import { showStatus } from '../db/status.ts';

const DATA = ['--data <folder>', 'data folder; default TIANCHOU_DATA'] as const;
const json = (): Option => new Option('--json', 'the same as JSON, for programs');

/** Which database is meant is said by DATABASE_URL and TIANCHOU_DATA, as for the server. */
export const registerDb: Registrar = (program, terminal, outcome) => {
  const db = program
    .command('db')
    .summary('the database: migrate, status, backup, check, restore, move 数据库')
    .description(
      'Looks after the database named by DATABASE_URL (PostgreSQL) or in the data folder (embedded). See docs/operations/backup.md.',
    );

  db.command('status')
    .description('Shows engine, schema, tables, audit heads and files.')
    .option(...DATA)
    .addOption(json())
    .action(async (options: PlaceOptions & { json?: boolean }) => {
      outcome.code = await showStatus(terminal, options);
    });

  db.command('migrate')
    .description('Brings the schema up to date, or says what would run. The server does so itself at every start.')
    .option('--dry-run', 'say what would run, change nothing')
    .option(...DATA)
    .addOption(json())
    .action(async (options: PlaceOptions & { dryRun?: boolean; json?: boolean }) => {
      outcome.code = await migrateDatabase(terminal, options);
    });

  db.command('backup')
    .description('Writes one consistent archive of database and files. With PostgreSQL the server may go on running.')
    .requiredOption('--out <file>', 'archive to write, such as tianchou-2026-01-31.zip')
    .option(...DATA)
    .addOption(json())
    .action(async (options: PlaceOptions & { out: string; json?: boolean }) => {
      outcome.code = await backUp(terminal, options);
    });

  db.command('check')
    .description('Reads an archive from end to end and compares every hash; needs no database.')
    .argument('<file>', 'archive to read')
    .addOption(json())
    .action(async (file: string, options: { json?: boolean }) => {
      outcome.code = await checkBackup(terminal, file, options);
    });

  db.command('restore')
    .description('Restores an archive into an empty database (DATABASE_URL, or an embedded one), all or nothing.')
    .argument('<file>', 'archive to restore')
    .option(...DATA)
    .addOption(json())
    .action(async (file: string, options: PlaceOptions & { json?: boolean }) => {
      outcome.code = await restoreDatabase(terminal, file, options);
    });

  db.command('move')
    .description('Copies the embedded database to an empty PostgreSQL and sees that both hold the same.')
    .requiredOption('--to <url>', 'postgresql://user@host/database; a password may come from PGPASSWORD or ~/.pgpass')
    .option(...DATA)
    .addOption(json())
    .action(async (options: PlaceOptions & { to: string; json?: boolean }) => {
      outcome.code = await moveDatabase(terminal, options);
    });
};
