import { divisionPrefix } from '../../kernel/index.ts';
import { type ActorContext, type Clock, type Ids, NO_DIVISION } from './context.ts';
import type { AccessPolicy } from './limits.ts';
import { type AppointableRole, isAdministrator } from './roles.ts';
import type { SignInStep } from './session-views.ts';

/** A session as found for a request. The appointment is null where none is acted under, or it no longer holds. */
export interface SessionFacts {
  readonly sessionId: string;
  readonly personId: string;
  readonly username: string;
  readonly displayName: string;
  readonly expiresAt: string;
  readonly lastSeenAt: string;
  readonly secondFactorPending: boolean;
  readonly mustChangePassword: boolean;
  readonly passwordChangedAt: string | null;
  readonly twoFactorEnabled: boolean;
  readonly appointmentId: string | null;
  readonly role: AppointableRole | null;
  readonly divisionCode: string | null;
  readonly organisationId: string | null;
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Whether the password has to be changed before anything else: a first one, or one too old. */
export function passwordIsDue(
  facts: Pick<SessionFacts, 'mustChangePassword' | 'passwordChangedAt'>,
  policy: AccessPolicy,
  at: string,
): boolean {
  if (facts.mustChangePassword) return true;
  if (policy.passwordDays === null || facts.passwordChangedAt === null) return false;
  return Date.parse(at) - Date.parse(facts.passwordChangedAt) > policy.passwordDays * DAY_MILLISECONDS;
}

/** Whether a second factor is on, or asked for by the policy, or neither. */
export function secondFactorState(
  facts: Pick<SessionFacts, 'twoFactorEnabled' | 'role'>,
  policy: AccessPolicy,
): 'off' | 'on' | 'required' {
  if (facts.twoFactorEnabled) return 'on';
  const isAsked = policy.secondFactor === 'administrators' && facts.role !== null && isAdministrator(facts.role);
  return isAsked ? 'required' : 'off';
}

/** What is still to be done in this session before it is good for work. */
export function nextStep(facts: SessionFacts, policy: AccessPolicy, at: string): SignInStep {
  if (facts.secondFactorPending) return 'second-factor';
  if (passwordIsDue(facts, policy, at)) return 'change-password';
  return secondFactorState(facts, policy) === 'required' ? 'enrol-second-factor' : 'done';
}

/**
 * Who acts in this session. Undefined while the second factor is to come. Without an appointment that holds, or with something
 * to do first, a person is `unappointed`: good for the own account and nothing else.
 */
export function actorOfSession(
  facts: SessionFacts,
  policy: AccessPolicy,
  address: string | null,
  clock: Clock,
  ids: Ids,
): ActorContext | undefined {
  const step = nextStep(facts, policy, clock.now());
  if (step === 'second-factor') return undefined;
  const person = {
    actor: facts.username,
    address,
    personId: facts.personId,
    sessionId: facts.sessionId,
    clock,
    ids,
  };
  const { role, divisionCode, appointmentId, organisationId } = facts;
  if (step !== 'done' || role === null || divisionCode === null || appointmentId === null)
    return { ...person, role: 'unappointed', divisionCode: NO_DIVISION };
  return {
    ...person,
    role,
    // A province or a city is seen by the beginning of its code.
    divisionCode: divisionPrefix(divisionCode),
    appointmentId,
    ...(organisationId === null ? {} : { organisationId }),
  };
}
