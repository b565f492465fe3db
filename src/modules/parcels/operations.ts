import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  assert,
  type AttributeValue,
  columnOf,
  err,
  featureCount,
  type FeatureBatch,
  type LayerRole,
  localized,
  ok,
  type Refusal,
  type Result,
  villageCodeOf,
} from '../../kernel/index.ts';
import { lonLatOf, officialAreas, type RunZone } from '../../geometry/index.ts';
import type { Database, Queryable, Transaction } from '../../platform/db/index.ts';
import { type ActorContext, mayTouchCounty } from '../access/index.ts';
import { addMissingDivisions, type DivisionRow } from '../access/server.ts';
import { recordEvent } from '../audit/server.ts';
import { fieldsOf, type LayerFields } from './layer-fields.ts';
import { Pyramid } from './pyramid.server.ts';
import type { PyramidBatch } from './pyramid-work.server.ts';
import {
  type ClassSummary,
  completeVersion,
  deleteStagedVersion,
  dropTiles,
  featureAt,
  type FeatureFilter,
  type FeatureIndexRows,
  type FeatureRow,
  findFeature,
  findVersion,
  insertBatch,
  insertFeatures,
  insertPyramidRows,
  insertVersion,
  type LayerVersion,
  listVersions,
  readBatches,
  readClassSummary,
  readFeaturePage,
  setVersionState,
  viewOf,
} from './store.ts';
import type { FeatureDetail, FeaturePage, FeatureView, LayerVersionView } from './views.ts';
import { wkbOfBatch } from './wkb.ts';

/** What a new layer version is, before its features. */
export interface NewLayerVersion {
  readonly countyCode: string;
  readonly role: LayerRole;
  /** Legal date the data speak of, yyyy-mm-dd. */
  readonly asOf: string;
  readonly sourceName: string;
  /** SHA-256 of the delivered file, hex. */
  readonly sourceHash: string;
  /** CRS of the batches. */
  readonly epsg: number;
  /** Fields that differ from those of the role (LAYER_FIELDS). */
  readonly fields?: Partial<LayerFields>;
  /** With it the official area of each feature is computed and kept; without, areas stay unknown. */
  readonly zone?: RunZone | null;
}

export interface SaveOptions {
  readonly signal?: AbortSignal;
  /** Objects besides the version whose history this belongs to: the import it is made of. */
  readonly about?: readonly string[];
  /** Joined to the first transaction, which makes the version as `staged`: whoever saves notes there what to clear away after a crash. */
  readonly begin?: (tx: Transaction, layerVersionId: string) => Promise<void>;
  /** Called after each batch with the number of features saved so far. */
  readonly onProgress?: (features: number) => void;
  /** Called while the map tiles are built, after all features are saved, with how far that is (0 … 1). */
  readonly onTiles?: (fraction: number) => void;
  /** Joined to the last transaction, in which the version becomes current: an import marks itself committed here. */
  readonly finish?: (tx: Transaction, version: LayerVersionView) => Promise<void>;
}

// On the embedded engine a small query waits for the statement before it: this many features take some 0.02–0.04 s.
const STATEMENT_FEATURES = 150;

/**
 * Saves a layer version batch by batch, builds its map tiles, and makes it current at the end, with one audit row. Batches are saved in small
 * statements of their own, so that others are served in between; until the last one the version is `staged` and nobody reads
 * it. Whatever goes wrong before (also an aborted `signal`) removes it again; what a crash leaves, `removeAbandonedVersions`
 * removes at the next start. Pass `db.background` from a job.
 *
 * @throws the signal's reason when aborted
 */
export async function saveLayerVersion(
  db: Database,
  context: ActorContext,
  facts: NewLayerVersion,
  batches: Iterable<FeatureBatch> | AsyncIterable<FeatureBatch>,
  options: SaveOptions = {},
): Promise<LayerVersionView> {
  const { countyCode } = facts;
  const layerVersionId = context.ids.next();
  await db.transaction(async (tx) => {
    await insertVersion(tx, {
      layerVersionId,
      countyCode,
      role: facts.role,
      asOf: facts.asOf,
      sourceName: facts.sourceName,
      sourceHash: facts.sourceHash,
      epsg: facts.epsg,
      createdAt: context.clock.now(),
      createdBy: context.actor,
    });
    await options.begin?.(tx, layerVersionId);
  });
  const pyramid = new Pyramid();
  try {
    const totals = new Totals(facts);
    let batchNo = 0;
    for await (const batch of batches) {
      options.signal?.throwIfAborted();
      // Areas and rows of a batch are computed in one go: requests that wait are answered first.
      await setImmediate();
      const rows = totals.add(batch);
      await insertBatch(db, countyCode, layerVersionId, batchNo, batch);
      const count = featureCount(batch);
      for (let from = 0; from < count; from += STATEMENT_FEATURES) {
        const to = Math.min(count, from + STATEMENT_FEATURES);
        options.signal?.throwIfAborted();
        await insertFeatures(db, countyCode, layerVersionId, batch.featureNos, rows, from, to);
      }
      pyramid.add(pyramidBatch(batch, rows));
      batchNo++;
      options.onProgress?.(totals.featureCount);
    }
    for await (const { rows, fraction } of pyramid.rows()) {
      options.signal?.throwIfAborted();
      await insertPyramidRows(db, countyCode, layerVersionId, rows);
      options.onTiles?.(fraction);
    }
    options.signal?.throwIfAborted();
    return await db.transaction(async (tx) => {
      const completed = await completeVersion(tx, countyCode, layerVersionId, totals.result());
      assert(completed, 'the version was cleared away while it was being saved');
      await addMissingDivisions(tx, totals.divisions());
      const version = viewOf((await findVersion(tx, layerVersionId))!);
      await options.finish?.(tx, version);
      await recordEvent(tx, context, {
        operation: 'parcels.saveLayerVersion',
        objectKind: 'layerVersion',
        objectId: layerVersionId,
        countyCode,
        afterHash: totals.hash(),
        detail: {
          role: facts.role,
          features: totals.featureCount,
          sourceHash: facts.sourceHash,
          ...(options.about === undefined ? {} : { about: options.about }),
        },
      });
      return version;
    });
  } catch (error) {
    await deleteStagedVersion(db, layerVersionId);
    throw error;
  } finally {
    await pyramid.close();
  }
}

function pyramidBatch(batch: FeatureBatch, rows: FeatureIndexRows): PyramidBatch {
  const { featureNos, ringStarts, ringRoles, featureRings } = batch;
  const { lonLat, ids, classes, labels, areasDm2 } = rows;
  return { featureNos, lonLat, ringStarts, ringRoles, featureRings, ids, classes, labels, areasDm2 };
}

/** What is counted while batches pass. */
class Totals {
  readonly fields: string[] = [];
  featureCount = 0;
  private readonly facts: NewLayerVersion;
  private vertexCount = 0;
  private areaDm2 = 0;
  private box: [number, number, number, number] | null = null;
  private readonly classes = new Map<string | null, { features: number; areaDm2: number }>();
  private readonly hasher = createHash('sha256');
  /** Villages seen, by code, with the first name found. */
  private readonly villages = new Map<string, string>();

  constructor(facts: NewLayerVersion) {
    this.facts = facts;
  }

  add(batch: FeatureBatch): FeatureIndexRows {
    const count = featureCount(batch);
    for (const { name } of batch.columns) if (!this.fields.includes(name)) this.fields.push(name);
    const names = fieldsOf(this.facts.role, this.fields, this.facts.fields);
    const columns = this.fields.map((name) => columnOf(batch, name));
    const texts = (name: string | null): (string | null)[] => {
      const values = name === null ? undefined : columnOf(batch, name);
      return Array.from({ length: count }, (_, f) => textOf(values?.[f] ?? null));
    };
    const layer = { ...batch, epsg: this.facts.epsg };
    const lonLat = lonLatOf(layer);
    const areasDm2: (number | null)[] =
      this.facts.zone == null
        ? Array.from({ length: count }, () => null)
        : officialAreas(layer, this.facts.zone).map((area) => area.areaDm2);
    const classes = texts(names.class);
    const villages = texts(names.village).map((text) => (text === null ? null : (villageCodeOf(text) ?? text)));
    this.noteVillages(villages, texts(names.village === 'ZLDWDM' ? 'ZLDWMC' : null));
    for (let f = 0; f < count; f++) {
      const code = classes[f]!;
      const sum = this.classes.get(code) ?? { features: 0, areaDm2: 0 };
      sum.features++;
      sum.areaDm2 += areasDm2[f] ?? 0;
      this.areaDm2 += areasDm2[f] ?? 0;
      this.classes.set(code, sum);
    }
    this.extend(lonLat);
    this.featureCount += count;
    this.vertexCount += lonLat.length / 2;
    this.hasher.update(new Uint8Array(batch.coords.buffer, batch.coords.byteOffset, batch.coords.byteLength));
    return {
      ids: texts(names.id),
      classes,
      villages,
      labels: texts(names.label),
      areasDm2,
      attributes: Array.from({ length: count }, (_, f) => JSON.stringify(columns.map((values) => values?.[f] ?? null))),
      lonLat,
      wkb: wkbOfBatch(batch, lonLat),
    };
  }

  private noteVillages(codes: readonly (string | null)[], names: readonly (string | null)[]): void {
    codes.forEach((code, f) => {
      if (code === null || code.length !== 12 || !code.startsWith(this.facts.countyCode) || !/^\d+$/.test(code)) return;
      if ((this.villages.get(code) ?? '') === '') this.villages.set(code, names[f] ?? '');
    });
  }

  /**
   * The county of the version with the townships and villages its features name: a county is known as soon as it has data.
   * Townships and the county have no name in the data; their code stands for it until somebody names them.
   */
  divisions(): Omit<DivisionRow, 'demo'>[] {
    const { countyCode } = this.facts;
    const row = (code: string, name: string, parentCode: string | null) => ({
      code,
      nameZh: name,
      nameEn: name,
      parentCode,
    });
    const townships = new Set([...this.villages.keys()].map((code) => code.slice(0, 9)));
    return [
      row(countyCode, countyCode, null),
      ...[...townships].map((code) => row(code, code, countyCode)),
      ...[...this.villages].map(([code, name]) => row(code, name === '' ? code : name, code.slice(0, 9))),
    ];
  }

  private extend(lonLat: Float64Array): void {
    if (lonLat.length === 0) return;
    let [west, south, east, north] = this.box ?? [lonLat[0]!, lonLat[1]!, lonLat[0]!, lonLat[1]!];
    for (let i = 0; i < lonLat.length; i += 2) {
      const x = lonLat[i]!;
      const y = lonLat[i + 1]!;
      if (x < west) west = x;
      else if (x > east) east = x;
      if (y < south) south = y;
      else if (y > north) north = y;
    }
    this.box = [west, south, east, north];
  }

  result(): Parameters<typeof completeVersion>[3] {
    const classes: ClassSummary[] = [...this.classes].map(([code, sum]) => ({ code, ...sum }));
    classes.sort((a, b) => ((a.code ?? '') < (b.code ?? '') ? -1 : 1));
    return {
      fields: this.fields,
      fieldNames: fieldsOf(this.facts.role, this.fields, this.facts.fields),
      featureCount: this.featureCount,
      vertexCount: this.vertexCount,
      areaDm2: this.facts.zone == null ? null : this.areaDm2,
      box: this.box,
      classes,
    };
  }

  /** SHA-256 of all coordinates as delivered, in order. */
  hash(): string {
    return this.hasher.copy().digest('hex');
  }
}

function textOf(value: AttributeValue): string | null {
  // PostgreSQL cannot hold NUL in a text; dBase files are full of them.
  return value === null || value === '' ? null : String(value).replaceAll('\0', '');
}

/** The features of a version as delivered, a batch at a time: what quality and analysis read. */
export function readLayerVersion(
  db: Queryable,
  version: Pick<LayerVersionView, 'countyCode' | 'layerVersionId'>,
): AsyncIterable<FeatureBatch> {
  return readBatches(db, version);
}

const NOT_FOUND: Refusal = {
  code: 'LAYER-NOT-FOUND',
  message: localized('没有这个图层版本。', 'There is no such layer version.'),
  remedy: localized('请回到图层列表重新选择。', 'Go back to the list of layers and choose again.'),
};

const FEATURE_NOT_FOUND: Refusal = {
  code: 'FEATURE-NOT-FOUND',
  message: localized('该图层版本中没有这个要素。', 'This layer version has no such feature.'),
  remedy: localized('请检查要素序号。', 'Check the feature number.'),
};

/** The version, if it is there, whole, and in the actor's division; else the same refusal for all. */
export async function findLayerVersion(
  db: Queryable,
  context: Pick<ActorContext, 'divisionCode'>,
  layerVersionId: string,
): Promise<Result<LayerVersion, Refusal>> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(layerVersionId)) return err(NOT_FOUND);
  const version = await findVersion(db, layerVersionId);
  // While it is being saved a version is nobody's but the saver's.
  return version === undefined || version.state === 'staged' || !mayTouchCounty(context, version.countyCode)
    ? err(NOT_FOUND)
    : ok(version);
}

/** Whole versions of a county, newest first; none where the county is not the actor's. */
export async function listLayerVersions(
  db: Queryable,
  context: Pick<ActorContext, 'divisionCode'>,
  countyCode: string,
): Promise<LayerVersionView[]> {
  return mayTouchCounty(context, countyCode) ? (await listVersions(db, countyCode)).map(viewOf) : [];
}

/** The newest current version of a role, or undefined. */
export async function currentLayerVersion(
  db: Queryable,
  context: Pick<ActorContext, 'divisionCode'>,
  countyCode: string,
  role: LayerRole,
): Promise<LayerVersionView | undefined> {
  const versions = await listLayerVersions(db, context, countyCode);
  return versions.find((version) => version.role === role && version.state === 'current');
}

/**
 * Takes a current version back (undo of an import). It stays readable for the runs that used it; its stored tiles go.
 * Refused where it is not current.
 *
 * @param about objects besides the version whose history this belongs to: the import that is undone
 */
export async function withdrawLayerVersion(
  tx: Transaction,
  context: ActorContext,
  layerVersionId: string,
  about: readonly string[] = [],
): Promise<Result<LayerVersionView, Refusal>> {
  const found = await findLayerVersion(tx, context, layerVersionId);
  if (!found.ok) return found;
  const version = found.value;
  if (!(await setVersionState(tx, version, 'current', 'withdrawn'))) {
    return err({
      code: 'LAYER-NOT-CURRENT',
      message: localized(
        '该图层版本不是现行版本，不能撤回。',
        'This layer version is not current and cannot be withdrawn.',
      ),
      remedy: localized('请刷新图层列表。', 'Refresh the list of layers.'),
    });
  }
  await dropTiles(tx, version);
  await recordEvent(tx, context, {
    operation: 'parcels.withdraw',
    objectKind: 'layerVersion',
    objectId: layerVersionId,
    countyCode: version.countyCode,
    detail: { role: version.role, ...(about.length === 0 ? {} : { about }) },
  });
  return ok(viewOf({ ...version, state: 'withdrawn' }));
}

function featureView(version: LayerVersion, row: FeatureRow): FeatureView {
  return {
    featureNo: row.featureNo,
    id: row.id,
    attributes: Object.fromEntries(version.fields.map((name, i) => [name, row.attributes[i] ?? null])),
    box: row.west === null ? null : [row.west, row.south, row.east, row.north],
  };
}

export async function pageOfFeatures(
  db: Queryable,
  version: LayerVersion,
  filter: FeatureFilter,
  offset: number,
  limit: number,
): Promise<FeaturePage> {
  const { total, rows } = await readFeaturePage(db, version, filter, offset, limit);
  return { total, offset, features: rows.map((row) => featureView(version, row)) };
}

export async function featureDetail(
  db: Queryable,
  version: LayerVersion,
  featureNo: number,
): Promise<Result<FeatureDetail, Refusal>> {
  const row = await findFeature(db, version, featureNo);
  if (row === undefined) return err(FEATURE_NOT_FOUND);
  return ok({ ...featureView(version, row), geometry: { type: 'MultiPolygon', coordinates: row.coordinates } });
}

/** The feature under a point, or null: nothing there is an answer. */
export async function identifyFeature(
  db: Queryable,
  version: LayerVersion,
  lon: number,
  lat: number,
): Promise<FeatureDetail | null> {
  const row = await featureAt(db, version, lon, lat);
  if (row === undefined) return null;
  return { ...featureView(version, row), geometry: { type: 'MultiPolygon', coordinates: row.coordinates } };
}

/** Number and official area of the features of each class, in order of code. */
export function summaryByClass(db: Queryable, version: LayerVersion): Promise<readonly ClassSummary[]> {
  return readClassSummary(db, version);
}
