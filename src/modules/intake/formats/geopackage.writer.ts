import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { featureCount, localized, type FeatureBatch, type Problem } from '../../../kernel/index.ts';
import { epsgNameOf, ogcWkt } from '../crs-wkt.ts';
import type { FieldType, FormatWriter, SourceField, WriteOptions, WriteReport, WriteSource } from '../format.ts';
import { fileProblem } from './reading.ts';
import { quoted } from './sqlite-file.server.ts';
import { wkbLength, writeWkb } from './wkb.ts';

/** Writes GeoPackage 1.3 polygon layers: the required tables, no spatial index (GDAL and QGIS make one on demand). */
export const geopackageWriter: FormatWriter = { format: 'geopackage', write };

const COLUMN_TYPES: Readonly<Record<FieldType, string>> = {
  text: 'TEXT',
  integer: 'INTEGER',
  real: 'REAL',
  boolean: 'BOOLEAN',
  date: 'DATE',
  datetime: 'DATETIME',
};

/** One layer of a GeoPackage of several. */
export interface GeopackageLayer {
  readonly name: string;
  readonly source: WriteSource;
}

async function write(path: string, source: WriteSource, options: WriteOptions): Promise<WriteReport> {
  const name = options.layerName ?? basename(path).replace(/\.[^.]+$/, '');
  const [report] = await writeGeopackageLayers(path, [{ name, source }]);
  return report!;
}

/** Writes several polygon layers, each in its own CRS, into one new GeoPackage; the reports are in the order given. */
export async function writeGeopackageLayers(path: string, layers: readonly GeopackageLayer[]): Promise<WriteReport[]> {
  // Beside the target, so that the finished file is moved and not copied.
  const directory = await mkdtemp(`${path}.part-`);
  const draft = join(directory, 'draft.gpkg');
  try {
    const reports = await writeDatabase(draft, layers);
    const handle = await open(draft, 'r+');
    // The library creates files for their owner alone.
    await handle.chmod(0o644);
    await handle.sync();
    await handle.close();
    await rename(draft, path);
    return reports;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function writeDatabase(path: string, layers: readonly GeopackageLayer[]): Promise<WriteReport[]> {
  const database = new sqlite.Database(path);
  try {
    // Nothing but this program sees the draft, and it is thrown away on any fault.
    database.exec(
      'PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA page_size=4096',
    );
    database.exec(`PRAGMA application_id=${0x47504b47}; PRAGMA user_version=10300`);
    createContainer(database, [...new Set(layers.map((layer) => layer.source.epsg))]);
    const reports: WriteReport[] = [];
    for (const { name, source } of layers) reports.push(await writeOneLayer(database, name, source));
    return reports;
  } finally {
    database.close();
  }
}

async function writeOneLayer(
  database: InstanceType<typeof sqlite.Database>,
  layer: string,
  source: WriteSource,
): Promise<WriteReport> {
  const { columns, problems, renamed } = columnNames(source);
  createLayer(database, layer, source, columns);
  const names = ['geom', ...columns].map(quoted).join(',');
  const statement = database.prepare(
    `INSERT INTO ${quoted(layer)} (fid,${names}) VALUES (${['?', '?', ...columns.map(() => '?')].join(',')})`,
  );
  let features = 0;
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  try {
    database.exec('BEGIN');
    for await (const batch of source.batches()) {
      const byName = new Map(batch.columns.map((column) => [column.name, column.values]));
      const values = source.fields.map((field) => byName.get(field.name));
      for (let f = 0; f < featureCount(batch); f++) {
        statement.run([
          features + 1,
          geometryBlob(batch, f, source.epsg, box),
          ...values.map((column) => column?.[f] ?? null),
        ]);
        features++;
      }
    }
    database.run('UPDATE gpkg_contents SET min_x=?, min_y=?, max_x=?, max_y=? WHERE table_name=?', [
      ...box.map((value) => (Number.isFinite(value) ? value : null)),
      layer,
    ]);
    database.exec('COMMIT');
  } finally {
    statement.finalize();
  }
  return { features, renamedFields: renamed, problems };
}

interface ColumnNames {
  readonly columns: string[];
  readonly renamed: { from: string; to: string }[];
  readonly problems: Problem[];
}

/** SQLite compares column names without case, and two names are the container's own. */
function columnNames(source: WriteSource): ColumnNames {
  const used = new Set(['fid', 'geom']);
  const renamed: { from: string; to: string }[] = [];
  const columns = source.fields.map((field) => {
    const base = field.name === '' ? 'field' : field.name;
    let name = base;
    for (let n = 2; used.has(name.toLowerCase()); n++) name = `${base}_${n}`;
    used.add(name.toLowerCase());
    if (name !== field.name) renamed.push({ from: field.name, to: name });
    return name;
  });
  const problems = renamed.map(({ from, to }) =>
    fileProblem(
      'writer.field-renamed',
      'warning',
      localized(`字段“${from}”写为“${to}”`, `Field “${from}” is written as “${to}”.`),
      undefined,
      from,
    ),
  );
  return { columns, renamed, problems };
}

/** GeoPackage states the length of texts, and of nothing else (OGC 12-128r19, table 1). */
function columnType({ type, length }: SourceField): string {
  return type === 'text' && length !== undefined ? `TEXT(${length})` : COLUMN_TYPES[type];
}

function createContainer(database: InstanceType<typeof sqlite.Database>, epsgs: readonly number[]): void {
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
      CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));`);
  const wgs84 =
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]';
  const systems: [string, number, string, number, string][] = [
    ['Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined'],
    ['Undefined geographic SRS', 0, 'NONE', 0, 'undefined'],
    ['WGS 84 geodetic', 4326, 'EPSG', 4326, wgs84],
    ...epsgs.map((epsg): [string, number, string, number, string] => [
      epsgNameOf(epsg),
      epsg,
      'EPSG',
      epsg,
      ogcWkt(epsg),
    ]),
  ];
  for (const system of systems) database.run('INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,NULL)', system);
}

function createLayer(
  database: InstanceType<typeof sqlite.Database>,
  layer: string,
  source: WriteSource,
  columns: readonly string[],
): void {
  database.run("INSERT INTO gpkg_contents (table_name,data_type,identifier,srs_id) VALUES (?,'features',?,?)", [
    layer,
    layer,
    source.epsg,
  ]);
  database.run("INSERT INTO gpkg_geometry_columns VALUES (?,'geom','MULTIPOLYGON',?,0,0)", [layer, source.epsg]);
  const fields = columns.map((name, i) => `, ${quoted(name)} ${columnType(source.fields[i]!)}`);
  database.exec(
    `CREATE TABLE ${quoted(layer)} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom MULTIPOLYGON${fields.join('')})`,
  );
}

/** Header with envelope, then WKB; null for a feature without rings. Widens `box` to hold the feature. */
function geometryBlob(batch: FeatureBatch, f: number, srsId: number, box: number[]): Uint8Array | null {
  const from = batch.ringStarts[batch.featureRings[f]!]!;
  const to = batch.ringStarts[batch.featureRings[f + 1]!]!;
  if (from === to) return null;
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = from; i < to; i++) {
    const x = batch.coords[2 * i]!;
    const y = batch.coords[2 * i + 1]!;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  box[0] = Math.min(box[0]!, minX);
  box[1] = Math.min(box[1]!, minY);
  box[2] = Math.max(box[2]!, maxX);
  box[3] = Math.max(box[3]!, maxY);
  const bytes = new Uint8Array(40 + wkbLength(batch, f));
  const view = new DataView(bytes.buffer);
  bytes.set([0x47, 0x50, 0, 0b0000_0011]);
  view.setInt32(4, srsId, true);
  // The envelope is ordered minX, maxX, minY, maxY.
  [minX, maxX, minY, maxY].forEach((value, i) => view.setFloat64(8 + 8 * i, value, true));
  writeWkb(batch, f, view, 40);
  return bytes;
}
