import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';

/** A program bundled for tests that start it as a process: quick to start, and nobody's build changes it meanwhile. */
export interface BuiltProgram {
  /** What Node is started with. */
  readonly path: string;
  remove(): void;
}

/** Bundles `entry` (a path in the project) and, where asked, every worker thread, into a folder beside what they read at run time. */
export async function buildProgram(entry: string, options: { readonly workers: boolean }): Promise<BuiltProgram> {
  const { build } = await import('esbuild');
  const root = mkdtempSync(join(tmpdir(), 'tianchou-program-'));
  cpSync(join(PROJECT_ROOT, 'package.json'), join(root, 'package.json'));
  for (const name of ['node_modules', 'migrations', 'packs', '.cache']) {
    if (existsSync(join(PROJECT_ROOT, name))) symlinkSync(join(PROJECT_ROOT, name), join(root, name));
  }
  const workers = options.workers
    ? readdirSync(join(PROJECT_ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
        path.endsWith('.worker.ts'),
      )
    : [];
  await build({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: {
      program: entry,
      ...Object.fromEntries(workers.map((path) => [path.replace(/\.ts$/, ''), join('src', path)])),
    },
    outdir: join(root, 'dist'),
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return { path: join(root, 'dist', 'program.js'), remove: () => rmSync(root, { recursive: true, force: true }) };
}
