import { type Queryable, sql } from '../db/index.ts';

export interface JobCount {
  readonly kind: string;
  readonly state: string;
  readonly count: number;
  /** Age of the oldest of them, in seconds. */
  readonly oldestSeconds: number;
}

/** Jobs by kind and state, for the one who watches: those that wait or run, and those that ended within the last day. */
export function countJobs(db: Queryable): Promise<JobCount[]> {
  return db.rows<JobCount>(sql`select kind, state, count(*) as count,
      extract(epoch from now() - min(created_at))::float8 as "oldestSeconds"
    from job where state in ('queued', 'running') or finished_at > now() - interval '1 day'
    group by kind, state order by kind, state`);
}
