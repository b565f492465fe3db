import { assert } from '../../kernel/index.ts';
import type { Clock, Ids } from '../../modules/access/index.ts';
import type { JobView } from '../../modules/analysis/views.ts';
import type { Database } from '../db/index.ts';
import type { Jobs, StoredJob } from './job.ts';
import { findJob, insertJob, readActiveJobs } from './store.ts';

export interface DeskOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** A job has been queued: whoever runs jobs looks for it. */
  readonly wake: () => void;
  /** What is known of a running job beyond its last heartbeat. */
  readonly latest: (jobId: string) => JobView | undefined;
}

/** The side of jobs that requests see: queue, look, listen. The same whether the jobs run in this thread or in another. */
export interface JobDesk extends Pick<Jobs, 'enqueue' | 'find' | 'active' | 'subscribe' | 'finished'> {
  /** Tells the listeners of a job. */
  tell(view: JobView): void;
}

const LOOK_MILLISECONDS = 200;

export function jobDesk({ db, ids, wake, latest }: DeskOptions): JobDesk {
  const listeners = new Map<string, Set<(view: JobView) => void>>();

  const fresh = (stored: StoredJob): StoredJob => {
    const view = stored.view.state === 'running' ? latest(stored.view.jobId) : undefined;
    return view === undefined ? stored : { ...stored, view };
  };

  const desk: JobDesk = {
    async enqueue(tx, context, { kind, input }) {
      const jobId = ids.next();
      await insertJob(tx, context, { jobId, kind, input });
      tx.afterCommit(wake);
      return jobId;
    },

    async find(jobId) {
      const stored = await findJob(db, jobId);
      return stored === undefined ? undefined : fresh(stored);
    },

    async active(kind) {
      return (await readActiveJobs(db, kind)).map(fresh);
    },

    subscribe(jobId, listener) {
      const set = listeners.get(jobId) ?? new Set();
      listeners.set(jobId, set);
      set.add(listener);
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(jobId);
      };
    },

    async finished(jobId) {
      for (;;) {
        const stored: StoredJob | undefined = await findJob(db, jobId);
        assert(stored !== undefined, 'no such job');
        if (!['queued', 'running'].includes(stored.view.state)) return stored;
        await new Promise<void>((resolve) => {
          const done = (): void => {
            end();
            clearTimeout(poll);
            resolve();
          };
          const end = desk.subscribe(jobId, (view) => {
            if (view.state !== 'running') done();
          });
          const poll = setTimeout(done, LOOK_MILLISECONDS);
        });
      }
    },

    tell(view) {
      for (const listener of listeners.get(view.jobId) ?? []) listener(view);
    },
  };
  return desk;
}
