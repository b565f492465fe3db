import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testActor } from '../../../tests/support/context.ts';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { squareBatches, type Squares } from '../../../tests/support/squares.ts';
import { officialAreas, runZoneOf } from '../../geometry/index.ts';
import { joinBatches } from '../../kernel/index.ts';
import { systemClock, systemIds } from '../../platform/clock.ts';
import { sql } from '../../platform/db/index.ts';
import { createHttpApp } from '../../platform/http/app.ts';
import { silentLogger } from '../../platform/logging.ts';
import { rightsRoutes } from '../access/server.ts';
import { readEvents, recordEvent } from '../audit/server.ts';
import type { DivisionView } from '../access/index.ts';
import type { FeatureDetail, FeaturePage, LayerSummaryView, LayerVersionView } from './index.ts';
import {
  currentLayerVersion,
  type NewLayerVersion,
  parcelRoutes,
  readLayerVersion,
  removeAbandonedVersions,
  saveLayerVersion,
} from './server.ts';

const SQUARES: Squares = { columns: 40, rows: 30, west: 120.5, south: 30.4, size: 0.001, batchFeatures: 350 };
const WHOLE = joinBatches([...squareBatches(SQUARES)], 4490);
const FACTS: NewLayerVersion = {
  countyCode: '330481',
  role: 'parcels',
  asOf: '2025-12-31',
  sourceName: 'squares',
  sourceHash: 'a'.repeat(64),
  epsg: 4490,
  zone: runZoneOf(WHOLE),
};
const clerk = testActor('330481', systemClock, systemIds);
const stranger = testActor('330482', systemClock, systemIds);

describe.each(ENGINES)('parcels on $name', ({ open }) => {
  let test: TestDatabase;
  let version: LayerVersionView;
  let ask: (path: string, init?: RequestInit) => Promise<Response>;
  let askAsStranger: typeof ask;

  beforeAll(async () => {
    test = await open();
    version = await saveLayerVersion(test.db, clerk, FACTS, squareBatches(SQUARES));
    const appOf = (actor: typeof clerk): typeof ask => {
      const app = createHttpApp({
        routes: [...rightsRoutes({ db: test.db, record: recordEvent }), ...parcelRoutes(test.db)],
        actorOf: () => actor,
        logger: silentLogger,
      });
      return async (path, init) => app.request(path, init);
    };
    ask = appOf(clerk);
    askAsStranger = appOf(stranger);
  });
  afterAll(() => test.close());

  const json = async <T>(path: string): Promise<T> => {
    const response = await ask(path);
    expect(response.status, path).toBe(200);
    return (await response.json()) as T;
  };

  it('knows what the version holds, with official areas', async () => {
    const areas = officialAreas(WHOLE, FACTS.zone!).map((area) => area.areaDm2);
    const total = areas.reduce((sum, area) => sum + area, 0);
    expect(version).toMatchObject({
      countyCode: '330481',
      role: 'parcels',
      asOf: '2025-12-31',
      state: 'current',
      featureCount: 1200,
      vertexCount: WHOLE.coords.length / 2,
      areaDm2: total,
    });
    expect(version.box![0]).toBe(120.5);
    expect(version.box![3]).toBeCloseTo(30.43, 12);
    const summary = await json<LayerSummaryView>(`/api/layers/${version.layerVersionId}/summary`);
    expect(summary.classes.map((one) => [one.code, one.features])).toEqual([
      ['0101', 300],
      ['0103', 300],
      ['0301', 300],
      ['0702', 300],
    ]);
    expect(summary.classes.reduce((sum, one) => sum + one.areaDm2, 0)).toBe(total);
  });

  it('gives back the batches as delivered, bit for bit', async () => {
    const read = [];
    for await (const batch of readLayerVersion(test.db, version)) read.push(batch);
    expect(read).toEqual([...squareBatches(SQUARES)]);
  });

  it('keeps the same geometry in the index, holes and missing ones too', async () => {
    const row =
      await test.db.one(sql`select count(*) as features, count(geom) as shapes, sum(ST_NumInteriorRings(ST_GeometryN(geom, 1))) as holes,
      bool_and(ST_IsValid(geom)) as valid, bool_and(ST_SRID(geom) = 4490) as srid from feature where county_code = '330481'`);
    expect(row).toEqual({ features: 1200, shapes: 1188, holes: 119, valid: true, srid: true });
    const { geometry } = await json<FeatureDetail>(`/api/layers/${version.layerVersionId}/features/10`);
    const x = 120.5 + 10 * 0.001;
    expect(geometry.coordinates[0]!).toHaveLength(2);
    expect(geometry.coordinates[0]![0]![0]).toEqual([x, 30.4]);
    expect(
      (await json<FeatureDetail>(`/api/layers/${version.layerVersionId}/features/96`)).geometry.coordinates,
    ).toEqual([]);
  });

  it('pages, searches and filters', async () => {
    const base = `/api/layers/${version.layerVersionId}/features`;
    const page = await json<FeaturePage>(`${base}?offset=1195&limit=10`);
    expect(page).toMatchObject({ total: 1200, offset: 1195 });
    expect(page.features.map((feature) => feature.featureNo)).toEqual([1195, 1196, 1197, 1198, 1199]);
    expect(page.features[0]!.attributes).toEqual({
      BSM: '330481000000001195',
      DLBM: '0702',
      ZLDWDM: '3304811000010000000',
      TBMJ: 1195.25,
    });
    expect((await json<FeaturePage>(`${base}?search=33048100000000119`)).total).toBe(10);
    expect((await json<FeaturePage>(`${base}?search=77`)).features.map((feature) => feature.featureNo)).toEqual([77]);
    expect((await json<FeaturePage>(`${base}?search=%25`)).total).toBe(0);
    expect((await json<FeaturePage>(`${base}?class=01`)).total).toBe(600);
    expect((await json<FeaturePage>(`${base}?class=0103&village=330481100002`)).total).toBe(100);
  });

  it('identifies what lies at a point, and says so where nothing does', async () => {
    const at = (lon: number, lat: number) =>
      ask(`/api/layers/${version.layerVersionId}/identify?lon=${lon}&lat=${lat}`);
    const hit = (await (await at(120.5015, 30.4015)).json()) as FeatureDetail;
    expect(hit.featureNo).toBe(41);
    expect((await at(120.5005, 30.4005)).status).toBe(204); // the hole of feature 0
    expect((await at(100, 30)).status).toBe(204);
  });

  it('hides everything from another county, as if it were not there', async () => {
    const id = version.layerVersionId;
    for (const path of [
      `/api/layers/${id}`,
      `/api/layers/${id}/features`,
      `/api/layers/${id}/features/1`,
      `/api/layers/${id}/identify?lon=120.5015&lat=30.4015`,
      `/api/layers/${id}/summary`,
      `/api/tiles/${id}/12/3418/1693.mvt`,
    ]) {
      const response = await askAsStranger(path);
      expect(response.status, path).toBe(404);
      expect(((await response.json()) as { refusals: { code: string }[] }).refusals[0]!.code).toBe('LAYER-NOT-FOUND');
    }
    expect(await (await askAsStranger('/api/layers?county=330481')).json()).toEqual([]);
    expect((await askAsStranger(`/api/layers/${id}/withdraw`, { method: 'POST' })).status).toBe(404);
    expect(await currentLayerVersion(test.db, clerk, '330481', 'parcels')).toEqual(version);
    expect(await currentLayerVersion(test.db, stranger, '330481', 'parcels')).toBeUndefined();
  });

  it('refuses what does not fit, naming the field', async () => {
    for (const [path, status] of [
      ['/api/layers', 400],
      ['/api/layers?county=33048', 400],
      ['/api/layers/not-an-id', 400],
      [`/api/layers/${systemIds.next()}`, 404],
      [`/api/layers/${version.layerVersionId}/features?limit=5000`, 400],
      [`/api/layers/${version.layerVersionId}/features/99999`, 404],
      [`/api/layers/${version.layerVersionId}/features/-1`, 400],
      [`/api/layers/${version.layerVersionId}/identify?lon=x&lat=1`, 400],
    ] as const) {
      const response = await ask(path);
      expect(response.status, path).toBe(status);
      const body = (await response.json()) as { refusals: { code: string; message: { zh: string; en: string } }[] };
      expect(body.refusals[0]!.message.zh).not.toBe('');
    }
  });

  it('leaves nothing of a save that fails or is aborted half-way', async () => {
    const count = () =>
      test.db.one(sql`select (select count(*) from layer_version) as versions, (select count(*) from feature) as features,
      (select count(*) from layer_batch) as batches`);
    const before = await count();
    const failing = function* () {
      yield* squareBatches({ ...SQUARES, rows: 10 });
      throw new Error('the reader failed');
    };
    await expect(saveLayerVersion(test.db, clerk, FACTS, failing())).rejects.toThrow('the reader failed');
    const controller = new AbortController();
    await expect(
      saveLayerVersion(test.db, clerk, FACTS, squareBatches(SQUARES), {
        signal: controller.signal,
        onProgress: () => controller.abort(),
      }),
    ).rejects.toThrow();
    await expect(
      saveLayerVersion(test.db, clerk, FACTS, squareBatches({ ...SQUARES, rows: 1 }), {
        finish: async () => {
          throw new Error('the import could not be marked');
        },
      }),
    ).rejects.toThrow('could not be marked');
    expect(await count()).toEqual(before);
  });

  it('makes its county, townships and villages known', async () => {
    expect((await json<DivisionView[]>('/api/divisions?level=county')).map(({ code }) => code)).toEqual(['330481']);
    const villages = await json<DivisionView[]>('/api/divisions?level=village&parent=330481');
    expect(villages.map(({ code, parentCode }) => [code, parentCode])).toEqual(
      ['330481100000', '330481100001', '330481100002'].map((code) => [code, '330481100']),
    );
    expect(await json('/api/divisions?level=village&parent=330481100')).toEqual(villages);
  });

  it('removes what a killed process left half saved, and only that', async () => {
    await test.db.run(sql`insert into layer_version (county_code, layer_version_id, role, as_of, state, source_name, source_hash, epsg, created_at, created_by)
      values ('330481', ${systemIds.next()}, 'parcels', '2025-12-31', 'staged', 'left over', 'x', 4490, '2026-01-01T00:00:00Z', 'tester')`);
    expect(await removeAbandonedVersions(test.db, '2026-01-01T00:00:00Z')).toBe(0);
    expect(await removeAbandonedVersions(test.db, '2026-01-02T00:00:00Z')).toBe(1);
    expect(await currentLayerVersion(test.db, clerk, '330481', 'parcels')).toEqual(version);
  });

  it('writes one audit row a write, withdraws once, and keeps a withdrawn version readable', async () => {
    const before = (await readEvents(test.db, '330481')).length;
    const other = await saveLayerVersion(
      test.db,
      clerk,
      { ...FACTS, role: 'slope' },
      squareBatches({ ...SQUARES, rows: 2 }),
    );
    const withdrawn = await ask(`/api/layers/${other.layerVersionId}/withdraw`, { method: 'POST' });
    expect(await withdrawn.json()).toMatchObject({ state: 'withdrawn' });
    expect((await ask(`/api/layers/${other.layerVersionId}/withdraw`, { method: 'POST' })).status).toBe(409);
    expect(
      (await readEvents(test.db, '330481'))
        .slice(before)
        .map((event) => [event.operation, event.objectId, event.actor]),
    ).toEqual([
      ['parcels.saveLayerVersion', other.layerVersionId, 'tester'],
      ['parcels.withdraw', other.layerVersionId, 'tester'],
    ]);
    expect((await json<FeaturePage>(`/api/layers/${other.layerVersionId}/features?limit=1`)).total).toBe(80);
  });
});
