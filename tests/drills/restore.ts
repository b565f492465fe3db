// Destroys a PostgreSQL cluster and comes back to a chosen second, as docs/operations/backup.md says; then a logical backup.
//   npm run drill:restore -- [--seconds 8] [--writers 8] [--seed 1] [--evidence docs/evidence/restore.md]
// Base backup and WAL archive of a throw-away cluster, writers through the product, the state at a second T remembered, more
// writes, kill -9, the cluster removed, recovery to T, the product started on it. Exit 1 where anything differs.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { assert } from '../../src/kernel/index.ts';
import { openArchive } from '../../src/platform/db/archive-reader.ts';
import { describe, writeBackup } from '../../src/platform/db/backup.ts';
import { ContentHash } from '../../src/platform/db/content-hash.ts';
import { openAsItIs, openDatabase, sql } from '../../src/platform/db/index.ts';
import { readMigrations } from '../../src/platform/db/migrations.ts';
import { restoreArchive } from '../../src/platform/db/restore.ts';
import { agreeOnText, readRows } from '../../src/platform/db/table-rows.ts';
import { TABLE_CARE } from '../../src/server/database-care.ts';
import { findPostgresql, startPostgresql } from '../support/postgresql.ts';
import { buildProgram } from '../support/built-program.ts';
import { startApp, untilReady } from './kill-app.ts';
import { machine, startWriting, today, writeEvidence } from './writing.ts';

const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    writers: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    evidence: { type: 'string' },
  },
});
const ARCHIVE_SECONDS = 5;
const wrong: string[] = [];
const found = findPostgresql();
assert(!('missing' in found), 'PostgreSQL is not installed');
const installation = found;
const folder = mkdtempSync(join(tmpdir(), 'tianchou-restore-'));
const archive = join(folder, 'wal');
const base = join(folder, 'base');
for (const path of [archive, base]) mkdirSync(path, { mode: 0o700 });
const { user } = installation;
if (user !== undefined) for (const path of [folder, archive, base]) chownSync(path, user.uid, user.gid);
const data = join(folder, 'data');
mkdirSync(data);

interface State {
  readonly contents: Readonly<Record<string, string>>;
  readonly heads: unknown;
  readonly events: number;
}

/** Content of every table, and the heads of every chain. */
async function stateOf(url: string): Promise<State> {
  const db = await openAsItIs({ url });
  try {
    return await db.transaction(async (tx) => {
      await tx.script('set transaction isolation level repeatable read, read only');
      await agreeOnText(tx);
      const now = new Date().toISOString();
      const { tables, manifest } = await describe(tx, 'postgresql', {
        care: TABLE_CARE,
        version: '',
        now,
        includeFiles: false,
      });
      const contents: Record<string, string> = {};
      for (const table of tables) {
        const content = new ContentHash();
        for await (const lines of readRows(tx, table)) for (const line of lines) content.add(line);
        contents[table.name] = `${content.rows} ${content.hex()}`;
      }
      const { events } = await tx.one<{ events: number }>(sql`select count(*) as events from audit_event`);
      return { contents, heads: manifest.auditHeads, events };
    });
  } finally {
    await db.close();
  }
}

function compare(what: string, wanted: State, got: State): void {
  for (const [table, content] of Object.entries(wanted.contents))
    if (got.contents[table] !== content) wrong.push(`${what}: table ${table} differs`);
  if (JSON.stringify(wanted.heads) !== JSON.stringify(got.heads)) wrong.push(`${what}: audit heads differ`);
}

async function idle(url: string): Promise<void> {
  const db = await openAsItIs({ url });
  const question = sql<{ left: number }>`select count(*) as left from job where state in ('queued', 'running')`;
  while ((await db.one(question)).left > 0) await sleep(100);
  await db.close();
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const built = await buildProgram('tests/drills/server.ts', { workers: true });
const first = await startPostgresql({
  durable: true,
  settings: [
    'wal_level=replica',
    'archive_mode=on',
    `archive_command=test ! -f ${archive}/%f && cp %p ${archive}/%f.part && mv ${archive}/%f.part ${archive}/%f`,
    `archive_timeout=${ARCHIVE_SECONDS}s`,
  ],
});
let second: ChildProcess | undefined;
try {
  const app = await startApp({ program: built.path, folder: data, databaseUrl: first.url, port: 0 });
  await untilReady(app.url);
  const writing = await startWriting({
    url: app.url,
    writers: Number(given.writers),
    seed: Number(given.seed),
    scratch: folder,
  });
  await sleep(2000);
  const baseBegun = performance.now();
  execFileSync(
    // The server may be a link into a folder of its own, in which the other programs are.
    join(dirname(realpathSync(join(installation.binaries, 'postgres'))), 'pg_basebackup'),
    ['-h', '127.0.0.1', '-p', String(first.port), '-U', 'postgres', '-D', base, '-X', 'stream', '-c', 'fast'],
    { ...user, cwd: folder, stdio: 'pipe' },
  );
  const baseMilliseconds = performance.now() - baseBegun;
  await sleep(Number(given.seconds) * 1000);

  // The second T: nothing is being written, so that it has one state.
  await writing.hold();
  await idle(first.url);
  const wanted = await stateOf(first.url);
  const client = new pg.Client({ connectionString: first.url });
  client.on('error', () => {});
  await client.connect();
  await sleep(1100);
  const target = (await client.query<{ t: string }>('select clock_timestamp()::text as t')).rows[0]!.t;
  await sleep(1100);
  writing.goOn();
  await sleep(Number(given.seconds) * 1000);
  const after = await stateOf(first.url);
  await client.end();
  const lastWrite = Date.now();
  await Promise.all([first.kill(), app.kill()]);
  await writing.stop();
  const newest = Math.max(...readdirSync(archive).map((name) => statSync(join(archive, name)).mtimeMs));
  const rpo = Math.max(0, lastWrite - newest);
  rmSync(first.dataDirectory, { recursive: true, force: true });

  // Come back.
  const rtoBegun = performance.now();
  writeFileSync(join(base, 'recovery.signal'), '');
  if (user !== undefined) chownSync(join(base, 'recovery.signal'), user.uid, user.gid);
  second = spawn(
    join(installation.binaries, 'postgres'),
    [
      '-D',
      base,
      '-p',
      String(first.port),
      '-k',
      base,
      ...[
        'listen_addresses=127.0.0.1',
        'jit=off',
        `restore_command=cp ${archive}/%f %p`,
        `recovery_target_time=${target}`,
        'recovery_target_action=promote',
      ].flatMap((setting) => ['-c', setting]),
    ],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  second.stderr!.on('data', (chunk: Buffer) => {
    log = `${log}${chunk.toString()}`.slice(-20_000);
  });
  for (;;) {
    const probe = new pg.Client({ connectionString: first.url });
    probe.on('error', () => {});
    const over = await probe
      .connect()
      .then(() => probe.query<{ over: boolean }>('select not pg_is_in_recovery() as over'))
      .then(
        ({ rows }) => rows[0]!.over,
        () => false,
      );
    await probe.end().catch(() => {});
    if (over) break;
    assert(second.exitCode === null, `the recovered cluster did not start: ${log}`);
    assert(performance.now() - rtoBegun < 300_000, `recovery takes too long: ${log}`);
    await sleep(50);
  }
  const databaseMilliseconds = performance.now() - rtoBegun;
  const recovered = await stateOf(first.url);
  compare('after recovery', wanted, recovered);
  // Files are only ever added: the newest copy of the folder serves every second before it.
  const newData = join(folder, 'data-restored');
  cpSync(join(data, 'files'), join(newData, 'files'), { recursive: true });
  const again = await startApp({ program: built.path, folder: newData, databaseUrl: first.url, port: 0 });
  await untilReady(again.url);
  const rto = performance.now() - rtoBegun;
  const db = await openDatabase({ url: first.url });
  for (const { chain, sequence } of await TABLE_CARE.brokenChains(db))
    wrong.push(`chain ${chain} breaks at ${sequence}`);
  if (after.events <= wanted.events) wrong.push('nothing was written after T, so nothing was proved');

  // A logical backup of what is running now, restored into a database of its own.
  const file = join(folder, 'logical.zip');
  const backupBegun = performance.now();
  const written = await writeBackup(db, file, {
    care: TABLE_CARE,
    version: 'drill',
    now: new Date().toISOString(),
    files: join(newData, 'files'),
    includeFiles: true,
  });
  const backupMilliseconds = performance.now() - backupBegun;
  await db.close();
  await again.stop();
  const maintenance = new pg.Client({ connectionString: first.url });
  await maintenance.connect();
  await maintenance.query('create database restored');
  await maintenance.end();
  const restoreBegun = performance.now();
  const empty = await openAsItIs({ url: first.url.replace(/tianchou$/, 'restored') });
  const opened = await openArchive(file);
  const loaded = await restoreArchive(empty, opened, {
    care: TABLE_CARE,
    migrations: await readMigrations(),
    keepFile: async (_, content) => {
      for await (const _chunk of content);
    },
    hasFile: () => false,
  });
  opened.close();
  const restoreMilliseconds = performance.now() - restoreBegun;
  await empty.close();
  const rows = Object.values(wanted.contents).reduce((sum, content) => sum + Number(content.split(' ')[0]), 0);
  writeEvidence(
    given.evidence,
    `# Coming back

${today()} · ${machine()} · \`npm run drill:restore\`, seed ${given.seed}

## To a chosen second

PostgreSQL ${installation.version} with fsync on, WAL archived with \`archive_timeout = ${ARCHIVE_SECONDS}s\`; ${given.writers} writers through the product; base backup taken while they write.
The state at a second T is remembered (content hash of every table, heads of every audit chain), writing goes on for ${given.seconds} s, then
the cluster and the server are killed and the cluster is removed. Recovery follows [backup.md](../operations/backup.md).

| figure | measured |
|---|---|
| rows at T, audit events at T, events when it was destroyed | ${rows}, ${wanted.events}, ${after.events} |
| tables whose content differs from T after recovery | ${Object.keys(wanted.contents).filter((name) => wanted.contents[name] !== recovered.contents[name]).length} of ${Object.keys(wanted.contents).length} |
| audit heads that differ from T; chains that do not hold | ${JSON.stringify(wanted.heads) === JSON.stringify(recovered.heads) ? 0 : 'some'}; ${wrong.filter((what) => what.startsWith('chain')).length} |
| base backup | ${seconds(baseMilliseconds)} |
| RPO: age of the newest archived WAL at the moment of destruction | ${seconds(rpo)} (bounded by \`archive_timeout\`; 0 with a synchronous standby) |
| RTO: start of recovery to the database open | ${seconds(databaseMilliseconds)} |
| RTO: to the product ready on it | ${seconds(rto)} (comparison of all tables included) |

This is a small database: a base backup of a county's gigabytes is copied at the speed of the disk on top.

## By a logical backup

\`tianchou db backup\` beside a running server, then \`tianchou db restore\` into an empty database, with every check of it.

| figure | measured |
|---|---|
| backup | ${seconds(backupMilliseconds)}, ${written.bytes} bytes, ${written.manifest.files.length} files |
| restore with verification | ${seconds(restoreMilliseconds)}, ${loaded.tables} tables, ${loaded.rows} rows, audit heads equal: ${JSON.stringify(loaded.auditHeads) === JSON.stringify(written.manifest.auditHeads)} |
${wrong.length === 0 ? '' : `\n${wrong.map((what) => `- WRONG ${what}`).join('\n')}\n`}`,
  );
} finally {
  second?.kill('SIGQUIT');
  await first.stop().catch(() => {});
  built.remove();
  await sleep(300);
  rmSync(folder, { recursive: true, force: true });
}
process.exit(wrong.length === 0 ? 0 : 1);
