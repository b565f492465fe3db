// How long ordinary requests wait while a county is imported, checked and analysed. Starts the built server on a throw-away
// PostgreSQL and on the embedded database, asks at a steady pace from another process, and prints the waits phase by phase.
//   npm run bench:server -- [--engine both|postgresql|embedded] [--parcels 300000] [--rate 20] [--write]
// --write puts the tables into docs/evidence/server.md. PROFILE=folder keeps a CPU profile of the server there.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openAsBlob, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DEMO_ZONE_ROLES, generateDemoCounty } from '../src/demo/index.ts';
import {
  assert,
  type AttributeValue,
  joinBatches,
  OUTER,
  type PolygonLayer,
  seededRandom,
} from '../src/kernel/index.ts';
import type { JobView, RunView } from '../src/modules/analysis/views.ts';
import { writeLayer } from '../src/modules/intake/server.ts';
import type { ImportView } from '../src/modules/intake/views.ts';
import type { LayerVersionView } from '../src/modules/parcels/index.ts';
import { writePlan } from '../src/modules/projects/server.ts';
import type { ProjectView } from '../src/modules/projects/views.ts';
import { PROJECT_ROOT } from '../src/platform/project-root.ts';
import { coverageLayer } from '../tests/support/coverage-layer.ts';
import { startPostgresql } from '../tests/support/postgresql.ts';
import type { LoadKind, LoadSample } from './server-load.ts';

const { values: given } = parseArgs({
  options: {
    engine: { type: 'string', default: 'both' },
    parcels: { type: 'string', default: '300000' },
    rate: { type: 'string', default: '20' },
    demo: { type: 'string', default: '20000' },
    write: { type: 'boolean', default: false },
  },
});
const PARCELS = Number(given.parcels);
const PACK = 'qinzhou-2020';
const DEMO = '990101';
const LARGE = '990102';
const QUIET_SECONDS = 20;
const TARGET_MILLISECONDS = 100;
const program = join(PROJECT_ROOT, 'dist', 'server', 'main.js');
if (!existsSync(program)) {
  console.error('Nothing is built yet: npm run build');
  process.exit(2);
}
const work = mkdtempSync(join(tmpdir(), 'tianchou-bench-server-'));

// The files --------------------------------------------------------------------------------------------------------

/** The large county's parcels, kept between runs: generating them takes longer than reading them. */
async function largeFile(): Promise<string> {
  const path = join(tmpdir(), `tianchou-bench-parcels-${PARCELS}.fgb`);
  if (existsSync(path)) return path;
  console.log(`generating ${PARCELS} parcels …`);
  const side = 100 * Math.sqrt(PARCELS);
  const layer = coverageLayer(seededRandom(7), {
    epsg: 4524,
    east: 36_560_000,
    north: 2_428_000,
    side,
    cells: PARCELS,
    bends: 6,
  });
  const numbers = Array.from(layer.featureNos);
  const of = (values: readonly AttributeValue[]) => numbers.map((no) => values[no % values.length]!);
  const columns: Readonly<Record<string, AttributeValue[]>> = {
    BSM: numbers.map((no) => `9901020010${String(no).padStart(8, '0')}`),
    YSDM: of(['2001010100']),
    TBYBH: of(['1']),
    TBBH: numbers.map((no) => String(no + 1)),
    DLBM: of(['0101', '0103', '0301', '0702', '1006', '0201', '0404']),
    DLMC: of(['水田', '旱地', '乔木林地', '农村宅基地', '农村道路', '果园', '其他草地']),
    QSXZ: of(['30', '30', '20']),
    QSDWDM: of(['9901020010010000000', '9901020010020000000', '9901020020010000000']),
    QSDWMC: of(['第一村', '第二村', '第三村']),
    ZLDWDM: of(['9901020010010000000', '9901020010020000000', '9901020020010000000']),
    ZLDWMC: of(['第一村', '第二村', '第三村']),
    TBMJ: numbers.map((no) => 9000 + (no % 1000) / 100),
    KCXS: of([0]),
    KCMJ: of([0]),
    TBDLMJ: numbers.map((no) => 9000 + (no % 1000) / 100),
    BZ: of([null]),
  };
  const attributes = Object.entries(columns).map(([name, values]) => ({ name, values }));
  await writeLayer(path, { ...layer, columns: attributes });
  return path;
}

/** A plan that is one square in the middle of the large county. */
async function largePlan(): Promise<string> {
  const side = 100 * Math.sqrt(PARCELS);
  const [west, south, reach] = [36_560_000 + side / 4, 2_428_000 + side / 4, side / 2];
  const corners = [
    [west, south],
    [west, south + reach],
    [west + reach, south + reach],
    [west + reach, south],
  ];
  const project: PolygonLayer = {
    epsg: 4524,
    featureNos: Uint32Array.of(0),
    coords: Float64Array.from(corners.flat()),
    ringStarts: Uint32Array.of(0, 4),
    ringRoles: Uint8Array.of(OUTER),
    featureRings: Uint32Array.of(0, 1),
    columns: [
      { name: 'name', values: ['bench'] },
      { name: 'divisionCode', values: [LARGE] },
    ],
  };
  const path = join(work, 'plan.gpkg');
  await writePlan(path, { project });
  return path;
}

// The server -------------------------------------------------------------------------------------------------------

interface Server {
  readonly url: string;
  readonly pid: number;
  log(): string;
  stop(): Promise<void>;
}

async function startServer(folder: string, databaseUrl: string | undefined): Promise<Server> {
  const { DATABASE_URL: _other, ...environment } = process.env;
  const profile = process.env['PROFILE'];
  const child: ChildProcess = spawn(
    process.execPath,
    [...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]), program],
    {
      env: {
        ...environment,
        PORT: '0',
        TIANCHOU_DATA: folder,
        TIANCHOU_DEMO: 'off',
        ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let log = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    log = `${log}${chunk.toString()}`.slice(-50_000);
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      const match = /(http:\/\/127\.0\.0\.1:\d+)\//.exec(chunk.toString());
      if (match !== null) resolve(match[1]!);
    });
    void gone.then(() => reject(new Error(`the server did not start: ${log}`)));
  });
  return {
    url,
    pid: child.pid!,
    log: () => log,
    stop: async () => {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function call<T>(server: Server, method: string, path: string, body?: unknown): Promise<T> {
  const form = body instanceof FormData;
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { origin: server.url, ...(form ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  assert(response.ok, `${method} ${path}: ${response.status} ${text.slice(0, 500)} ${server.log()}`);
  return JSON.parse(text) as T;
}

async function jobDone(server: Server, jobId: string): Promise<void> {
  for (;;) {
    const job = await call<JobView>(server, 'GET', `/api/jobs/${jobId}`);
    if (job.state === 'done') return;
    assert(['queued', 'running'].includes(job.state), `${job.kind}: ${JSON.stringify(job.error)} ${server.log()}`);
    await sleep(200);
  }
}

async function send(server: Server, path: string, fields: Readonly<Record<string, string>>, to: string) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', await openAsBlob(path), path.slice(path.lastIndexOf('/') + 1));
  return call<ImportView & ProjectView>(server, 'POST', to, form);
}

const importFields = (county: string, role: string) => ({ countyCode: county, role, asOf: '2025-12-31' });

async function commit(server: Server, importId: string): Promise<void> {
  const choice = { choice: 'goodRows' };
  const { jobId } = await call<ImportView>(server, 'POST', `/api/imports/${importId}/commit`, choice);
  await jobDone(server, jobId!);
}

async function analyse(server: Server, projectId: string): Promise<string> {
  const run = await call<RunView>(server, 'POST', `/api/projects/${projectId}/runs`, { packId: PACK });
  for (;;) {
    const { state } = await call<RunView>(server, 'GET', `/api/runs/${run.runId}`);
    if (state === 'done') return run.runId;
    assert(['queued', 'running'].includes(state), `the run is ${state} ${server.log()}`);
    await sleep(200);
  }
}

/** The demo county, by the same door as anybody's data, with one finished run; gives the mix of ordinary requests. */
async function prepare(server: Server): Promise<LoadKind[]> {
  const county = generateDemoCounty({ parcels: Number(given.demo), seed: 20_260_101 });
  const layers: [string, PolygonLayer][] = [['parcels', joinBatches([...county.parcels()], 4490)]];
  for (const role of DEMO_ZONE_ROLES) layers.push([role, joinBatches([...county.zone(role)], 4490)]);
  for (const [role, layer] of layers) {
    const path = join(work, `${role}.fgb`);
    await writeLayer(path, layer);
    const { importId, jobId } = await send(server, path, importFields(DEMO, role), '/api/imports');
    await jobDone(server, jobId!);
    await commit(server, importId);
  }
  const plan = join(work, 'demo-plan.gpkg');
  await writePlan(plan, county.plan);
  const { projectId } = await send(server, plan, { countyCode: DEMO }, '/api/projects');
  const runId = await analyse(server, projectId);
  const versions = await call<LayerVersionView[]>(server, 'GET', `/api/layers?county=${DEMO}`);
  const parcels = versions.find(({ role }) => role === 'parcels')!;
  const [west, south, east, north] = parcels.box!;
  const points = Array.from({ length: 40 }, (_, i): [number, number] => [
    west + ((east - west) * (5 + ((i * 7) % 30))) / 40,
    south + ((north - south) * (5 + ((i * 11) % 30))) / 40,
  ]);
  const tileAt = ([lon, lat]: [number, number]): string => {
    const sine = Math.sin((lat * Math.PI) / 180);
    const x = Math.floor(((lon + 180) / 360) * 2 ** 14);
    const y = Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 2 ** 14);
    return `/api/tiles/${parcels.layerVersionId}/14/${x}/${y}.mvt`;
  };
  const kinds: LoadKind[] = [
    { name: 'project list', urls: ['/api/projects'] },
    { name: 'project', urls: [`/api/projects/${projectId}`] },
    { name: 'runs of a project', urls: [`/api/projects/${projectId}/runs`] },
    { name: 'layer list', urls: [`/api/layers?county=${DEMO}`] },
    {
      name: 'identify',
      urls: points.map(([lon, lat]) => `/api/layers/${parcels.layerVersionId}/identify?lon=${lon}&lat=${lat}`),
    },
    { name: 'tile z14, cached', urls: [...new Set(points.map(tileAt))] },
    { name: 'findings', urls: [`/api/runs/${runId}/findings`] },
    { name: 'features of a layer', urls: [`/api/layers/${parcels.layerVersionId}/features?limit=50`] },
    { name: 'imports', urls: ['/api/imports'] },
    { name: 'status', urls: ['/api/status'] },
    { name: 'page', urls: ['/'] },
  ];
  // Once each, so that caches are as warm as after a minute of use.
  for (const { urls } of kinds) {
    for (const url of urls) {
      const response = await fetch(`${server.url}${url}`);
      const text = await response.text();
      assert(response.ok, `${url}: ${response.status} ${text}`);
    }
  }
  return kinds.map(({ name, urls }) => ({ name, urls: urls.map((url) => server.url + url) }));
}

// Phases -----------------------------------------------------------------------------------------------------------

interface Phase {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;
}

async function phase(server: Server, name: string, work: () => Promise<unknown>): Promise<Phase> {
  let peak = 0;
  const look = setInterval(() => {
    peak = Math.max(peak, residentMegabytes(server.pid));
  }, 100);
  const cpu = cpuSeconds(server.pid);
  const from = performance.timeOrigin + performance.now();
  await work();
  const to = performance.timeOrigin + performance.now();
  clearInterval(look);
  const done = { name, from, to, cpuSeconds: cpuSeconds(server.pid) - cpu, peakMegabytes: peak };
  console.log(
    `  ${name}: ${((to - from) / 1000).toFixed(1)} s, ${done.cpuSeconds.toFixed(1)} s of CPU, ${Math.round(peak)} MB`,
  );
  return done;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

const COLUMNS =
  '| phase | seconds | CPU s | peak MB | requests | p50 ms | p95 ms | p99 ms | max ms | slowest kind (p95) |';

function table(phases: readonly Phase[], samples: readonly LoadSample[], kinds: readonly LoadKind[]): string[] {
  return [
    COLUMNS,
    `|${'---|'.repeat(COLUMNS.split('|').length - 2)}`,
    ...phases.map(({ name, from, to, cpuSeconds: cpu, peakMegabytes }) => {
      const own = samples.filter(([, due]) => due >= from && due < to);
      const wrong = own.filter(([, , , status]) => status !== 200 && status !== 204).length;
      const waits = own.map(([, , wait]) => wait).sort((a, b) => a - b);
      const byKind = kinds.map(({ name: kind }, k) => {
        const of = own.filter(([which]) => which === k).map(([, , wait]) => wait);
        return [
          kind,
          quantile(
            of.sort((a, b) => a - b),
            0.95,
          ),
        ] as const;
      });
      const slowest = byKind.reduce((a, b) => (b[1] > a[1] ? b : a));
      const figures = [0.5, 0.95, 0.99, 1].map((share) => quantile(waits, share).toFixed(0));
      const seconds = ((to - from) / 1000).toFixed(1);
      return `| ${[name, seconds, cpu.toFixed(1), Math.round(peakMegabytes), `${own.length}${wrong > 0 ? ` (${wrong} failed)` : ''}`, ...figures, `${slowest[0]} (${slowest[1].toFixed(0)})`].join(' | ')} |`;
    }),
  ];
}

async function measure(engine: 'postgresql' | 'embedded'): Promise<string[]> {
  console.log(`\n${engine}`);
  const file = await largeFile();
  const postgresql = engine === 'postgresql' ? await startPostgresql({ durable: true }) : undefined;
  const server = await startServer(join(work, engine), postgresql?.url);
  const load = fork(join(PROJECT_ROOT, 'bench', 'server-load.ts'), { execArgv: process.execArgv });
  try {
    const kinds = await prepare(server);
    console.log('  the demo county is there');
    load.send({ perSecond: Number(given.rate), kinds });
    const phases: Phase[] = [await phase(server, 'quiet', () => sleep(QUIET_SECONDS * 1000))];
    let importId = '';
    phases.push(
      await phase(server, 'import: reading', async () => {
        const sent = await send(server, file, importFields(LARGE, 'parcels'), '/api/imports');
        ({ importId } = sent);
        await jobDone(server, sent.jobId!);
      }),
    );
    phases.push(await phase(server, 'import: saving', () => commit(server, importId)));
    const [layer] = await call<LayerVersionView[]>(server, 'GET', `/api/layers?county=${LARGE}`);
    console.log(`  ${layer!.featureCount} features, ${layer!.vertexCount} vertices`);
    phases.push(
      await phase(server, 'quality', async () => {
        const started = await call<{ jobId: string }>(server, 'POST', `/api/layers/${layer!.layerVersionId}/quality`);
        await jobDone(server, started.jobId);
      }),
    );
    const { projectId } = await send(server, await largePlan(), { countyCode: LARGE }, '/api/projects');
    phases.push(await phase(server, 'analysis', () => analyse(server, projectId)));
    const samples = await new Promise<LoadSample[]>((resolve) => {
      load.once('message', (message) => resolve(message as LoadSample[]));
      load.send('stop');
    });
    const lines = table(phases, samples, kinds);
    console.log(lines.join('\n'));
    if (process.env['SAMPLES'] !== undefined) {
      writeFileSync(
        `${process.env['SAMPLES']}-${engine}.json`,
        JSON.stringify({ phases, kinds: kinds.map(({ name }) => name), samples }),
      );
    }
    return [`## ${engine === 'postgresql' ? 'PostgreSQL' : 'Embedded database'}`, '', ...lines, ''];
  } finally {
    load.kill();
    await server.stop();
    await postgresql?.stop();
  }
}

const load = loadavg()[0]!.toFixed(1);
const sections: string[] = [];
try {
  for (const engine of ['postgresql', 'embedded'] as const) {
    if (given.engine === 'both' || given.engine === engine) sections.push(...(await measure(engine)));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
if (given.write) {
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 1024 ** 3)} GB, Node ${process.versions.node}, load ${load} before`;
  writeFileSync(
    join(PROJECT_ROOT, 'docs', 'evidence', 'server.md'),
    [
      '# Requests while a county is worked on',
      '',
      `${new Date().toISOString().slice(0, 10)} · ${machine} · \`npm run bench:server\``,
      '',
      `Waits of ordinary requests, ${given.rate} a second from another process (open loop: a request counts from when it was due), on the`,
      `demo county of ${given.demo} parcels, while ${PARCELS} parcels of another county are imported, checked and analysed. Wanted: p95 below`,
      `${TARGET_MILLISECONDS} ms in every phase on PostgreSQL.`,
      '',
      ...sections,
    ].join('\n'),
  );
}
process.exit(0);
