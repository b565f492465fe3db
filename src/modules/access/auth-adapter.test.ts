import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { systemIds } from '../../platform/clock.ts';
import { sql } from '../../platform/db/index.ts';
import { silentLogger } from '../../platform/logging.ts';
import { type Auth, digest, hashPassword, openAuth, verifyPassword } from './auth.server.ts';

describe.each(ENGINES)('better-auth over our database on $name', ({ open }) => {
  let test: TestDatabase;
  let auth: Auth;
  beforeAll(async () => {
    test = await open();
    auth = openAuth({ db: test.db, ids: systemIds, logger: silentLogger, secret: 'x'.repeat(40), oidc: null });
  }, 60_000);
  afterAll(() => test.close());

  const usernames = ['ann', 'bo%b', 'cyd', 'di_d'];
  const make = (username: string): Promise<string> =>
    test.db.transaction(async (tx) => {
      const at = new Date('2026-01-01T00:00:00.123Z');
      const made = await auth.within(tx, ({ context }) =>
        context.internalAdapter.createUser(
          {
            name: `Name ${username}`,
            email: username,
            username: username.replace('%', '-'),
            createdAt: at,
            updatedAt: at,
          },
          { method: 'admin' },
        ),
      );
      return made.id;
    });

  it('writes in the transaction of the caller: both stand or neither', async () => {
    for (const username of usernames) await make(username);
    await expect(
      test.db.transaction(async (tx) => {
        await auth.within(tx, ({ context }) =>
          context.internalAdapter.createUser({ name: 'Gone', email: 'gone', username: 'gone' }, { method: 'admin' }),
        );
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    const { context } = await auth.outside();
    expect(await context.adapter.count({ model: 'user' })).toBe(4);
    expect(await context.adapter.findOne({ model: 'user', where: [{ field: 'username', value: 'gone' }] })).toBeNull();
  });

  it('answers every comparison better-auth knows', async () => {
    const { adapter } = (await auth.outside()).context;
    type Where = NonNullable<Parameters<typeof adapter.findMany>[0]['where']>;
    const found = async (where: Where): Promise<string[]> =>
      (
        await adapter.findMany<{ username: string }>({
          model: 'user',
          where,
          sortBy: { field: 'username', direction: 'asc' },
        })
      ).map(({ username }) => username);
    expect(await found([{ field: 'username', operator: 'in', value: ['cyd', 'ann', 'zed'] }])).toEqual(['ann', 'cyd']);
    expect(await found([{ field: 'username', operator: 'in', value: [] }])).toEqual([]);
    expect(await found([{ field: 'username', operator: 'not_in', value: ['cyd', 'ann'] }])).toEqual(['bo-b', 'di_d']);
    expect(await found([{ field: 'username', operator: 'ne', value: 'cyd' }])).toEqual(['ann', 'bo-b', 'di_d']);
    expect(await found([{ field: 'username', operator: 'contains', value: '_' }])).toEqual(['di_d']);
    expect(await found([{ field: 'name', operator: 'contains', value: '%' }])).toEqual(['bo-b']);
    expect(await found([{ field: 'username', operator: 'starts_with', value: 'a' }])).toEqual(['ann']);
    expect(await found([{ field: 'username', operator: 'ends_with', value: '_d' }])).toEqual(['di_d']);
    expect(await found([{ field: 'username', value: 'ANN', mode: 'insensitive' }])).toEqual(['ann']);
    expect(await found([{ field: 'username', operator: 'gt', value: 'bo-b' }])).toEqual(['cyd', 'di_d']);
    expect(await found([{ field: 'username', operator: 'lte', value: 'bo-b' }])).toEqual(['ann', 'bo-b']);
    expect(await found([{ field: 'organisationId', value: null }])).toHaveLength(4);
    expect(await found([{ field: 'organisationId', operator: 'ne', value: null }])).toEqual([]);
    expect(
      await found([
        { field: 'username', value: 'ann' },
        { field: 'username', value: 'cyd', connector: 'OR' },
      ]),
    ).toEqual([]);
    expect(
      await found([
        { field: 'username', value: 'ann', connector: 'OR' },
        { field: 'username', value: 'cyd', connector: 'OR' },
      ]),
    ).toEqual(['ann', 'cyd']);
    expect(
      await found([{ field: 'createdAt', operator: 'gte', value: new Date('2026-01-01T00:00:00.123Z') }]),
    ).toHaveLength(4);
    expect(await found([{ field: 'createdAt', operator: 'lt', value: new Date('2026-01-01T00:00:00.123Z') }])).toEqual(
      [],
    );
    const page = await adapter.findMany<{ username: string }>({
      model: 'user',
      sortBy: { field: 'createdAt', direction: 'desc' },
      limit: 2,
      offset: 3,
    });
    expect(page).toHaveLength(1);
    expect(page[0]).toMatchObject({ createdAt: new Date('2026-01-01T00:00:00.123Z') });
  });

  it('updates, counts up under a guard, and consumes once', async () => {
    const { adapter, internalAdapter } = (await auth.outside()).context;
    const changed = await adapter.update<{ name: string }>({
      model: 'user',
      where: [{ field: 'username', value: 'ann' }],
      update: { name: 'Anne' },
    });
    expect(changed).toMatchObject({ name: 'Anne', username: 'ann' });
    const { id } = await test.db.one<{ id: string }>(sql`select id from person where username = 'ann'`);
    await adapter.create({ model: 'twoFactor', data: { userId: id, secret: 's', backupCodes: 'b', verified: false } });
    const count = (guard: string): Promise<{ failedVerificationCount: number } | null> =>
      adapter.incrementOne({
        model: 'twoFactor',
        where: [
          { field: 'userId', value: id },
          { field: 'backupCodes', value: guard },
        ],
        increment: { failedVerificationCount: 1 },
        set: { verified: true },
      });
    await Promise.all(Array.from({ length: 10 }, () => count('b')));
    expect(await count('b')).toMatchObject({ failedVerificationCount: 11, verified: true });
    expect(await count('other')).toBeNull();
    await internalAdapter.createVerificationValue({
      identifier: 'once',
      value: 'v',
      expiresAt: new Date(Date.now() + 60_000),
    });
    const consumed = await Promise.all(
      Array.from({ length: 6 }, () => internalAdapter.consumeVerificationValue('once')),
    );
    expect(consumed.filter((one) => one !== null)).toHaveLength(1);
    expect(
      await adapter.deleteMany({
        model: 'user',
        where: [{ field: 'username', operator: 'in', value: ['cyd', 'ann'] }],
      }),
    ).toBe(2);
    await adapter.delete({ model: 'user', where: [{ field: 'username', value: 'di_d' }] });
    expect(await adapter.count({ model: 'user' })).toBe(1);
  });

  it('stores a session by the hash of its token', async () => {
    const personId = await make('eve');
    const { internalAdapter } = (await auth.outside()).context;
    const at = new Date();
    const later = new Date(at.getTime() + 60_000);
    await internalAdapter.createSession(
      personId,
      false,
      {
        token: 'the-token',
        createdAt: at,
        updatedAt: at,
        lastSeenAt: at,
        expiresAt: later,
        secondFactorPending: false,
      },
      true,
    );
    const rows = await test.db.rows<{ hash: string }>(
      sql`select token_hash as hash from session where person_id = ${personId}`,
    );
    expect(rows).toEqual([{ hash: digest('the-token') }]);
    expect(await internalAdapter.findSession('the-token')).toMatchObject({ user: { username: 'eve' } });
    expect(await internalAdapter.findSession(digest('the-token'))).toBeNull();
  });
});

describe('password hashes', () => {
  it('are argon2id of 19 MiB and two passes, each with a salt of its own', async () => {
    const [one, two] = await Promise.all([hashPassword('雨夜 lantern'), hashPassword('雨夜 lantern')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword(one, '雨夜 lantern')).toBe(true);
    expect(await verifyPassword(one, '雨夜 lanterN')).toBe(false);
    expect(await verifyPassword('not a hash', 'x')).toBe(false);
    // Composed and decomposed letters are the same letters.
    expect(await verifyPassword(await hashPassword('caf\u00e9-window'), 'cafe\u0301-window')).toBe(true);
  });
});
