import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testActor } from '../../../tests/support/context.ts';
import { type Database, openDatabase } from '../../platform/db/index.ts';
import { systemClock, systemIds } from '../../platform/clock.ts';
import { silentLogger } from '../../platform/logging.ts';
import { firstBrokenEvent, readEvents, refusedAttempts } from './server.ts';

describe('refused attempts', () => {
  let db: Database;
  beforeAll(async () => {
    db = await openDatabase({ folder: null });
  });
  afterAll(() => db.close());
  const actor = (name: string, address: string | null = '10.0.0.1') => ({
    ...testActor('330481', systemClock, systemIds),
    actor: name,
    address,
  });

  it('are one event at once and one with the number of the rest, however many there are', async () => {
    const attempts = refusedAttempts({ db, logger: silentLogger, mostInWindow: 20 });
    for (let i = 0; i < 1_000; i++)
      attempts.note({ actor: actor('甲'), operation: 'POST /api/imports', code: 'NOT-ALLOWED' });
    attempts.note({ actor: actor('甲', '10.0.0.2'), operation: 'POST /api/imports', code: 'NOT-ALLOWED' });
    await attempts.flush();
    const events = await readEvents(db, '330481');
    expect(
      events.map(({ actor, address, objectId, result, detail }) => ({ actor, address, objectId, result, detail })),
    ).toEqual([
      { actor: '甲', address: '10.0.0.1', objectId: 'POST /api/imports', result: 'NOT-ALLOWED', detail: { times: 1 } },
      { actor: '甲', address: '10.0.0.2', objectId: 'POST /api/imports', result: 'NOT-ALLOWED', detail: { times: 1 } },
      {
        actor: '甲',
        address: '10.0.0.1',
        objectId: 'POST /api/imports',
        result: 'NOT-ALLOWED',
        detail: { times: 999 },
      },
    ]);
    for (let i = 0; i < 500; i++)
      attempts.note({ actor: actor(`stranger ${i}`), operation: 'POST /api/imports', code: 'NOT-ALLOWED' });
    await attempts.flush();
    const more = (await readEvents(db, '330481')).slice(3);
    expect(more).toHaveLength(21);
    expect(more.at(-1)).toMatchObject({ actor: '', address: null, objectId: '*', detail: { times: 480 } });
    expect(await firstBrokenEvent(db, '330481')).toBeNull();
  });

  it('counts on after the quarter of an hour', async () => {
    const attempts = refusedAttempts({ db, logger: silentLogger, windowMilliseconds: 50 });
    const before = (await readEvents(db, '330481')).length;
    const note = () => attempts.note({ actor: actor('乙'), operation: 'PUT /api/x', code: 'NOT-APPOINTED' });
    note();
    note();
    await expect.poll(async () => (await readEvents(db, '330481')).length).toBe(before + 2);
    note();
    await attempts.flush();
    expect(await readEvents(db, '330481')).toHaveLength(before + 3);
  });
});
