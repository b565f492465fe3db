import { randomBytes } from 'node:crypto';
import type { Database, Transaction } from '../../platform/db/index.ts';
import { addressOf } from '../../platform/http/client-address.ts';
import type { Route } from '../../platform/http/route.ts';
import type { Logger } from '../../platform/logging.ts';
import { type AccessParts, earlier, visitorOf } from './access-parts.server.ts';
import { legalDate } from './appointments.ts';
import { openAuth } from './auth.server.ts';
import { accountRoutes, peopleRoutes } from './account-routes.server.ts';
import type { ActorContext, Clock, Ids } from './context.ts';
import { clearGuard } from './guard.store.ts';
import { ACCESS_LIMITS, ACCESS_POLICY, type AccessLimits, type AccessPolicy } from './limits.ts';
import { oidcRoutes } from './oidc-routes.server.ts';
import type { OidcSettings } from './oidc-settings.ts';
import type { RecordEvent } from './record.ts';
import { actorOf } from './session.server.ts';
import { clearSessions } from './sessions.store.ts';
import { makeSetupCode } from './setup.server.ts';
import { signInRoutes } from './sign-in-routes.server.ts';

export interface AccessOptions {
  readonly record: RecordEvent<Transaction>;
  /** `demo`: nobody signs in, the role is switched. Only ever on this machine alone, on data that are made up. */
  readonly mode: 'demo' | 'sign-in';
  /** Encrypts the secrets of second factors; the same at every start, and kept outside the database. Default: of this process alone. */
  readonly secret?: string | undefined;
  readonly oidc?: OidcSettings | null | undefined;
  readonly limits?: AccessLimits | undefined;
  readonly policy?: AccessPolicy | undefined;
  /** Where the one-time code of a first start is said. Default: nowhere. */
  readonly announce?: ((code: string) => void) | undefined;
}

/** Sign-in as the server composes it. */
export interface Access {
  readonly routes: readonly Route[];
  readonly actorOf: (request: Request) => Promise<ActorContext | undefined>;
  readonly visitor: (request: Request) => ActorContext;
  /** Announces the one-time code where nobody was set up yet, and begins to clear what is over. */
  start(): Promise<void>;
  stop(): void;
}

const UPKEEP_MILLISECONDS = 60 * 60 * 1000;

export interface AccessServices {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

/** The parts operations work with; terminal commands use them without routes. */
export function accessParts(services: AccessServices, options: AccessOptions): AccessParts {
  const { db, clock, ids, logger } = services;
  const secret = options.secret ?? randomBytes(32).toString('base64url');
  const oidc = options.oidc ?? null;
  return {
    db,
    clock,
    ids,
    logger,
    record: options.record,
    mode: options.mode,
    limits: options.limits ?? ACCESS_LIMITS,
    policy: options.policy ?? ACCESS_POLICY,
    oidc,
    auth: openAuth({ db, ids, logger, secret, oidc }),
  };
}

export function createAccess(services: AccessServices, options: AccessOptions): Access {
  const parts = accessParts(services, options);
  let timer: NodeJS.Timeout | undefined;
  const upkeep = async (): Promise<void> => {
    const at = parts.clock.now();
    await clearSessions(parts.db, at, earlier(at, parts.limits.idleSeconds));
    await clearGuard(parts.db, at, legalDate(at));
  };
  return {
    routes: [...signInRoutes(parts), ...accountRoutes(parts), ...peopleRoutes(parts), ...oidcRoutes(parts)],
    actorOf: (request) => actorOf(parts, request),
    visitor: (request) => visitorOf(parts, addressOf(request)),
    async start() {
      if (parts.mode === 'demo') return;
      await upkeep();
      const code = options.announce === undefined ? undefined : await makeSetupCode(parts);
      if (code !== undefined) options.announce?.(code);
      timer = setInterval(() => {
        upkeep().catch((error: unknown) => {
          parts.logger.log('warning', 'upkeep of sessions failed', { message: String(error) });
        });
      }, UPKEEP_MILLISECONDS);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
    },
  };
}
