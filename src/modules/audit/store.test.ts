import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { systemClock, systemIds } from '../../platform/clock.ts';
import { sql } from '../../platform/db/index.ts';
import type { ActorContext } from '../access/index.ts';
import { SYSTEM_CHAIN } from './index.ts';
import { firstBrokenEvent, readEvents, recordEvent } from './server.ts';

const context: ActorContext = {
  actor: '张三',
  role: 'clerk',
  divisionCode: '330481',
  clock: systemClock,
  ids: systemIds,
};

describe.each(ENGINES)('audit on $name', ({ open }) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await open();
  });
  afterAll(() => test.close());

  const record = (objectId: string, countyCode: string | null = '330481') =>
    test.db.transaction((tx) =>
      recordEvent(tx, context, {
        operation: 'test.write',
        objectKind: 'thing',
        objectId,
        countyCode,
        detail: { b: 1, a: '田' },
      }),
    );

  it('links 40 concurrent writes without a gap or a fork, one chain a county', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, i) => record(String(i), i % 4 === 0 ? null : '330481')));
    const events = await readEvents(test.db, '330481');
    expect(events.map((event) => event.sequence)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(await firstBrokenEvent(test.db, '330481')).toBeNull();
    expect(await firstBrokenEvent(test.db, SYSTEM_CHAIN)).toBeNull();
    expect(events[0]).toMatchObject({
      actor: '张三',
      role: 'clerk',
      divisionCode: '330481',
      result: 'done',
      detail: { a: '田', b: 1 },
    });
  });

  it('leaves no event of an operation that failed', async () => {
    const before = (await readEvents(test.db, '330481')).length;
    await expect(
      test.db.transaction(async (tx) => {
        await recordEvent(tx, context, {
          operation: 'test.write',
          objectKind: 'thing',
          objectId: 'x',
          countyCode: '330481',
        });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await readEvents(test.db, '330481')).toHaveLength(before);
  });

  it('refuses changes, and finds one made behind its back', async () => {
    await expect(test.db.run(sql`update audit_event set actor = 'x' where sequence = 3`)).rejects.toMatchObject({
      code: '55000',
    });
    await expect(test.db.run(sql`delete from audit_event where sequence = 3`)).rejects.toMatchObject({ code: '55000' });
    await test.db.run(sql`alter table audit_event disable trigger audit_event_appended_only`);
    await test.db.run(sql`update audit_event set actor = '李四' where chain = '330481' and sequence = 3`);
    expect(await firstBrokenEvent(test.db, '330481')).toBe(3);
    await test.db.run(sql`update audit_event set actor = '张三' where chain = '330481' and sequence = 3`);
    expect(await firstBrokenEvent(test.db, '330481')).toBeNull();
    await test.db.run(sql`delete from audit_event where chain = '330481' and sequence = 5`);
    expect(await firstBrokenEvent(test.db, '330481')).toBe(5);
  });
});
