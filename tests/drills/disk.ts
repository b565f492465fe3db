// The disk of the data folder, then the disk of PostgreSQL, fills up under writers, and room is made again. Needs root (tmpfs mounts).
//   npm run drill:disk -- [--megabytes 300] [--seconds 6] [--writers 8] [--seed 1] [--evidence FILE]
// While it is full: every write is answered with a stable code, nothing is half. Afterwards: the server goes on by itself (PostgreSQL
// may have to be started again: it ends itself where its log finds no room), every acknowledged write is there.
import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openDatabase } from '../../src/platform/db/index.ts';
import { writeBackup } from '../../src/platform/db/backup.ts';
import { failureOf } from '../../src/platform/failure.ts';
import { TABLE_CARE } from '../../src/server/database-care.ts';
import { startPostgresql } from '../support/postgresql.ts';
import { buildProgram } from '../support/built-program.ts';
import { startApp, untilReady } from './kill-app.ts';
import { audit } from './kill-audit.ts';
import { answersOf, machine, startWriting, today, writeEvidence } from './writing.ts';

const { values: given } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '6' },
    writers: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    evidence: { type: 'string' },
  },
});
if (process.getuid?.() !== 0) {
  console.error('This drill mounts small file systems: run it as root.');
  process.exit(2);
}
const STABLE = /^(2\d\d|4\d\d [A-Z][A-Z_-]+|503 [A-Z-]+|507 [A-Z-]+)$/;
const wrong: string[] = [];
const built = await buildProgram('tests/drills/server.ts', { workers: true });
const folder = mkdtempSync(join(tmpdir(), 'tianchou-disk-'));
const small = join(folder, 'small');
// The server of PostgreSQL runs as a user of its own.
chmodSync(folder, 0o755);
mkdirSync(small);
execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${given.megabytes}m,mode=0777`, 'tmpfs', small]);

/** Takes all the room that is left. */
function fill(): string {
  const path = join(small, 'filler');
  const handle = openSync(path, 'w');
  let block = Buffer.alloc(1 << 20, 1);
  for (;;) {
    try {
      if (writeSync(handle, block) === 0) break;
    } catch {
      if (block.length === 512) break;
      block = block.subarray(0, block.length / 2);
    }
  }
  closeSync(handle);
  return path;
}

const free = (): number => {
  const { bavail, bsize } = statfsSync(small);
  return bavail * bsize;
};

async function round(which: 'data folder' | 'PostgreSQL'): Promise<string> {
  const data = which === 'data folder' ? join(small, 'data') : join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const database = await startPostgresql({
    durable: true,
    settings: ['max_wal_size=64MB', 'min_wal_size=32MB', 'wal_keep_size=0'],
    ...(which === 'PostgreSQL' ? { parent: small } : {}),
  });
  const app = await startApp({ program: built.path, folder: data, databaseUrl: database.url, port: 0 });
  const { url } = app;
  try {
    await untilReady(url);
    const writing = await startWriting({
      url,
      writers: Number(given.writers),
      seed: Number(given.seed),
      scratch: folder,
      heavy: 3,
    });
    await sleep(2000);
    const before = new Map(writing.book.answers);
    const acknowledgedBefore = writing.book.acknowledged;
    const filler = fill();
    const until = performance.now() + Number(given.seconds) * 1000;
    while (performance.now() < until) {
      await sleep(300);
      if (free() > 0) fill();
    }
    const duringBackup = await openDatabase({ url: database.url })
      .then(async (db) => {
        const path = join(small, 'backup.zip');
        const options = { care: TABLE_CARE, version: 'drill', now: '2026-01-01T00:00:00Z', files: join(data, 'files') };
        const outcome = await writeBackup(db, path, { ...options, includeFiles: true }).then(
          () => 'written',
          (error: unknown) => failureOf(error)?.refusal.code ?? `${String(error)}`,
        );
        await db.close();
        return outcome;
      })
      .catch((error: unknown) => failureOf(error)?.refusal.code ?? String(error));
    if (!['DISK-FULL', 'DATABASE-UNAVAILABLE'].includes(duringBackup)) wrong.push(`${which}: backup: ${duringBackup}`);
    const during = new Map(
      [...writing.book.answers].map(([said, count]) => [said, count - (before.get(said) ?? 0)] as const),
    );
    const health = await fetch(`${url}/api/health`).then(
      (response) => response.status,
      () => 0,
    );
    const ready = await fetch(`${url}/api/ready`).then(
      (response) => response.status,
      () => 0,
    );
    if (health !== 200) wrong.push(`${which}: health ${health} while full`);
    for (const said of during.keys()) if (!STABLE.test(said)) wrong.push(`${which}: answered ${said}`);

    rmSync(filler, { force: true });
    const made = performance.now();
    const ended = await untilReady(url, 15_000).then(
      () => false,
      () => true,
    );
    if (ended) {
      // PostgreSQL ends itself where it cannot write its log; whoever runs it starts it again.
      await database.kill().catch(() => {});
      await database.restart();
      await untilReady(url);
    }
    const recovery = performance.now() - made;
    const acknowledgedFull = writing.book.acknowledged;
    await sleep(3000);
    await writing.stop();
    if (writing.book.acknowledged <= acknowledgedFull)
      wrong.push(`${which}: nothing was acknowledged after room was made`);
    await sleep(2000);
    const db = await openDatabase({ url: database.url });
    const found = await audit(db, writing.book, data);
    await db.close();
    for (const what of [...found.lost, ...found.half]) wrong.push(`${which}: ${what}`);
    const answers = [...during]
      .filter(([, count]) => count > 0)
      .map(([said, count]) => `${said} × ${count}`)
      .join('; ');
    console.log(`${which}: all answers ${answersOf(writing.book)}`);
    return `| ${which} | ${answers} | ${duringBackup} | ${health}, ${ready} | ${ended ? 'PostgreSQL started again, ' : 'by itself, '}${(recovery / 1000).toFixed(1)} s | ${acknowledgedBefore} → ${writing.book.acknowledged} | ${found.lost.length} | ${found.half.length} |`;
  } catch (error) {
    wrong.push(`${which}: ${String(error)}\n${app.log().slice(-1500)}`);
    return `| ${which} | – | – | – | – | – | – | – |`;
  } finally {
    await app.stop();
    await database.stop();
  }
}

const rows: string[] = [];
try {
  for (const which of ['data folder', 'PostgreSQL'] as const) {
    rows.push(await round(which));
    console.log(rows.at(-1));
    for (const name of ['filler', 'data', 'backup.zip']) rmSync(join(small, name), { recursive: true, force: true });
  }
} finally {
  execFileSync('umount', ['-l', small]);
  built.remove();
  rmSync(folder, { recursive: true, force: true });
}
writeEvidence(
  given.evidence,
  `## Disk full

${today()} · ${machine()} · file system of ${given.megabytes} MB filled to the last byte for ${given.seconds} s · \`npm run drill:disk\`, seed ${given.seed}

| full | writes while full | backup | health, ready | after room was made | acknowledged | lost | half |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}
${wrong.length === 0 ? '' : `\n${wrong.map((what) => `- WRONG ${what}`).join('\n')}\n`}`,
);
process.exit(wrong.length === 0 ? 0 : 1);
