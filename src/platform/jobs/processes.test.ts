import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltProgram, buildProgram } from '../../../tests/support/built-program.ts';
import { testActor } from '../../../tests/support/context.ts';
import { startPostgresql, type ThrowAwayPostgresql } from '../../../tests/support/postgresql.ts';
import { systemClock, systemIds } from '../clock.ts';
import { openDatabase, type OpenedDatabase, sql } from '../db/index.ts';
import { jobsElsewhere } from './index.ts';

interface Outcome {
  readonly jobId: string;
  readonly pid: number;
  readonly attempt: number;
}

// Real processes on one real PostgreSQL: what one cannot show by promises inside a single process.
describe('several processes on one queue', () => {
  let server: ThrowAwayPostgresql;
  let program: BuiltProgram;
  let db: OpenedDatabase;
  let jobs: ReturnType<typeof jobsElsewhere>;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    program = await buildProgram('tests/support/jobs-process.ts', { workers: false });
    server = await startPostgresql();
    db = await openDatabase({ url: server.url });
    await db.run(sql`create table outcome (job_id uuid, pid integer, attempt integer, at timestamptz)`);
    jobs = jobsElsewhere({ db, clock: systemClock, ids: systemIds });
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map(end));
  });
  afterAll(async () => {
    await db?.close();
    await server?.stop();
    program?.remove();
  });

  async function start(concurrency: number): Promise<ChildProcess> {
    const child = spawn(process.execPath, [program.path, server.url, String(concurrency)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    await new Promise<void>((resolve, reject) => {
      child.stdout!.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`a process ended: ${code}`)));
    });
    return child;
  }
  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
  const enqueue = (kind: string, milliseconds: number, county = '330481'): Promise<string> =>
    db.transaction((tx) =>
      jobs.enqueue(tx, testActor(county, systemClock, systemIds), { kind, input: { milliseconds } }),
    );
  const outcomes = (jobId: string): Promise<Outcome[]> =>
    db.rows<Outcome>(sql`select job_id as "jobId", pid, attempt from outcome where job_id = ${jobId}`);
  const row = (jobId: string): Promise<{ worker: string | null; attempts: number; state: string }> =>
    db.one(sql`select worker, attempts, state from job where job_id = ${jobId}`);
  const pidOf = async (jobId: string): Promise<number> => Number((await row(jobId)).worker?.split(' ')[1]);
  const running = (jobId: string): Promise<void> =>
    expect.poll(async () => (await row(jobId)).state, { timeout: 10_000, interval: 20 }).toBe('running');

  it('run each job once, share them, and hear of them at once', async () => {
    await Promise.all([start(2), start(2), start(2)]);
    const ids = await Promise.all(Array.from({ length: 60 }, () => enqueue('work', 30)));
    for (const id of ids) expect((await jobs.finished(id)).view.state).toBe('done');
    const all = await db.rows<Outcome>(sql`select job_id as "jobId", pid, attempt from outcome`);
    expect(all.map(({ jobId }) => jobId).toSorted()).toEqual(ids.toSorted());
    expect(new Set(all.map(({ pid }) => pid)).size).toBe(3);
    const waits: number[] = [];
    for (let i = 0; i < 15; i++) {
      const jobId = await enqueue('work', 1);
      await jobs.finished(jobId);
      const { wait } = await db.one<{ wait: number }>(
        sql`select (extract(epoch from started_at - created_at) * 1000)::float8 as wait from job where job_id = ${jobId}`,
      );
      waits.push(wait);
    }
    waits.sort((a, b) => a - b);
    console.log(`from queued to started: median ${waits[7]!.toFixed(1)} ms, worst ${waits[14]!.toFixed(1)} ms`);
    // Polling alone would take half a second in the middle.
    expect(waits[7]).toBeLessThan(250);
  }, 60_000);

  it('keep a paused process from committing what another has taken over', async () => {
    const first = await start(1);
    const jobId = await enqueue('work', 600);
    await running(jobId);
    expect(await pidOf(jobId)).toBe(first.pid);
    first.kill('SIGSTOP');
    const second = await start(1);
    expect((await jobs.finished(jobId)).result).toEqual({ pid: second.pid });
    first.kill('SIGCONT');
    // Awake, its sleep is over at once and it tries to commit.
    await sleep(700);
    expect(await outcomes(jobId)).toEqual([{ jobId, pid: second.pid, attempt: 2 }]);
    // It goes on with other work: both take some.
    await end(second);
    expect((await jobs.finished(await enqueue('work', 1))).result).toEqual({ pid: first.pid });
  }, 60_000);

  it('leave a process alone that is paused while it commits, and work on beside it', async () => {
    const first = await start(1);
    const jobId = await enqueue('inside', 400);
    await running(jobId);
    await sleep(150);
    first.kill('SIGSTOP');
    const second = await start(1);
    await sleep(2500);
    expect((await jobs.finished(await enqueue('work', 1))).result).toEqual({ pid: second.pid });
    first.kill('SIGCONT');
    await jobs.finished(jobId);
    await sleep(300);
    expect(await outcomes(jobId)).toEqual([{ jobId, pid: first.pid, attempt: 1 }]);
  }, 60_000);

  it('go on at once with the job of a process that was killed', async () => {
    const first = await start(1);
    const jobId = await enqueue('wait', 0);
    await running(jobId);
    const second = await start(1);
    await end(first);
    await expect.poll(() => pidOf(jobId), { timeout: 5000 }).toBe(second.pid);
    expect((await row(jobId)).attempts).toBe(2);
    expect(await jobs.cancel(jobId)).toBe(true);
    expect((await jobs.finished(jobId)).view.state).toBe('cancelled');
  }, 60_000);

  it('give a job back when they are stopped in order, and cancel what waits or runs elsewhere', async () => {
    const first = await start(1);
    const jobId = await enqueue('wait', 0);
    await running(jobId);
    const waiting = await enqueue('wait', 0);
    expect(await jobs.cancel(waiting)).toBe(true);
    expect((await jobs.finished(waiting)).view.state).toBe('cancelled');
    first.kill('SIGTERM');
    await new Promise((resolve) => first.once('exit', resolve));
    expect(first.exitCode).toBe(0);
    expect(await row(jobId)).toEqual({ worker: null, attempts: 0, state: 'queued' });
    const second = await start(1);
    await expect.poll(() => pidOf(jobId), { timeout: 5000 }).toBe(second.pid);
    const asked = performance.now();
    await jobs.cancel(jobId);
    await expect.poll(async () => (await row(jobId)).state, { timeout: 5000, interval: 20 }).toBe('cancelled');
    expect(performance.now() - asked).toBeLessThan(1000);
  }, 60_000);

  it('take turns between divisions: a county with a long queue keeps no other waiting', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => enqueue('work', 20, '330481')));
    const few = await Promise.all(Array.from({ length: 3 }, () => enqueue('work', 20, '450702')));
    await start(1);
    for (const id of [...many, ...few]) await jobs.finished(id);
    const order = await db.rows<{ division: string }>(sql`select division_code as division from job
      where job_id = any(${[...many, ...few]}::uuid[]) order by started_at`);
    expect(order.slice(0, 7).filter(({ division }) => division === '450702')).toHaveLength(3);
  }, 60_000);
});
