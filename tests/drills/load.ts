// A flood does not stop the county: the load the product is designed for (200 active users, 50 writes a second), then ten
// times that, beside connections that drip and bodies that are too large. Excess must be refused with 429 and Retry-After;
// every answer let in must be right and in time; every write acknowledged must be there once, with one audit event.
//   npm run drill:load -- [--seconds 60] [--times 10] [--users 200] [--writes 50] [--write]
// --write puts the figures into docs/evidence/load.md. Loopback only; ends by itself.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, openAsBlob, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DEMO_ZONE_ROLES, generateDemoCounty } from '../../src/demo/index.ts';
import { assert, joinBatches, type PolygonLayer } from '../../src/kernel/index.ts';
import { insertDivisions } from '../../src/modules/access/server.ts';
import type { RunView } from '../../src/modules/analysis/views.ts';
import { firstBrokenEvent } from '../../src/modules/audit/server.ts';
import { writeLayer } from '../../src/modules/intake/server.ts';
import type { ImportView } from '../../src/modules/intake/views.ts';
import type { LayerVersionView } from '../../src/modules/parcels/index.ts';
import { writePlan } from '../../src/modules/projects/server.ts';
import type { ProjectView } from '../../src/modules/projects/views.ts';
import { type OpenedDatabase, openDatabase, sql } from '../../src/platform/db/index.ts';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';
import { startPostgresql } from '../support/postgresql.ts';
import type { Screen, UsersResult, UsersTask } from './load-users.ts';

const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    times: { type: 'string', default: '10' },
    users: { type: 'string', default: '200' },
    writes: { type: 'string', default: '50' },
    parcels: { type: 'string', default: '3000' },
    write: { type: 'boolean', default: false },
  },
});
const SECONDS = Math.min(300, Number(given.seconds));
const TIMES = Number(given.times);
const COUNTY = '990101';
const PACK = 'qinzhou-2020';
const WRITER_ROLE = 'securityAdministrator';
const GENERATORS = 2;
const READ_LIMIT = 500;
const WRITE_LIMIT = 1_000;

const work = mkdtempSync(join(tmpdir(), 'tianchou-load-'));
const violations: string[] = [];
const children: ChildProcess[] = [];
process.on('exit', () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
});

const fromSource = ['--import', 'tsx'];

async function startServer(
  databaseUrl: string,
): Promise<{ readonly url: string; readonly child: ChildProcess; log(): string }> {
  const child = spawn(process.execPath, [...fromSource, 'tests/drills/server.ts'], {
    cwd: PROJECT_ROOT,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      TIANCHOU_DATA: join(work, 'data'),
      PORT: '0',
      TIANCHOU_DRILL_DOORS: 'on',
      TIANCHOU_TRUSTED_PROXIES: '127.0.0.1',
      TIANCHOU_LOG_LEVEL: 'warning',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let log = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    log = `${log}${chunk.toString()}`.slice(-20_000);
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      const match = /(http:\/\/127\.0\.0\.1:\d+)\//.exec(chunk.toString());
      if (match !== null) resolve(match[1]!);
    });
    child.once('close', () => reject(new Error(`the server ended: ${log}`)));
  });
  return { url, child, log: () => log };
}

// The county -------------------------------------------------------------------------------------------------------

let url = '';

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const form = body instanceof FormData;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: form ? {} : { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  assert(response.ok, `${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}

async function until<T>(look: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  for (const end = Date.now() + 180_000; ; ) {
    const value = await look();
    if (isThere(value)) return value;
    assert(Date.now() < end, `it never came: ${JSON.stringify(value).slice(0, 500)}`);
    await sleep(250);
  }
}

async function send<T>(path: string, file: string, fields: Readonly<Record<string, string>>): Promise<T> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', await openAsBlob(file), file.slice(file.lastIndexOf('/') + 1));
  return call<T>('POST', path, form);
}

/** The demo county by the doors of the product, with one finished run; gives the screens people look at. */
async function prepare(db: OpenedDatabase): Promise<readonly Screen[]> {
  const county = generateDemoCounty({ parcels: Number(given.parcels), seed: 20_260_101 });
  await db.transaction((tx) =>
    insertDivisions(
      tx,
      county.divisions.map(({ code, name, parentCode }) => ({
        code,
        nameZh: name,
        nameEn: name,
        parentCode,
        demo: true,
      })),
    ),
  );
  const layers: [string, PolygonLayer][] = [['parcels', joinBatches([...county.parcels()], 4490)]];
  for (const role of DEMO_ZONE_ROLES) layers.push([role, joinBatches([...county.zone(role)], 4490)]);
  for (const [role, layer] of layers) {
    const file = join(work, `${role}.fgb`);
    await writeLayer(file, layer);
    const { importId } = await send<ImportView>('/api/imports', file, { countyCode: COUNTY, role, asOf: '2025-12-31' });
    await until(
      () => call<ImportView>('GET', `/api/imports/${importId}`),
      ({ state }) => state === 'staged',
    );
    await call('POST', `/api/imports/${importId}/commit`, { choice: 'goodRows' });
    await until(
      () => call<ImportView>('GET', `/api/imports/${importId}`),
      ({ state }) => state === 'committed',
    );
  }
  const plan = join(work, 'plan.gpkg');
  await writePlan(plan, county.plan);
  const { projectId } = await send<ProjectView>('/api/projects', plan, { countyCode: COUNTY });
  const started = await call<RunView>('POST', `/api/projects/${projectId}/runs`, { packId: PACK });
  const run = await until(
    () => call<RunView>('GET', `/api/runs/${started.runId}`),
    ({ state }) => state !== 'queued' && state !== 'running',
  );
  assert(run.state === 'done', `the run is ${run.state}`);

  const versions = await call<LayerVersionView[]>('GET', `/api/layers?county=${COUNTY}`);
  const parcels = versions.find(({ role }) => role === 'parcels')!;
  const layer = `/api/layers/${parcels.layerVersionId}`;
  const [west, south, east, north] = parcels.box!;
  const tile = (z: number, x: number, y: number): string => `/api/tiles/${parcels.layerVersionId}/${z}/${x}/${y}.mvt`;
  const column = (lon: number, z: number): number => Math.floor(((lon + 180) / 360) * 2 ** z);
  const row = (lat: number, z: number): number => {
    const phi = (lat * Math.PI) / 180;
    return Math.floor(((1 - Math.log(Math.tan(phi) + 1 / Math.cos(phi)) / Math.PI) / 2) * 2 ** z);
  };
  const [lon, lat] = [(west + east) / 2, (south + north) / 2];
  const map = (z: number): Screen => [
    `/api/layers?county=${COUNTY}`,
    `${layer}/summary`,
    ...[-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => tile(z, column(lon, z) + dx, row(lat, z) + dy))),
  ];
  const tables = await call<{ id: string; rows: { id: string }[]; columns: { id: string }[] }[]>(
    'GET',
    `/api/runs/${run.runId}/balance`,
  );
  const cell = ((): Screen => {
    const table = tables[0]!;
    const [first, second] = [table.rows[0]?.id, table.columns[0]?.id];
    return first === undefined || second === undefined
      ? []
      : [
          `/api/runs/${run.runId}/cell?table=${encodeURIComponent(table.id)}&row=${encodeURIComponent(first)}&column=${encodeURIComponent(second)}`,
        ];
  })();
  const cellWorks = cell[0] !== undefined && (await fetch(`${url}${cell[0]}`)).ok;
  return [
    map(12),
    map(13),
    map(14),
    [`${layer}/features?limit=50`, `${layer}/summary`],
    [`${layer}/features?offset=100&limit=50`],
    [`${layer}/features/7`, `${layer}/identify?lon=${lon.toFixed(5)}&lat=${lat.toFixed(5)}`],
    ['/api/projects', `/api/projects/${projectId}`, `/api/projects/${projectId}/runs`],
    [`/api/runs/${run.runId}`, `/api/runs/${run.runId}/findings`, ...(cellWorks ? cell : [])],
    [`/api/projects/${projectId}/plan.geojson`],
  ];
}

/** What the quiet server answers; asked twice, because only what stays can be compared. */
async function quietAnswers(screens: readonly Screen[]): Promise<Record<string, string>> {
  const quiet: Record<string, string> = {};
  for (const path of new Set(screens.flat())) {
    const hashes: string[] = [];
    for (let i = 0; i < 2; i++) {
      const response = await fetch(`${url}${path}`);
      const body = Buffer.from(await response.arrayBuffer());
      assert(response.ok, `${path}: ${response.status} ${body.toString('utf8', 0, 300)}`);
      hashes.push(createHash('sha256').update(body).digest('hex'));
    }
    assert(hashes[0] === hashes[1], `${path} answers differently each time`);
    quiet[path] = hashes[0]!;
  }
  return quiet;
}

// Beside the users -------------------------------------------------------------------------------------------------

interface Nuisance {
  readonly stop: () => { readonly opened: number; readonly ended: number; readonly refusedBodies: number };
}

/** Connections whose headers or bodies drip, and announcements of bodies without end. */
function nuisance(): Nuisance {
  const { port } = new URL(url);
  const sockets = new Set<Socket>();
  let [opened, ended, refusedBodies, stopped] = [0, 0, 0, false];
  const open = (first: string, drip: string): void => {
    if (stopped) return;
    opened++;
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(first));
    sockets.add(socket);
    const timer = setInterval(() => socket.write(drip), 2_000);
    socket.on('error', () => {});
    socket.resume();
    socket.on('close', () => {
      clearInterval(timer);
      sockets.delete(socket);
      ended++;
      open(first, drip);
    });
  };
  const post = 'POST /api/organisations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  for (let i = 0; i < 150; i++) open(`GET /api/projects HTTP/1.1\r\nHost: x\r\nX-${i}: `, 'a');
  for (let i = 0; i < 50; i++)
    open(`${post}X-Drill-Actor: slow-${i}/${WRITER_ROLE}/\r\nContent-Length: 1000000\r\n\r\n{`, ' ');
  const huge = setInterval(() => {
    void fetch(`${url}/api/organisations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-drill-actor': `huge/${WRITER_ROLE}/` },
      body: Buffer.alloc(8 * 1024 * 1024, 32),
    }).then(
      ({ status }) => {
        if (status === 413 || status === 429) refusedBodies++;
        else violations.push(`a huge body was answered ${status}`);
      },
      // Refused before it was sent, which a sender may see as a broken connection.
      () => refusedBodies++,
    );
  }, 1_000);
  return {
    stop() {
      stopped = true;
      clearInterval(huge);
      for (const socket of sockets) socket.destroy();
      return { opened, ended, refusedBodies };
    },
  };
}

// The phases -------------------------------------------------------------------------------------------------------

interface Phase {
  readonly name: string;
  readonly results: readonly UsersResult[];
  readonly seconds: number;
  readonly nuisance: ReturnType<Nuisance['stop']> | null;
  readonly serverCpuSeconds: number;
  readonly loadAverage: number;
}

function cpuSecondsOf(pid: number): number {
  const parts = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(parts[11]) + Number(parts[12])) / 100;
}

async function phase(
  name: string,
  pid: number,
  times: number,
  seconds: number,
  task: Pick<UsersTask, 'screens' | 'quiet'>,
  withNuisance: boolean,
): Promise<Phase> {
  const bad = withNuisance ? nuisance() : null;
  const ready: (() => void)[] = [];
  let cpu = 0;
  let cpuAtEnd = 0;
  // All begin together, once they are loaded; what the server takes is looked at while they press.
  const begin = (): void => {
    for (const go of ready) go();
    cpu = cpuSecondsOf(pid);
    setTimeout(() => {
      cpuAtEnd = cpuSecondsOf(pid);
    }, seconds * 1000);
  };
  const results = await Promise.all(
    Array.from({ length: GENERATORS }, (_, index) => {
      const users = Math.round((Number(given.users) * times) / GENERATORS);
      const child = fork(join(PROJECT_ROOT, 'tests', 'drills', 'load-users.ts'), { execArgv: fromSource });
      children.push(child);
      const all: UsersTask = {
        ...task,
        url,
        users,
        writesPerSecond: (Number(given.writes) * times) / GENERATORS,
        seconds,
        firstUser: 1 + index * 20_000,
        thinkSeconds: 5,
        divisionCode: COUNTY,
        writerRole: WRITER_ROLE,
      };
      return new Promise<UsersResult>((resolve, reject) => {
        child.on('message', (message: UsersResult | 'ready') => {
          if (message !== 'ready') return resolve(message);
          ready.push(() => child.send(all));
          if (ready.length === GENERATORS) begin();
        });
        child.once('error', reject);
        child.once('close', (code) => reject(new Error(`a generator ended with ${code}`)));
      });
    }),
  );
  const done: Phase = {
    name,
    results,
    seconds,
    nuisance: bad?.stop() ?? null,
    serverCpuSeconds: cpuAtEnd - cpu,
    loadAverage: loadavg()[0]!,
  };
  console.log(rowOf(done));
  return done;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function rowOf({ name, results, seconds, serverCpuSeconds, nuisance: bad }: Phase): string {
  const [reads, writes, refusals] = [
    results.flatMap((one) => one.reads),
    results.flatMap((one) => one.writes),
    results.flatMap((one) => one.refusals),
  ];
  const sum = (of: (one: UsersResult) => number): number => results.reduce((total, one) => total + of(one), 0);
  const ms = (values: readonly number[], share: number): string => quantile(values, share).toFixed(0);
  return `| ${[
    name,
    (reads.length / seconds).toFixed(0),
    `${ms(reads, 0.5)} / ${ms(reads, 0.95)} / ${ms(reads, 0.99)}`,
    (writes.length / seconds).toFixed(1),
    `${ms(writes, 0.5)} / ${ms(writes, 0.95)} / ${ms(writes, 0.99)}`,
    (sum((one) => one.refusedReads) / seconds).toFixed(0),
    (sum((one) => one.refusedWrites) / seconds).toFixed(0),
    ms(refusals, 0.95),
    sum((one) => one.wrong.length),
    (serverCpuSeconds / seconds).toFixed(2),
    bad === null ? '–' : `${bad.opened} / ${bad.ended} / ${bad.refusedBodies}`,
  ].join(' | ')} |`;
}

const HEAD = `| load | reads/s | read ms p50 / p95 / p99 | writes/s | write ms p50 / p95 / p99 | reads refused/s | writes refused/s | refusal ms p95 | wrong | server cores | slow connections opened / ended, huge bodies refused |
|---|---|---|---|---|---|---|---|---|---|---|`;

/** Every acknowledged write is there once with one event; nothing is there that nobody asked for; the chain holds. */
async function checkWrites(db: OpenedDatabase, phases: readonly Phase[]): Promise<number> {
  const rows = await db.rows<{ id: string; name: string }>(
    sql`select organisation_id as id, name from organisation where name like 'drill %'`,
  );
  const events = await db.rows<{ id: string; count: number }>(
    sql`select object_id as id, count(*) as count from audit_event where object_kind = 'organisation' and result = 'done' group by object_id`,
  );
  const eventsOf = new Map(events.map(({ id, count }) => [id, count]));
  const byName = new Map<string, string[]>();
  for (const { id, name } of rows) byName.set(name, [...(byName.get(name) ?? []), id]);
  const results = phases.flatMap((one) => one.results);
  const acknowledged = results.flatMap((one) => one.acknowledged);
  const unknown = new Set(results.flatMap((one) => one.unknown));
  for (const [name, id] of acknowledged) {
    const found = byName.get(name) ?? [];
    if (found.length !== 1 || found[0] !== id)
      violations.push(`${name}: acknowledged as ${id}, found ${found.join(' ') || 'nothing'}`);
  }
  const known = new Set(acknowledged.map(([name]) => name));
  for (const { id, name } of rows) {
    if (eventsOf.get(id) !== 1) violations.push(`${name}: ${eventsOf.get(id) ?? 0} audit events`);
    if (!known.has(name) && !unknown.has(name)) violations.push(`${name}: refused, and there all the same`);
  }
  const broken = await firstBrokenEvent(db, COUNTY);
  if (broken !== null) violations.push(`the audit chain is broken at ${broken}`);
  return acknowledged.length;
}

const postgresql = await startPostgresql();
const db = await openDatabase({ url: postgresql.url, folder: null });
try {
  const server = await startServer(postgresql.url);
  url = server.url;
  const screens = await prepare(db);
  const task = { screens, quiet: await quietAnswers(screens) };
  console.log(`${screens.length} screens, ${Object.keys(task.quiet).length} addresses\n${HEAD}`);
  const warm = await phase('warming up', server.child.pid!, 0.5, 5, task, false);
  const phases = [
    await phase(`design: ${given.users} users, ${given.writes} writes/s`, server.child.pid!, 1, SECONDS, task, false),
    await phase(`${TIMES} times that`, server.child.pid!, TIMES, SECONDS, task, true),
    await phase('design again', server.child.pid!, 1, Math.min(20, SECONDS), task, false),
  ];
  const acknowledged = await checkWrites(db, [warm, ...phases]);
  for (const { name, results } of phases) {
    const reads = results.flatMap((one) => one.reads);
    const writes = results.flatMap((one) => one.writes);
    for (const wrong of results.flatMap((one) => one.wrong).slice(0, 5)) violations.push(`${name}: ${wrong}`);
    const without = results.reduce((sum, one) => sum + one.refusedWithoutRetryAfter, 0);
    if (without > 0) violations.push(`${name}: ${without} refusals without Retry-After`);
    if (quantile(reads, 0.95) > READ_LIMIT)
      violations.push(`${name}: p95 of reads is ${quantile(reads, 0.95).toFixed(0)} ms`);
    if (quantile(writes, 0.95) > WRITE_LIMIT)
      violations.push(`${name}: p95 of writes is ${quantile(writes, 0.95).toFixed(0)} ms`);
    const lost = results.flatMap((one) => one.unknown).length;
    if (lost > 0) violations.push(`${name}: ${lost} writes without an answer`);
  }
  const [, tenfold] = phases;
  const refusedInAll = tenfold!.results.reduce((sum, one) => sum + one.refusedReads + one.refusedWrites, 0);
  if (TIMES >= 10 && refusedInAll === 0)
    violations.push('nothing was refused at ten times the load: the drill did not press');
  const alive = await fetch(`${url}/api/ready`);
  if (!alive.ok) violations.push(`not ready afterwards: ${alive.status}`);
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
  const lateness = Math.max(...phases.flatMap((one) => one.results.map((result) => result.lateness)));
  const verdict = violations.length === 0 ? 'Everything held.' : `Did not hold: ${violations.slice(0, 20).join('; ')}`;
  console.log(
    `\n${acknowledged} acknowledged writes, each there once with one event; ${verdict}\nlate writers: ${lateness.toFixed(0)} ms\n${server.log().slice(-2000)}`,
  );
  if (given.write) {
    mkdirSync(join(PROJECT_ROOT, 'docs', 'evidence'), { recursive: true });
    const text = `# Load

${new Date().toISOString().slice(0, 10)}, ${machine}; load averages at the ends of the phases ${phases.map((one) => one.loadAverage.toFixed(1)).join(', ')}. PostgreSQL 15, the server and ${GENERATORS} processes of users
share these cores, so that at ten times the load the generators take from the server what they ask of it: on a machine of its own
the server lets in more and answers sooner. Times are those of the users, from the first byte sent to the last received.

\`npm run drill:load -- --seconds ${SECONDS} --times ${TIMES} --write\`: users look at one of ${screens.length} screens (maps of 9 tiles, lists, parcels, cells, plans), think
5 s on average, and look again; writers create organisations at a steady pace (a row and an audit event of one chain). Each user
and each writer has an address of its own. Beside the tenfold load 150 connections drip headers, 50 drip bodies, and a body of
8 MB is sent each second.

${HEAD}
${phases.map(rowOf).join('\n')}

Refused: 429 with Retry-After and \`TOO-MANY-REQUESTS\`, every one. Wrong: an answer whose SHA-256 is not that of the quiet server's, or any
status but 200, 201 and 429. ${acknowledged} writes were acknowledged; each is there once, with one audit event, and the chain is whole.
Wanted: p95 of reads ≤ ${READ_LIMIT} ms and of writes ≤ ${WRITE_LIMIT} ms for what is let in. ${verdict}
`;
    writeFileSync(join(PROJECT_ROOT, 'docs', 'evidence', 'load.md'), text);
  }
  server.child.kill('SIGTERM');
  await new Promise((resolve) => server.child.once('close', resolve));
} finally {
  await db.close();
  await postgresql.stop();
  rmSync(work, { recursive: true, force: true });
}
process.exit(violations.length === 0 ? 0 : 1);
