import { createHttpApp } from '../../src/platform/http/app.ts';
import { silentLogger } from '../../src/platform/logging.ts';
import { systemIds } from '../../src/platform/clock.ts';
import type { Clock, SessionView } from '../../src/modules/access/index.ts';
import { type Access, type AccessOptions, createAccess, rightsRoutes } from '../../src/modules/access/server.ts';
import { readEvents, recordEvent } from '../../src/modules/audit/server.ts';
import type { AuditEvent } from '../../src/modules/audit/index.ts';
import type { TestDatabase } from './databases.ts';

export const PASSWORDS = {
  system: 'lantern-otter-Quarry-7',
  security: 'Velvet-harbour-Pickle-3',
  audit: 'copper_Meadow_trumpet_9',
} as const;

/** A browser of one person: keeps cookies, comes from one address. */
export interface Browser {
  request(method: string, path: string, body?: unknown): Promise<Response>;
  post(path: string, body?: unknown): Promise<Response>;
  get<T = unknown>(path: string): Promise<T>;
  view(): Promise<SessionView>;
  cookies: Map<string, string>;
}

/** Sign-in, rights and the audit over a database, with a clock that is moved by hand. */
export interface SignInDesk {
  readonly test: TestDatabase;
  readonly access: Access;
  /** Moves the clock on. */
  pass(seconds: number): void;
  readonly clock: Clock;
  browser(address?: string, headers?: Readonly<Record<string, string>>): Browser;
  signedIn(username: string, password: string, address?: string): Promise<Browser>;
  /** The code announced at the start. */
  code(): string | undefined;
  setUp(): Promise<void>;
  events(): Promise<AuditEvent[]>;
  close(): Promise<void>;
}

export async function openSignInDesk(
  open: () => Promise<TestDatabase>,
  options: Partial<AccessOptions> = {},
): Promise<SignInDesk> {
  const test = await open();
  let shift = 0;
  const clock: Clock = { now: () => new Date(Date.now() + shift).toISOString() };
  let code: string | undefined;
  const services = { db: test.db, clock, ids: systemIds, logger: silentLogger };
  const access = createAccess(services, {
    mode: 'sign-in',
    announce: (said) => {
      code = said;
    },
    ...options,
    record: recordEvent,
  });
  const app = createHttpApp({
    routes: [...access.routes, ...rightsRoutes({ db: test.db, record: recordEvent })],
    actorOf: access.actorOf,
    visitor: access.visitor,
    logger: silentLogger,
  });
  const browser = (address = '10.1.1.1', headers: Readonly<Record<string, string>> = {}): Browser => {
    const cookies = new Map<string, string>();
    const request = async (method: string, path: string, body?: unknown): Promise<Response> => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const raw = new Request(`http://localhost${path}`, {
        method,
        headers: {
          ...headers,
          ...(cookie === '' ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const reply = await app.fetch(raw, { incoming: { socket: { remoteAddress: address } } });
      for (const set of reply.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
      return reply;
    };
    return {
      request,
      cookies,
      post: (path, body) => request('POST', path, body),
      get: async <T>(path: string) => (await request('GET', path)).json() as Promise<T>,
      view: async () => (await request('GET', '/api/session')).json() as Promise<SessionView>,
    };
  };
  await access.start();
  return {
    test,
    access,
    clock,
    browser,
    pass: (seconds) => {
      shift += seconds * 1000;
    },
    code: () => code,
    async signedIn(username, password, address) {
      const one = browser(address);
      const reply = await one.post('/api/session/sign-in', { username, password });
      if (!reply.ok) throw new Error(`${username} cannot sign in: ${await reply.text()}`);
      return one;
    },
    async setUp() {
      const reply = await browser().post('/api/setup', {
        code,
        administrators: [
          { role: 'systemAdministrator', username: 'sysadmin', displayName: '系统员', password: PASSWORDS.system },
          { role: 'securityAdministrator', username: 'secadmin', displayName: '安全员', password: PASSWORDS.security },
          { role: 'auditAdministrator', username: 'auditor1', displayName: '审计员', password: PASSWORDS.audit },
        ],
      });
      if (!reply.ok) throw new Error(`set-up failed: ${reply.status} ${await reply.text()}`);
    },
    events: () => readEvents(test.db, 'system'),
    async close() {
      access.stop();
      await test.close();
    },
  };
}
