import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/**
 * A throw-away PostgreSQL with PostGIS for one test file: own directory, own random port on 127.0.0.1, trust
 * authentication, gone after `stop`. The first start on a machine runs initdb once and keeps the result as a template
 * under the temporary directory; later starts copy it (well under a second).
 *
 * The server refuses to run as root, so under root it runs as the system user `postgres`.
 */
export interface ThrowAwayPostgresql {
  /** postgresql://postgres@127.0.0.1:PORT/tianchou: an empty database that has the extension postgis. */
  readonly url: string;
  readonly port: number;
  readonly dataDirectory: string;
  /** Pid of the postmaster, for tests that kill it; another one after `restart`. */
  readonly pid: number;
  /** kill -9 of the postmaster and all its processes at once, as a machine that dies. */
  kill(): Promise<void>;
  /** Starts it again on the same directory and port; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends the server and removes its directory. Safe to call twice, and after the server was killed. */
  stop(): Promise<void>;
}

export interface PostgresqlOptions {
  /** Keep fsync and synchronous commit on (tests that kill the server). Off by default: tests are quicker. */
  readonly durable?: boolean;
  /** Further `name=value` settings. */
  readonly settings?: readonly string[];
  /** Where its directory is made; default the temporary directory. */
  readonly parent?: string;
}

interface Installation {
  readonly binaries: string;
  readonly version: string;
  /** Set under root: the user the server runs as. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
}

/** The newest PostgreSQL ≥ 15 installed, or undefined with the reason a caller can show. */
export function findPostgresql(): Installation | { readonly missing: string } {
  const candidates = [
    ...(existsSync('/usr/lib/postgresql')
      ? readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`)
      : []),
    '/opt/homebrew/bin',
    '/usr/local/bin',
    '/usr/bin',
  ].filter((path) => existsSync(join(path, 'initdb')) && existsSync(join(path, 'postgres')));
  for (const binaries of candidates.reverse()) {
    const version = execFileSync(join(binaries, 'postgres'), ['--version'], { encoding: 'utf8' }).trim();
    const major = Number(/(\d+)/.exec(version)?.[1]);
    if (major < 15) continue;
    if (process.getuid?.() !== 0) return { binaries, version: String(major), user: undefined };
    const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    return { binaries, version: String(major), user: { uid: id('-u'), gid: id('-g') } };
  }
  return { missing: 'PostgreSQL 15 or newer with PostGIS 3.3 (Debian: apt-get install postgresql-15-postgis-3)' };
}

function hand(path: string, user: Installation['user']): void {
  if (user === undefined) return;
  chownSync(path, user.uid, user.gid);
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    lchownSync(join(entry.parentPath, entry.name), user.uid, user.gid);
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function canConnect(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

interface Running {
  readonly server: ChildProcess;
  readonly port: number;
  exited(): boolean;
}

/** Starts the postmaster as a direct child, so that it is reaped and can be waited for. */
async function launch(
  installation: Installation,
  data: string,
  database: string,
  settings: readonly string[],
  samePort?: number,
): Promise<Running> {
  for (let attempt = 0; ; attempt++) {
    const port = samePort ?? (await freePort());
    const log: string[] = [];
    const server = spawn(
      join(installation.binaries, 'postgres'),
      [
        '-D',
        data,
        '-p',
        String(port),
        '-k',
        data,
        '-c',
        'listen_addresses=127.0.0.1',
        '-c',
        'jit=off',
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
      { ...installation.user, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    server.stderr!.on('data', (chunk: Buffer) => {
      log.push(chunk.toString());
      if (log.length > 200) log.shift();
    });
    let exited = false;
    server.once('exit', () => {
      exited = true;
    });
    const deadline = Date.now() + 60_000;
    while (!exited && Date.now() < deadline) {
      if (await canConnect(`postgresql://postgres@127.0.0.1:${port}/${database}`)) {
        return { server, port, exited: () => exited };
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    if (!exited) server.kill('SIGQUIT');
    // Another process may have taken the port between the probe and the start.
    if (attempt >= 4) throw new Error(`PostgreSQL did not start: ${log.join('')}`);
  }
}

async function end(running: Running): Promise<void> {
  if (running.exited()) return;
  const gone = new Promise<void>((resolve) => running.server.once('exit', () => resolve()));
  running.server.kill('SIGINT');
  const timer = setTimeout(() => running.server.kill('SIGQUIT'), 10_000);
  await gone;
  clearTimeout(timer);
}

/** Processes whose parent is `pid`, from the table of processes (Linux). */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Kills a server and everything it started, by number: held still first, so that it starts nothing meanwhile. */
async function killAll({ server, exited }: Running): Promise<void> {
  if (exited()) return;
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const pid = server.pid!;
  process.kill(pid, 'SIGSTOP');
  const children = childrenOf(pid);
  for (const one of [pid, ...children]) {
    try {
      process.kill(one, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  // The postmaster is a child of this process and is reaped by it: as a zombie it would keep its pid file valid.
  await gone;
}

const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

async function template(installation: Installation): Promise<string> {
  const kept = join(tmpdir(), `tianchou-postgresql-${installation.version}-${process.getuid?.() ?? 0}`);
  if (existsSync(kept)) return kept;
  const building = mkdtempSync(join(tmpdir(), 'tianchou-postgresql-building-'));
  hand(building, installation.user);
  execFileSync(
    join(installation.binaries, 'initdb'),
    ['-D', building, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    { ...installation.user, cwd: building, stdio: 'pipe' },
  );
  const running = await launch(installation, building, 'postgres', FAST);
  const base = `postgresql://postgres@127.0.0.1:${running.port}`;
  const maintenance = new pg.Client({ connectionString: `${base}/postgres` });
  await maintenance.connect();
  await maintenance.query('create database tianchou');
  await maintenance.end();
  const client = new pg.Client({ connectionString: `${base}/tianchou` });
  await client.connect();
  await client.query('create extension postgis');
  await client.end();
  await end(running);
  try {
    renameSync(building, kept);
  } catch {
    // Another test process finished its template first; its copy is as good.
    rmSync(building, { recursive: true, force: true });
  }
  return kept;
}

/**
 * A shell that outlives this process: when a test run is killed before it could stop its server, ends the server and removes
 * its directory. It goes away by itself once the server is gone.
 */
function watch(data: string, parent: string): void {
  const script = `
    while kill -0 ${process.pid} 2>/dev/null && [ -f '${data}/postmaster.pid' ]; do sleep 2; done
    if [ -f '${data}/postmaster.pid' ]; then kill -QUIT $(head -n 1 '${data}/postmaster.pid') 2>/dev/null; sleep 1; rm -rf '${parent}'; fi`;
  spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' }).unref();
}

/** Starts a throw-away server. Throws with the reason where PostgreSQL or PostGIS is not installed. */
export async function startPostgresql(options: PostgresqlOptions = {}): Promise<ThrowAwayPostgresql> {
  const installation = findPostgresql();
  if ('missing' in installation) throw new Error(`missing: ${installation.missing}`);
  const source = await template(installation);
  const parent = mkdtempSync(join(options.parent ?? tmpdir(), 'tianchou-postgresql-'));
  const data = join(parent, 'data');
  mkdirSync(data, { mode: 0o700 });
  cpSync(source, data, { recursive: true });
  if (installation.user !== undefined) {
    hand(parent, installation.user);
  }
  const settings = [...(options.durable === true ? [] : FAST), ...(options.settings ?? [])];
  let running = await launch(installation, data, 'tianchou', settings);
  const { port } = running;
  watch(data, parent);
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/tianchou`,
    port,
    dataDirectory: data,
    get pid() {
      return running.server.pid!;
    },
    kill: () => killAll(running),
    restart: async () => {
      running = await launch(installation, data, 'tianchou', settings, port);
    },
    stop: async () => {
      await end(running);
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
