import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testActor } from '../../../tests/support/context.ts';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { type Json, localized } from '../../kernel/index.ts';
import { systemClock, systemIds } from '../clock.ts';
import { sql } from '../db/index.ts';
import { silentLogger } from '../logging.ts';
import { createJobs, type JobHandler, JobRefused, type Jobs } from './index.ts';

const context = testActor('330481', systemClock, systemIds);

function deferred<T = void>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe.each(ENGINES)('jobs on $name', ({ open }) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await open();
  });
  afterAll(() => test.close());

  async function started(
    handlers: readonly JobHandler<never>[],
    options: { concurrency?: number } = {},
  ): Promise<Jobs> {
    const jobs = createJobs({
      db: test.db,
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      beatMilliseconds: 50,
      silenceMilliseconds: 500,
      ...options,
    });
    for (const handler of handlers) jobs.register(handler);
    await jobs.start();
    return jobs;
  }
  const enqueue = (jobs: Jobs, kind: string, input: Json = null): Promise<string> =>
    test.db.transaction((tx) => jobs.enqueue(tx, context, { kind, input }));

  it('runs a job with its input and actor, tells its progress, keeps its result', async () => {
    const go = deferred();
    const jobs = await started([
      {
        kind: 'add',
        afterCrash: 'fail',
        run: async (job: {
          input: { a: number; b: number };
          actor: { divisionCode: string };
          progress(f: number, p: { zh: string; en: string }): void;
        }) => {
          job.progress(0.5, localized('一半', 'half'));
          await go.promise;
          return { sum: job.input.a + job.input.b, division: job.actor.divisionCode };
        },
      } as unknown as JobHandler<never>,
    ]);
    const jobId = await enqueue(jobs, 'add', { a: 2, b: 3 });
    const seen: string[] = [];
    jobs.subscribe(jobId, (view) => seen.push(`${view.state} ${view.progress} ${view.phase.zh}`));
    await expect.poll(async () => (await jobs.find(jobId))?.view.phase.zh).toBe('一半');
    await expect
      .poll(
        async () =>
          (await test.db.one<{ progress: number }>(sql`select progress from job where job_id = ${jobId}`)).progress,
      )
      .toBe(0.5);
    go.resolve();
    const stored = await jobs.finished(jobId);
    expect(stored).toMatchObject({
      view: { state: 'done', progress: 1, error: null },
      result: { sum: 5, division: '330481' },
    });
    await expect.poll(() => seen.at(-1)).toBe('done 1 一半');
    await jobs.stop();
  });

  it('queues nothing when the transaction is rolled back', async () => {
    const jobs = await started([{ kind: 'never', afterCrash: 'fail', run: async () => undefined }]);
    await expect(
      test.db.transaction(async (tx) => {
        await jobs.enqueue(tx, context, { kind: 'never', input: null });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await jobs.active('never')).toEqual([]);
    await jobs.stop();
  });

  it('tells a refusal from a fault, and shows no stack to anybody', async () => {
    const jobs = await started([
      {
        kind: 'refused',
        afterCrash: 'fail',
        run: async () => {
          throw new JobRefused({
            code: 'TOO-BIG',
            message: localized('太大。', 'Too big.'),
            remedy: localized('拆分。', 'Split it.'),
          });
        },
      },
      {
        kind: 'broken',
        afterCrash: 'fail',
        run: async () => {
          throw new TypeError('secret internals');
        },
      },
    ]);
    const refused = await jobs.finished(await enqueue(jobs, 'refused'));
    expect(refused.view).toMatchObject({
      state: 'failed',
      error: { code: 'TOO-BIG', message: { zh: '太大。拆分。' } },
    });
    const broken = await jobs.finished(await enqueue(jobs, 'broken'));
    expect(broken.view).toMatchObject({ state: 'failed', error: { code: 'INTERNAL-FAULT' } });
    expect(JSON.stringify(broken.view)).not.toContain('secret');
    await jobs.stop();
  });

  it('cancels what runs and what waits, and tidies up before it says so', async () => {
    const tidied: string[] = [];
    const jobs = await started(
      [
        {
          kind: 'long',
          afterCrash: 'fail',
          run: async (job: { signal: AbortSignal; throwIfCancelled(): void }) => {
            for (;;) {
              job.throwIfCancelled();
              await new Promise((resolve) => setTimeout(resolve, 5));
            }
          },
          abandoned: async ({ jobId, state }: { jobId: string; state: string }) => {
            tidied.push(`${jobId} ${state}`);
          },
        } as unknown as JobHandler<never>,
      ],
      { concurrency: 1 },
    );
    const first = await enqueue(jobs, 'long');
    const second = await enqueue(jobs, 'long');
    await expect.poll(async () => (await jobs.find(first))?.view.state).toBe('running');
    expect((await jobs.find(second))?.view.state).toBe('queued');
    expect(await jobs.cancel(second)).toBe(true);
    expect(await jobs.cancel(first)).toBe(true);
    expect((await jobs.finished(first)).view.state).toBe('cancelled');
    expect((await jobs.finished(second)).view.state).toBe('cancelled');
    expect(tidied.sort()).toEqual([`${first} cancelled`, `${second} cancelled`].sort());
    expect(await jobs.cancel(first)).toBe(false);
    await jobs.stop();
  });

  it('resumes or fails what a dead process left, by the rule of its kind', async () => {
    const tidied: string[] = [];
    const attempts: number[] = [];
    for (const kind of ['again', 'once', 'cancelled']) {
      await test.db.run(sql`insert into job (job_id, kind, division_code, actor, role, input, state, attempts, worker, cancel_requested, created_at, started_at, heartbeat_at)
        values (${systemIds.next()}, ${kind}, '330481', 'tester', 'clerk', 'null', 'running', 1, 'dead:1', ${kind === 'cancelled'},
          now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 hour')`);
    }
    const jobs = await started([
      {
        kind: 'again',
        afterCrash: 'resume',
        run: async (job: { attempt: number }) => {
          attempts.push(job.attempt);
          return undefined;
        },
      } as unknown as JobHandler<never>,
      ...['once', 'cancelled'].map((kind) => ({
        kind,
        afterCrash: 'fail' as const,
        run: async () => undefined,
        abandoned: async ({ state }: { state: string }) => {
          tidied.push(`${kind} ${state}`);
        },
      })),
    ] as JobHandler<never>[]);
    const states = (): Promise<unknown[]> =>
      test.db.rows(
        sql`select kind, state, error->>'code' as code from job where kind in ('again', 'once', 'cancelled') order by kind`,
      );
    await expect.poll(states).toEqual([
      { kind: 'again', state: 'done', code: null },
      { kind: 'cancelled', state: 'cancelled', code: null },
      { kind: 'once', state: 'failed', code: 'JOB-INTERRUPTED' },
    ]);
    expect(attempts).toEqual([2]);
    expect(tidied.sort()).toEqual(['cancelled cancelled', 'once failed']);
    await jobs.stop();
  });

  it('leaves a job that the stop of the server cut short to the next start', async () => {
    const begun = deferred();
    let runs = 0;
    const handler = {
      kind: 'patient',
      afterCrash: 'resume',
      run: async (job: { signal: AbortSignal; throwIfCancelled(): void }) => {
        runs++;
        if (runs === 2) return { runs };
        begun.resolve();
        await new Promise((resolve) => job.signal.addEventListener('abort', resolve));
        job.throwIfCancelled();
      },
    } as unknown as JobHandler<never>;
    const first = await started([handler]);
    const jobId = await enqueue(first, 'patient');
    await begun.promise;
    await first.stop();
    // At once, and without counting as a crash.
    expect(await test.db.one(sql`select state, attempts from job where job_id = ${jobId}`)).toEqual({
      state: 'queued',
      attempts: 0,
    });
    const second = await started([handler]);
    expect((await second.finished(jobId)).result).toEqual({ runs: 2 });
    await second.stop();
  });

  it('gives each job to one taker only', async () => {
    const done: string[] = [];
    const handler: JobHandler<never> = {
      kind: 'single',
      afterCrash: 'fail',
      run: async (job) => {
        done.push(job.jobId);
        return undefined;
      },
    };
    const takers = await Promise.all([1, 2, 3].map(() => started([handler], { concurrency: 4 })));
    const ids = await Promise.all(Array.from({ length: 30 }, () => enqueue(takers[0]!, 'single')));
    for (const id of ids) await takers[1]!.finished(id);
    expect(done.toSorted()).toEqual(ids.toSorted());
    for (const taker of takers) await taker.stop();
  });
});
