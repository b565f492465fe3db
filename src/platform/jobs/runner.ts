import { setTimeout as sleep } from 'node:timers/promises';
import { assert, type Json, localized, type Localized } from '../../kernel/index.ts';
import { type ActorContext, type Clock, type Ids, type Role } from '../../modules/access/index.ts';
import type { JobView } from '../../modules/analysis/views.ts';
import { type Database, isDatabaseLost, type Transaction } from '../db/index.ts';
import { failureOf } from '../failure.ts';
import { errorFields, type Logger } from '../logging.ts';
import { jobDesk } from './desk.ts';
import { JobCancelled, type JobHandler, JobLost, JobRefused, type JobRun, type Jobs } from './job.ts';
import {
  adoptJob,
  beat,
  endJob,
  findJob,
  holdJob,
  JOB_CHANNEL,
  type JobEnd,
  readCancelled,
  readSilentJobs,
  requeueJob,
  takeCancelledJob,
  takeJob,
  type TakenJob,
} from './store.ts';
import { isWorkerGone, newWorkerName } from './worker-name.ts';

export interface JobsOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Jobs at the same time in this process. */
  readonly concurrency?: number;
  /** Between heartbeats, and between looks for work where no wake-up came. */
  readonly beatMilliseconds?: number;
  /** A running job not heard of for so long is taken for dead. */
  readonly silenceMilliseconds?: number;
  /** Joined to the transaction that ends a job which failed or was cancelled: its event. A job done leaves that of its outcome. */
  readonly recordEnd?: RecordJobEnd;
  /** Hears of each change of any job that runs here. */
  readonly onView?: (view: JobView) => void;
}

/** Leaves the event of a job that came to nothing; `code` of its error, or JOB-CANCELLED. */
export type RecordJobEnd = (
  tx: Transaction,
  asked: ActorContext,
  job: { readonly jobId: string; readonly kind: string; readonly input: Json; readonly code: string },
) => Promise<unknown>;

const MAX_ATTEMPTS = 3;
const AGAIN_MILLISECONDS = 500;
/** Heartbeats missed for so long are reason to see whether the process lives. */
const QUIET_MILLISECONDS = 2000;

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

const CANCELLED: JobEnd = { state: 'cancelled', error: null, result: null };
const GIVEN_UP: JobEnd = { state: 'failed', error: INTERRUPTED, result: null };

interface Running {
  readonly taken: TakenJob;
  readonly controller: AbortController;
  progress: number;
  phase: Localized;
  /** Somebody asked for it to stop, as opposed to the server stopping. */
  cancelled: boolean;
  /** Another process has it. */
  lost: boolean;
  /** Its end is committed, together with its outcome. */
  complete: boolean;
  ended: Promise<void>;
}

/** What becomes of an attempt: its end, or that the job waits for another one. */
type Outcome = JobEnd | { readonly state: 'queued'; readonly counts: boolean };

/** Jobs in the table `job`, run in this process. See docs/decisions/0010-own-job-table.md. */
export function createJobs(options: JobsOptions): Jobs {
  const { clock, ids, logger } = options;
  // Bookkeeping of jobs never waits behind the long statements of jobs.
  const db = options.db;
  const concurrency = options.concurrency ?? 2;
  const beatEvery = options.beatMilliseconds ?? 1000;
  const silence = options.silenceMilliseconds ?? 30_000;
  const worker = newWorkerName();
  const handlers = new Map<string, JobHandler>();
  const running = new Map<string, Running>();
  /** Jobs that are tidied up after; they take no place from those that run. */
  const tidying = new Map<string, Running>();
  let started = false;
  let stopping = false;
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  let recovering: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let endListening = (): void => {};

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
    address: job.address,
    clock,
    ids,
  });

  const stillMine = async (job: Running, tx: Transaction): Promise<void> => {
    if (!(await holdJob(tx, job.taken))) throw lose(job);
  };
  const lose = (job: Running): JobLost => {
    const error = new JobLost(job.taken.jobId);
    job.lost = true;
    job.controller.abort(error);
    return error;
  };

  const runOf = (job: Running): JobRun<Json> => {
    const { taken, controller } = job;
    let toldAt = 0;
    return {
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
      stillMine: (tx) => stillMine(job, tx),
      async complete(tx, result) {
        if (!(await endJob(tx, taken, { state: 'done', error: null, result: result ?? null }))) throw lose(job);
        tx.afterCommit(() => {
          job.complete = true;
        });
      },
    };
  };

  /** Beats while `work` goes on; stops it where somebody wants that, or the job is another's by now. */
  const beating = async (job: Running, work: () => Promise<void>): Promise<void> => {
    const { jobId } = job.taken;
    let underWay = false;
    const heart = setInterval(() => {
      // A transaction of the job itself may hold its row for a moment: beats do not queue up behind it.
      if (underWay || job.complete) return;
      underWay = true;
      beat(db, job.taken, job.progress, job.phase)
        .then((cancel) => {
          if (cancel === undefined && !job.complete) lose(job);
          else if (cancel === true) stop(job);
        })
        .catch((error: unknown) => logger.log('warning', 'job heartbeat failed', { jobId, ...errorFields(error) }))
        .finally(() => {
          underWay = false;
        });
    }, beatEvery);
    try {
      await work();
    } finally {
      clearInterval(heart);
    }
  };
  const stop = (job: Running): void => {
    job.cancelled = true;
    job.controller.abort(new JobCancelled());
  };

  const outcomeOf = (job: Running, handler: JobHandler, error: unknown): Outcome => {
    const { taken } = job;
    if (job.cancelled && job.controller.signal.aborted) return CANCELLED;
    const mayGoOn = handler.afterCrash === 'resume';
    // Stopped with the server: nothing is wrong with the job.
    if (stopping && job.controller.signal.aborted) return mayGoOn ? { state: 'queued', counts: false } : GIVEN_UP;
    if (error instanceof JobRefused) {
      const { code, message, remedy } = error.refusal;
      const text = localized(`${message.zh}${remedy.zh}`, `${message.en} ${remedy.en}`);
      return { state: 'failed', error: { code, message: text }, result: null };
    }
    logger.log('error', 'job failed', { jobId: taken.jobId, kind: taken.kind, ...errorFields(error) });
    // The database went away under it: that is a crash of another kind.
    if (isDatabaseLost(error)) {
      return mayGoOn && taken.attempts < MAX_ATTEMPTS ? { state: 'queued', counts: true } : GIVEN_UP;
    }
    const failure = failureOf(error);
    if (failure === undefined) return { state: 'failed', error: FAULT, result: null };
    const { code, message, remedy } = failure.refusal;
    const text = localized(`${message.zh}${remedy.zh}`, `${message.en} ${remedy.en}`);
    return { state: 'failed', error: { code, message: text }, result: null };
  };

  const work = async (job: Running, handler: JobHandler): Promise<void> => {
    const { taken } = job;
    await beating(job, async () => {
      let outcome: Outcome;
      try {
        const result = (await handler.run(runOf(job))) ?? null;
        outcome = { state: 'done', error: null, result };
      } catch (error) {
        if (job.complete) {
          logger.log('warning', 'tidying after a job failed', { jobId: taken.jobId, ...errorFields(error) });
          return;
        }
        outcome = outcomeOf(job, handler, error);
      }
      if (!job.complete) await settle(job, handler, outcome);
    });
  };

  /** Writes down what became of an attempt; where the database is away, as soon as it is back. */
  const settle = async (job: Running, handler: JobHandler | undefined, outcome: Outcome): Promise<void> => {
    const { taken } = job;
    for (;;) {
      try {
        if (job.lost || (await beat(db, taken, job.progress, job.phase)) === undefined) {
          // Its data and its state are another's by now.
          logger.log('warning', 'job taken over by another process', { jobId: taken.jobId, kind: taken.kind });
          return;
        }
        if (outcome.state === 'queued') await requeueJob(db, taken, outcome.counts);
        else {
          // Half-made data go first: whoever sees the job over must not find them.
          if (outcome.state !== 'done') await tidy(job, handler, outcome.state);
          await end(taken, outcome);
        }
        return;
      } catch (error) {
        if (!isDatabaseLost(error) || stopping) throw error;
        await sleep(AGAIN_MILLISECONDS);
      }
    }
  };

  const end = (taken: TakenJob, outcome: JobEnd): Promise<void> =>
    db.transaction(async (tx) => {
      if (!(await endJob(tx, taken, outcome)) || outcome.state === 'done') return;
      const { jobId, kind, input } = taken;
      const code = outcome.error?.code ?? 'JOB-CANCELLED';
      await options.recordEnd?.(tx, contextOf(taken), { jobId, kind, input, code });
    });

  const tidy = async (job: Running, handler: JobHandler | undefined, state: 'failed' | 'cancelled'): Promise<void> => {
    const { jobId, input, kind } = job.taken;
    try {
      await handler?.abandoned?.({ jobId, input, state, stillMine: (tx) => stillMine(job, tx) });
    } catch (error) {
      if (error instanceof JobLost || isDatabaseLost(error)) throw error;
      logger.log('error', 'tidying after a job failed', { jobId, kind, ...errorFields(error) });
    }
  };

  const begin = (taken: TakenJob, among: Map<string, Running>, body: (job: Running) => Promise<void>): void => {
    // An earlier attempt of this very process that was too silent ends first: a job never runs twice at once here.
    const before = [running, tidying].flatMap((map) => map.get(taken.jobId) ?? []);
    for (const job of before) lose(job);
    const job: Running = {
      taken,
      controller: new AbortController(),
      progress: 0,
      phase: localized('开始', 'starting'),
      cancelled: false,
      lost: false,
      complete: false,
      ended: Promise.resolve(),
    };
    const earlier = Promise.all(before.map(({ ended }) => ended));
    among.set(taken.jobId, job);
    job.ended = earlier
      .then(() => body(job))
      .catch((error: unknown) =>
        logger.log('error', 'job bookkeeping failed', { jobId: taken.jobId, ...errorFields(error) }),
      )
      .then(async () => {
        if (among.get(taken.jobId) === job) among.delete(taken.jobId);
        await tellStored(taken.jobId).catch(() => {});
        look();
      });
  };
  const beginRun = (taken: TakenJob): void => {
    const handler = handlers.get(taken.kind)!;
    begin(taken, running, (job) => work(job, handler));
  };
  const beginTidying = (taken: TakenJob, end: JobEnd): void => {
    const handler = handlers.get(taken.kind);
    begin(taken, tidying, (job) => beating(job, () => settle(job, handler, end)));
  };

  /** Takes waiting jobs while there is room, hears of cancels. One look at a time; a call meanwhile makes it look once more. */
  const look = (): void => {
    if (!started || stopping) return;
    if (looking !== undefined) {
      lookAgain = true;
      return;
    }
    lookAgain = false;
    looking = lookOnce()
      .catch((error: unknown) => logger.log('warning', 'looking for jobs failed', errorFields(error)))
      .finally(() => {
        looking = undefined;
        if (lookAgain) look();
      });
  };
  const lookOnce = async (): Promise<void> => {
    const kinds = [...handlers.keys()];
    if (running.size > 0) {
      for (const jobId of await readCancelled(db, [...running.keys()])) {
        const job = running.get(jobId);
        if (job !== undefined) stop(job);
      }
    }
    for (;;) {
      const cancelled = stopping ? undefined : await takeCancelledJob(db, kinds, worker);
      if (cancelled === undefined) break;
      beginTidying(cancelled, CANCELLED);
    }
    while (!stopping && running.size < concurrency) {
      const taken = await takeJob(db, kinds, worker);
      if (taken === undefined) break;
      beginRun(taken);
    }
  };

  /** Resumes or fails what dead processes left: those silent for long, and at once those that are seen to be gone. */
  const recover = async (milliseconds: number): Promise<void> => {
    const silentOnes = await readSilentJobs(db, Math.min(milliseconds, QUIET_MILLISECONDS));
    for (const job of silentOnes) {
      if (job.silentMilliseconds < milliseconds && !isWorkerGone(job.worker)) continue;
      const handler = handlers.get(job.kind);
      if (handler === undefined) continue;
      if (handler.afterCrash === 'resume' && !job.cancel && job.attempts < MAX_ATTEMPTS) {
        if (await requeueJob(db, job, true)) {
          logger.log('warning', 'job of a silent process waits again', { jobId: job.jobId, worker: job.worker });
        }
        continue;
      }
      const adopted = await adoptJob(db, job, worker);
      if (adopted !== undefined) beginTidying(adopted, job.cancel ? CANCELLED : GIVEN_UP);
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

  return {
    ...desk,
    register(handler) {
      assert(!started, 'handlers are registered before the start');
      assert(!handlers.has(handler.kind), `two handlers for ${handler.kind}`);
      handlers.set(handler.kind, handler as unknown as JobHandler);
    },

    async enqueue(tx, context, job) {
      assert(handlers.has(job.kind), `no handler for jobs of kind ${job.kind}`);
      return desk.enqueue(tx, context, job);
    },

    async start() {
      // The embedded database has one process: whatever runs in its table belongs to one that is gone.
      await recover(db.engine === 'embedded' ? -1000 : silence);
      started = true;
      endListening = db.listen(JOB_CHANNEL, look);
      timer = setInterval(
        () => {
          recovering ??= recover(silence)
            .catch((error: unknown) => logger.log('warning', 'recovering jobs failed', errorFields(error)))
            .finally(() => {
              recovering = undefined;
            });
          look();
        },
        Math.min(beatEvery, 1000),
      );
      timer.unref();
      look();
    },

    look,

    async stop() {
      stopping = true;
      clearInterval(timer);
      endListening();
      await Promise.all([looking, recovering]);
      const left = [...running.values(), ...tidying.values()];
      for (const job of left) job.controller.abort(new JobCancelled());
      await Promise.all(left.map((job) => job.ended));
    },
  };
}
