// PostgreSQL goes away under a running server with writers, and comes back: stopped in order, and by kill -9.
//   npm run drill:gone -- [--rounds 6] [--seconds 5] [--writers 8] [--seed 1] [--evidence FILE]
// While it is away: health 200, ready 503, writes 503 DATABASE-UNAVAILABLE with Retry-After. Once it is back: by itself ready, jobs
// go on, every acknowledged write is there, nothing is half. Exit 1 where anything of this does not hold.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openDatabase } from '../../src/platform/db/index.ts';
import { startPostgresql } from '../support/postgresql.ts';
import { buildProgram } from '../support/built-program.ts';
import { startApp, untilReady } from './kill-app.ts';
import { audit } from './kill-audit.ts';
import { answersOf, machine, startWriting, today, writeEvidence } from './writing.ts';

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '5' },
    writers: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    evidence: { type: 'string' },
  },
});
const wrong: string[] = [];
const built = await buildProgram('tests/drills/server.ts', { workers: true });
const folder = mkdtempSync(join(tmpdir(), 'tianchou-gone-'));
const data = join(folder, 'data');
mkdirSync(data);
const database = await startPostgresql({ durable: true });
const app = await startApp({ program: built.path, folder: data, databaseUrl: database.url, port: 0 });
const { url, pid } = app;

interface Asked {
  readonly health: number[];
  readonly ready: number[];
  readonly writes: Map<string, number>;
  longest: number;
}

/** What the server answers while there is no database. */
async function ask(milliseconds: number): Promise<Asked> {
  const asked: Asked = { health: [], ready: [], writes: new Map(), longest: 0 };
  const timed = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const begun = performance.now();
    const response = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(30_000) });
    asked.longest = Math.max(asked.longest, performance.now() - begun);
    return response;
  };
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    for (const name of ['health', 'ready'] as const) {
      const response = await timed(`/api/${name}`);
      await response.arrayBuffer();
      asked[name].push(response.status);
    }
    const response = await timed('/api/divisions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-drill-actor': 'prober/systemAdministrator' },
      body: JSON.stringify({ code: '990109', nameZh: 'x', nameEn: 'x' }),
    });
    const { code } = (await response.json()) as { code?: string };
    const said = `${response.status} ${code} retry-after ${response.headers.get('retry-after')}`;
    asked.writes.set(said, (asked.writes.get(said) ?? 0) + 1);
    await sleep(100);
  }
  return asked;
}

async function stopInOrder(): Promise<void> {
  const postmaster = database.pid;
  process.kill(postmaster, 'SIGINT');
  for (;;) {
    try {
      process.kill(postmaster, 0);
    } catch {
      return;
    }
    await sleep(20);
  }
}

const rows: string[] = [];
try {
  await untilReady(url);
  const writing = await startWriting({
    url,
    writers: Number(given.writers),
    seed: Number(given.seed),
    scratch: folder,
  });
  for (let round = 0; round < Number(given.rounds); round++) {
    const how = round % 2 === 0 ? 'stopped in order' : 'kill -9';
    await sleep(2000);
    const before = writing.book.acknowledged;
    await (how === 'kill -9' ? database.kill() : stopInOrder());
    // What was being answered at that moment has its own answers; from now on there is no database.
    await sleep(200);
    const asked = await ask(Number(given.seconds) * 1000);
    const back = performance.now();
    await database.restart();
    await untilReady(url);
    const ready = performance.now() - back;
    await writing.hold();
    const db = await openDatabase({ url: database.url });
    const found = await audit(db, writing.book, data);
    await db.close();
    writing.goOn();
    const writes = [...asked.writes].map(([said, count]) => `${said} × ${count}`).join('; ');
    if (asked.health.some((status) => status !== 200))
      wrong.push(`${how}: health ${[...new Set(asked.health)].join()}`);
    if (asked.ready.some((status) => status !== 503)) wrong.push(`${how}: ready ${[...new Set(asked.ready)].join()}`);
    for (const said of asked.writes.keys())
      if (!/^503 DATABASE-UNAVAILABLE retry-after \d+$/.test(said)) wrong.push(`${how}: a write was answered ${said}`);
    for (const what of [...found.lost, ...found.half]) wrong.push(`${how}: ${what}`);
    rows.push(
      `| ${how} | ${given.seconds} s | ${asked.health.length} | ${writes} | ${Math.round(asked.longest)} ms | ${(ready / 1000).toFixed(1)} s | ${before} | ${found.lost.length} | ${found.half.length} |`,
    );
    console.log(rows.at(-1));
  }
  const acknowledgedBefore = writing.book.acknowledged;
  await sleep(2000);
  await writing.stop();
  if (writing.book.acknowledged <= acknowledgedBefore) wrong.push('no write was acknowledged after the last outage');
  const until = performance.now() + 60_000;
  const db = await openDatabase({ url: database.url });
  const { sql } = await import('../../src/platform/db/index.ts');
  const left = async (): Promise<number> =>
    (await db.one<{ left: number }>(sql`select count(*) as left from job where state in ('queued', 'running')`)).left;
  while ((await left()) > 0 && performance.now() < until) await sleep(200);
  if ((await left()) > 0) wrong.push(`${await left()} jobs do not go on`);
  const jobs = await db.rows<{ name: string; count: number }>(
    sql`select state || coalesce(' ' || (error ->> 'code'), '') as name, count(*) as count from job group by 1 order by 1`,
  );
  const found = await audit(db, writing.book, data);
  for (const what of [...found.lost, ...found.half]) wrong.push(`at the end: ${what}`);
  await db.close();
  if (app.pid !== pid) wrong.push('the server was started again');
  writeEvidence(
    given.evidence,
    `## Database gone and back

${today()} · ${machine()} · PostgreSQL with fsync on · \`npm run drill:gone\`, seed ${given.seed}

${given.writers} writers work through the API. PostgreSQL is stopped in order or ended by \`kill -9\` (every process of it), stays away, and is
started again; the server runs on, one and the same process.

| how | away | health and ready asked (200 and 503 each time) | writes while away | longest answer | ready again after its start | acknowledged before | lost | half |
|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

All answers to the writers: ${answersOf(writing.book)}. Jobs at the end: ${jobs.map(({ name, count }) => `${name}: ${count}`).join(', ')}.
${wrong.length === 0 ? '' : `\n${wrong.map((what) => `- WRONG ${what}`).join('\n')}\n`}`,
  );
} finally {
  await app.stop();
  await database.stop();
  built.remove();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(wrong.length === 0 ? 0 : 1);
