// The product as a server for drills: the real application, jobs thread and data folder, without sign-in. Whoever asks says
// who he is in a header. It listens on 127.0.0.1 only and is part of no build.
//   DATABASE_URL=… TIANCHOU_DATA=… PORT=0 [TIANCHOU_JOBS=off] node --import tsx tests/drills/server.ts
// Prints one line with its address once requests are answered. SIGTERM stops it in order.
import { type ActorContext, ROLES, type Role } from '../../src/modules/access/index.ts';
import { systemClock as clock, systemIds as ids } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/db/index.ts';
import { openFiles } from '../../src/platform/files/index.ts';
import { guardedDoors, OPEN_DOORS } from '../../src/platform/http/doors.ts';
import { listen } from '../../src/platform/http/listen.ts';
import { jobsElsewhere, jobsInThread } from '../../src/platform/jobs/index.ts';
import { jsonLogger as logger } from '../../src/platform/logging.ts';
import { startWorker } from '../../src/platform/project-root.ts';
import { createApp } from '../../src/server/compose.ts';
import { readConfig } from '../../src/server/config.ts';
import { markFolder } from '../../src/server/folder-mark.ts';
import type { JobsStart } from '../../src/server/jobs.worker.ts';

/** `x-drill-actor: name[/role[/division]]`; without it a clerk of the whole country. */
function actorOf(request: Request): ActorContext {
  const [actor = '', role = '', divisionCode = ''] = (request.headers.get('x-drill-actor') ?? '').split('/');
  return {
    actor: actor || 'drill',
    role: (ROLES as readonly string[]).includes(role) ? (role as Role) : 'clerk',
    divisionCode,
    clock,
    ids,
  };
}

const config = readConfig(process.env);
const db = await openDatabase({ url: config.databaseUrl, folder: config.dataFolder });
const files = await openFiles(config.dataFolder);
await markFolder(db, config.dataFolder);
const jobs =
  config.jobs === 'off'
    ? jobsElsewhere({ db, clock, ids })
    : jobsInThread({
        db,
        clock,
        ids,
        logger,
        startThread: () => {
          const share = db.share();
          const start: JobsStart = { share, files: files.place };
          const transferList = share.kind === 'embedded' ? [share.port] : [];
          return startWorker('server/jobs.worker', start, { name: 'jobs', transferList });
        },
      });
// Most drills ask as fast as they can; the one that drills the load asks to be counted.
const doors = process.env['TIANCHOU_DRILL_DOORS'] === 'on' ? guardedDoors({ factor: config.rateFactor }) : OPEN_DOORS;
const { proxies } = config;
const composed = createApp({ db, files, clock, ids, logger, jobs, actorOf, doors, proxies });
const server = await listen({
  host: '127.0.0.1',
  port: config.port,
  fetch: composed.app.fetch,
  logger,
  proxies,
  isJammed: () => doors.isJammed(),
});
process.on('SIGTERM', () => {
  setTimeout(() => process.exit(0), 10_000).unref();
  void server
    .finish(0)
    .then(() => composed.stop())
    .then(() => files.close())
    .then(() => db.close())
    .finally(() => process.exit(0));
});
await composed.start();
process.stdout.write(`drill server: http://127.0.0.1:${server.port}/\n`);
