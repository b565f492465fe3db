import type { Json, Localized } from '../../kernel/index.ts';
import type { ActorContext } from '../../modules/access/index.ts';
import type { JobView } from '../../modules/analysis/views.ts';
import { type Queryable, sql } from '../db/index.ts';
import type { StoredJob } from './job.ts';

type JobError = NonNullable<JobView['error']>;

export interface TakenJob {
  readonly jobId: string;
  readonly kind: string;
  readonly input: Json;
  readonly actor: string;
  readonly role: string;
  readonly divisionCode: string;
  readonly attempts: number;
}

interface JobRow {
  readonly jobId: string;
  readonly kind: string;
  readonly state: JobView['state'];
  readonly progress: number;
  readonly phaseZh: string;
  readonly phaseEn: string;
  readonly error: JobError | null;
  readonly divisionCode: string;
  readonly actor: string;
  readonly input: Json;
  readonly result: Json;
}

const TAKEN = sql`job_id as "jobId", kind, input, actor, role, division_code as "divisionCode", attempts`;

export async function insertJob(
  db: Queryable,
  context: ActorContext,
  job: { readonly jobId: string; readonly kind: string; readonly input: Json },
): Promise<void> {
  await db.run(sql`insert into job (job_id, kind, division_code, actor, role, input, state, created_at)
    values (${job.jobId}, ${job.kind}, ${context.divisionCode}, ${context.actor}, ${context.role}, ${JSON.stringify(job.input)}::jsonb,
      'queued', ${context.clock.now()})`);
}

/** Takes the oldest waiting job of one of these kinds; two takers never get the same one. */
export function takeJob(
  db: Queryable,
  kinds: readonly string[],
  worker: string,
  now: string,
): Promise<TakenJob | undefined> {
  return db.first<TakenJob>(sql`update job set state = 'running', worker = ${worker}, attempts = attempts + 1,
      started_at = ${now}, heartbeat_at = ${now}
    where job_id = (select job_id from job where state = 'queued' and kind = any(${kinds}::text[])
      order by created_at, job_id for update skip locked limit 1)
    returning ${TAKEN}`);
}

/** Says that the job is alive and how far it is; answers whether somebody wants it to stop, or undefined where it is no longer ours. */
export async function beat(
  db: Queryable,
  jobId: string,
  worker: string,
  now: string,
  progress: number,
  phase: Localized,
): Promise<boolean | undefined> {
  const row = await db.first<{ cancel: boolean }>(sql`update job set heartbeat_at = ${now}, progress = ${progress},
      phase_zh = ${phase.zh}, phase_en = ${phase.en}
    where job_id = ${jobId} and worker = ${worker} and state = 'running' returning cancel_requested as cancel`);
  return row?.cancel;
}

export async function endJob(
  db: Queryable,
  jobId: string,
  worker: string,
  end: {
    readonly state: 'done' | 'failed' | 'cancelled';
    readonly error: JobError | null;
    readonly result: Json;
    readonly now: string;
  },
): Promise<boolean> {
  const changed =
    await db.run(sql`update job set state = ${end.state}, finished_at = ${end.now}, heartbeat_at = ${end.now},
      progress = case when ${end.state} = 'done' then 1 else progress end,
      error = ${end.error === null ? null : JSON.stringify(end.error)}::jsonb,
      result = ${end.result === null ? null : JSON.stringify(end.result)}::jsonb
    where job_id = ${jobId} and worker = ${worker} and state = 'running'`);
  return changed === 1;
}

/** Cancels at once what still waits; asks what runs to stop. The state it had, or undefined where it is over or not there. */
export async function requestCancel(
  db: Queryable,
  jobId: string,
  now: string,
): Promise<'queued' | 'running' | undefined> {
  const waiting = await db.run(sql`update job set state = 'cancelled', cancel_requested = true, finished_at = ${now}
    where job_id = ${jobId} and state = 'queued'`);
  if (waiting === 1) return 'queued';
  const running = await db.run(
    sql`update job set cancel_requested = true where job_id = ${jobId} and state = 'running'`,
  );
  return running === 1 ? 'running' : undefined;
}

/** Jobs marked running whose process has not been heard of since `heardBefore`. */
export function readSilentJobs(
  db: Queryable,
  heardBefore: string,
): Promise<(TakenJob & { readonly worker: string; readonly cancel: boolean })[]> {
  return db.rows(sql`select ${TAKEN}, worker, cancel_requested as cancel from job
    where state = 'running' and heartbeat_at < ${heardBefore} order by created_at`);
}

export async function requeueJob(db: Queryable, jobId: string, worker: string): Promise<boolean> {
  const changed = await db.run(
    sql`update job set state = 'queued', worker = null, progress = 0 where job_id = ${jobId} and worker = ${worker} and state = 'running'`,
  );
  return changed === 1;
}

const STORED = sql`job_id as "jobId", kind, state, progress, phase_zh as "phaseZh", phase_en as "phaseEn", error,
  division_code as "divisionCode", actor, input, result`;

function storedOf({ jobId, kind, state, progress, phaseZh, phaseEn, error, ...rest }: JobRow): StoredJob {
  return { view: { jobId, kind, state, progress, phase: { zh: phaseZh, en: phaseEn }, error }, ...rest };
}

export async function findJob(db: Queryable, jobId: string): Promise<StoredJob | undefined> {
  const row = await db.first<JobRow>(sql`select ${STORED} from job where job_id = ${jobId}`);
  return row === undefined ? undefined : storedOf(row);
}

export async function readActiveJobs(db: Queryable, kind: string): Promise<StoredJob[]> {
  const rows = await db.rows<JobRow>(
    sql`select ${STORED} from job where kind = ${kind} and state in ('queued', 'running') order by created_at, job_id`,
  );
  return rows.map(storedOf);
}
