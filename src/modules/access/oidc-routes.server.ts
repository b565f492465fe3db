import { z } from 'zod';
import { isSecure } from '../../platform/http/client-address.ts';
import { cookieOf } from '../../platform/http/cookies.ts';
import { route, type Route } from '../../platform/http/route.ts';
import type { AccessParts } from './access-parts.server.ts';
import { finishOidc, startOidc } from './oidc.server.ts';
import { callerOf, refused, sessionCookieOf } from './replies.server.ts';

const PATH = '/api/session/oidc';
const COOKIE = 'tianchou-oidc';
const SECONDS = 600;

function stateCookie(request: Request, value: string, seconds: number): string {
  const secure = isSecure(request) ? '; Secure' : '';
  // Lax: the provider sends the browser back from another site.
  return `${COOKIE}=${value}; Path=${PATH}; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
}

/** Where this server is, as the browser sees it. */
function originOf(request: Request): string {
  const host = request.headers.get('host') ?? new URL(request.url).host;
  return `${isSecure(request) ? 'https' : 'http'}://${host}`;
}

function redirect(to: string, cookies: readonly string[]): Response {
  const response = new Response(null, { status: 303, headers: { location: to, 'cache-control': 'no-store' } });
  for (const cookie of cookies) response.headers.append('set-cookie', cookie);
  return response;
}

/** Sign-in through a provider of identities. What fails on the way back shows on the sign-in page, by its code. */
export function oidcRoutes(parts: AccessParts): Route[] {
  return [
    route({
      method: 'GET',
      path: PATH,
      handle: async ({ raw }) => {
        const started = await startOidc(parts, originOf(raw));
        if (!started.ok) return refused(started.error);
        return redirect(started.value.url, [stateCookie(raw, started.value.state, SECONDS)]);
      },
    }),
    route({
      method: 'GET',
      path: `${PATH}/callback`,
      query: z.object({
        state: z.string().max(200).default(''),
        code: z.string().max(4000).optional(),
        error: z.string().max(200).optional(),
      }),
      handle: async ({ query, raw }) => {
        const { state, code, error } = query;
        const done = await finishOidc(parts, callerOf(raw), {
          state,
          code: error === undefined ? code : undefined,
          cookie: cookieOf(raw, COOKIE),
        });
        const gone = stateCookie(raw, '', 0);
        if (!done.ok) return redirect(`/?refused=${done.error.refusal.code}`, [gone]);
        return redirect('/', [gone, sessionCookieOf(raw, done.value.token)]);
      },
    }),
  ];
}
