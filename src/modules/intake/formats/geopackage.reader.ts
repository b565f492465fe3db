import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  localized,
  type AttributeValue,
  type FeatureBatch,
  type Problem,
  type Refusal,
  type Result,
} from '../../../kernel/index.ts';
import {
  RefusalError,
  type FieldType,
  type FormatReader,
  type OpenedSource,
  type ReadOptions,
  type SourceField,
} from '../format.ts';
import { createBatchBuilder, type BatchBuilder, type CoordinateRules } from './batch-builder.ts';
import { binaryDropped, fileProblem, integerValue, isoText, realValue, sourceOfHead, textValue } from './reading.ts';
import {
  corrupt,
  curved,
  emptyFile,
  noPolygonLayer,
  noSuchLayer,
  refusal,
  refused,
  severalLayers,
  wrongMagic,
} from './refusals.ts';
import { isSqliteError, openSqlite, quoted, type SqliteDatabase, type SqliteValue } from './sqlite-file.server.ts';
import { addWkb } from './wkb.ts';

/**
 * GeoPackage (OGC 12-128): the tables are read row by row through SQLite, geometries straight from their bytes into
 * the batch. Layers are what `gpkg_geometry_columns` lists; views and virtual tables are not run.
 */
export const geopackageReader: FormatReader = { format: 'geopackage', open: openGeopackage };

const NAME = 'GeoPackage';
const MAGIC = 'SQLite format 3\0';

interface Layer {
  readonly name: string;
  readonly geometryColumn: string;
  readonly geometryType: string;
  readonly srsId: number;
}

const POLYGON_TYPES = new Set(['POLYGON', 'MULTIPOLYGON', 'GEOMETRY', 'GEOMETRYCOLLECTION', 'GEOMCOLLECTION', '']);
const CURVE_TYPES = new Set(['CURVEPOLYGON', 'MULTISURFACE', 'SURFACE']);

async function openGeopackage(path: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  const file = basename(path);
  const headRefusal = await refusalOfHead(path, file);
  if (headRefusal) return refused(headRefusal);
  let sqliteFile;
  try {
    sqliteFile = await openSqlite(path);
  } catch (error) {
    if (isSqliteError(error)) return refused(damaged(file, error));
    throw error;
  }
  const { database } = sqliteFile;
  let kept = false;
  try {
    const layers = layersOf(database);
    if (layers === null) return refused(notGeopackage(file));
    const chosen = chooseLayer(file, layers, options.layer);
    if ('code' in chosen) return refused(chosen);
    const problems: Problem[] = [];
    if (sqliteFile.logMissing) problems.push(LOG_MISSING);
    const table = columnsOf(database, file, chosen, problems);
    if ('code' in table) return refused(table);
    const count = featureCountOf(database, chosen.name);
    const crs = crsOfLayer(database, chosen, problems);
    kept = true;
    return await sourceOfHead(
      {
        format: 'geopackage',
        file,
        layerName: chosen.name,
        fields: table.fields,
        featureCount: count,
        encoding: null,
        problems,
        crs,
        scan: (rules) => scan(database, file, chosen, table.fields, rules),
        close: sqliteFile.close,
      },
      options,
    );
  } catch (error) {
    if (isSqliteError(error)) {
      kept = false;
      return refused(damaged(file, error));
    }
    throw error;
  } finally {
    if (!kept) await sqliteFile.close();
  }
}

/** The count GDAL and QGIS keep up to date by triggers where it is there, else counted (which reads the whole table). */
function featureCountOf(database: SqliteDatabase, table: string): number {
  const kept = tableNames(database, 'table').has('gpkg_ogr_contents')
    ? (database.get('SELECT feature_count AS n FROM gpkg_ogr_contents WHERE table_name = ?', [table]) as Row | null)
    : null;
  if (typeof kept?.n === 'number') return kept.n;
  return Number((database.get(`SELECT count(*) AS n FROM ${quoted(table)}`) as Row | null)?.n ?? 0);
}

/** Names of the polygon layers of a GeoPackage, in the order of the file; empty where there are none. */
export async function geopackageLayers(path: string): Promise<Result<string[], Refusal[]>> {
  const file = basename(path);
  const headRefusal = await refusalOfHead(path, file);
  if (headRefusal) return refused(headRefusal);
  try {
    const sqliteFile = await openSqlite(path);
    try {
      const layers = layersOf(sqliteFile.database);
      if (layers === null) return refused(notGeopackage(file));
      return {
        ok: true,
        value: layers.filter((layer) => POLYGON_TYPES.has(layer.geometryType)).map((layer) => layer.name),
      };
    } finally {
      await sqliteFile.close();
    }
  } catch (error) {
    if (isSqliteError(error)) return refused(damaged(file, error));
    throw error;
  }
}

async function refusalOfHead(path: string, file: string): Promise<Refusal | undefined> {
  const handle = await open(path, 'r');
  try {
    const head = Buffer.alloc(100);
    const { bytesRead } = await handle.read(head, 0, 100, 0);
    if (bytesRead === 0) return emptyFile(file);
    return head.toString('latin1', 0, 16) === MAGIC ? undefined : wrongMagic(file, NAME);
  } finally {
    await handle.close();
  }
}

function damaged(file: string, error: Error): Refusal {
  return corrupt({ file }, NAME, `SQLite 报告“${error.message}”`, `SQLite says “${error.message}”`);
}

function notGeopackage(file: string): Refusal {
  return refusal(
    'INTAKE_NOT_GEOPACKAGE',
    { file },
    '文件是 SQLite 数据库,但没有 GeoPackage 的图层表 (gpkg_geometry_columns)',
    'The file is an SQLite database without the layer table of a GeoPackage (gpkg_geometry_columns).',
    '请另存为 GeoPackage (.gpkg) 面图层',
    'Save it as a GeoPackage (.gpkg) with a polygon layer.',
  );
}

const LOG_MISSING = fileProblem(
  'geopackage.log-missing',
  'warning',
  localized(
    '文件是在被其他软件打开时复制的(WAL 模式,缺少 -wal 文件),最后的修改可能不在其中',
    'The file was copied while another program had it open (write-ahead mode, its -wal file is missing); the last edits may not be in it.',
  ),
  localized('请关闭原软件后重新复制', 'Close the other program and copy the file again.'),
);

type Row = Record<string, SqliteValue>;

function tableNames(database: SqliteDatabase, type: string): Set<string> {
  const rows = database.all('SELECT name FROM sqlite_master WHERE type = ? AND name IS NOT NULL', [type]) as Row[];
  return new Set(rows.map((row) => String(row.name)));
}

function layersOf(database: SqliteDatabase): Layer[] | null {
  const tables = tableNames(database, 'table');
  if (!tables.has('gpkg_geometry_columns')) return tables.has('gpkg_contents') ? [] : null;
  const rows = database.all('SELECT * FROM gpkg_geometry_columns') as Row[];
  return rows.map((row) => ({
    name: String(row.table_name ?? ''),
    geometryColumn: String(row.column_name ?? ''),
    geometryType: String(row.geometry_type_name ?? '')
      .trim()
      .toUpperCase()
      .replace(/\s+(Z|M|ZM)$/, ''),
    srsId: Number(row.srs_id ?? -1),
  }));
}

function chooseLayer(file: string, layers: readonly Layer[], wanted: string | undefined): Layer | Refusal {
  const polygons = layers.filter((layer) => POLYGON_TYPES.has(layer.geometryType));
  if (wanted !== undefined) {
    const named =
      layers.find((layer) => layer.name === wanted) ??
      layers.find((layer) => layer.name.toLowerCase() === wanted.toLowerCase());
    if (named === undefined)
      return noSuchLayer(
        file,
        wanted,
        polygons.map((layer) => layer.name),
      );
    return typeRefusal(file, named) ?? named;
  }
  if (polygons.length === 1) return polygons[0]!;
  if (polygons.length > 1)
    return severalLayers(
      file,
      polygons.map((layer) => layer.name),
    );
  if (layers.length === 1) return typeRefusal(file, layers[0]!)!;
  return noPolygonLayer(file, layers.map((layer) => `${layer.name}: ${layer.geometryType}`).join(', '));
}

function typeRefusal(file: string, layer: Layer): Refusal | undefined {
  if (POLYGON_TYPES.has(layer.geometryType)) return undefined;
  const place = { file, layer: layer.name };
  if (CURVE_TYPES.has(layer.geometryType)) return curved(place, layer.geometryType);
  return refusal(
    'INTAKE_NOT_POLYGON',
    place,
    `图层“${layer.name}”是 ${layer.geometryType},不是面`,
    `Layer “${layer.name}” holds ${layer.geometryType}, not polygons.`,
    '请导出面图层(多边形)',
    'Export a polygon layer.',
  );
}

interface Table {
  readonly fields: readonly (SourceField & { readonly date: boolean })[];
}

function columnsOf(database: SqliteDatabase, file: string, layer: Layer, problems: Problem[]): Table | Refusal {
  const place = { file, layer: layer.name };
  const isView = tableNames(database, 'view').has(layer.name);
  const master = database.get('SELECT sql FROM sqlite_master WHERE type = ? AND name = ?', [
    'table',
    layer.name,
  ]) as Row | null;
  if (isView || (master !== null && /^\s*create\s+virtual/i.test(String(master.sql ?? '')))) {
    return refusal(
      'INTAKE_LAYER_IS_VIEW',
      place,
      `图层“${layer.name}”是视图,不是表`,
      `Layer “${layer.name}” is a view, not a table.`,
      '请在原软件中把视图另存为图层',
      'Save the view as a layer of its own.',
    );
  }
  const rows = database.all(`PRAGMA table_info(${quoted(layer.name)})`) as Row[];
  if (rows.length === 0) {
    return corrupt(place, NAME, `图层表“${layer.name}”不存在`, `the table “${layer.name}” of the layer does not exist`);
  }
  if (!rows.some((row) => row.name === layer.geometryColumn)) {
    return corrupt(
      place,
      NAME,
      `表中没有图形列“${layer.geometryColumn}”`,
      `its table has no geometry column “${layer.geometryColumn}”`,
    );
  }
  const fields: (SourceField & { date: boolean })[] = [];
  for (const row of rows) {
    const name = String(row.name);
    const declared = String(row.type ?? '').toUpperCase();
    if (name === layer.geometryColumn) continue;
    // The integer primary key is the row number of the container, not an attribute (as GDAL and QGIS have it).
    if (row.pk === 1 && declared === 'INTEGER') continue;
    if (declared.startsWith('BLOB')) {
      problems.push(binaryDropped(name));
      continue;
    }
    const type = fieldTypeOf(declared);
    fields.push({ name, type, date: type === 'date' || type === 'datetime' });
  }
  return { fields };
}

function fieldTypeOf(declared: string): FieldType {
  if (declared.startsWith('BOOL')) return 'boolean';
  if (declared.includes('INT')) return 'integer';
  if (/^(REAL|FLOAT|DOUBLE|NUMERIC|DECIMAL)/.test(declared)) return 'real';
  if (declared.startsWith('DATETIME') || declared.startsWith('TIMESTAMP')) return 'datetime';
  if (declared.startsWith('DATE')) return 'date';
  return 'text';
}

function crsOfLayer(
  database: SqliteDatabase,
  layer: Layer,
  problems: Problem[],
): { readonly epsgFromMetadata: number | null; readonly wkt: string | null } {
  // 0 and −1 are the undefined systems of the standard.
  if (layer.srsId <= 0) return { epsgFromMetadata: null, wkt: null };
  const row = tableNames(database, 'table').has('gpkg_spatial_ref_sys')
    ? (database.get('SELECT * FROM gpkg_spatial_ref_sys WHERE srs_id = ?', [layer.srsId]) as Row | null)
    : null;
  if (row === null) {
    problems.push(
      fileProblem(
        'geopackage.srs-missing',
        'warning',
        localized(
          `文件没有登记坐标系 ${layer.srsId},按 EPSG:${layer.srsId} 理解`,
          `The file does not describe its CRS ${layer.srsId}; taken as EPSG:${layer.srsId}.`,
        ),
      ),
    );
    return { epsgFromMetadata: layer.srsId, wkt: null };
  }
  const organization = String(row.organization ?? '').toUpperCase();
  const code = Number(row.organization_coordsys_id);
  const definition = String(row.definition ?? '');
  return {
    epsgFromMetadata: organization === 'EPSG' && code > 0 ? code : null,
    wkt: /^(undefined)?\s*$/i.test(definition) ? null : definition,
  };
}

function* scan(
  database: SqliteDatabase,
  file: string,
  layer: Layer,
  fields: Table['fields'],
  rules: CoordinateRules,
): Generator<FeatureBatch> {
  const columns = [quoted(layer.geometryColumn), ...fields.map((field) => quoted(field.name))];
  let featureNo = 0;
  let statement;
  try {
    // Short names, so that a column of any name can be asked for; row order is the order of the table.
    const list = columns.map((column, i) => `${column} AS c${i}`).join(', ');
    statement = database.prepare(`SELECT ${list} FROM ${quoted(layer.name)}`);
    const builder = createBatchBuilder(fields, rules);
    const values: AttributeValue[] = Array.from({ length: fields.length }, (): AttributeValue => null);
    for (const row of statement.iterate() as Iterable<Row>) {
      builder.beginFeature(featureNo);
      addGeometry(builder, row.c0 ?? null, layer);
      for (let i = 0; i < fields.length; i++) values[i] = attributeOf(row[`c${i + 1}`] ?? null, fields[i]!.date);
      const batch = builder.endFeature(values);
      featureNo++;
      if (batch) yield batch;
    }
    const last = builder.finish();
    if (last) yield last;
  } catch (error) {
    if (isSqliteError(error)) {
      const { message } = error;
      throw new RefusalError([
        corrupt({ file, layer: layer.name, featureNo }, NAME, `SQLite 报告“${message}”`, `SQLite says “${message}”`),
      ]);
    }
    throw error;
  } finally {
    if (statement && database.isOpen) statement.finalize();
  }
}

function attributeOf(value: SqliteValue, isDate: boolean): AttributeValue {
  if (value === null) return null;
  if (typeof value === 'string') return isDate ? isoText(value) : textValue(value);
  if (typeof value === 'number') return realValue(value);
  if (typeof value === 'bigint') return integerValue(value);
  return null;
}

const ENVELOPE_BYTES = [0, 32, 48, 48, 64];

/** Reads a GeoPackage geometry (header, optional envelope, WKB) into the builder's current feature. */
function addGeometry(builder: BatchBuilder, value: SqliteValue, layer: Layer): void {
  if (value === null) return;
  if (!(value instanceof Uint8Array) || value.length < 8 || value[0] !== 0x47 || value[1] !== 0x50) {
    builder.refuseGeometry(UNREADABLE);
    return;
  }
  const flags = value[3]!;
  const envelope = ENVELOPE_BYTES[(flags >> 1) & 7];
  if (envelope === undefined || (flags & 0x20) !== 0) {
    builder.refuseGeometry(UNREADABLE);
    return;
  }
  const srsId = new DataView(value.buffer, value.byteOffset).getInt32(4, (flags & 1) === 1);
  if (srsId > 0 && srsId !== layer.srsId) {
    builder.reportOnce({
      rule: 'geopackage.srs-differs',
      severity: 'warning',
      message: localized(
        `有图形自称坐标系为 ${srsId},与图层登记的 ${layer.srsId} 不同,以图层为准`,
        `Some geometries say CRS ${srsId}, the layer says ${layer.srsId}; the layer is followed.`,
      ),
    });
  }
  if (addWkb(builder, value, 8 + envelope, value.length) === 'corrupt') builder.refuseGeometry(UNREADABLE);
}

const UNREADABLE = {
  rule: 'geometry.unreadable',
  severity: 'error',
  message: localized('图形的字节内容无法读出', 'The bytes of the geometry cannot be read.'),
  remedy: localized('请在原软件中重绘该图形', 'Redraw the geometry in the source software.'),
} as const;
