import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { interrupted } from '../../../tests/support/interrupted-database.ts';
import { type Database, sql } from '../../platform/db/index.ts';
import { leftovers, type Files, openFiles } from '../../platform/files/index.ts';
import { type ComposedApp, createApp } from '../../server/compose.ts';
import type { LayerVersionView } from '../parcels/index.ts';
import type { ImportView } from './views.ts';

// Every step of an import is tried as the one at which the process dies, and as the one at which somebody cancels.

const FEATURES = 60;
const BAD = 2;

/** Squares of 100 m; two have a class that does not exist. */
const CONTENT = JSON.stringify({
  type: 'FeatureCollection',
  features: Array.from({ length: FEATURES }, (_, i) => {
    const x = 108.6 + (i % 10) * 0.001;
    const y = 22 + Math.floor(i / 10) * 0.001;
    return {
      type: 'Feature',
      properties: {
        BSM: `450721${String(i).padStart(12, '0')}`,
        DLBM: i % 40 === 7 ? '0999' : '0101',
        ZLDWDM: '4507211012010000000',
        ZLDWMC: '上塘村',
        TBMJ: 11400,
        QSXZ: '30',
      },
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [x, y],
            [x + 0.001, y],
            [x + 0.001, y + 0.001],
            [x, y + 0.001],
            [x, y],
          ],
        ],
      },
    };
  }),
});

/** What is there, whether anybody can see it or not. */
async function inventory(db: Database): Promise<Record<string, number>> {
  return db.one(sql`select
    (select count(*) from layer_version where state = 'current') as current,
    (select count(*) from layer_version where state = 'staged') as "halfVersions",
    (select count(*) from feature) as features,
    (select count(*) from layer_version v where feature_count <> (select count(*) from feature f
      where f.county_code = v.county_code and f.layer_version_id = v.layer_version_id)) as "versionsNotWhole",
    (select coalesce(sum(feature_count), 0) from layer_batch) as "batchFeatures",
    (select count(*) from staged_batch) as "stagedBatches",
    (select count(*) from import where job_id is not null) as "atWork",
    (select count(*) from job where state in ('queued', 'running')) as jobs`);
}

describe.each(ENGINES)('an import under bad luck on $name', (engine) => {
  let test: TestDatabase;
  let files: Files;
  let folder: string;

  beforeAll(async () => {
    test = await engine.open();
    folder = await mkdtemp(join(tmpdir(), 'tianchou-bad-luck-'));
    files = await openFiles(folder);
  });
  afterAll(() => test.close());

  const start = async (db: Database): Promise<ComposedApp> => {
    const app = createApp({ db, files });
    await app.start();
    return app;
  };
  const call = async <T>(app: ComposedApp, method: string, path: string, body?: unknown): Promise<T> => {
    const response = await app.app.request(path, {
      method,
      headers: { origin: 'http://localhost', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.status, path).toBeLessThan(300);
    return (await response.json()) as T;
  };
  const upload = async (app: ComposedApp): Promise<ImportView> => {
    const form = new FormData();
    form.set('countyCode', '450721');
    form.set('role', 'parcels');
    form.set('file', new File([CONTENT], 'parcels.geojson'));
    const headers = { origin: 'http://localhost' };
    const response = await app.app.request('/api/imports', { method: 'POST', headers, body: form });
    expect(response.status).toBe(201);
    return (await response.json()) as ImportView;
  };
  const importOf = (app: ComposedApp, importId: string): Promise<ImportView> =>
    call(app, 'GET', `/api/imports/${importId}`);
  const current = async (app: ComposedApp): Promise<LayerVersionView[]> =>
    (await call<LayerVersionView[]>(app, 'GET', '/api/layers?county=450721')).filter(
      ({ state }) => state === 'current',
    );
  /** The program starts anew on what is there and finishes what it finds. */
  const restart = async (jobId: string): Promise<ComposedApp> => {
    // On PostgreSQL a process counts as dead only after it was silent for a while.
    await test.db.run(sql`update job set heartbeat_at = '2000-01-01T00:00:00Z' where state = 'running'`);
    files = await openFiles(folder);
    const app = await start(test.db);
    await app.services.jobs.finished(jobId);
    return app;
  };
  const staged = async (): Promise<{ app: ComposedApp; importId: string }> => {
    const app = await start(test.db);
    const { importId, jobId } = await upload(app);
    await app.services.jobs.finished(jobId!);
    expect(await importOf(app, importId)).toMatchObject({ state: 'staged', featureCount: FEATURES, badCount: BAD });
    await test.db.run(sql`create table if not exists kept_batch as select * from staged_batch with no data`);
    await test.db.run(sql`insert into kept_batch select * from staged_batch where import_id = ${importId}`);
    return { app, importId };
  };
  /** Puts an import back to where it was staged, from the copy `staged` keeps: quicker than reading the file each time. */
  const stageAgain = async (importId: string): Promise<void> => {
    await test.db.run(sql`delete from layer_version`);
    await test.db.run(sql`delete from staged_batch`);
    await test.db.run(
      sql`update import set state = 'staged', job_id = null, layer_version_id = null where import_id = ${importId}`,
    );
    await test.db.run(sql`insert into staged_batch select * from kept_batch where import_id = ${importId}`);
  };
  const commit = { choice: 'goodRows' } as const;

  it('killed at any step of a commit: committed once after the restart, and nothing half', async () => {
    const { app, importId } = await staged();
    // From here on it only answers questions: the job is for the program that will die.
    await app.stop();
    let deaths = 0;
    for (let at = 0; ; at++) {
      const dying = interrupted(test.db, (step) => (step === at ? 'die' : 'go on'));
      const doomed = createApp({ db: dying.db, files });
      // Jobs only: clearing up at a start takes steps of its own.
      await doomed.services.jobs.start();
      const { jobId } = await call<ImportView>(doomed, 'POST', `/api/imports/${importId}/commit`, commit);
      const died = await Promise.race([
        dying.died.then(() => true),
        doomed.services.jobs.finished(jobId!).then(() => false),
      ]);
      // What everybody can see at the moment of death is whole or not there.
      for (const layer of await current(app)) expect(layer.featureCount).toBe(FEATURES - BAD);
      const after = await restart(jobId!);
      expect(await importOf(after, importId)).toMatchObject({ state: 'committed', jobId: null });
      const layers = await current(after);
      expect(layers).toHaveLength(1);
      expect(layers[0]).toMatchObject({ featureCount: FEATURES - BAD });
      expect(await inventory(test.db), `killed at step ${at}`).toMatchObject({
        halfVersions: 0,
        versionsNotWhole: 0,
        stagedBatches: 0,
        atWork: 0,
        jobs: 0,
        features: FEATURES - BAD,
        batchFeatures: FEATURES - BAD,
      });
      await after.stop();
      if (!died) {
        await doomed.stop();
        break;
      }
      deaths++;
      await stageAgain(importId);
    }
    expect(deaths).toBeGreaterThan(5);
    await test.db.run(sql`delete from layer_version`);
  });

  it('killed while the file is read: read anew after the restart, every row once', async () => {
    const { app: undisturbed, importId: first } = await staged();
    const { total } = await call<{ total: number }>(undisturbed, 'GET', `/api/imports/${first}/problems`);
    await call(undisturbed, 'POST', `/api/imports/${first}/discard`);
    await undisturbed.stop();
    for (const at of [0, 3, 5]) {
      const dying = interrupted(test.db, (step) => (step === at ? 'die' : 'go on'));
      const doomed = createApp({ db: dying.db, files });
      await doomed.services.jobs.start();
      const { importId, jobId } = await upload(doomed);
      await dying.died;
      const after = await restart(jobId!);
      expect(await importOf(after, importId), `killed at step ${at}`).toMatchObject({
        state: 'staged',
        featureCount: FEATURES,
        badCount: BAD,
        jobId: null,
      });
      const problems = await call<{ total: number }>(after, 'GET', `/api/imports/${importId}/problems`);
      expect(problems.total).toBe(total);
      expect(await inventory(test.db)).toMatchObject({ stagedBatches: 1, atWork: 0, jobs: 0, features: 0 });
      await call(after, 'POST', `/api/imports/${importId}/discard`);
      expect(await inventory(test.db)).toMatchObject({ stagedBatches: 0 });
      await after.stop();
    }
  });

  it('killed again and again: it fails for good, with a reason and without a trace', async () => {
    let jobId = '';
    let importId = '';
    for (let attempt = 0; attempt < 3; attempt++) {
      const dying = interrupted(test.db, (step) => (step === 4 ? 'die' : 'go on'));
      const doomed = createApp({ db: dying.db, files });
      await test.db.run(sql`update job set heartbeat_at = '2000-01-01T00:00:00Z' where state = 'running'`);
      await doomed.services.jobs.start();
      if (attempt === 0) ({ importId, jobId } = (await upload(doomed)) as { importId: string; jobId: string });
      await dying.died;
    }
    const after = await restart(jobId);
    const failed = await importOf(after, importId);
    expect(failed).toMatchObject({ state: 'failed', featureCount: 0, jobId: null });
    expect(failed.refusals[0]).toMatchObject({ code: 'IMPORT-BROKE-OFF' });
    expect(await inventory(test.db)).toMatchObject({ stagedBatches: 0, atWork: 0, jobs: 0 });
    await after.stop();
  });

  it('cancelled at any step of a commit: staged as before, or committed whole', async () => {
    const { app: reader, importId } = await staged();
    await reader.stop();
    let cancelled = 0;
    for (let at = 0; ; at++) {
      await stageAgain(importId);
      const told = interrupted(test.db, async (step) => {
        if (step === at) {
          const { jobId } = await test.db.one<{ jobId: string }>(
            sql`select job_id as "jobId" from import where import_id = ${importId}`,
          );
          await app.services.jobs.cancel(jobId);
        }
        return 'go on' as const;
      });
      const app = createApp({ db: told.db, files });
      await app.services.jobs.start();
      const { jobId } = await call<ImportView>(app, 'POST', `/api/imports/${importId}/commit`, commit);
      const { state } = (await app.services.jobs.finished(jobId!)).view;
      const view = await importOf(app, importId);
      if (state === 'cancelled') {
        cancelled++;
        expect(view, `cancelled at step ${at}`).toMatchObject({ state: 'staged', jobId: null, layerVersionId: null });
        expect(await current(app)).toEqual([]);
        expect(await inventory(test.db)).toMatchObject({
          halfVersions: 0,
          features: 0,
          batchFeatures: 0,
          stagedBatches: 1,
        });
        const again = await call<ImportView>(app, 'POST', `/api/imports/${importId}/commit`, commit);
        await app.services.jobs.finished(again.jobId!);
      }
      expect(await importOf(app, importId)).toMatchObject({ state: 'committed' });
      expect(await current(app)).toHaveLength(1);
      expect(await inventory(test.db)).toMatchObject({
        versionsNotWhole: 0,
        stagedBatches: 0,
        features: FEATURES - BAD,
      });
      await app.stop();
      if (state === 'done') break;
    }
    expect(cancelled).toBeGreaterThan(2);
    await test.db.run(sql`delete from layer_version`);
  });

  it('cancelled while rows are checked under another mapping: nothing is committed before they are checked', async () => {
    let importId = '';
    const told = interrupted(test.db, async (step) => {
      if (importId !== '' && step > 0 && !asked) {
        asked = true;
        const { jobId } = await test.db.one<{ jobId: string }>(
          sql`select job_id as "jobId" from import where import_id = ${importId}`,
        );
        await app.services.jobs.cancel(jobId);
      }
      return 'go on' as const;
    });
    let asked = false;
    const app = createApp({ db: told.db, files });
    await app.services.jobs.start();
    const read = await upload(app);
    await app.services.jobs.finished(read.jobId!);
    importId = read.importId;
    const mapping = [{ source: 'QSXZ', target: null }];
    const path = `/api/imports/${importId}`;
    const broken = await call<ImportView>(app, 'PUT', `${path}/mapping`, { mapping });
    expect((await app.services.jobs.finished(broken.jobId!)).view.state).toBe('cancelled');
    const headers = { origin: 'http://localhost', 'content-type': 'application/json' };
    const refused = await app.app.request(`${path}/commit`, { method: 'POST', headers, body: JSON.stringify(commit) });
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: 'IMPORT-NOT-CHECKED' });
    const checked = await call<ImportView>(app, 'PUT', `${path}/mapping`, { mapping });
    await app.services.jobs.finished(checked.jobId!);
    expect(await importOf(app, importId)).toMatchObject({ state: 'staged', badCount: BAD, refusals: [] });
    await call(app, 'POST', `${path}/discard`);
    await app.stop();
  });

  it('cancelled while the file is read: nothing stays, not even a scratch file', async () => {
    // What the deaths above left is of a process that lives.
    const before = await leftovers(folder);
    let jobId = '';
    const told = interrupted(test.db, async (step) => {
      // Before the first batch is stored.
      if (step === 5) await app.services.jobs.cancel(jobId);
      return 'go on' as const;
    });
    const app = createApp({ db: told.db, files });
    await app.start();
    const view = await upload(app);
    jobId = view.jobId!;
    expect((await app.services.jobs.finished(jobId)).view.state).toBe('cancelled');
    expect(await importOf(app, view.importId)).toMatchObject({ state: 'cancelled', featureCount: 0, jobId: null });
    expect(await inventory(test.db)).toMatchObject({ stagedBatches: 0, atWork: 0 });
    expect((await call<{ total: number }>(app, 'GET', `/api/imports/${view.importId}/problems`)).total).toBe(0);
    expect(await leftovers(folder)).toEqual(before);
    await app.stop();
  });
});
