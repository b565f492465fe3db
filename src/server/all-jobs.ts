import { clearImportLeftovers, INTAKE_JOBS, registerIntakeJobs, versionsBeingSaved } from '../modules/intake/server.ts';
import { removeAbandonedVersions } from '../modules/parcels/server.ts';
import { registerProjectJobs, RUN_JOB } from '../modules/projects/server.ts';
import { QUALITY_JOB, registerQualityJobs } from '../modules/quality/server.ts';
import type { Jobs } from '../platform/jobs/index.ts';
import type { Services } from '../platform/services.ts';
import { type Demo, registerDemo } from './demo.ts';

/** Kinds of jobs a worker process may be asked to run. The demo county is loaded by the server of an embedded database. */
export const JOB_KINDS: readonly string[] = [...INTAKE_JOBS, QUALITY_JOB, RUN_JOB];

/**
 * Registers the jobs of every module.
 *
 * @param kinds only those; by default all
 */
export function registerAllJobs(given: Services, kinds?: readonly string[]): Demo {
  const jobs: Jobs = {
    ...given.jobs,
    register: (handler) => {
      if (kinds === undefined || kinds.includes(handler.kind)) given.jobs.register(handler);
    },
  };
  const services: Services = { ...given, jobs };
  const demo = registerDemo(services);
  registerIntakeJobs(services);
  registerQualityJobs(services);
  registerProjectJobs(services, { name: 'server/run.worker' });
  return demo;
}

/** Removes what a crash left half saved, and nothing that another process is saving. Before jobs start. */
export async function clearLeftovers(services: Services): Promise<void> {
  const { db } = services;
  const begunBefore = new Date(Date.parse(services.clock.now()) + 1000).toISOString();
  // The embedded database has one process, so what is half saved belongs to one that is gone. With PostgreSQL others may be at
  // it; there all versions come from imports, which say so.
  await removeAbandonedVersions(db.background, begunBefore, async () =>
    db.engine === 'embedded' ? new Set() : versionsBeingSaved(db),
  );
  await clearImportLeftovers(services);
}
