// Kills the server (kill -9) at random moments of an import, starts it again, and looks at what it finds: either the import
// went on and came out as an undisturbed one does, or it failed cleanly. Never half a layer, never a row twice.
//   npm run build && npm run drill:import -- [--kills 18] [--postgresql 6] [--parcels 30000] [--seed 1]
// Prints a line a kill and the counts; exit 1 where anything was half.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openAsBlob, readdirSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { generateDemoCounty } from '../../src/demo/index.ts';
import { assert, joinBatches, seededRandom } from '../../src/kernel/index.ts';
import { firstBrokenEvent } from '../../src/modules/audit/server.ts';
import type { JobView } from '../../src/modules/analysis/views.ts';
import { writeLayer } from '../../src/modules/intake/server.ts';
import type { ImportView } from '../../src/modules/intake/views.ts';
import type { LayerVersionView } from '../../src/modules/parcels/index.ts';
import { openDatabase, sql } from '../../src/platform/db/index.ts';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';
import { startPostgresql } from '../support/postgresql.ts';

const { values: given } = parseArgs({
  options: {
    kills: { type: 'string', default: '18' },
    postgresql: { type: 'string', default: '6' },
    parcels: { type: 'string', default: '30000' },
    seed: { type: 'string', default: '1' },
  },
});
const COUNTY = '990101';
const PHASES = ['reading', 'checking', 'committing'] as const;
type Phase = (typeof PHASES)[number];

const random = seededRandom(Number(given.seed));
const program = join(PROJECT_ROOT, 'dist', 'server', 'main.js');
if (!existsSync(program)) {
  console.error('Nothing is built yet: npm run build');
  process.exit(2);
}
const work = mkdtempSync(join(tmpdir(), 'tianchou-drill-'));
const violations: string[] = [];

/** One server process; killed and started again many times. */
interface Server {
  readonly url: string;
  readonly upMilliseconds: number;
  /** kill -9, at once. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

async function startServer(folder: string, databaseUrl: string | undefined): Promise<Server> {
  const begun = performance.now();
  const scratch = join(folder, 'tmp');
  mkdirSync(scratch, { recursive: true });
  const { DATABASE_URL: _other, ...environment } = process.env;
  const child: ChildProcess = spawn(process.execPath, [program], {
    env: {
      ...environment,
      PORT: '0',
      TIANCHOU_DATA: folder,
      TIANCHOU_DEMO: 'off',
      TMPDIR: scratch,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    log = `${log}${chunk.toString()}`.slice(-20_000);
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let text = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      if (text.length < 100_000) text += chunk.toString();
      const match = /(http:\/\/127\.0\.0\.1:\d+)\//.exec(text);
      if (match !== null) resolve(match[1]!);
    });
    void gone.then(() =>
      reject(new Error(`the server did not start (${child.exitCode ?? child.signalCode}): ${text}${log}`)),
    );
  });
  const page = await fetch(`${url}/`);
  await page.text();
  return {
    url,
    upMilliseconds: performance.now() - begun,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function call<T>(server: Server, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { origin: server.url, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

async function upload(server: Server, path: string): Promise<ImportView> {
  const form = new FormData();
  form.set('countyCode', COUNTY);
  form.set('role', 'parcels');
  form.set('asOf', '2025-12-31');
  form.set('file', await openAsBlob(path), 'parcels.fgb');
  const response = await fetch(`${server.url}/api/imports`, {
    method: 'POST',
    headers: { origin: server.url },
    body: form,
  });
  assert(response.status === 201, `upload: ${response.status}`);
  return (await response.json()) as ImportView;
}

const over = (job: JobView): boolean => !['queued', 'running'].includes(job.state);

async function jobEnd(server: Server, jobId: string): Promise<JobView> {
  for (;;) {
    const job = await call<JobView>(server, 'GET', `/api/jobs/${jobId}`);
    if (over(job)) return job;
    await sleep(100);
  }
}

/** What an undisturbed import of the file comes to. */
interface Undisturbed {
  readonly featureCount: number;
  readonly badCount: number;
  readonly problems: number;
  readonly checkedProblems: number;
  readonly saved: Pick<LayerVersionView, 'featureCount' | 'vertexCount' | 'areaDm2'>;
}

const MAPPING = { mapping: [{ source: 'QSDWMC', target: null }] };
const problemsOf = async (server: Server, importId: string): Promise<number> =>
  (await call<{ total: number }>(server, 'GET', `/api/imports/${importId}/problems?limit=1`)).total;
const layersOf = (server: Server): Promise<LayerVersionView[]> =>
  call<LayerVersionView[]>(server, 'GET', `/api/layers?county=${COUNTY}`);

async function undisturbedRun(server: Server, path: string): Promise<Undisturbed> {
  const { importId, jobId } = await upload(server, path);
  await jobEnd(server, jobId!);
  const read = await call<ImportView>(server, 'GET', `/api/imports/${importId}`);
  assert(read.state === 'staged', `the undisturbed import is ${read.state}`);
  const problems = await problemsOf(server, importId);
  const checking = await call<ImportView>(server, 'PUT', `/api/imports/${importId}/mapping`, MAPPING);
  await jobEnd(server, checking.jobId!);
  const checkedProblems = await problemsOf(server, importId);
  const committing = await call<ImportView>(server, 'POST', `/api/imports/${importId}/commit`, { choice: 'goodRows' });
  await jobEnd(server, committing.jobId!);
  const [layer] = await layersOf(server);
  assert(layer !== undefined && layer.state === 'current', 'the undisturbed import made no layer');
  await call(server, 'POST', `/api/imports/${importId}/undo`);
  const { featureCount, vertexCount, areaDm2 } = layer;
  return {
    featureCount: read.featureCount,
    badCount: read.badCount,
    problems,
    checkedProblems,
    saved: { featureCount, vertexCount, areaDm2 },
  };
}

interface Kill {
  readonly phase: Phase;
  readonly atPercent: number;
  readonly duringRecovery: number;
  readonly stillRunning: boolean;
  readonly outcome: 'went on' | 'failed cleanly';
  readonly upMilliseconds: number;
}

/** Waits until the job is so far (or over), then a moment more, then kills. */
async function killAt(
  server: Server,
  jobId: string,
  fraction: number,
): Promise<{ readonly at: number; readonly running: boolean }> {
  let last: JobView;
  do {
    last = await call<JobView>(server, 'GET', `/api/jobs/${jobId}`);
    if (!over(last) && last.progress < fraction) await sleep(10);
  } while (!over(last) && last.progress < fraction);
  await sleep(random.next() * 200);
  await server.kill();
  return { at: last.progress, running: !over(last) };
}

async function oneTrial(
  begin: () => Promise<Server>,
  started: Server,
  phase: Phase,
  path: string,
  wanted: Undisturbed,
  again: number,
): Promise<{ readonly server: Server; readonly kill: Kill }> {
  let server = started;
  const view = await upload(server, path);
  const { importId } = view;
  let jobId = view.jobId!;
  if (phase !== 'reading') {
    await jobEnd(server, jobId);
    const next =
      phase === 'checking'
        ? await call<ImportView>(server, 'PUT', `/api/imports/${importId}/mapping`, MAPPING)
        : await call<ImportView>(server, 'POST', `/api/imports/${importId}/commit`, { choice: 'goodRows' });
    jobId = next.jobId!;
  }
  const { at, running } = await killAt(server, jobId, random.next() * 0.97);
  let upMilliseconds = 0;
  for (let i = 0; i < again; i++) {
    server = await begin();
    upMilliseconds = Math.max(upMilliseconds, server.upMilliseconds);
    await sleep(random.next() * 1500);
    await server.kill();
  }
  server = await begin();
  upMilliseconds = Math.max(upMilliseconds, server.upMilliseconds);
  const say = (text: string): void => {
    violations.push(`${phase} killed at ${Math.round(at * 100)} %: ${text}`);
    console.log(`  !! ${violations.at(-1)}`);
  };
  const same = (what: string, found: unknown, expected: unknown): void => {
    if (JSON.stringify(found) !== JSON.stringify(expected))
      say(`${what}: ${JSON.stringify(found)}, undisturbed ${JSON.stringify(expected)}`);
  };
  const wholeOnly = async (): Promise<LayerVersionView[]> => {
    const layers = await layersOf(server);
    for (const layer of layers) {
      const { featureCount, vertexCount, areaDm2 } = layer;
      same(`a ${layer.state} layer`, { featureCount, vertexCount, areaDm2 }, wanted.saved);
    }
    return layers.filter(({ state }) => state === 'current');
  };
  // The very first answer after the crash shows whole layers only.
  await wholeOnly();
  const job = await jobEnd(server, jobId);
  const current = await wholeOnly();
  const after = await call<ImportView>(server, 'GET', `/api/imports/${importId}`);
  const outcome = job.state === 'done' ? 'went on' : 'failed cleanly';
  if (after.jobId !== null) say('the import still waits for its job');
  if (phase === 'committing') {
    if (job.state === 'done') {
      same('state', after.state, 'committed');
      same('current layers', current.length, 1);
      await call(server, 'POST', `/api/imports/${importId}/undo`);
    } else {
      same('state', after.state, 'staged');
      same('current layers', current.length, 0);
      await call(server, 'POST', `/api/imports/${importId}/discard`);
    }
  } else {
    same('current layers', current.length, 0);
    if (job.state === 'done') {
      same('rows', [after.state, after.featureCount, after.badCount], ['staged', wanted.featureCount, wanted.badCount]);
      const problems = await problemsOf(server, importId);
      same('problems', problems, phase === 'reading' ? wanted.problems : wanted.checkedProblems);
    } else if (phase === 'reading') same('rows', [after.state, after.featureCount], ['failed', 0]);
    await call(server, 'POST', `/api/imports/${importId}/discard`);
  }
  return {
    server,
    kill: {
      phase,
      atPercent: Math.round(at * 100),
      duringRecovery: again,
      stillRunning: running,
      outcome,
      upMilliseconds,
    },
  };
}

/** What nobody can see through the API: rows without an owner, versions whose rows do not add up, scratch files. */
async function lookInside(folder: string, databaseUrl: string | undefined): Promise<void> {
  const db = await openDatabase({ url: databaseUrl, folder });
  const found = await db.one<Record<string, number>>(sql`select
    (select count(*) from layer_version where state = 'staged') as "half versions",
    (select count(*) from layer_version v where feature_count <> (select count(*) from feature f
      where f.county_code = v.county_code and f.layer_version_id = v.layer_version_id)
      or feature_count <> (select sum(feature_count) from layer_batch b
      where b.county_code = v.county_code and b.layer_version_id = v.layer_version_id)) as "versions whose rows do not add up",
    (select count(*) from layer_version v where (select count(*) from import i where i.layer_version_id = v.layer_version_id) <> 1)
      as "versions of no import, or of two",
    (select count(*) from staged_batch) as "staged batches",
    (select count(*) from import where job_id is not null) as "imports that wait for a job",
    (select count(*) from job where state in ('queued', 'running')) as "jobs not over"`);
  for (const [what, count] of Object.entries(found)) {
    console.log(`  ${what}: ${count}`);
    if (count !== 0) violations.push(`${what}: ${count}`);
  }
  const broken = await firstBrokenEvent(db, COUNTY);
  console.log(`  audit chain: ${broken === null || broken === undefined ? 'whole' : 'BROKEN'}`);
  if (broken !== null && broken !== undefined) violations.push('the audit chain is broken');
  await db.close();
  const scratch = [...readdirSync(join(folder, 'temporary')), ...readdirSync(join(folder, 'tmp'))];
  console.log(`  scratch files: ${scratch.length}`);
  if (scratch.length > 0) violations.push(`scratch files: ${scratch.join(', ')}`);
}

async function drill(name: string, kills: number, path: string, databaseUrl: string | undefined): Promise<Kill[]> {
  const folder = join(work, name);
  const begin = (): Promise<Server> => startServer(folder, databaseUrl);
  let server = await begin();
  const wanted = await undisturbedRun(server, path);
  console.log(`${name}: undisturbed ${JSON.stringify(wanted)}`);
  const done: Kill[] = [];
  for (let trial = 0; trial < kills; trial++) {
    // Every fourth is killed once more while it recovers, one in seven twice: after three attempts it must give up cleanly.
    const again = trial % 7 === 6 ? 2 : trial % 4 === 3 ? 1 : 0;
    const result = await oneTrial(begin, server, PHASES[trial % PHASES.length]!, path, wanted, again);
    ({ server } = result);
    done.push(result.kill);
    const { phase, atPercent, duringRecovery, stillRunning, outcome, upMilliseconds } = result.kill;
    console.log(
      `  ${phase.padEnd(10)} killed at ${String(atPercent).padStart(3)} %${duringRecovery > 0 ? ` and ${duringRecovery} × in recovery` : ''}${stillRunning ? '' : ' (job just over)'}: ${outcome}; page after ${Math.round(upMilliseconds)} ms`,
    );
  }
  await server.stop();
  await lookInside(folder, databaseUrl);
  return done;
}

console.log(
  `seed ${given.seed}, ${given.parcels} parcels; ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`,
);
const path = join(work, 'parcels.fgb');
const county = generateDemoCounty({ parcels: Number(given.parcels), seed: Number(given.seed) });
await writeLayer(path, joinBatches([...county.parcelsWithErrors()], 4490));
const report = (name: string, kills: readonly Kill[]): void => {
  for (const phase of PHASES) {
    const of = kills.filter((kill) => kill.phase === phase);
    const count = (test: (kill: Kill) => boolean): number => of.filter(test).length;
    console.log(
      `${name} ${phase}: ${of.length + of.reduce((sum, kill) => sum + kill.duringRecovery, 0)} kills in ${of.length} imports, ${count((kill) => kill.outcome === 'went on')} went on, ${count((kill) => kill.outcome === 'failed cleanly')} failed cleanly`,
    );
  }
  console.log(
    `${name}: longest start after a kill ${Math.round(Math.max(...kills.map((kill) => kill.upMilliseconds)))} ms`,
  );
};
try {
  if (Number(given.kills) > 0) report('embedded', await drill('embedded', Number(given.kills), path, undefined));
  if (Number(given.postgresql) > 0) {
    const database = await startPostgresql({ durable: true });
    try {
      const client = await drill('postgresql', Number(given.postgresql), path, database.url);
      report('postgresql', client);
    } finally {
      await database.stop();
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(violations.length === 0 ? 'nothing half' : `${violations.length} violations:\n${violations.join('\n')}`);
process.exit(violations.length === 0 ? 0 : 1);
