import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import {
  box,
  concat,
  crookedRings,
  doubles,
  f64,
  hole,
  HOSTILE_TEXTS,
  lie,
  liesOf,
  NUMBERS_NO_SURVEY_HAS,
  put,
  roundRing,
  u32,
  u8,
  X,
  Y,
  type NumberField,
  type Seed,
} from '../bytes.ts';
import { forgeZip } from '../zip-forge.ts';

const wkb = (type: number, ...body: readonly Uint8Array[]): Uint8Array => concat(u8(1), u32(type), ...body);
const ringOf = (flat: readonly number[]): Uint8Array => concat(u32(flat.length / 2), doubles(flat));
const polygon = (...rings: readonly (readonly number[])[]): Uint8Array =>
  wkb(3, u32(rings.length), ...rings.map(ringOf));
const multi = (...polygons: readonly Uint8Array[]): Uint8Array => wkb(6, u32(polygons.length), ...polygons);
/** A GeoPackage geometry without envelope. */
const blob = (geometry: Uint8Array, flags = 1): Uint8Array => concat('GP', u8(0, flags), u32(4525), geometry);
const literal = (bytes: Uint8Array): string => `X'${Buffer.from(bytes).toString('hex')}'`;
const quoted = (text: string): string => `'${text.replaceAll("'", "''").replaceAll('\u0000', '')}'`;

const WKT =
  'PROJCS["CGCS2000 / 3-degree Gauss-Kruger zone 37",GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",111],PARAMETER["scale_factor",1],PARAMETER["false_easting",37500000],PARAMETER["false_northing",0],UNIT["metre",1],AUTHORITY["EPSG","4525"]]';

const CATALOGUE = `
  PRAGMA application_id=1196444487; PRAGMA user_version=10300;
  CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
  CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT, description TEXT,
    last_change DATETIME, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
  CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL);
  INSERT INTO gpkg_spatial_ref_sys VALUES ('CGCS2000 zone 37', 4525, 'EPSG', 4525, '${WKT}', NULL);
  INSERT INTO gpkg_contents VALUES ('DLTB','features','DLTB','','2024-05-01T00:00:00Z',NULL,NULL,NULL,NULL,4525);
  INSERT INTO gpkg_geometry_columns VALUES ('DLTB','geom','POLYGON',4525,0,0);`;
const TABLE = `CREATE TABLE DLTB (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POLYGON, BSM TEXT(18), DLBM TEXT, DLMC TEXT, TBMJ REAL);`;
const insert = (geometry: Uint8Array | null, bsm = '450702000000000001'): string =>
  `INSERT INTO DLTB (geom,BSM,DLBM,DLMC,TBMJ) VALUES (${geometry === null ? 'NULL' : literal(geometry)},${quoted(bsm)},'0101','水田',10000.5);`;
const ROWS = [
  blob(polygon(box(X, Y, 100))),
  blob(polygon(box(X + 200, Y, 100), hole(X + 230, Y + 30, 20))),
  blob(polygon(box(X + 400, Y, 50))),
]
  .map((geometry) => insert(geometry))
  .join('');

/** A database made by SQL, as bytes. */
function databaseOf(before: string, sql: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-seed-'));
  const path = join(folder, 'a.gpkg');
  try {
    const database = new sqlite.Database(path);
    database.exec(`PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; ${before}`);
    database.exec(`BEGIN; ${sql}; COMMIT;`);
    database.close();
    return new Uint8Array(readFileSync(path));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const made = new Map<string, Uint8Array>();
function gpkg(sql: string, before = 'PRAGMA page_size=1024;'): Uint8Array {
  const key = `${before}|${sql}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const bytes = databaseOf(before, sql);
  if (made.size < 8) made.set(key, bytes);
  return bytes;
}
const good = (): Uint8Array => gpkg(CATALOGUE + TABLE + ROWS);

/** Numbers of the file head and of the head and cell pointers of every page. */
export function gpkgFields(bytes: Uint8Array): NumberField[] {
  const fields: NumberField[] = [
    { name: 'page size', at: 16, size: 2, big: true },
    { name: 'write version', at: 18, size: 1 },
    { name: 'read version', at: 19, size: 1 },
    { name: 'reserved bytes', at: 20, size: 1 },
    { name: 'largest payload fraction', at: 21, size: 1 },
    { name: 'change counter', at: 24, size: 4, big: true },
    { name: 'pages', at: 28, size: 4, big: true },
    { name: 'first free page', at: 32, size: 4, big: true },
    { name: 'free pages', at: 36, size: 4, big: true },
    { name: 'schema format', at: 44, size: 4, big: true },
    { name: 'largest root page', at: 52, size: 4, big: true },
    { name: 'text encoding', at: 56, size: 4, big: true },
    { name: 'incremental vacuum', at: 64, size: 4, big: true },
    { name: 'valid for', at: 92, size: 4, big: true },
  ];
  const stated = (bytes[16] ?? 0) * 256 + (bytes[17] ?? 0);
  const page = stated >= 512 && (stated & (stated - 1)) === 0 ? stated : 1024;
  for (let start = 0, n = 1; start < bytes.length && n <= 20; start += page, n++) {
    const at = start === 0 ? 100 : start;
    fields.push(
      { name: `page ${n} kind`, at, size: 1 },
      { name: `page ${n} first free block`, at: at + 1, size: 2, big: true },
      { name: `page ${n} cells`, at: at + 3, size: 2, big: true },
      { name: `page ${n} content start`, at: at + 5, size: 2, big: true },
      { name: `page ${n} fragments`, at: at + 7, size: 1 },
      { name: `page ${n} right-most child`, at: at + 8, size: 4, big: true },
      { name: `page ${n} first cell`, at: at + 8, size: 2, big: true },
      { name: `page ${n} second cell`, at: at + 10, size: 2, big: true },
    );
    const cell = start + 256 * (bytes[at + 8] ?? 0) + (bytes[at + 9] ?? 0);
    if (cell > at && cell + 6 < bytes.length) {
      fields.push(
        { name: `page ${n} payload of the first cell`, at: cell, size: 1 },
        { name: `page ${n} row id of the first cell`, at: cell + 1, size: 1 },
      );
      for (let i = 2; i < 8; i++) fields.push({ name: `page ${n} record byte ${i}`, at: cell + i, size: 1 });
    }
  }
  for (
    let at = Buffer.from(bytes).indexOf('GP\u0000'), n = 1;
    at >= 0 && n < 6;
    at = Buffer.from(bytes).indexOf('GP\u0000', at + 1), n++
  ) {
    fields.push(
      { name: `shape ${n} flags`, at: at + 3, size: 1 },
      { name: `shape ${n} order`, at: at + 8, size: 1 },
      { name: `shape ${n} type`, at: at + 9, size: 4 },
      { name: `shape ${n} rings`, at: at + 13, size: 4 },
      { name: `shape ${n} points`, at: at + 17, size: 4 },
      { name: `shape ${n} x`, at: at + 21, size: 8, real: true },
    );
  }
  return fields;
}

export function geopackageSeeds(): Seed[] {
  const seeds: Seed[] = [];
  const add = (name: string, bytes: () => Uint8Array, heavy?: boolean): void => {
    seeds.push({ name, file: 'dltb.gpkg', bytes, ...(heavy === true ? { heavy } : {}) });
  };
  const sql = (name: string, more: string, before?: string): void =>
    add(name, () => gpkg(CATALOGUE + TABLE + ROWS + more, before));
  const shape = (name: string, geometry: () => Uint8Array, heavy?: boolean): void =>
    add(name, () => gpkg(CATALOGUE + TABLE + insert(geometry()) + ROWS), heavy);

  add('polygons', good);
  for (const size of [512, 2048, 4096, 8192, 32_768, 65_536]) sql(`pages of ${size}`, '', `PRAGMA page_size=${size};`);
  sql('UTF-16LE inside', '', "PRAGMA encoding='UTF-16le';");
  sql('UTF-16BE inside', '', "PRAGMA encoding='UTF-16be';");
  sql('with a map of pages', '', 'PRAGMA page_size=1024; PRAGMA auto_vacuum=FULL;');
  sql('rows deleted', 'DELETE FROM DLTB WHERE fid=2; ');
  sql('many rows deleted', `${ROWS.repeat(40)}DELETE FROM DLTB WHERE fid%3=0;`);
  sql('no rows', 'DELETE FROM DLTB;');
  sql('several levels of pages', ROWS.repeat(400), 'PRAGMA page_size=512;');
  sql('a table dropped', 'DROP TABLE gpkg_contents;');
  sql('no geometry columns', 'DROP TABLE gpkg_geometry_columns;');
  sql('the layer gone', 'DROP TABLE DLTB;');
  sql('the layer is a view', 'ALTER TABLE DLTB RENAME TO b; CREATE VIEW DLTB AS SELECT * FROM b;');
  sql(
    'a view that never ends',
    'DROP TABLE DLTB; CREATE VIEW DLTB AS WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid+1 FROM n) SELECT fid, NULL AS geom FROM n;',
  );
  sql(
    'the catalogue is a view that never ends',
    "ALTER TABLE gpkg_geometry_columns RENAME TO g; CREATE VIEW gpkg_geometry_columns AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT 'DLTB' table_name,'geom' column_name,'POLYGON' geometry_type_name,4525 srs_id,0 z,0 m FROM n;",
  );
  sql('triggers', 'CREATE TRIGGER t AFTER INSERT ON DLTB BEGIN DELETE FROM DLTB; END;');
  sql(
    'a view with a trigger',
    'CREATE VIEW v AS SELECT * FROM DLTB; CREATE TRIGGER u INSTEAD OF DELETE ON v BEGIN DELETE FROM DLTB; END;',
  );
  sql('generated columns', 'ALTER TABLE DLTB ADD COLUMN g TEXT AS (BSM || DLBM) VIRTUAL;');
  sql(
    'a column that fails',
    'ALTER TABLE DLTB ADD COLUMN g TEXT AS (abs(TBMJ - TBMJ - 9223372036854775807 - 1)) VIRTUAL;',
  );
  sql('indexes', 'CREATE INDEX i ON DLTB (BSM); CREATE UNIQUE INDEX j ON DLTB (fid, DLMC);');
  sql('an index over an expression', 'CREATE INDEX i ON DLTB (lower(DLMC)) WHERE TBMJ > 0;');
  sql(
    'a virtual table',
    "PRAGMA writable_schema=ON; INSERT INTO sqlite_master VALUES ('table','r','r',0,'CREATE VIRTUAL TABLE r USING rtree(id, minx, maxx, miny, maxy)');",
  );
  sql(
    'a virtual table as layer',
    "PRAGMA writable_schema=ON; UPDATE sqlite_master SET rootpage=0, sql='CREATE VIRTUAL TABLE DLTB USING rtree(id, minx, maxx, miny, maxy)' WHERE name='DLTB';",
  );
  sql(
    'a root page beyond the end',
    "PRAGMA writable_schema=ON; UPDATE sqlite_master SET rootpage=99999 WHERE name='DLTB';",
  );
  sql('all tables on one page', 'PRAGMA writable_schema=ON; UPDATE sqlite_master SET rootpage=1;');
  sql('a schema of noise', "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql='CREATE TABLE DLTB (((((';");
  sql('a schema of no text', "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql=NULL WHERE name='DLTB';");
  sql(
    'a schema of many brackets',
    `PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql='CREATE TABLE DLTB (a TEXT CHECK (${'('.repeat(5_000)}1${')'.repeat(5_000)}))' WHERE name='DLTB';`,
  );
  sql(
    'without row ids',
    `DROP TABLE DLTB; CREATE TABLE DLTB (fid INTEGER PRIMARY KEY, geom POLYGON, BSM TEXT, DLBM TEXT, DLMC TEXT, TBMJ REAL) WITHOUT ROWID; ${ROWS.replaceAll('(geom,', '(fid,geom,').replaceAll('VALUES (', () => `VALUES (${(counter += 1)},`)}`,
  );
  sql(
    'columns added later',
    "ALTER TABLE DLTB ADD COLUMN late TEXT DEFAULT 'x'; ALTER TABLE DLTB ADD COLUMN n INTEGER NOT NULL DEFAULT 7;",
  );
  sql('strict', 'CREATE TABLE s (a INTEGER) STRICT;');
  sql('a sequence of 2^63', 'UPDATE sqlite_sequence SET seq=9223372036854775807;');
  sql('negative row ids', 'UPDATE DLTB SET fid=-fid;');
  sql('row ids of 2^62', 'UPDATE DLTB SET fid=4611686018427387904+fid;');
  sql('a text of a megabyte', 'UPDATE DLTB SET DLMC=hex(zeroblob(500000)) WHERE fid=1;');
  sql('bytes where text belongs', "UPDATE DLTB SET DLMC=X'ff00fe', BSM=X'00';");
  sql('text where numbers belong', "UPDATE DLTB SET TBMJ='=1+1';");
  sql('numbers beyond doubles', 'UPDATE DLTB SET TBMJ=9e999, BSM=9223372036854775807;');
  sql('text that is no UTF-8', "UPDATE DLTB SET DLMC=CAST(X'ff80c0af' AS TEXT);");
  sql('text with NUL', "UPDATE DLTB SET DLMC='a'||char(0)||'b';");
  sql('the same identifier everywhere', "UPDATE DLTB SET BSM='1';");
  sql(
    'three hundred columns',
    Array.from({ length: 300 }, (_, i) => `ALTER TABLE DLTB ADD COLUMN "列${i}" TEXT;`).join(''),
  );
  sql('two hundred tables', Array.from({ length: 200 }, (_, i) => `CREATE TABLE t${i} (a);`).join(''));
  sql(
    'two layers',
    "CREATE TABLE B AS SELECT * FROM DLTB; INSERT INTO gpkg_geometry_columns VALUES ('B','geom','POLYGON',4525,0,0);",
  );
  sql(
    'the layer twice in the catalogue',
    "INSERT INTO gpkg_geometry_columns VALUES ('DLTB','geom','POLYGON',4525,0,0);",
  );
  sql('another geometry column', "UPDATE gpkg_geometry_columns SET column_name='BSM';");
  sql('a geometry column nobody has', "UPDATE gpkg_geometry_columns SET column_name='shape';");
  sql(
    'the catalogue as layer',
    "UPDATE gpkg_geometry_columns SET table_name='gpkg_geometry_columns', column_name='table_name';",
  );
  sql('the schema as layer', "UPDATE gpkg_geometry_columns SET table_name='sqlite_master', column_name='sql';");
  for (const type of [
    'POINT',
    'LINESTRING',
    'GEOMETRY',
    'MULTIPOLYGON',
    'CURVEPOLYGON',
    'MULTISURFACE',
    'GEOMETRYCOLLECTION',
    'TIN',
    '',
    'polygon',
    '多边形',
  ])
    sql(`declared as ${JSON.stringify(type)}`, `UPDATE gpkg_geometry_columns SET geometry_type_name=${quoted(type)};`);
  for (const srs of [0, -1, 4490, 4326, 3857, 4526, 2361, 100_000, 2_147_483_647, -9_999])
    sql(`CRS ${srs}`, `UPDATE gpkg_geometry_columns SET srs_id=${srs};`);
  sql('CRS a text', "UPDATE gpkg_geometry_columns SET srs_id='EPSG:4525';");
  sql('CRS not described', 'DELETE FROM gpkg_spatial_ref_sys;');
  sql(
    'CRS described by noise',
    "UPDATE gpkg_spatial_ref_sys SET definition='[[[[', organization='NONE', organization_coordsys_id=1;",
  );
  sql(
    'CRS described nested deep',
    `UPDATE gpkg_spatial_ref_sys SET organization='NONE', definition='${'PROJCS["a",'.repeat(5_000)}';`,
  );
  HOSTILE_TEXTS.forEach((value, i) => {
    sql(`hostile text ${i + 1}`, `UPDATE DLTB SET DLMC=${quoted(value)}, BSM=${quoted(value)};`);
  });
  HOSTILE_TEXTS.slice(0, 14).forEach((value, i) => {
    const name = value.replaceAll('"', '').replaceAll('\u0000', '') || '空';
    sql(
      `layer of hostile name ${i + 1}`,
      `ALTER TABLE DLTB RENAME TO "${name}"; UPDATE gpkg_geometry_columns SET table_name=${quoted(name)}; UPDATE gpkg_contents SET table_name=${quoted(name)};`,
    );
  });
  for (const [name, ring] of crookedRings(X, Y)) shape(name, () => blob(polygon(ring)));
  for (const [name, value] of NUMBERS_NO_SURVEY_HAS)
    shape(`a coordinate of ${name}`, () => blob(polygon(box(X, Y, value))));
  shape('empty polygon', () => blob(wkb(3, u32(0))));
  shape('flagged empty', () => blob(polygon(box(X, Y, 10)), 0x11));
  for (const flags of [0, 2, 3, 5, 7, 9, 0x0b, 0x0f, 0x21, 0xff])
    shape(`flags ${flags}`, () => blob(polygon(box(X, Y, 10)), flags));
  shape('a million points', () => blob(polygon(roundRing(X + 5_000, Y + 5_000, 5_000, 1_000_000))), true);
  shape('ten thousand rings', () =>
    blob(polygon(...Array.from({ length: 10_000 }, (_, i) => box(X + 2 * (i % 100), Y + 2 * Math.floor(i / 100), 1)))),
  );
  shape('four billion points', () => blob(wkb(3, u32(1), u32(0xfffffff0))));
  shape('four billion rings', () => blob(wkb(3, u32(0xfffffff0))));
  shape('rings of no points, a hundred thousand', () => blob(wkb(3, u32(100_000), new Uint8Array(400_000))));
  shape('polygons of no rings, a hundred thousand', () =>
    blob(wkb(6, u32(50_000), ...Array.from({ length: 50_000 }, () => wkb(3, u32(0))))),
  );
  shape('collections ten thousand deep', () =>
    blob(concat(...Array.from({ length: 10_000 }, () => wkb(7, u32(1))), polygon(box(X, Y, 10)))),
  );
  shape('multi-polygon of a line', () => blob(multi(wkb(2, u32(2), f64(X, Y, X + 1, Y)))));
  shape('multi-polygon in a multi-polygon', () => blob(multi(multi(polygon(box(X, Y, 10))))));
  for (const type of [
    1, 2, 4, 5, 8, 9, 10, 11, 12, 15, 16, 17, 1003, 2003, 3003, 0x80000003, 0x40000003, 0x20000003, 99,
  ])
    shape(`WKB type ${type}`, () => blob(wkb(type, u32(1), ringOf(box(X, Y, 10)), new Uint8Array(160))));
  shape('byte order 7', () => blob(put(polygon(box(X, Y, 10)), 0, u8(7))));
  shape('big-endian head, little-endian body', () => blob(put(polygon(box(X, Y, 10)), 0, u8(0))));
  shape('bytes behind the shape', () => blob(concat(polygon(box(X, Y, 10)), new Uint8Array(99))));
  for (const at of [0, 1, 3, 8, 9, 13, 17, 21, 40, 90])
    shape(`a shape cut at ${at}`, () => blob(polygon(box(X, Y, 10))).slice(0, at));
  const base = good();
  for (const at of [1, 15, 16, 60, 99, 100, 107, 108, 200, 1023, 1024, 1030, 2048, base.length - 1024, base.length - 1])
    add(`cut at ${at}`, () => base.slice(0, at));
  add('pages behind the end', () => concat(base, new Uint8Array(10_240)));
  add('left in write-ahead mode', () => put(base, 18, u8(2, 2)));
  add('write-ahead mode half', () => put(base, 18, u8(1, 2)));
  add('every page but the first noise', () =>
    concat(base.slice(0, 1024), new Uint8Array(base.length - 1024).fill(0x5a)),
  );
  add('every page the first', () =>
    concat(
      base.slice(0, 1024),
      base.slice(0, 1024),
      base.slice(0, 1024),
      base.slice(0, 1024),
      base.slice(0, 1024),
      base.slice(0, 1024),
    ),
  );
  add('pages in another order', () => concat(base.slice(0, 1024), base.slice(3072), base.slice(1024, 3072)));
  add('a text', () => concat('SQLite format 3\u0000', 'hello'));
  const fields = gpkgFields(base);
  for (const field of fields.filter((one) => one.at < 100))
    for (const value of liesOf(base, field).slice(0, 4))
      add(`${field.name} is ${value}`, () => lie(base, field, value));
  const layerPages = fields.filter((one) => /^page (1|5|6|7) /.test(one.name) || one.name.startsWith('shape 1'));
  for (const field of layerPages)
    for (const value of liesOf(base, field).slice(0, 3))
      add(`${field.name} is ${value}`, () => lie(base, field, value));
  seeds.push({
    name: 'in a zip',
    file: 'dltb.zip',
    bytes: () => forgeZip([{ name: '成果/dltb.gpkg', data: base, deflate: true }]),
  });
  seeds.push({
    name: 'cut, in a zip',
    file: 'dltb.zip',
    bytes: () => forgeZip([{ name: 'dltb.gpkg', data: base.slice(0, 3000) }]),
  });
  return seeds;
}

let counter = 0;
