import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';

/** A copy of the server that drills start, with a life of its own: whoever builds meanwhile changes nothing in it. */
export interface BuiltApp {
  /** What Node is started with. */
  readonly program: string;
  remove(): void;
}

/** Bundles the entry of the drills and every worker thread into a folder beside what they read at run time. */
export async function buildApp(): Promise<BuiltApp> {
  const { build } = await import('esbuild');
  const root = mkdtempSync(join(tmpdir(), 'tianchou-drill-app-'));
  cpSync(join(PROJECT_ROOT, 'package.json'), join(root, 'package.json'));
  for (const name of ['node_modules', 'migrations', 'packs', '.cache']) {
    if (existsSync(join(PROJECT_ROOT, name))) symlinkSync(join(PROJECT_ROOT, name), join(root, name));
  }
  const workers = readdirSync(join(PROJECT_ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.worker.ts'),
  );
  await build({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: {
      'drill-server': 'tests/drills/server.ts',
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
  return {
    program: join(root, 'dist', 'drill-server.js'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A server process that is killed and started again, always on the same port and folder. */
export interface App {
  readonly url: string;
  readonly pid: number;
  /** kill -9, at once. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** The last lines of its log. */
  log(): string;
}

export interface AppOptions {
  readonly program: string;
  readonly folder: string;
  readonly databaseUrl: string | undefined;
  /** 0: any. */
  readonly port: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a server and resolves once it says its address. */
export async function startApp({ program, folder, databaseUrl, port, environment = {} }: AppOptions): Promise<App> {
  const scratch = join(folder, 'tmp');
  mkdirSync(scratch, { recursive: true });
  const { DATABASE_URL: _other, ...inherited } = process.env;
  const child: ChildProcess = spawn(process.execPath, [program], {
    env: {
      ...inherited,
      PORT: String(port),
      HOST: '127.0.0.1',
      TIANCHOU_DATA: folder,
      TIANCHOU_DEMO: 'off',
      TMPDIR: scratch,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    log = `${log}${chunk.toString()}`.slice(-40_000);
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let text = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-10_000);
      const match = /(http:\/\/127\.0\.0\.1:\d+)\//.exec(text);
      if (match !== null) resolve(match[1]!);
    });
    void gone.then(() =>
      reject(new Error(`the server did not start (${child.exitCode ?? child.signalCode}): ${text}${log}`)),
    );
  });
  return {
    url,
    pid: child.pid!,
    log: () => log,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      child.kill('SIGTERM');
      await gone;
      return child.exitCode;
    },
  };
}

/** Waits until the server says that it can serve. */
export async function untilReady(url: string, milliseconds = 60_000): Promise<void> {
  const until = performance.now() + milliseconds;
  for (;;) {
    const ready = await fetch(`${url}/api/ready`, { signal: AbortSignal.timeout(5000) }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (ready) return;
    if (performance.now() > until) throw new Error(`not ready within ${milliseconds} ms: ${url}`);
    await sleep(20);
  }
}
