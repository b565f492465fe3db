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
  wantsColumn,
  type FieldType,
  type OpenedSource,
  type ReadOptions,
  type SourceField,
} from '../format.ts';
import { createBatchBuilder, type BatchBuilder, type CoordinateRules } from './batch-builder.ts';
import { binaryDropped, fileProblem, integerValue, isoText, realValue, sourceOfHead, textValue } from './reading.ts';
import { corrupt, curved, noPolygonLayer, noSuchLayer, refusal, refused, severalLayers } from './refusals.ts';
import type { SqliteRow, SqliteTables } from './sqlite-database.ts';
import { SqliteDamaged } from './sqlite-pages.ts';
import type { SqliteValue } from './sqlite-table.ts';
import { addWkb } from './wkb.ts';

const NAME = 'GeoPackage';

interface Layer {
  readonly name: string;
  readonly geometryColumn: string;
  readonly geometryType: string;
  readonly srsId: number;
}

const POLYGON_TYPES = new Set(['POLYGON', 'MULTIPOLYGON', 'GEOMETRY', 'GEOMETRYCOLLECTION', 'GEOMCOLLECTION', '']);
const CURVE_TYPES = new Set(['CURVEPOLYGON', 'MULTISURFACE', 'SURFACE']);

/**
 * Reads a layer of a GeoPackage (OGC 12-128) whose tables are at hand: layers are what `gpkg_geometry_columns` lists,
 * views and virtual tables are not run, geometries go straight from their bytes into the batch. The tables are closed
 * with the source, and on refusal. Throws `SqliteBeyond` where a table can be read by SQLite alone.
 */
export async function openGeopackageTables(
  tables: SqliteTables,
  file: string,
  options: ReadOptions,
): Promise<Result<OpenedSource, Refusal[]>> {
  let kept = false;
  try {
    const layers = await layersOf(tables);
    if (layers === null) return refused(notGeopackage(file));
    const chosen = chooseLayer(file, layers, options.layer);
    if ('code' in chosen) return refused(chosen);
    const problems: Problem[] = [];
    if (tables.logMissing) problems.push(LOG_MISSING);
    const table = await columnsOf(tables, file, chosen, problems);
    if ('code' in table) return refused(table);
    const count = await featureCountOf(tables, chosen.name);
    const crs = await crsOfLayer(tables, chosen, problems);
    const read = table.fields.filter((field) => wantsColumn(options, field.name));
    kept = true;
    return await sourceOfHead(
      {
        format: 'geopackage',
        file,
        layerName: chosen.name,
        fields: table.fields.map(({ name, type }) => ({ name, type })),
        featureCount: count,
        encoding: null,
        problems,
        crs,
        mostVertices: tables.size / 16,
        scan: (rules) => scan(tables, file, chosen, read, rules),
        close: tables.close,
      },
      options,
    );
  } catch (error) {
    if (!(error instanceof SqliteDamaged)) throw error;
    kept = false;
    return refused(corrupt({ file }, NAME, error.zh, error.en));
  } finally {
    if (!kept) await tables.close();
  }
}

/** Names of the polygon layers of a GeoPackage, in the order of the file; empty where there are none. */
export async function layersOfTables(tables: SqliteTables, file: string): Promise<Result<string[], Refusal[]>> {
  try {
    const layers = await layersOf(tables);
    if (layers === null) return refused(notGeopackage(file));
    return {
      ok: true,
      value: layers.filter((layer) => POLYGON_TYPES.has(layer.geometryType)).map((layer) => layer.name),
    };
  } catch (error) {
    if (!(error instanceof SqliteDamaged)) throw error;
    return refused(corrupt({ file }, NAME, error.zh, error.en));
  } finally {
    await tables.close();
  }
}

const hasTable = (tables: SqliteTables, name: string): boolean =>
  tables.entries.some((entry) => entry.kind === 'table' && entry.name === name);

/** The count GDAL and QGIS keep up to date by triggers where it is there, else counted (which reads the whole table). */
async function featureCountOf(tables: SqliteTables, table: string): Promise<number> {
  const kept = hasTable(tables, 'gpkg_ogr_contents')
    ? (await tables.rows('gpkg_ogr_contents')).find((row) => row.table_name === table)?.feature_count
    : null;
  return typeof kept === 'number' ? kept : tables.count(table);
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

async function layersOf(tables: SqliteTables): Promise<Layer[] | null> {
  if (!hasTable(tables, 'gpkg_geometry_columns')) return hasTable(tables, 'gpkg_contents') ? [] : null;
  return (await tables.rows('gpkg_geometry_columns')).map(
    (row: SqliteRow): Layer => ({
      name: String(row.table_name ?? ''),
      geometryColumn: String(row.column_name ?? ''),
      geometryType: String(row.geometry_type_name ?? '')
        .trim()
        .toUpperCase()
        .replace(/\s+(Z|M|ZM)$/, ''),
      srsId: Number(row.srs_id ?? -1),
    }),
  );
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

async function columnsOf(
  tables: SqliteTables,
  file: string,
  layer: Layer,
  problems: Problem[],
): Promise<Table | Refusal> {
  const place = { file, layer: layer.name };
  const isView = tables.entries.some((entry) => entry.kind === 'view' && entry.name === layer.name);
  const statement = tables.entries.find((entry) => entry.kind === 'table' && entry.name === layer.name)?.sql;
  if (isView || (statement !== undefined && /^\s*create\s+virtual/i.test(statement))) {
    return refusal(
      'INTAKE_LAYER_IS_VIEW',
      place,
      `图层“${layer.name}”是视图,不是表`,
      `Layer “${layer.name}” is a view, not a table.`,
      '请在原软件中把视图另存为图层',
      'Save the view as a layer of its own.',
    );
  }
  const columns = await tables.columns(layer.name);
  if (columns.length === 0) {
    return corrupt(place, NAME, `图层表“${layer.name}”不存在`, `the table “${layer.name}” of the layer does not exist`);
  }
  if (!columns.some((column) => column.name === layer.geometryColumn)) {
    return corrupt(
      place,
      NAME,
      `表中没有图形列“${layer.geometryColumn}”`,
      `its table has no geometry column “${layer.geometryColumn}”`,
    );
  }
  const fields: (SourceField & { date: boolean })[] = [];
  for (const { name, type: written, keyPlace } of columns) {
    const declared = written.toUpperCase();
    if (name === layer.geometryColumn) continue;
    // The integer primary key is the row number of the container, not an attribute (as GDAL and QGIS have it).
    if (keyPlace === 1 && declared === 'INTEGER') continue;
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

async function crsOfLayer(
  tables: SqliteTables,
  layer: Layer,
  problems: Problem[],
): Promise<{ readonly epsgFromMetadata: number | null; readonly wkt: string | null }> {
  // 0 and −1 are the undefined systems of the standard.
  if (layer.srsId <= 0) return { epsgFromMetadata: null, wkt: null };
  const described = hasTable(tables, 'gpkg_spatial_ref_sys') ? await tables.rows('gpkg_spatial_ref_sys') : [];
  const row = described.find((one) => Number(one.srs_id) === layer.srsId);
  if (row === undefined) {
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

async function* scan(
  tables: SqliteTables,
  file: string,
  layer: Layer,
  fields: Table['fields'],
  rules: CoordinateRules,
): AsyncGenerator<FeatureBatch> {
  let featureNo = 0;
  try {
    const builder = createBatchBuilder(fields, rules);
    const attributes: AttributeValue[] = Array.from({ length: fields.length }, (): AttributeValue => null);
    const take = (values: readonly SqliteValue[]): FeatureBatch | null => {
      builder.beginFeature(featureNo);
      addGeometry(builder, values[0] ?? null, layer);
      for (let i = 0; i < fields.length; i++) attributes[i] = attributeOf(values[i + 1] ?? null, fields[i]!.date);
      const batch = builder.endFeature(attributes);
      featureNo++;
      return batch;
    };
    yield* tables.scan(layer.name, [layer.geometryColumn, ...fields.map((field) => field.name)], take);
    const last = builder.finish();
    if (last) yield last;
  } catch (error) {
    if (error instanceof SqliteDamaged)
      throw new RefusalError([corrupt({ file, layer: layer.name, featureNo }, NAME, error.zh, error.en)]);
    throw error;
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
