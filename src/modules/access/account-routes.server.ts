import { z } from 'zod';
import { reply, route, type Route } from '../../platform/http/route.ts';
import type { AccessParts } from './access-parts.server.ts';
import {
  changePassword,
  confirmSecondFactor,
  dropSecondFactor,
  enrolSecondFactor,
  listSessions,
  readAccount,
  revokeSession,
} from './account.server.ts';
import type { ActorContext } from './context.ts';
import {
  allowLink,
  createPerson,
  disablePerson,
  enablePerson,
  endPersonSessions,
  listPeople,
  readPerson,
  resetPassword,
  resetSecondFactor,
  unlockPerson,
} from './people.server.ts';
import { callerOf, refused, withSession } from './replies.server.ts';
import { factsOf } from './session.server.ts';

const password = z.string().min(1).max(1000);
const code = z.string().min(1).max(40);
const personId = z.string().min(1).max(100);
const page = {
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};
const DONE = { next: 'done' } as const;

/** The own account: password, second factor, sessions. */
export function accountRoutes(parts: AccessParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/account',
      handle: async ({ actor, raw }) => {
        // The role of the session, also where something else has to be done first.
        const done = await readAccount(parts, actor, factsOf(raw)?.role ?? null);
        return done.ok ? done.value : refused(done.error);
      },
    }),
    route({
      method: 'POST',
      path: '/api/account/password',
      body: z.object({ current: password, next: password }),
      handle: async ({ actor, body, raw }) => {
        const done = await changePassword(parts, actor, callerOf(raw), body.current, body.next);
        return done.ok ? withSession(raw, done.value.token, DONE) : refused(done.error);
      },
    }),
    route({
      method: 'POST',
      path: '/api/account/second-factor',
      body: z.object({ password }),
      handle: async ({ actor, body, raw }) => {
        const done = await enrolSecondFactor(parts, actor, callerOf(raw), body.password);
        return done.ok ? done.value : refused(done.error);
      },
    }),
    route({
      method: 'POST',
      path: '/api/account/second-factor/confirm',
      body: z.object({ code }),
      handle: async ({ actor, body, raw }) => {
        const done = await confirmSecondFactor(parts, actor, callerOf(raw), body.code);
        return done.ok ? withSession(raw, done.value.token, DONE) : refused(done.error);
      },
    }),
    route({
      method: 'POST',
      path: '/api/account/second-factor/remove',
      body: z.object({ password, code }),
      handle: async ({ actor, body, raw }) => {
        const done = await dropSecondFactor(parts, actor, callerOf(raw), body.password, body.code);
        return done.ok ? withSession(raw, done.value.token, DONE) : refused(done.error);
      },
    }),
    route({ method: 'GET', path: '/api/account/sessions', handle: ({ actor }) => listSessions(parts, actor) }),
    route({
      method: 'POST',
      path: '/api/account/sessions/:sessionId/revoke',
      params: z.object({ sessionId: personId }),
      handle: async ({ actor, params }) => {
        const done = await revokeSession(parts, actor, params.sessionId);
        return done.ok ? undefined : refused(done.error);
      },
    }),
  ];
}

/** Accounts, as administrators keep them. */
export function peopleRoutes(parts: AccessParts): Route[] {
  const onPerson = (verb: string, work: typeof enablePerson): Route =>
    route({
      method: 'POST',
      path: `/api/people/:personId/${verb}`,
      params: z.object({ personId }),
      handle: async ({ actor, params }: { actor: ActorContext; params: { personId: string } }) => {
        const done = await work(parts, actor, params.personId);
        return done.ok ? done.value : refused(done.error);
      },
    });
  return [
    route({
      method: 'GET',
      path: '/api/people',
      query: z.object({ query: z.string().trim().max(100).default(''), ...page }),
      handle: ({ actor, query }) => listPeople(parts, actor, query),
    }),
    route({
      method: 'GET',
      path: '/api/people/stale',
      query: z.object({ days: z.coerce.number().int().min(1).max(3650).default(90), ...page }),
      handle: ({ actor, query: { days, ...rest } }) =>
        listPeople(parts, actor, { query: '', ...rest, staleDays: days }),
    }),
    route({
      method: 'POST',
      path: '/api/people',
      body: z.object({
        username: z.string().min(1).max(100),
        displayName: z.string().trim().min(1).max(100),
        organisationId: z.uuid().nullable().default(null),
        mayLink: z.boolean().default(false),
      }),
      handle: async ({ actor, body }) => {
        const done = await createPerson(parts, actor, body);
        return done.ok ? reply(201, done.value) : refused(done.error);
      },
    }),
    route({
      method: 'GET',
      path: '/api/people/:personId',
      params: z.object({ personId }),
      handle: async ({ actor, params }) => {
        const done = await readPerson(parts, actor, params.personId);
        return done.ok ? done.value : refused(done.error);
      },
    }),
    onPerson('disable', disablePerson),
    onPerson('enable', enablePerson),
    onPerson('reset-second-factor', resetSecondFactor),
    onPerson('end-sessions', endPersonSessions),
    onPerson('allow-link', allowLink),
    onPerson('unlock', unlockPerson),
    route({
      method: 'POST',
      path: '/api/people/:personId/reset-password',
      params: z.object({ personId }),
      handle: async ({ actor, params }) => {
        const done = await resetPassword(parts, actor, params.personId);
        return done.ok ? done.value : refused(done.error);
      },
    }),
  ];
}
