import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { testActor } from '../../../tests/support/context.ts';
import { startPostgresql } from '../../../tests/support/postgresql.ts';
import { canonicalJson, type Json } from '../../kernel/index.ts';
import { systemClock, systemIds } from '../../platform/clock.ts';
import { type Database, openAsItIs, sql } from '../../platform/db/index.ts';
import { migrate, readMigrations } from '../../platform/db/migrations.ts';
import { FIRST_PREVIOUS_HASH } from './index.ts';
import { firstBrokenEvent, readEvents, recordEvent } from './server.ts';

// Events as the product wrote them before they had an address (migration 0003): the text below is that version's, kept here.
function hashOfThen(event: Record<string, Json>): string {
  return createHash('sha256').update(canonicalJson(event)).digest('hex');
}

const closings: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closings) await close();
});

async function opened(engine: string): Promise<Database> {
  const server = engine === 'postgresql' ? await startPostgresql() : undefined;
  const db = await openAsItIs({ url: server?.url, folder: null });
  closings.push(async () => {
    await db.close();
    await server?.stop();
  });
  return db;
}

describe.each(['embedded', 'postgresql'])('events from before addresses on %s', (engine) => {
  it('hold after the migration, and so do those that follow them', async () => {
    const db = await opened(engine);
    const migrations = await readMigrations();
    await migrate(
      db,
      migrations.filter(({ number }) => number < 70),
    );
    let previousHash = FIRST_PREVIOUS_HASH;
    for (let sequence = 1; sequence <= 12; sequence++) {
      const event = {
        chain: '330481',
        sequence,
        at: `2026-01-01T00:00:0${sequence % 10}.120Z`,
        actor: '张三',
        role: 'clerk',
        divisionCode: '330481',
        operation: 'parcels.withdraw',
        objectKind: 'layerVersion',
        objectId: `thing-${sequence}`,
        beforeHash: null,
        afterHash: sequence % 2 === 0 ? 'ab'.repeat(32) : null,
        result: 'done',
        detail: sequence % 3 === 0 ? null : { b: 1.5, a: '田', list: [1, null] },
        previousHash,
      };
      const hash = hashOfThen(event);
      await db.run(sql`insert into audit_event (chain, sequence, at, actor, role, division_code, operation, object_kind, object_id,
          before_hash, after_hash, result, detail, previous_hash, hash)
        values (${event.chain}, ${sequence}, ${event.at}, ${event.actor}, ${event.role}, ${event.divisionCode}, ${event.operation},
          ${event.objectKind}, ${event.objectId}, null, ${event.afterHash}, 'done',
          ${event.detail === null ? null : JSON.stringify(event.detail)}::jsonb, ${previousHash}, ${hash})`);
      previousHash = hash;
    }
    // A copy of the earlier schema is looked at before it is migrated.
    expect(await firstBrokenEvent(db, '330481')).toBeNull();
    await migrate(db, migrations);
    expect(await firstBrokenEvent(db, '330481')).toBeNull();
    const context = testActor('330481', systemClock, systemIds);
    for (const address of ['10.0.0.1', null]) {
      await db.transaction((tx) =>
        recordEvent(
          tx,
          { ...context, address },
          {
            operation: 'test.write',
            objectKind: 'thing',
            objectId: 'x',
            countyCode: '330481',
          },
        ),
      );
    }
    expect(await firstBrokenEvent(db, '330481')).toBeNull();
    const events = await readEvents(db, '330481');
    expect(events.map((event) => event.address).slice(-3)).toEqual([null, '10.0.0.1', null]);
    // An address taken away or put in afterwards is seen.
    await db.run(sql`alter table audit_event disable trigger audit_event_appended_only`);
    await db.run(sql`update audit_event set address = null where chain = '330481' and sequence = 13`);
    expect(await firstBrokenEvent(db, '330481')).toBe(13);
    await db.run(sql`update audit_event set address = '10.0.0.1' where chain = '330481' and sequence = 13`);
    await db.run(sql`update audit_event set address = '10.0.0.2' where chain = '330481' and sequence = 4`);
    expect(await firstBrokenEvent(db, '330481')).toBe(4);
  }, 120_000);
});
