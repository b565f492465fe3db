import { z } from 'zod';
import type { Refusal, Result } from '../../kernel/index.ts';
import { refuse, type Route, route, type RouteAnswer } from '../../platform/http/route.ts';
import type { AuditDesk } from './operations.ts';
import type { EventFilter } from './store.ts';

const MAX_PAGE = 500;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

const chain = z.string().regex(/^(system|audit|\d{6})$/);
/** A day, or a moment in UTC. */
const moment = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/)
  .refine((text) => !Number.isNaN(Date.parse(text)));
const word = z.string().min(1).max(200);
const within = { from: moment.optional(), to: moment.optional() };
const eventQuery = z.object({
  chain: chain.optional(),
  ...within,
  actor: word.optional(),
  operation: word.optional(),
  objectKind: word.optional(),
  objectId: word.optional(),
  result: word.optional(),
  before: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
});

/** `to` names the last day or moment asked for; the store leaves its own `to` out. */
function times(query: { from?: string | undefined; to?: string | undefined }): Pick<EventFilter, 'from' | 'to'> {
  const { from, to } = query;
  const end = to === undefined ? undefined : Date.parse(to) + (to.length === 10 ? DAY_MILLISECONDS : 1);
  return {
    from: from === undefined ? undefined : new Date(Date.parse(from)).toISOString(),
    to: end === undefined ? undefined : new Date(end).toISOString(),
  };
}

function answer<T extends object>(result: Result<T, Refusal>): RouteAnswer {
  if (result.ok) return result.value;
  const { code } = result.error;
  return refuse(code === 'AUDIT-NOT-FOUND' ? 404 : code === 'AUDIT-CURSOR' ? 400 : 409, result.error);
}

/** The audit for those who may read it: chains, events, checks, heads, export. */
export function auditRoutes(desk: AuditDesk): Route[] {
  return [
    route({ method: 'GET', path: '/api/audit/chains', handle: ({ actor }) => desk.chains(actor) }),
    route({
      method: 'GET',
      path: '/api/audit/events',
      query: eventQuery,
      handle: async ({ actor, query }) => {
        const { before, limit, ...filter } = query;
        return answer(await desk.page(actor, { ...filter, ...times(query) }, before, limit));
      },
    }),
    route({
      method: 'GET',
      path: '/api/audit/events/:chain/:sequence',
      params: z.object({ chain, sequence: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
      handle: async ({ actor, params }) => answer(await desk.event(actor, params.chain, params.sequence)),
    }),
    route({
      method: 'POST',
      path: '/api/audit/verify',
      body: z.object({ chain }),
      handle: async ({ actor, body }) => answer(await desk.verify(actor, body.chain)),
    }),
    route({
      method: 'GET',
      path: '/api/audit/export',
      query: z.object({ chain: chain.optional(), ...within }),
      handle: async ({ actor, query }) => {
        const lines = await desk.export(actor, { chain: query.chain, ...times(query) });
        if (!lines.ok) return answer(lines);
        const name = `audit-${query.chain ?? 'all'}-${actor.clock.now().slice(0, 10)}.jsonl`;
        return new Response(streamOf(lines.value), {
          headers: {
            'content-type': 'application/jsonl; charset=utf-8',
            'content-disposition': `attachment; filename="${name}"`,
            'cache-control': 'no-store',
          },
        });
      },
    }),
    route({
      method: 'GET',
      path: '/api/audit/heads',
      query: z.object({ chain: chain.optional(), limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100) }),
      handle: ({ actor, query }) => desk.heads(actor, query.chain, query.limit),
    }),
  ];
}

/** A page is fetched when the reader has taken the one before. */
function streamOf(pages: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await pages.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pages.return(undefined);
    },
  });
}
