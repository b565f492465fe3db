import type { Json, Localized } from '../../kernel/index.ts';
import type { ActorContext } from '../../modules/access/index.ts';
import type { JobView } from '../../modules/analysis/views.ts';
import { type Queryable, sql } from '../db/index.ts';
import type { StoredJob } from './job.ts';

type JobError = NonNullable<JobView['error']>;

/**
 * One attempt at a job. Whatever an attempt writes into the table names worker and number: a process that was taken for dead
 * and wakes up changes nothing, not even where it has taken the same job a second time.
 */
export interface Attempt {
  readonly jobId: string;
  readonly worker: string;
  readonly attempts: number;
}

export interface TakenJob extends Attempt {
  readonly kind: string;
  readonly input: Json;
  readonly actor: string;
  readonly role: string;
  readonly divisionCode: string;
  /** Network address it was asked for from; null for the program itself. */
  readonly address: string | null;
  readonly cancel: boolean;
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

/** Channel on which processes tell each other that something is to be done. */
export const JOB_CHANNEL = 'tianchou_job';

const TAKEN = sql`job_id as "jobId", worker, attempts, kind, input, actor, role, division_code as "divisionCode", address,
  cancel_requested as cancel`;

const held = ({ jobId, worker, attempts }: Attempt) =>
  sql`job_id = ${jobId} and worker = ${worker} and attempts = ${attempts} and state = 'running'`;

// Heartbeats and silence go by the clock of the database: those of several machines differ.
const NOW = sql`clock_timestamp()`;

export async function insertJob(
  db: Queryable,
  context: ActorContext,
  job: { readonly jobId: string; readonly kind: string; readonly input: Json },
): Promise<void> {
  await db.run(sql`insert into job (job_id, kind, division_code, actor, role, address, input, state, created_at)
    values (${job.jobId}, ${job.kind}, ${context.divisionCode}, ${context.actor}, ${context.role}, ${context.address ?? null},
      ${JSON.stringify(job.input)}::jsonb,
      'queued', ${context.clock.now()})`);
}

/** Tells every process that runs jobs to look; heard once the transaction is committed. */
export async function notify(db: Queryable): Promise<void> {
  await db.run(sql`select pg_notify(${JOB_CHANNEL}, '')`);
}

const taking = (worker: string) =>
  sql`state = 'running', worker = ${worker}, attempts = attempts + 1, started_at = ${NOW}, heartbeat_at = ${NOW}`;

/**
 * Takes a waiting job of one of these kinds; two takers never get the same one. Divisions take turns: first the one with the
 * fewest jobs running, then the one served longest ago; of one division the oldest job first.
 */
export function takeJob(db: Queryable, kinds: readonly string[], worker: string): Promise<TakenJob | undefined> {
  const waiting = sql`state = 'queued' and not cancel_requested and kind = any(${kinds}::text[])`;
  return db.first<TakenJob>(sql`update job set ${taking(worker)}
    where job_id = (
      select job.job_id from job join (
        select d.division_code,
          (select count(*) from job r where r.state = 'running' and r.division_code = d.division_code) as running,
          (select max(r.started_at) from job r where r.division_code = d.division_code) as served
        from (select distinct division_code from job where ${waiting}) d) turn using (division_code)
      where ${waiting}
      order by turn.running, turn.served nulls first, job.created_at, job.job_id for update of job skip locked limit 1)
    returning ${TAKEN}`);
}

/** Takes a job that was cancelled while it waited: what was made ready for it goes. */
export function takeCancelledJob(
  db: Queryable,
  kinds: readonly string[],
  worker: string,
): Promise<TakenJob | undefined> {
  return db.first<TakenJob>(sql`update job set ${taking(worker)}
    where job_id = (select job_id from job where state = 'queued' and cancel_requested and kind = any(${kinds}::text[])
      order by created_at, job_id for update skip locked limit 1)
    returning ${TAKEN}`);
}

/** Says that the job is alive and how far it is; answers whether somebody wants it to stop, or undefined where it is no longer ours. */
export async function beat(
  db: Queryable,
  attempt: Attempt,
  progress: number,
  phase: Localized,
): Promise<boolean | undefined> {
  const row = await db.first<{ cancel: boolean }>(sql`update job set heartbeat_at = ${NOW}, progress = ${progress},
      phase_zh = ${phase.zh}, phase_en = ${phase.en} where ${held(attempt)} returning cancel_requested as cancel`);
  return row?.cancel;
}

/** Whether the job is still this attempt's. Inside a transaction it stays so until the end of it. */
export async function holdJob(tx: Queryable, attempt: Attempt): Promise<boolean> {
  return (await tx.first(sql`select 1 from job where ${held(attempt)} for share`)) !== undefined;
}

export interface JobEnd {
  readonly state: 'done' | 'failed' | 'cancelled';
  readonly error: JobError | null;
  readonly result: Json;
}

export async function endJob(db: Queryable, attempt: Attempt, end: JobEnd): Promise<boolean> {
  const changed = await db.run(sql`update job set state = ${end.state}, finished_at = ${NOW}, heartbeat_at = ${NOW},
      progress = case when ${end.state} = 'done' then 1 else progress end,
      error = ${end.error === null ? null : JSON.stringify(end.error)}::jsonb,
      result = ${end.result === null ? null : JSON.stringify(end.result)}::jsonb
    where ${held(attempt)}`);
  return changed === 1;
}

/** Asks what waits or runs to stop. False where it is over or not there. */
export async function requestCancel(db: Queryable, jobId: string): Promise<boolean> {
  return (
    (await db.run(
      sql`update job set cancel_requested = true where job_id = ${jobId} and state in ('queued', 'running')`,
    )) === 1
  );
}

/** Those of these jobs somebody wants to stop. */
export async function readCancelled(db: Queryable, jobIds: readonly string[]): Promise<string[]> {
  const rows = await db.rows<{ jobId: string }>(
    sql`select job_id as "jobId" from job where job_id = any(${jobIds}::uuid[]) and state = 'running' and cancel_requested`,
  );
  return rows.map(({ jobId }) => jobId);
}

/** Jobs marked running that nobody has been heard of for so long, with the attempt that fell silent. */
export function readSilentJobs(
  db: Queryable,
  milliseconds: number,
): Promise<(TakenJob & { readonly silentMilliseconds: number })[]> {
  const silence = sql`(extract(epoch from ${NOW} - heartbeat_at) * 1000)::float8`;
  return db.rows(sql`select ${TAKEN}, ${silence} as "silentMilliseconds" from job
    where state = 'running' and ${silence} >= ${milliseconds}::float8 order by created_at, job_id`);
}

// A silent attempt may be in the middle of a transaction that holds the job (its process is paused, not dead): such a job is
// left for the next look instead of waiting for it.
const unlocked = (attempt: Attempt) =>
  sql`job_id = (select job_id from job where ${held(attempt)} for update skip locked)`;

/** Takes a job over from an attempt that fell silent, to tidy up after it. Undefined where somebody was quicker. */
export function adoptJob(db: Queryable, attempt: Attempt, worker: string): Promise<TakenJob | undefined> {
  return db.first<TakenJob>(sql`update job set ${taking(worker)} where ${unlocked(attempt)} returning ${TAKEN}`);
}

/**
 * The job waits again.
 *
 * @param counts whether this attempt counts among those after which a job is given up: not where a process stopped in order
 */
export async function requeueJob(db: Queryable, attempt: Attempt, counts: boolean): Promise<boolean> {
  const changed = await db.run(sql`update job set state = 'queued', worker = null, progress = 0,
      attempts = attempts - ${counts ? 0 : 1}::int4 where ${unlocked(attempt)}`);
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
