import { err, ok, type Refusal, type Result } from '../../kernel/index.ts';
import { type AccessParts, type Caller, later, visitorOf } from './access-parts.server.ts';
import { recordPerson } from './account.server.ts';
import { OIDC_PROVIDER } from './auth.server.ts';
import { normalUsername } from './password-rules.ts';
import { findPersonByUsername, holdPerson, isLinked, personOfSubject, updatePerson } from './people.store.ts';
import { OIDC_OFF, OIDC_REFUSED, OIDC_UNKNOWN_PERSON, OIDC_UNREACHABLE } from './refusals.ts';
import { beginSession, recordFailure, type SignedIn } from './sign-in.server.ts';

const STATE_SECONDS = 10 * 60;
const STATE_LENGTH = 43;
const VERIFIER_LENGTH = 64;

/** Where a browser is sent, and the state it has to bring back in a cookie. */
export interface OidcStart {
  readonly url: string;
  readonly state: string;
}

export interface OidcRefused {
  readonly status: 401 | 404 | 503;
  readonly refusal: Refusal;
}

interface Kept {
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

type Provider = Awaited<ReturnType<AccessParts['auth']['withProvider']>>['context']['socialProviders'][number];

async function providerOf(parts: AccessParts): Promise<Result<Provider, OidcRefused>> {
  if (parts.oidc === null || parts.mode === 'demo') return err({ status: 404, refusal: OIDC_OFF });
  const { context } = await parts.auth.withProvider();
  const provider = context.socialProviders.find(({ id }) => id === OIDC_PROVIDER);
  // A discovery document that speaks for another issuer is none (OpenID Connect Discovery 1.0, 4.3).
  const issuer = parts.oidc.issuer.replace(/\/$/, '');
  if (provider === undefined || provider.issuer?.replace(/\/$/, '') !== issuer)
    return err({ status: 503, refusal: OIDC_UNREACHABLE });
  return ok(provider);
}

/** Begins a sign-in at the provider of identities: authorisation code, PKCE, state, nonce. */
export async function startOidc(parts: AccessParts, origin: string): Promise<Result<OidcStart, OidcRefused>> {
  const found = await providerOf(parts);
  if (!found.ok) return found;
  const provider = found.value;
  const [state, nonce, verifier] = await Promise.all([
    parts.auth.randomText(STATE_LENGTH),
    parts.auth.randomText(STATE_LENGTH),
    parts.auth.randomText(VERIFIER_LENGTH),
  ]);
  const redirectUri = new URL('/api/session/oidc/callback', parts.oidc?.publicUrl ?? origin).href;
  const kept: Kept = { nonce, verifier, redirectUri };
  const { context } = await parts.auth.outside();
  await context.internalAdapter.createVerificationValue({
    identifier: `oidc ${state}`,
    value: JSON.stringify(kept),
    expiresAt: new Date(later(new Date().toISOString(), STATE_SECONDS)),
  });
  const url = await provider.createAuthorizationURL({
    state,
    codeVerifier: verifier,
    redirectURI: redirectUri,
    idTokenNonce: nonce,
  });
  return ok({ url: url.href, state });
}

/**
 * Ends it: the state must be the one this browser was given and is good once; the token must be the provider's, for us, of this
 * sign-in, not over. Nobody is made here: the subject is linked to a person already, or an administrator said that the person
 * of this name may be linked.
 */
export async function finishOidc(
  parts: AccessParts,
  caller: Caller,
  given: { readonly state: string; readonly code: string | undefined; readonly cookie: string | undefined },
): Promise<Result<SignedIn, OidcRefused>> {
  const found = await providerOf(parts);
  if (!found.ok) return found;
  const refuse = async (refusal: Refusal, personId: string | null = null): Promise<Result<SignedIn, OidcRefused>> => {
    await recordFailure(parts, caller, personId, refusal.code, 'access.signIn', 'provider');
    return err({ status: 401, refusal });
  };
  if (given.cookie === undefined || given.cookie !== given.state) return refuse(OIDC_REFUSED);
  const { context } = await parts.auth.outside();
  const stored = await context.internalAdapter.consumeVerificationValue(`oidc ${given.state}`);
  if (stored === null || given.code === undefined) return refuse(OIDC_REFUSED);
  const { nonce, verifier, redirectUri } = JSON.parse(stored.value) as Kept;
  const claims = await claimsOf(found.value, given.code, verifier, redirectUri, nonce);
  if (claims === undefined) return refuse(OIDC_REFUSED);

  const subject = claims['sub'];
  if (typeof subject !== 'string' || subject === '') return refuse(OIDC_REFUSED);
  const linked = await personOfSubject(parts.db, OIDC_PROVIDER, subject);
  const name = claims[parts.oidc?.usernameClaim ?? ''];
  const personId = linked ?? (await linkByName(parts, caller, subject, typeof name === 'string' ? name : ''));
  if (personId === null) return refuse(OIDC_UNKNOWN_PERSON);
  const begun = await parts.db.transaction(async (tx) => {
    const person = await holdPerson(tx, personId);
    // Somebody who has a second factor here is asked for it here too.
    return beginSession(parts, tx, caller, personId, { pending: person?.secondFactor === true, way: 'oidc' });
  });
  return begun.ok ? begun : refuse(OIDC_UNKNOWN_PERSON, personId);
}

/** The verified claims of the token the code is exchanged for; undefined where anything about it is not right. */
async function claimsOf(
  provider: Provider,
  code: string,
  codeVerifier: string,
  redirectURI: string,
  nonce: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const tokens = await provider.validateAuthorizationCode({ code, codeVerifier, redirectURI });
    // Without a signed token there would be nothing to verify.
    if (tokens?.idToken === undefined) return undefined;
    const info = await provider.getUserInfo({ ...tokens, expectedIdTokenNonce: nonce });
    return info?.data as Readonly<Record<string, unknown>> | undefined;
  } catch {
    return undefined;
  }
}

/** Links the subject to the person of this name, where an administrator allowed that and nobody is linked yet. */
async function linkByName(parts: AccessParts, caller: Caller, subject: string, name: string): Promise<string | null> {
  const username = normalUsername(name);
  return parts.db.transaction(async (tx) => {
    const person = await findPersonByUsername(tx, username);
    if (person === undefined || !person.mayLink || person.disabledAt !== null) return null;
    if (await isLinked(tx, person.personId, OIDC_PROVIDER)) return null;
    await parts.auth.within(tx, ({ context }) =>
      context.internalAdapter.linkAccount({
        userId: person.personId,
        providerId: OIDC_PROVIDER,
        accountId: subject,
      }),
    );
    await updatePerson(tx, person.personId, { mayLink: false, at: parts.clock.now() });
    await recordPerson(parts, tx, visitorOf(parts, caller.address), 'access.link', person);
    return person.personId;
  });
}
