import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import yauzl from 'yauzl';
import { ZipFile } from 'yazl';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { lockFolder } from '../../src/platform/db/folder-lock.ts';
import { openDatabase, openAsItIs } from '../../src/platform/db/index.ts';
import { migrateWithin, readMigrations } from '../../src/platform/db/migrations.ts';
import { openFiles } from '../../src/platform/files/index.ts';
import { startPostgresql, type ThrowAwayPostgresql } from '../support/postgresql.ts';
import { fillRows } from './rows.ts';

// The commands of the database, as an operator meets them, with rows in every table.

const home = mkdtempSync(join(tmpdir(), 'tianchou-copies-'));
const path = (...parts: string[]): string => join(home, ...parts);
const NEWEST = Number.MAX_SAFE_INTEGER;
let server: ThrowAwayPostgresql;
let made = 0;
/** Of the PostgreSQL filled at first; every filled database has the same rows. Opening an embedded one costs seconds. */
let before: Status;

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `tianchou db …` with DATABASE_URL as given. */
async function db(url: string | undefined, ...args: string[]): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  if (url === undefined) delete process.env['DATABASE_URL'];
  else process.env['DATABASE_URL'] = url;
  try {
    const code = await runProgram(
      ['db', ...args],
      {
        language: 'en',
        live: false,
        out: (text) => void out.push(text),
        err: (text) => void err.push(text),
        line: (text) => void err.push(`${text}\n`),
        isCancelled: () => false,
        unfinished: () => undefined,
      },
      'test',
    );
    return { code, out: out.join(''), err: err.join('').replace(/^[^\n]* \d+ %\n/gm, '') };
  } finally {
    delete process.env['DATABASE_URL'];
  }
}

const done = async (outcome: Promise<Outcome>): Promise<string> => {
  const { code, out, err } = await outcome;
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
};
const refused = async (outcome: Promise<Outcome>): Promise<string> => {
  const { code, err } = await outcome;
  expect(code).toBe(2);
  return err.split(' ')[0]!;
};

async function freshDatabase(): Promise<string> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const name = `copy_${++made}`;
  await client.query(`create database ${name}`);
  await client.end();
  return server.url.replace(/tianchou$/, name);
}

/** A database of the newest schema with rows in every table and one delivered file. */
async function fill(url: string | undefined, folder: string): Promise<void> {
  const opened = await openDatabase({ url, folder });
  await opened.transaction((tx) => fillRows(tx, NEWEST));
  const files = await openFiles(folder);
  const content = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('delivered');
  };
  await files.receive(content(), 100);
  await opened.close();
}

interface Status {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly auditHeads: readonly unknown[];
  readonly pending: readonly string[];
  readonly files: unknown;
}
const status = async (url: string | undefined, folder: string): Promise<Status> =>
  JSON.parse(await done(db(url, 'status', '--data', folder, '--json'))) as Status;
const counts = ({ tables }: Status): unknown =>
  tables.filter(({ name }) => !['session', 'verification'].includes(name));

/** The entries of a zip, to be written again with something changed. */
async function entriesOf(file: string): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  await new Promise<void>((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true }, (error, zip) => {
      if (error !== null || zip === undefined) return reject(error ?? new Error('no zip'));
      zip.on('end', resolve);
      zip.on('error', reject);
      zip.on('entry', (entry: yauzl.Entry) => {
        zip.openReadStream(entry, async (failure, stream) => {
          if (failure !== null || stream === undefined) return reject(failure ?? new Error('no stream'));
          entries.set(entry.fileName, Buffer.concat(await stream.toArray()));
          zip.readEntry();
        });
      });
      zip.readEntry();
    });
  });
  return entries;
}

async function rewrite(entries: ReadonlyMap<string, Buffer>, file: string): Promise<void> {
  const zip = new ZipFile();
  for (const [name, content] of entries) zip.addBuffer(content, name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  writeFileSync(file, Buffer.concat(chunks));
}

beforeAll(async () => {
  server = await startPostgresql();
  await fill(undefined, path('embedded'));
  await fill(server.url, path('postgresql'));
  before = await status(server.url, path('postgresql'));
  await done(db(undefined, 'backup', '--data', path('embedded'), '--out', path('embedded.zip')));
  await done(db(server.url, 'backup', '--data', path('postgresql'), '--out', path('postgresql.zip')));
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

describe('backup and restore', () => {
  it.each([
    ['embedded', 'embedded'],
    ['embedded', 'postgresql'],
    ['postgresql', 'embedded'],
    ['postgresql', 'postgresql'],
  ])('%s to %s: every table, the chains, the files; no sessions', async (from, to) => {
    const url = to === 'postgresql' ? await freshDatabase() : undefined;
    const folder = path(`from-${from}-to-${to}`);
    expect(await done(db(url, 'restore', path(`${from}.zip`), '--data', folder))).toMatch(/every content hash agrees/);
    if (from !== to) {
      const after = await status(url, folder);
      expect(counts(after)).toEqual(counts(before));
      expect(after.auditHeads).toEqual(before.auditHeads);
      expect(after.auditHeads).toHaveLength(2);
      expect(after.files).toEqual({ files: 1, bytes: 9 });
      expect(after.pending).toEqual([]);
      const sessions = after.tables.filter(({ name }) => ['session', 'verification'].includes(name));
      expect(sessions.map(({ rows }) => rows)).toEqual([0, 0]);
    }
    // A copy of the copy says the same of every table: nothing was bent on the way.
    await done(db(url, 'backup', '--data', folder, '--out', `${folder}.zip`));
    const contents = async (file: string): Promise<unknown> => {
      const { tables } = JSON.parse((await entriesOf(file)).get('manifest.json')!.toString()) as {
        tables: { name: string; content: string }[];
      };
      return tables.map(({ name, content }) => [name, content]);
    };
    expect(await contents(`${folder}.zip`)).toEqual(await contents(path(`${from}.zip`)));
    // The product works on it: constraints and triggers are back.
    if (from === to) return;
    const opened = await openDatabase({ url, folder });
    await expect(opened.transaction((tx) => tx.script(`delete from audit_event`))).rejects.toMatchObject({
      code: '55000',
    });
    await expect(
      opened.transaction((tx) =>
        tx.script(`insert into division (code, name_zh, name_en, parent_code) values ('110101', 'x', 'x', '999999')`),
      ),
    ).rejects.toMatchObject({ code: '23503' });
    await opened.close();
  });

  it('is for its owner alone, is never half, and never takes the place of another', async () => {
    expect(statSync(path('embedded.zip')).mode & 0o777).toBe(0o600);
    const again = db(undefined, 'backup', '--data', path('embedded'), '--out', path('embedded.zip'));
    expect(await refused(again)).toBe('OUTPUT_EXISTS');
    expect(await refused(db(undefined, 'backup', '--data', path('embedded'), '--out', path('no', 'x.zip')))).toBe(
      'OUTPUT_FAILED',
    );
    expect(await refused(db(undefined, 'backup', '--data', path('nothing'), '--out', path('n.zip')))).toBe(
      'DATABASE-EMPTY',
    );
    // A delivered file that is not what its name says: no backup rather than a wrong one.
    const name = 'ab'.repeat(32);
    mkdirSync(path('rotten', 'files', 'ab'), { recursive: true });
    writeFileSync(path('rotten', 'files', 'ab', name), 'something else');
    const rotten = db(server.url, 'backup', '--data', path('rotten'), '--out', path('rotten.zip'));
    expect(await refused(rotten)).toBe('BACKUP-FILE-DAMAGED');
    expect(readdirSync(home).filter((entry) => entry.includes('rotten.zip'))).toEqual([]);
  });

  it('is whole while others write (PostgreSQL)', async () => {
    const url = await freshDatabase();
    await fill(url, path('busy'));
    // The server holds the folder.
    const running = await openDatabase({ url, folder: path('busy') });
    let go = true;
    const writing = (async () => {
      for (let i = 0; go; i++)
        await running.transaction((tx) =>
          tx.script(
            `insert into used_code values ('p1', 'code ${i}', now()); insert into known_address values ('p1', 'code ${i}', now())`,
          ),
        );
    })();
    await done(db(url, 'backup', '--data', path('busy'), '--out', path('busy.zip')));
    go = false;
    await writing;
    await running.close();
    const lines = (name: string, entries: Map<string, Buffer>): number =>
      entries.get(`tables/${name}.ndjson`)!.toString().trim().split('\n').length;
    const entries = await entriesOf(path('busy.zip'));
    expect(lines('used_code', entries)).toBe(lines('known_address', entries));
    await done(db(await freshDatabase(), 'restore', path('busy.zip'), '--data', path('busy-restored')));
  });

  it('says what to do while the server has the embedded database', async () => {
    const lock = await lockFolder(path('embedded'));
    const { code, err } = await db(undefined, 'backup', '--data', path('embedded'), '--out', path('locked.zip'));
    await lock.release();
    expect(code).toBe(2);
    expect(err).toMatch(/^DATA-FOLDER-IN-USE .*stop the server, back up, start it/);
    expect(existsSync(path('locked.zip'))).toBe(false);
  });
});

describe('what is refused', () => {
  const restore = (file: string, folder: string, url?: string): Promise<string> =>
    refused(db(url, 'restore', file, '--data', folder));

  it('a database that is not empty, and leaves it alone', async () => {
    expect(await restore(path('embedded.zip'), path('postgresql'), server.url)).toBe('DATABASE-NOT-EMPTY');
    expect(counts(await status(server.url, path('postgresql')))).toEqual(counts(before));
    expect(await restore(path('embedded.zip'), path('embedded'))).toBe('DATABASE-NOT-EMPTY');
    const foreign = await freshDatabase();
    const opened = await openAsItIs({ url: foreign });
    await opened.transaction((tx) => tx.script('create table somebody_elses (a int)'));
    await opened.close();
    expect(await restore(path('embedded.zip'), path('foreign'), foreign)).toBe('DATABASE-NOT-EMPTY');
  });

  it('no backup, a cut one, and one with any byte changed', async () => {
    expect(await restore(path('missing.zip'), path('r1'))).toBe('BACKUP-NOT-FOUND');
    writeFileSync(path('text.zip'), 'this is no zip');
    expect(await restore(path('text.zip'), path('r1'))).toBe('BACKUP-DAMAGED');
    const whole = readFileSync(path('embedded.zip'));
    writeFileSync(path('cut.zip'), whole.subarray(0, whole.length - 100));
    expect(await restore(path('cut.zip'), path('r1'))).toBe('BACKUP-DAMAGED');
    expect(await done(db(undefined, 'check', path('embedded.zip')))).toMatch(/^whole: /);
    for (let i = 1; i < 40; i++) {
      const bent = Buffer.from(whole);
      const at = Math.floor((whole.length * i) / 40);
      bent[at] = bent[at]! ^ 0x10;
      writeFileSync(path('bent.zip'), bent);
      const { code, err } = await db(undefined, 'check', path('bent.zip'));
      // A few bytes of a zip mean nothing (times of files): then everything in it is as it was.
      if (code !== 0) expect(err, `byte ${at}`).toMatch(/^BACKUP-(DAMAGED|UNKNOWN)/);
    }
    expect(existsSync(path('r1', 'database'))).toBe(false);
  });

  it('rows, events and files that are not what the manifest says; nothing of it stays', async () => {
    const entries = await entriesOf(path('postgresql.zip'));
    const changed = async (name: string, change: (text: string) => string): Promise<string> => {
      const bent = new Map(entries);
      bent.set(name, Buffer.from(change(entries.get(name)!.toString('utf8'))));
      await rewrite(bent, path('changed.zip'));
      return path('changed.zip');
    };
    const url = await freshDatabase();
    const isEmpty = async (): Promise<boolean> => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query(
        `select 1 from pg_tables where schemaname = 'public' and tablename <> 'spatial_ref_sys'`,
      );
      await client.end();
      return rows.length === 0;
    };
    const table = await changed('tables/division.ndjson', (text) => text.replace('海宁', '海安'));
    expect(await restore(table, path('r2'), url)).toBe('BACKUP-DAMAGED');
    const fewer = await changed('tables/division.ndjson', (text) => text.split('\n').slice(1).join('\n'));
    expect(await restore(fewer, path('r2'), url)).toBe('BACKUP-DAMAGED');
    const file = [...entries.keys()].find((name) => name.startsWith('files/'))!;
    expect(await restore(await changed(file, () => 'other bytes'), path('r4'), url)).toBe('BACKUP-DAMAGED');
    expect(await isEmpty()).toBe(true);

    // A forger who writes the manifest anew, with every hash right, still cannot change an event.
    const { ContentHash } = await import('../../src/platform/db/content-hash.ts');
    const { createHash } = await import('node:crypto');
    const forged = async (name: string, change: (text: string) => string): Promise<string> => {
      const bent = new Map(entries);
      const text = change(entries.get(`tables/${name}.ndjson`)!.toString('utf8'));
      const lines = text.split('\n').filter((line) => line !== '');
      const content = new ContentHash();
      for (const line of lines) content.add(line);
      bent.set(`tables/${name}.ndjson`, Buffer.from(text));
      const manifest = JSON.parse(entries.get('manifest.json')!.toString()) as { tables: Record<string, unknown>[] };
      Object.assign(manifest.tables.find((one) => one['name'] === name)!, {
        rows: lines.length,
        content: content.hex(),
        sha256: createHash('sha256').update(text).digest('hex'),
      });
      bent.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
      await rewrite(bent, path('forged.zip'));
      return path('forged.zip');
    };
    expect(await restore(await forged('audit_event', (text) => text.replace('张三', '李四')), path('r2'), url)).toBe(
      'AUDIT-CHAIN-BROKEN',
    );
    const tail = (text: string): string =>
      text
        .split('\n')
        .filter((line) => !line.startsWith('["330481", "2"'))
        .join('\n');
    expect(await restore(await forged('audit_event', tail), path('r2'), url)).toBe('DATABASE-DIFFERS');
    // A sequence this schema has not, named to be SQL.
    const strange = JSON.parse(entries.get('manifest.json')!.toString()) as { sequences: object[] };
    strange.sequences.push({ name: "x'); drop table person; --", last: 1, called: true });
    await rewrite(new Map([...entries, ['manifest.json', Buffer.from(JSON.stringify(strange))]]), path('strange.zip'));
    expect(await restore(path('strange.zip'), path('r2'), url)).toBe('DATABASE-DIFFERS');
    // A row that leads nowhere, a value the column does not take.
    const orphan = (text: string): string =>
      text.replaceAll('"330481001", "许村镇"', '"330481002", "许村镇"').replace(/"330481", "t/, '"999999", "t');
    expect(await restore(await forged('division', orphan), path('r2'), url)).toBe('DATABASE-DIFFERS');
    expect(await restore(await forged('division', (text) => text.replace('"330481"', '"x"')), path('r2'), url)).toBe(
      'DATABASE-DIFFERS',
    );
    expect(await isEmpty()).toBe(true);
  });

  it('a backup of a newer version', async () => {
    const url = await freshDatabase();
    const entries = await entriesOf(path('embedded.zip'));
    const about = JSON.parse(entries.get('manifest.json')!.toString()) as Record<string, unknown>;
    const withManifest = async (manifest: unknown): Promise<string> => {
      await rewrite(new Map([...entries, ['manifest.json', Buffer.from(JSON.stringify(manifest))]]), path('newer.zip'));
      return restore(path('newer.zip'), path('r3'), url);
    };
    expect(await withManifest({ ...about, form: 2 })).toBe('BACKUP-NEWER');
    const migrations = [
      ...(about['migrations'] as unknown[]),
      { number: 9999, name: '9999_x.sql', checksum: '0'.repeat(64) },
    ];
    expect(await withManifest({ ...about, migrations })).toBe('BACKUP-NEWER');
    expect(await withManifest({ ...about, tables: 'x' })).toBe('BACKUP-DAMAGED');
    expect(await withManifest({ something: 'else' })).toBe('BACKUP-UNKNOWN');
  });
});

describe('other ways', () => {
  it('a backup of an earlier schema comes back under the newest', async () => {
    const earlier = (await readMigrations()).filter(({ number }) => number <= 30);
    const source = await freshDatabase();
    const old = await openAsItIs({ url: source });
    await old.transaction(async (tx) => {
      await migrateWithin(tx, earlier);
      await fillRows(tx, 30);
    });
    await old.close();
    await done(db(source, 'backup', '--data', path('old'), '--out', path('old.zip')));
    const url = await freshDatabase();
    expect(await done(db(url, 'restore', path('old.zip'), '--data', path('old-restored')))).toMatch(
      /then migrated: 0040/,
    );
    const { pending, auditHeads } = await status(url, path('old-restored'));
    expect(pending).toEqual([]);
    expect(auditHeads).toHaveLength(2);
  });

  it('migrate says what would run, then runs it', async () => {
    const url = await freshDatabase();
    const earlier = (await readMigrations()).filter(({ number }) => number <= 40);
    const old = await openAsItIs({ url });
    await old.transaction(async (tx) => void (await migrateWithin(tx, earlier)));
    await old.close();
    const migrate = (...args: string[]): Promise<string> =>
      done(db(url, 'migrate', '--data', path('migrating'), ...args));
    expect(await migrate('--dry-run')).toMatch(/^would run 0050_quality_report_no\.sql/);
    expect((await status(url, path('migrating'))).pending.length).toBeGreaterThan(0);
    expect(await migrate()).toMatch(/^ran {6}0050/);
    expect(await migrate()).toMatch(/up to date/);
  });

  it('moves the embedded database to PostgreSQL: same heads, source as it was and set aside', async () => {
    const folder = path('moving');
    await fill(undefined, folder);
    expect(await refused(db(undefined, 'move', '--to', server.url, '--data', folder))).toBe('DATABASE-NOT-EMPTY');
    const url = await freshDatabase();
    const lock = await lockFolder(folder);
    expect(await refused(db(undefined, 'move', '--to', url, '--data', folder))).toBe('DATA-FOLDER-IN-USE');
    await lock.release();
    expect(await done(db(undefined, 'move', '--to', url, '--data', folder))).toMatch(/every content hash agrees/);
    const after = await status(url, folder);
    expect(counts(after)).toEqual(counts(before));
    expect(after.auditHeads).toEqual(before.auditHeads);
    // Set aside, not lost.
    expect(await refused(db(undefined, 'status', '--data', folder))).toBe('DATABASE-MOVED');
    await expect(openDatabase({ folder })).rejects.toMatchObject({ refusal: { code: 'DATABASE-MOVED' } });
    process.env['TIANCHOU_USE_MOVED'] = 'on';
    try {
      expect(counts(await status(undefined, folder))).toEqual(counts(before));
    } finally {
      delete process.env['TIANCHOU_USE_MOVED'];
    }
  });
});
