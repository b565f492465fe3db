import { z } from 'zod';
import { localized, type Refusal } from '../../kernel/index.ts';
import { type ActorContext, mayTouchCounty, type RecordEvent } from '../../modules/access/index.ts';
import type { JobView } from '../../modules/analysis/views.ts';
import type { Database, Transaction } from '../db/index.ts';
import { refuse, reply, type Route, route } from '../http/route.ts';
import type { Jobs, StoredJob } from './job.ts';

const NOT_FOUND: Refusal = {
  code: 'JOB-NOT-FOUND',
  message: localized('没有这个任务。', 'There is no such job.'),
  remedy: localized('任务可能已被清理，请刷新页面。', 'It may have been cleared away; refresh the page.'),
};
const OVER: Refusal = {
  code: 'JOB-OVER',
  message: localized('任务已经结束。', 'The job is over already.'),
  remedy: localized('请刷新页面查看结果。', 'Refresh the page to see its outcome.'),
};

const params = z.object({ jobId: z.uuid() });
const POLL_MILLISECONDS = 1000;
const KEEP_ALIVE_MILLISECONDS = 15_000;

/** A job is seen by those who may see the division it was started for; one that concerns no county, by who started it. */
async function visibleJob(jobs: Jobs, actor: ActorContext, jobId: string): Promise<StoredJob | undefined> {
  const stored = await jobs.find(jobId);
  if (stored === undefined) return undefined;
  const county = stored.divisionCode.slice(0, 6);
  return mayTouchCounty(actor, county) || (county === '' && stored.actor === actor.actor) ? stored : undefined;
}

export interface JobRoutesParts {
  readonly db: Database;
  readonly jobs: Jobs;
  /** Notes a cancel in the audit log. */
  readonly record: RecordEvent<Transaction>;
}

/** Asks a job to stop, and notes who did: both or neither. */
function cancelJob({ db, jobs, record }: JobRoutesParts, actor: ActorContext, job: StoredJob): Promise<boolean> {
  const { jobId, kind } = job.view;
  return db.transaction(async (tx) => {
    if (!(await jobs.cancel(jobId, tx))) return false;
    const countyCode = /^\d{6}/.exec(job.divisionCode)?.[0] ?? null;
    await record(tx, actor, {
      operation: 'jobs.cancel',
      objectKind: 'job',
      objectId: jobId,
      countyCode,
      detail: { kind },
    });
    return true;
  });
}

/** Jobs looked at, listened to and cancelled, by those who may see them. */
export function jobRoutes(parts: JobRoutesParts): Route[] {
  const { jobs } = parts;
  return [
    route({
      method: 'GET',
      path: '/api/jobs/:jobId',
      params,
      handle: async ({ actor, params: { jobId } }) =>
        (await visibleJob(jobs, actor, jobId))?.view ?? refuse(404, NOT_FOUND),
    }),
    route({
      method: 'GET',
      path: '/api/jobs/:jobId/events',
      params,
      handle: async ({ actor, params: { jobId }, raw }) => {
        const stored = await visibleJob(jobs, actor, jobId);
        return stored === undefined ? refuse(404, NOT_FOUND) : eventStream(jobs, stored.view, raw.signal);
      },
    }),
    route({
      method: 'POST',
      path: '/api/jobs/:jobId/cancel',
      params,
      handle: async ({ actor, params: { jobId } }) => {
        const stored = await visibleJob(jobs, actor, jobId);
        if (stored === undefined) return refuse(404, NOT_FOUND);
        return (await cancelJob(parts, actor, stored)) ? reply(202, { jobId }) : refuse(409, OVER);
      },
    }),
  ];
}

/** Server-sent events named `job`: the view now, at each change, and a last one when it is over; then the stream ends. */
function eventStream(jobs: Jobs, first: JobView, signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  let end = (): void => {};
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      let last = '';
      let open = true;
      const send = (view: JobView): void => {
        const text = JSON.stringify(view);
        if (!open || text === last) return;
        last = text;
        controller.enqueue(encoder.encode(`event: job\ndata: ${text}\n\n`));
        if (view.state !== 'queued' && view.state !== 'running') {
          end();
          controller.close();
        }
      };
      const unsubscribe = jobs.subscribe(first.jobId, send);
      // Another process may run it, and a change may fall between two looks: the table is asked as well.
      const poll = setInterval(() => {
        jobs.find(first.jobId).then(
          (stored) => stored !== undefined && send(stored.view),
          () => {},
        );
      }, POLL_MILLISECONDS);
      const alive = setInterval(() => open && controller.enqueue(encoder.encode(': \n\n')), KEEP_ALIVE_MILLISECONDS);
      end = () => {
        open = false;
        unsubscribe();
        clearInterval(poll);
        clearInterval(alive);
      };
      signal.addEventListener('abort', end, { once: true });
      send(first);
    },
    cancel: () => end(),
  });
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  });
}
