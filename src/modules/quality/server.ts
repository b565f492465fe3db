/** What the quality module offers to other server code. */
export { registerQualityJobs } from './jobs.ts';
export { QUALITY_JOB, startQuality } from './operations.ts';
export { qualityRoutes } from './routes.ts';
