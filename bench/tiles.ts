// The map of a county: how long a tile and the first picture take, on PostgreSQL and on the embedded database.
//   npm run bench:tiles -- [parcels=300000] [engines=postgresql,embedded]
// Generates the county (parcels with rivers and road networks from a seed), saves it through the same door as an import, starts
// the real server as a process of its own, asks for a walk of tiles, cold and warm, and opens the map in Chromium.
// Writes docs/evidence/tiles.md when run with 300,000 parcels on both.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { runZone } from '../src/geometry/index.ts';
import { type FeatureBatch, seededRandom } from '../src/kernel/index.ts';
import { batchesOf, dissolve } from '../src/demo/dissolve.ts';
import { saveLayerVersion } from '../src/modules/parcels/server.ts';
import type { LayerVersionView } from '../src/modules/parcels/index.ts';
import { systemClock, systemIds } from '../src/platform/clock.ts';
import { openDatabase, sql } from '../src/platform/db/index.ts';
import { PROJECT_ROOT } from '../src/platform/project-root.ts';
import { openBrowser, openPage } from '../tests/support/browser.ts';
import { countyCells, COUNTY_ZONE } from '../tests/support/county/cells.ts';
import { parcelColumns } from '../tests/support/county/columns.ts';
import { countyParcels } from '../tests/support/county/parcels.ts';
import { startPostgresql } from '../tests/support/postgresql.ts';

const parcels = Number(process.argv[2] ?? 300_000);
const engines = (process.argv[3] ?? 'postgresql,embedded').split(',');
const SEED = 7;
const PER_GROUP = 500;
const GROUPS = [
  [8, 9, 10],
  [11, 12, 13],
  [14, 15, 16],
] as const;
const WARM_ROUNDS = 3;
const COLD_ROUNDS = 3;
const pictures = join(PROJECT_ROOT, 'tests', 'output');
const report: string[] = [];
const say = (line: string): void => {
  console.log(line);
  report.push(line);
};

function county(): FeatureBatch[] {
  const cells = countyCells(parcels, SEED);
  const made = countyParcels(cells, SEED + 1);
  const polygons = dissolve(cells.tessellation, made.parcelOf, made.classes.length);
  return [...batchesOf(polygons, parcelColumns(made, polygons))];
}

interface RunningServer {
  readonly url: string;
  readonly child: ChildProcess;
  cpuSeconds(): number;
  stop(): Promise<void>;
}

async function startServer(environment: Record<string, string>): Promise<RunningServer> {
  // From the sources: a bundle may be of another day.
  const program = ['--import', 'tsx', join(PROJECT_ROOT, 'src', 'server', 'main.ts')];
  const child = spawn(process.execPath, program, {
    cwd: PROJECT_ROOT,
    env: { ...process.env, PORT: '0', TIANCHOU_DEMO: 'off', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      const match = /(http:\/\/127\.0\.0\.1:\d+)\//.exec(text);
      if (match !== null) resolve(match[1]!);
    };
    child.stdout!.on('data', read);
    child.stderr!.on('data', read);
    void gone.then(() => reject(new Error(`the server did not start: ${text}`)));
  });
  return {
    url,
    child,
    cpuSeconds: () => {
      if (process.platform !== 'linux') return Number.NaN;
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

interface Asked {
  readonly z: number;
  readonly path: string;
}

/** Random places in the county's box, widened a little; each tile of a walk is asked for in the order the walk meets it. */
function walk(version: LayerVersionView): Asked[][] {
  const [west, south, east, north] = version.box!;
  const random = seededRandom(SEED);
  const around = (low: number, high: number): number => low + (high - low) * (random.next() * 1.1 - 0.05);
  return GROUPS.map((zooms) =>
    Array.from({ length: PER_GROUP }, (_, i) => {
      const z = zooms[i % zooms.length]!;
      const lon = around(west, east);
      const sine = Math.sin((around(south, north) * Math.PI) / 180);
      const x = Math.floor(((lon + 180) / 360) * 2 ** z);
      const y = Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 2 ** z);
      return { z, path: `/api/tiles/${version.layerVersionId}/${z}/${x}/${y}.mvt` };
    }),
  );
}

interface Measured {
  readonly z: number;
  readonly milliseconds: number;
  readonly bytes: number;
}

async function ask(url: string, tiles: readonly Asked[], headers: Record<string, string> = {}): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const { z, path } of tiles) {
    const begun = performance.now();
    const answer = await fetch(url + path, { headers: { 'accept-encoding': 'gzip', ...headers } });
    await answer.arrayBuffer();
    const milliseconds = performance.now() - begun;
    if (answer.status !== 200 && answer.status !== 204 && answer.status !== 304)
      throw new Error(`${answer.status} ${path}`);
    measured.push({ z, milliseconds, bytes: Number(answer.headers.get('content-length') ?? 0) });
  }
  return measured;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function table(title: string, measured: readonly Measured[]): void {
  say(`\n${title}\n\n| zoom | tiles | p50 ms | p95 ms | max ms | mean kB | max kB |\n|---|---|---|---|---|---|---|`);
  for (const z of [...new Set(measured.map((each) => each.z))].sort((a, b) => a - b)) {
    const its = measured.filter((each) => each.z === z);
    const times = its.map((each) => each.milliseconds);
    const sizes = its.map((each) => each.bytes / 1000);
    const cells = [quantile(times, 0.5), quantile(times, 0.95), Math.max(...times)].map((value) => value.toFixed(1));
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    say(`| ${z} | ${its.length} | ${cells.join(' | ')} | ${mean.toFixed(0)} | ${Math.max(...sizes).toFixed(0)} |`);
  }
}

/** From the opening of the page until all tiles of the first picture are drawn, each time in a browser that has nothing kept. */
async function firstPicture(url: string, name: string): Promise<number[]> {
  const browser = await openBrowser();
  const times: number[] = [];
  try {
    for (let round = 0; round < 7; round++) {
      const { page, close } = await openPage(browser, url);
      const begun = performance.now();
      await page.goto(`${url}/map`, { waitUntil: 'commit' });
      await page.waitForSelector('[data-map-picture=drawn]', { timeout: 60_000 });
      times.push(performance.now() - begun);
      if (round === 0) {
        mkdirSync(pictures, { recursive: true });
        await page.screenshot({ path: join(pictures, `${name}.png`) });
      }
      await close();
    }
  } finally {
    await browser.close();
  }
  return times;
}

const batches = county();
const vertices = batches.reduce((sum, batch) => sum + batch.coords.length / 2, 0);
say(
  `Machine: ${cpus()[0]!.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB; Node ${process.version}.`,
);
say(
  `County: ${batches.reduce((sum, batch) => sum + batch.featureNos.length, 0)} parcels, ${vertices} vertices, seed ${SEED}.`,
);
const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');

for (const engine of engines) {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-tiles-'));
  const postgresql = engine === 'postgresql' ? await startPostgresql() : undefined;
  const environment = { TIANCHOU_DATA: folder, ...(postgresql === undefined ? {} : { DATABASE_URL: postgresql.url }) };
  try {
    const db = await openDatabase({ url: postgresql?.url, folder });
    const context = { actor: 'bench', role: 'clerk', divisionCode: '', clock: systemClock, ids: systemIds } as const;
    let cpu = process.cpuUsage();
    let begun = performance.now();
    const lap = (what: string): void => {
      const used = process.cpuUsage(cpu);
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      say(`- ${what}: ${seconds} s, ${((used.user + used.system) / 1e6).toFixed(1)} s of processor in this process`);
      cpu = process.cpuUsage();
      begun = performance.now();
    };
    say(`\n## ${engine}\n`);
    let featuresDone = false;
    const version = await saveLayerVersion(
      db.background,
      context,
      {
        countyCode: '990101',
        role: 'parcels',
        asOf: '2025-12-31',
        sourceName: 'bench',
        sourceHash: 'x',
        epsg: 4490,
        zone: runZone(COUNTY_ZONE),
      },
      batches,
      {
        onTiles: () => {
          if (!featuresDone) lap('features saved');
          featuresDone = true;
        },
      },
    );
    lap('pyramid built and kept');
    const size = await db.one<{ tiles: number; pieces: number; bytes: number }>(sql`select
      (select count(*)::int4 from tile) as tiles, (select count(*)::int4 from tile_piece) as pieces,
      ((select sum(length(content)) from tile) + (select sum(length(content)) from tile_piece))::int8 as bytes`);
    say(`- ${size.tiles} tiles and ${size.pieces} pieces, ${Math.round(size.bytes / 1e6)} MB`);
    await db.close();
    const groups = walk(version);
    const seen = new Set<string>();
    const distinct = groups.flat().filter(({ path }) => !seen.has(path) && seen.add(path).size > 0);
    const rounds: Measured[][] = [];
    let coldProcessor = 0;
    for (let round = 0; round < COLD_ROUNDS; round++) {
      const fresh = await startServer(environment);
      // One tile outside the county, so that the first figure is no figure of the server's own start.
      await ask(fresh.url, [{ z: 3, path: `/api/tiles/${version.layerVersionId}/3/0/0.mvt` }]);
      const before = fresh.cpuSeconds();
      rounds.push(await ask(fresh.url, distinct));
      coldProcessor += fresh.cpuSeconds() - before;
      await fresh.stop();
    }
    table(
      `Cold: each tile asked for once of a server just started; all ${COLD_ROUNDS} servers (load ${load()})`,
      rounds.flat(),
    );
    const best = distinct.map((_, i) =>
      rounds.map((round) => round[i]!).reduce((a, b) => (b.milliseconds < a.milliseconds ? b : a)),
    );
    table(
      `Cold, of each tile the quickest of the ${COLD_ROUNDS}: what is left when others do not take the processor away`,
      best,
    );
    say(`\n${((coldProcessor * 1000) / rounds.flat().length).toFixed(1)} ms of the server's processor a tile.`);
    const server = await startServer(environment);
    try {
      await ask(server.url, distinct);
      const warm: Measured[] = [];
      const before = server.cpuSeconds();
      for (let round = 0; round < WARM_ROUNDS; round++)
        for (const group of groups) warm.push(...(await ask(server.url, group)));
      table(`Warm: ${PER_GROUP} places a group of zooms, ${WARM_ROUNDS} rounds (load ${load()})`, warm);
      say(
        `\n${(((server.cpuSeconds() - before) * 1000) / warm.length).toFixed(1)} ms of the server's processor a tile.`,
      );
      const one = groups[2]![0]!;
      const answer = await fetch(server.url + one.path);
      await answer.arrayBuffer();
      const same = await ask(
        server.url,
        Array.from({ length: 300 }, () => one),
        { 'if-none-match': answer.headers.get('etag')! },
      );
      say(
        `\nNot modified (304): p95 ${quantile(
          same.map((each) => each.milliseconds),
          0.95,
        ).toFixed(1)} ms.`,
      );
      if (existsSync(join(PROJECT_ROOT, 'dist', 'web', 'index.html'))) {
        const times = await firstPicture(server.url, `tiles-${engine}`);
        say(
          `\nFirst picture, from opening the page to all tiles drawn: ${times.map((time) => Math.round(time)).join(', ')} ms (load ${load()}).`,
        );
      }
    } finally {
      await server.stop();
    }
  } finally {
    await postgresql?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  if (parcels === 300_000) writeEvidence();
}

function writeEvidence(): void {
  const day = new Date().toISOString().slice(0, 10);
  const head = `# Tiles of a county of 300,000 parcels\n\nMeasured on ${day} by \`npm run bench:tiles\`. Where the load is above 2, other work ran on the machine meanwhile; the\nprocessor time of a tile hardly depends on it.\n`;
  writeFileSync(join(PROJECT_ROOT, 'docs', 'evidence', 'tiles.md'), `${head}\n${report.join('\n')}\n`);
}
