import { type AttributeValue, featureCount, type FeatureBatch, type LayerRole } from '../../kernel/index.ts';
import { type Database, type Query, type Queryable, sql, type Transaction } from '../../platform/db/index.ts';
import { type Box, type TileAddress } from '../../platform/tiles/index.ts';
import { decodeBatch, type EncodedBatch, encodeBatch } from './batch-codec.ts';
import type { PyramidRow } from './pyramid-work.server.ts';
import type { LayerFields } from './layer-fields.ts';
import type { LayerVersionView } from './views.ts';
import { multiPolygonOfWkb, type WkbRun } from './wkb.ts';

/** A layer version with what routes and tiles need beside the view. */
export interface LayerVersion extends LayerVersionView {
  readonly fields: readonly string[];
  readonly fieldNames: LayerFields;
  /** True: a tile that is not stored is empty. False: tiles are cut from the features. */
  readonly tilesBuilt: boolean;
}

/** Number and area of the features of one class. */
export interface ClassSummary {
  readonly code: string | null;
  readonly features: number;
  readonly areaDm2: number;
}

interface LayerVersionRow extends Omit<LayerVersionView, 'box'> {
  readonly west: number | null;
  readonly south: number;
  readonly east: number;
  readonly north: number;
  readonly fields: readonly string[];
  readonly tilesBuilt: boolean;
  readonly idField: string | null;
  readonly classField: string | null;
  readonly villageField: string | null;
  readonly labelField: string | null;
}

const VERSION_COLUMNS = sql`layer_version_id as "layerVersionId", county_code as "countyCode", role, as_of as "asOf", state,
  source_name as "sourceName", source_hash as "sourceHash", epsg, feature_count as "featureCount", vertex_count as "vertexCount",
  area_dm2 as "areaDm2", west, south, east, north, created_at as "createdAt", fields, tiles_built as "tilesBuilt",
  id_field as "idField", class_field as "classField", village_field as "villageField", label_field as "labelField"`;

function versionOf(row: LayerVersionRow): LayerVersion {
  const { west, south, east, north, idField, classField, villageField, labelField, ...rest } = row;
  return {
    ...rest,
    box: west === null ? null : [west, south, east, north],
    fieldNames: { id: idField, class: classField, village: villageField, label: labelField },
  };
}

/** The view of a version, without what only the server needs. */
export function viewOf(version: LayerVersion): LayerVersionView {
  const { fields: _fields, fieldNames: _fieldNames, tilesBuilt: _tilesBuilt, ...view } = version;
  return view;
}

// Versions ---------------------------------------------------------------------------------------------------------

export interface NewVersionRow {
  readonly layerVersionId: string;
  readonly countyCode: string;
  readonly role: LayerRole;
  readonly asOf: string;
  readonly sourceName: string;
  readonly sourceHash: string;
  readonly epsg: number;
  readonly createdAt: string;
  readonly createdBy: string;
}

/** A version as `staged`: its batches follow, nobody sees it as current. */
export async function insertVersion(tx: Transaction, version: NewVersionRow): Promise<void> {
  await tx.run(sql`insert into layer_version (county_code, layer_version_id, role, as_of, state, source_name, source_hash, epsg, created_at, created_by)
    values (${version.countyCode}, ${version.layerVersionId}, ${version.role}, ${version.asOf}, 'staged', ${version.sourceName},
      ${version.sourceHash}, ${version.epsg}, ${version.createdAt}, ${version.createdBy})`);
}

export interface VersionTotals {
  readonly fields: readonly string[];
  readonly fieldNames: LayerFields;
  readonly featureCount: number;
  readonly vertexCount: number;
  readonly areaDm2: number | null;
  readonly box: readonly [number, number, number, number] | null;
  readonly classes: readonly ClassSummary[];
}

/** Closes a staged version: what it holds, and from now on it is current. False where it is staged no longer. */
export async function completeVersion(
  tx: Transaction,
  countyCode: string,
  layerVersionId: string,
  totals: VersionTotals,
): Promise<boolean> {
  const [west, south, east, north] = totals.box ?? [null, null, null, null];
  const changed =
    await tx.run(sql`update layer_version set state = 'current', tiles_built = true, fields = ${JSON.stringify(totals.fields)}::jsonb,
      id_field = ${totals.fieldNames.id}, class_field = ${totals.fieldNames.class}, village_field = ${totals.fieldNames.village},
      label_field = ${totals.fieldNames.label}, feature_count = ${totals.featureCount}, vertex_count = ${totals.vertexCount},
      area_dm2 = ${totals.areaDm2}, west = ${west}, south = ${south}, east = ${east}, north = ${north},
      class_summary = ${JSON.stringify(totals.classes)}::jsonb
    where county_code = ${countyCode} and layer_version_id = ${layerVersionId} and state = 'staged'`);
  return changed === 1;
}

export async function findVersion(db: Queryable, layerVersionId: string): Promise<LayerVersion | undefined> {
  const row = await db.first<LayerVersionRow>(
    sql`select ${VERSION_COLUMNS} from layer_version where layer_version_id = ${layerVersionId}`,
  );
  return row === undefined ? undefined : versionOf(row);
}

export async function listVersions(db: Queryable, countyCode: string): Promise<LayerVersion[]> {
  const rows = await db.rows<LayerVersionRow>(
    sql`select ${VERSION_COLUMNS} from layer_version where county_code = ${countyCode} and state <> 'staged'
      order by created_at desc, layer_version_id desc`,
  );
  return rows.map(versionOf);
}

export async function setVersionState(
  tx: Transaction,
  version: LayerVersionView,
  from: string,
  to: string,
): Promise<boolean> {
  const changed = await tx.run(sql`update layer_version set state = ${to}
    where county_code = ${version.countyCode} and layer_version_id = ${version.layerVersionId} and state = ${from}`);
  return changed === 1;
}

const DELETED_AT_ONCE = 4_000;

/**
 * Deletes a version that never became current, with all its rows, piece by piece so that others are served in between.
 * Nothing happens where it is not there or no longer staged. Broken off half-way it stays staged: nobody reads it, and
 * `removeAbandonedVersions` finds it. Nobody may be saving it any more.
 */
export async function deleteStagedVersion(db: Database, layerVersionId: string): Promise<void> {
  const version = await db.first<
    Pick<LayerVersionView, 'countyCode' | 'layerVersionId'>
  >(sql`select county_code as "countyCode",
    layer_version_id as "layerVersionId" from layer_version where layer_version_id = ${layerVersionId} and state = 'staged'`);
  if (version === undefined) return;
  const { last } = await db.one<{ last: number | null }>(
    sql`select max(feature_no) as last from feature where ${inVersion(version)}`,
  );
  for (let from = 0; from <= (last ?? -1); from += DELETED_AT_ONCE) {
    await db.run(
      sql`delete from feature where ${inVersion(version)} and feature_no between ${from} and ${from + DELETED_AT_ONCE - 1}`,
    );
  }
  while (
    (await db.run(sql`delete from layer_batch where ${inVersion(version)} and batch_no in
      (select batch_no from layer_batch where ${inVersion(version)} limit 20)`)) > 0
  );
  await deleteTiles(db, version);
  await db.run(sql`delete from layer_version where ${inVersion(version)} and state = 'staged'`);
  // The embedded engine has no vacuum of its own: without this the room of the deleted rows would never be used again.
  if (db.engine === 'embedded' && last !== null && last >= DELETED_AT_ONCE) {
    await db.run(sql`vacuum layer_batch`);
    await db.run(sql`vacuum feature`);
  }
}

export async function readClassSummary(db: Queryable, version: LayerVersionView): Promise<readonly ClassSummary[]> {
  const row = await db.one<{ classes: ClassSummary[] }>(sql`select class_summary as classes from layer_version
    where county_code = ${version.countyCode} and layer_version_id = ${version.layerVersionId}`);
  return row.classes;
}

// Batches and features ---------------------------------------------------------------------------------------------

/** What the index rows of a batch hold beside the geometry, feature by feature. */
export interface FeatureIndexRows {
  readonly ids: readonly (string | null)[];
  readonly classes: readonly (string | null)[];
  readonly villages: readonly (string | null)[];
  readonly labels: readonly (string | null)[];
  readonly areasDm2: readonly (number | null)[];
  /** Longitude and latitude of every vertex of the batch. */
  readonly lonLat: Float64Array;
  /** JSON arrays of the attribute values, in the order of the version's fields. */
  readonly attributes: readonly string[];
  readonly wkb: WkbRun;
}

/** Keeps a batch as delivered. */
export async function insertBatch(
  db: Queryable,
  countyCode: string,
  layerVersionId: string,
  batchNo: number,
  batch: FeatureBatch,
): Promise<void> {
  const count = featureCount(batch);
  if (count === 0) return;
  const { payload, columns } = encodeBatch(batch);
  await db.run(sql`insert into layer_batch (county_code, layer_version_id, batch_no, feature_count, first_feature_no, last_feature_no, payload, columns)
    values (${countyCode}, ${layerVersionId}, ${batchNo}, ${count}, ${batch.featureNos[0]!}, ${batch.featureNos[count - 1]!},
      ${Buffer.from(payload.buffer)}, ${columns})`);
}

/**
 * Adds the index rows of the features `from` … `to` (exclusive) of a batch. Array parameters: one statement, whatever their
 * number; a statement is what others wait for on the embedded engine, so the caller keeps it to some thousand features.
 */
export async function insertFeatures(
  db: Queryable,
  countyCode: string,
  layerVersionId: string,
  featureNos: Uint32Array,
  rows: FeatureIndexRows,
  from: number,
  to: number,
): Promise<void> {
  const { bytes, starts, lengths } = rows.wkb;
  let first = Number.POSITIVE_INFINITY;
  let end = 0;
  for (let f = from; f < to; f++) {
    if (starts[f]! < 0) continue;
    first = Math.min(first, starts[f]!);
    end = Math.max(end, starts[f]! + lengths[f]!);
  }
  first = Math.min(first, end);
  const starting = Array.from(starts.subarray(from, to), (start) => (start < 0 ? null : start - first + 1));
  // The geometries travel as one run of bytes and the attributes as one text of lines (JSON has no line ends of its own);
  // the database cuts them up. As arrays of texts they would cost several times as much.
  await db.run(sql`with cut as materialized (
      select u.*, ST_GeomFromWKB(substring(${Buffer.from(bytes.buffer, bytes.byteOffset + first, end - first)}::bytea from u.start for u.length), 4490) as geom
      from rows from (
        unnest(${Array.from(featureNos.subarray(from, to))}::int4[], ${rows.ids.slice(from, to)}::text[], ${rows.classes.slice(from, to)}::text[],
          ${rows.villages.slice(from, to)}::text[], ${rows.labels.slice(from, to)}::text[], ${rows.areasDm2.slice(from, to)}::int8[],
          ${starting}::int4[], ${Array.from(lengths.subarray(from, to))}::int4[]),
        string_to_table(${rows.attributes.slice(from, to).join('\n')}, ${'\n'}))
        as u(feature_no, id_text, class_code, village_code, label, area_dm2, start, length, attributes))
    insert into feature (county_code, layer_version_id, feature_no, id_text, class_code, village_code, label, area_dm2, attributes,
      west, south, east, north, geom)
    select ${countyCode}, ${layerVersionId}::uuid, feature_no, id_text, class_code, village_code, label, area_dm2, attributes::jsonb,
      ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom), geom from cut`);
}

/** The batches of a version as stored, in order, one at a time: for a worker thread that decodes them itself. */
export async function* readEncodedBatches(
  db: Queryable,
  version: Pick<LayerVersionView, 'countyCode' | 'layerVersionId'>,
): AsyncGenerator<EncodedBatch> {
  for (let after = -1; ; ) {
    const row = await db.first<{
      batchNo: number;
      payload: Buffer;
      columns: string;
    }>(sql`select batch_no as "batchNo", payload, columns
      from layer_batch where county_code = ${version.countyCode} and layer_version_id = ${version.layerVersionId} and batch_no > ${after}
      order by batch_no limit 1`);
    if (row === undefined) return;
    yield { payload: row.payload, columns: row.columns };
    after = row.batchNo;
  }
}

/** The batches of a version as delivered, in order, one at a time. */
export async function* readBatches(
  db: Queryable,
  version: Pick<LayerVersionView, 'countyCode' | 'layerVersionId'>,
): AsyncGenerator<FeatureBatch> {
  for await (const batch of readEncodedBatches(db, version)) yield decodeBatch(batch);
}

export interface FeatureRow {
  readonly featureNo: number;
  readonly id: string | null;
  readonly attributes: readonly AttributeValue[];
  readonly west: number | null;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

const FEATURE_COLUMNS = sql`feature_no as "featureNo", id_text as id, attributes, west, south, east, north`;

/** Boxes (degrees) of features by number; those without a geometry are left out. */
export async function readFeatureBoxes(
  db: Queryable,
  version: Pick<LayerVersionView, 'countyCode' | 'layerVersionId'>,
  featureNos: readonly number[],
): Promise<Map<number, readonly [number, number, number, number]>> {
  const rows = await db.rows<{ featureNo: number; west: number; south: number; east: number; north: number }>(sql`select
    feature_no as "featureNo", west, south, east, north from feature where county_code = ${version.countyCode}
    and layer_version_id = ${version.layerVersionId} and feature_no = any(${[...featureNos]}::int4[]) and west is not null`);
  return new Map(
    rows.map(({ featureNo, west, south, east, north }) => [featureNo, [west, south, east, north] as const]),
  );
}

export interface FeatureFilter {
  readonly search?: string | undefined;
  readonly class?: string | undefined;
  readonly village?: string | undefined;
}

function inVersion(
  version: Pick<LayerVersionView, 'countyCode' | 'layerVersionId'>,
): Query<unknown> & ReturnType<typeof sql> {
  return sql`county_code = ${version.countyCode} and layer_version_id = ${version.layerVersionId}`;
}

/** A page of features in order of number. `search` is the beginning of an identifier or a whole feature number. */
export async function readFeaturePage(
  db: Queryable,
  version: LayerVersionView,
  filter: FeatureFilter,
  offset: number,
  limit: number,
): Promise<{ readonly total: number; readonly rows: FeatureRow[] }> {
  const conditions = [inVersion(version)];
  if (filter.search !== undefined && filter.search !== '') {
    const pattern = `${filter.search.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
    const number = /^\d{1,9}$/.test(filter.search) ? Number(filter.search) : -1;
    conditions.push(sql`(id_text like ${pattern} or feature_no = ${number})`);
  }
  if (filter.class !== undefined && filter.class !== '') conditions.push(sql`starts_with(class_code, ${filter.class})`);
  if (filter.village !== undefined && filter.village !== '')
    conditions.push(sql`starts_with(village_code, ${filter.village})`);
  const where = sql.join(conditions, sql` and `);
  const total =
    conditions.length === 1
      ? version.featureCount
      : (await db.one<{ total: number }>(sql`select count(*) as total from feature where ${where}`)).total;
  const rows = await db.rows<FeatureRow>(
    sql`select ${FEATURE_COLUMNS} from feature where ${where} order by feature_no limit ${limit} offset ${offset}`,
  );
  return { total, rows };
}

export interface FeatureWithGeometry extends FeatureRow {
  readonly coordinates: number[][][][];
}

async function withGeometry(db: Queryable, query: ReturnType<typeof sql>): Promise<FeatureWithGeometry | undefined> {
  const row = await db.first<FeatureRow & { wkb: Buffer | null }>(query as Query<FeatureRow & { wkb: Buffer | null }>);
  if (row === undefined) return undefined;
  const { wkb, ...rest } = row;
  return { ...rest, coordinates: wkb === null ? [] : multiPolygonOfWkb(wkb) };
}

export function findFeature(
  db: Queryable,
  version: LayerVersionView,
  featureNo: number,
): Promise<FeatureWithGeometry | undefined> {
  return withGeometry(
    db,
    sql`select ${FEATURE_COLUMNS}, ST_AsBinary(geom, 'NDR') as wkb from feature where ${inVersion(version)} and feature_no = ${featureNo}`,
  );
}

/** The feature at a point (degrees); where several lie there, the smallest. */
export function featureAt(
  db: Queryable,
  version: LayerVersionView,
  lon: number,
  lat: number,
): Promise<FeatureWithGeometry | undefined> {
  const point = sql`ST_SetSRID(ST_MakePoint(${lon}::float8, ${lat}::float8), 4490)`;
  return withGeometry(
    db,
    sql`select ${FEATURE_COLUMNS}, ST_AsBinary(geom, 'NDR') as wkb from feature
      where ${inVersion(version)} and geom && ${point} and ST_Intersects(geom, ${point})
      order by ST_Area(geom), feature_no limit 1`,
  );
}

/**
 * Removes versions that a crash left half saved: those begun before `begunBefore` (ISO) and never completed.
 *
 * @param beingSaved asked after these were listed: versions somebody is saving, or will clear away himself
 */
export async function removeAbandonedVersions(
  db: Database,
  begunBefore: string,
  beingSaved: () => Promise<ReadonlySet<string>> = async () => new Set(),
): Promise<number> {
  const left = await db.rows<{ layerVersionId: string }>(
    sql`select layer_version_id as "layerVersionId" from layer_version where state = 'staged' and created_at < ${begunBefore}`,
  );
  const kept = await beingSaved();
  const gone = left.filter(({ layerVersionId }) => !kept.has(layerVersionId));
  for (const { layerVersionId } of gone) await deleteStagedVersion(db, layerVersionId);
  return gone.length;
}

// Tiles ------------------------------------------------------------------------------------------------------------

export interface TileFeatureRow {
  readonly featureNo: number;
  readonly id: string | null;
  readonly class: string | null;
  readonly label: string | null;
  readonly areaDm2: number | null;
  readonly wkb: Buffer;
}

/** Features from one number to another, both included: what covers a county is read run by run, so that others are served in between. */
export interface FeatureRun {
  readonly from: number;
  readonly to: number;
}

/** The highest feature number of a version, −1 where it has none. */
export async function readLastFeatureNo(db: Queryable, version: LayerVersionView): Promise<number> {
  const { last } = await db.one<{ last: number | null }>(
    sql`select max(last_feature_no) as last from layer_batch where ${inVersion(version)}`,
  );
  return last ?? -1;
}

/** Features whose box meets `box`. Of a run by the plain columns: the spatial index would be searched whole for each run. */
function meets([west, south, east, north]: Box, run: FeatureRun | null): ReturnType<typeof sql> {
  return run === null
    ? sql`geom && ST_MakeEnvelope(${west}::float8, ${south}::float8, ${east}::float8, ${north}::float8, 4490)`
    : sql`feature_no between ${run.from} and ${run.to} and west <= ${east} and east >= ${west} and south <= ${north} and north >= ${south}`;
}

/** Features whose box meets `box` (degrees) and is at least `minDegrees` wide or high, in order of number. */
export function readTileFeatures(
  db: Queryable,
  version: LayerVersionView,
  box: Box,
  minDegrees: number,
  run: FeatureRun | null = null,
): Promise<TileFeatureRow[]> {
  return db.rows<TileFeatureRow>(sql`select feature_no as "featureNo", id_text as id, class_code as class, label,
      area_dm2 as "areaDm2", ST_AsBinary(geom, 'NDR') as wkb
    from feature where ${inVersion(version)} and ${meets(box, run)}
      and (east - west >= ${minDegrees} or north - south >= ${minDegrees}) order by feature_no`);
}

export interface TileSpeckRow {
  readonly class: string | null;
  readonly areaDm2: number | null;
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** The boxes of the features that meet `box` and are narrower and lower than `maxDegrees`. */
export function readTileSpecks(
  db: Queryable,
  version: LayerVersionView,
  box: Box,
  maxDegrees: number,
  run: FeatureRun | null = null,
): Promise<TileSpeckRow[]> {
  return db.rows<TileSpeckRow>(sql`select class_code as class, area_dm2 as "areaDm2", west, south, east, north
    from feature where ${inVersion(version)} and ${meets(box, run)}
      and east - west < ${maxDegrees} and north - south < ${maxDegrees}`);
}

export async function findStoredTile(
  db: Queryable,
  version: LayerVersionView,
  tile: TileAddress,
): Promise<Buffer | undefined> {
  const row = await db.first<{ content: Buffer }>(sql`select content from tile
    where ${inVersion(version)} and z = ${tile.z} and x = ${tile.x} and y = ${tile.y}`);
  return row?.content;
}

export async function findPiece(
  db: Queryable,
  version: LayerVersionView,
  piece: TileAddress,
): Promise<Buffer | undefined> {
  const row = await db.first<{ content: Buffer }>(sql`select content from tile_piece
    where ${inVersion(version)} and x = ${piece.x} and y = ${piece.y}`);
  return row?.content;
}

/** Keeps rows of a pyramid in one statement: their contents travel as one run of bytes, which the database cuts up. */
export async function insertPyramidRows(
  db: Queryable,
  countyCode: string,
  layerVersionId: string,
  rows: readonly PyramidRow[],
): Promise<void> {
  for (const kind of ['piece', 'tile'] as const) {
    const some = rows.filter((row) => row.kind === kind);
    if (some.length === 0) continue;
    const starts: number[] = [];
    let length = 0;
    for (const { content } of some) {
      starts.push(length + 1);
      length += content.length;
    }
    const zoom = kind === 'tile' ? sql`z, ` : sql``;
    await db.run(sql`insert into ${kind === 'tile' ? sql`tile` : sql`tile_piece`} (county_code, layer_version_id, ${zoom}x, y, content)
      select ${countyCode}, ${layerVersionId}::uuid, ${zoom}x, y, substring(${Buffer.concat(some.map((row) => row.content))}::bytea from start for length)
      from unnest(${some.map((row) => row.z)}::int4[], ${some.map((row) => row.x)}::int4[], ${some.map((row) => row.y)}::int4[],
        ${starts}::int4[], ${some.map((row) => row.content.length)}::int4[]) as u(z, x, y, start, length)`);
  }
}

type VersionKey = Pick<LayerVersionView, 'countyCode' | 'layerVersionId'>;

async function deleteTiles(db: Queryable, version: VersionKey): Promise<void> {
  await db.run(sql`delete from tile where ${inVersion(version)}`);
  await db.run(sql`delete from tile_piece where ${inVersion(version)}`);
}

/** Deletes the stored tiles of a version; from now on they are cut from its features. */
export async function dropTiles(tx: Transaction, version: VersionKey): Promise<void> {
  await tx.run(sql`update layer_version set tiles_built = false where ${inVersion(version)}`);
  await deleteTiles(tx, version);
}
