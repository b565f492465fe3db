import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildProgram } from '../support/built-program.ts';

/** The server of the drills, bundled with its worker threads. */
export interface BuiltApp {
  /** What Node is started with. */
  readonly program: string;
  remove(): void;
}

export async function buildApp(): Promise<BuiltApp> {
  const { path, remove } = await buildProgram('tests/drills/server.ts', { workers: true });
  return { program: path, remove };
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
  /** See `buildApp`. */
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
