import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFiles } from '../../platform/files/index.ts';
import { createApp, type ComposedApp } from '../../server/compose.ts';
import { ENGINES } from '../../../tests/support/databases.ts';
import { readEvents } from '../audit/server.ts';
import type { LayerVersionView } from '../parcels/index.ts';
import { readLayer } from './server.ts';
import { surveySchemaOf } from './survey-schema.ts';
import type { ImportPreview, ImportView, ProblemPage } from './views.ts';

/** Squares of 100 m near 108.6 E 22 N; `change` spoils one. */
function squares(
  count: number,
  change: (properties: Record<string, unknown>, ring: number[][], i: number) => void = () => {},
): string {
  const features = Array.from({ length: count }, (_, i) => {
    const x = 108.6 + (i % 10) * 0.001;
    const y = 22 + Math.floor(i / 10) * 0.001;
    const ring = [
      [x, y],
      [x + 0.001, y],
      [x + 0.001, y + 0.001],
      [x, y + 0.001],
      [x, y],
    ];
    const properties: Record<string, unknown> = {
      标识码: `450721${String(i).padStart(12, '0')}`,
      DLBM: '0101',
      坐落单位代码: '4507211012010000000',
      TBMJ: 11400,
      QSXZ: '30',
    };
    change(properties, ring, i);
    return { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [ring] } };
  });
  return JSON.stringify({ type: 'FeatureCollection', features });
}

describe.each(ENGINES)('import on $name', (engine) => {
  let composed: ComposedApp;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const database = await engine.open();
    const { db } = database;
    composed = createApp({
      db,
      files: await openFiles(await mkdtemp(join(tmpdir(), 'tianchou-import-'))),
      logger: {
        log: (level, message, fields) => {
          if (level === 'error') console.error(message, fields);
        },
      },
    });
    await composed.start();
    close = async () => {
      await composed.stop();
      await database.close();
    };
  });
  afterAll(() => close());

  const get = async <T>(path: string): Promise<T> => (await composed.app.request(path)).json() as Promise<T>;
  const send = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const response = await composed.app.request(path, {
      method,
      headers: { origin: 'http://localhost', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const upload = async (
    name: string,
    content: string | Uint8Array<ArrayBuffer>,
    fields: Record<string, string> = {},
  ): Promise<ImportView> => {
    const form = new FormData();
    form.set('countyCode', '450721');
    form.set('role', 'parcels');
    for (const [key, value] of Object.entries(fields)) form.set(key, value);
    form.set('file', new File([content], name));
    const response = await composed.app.request('/api/imports', {
      method: 'POST',
      headers: { origin: 'http://localhost' },
      body: form,
    });
    const view = (await response.json()) as ImportView;
    expect(response.status, JSON.stringify(view)).toBe(201);
    return settled(view);
  };
  const settled = async (view: ImportView): Promise<ImportView> => {
    const job = await composed.services.jobs.finished(view.jobId!);
    expect(job.view.error).toBeNull();
    return get<ImportView>(`/api/imports/${view.importId}`);
  };
  const layers = (): Promise<LayerVersionView[]> => get<LayerVersionView[]>('/api/layers?county=450721');

  it('stages, commits all, and undoes', async () => {
    const staged = await upload('parcels.geojson', squares(25));
    expect(staged).toMatchObject({ state: 'staged', featureCount: 25, badCount: 0, goodCount: 25 });
    expect(staged.crs?.epsg).toBe(4490);
    expect(staged.mapping.find((entry) => entry.source === '标识码')).toMatchObject({ target: 'BSM' });
    const preview = await get<ImportPreview>(`/api/imports/${staged.importId}/preview`);
    expect(preview.rows).toHaveLength(25);
    const committing = await send('POST', `/api/imports/${staged.importId}/commit`, { choice: 'allOrNone' });
    expect(committing.status).toBe(200);
    const committed = await settled(committing.body as ImportView);
    expect(committed.state).toBe('committed');
    expect((await layers()).find((layer) => layer.layerVersionId === committed.layerVersionId)).toMatchObject({
      state: 'current',
      featureCount: 25,
    });
    const undone = await send('POST', `/api/imports/${staged.importId}/undo`);
    expect(undone.body).toMatchObject({ state: 'undone' });
    expect((await layers()).find((layer) => layer.layerVersionId === committed.layerVersionId)).toMatchObject({
      state: 'withdrawn',
    });
  });

  it('hands a current version out by the survey standard, or names every breach; the audit knows of it', async () => {
    const commit = async (content: string): Promise<string> => {
      const staged = await upload('parcels.geojson', content);
      const committing = await send('POST', `/api/imports/${staged.importId}/commit`, { choice: 'goodRows' });
      return (await settled(committing.body as ImportView)).layerVersionId!;
    };
    const download = (layerVersionId: string): Promise<Response> =>
      Promise.resolve(composed.app.request(`/api/layers/${layerVersionId}/export.gpkg`));
    const breaching = await commit(squares(3, (properties, _, i) => i === 1 && (properties['图斑编号'] = '123456789')));
    const refused = await download(breaching);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      refusals: [{ code: 'SURVEY_EXPORT_LENGTH', place: { featureNo: 1, field: 'TBBH' } }],
    });
    const good = await commit(squares(3));
    const response = await download(good);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toContain('450721-DLTB-');
    const path = join(await mkdtemp(join(tmpdir(), 'tianchou-export-')), 'out.gpkg');
    await writeFile(path, new Uint8Array(await response.arrayBuffer()));
    const read = await readLayer(path);
    expect(read.ok && [read.value.layerName, read.value.layer.featureNos.length, read.value.layer.epsg]).toEqual([
      'DLTB',
      3,
      4490,
    ]);
    expect(read.ok && read.value.fields.map(({ name }) => name)).toEqual(
      surveySchemaOf('parcels').fields.map(({ code }) => code),
    );
    const events = await readEvents(composed.services.db, '450721');
    const exports = events.filter(({ operation }) => operation === 'parcels.export');
    expect(exports.map(({ objectId }) => objectId)).toEqual([good]);
    // The version before is not current any more.
    expect((await download(breaching)).status).toBe(409);
    expect((await download('00000000-0000-4000-8000-000000000000')).status).toBe(404);
  });

  it('reads an old datum once it is given the seven parameters, and keeps them out of the audit', async () => {
    const ring = [
      [560000, 2428000],
      [560400, 2428000],
      [560000, 2428300],
      [560000, 2428000],
    ];
    const old = JSON.stringify({
      type: 'FeatureCollection',
      crs: { type: 'name', properties: { name: 'EPSG:2381' } },
      features: [{ type: 'Feature', properties: { DLBM: '0101' }, geometry: { type: 'Polygon', coordinates: [ring] } }],
    });
    const datumParameters = '-12.345,23.456,-34.567,1.234,-2.345,3.456,-4.567';
    const failed = await upload('old.geojson', old);
    expect([failed.state, failed.refusals[0]?.code]).toEqual(['failed', 'INTAKE_DATUM_PARAMETERS_NEEDED']);
    const mapping = `/api/imports/${failed.importId}/mapping`;
    expect(await send('PUT', mapping, { datumParameters: '1,2,3' })).toMatchObject({
      status: 409,
      body: { refusals: [{ code: 'IMPORT-DATUM-PARAMETERS' }] },
    });
    const again = await settled((await send('PUT', mapping, { datumParameters })).body as ImportView);
    expect([again.state, again.crs?.epsg]).toEqual(['staged', 4545]);
    const events = (await readEvents(composed.services.db, '450721')).filter(
      (each) => each.objectId === failed.importId,
    );
    expect(events.length).toBeGreaterThan(1);
    expect(JSON.stringify(events)).not.toContain('12.345');
    const atOnce = await upload('old.geojson', old, { datumParameters });
    expect(atOnce.problemGroups.map(({ rule }) => rule)).toContain('crs.datum-shifted');
  });

  it('keeps bad rows out by choice, and none by the other', async () => {
    const staged = await upload(
      'bad.geojson',
      squares(12, (properties, ring, i) => {
        if (i === 3) properties['DLBM'] = '0999';
        if (i === 5) ring.splice(0, 5, [108.6, 22], [108.601, 22.001], [108.601, 22], [108.6, 22.001], [108.6, 22]);
        if (i === 7) properties['标识码'] = '450721000000000000';
      }),
    );
    expect(staged).toMatchObject({ state: 'staged', featureCount: 12, badCount: 3 });
    const problems = await get<ProblemPage>(`/api/imports/${staged.importId}/problems?rule=geometry.self-crossing`);
    expect(problems.problems[0]).toMatchObject({ featureNo: 5 });
    expect(problems.problems[0]!.lonLat![0]).toBeCloseTo(108.6005, 4);
    const refused = await send('POST', `/api/imports/${staged.importId}/commit`, { choice: 'allOrNone' });
    expect(refused.status).toBe(409);
    const workbook = await composed.app.request(`/api/imports/${staged.importId}/errors.xlsx`);
    expect(workbook.status).toBe(200);
    expect((await workbook.arrayBuffer()).byteLength).toBeGreaterThan(3_000);
    const geopackage = await composed.app.request(`/api/imports/${staged.importId}/errors.gpkg`);
    expect(
      Buffer.from(await geopackage.arrayBuffer())
        .subarray(0, 15)
        .toString(),
    ).toBe('SQLite format 3');
    const committed = await settled(
      (await send('POST', `/api/imports/${staged.importId}/commit`, { choice: 'goodRows' })).body as ImportView,
    );
    expect((await layers()).find((layer) => layer.layerVersionId === committed.layerVersionId)).toMatchObject({
      featureCount: 9,
    });
  });

  it('refuses a broken file with a code and leaves nothing behind', async () => {
    const failed = await upload('broken.geojson', squares(10).slice(0, 900));
    expect(failed.state).toBe('failed');
    expect(failed.refusals[0]!.code).toMatch(/^INTAKE_/);
    expect(failed.featureCount).toBe(0);
  });

  it('checks the staged rows again under another mapping and remembers it', async () => {
    const content = squares(4, (properties) => {
      properties['类别甲'] = properties['DLBM'];
      delete properties['DLBM'];
    });
    const staged = await upload('mapping.geojson', content);
    expect(
      staged.problemGroups.some((group) => group.rule === 'attribute.field-missing' && group.severity === 'error'),
    ).toBe(true);
    expect((await send('POST', `/api/imports/${staged.importId}/commit`, { choice: 'goodRows' })).body).toMatchObject({
      code: 'IMPORT-FIELDS-MISSING',
    });
    const corrected = await settled(
      (
        await send('PUT', `/api/imports/${staged.importId}/mapping`, {
          mapping: [{ source: '类别甲', target: 'DLBM' }],
        })
      ).body as ImportView,
    );
    expect(corrected.mapping.find((entry) => entry.source === '类别甲')).toMatchObject({
      target: 'DLBM',
      decidedBy: 'user',
    });
    const again = await upload('mapping2.geojson', content);
    expect(again.mapping.find((entry) => entry.source === '类别甲')).toMatchObject({
      target: 'DLBM',
      decidedBy: 'remembered',
    });
    await send('POST', `/api/imports/${staged.importId}/discard`);
    expect(await get<ImportView>(`/api/imports/${staged.importId}`)).toMatchObject({ state: 'discarded' });
  });

  it('is not shown to the clerk of another county', async () => {
    const staged = await upload('mine.geojson', squares(2));
    const { db, files, clock, ids } = composed.services;
    const other = createApp({
      db,
      files,
      actorOf: () => ({ actor: 'other', role: 'clerk', divisionCode: '450722', clock, ids }),
    });
    expect((await other.app.request(`/api/imports/${staged.importId}`)).status).toBe(404);
    expect(await (await other.app.request('/api/imports')).json()).toEqual([]);
  });
});
