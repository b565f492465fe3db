import { err, ok, type Refusal, type Result } from '../../kernel/index.ts';
import type { Transaction } from '../../platform/db/index.ts';
import {
  type AccessParts,
  addressHash,
  type Caller,
  earlier,
  guardedBy,
  later,
  secondsLeftToday,
  visitorOf,
} from './access-parts.server.ts';
import { countSignInFailure, type SignInFailure } from '../../platform/metrics.ts';
import { legalDate } from './appointments.ts';
import { digest, hashPassword, verifyPassword } from './auth.server.ts';
import { type ActorContext, NO_DIVISION } from './context.ts';
import { type Guarded, refundGuess, type Reservation, reserveGuess, waitSeconds } from './guard.store.ts';
import { normalUsername } from './password-rules.ts';
import {
  findForSignIn,
  holdPerson,
  passwordHashOf,
  rememberAddress,
  spendCode,
  type StoredPerson,
  updatePerson,
} from './people.store.ts';
import { NO_SECOND_FACTOR_ASKED, SECOND_FACTOR_WRONG, SIGN_IN_FAILED, SIGN_IN_LOCKED } from './refusals.ts';
import { nextStep, type SessionFacts } from './session-state.ts';
import type { AppointmentChoice, SignInStep } from './session-views.ts';
import { endSession, endSessionByToken, findSession, makeRoom, readChoices, rotateSession } from './sessions.store.ts';

/** Not taken now: the reason, and for a lock how long to wait. */
export interface SignInRefused {
  readonly status: 401 | 409 | 429;
  readonly refusal: Refusal;
  readonly retryAfterSeconds?: number;
}

/** A session as it goes to the browser. */
export interface SignedIn {
  readonly token: string;
  readonly next: SignInStep;
}

const TOKEN_LENGTH = 43;

// What unknown names are held against, so that they cost what a wrong password costs.
let decoy: Promise<string> | undefined;

export async function newToken(parts: AccessParts): Promise<string> {
  return parts.auth.randomText(TOKEN_LENGTH);
}

/** Counts a guess, or says how long to wait. */
export async function countOrRefuse(
  parts: AccessParts,
  guarded: readonly Guarded[],
): Promise<Result<Reservation, SignInRefused>> {
  const at = parts.clock.now();
  const day = legalDate(at);
  const reservation = await reserveGuess(parts.db, guarded, at, day);
  if (reservation !== undefined) return ok(reservation);
  const retryAfterSeconds = await waitSeconds(parts.db, guarded, at, day, secondsLeftToday(at));
  countSignInFailure('locked');
  return err({ status: 429, refusal: SIGN_IN_LOCKED, retryAfterSeconds });
}

/** Name and password. Counted first, looked at then: guesses in parallel gain nothing. */
export async function signIn(
  parts: AccessParts,
  caller: Caller,
  name: string,
  password: string,
): Promise<Result<SignedIn, SignInRefused>> {
  const { db, clock, limits } = parts;
  const username = normalUsername(name);
  const from = addressHash(caller.address);
  const knownSince = earlier(clock.now(), limits.knownAddressDays * 24 * 60 * 60);
  const facts = await findForSignIn(db, username, from, knownSince);
  const guarded = guardedBy(username, caller.address, facts?.isAddressKnown === true, limits);
  const counted = await countOrRefuse(parts, guarded);
  if (!counted.ok) return counted;

  const stored = facts?.passwordHash ?? (await (decoy ??= hashPassword(await newToken(parts))));
  const isRight = await verifyPassword(stored, password);
  if (!isRight || facts === undefined || facts.passwordHash === null || facts.disabledAt !== null) {
    await recordFailure(parts, caller, facts?.personId ?? null, SIGN_IN_FAILED.code);
    return err({ status: 401, refusal: SIGN_IN_FAILED });
  }
  const begun = await db.transaction(async (tx): Promise<Result<SignedIn, SignInRefused>> => {
    // What was proven may have been changed while it was looked at: a password reset, a second factor just turned on.
    const person = await holdPerson(tx, facts.personId);
    if (person === undefined || (await passwordHashOf(tx, facts.personId)) !== facts.passwordHash)
      return err({ status: 401, refusal: SIGN_IN_FAILED });
    const pending = person.secondFactor;
    // Guesses at the second factor stay counted, or the right password would buy any number of them.
    await refundGuess(tx, counted.value, facts.isAddressKnown && !pending);
    return beginSession(parts, tx, caller, facts.personId, { pending, way: 'password' });
  });
  if (!begun.ok) await recordFailure(parts, caller, facts.personId, begun.error.refusal.code);
  return begun;
}

/** An event of a sign-in that did not come to be. The name tried is not kept: it may be a password typed in the wrong field. */
export async function recordFailure(
  parts: AccessParts,
  caller: Caller,
  personId: string | null,
  result: string,
  operation = 'access.signIn',
  way: SignInFailure = /secondFactor/i.test(operation) ? 'secondFactor' : 'credentials',
): Promise<void> {
  countSignInFailure(way);
  await parts.db.transaction((tx) =>
    parts.record(tx, visitorOf(parts, caller.address), {
      operation,
      objectKind: 'person',
      objectId: personId ?? '-',
      countyCode: null,
      result,
    }),
  );
}

/** Opens a session for a person who proved himself (or, `pending`, half did), ends what it replaces, and records it. */
export async function beginSession(
  parts: AccessParts,
  tx: Transaction,
  caller: Caller,
  personId: string,
  { pending, way }: { readonly pending: boolean; readonly way: 'password' | 'oidc' },
): Promise<Result<SignedIn, SignInRefused>> {
  const { limits, clock } = parts;
  const person = await holdPerson(tx, personId);
  // Disabled between the look and now.
  if (person === undefined || person.disabledAt !== null) return err({ status: 401, refusal: SIGN_IN_FAILED });
  const at = clock.now();
  if (caller.token !== undefined) await endSessionByToken(tx, digest(caller.token));
  await makeRoom(tx, personId, pending, limits.sessionsAPerson);
  const [choice] = await readChoices(tx, personId, legalDate(at));
  const token = await newToken(parts);
  const session = await parts.auth.within(tx, ({ context }) =>
    context.internalAdapter.createSession(
      personId,
      false,
      {
        token,
        createdAt: new Date(at),
        updatedAt: new Date(at),
        lastSeenAt: new Date(at),
        expiresAt: new Date(later(at, pending ? limits.secondFactorSeconds : limits.absoluteSeconds)),
        ipAddress: caller.address,
        userAgent: caller.agent,
        appointmentId: choice?.appointmentId ?? null,
        secondFactorPending: pending,
      },
      true,
    ),
  );
  if (!pending) await arrived(tx, person, caller, at);
  const facts = factsOf(session.id, person, choice, at, pending);
  await parts.record(tx, actorFor(parts, person, choice, caller, session.id), {
    operation: 'access.signIn',
    objectKind: 'session',
    objectId: session.id,
    countyCode: null,
    detail: { way, step: pending ? 'password' : 'whole' },
  });
  return ok({ token, next: nextStep(facts, parts.policy, at) });
}

async function arrived(tx: Transaction, person: StoredPerson, caller: Caller, at: string): Promise<void> {
  await updatePerson(tx, person.personId, { lastSignInAt: at, at: person.updatedAt });
  await rememberAddress(tx, person.personId, addressHash(caller.address), at);
}

function factsOf(
  sessionId: string,
  person: StoredPerson,
  choice: AppointmentChoice | undefined,
  at: string,
  pending: boolean,
): SessionFacts {
  return {
    sessionId,
    personId: person.personId,
    username: person.username,
    displayName: person.displayName,
    expiresAt: at,
    lastSeenAt: at,
    secondFactorPending: pending,
    mustChangePassword: person.mustChangePassword,
    passwordChangedAt: person.passwordChangedAt,
    twoFactorEnabled: person.secondFactor,
    appointmentId: choice?.appointmentId ?? null,
    role: choice?.role ?? null,
    divisionCode: choice?.divisionCode ?? null,
    organisationId: null,
  };
}

/** Who is named by the event of a sign-in: the person, in the role the session begins with. */
function actorFor(
  parts: AccessParts,
  person: StoredPerson,
  choice: AppointmentChoice | undefined,
  caller: Caller,
  sessionId: string,
): ActorContext {
  return {
    actor: person.username,
    role: choice?.role ?? 'unappointed',
    divisionCode: choice?.divisionCode ?? NO_DIVISION,
    address: caller.address,
    personId: person.personId,
    sessionId,
    clock: parts.clock,
    ids: parts.ids,
  };
}

/** The session behind a token, or undefined where it is over. */
export async function sessionOfToken(parts: AccessParts, token: string): Promise<SessionFacts | undefined> {
  const at = parts.clock.now();
  return findSession(parts.db, digest(token), at, earlier(at, parts.limits.idleSeconds), legalDate(at));
}

/** The second half of a sign-in: a code of the authenticator, or a backup code. Counted like passwords. */
export async function giveSecondFactor(
  parts: AccessParts,
  caller: Caller,
  code: string,
): Promise<Result<SignedIn, SignInRefused>> {
  const { db, clock, limits } = parts;
  const token = caller.token;
  const facts = token === undefined ? undefined : await sessionOfToken(parts, token);
  if (token === undefined || facts?.secondFactorPending !== true)
    return err({ status: 409, refusal: NO_SECOND_FACTOR_ASKED });
  const known = await findForSignIn(
    db,
    facts.username,
    addressHash(caller.address),
    earlier(clock.now(), limits.knownAddressDays * 24 * 60 * 60),
  );
  const guarded = guardedBy(facts.username, caller.address, known?.isAddressKnown === true, limits);
  const counted = await countOrRefuse(parts, guarded);
  if (!counted.ok) return counted;
  const done = await db.transaction(async (tx) => {
    const person = await holdPerson(tx, facts.personId);
    if (person === undefined || !(await codeHolds(parts, tx, token, facts.personId, code))) return undefined;
    const at = clock.now();
    await refundGuess(tx, counted.value, known?.isAddressKnown === true);
    await makeRoom(tx, facts.personId, false, limits.sessionsAPerson);
    const next = await newToken(parts);
    const expiresAt = later(at, limits.absoluteSeconds);
    const rotated = await rotateSession(tx, facts.sessionId, digest(next), at, {
      secondFactorPending: false,
      expiresAt,
    });
    if (!rotated) return undefined;
    await arrived(tx, person, caller, at);
    const whole: SessionFacts = { ...facts, secondFactorPending: false };
    const choice =
      facts.appointmentId === null || facts.role === null
        ? undefined
        : {
            appointmentId: facts.appointmentId,
            role: facts.role,
            divisionCode: facts.divisionCode ?? '',
            organisationName: null,
          };
    await parts.record(tx, actorFor(parts, person, choice, caller, facts.sessionId), {
      operation: 'access.secondFactor',
      objectKind: 'session',
      objectId: facts.sessionId,
      countyCode: null,
    });
    return { token: next, next: nextStep(whole, parts.policy, at) };
  });
  if (done !== undefined) return ok(done);
  await recordFailure(parts, caller, facts.personId, SECOND_FACTOR_WRONG.code, 'access.secondFactor');
  return err({ status: 401, refusal: SECOND_FACTOR_WRONG });
}

/** Whether a code is right now and was not used before; a backup code is used up by it. */
export async function codeHolds(
  parts: AccessParts,
  tx: Transaction,
  token: string,
  personId: string,
  code: string,
): Promise<boolean> {
  const headers = new Headers({ authorization: `Bearer ${token}` });
  const given = code.replace(/\s/g, '');
  return parts.auth.within(tx, async ({ api }) => {
    try {
      if (/^\d{6}$/.test(given)) {
        await api.verifyTOTP({ headers, body: { code: given } });
        return await spendCode(tx, personId, digest(`${personId} ${given}`), parts.clock.now());
      }
      await api.verifyBackupCode({ headers, body: { code: given, disableSession: true } });
      return true;
    } catch (error) {
      // better-auth refuses by throwing; what the database throws is not a refusal.
      if (isRefusalOfAuth(error)) return false;
      throw error;
    }
  });
}

export function isRefusalOfAuth(error: unknown): boolean {
  return error instanceof Error && error.name === 'APIError';
}

/** Ends one's own session. */
export async function signOut(parts: AccessParts, actor: ActorContext): Promise<void> {
  const { sessionId, personId } = actor;
  if (sessionId === undefined || personId === undefined) return;
  await parts.db.transaction(async (tx) => {
    if ((await endSession(tx, sessionId, personId)) === 0) return;
    await parts.record(tx, actor, {
      operation: 'access.signOut',
      objectKind: 'session',
      objectId: sessionId,
      countyCode: null,
    });
  });
}

/** Acts under another of one's own appointments from now on; the session gets another token. */
export async function switchAppointment(
  parts: AccessParts,
  actor: ActorContext,
  appointmentId: string,
): Promise<string | undefined> {
  const { sessionId, personId } = actor;
  if (sessionId === undefined || personId === undefined) return undefined;
  return parts.db.transaction(async (tx) => {
    const at = parts.clock.now();
    const choices = await readChoices(tx, personId, legalDate(at));
    const chosen = choices.find((one) => one.appointmentId === appointmentId);
    if (chosen === undefined) return undefined;
    const token = await newToken(parts);
    if (!(await rotateSession(tx, sessionId, digest(token), at, { appointmentId }))) return undefined;
    await parts.record(tx, actor, {
      operation: 'access.switchAppointment',
      objectKind: 'session',
      objectId: sessionId,
      countyCode: null,
      detail: { appointmentId, role: chosen.role, divisionCode: chosen.divisionCode },
    });
    return token;
  });
}
