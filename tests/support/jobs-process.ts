// A process that runs jobs of a few test kinds: node --import tsx tests/support/jobs-process.ts DATABASE_URL CONCURRENCY
import { setTimeout as sleep } from 'node:timers/promises';
import { localized } from '../../src/kernel/index.ts';
import { systemClock as clock, systemIds as ids } from '../../src/platform/clock.ts';
import { openDatabase, sql, type Transaction } from '../../src/platform/db/index.ts';
import { createJobs, type JobRun } from '../../src/platform/jobs/index.ts';
import { jsonLogger as logger } from '../../src/platform/logging.ts';

const [url, concurrency] = process.argv.slice(2);
const db = await openDatabase({ url: url! });
const jobs = createJobs({
  db,
  clock,
  ids,
  logger,
  concurrency: Number(concurrency),
  beatMilliseconds: 100,
  silenceMilliseconds: 1000,
});

type Input = { milliseconds: number };

/** Every outcome that was committed leaves a row. */
async function note(tx: Transaction, job: JobRun<Input>): Promise<void> {
  await tx.run(sql`insert into outcome (job_id, pid, attempt, at)
    values (${job.jobId}, ${process.pid}, ${job.attempt}, clock_timestamp())`);
}

/** Works outside the database, then commits its outcome. */
jobs.register<Input>({
  kind: 'work',
  afterCrash: 'resume',
  run: async (job) => {
    job.progress(0.1, localized('工作', 'working'));
    // Deaf to everything, as a long computation is: only the fence keeps it from committing.
    await sleep(job.input.milliseconds);
    await db.transaction(async (tx) => {
      await job.complete(tx, { pid: process.pid });
      await note(tx, job);
    });
    return undefined;
  },
});

/** Stands still in the middle of the transaction of its outcome. */
jobs.register<Input>({
  kind: 'inside',
  afterCrash: 'resume',
  run: async (job) => {
    await db.transaction(async (tx) => {
      await job.stillMine(tx);
      await note(tx, job);
      await tx.run(sql`select pg_notify('inside', '')`);
      await sleep(job.input.milliseconds);
      await job.complete(tx);
    });
    return undefined;
  },
});

jobs.register<Input>({
  kind: 'wait',
  afterCrash: 'resume',
  run: async (job) => {
    job.progress(0.5, localized('等待', 'waiting'));
    await new Promise((_, reject) => job.signal.addEventListener('abort', () => reject(job.signal.reason)));
    return undefined;
  },
});

process.on('SIGTERM', () => {
  void jobs
    .stop()
    .then(() => db.close())
    .then(() => process.exit(0));
});
await jobs.start();
process.stdout.write('ready\n');
setInterval(() => {}, 2 ** 30);
