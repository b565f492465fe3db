export { JobCancelled, type JobHandler, JobRefused, type JobRun, type Jobs, type StoredJob } from './job.ts';
export { jobsInThread, serveJobs } from './jobs-thread.ts';
export { jobRoutes } from './routes.ts';
export { inOwnMemory, runInWorker, type WorkerCall } from './run-in-worker.ts';
export { createJobs, type JobsOptions } from './runner.ts';
