import { parentPort, workerData } from 'node:worker_threads';
import { localized } from '../../src/kernel/index.ts';
import { systemClock as clock, systemIds as ids } from '../../src/platform/clock.ts';
import { type EngineShare, openShared } from '../../src/platform/db/index.ts';
import { createJobs, serveJobs } from '../../src/platform/jobs/index.ts';
import { silentLogger as logger } from '../../src/platform/logging.ts';

/** A thread that runs the jobs of a test: `wait` until cancelled, `die` with the whole thread at its first attempt, `add`. */
const port = parentPort!;
const { share } = workerData as { readonly share: EngineShare };
const db = await openShared(share);
const jobs = createJobs({
  db,
  clock,
  ids,
  logger,
  beatMilliseconds: 50,
  silenceMilliseconds: 1000,
  onView: (view) => port.postMessage({ kind: 'view', view }),
});
jobs.register<{ a: number; b: number }>({
  kind: 'add',
  afterCrash: 'fail',
  run: async ({ input }) => ({ sum: input.a + input.b }),
});
jobs.register<null>({
  kind: 'wait',
  afterCrash: 'fail',
  run: async (job) => {
    job.progress(0.25, localized('等待', 'waiting'));
    await new Promise((_, reject) => job.signal.addEventListener('abort', () => reject(job.signal.reason)));
    return undefined;
  },
});
jobs.register<null>({
  kind: 'die',
  afterCrash: 'resume',
  run: async (job) => {
    if (job.attempt === 1) process.exit(3);
    return { attempt: job.attempt };
  },
});
serveJobs(jobs, port);
await jobs.start();
port.postMessage({ kind: 'ready' });
