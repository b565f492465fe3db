// Builds what runs without the sources: server, command line and worker threads (dist/**), the screens (dist/web).
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildKernel } from './build-kernel.js';
import { ensureInstalled, filesUnder, requireNode, ROOT, run, runTool } from './tools.js';

const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.built');

/** Changes whenever a source, a setting or a package does. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const path of filesUnder(
    'src',
    'packs',
    'package-lock.json',
    'vite.config.ts',
    'tsconfig.base.json',
    'scripts/build.js',
    'scripts/build-kernel.js',
  )) {
    if (path.endsWith('.test.ts')) continue;
    const { size, mtimeMs } = statSync(join(ROOT, path));
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

export function isBuilt() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

/** Bundles the programs; packages stay in node_modules. Each worker keeps its path below src, by which it is started. */
async function buildPrograms() {
  const { build } = await import('esbuild');
  const entries = filesUnder('src').filter(
    (path) =>
      ['src/server/main.ts', 'src/server/work.ts', 'src/server/prepare.ts', 'src/cli/main.ts'].includes(path) ||
      path.endsWith('.worker.ts'),
  );
  // The command line is bundled by itself: sharing chunks with the server it would load the server's packages at every start.
  const isCommandLine = (path) => path.startsWith('src/cli/');
  for (const entryPoints of [entries.filter((path) => !isCommandLine(path)), entries.filter(isCommandLine)]) {
    await build({
      absWorkingDir: ROOT,
      entryPoints,
      outdir: 'dist',
      outbase: 'src',
      bundle: true,
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: true,
      logLevel: 'warning',
    });
  }
}

/** Builds everything; true where it worked. */
export async function buildAll() {
  const begun = Date.now();
  const stamp = fingerprint();
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  try {
    await buildKernel();
    await buildPrograms();
  } catch (error) {
    console.error(`The programs could not be built: ${error.message}`);
    return false;
  }
  // Side by side: the screens, and the prepared files of the embedded database (kept in .cache across builds).
  const codes = await Promise.all([
    runTool('vite/bin/vite.js', ['build', '--logLevel', 'warn'], { env: { ...process.env, NODE_ENV: 'production' } }),
    run(process.execPath, ['dist/server/prepare.js']),
  ]);
  if (codes.some((code) => code !== 0)) return false;
  writeFileSync(STAMP, stamp);
  console.log(`Built in ${((Date.now() - begun) / 1000).toFixed(1)} s.`);
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  requireNode();
  await ensureInstalled();
  process.exit((await buildAll()) ? 0 : 1);
}
