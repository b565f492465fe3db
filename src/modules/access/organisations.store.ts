import { divisionPrefix } from '../../kernel/index.ts';
import { type Queryable, sql, type Transaction } from '../../platform/db/index.ts';
import type { AppointmentRequest } from './appointments.ts';
import type { OrganisationKind } from './organisations.ts';
import type { AppointableRole } from './roles.ts';

export interface StoredOrganisation {
  readonly organisationId: string;
  readonly divisionCode: string;
  readonly name: string;
  readonly kind: OrganisationKind;
  readonly createdAt: string;
  readonly closedAt: string | null;
  /** Appointments that hold on the day asked for. */
  readonly appointments: number;
}

export interface StoredAppointment extends AppointmentRequest {
  readonly appointmentId: string;
  readonly username: string;
  readonly displayName: string;
  readonly organisationName: string | null;
  readonly grantedAt: string;
  readonly grantedBy: string;
  readonly revokedAt: string | null;
  readonly revokedBy: string | null;
}

const HOLDS = (today: string) =>
  sql`a.revoked_at is null and a.valid_from <= ${today}::date and (a.valid_until is null or a.valid_until >= ${today}::date)`;

const ORGANISATION = sql`o.organisation_id as "organisationId", o.division_code as "divisionCode", o.name, o.kind,
  o.created_at as "createdAt", o.closed_at as "closedAt"`;

/** Organisations inside `scope` (a prefix), by division and name. */
export function readOrganisations(
  db: Queryable,
  scope: string,
  filter: { readonly divisionCode?: string | undefined; readonly closed: boolean; readonly today: string },
): Promise<StoredOrganisation[]> {
  const conditions = [sql`starts_with(o.division_code, ${scope})`];
  if (filter.divisionCode !== undefined)
    conditions.push(sql`starts_with(o.division_code, ${divisionPrefix(filter.divisionCode)})`);
  if (!filter.closed) conditions.push(sql`o.closed_at is null`);
  return db.rows<StoredOrganisation>(sql`select ${ORGANISATION}, (select count(*) from appointment a
      where a.organisation_id = o.organisation_id and ${HOLDS(filter.today)}) as appointments
    from organisation o where ${sql.join(conditions, sql` and `)} order by o.division_code, o.name limit 5000`);
}

export function findOrganisation(
  db: Queryable,
  organisationId: string,
  today: string,
): Promise<StoredOrganisation | undefined> {
  return db.first<StoredOrganisation>(sql`select ${ORGANISATION}, (select count(*) from appointment a
      where a.organisation_id = o.organisation_id and ${HOLDS(today)}) as appointments
    from organisation o where o.organisation_id = ${organisationId}`);
}

/** False where an open organisation of this name stands in the division already. */
export async function insertOrganisation(
  tx: Transaction,
  organisation: Pick<StoredOrganisation, 'organisationId' | 'divisionCode' | 'name' | 'kind' | 'createdAt'> & {
    readonly createdBy: string;
  },
): Promise<boolean> {
  const { organisationId, divisionCode, name, kind, createdAt, createdBy } = organisation;
  const added =
    await tx.run(sql`insert into organisation (organisation_id, division_code, name, kind, created_at, created_by)
    values (${organisationId}, ${divisionCode}, ${name}, ${kind}, ${createdAt}, ${createdBy})
    on conflict (division_code, name) where closed_at is null do nothing`);
  return added === 1;
}

/** Closes it, and revokes what its people hold through it. The number of appointments revoked; undefined where it was closed. */
export async function closeOrganisation(
  tx: Transaction,
  organisationId: string,
  at: string,
  by: string,
): Promise<number | undefined> {
  const closed = await tx.run(sql`update organisation set closed_at = ${at}, closed_by = ${by}
    where organisation_id = ${organisationId} and closed_at is null`);
  if (closed === 0) return undefined;
  return tx.run(sql`update appointment set revoked_at = ${at}, revoked_by = ${by}
    where organisation_id = ${organisationId} and revoked_at is null`);
}

const APPOINTMENT = sql`a.appointment_id as "appointmentId", a.person_id as "personId", p.username, p.display_name as "displayName",
  a.organisation_id as "organisationId", o.name as "organisationName", a.role, a.division_code as "divisionCode",
  a.valid_from as "validFrom", a.valid_until as "validUntil", a.granted_at as "grantedAt", a.granted_by as "grantedBy",
  a.revoked_at as "revokedAt", a.revoked_by as "revokedBy"`;
const APPOINTMENT_TABLES = sql`appointment a join person p on p.id = a.person_id left join organisation o on o.organisation_id = a.organisation_id`;

/** Appointments inside `scope` (a prefix), newest first. */
export function readAppointments(
  db: Queryable,
  scope: string,
  filter: {
    readonly personId?: string | undefined;
    readonly organisationId?: string | undefined;
    readonly divisionCode?: string | undefined;
  },
): Promise<StoredAppointment[]> {
  const conditions = [sql`starts_with(a.division_code, ${scope})`];
  if (filter.personId !== undefined) conditions.push(sql`a.person_id = ${filter.personId}`);
  if (filter.organisationId !== undefined) conditions.push(sql`a.organisation_id = ${filter.organisationId}`);
  if (filter.divisionCode !== undefined)
    conditions.push(sql`starts_with(a.division_code, ${divisionPrefix(filter.divisionCode)})`);
  return db.rows<StoredAppointment>(sql`select ${APPOINTMENT} from ${APPOINTMENT_TABLES}
    where ${sql.join(conditions, sql` and `)} order by a.granted_at desc, a.appointment_id limit 5000`);
}

export function findAppointment(db: Queryable, appointmentId: string): Promise<StoredAppointment | undefined> {
  return db.first<StoredAppointment>(
    sql`select ${APPOINTMENT} from ${APPOINTMENT_TABLES} where a.appointment_id = ${appointmentId}`,
  );
}

/** Locks the person, so that two grants to one person are decided one after the other; undefined where there is none. */
export function lockPerson(
  tx: Transaction,
  personId: string,
): Promise<{ readonly hasFirstPassword: boolean } | undefined> {
  return tx.first(sql`select must_change_password as "hasFirstPassword" from person where id = ${personId} for update`);
}

/** Locks the organisation, so that nobody is appointed to it while it is being closed; false where there is none. */
export async function lockOrganisation(tx: Transaction, organisationId: string): Promise<boolean> {
  return (
    (await tx.first(sql`select 1 from organisation where organisation_id = ${organisationId} for update`)) !== undefined
  );
}

/** One decision at a time about who is the last administrator of a kind. */
export async function lockAdministrators(tx: Transaction): Promise<void> {
  await tx.run(sql`select pg_advisory_xact_lock(hashtextextended('access:administrators', 0))`);
}

export async function insertAppointment(
  tx: Transaction,
  appointment: AppointmentRequest & {
    readonly appointmentId: string;
    readonly grantedAt: string;
    readonly grantedBy: string;
  },
): Promise<void> {
  const { appointmentId, personId, organisationId, role, divisionCode, validFrom, validUntil, grantedAt, grantedBy } =
    appointment;
  await tx.run(sql`insert into appointment (appointment_id, person_id, organisation_id, role, division_code, valid_from, valid_until,
      granted_at, granted_by)
    values (${appointmentId}, ${personId}, ${organisationId}, ${role}, ${divisionCode}, ${validFrom}, ${validUntil},
      ${grantedAt}, ${grantedBy})`);
}

export async function revokeAppointment(
  tx: Transaction,
  appointmentId: string,
  at: string,
  by: string,
): Promise<boolean> {
  const revoked = await tx.run(sql`update appointment set revoked_at = ${at}, revoked_by = ${by}
    where appointment_id = ${appointmentId} and revoked_at is null`);
  return revoked === 1;
}

/** How many persons who are not disabled hold this duty on that day. */
export async function countHolders(db: Queryable, role: AppointableRole, today: string): Promise<number> {
  const row = await db.one<{ count: number }>(sql`select count(distinct a.person_id) as count
    from appointment a join person p on p.id = a.person_id
    where a.role = ${role} and p.disabled_at is null and ${HOLDS(today)}`);
  return row.count;
}
