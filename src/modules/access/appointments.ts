import { divisionContains, divisionPrefix, err, localized, ok, type Refusal, type Result } from '../../kernel/index.ts';
import type { ActorContext } from './context.ts';
import type { AppointmentState } from './organisation-views.ts';
import { type OrganisationKind, rolesOfKind } from './organisations.ts';
import { type AppointableRole, isAdministrator, rolesAgree } from './roles.ts';

/** From when to when an appointment holds: legal dates in Asia/Shanghai, both inclusive. */
export interface AppointmentTerm {
  readonly validFrom: string;
  readonly validUntil: string | null;
  readonly revokedAt: string | null;
}

/** One appointment as asked for. */
export interface AppointmentRequest {
  readonly personId: string;
  readonly organisationId: string | null;
  readonly role: AppointableRole;
  /** 6, 9 or 12 digits; empty is the whole country. */
  readonly divisionCode: string;
  readonly validFrom: string;
  readonly validUntil: string | null;
}

/** What is known when an appointment is decided. */
export interface AppointmentFacts {
  /** Today in Asia/Shanghai, `yyyy-mm-dd`. */
  readonly today: string;
  /** The person's other appointments, of any state. */
  readonly held: readonly (AppointmentTerm & Pick<AppointmentRequest, 'role' | 'divisionCode' | 'organisationId'>)[];
  readonly organisation: {
    readonly kind: OrganisationKind;
    readonly divisionCode: string;
    readonly isClosed: boolean;
  } | null;
  /** The person has not yet changed the password the account was made with: whoever made it knows it too. */
  readonly hasFirstPassword: boolean;
  /** The division stands in the tree (or is the whole country). */
  readonly isDivisionKnown: boolean;
}

export function appointmentState(term: AppointmentTerm, today: string): AppointmentState {
  if (term.revokedAt !== null) return 'revoked';
  if (term.validUntil !== null && term.validUntil < today) return 'expired';
  return term.validFrom > today ? 'future' : 'valid';
}

/** The legal date of an instant: the day it is in Asia/Shanghai (UTC+8, without summer time). */
export function legalDate(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 60 * 60 * 1000).toISOString().slice(0, 10);
}

function refusal(code: string, field: string, message: Refusal['message'], remedy: Refusal['remedy']): Refusal {
  return { code, message, remedy, place: { field } };
}

/** Whether an administrator's division covers this one. */
export function mayAdministerDivision(
  administrator: Pick<ActorContext, 'divisionCode'>,
  divisionCode: string,
): boolean {
  return divisionContains(administrator.divisionCode, divisionPrefix(divisionCode));
}

/**
 * Decides an appointment. Refused: to oneself; outside one's own division; to a duty the organisation does not have; a term
 * that is over or ends before it begins; the same duty twice; an administrator's duty beside another one, or while the
 * password is still the one the account was made with (三员分立,
 * GB/T 22239-2019 8.1.4.2 and 8.1.5).
 */
export function decideAppointment(
  grantor: Pick<ActorContext, 'divisionCode' | 'personId'>,
  request: AppointmentRequest,
  facts: AppointmentFacts,
): Result<AppointmentRequest, Refusal> {
  const { role, divisionCode, validFrom, validUntil } = request;
  if (grantor.personId !== undefined && grantor.personId === request.personId) {
    return err(
      refusal(
        'APPOINTMENT-OWN',
        'personId',
        localized('不能任命自己。', 'Nobody appoints himself.'),
        localized('请由另一位安全管理员办理。', 'Ask another security administrator.'),
      ),
    );
  }
  if (!facts.isDivisionKnown || !mayAdministerDivision(grantor, divisionCode)) {
    return err(
      refusal(
        'APPOINTMENT-DIVISION',
        'divisionCode',
        localized('行政区不存在，或不在您的管辖范围内。', 'The division is not known, or not yours to administer.'),
        localized('请选择本辖区内已登记的行政区。', 'Choose a division of the tree within your own.'),
      ),
    );
  }
  const organisation = facts.organisation;
  const hasPlace = isAdministrator(role)
    ? request.organisationId === null || organisation !== null
    : organisation !== null && (rolesOfKind(organisation.kind) as readonly AppointableRole[]).includes(role);
  if (!hasPlace || organisation?.isClosed === true) {
    return err(
      refusal(
        'APPOINTMENT-ORGANISATION',
        'organisationId',
        localized(
          '该单位不存在、已停用，或没有这一职责。',
          'There is no such organisation, it is closed, or it has no such duty.',
        ),
        localized('请选择与职责相符的单位。', 'Choose an organisation that has this duty.'),
      ),
    );
  }
  if (validUntil !== null && (validUntil < validFrom || validUntil < facts.today)) {
    return err(
      refusal(
        'APPOINTMENT-TERM',
        'validUntil',
        localized('任期的截止日早于起始日或今天。', 'The term ends before it begins, or before today.'),
        localized('请更正任期。', 'Correct the term.'),
      ),
    );
  }
  const standing = facts.held.filter((one) => ['valid', 'future'].includes(appointmentState(one, facts.today)));
  if (standing.some((one) => !rolesAgree(one.role, role))) {
    return err(
      refusal(
        'APPOINTMENT-SEPARATION',
        'role',
        localized(
          '系统、安全、审计三类管理员互斥，也不得兼任业务职责。',
          'System, security and audit administrators exclude each other and every business duty.',
        ),
        localized(
          '请先撤销该人员现有任职，或另选人员。',
          'Revoke the present appointment first, or choose another person.',
        ),
      ),
    );
  }
  if (isAdministrator(role) && facts.hasFirstPassword) {
    return err(
      refusal(
        'APPOINTMENT-FIRST-PASSWORD',
        'personId',
        localized(
          '该人员尚未更改初始密码：知道初始密码的人可能借此兼任两类管理员。',
          'The person has not changed the first password yet: whoever made the account could hold two administrators’ duties by it.',
        ),
        localized('请本人先登录并更改密码，再行任命。', 'Have the person sign in and change it, then appoint.'),
      ),
    );
  }
  const overlaps = (one: AppointmentTerm): boolean =>
    (validUntil === null || one.validFrom <= validUntil) && (one.validUntil === null || validFrom <= one.validUntil);
  const isSame = (one: (typeof standing)[number]): boolean =>
    one.role === role && one.divisionCode === divisionCode && one.organisationId === request.organisationId;
  if (standing.some((one) => isSame(one) && overlaps(one))) {
    return err(
      refusal(
        'APPOINTMENT-TWICE',
        'role',
        localized('该人员在此期间已有相同任职。', 'The person holds this very appointment in that time already.'),
        localized('请核对现有任职。', 'Look at the appointments there are.'),
      ),
    );
  }
  return ok(request);
}

/**
 * Whether an appointment may be revoked: not one's own, and not the last valid one of a kind of administrator, after which
 * nobody could set it right.
 */
export function decideRevocation(
  revoker: Pick<ActorContext, 'divisionCode' | 'personId'>,
  appointment: { readonly personId: string; readonly role: AppointableRole; readonly state: AppointmentState },
  validOfRole: number,
): Result<true, Refusal> {
  if (appointment.state === 'revoked' || appointment.state === 'expired') {
    return err({
      code: 'APPOINTMENT-OVER',
      message: localized('该任职已经失效。', 'The appointment is over already.'),
      remedy: localized('请刷新页面。', 'Refresh the page.'),
    });
  }
  if (revoker.personId !== undefined && revoker.personId === appointment.personId) {
    return err({
      code: 'APPOINTMENT-OWN',
      message: localized('不能撤销自己的任职。', 'Nobody revokes his own appointment.'),
      remedy: localized('请由另一位安全管理员办理。', 'Ask another security administrator.'),
    });
  }
  if (isAdministrator(appointment.role) && appointment.state === 'valid' && validOfRole <= 1) {
    return err({
      code: 'APPOINTMENT-LAST-ADMINISTRATOR',
      message: localized(
        '这是最后一位此类管理员，撤销后将无人可管理。',
        'This is the last administrator of the kind; nobody could set it right afterwards.',
      ),
      remedy: localized('请先任命接任者。', 'Appoint a successor first.'),
    });
  }
  return ok(true);
}
