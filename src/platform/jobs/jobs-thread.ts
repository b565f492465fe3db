import type { MessagePort, Worker } from 'node:worker_threads';
import { assert } from '../../kernel/index.ts';
import type { Clock, Ids } from '../../modules/access/index.ts';
import type { JobView } from '../../modules/analysis/views.ts';
import type { Database } from '../db/index.ts';
import type { Logger } from '../logging.ts';
import { jobDesk } from './desk.ts';
import type { Jobs } from './job.ts';

/** To the thread that runs jobs. */
export type ToJobsThread = { readonly kind: 'look' } | { readonly kind: 'stop' };

/** From it. */
export type FromJobsThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'view'; readonly view: JobView }
  | { readonly kind: 'stopped' };

/** In the thread: lets `jobs` (made with an `onView` that posts) be led by the messages of the other side. */
export function serveJobs(jobs: Jobs, port: MessagePort): void {
  const post = (message: FromJobsThread): void => port.postMessage(message);
  port.on('message', (message: ToJobsThread) => {
    if (message.kind === 'look') jobs.look();
    else void jobs.stop().finally(() => post({ kind: 'stopped' }));
  });
}

export interface JobsThreadOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Starts the thread, whose body calls `serveJobs` and posts `ready`. Called again after it has died. */
  readonly startThread: () => Worker;
  readonly restartMilliseconds?: number;
}

/**
 * Jobs that run in a thread of their own: what they compute, copy and collect never keeps a request waiting, and where they
 * run out of memory the requests live on. The thread is started again when it dies; its jobs go on or fail by their own rule.
 */
export function jobsInThread(options: JobsThreadOptions): Jobs {
  const { db, clock, ids, logger } = options;
  const running = new Map<string, JobView>();
  let thread: Worker | undefined;
  let stopping = false;
  let stopped = (): void => {};

  const post = (message: ToJobsThread): void => thread?.postMessage(message);
  const desk = jobDesk({
    db,
    clock,
    ids,
    wake: () => post({ kind: 'look' }),
    latest: (jobId) => running.get(jobId),
  });

  const begin = (): Promise<void> => {
    const started = options.startThread();
    thread = started;
    return new Promise<void>((resolve, reject) => {
      started.on('message', (message: FromJobsThread) => {
        if (message.kind === 'ready') resolve();
        else if (message.kind === 'view') {
          const { view } = message;
          if (view.state === 'running') running.set(view.jobId, view);
          else running.delete(view.jobId);
          desk.tell(view);
        } else stopped();
      });
      let reason = 'it ended';
      started.on('error', (error) => {
        reason = error.message;
      });
      started.on('exit', () => {
        const error = new Error(`the thread of the jobs is gone: ${reason}`);
        thread = undefined;
        running.clear();
        reject(error);
        stopped();
        if (stopping) return;
        logger.log('error', 'the thread of the jobs ended', { reason });
        setTimeout(() => {
          if (!stopping) begin().catch(() => {});
        }, options.restartMilliseconds ?? 1000).unref();
      });
    });
  };

  return {
    ...desk,
    // Handlers belong to the thread.
    register() {},
    look: () => post({ kind: 'look' }),
    start() {
      assert(thread === undefined, 'jobs are started once');
      return begin();
    },
    async stop() {
      stopping = true;
      const last = thread;
      if (last === undefined) return;
      await new Promise<void>((resolve) => {
        stopped = resolve;
        post({ kind: 'stop' });
      });
      await last.terminate();
    },
  };
}
