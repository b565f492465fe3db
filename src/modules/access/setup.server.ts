import { err, ok, type Refusal, type Result } from '../../kernel/index.ts';
import { type AccessParts, addressHash, type Caller, later, personHash, visitorOf } from './access-parts.server.ts';
import { setPassword } from './account.server.ts';
import { addPerson } from './add-person.server.ts';
import { legalDate } from './appointments.ts';
import { digest, hashPassword } from './auth.server.ts';
import { systemActor } from './context.ts';
import { refundGuess } from './guard.store.ts';
import { isReservedUsername, normalUsername, passwordRefusal, USERNAME_PATTERN } from './password-rules.ts';
import { appointFirstAdministrator, findPerson, findPersonByUsername } from './people.store.ts';
import { SETUP_ADMINISTRATORS, SETUP_CODE_WRONG, SETUP_DONE, USERNAME_TAKEN } from './refusals.ts';
import { ADMINISTRATOR_ROLES } from './roles.ts';
import type { SetupRequest } from './session-views.ts';
import { isSetUp, renewSetupCode, setupCodeHolds, spendSetupCode } from './setup.store.ts';
import { countOrRefuse } from './sign-in.server.ts';

export interface SetupRefused {
  readonly status: 401 | 404 | 409 | 422 | 429;
  readonly refusal: Refusal;
  readonly retryAfterSeconds?: number;
}

const CODE_LENGTH = 24;

/**
 * A new one-time code for the set-up, in groups for reading aloud; the former one is void. Undefined where the set-up is done.
 * The database keeps its hash alone.
 */
export async function makeSetupCode(parts: AccessParts): Promise<string | undefined> {
  if (await isSetUp(parts.db)) return undefined;
  const letters = (await parts.auth.randomText(CODE_LENGTH)).toLowerCase();
  const code = letters.match(/.{1,6}/g)!.join('-');
  const at = parts.clock.now();
  const isMade = await parts.db.transaction(async (tx) => {
    if (!(await renewSetupCode(tx, digest(code), at, later(at, parts.limits.setupCodeSeconds)))) return false;
    await parts.record(tx, systemActor(parts.clock, parts.ids), {
      operation: 'access.makeSetupCode',
      objectKind: 'setup',
      objectId: 'setup',
      countyCode: null,
    });
    return true;
  });
  return isMade ? code : undefined;
}

/** Makes the three administrators, all or none; of two at the same time one. */
export async function setUp(
  parts: AccessParts,
  caller: Caller,
  request: SetupRequest,
): Promise<Result<undefined, SetupRefused>> {
  const { db, clock } = parts;
  if (parts.mode === 'demo' || (await isSetUp(db))) return err({ status: 404, refusal: SETUP_DONE });
  const counted = await countOrRefuse(parts, [
    { key: `setup ${addressHash(caller.address)}`, accountHash: null, limit: parts.limits.address },
  ]);
  if (!counted.ok) return err({ ...counted.error, status: 429 });
  const codeHash = digest(request.code.trim().toLowerCase());
  if (!(await setupCodeHolds(db, codeHash, clock.now()))) return err({ status: 401, refusal: SETUP_CODE_WRONG });
  await db.transaction((tx) => refundGuess(tx, counted.value, false));

  const administrators = request.administrators.map((one) => ({ ...one, username: normalUsername(one.username) }));
  const wrong = administratorsRefusal(administrators);
  if (wrong !== undefined) return err({ status: 422, refusal: wrong });
  const hashes: string[] = [];
  for (const { password } of administrators) hashes.push(await hashPassword(password));
  return db
    .transaction(async (tx) => {
      const at = clock.now();
      if (!(await spendSetupCode(tx, codeHash, at))) {
        return err({ status: 404, refusal: SETUP_DONE } as const);
      }
      for (const { username } of administrators)
        if ((await findPersonByUsername(tx, username)) !== undefined) throw new TakenMeanwhile();
      const made = [];
      for (const [index, { username, displayName, role }] of administrators.entries()) {
        const personId = await addPerson(
          parts,
          tx,
          { username, displayName, organisationId: null, mayLink: false },
          at,
        );
        await setPassword(parts, tx, personId, hashes[index]!, at, false);
        await appointFirstAdministrator(tx, {
          appointmentId: parts.ids.next(),
          personId,
          role,
          day: legalDate(at),
          at,
        });
        const person = await findPerson(tx, personId);
        made.push({ role, personId, hash: person === undefined ? null : personHash(person) });
      }
      await parts.record(tx, visitorOf(parts, caller.address), {
        operation: 'access.setUp',
        objectKind: 'setup',
        objectId: 'setup',
        countyCode: null,
        afterHash: digest(JSON.stringify(made)),
        detail: { administrators: made },
      });
      return ok(undefined);
    })
    .catch((error: unknown) => {
      if (error instanceof TakenMeanwhile) return err({ status: 409, refusal: USERNAME_TAKEN } as const);
      throw error;
    });
}

class TakenMeanwhile extends Error {}

function administratorsRefusal(administrators: SetupRequest['administrators']): Refusal | undefined {
  const roles = new Set(administrators.map(({ role }) => role));
  const names = new Set(administrators.map(({ username }) => username));
  const isWhole =
    administrators.length === 3 && ADMINISTRATOR_ROLES.every((role) => roles.has(role)) && names.size === 3;
  if (
    !isWhole ||
    administrators.some((one) => !USERNAME_PATTERN.test(one.username) || isReservedUsername(one.username))
  )
    return SETUP_ADMINISTRATORS;
  if (new Set(administrators.map(({ password }) => password)).size !== 3) return SETUP_ADMINISTRATORS;
  for (const [index, { username, password }] of administrators.entries()) {
    const refusal = passwordRefusal(password, username);
    if (refusal !== undefined) return { ...refusal, place: { field: `administrators.${index}.password` } };
  }
  return undefined;
}
