import { describe, expect, it } from 'vitest';
import {
  ADMINISTRATOR_ROLES,
  APPOINTABLE_ROLES,
  type AppointmentFacts,
  type AppointmentRequest,
  appointmentState,
  BUSINESS_ROLES,
  decideAppointment,
  decideRevocation,
  legalDate,
  ORGANISATION_KINDS,
  type OrganisationKind,
  rolesAgree,
  rolesOfKind,
} from './index.ts';

const grantor = { divisionCode: '3304', personId: 'grantor' };
const request: AppointmentRequest = {
  personId: 'person',
  organisationId: 'bureau',
  role: 'clerk',
  divisionCode: '330481',
  validFrom: '2026-01-01',
  validUntil: '2026-12-31',
};
const facts: AppointmentFacts = {
  today: '2026-06-30',
  held: [],
  hasFirstPassword: false,
  organisation: { kind: 'naturalResourcesBureau', divisionCode: '330481', isClosed: false },
  isDivisionKnown: true,
};
const held = (over: object) => ({
  role: 'clerk' as const,
  divisionCode: '330481',
  organisationId: 'bureau',
  validFrom: '2026-01-01',
  validUntil: null,
  revokedAt: null,
  ...over,
});
const codeOf = (asked: Partial<AppointmentRequest>, known: Partial<AppointmentFacts> = {}, by = grantor) => {
  const decided = decideAppointment(by, { ...request, ...asked }, { ...facts, ...known });
  return decided.ok ? 'granted' : decided.error.code;
};

describe('appointments', () => {
  it('hold on both of their last days, by the calendar of the country', () => {
    const term = { validFrom: '2026-06-01', validUntil: '2026-06-30', revokedAt: null };
    expect(
      ['2026-05-31', '2026-06-01', '2026-06-30', '2026-07-01'].map((today) => appointmentState(term, today)),
    ).toEqual(['future', 'valid', 'valid', 'expired']);
    expect(appointmentState({ ...term, revokedAt: '2026-06-02T00:00:00.000Z' }, '2026-06-10')).toBe('revoked');
    expect(legalDate('2026-06-30T15:59:59.999Z')).toBe('2026-06-30');
    expect(legalDate('2026-06-30T16:00:00.000Z')).toBe('2026-07-01');
  });

  it('are granted within one’s own division, to another person, for a duty the organisation has', () => {
    expect(codeOf({})).toBe('granted');
    expect(codeOf({ personId: 'grantor' })).toBe('APPOINTMENT-OWN');
    expect(codeOf({ divisionCode: '330400' })).toBe('granted');
    expect(codeOf({ divisionCode: '330000' })).toBe('APPOINTMENT-DIVISION');
    expect(codeOf({ divisionCode: '' })).toBe('APPOINTMENT-DIVISION');
    expect(codeOf({ divisionCode: '' }, {}, { divisionCode: '', personId: 'grantor' })).toBe('granted');
    expect(codeOf({}, { isDivisionKnown: false })).toBe('APPOINTMENT-DIVISION');
    expect(codeOf({ role: 'contractor' })).toBe('APPOINTMENT-ORGANISATION');
    expect(codeOf({}, { organisation: null })).toBe('APPOINTMENT-ORGANISATION');
    expect(codeOf({}, { organisation: { ...facts.organisation!, isClosed: true } })).toBe('APPOINTMENT-ORGANISATION');
    expect(codeOf({ role: 'auditAdministrator', organisationId: null }, { organisation: null })).toBe('granted');
  });

  it('make nobody an administrator whose password somebody else knows', () => {
    const none = { organisation: null, hasFirstPassword: true };
    for (const role of ADMINISTRATOR_ROLES)
      expect(codeOf({ role, organisationId: null }, none)).toBe('APPOINTMENT-FIRST-PASSWORD');
    expect(codeOf({}, { hasFirstPassword: true })).toBe('granted');
  });

  it('have a term that is not over', () => {
    expect(codeOf({ validUntil: '2026-06-29' })).toBe('APPOINTMENT-TERM');
    expect(codeOf({ validUntil: '2026-06-30' })).toBe('granted');
    expect(codeOf({ validFrom: '2027-01-01', validUntil: '2026-12-31' })).toBe('APPOINTMENT-TERM');
    expect(codeOf({ validUntil: null })).toBe('granted');
  });

  it('are not granted twice for the same time', () => {
    expect(codeOf({}, { held: [held({})] })).toBe('APPOINTMENT-TWICE');
    expect(codeOf({}, { held: [held({ revokedAt: '2026-02-01T00:00:00.000Z' })] })).toBe('granted');
    expect(codeOf({ validFrom: '2026-09-01' }, { held: [held({ validUntil: '2026-08-31' })] })).toBe('granted');
    expect(codeOf({ role: 'reviewer' }, { held: [held({})] })).toBe('granted');
  });

  it('keep the three administrators apart from each other and from all business: every pair of duties', () => {
    for (const first of APPOINTABLE_ROLES) {
      for (const second of APPOINTABLE_ROLES) {
        const areAdministrators = [first, second].map((role) =>
          (ADMINISTRATOR_ROLES as readonly string[]).includes(role),
        );
        const agree = first === second || !areAdministrators.includes(true);
        expect(rolesAgree(first, second), `${first} ${second}`).toBe(agree);
        const kind = (Object.keys(ORGANISATION_KINDS) as OrganisationKind[]).find((one) =>
          rolesOfKind(one).includes(second),
        );
        const code = codeOf(
          { role: second, organisationId: kind ?? null, divisionCode: '330482' },
          {
            held: [held({ role: first })],
            organisation: kind === undefined ? null : { ...facts.organisation!, kind },
          },
        );
        expect(code, `${first} then ${second}`).toBe(agree ? 'granted' : 'APPOINTMENT-SEPARATION');
      }
    }
  });

  it('every duty of business belongs to some organisation', () => {
    const has = new Set(Object.values(ORGANISATION_KINDS).flatMap(({ roles }) => roles as readonly string[]));
    expect(BUSINESS_ROLES.filter((role) => !has.has(role))).toEqual([]);
  });

  it('are not revoked by their holder, twice, or down to the last administrator', () => {
    const one = { personId: 'person', role: 'clerk', state: 'valid' } as const;
    const codes = (appointment: Parameters<typeof decideRevocation>[1], left: number) => {
      const decided = decideRevocation(grantor, appointment, left);
      return decided.ok ? 'revoked' : decided.error.code;
    };
    expect(codes(one, 1)).toBe('revoked');
    expect(codes({ ...one, personId: 'grantor' }, 5)).toBe('APPOINTMENT-OWN');
    expect(codes({ ...one, state: 'revoked' }, 5)).toBe('APPOINTMENT-OVER');
    expect(codes({ ...one, state: 'expired' }, 5)).toBe('APPOINTMENT-OVER');
    expect(codes({ ...one, role: 'securityAdministrator' }, 1)).toBe('APPOINTMENT-LAST-ADMINISTRATOR');
    expect(codes({ ...one, role: 'securityAdministrator' }, 2)).toBe('revoked');
    expect(codes({ ...one, role: 'securityAdministrator', state: 'future' }, 1)).toBe('revoked');
  });
});
