import type { Refusal } from '../../kernel/index.ts';
import { problemResponse } from '../../platform/http/problem.ts';
import { isSecure } from '../../platform/http/client-address.ts';
import { clearSessionCookie, cookieOf, sessionCookie, setSessionCookie } from '../../platform/http/cookies.ts';
import { addressOf } from '../../platform/http/client-address.ts';
import { agentOf, type Caller } from './access-parts.server.ts';

/** A refusal with its status, and Retry-After where it is a lock. */
export function refused(error: {
  readonly status: number;
  readonly refusal: Refusal;
  readonly retryAfterSeconds?: number;
}): Response {
  const { status, refusal, retryAfterSeconds } = error;
  return problemResponse(status, [refusal], retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
}

function json(value: unknown, status: number): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  });
}

/** A reply that hands out a session's token, which is all the browser ever gets of it. */
export function withSession(request: Request, token: string, value: unknown): Response {
  const response = json(value, 200);
  response.headers.append('set-cookie', sessionCookieOf(request, token));
  return response;
}

/** Set-Cookie of a session's token. */
export function sessionCookieOf(request: Request, token: string): string {
  return setSessionCookie(isSecure(request), token);
}

export function withoutSession(request: Request): Response {
  const response = new Response(null, { status: 204 });
  response.headers.append('set-cookie', clearSessionCookie(isSecure(request)));
  return response;
}

/** The session token a request brings. */
export function tokenOf(request: Request): string | undefined {
  const token = cookieOf(request, sessionCookie(isSecure(request)).name);
  return token === undefined || !/^[A-Za-z0-9]{20,100}$/.test(token) ? undefined : token;
}

export function callerOf(request: Request): Caller {
  return {
    address: addressOf(request),
    agent: agentOf(request.headers.get('user-agent')),
    token: tokenOf(request),
  };
}
