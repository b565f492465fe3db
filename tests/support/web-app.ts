import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import { build } from 'vite';
import { buildKernel } from '../../scripts/build-kernel.js';
import { openHeadKeeper } from '../../src/modules/audit/server.ts';
import { systemClock, systemIds } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/db/index.ts';
import { silentLogger } from '../../src/platform/logging.ts';
import { openFiles } from '../../src/platform/files/index.ts';
import { staticFiles } from '../../src/platform/http/static.ts';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';
import { type AppParts, createApp, demoActor } from '../../src/server/compose.ts';

/** The whole product on a port of its own: screens, API, embedded database in memory, a small demo county. */
export interface WebApp {
  readonly url: string;
  /** The one-time code of a first start; undefined where nobody signs in, or everything is set up. */
  readonly setupCode: string | undefined;
  /** Signs the heads of the audit now, as the server does every hour. */
  signHeads(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts it and waits until the demo county is there. `access`: with sign-in, instead of the demo's role switch. */
export async function startWebApp(
  demo: { readonly parcels: number; readonly seed: number } | null,
  access: AppParts['access'] = { mode: 'demo' },
): Promise<WebApp> {
  const screens = join(PROJECT_ROOT, 'dist', 'web');
  if (!existsSync(join(screens, 'index.html'))) {
    // The screens carry the compiled kernel.
    await buildKernel();
    await build({ configFile: join(PROJECT_ROOT, 'vite.config.ts'), logLevel: 'error' });
  }
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-web-'));
  const db = await openDatabase({ folder: null });
  let setupCode: string | undefined;
  const heads = openHeadKeeper({
    db,
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
    folders: { keyFolder: join(folder, 'keys'), headsFolder: join(folder, 'heads') },
  });
  const composed = createApp({
    db,
    files: await openFiles(folder),
    statics: staticFiles(screens),
    heads,
    access: {
      ...access,
      announce: (code) => {
        setupCode = code;
      },
    },
  });
  await composed.start();
  if (demo !== null) {
    const jobId = await composed.demo.ensure(demoActor(systemClock, systemIds), demo);
    if (jobId !== null) await composed.services.jobs.finished(jobId);
  }
  const server = await new Promise<ServerType>((resolve) => {
    const started: ServerType = serve({ fetch: composed.app.fetch, hostname: '127.0.0.1', port: 0 }, () =>
      resolve(started),
    );
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    setupCode,
    signHeads: () => heads.sign(),
    async stop() {
      (server as { closeAllConnections?: () => void }).closeAllConnections?.();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await composed.stop();
      await db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
