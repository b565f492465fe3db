import { createHmac } from 'node:crypto';
import type { ComposedApp } from '../../src/server/compose.ts';
import type { WriteCase } from './cases.ts';
import { type Call, COUNTY, type Kit } from './kit.ts';

/** The product with real sign-in, and with the demo's role switch, on the database of the kit. */
export interface SessionApps {
  readonly signIn: () => ComposedApp;
  readonly demo: () => ComposedApp;
  /** The one-time code of the first start. */
  readonly code: () => string;
}

const PASSWORDS = {
  sysadmin: 'lantern-otter-Quarry-7',
  secadmin: 'Velvet-harbour-Pickle-3',
  auditadmin: 'copper_Meadow_trumpet_9',
} as const;
type Administrator = keyof typeof PASSWORDS;
const ROLE_OF = {
  sysadmin: 'systemAdministrator',
  secadmin: 'securityAdministrator',
  auditadmin: 'auditAdministrator',
} as const;
const PASSWORD = 'Tangerine-bicycle-Harbor-42';

/** Somebody signed in: cookies and address of a browser. */
interface Visitor {
  readonly username: string;
  readonly personId: string;
  readonly password: string;
  readonly address: string;
  cookie: string;
}

/** Time-based code of RFC 6238, as an authenticator shows it. */
function totp(uri: string): string {
  const secret = new URL(uri).searchParams.get('secret')!;
  let bits = '';
  for (const letter of secret) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = mac[19]! & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

export function sessionCases({ signIn, demo, code }: SessionApps): Readonly<Record<string, WriteCase>> {
  let last = 0;
  const signedIn = new Map<Administrator, Visitor>();

  const send = async (kit: Kit, who: Visitor, method: string, path: string, body?: object): Promise<Response> => {
    const response = await kit.request(method, callOf(who, path, body));
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (name === 'tianchou' && value !== '') who.cookie = `${name}=${value}`;
    }
    return response;
  };
  const done = async <T>(kit: Kit, who: Visitor, method: string, path: string, body?: object): Promise<T> => {
    const response = await send(kit, who, method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  const callOf = (who: Visitor, path: string, body?: object): Call => ({
    path,
    ...(body === undefined ? {} : { body }),
    ...(who.cookie === '' ? {} : { headers: { cookie: who.cookie } }),
    address: who.address,
    app: signIn(),
  });
  const named = (who: Visitor, role: string, call: Call, divisionCode = ''): Call => ({
    ...call,
    as: { actor: who.username, role, divisionCode },
  });
  const visitor = (username: string, password: string, personId = ''): Visitor => ({
    username,
    personId,
    password,
    // Guesses are counted by address: each comes from one of its own.
    address: `10.50.${Math.floor(++last / 200)}.${(last % 200) + 1}`,
    cookie: '',
  });
  const enter = async (kit: Kit, who: Visitor): Promise<Visitor> => {
    await done(kit, who, 'POST', '/api/session/sign-in', { username: who.username, password: who.password });
    return who;
  };
  const administrator = async (kit: Kit, name: Administrator): Promise<Visitor> => {
    const known = signedIn.get(name) ?? (await enter(kit, visitor(name, PASSWORDS[name])));
    signedIn.set(name, known);
    return known;
  };
  const asAdministrator = async (kit: Kit, name: Administrator, path: string, body?: object): Promise<Call> => {
    const who = await administrator(kit, name);
    return named(who, ROLE_OF[name], callOf(who, path, body));
  };
  /** An account as it is made: with a first password that must be changed. */
  const account = async (kit: Kit): Promise<Visitor> => {
    const username = `user${++last}`;
    const made = await done<{ person: { personId: string }; initialPassword: string }>(
      kit,
      await administrator(kit, 'sysadmin'),
      'POST',
      '/api/people',
      { username, displayName: '张三' },
    );
    return visitor(username, made.initialPassword, made.person.personId);
  };
  /** Somebody who has changed the first password and is signed in; without an appointment. */
  const person = async (kit: Kit): Promise<Visitor> => {
    const who = await enter(kit, await account(kit));
    await done(kit, who, 'POST', '/api/account/password', { current: who.password, next: PASSWORD });
    return { ...who, password: PASSWORD };
  };
  const own = (who: Visitor, path: string, body?: object): Call =>
    named(who, 'unappointed', callOf(who, path, body), '-');
  const withSecondFactor = async (kit: Kit): Promise<{ who: Visitor; backupCodes: readonly string[] }> => {
    const who = await person(kit);
    const enrolment = await done<{ uri: string; backupCodes: string[] }>(
      kit,
      who,
      'POST',
      '/api/account/second-factor',
      { password: who.password },
    );
    await done(kit, who, 'POST', '/api/account/second-factor/confirm', { code: totp(enrolment.uri) });
    return { who, backupCodes: enrolment.backupCodes };
  };
  const appoint = async (kit: Kit, personId: string, role: string): Promise<string> => {
    const keeper = await administrator(kit, 'secadmin');
    const { organisationId } = await done<{ organisationId: string }>(kit, keeper, 'POST', '/api/organisations', {
      divisionCode: COUNTY,
      name: `单位 ${++last}`,
      kind: role,
    });
    const made = await done<{ appointmentId: string }>(kit, keeper, 'POST', '/api/appointments', {
      personId,
      organisationId,
      role,
      divisionCode: COUNTY,
      validFrom: '2020-01-01',
      validUntil: null,
    });
    return made.appointmentId;
  };
  const onPerson = (
    verb: string,
    operation: string,
    name: Administrator = 'sysadmin',
    ready: (kit: Kit, personId: string) => Promise<unknown> = async () => undefined,
  ): WriteCase => ({
    prepare: async (kit) => {
      const { personId } = await account(kit);
      await ready(kit, personId);
      return asAdministrator(kit, name, `/api/people/${personId}/${verb}`);
    },
    operation,
    objectKind: 'person',
    chain: 'system',
    hashes: 'both',
  });
  const session = (operation: string, prepare: WriteCase['prepare']): WriteCase => ({
    prepare,
    operation,
    objectKind: 'session',
    chain: 'system',
  });
  const ownAccount = (operation: string, prepare: WriteCase['prepare']): WriteCase => ({
    prepare,
    operation,
    objectKind: 'person',
    chain: 'system',
    hashes: 'both',
  });

  return {
    // First: everything after it needs the administrators it makes.
    'POST /api/setup': {
      prepare: async () => {
        const who = visitor('', '');
        const administrators = (Object.keys(PASSWORDS) as Administrator[]).map((username) => ({
          role: ROLE_OF[username],
          username,
          displayName: username,
          password: PASSWORDS[username],
        }));
        return named(who, 'public', callOf(who, '/api/setup', { code: code(), administrators }), '-');
      },
      operation: 'access.setUp',
      objectKind: 'setup',
      chain: 'system',
      hashes: 'after',
    },
    'POST /api/session/sign-in': session('access.signIn', async (kit) => {
      const who = await person(kit);
      const fresh = visitor(who.username, who.password, who.personId);
      const body = { username: fresh.username, password: fresh.password };
      return named(fresh, 'unappointed', callOf(fresh, '/api/session/sign-in', body), '-');
    }),
    'POST /api/session/second-factor': session('access.secondFactor', async (kit) => {
      const { who, backupCodes } = await withSecondFactor(kit);
      const fresh = await enter(kit, visitor(who.username, who.password, who.personId));
      return named(fresh, 'unappointed', callOf(fresh, '/api/session/second-factor', { code: backupCodes[0]! }), '-');
    }),
    'POST /api/session/sign-out': session('access.signOut', async (kit) =>
      own(await person(kit), '/api/session/sign-out'),
    ),
    'PUT /api/session/appointment': session('access.switchAppointment', async (kit) => {
      // The county is known once it has data.
      await kit.layer('village');
      const made = await person(kit);
      const first = await appoint(kit, made.personId, 'contractor');
      const second = await appoint(kit, made.personId, 'designInstitute');
      const who = await enter(kit, visitor(made.username, made.password, made.personId));
      const view = await done<{ role: string }>(kit, who, 'GET', '/api/session');
      const appointmentId = view.role === 'contractor' ? second : first;
      return named(who, view.role, callOf(who, '/api/session/appointment', { appointmentId }), COUNTY);
    }),
    'PUT /api/session/demo': {
      ...session('access.switchDemoRole', async () => {
        const who = visitor('', '');
        const body = { role: 'reviewer', divisionCode: '330481' };
        return {
          ...callOf(who, '/api/session/demo', body),
          app: demo(),
          as: { actor: 'demo', role: 'clerk', divisionCode: '' },
        };
      }),
      hashes: 'both',
      isLook: true,
    },
    'POST /api/account/password': ownAccount('access.changePassword', async (kit) => {
      const who = await person(kit);
      return own(who, '/api/account/password', { current: who.password, next: 'Another-marble-Kettle-88' });
    }),
    'POST /api/account/second-factor': ownAccount('access.enrolSecondFactor', async (kit) => {
      const who = await person(kit);
      return own(who, '/api/account/second-factor', { password: who.password });
    }),
    'POST /api/account/second-factor/confirm': ownAccount('access.confirmSecondFactor', async (kit) => {
      const who = await person(kit);
      const { uri } = await done<{ uri: string }>(kit, who, 'POST', '/api/account/second-factor', {
        password: who.password,
      });
      return own(who, '/api/account/second-factor/confirm', { code: totp(uri) });
    }),
    'POST /api/account/second-factor/remove': ownAccount('access.removeSecondFactor', async (kit) => {
      const { who, backupCodes } = await withSecondFactor(kit);
      return own(who, '/api/account/second-factor/remove', { password: who.password, code: backupCodes[0]! });
    }),
    'POST /api/account/sessions/:sessionId/revoke': session('access.revokeSession', async (kit) => {
      const who = await person(kit);
      await enter(kit, visitor(who.username, who.password, who.personId));
      const sessions = await done<{ sessionId: string; current: boolean }[]>(kit, who, 'GET', '/api/account/sessions');
      const other = sessions.find(({ current }) => !current)!;
      return own(who, `/api/account/sessions/${other.sessionId}/revoke`);
    }),
    'POST /api/people': {
      prepare: (kit) =>
        asAdministrator(kit, 'sysadmin', '/api/people', { username: `new${++last}`, displayName: '李四' }),
      operation: 'access.createPerson',
      objectKind: 'person',
      chain: 'system',
      hashes: 'after',
    },
    'POST /api/people/:personId/disable': onPerson('disable', 'access.disablePerson'),
    'POST /api/people/:personId/enable': onPerson('enable', 'access.enablePerson', 'sysadmin', async (kit, personId) =>
      done(kit, await administrator(kit, 'sysadmin'), 'POST', `/api/people/${personId}/disable`),
    ),
    'POST /api/people/:personId/reset-password': onPerson('reset-password', 'access.resetPassword'),
    'POST /api/people/:personId/reset-second-factor': {
      ...onPerson('reset-second-factor', 'access.resetSecondFactor'),
      prepare: async (kit) => {
        const { who } = await withSecondFactor(kit);
        return asAdministrator(kit, 'sysadmin', `/api/people/${who.personId}/reset-second-factor`);
      },
    },
    'POST /api/people/:personId/end-sessions': {
      ...onPerson('end-sessions', 'access.endSessions'),
      prepare: async (kit) =>
        asAdministrator(kit, 'sysadmin', `/api/people/${(await person(kit)).personId}/end-sessions`),
    },
    'POST /api/people/:personId/allow-link': onPerson('allow-link', 'access.allowLink'),
    'POST /api/people/:personId/unlock': {
      ...onPerson('unlock', 'access.unlock', 'secadmin', async () => undefined),
      // What it takes away is the count of guesses, which is left out of the comparison.
      isLook: true,
    },
  };
}
