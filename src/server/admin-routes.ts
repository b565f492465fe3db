import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localized, type Refusal } from '../kernel/index.ts';
import type { SessionView, StatusView } from '../modules/access/index.ts';
import { hasDemoDivision } from '../modules/access/server.ts';
import { sql } from '../platform/db/index.ts';
import { refuse, type Route, route } from '../platform/http/route.ts';
import { PROJECT_ROOT } from '../platform/project-root.ts';
import type { Services } from '../platform/services.ts';
import type { Basemap } from './basemap.ts';
import type { Demo } from './demo.ts';

export const VERSION = (JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string })
  .version;

const NOT_READY: Refusal = {
  code: 'NOT-READY',
  message: localized('数据库没有应答。', 'The database does not answer.'),
  remedy: localized('请稍后再试，或查看服务日志。', 'Try again in a moment, or look at the log of the service.'),
};

/** Health (the process lives), readiness (it can serve), status (what every screen's frame shows), session. */
export function adminRoutes(services: Services, demo: Demo, basemap: Basemap | null): Route[] {
  return [
    route({ method: 'GET', path: '/api/health', handle: () => ({ status: 'ok', version: VERSION }) }),
    route({
      method: 'GET',
      path: '/api/ready',
      handle: async () => {
        try {
          await services.db.one(sql`select 1 as ready`);
          return { status: 'ready', database: services.db.engine };
        } catch {
          return refuse(503, NOT_READY);
        }
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
    route({
      method: 'GET',
      path: '/api/session',
      handle: ({ actor }): SessionView => ({ actor: actor.actor, role: actor.role, divisionCode: actor.divisionCode }),
    }),
  ];
}
