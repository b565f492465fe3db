import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Refusal, refusalLine } from '../kernel/index.ts';
import { openHeadKeeper } from '../modules/audit/server.ts';
import { systemClock, systemIds } from '../platform/clock.ts';
import { DatabaseRefusedError, FolderLockedError, openDatabase, type OpenedDatabase } from '../platform/db/index.ts';
import { type OpenedFiles, openFiles } from '../platform/files/index.ts';
import { guardedDoors } from '../platform/http/doors.ts';
import { listen, type Listening } from '../platform/http/listen.ts';
import { serveMetrics } from '../platform/http/metrics-server.ts';
import { staticFiles } from '../platform/http/static.ts';
import { type Certificate, readCertificate } from '../platform/http/tls.ts';
import { type Jobs, jobsElsewhere, jobsInThread } from '../platform/jobs/index.ts';
import { errorFields, jsonLogger as logger } from '../platform/logging.ts';
import { PROJECT_ROOT, startWorker } from '../platform/project-root.ts';
import { VERSION } from './admin-routes.ts';
import { backUpAtStop } from './automatic-backup.ts';
import { type ComposedApp, createApp, demoActor } from './compose.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { TABLE_CARE } from './database-care.ts';
import { markFolder } from './folder-mark.ts';
import type { JobsStart } from './jobs.worker.ts';
import { readinessOf } from './readiness.ts';
import { accessSettingsOf, setupAnnouncement } from './sign-in-settings.ts';
import { watchServer } from './watch.ts';

const EXPIRES_SOON_DAYS = 30;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** A port in use, a host that is none: said in one line, the process ends. Anything else is a fault. */
function cannotListen(error: NodeJS.ErrnoException, host: string, port: number, name: string): never {
  if (error.code === 'EADDRINUSE') {
    process.stderr.write(
      `PORT-IN-USE ${host}:${port} 端口已被占用（田畴可能已在运行）；请用 ${name} 指定另一个端口。 The port is in use (perhaps Tianchou is running already): name another by ${name}.\n`,
    );
    process.exit(1);
  }
  if (['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND'].includes(error.code ?? '')) {
    throw new ConfigError(`HOST and PORT cannot be listened on: ${host}:${port} (${error.code})`);
  }
  throw error;
}

function certificateOf(config: Config): Certificate | null {
  if (config.tls === null) return null;
  const read = readCertificate(config.tls);
  if (!read.ok) throw new ConfigError(read.error.message.en, read.error);
  return read.value;
}

function sayExpiry(certificate: Certificate): void {
  const days = Math.floor((Date.parse(certificate.validTo) - Date.now()) / DAY_MILLISECONDS);
  logger.log(days < EXPIRES_SOON_DAYS ? 'warning' : 'info', 'certificate', { validTo: certificate.validTo, days });
}

/** All jobs in a thread of their own, on the same database and folder. */
function jobsThread(db: OpenedDatabase, files: OpenedFiles): { readonly jobs: Jobs; readonly isAlive: () => boolean } {
  let alive = false;
  const jobs = jobsInThread({
    db,
    clock: systemClock,
    ids: systemIds,
    logger,
    startThread: () => {
      const share = db.share();
      const start: JobsStart = { share, files: files.place };
      const transferList = share.kind === 'embedded' ? [share.port] : [];
      const thread = startWorker('server/jobs.worker', start, { name: 'jobs', transferList });
      alive = true;
      thread.once('exit', () => {
        alive = false;
      });
      return thread;
    },
  });
  return { jobs, isAlive: () => alive };
}

async function main(): Promise<void> {
  const begun = performance.now();
  const config = readConfig(process.env);
  const signIn = accessSettingsOf(config, process.env);
  let certificate = certificateOf(config);
  let stopping = false;
  const doors = guardedDoors({ factor: config.rateFactor });

  // Listens before anything is opened: a port in use is said at once. Requests wait until the application is there.
  let tell = (_app: ComposedApp): void => {};
  const app = new Promise<ComposedApp>((resolve) => {
    tell = resolve;
  });
  const listening: Listening = await listen({
    host: config.host,
    port: config.port,
    fetch: async (request, bindings) => (await app).app.fetch(request, bindings),
    logger,
    proxies: config.proxies,
    isJammed: () => doors.isJammed(),
    tls: config.tls === null || certificate === null ? null : { files: config.tls, certificate },
  }).catch((error: NodeJS.ErrnoException) => cannotListen(error, config.host, config.port, 'PORT'));
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const address = (): string => `${certificate === null ? 'http' : 'https'}://${host}:${listening.port}/`;
  const { metrics } = config;
  if (metrics !== null) {
    await serveMetrics(metrics).catch((error: NodeJS.ErrnoException) =>
      cannotListen(error, metrics.host, metrics.port, 'TIANCHOU_METRICS_PORT'),
    );
  }

  const db = await openDatabase({ url: config.databaseUrl, folder: config.dataFolder });
  const files = await openFiles(config.dataFolder, { minFreeBytes: config.minFreeMegabytes * 1024 ** 2 });
  await markFolder(db, config.dataFolder);
  const thread =
    config.jobs === 'off'
      ? { jobs: jobsElsewhere({ db, clock: systemClock, ids: systemIds }), isAlive: () => true }
      : jobsThread(db, files);
  const screens = join(PROJECT_ROOT, 'dist', 'web');
  const composed = createApp({
    db,
    files,
    logger,
    clock: systemClock,
    ids: systemIds,
    basemap: config.basemap,
    access: { ...signIn, announce: (code) => process.stdout.write(setupAnnouncement(code, address())) },
    heads: openHeadKeeper({
      db,
      clock: systemClock,
      ids: systemIds,
      logger,
      folders: { keyFolder: join(config.dataFolder, 'keys'), headsFolder: config.headsFolder },
    }),
    jobs: thread.jobs,
    doors,
    proxies: config.proxies,
    thisMachineOnly: signIn.mode === 'demo',
    readiness: readinessOf({
      db,
      dataFolder: config.dataFolder,
      minFreeMegabytes: config.minFreeMegabytes,
      isStopping: () => stopping,
      areJobsAlive: thread.isAlive,
    }),
    ...(existsSync(join(screens, 'index.html')) ? { statics: staticFiles(screens) } : {}),
  });
  watchServer({
    db,
    doors,
    dataFolder: config.dataFolder,
    version: VERSION,
    certificateUntil: () => (certificate === null ? null : Date.parse(certificate.validTo) / 1000),
  });

  /** Says so first, then takes no more, ends what is being answered, gives jobs back, closes. A second signal ends at once. */
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(130);
    stopping = true;
    logger.log('info', 'stopping');
    // Whatever hangs does not keep the data folder locked.
    setTimeout(() => process.exit(0), (config.drainSeconds + config.stopSeconds + 10) * 1000).unref();
    await new Promise((resolve) => setTimeout(resolve, config.drainSeconds * 1000));
    const whole = await listening.finish(config.stopSeconds * 1000);
    if (!whole) logger.log('warning', 'requests were cut off', { seconds: config.stopSeconds });
    await composed.stop();
    await backUpAtStop({
      db,
      dataFolder: config.dataFolder,
      care: TABLE_CARE,
      now: systemClock.now(),
      logger,
    });
    await files.close();
    await db.close();
    logger.log('info', 'stopped');
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
  process.on('SIGHUP', () => {
    const read = listening.reloadCertificate();
    if (!read.ok) logger.log('error', 'the certificate was not taken', { ...read.error });
    else if (read.value !== null) {
      certificate = read.value;
      sayExpiry(certificate);
    }
  });

  tell(composed);
  if (certificate !== null) sayExpiry(certificate);
  logger.log('info', 'listening', {
    milliseconds: Math.round(performance.now() - begun),
    database: db.engine,
    port: listening.port,
    tls: certificate !== null,
  });
  process.stdout.write(`Tianchou 田畴: ${address()}\n`);
  try {
    await composed.start();
    if (signIn.mode === 'demo') await composed.demo.ensure(demoActor(systemClock, systemIds));
  } catch (error) {
    if (!stopping) throw error;
  }
}

function endRefused(refusal: Refusal): never {
  process.stderr.write(`${refusalLine(refusal, 'zh')}\n${refusalLine(refusal, 'en')}\n`);
  process.exit(2);
}

main().catch((error: unknown) => {
  if (error instanceof FolderLockedError || error instanceof DatabaseRefusedError) endRefused(error.refusal);
  if (error instanceof ConfigError) {
    if (error.refusal !== undefined) endRefused(error.refusal);
    process.stderr.write(`CONFIG-INVALID ${error.message}\n`);
    process.exit(2);
  }
  logger.log('error', 'could not start', errorFields(error));
  process.exit(70);
});
