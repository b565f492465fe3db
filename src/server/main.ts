import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serve, type ServerType } from '@hono/node-server';
import { assert, refusalLine } from '../kernel/index.ts';
import { systemClock, systemIds } from '../platform/clock.ts';
import { FolderLockedError, MigrationRefusedError, openDatabase, type OpenedDatabase } from '../platform/db/index.ts';
import { openFiles } from '../platform/files/index.ts';
import { staticFiles } from '../platform/http/static.ts';
import { type Jobs, jobsInThread } from '../platform/jobs/index.ts';
import { errorFields, jsonLogger as logger } from '../platform/logging.ts';
import { PROJECT_ROOT, startWorker } from '../platform/project-root.ts';
import { type ComposedApp, createApp, demoActor } from './compose.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import type { JobsStart } from './jobs.worker.ts';

const STOP_MILLISECONDS = 10_000;
const KEEP_ALIVE_MILLISECONDS = 65_000;

/** Listens before anything is opened: a port in use is said at once. Requests wait until `app` is there. */
async function listen(config: Config, app: Promise<ComposedApp>): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server: ServerType = serve(
      {
        fetch: async (request, bindings) => (await app).app.fetch(request, bindings),
        hostname: config.host,
        port: config.port,
      },
      () => resolve(server),
    );
    // Longer than proxies keep a connection, so that none uses one just as it is closed here.
    (server as { keepAliveTimeout?: number }).keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        process.stderr.write(
          `PORT-IN-USE ${config.host}:${config.port} 端口已被占用（田畴可能已在运行）；请用 PORT 指定另一个端口。 The port is in use (perhaps Tianchou is running already): name another by PORT.\n`,
        );
        process.exit(1);
      }
      if (['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND'].includes(error.code ?? '')) {
        reject(new ConfigError(`HOST and PORT cannot be listened on: ${config.host}:${config.port} (${error.code})`));
      } else reject(error);
    });
  });
}

/** All jobs in a thread of their own, on the same database and folder. */
function jobsThread(db: OpenedDatabase, config: Config): Jobs {
  return jobsInThread({
    db,
    clock: systemClock,
    ids: systemIds,
    logger,
    startThread: () => {
      const share = db.share();
      const start: JobsStart = { share, dataFolder: config.dataFolder };
      const transferList = share.kind === 'embedded' ? [share.port] : [];
      return startWorker('server/jobs.worker', start, { name: 'jobs', transferList });
    },
  });
}

async function main(): Promise<void> {
  const begun = performance.now();
  const config = readConfig(process.env);
  let tell = (_app: ComposedApp): void => {};
  const app = new Promise<ComposedApp>((resolve) => {
    tell = resolve;
  });
  const server = await listen(config, app);
  const db = await openDatabase({ url: config.databaseUrl, folder: config.dataFolder });
  const files = await openFiles(config.dataFolder);
  const screens = join(PROJECT_ROOT, 'dist', 'web');
  const composed = createApp({
    db,
    files,
    logger,
    clock: systemClock,
    ids: systemIds,
    basemap: config.basemap,
    jobs: jobsThread(db, config),
    ...(existsSync(join(screens, 'index.html')) ? { statics: staticFiles(screens) } : {}),
  });
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(130);
    stopping = true;
    // Whatever hangs (a download, an event stream) does not keep the data folder locked.
    setTimeout(() => process.exit(0), STOP_MILLISECONDS).unref();
    server.close();
    (server as { closeAllConnections?: () => void }).closeAllConnections?.();
    await composed.stop();
    await db.close();
    logger.log('info', 'stopped');
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
  tell(composed);
  const address = server.address();
  assert(address !== null && typeof address === 'object', 'the server listens on no port');
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  logger.log('info', 'listening', {
    milliseconds: Math.round(performance.now() - begun),
    database: db.engine,
    port: address.port,
  });
  process.stdout.write(`Tianchou 田畴: http://${host}:${address.port}/\n`);
  try {
    await composed.start();
    if (config.demo) await composed.demo.ensure(demoActor(systemClock, systemIds));
  } catch (error) {
    if (!stopping) throw error;
  }
}

main().catch((error: unknown) => {
  if (error instanceof FolderLockedError || error instanceof MigrationRefusedError) {
    process.stderr.write(`${refusalLine(error.refusal, 'zh')}\n${refusalLine(error.refusal, 'en')}\n`);
    process.exit(2);
  }
  if (error instanceof ConfigError) {
    process.stderr.write(`CONFIG-INVALID ${error.message}\n`);
    process.exit(2);
  }
  logger.log('error', 'could not start', errorFields(error));
  process.exit(70);
});
