import { type Queryable, sql, type Transaction } from '../../platform/db/index.ts';
import type { SessionFacts } from './session-state.ts';
import type { AppointmentChoice, SessionEntry } from './session-views.ts';

const HOLDS = (day: string) => sql`a.revoked_at is null and a.valid_from <= ${day}::date
  and (a.valid_until is null or a.valid_until >= ${day}::date)`;

/**
 * Everything a request needs to know of its session, in one statement: the person still enabled, the appointment acted under
 * still holding on `day`. Undefined where the session is over, whatever the reason.
 */
export function findSession(
  db: Queryable,
  tokenHash: string,
  at: string,
  idleSince: string,
  day: string,
): Promise<SessionFacts | undefined> {
  return db.first<SessionFacts>(sql`select s.id as "sessionId", s.person_id as "personId", p.username,
      p.display_name as "displayName", s.expires_at as "expiresAt", s.last_seen_at as "lastSeenAt",
      s.second_factor_pending as "secondFactorPending", p.must_change_password as "mustChangePassword",
      p.password_changed_at as "passwordChangedAt", p.two_factor_enabled as "twoFactorEnabled",
      a.appointment_id as "appointmentId", a.role, a.division_code as "divisionCode", a.organisation_id as "organisationId"
    from session s join person p on p.id = s.person_id and p.disabled_at is null
      left join appointment a on a.appointment_id = s.appointment_id and a.person_id = s.person_id and ${HOLDS(day)}
    where s.token_hash = ${tokenHash} and s.expires_at > ${at} and s.last_seen_at > ${idleSince}`);
}

export async function touchSession(
  db: Queryable,
  sessionId: string,
  at: string,
  address: string | null,
): Promise<void> {
  await db.run(
    sql`update session set last_seen_at = ${at}, address = coalesce(${address}, address) where id = ${sessionId} and last_seen_at < ${at}`,
  );
}

/** The appointments a person may act under on `day`, oldest first. */
export function readChoices(db: Queryable, personId: string, day: string): Promise<AppointmentChoice[]> {
  return db.rows<AppointmentChoice>(sql`select a.appointment_id as "appointmentId", a.role, a.division_code as "divisionCode",
      o.name as "organisationName"
    from appointment a left join organisation o using (organisation_id)
    where a.person_id = ${personId} and ${HOLDS(day)} order by a.granted_at, a.appointment_id`);
}

export async function organisationName(db: Queryable, organisationId: string): Promise<string | null> {
  const row = await db.first<{ name: string }>(
    sql`select name from organisation where organisation_id = ${organisationId}`,
  );
  return row?.name ?? null;
}

/** Ends the oldest sessions of a person until there is room for one more. Pending ones and whole ones are counted apart. */
export async function makeRoom(tx: Transaction, personId: string, pending: boolean, most: number): Promise<number> {
  return tx.run(sql`delete from session where id in (select id from session
    where person_id = ${personId} and second_factor_pending = ${pending} order by created_at desc, id desc offset ${most - 1})`);
}

/** Gives a session another token: what knew the old one is out. False where the session is over. */
export async function rotateSession(
  tx: Transaction,
  sessionId: string,
  tokenHash: string,
  at: string,
  changes: {
    readonly appointmentId?: string;
    readonly secondFactorPending?: boolean;
    readonly expiresAt?: string;
  } = {},
): Promise<boolean> {
  const done = await tx.run(sql`update session set token_hash = ${tokenHash}, updated_at = ${at}, last_seen_at = ${at},
      appointment_id = coalesce(${changes.appointmentId ?? null}::uuid, appointment_id),
      second_factor_pending = coalesce(${changes.secondFactorPending ?? null}::boolean, second_factor_pending),
      expires_at = coalesce(${changes.expiresAt ?? null}::timestamptz, expires_at)
    where id = ${sessionId}`);
  return done === 1;
}

export function endSession(tx: Transaction, sessionId: string, personId: string): Promise<number> {
  return tx.run(sql`delete from session where id = ${sessionId} and person_id = ${personId}`);
}

export function endSessionByToken(tx: Transaction, tokenHash: string): Promise<number> {
  return tx.run(sql`delete from session where token_hash = ${tokenHash}`);
}

/** Ends all sessions of a person but one; their number. */
export function endSessions(tx: Transaction, personId: string, but: string | null): Promise<number> {
  return tx.run(sql`delete from session where person_id = ${personId} and id is distinct from ${but}`);
}

export function readSessions(
  db: Queryable,
  personId: string,
  at: string,
  idleSince: string,
): Promise<Omit<SessionEntry, 'current'>[]> {
  return db.rows(sql`select id as "sessionId", created_at as "createdAt", last_seen_at as "lastSeenAt", address, agent
    from session where person_id = ${personId} and not second_factor_pending and expires_at > ${at} and last_seen_at > ${idleSince}
    order by last_seen_at desc`);
}

/** Removes what is over: sessions, short-lived secrets, codes that could not be used any more. */
export async function clearSessions(db: Queryable, at: string, idleSince: string): Promise<void> {
  await db.run(sql`delete from session where expires_at <= ${at} or last_seen_at <= ${idleSince}`);
  await db.run(sql`delete from verification where expires_at <= ${at}`);
  await db.run(sql`delete from used_code where used_at <= ${idleSince}`);
}
