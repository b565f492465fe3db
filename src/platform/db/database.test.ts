import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { DatabaseError, sql } from './index.ts';

describe.each(ENGINES)('database on $name', ({ open }) => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await open();
    await test.db.run(sql`create table thing (id integer primary key, name text)`);
  });
  afterAll(() => test.close());

  it('gives the same JavaScript values for every type', async () => {
    const row = await test.db.one(sql`select
      9007199254740991::int8 as big, 12.50::numeric as exact, 0.1::float8 as double, true as flag,
      '\\x00ff10'::bytea as bytes, date '2026-02-28' as day, timestamptz '2026-11-21 20:00:00.25+08' as moment,
      '{"a":[1,null]}'::jsonb as json, array['x','y,"z'] as texts, null::int8 as nothing,
      '0196fd54-0000-7000-8000-000000000001'::uuid as id`);
    expect(row).toEqual({
      big: 9007199254740991,
      exact: '12.50',
      double: 0.1,
      flag: true,
      bytes: Buffer.from([0, 255, 16]),
      day: '2026-02-28',
      moment: '2026-11-21T12:00:00.250Z',
      json: { a: [1, null] },
      texts: ['x', 'y,"z'],
      nothing: null,
      id: '0196fd54-0000-7000-8000-000000000001',
    });
  });

  it('takes the same JavaScript values as parameters', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const row = await test.db.one(sql`select
      ${bytes}::bytea as bytes, ${['a', null, 'b"\\,']}::text[] as texts, ${[1.5, null, 1e300]}::float8[] as doubles,
      ${JSON.stringify({ a: '中' })}::jsonb as json, ${5_000_000_000}::int8 as big, ${[5_000_000_000]}::int8[] as bigs,
      ${'2026-11-21T12:00:00.250Z'}::timestamptz as moment, ${'2026-02-28'}::date as day, ${false}::boolean as flag`);
    expect(row).toEqual({
      bytes,
      texts: ['a', null, 'b"\\,'],
      doubles: [1.5, null, 1e300],
      json: { a: '中' },
      big: 5_000_000_000,
      bigs: [5_000_000_000],
      moment: '2026-11-21T12:00:00.250Z',
      day: '2026-02-28',
      flag: false,
    });
  });

  it('refuses an int8 that JavaScript cannot hold', async () => {
    await expect(test.db.one(sql`select 9007199254740993::int8 as big`)).rejects.toThrow(/safe integer/);
    expect(await test.db.one(sql`select 1 as still`)).toEqual({ still: 1 });
  });

  it('commits what resolves and rolls back what throws', async () => {
    const calls: string[] = [];
    await test.db.transaction(async (tx) => {
      tx.afterCommit(() => calls.push('committed'));
      expect(await tx.run(sql`insert into thing values (1, 'one'), (2, 'two')`)).toBe(2);
    });
    await expect(
      test.db.transaction(async (tx) => {
        tx.afterCommit(() => calls.push('never'));
        await tx.run(sql`insert into thing values (3, 'three')`);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await test.db.rows(sql`select id from thing order by id`)).toEqual([{ id: 1 }, { id: 2 }]);
    expect(calls).toEqual(['committed']);
  });

  it('names failures by SQLSTATE and constraint and goes on', async () => {
    const failure = await test.db.run(sql`insert into thing values (1, 'again')`).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DatabaseError);
    expect(failure).toMatchObject({ code: '23505', constraint: 'thing_pkey' });
    expect(await test.db.run(sql`update thing set name = 'uno' where id = 1`)).toBe(1);
  });

  it('does not commit a transaction in which a statement failed', async () => {
    await expect(
      test.db.transaction(async (tx) => {
        await tx.run(sql`insert into thing values (7, 'seven')`);
        await tx.run(sql`insert into thing values (7, 'seven')`).catch(() => {});
      }),
    ).rejects.toThrow();
    expect(await test.db.first(sql`select id from thing where id = 7`)).toBeUndefined();
  });

  it('refuses the root handle inside a transaction instead of waiting for ever', async () => {
    await expect(
      test.db.transaction(async () => {
        await test.db.rows(sql`select 1`);
      }),
    ).rejects.toThrow(/root database handle/);
    await expect(test.db.transaction(() => test.db.background.transaction(async () => {}))).rejects.toThrow(
      /root database handle/,
    );
    expect(await test.db.one(sql`select 1 as still`)).toEqual({ still: 1 });
  });

  it('keeps concurrent transactions apart', async () => {
    await test.db.run(sql`create table counter (value integer)`);
    await test.db.run(sql`insert into counter values (0)`);
    await Promise.all(
      Array.from({ length: 20 }, () =>
        test.db.transaction(async (tx) => {
          const { value } = await tx.one<{ value: number }>(sql`select value from counter for update`);
          await tx.run(sql`update counter set value = ${value + 1}`);
        }),
      ),
    );
    expect(await test.db.one(sql`select value from counter`)).toEqual({ value: 20 });
  });

  it('has PostGIS and knows the survey systems', async () => {
    const row = await test.db.one<{ x: number }>(
      sql`select round(ST_X(ST_Transform(ST_SetSRID(ST_MakePoint(108.95, 34.27), 4490), 4545))::numeric, 3)::float8 as x`,
    );
    expect(row.x).toBe(587488.37);
  });
});
