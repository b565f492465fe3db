import { divisionLevel, divisionsAbove, err, localized, ok, type Refusal, type Result } from '../../kernel/index.ts';
import type { Database, Queryable, Transaction } from '../../platform/db/index.ts';
import {
  type AppointmentRequest,
  appointmentState,
  decideAppointment,
  decideRevocation,
  legalDate,
  mayAdministerDivision,
} from './appointments.ts';
import type { ActorContext } from './context.ts';
import { addDivision, knownDivisions, readDivisions } from './divisions.store.ts';
import type { AppointmentView, OrganisationView } from './organisation-views.ts';
import { ORGANISATION_KINDS, type OrganisationKind, rolesOfKind } from './organisations.ts';
import {
  closeOrganisation,
  countHolders,
  findAppointment,
  findOrganisation,
  insertAppointment,
  insertOrganisation,
  lockAdministrators,
  lockOrganisation,
  lockPerson,
  readAppointments,
  readOrganisations,
  revokeAppointment,
  type StoredAppointment,
  type StoredOrganisation,
} from './organisations.store.ts';
import type { RecordEvent } from './record.ts';
import { isAdministrator, ROLE_NAMES } from './roles.ts';
import type { DivisionView } from './views.ts';

/** What the operations on rights work with. */
export interface RightsParts {
  readonly db: Database;
  readonly record: RecordEvent<Transaction>;
}

const NO_ORGANISATION: Refusal = {
  code: 'ORGANISATION-NOT-FOUND',
  message: localized(
    '没有这个单位，或不在您的管辖范围内。',
    'There is no such organisation, or it is not yours to administer.',
  ),
  remedy: localized('请刷新列表后重新选择。', 'Refresh the list and choose again.'),
};
const NO_APPOINTMENT: Refusal = {
  code: 'APPOINTMENT-NOT-FOUND',
  message: localized(
    '没有这项任职，或不在您的管辖范围内。',
    'There is no such appointment, or it is not yours to administer.',
  ),
  remedy: localized('请刷新列表后重新选择。', 'Refresh the list and choose again.'),
};
const NO_PERSON: Refusal = {
  code: 'PERSON-NOT-FOUND',
  message: localized('没有这个人员。', 'There is no such person.'),
  remedy: localized('请刷新列表后重新选择。', 'Refresh the list and choose again.'),
};
const ORGANISATION_CLOSED: Refusal = {
  code: 'ORGANISATION-CLOSED',
  message: localized('该单位已经停用。', 'The organisation is closed already.'),
  remedy: localized('请刷新页面。', 'Refresh the page.'),
};
const ORGANISATION_THERE: Refusal = {
  code: 'ORGANISATION-EXISTS',
  message: localized('该行政区已有同名单位。', 'The division has an organisation of this name already.'),
  remedy: localized('请使用已有的单位，或换一个名称。', 'Use the one there is, or give another name.'),
  place: { field: 'name' },
};
const DIVISION_UNKNOWN: Refusal = {
  code: 'DIVISION-UNKNOWN',
  message: localized(
    '行政区不存在，或不在您的管辖范围内。',
    'The division is not in the tree, or not yours to administer.',
  ),
  remedy: localized('请选择本辖区内已登记的行政区。', 'Choose a division of the tree within your own.'),
  place: { field: 'divisionCode' },
};
const DIVISION_THERE: Refusal = {
  code: 'DIVISION-EXISTS',
  message: localized('该行政区代码已登记。', 'The division code is in the tree already.'),
  remedy: localized('请核对代码。', 'Check the code.'),
  place: { field: 'code' },
};

function organisationView(stored: StoredOrganisation): OrganisationView {
  return { ...stored, kindName: ORGANISATION_KINDS[stored.kind].name, roles: rolesOfKind(stored.kind) };
}

function appointmentView(stored: StoredAppointment, today: string): AppointmentView {
  return { ...stored, roleName: ROLE_NAMES[stored.role], state: appointmentState(stored, today) };
}

/** Divisions inside one's own, in order of code. */
export function listDivisions(
  db: Queryable,
  context: Pick<ActorContext, 'divisionCode'>,
  filter: { readonly level?: DivisionView['level'] | undefined; readonly parent?: string | undefined },
): Promise<DivisionView[]> {
  return readDivisions(db, context.divisionCode, filter);
}

/** Adds a division to the tree, under the nearest one above it that is there. */
export async function createDivision(
  parts: RightsParts,
  context: ActorContext,
  division: { readonly code: string; readonly nameZh: string; readonly nameEn: string },
): Promise<Result<DivisionView, Refusal>> {
  const level = divisionLevel(division.code);
  if (level === undefined || !mayAdministerDivision(context, division.code)) {
    return err({ ...DIVISION_UNKNOWN, place: { field: 'code' } });
  }
  return parts.db.transaction(async (tx) => {
    const [parentCode = null] = await knownDivisions(tx, divisionsAbove(division.code));
    if (!(await addDivision(tx, { ...division, parentCode }))) return err(DIVISION_THERE);
    await parts.record(tx, context, {
      operation: 'access.addDivision',
      objectKind: 'division',
      objectId: division.code,
      countyCode: null,
      detail: { ...division, parentCode },
    });
    return ok({ code: division.code, name: { zh: division.nameZh, en: division.nameEn }, parentCode, level });
  });
}

export async function listOrganisations(
  db: Queryable,
  context: ActorContext,
  filter: { readonly divisionCode?: string | undefined; readonly closed: boolean },
): Promise<OrganisationView[]> {
  const found = await readOrganisations(db, context.divisionCode, { ...filter, today: legalDate(context.clock.now()) });
  return found.map(organisationView);
}

export async function createOrganisation(
  parts: RightsParts,
  context: ActorContext,
  asked: { readonly divisionCode: string; readonly name: string; readonly kind: OrganisationKind },
): Promise<Result<OrganisationView, Refusal>> {
  if (!mayAdministerDivision(context, asked.divisionCode)) return err(DIVISION_UNKNOWN);
  const organisationId = context.ids.next();
  const createdAt = context.clock.now();
  return parts.db.transaction(async (tx) => {
    if ((await knownDivisions(tx, [asked.divisionCode])).length === 0) return err(DIVISION_UNKNOWN);
    const added = await insertOrganisation(tx, { ...asked, organisationId, createdAt, createdBy: context.actor });
    if (!added) return err(ORGANISATION_THERE);
    await parts.record(tx, context, {
      operation: 'access.createOrganisation',
      objectKind: 'organisation',
      objectId: organisationId,
      countyCode: null,
      detail: asked,
    });
    return ok(organisationView({ ...asked, organisationId, createdAt, closedAt: null, appointments: 0 }));
  });
}

/** Closes an organisation; what its people hold through it is revoked with it. */
export async function endOrganisation(
  parts: RightsParts,
  context: ActorContext,
  organisationId: string,
): Promise<Result<OrganisationView, Refusal>> {
  const at = context.clock.now();
  const today = legalDate(at);
  return parts.db.transaction(async (tx) => {
    await lockOrganisation(tx, organisationId);
    const found = await findOrganisation(tx, organisationId, today);
    if (found === undefined || !mayAdministerDivision(context, found.divisionCode)) return err(NO_ORGANISATION);
    await lockAdministrators(tx);
    // An administrator is not lost with the organisation he happens to sit in.
    const appointments = await readAppointments(tx, '', { organisationId });
    const administrators = appointments.filter(
      (one) => isAdministrator(one.role) && appointmentState(one, today) === 'valid',
    );
    for (const appointment of administrators) {
      const going = new Set(
        administrators.filter(({ role }) => role === appointment.role).map(({ personId }) => personId),
      );
      const left = (await countHolders(tx, appointment.role, today)) - going.size;
      const decided = decideRevocation(context, { ...appointment, state: 'valid' }, left + 1);
      if (!decided.ok) return decided;
    }
    const revoked = await closeOrganisation(tx, organisationId, at, context.actor);
    if (revoked === undefined) return err(ORGANISATION_CLOSED);
    await parts.record(tx, context, {
      operation: 'access.closeOrganisation',
      objectKind: 'organisation',
      objectId: organisationId,
      countyCode: null,
      detail: { revokedAppointments: revoked },
    });
    return ok(organisationView({ ...found, closedAt: at, appointments: 0 }));
  });
}

export async function listAppointments(
  db: Queryable,
  context: ActorContext,
  filter: Parameters<typeof readAppointments>[2],
): Promise<AppointmentView[]> {
  const today = legalDate(context.clock.now());
  return (await readAppointments(db, context.divisionCode, filter)).map((stored) => appointmentView(stored, today));
}

/** Appoints a person. Two grants to one person are decided one after the other, so that together they cannot break a rule. */
export async function grantAppointment(
  parts: RightsParts,
  context: ActorContext,
  request: AppointmentRequest,
): Promise<Result<AppointmentView, Refusal>> {
  const grantedAt = context.clock.now();
  const today = legalDate(grantedAt);
  return parts.db.transaction(async (tx) => {
    const person = await lockPerson(tx, request.personId);
    if (person === undefined) return err(NO_PERSON);
    if (request.organisationId !== null) await lockOrganisation(tx, request.organisationId);
    const organisation =
      request.organisationId === null ? undefined : await findOrganisation(tx, request.organisationId, today);
    const decided = decideAppointment(context, request, {
      today,
      hasFirstPassword: person.hasFirstPassword,
      held: await readAppointments(tx, '', { personId: request.personId }),
      organisation: organisation === undefined ? null : { ...organisation, isClosed: organisation.closedAt !== null },
      isDivisionKnown: request.divisionCode === '' || (await knownDivisions(tx, [request.divisionCode])).length === 1,
    });
    if (!decided.ok) return decided;
    const appointmentId = context.ids.next();
    await insertAppointment(tx, { ...request, appointmentId, grantedAt, grantedBy: context.actor });
    await parts.record(tx, context, {
      operation: 'access.appoint',
      objectKind: 'appointment',
      objectId: appointmentId,
      countyCode: null,
      detail: { ...request },
    });
    return ok(appointmentView((await findAppointment(tx, appointmentId))!, today));
  });
}

/** Ends an appointment at once: the next request made under it is refused. */
export async function endAppointment(
  parts: RightsParts,
  context: ActorContext,
  appointmentId: string,
): Promise<Result<AppointmentView, Refusal>> {
  const at = context.clock.now();
  const today = legalDate(at);
  return parts.db.transaction(async (tx) => {
    await lockAdministrators(tx);
    const found = await findAppointment(tx, appointmentId);
    if (found === undefined || !mayAdministerDivision(context, found.divisionCode)) return err(NO_APPOINTMENT);
    const before = appointmentView(found, today);
    const decided = decideRevocation(context, before, await countHolders(tx, found.role, today));
    if (!decided.ok) return decided;
    await revokeAppointment(tx, appointmentId, at, context.actor);
    await parts.record(tx, context, {
      operation: 'access.revoke',
      objectKind: 'appointment',
      objectId: appointmentId,
      countyCode: null,
      detail: { personId: found.personId, role: found.role, divisionCode: found.divisionCode },
    });
    return ok({ ...before, state: 'revoked' as const, revokedAt: at, revokedBy: context.actor });
  });
}
