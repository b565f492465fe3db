import type { ZodType, z } from 'zod';
import type { ActorContext, Method } from '../../modules/access/index.ts';
import type { Refusal } from '../../kernel/index.ts';
import { type RateClass, rateClassOf } from './rate-classes.ts';

/** What a handler is given: everything already parsed and authorised. */
export interface RouteRequest<Params, Query, Body> {
  readonly actor: ActorContext;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The request itself, for uploads (`receiveUpload`) and conditional requests. */
  readonly raw: Request;
}

/**
 * What a handler answers: a Response as it is, `refuse(…)`, `reply(…)` with a status of its own, or any plain value,
 * sent as JSON with status 200. `undefined` is 204.
 */
export type RouteAnswer = Response | Reply | RefusedReply | object | readonly unknown[] | undefined;

export interface Reply {
  readonly kind: 'reply';
  readonly status: number;
  readonly value: unknown;
}

export interface RefusedReply {
  readonly kind: 'refused';
  readonly status: number;
  readonly refusals: readonly Refusal[];
}

export function reply(status: number, value: unknown): Reply {
  return { kind: 'reply', status, value };
}

/**
 * 401 not signed in, 404 not there (or not the actor's to see), 409 not now, 413 too large, 422 cannot be done with these data.
 */
export function refuse(
  status: 400 | 401 | 403 | 404 | 408 | 409 | 413 | 415 | 422 | 429 | 503,
  refusals: Refusal | readonly Refusal[],
): RefusedReply {
  return { kind: 'refused', status, refusals: Array.isArray(refusals) ? refusals : [refusals as Refusal] };
}

/** One route as data. It must stand in the authorisation matrix under the same method and path. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly params: ZodType | undefined;
  readonly query: ZodType | undefined;
  readonly body: ZodType | undefined;
  /** It takes files: the handler reads the body by `receiveUpload`. */
  readonly isUpload: boolean;
  /** How often it may be asked; by default from its method and path. */
  readonly rateClass: RateClass;
  handle(request: RouteRequest<never, never, never>): Promise<RouteAnswer> | RouteAnswer;
}

type Parsed<T> = T extends ZodType ? z.output<T> : Record<string, never>;

/**
 * Declares a route. `params`, `query` and `body` (JSON) are zod schemas; what does not fit is refused with 400 and the
 * field before the handler is called. What has no schema is not handed on. A route with `upload` leaves its body unread for
 * `receiveUpload`.
 */
export function route<
  P extends ZodType | undefined = undefined,
  Q extends ZodType | undefined = undefined,
  B extends ZodType | undefined = undefined,
>(definition: {
  readonly method: Method;
  readonly path: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly upload?: boolean;
  readonly rateClass?: RateClass;
  readonly handle: (
    request: RouteRequest<Parsed<P>, Parsed<Q>, B extends ZodType ? z.output<B> : undefined>,
  ) => Promise<RouteAnswer> | RouteAnswer;
}): Route {
  return {
    method: definition.method,
    path: definition.path,
    params: definition.params,
    query: definition.query,
    body: definition.body,
    isUpload: definition.upload === true,
    rateClass: definition.rateClass ?? rateClassOf(definition.method, definition.path, definition.upload === true),
    handle: definition.handle as unknown as Route['handle'],
  };
}
