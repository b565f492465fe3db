import { clearImportLeftovers, registerIntakeJobs } from '../modules/intake/server.ts';
import { removeAbandonedVersions } from '../modules/parcels/server.ts';
import { registerProjectJobs } from '../modules/projects/server.ts';
import { registerQualityJobs } from '../modules/quality/server.ts';
import type { Services } from '../platform/services.ts';
import { type Demo, registerDemo } from './demo.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Registers the jobs of every module. */
export function registerAllJobs(services: Services): Demo {
  const demo = registerDemo(services);
  registerIntakeJobs(services);
  registerQualityJobs(services);
  registerProjectJobs(services, { name: 'server/run.worker' });
  return demo;
}

/** Removes what a crash left half saved. Before jobs start. */
export async function clearLeftovers(services: Services): Promise<void> {
  const now = Date.parse(services.clock.now());
  // The embedded database has one process, so what is half saved belongs to one that is gone.
  const begunBefore = services.db.engine === 'embedded' ? now + 1000 : now - DAY;
  await removeAbandonedVersions(services.db.background, new Date(begunBefore).toISOString());
  await clearImportLeftovers(services);
}
