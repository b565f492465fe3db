import { divisionContains, err, ok, type Refusal, type Result } from '../../kernel/index.ts';
import type { Transaction } from '../../platform/db/index.ts';
import { accountHash, type AccessParts, earlier } from './access-parts.server.ts';
import { recordPerson, setPassword } from './account.server.ts';
import { addPerson } from './add-person.server.ts';
import { legalDate } from './appointments.ts';
import { hashPassword } from './auth.server.ts';
import type { ActorContext } from './context.ts';
import { unlockAccount } from './guard.store.ts';
import { countHolders, findOrganisation, lockAdministrators, lockOrganisation } from './organisations.store.ts';
import { isReservedUsername, normalUsername, USERNAME_PATTERN } from './password-rules.ts';
import {
  findPersonByUsername,
  holdPerson,
  isOutside,
  type PeopleFilter,
  readPeople,
  removeSecondFactor,
  standingRoles,
  type StoredPerson,
  updatePerson,
} from './people.store.ts';
import {
  ADMINISTRATOR_AT_TERMINAL,
  LAST_ADMINISTRATOR,
  NO_ORGANISATION_HERE,
  NO_SUCH_PERSON,
  OWN_ACCOUNT,
  USERNAME_INVALID,
  USERNAME_TAKEN,
} from './refusals.ts';
import { type AppointableRole, isAdministrator } from './roles.ts';
import type { PeopleView, PersonView, PersonWithPassword } from './session-views.ts';
import { endSessions } from './sessions.store.ts';

export interface PersonRefused {
  readonly status: 404 | 409 | 422;
  readonly refusal: Refusal;
}

type Outcome<T> = Result<T, PersonRefused>;

function no(status: PersonRefused['status'], refusal: Refusal): { readonly ok: false; readonly error: PersonRefused } {
  return err({ status, refusal });
}

const PASSWORD_GROUPS = /.{1,5}/g;

/** A first password: 20 letters and digits in groups, for reading from a slip of paper. */
export async function makePassword(parts: AccessParts): Promise<string> {
  return (await parts.auth.randomText(20)).match(PASSWORD_GROUPS)!.join('-');
}

export function listPeople(
  parts: AccessParts,
  actor: ActorContext,
  filter: Pick<PeopleFilter, 'query' | 'offset' | 'limit'> & {
    readonly staleDays?: number;
    readonly personId?: string;
  },
): Promise<PeopleView> {
  const { db, clock, limits } = parts;
  const at = clock.now();
  const { staleDays, personId, ...rest } = filter;
  return readPeople(
    db,
    {
      ...rest,
      scope: actor.divisionCode,
      notSince: staleDays === undefined ? null : earlier(at, staleDays * 24 * 60 * 60),
      ...(personId === undefined ? {} : { personId }),
    },
    at,
    earlier(at, limits.idleSeconds),
    accountHash,
  );
}

export async function readPerson(
  parts: AccessParts,
  actor: ActorContext,
  personId: string,
): Promise<Outcome<PersonView>> {
  const { people } = await listPeople(parts, actor, { query: '', offset: 0, limit: 1, personId });
  return people[0] === undefined ? no(404, NO_SUCH_PERSON) : ok(people[0]);
}

/** Makes an account with a password to be changed at the first sign-in. It may do nothing until somebody is appointed. */
export async function createPerson(
  parts: AccessParts,
  actor: ActorContext,
  request: {
    readonly username: string;
    readonly displayName: string;
    readonly organisationId: string | null;
    readonly mayLink: boolean;
  },
): Promise<Outcome<PersonWithPassword>> {
  const username = normalUsername(request.username);
  if (!USERNAME_PATTERN.test(username) || isReservedUsername(username)) return no(422, USERNAME_INVALID);
  const initialPassword = await makePassword(parts);
  const hash = await hashPassword(initialPassword);
  const made = await parts.db
    .transaction(async (tx): Promise<Outcome<string>> => {
      const at = parts.clock.now();
      if (request.organisationId !== null) {
        await lockOrganisation(tx, request.organisationId);
        const organisation = await findOrganisation(tx, request.organisationId, legalDate(at));
        const isOurs =
          organisation !== undefined &&
          organisation.closedAt === null &&
          divisionContains(actor.divisionCode, organisation.divisionCode);
        if (!isOurs) return no(422, NO_ORGANISATION_HERE);
      }
      if ((await findPersonByUsername(tx, username)) !== undefined) return no(409, USERNAME_TAKEN);
      const personId = await addPerson(parts, tx, { ...request, username }, at);
      await setPassword(parts, tx, personId, hash, at, true);
      await recordPerson(parts, tx, actor, 'access.createPerson', null, personId);
      return ok(personId);
    })
    .catch((error: unknown): Outcome<string> => {
      // Somebody else took the name between the look and the insert.
      if ((error as { constraint?: string }).constraint === 'person_username_key') return no(409, USERNAME_TAKEN);
      throw error;
    });
  if (!made.ok) return made;
  const person = await readPerson(parts, actor, made.value);
  return person.ok ? ok({ person: person.value, initialPassword }) : person;
}

type Work = (tx: Transaction, person: StoredPerson, at: string) => Promise<PersonRefused | undefined>;

/** One change to one person within the administrator's reach, with its event. */
async function change(
  parts: AccessParts,
  actor: ActorContext,
  personId: string,
  operation: string,
  work: Work,
): Promise<Outcome<PersonView>> {
  const refused = await parts.db.transaction(async (tx): Promise<PersonRefused | undefined> => {
    const person = await holdPerson(tx, personId);
    if (person === undefined || (await isOutside(tx, personId, actor.divisionCode)))
      return { status: 404, refusal: NO_SUCH_PERSON };
    const problem = await work(tx, person, parts.clock.now());
    if (problem === undefined) await recordPerson(parts, tx, actor, operation, person);
    return problem;
  });
  return refused === undefined ? readPerson(parts, actor, personId) : err(refused);
}

/** The three administrators stay three: none of them gets at the password or second factor of another. */
async function administratorRefusal(
  parts: AccessParts,
  tx: Transaction,
  actor: ActorContext,
  personId: string,
): Promise<PersonRefused | undefined> {
  if (actor.personId === personId) return { status: 409, refusal: OWN_ACCOUNT };
  const roles = await standingRoles(tx, personId, legalDate(parts.clock.now()));
  return roles.some((role) => isAdministrator(role as AppointableRole))
    ? { status: 409, refusal: ADMINISTRATOR_AT_TERMINAL }
    : undefined;
}

export function disablePerson(parts: AccessParts, actor: ActorContext, personId: string): Promise<Outcome<PersonView>> {
  return change(parts, actor, personId, 'access.disablePerson', async (tx, _person, at) => {
    if (actor.personId === personId) return { status: 409, refusal: OWN_ACCOUNT };
    await lockAdministrators(tx);
    const day = legalDate(at);
    for (const role of await standingRoles(tx, personId, day)) {
      if (isAdministrator(role as AppointableRole) && (await countHolders(tx, role as AppointableRole, day)) <= 1)
        return { status: 409, refusal: LAST_ADMINISTRATOR };
    }
    await updatePerson(tx, personId, { disabledAt: at, at });
    await endSessions(tx, personId, null);
    return undefined;
  });
}

export function enablePerson(parts: AccessParts, actor: ActorContext, personId: string): Promise<Outcome<PersonView>> {
  return change(parts, actor, personId, 'access.enablePerson', async (tx, _person, at) => {
    await updatePerson(tx, personId, { disabledAt: null, at });
    return undefined;
  });
}

export async function resetPassword(
  parts: AccessParts,
  actor: ActorContext,
  personId: string,
): Promise<Outcome<PersonWithPassword>> {
  const initialPassword = await makePassword(parts);
  const hash = await hashPassword(initialPassword);
  const done = await change(parts, actor, personId, 'access.resetPassword', async (tx, _person, at) => {
    const problem = await administratorRefusal(parts, tx, actor, personId);
    if (problem !== undefined) return problem;
    await setPassword(parts, tx, personId, hash, at, true);
    await endSessions(tx, personId, null);
    return undefined;
  });
  return done.ok ? ok({ person: done.value, initialPassword }) : done;
}

export function resetSecondFactor(
  parts: AccessParts,
  actor: ActorContext,
  personId: string,
): Promise<Outcome<PersonView>> {
  return change(parts, actor, personId, 'access.resetSecondFactor', async (tx, _person, at) => {
    const problem = await administratorRefusal(parts, tx, actor, personId);
    if (problem !== undefined) return problem;
    await removeSecondFactor(tx, personId);
    await updatePerson(tx, personId, { twoFactorEnabled: false, at });
    await endSessions(tx, personId, null);
    return undefined;
  });
}

export function endPersonSessions(
  parts: AccessParts,
  actor: ActorContext,
  personId: string,
): Promise<Outcome<PersonView>> {
  return change(parts, actor, personId, 'access.endSessions', async (tx) => {
    await endSessions(tx, personId, null);
    return undefined;
  });
}

/** At the next sign-in through the provider of identities the person may be linked by the name it states. */
export function allowLink(parts: AccessParts, actor: ActorContext, personId: string): Promise<Outcome<PersonView>> {
  return change(parts, actor, personId, 'access.allowLink', async (tx, _person, at) => {
    const problem = await administratorRefusal(parts, tx, actor, personId);
    if (problem !== undefined) return problem;
    await updatePerson(tx, personId, { mayLink: true, at });
    return undefined;
  });
}

/** Forgets the failed guesses at an account. */
export function unlockPerson(parts: AccessParts, actor: ActorContext, personId: string): Promise<Outcome<PersonView>> {
  return change(parts, actor, personId, 'access.unlock', async (tx, person) => {
    await unlockAccount(tx, accountHash(person.username));
    return undefined;
  });
}

/**
 * A new first password from the terminal of the server, where whoever sits has the database anyway: for an administrator who is
 * locked out. `secondFactor` takes that off too.
 */
export async function resetAtTerminal(
  parts: AccessParts,
  actor: ActorContext,
  name: string,
  secondFactor: boolean,
): Promise<Outcome<PersonWithPassword>> {
  const found = await findPersonByUsername(parts.db, normalUsername(name));
  if (found === undefined) return no(404, NO_SUCH_PERSON);
  const { personId, username } = found;
  const initialPassword = await makePassword(parts);
  const hash = await hashPassword(initialPassword);
  const done = await change(parts, actor, personId, 'access.resetAtTerminal', async (tx, _person, at) => {
    await setPassword(parts, tx, personId, hash, at, true);
    if (secondFactor) {
      await removeSecondFactor(tx, personId);
      await updatePerson(tx, personId, { twoFactorEnabled: false, at });
    }
    await endSessions(tx, personId, null);
    await unlockAccount(tx, accountHash(username));
    return undefined;
  });
  return done.ok ? ok({ person: done.value, initialPassword }) : done;
}
