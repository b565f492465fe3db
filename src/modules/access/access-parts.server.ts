import { canonicalJson, type Json } from '../../kernel/index.ts';
import type { Database, Transaction } from '../../platform/db/index.ts';
import { addressKey } from '../../platform/http/client-address.ts';
import type { Logger } from '../../platform/logging.ts';
import { type Auth, digest } from './auth.server.ts';
import { type ActorContext, type Clock, type Ids, NO_DIVISION } from './context.ts';
import type { Guarded } from './guard.store.ts';
import type { AccessLimits, AccessPolicy } from './limits.ts';
import type { OidcSettings } from './oidc-settings.ts';
import type { RecordEvent } from './record.ts';
import type { StoredPerson } from './people.store.ts';

/** What every operation of sign-in and accounts works with. */
export interface AccessParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly auth: Auth;
  readonly record: RecordEvent<Transaction>;
  readonly limits: AccessLimits;
  readonly policy: AccessPolicy;
  readonly mode: 'demo' | 'sign-in';
  readonly oidc: OidcSettings | null;
}

/** Where a request comes from, as far as sign-in minds. */
export interface Caller {
  readonly address: string | null;
  readonly agent: string | null;
  /** The session cookie it brought, valid or not. */
  readonly token: string | undefined;
}

const AGENT_LENGTH = 200;

/** Cut to what a list of sessions shows. */
export function agentOf(header: string | null): string | null {
  return header === null ? null : header.slice(0, AGENT_LENGTH);
}

export function earlier(at: string, seconds: number): string {
  return new Date(Date.parse(at) - seconds * 1000).toISOString();
}

export function later(at: string, seconds: number): string {
  return earlier(at, -seconds);
}

/** Seconds left of the legal day (Asia/Shanghai). */
export function secondsLeftToday(at: string): number {
  const day = 24 * 60 * 60;
  return day - (Math.floor(Date.parse(at) / 1000 + 8 * 60 * 60) % day);
}

export function accountHash(username: string): string {
  return digest(`account ${username}`);
}

export function addressHash(address: string | null): string {
  return digest(`address ${address === null ? 'local' : addressKey(address)}`);
}

/**
 * What a guess at an account counts against. From an address the person signed in from: that address for that account, and the
 * account's day, so that guessers elsewhere (or at other accounts from the same office) cannot keep the person out. From
 * anywhere else: the account and the address.
 */
export function guardedBy(
  username: string,
  address: string | null,
  isAddressKnown: boolean,
  limits: AccessLimits,
): Guarded[] {
  const account = accountHash(username);
  const from = addressHash(address);
  if (isAddressKnown) {
    const day = limits.knownAddressesADay;
    return [
      {
        key: `known-day ${account}`,
        accountHash: account,
        limit: { guesses: day + 1, windowSeconds: 1, lockSeconds: 1, guessesADay: day },
      },
      { key: `known ${account} ${from}`, accountHash: account, limit: limits.knownAddress },
    ];
  }
  return [
    { key: `account ${account}`, accountHash: account, limit: limits.account },
    { key: `address ${from}`, accountHash: null, limit: limits.address },
  ];
}

/** Who asks where nobody has signed in. */
export function visitorOf(parts: Pick<AccessParts, 'clock' | 'ids'>, address: string | null): ActorContext {
  return { actor: '', role: 'public', divisionCode: NO_DIVISION, address, clock: parts.clock, ids: parts.ids };
}

/** The state of an account as the audit log fixes it. No password, no secret. */
export function personHash(person: StoredPerson): string {
  const { personId, username, displayName, organisationId, disabledAt, mustChangePassword, secondFactor, mayLink } =
    person;
  const { passwordChangedAt } = person;
  const state: Json = {
    personId,
    username,
    displayName,
    organisationId,
    disabledAt,
    mustChangePassword,
    secondFactor,
    mayLink,
    passwordChangedAt,
  };
  return digest(canonicalJson(state));
}
