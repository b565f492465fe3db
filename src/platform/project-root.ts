import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { assert } from '../kernel/index.ts';

/** The folder of package.json: migrations, packs and the built screens are found from here, in source and in dist alike. */
export const PROJECT_ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

/** True when running from the sources (tsx, vitest), false in the bundle under dist. */
export const RUNNING_FROM_SOURCE = import.meta.url.endsWith('.ts');

function findRoot(start: string): string {
  let folder = start;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    assert(parent !== folder, `no package.json above ${start}`);
    folder = parent;
  }
  return folder;
}

/**
 * Starts a `*.worker.ts` file in a thread. Every worker of `src` is bundled to the same path under `dist`, so its path
 * below `src` without ending names it: `platform/db/embedded.worker`. Under tsx and vitest the source itself runs.
 */
export function startWorker(name: string, workerData: unknown, options: WorkerOptions = {}): Worker {
  if (!RUNNING_FROM_SOURCE) {
    return new Worker(pathToFileURL(join(PROJECT_ROOT, 'dist', `${name}.js`)), { ...options, workerData });
  }
  // On Node 20 `--import tsx` does not reach worker threads, so the thread registers it before it loads the source.
  const tsx = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs'),
  ).href;
  const source = pathToFileURL(join(PROJECT_ROOT, 'src', `${name}.ts`)).href;
  const code = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(source)}); })`;
  return new Worker(code, { ...options, workerData, eval: true, execArgv: [] });
}
