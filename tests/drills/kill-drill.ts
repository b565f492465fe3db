import { mkdirSync, openAsBlob, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateDemoCounty } from '../../src/demo/index.ts';
import { assert, joinBatches, seededRandom } from '../../src/kernel/index.ts';
import { writeLayer } from '../../src/modules/intake/server.ts';
import { writePlan } from '../../src/modules/projects/server.ts';
import { type Database, openDatabase, sql } from '../../src/platform/db/index.ts';
import { leftovers } from '../../src/platform/files/index.ts';
import type { ThrowAwayPostgresql } from '../support/postgresql.ts';
import { type App, startApp, untilReady } from './kill-app.ts';
import { audit, type Findings } from './kill-audit.ts';
import { type Book, newBook, write } from './kill-writers.ts';

export type Victim = 'app' | 'database' | 'both';

export interface Kill {
  readonly victim: Victim;
  /** From the kill to the first answer that says ready. */
  readonly recoveryMilliseconds: number;
  readonly acknowledgedBefore: number;
}

export interface DrillOptions {
  /** See `buildApp`. */
  readonly program: string;
  /** Empty folder for data and scratch. */
  readonly folder: string;
  /** Undefined: the embedded database, of which only the app can be killed. */
  readonly postgresql: ThrowAwayPostgresql | undefined;
  readonly kills: number;
  readonly writers: number;
  readonly seed: number;
  /** Longest time of writing before a kill. */
  readonly writeMilliseconds: number;
  readonly parcels: number;
  readonly heavy: number;
  readonly say?: (line: string) => void;
}

export interface DrillResult extends Findings {
  readonly kills: readonly Kill[];
  readonly book: Book;
  /** What became of the jobs, and what is left at the end. */
  readonly jobs: Readonly<Record<string, number>>;
}

const COUNTIES = ['990101', '990102', '990103', '990104'];
const VICTIMS: readonly Victim[] = ['app', 'database', 'both'];
const IDLE_MILLISECONDS = 180_000;

/**
 * Lets writers work through the API, kills, starts again, and looks at what is there; and so on. Every kill is looked at with
 * PostgreSQL; with the embedded database, which only its server can open, all of them at the end.
 */
export async function killDrill(options: DrillOptions): Promise<DrillResult> {
  const { folder, postgresql, say = () => {} } = options;
  const random = seededRandom(options.seed);
  mkdirSync(folder, { recursive: true });
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const { layer, plan } = await deliveries(folder, options);
  const databaseUrl = postgresql?.url;
  const book = newBook();
  const kills: Kill[] = [];
  const lost = new Set<string>();
  const half = new Set<string>();

  let app: App = await startApp({ program: options.program, folder: data, databaseUrl, port: 0 });
  const { url } = app;
  const port = Number(new URL(url).port);
  await untilReady(url);
  await makeCounties(url);

  let open = true;
  let stopped = false;
  let waiting: (() => void)[] = [];
  // What is still being answered would be missed by the look and noted by its writer: so it is waited for.
  const close = async (): Promise<void> => {
    open = false;
    while (waiting.length < options.writers) await Promise.race([sleep(10), failed]);
  };
  const gate = (): Promise<void> => (open ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)));
  const reopen = (): void => {
    open = true;
    for (const go of waiting) go();
    waiting = [];
  };
  const writers = Array.from({ length: options.writers }, (_, i) =>
    write({
      url,
      county: COUNTIES[i % COUNTIES.length]!,
      name: `writer-${i}`,
      random: seededRandom(options.seed * 1000 + i),
      book,
      gate,
      stopped: () => stopped,
      layer,
      plan,
      heavy: options.heavy,
    }),
  );
  const failed = Promise.all(writers).then(() => {});
  failed.catch(() => {});

  const look = async (db: Database, after: string): Promise<void> => {
    const found = await audit(db, book, data);
    for (const [into, list] of [
      [lost, found.lost],
      [half, found.half],
    ] as const) {
      for (const what of list) {
        if (into.has(what)) continue;
        into.add(what);
        say(`  !! ${after}: ${into === lost ? 'LOST' : 'HALF'} ${what}`);
      }
    }
  };

  for (let n = 0; n < options.kills; n++) {
    const victim = postgresql === undefined ? 'app' : VICTIMS[n % VICTIMS.length]!;
    await Promise.race([sleep(300 + random.next() * options.writeMilliseconds), failed]);
    const acknowledgedBefore = book.acknowledged;
    const begun = performance.now();
    const dying: Promise<void>[] = [];
    if (victim !== 'app') dying.push(postgresql!.kill());
    if (victim !== 'database') dying.push(app.kill());
    await Promise.all(dying);
    // Half of the time the database is away for a moment: what the app does meanwhile is part of the drill.
    if (victim !== 'app') {
      if (random.next() < 0.5) await sleep(random.next() * 1500);
      await postgresql!.restart();
    }
    if (victim !== 'database') app = await startApp({ program: options.program, folder: data, databaseUrl, port });
    await untilReady(url);
    const recoveryMilliseconds = performance.now() - begun;
    kills.push({ victim, recoveryMilliseconds, acknowledgedBefore });
    if (postgresql !== undefined) {
      // No write is acknowledged while it is looked whether those before are there.
      await close();
      const db = await openDatabase({ url: postgresql.url });
      await look(db, `kill ${n + 1} (${victim})`);
      await db.close();
      reopen();
    }
    say(
      `  ${String(n + 1).padStart(3)} ${victim.padEnd(8)} ready after ${(recoveryMilliseconds / 1000).toFixed(1)} s, ${book.acknowledged} acknowledged`,
    );
  }

  stopped = true;
  reopen();
  await failed;
  await untilIdle(url, postgresql?.url);
  const code = await app.stop();
  if (code !== 0) half.add(`the server did not stop in order: ${code}\n${app.log().slice(-2000)}`);
  const db = await openDatabase(postgresql === undefined ? { folder: data } : { url: postgresql.url });
  await look(db, 'the end');
  const unended = await db.one<Record<string, number>>(sql`select
    (select count(*) from layer_version where state = 'staged') as "half saved versions",
    (select count(*) from job where state in ('queued', 'running')) as "jobs not over",
    (select count(*) from staged_batch s join import i using (county_code, import_id) where i.state not in ('staged', 'reading'))
      as "staged rows of imports that are over"`);
  for (const [what, count] of Object.entries(unended)) if (count > 0) half.add(`at the end ${count} ${what}`);
  const rows = await db.rows<{
    name: string;
    count: number;
  }>(sql`select kind || ' ' || state || coalesce(' ' || (error ->> 'code'), '') as name,
    count(*) as count from job group by 1 order by 1`);
  await db.close();
  const scratch = [...(await leftovers(data)), ...readdirSync(join(data, 'tmp'))];
  if (scratch.length > 0) half.add(`scratch files: ${scratch.slice(0, 5).join(', ')} … ${scratch.length}`);
  await rm(data, { recursive: true, force: true });
  return {
    kills,
    book,
    lost: [...lost],
    half: [...half],
    jobs: Object.fromEntries(rows.map(({ name, count }) => [name, count])),
  };
}

/** The files the writers deliver. */
async function deliveries(folder: string, { parcels, seed }: DrillOptions): Promise<{ layer: Blob; plan: Blob }> {
  const county = generateDemoCounty({ parcels, seed });
  const layer = join(folder, 'parcels.fgb');
  await writeLayer(layer, joinBatches([...county.parcels()], 4490));
  const plan = join(folder, 'plan.gpkg');
  await writePlan(plan, county.plan);
  return { layer: await openAsBlob(layer), plan: await openAsBlob(plan) };
}

async function makeCounties(url: string): Promise<void> {
  for (const code of COUNTIES) {
    const response = await fetch(`${url}/api/divisions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-drill-actor': 'drill/systemAdministrator' },
      body: JSON.stringify({ code, nameZh: code, nameEn: code }),
    });
    assert(response.status === 201, `a county was not added: ${response.status} ${await response.text()}`);
  }
}

/** Waits until no job waits or runs. */
async function untilIdle(url: string, databaseUrl: string | undefined): Promise<void> {
  const until = performance.now() + IDLE_MILLISECONDS;
  const db = databaseUrl === undefined ? undefined : await openDatabase({ url: databaseUrl });
  const busy = async (): Promise<boolean> => {
    if (db !== undefined) {
      return (await db.first(sql`select 1 from job where state in ('queued', 'running') limit 1`)) !== undefined;
    }
    const response = await fetch(`${url}/api/imports`, { headers: { 'x-drill-actor': 'drill/clerk' } });
    const imports = (await response.json()) as { jobId: string | null }[];
    return imports.some(({ jobId }) => jobId !== null);
  };
  while ((await busy()) && performance.now() < until) await sleep(300);
  await db?.close();
}
