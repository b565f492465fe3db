import { z } from 'zod';
import { refuse, route, type Route } from '../../platform/http/route.ts';
import { type AccessParts } from './access-parts.server.ts';
import { digest } from './auth.server.ts';
import { DEMO_COOKIE, demoCookieValue } from './demo-switch.ts';
import { DEMO_ONLY, NOT_YOUR_APPOINTMENT, SIGN_IN_OFF } from './refusals.ts';
import { callerOf, refused, withoutSession, withSession } from './replies.server.ts';
import { ADMINISTRATOR_ROLES, APPOINTABLE_ROLES } from './roles.ts';
import { sessionView } from './session.server.ts';
import type { SignInReply } from './session-views.ts';
import { setUp } from './setup.server.ts';
import { giveSecondFactor, signIn, signOut, switchAppointment } from './sign-in.server.ts';

// Bounds of what is looked at; what does not fit is a failed sign-in like any other, decided by the operation.
const name = z.string().min(1).max(200);
const password = z.string().min(1).max(1000);

/** Signing in and out, the role switch of the demo, the set-up. */
export function signInRoutes(parts: AccessParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/session',
      handle: ({ actor, raw }) => sessionView(parts, actor, raw),
    }),
    route({
      method: 'POST',
      path: '/api/session/sign-in',
      body: z.object({ username: name, password }),
      handle: async ({ body, raw }) => {
        if (parts.mode === 'demo') return refuse(409, SIGN_IN_OFF);
        const done = await signIn(parts, callerOf(raw), body.username, body.password);
        if (!done.ok) return refused(done.error);
        return withSession(raw, done.value.token, { next: done.value.next } satisfies SignInReply);
      },
    }),
    route({
      method: 'POST',
      path: '/api/session/second-factor',
      body: z.object({ code: z.string().min(1).max(40) }),
      handle: async ({ body, raw }) => {
        const done = await giveSecondFactor(parts, callerOf(raw), body.code);
        if (!done.ok) return refused(done.error);
        return withSession(raw, done.value.token, { next: done.value.next } satisfies SignInReply);
      },
    }),
    route({
      method: 'POST',
      path: '/api/session/sign-out',
      handle: async ({ actor, raw }) => {
        await signOut(parts, actor);
        return withoutSession(raw);
      },
    }),
    route({
      method: 'PUT',
      path: '/api/session/appointment',
      body: z.object({ appointmentId: z.uuid() }),
      handle: async ({ actor, body, raw }) => {
        const token = await switchAppointment(parts, actor, body.appointmentId);
        return token === undefined ? refuse(404, NOT_YOUR_APPOINTMENT) : withSession(raw, token, { next: 'done' });
      },
    }),
    route({
      method: 'PUT',
      path: '/api/session/demo',
      body: z.object({
        role: z.enum(APPOINTABLE_ROLES),
        divisionCode: z.union([z.literal(''), z.string().regex(/^(\d{6}|\d{9}|\d{12})$/)]),
      }),
      handle: async ({ actor, body }) => {
        if (parts.mode !== 'demo') return refuse(404, DEMO_ONLY);
        const value = demoCookieValue(body);
        await parts.db.transaction((tx) =>
          parts.record(tx, actor, {
            operation: 'access.switchDemoRole',
            objectKind: 'session',
            objectId: 'demo',
            countyCode: null,
            beforeHash: digest(demoCookieValue({ role: actor.role as never, divisionCode: actor.divisionCode })),
            afterHash: digest(value),
            detail: { role: body.role, divisionCode: body.divisionCode },
          }),
        );
        return new Response(null, {
          status: 204,
          headers: { 'set-cookie': `${DEMO_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict` },
        });
      },
    }),
    route({
      method: 'POST',
      path: '/api/setup',
      body: z.object({
        code: z.string().min(1).max(100),
        administrators: z
          .array(
            z.object({
              role: z.enum(ADMINISTRATOR_ROLES),
              username: name,
              displayName: z.string().trim().min(1).max(100),
              password,
            }),
          )
          .max(3),
      }),
      handle: async ({ body, raw }) => {
        const done = await setUp(parts, callerOf(raw), body);
        return done.ok ? undefined : refused(done.error);
      },
    }),
  ];
}
