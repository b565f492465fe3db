export { jobsElsewhere } from './desk.ts';
export {
  type AbandonedJob,
  JobCancelled,
  type JobHandler,
  JobLost,
  JobRefused,
  type JobRun,
  type Jobs,
  type StillMine,
  type StoredJob,
} from './job.ts';
export { jobsInThread, serveJobs } from './jobs-thread.ts';
export { jobRoutes } from './routes.ts';
export { inOwnMemory, runInWorker, type WorkerCall } from './run-in-worker.ts';
export { countJobs, type JobCount } from './counts.store.ts';
export { createJobs, type JobsOptions, type RecordJobEnd } from './runner.ts';
