import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';
import type { Terminal } from '../../src/cli/terminal.ts';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';

export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Sends the signal once standard error or the folder says so. */
  readonly kill?: { readonly signal: NodeJS.Signals; readonly when: () => boolean };
}

/** The command line as a user has it: bundled, started as a process of its own, in a folder that is thrown away. */
export interface Program {
  /** A folder of the test's own. */
  readonly folder: string;
  /** Path below the folder. */
  path(...parts: string[]): string;
  run(args: readonly string[], options?: RunOptions): Promise<Run>;
  /** The same bundle in this process: no signals and no pipes, but a hundred times in the time of one start. */
  call(args: readonly string[], terminal?: Partial<Terminal>): Promise<Run>;
}

/** Bundles the program once for the test file, as `npm run build` does, and takes it away afterwards. */
export function useProgram(): Program {
  const home = mkdtempSync(join(tmpdir(), 'tianchou-cli-'));
  const folder = join(home, 'work');
  const main = join(home, 'dist', 'cli', 'main.js');

  beforeAll(async () => {
    mkdirSync(folder);
    for (const name of ['package.json', 'node_modules', 'packs', 'src', 'tests']) {
      symlinkSync(join(PROJECT_ROOT, name), join(home, name));
    }
    await bundle(home);
    process.chdir(folder);
  });
  const before = process.cwd();
  afterAll(() => {
    process.chdir(before);
    rmSync(home, { recursive: true, force: true });
  });

  return {
    folder,
    path: (...parts) => join(folder, ...parts),
    async call(args, overrides = {}) {
      const out: string[] = [];
      const err: string[] = [];
      const terminal: Terminal = {
        language: 'en',
        live: false,
        out: (text) => void out.push(text),
        err: (text) => void err.push(text),
        line: (text) => void err.push(`${text}\n`),
        isCancelled: () => false,
        unfinished: () => undefined,
        ...overrides,
      };
      const { runProgram } = (await import(join(home, 'dist', 'cli', 'program.js'))) as {
        runProgram: typeof import('../../src/cli/program.ts').runProgram;
      };
      const code = await runProgram(args, terminal, 'test');
      // Progress depends on how busy the machine is.
      const lines = err.join('').replace(/^[^\n]* \d+ %\n/gm, '');
      return { code, signal: null, out: out.join(''), err: lines };
    },
    run: (args, options = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [main, ...args], {
          cwd: folder,
          env: { ...process.env, LANG: 'C', LC_ALL: '', LC_MESSAGES: '', ...options.env },
        });
        const out: Buffer[] = [];
        const err: Buffer[] = [];
        child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
        child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
        child.on('error', reject);
        const kill = options.kill;
        const watch = setInterval(() => {
          if (kill?.when() !== true) return;
          clearInterval(watch);
          child.kill(kill.signal);
        }, 20);
        child.on('close', (code, signal) => {
          clearInterval(watch);
          resolve({ code, signal, out: Buffer.concat(out).toString('utf8'), err: Buffer.concat(err).toString('utf8') });
        });
      }),
  };
}

async function bundle(home: string): Promise<void> {
  const sources = readdirSync(join(PROJECT_ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const workers = sources.filter((path) => path.endsWith('.worker.ts') && existsSync(join(PROJECT_ROOT, 'src', path)));
  const commandLine = ['cli/main.ts', 'cli/program.ts', ...workers.filter((path) => path.startsWith('cli/'))];
  const others = workers.filter((path) => path.startsWith('modules/intake/'));
  for (const entries of [commandLine, others]) {
    await build({
      absWorkingDir: PROJECT_ROOT,
      entryPoints: entries.map((path) => join('src', path)),
      outdir: join(home, 'dist'),
      outbase: 'src',
      bundle: true,
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'error',
    });
  }
}
