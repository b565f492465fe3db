import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../kernel/index.ts';
import { systemClock as clock, systemIds as ids } from '../platform/clock.ts';
import { type EngineShare, openShared } from '../platform/db/index.ts';
import { type FilesPlace, filesIn } from '../platform/files/index.ts';
import { createJobs, serveJobs } from '../platform/jobs/index.ts';
import { stepBack } from '../platform/jobs/step-back.ts';
import { jsonLogger as logger } from '../platform/logging.ts';
import type { Services } from '../platform/services.ts';
import { clearLeftovers, registerAllJobs } from './all-jobs.ts';
import { recordJobEnd } from './job-events.ts';

/** What the thread of the jobs is started with. */
export interface JobsStart {
  readonly share: EngineShare;
  readonly files: FilesPlace;
}

// All jobs run here: the requests have the main thread to themselves. A job that holds the one connection of the embedded
// database keeps requests waiting, so this thread gives way less than those that only compute.
assert(parentPort !== null, 'this file is a worker');
const port = parentPort;
stepBack(2);
const start = workerData as JobsStart;
const db = await openShared(start.share);
const jobs = createJobs({
  db,
  clock,
  ids,
  logger,
  recordEnd: recordJobEnd,
  onView: (view) => port.postMessage({ kind: 'view', view }),
});
const services: Services = { db, files: filesIn(start.files), jobs, clock, ids, logger };
registerAllJobs(services);
serveJobs(jobs, port);
await clearLeftovers(services);
await jobs.start();
port.postMessage({ kind: 'ready' });
