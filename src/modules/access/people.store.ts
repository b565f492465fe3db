import { type Queryable, sql, type Transaction } from '../../platform/db/index.ts';
import type { PersonView } from './session-views.ts';

/** What a sign-in needs to know, in one statement. */
export interface SignInFacts {
  readonly personId: string;
  readonly passwordHash: string | null;
  readonly disabledAt: string | null;
  readonly twoFactorEnabled: boolean;
  /** The person signed in from this address not long ago. */
  readonly isAddressKnown: boolean;
}

export function findForSignIn(
  db: Queryable,
  username: string,
  addressHash: string,
  knownSince: string,
): Promise<SignInFacts | undefined> {
  return db.first<SignInFacts>(sql`select p.id as "personId", c.password_hash as "passwordHash", p.disabled_at as "disabledAt",
      p.two_factor_enabled as "twoFactorEnabled",
      exists (select 1 from known_address k where k.person_id = p.id and k.address_hash = ${addressHash}
        and k.last_used_at > ${knownSince}) as "isAddressKnown"
    from person p left join credential c on c.person_id = p.id and c.provider_id = 'credential'
    where p.username = ${username}`);
}

/** One person as kept, and as an administrator sees him. */
export interface StoredPerson extends Omit<PersonView, 'lockedUntil' | 'sessions' | 'organisationName'> {
  readonly passwordChangedAt: string | null;
  readonly updatedAt: string;
}

const PERSON = sql`p.id as "personId", p.username, p.display_name as "displayName", p.organisation_id as "organisationId",
  p.created_at as "createdAt", p.updated_at as "updatedAt", p.disabled_at as "disabledAt", p.last_sign_in_at as "lastSignInAt",
  p.must_change_password as "mustChangePassword", p.two_factor_enabled as "secondFactor", p.may_link as "mayLink",
  p.password_changed_at as "passwordChangedAt"`;

export function findPerson(db: Queryable, personId: string): Promise<StoredPerson | undefined> {
  return db.first<StoredPerson>(sql`select ${PERSON} from person p where p.id = ${personId}`);
}

/** The person's row, locked until the end of the transaction: sign-ins and changes of one person come one after the other. */
export function holdPerson(tx: Transaction, personId: string): Promise<StoredPerson | undefined> {
  return tx.first<StoredPerson>(sql`select ${PERSON} from person p where p.id = ${personId} for update`);
}

export function findPersonByUsername(db: Queryable, username: string): Promise<StoredPerson | undefined> {
  return db.first<StoredPerson>(sql`select ${PERSON} from person p where p.username = ${username}`);
}

export async function updatePerson(
  tx: Transaction,
  personId: string,
  changes: {
    readonly disabledAt?: string | null;
    readonly mustChangePassword?: boolean;
    readonly passwordChangedAt?: string;
    readonly lastSignInAt?: string;
    readonly twoFactorEnabled?: boolean;
    readonly mayLink?: boolean;
    readonly at: string;
  },
): Promise<void> {
  const set = [sql`updated_at = ${changes.at}`];
  if (changes.disabledAt !== undefined) set.push(sql`disabled_at = ${changes.disabledAt}`);
  if (changes.mustChangePassword !== undefined) set.push(sql`must_change_password = ${changes.mustChangePassword}`);
  if (changes.passwordChangedAt !== undefined) set.push(sql`password_changed_at = ${changes.passwordChangedAt}`);
  if (changes.lastSignInAt !== undefined) set.push(sql`last_sign_in_at = ${changes.lastSignInAt}`);
  if (changes.twoFactorEnabled !== undefined) set.push(sql`two_factor_enabled = ${changes.twoFactorEnabled}`);
  if (changes.mayLink !== undefined) set.push(sql`may_link = ${changes.mayLink}`);
  await tx.run(sql`update person set ${sql.join(set)} where id = ${personId}`);
}

export async function removeSecondFactor(tx: Transaction, personId: string): Promise<void> {
  await tx.run(sql`delete from two_factor where person_id = ${personId}`);
}

/** A code of an authenticator, used now; false where it was used already. */
export async function spendCode(tx: Transaction, personId: string, codeHash: string, at: string): Promise<boolean> {
  const spent =
    await tx.run(sql`insert into used_code (person_id, code_hash, used_at) values (${personId}, ${codeHash}, ${at})
    on conflict (person_id, code_hash) do update set used_at = excluded.used_at
    where used_code.used_at <= ${new Date(Date.parse(at) - 5 * 60 * 1000).toISOString()}`);
  return spent === 1;
}

export async function rememberAddress(
  tx: Transaction,
  personId: string,
  addressHash: string,
  at: string,
): Promise<void> {
  await tx.run(sql`insert into known_address (person_id, address_hash, last_used_at) values (${personId}, ${addressHash}, ${at})
    on conflict (person_id, address_hash) do update set last_used_at = excluded.last_used_at`);
}

/** Hashes of the password in force and the former ones, newest first. */
export async function recentPasswordHashes(db: Queryable, personId: string, most: number): Promise<string[]> {
  const rows = await db.rows<{ hash: string }>(sql`select password_hash as hash from password_history
    where person_id = ${personId} order by changed_at desc limit ${most}`);
  return rows.map(({ hash }) => hash);
}

/** Remembers a password's hash, and forgets those beyond the last `most`. */
export async function rememberPassword(
  tx: Transaction,
  personId: string,
  hash: string,
  at: string,
  most: number,
): Promise<void> {
  await tx.run(
    sql`insert into password_history (person_id, changed_at, password_hash) values (${personId}, ${at}, ${hash})
      on conflict (person_id, changed_at) do update set password_hash = excluded.password_hash`,
  );
  await tx.run(sql`delete from password_history where person_id = ${personId} and changed_at not in
    (select changed_at from password_history where person_id = ${personId} order by changed_at desc limit ${most})`);
}

export async function passwordHashOf(db: Queryable, personId: string): Promise<string | null> {
  const row = await db.first<{ hash: string | null }>(sql`select password_hash as hash from credential
    where person_id = ${personId} and provider_id = 'credential'`);
  return row?.hash ?? null;
}

/** The person linked to a subject of the provider of identities. */
export async function personOfSubject(db: Queryable, provider: string, subject: string): Promise<string | null> {
  const row = await db.first<{ personId: string }>(sql`select person_id as "personId" from credential
    where provider_id = ${provider} and account_id = ${subject}`);
  return row?.personId ?? null;
}

export async function isLinked(db: Queryable, personId: string, provider: string): Promise<boolean> {
  return (
    (await db.first(sql`select 1 from credential where person_id = ${personId} and provider_id = ${provider}`)) !==
    undefined
  );
}

/**
 * Whether a person is anywhere an administrator of `scope` (a prefix) has no say: one duty outside, past or present. A person
 * without any is everybody's.
 */
const OUTSIDE = (
  scope: string,
) => sql`exists (select 1 from appointment a where a.person_id = p.id and a.revoked_at is null
  and not starts_with(a.division_code, ${scope}))`;

export async function isOutside(db: Queryable, personId: string, scope: string): Promise<boolean> {
  if (scope === '') return false;
  const row = await db.one<{ outside: boolean }>(
    sql`select ${OUTSIDE(scope)} as outside from person p where p.id = ${personId}`,
  );
  return row.outside;
}

/** Roles the person is appointed to, today or later. */
export async function standingRoles(db: Queryable, personId: string, day: string): Promise<string[]> {
  const rows = await db.rows<{ role: string }>(sql`select distinct role from appointment where person_id = ${personId}
    and revoked_at is null and (valid_until is null or valid_until >= ${day}::date)`);
  return rows.map(({ role }) => role);
}

/** Appoints to a duty for the whole country, from today, without end. Only the set-up does so. */
export async function appointFirstAdministrator(
  tx: Transaction,
  appointment: {
    readonly appointmentId: string;
    readonly personId: string;
    readonly role: string;
    readonly day: string;
    readonly at: string;
  },
): Promise<void> {
  const { appointmentId, personId, role, day, at } = appointment;
  await tx.run(sql`insert into appointment (appointment_id, person_id, organisation_id, role, division_code, valid_from, granted_at, granted_by)
    values (${appointmentId}, ${personId}, null, ${role}, '', ${day}, ${at}, 'setup')`);
}

export interface PeopleFilter {
  /** Beginning or part of username or display name. */
  readonly query: string;
  readonly scope: string;
  readonly offset: number;
  readonly limit: number;
  /** Only those who have not signed in since (and were not made since). */
  readonly notSince: string | null;
  readonly personId?: string;
}

/** Persons as administrators see them, by username. `accountHashes` are looked up by the caller's own hash of the username. */
export async function readPeople(
  db: Queryable,
  filter: PeopleFilter,
  at: string,
  idleSince: string,
  hashOf: (username: string) => string,
): Promise<{ readonly people: PersonView[]; readonly total: number }> {
  const conditions = [sql`true`];
  const pattern = `%${filter.query.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  if (filter.query !== '') conditions.push(sql`(p.username like ${pattern} or lower(p.display_name) like ${pattern})`);
  if (filter.scope !== '') conditions.push(sql`not ${OUTSIDE(filter.scope)}`);
  if (filter.notSince !== null)
    conditions.push(sql`p.disabled_at is null and coalesce(p.last_sign_in_at, p.created_at) < ${filter.notSince}`);
  if (filter.personId !== undefined) conditions.push(sql`p.id = ${filter.personId}`);
  const where = sql`where ${sql.join(conditions, sql` and `)}`;
  const { total } = await db.one<{ total: number }>(sql`select count(*) as total from person p ${where}`);
  const found = await db.rows<
    StoredPerson & { organisationName: string | null; sessions: number }
  >(sql`select ${PERSON},
      o.name as "organisationName",
      (select count(*) from session s where s.person_id = p.id and not s.second_factor_pending and s.expires_at > ${at}
        and s.last_seen_at > ${idleSince}) as sessions
    from person p left join organisation o on o.organisation_id = p.organisation_id
    ${where} order by p.username limit ${filter.limit} offset ${filter.offset}`);
  const locks = await readLocks(
    db,
    found.map(({ username }) => hashOf(username)),
    at,
  );
  const people = found.map(({ passwordChangedAt: _changed, updatedAt: _updated, ...person }) => ({
    ...person,
    lockedUntil: locks.get(hashOf(person.username)) ?? null,
  }));
  return { people, total };
}

async function readLocks(db: Queryable, hashes: readonly string[], at: string): Promise<Map<string, string>> {
  if (hashes.length === 0) return new Map();
  const rows = await db.rows<{
    hash: string;
    until: string;
  }>(sql`select account_hash as hash, max(locked_until) as until
    from sign_in_guard where account_hash = any(${hashes}::text[]) and locked_until > ${at} group by account_hash`);
  return new Map(rows.map(({ hash, until }) => [hash, until]));
}
