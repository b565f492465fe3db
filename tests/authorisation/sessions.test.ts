import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  APPOINTABLE_ROLES,
  type AppointableRole,
  AUTHORISATION_MATRIX,
  isAdministrator,
  type Permission,
  type RefusalReply,
  type SessionView,
} from '../../src/modules/access/index.ts';
import { systemIds } from '../../src/platform/clock.ts';
import { type Database, openDatabase, sql } from '../../src/platform/db/index.ts';
import { openFiles } from '../../src/platform/files/index.ts';
import { type ComposedApp, createApp } from '../../src/server/compose.ts';

// Every route × every role × every way a right can be missing or lost: no session, a made-up one, one that is over, a person
// disabled, an appointment that is over, not begun, or revoked while the session lives, a password still to be changed.

const folder = mkdtempSync(join(tmpdir(), 'tianchou-sessions-'));
const COUNTY = '330481';
let db: Database;
let composed: ComposedApp;
const now = (): string => new Date().toISOString();

beforeAll(async () => {
  db = await openDatabase({ folder: null });
  composed = createApp({
    db,
    files: await openFiles(join(folder, 'data')),
    clock: { now },
    access: { mode: 'sign-in' },
  });
  for (const role of APPOINTABLE_ROLES) {
    const name = role.toLowerCase();
    await db.run(sql`insert into person (id, username, display_name, created_at, updated_at, password_changed_at)
      values (${name}, ${name}, ${role}, ${now()}, ${now()}, ${now()})`);
  }
}, 120_000);
afterAll(async () => {
  await db?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a role's person has from now on: a live session under an appointment that holds. */
async function begin(role: AppointableRole): Promise<string> {
  const person = role.toLowerCase();
  const token = createHash('sha256').update(systemIds.next()).digest('hex').slice(0, 43);
  const appointmentId = systemIds.next();
  await db.run(sql`delete from session where person_id = ${person}`);
  await db.run(sql`delete from appointment where person_id = ${person}`);
  await db.run(sql`update person set disabled_at = null, must_change_password = false where id = ${person}`);
  await db.run(sql`insert into appointment (appointment_id, person_id, role, division_code, valid_from, granted_at, granted_by)
    values (${appointmentId}, ${person}, ${role}, ${isAdministrator(role) ? '' : COUNTY}, '2020-01-01', ${now()}, 'test')`);
  await db.run(sql`insert into session (id, person_id, token_hash, expires_at, created_at, updated_at, last_seen_at, appointment_id)
    values (${systemIds.next()}, ${person}, ${createHash('sha256').update(token).digest('hex')},
      ${new Date(Date.parse(now()) + 12 * 3600_000).toISOString()}, ${now()}, ${now()}, ${now()}, ${appointmentId})`);
  return token;
}

const ask = (permission: Pick<Permission, 'method' | 'path'>, token: string | undefined): Promise<Response> =>
  Promise.resolve(
    composed.app.request(
      permission.path
        .replace(/:y\{.*?\}/g, '1.mvt')
        .replace(/:\w*Id\b/g, systemIds.next())
        .replace(/:\w+/g, '1'),
      {
        method: permission.method,
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { cookie: `tianchou=${token}` }),
        },
        ...(permission.method === 'GET' ? {} : { body: '{}' }),
      },
    ),
  );
const codeOf = async (response: Response): Promise<string> =>
  response.status < 400 ? '' : (((await response.json()) as RefusalReply).refusals[0]?.code ?? '');
const isFor = (permission: Permission, role: string): boolean => (permission.roles as readonly string[]).includes(role);

type Loss = {
  readonly name: string;
  readonly status: 401 | 403;
  /** Takes the right away; the token to go on with. */
  take(token: string, role: AppointableRole): Promise<string | undefined>;
};
const person = (role: AppointableRole): string => role.toLowerCase();
const LOSSES: readonly Loss[] = [
  { name: 'no session', status: 401, take: async () => undefined },
  { name: 'a made-up session', status: 401, take: async () => 'A'.repeat(43) },
  {
    name: 'a session ended elsewhere',
    status: 401,
    take: async (token, role) => {
      await db.run(sql`delete from session where person_id = ${person(role)}`);
      return token;
    },
  },
  {
    name: 'half an hour without a request',
    status: 401,
    take: async (token, role) => {
      const then = new Date(Date.parse(now()) - 30 * 60_000).toISOString();
      await db.run(sql`update session set last_seen_at = ${then} where person_id = ${person(role)}`);
      return token;
    },
  },
  {
    name: 'twelve hours',
    status: 401,
    take: async (token, role) => {
      await db.run(sql`update session set expires_at = ${now()} where person_id = ${person(role)}`);
      return token;
    },
  },
  {
    name: 'the person disabled',
    status: 401,
    take: async (token, role) => {
      await db.run(sql`update person set disabled_at = ${now()} where id = ${person(role)}`);
      return token;
    },
  },
  {
    name: 'the appointment revoked',
    status: 403,
    take: async (token, role) => {
      await db.run(
        sql`update appointment set revoked_at = ${now()}, revoked_by = 'test' where person_id = ${person(role)}`,
      );
      return token;
    },
  },
  {
    name: 'the appointment over since yesterday',
    status: 403,
    take: async (token, role) => {
      const yesterday = new Date(Date.parse(now()) + 8 * 3600_000 - 24 * 3600_000).toISOString().slice(0, 10);
      await db.run(sql`update appointment set valid_until = ${yesterday} where person_id = ${person(role)}`);
      return token;
    },
  },
  {
    name: 'the appointment to begin tomorrow',
    status: 403,
    take: async (token, role) => {
      const tomorrow = new Date(Date.parse(now()) + 8 * 3600_000 + 24 * 3600_000).toISOString().slice(0, 10);
      await db.run(sql`update appointment set valid_from = ${tomorrow} where person_id = ${person(role)}`);
      return token;
    },
  },
  {
    name: 'a first password not yet changed',
    status: 403,
    take: async (token, role) => {
      await db.run(sql`update person set must_change_password = true where id = ${person(role)}`);
      return token;
    },
  },
];

describe('every route × role × loss of the right, mid-session', { timeout: 240_000 }, () => {
  it('has the right before it is lost: the session says so', async () => {
    for (const role of APPOINTABLE_ROLES) {
      const view = (await (
        await ask({ method: 'GET', path: '/api/session' }, await begin(role))
      ).json()) as SessionView;
      expect([view.signedIn, view.role, view.divisionCode], role).toEqual([
        true,
        role,
        isAdministrator(role) ? '' : COUNTY,
      ]);
    }
  });

  it.each(LOSSES)('$name: refused at the very next request', async ({ status, take }) => {
    const wrong: string[] = [];
    let walked = 0;
    // Without a session nobody has a role: three kinds of people will do. Where the session lives on, everybody.
    const roles: readonly AppointableRole[] =
      status === 401 ? ['clerk', 'contractor', 'securityAdministrator'] : APPOINTABLE_ROLES;
    for (const role of roles) {
      const live = await begin(role);
      const first = AUTHORISATION_MATRIX.find(
        (one) => one.method === 'GET' && isFor(one, role) && one.scope !== 'open',
      )!;
      const before = await ask(first, live);
      if (['NOT-SIGNED-IN', 'NOT-ALLOWED', 'NOT-APPOINTED'].includes(await codeOf(before)))
        wrong.push(`${first.path} ${role}: never had it`);
      const token = await take(live, role);
      for (const permission of AUTHORISATION_MATRIX) {
        if (isFor(permission, 'public') || (status === 403 && isFor(permission, 'unappointed'))) continue;
        const code = await codeOf(await ask(permission, token));
        walked++;
        if (code !== (status === 401 ? 'NOT-SIGNED-IN' : 'NOT-APPOINTED'))
          wrong.push(`${permission.method} ${permission.path} as ${role}: ${code}`);
      }
    }
    expect(wrong.slice(0, 10)).toEqual([]);
    expect(walked).toBeGreaterThan(status === 401 ? 200 : 1000);
  });
});
