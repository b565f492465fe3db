import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StatusView } from '../modules/access/index.ts';
import { hasDemoDivision } from '../modules/access/server.ts';
import { refuse, type Route, route } from '../platform/http/route.ts';
import { PROJECT_ROOT } from '../platform/project-root.ts';
import type { Services } from '../platform/services.ts';
import type { Basemap } from './basemap.ts';
import type { Demo } from './demo.ts';
import { databaseReadiness, type Readiness } from './readiness.ts';

export const VERSION = (JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string })
  .version;

/** Health (the process lives), readiness (it can serve), status (what every screen's frame shows). */
export function adminRoutes(
  services: Services,
  demo: Demo,
  basemap: Basemap | null,
  readiness: Readiness = databaseReadiness(services.db),
): Route[] {
  return [
    route({ method: 'GET', path: '/api/health', handle: () => ({ status: 'ok', version: VERSION }) }),
    route({
      method: 'GET',
      path: '/api/ready',
      handle: async () => {
        const reasons = await readiness();
        return reasons.length === 0 ? { status: 'ready', database: services.db.engine } : refuse(503, reasons);
      },
    }),
    route({
      method: 'GET',
      path: '/api/status',
      handle: async (): Promise<StatusView> => ({
        version: VERSION,
        database: services.db.engine,
        demo: await hasDemoDivision(services.db),
        loading: await demo.loading(),
        basemap: basemap !== null,
      }),
    }),
  ];
}
