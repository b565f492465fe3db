import { addressOf } from '../../platform/http/client-address.ts';
import { cookieOf } from '../../platform/http/cookies.ts';
import { type AccessParts, earlier } from './access-parts.server.ts';
import { legalDate } from './appointments.ts';
import type { ActorContext } from './context.ts';
import { DEMO_COOKIE, demoActorName, demoRoleOf } from './demo-switch.ts';
import { tokenOf } from './replies.server.ts';
import { ROLE_NAMES } from './roles.ts';
import { actorOfSession, nextStep, passwordIsDue, secondFactorState, type SessionFacts } from './session-state.ts';
import type { SessionView } from './session-views.ts';
import { organisationName, readChoices, touchSession } from './sessions.store.ts';
import { isSetUp } from './setup.store.ts';
import { sessionOfToken } from './sign-in.server.ts';

/** A session is said to be used once a minute at most: looking it up stays one statement that writes nothing. */
const TOUCH_SECONDS = 60;

/** What a page asks by itself while nobody works on it does not keep a session alive. */
const PASSIVE = /^\/api\/(session|status|health|ready|jobs\/[^/]+(\/events)?)$/;

const found = new WeakMap<Request, SessionFacts>();

/** The session of a request that `actorOf` looked at. */
export function factsOf(request: Request): SessionFacts | undefined {
  return found.get(request);
}

/** Who asks. Looked up anew at each request: what is taken away is gone with the next one. */
export async function actorOf(parts: AccessParts, request: Request): Promise<ActorContext | undefined> {
  const { clock, ids, policy } = parts;
  const address = addressOf(request);
  if (parts.mode === 'demo') {
    const { role, divisionCode } = demoRoleOf(cookieOf(request, DEMO_COOKIE));
    return { actor: demoActorName(role), role, divisionCode, address, clock, ids };
  }
  const token = tokenOf(request);
  const facts = token === undefined ? undefined : await sessionOfToken(parts, token);
  if (facts === undefined) return undefined;
  found.set(request, facts);
  const at = clock.now();
  const isPassive = request.method === 'GET' && PASSIVE.test(new URL(request.url).pathname);
  if (!isPassive && facts.lastSeenAt < earlier(at, TOUCH_SECONDS)) {
    await touchSession(parts.db, facts.sessionId, at, address);
  }
  return actorOfSession(facts, policy, address, clock, ids);
}

/** GET /api/session */
export async function sessionView(parts: AccessParts, actor: ActorContext, request: Request): Promise<SessionView> {
  const { db, clock, limits, policy, oidc, mode } = parts;
  const at = clock.now();
  const facts = factsOf(request);
  const base = {
    mode,
    actor: actor.actor,
    role: actor.role,
    divisionCode: actor.divisionCode,
    idleSeconds: limits.idleSeconds,
    oidc: oidc === null ? null : { name: oidc.name },
    organisation: null,
    appointmentId: null,
    appointments: [],
    mustChangePassword: false,
    secondFactor: 'off' as const,
    expiresAt: null,
    setupNeeded: false,
  };
  if (mode === 'demo')
    return { ...base, signedIn: true, displayName: ROLE_NAMES[actor.role].zh, next: 'done' as const };
  if (facts === undefined || facts.secondFactorPending) {
    const next = facts === undefined ? 'done' : 'second-factor';
    return { ...base, signedIn: false, displayName: '', next, setupNeeded: !(await isSetUp(db)) };
  }
  const { organisationId } = facts;
  const name = organisationId === null ? null : await organisationName(db, organisationId);
  return {
    ...base,
    signedIn: true,
    displayName: facts.displayName,
    organisation: organisationId === null || name === null ? null : { organisationId, name },
    appointmentId: facts.appointmentId,
    appointments: await readChoices(db, facts.personId, legalDate(at)),
    mustChangePassword: passwordIsDue(facts, policy, at),
    secondFactor: secondFactorState(facts, policy),
    next: nextStep(facts, policy, at),
    expiresAt: facts.expiresAt,
  };
}
