import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testActor, testClock, testIds } from '../../../tests/support/context.ts';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { sql } from '../../platform/db/index.ts';
import { createHttpApp } from '../../platform/http/app.ts';
import { silentLogger } from '../../platform/logging.ts';
import { firstBrokenEvent, readEvents, recordEvent } from '../audit/server.ts';
import type { ActorContext, AppointmentView, OrganisationView, RefusalReply } from './index.ts';
import { insertDivisions, rightsRoutes } from './server.ts';

const division = (code: string, parentCode: string | null) => ({
  code,
  nameZh: code,
  nameEn: code,
  parentCode,
  demo: false,
});

describe.each(ENGINES)('rights on $name', ({ open }) => {
  let test: TestDatabase;
  let actor: ActorContext;
  const clock = testClock('2026-06-30T03:00:00.000Z');
  const ids = testIds();
  const security: ActorContext = {
    ...testActor('3304', clock, ids),
    role: 'securityAdministrator',
    personId: 'security',
  };

  beforeAll(async () => {
    test = await open();
    await test.db.transaction((tx) =>
      insertDivisions(tx, [division('330481', '330400'), division('330400', null), division('330482', '330400')]),
    );
    for (const id of [
      'security',
      'second',
      'zhang',
      'lisi',
      'wang',
      ...Array.from({ length: 8 }, (_, i) => `racer${i}`),
    ]) {
      await test.db.run(sql`insert into person (id, username, display_name, created_at, updated_at)
        values (${id}, ${id}, ${id}, now(), now())`);
    }
    actor = security;
  });
  afterAll(() => test.close());

  const ask = async (method: string, path: string, body?: object): Promise<Response> => {
    const app = createHttpApp({
      routes: rightsRoutes({ db: test.db, record: recordEvent }),
      actorOf: () => actor,
      logger: silentLogger,
    });
    return app.request(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  };
  const made = async <T>(path: string, body: object): Promise<T> => {
    const response = await ask('POST', path, body);
    expect(response.status, await response.clone().text()).toBe(201);
    return (await response.json()) as T;
  };
  const refused = async (response: Response): Promise<string> =>
    ((await response.json()) as RefusalReply).refusals[0]!.code;
  const bureau = (name: string, divisionCode = '330481'): Promise<OrganisationView> =>
    made('/api/organisations', { divisionCode, name, kind: 'naturalResourcesBureau' });
  const term = { validFrom: '2026-06-01', validUntil: null };

  it('appoints nobody to an organisation that is closed at the same moment', async () => {
    for (let round = 0; round < 6; round++) {
      const { organisationId } = await bureau(`同时停用 ${round}`);
      await Promise.all([
        ask('POST', '/api/appointments', {
          personId: 'wang',
          organisationId,
          role: 'reviewer',
          divisionCode: '330481',
          ...term,
        }),
        ask('POST', `/api/organisations/${organisationId}/close`),
      ]);
      const left = await test.db.rows(
        sql`select 1 from appointment where organisation_id = ${organisationId} and revoked_at is null`,
      );
      expect(left).toEqual([]);
    }
    await test.db.run(sql`delete from appointment where person_id = 'wang'`);
  });

  it('keeps organisations of one’s own division, each name once', async () => {
    const organisation = await bureau('海宁局');
    expect(organisation).toMatchObject({
      kindName: { en: 'natural resources bureau' },
      appointments: 0,
      closedAt: null,
    });
    expect(
      await refused(
        await ask('POST', '/api/organisations', { divisionCode: '330481', name: '海宁局', kind: 'township' }),
      ),
    ).toBe('ORGANISATION-EXISTS');
    for (const divisionCode of ['450702', '330000', '330483']) {
      const answer = await ask('POST', '/api/organisations', { divisionCode, name: '别处', kind: 'township' });
      expect(await refused(answer), divisionCode).toBe('DIVISION-UNKNOWN');
    }
    actor = { ...security, divisionCode: '3305' };
    expect(await (await ask('GET', '/api/organisations')).json()).toEqual([]);
    expect((await ask('POST', `/api/organisations/${organisation.organisationId}/close`)).status).toBe(404);
    actor = security;
  });

  it('appoints, revokes, and closes an organisation with what is held through it', async () => {
    const organisation = await bureau('甲局');
    const asked = {
      personId: 'zhang',
      organisationId: organisation.organisationId,
      role: 'clerk',
      divisionCode: '330481',
      ...term,
    };
    const appointment = await made<AppointmentView>('/api/appointments', asked);
    expect(appointment).toMatchObject({
      username: 'zhang',
      organisationName: '甲局',
      state: 'valid',
      grantedBy: 'tester',
    });
    expect(await refused(await ask('POST', '/api/appointments', asked))).toBe('APPOINTMENT-TWICE');
    expect(await refused(await ask('POST', '/api/appointments', { ...asked, personId: 'nobody' }))).toBe(
      'PERSON-NOT-FOUND',
    );
    expect(await refused(await ask('POST', '/api/appointments', { ...asked, role: 'systemAdministrator' }))).toBe(
      'APPOINTMENT-SEPARATION',
    );
    expect((await ask('POST', '/api/appointments', { ...asked, role: 'public' })).status).toBe(400);
    const second = await made<AppointmentView>('/api/appointments', { ...asked, role: 'reviewer' });
    expect((await ask('POST', `/api/appointments/${second.appointmentId}/revoke`)).status).toBe(200);
    expect(await refused(await ask('POST', `/api/appointments/${second.appointmentId}/revoke`))).toBe(
      'APPOINTMENT-OVER',
    );
    expect((await ask('POST', `/api/organisations/${organisation.organisationId}/close`)).status).toBe(200);
    const now = (await (await ask('GET', '/api/appointments?personId=zhang')).json()) as AppointmentView[];
    expect(now.map(({ role, state }) => [role, state])).toEqual([
      ['reviewer', 'revoked'],
      ['clerk', 'revoked'],
    ]);
    expect(await refused(await ask('POST', '/api/appointments', asked))).toBe('APPOINTMENT-ORGANISATION');
  });

  it('never loses the last administrator of a kind, however it is tried', async () => {
    const none = { organisationId: null, divisionCode: '330481', ...term };
    const first = await made<AppointmentView>('/api/appointments', {
      ...none,
      personId: 'lisi',
      role: 'systemAdministrator',
    });
    expect(await refused(await ask('POST', `/api/appointments/${first.appointmentId}/revoke`))).toBe(
      'APPOINTMENT-LAST-ADMINISTRATOR',
    );
    const second = await made<AppointmentView>('/api/appointments', {
      ...none,
      personId: 'wang',
      role: 'systemAdministrator',
    });
    const both = await Promise.all(
      [first, second].map(({ appointmentId }) => ask('POST', `/api/appointments/${appointmentId}/revoke`)),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('decides racing grants to one person one after the other: separation holds', async () => {
    for (let i = 0; i < 8; i++) {
      const none = { personId: `racer${i}`, organisationId: null, divisionCode: '330481', ...term };
      const answers = await Promise.all(
        ['systemAdministrator', 'securityAdministrator', 'auditAdministrator'].map((role) =>
          ask('POST', '/api/appointments', { ...none, role }),
        ),
      );
      expect(answers.map(({ status }) => status).sort(), String(i)).toEqual([201, 409, 409]);
    }
  });

  it('adds divisions to the tree, and gives those below their new parent', async () => {
    actor = { ...security, role: 'systemAdministrator', divisionCode: '' };
    expect(await made('/api/divisions', { code: '330000', nameZh: '浙江省', nameEn: 'Zhejiang' })).toMatchObject({
      parentCode: null,
      level: 'province',
    });
    expect(await made('/api/divisions', { code: '330481101', nameZh: '某镇', nameEn: 'A town' })).toMatchObject({
      parentCode: '330481',
      level: 'township',
    });
    const tree = (await (await ask('GET', '/api/divisions')).json()) as { code: string; parentCode: string | null }[];
    expect(tree.map(({ code, parentCode }) => [code, parentCode])).toEqual([
      ['330000', null],
      ['330400', '330000'],
      ['330481', '330400'],
      ['330481101', '330481'],
      ['330482', '330400'],
    ]);
    expect(await refused(await ask('POST', '/api/divisions', { code: '330000', nameZh: '重', nameEn: 'x' }))).toBe(
      'DIVISION-EXISTS',
    );
    actor = { ...actor, divisionCode: '330481' };
    expect(await refused(await ask('POST', '/api/divisions', { code: '330499', nameZh: '外', nameEn: 'x' }))).toBe(
      'DIVISION-UNKNOWN',
    );
  });

  it('wrote one event for each change, in a chain that holds', async () => {
    const events = await readEvents(test.db, 'system');
    const written = await test.db.one<{ count: number }>(sql`select (select count(*) from organisation) +
      (select count(*) from organisation where closed_at is not null) + (select count(*) from appointment) +
      (select count(*) from division where code in ('330000', '330481101')) as count`);
    // Revoked one by one: the reviewer, and one system administrator; the rest went with their organisation, in its event.
    expect(events).toHaveLength(written.count + 2);
    expect(await firstBrokenEvent(test.db, 'system')).toBeNull();
  });
});
