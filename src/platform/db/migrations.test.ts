import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { sql } from './index.ts';
import { migrate, type Migration, MigrationRefusedError, readMigrations } from './migrations.ts';

function migration(number: number, text: string): Migration {
  return { number, name: `${number}_test.sql`, text, checksum: `checksum of ${text}` };
}

describe.each(ENGINES)('migrations on $name', ({ open }) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await open();
  });
  afterAll(() => test.close());

  it('ran all of them once, in order', async () => {
    const known = await readMigrations();
    const rows = await test.db.rows<{ name: string }>(sql`select name from schema_migration order by number`);
    expect(rows.map((row) => row.name)).toEqual(known.map((one) => one.name));
    expect(await migrate(test.db, known)).toEqual([]);
  });

  it('runs a new one whole or not at all', async () => {
    const known = await readMigrations();
    const broken = migration(9001, 'create table half (id integer); create table half (id integer);');
    await expect(migrate(test.db, [...known, broken])).rejects.toMatchObject({ code: '42P07' });
    expect(await test.db.one(sql`select to_regclass('half')::text as found`)).toEqual({ found: null });
    const mended = migration(9001, 'create table half (id integer); create table other (id integer);');
    expect(await migrate(test.db, [...known, mended])).toEqual(['9001_test.sql']);
  });

  it('refuses one that changed after it ran, and a database of a newer version', async () => {
    const known = await readMigrations();
    const changed = migration(9001, 'select 1;');
    await expect(migrate(test.db, [...known, changed])).rejects.toMatchObject({
      refusal: { code: 'MIGRATION-CHANGED' },
    });
    const refused = await migrate(test.db, known).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(MigrationRefusedError);
    expect(refused).toMatchObject({ refusal: { code: 'DATABASE-NEWER' } });
  });

  it('runs once when several processes start together', async () => {
    const known = await readMigrations();
    const all = [
      ...known,
      migration(9001, 'create table half (id integer); create table other (id integer);'),
      migration(9002, 'create table together (id integer);'),
    ];
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => migrate(test.db, all)));
    expect(outcomes.flat()).toEqual(['9002_test.sql']);
  });
});
