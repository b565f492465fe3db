import type { Hono } from 'hono';
import type { ActorContext, Clock, Ids } from '../modules/access/index.ts';
import { rightsRoutes } from '../modules/access/server.ts';
import { auditDesk, auditRoutes, openHeadKeeper, recordEvent, type HeadKeeper } from '../modules/audit/server.ts';
import { intakeRoutes } from '../modules/intake/server.ts';
import { parcelRoutes } from '../modules/parcels/server.ts';
import { projectRoutes } from '../modules/projects/server.ts';
import { qualityRoutes } from '../modules/quality/server.ts';
import { systemClock, systemIds } from '../platform/clock.ts';
import type { Database } from '../platform/db/index.ts';
import type { Files } from '../platform/files/index.ts';
import { createHttpApp } from '../platform/http/app.ts';
import type { Route } from '../platform/http/route.ts';
import type { Statics } from '../platform/http/static.ts';
import { createJobs, jobRoutes, type Jobs } from '../platform/jobs/index.ts';
import { type Logger, silentLogger } from '../platform/logging.ts';
import type { Services } from '../platform/services.ts';
import { adminRoutes } from './admin-routes.ts';
import { type Basemap, basemapRoute } from './basemap.ts';
import type { Demo } from './demo.ts';
import { clearLeftovers, registerAllJobs } from './all-jobs.ts';

export interface AppParts {
  readonly db: Database;
  readonly files: Files;
  readonly clock?: Clock;
  readonly ids?: Ids;
  readonly logger?: Logger;
  readonly statics?: Statics;
  /** Who is asking; by default the one demo clerk, who may see every county. */
  readonly actorOf?: (request: Request) => ActorContext | undefined;
  readonly jobConcurrency?: number;
  /** Jobs that run elsewhere (a thread of their own); by default they run in this thread. */
  readonly jobs?: Jobs;
  /** Who signs the heads of the audit; by default with a key of the moment, kept nowhere. */
  readonly heads?: HeadKeeper;
  /** Default null: no call to the outside is ever made. */
  readonly basemap?: Basemap | null;
}

/** A composed application: `app.request('/api/…')` works without a port. */
export interface ComposedApp {
  readonly app: Hono;
  readonly services: Services;
  readonly demo: Demo;
  /** Removes what a crash left half saved, then resumes and runs jobs (where they run elsewhere, that is done there). */
  start(): Promise<void>;
  /** Stops jobs; the database and the files are the caller's to close. */
  stop(): Promise<void>;
}

/** The actor of a product without sign-in: one clerk, the whole country. */
export function demoActor(clock: Clock, ids: Ids): ActorContext {
  return { actor: 'demo', role: 'clerk', divisionCode: '', clock, ids };
}

/** Wires every module to the platform. The only place that knows them all. */
export function createApp(parts: AppParts): ComposedApp {
  const { db, files } = parts;
  const clock = parts.clock ?? systemClock;
  const ids = parts.ids ?? systemIds;
  const logger = parts.logger ?? silentLogger;
  const jobs =
    parts.jobs ??
    createJobs({
      db,
      clock,
      ids,
      logger,
      ...(parts.jobConcurrency === undefined ? {} : { concurrency: parts.jobConcurrency }),
    });
  const services: Services = { db, files, jobs, clock, ids, logger };
  const demo = registerAllJobs(services);

  const heads = parts.heads ?? openHeadKeeper({ db, clock, ids, logger, folders: null });

  const routes: Route[] = [
    ...adminRoutes(services, demo, parts.basemap ?? null),
    basemapRoute(parts.basemap ?? null),
    ...rightsRoutes({ db, record: recordEvent }),
    ...auditRoutes(auditDesk(db, heads)),
    ...parcelRoutes(db),
    ...jobRoutes(jobs),
    ...intakeRoutes(services),
    ...qualityRoutes(services),
    ...projectRoutes(services),
  ];

  const demoClerk = demoActor(clock, ids);
  const app = createHttpApp({ routes, actorOf: parts.actorOf ?? (() => demoClerk), logger, statics: parts.statics });
  return {
    app,
    services,
    demo,
    async start() {
      if (parts.jobs === undefined) await clearLeftovers(services);
      await jobs.start();
    },
    stop: () => jobs.stop(),
  };
}
