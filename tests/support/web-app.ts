import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import { build } from 'vite';
import { buildKernel } from '../../scripts/build-kernel.js';
import { systemClock, systemIds } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/db/index.ts';
import { openFiles } from '../../src/platform/files/index.ts';
import { staticFiles } from '../../src/platform/http/static.ts';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';
import { createApp, demoActor } from '../../src/server/compose.ts';

/** The whole product on a port of its own: screens, API, embedded database in memory, a small demo county. */
export interface WebApp {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it and waits until the demo county is there. */
export async function startWebApp(demo: { readonly parcels: number; readonly seed: number } | null): Promise<WebApp> {
  const screens = join(PROJECT_ROOT, 'dist', 'web');
  if (!existsSync(join(screens, 'index.html'))) {
    // The screens carry the compiled kernel.
    await buildKernel();
    await build({ configFile: join(PROJECT_ROOT, 'vite.config.ts'), logLevel: 'error' });
  }
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-web-'));
  const db = await openDatabase({ folder: null });
  const composed = createApp({ db, files: await openFiles(folder), statics: staticFiles(screens) });
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
    async stop() {
      (server as { closeAllConnections?: () => void }).closeAllConnections?.();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await composed.stop();
      await db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
