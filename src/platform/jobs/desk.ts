import { assert } from '../../kernel/index.ts';
import type { Clock, Ids } from '../../modules/access/index.ts';
import type { JobView } from '../../modules/analysis/views.ts';
import type { Database } from '../db/index.ts';
import type { Jobs, StoredJob } from './job.ts';
import { findJob, insertJob, notify, readActiveJobs, requestCancel } from './store.ts';

export interface DeskOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** A job has been queued or is to stop: whoever runs jobs here looks for it. */
  readonly wake: () => void;
  /** What is known of a running job beyond its last heartbeat. */
  readonly latest: (jobId: string) => JobView | undefined;
}

/** The side of jobs that requests see: queue, cancel, look, listen. The same wherever the jobs run. */
export interface JobDesk extends Pick<Jobs, 'enqueue' | 'cancel' | 'find' | 'active' | 'subscribe' | 'finished'> {
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
      // Other processes hear of it through the database, this one more directly.
      if (db.engine === 'postgresql') await notify(tx);
      tx.afterCommit(wake);
      return jobId;
    },

    async cancel(jobId, tx) {
      if (tx === undefined) return db.transaction((own) => desk.cancel(jobId, own));
      if (!(await requestCancel(tx, jobId))) return false;
      if (db.engine === 'postgresql') await notify(tx);
      tx.afterCommit(wake);
      return true;
    },

    async find(jobId) {
      const stored = await findJob(db, jobId);
      return stored === undefined ? undefined : fresh(stored);
    },

    async active(kind, within = db) {
      return (await readActiveJobs(within, kind)).map(fresh);
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

/** Jobs that other processes run (`tianchou work`): here they are queued, cancelled and looked at. */
export function jobsElsewhere(options: Pick<DeskOptions, 'db' | 'clock' | 'ids'>): Jobs {
  const nothing = (): void => {};
  return {
    ...jobDesk({ ...options, wake: nothing, latest: () => undefined }),
    register: nothing,
    start: async () => {},
    look: nothing,
    stop: async () => {},
  };
}
