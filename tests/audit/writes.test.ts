import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUTHORISATION_MATRIX, type Role, ROLES } from '../../src/modules/access/index.ts';
import type { AuditEvent } from '../../src/modules/audit/index.ts';
import { brokenChains } from '../../src/modules/audit/server.ts';
import { sql } from '../../src/platform/db/index.ts';
import { ENGINES, type TestDatabase } from '../support/databases.ts';
import { type ComposedApp, createApp } from '../../src/server/compose.ts';
import { WITHOUT_EVENT, WRITE_CASES, type WriteCase } from './cases.ts';
import { ADDRESS, idleJobs, type Kit, openKit } from './kit.ts';
import { sessionCases } from './session-cases.ts';

// Every route that is no GET, called for real: one event with everything it must say, in the transaction of the write.

const WRITES = AUTHORISATION_MATRIX.filter(({ method }) => method !== 'GET');
const nameOf = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`;

let setupCode = '';
let apps: { readonly signIn: ComposedApp; readonly demo: ComposedApp } | undefined;
const SESSION_CASES = sessionCases({ signIn: () => apps!.signIn, demo: () => apps!.demo, code: () => setupCode });
/** In the order of the cases: the set-up comes first. */
const CASES: Readonly<Record<string, WriteCase>> = { ...SESSION_CASES, ...WRITE_CASES };

it('knows a case of every route that writes, and of no other', () => {
  expect([...Object.keys(CASES), ...Object.keys(WITHOUT_EVENT)].toSorted()).toEqual(WRITES.map(nameOf).toSorted());
});

// PostgreSQL is the system of record; the embedded engine runs the same statements (src/modules/audit).
const [{ open }] = ENGINES.filter(({ name }) => name === 'postgresql') as [(typeof ENGINES)[number]];

describe('every write', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-writes-'));
  let test: TestDatabase;
  let kit: Kit;
  beforeAll(async () => {
    test = await open();
    kit = await openKit(test.db, folder);
    const parts = { db: test.db, files: kit.composed.services.files };
    const announce = (said: string): void => {
      setupCode = said;
    };
    apps = {
      signIn: createApp({ ...parts, jobs: idleJobs(), access: { mode: 'sign-in', announce } }),
      demo: createApp({ ...parts, jobs: idleJobs(), access: { mode: 'demo' } }),
    };
    await apps.signIn.start();
    await test.db.run(sql`create function fail_audit() returns trigger language plpgsql as $$
      begin raise exception 'the audit cannot be written'; end $$`);
  }, 120_000);
  afterAll(async () => {
    await apps?.signIn.stop();
    await test?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(Object.keys(CASES).flatMap((name) => WRITES.filter((one) => nameOf(one) === name)))(
    '$method $path leaves exactly one event, and is refused where that cannot be written',
    async (permission) => {
      const { method, path: pattern, roles } = permission;
      const expected = CASES[nameOf(permission)]!;
      const call = await expected.prepare(kit);
      const actor = call.as ?? kit.actor;
      expect(roles).toContain(actor.role);
      const before = await kit.content();
      await kit.newEvents();

      await test.db.run(
        sql`create trigger fail_audit before insert on audit_event for each row execute function fail_audit()`,
      );
      const failed = await kit.request(method, call);
      await test.db.run(sql`drop trigger fail_audit on audit_event`);
      expect(failed.status, await failed.text()).toBeGreaterThanOrEqual(500);
      expect(await kit.content()).toBe(before);
      expect(await kit.newEvents()).toEqual([]);

      const done = await kit.request(method, call);
      const text = await done.text();
      expect([200, 201, 202, 204], text).toContain(done.status);
      const events = await kit.newEvents();
      expect(events.map((event) => event.operation)).toEqual([expected.operation]);
      const [event] = events as [AuditEvent];
      expect(event).toMatchObject({
        chain: expected.chain,
        actor: actor.actor,
        role: actor.role,
        divisionCode: actor.divisionCode,
        address: call.address ?? ADDRESS,
        objectKind: expected.objectKind,
        objectId: expect.stringMatching(/\S/),
        result: 'done',
      });
      const hashes = [event.beforeHash, event.afterHash].map((hash) => /^[0-9a-f]{64}$/.test(hash ?? ''));
      if (expected.hashes === 'before' || expected.hashes === 'both') expect(hashes[0], 'hash before').toBe(true);
      if (expected.hashes === 'after' || expected.hashes === 'both') expect(hashes[1], 'hash after').toBe(true);
      if (expected.isLook !== true) expect(await kit.content()).not.toBe(before);

      // What the route refuses leaves nothing: an object that is not there, a body that is none.
      const missing = pattern.replace(/:[A-Za-z]+/g, () => kit.composed.services.ids.next());
      const state = await kit.content();
      const nothing = await kit.request(method, { ...call, path: missing, body: { nothing: [1] } });
      expect(nothing.status).toBeGreaterThanOrEqual(400);
      expect(nothing.status).toBeLessThan(500);
      expect(await kit.newEvents()).toEqual([]);
      expect(await kit.content()).toBe(state);

      // Who may not is refused, and that is an event with the code as its result.
      const stranger = ROLES.find(
        (role: Role) => !roles.includes(role) && !['public', 'unappointed', 'system'].includes(role),
      );
      if (stranger !== undefined && call.as === undefined) {
        kit.as(stranger, '450701');
        expect((await kit.request(method, call)).status).toBe(403);
        let noted: AuditEvent[] = [];
        for (let i = 0; i < 100 && noted.length === 0; i++) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          noted = await kit.newEvents();
        }
        expect(noted).toMatchObject([
          {
            operation: 'access.refused',
            objectId: nameOf(permission),
            result: 'NOT-ALLOWED',
            role: stranger,
            address: ADDRESS,
          },
        ]);
        expect(await kit.content()).toBe(state);
      }
    },
    60_000,
  );

  it('leaves one event of each job too: of its outcome, or of its end where it came to nothing, of who asked', async () => {
    kit.as('clerk');
    await kit.work();
    await kit.newEvents();
    const ended = await test.db.rows<{ kind: string; state: string; count: number }>(
      sql`select kind, state, count(*) as count from job group by kind, state order by kind, state`,
    );
    const { events } = await allEvents(kit);
    const count = (operation: string): number => events.filter((event) => event.operation === operation).length;
    const of = (kind: string, state: string): number =>
      ended.filter((row) => row.kind === kind && row.state === state).reduce((sum, row) => sum + row.count, 0);
    expect(of('intake.read', 'done')).toBeGreaterThan(3);
    expect(count('intake.read')).toBe(of('intake.read', 'done'));
    expect(count('intake.check')).toBe(of('intake.check', 'done'));
    expect(count('quality.report')).toBe(of('quality.assess', 'done'));
    expect(count('projects.finishRun')).toBe(of('projects.run', 'done'));
    const cancelled = ended.filter(({ state }) => state !== 'done').reduce((sum, row) => sum + row.count, 0);
    expect(cancelled).toBeGreaterThan(0);
    expect(count('jobs.end')).toBe(cancelled);
    for (const event of events.filter(({ operation }) => /^(intake\.read|quality\.report|jobs\.end)$/.test(operation)))
      expect(event).toMatchObject({ actor: 'walker clerk', role: 'clerk', address: ADDRESS });
    expect(await brokenChains(test.db)).toEqual([]);
  }, 60_000);
});

async function allEvents(
  kit: Kit,
): Promise<{ events: readonly { operation: string; actor: string; role: string; address: string | null }[] }> {
  return {
    events: await kit.db.rows(sql`select operation, actor, role, address, result from audit_event`),
  };
}
