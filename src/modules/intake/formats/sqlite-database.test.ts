import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../kernel/index.ts';
import { openByteSource } from '../byte-source.server.ts';
import { bytesInMemory } from '../byte-source.ts';
import { openSqliteTables } from './geopackage-engine.server.ts';
import { geopackageReader } from './geopackage.reader.ts';
import { columnsOfCreateTable } from './sqlite-create-table.ts';
import { openSqliteDatabase, type SqliteTables } from './sqlite-database.ts';
import { SqliteBeyond, SqliteDamaged } from './sqlite-pages.ts';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tianchou-sqlite-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs SQL in the SQLite of the machine, which is neither of the two compared. */
async function database(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await run('python3', [
    '-c',
    'import sqlite3, sys, os, random\nc = sqlite3.connect(sys.argv[1])\nrandom.seed(7)\nexec(sys.argv[2])\nc.commit()\nc.close()',
    path,
    script,
  ]);
  return path;
}

interface Dump {
  readonly columns: unknown;
  readonly count: number;
  readonly rows: readonly (readonly unknown[])[];
}

async function dump(tables: SqliteTables, name: string): Promise<Dump> {
  const columns = (await tables.columns(name)).map(({ name: column, type, keyPlace }) => ({
    name: column,
    type: type.toUpperCase(),
    keyPlace,
  }));
  const rows: unknown[][] = [];
  const names = columns.map((column) => column.name);
  const take = (values: readonly unknown[]): unknown[] =>
    values.map((value) => (value instanceof Uint8Array ? `x${Buffer.from(value).toString('hex')}` : value));
  for await (const row of tables.scan(name, names, take)) rows.push(row);
  return { columns, count: await tables.count(name), rows };
}

async function bothRead(path: string, names: readonly string[]): Promise<Dump[]> {
  const ours = await openSqliteDatabase(await openByteSource(path));
  const theirs = await openSqliteTables(path);
  const dumps: Dump[] = [];
  try {
    const found = (tables: SqliteTables): unknown =>
      tables.entries.map(({ kind, name, sql }) => ({ kind, name, sql })).filter(({ name }) => name !== 'null');
    expect(found(ours)).toEqual(found(theirs));
    for (const name of names) {
      const [mine, engine] = [await dump(ours, name), await dump(theirs, name)];
      expect(mine.columns, name).toEqual(engine.columns);
      expect(mine.count, name).toBe(engine.count);
      expect(mine.rows.length, name).toBe(engine.rows.length);
      for (let i = 0; i < engine.rows.length; i++) expect(mine.rows[i], `${name} row ${i}`).toEqual(engine.rows[i]);
      dumps.push(mine);
    }
  } finally {
    await ours.close();
    await theirs.close();
  }
  return dumps;
}

/** Values of every storage class and of every width, NULLs, zero bytes, long texts and blobs that go over pages. */
const VALUES = `
values = [None, 0, 1, -1, 127, -128, 128, 32767, -32769, 8388607, -8388609, 2147483647, -2147483649, 140737488355327,
  -140737488355329, 9007199254740991, 9007199254740993, -9223372036854775808, 9223372036854775807, 0.5, -1.25e300, 5.0,
  float('inf'), '', 'a', '水田', '𠮷' * 20, 'x' * 5000, b'', b'\\x00\\x01', bytes(range(256)) * 40, '12', '1e3', '2024-05-01', True]
def rows(n, width): return [[random.choice(values) for _ in range(width)] for _ in range(n)]
`;

describe('our reader of SQLite tables beside SQLite itself', () => {
  const everyValue = (pageSize: number, encoding: string): Promise<string> =>
    database(
      `values-${pageSize}-${encoding}.db`,
      `${VALUES}
c.execute("pragma page_size=${pageSize}"); c.execute("pragma encoding='${encoding}'")
c.execute('create table t (fid INTEGER PRIMARY KEY, i INTEGER, r REAL, x TEXT, b BLOB, n NUMERIC, w, d DATE, o BOOLEAN)')
c.executemany('insert into t (i, r, x, b, n, w, d, o) values (?,?,?,?,?,?,?,?)', rows(600, 8))
c.execute('create index x on t (r)')
c.commit()
c.execute('delete from t where fid % 3 = 1'); c.execute("update t set x = x || '${'9'.repeat(900)}' where fid % 5 = 0 and typeof(x) = 'text'")
c.execute('insert into t (fid, x) values (-5, 1), (9223372036854775806, 2), (5000, 3)')
c.execute('alter table t add column late INTEGER default 7'); c.execute("alter table t add column word TEXT default 'it''s'")
c.execute('alter table t add column real REAL default -1.5'); c.execute("alter table t add column \\"odd \\"\\"name\\" VARCHAR(20) default (3)")
c.execute("insert into t (x) values ('young')")`,
    );

  it.each([512, 1024, 4096, 65536])('every kind of value, pages of %i', async (pageSize) => {
    const [read] = await bothRead(await everyValue(pageSize, 'UTF-8'), ['t']);
    expect(read!.rows.length).toBeGreaterThan(400);
    expect(read!.rows[0]!.slice(-4)).toEqual([7, "it's", -1.5, '3']);
    // SQLite as it is built here knows no UTF-16; the same rows in UTF-8 say what must come out.
    for (const encoding of ['UTF-16le', 'UTF-16be']) {
      const wide = await openSqliteDatabase(await openByteSource(await everyValue(pageSize, encoding)));
      expect((await dump(wide, 't')).rows, encoding).toEqual(read!.rows);
      await wide.close();
    }
  });

  it('trees of many levels with pages in no order', async () => {
    const path = await database(
      'deep.db',
      `c.execute('pragma page_size=512')
c.execute('create table t (a INTEGER PRIMARY KEY, v TEXT)')
ids = list(range(1, 20001)); random.shuffle(ids)
for k in ids: c.execute('insert into t values (?, ?)', (k * 1000003, 'v' * (k % 200)))
c.execute('delete from t where a % 7 = 0')
c.execute('create table empty (x INT)')`,
    );
    const [read, empty] = await bothRead(path, ['t', 'empty']);
    expect(read!.rows.length).toBeGreaterThan(15_000);
    expect(empty!.rows).toEqual([]);
  });

  it('bytes reserved at the end of pages, declarations in every style', async () => {
    const path = await database(
      'styles.db',
      `c.execute('create table seed (x)'); c.commit()
c.execute('''create table "a b" ([key] integer not null primary key autoincrement, \`g\` BLOB, -- , a remark )
  name varchar ( 20 ) default 'x,)' not null check (length(name) > 0), n double precision /* ) */ default +1e2,
  k text collate nocase references seed (x) on delete cascade, CONSTRAINT u UNIQUE (key, name), FOREIGN KEY (k) REFERENCES seed (x))''')
c.execute('create table two (x INT, y TEXT, fid INTEGER, PRIMARY KEY (fid))')
c.execute('create table odd (fid INTEGER PRIMARY KEY DESC, x)')
c.execute('create table pair (a INTEGER, b TEXT, PRIMARY KEY (b, a))')
c.execute('create table copied as select 1 as one, 2.5 as two')
for i in range(50):
  c.execute('insert into "a b" (g, k) values (?, ?)', (b'x' * i, str(i)))
  c.execute('insert into two (x, y) values (?, ?)', (i, None)); c.execute('insert into odd values (?, ?)', (100 - i, i)); c.execute('insert into pair values (?, ?)', (i, i))`,
    );
    const [styles, , odd] = await bothRead(path, ['a b', 'two', 'odd', 'pair', 'copied']);
    expect(styles!.rows).toHaveLength(50);
    expect(odd!.rows[0]).toEqual([100, 0]);
  });

  it('a GeoPackage of GDAL with deleted and lengthened rows', async () => {
    const source = join(folder, 'source.geojson');
    const ring = (n: number, i: number): number[][] => {
      const points = Array.from({ length: n }, (_, k) => {
        const angle = (2 * Math.PI * k) / n;
        return [108.5 + i / 1000 + Math.cos(angle) / 5000, 22.3 + Math.sin(angle) / 5000];
      });
      return [...points, points[0]!];
    };
    const features = Array.from({ length: 400 }, (_, i) => ({
      type: 'Feature',
      properties: {
        BSM: `45070${i}`,
        DLMC: i % 5 === 0 ? null : '水田'.repeat(i % 40),
        TBMJ: i / 4,
        N: i,
        D: '2024/05/01',
      },
      geometry: i % 50 === 3 ? null : { type: 'Polygon', coordinates: [ring(4 + ((i * 37) % 900), i)] },
    }));
    await writeFile(source, JSON.stringify({ type: 'FeatureCollection', features }));
    const path = join(folder, 'gdal.gpkg');
    await run('ogr2ogr', ['-f', 'GPKG', path, source, '-nln', 'DLTB', '-a_srs', 'EPSG:4490', '-nlt', 'MULTIPOLYGON']);
    await run('ogrinfo', [path, '-sql', 'DELETE FROM DLTB WHERE fid % 4 = 1']);
    await run('ogrinfo', [path, '-sql', 'UPDATE DLTB SET DLMC = BSM || hex(zeroblob(3000)) WHERE fid % 6 = 0']);
    const names = ['DLTB', 'gpkg_geometry_columns', 'gpkg_spatial_ref_sys', 'gpkg_contents', 'gpkg_ogr_contents'];
    const [layer] = await bothRead(path, names);
    expect(layer!.rows).toHaveLength(300);
  });
});

describe('files that are not what they say', () => {
  it('pages pointing in circles, lengths beyond the file: damage, soon, and the same rows where SQLite reads any', async () => {
    const path = await database(
      'spoilt.db',
      `${VALUES}
c.execute('pragma page_size=512')
c.execute('create table t (fid INTEGER PRIMARY KEY, a, b, c)')
c.executemany('insert into t (a, b, c) values (?,?,?)', rows(120, 3))`,
    );
    const good = new Uint8Array(await readFile(path));
    const pageCount = good.length / 512;
    let damaged = 0;
    let same = 0;
    const SEED = Number(process.env.TIANCHOU_SEED ?? 1);
    for (let seed = SEED; seed < SEED + 120; seed++) {
      const random = seededRandom(seed);
      const bytes = good.slice();
      for (let k = random.integer(1, 3); k > 0; k--) {
        const page = 512 * random.integer(0, pageCount - 1);
        const kind = random.integer(0, 3);
        // The head of a page, its pointers and the pointer to the next overflow page are where circles are made.
        if (kind === 0) bytes[page + random.integer(0, 20)] = random.integer(0, 255);
        else if (kind === 1) new DataView(bytes.buffer).setUint32(page, random.integer(0, pageCount + 2));
        else if (kind === 2) new DataView(bytes.buffer).setUint32(page + 8, random.integer(0, pageCount + 2));
        else bytes[page + random.integer(0, 511)]! ^= 1 << random.integer(0, 7);
      }
      let ours: Dump | null = null;
      try {
        ours = await dump(await openSqliteDatabase(bytesInMemory('x', bytes)), 't');
      } catch (error) {
        expect(error instanceof SqliteDamaged || error instanceof SqliteBeyond, `seed ${seed}: ${error}`).toBe(true);
        damaged++;
      }
      const copy = join(folder, 'mutant.db');
      await writeFile(copy, bytes);
      try {
        const tables = await openSqliteTables(copy);
        try {
          const theirs = await dump(tables, 't');
          if (ours !== null) {
            expect(ours.rows, `seed ${seed}`).toEqual(theirs.rows);
            same++;
          }
        } finally {
          await tables.close();
        }
      } catch (error) {
        if (!(error instanceof SqliteDamaged)) throw error;
      }
    }
    expect(damaged).toBeGreaterThan(20);
    expect(same).toBeGreaterThan(20);
  }, 120_000);

  it('leaves to SQLite what only SQLite reads', () => {
    for (const sql of [
      'CREATE TABLE t (a INT PRIMARY KEY, b) WITHOUT ROWID',
      'CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a + 1))',
      'CREATE TABLE t (a INT, b AS (a + 1) STORED)',
      'CREATE VIRTUAL TABLE t USING rtree (a, b, c)',
      'CREATE TABLE t (a INT',
    ]) {
      expect(() => columnsOfCreateTable(sql), sql).toThrow(SqliteBeyond);
    }
  });

  it('a layer in a table without row ids, and one whose log lies beside it, are read all the same', async () => {
    const source = join(folder, 'square.geojson');
    const ring = [
      [108.5, 22.3],
      [108.6, 22.3],
      [108.6, 22.4],
      [108.5, 22.3],
    ];
    await writeFile(
      source,
      JSON.stringify({ type: 'Feature', properties: { BSM: '1' }, geometry: { type: 'Polygon', coordinates: [ring] } }),
    );
    const plain = join(folder, 'plain.gpkg');
    await run('ogr2ogr', ['-f', 'GPKG', plain, source, '-nln', 'DLTB', '-a_srs', 'EPSG:4490', '-nlt', 'POLYGON']);
    const change = async (name: string, script: string): Promise<string> => {
      const path = join(folder, name);
      await writeFile(path, await readFile(plain));
      return database(
        name,
        `for (n,) in c.execute("select name from sqlite_master where type='trigger'").fetchall(): c.execute('drop trigger "%s"' % n)
${script}`,
      );
    };
    const paths = [
      await change(
        'norowid.gpkg',
        `c.execute("create table w (fid INTEGER PRIMARY KEY, geom BLOB, BSM TEXT) without rowid")
c.execute("insert into w select fid, geom, BSM from DLTB"); c.execute("drop table DLTB"); c.execute("alter table w rename to DLTB")`,
      ),
      await change(
        'logged.gpkg',
        // Ended without closing, so that the last change stands in the log alone.
        `c.execute("pragma journal_mode=wal").fetchall(); c.execute("update DLTB set BSM = '2'"); c.commit(); os._exit(0)`,
      ),
    ];
    expect((await readFile(`${paths[1]}-wal`)).length).toBeGreaterThan(0);
    for (const [i, path] of [plain, ...paths].entries()) {
      const opened = await geopackageReader.open(path, {});
      if (!opened.ok) throw new Error(JSON.stringify(opened.error));
      const values: unknown[] = [];
      for await (const batch of opened.value.batches()) values.push(batch.coords.length, batch.columns);
      expect(values, path).toEqual([6, [{ name: 'BSM', values: [i === 2 ? '2' : '1'] }]]);
      await opened.value.close();
    }
  });
});
