/** What the projects module offers to other server code. */
export { readPlan, type ReadPlan } from './plan.reader.ts';
export { writePlan, writePlanTemplate } from './plan-template.writer.ts';
export { registerProjectJobs } from './jobs.ts';
export { createProject, type PlanFile, RUN_JOB } from './operations.ts';
export { projectRoutes } from './routes.ts';
export { listProjects } from './store.ts';
