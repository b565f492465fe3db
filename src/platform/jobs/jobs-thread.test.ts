import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testActor } from '../../../tests/support/context.ts';
import { startPostgresql } from '../../../tests/support/postgresql.ts';
import type { Json } from '../../kernel/index.ts';
import { systemClock, systemIds } from '../clock.ts';
import { openDatabase, type OpenedDatabase } from '../db/index.ts';
import { silentLogger } from '../logging.ts';
import { startWorker } from '../project-root.ts';
import { type Jobs, jobsInThread } from './index.ts';

const context = testActor('330481', systemClock, systemIds);

describe.each(['embedded', 'postgresql'])('jobs in a thread of their own on %s', (engine) => {
  let db: OpenedDatabase;
  let jobs: Jobs;
  let stopServer = async (): Promise<void> => {};
  let threads = 0;
  beforeAll(async () => {
    if (engine === 'embedded') db = await openDatabase({ folder: null });
    else {
      const server = await startPostgresql();
      stopServer = server.stop;
      db = await openDatabase({ url: server.url });
    }
    jobs = jobsInThread({
      db,
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      restartMilliseconds: 50,
      startThread: () => {
        threads++;
        const share = db.share();
        const transferList = share.kind === 'embedded' ? [share.port] : [];
        return startWorker('../tests/support/jobs-thread.worker', { share }, { transferList });
      },
    });
    await jobs.start();
  }, 60_000);
  afterAll(async () => {
    await jobs?.stop();
    await db?.close();
    await stopServer();
  });
  const enqueue = (kind: string, input: Json = null): Promise<string> =>
    db.transaction((tx) => jobs.enqueue(tx, context, { kind, input }));

  it('runs a job queued here, and says here how far it is', async () => {
    const seen: string[] = [];
    const jobId = await enqueue('wait');
    const end = jobs.subscribe(jobId, (view) => seen.push(view.state));
    await expect
      .poll(async () => (await jobs.find(jobId))?.view, { timeout: 10_000 })
      .toMatchObject({ progress: 0.25 });
    expect((await jobs.active('wait'))[0]?.view.phase.zh).toBe('等待');
    expect(await jobs.cancel(jobId)).toBe(true);
    expect((await jobs.finished(jobId)).view.state).toBe('cancelled');
    await expect.poll(() => seen.at(-1)).toBe('cancelled');
    expect(await jobs.cancel(jobId)).toBe(false);
    end();
    const sum = await jobs.finished(await enqueue('add', { a: 2, b: 3 }));
    expect(sum.result).toEqual({ sum: 5 });
  }, 60_000);

  it('lives on when the thread dies: it is started again, and the job goes on by its own rule', async () => {
    const before = threads;
    const died = await jobs.finished(await enqueue('die'));
    expect(died).toMatchObject({ view: { state: 'done' }, result: { attempt: 2 } });
    expect(threads).toBe(before + 1);
    expect((await jobs.finished(await enqueue('add', { a: 1, b: 1 }))).result).toEqual({ sum: 2 });
  }, 60_000);
});
