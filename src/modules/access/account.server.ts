import { err, ok, type Refusal, type Result } from '../../kernel/index.ts';
import type { Transaction } from '../../platform/db/index.ts';
import { type AccessParts, addressHash, type Caller, earlier, guardedBy, personHash } from './access-parts.server.ts';
import { legalDate } from './appointments.ts';
import { digest, hashPassword, OIDC_PROVIDER, PASSWORD_PROVIDER, verifyPassword } from './auth.server.ts';
import type { ActorContext } from './context.ts';
import { refundGuess } from './guard.store.ts';
import { PASSWORD_RULES, PASSWORD_USED_BEFORE, passwordRefusal } from './password-rules.ts';
import {
  findForSignIn,
  findPerson,
  holdPerson,
  isLinked,
  passwordHashOf,
  recentPasswordHashes,
  rememberPassword,
  removeSecondFactor,
  type StoredPerson,
  updatePerson,
} from './people.store.ts';
import {
  NO_ACCOUNT,
  NO_SESSION,
  PASSWORD_WRONG,
  SECOND_FACTOR_OFF,
  SECOND_FACTOR_ON,
  SECOND_FACTOR_WRONG,
} from './refusals.ts';
import type { AppointableRole } from './roles.ts';
import { secondFactorState } from './session-state.ts';
import type { AccountView, SecondFactorEnrolment, SessionEntry } from './session-views.ts';
import { endSession, endSessions, readChoices, readSessions, rotateSession } from './sessions.store.ts';
import { codeHolds, countOrRefuse, isRefusalOfAuth, newToken, recordFailure } from './sign-in.server.ts';

/** A write of the own account refused: status, reason, and for a lock how long to wait. */
export interface AccountRefused {
  readonly status: 401 | 404 | 409 | 422 | 429;
  readonly refusal: Refusal;
  readonly retryAfterSeconds?: number;
}

type Outcome<T> = Result<T, AccountRefused>;

function no(
  status: AccountRefused['status'],
  refusal: Refusal,
): { readonly ok: false; readonly error: AccountRefused } {
  return err({ status, refusal });
}

export async function readAccount(
  parts: AccessParts,
  actor: ActorContext,
  role: AppointableRole | null,
): Promise<Outcome<AccountView>> {
  const { db, policy, auth } = parts;
  const person = actor.personId === undefined ? undefined : await findPerson(db, actor.personId);
  if (person === undefined) return no(404, NO_ACCOUNT);
  const { personId } = person;
  const backup = person.secondFactor
    ? (await (await auth.outside()).api.viewBackupCodes({ body: { userId: personId } })).backupCodes.length
    : null;
  const { minimumLength, minimumLengthMixed, mixedClasses, maximumLength, lastNotAgain } = PASSWORD_RULES;
  return ok({
    personId,
    username: person.username,
    displayName: person.displayName,
    createdAt: person.createdAt,
    lastSignInAt: person.lastSignInAt,
    passwordChangedAt: person.passwordChangedAt,
    mustChangePassword: person.mustChangePassword,
    secondFactor: secondFactorState({ twoFactorEnabled: person.secondFactor, role }, policy),
    backupCodesLeft: backup,
    oidcLinked: await isLinked(db, personId, OIDC_PROVIDER),
    appointments: await readChoices(db, personId, legalDate(parts.clock.now())),
    passwordRules: { minimumLength, minimumLengthMixed, mixedClasses, maximumLength, lastNotAgain },
  });
}

/** Looks at the own password once more; a wrong one counts as a guess, so that a stolen session does not open the account. */
async function passwordProven(
  parts: AccessParts,
  caller: Caller,
  person: StoredPerson,
  password: string,
): Promise<Outcome<string>> {
  const { db, clock, limits } = parts;
  const knownSince = earlier(clock.now(), limits.knownAddressDays * 24 * 60 * 60);
  const known = await findForSignIn(db, person.username, addressHash(caller.address), knownSince);
  const guarded = guardedBy(person.username, caller.address, known?.isAddressKnown === true, limits);
  const counted = await countOrRefuse(parts, guarded);
  if (!counted.ok) return err({ ...counted.error, status: 429 });
  const stored = await passwordHashOf(db, person.personId);
  if (stored === null || !(await verifyPassword(stored, password))) {
    await recordFailure(parts, caller, person.personId, PASSWORD_WRONG.code, 'access.provePassword');
    return no(401, PASSWORD_WRONG);
  }
  await db.transaction((tx) => refundGuess(tx, counted.value, false));
  return ok(stored);
}

/** Whether the rules take this password for this person; its hash where they do. */
export async function acceptPassword(
  parts: AccessParts,
  person: Pick<StoredPerson, 'personId' | 'username'>,
  password: string,
): Promise<Outcome<string>> {
  const refusal = passwordRefusal(password, person.username);
  if (refusal !== undefined) return no(422, refusal);
  for (const former of await recentPasswordHashes(parts.db, person.personId, PASSWORD_RULES.lastNotAgain))
    if (await verifyPassword(former, password)) return no(422, PASSWORD_USED_BEFORE);
  return ok(await hashPassword(password));
}

/** Stores a password's hash as the one in force, through better-auth. */
export async function setPassword(
  parts: AccessParts,
  tx: Transaction,
  personId: string,
  hash: string,
  at: string,
  mustChange: boolean,
): Promise<void> {
  await parts.auth.within(tx, async ({ context }) => {
    const { internalAdapter } = context;
    if ((await internalAdapter.findCredentialAccount(personId)) === null)
      await internalAdapter.createAccount({
        userId: personId,
        providerId: PASSWORD_PROVIDER,
        accountId: personId,
        password: hash,
      });
    else await internalAdapter.updatePassword(personId, hash);
  });
  await rememberPassword(tx, personId, hash, at, PASSWORD_RULES.lastNotAgain);
  await updatePerson(tx, personId, { mustChangePassword: mustChange, passwordChangedAt: at, at });
}

/** Changes the own password. All other sessions end, and this one gets another token. */
export async function changePassword(
  parts: AccessParts,
  actor: ActorContext,
  caller: Caller,
  current: string,
  next: string,
): Promise<Outcome<{ readonly token: string }>> {
  const person = actor.personId === undefined ? undefined : await findPerson(parts.db, actor.personId);
  if (person === undefined || actor.sessionId === undefined) return no(404, NO_ACCOUNT);
  const { sessionId } = actor;
  const proven = await passwordProven(parts, caller, person, current);
  if (!proven.ok) return proven;
  const accepted = await acceptPassword(parts, person, next);
  if (!accepted.ok) return accepted;
  const token = await newToken(parts);
  return parts.db.transaction(async (tx) => {
    const before = await holdPerson(tx, person.personId);
    const at = parts.clock.now();
    // Another change came first: what was proven is not the password any more.
    if (before === undefined || (await passwordHashOf(tx, person.personId)) !== proven.value)
      return no(409, PASSWORD_WRONG);
    await setPassword(parts, tx, person.personId, accepted.value, at, false);
    await endSessions(tx, person.personId, sessionId);
    if (!(await rotateSession(tx, sessionId, digest(token), at))) return no(404, NO_SESSION);
    await recordPerson(parts, tx, actor, 'access.changePassword', before);
    return ok({ token });
  });
}

/** The event of a change to a person, with the state before and after. */
export async function recordPerson(
  parts: AccessParts,
  tx: Transaction,
  actor: ActorContext,
  operation: string,
  before: StoredPerson | null,
  personId: string = before?.personId ?? '',
): Promise<void> {
  const after = await findPerson(tx, personId);
  await parts.record(tx, actor, {
    operation,
    objectKind: 'person',
    objectId: personId,
    countyCode: null,
    beforeHash: before === null ? null : personHash(before),
    afterHash: after === undefined ? null : personHash(after),
  });
}

/** Begins to enrol an authenticator; it holds once confirmed. */
export async function enrolSecondFactor(
  parts: AccessParts,
  actor: ActorContext,
  caller: Caller,
  password: string,
): Promise<Outcome<SecondFactorEnrolment>> {
  const person = actor.personId === undefined ? undefined : await findPerson(parts.db, actor.personId);
  const { token } = caller;
  if (person === undefined || token === undefined) return no(404, NO_ACCOUNT);
  if (person.secondFactor) return no(409, SECOND_FACTOR_ON);
  const proven = await passwordProven(parts, caller, person, password);
  if (!proven.ok) return proven;
  return parts.db.transaction(async (tx) => {
    const before = await holdPerson(tx, person.personId);
    if (before === undefined) return no(404, NO_ACCOUNT);
    const headers = new Headers({ authorization: `Bearer ${token}` });
    const started = await parts.auth.within(tx, async ({ api }) => {
      try {
        return await api.enableTwoFactor({ headers, body: { password, method: 'totp' } });
      } catch (error) {
        if (isRefusalOfAuth(error)) return undefined;
        throw error;
      }
    });
    if (started === undefined || !('totpURI' in started)) return no(409, SECOND_FACTOR_ON);
    await recordPerson(parts, tx, actor, 'access.enrolSecondFactor', before);
    const uri = started.totpURI;
    return ok({ uri, secret: new URL(uri).searchParams.get('secret') ?? '', backupCodes: started.backupCodes });
  });
}

/** Turns the second factor on with a first code. Other sessions end; this one gets another token. */
export async function confirmSecondFactor(
  parts: AccessParts,
  actor: ActorContext,
  caller: Caller,
  code: string,
): Promise<Outcome<{ readonly token: string }>> {
  const { personId, sessionId } = actor;
  if (personId === undefined || sessionId === undefined || caller.token === undefined) return no(404, NO_ACCOUNT);
  const { token: former } = caller;
  const token = await newToken(parts);
  class Wrong extends Error {}
  try {
    return await parts.db.transaction(async (tx) => {
      const before = await holdPerson(tx, personId);
      if (before === undefined) return no(404, NO_ACCOUNT);
      if (before.secondFactor) return no(409, SECOND_FACTOR_ON);
      const at = parts.clock.now();
      // First on, then looked at: better-auth opens no other session for somebody whose factor is on.
      await updatePerson(tx, personId, { twoFactorEnabled: true, at });
      if (!/^\d{6}$/.test(code.replace(/\s/g, '')) || !(await codeHolds(parts, tx, former, personId, code)))
        throw new Wrong();
      await endSessions(tx, personId, sessionId);
      if (!(await rotateSession(tx, sessionId, digest(token), at))) throw new Wrong();
      await recordPerson(parts, tx, actor, 'access.confirmSecondFactor', before);
      return ok({ token });
    });
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return no(409, SECOND_FACTOR_WRONG);
  }
}

/** Takes the own second factor off, with password and code. */
export async function dropSecondFactor(
  parts: AccessParts,
  actor: ActorContext,
  caller: Caller,
  password: string,
  code: string,
): Promise<Outcome<{ readonly token: string }>> {
  const person = actor.personId === undefined ? undefined : await findPerson(parts.db, actor.personId);
  const { sessionId } = actor;
  if (person === undefined || sessionId === undefined || caller.token === undefined) return no(404, NO_ACCOUNT);
  if (!person.secondFactor) return no(409, SECOND_FACTOR_OFF);
  const former = caller.token;
  const proven = await passwordProven(parts, caller, person, password);
  if (!proven.ok) return proven;
  const known = await findForSignIn(parts.db, person.username, addressHash(caller.address), person.createdAt);
  const counted = await countOrRefuse(
    parts,
    guardedBy(person.username, caller.address, known?.isAddressKnown === true, parts.limits),
  );
  if (!counted.ok) return err({ ...counted.error, status: 429 });
  const token = await newToken(parts);
  const done = await parts.db.transaction(async (tx) => {
    const before = await holdPerson(tx, person.personId);
    if (before === undefined || !(await codeHolds(parts, tx, former, person.personId, code))) return undefined;
    const at = parts.clock.now();
    await refundGuess(tx, counted.value, false);
    await removeSecondFactor(tx, person.personId);
    await updatePerson(tx, person.personId, { twoFactorEnabled: false, at });
    await endSessions(tx, person.personId, sessionId);
    await rotateSession(tx, sessionId, digest(token), at);
    await recordPerson(parts, tx, actor, 'access.removeSecondFactor', before);
    return { token };
  });
  if (done !== undefined) return ok(done);
  await recordFailure(parts, caller, person.personId, SECOND_FACTOR_WRONG.code, 'access.removeSecondFactor');
  return no(401, SECOND_FACTOR_WRONG);
}

export async function listSessions(parts: AccessParts, actor: ActorContext): Promise<SessionEntry[]> {
  if (actor.personId === undefined) return [];
  const at = parts.clock.now();
  const rows = await readSessions(parts.db, actor.personId, at, earlier(at, parts.limits.idleSeconds));
  return rows.map((row) => ({ ...row, current: row.sessionId === actor.sessionId }));
}

export async function revokeSession(
  parts: AccessParts,
  actor: ActorContext,
  sessionId: string,
): Promise<Outcome<undefined>> {
  const { personId } = actor;
  if (personId === undefined) return no(404, NO_ACCOUNT);
  return parts.db.transaction(async (tx) => {
    if ((await endSession(tx, sessionId, personId)) === 0) return no(404, NO_SESSION);
    await parts.record(tx, actor, {
      operation: 'access.revokeSession',
      objectKind: 'session',
      objectId: sessionId,
      countyCode: null,
    });
    return ok(undefined);
  });
}
