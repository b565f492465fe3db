// The audit under attack and under load: tampers with a chain as a file and in both databases and counts what is found; writes
// from many processes at once; verifies a million events from a file and from PostgreSQL.
//   npm run drill:audit -- [--tamperings 10000] [--database 2000] [--appends 20000] [--events 1000000] [--seed 1] [--evidence]
// Prints a line a part; exit 1 where anything was not found, forked or too slow. --evidence rewrites docs/evidence/audit.md.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../src/kernel/index.ts';
import { headsOfText, linesOf, recordEvent, verifyLines, verifyStoredChain } from '../../src/modules/audit/server.ts';
import { systemClock, systemIds } from '../../src/platform/clock.ts';
import { type Database, openDatabase, sql } from '../../src/platform/db/index.ts';
import { PROJECT_ROOT } from '../../src/platform/project-root.ts';
import { linesOfEvents, madeChain, signer, tamper, TAMPERINGS, textOfHeads } from '../audit/tamper.ts';
import { putEvents, verifyReplaced } from '../audit/tamper-database.ts';
import { testActor } from '../support/context.ts';
import { startPostgresql } from '../support/postgresql.ts';

const CHAIN = '330481';
const WRITERS = 32;
const PROCESSES = 4;

const { values: given } = parseArgs({
  options: {
    tamperings: { type: 'string', default: '10000' },
    database: { type: 'string', default: '2000' },
    appends: { type: 'string', default: '20000' },
    events: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    evidence: { type: 'boolean', default: false },
    /** A process of the part with many writers: connection string and number of events. */
    writer: { type: 'string' },
  },
});
const numbers = {
  tamperings: Number(given.tamperings),
  database: Number(given.database),
  appends: Number(given.appends),
  events: Number(given.events),
  seed: Number(given.seed),
};

async function append(db: Database, count: number, name: string): Promise<void> {
  const context = { ...testActor(CHAIN, systemClock, systemIds), actor: name };
  for (let i = 0; i < count; i++) {
    await db.transaction((tx) =>
      recordEvent(tx, context, {
        operation: 'drill.write',
        objectKind: 'thing',
        objectId: `${name} ${i}`,
        countyCode: CHAIN,
      }),
    );
  }
}

if (given.writer !== undefined) {
  const db = await openDatabase({ url: given.writer });
  const each = WRITERS / PROCESSES;
  await Promise.all(Array.from({ length: each }, (_, i) => append(db, numbers.appends, `writer ${process.pid} ${i}`)));
  await db.close();
  process.exit(0);
}

const rows: string[] = [];
let failed = false;
function say(part: string, asked: string, found: string, good: boolean, seconds: number, cpu: number): void {
  if (!good) failed = true;
  rows.push(`| ${part} | ${asked} | ${found} | ${seconds.toFixed(1)} | ${cpu.toFixed(1)} |`);
  console.log(
    `${good ? 'ok  ' : 'FAIL'} ${part}: ${asked}: ${found} (${seconds.toFixed(1)} s, ${cpu.toFixed(1)} s CPU)`,
  );
}
async function part(name: string, asked: string, work: () => Promise<{ found: string; good: boolean }>): Promise<void> {
  const [begun, used] = [performance.now(), process.cpuUsage()];
  const { found, good } = await work();
  const { user, system } = process.cpuUsage(used);
  say(name, asked, found, good, (performance.now() - begun) / 1000, (user + system) / 1e6);
}

const work = mkdtempSync(join(tmpdir(), 'tianchou-audit-drill-'));
const postgresql = await startPostgresql();
const onPostgresql = await openDatabase({ url: postgresql.url });
try {
  const keys = signer();
  const HEAD_AT = [40, 110, 200];
  const events = madeChain(CHAIN, 200);
  const heads = HEAD_AT.map((sequence, i) => keys.head(events[sequence - 1]!, `2026-02-0${i + 1}T00:00:00.000Z`));
  const trusted = { heads: headsOfText(textOfHeads(heads)), publicKeys: keys.publicKeys };

  await part('tampering with a file', `${numbers.tamperings} of ${TAMPERINGS.length} kinds`, async () => {
    const random = seededRandom(numbers.seed);
    let found = 0;
    let named = 0;
    for (let i = 0; i < numbers.tamperings; i++) {
      const tampered = tamper(events, TAMPERINGS[i % TAMPERINGS.length]!, random, HEAD_AT);
      const { firstBad } = await verifyLines(linesOfEvents(tampered.events), trusted);
      if (firstBad !== null) found++;
      if (firstBad?.sequence === tampered.firstBad) named++;
    }
    return {
      found: `${found} found, ${named} with the first bad event named`,
      good: found === numbers.tamperings && named === numbers.tamperings,
    };
  });

  const embedded = await openDatabase({ folder: null });
  for (const db of [onPostgresql, embedded]) {
    await part(
      `tampering with the tables, ${db.engine}`,
      `${numbers.database} of ${TAMPERINGS.length} kinds`,
      async () => {
        const random = seededRandom(numbers.seed + 1);
        let found = 0;
        let named = 0;
        for (let i = 0; i < numbers.database; i++) {
          const tampered = tamper(events, TAMPERINGS[i % TAMPERINGS.length]!, random, HEAD_AT);
          const { firstBad } = await verifyReplaced(db, CHAIN, tampered.events, heads);
          if (firstBad !== null) found++;
          if (firstBad?.sequence === tampered.firstBad) named++;
        }
        return {
          found: `${found} found, ${named} with the first bad event named`,
          good: found === numbers.database && named === numbers.database,
        };
      },
    );
  }
  await embedded.close();

  const each = Math.ceil(numbers.appends / WRITERS);
  await part(
    `${WRITERS} writers in ${PROCESSES} processes, postgresql`,
    `${each * WRITERS} appends to one chain`,
    async () => {
      const codes = await Promise.all(
        Array.from({ length: PROCESSES }, async () => {
          const child = spawn(
            process.execPath,
            ['--import', 'tsx', fileURLToPath(import.meta.url), '--writer', postgresql.url, '--appends', String(each)],
            { cwd: PROJECT_ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
          );
          return ((await once(child, 'exit')) as [number])[0];
        }),
      );
      const { events: count, firstBad } = await verifyStoredChain(onPostgresql, CHAIN);
      return {
        found: `${count} in the chain, ${firstBad === null ? 'no gap, no fork, no false alarm' : firstBad.message.en}`,
        good: codes.every((code) => code === 0) && count === each * WRITERS && firstBad === null,
      };
    },
  );

  const long = '330482';
  const path = join(work, 'audit.jsonl');
  const file = createWriteStream(path);
  const all = madeChain(long, numbers.events);
  for (let from = 0; from < all.length; from += 5_000) {
    const page = all.slice(from, from + 5_000);
    if (!file.write(`${linesOfEvents(page).join('\n')}\n`)) await once(file, 'drain');
    await onPostgresql.transaction((tx) => putEvents(tx, page));
  }
  file.end();
  await once(file, 'close');
  const head = keys.head(all.at(-1)!);
  all.length = 0;
  await onPostgresql.run(sql`analyze audit_event`);
  const megabytes = Math.round(statSync(path).size / 2 ** 20);
  let begun = performance.now();
  await part('verifying a file', `${numbers.events} events (${megabytes} MB)`, async () => {
    begun = performance.now();
    const outcome = await verifyLines(linesOf(path), {
      heads: headsOfText(textOfHeads([head])),
      publicKeys: keys.publicKeys,
    });
    const good = outcome.firstBad === null && outcome.lines === numbers.events && performance.now() - begun <= 60_000;
    return { found: outcome.firstBad === null ? 'all hold; goal 60 s' : outcome.firstBad.message.en, good };
  });
  await part('verifying the table, postgresql', `${numbers.events} events`, async () => {
    begun = performance.now();
    const outcome = await verifyStoredChain(onPostgresql, long, [head]);
    const good = outcome.firstBad === null && outcome.events === numbers.events && performance.now() - begun <= 60_000;
    return { found: outcome.firstBad === null ? 'all hold; goal 60 s' : outcome.firstBad.message.en, good };
  });
} finally {
  await onPostgresql.close();
  await postgresql.stop();
  rmSync(work, { recursive: true, force: true });
}

if (given.evidence) {
  const load = loadavg().map((value) => value.toFixed(1));
  writeFileSync(
    join(PROJECT_ROOT, 'docs', 'evidence', 'audit.md'),
    `# Evidence: the audit cannot be changed unseen

\`npm run drill:audit -- --evidence\`, seed ${numbers.seed}. ${new Date().toISOString().slice(0, 10)}; ${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, load ${load.join(', ')}
at the end: other work ran on the machine meanwhile. CPU is that of the verifying process (PostgreSQL's and the writers' own come on top).

| part | asked | found | seconds | CPU s |
|---|---|---|---|---|
${rows.join('\n')}

A tampering is one of: each field of an event edited (14 kinds), events deleted, a copy or a forged event put in, two swapped, the tail cut off, an older copy
put in place, and hashes made anew from a point on after an edit, a deletion or an insertion, which only the signed heads tell. The chain of 200 events has three
heads, the last at its last event: a clean stop and every hour sign one. What lies after the newest head is not covered: docs/operations/audit.md.
"Named" means that the number given is the first that can be told not to hold: the event itself, or, where all hashes were made anew, the first signed head after it.
A small version of each part runs in \`npm test\` (tests/audit).
`,
  );
}
process.exit(failed ? 1 : 0);
