import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';
import { startPostgresql, type ThrowAwayPostgresql } from '../support/postgresql.ts';

// Secrets put into every place a secret can stand in, sent to a server that is a process of its own, while all is well, while
// a table is missing and while the database is gone. None of them may stand in what it says on its outputs, in the audit, or in
// a reply that is not the one meant to give it.

const canaries: string[] = [];
/** A word no program writes by itself; long and mixed enough for a password. */
function canary(): string {
  const made = `Canary-${randomBytes(12).toString('hex')}-Quarry`;
  canaries.push(made);
  return made;
}

describe('secrets in a server that runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-canary-'));
  let postgresql: ThrowAwayPostgresql;
  let client: pg.Client;
  let child: ChildProcess;
  let said = '';
  let url = '';
  let setupCode = '';
  /** Texts of replies that are not meant to hand out a secret. */
  const replies: string[] = [];

  beforeAll(async () => {
    postgresql = await startPostgresql();
    const secretFile = join(folder, 'oidc-secret');
    writeFileSync(secretFile, canary());
    child = spawn(process.execPath, ['--import', 'tsx', 'src/server/main.ts'], {
      cwd: PROJECT_ROOT,
      env: {
        ...process.env,
        DATABASE_URL: postgresql.url.replace('postgres@', `postgres:${canary()}@`),
        TIANCHOU_DATA: join(folder, 'data'),
        TIANCHOU_OIDC_ISSUER: 'http://127.0.0.1:9',
        TIANCHOU_OIDC_CLIENT_ID: 'tianchou',
        TIANCHOU_OIDC_CLIENT_SECRET_FILE: secretFile,
        PORT: '0',
        HOST: '127.0.0.1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    for (let tries = 0; tries < 1_200 && !/[a-z0-9]{6}(-[a-z0-9]{6}){3}/.test(said); tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    setupCode = /[a-z0-9]{6}(-[a-z0-9]{6}){3}/.exec(said)?.[0] ?? `no code was announced: ${said}`;
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)![0];
    client = new pg.Client({ connectionString: postgresql.url });
    // It is ended by the test itself, with the database.
    client.on('error', () => {});
    await client.connect();
  }, 120_000);
  afterAll(async () => {
    child?.kill('SIGKILL');
    await client?.end().catch(() => {});
    await postgresql?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const noisyHeaders = (): Record<string, string> => ({
    authorization: `Bearer ${canary()}`,
    'x-api-key': canary(),
    'x-forwarded-for': canary(),
    'user-agent': `agent/1 ${canary()}`,
    referer: `${url}/?token=${canary()}`,
  });
  const send = async (
    method: string,
    path: string,
    body?: object | string | FormData,
    cookie = `tianchou=${canary()}; other=${canary()}`,
    keepsReply = true,
  ): Promise<Response> => {
    const isText = typeof body === 'string';
    const isForm = body instanceof FormData;
    const response = await fetch(
      `${url}${path}${path.includes('?') ? '&' : '?'}token=${canary()}&password=${canary()}`,
      {
        method,
        redirect: 'manual',
        headers: {
          ...noisyHeaders(),
          cookie,
          ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: isText || isForm ? body : JSON.stringify(body) }),
      },
    );
    if (keepsReply) {
      replies.push(
        `${await response.clone().text()} ${[...response.headers].filter(([name]) => name !== 'set-cookie').join(' ')}`,
      );
    }
    return response;
  };
  const cookieOf = (response: Response): string => {
    const [cookie] = /^tianchou=[^;]+/.exec(response.headers.getSetCookie().join('\n')) ?? [''];
    // The token itself is a secret from now on.
    if (cookie.length > 20) canaries.push(cookie.slice('tianchou='.length));
    return cookie;
  };
  /** One of everything that takes a secret or could be mistaken for it. */
  const everything = async (cookie: string): Promise<void> => {
    const form = new FormData();
    form.set('countyCode', '330481');
    form.set('role', 'parcels');
    form.set('password', canary());
    form.set('file', new File([`{"type":"FeatureCollection","features":[],"secret":"${canary()}"`], 'parcels.geojson'));
    await send('POST', '/api/imports', form, cookie);
    await send('POST', '/api/session/sign-in', { username: 'sysadmin', password: canary() });
    await send('POST', '/api/session/sign-in', { username: canary(), password: canary() });
    await send('POST', '/api/session/sign-in', `{"username":"sysadmin","password":"${canary()}`);
    await send('POST', '/api/session/sign-in', { username: 'sysadmin', password: { is: canary() } });
    await send('POST', '/api/session/second-factor', { code: canary().slice(0, 40) }, cookie);
    await send('POST', '/api/setup', { code: canary(), administrators: [] });
    await send('POST', '/api/account/password', { current: canary(), next: canary() }, cookie);
    await send('POST', '/api/account/second-factor', { password: canary() }, cookie);
    await send('GET', '/api/session', undefined, cookie);
    await send('GET', `/api/people?query=${canary()}`, undefined, cookie);
    await send('GET', `/api/session/oidc/callback?code=${canary()}&state=${canary()}`);
    await send('GET', '/api/session/oidc');
    await send('GET', `/api/${canary()}`, undefined, cookie);
    await send('POST', `/api/people/${canary()}/disable`, { secret: canary() }, cookie);
  };

  it('never says a password, a token or a text that was sent to it', async () => {
    const passwords = [canary(), canary(), canary()];
    const setUp = await send('POST', '/api/setup', {
      code: setupCode,
      administrators: ['systemAdministrator', 'securityAdministrator', 'auditAdministrator'].map((role, i) => ({
        role,
        username: ['sysadmin', 'secadmin', 'auditadmin'][i],
        displayName: '管理员',
        password: passwords[i],
      })),
    });
    expect(setUp.status, await setUp.text()).toBe(204);
    const signedIn = await send('POST', '/api/session/sign-in', { username: 'sysadmin', password: passwords[0] });
    expect(signedIn.status, await signedIn.text()).toBe(200);
    let cookie = cookieOf(signedIn);
    expect(cookie).not.toBe('');
    const next = canary();
    const changed = await send('POST', '/api/account/password', { current: passwords[0], next }, cookie);
    expect(changed.status, await changed.text()).toBe(200);
    cookie = cookieOf(changed);
    const enrolled = await send('POST', '/api/account/second-factor', { password: next }, cookie, false);
    const { secret, backupCodes } = (await enrolled.json()) as { secret: string; backupCodes: string[] };
    canaries.push(secret, ...backupCodes);
    const made = await send('POST', '/api/people', { username: 'zhangsan', displayName: '张三' }, cookie, false);
    const { initialPassword } = (await made.json()) as { initialPassword: string };
    canaries.push(initialPassword);
    const first = await send('POST', '/api/session/sign-in', { username: 'zhangsan', password: initialPassword });
    expect(first.status).toBe(200);
    cookieOf(first);
    await everything(cookie);

    // A fault inside: statements fail with the texts they were sent with.
    await client.query('alter table person rename to person_away');
    await everything(cookie);
    const fault = await send('POST', '/api/session/sign-in', { username: 'sysadmin', password: canary() });
    expect(fault.status).toBe(500);
    await client.query('alter table person_away rename to person');

    const events = await client.query<{ text: string }>('select row_to_json(e)::text as text from audit_event e');
    const audit = events.rows.map(({ text }) => text).join('\n');
    expect(events.rows.length).toBeGreaterThan(5);
    const state = await client.query<{ text: string }>('select row_to_json(j)::text as text from job j');

    // The database away.
    await client.end();
    await postgresql.stop();
    await everything(cookie);
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));

    const log = said.replaceAll(setupCode, '');
    expect(log).toContain('"event"');
    expect(log.length).toBeGreaterThan(2_000);
    const inside = (text: string): string[] => canaries.filter((one) => text.includes(one));
    expect(inside(log), 'in the log').toEqual([]);
    expect(inside(audit), 'in the audit').toEqual([]);
    expect(inside(state.rows.map(({ text }) => text).join('\n')), 'in jobs').toEqual([]);
    expect(inside(replies.join('\n')), 'in replies').toEqual([]);
    expect(canaries.length).toBeGreaterThan(300);
  }, 180_000);
});
