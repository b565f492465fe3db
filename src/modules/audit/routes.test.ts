import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testActor } from '../../../tests/support/context.ts';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { systemClock, systemIds } from '../../platform/clock.ts';
import { createHttpApp } from '../../platform/http/app.ts';
import { silentLogger } from '../../platform/logging.ts';
import type { ActorContext, Role } from '../access/index.ts';
import { AUDIT_CHAIN, type AuditEvent, eventOfLine, SYSTEM_CHAIN } from './index.ts';
import { auditDesk, auditRoutes, openHeadKeeper, readEvents, recordEvent } from './server.ts';
import type { AuditEventDetail, AuditPage, ChainView, HeadsView, VerificationView } from './views.ts';

describe.each(ENGINES)('reading the audit on $name', ({ open }) => {
  let test: TestDatabase;
  let app: ReturnType<typeof createHttpApp>;
  let asking: ActorContext;
  const as = (role: Role, divisionCode = '', address = '10.0.0.7'): void => {
    asking = { ...testActor(divisionCode, systemClock, systemIds), actor: `${role} of ${divisionCode}`, role, address };
  };
  const get = async <T>(path: string, status = 200): Promise<T> => {
    const response = await app.request(path);
    expect(response.status, path).toBe(status);
    return response.json() as Promise<T>;
  };
  const page = (query: string, status = 200): Promise<AuditPage> => get(`/api/audit/events?${query}`, status);
  const verify = (chain: string) =>
    app.request('/api/audit/verify', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ chain }),
    });

  beforeAll(async () => {
    test = await open();
    const keeper = openHeadKeeper({
      db: test.db,
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      folders: null,
    });
    app = createHttpApp({
      routes: auditRoutes(auditDesk(test.db, keeper)),
      actorOf: () => asking,
      logger: silentLogger,
    });
    const write = (chain: string | null, i: number) =>
      test.db.transaction((tx) =>
        recordEvent(
          tx,
          { ...testActor(chain ?? '', systemClock, systemIds), actor: i % 2 === 0 ? '甲' : '乙', address: '10.1.1.1' },
          {
            operation: i % 3 === 0 ? 'parcels.withdraw' : 'intake.create',
            objectKind: 'thing',
            objectId: `thing-${i % 5}`,
            countyCode: chain,
            result: i % 7 === 0 ? 'NOT-ALLOWED' : 'done',
            detail: i === 11 ? { about: ['thing-0'] } : null,
          },
        ),
      );
    for (let i = 0; i < 25; i++) await write('330481', i);
    for (let i = 0; i < 5; i++) await write('330482', i);
    for (let i = 0; i < 3; i++) await write(null, i);
    await keeper.sign();
  });
  afterAll(() => test.close());

  it('shows each their chains: all, those of a division, that of the audit itself', async () => {
    as('auditAdministrator');
    const all = await get<ChainView[]>('/api/audit/chains');
    expect(all.map((view) => view.chain)).toEqual([AUDIT_CHAIN, SYSTEM_CHAIN, '330481', '330482']);
    expect(all[2]).toMatchObject({ events: 25, head: { sequence: 25 } });
    as('auditor', '330481');
    expect((await get<ChainView[]>('/api/audit/chains')).map((view) => view.chain)).toEqual(['330481']);
    as('auditor', '3304');
    expect((await get<ChainView[]>('/api/audit/chains')).map((view) => view.chain)).toEqual(['330481', '330482']);
    as('securityAdministrator');
    expect((await get<ChainView[]>('/api/audit/chains')).map((view) => view.chain)).toEqual([AUDIT_CHAIN]);
    as('auditor', '-');
    expect(await get<ChainView[]>('/api/audit/chains')).toEqual([]);
  });

  it('keeps the chains of others out of every door', async () => {
    as('auditor', '330481');
    for (const chain of ['330482', SYSTEM_CHAIN, AUDIT_CHAIN]) {
      await page(`chain=${chain}`, 404);
      await get(`/api/audit/events/${chain}/1`, 404);
      await get(`/api/audit/export?chain=${chain}`, 404);
      expect((await verify(chain)).status).toBe(404);
      expect((await get<HeadsView>(`/api/audit/heads?chain=${chain}`)).heads).toEqual([]);
    }
    const { events } = await page('limit=500');
    expect(new Set(events.map((event) => event.chain))).toEqual(new Set(['330481']));
    const lines = (await (await app.request('/api/audit/export')).text()).trim().split('\n');
    expect(lines).toHaveLength(25);
    as('securityAdministrator');
    await page('chain=330481', 404);
    expect((await page('limit=500')).events.every((event) => event.chain === AUDIT_CHAIN)).toBe(true);
    as('clerk');
    await page('', 403);
  });

  it.each(['chain=330481&', ''])('pages through all of it, newest first, nothing twice (%s)', async (query) => {
    as('auditor', '3304');
    const seen: AuditEvent[] = [];
    let next: string | null = '';
    while (next !== null) {
      const got: AuditPage = await page(`${query}limit=7${next === '' ? '' : `&before=${encodeURIComponent(next)}`}`);
      expect(got.events.length).toBeLessThanOrEqual(7);
      seen.push(...got.events);
      next = got.next;
    }
    const wanted = query === '' ? 30 : 25;
    expect(new Set(seen.map((event) => `${event.chain} ${event.sequence}`)).size).toBe(wanted);
    expect(seen).toHaveLength(wanted);
    const times = seen.map((event) => event.at);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('finds by person, operation, object with what speaks of it, result and time', async () => {
    as('auditor', '330481');
    const actors = (await page(`actor=${encodeURIComponent('甲')}`)).events;
    expect(actors).toHaveLength(13);
    expect((await page('operation=parcels.withdraw')).events).toHaveLength(9);
    expect((await page('operation=intake.')).events).toHaveLength(16);
    // Five of its own, and the one that names it beside its own object.
    const history = (await page('objectId=thing-0')).events;
    expect(history).toHaveLength(6);
    expect(history.some((event) => event.objectId === 'thing-1')).toBe(true);
    expect((await page('objectId=thing-0&objectKind=other')).events).toEqual([]);
    expect((await page('result=refused')).events).toHaveLength(4);
    expect((await page('result=NOT-ALLOWED')).events).toHaveLength(4);
    expect((await page('result=done')).events).toHaveLength(21);
    const today = systemClock.now().slice(0, 10);
    expect((await page(`from=${today}&to=${today}`)).events).toHaveLength(25);
    expect((await page('to=2020-01-01')).events).toEqual([]);
    const [newest] = (await page('limit=1')).events;
    expect((await page(`from=${newest!.at}`)).events[0]).toEqual(newest);
    expect((await page(`to=${newest!.at}`)).events[0]).toEqual(newest);
    for (const wrong of ['limit=501', 'limit=0', 'from=yesterday', 'chain=x', 'before=x', 'from=2026-13-01'])
      await page(wrong, 400);
  });

  it('shows one event with the text its hash is of, and the head that covers it', async () => {
    as('auditor', '330481');
    const detail = await get<AuditEventDetail>('/api/audit/events/330481/3');
    expect(detail).toMatchObject({
      holds: true,
      event: { sequence: 3, address: '10.1.1.1' },
      coveredBy: { sequence: 25 },
    });
    await get('/api/audit/events/330481/26', 404);
  });

  it('exports lines that read back, widened to a part without a gap', async () => {
    as('auditAdministrator');
    const response = await app.request('/api/audit/export?chain=330481');
    expect(response.headers.get('content-disposition')).toMatch(/audit-330481-.*\.jsonl/);
    const lines = (await response.text()).trim().split('\n');
    expect(lines.map((line) => eventOfLine(line))).toEqual(await readEvents(test.db, '330481'));
    await get('/api/audit/export?chain=330481&to=2020-01-01', 404);
  });

  it('leaves an event of every look, check and export, which the security administrator can read', async () => {
    const before = (await readEvents(test.db, AUDIT_CHAIN)).length;
    as('auditAdministrator', '', '10.9.9.9');
    await page('operation=intake.&limit=2');
    await page('operation=intake.&limit=2');
    const { next } = await page('operation=intake.&limit=2');
    await page(`operation=intake.&limit=2&before=${encodeURIComponent(next!)}`);
    await get('/api/audit/events/330481/5');
    expect(((await (await verify('330481')).json()) as VerificationView).firstBad).toBeNull();
    await (await app.request('/api/audit/export?chain=system')).text();
    const events = (await readEvents(test.db, AUDIT_CHAIN)).slice(before);
    expect(events.map((event) => [event.operation, event.objectId])).toEqual([
      ['audit.look', '*'],
      ['audit.look', '330481'],
      ['audit.verify', '330481'],
      ['audit.export', 'system'],
    ]);
    expect(events.every((event) => event.address === '10.9.9.9' && event.role === 'auditAdministrator')).toBe(true);
    expect(events[0]!.detail).toEqual({ filter: { operation: 'intake.' } });
    as('securityAdministrator');
    expect((await page('operation=audit.export&limit=1')).events).toEqual([events[3]]);
  });

  it('shows signed heads with the public half that proves them', async () => {
    as('auditAdministrator');
    const { heads, keys } = await get<HeadsView>('/api/audit/heads');
    expect(heads.map((head) => [head.chain, head.sequence]).toSorted()).toEqual(
      [
        ['330481', 25],
        ['330482', 5],
        [AUDIT_CHAIN, 1],
        [SYSTEM_CHAIN, 3],
      ].toSorted(),
    );
    expect(heads.every((head) => head.signatureHolds && head.keyId === keys[0]!.keyId)).toBe(true);
    expect(keys[0]!.publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  });
});
