import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActorContext,
  AUTHORISATION_MATRIX,
  NO_DIVISION,
  type Permission,
  type RefusalReply,
  type Role,
  ROLES,
} from '../../src/modules/access/index.ts';
import { systemClock, systemIds } from '../../src/platform/clock.ts';
import { type Database, openDatabase } from '../../src/platform/db/index.ts';
import { openFiles } from '../../src/platform/files/index.ts';
import { type ComposedApp, createApp } from '../../src/server/compose.ts';
import { type FixtureIds, ROUTE_CASES, type RouteCase } from './cases.ts';
import { makeFixture } from './fixture.ts';

// Every route × every role × every division: what the matrix says happens, nothing else. Objects of one county, asked for by
// people of it, above it, beside it and of nowhere.

const folder = mkdtempSync(join(tmpdir(), 'tianchou-authorisation-'));
let db: Database;
let composed: ComposedApp;
let ids: FixtureIds;
let actor: ActorContext | undefined;

const act = (over: Partial<ActorContext>): void => {
  actor = {
    actor: 'walker',
    role: 'clerk',
    divisionCode: '',
    personId: 'walker-1',
    clock: systemClock,
    ids: systemIds,
    ...over,
  };
};

beforeAll(async () => {
  db = await openDatabase({ folder: null });
  const files = await openFiles(join(folder, 'data'));
  const parts = { db, files, actorOf: () => actor };
  const working = createApp(parts);
  await working.start();
  ids = await makeFixture(working, db, folder, act);
  await working.stop();
  // Jobs queued by the walk are not run: it asks who may queue them.
  composed = createApp(parts);
}, 180_000);
afterAll(async () => {
  await db?.close();
  rmSync(folder, { recursive: true, force: true });
});

const nameOf = (permission: Permission): string => `${permission.method} ${permission.path}`;

async function call(permission: Permission, route: RouteCase, of: FixtureIds = ids): Promise<Response> {
  const body = route.send?.(of);
  const isForm = body instanceof FormData;
  const controller = new AbortController();
  const response = await composed.app.request(route.path(of), {
    method: permission.method,
    signal: controller.signal,
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    headers: isForm || body === undefined ? {} : { 'content-type': 'application/json' },
  });
  // Bodies are read whole, so that files are closed and removed.
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true)
    await response.clone().arrayBuffer();
  return response;
}

/** Objects of the same form that are not there. */
const missing = (): FixtureIds => {
  const none = (): string => systemIds.next();
  return {
    ...ids,
    layerVersionId: none(),
    importId: none(),
    projectId: none(),
    runId: none(),
    jobId: none(),
    organisationId: none(),
    appointmentId: none(),
    personId: none(),
  };
};
/** An answer without what differs between two askings of the same. */
const plain = (text: string): string => text.replace(/"requestId":"[^"]*",?/, '');
const codesOf = async (response: Response): Promise<string[]> =>
  ((await response.json()) as RefusalReply).refusals.map(({ code }) => code);

// Health and readiness are answered before anybody is asked who they are.
const PROBES = ['/api/health', '/api/ready'];

describe('every route × role × division', { timeout: 240_000 }, () => {
  it('has a case for every route with an operation behind it', () => {
    const names = new Set(AUTHORISATION_MATRIX.map(nameOf));
    expect(
      AUTHORISATION_MATRIX.filter((one) => one.scope !== 'own' && ROUTE_CASES[nameOf(one)] === undefined).map(nameOf),
    ).toEqual([]);
    expect(Object.keys(ROUTE_CASES).filter((name) => !names.has(name))).toEqual([]);
  });

  it('refuses every role the matrix does not name, wherever it belongs, before it looks at anything', async () => {
    let walked = 0;
    const wrong: string[] = [];
    for (const permission of AUTHORISATION_MATRIX) {
      const route = ROUTE_CASES[nameOf(permission)];
      if (route === undefined) continue;
      for (const role of ROLES) {
        if (permission.roles.includes(role) || PROBES.includes(permission.path)) continue;
        for (const divisionCode of ['', ids.countyCode]) {
          if (role === 'public') actor = undefined;
          else act({ role, divisionCode });
          const response = await call(permission, route);
          const expected =
            role === 'public'
              ? [401, 'NOT-SIGNED-IN']
              : [403, role === 'unappointed' ? 'NOT-APPOINTED' : 'NOT-ALLOWED'];
          const [code] = response.status >= 400 ? await codesOf(response) : [''];
          walked++;
          if (response.status !== expected[0] || code !== expected[1])
            wrong.push(`${nameOf(permission)} as ${role} of ${divisionCode}: ${response.status} ${code}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    console.log(`${walked} refusals by role`);
  });

  it('shows nothing of a county to people of another, of a sibling, or of none', async () => {
    let walked = 0;
    const wrong: string[] = [];
    const secrets = [
      ids.layerVersionId,
      ids.importId,
      ids.projectId,
      ids.runId,
      ids.organisationId,
      ids.appointmentId,
      ids.personId,
      '田畴示范',
    ];
    for (const permission of AUTHORISATION_MATRIX) {
      const route = ROUTE_CASES[nameOf(permission)];
      if (route === undefined || route.foreign === 'same') continue;
      // One answer for an object that is not there, whoever asks: the strangers' has to be the same to the letter.
      act({ role: permission.roles[0]!, divisionCode: ids.countyCode });
      const notThere =
        route.foreign === 'hidden'
          ? plain(
              await (
                await call(
                  permission,
                  route.notThere === undefined ? route : { ...route, path: route.notThere },
                  missing(),
                )
              ).text(),
            )
          : '';
      for (const role of permission.roles.filter((one): one is Role => one !== 'public')) {
        // Every kind of stranger for one role of the route, the nearest and the furthest for each of the others.
        const strangers = [`${ids.countyCode.slice(0, 5)}9`, NO_DIVISION, '450722', '45'];
        for (const divisionCode of role === permission.roles[0] ? strangers : strangers.slice(0, 2)) {
          act({ role, divisionCode });
          const response = await call(permission, route);
          const text = response.status === 204 ? '' : await response.text();
          walked++;
          const say = (what: string): number =>
            wrong.push(`${nameOf(permission)} as ${role} of ${divisionCode}: ${what}`);
          if (route.foreign === 'refused' && response.status < 400) say(`${response.status}`);
          if (route.foreign === 'empty' && response.status !== 200) say(`${response.status}`);
          if (route.foreign === 'hidden') {
            if (response.status !== 404 || plain(text) !== notThere) say(`${response.status} ${text.slice(0, 200)}`);
          }
          if (secrets.some((secret) => text.includes(secret))) say('names an object of the county');
        }
      }
    }
    expect(wrong).toEqual([]);
    console.log(`${walked} strangers`);
  });

  it('lets every role the matrix names through, of the county, its township, its city and the country', async () => {
    let walked = 0;
    const wrong: string[] = [];
    // Reading first: what writes change is not looked at afterwards.
    const order = [...AUTHORISATION_MATRIX].sort((a, b) => Number(a.method !== 'GET') - Number(b.method !== 'GET'));
    for (const permission of order) {
      const route = ROUTE_CASES[nameOf(permission)];
      if (route === undefined) continue;
      for (const role of permission.roles) {
        const isPublic = role === 'public' || role === 'unappointed';
        const divisions = isPublic
          ? [NO_DIVISION]
          : // Files are written anew at each call, passwords hashed: once a role is enough where the division plays no part.
            /export\.|errors\.|password/.test(permission.path) || route.foreign === 'same'
            ? [ids.countyCode]
            : [ids.countyCode, ids.countyCode.slice(0, 4), `${ids.countyCode}001`, ''].slice(
                0,
                role === permission.roles[0] ? 4 : 2,
              );
        for (const divisionCode of divisions) {
          // Administration reaches what lies within one's own division, not what lies around it.
          if (permission.scope === 'administration' && divisionCode.length > 6) continue;
          if (role === 'public') actor = undefined;
          else act({ role, divisionCode });
          const response = await call(permission, route);
          walked++;
          const isThrough =
            ![401, 403, 404, 500, 503].includes(response.status) || route.mayBe?.includes(response.status) === true;
          if (!isThrough)
            wrong.push(
              `${nameOf(permission)} as ${role} of ${divisionCode}: ${response.status} ${(await response.text()).slice(0, 200)}`,
            );
        }
      }
    }
    expect(wrong).toEqual([]);
    console.log(`${walked} let through`);
  });
});
