import type { Hono } from 'hono';
import type { ActorContext, Clock, Ids } from '../modules/access/index.ts';
import { type AccessOptions, createAccess, rightsRoutes } from '../modules/access/server.ts';
import {
  auditDesk,
  auditRoutes,
  openHeadKeeper,
  recordEvent,
  refusedAttempts,
  type HeadKeeper,
} from '../modules/audit/server.ts';
import { intakeRoutes } from '../modules/intake/server.ts';
import { parcelRoutes } from '../modules/parcels/server.ts';
import { projectRoutes } from '../modules/projects/server.ts';
import { qualityRoutes } from '../modules/quality/server.ts';
import { systemClock, systemIds } from '../platform/clock.ts';
import type { Database } from '../platform/db/index.ts';
import type { Files } from '../platform/files/index.ts';
import { createHttpApp } from '../platform/http/app.ts';
import type { TrustedProxies } from '../platform/http/client-address.ts';
import type { Doors } from '../platform/http/doors.ts';
import type { Route } from '../platform/http/route.ts';
import type { Statics } from '../platform/http/static.ts';
import { createJobs, jobRoutes, type Jobs } from '../platform/jobs/index.ts';
import { type Logger, silentLogger } from '../platform/logging.ts';
import type { Services } from '../platform/services.ts';
import { adminRoutes } from './admin-routes.ts';
import { type Basemap, basemapRoute } from './basemap.ts';
import type { Demo } from './demo.ts';
import type { Readiness } from './readiness.ts';
import { clearLeftovers, registerAllJobs } from './all-jobs.ts';
import { recordJobEnd } from './job-events.ts';

export interface AppParts {
  readonly db: Database;
  readonly files: Files;
  readonly clock?: Clock;
  readonly ids?: Ids;
  readonly logger?: Logger;
  readonly statics?: Statics;
  /** How people sign in; by default in demo mode, where nobody does (`main.ts` says which it is). */
  readonly access?: Omit<AccessOptions, 'record'>;
  /** Who is asking, instead of the access module (tests). */
  readonly actorOf?: (request: Request) => ActorContext | undefined;
  readonly jobConcurrency?: number;
  /** Jobs that run elsewhere (a thread of their own); by default they run in this thread. */
  readonly jobs?: Jobs;
  /** Who signs the heads of the audit; by default with a key of the moment, kept nowhere. */
  readonly heads?: HeadKeeper;
  /** Default null: no call to the outside is ever made. */
  readonly basemap?: Basemap | null;
  /** Who is turned away for asking too often; by default nobody. */
  readonly doors?: Doors;
  /** Answers only to requests that name this machine; by default whatever the name. */
  readonly thisMachineOnly?: boolean;
  /** Proxies in front of us whose word on the client's address is taken; by default none. */
  readonly proxies?: TrustedProxies;
  /** Why it cannot serve; by default it looks at the database alone. */
  readonly readiness?: Readiness;
}

/** A composed application: `app.request('/api/…')` works without a port. */
export interface ComposedApp {
  readonly app: Hono;
  readonly routes: readonly Route[];
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
      recordEnd: recordJobEnd,
      ...(parts.jobConcurrency === undefined ? {} : { concurrency: parts.jobConcurrency }),
    });
  const services: Services = { db, files, jobs, clock, ids, logger };
  const demo = registerAllJobs(services);

  const heads = parts.heads ?? openHeadKeeper({ db, clock, ids, logger, folders: null });

  const access = createAccess({ db, clock, ids, logger }, { mode: 'demo', ...parts.access, record: recordEvent });

  const routes: Route[] = [
    ...adminRoutes(services, demo, parts.basemap ?? null, parts.readiness),
    basemapRoute(parts.basemap ?? null),
    ...access.routes,
    ...rightsRoutes({ db, record: recordEvent }),
    ...auditRoutes(auditDesk(db, heads)),
    ...parcelRoutes(db),
    ...jobRoutes({ db, jobs, record: recordEvent }),
    ...intakeRoutes(services),
    ...qualityRoutes(services),
    ...projectRoutes(services),
  ];

  const attempts = refusedAttempts({ db, logger });
  const app = createHttpApp({
    routes,
    actorOf: parts.actorOf ?? access.actorOf,
    visitor: access.visitor,
    onRefused: (attempt) => attempts.note(attempt),
    logger,
    statics: parts.statics,
    doors: parts.doors,
    proxies: parts.proxies,
    thisMachineOnly: parts.thisMachineOnly,
  });
  return {
    app,
    routes,
    services,
    demo,
    async start() {
      await parts.heads?.start();
      if (parts.jobs === undefined) await clearLeftovers(services);
      await jobs.start();
      await access.start();
    },
    async stop() {
      access.stop();
      await jobs.stop();
      await attempts.flush();
      await parts.heads?.stop();
    },
  };
}
