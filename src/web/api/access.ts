import { type QueryClient, queryOptions } from '@tanstack/react-query';
import type { AppointableRole, Role } from '../../modules/access/index.ts';
import type {
  AccountView,
  AppointmentView,
  DivisionView,
  OrganisationView,
  PeopleView,
  PersonView,
  PersonWithPassword,
  SecondFactorEnrolment,
  SessionEntry,
  SessionView,
  SetupRequest,
  SignInReply,
} from '../../modules/access/views.ts';
import { getJson, getJsonOrNull, sendJson, withQuery } from './client.ts';

const id = encodeURIComponent;

// Session ----------------------------------------------------------------------------------------------------------

export const SESSION_KEY = ['session'] as const;

/** Whether the screens may be used: nobody signs in here, or somebody did and nothing is left to do first. */
export function isAtWork(session: SessionView): boolean {
  return session.mode === 'demo' || (session.signedIn && session.next === 'done');
}

/** Changes when somebody else, or the same person under another appointment, goes on in this window. */
export function workKey(session: SessionView): string {
  return [session.actor, session.appointmentId, session.role, session.divisionCode].join(' ');
}

let workedAs: string | null = null;

export const sessionQuery = queryOptions({
  queryKey: SESSION_KEY,
  queryFn: async ({ signal, client }) => {
    const session = await getJson<SessionView>('/api/session', signal);
    if (isAtWork(session)) {
      // What one actor was shown is not kept for the next.
      if (workedAs !== null && workedAs !== workKey(session)) forgetAnswers(client);
      workedAs = workKey(session);
    }
    return session;
  },
  staleTime: 30_000,
  refetchOnWindowFocus: true,
});

/** Drops every answer that was given to a person; who is asking and the state of the server stay. */
export function forgetAnswers(client: QueryClient): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] && queryKey[0] !== 'status' });
}

export const signIn = (username: string, password: string) =>
  sendJson<SignInReply>('POST', '/api/session/sign-in', { username, password });
export const sendSecondFactor = (code: string) => sendJson<SignInReply>('POST', '/api/session/second-factor', { code });
export const signOut = () => sendJson<unknown>('POST', '/api/session/sign-out');
export const actUnder = (appointmentId: string) =>
  sendJson<unknown>('PUT', '/api/session/appointment', { appointmentId });
export const switchDemoRole = (role: Role, divisionCode: string) =>
  sendJson<unknown>('PUT', '/api/session/demo', { role, divisionCode });
export const setUp = (request: SetupRequest) => sendJson<unknown>('POST', '/api/setup', request);

/** Where the browser goes to sign in with the provider of identities. */
export const OIDC_ADDRESS = '/api/session/oidc';

// Own account ------------------------------------------------------------------------------------------------------

export const accountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: ({ signal }) => getJson<AccountView>('/api/account', signal),
});
export const ownSessionsQuery = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: ({ signal }) => getJson<SessionEntry[]>('/api/account/sessions', signal),
});
export const changePassword = (current: string, next: string) =>
  sendJson<unknown>('POST', '/api/account/password', { current, next });
export const startSecondFactor = (password: string) =>
  sendJson<SecondFactorEnrolment>('POST', '/api/account/second-factor', { password });
export const confirmSecondFactor = (code: string) =>
  sendJson<unknown>('POST', '/api/account/second-factor/confirm', { code });
export const removeSecondFactor = (password: string, code: string) =>
  sendJson<unknown>('POST', '/api/account/second-factor/remove', { password, code });
export const endOwnSession = (sessionId: string) =>
  sendJson<unknown>('POST', `/api/account/sessions/${id(sessionId)}/revoke`);

// People -----------------------------------------------------------------------------------------------------------

export const peopleQuery = (query: string, offset: number, limit: number) =>
  queryOptions({
    queryKey: ['people', query, offset, limit],
    queryFn: ({ signal }) => getJson<PeopleView>(withQuery('/api/people', { query, offset, limit }), signal),
    placeholderData: (previous) => previous,
  });
export const stalePeopleQuery = (days: number) =>
  queryOptions({
    queryKey: ['people', 'stale', days],
    queryFn: ({ signal }) => getJson<PeopleView>(withQuery('/api/people/stale', { days }), signal),
    placeholderData: (previous) => previous,
  });
export const personQuery = (personId: string) =>
  queryOptions({
    queryKey: ['people', 'one', personId],
    queryFn: ({ signal }) => getJsonOrNull<PersonView>(`/api/people/${id(personId)}`, signal),
  });
export const createPerson = (person: {
  readonly username: string;
  readonly displayName: string;
  readonly organisationId: string | null;
}) => sendJson<PersonWithPassword>('POST', '/api/people', person);
export const resetPassword = (personId: string) =>
  sendJson<PersonWithPassword>('POST', `/api/people/${id(personId)}/reset-password`);
export const PERSON_ACTIONS = ['disable', 'enable', 'reset-second-factor', 'end-sessions', 'unlock'] as const;
export type PersonAction = (typeof PERSON_ACTIONS)[number];
export const actOnPerson = (personId: string, action: PersonAction) =>
  sendJson<PersonView>('POST', `/api/people/${id(personId)}/${action}`);

// Rights -----------------------------------------------------------------------------------------------------------

export const divisionsQuery = queryOptions({
  queryKey: ['divisions', 'all'],
  queryFn: ({ signal }) => getJson<DivisionView[]>('/api/divisions', signal),
  staleTime: 60_000,
});
export const createDivision = (division: { readonly code: string; readonly nameZh: string; readonly nameEn: string }) =>
  sendJson<DivisionView>('POST', '/api/divisions', division);

export const organisationsQuery = (closed: boolean) =>
  queryOptions({
    queryKey: ['organisations', closed],
    queryFn: ({ signal }) =>
      getJson<OrganisationView[]>(withQuery('/api/organisations', { closed: String(closed) }), signal),
  });
export const createOrganisation = (organisation: {
  readonly divisionCode: string;
  readonly name: string;
  readonly kind: OrganisationView['kind'];
}) => sendJson<OrganisationView>('POST', '/api/organisations', organisation);
export const closeOrganisation = (organisationId: string) =>
  sendJson<OrganisationView>('POST', `/api/organisations/${id(organisationId)}/close`);

export interface AppointmentFilter {
  readonly personId?: string | undefined;
  readonly organisationId?: string | undefined;
  readonly divisionCode?: string | undefined;
}
export const appointmentsQuery = (filter: AppointmentFilter) =>
  queryOptions({
    queryKey: ['appointments', filter],
    queryFn: ({ signal }) => getJson<AppointmentView[]>(withQuery('/api/appointments', { ...filter }), signal),
  });
export const appoint = (request: {
  readonly personId: string;
  readonly organisationId: string | null;
  readonly role: AppointableRole;
  readonly divisionCode: string;
  readonly validFrom: string;
  readonly validUntil: string | null;
}) => sendJson<AppointmentView>('POST', '/api/appointments', request);
export const revokeAppointment = (appointmentId: string) =>
  sendJson<AppointmentView>('POST', `/api/appointments/${id(appointmentId)}/revoke`);
