import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import type { Problem } from '../../kernel/index.ts';
import { epsgNameOf, ogcWkt } from '../intake/index.ts';

/** Name of the layer in the GeoPackage. */
export const PROBLEM_LAYER = 'problems';

/**
 * Writes the problems as a GeoPackage 1.3 of one point layer, `problems`, in the CRS of the layer they were found in.
 * Problems without a place get a row without a shape, so that none is lost. The file appears complete or not at all.
 *
 * @param epsg CRS of the problems' places: 4490 or a CGCS2000 Gauss–Krüger code
 */
export async function writeProblemPlaces(path: string, problems: readonly Problem[], epsg: number): Promise<void> {
  const directory = await mkdtemp(`${path}.part-`);
  const draft = join(directory, 'draft.gpkg');
  try {
    writeDatabase(draft, problems, epsg);
    const handle = await open(draft, 'r+');
    await handle.sync();
    await handle.close();
    await rename(draft, path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function writeDatabase(path: string, problems: readonly Problem[], epsg: number): void {
  const database = new sqlite.Database(path);
  try {
    // Nothing but this program sees the draft, and it is thrown away on any fault.
    database.exec('PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE');
    database.exec(`PRAGMA application_id=${0x47504b47}; PRAGMA user_version=10300`);
    createTables(database, epsg);
    const statement = database.prepare(
      `INSERT INTO ${PROBLEM_LAYER} (geom, rule, severity, feature_no, feature_id, field, message_zh, message_en, remedy_zh, remedy_en)
       VALUES (?,?,?,?,?,?,?,?,?,?)`,
    );
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    try {
      database.exec('BEGIN');
      for (const problem of problems) {
        statement.run([
          problem.at === undefined ? null : pointBlob(problem.at, epsg, box),
          problem.rule,
          problem.severity,
          problem.featureNo,
          problem.id,
          problem.field ?? null,
          problem.message.zh,
          problem.message.en,
          problem.remedy?.zh ?? null,
          problem.remedy?.en ?? null,
        ]);
      }
      database.run(
        'UPDATE gpkg_contents SET min_x=?, min_y=?, max_x=?, max_y=?',
        box.map((value) => (Number.isFinite(value) ? value : null)),
      );
      database.exec('COMMIT');
    } finally {
      statement.finalize();
    }
  } finally {
    database.close();
  }
}

function createTables(database: InstanceType<typeof sqlite.Database>, epsg: number): void {
  database.exec(`
    CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
      organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
    CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
      description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
      min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
      CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
    CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
      srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
      CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
      CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
      CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
    CREATE TABLE ${PROBLEM_LAYER} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POINT, rule TEXT, severity TEXT,
      feature_no INTEGER, feature_id TEXT, field TEXT, message_zh TEXT, message_en TEXT, remedy_zh TEXT, remedy_en TEXT);`);
  const wgs84 =
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]';
  const systems: [string, number, string, number, string][] = [
    ['Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined'],
    ['Undefined geographic SRS', 0, 'NONE', 0, 'undefined'],
    ['WGS 84 geodetic', 4326, 'EPSG', 4326, wgs84],
    [epsgNameOf(epsg), epsg, 'EPSG', epsg, ogcWkt(epsg)],
  ];
  for (const system of systems) database.run('INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,NULL)', system);
  database.run("INSERT INTO gpkg_contents (table_name,data_type,identifier,srs_id) VALUES (?,'features',?,?)", [
    PROBLEM_LAYER,
    PROBLEM_LAYER,
    epsg,
  ]);
  database.run("INSERT INTO gpkg_geometry_columns VALUES (?,'geom','POINT',?,0,0)", [PROBLEM_LAYER, epsg]);
}

/** GeoPackage header without envelope, then a point in little-endian WKB. Widens `box` to hold it. */
function pointBlob([x, y]: readonly [number, number], srsId: number, box: number[]): Uint8Array {
  box[0] = Math.min(box[0]!, x);
  box[1] = Math.min(box[1]!, y);
  box[2] = Math.max(box[2]!, x);
  box[3] = Math.max(box[3]!, y);
  const bytes = new Uint8Array(8 + 21);
  const view = new DataView(bytes.buffer);
  bytes.set([0x47, 0x50, 0, 0b0000_0001]);
  view.setInt32(4, srsId, true);
  view.setUint8(8, 1);
  view.setUint32(9, 1, true);
  view.setFloat64(13, x, true);
  view.setFloat64(21, y, true);
  return bytes;
}
