import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { type Browser, openSignInDesk, PASSWORDS, type SignInDesk } from '../../../tests/support/sign-in-desk.ts';
import { systemIds } from '../../platform/clock.ts';
import { sql } from '../../platform/db/index.ts';
import { silentLogger } from '../../platform/logging.ts';
import { firstBrokenEvent, recordEvent } from '../audit/server.ts';
import type { AccountView, AppointmentView, PersonWithPassword, SecondFactorEnrolment } from './index.ts';
import { systemActor } from './index.ts';
import { accessParts, makeSetupCode, resetAtTerminal } from './server.ts';

const MINUTES = 60;
const HOURS = 60 * MINUTES;
const NEW_PASSWORD = 'harvest-Kettle-Orbit-5';

/** RFC 6238 worked out here: six digits, 30 seconds, SHA-1. */
function totp(secret: string, at: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/=+$/, '')].map((one) => alphabet.indexOf(one).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = mac[19]! & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

describe.each(ENGINES)('signing in on $name', ({ open }) => {
  let desk: SignInDesk;
  let keeper: Browser;
  let security: Browser;
  let addresses = 0;
  const ids = new Map<string, string>();

  const status = async (reply: Promise<Response>): Promise<number> => (await reply).status;
  const codeOf = async (reply: Promise<Response>): Promise<string> =>
    ((await (await reply).json()) as { code: string }).code;
  const nextAddress = (): string => `10.20.${Math.floor(++addresses / 250)}.${(addresses % 250) + 1}`;
  const enter = (username: string, password: string): Promise<Browser> =>
    desk.signedIn(username, password, nextAddress());
  /** A person with a password of his own, appointed to nothing yet. */
  const person = async (
    username: string,
    password = `own-${username}-Pillow-8`.replace(username, 'way'),
  ): Promise<string> => {
    keeper = await enter('sysadmin', PASSWORDS.system);
    const reply = await keeper.post('/api/people', { username, displayName: `某${username}` });
    expect(reply.status).toBe(201);
    const made = (await reply.json()) as PersonWithPassword;
    ids.set(username, made.person.personId);
    const own = await enter(username, made.initialPassword);
    expect(await status(own.post('/api/account/password', { current: made.initialPassword, next: password }))).toBe(
      200,
    );
    return password;
  };
  const appoint = async (username: string, role: string, changes = {}): Promise<AppointmentView> => {
    security = await enter('secadmin', PASSWORDS.security);
    const reply = await security.post('/api/appointments', {
      personId: ids.get(username),
      organisationId: null,
      role,
      divisionCode: '',
      validFrom: '2020-01-01',
      validUntil: null,
      ...changes,
    });
    expect(reply.status).toBe(201);
    return (await reply.json()) as AppointmentView;
  };

  beforeAll(async () => {
    desk = await openSignInDesk(open);
  }, 120_000);
  afterAll(() => desk.close());

  describe('the first set-up', () => {
    const administrators = (changes: object = {}) =>
      [
        { role: 'systemAdministrator', username: 'sysadmin', displayName: '系统员', password: PASSWORDS.system },
        { role: 'securityAdministrator', username: 'secadmin', displayName: '安全员', password: PASSWORDS.security },
        {
          role: 'auditAdministrator',
          username: 'auditor1',
          displayName: '审计员',
          password: PASSWORDS.audit,
          ...changes,
        },
      ] as const;

    it('wants the code of the last start, three persons, three passwords the rules take', async () => {
      expect(await desk.browser().view()).toMatchObject({ setupNeeded: true, signedIn: false });
      const first = desk.code();
      await desk.access.start();
      const code = desk.code()!;
      expect(code).not.toBe(first);
      const setUp = (body: object): Promise<Response> => desk.browser(nextAddress()).post('/api/setup', body);
      expect(await codeOf(setUp({ code: first, administrators: administrators() }))).toBe('SETUP-CODE-WRONG');
      expect(await codeOf(setUp({ code, administrators: administrators().slice(1) }))).toBe('SETUP-ADMINISTRATORS');
      expect(await codeOf(setUp({ code, administrators: administrators({ username: 'SysAdmin' }) }))).toBe(
        'SETUP-ADMINISTRATORS',
      );
      expect(await codeOf(setUp({ code, administrators: administrators({ role: 'securityAdministrator' }) }))).toBe(
        'SETUP-ADMINISTRATORS',
      );
      expect(await codeOf(setUp({ code, administrators: administrators({ password: PASSWORDS.system }) }))).toBe(
        'SETUP-ADMINISTRATORS',
      );
      expect(await codeOf(setUp({ code, administrators: administrators({ password: 'Admin@123456' }) }))).toBe(
        'PASSWORD-COMMON',
      );
      expect(await desk.test.db.rows(sql`select 1 from person`)).toEqual([]);
    });

    it('cannot be guessed at, and its code ends after 24 hours', async () => {
      const address = nextAddress();
      const statuses: number[] = [];
      for (let i = 0; i < 7; i++)
        statuses.push(
          await status(desk.browser(address).post('/api/setup', { code: `x${i}`, administrators: administrators() })),
        );
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
      const code = desk.code();
      desk.pass(24 * HOURS + 1);
      expect(
        await codeOf(desk.browser(nextAddress()).post('/api/setup', { code, administrators: administrators() })),
      ).toBe('SETUP-CODE-WRONG');
      await desk.access.start();
      expect(desk.code()).not.toBe(code);
    });

    it('is won by one of four at the same moment; then there is none any more', async () => {
      const code = desk.code();
      const statuses = await Promise.all(
        Array.from({ length: 4 }, () =>
          status(desk.browser(nextAddress()).post('/api/setup', { code, administrators: administrators() })),
        ),
      );
      expect(statuses.toSorted()).toEqual([204, 404, 404, 404]);
      expect(await desk.test.db.rows(sql`select role from appointment order by role`)).toHaveLength(3);
      expect(await codeOf(desk.browser().post('/api/setup', { code, administrators: administrators() }))).toBe(
        'SETUP-DONE',
      );
      expect(await desk.browser().view()).toMatchObject({ setupNeeded: false });
      const stored = await desk.test.db.rows(sql`select * from one_time_code`);
      expect(JSON.stringify(stored)).not.toContain(code);
    });
  });

  describe('sessions', () => {
    it('open with name and password, and end', async () => {
      const browser = desk.browser();
      const reply = await browser.post('/api/session/sign-in', { username: ' SysAdmin ', password: PASSWORDS.system });
      expect([reply.status, await reply.json()]).toEqual([200, { next: 'done' }]);
      expect(reply.headers.get('set-cookie')).toMatch(/^tianchou=[A-Za-z0-9]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
      expect(await browser.view()).toMatchObject({
        signedIn: true,
        mode: 'sign-in',
        actor: 'sysadmin',
        displayName: '系统员',
        role: 'systemAdministrator',
        divisionCode: '',
        next: 'done',
        appointments: [{ role: 'systemAdministrator' }],
      });
      const token = browser.cookies.get('tianchou')!;
      expect(JSON.stringify(await desk.test.db.rows(sql`select * from session`))).not.toContain(token);
      expect(await status(browser.post('/api/session/sign-out'))).toBe(204);
      browser.cookies.set('tianchou', token);
      expect(await browser.view()).toMatchObject({ signedIn: false });
      expect(await codeOf(browser.request('GET', '/api/people'))).toBe('NOT-SIGNED-IN');
    });

    it('end after 30 minutes without work, and after 12 hours in any case', async () => {
      const idle = await enter('auditor1', PASSWORDS.audit);
      desk.pass(29 * MINUTES);
      expect(await status(idle.request('GET', '/api/account'))).toBe(200);
      desk.pass(29 * MINUTES);
      expect(await status(idle.request('GET', '/api/account'))).toBe(200);
      // What an open page asks by itself is no work.
      for (let i = 0; i < 4; i++) {
        desk.pass(8 * MINUTES);
        await idle.view();
      }
      expect(await status(idle.request('GET', '/api/account'))).toBe(401);
      const busy = await enter('auditor1', PASSWORDS.audit);
      for (let i = 0; i < 28; i++) {
        expect(await status(busy.request('GET', '/api/account'))).toBe(200);
        desk.pass(25 * MINUTES);
      }
      desk.pass(21 * MINUTES);
      expect(await status(busy.request('GET', '/api/account'))).toBe(401);
    });

    it('are three a person: with a fourth the oldest ends', async () => {
      const open3: Browser[] = [];
      for (let i = 0; i < 4; i++) {
        open3.push(await enter('auditor1', PASSWORDS.audit));
        desk.pass(1);
      }
      const alive = await Promise.all(open3.map(async (one) => (await one.view()).signedIn));
      expect(alive).toEqual([false, true, true, true]);
      const listed = await open3[3]!.get<{ sessionId: string; current: boolean }[]>('/api/account/sessions');
      expect(listed).toHaveLength(3);
      const other = listed.find(({ current }) => !current)!;
      expect(await status(open3[3]!.post(`/api/account/sessions/${other.sessionId}/revoke`))).toBe(204);
      expect(await open3[3]!.get('/api/account/sessions')).toHaveLength(2);
      // Somebody else's session is none of one's own.
      const [foreign] = await (await enter('sysadmin', PASSWORDS.system)).get<{ sessionId: string }[]>(
        '/api/account/sessions',
      );
      expect(await codeOf(open3[3]!.post(`/api/account/sessions/${foreign!.sessionId}/revoke`))).toBe(
        'SESSION-NOT-FOUND',
      );
    });

    it('at one moment are three too', async () => {
      const browsers = await Promise.all(Array.from({ length: 5 }, () => enter('secadmin', PASSWORDS.security)));
      const alive = await Promise.all(browsers.map(async (one) => (await one.view()).signedIn));
      expect(alive.filter(Boolean)).toHaveLength(3);
    });

    it('get a new token with each sign-in, and the one before is over', async () => {
      const browser = await enter('auditor1', PASSWORDS.audit);
      const before = browser.cookies.get('tianchou')!;
      expect(
        await status(browser.post('/api/session/sign-in', { username: 'auditor1', password: PASSWORDS.audit })),
      ).toBe(200);
      const stale = desk.browser();
      stale.cookies.set('tianchou', before);
      expect(await stale.view()).toMatchObject({ signedIn: false });
      expect(await browser.view()).toMatchObject({ signedIn: true });
    });

    it('do not begin with a token brought along', async () => {
      const browser = desk.browser(nextAddress());
      browser.cookies.set('tianchou', 'A'.repeat(43));
      await browser.post('/api/session/sign-in', { username: 'auditor1', password: PASSWORDS.audit });
      expect(browser.cookies.get('tianchou')).not.toBe('A'.repeat(43));
    });
  });

  describe('appointments', () => {
    it('are looked at with each request: none, given, revoked, over', async () => {
      const password = await person('worker');
      const worker = await enter('worker', password);
      expect(await worker.view()).toMatchObject({
        signedIn: true,
        role: 'unappointed',
        divisionCode: '-',
        appointments: [],
      });
      expect(await codeOf(worker.request('GET', '/api/people'))).toBe('NOT-APPOINTED');
      const { appointmentId } = await appoint('worker', 'systemAdministrator');
      const again = await enter('worker', password);
      expect(await again.view()).toMatchObject({ role: 'systemAdministrator', divisionCode: '' });
      expect(await status(again.request('GET', '/api/people'))).toBe(200);
      expect(await status(security.post(`/api/appointments/${appointmentId}/revoke`))).toBe(200);
      expect(await codeOf(again.request('GET', '/api/people'))).toBe('NOT-APPOINTED');
      expect(await again.view()).toMatchObject({ signedIn: true, role: 'unappointed', divisionCode: '-' });

      const today = new Date(Date.parse(desk.clock.now()) + 8 * 3600_000).toISOString().slice(0, 10);
      await appoint('worker', 'systemAdministrator', { validUntil: today });
      // Ten minutes before midnight in Asia/Shanghai, and ten after it, in one session.
      desk.pass(86_400 - ((Date.parse(desk.clock.now()) / 1000 + 8 * 3600) % 86_400) - 10 * MINUTES);
      const late = await enter('worker', password);
      expect(await status(late.request('GET', '/api/people'))).toBe(200);
      desk.pass(20 * MINUTES);
      expect(await codeOf(late.request('GET', '/api/people'))).toBe('NOT-APPOINTED');
    });

    it('are switched among one’s own only, with a new token', async () => {
      const password = await person('two');
      await appoint('two', 'auditAdministrator');
      const two = await enter('two', password);
      const [own] = (await two.view()).appointments;
      const before = two.cookies.get('tianchou');
      expect(await status(two.request('PUT', '/api/session/appointment', { appointmentId: own!.appointmentId }))).toBe(
        200,
      );
      expect(two.cookies.get('tianchou')).not.toBe(before);
      const [foreign] = (await (await enter('sysadmin', PASSWORDS.system)).view()).appointments;
      expect(
        await codeOf(two.request('PUT', '/api/session/appointment', { appointmentId: foreign!.appointmentId })),
      ).toBe('APPOINTMENT-NOT-YOURS');
    });
  });

  describe('accounts', () => {
    it('begin with a password to be changed, and may do nothing before', async () => {
      keeper = await enter('sysadmin', PASSWORDS.system);
      const made = (await (
        await keeper.post('/api/people', { username: 'fresh', displayName: '新人' })
      ).json()) as PersonWithPassword;
      expect(made).toMatchObject({ person: { username: 'fresh', mustChangePassword: true, sessions: 0 } });
      ids.set('fresh', made.person.personId);
      // Whoever made the account knows this password: the two must not become one administrator of two kinds.
      const tooEarly = security.post('/api/appointments', {
        personId: made.person.personId,
        organisationId: null,
        role: 'securityAdministrator',
        divisionCode: '',
        validFrom: '2020-01-01',
        validUntil: null,
      });
      expect(await codeOf(tooEarly)).toBe('APPOINTMENT-FIRST-PASSWORD');
      const fresh = desk.browser(nextAddress());
      const reply = await fresh.post('/api/session/sign-in', { username: 'fresh', password: made.initialPassword });
      expect(await reply.json()).toEqual({ next: 'change-password' });
      expect(await fresh.view()).toMatchObject({
        mustChangePassword: true,
        next: 'change-password',
        role: 'unappointed',
      });
      expect(await status(fresh.request('GET', '/api/people'))).toBe(403);
      const change = (current: string, next: string): Promise<Response> =>
        fresh.post('/api/account/password', { current, next });
      expect(await codeOf(change(made.initialPassword, made.initialPassword))).toBe('PASSWORD-USED-BEFORE');
      expect(await codeOf(change(made.initialPassword, 'Fresh-flowers-22'))).toBe('PASSWORD-HOLDS-USERNAME');
      expect(await codeOf(change('wrong', NEW_PASSWORD))).toBe('PASSWORD-WRONG');
      const elsewhere = await enter('fresh', made.initialPassword);
      const before = fresh.cookies.get('tianchou');
      expect(await status(change(made.initialPassword, NEW_PASSWORD))).toBe(200);
      expect(fresh.cookies.get('tianchou')).not.toBe(before);
      const { appointmentId } = await appoint('fresh', 'systemAdministrator');
      await fresh.request('PUT', '/api/session/appointment', { appointmentId });
      expect(await fresh.view()).toMatchObject({
        mustChangePassword: false,
        next: 'done',
        role: 'systemAdministrator',
      });
      expect(await elsewhere.view()).toMatchObject({ signedIn: false });
      expect(
        await status(
          desk
            .browser(nextAddress())
            .post('/api/session/sign-in', { username: 'fresh', password: made.initialPassword }),
        ),
      ).toBe(401);
    });

    it('do not take the last five passwords again', async () => {
      const first = await person('changer');
      const changer = await enter('changer', first);
      const passwords = [first, ...'abcde'.split('').map((one) => `${one}${one}-window-Anchor-4`)];
      for (let i = 1; i < passwords.length; i++)
        expect(
          await status(changer.post('/api/account/password', { current: passwords[i - 1], next: passwords[i] })),
        ).toBe(200);
      const now = passwords.at(-1);
      for (const former of passwords.slice(1))
        expect(await codeOf(changer.post('/api/account/password', { current: now, next: former }))).toBe(
          'PASSWORD-USED-BEFORE',
        );
      expect(await status(changer.post('/api/account/password', { current: now, next: first }))).toBe(200);
      expect(await changer.get<AccountView>('/api/account')).toMatchObject({
        username: 'changer',
        secondFactor: 'off',
      });
    });

    it('are disabled and enabled by the system administrator, and act no more from the next request', async () => {
      const password = await person('leaver');
      const leaver = await enter('leaver', password);
      expect(await status(leaver.request('GET', '/api/account'))).toBe(200);
      const path = `/api/people/${ids.get('leaver')}`;
      expect(await status(keeper.post(`${path}/disable`))).toBe(200);
      expect(await status(leaver.request('GET', '/api/account'))).toBe(401);
      expect(
        await codeOf(desk.browser(nextAddress()).post('/api/session/sign-in', { username: 'leaver', password })),
      ).toBe('SIGN-IN-FAILED');
      expect(await status(keeper.post(`${path}/enable`))).toBe(200);
      await enter('leaver', password);
    });

    it('refuse names taken, reserved, malformed, and what would leave nobody in charge', async () => {
      keeper = await enter('sysadmin', PASSWORDS.system);
      const make = (username: string): Promise<string> =>
        codeOf(keeper.post('/api/people', { username, displayName: 'x' }));
      expect(await make('SECADMIN')).toBe('USERNAME-TAKEN');
      expect(await make('system')).toBe('USERNAME-INVALID');
      expect(await make('demo-clerk')).toBe('USERNAME-INVALID');
      expect(await make('a b')).toBe('USERNAME-INVALID');
      const { people } = await keeper.get<{ people: { personId: string; username: string }[] }>(
        '/api/people?limit=200',
      );
      const idOf = (username: string): string => people.find((one) => one.username === username)!.personId;
      expect(await codeOf(keeper.post(`/api/people/${idOf('sysadmin')}/disable`))).toBe('OWN-ACCOUNT');
      expect(await codeOf(keeper.post(`/api/people/${idOf('secadmin')}/disable`))).toBe('LAST-ADMINISTRATOR');
      for (const verb of ['reset-password', 'reset-second-factor', 'allow-link'])
        expect(await codeOf(keeper.post(`/api/people/${idOf('secadmin')}/${verb}`)), verb).toBe(
          'ADMINISTRATOR-AT-TERMINAL',
        );
      expect(await codeOf(keeper.post('/api/people/none/disable'))).toBe('PERSON-NOT-FOUND');
      const together = await Promise.all(
        Array.from({ length: 3 }, () => status(keeper.post('/api/people', { username: 'same', displayName: 'x' }))),
      );
      expect(together.toSorted()).toEqual([201, 409, 409]);
    });

    it('get a new first password from the system administrator, which ends their sessions', async () => {
      const password = await person('forgetful');
      const browser = await enter('forgetful', password);
      const reset = (await (
        await keeper.post(`/api/people/${ids.get('forgetful')}/reset-password`)
      ).json()) as PersonWithPassword;
      expect(await browser.view()).toMatchObject({ signedIn: false });
      const again = await enter('forgetful', reset.initialPassword);
      expect(await again.view()).toMatchObject({ mustChangePassword: true });
    });

    it('of an administrator are opened again at the terminal, as the program', async () => {
      const services = { db: desk.test.db, clock: desk.clock, ids: systemIds, logger: silentLogger };
      const parts = accessParts(services, { mode: 'sign-in', record: recordEvent });
      expect(await makeSetupCode(parts)).toBeUndefined();
      const password = await person('locked');
      await appoint('locked', 'securityAdministrator');
      for (let i = 0; i < 6; i++)
        await desk.browser(nextAddress()).post('/api/session/sign-in', { username: 'locked', password: 'no' });
      const terminal = systemActor(desk.clock, systemIds);
      expect(await resetAtTerminal(parts, terminal, 'nobody', false)).toMatchObject({ ok: false });
      const reset = await resetAtTerminal(parts, terminal, 'LOCKED', true);
      if (!reset.ok) throw new Error(reset.error.refusal.code);
      expect((await desk.events()).at(-1)).toMatchObject({
        operation: 'access.resetAtTerminal',
        actor: 'system',
        role: 'system',
        objectId: ids.get('locked'),
      });
      const again = await enter('locked', reset.value.initialPassword);
      expect(await again.view()).toMatchObject({ next: 'change-password', role: 'unappointed' });
      expect(
        await status(desk.browser(nextAddress()).post('/api/session/sign-in', { username: 'locked', password })),
      ).toBe(401);
    });

    it('let nobody in with a password that is changed while it is looked at', async () => {
      const username = 'raced.p';
      const password = await person(username);
      const before = await desk.test.db.one<{ count: number }>(sql`select count(*) as count from sign_in_guard`);
      const signingIn = desk.browser('10.99.1.1').post('/api/session/sign-in', { username, password });
      // The guess is counted, the hash is read; now another password comes into force, and all sessions end.
      for (let now = before; now.count === before.count; )
        now = await desk.test.db.one(sql`select count(*) as count from sign_in_guard`);
      await desk.test.db.transaction(async (tx) => {
        const person = sql`(select id from person where username = ${username})`;
        await tx.run(sql`update credential set password_hash = password_hash || 'x' where person_id = ${person}`);
        await tx.run(sql`delete from session where person_id = ${person}`);
      });
      expect(await codeOf(signingIn)).toBe('SIGN-IN-FAILED');
      expect((await desk.events()).at(-1)).toMatchObject({ operation: 'access.signIn', result: 'SIGN-IN-FAILED' });
    });

    it('that nobody uses are listed for the security administrator', async () => {
      security = await enter('secadmin', PASSWORDS.security);
      const stale = async (days: number): Promise<string[]> =>
        (await security.get<{ people: { username: string }[] }>(`/api/people/stale?days=${days}&limit=200`)).people.map(
          ({ username }) => username,
        );
      expect(await stale(30)).toEqual([]);
      desk.pass(40 * 24 * HOURS);
      security = await enter('secadmin', PASSWORDS.security);
      expect(await stale(30)).toContain('same');
      expect(await stale(30)).not.toContain('secadmin');
      expect(await status((await enter('sysadmin', PASSWORDS.system)).request('GET', '/api/people/stale'))).toBe(403);
    });
  });

  describe('second factor', () => {
    let password = '';
    let enrolled: SecondFactorEnrolment;
    // better-auth looks at the clock on the wall, which the desk does not move.
    let step = 0;
    let last = '';
    const nextCode = (): string => {
      last = totp(enrolled.secret, Date.now() + 30_000 * step);
      return last;
    };

    it('is enrolled with the password, and holds once confirmed', async () => {
      password = await person('careful');
      const careful = await enter('careful', password);
      expect(await codeOf(careful.post('/api/account/second-factor', { password: 'wrong' }))).toBe('PASSWORD-WRONG');
      enrolled = (await (
        await careful.post('/api/account/second-factor', { password })
      ).json()) as SecondFactorEnrolment;
      expect(enrolled.uri).toMatch(/^otpauth:\/\/totp\/Tianchou:careful\?/);
      expect(enrolled.backupCodes).toHaveLength(10);
      // Not confirmed: the password alone still opens.
      expect(await (await enter('careful', password)).view()).toMatchObject({ secondFactor: 'off', signedIn: true });
      expect(await codeOf(careful.post('/api/account/second-factor/confirm', { code: '000000' }))).toBe(
        'SECOND-FACTOR-WRONG',
      );
      expect(await careful.get('/api/account')).toMatchObject({ secondFactor: 'off' });
      step = -1;
      const before = careful.cookies.get('tianchou');
      expect(await status(careful.post('/api/account/second-factor/confirm', { code: nextCode() }))).toBe(200);
      expect(careful.cookies.get('tianchou')).not.toBe(before);
      expect(await careful.get('/api/account')).toMatchObject({ secondFactor: 'on', backupCodesLeft: 10 });
      const kept = JSON.stringify(await desk.test.db.rows(sql`select * from two_factor`));
      expect(kept).not.toContain(enrolled.secret);
      expect(kept).not.toContain(enrolled.backupCodes[0]);
    });

    it('is asked for after the password; until then the session is good for nothing', async () => {
      const browser = desk.browser(nextAddress());
      const reply = await browser.post('/api/session/sign-in', { username: 'careful', password });
      expect(await reply.json()).toEqual({ next: 'second-factor' });
      expect(await browser.view()).toMatchObject({ signedIn: false, next: 'second-factor', role: 'public', actor: '' });
      expect(await status(browser.request('GET', '/api/account'))).toBe(401);
      const half = browser.cookies.get('tianchou');
      expect(await codeOf(browser.post('/api/session/second-factor', { code: '123456' }))).toBe('SECOND-FACTOR-WRONG');
      step = 0;
      expect(await (await browser.post('/api/session/second-factor', { code: nextCode() })).json()).toEqual({
        next: 'done',
      });
      expect(browser.cookies.get('tianchou')).not.toBe(half);
      expect(await browser.view()).toMatchObject({ signedIn: true, secondFactor: 'on' });
    });

    it('takes no code twice', async () => {
      const browser = desk.browser(nextAddress());
      await browser.post('/api/session/sign-in', { username: 'careful', password });
      expect(await codeOf(browser.post('/api/session/second-factor', { code: last }))).toBe('SECOND-FACTOR-WRONG');
      step = 1;
      const code = nextCode();
      const [one, two] = [browser, desk.browser(nextAddress())];
      await two.post('/api/session/sign-in', { username: 'careful', password });
      const statuses = await Promise.all(
        [one, two].map((each) => status(each.post('/api/session/second-factor', { code }))),
      );
      expect(statuses.toSorted()).toEqual([200, 401]);
    });

    it('takes each backup code once', async () => {
      const use = async (code: string): Promise<number> => {
        const browser = desk.browser(nextAddress());
        await browser.post('/api/session/sign-in', { username: 'careful', password });
        return status(browser.post('/api/session/second-factor', { code }));
      };
      desk.pass(16 * MINUTES);
      expect(await use(enrolled.backupCodes[0]!)).toBe(200);
      expect(await use(enrolled.backupCodes[0]!)).toBe(401);
      expect(await use(enrolled.backupCodes[1]!)).toBe(200);
    });

    it('is not guessed: the right password buys no more than five guesses', async () => {
      desk.pass(24 * HOURS);
      const address = nextAddress();
      const statuses: number[] = [];
      for (let i = 0; i < 8; i++) {
        const browser = desk.browser(address);
        const reply = await browser.post('/api/session/sign-in', { username: 'careful', password });
        statuses.push(
          reply.status === 200
            ? await status(browser.post('/api/session/second-factor', { code: '00000' + i }))
            : reply.status,
        );
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    });

    it('waits ten minutes', async () => {
      desk.pass(24 * HOURS);
      const browser = desk.browser(nextAddress());
      await browser.post('/api/session/sign-in', { username: 'careful', password });
      desk.pass(10 * MINUTES + 1);
      expect(await codeOf(browser.post('/api/session/second-factor', { code: enrolled.backupCodes[2] }))).toBe(
        'SECOND-FACTOR-NOT-ASKED',
      );
    });

    it('comes off with password and code', async () => {
      desk.pass(24 * HOURS);
      const browser = desk.browser(nextAddress());
      await browser.post('/api/session/sign-in', { username: 'careful', password });
      await browser.post('/api/session/second-factor', { code: enrolled.backupCodes[3] });
      const remove = (body: object): Promise<Response> => browser.post('/api/account/second-factor/remove', body);
      expect(await codeOf(remove({ password: 'wrong', code: enrolled.backupCodes[4] }))).toBe('PASSWORD-WRONG');
      expect(await codeOf(remove({ password, code: 'aaaaa-bbbbb' }))).toBe('SECOND-FACTOR-WRONG');
      expect(await status(remove({ password, code: enrolled.backupCodes[4] }))).toBe(200);
      expect(await browser.view()).toMatchObject({ secondFactor: 'off', signedIn: true });
      expect(await (await enter('careful', password)).view()).toMatchObject({ signedIn: true });
    });
  });

  it('leaves an unbroken chain, one event a write, and no secret in it', async () => {
    expect(await firstBrokenEvent(desk.test.db, 'system')).toBeNull();
    const events = await desk.events();
    const before = events.length;
    const browser = await enter('auditor1', PASSWORDS.audit);
    await browser.get('/api/account');
    await browser.post('/api/session/sign-out');
    expect((await desk.events()).slice(before)).toMatchObject([
      { operation: 'access.signIn', actor: 'auditor1', role: 'auditAdministrator' },
      { operation: 'access.signOut', actor: 'auditor1' },
    ]);
    const text = JSON.stringify(events);
    for (const secret of [...Object.values(PASSWORDS), NEW_PASSWORD, 'argon2id']) expect(text).not.toContain(secret);
    for (const one of events.filter(({ objectKind, result }) => objectKind === 'person' && result === 'done'))
      expect(one.afterHash, one.operation).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('modes and policies', () => {
  let test: TestDatabase;
  // One database for the desks below, one after the other.
  let shared: TestDatabase;
  beforeAll(async () => {
    test = await ENGINES[0]!.open();
    shared = { db: test.db, close: () => Promise.resolve() };
  }, 60_000);
  afterAll(() => test.close());

  describe('a policy that wants a second factor of administrators', () => {
    it('lets them do nothing but enrol one', async () => {
      const desk = await openSignInDesk(() => Promise.resolve(shared), {
        policy: { secondFactor: 'administrators', passwordDays: 90 },
      });
      try {
        await desk.setUp();
        const browser = desk.browser();
        const reply = await browser.post('/api/session/sign-in', { username: 'sysadmin', password: PASSWORDS.system });
        expect(await reply.json()).toEqual({ next: 'enrol-second-factor' });
        expect(await browser.view()).toMatchObject({ role: 'unappointed', secondFactor: 'required' });
        expect((await browser.request('GET', '/api/people')).status).toBe(403);
        const { secret } = (await (
          await browser.post('/api/account/second-factor', { password: PASSWORDS.system })
        ).json()) as SecondFactorEnrolment;
        await browser.post('/api/account/second-factor/confirm', { code: totp(secret, Date.now()) });
        expect(await browser.view()).toMatchObject({ role: 'systemAdministrator', next: 'done', secondFactor: 'on' });
        desk.pass(91 * 24 * HOURS);
        const late = desk.browser();
        const old = await late.post('/api/session/sign-in', { username: 'secadmin', password: PASSWORDS.security });
        expect(await old.json()).toEqual({ next: 'change-password' });
      } finally {
        await desk.close();
      }
    });
  });

  describe('demo mode', () => {
    it('has a role switch by cookie, audited, and no sign-in', async () => {
      const desk = await openSignInDesk(() => Promise.resolve(shared), { mode: 'demo' });
      try {
        const browser = desk.browser();
        expect(desk.code()).toBeUndefined();
        expect(await browser.view()).toMatchObject({
          mode: 'demo',
          signedIn: true,
          actor: 'demo',
          role: 'clerk',
          divisionCode: '',
        });
        const reply = await browser.request('PUT', '/api/session/demo', { role: 'reviewer', divisionCode: '330481' });
        expect(reply.status).toBe(204);
        expect(await browser.view()).toMatchObject({
          actor: 'demo-reviewer',
          role: 'reviewer',
          divisionCode: '330481',
        });
        expect((await desk.events()).at(-1)).toMatchObject({
          operation: 'access.switchDemoRole',
          actor: 'demo',
          detail: { role: 'reviewer', divisionCode: '330481' },
        });
        expect((await browser.post('/api/session/sign-in', { username: 'x', password: 'y' })).status).toBe(409);
        expect((await browser.request('PUT', '/api/session/demo', { role: 'system', divisionCode: '' })).status).toBe(
          400,
        );
        browser.cookies.set('tianchou-demo', 'system');
        expect(await browser.view()).toMatchObject({ role: 'clerk' });
      } finally {
        await desk.close();
      }
    });

    it('is not there where people sign in', async () => {
      const desk = await openSignInDesk(() => Promise.resolve(shared));
      try {
        const browser = desk.browser();
        const reply = await browser.request('PUT', '/api/session/demo', { role: 'clerk', divisionCode: '' });
        expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([404, 'DEMO-ONLY']);
        browser.cookies.set('tianchou-demo', 'clerk');
        expect(await browser.view()).toMatchObject({ signedIn: false, role: 'public' });
      } finally {
        await desk.close();
      }
    });
  });
});
