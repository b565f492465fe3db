import { type Context, Hono } from 'hono';
import { assert } from '../../kernel/index.ts';
import { type ActorContext, NO_DIVISION, permissionFor, type Role } from '../../modules/access/index.ts';
import { systemClock, systemIds } from '../clock.ts';
import type { Logger } from '../logging.ts';
import { requestSeconds, requestsInFlight, turnedAway } from '../metrics.ts';
import { checked } from './checked.ts';
import {
  addressOf,
  clientAddress,
  isSecure,
  isSecureConnection,
  NO_PROXIES,
  rememberConnection,
  type TrustedProxies,
} from './client-address.ts';
import { type Doors, OPEN_DOORS, type TurnedAway } from './doors.ts';
import { faultResponse } from './fault.ts';
import { heldUntilEnd, withoutBody } from './held.ts';
import {
  BODY_TOO_LARGE,
  FOREIGN_HOST,
  FOREIGN_WRITE,
  NOT_ALLOWED,
  NOT_APPOINTED,
  NOT_FOUND,
  problemResponse,
  TOO_MANY_REQUESTS,
  UNKNOWN_ACTOR,
} from './problem.ts';
import type { RateClass } from './rate-classes.ts';
import { announcedBytes, MAX_JSON_BYTES, readJson } from './read-json.ts';
import { requestIdOf } from './request-id.ts';
import type { Leave } from './room.ts';
import type { RefusedReply, Reply, Route, RouteAnswer } from './route.ts';
import { foreignHost, foreignWrite, HSTS, SECURITY_HEADERS } from './security.ts';
import { confirmStanding, rememberStanding, StandingLostError } from './standing.ts';
import type { Statics } from './static.ts';
import { dropUploads } from './upload.ts';

export interface AppOptions {
  readonly routes: readonly Route[];
  /** Who is asking. Undefined: nobody we know (401). Not asked for health and readiness. */
  readonly actorOf: (request: Request) => Promise<ActorContext | undefined> | ActorContext | undefined;
  /** Who acts where nobody has signed in, on routes open to the public; without it these want a sign-in too. */
  readonly visitor?: ((request: Request) => ActorContext) | undefined;
  /** Answers only to requests that name this machine (where nobody signs in). */
  readonly thisMachineOnly?: boolean | undefined;
  /** Hears of attempts at what one may not, for the audit. Neither waits nor throws. */
  readonly onRefused?: ((attempt: RefusedAttempt) => void) | undefined;
  readonly logger: Logger;
  /** The built screens; without them only the API answers. */
  readonly statics?: Statics | undefined;
  /** Proxies in front of us whose word on the client's address is taken. Default: none. */
  readonly proxies?: TrustedProxies | undefined;
  /** Who is turned away for asking too often or at a bad moment. Default: nobody. */
  readonly doors?: Doors | undefined;
}

/** Somebody known asked for what they may not. */
export interface RefusedAttempt {
  readonly actor: ActorContext;
  /** Method and route: `POST /api/layers/:layerVersionId/withdraw`. */
  readonly operation: string;
  /** Code of the refusal. */
  readonly code: string;
}

function isKind<T extends { readonly kind: string }>(answer: unknown, kind: T['kind']): answer is T {
  return typeof answer === 'object' && answer !== null && (answer as { kind?: unknown }).kind === kind;
}

function responseOf(answer: RouteAnswer): Response {
  if (answer instanceof Response) return answer;
  if (answer === undefined) return new Response(null, { status: 204 });
  if (isKind<RefusedReply>(answer, 'refused')) return problemResponse(answer.status, answer.refusals);
  const [status, value] = isKind<Reply>(answer, 'reply') ? [answer.status, answer.value] : [200, answer];
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  });
}

/** What the server's adapter says of a request: absent where it did not come over a socket. */
interface Bindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string; readonly encrypted?: boolean } };
}

/** From now on `addressOf(request)` and `isSecure(request)` answer. */
function noteConnection(context: Context, proxies: TrustedProxies): void {
  const request = context.req.raw;
  const socket = (context.env as Bindings | undefined)?.incoming?.socket;
  const peer = socket?.remoteAddress;
  rememberConnection(request, {
    address: clientAddress(peer, request.headers.get('x-forwarded-for'), proxies),
    isSecure: isSecureConnection(peer, socket?.encrypted === true, request.headers.get('x-forwarded-proto'), proxies),
  });
}

function refuseCrowd(rateClass: RateClass, away: TurnedAway): Response {
  turnedAway.inc({ class: rateClass, because: away.because });
  return problemResponse(429, [TOO_MANY_REQUESTS], { retryAfterSeconds: away.retryAfterSeconds });
}

const isAway = (answer: Leave | TurnedAway): answer is TurnedAway => typeof answer !== 'function';

/** A body that took longer is reason enough to look again who sends it. */
const SLOW_BODY_MILLISECONDS = 1_000;

/** Whoever asks for health or readiness: nobody is looked up, so that it answers without a database. */
function nobody(request: Request): ActorContext {
  return {
    actor: '',
    role: 'public',
    divisionCode: NO_DIVISION,
    address: addressOf(request),
    clock: systemClock,
    ids: systemIds,
  };
}

/**
 * One request on its way: foreign site, rate by address, size, place to work, who asks, rate by actor, role, schemas, handler.
 * Each step is cheaper than the next, and none is reached by what an earlier one refused.
 */
async function serve(route: Route, roles: readonly Role[], options: AppOptions, context: Context): Promise<Response> {
  const request = context.req.raw;
  const { rateClass } = route;
  const doors = options.doors ?? OPEN_DOORS;
  const address = addressOf(request);
  if (route.method !== 'GET' && foreignWrite(request)) return problemResponse(403, [FOREIGN_WRITE]);
  const early = doors.arrive(rateClass, address);
  if (early !== undefined) return refuseCrowd(rateClass, early);
  if (!route.isUpload && (announcedBytes(request) ?? 0) > MAX_JSON_BYTES) return problemResponse(413, [BODY_TOO_LARGE]);

  const isQuick = ['read', 'tile', 'write', 'signIn'].includes(rateClass);
  let leave: Leave | undefined;
  let body: unknown;
  const enter = async (into: RateClass, client: string): Promise<Response | undefined> => {
    const place = await doors.enter(into, client);
    if (isAway(place)) return refuseCrowd(rateClass, place);
    leave = place;
    return undefined;
  };
  const stepOut = (): void => {
    leave?.();
    leave = undefined;
  };
  try {
    const noRoom = rateClass === 'probe' ? undefined : await enter(isQuick ? rateClass : 'read', address ?? '');
    if (noRoom !== undefined) return noRoom;
    const known =
      rateClass === 'probe'
        ? nobody(request)
        : ((await options.actorOf(request)) ?? (roles.includes('public') ? options.visitor?.(request) : undefined));
    if (known === undefined) return problemResponse(401, [UNKNOWN_ACTOR]);
    // Every write says in the audit where it came from.
    const actor: ActorContext = { ...known, address: known.address ?? address ?? null };
    const refused = (code: string): void =>
      options.onRefused?.({ actor, operation: `${route.method} ${route.path}`, code });
    const often = actor.actor === '' ? undefined : doors.known(rateClass, actor.actor);
    if (often !== undefined) return refuseCrowd(rateClass, often);
    if (!roles.includes(actor.role)) {
      const refusal = actor.role === 'unappointed' ? NOT_APPOINTED : NOT_ALLOWED;
      refused(refusal.code);
      return problemResponse(403, [refusal]);
    }
    const mayStill = async (): Promise<boolean> => {
      const now =
        (await options.actorOf(request)) ?? (roles.includes('public') ? options.visitor?.(request) : undefined);
      return now?.actor === actor.actor && now.role === actor.role && now.divisionCode === actor.divisionCode;
    };
    rememberStanding(request, mayStill);
    const params = checked(route.params, context.req.param());
    const query = checked(route.query, context.req.query());
    const wrong = [params, query].flatMap((part) => ('refusals' in part ? part.refusals : []));
    if (wrong.length > 0 || 'refusals' in params || 'refusals' in query) return problemResponse(400, wrong);
    const client = actor.actor === '' ? (address ?? '') : actor.actor;
    if (route.body !== undefined) {
      // A body that drips in keeps nobody from working.
      stepOut();
      const begun = performance.now();
      const read = await readJson(request);
      if (performance.now() - begun > SLOW_BODY_MILLISECONDS) await confirmStanding(request);
      if ('kind' in read) return responseOf(read);
      const parsed = checked(route.body, read.value);
      if ('refusals' in parsed) return problemResponse(400, parsed.refusals);
      body = parsed.value;
    }
    if (route.body !== undefined || !isQuick) {
      stepOut();
      const full = await enter(rateClass, client);
      if (full !== undefined) return full;
    }
    const parsedRequest = { actor, params: params.value, query: query.value, body, raw: request };
    const answer = await route.handle(parsedRequest as never);
    if (isKind<RefusedReply>(answer, 'refused') && answer.status === 403)
      refused(answer.refusals[0]?.code ?? 'NOT-ALLOWED');
    const response = responseOf(answer);
    // Hono answers HEAD with the head of GET: what GET would send is let go here, or nobody ever would.
    if (request.method === 'HEAD') return await withoutBody(response);
    if (rateClass !== 'stream') return response;
    // Whoever loses the session or the right while listening hears no more.
    const held = heldUntilEnd(response, leave, mayStill);
    leave = undefined;
    return held;
  } catch (error) {
    if (error instanceof StandingLostError) return problemResponse(401, [UNKNOWN_ACTOR]);
    return faultResponse(error, request, { method: route.method, route: route.path, body }, options.logger);
  } finally {
    stepOut();
    if (route.isUpload) await dropUploads(request);
  }
}

/** The HTTP application: `app.fetch` for a server, `app.request()` for tests. */
export function createHttpApp(options: AppOptions): Hono {
  const app = new Hono();
  const doors = options.doors ?? OPEN_DOORS;
  /** Route patterns by request, for log and measures: an address as asked may hold anything. */
  const patterns = new WeakMap<Request, string>();
  app.use(async (context, next) => {
    const begun = performance.now();
    const request = context.req.raw;
    noteConnection(context, options.proxies ?? NO_PROXIES);
    requestsInFlight.inc();
    try {
      if (options.thisMachineOnly === true && foreignHost(request)) context.res = problemResponse(421, [FOREIGN_HOST]);
      else await next();
    } finally {
      requestsInFlight.dec();
    }
    const { headers, status } = context.res;
    for (const [name, value] of SECURITY_HEADERS) headers.set(name, value);
    headers.set('x-request-id', requestIdOf(request));
    // Nothing of the interface is kept by a browser or a proxy, whatever a route forgot.
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
    if (isSecure(request)) headers.set('strict-transport-security', HSTS);
    const isRead = ['GET', 'HEAD'].includes(request.method);
    const route = patterns.get(request) ?? 'other';
    const milliseconds = performance.now() - begun;
    requestSeconds.observe(
      { method: isRead ? 'GET' : 'other', route, status: `${Math.trunc(status / 100)}xx` },
      milliseconds / 1000,
    );
    // A crowd turned away is counted, not written down line by line: its log would be the next flood.
    if (route === 'pages' || status === 429 || (isRead && status < 400)) return;
    options.logger.log('info', 'request', {
      requestId: requestIdOf(request),
      method: isRead ? request.method : methodName(request.method),
      route,
      // Only what was carried out is known to name an object: anything may stand in the address of what failed.
      ...(status < 400 ? { path: new URL(request.url).pathname } : {}),
      status,
      milliseconds: Math.round(milliseconds),
    });
  });
  const seen = new Set<string>();
  for (const route of options.routes) {
    const name = `${route.method} ${route.path}`;
    const permission = permissionFor(route.method, route.path);
    assert(permission !== undefined, `route ${name} is not in the authorisation matrix`);
    assert(!seen.has(name), `route ${name} is registered twice`);
    seen.add(name);
    app.on(route.method, route.path, (context) => {
      patterns.set(context.req.raw, route.path);
      return serve(route, permission.roles, options, context);
    });
  }
  const missing = (context: Context): Response => {
    const away = doors.arrive('page', addressOf(context.req.raw));
    return away === undefined ? problemResponse(404, [NOT_FOUND]) : refuseCrowd('page', away);
  };
  app.all('/api/*', missing);
  const { statics } = options;
  if (statics !== undefined) {
    app.get('*', (context) => {
      const request = context.req.raw;
      patterns.set(request, 'pages');
      const away = doors.arrive('page', addressOf(request));
      return away === undefined ? statics(request) : refuseCrowd('page', away);
    });
  }
  app.notFound(missing);
  app.onError((error, context) =>
    faultResponse(
      error,
      context.req.raw,
      { method: methodName(context.req.method), route: patterns.get(context.req.raw) ?? 'other' },
      options.logger,
    ),
  );
  return app;
}

/** Methods we know by name; whatever else was sent is not repeated. */
function methodName(method: string): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].includes(method) ? method : 'other';
}
