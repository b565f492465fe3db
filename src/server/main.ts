import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serve, type ServerType } from '@hono/node-server';
import { refusalLine } from '../kernel/index.ts';
import { systemClock, systemIds } from '../platform/clock.ts';
import { FolderLockedError, MigrationRefusedError, openDatabase } from '../platform/db/index.ts';
import { openFiles } from '../platform/files/index.ts';
import { staticFiles } from '../platform/http/static.ts';
import { errorFields, jsonLogger as logger } from '../platform/logging.ts';
import { PROJECT_ROOT } from '../platform/project-root.ts';
import { createApp, demoActor } from './compose.ts';
import { ConfigError, readConfig } from './config.ts';

const STOP_MILLISECONDS = 10_000;

async function main(): Promise<void> {
  const begun = performance.now();
  const config = readConfig(process.env);
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
    ...(existsSync(join(screens, 'index.html')) ? { statics: staticFiles(screens) } : {}),
  });
  let stopping = false;
  const stop = async (code: number): Promise<void> => {
    if (stopping) process.exit(code === 0 ? 130 : code);
    stopping = true;
    // Whatever hangs (a download, an event stream) does not keep the data folder locked.
    setTimeout(() => process.exit(code), STOP_MILLISECONDS).unref();
    server.close();
    (server as { closeAllConnections?: () => void }).closeAllConnections?.();
    await composed.stop();
    await db.close();
    logger.log('info', 'stopped');
    process.exit(code);
  };
  const server: ServerType = serve(
    { fetch: composed.app.fetch, hostname: config.host, port: config.port },
    (address) => {
      const host = config.host.includes(':') ? `[${config.host}]` : config.host;
      logger.log('info', 'listening', {
        milliseconds: Math.round(performance.now() - begun),
        database: db.engine,
        port: address.port,
      });
      process.stdout.write(`Tianchou 田畴: http://${host}:${address.port}/\n`);
    },
  );
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') {
      process.stderr.write(
        `PORT-IN-USE ${config.host}:${config.port} 端口已被占用；请用 PORT 指定另一个端口。 The port is in use: name another by PORT.\n`,
      );
    } else logger.log('error', 'server failed', errorFields(error));
    void stop(1);
  });
  await composed.start();
  if (config.demo) await composed.demo.ensure(demoActor(systemClock, systemIds));

  process.on('SIGINT', () => void stop(0));
  process.on('SIGTERM', () => void stop(0));
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
