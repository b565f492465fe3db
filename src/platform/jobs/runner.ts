import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { assert, type Json, localized, type Localized } from '../../kernel/index.ts';
import { type ActorContext, type Clock, type Ids, type Role } from '../../modules/access/index.ts';
import type { JobView } from '../../modules/analysis/views.ts';
import type { Database } from '../db/index.ts';
import { errorFields, type Logger } from '../logging.ts';
import { jobDesk } from './desk.ts';
import { JobCancelled, type JobHandler, JobRefused, type JobRun, type Jobs } from './job.ts';
import { beat, endJob, findJob, readSilentJobs, requestCancel, requeueJob, takeJob, type TakenJob } from './store.ts';

export interface JobsOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Jobs at the same time in this process. */
  readonly concurrency?: number;
  /** Between heartbeats, and between looks for work that another process queued. */
  readonly beatMilliseconds?: number;
  /** A running job not heard of for so long is taken for dead. */
  readonly silenceMilliseconds?: number;
  /** Hears of each change of any job that runs here. */
  readonly onView?: (view: JobView) => void;
}

const MAX_ATTEMPTS = 3;

const INTERRUPTED: NonNullable<JobView['error']> = {
  code: 'JOB-INTERRUPTED',
  message: localized(
    '程序在任务完成前停止了；没有留下半成品，请重新开始。',
    'The program stopped before the job was done; nothing half-made was left, start it again.',
  ),
};
const FAULT: NonNullable<JobView['error']> = {
  code: 'INTERNAL-FAULT',
  message: localized(
    '程序内部出错，任务没有完成。请重试；仍不行请把时间和此代码告诉管理员。',
    'Something failed inside the program and the job was not done. Try again; if it stays, tell your administrator the time and this code.',
  ),
};

interface Running {
  readonly taken: TakenJob;
  readonly controller: AbortController;
  progress: number;
  phase: Localized;
  /** Somebody asked for it to stop, as opposed to the server stopping. */
  cancelled: boolean;
  ended: Promise<void>;
}

/** Jobs in the table `job`, run in this process. See docs/decisions/0010-own-job-table.md. */
export function createJobs(options: JobsOptions): Jobs {
  const { clock, ids, logger } = options;
  // Bookkeeping of jobs never waits behind the long statements of jobs.
  const db = options.db;
  const concurrency = options.concurrency ?? 2;
  const beatEvery = options.beatMilliseconds ?? 1000;
  const silence = options.silenceMilliseconds ?? 30_000;
  const worker = `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;
  const handlers = new Map<string, JobHandler>();
  const running = new Map<string, Running>();
  let started = false;
  let stopping = false;
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  let timer: NodeJS.Timeout | undefined;

  const tell = (view: JobView): void => {
    desk.tell(view);
    options.onView?.(view);
  };
  const tellStored = async (jobId: string): Promise<void> => {
    const stored = await findJob(db, jobId);
    if (stored !== undefined) tell(stored.view);
  };
  const viewOf = (job: Running): JobView => ({
    jobId: job.taken.jobId,
    kind: job.taken.kind,
    state: 'running',
    progress: job.progress,
    phase: job.phase,
    error: null,
  });

  const contextOf = (job: TakenJob): ActorContext => ({
    actor: job.actor,
    role: job.role as Role,
    divisionCode: job.divisionCode,
    clock,
    ids,
  });

  const work = async (job: Running, handler: JobHandler): Promise<void> => {
    const { taken, controller } = job;
    let toldAt = 0;
    const run: JobRun<Json> = {
      jobId: taken.jobId,
      input: taken.input,
      actor: contextOf(taken),
      signal: controller.signal,
      attempt: taken.attempts,
      progress(fraction, phase) {
        job.progress = Math.max(0, Math.min(1, fraction));
        job.phase = phase;
        const now = performance.now();
        if (now - toldAt > 100) {
          toldAt = now;
          tell(viewOf(job));
        }
      },
      throwIfCancelled() {
        if (controller.signal.aborted) throw new JobCancelled();
      },
    };
    const heart = setInterval(() => {
      beat(db, taken.jobId, worker, clock.now(), job.progress, job.phase)
        .then((cancel) => {
          if (cancel === true) job.cancelled = true;
          // Undefined: another process took it for dead and has it now.
          if (cancel !== false) controller.abort(new JobCancelled());
        })
        .catch((error: unknown) =>
          logger.log('warning', 'job heartbeat failed', { jobId: taken.jobId, ...errorFields(error) }),
        );
    }, beatEvery);
    try {
      let end: Parameters<typeof endJob>[3];
      try {
        const result = (await handler.run(run)) ?? null;
        end = { state: 'done', error: null, result, now: clock.now() };
      } catch (error) {
        // Stopped with the server: left as running, so that the next start resumes or fails it by its own rule.
        if (stopping && controller.signal.aborted && !job.cancelled) return;
        if (job.cancelled && controller.signal.aborted) {
          end = { state: 'cancelled', error: null, result: null, now: clock.now() };
        } else if (error instanceof JobRefused) {
          const { code, message, remedy } = error.refusal;
          const text = localized(`${message.zh}${remedy.zh}`, `${message.en} ${remedy.en}`);
          end = { state: 'failed', error: { code, message: text }, result: null, now: clock.now() };
        } else {
          logger.log('error', 'job failed', { jobId: taken.jobId, kind: taken.kind, ...errorFields(error) });
          end = { state: 'failed', error: FAULT, result: null, now: clock.now() };
        }
      }
      // Taken for dead by another process, which works on it now: its data and its state are no longer ours.
      const { jobId } = taken;
      if (end.state !== 'done' && (await beat(db, jobId, worker, clock.now(), job.progress, job.phase)) === undefined) {
        logger.log('warning', 'job taken over by another process', { jobId, kind: taken.kind });
        return;
      }
      // Half-made data go first: whoever sees the job over must not find them.
      if (end.state !== 'done') await tidy(handler, taken, end.state);
      await endJob(db, taken.jobId, worker, end);
    } finally {
      clearInterval(heart);
    }
  };

  const tidy = async (handler: JobHandler | undefined, job: TakenJob, state: 'failed' | 'cancelled'): Promise<void> => {
    try {
      await handler?.abandoned?.({ jobId: job.jobId, input: job.input, state });
    } catch (error) {
      logger.log('error', 'tidying after a job failed', { jobId: job.jobId, kind: job.kind, ...errorFields(error) });
    }
  };

  const begin = (taken: TakenJob): void => {
    const handler = handlers.get(taken.kind)!;
    const job: Running = {
      taken,
      controller: new AbortController(),
      progress: 0,
      phase: localized('开始', 'starting'),
      cancelled: false,
      ended: Promise.resolve(),
    };
    running.set(taken.jobId, job);
    job.ended = work(job, handler)
      .catch((error: unknown) =>
        logger.log('error', 'job bookkeeping failed', { jobId: taken.jobId, ...errorFields(error) }),
      )
      .then(async () => {
        running.delete(taken.jobId);
        await tellStored(taken.jobId).catch(() => {});
        look();
      });
  };

  /** Takes waiting jobs while there is room. One look at a time; a call meanwhile makes it look once more. */
  const look = (): void => {
    if (!started || stopping) return;
    if (looking !== undefined) {
      lookAgain = true;
      return;
    }
    lookAgain = false;
    looking = (async () => {
      while (!stopping && running.size < concurrency) {
        const taken = await takeJob(db, [...handlers.keys()], worker, clock.now());
        if (taken === undefined) break;
        begin(taken);
      }
    })()
      .catch((error: unknown) => logger.log('warning', 'looking for jobs failed', errorFields(error)))
      .finally(() => {
        looking = undefined;
        if (lookAgain) look();
      });
  };

  /** Resumes or fails what dead processes left. */
  const recover = async (heardBefore: string): Promise<void> => {
    for (const job of await readSilentJobs(db, heardBefore)) {
      if (running.has(job.jobId)) continue;
      const handler = handlers.get(job.kind);
      if (handler === undefined) continue;
      if (handler.afterCrash === 'resume' && !job.cancel && job.attempts < MAX_ATTEMPTS) {
        await requeueJob(db, job.jobId, job.worker);
        continue;
      }
      const state = job.cancel ? 'cancelled' : 'failed';
      await tidy(handler, job, state);
      await endJob(db, job.jobId, job.worker, {
        state,
        error: job.cancel ? null : INTERRUPTED,
        result: null,
        now: clock.now(),
      });
      await tellStored(job.jobId);
    }
  };

  const desk = jobDesk({
    db,
    clock,
    ids,
    wake: look,
    latest: (jobId) => {
      const job = running.get(jobId);
      return job === undefined ? undefined : viewOf(job);
    },
  });

  const before = (milliseconds: number): string => new Date(Date.parse(clock.now()) - milliseconds).toISOString();

  const jobs: Jobs = {
    register(handler) {
      assert(!started, 'handlers are registered before the start');
      assert(!handlers.has(handler.kind), `two handlers for ${handler.kind}`);
      handlers.set(handler.kind, handler as unknown as JobHandler);
    },

    async enqueue(tx, context, job) {
      assert(handlers.has(job.kind), `no handler for jobs of kind ${job.kind}`);
      return desk.enqueue(tx, context, job);
    },

    async cancel(jobId) {
      const was = await requestCancel(db, jobId, clock.now());
      if (was === 'queued') {
        const stored = await findJob(db, jobId);
        if (stored !== undefined) {
          await handlers.get(stored.view.kind)?.abandoned?.({ jobId, input: stored.input, state: 'cancelled' });
          tell(stored.view);
        }
      }
      const job = running.get(jobId);
      if (was === 'running' && job !== undefined) {
        job.cancelled = true;
        job.controller.abort(new JobCancelled());
      }
      return was !== undefined;
    },

    find: desk.find,
    active: desk.active,
    subscribe: desk.subscribe,
    finished: desk.finished,

    async start() {
      // The embedded database has one process: whatever runs in its table belongs to one that is gone.
      await recover(options.db.engine === 'embedded' ? before(-1000) : before(silence));
      started = true;
      timer = setInterval(
        () => {
          recover(before(silence)).catch((error: unknown) =>
            logger.log('warning', 'recovering jobs failed', errorFields(error)),
          );
          look();
        },
        Math.max(beatEvery, 1000),
      );
      timer.unref();
      look();
    },

    look,

    async stop() {
      stopping = true;
      clearInterval(timer);
      await looking;
      const left = [...running.values()];
      for (const job of left) job.controller.abort(new JobCancelled());
      await Promise.all(left.map((job) => job.ended));
    },
  };
  return jobs;
}
