import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testActor } from '../../tests/support/context.ts';
import { ENGINES, type TestDatabase } from '../../tests/support/databases.ts';
import { AUTHORISATION_MATRIX } from '../modules/access/index.ts';
import { firstBrokenEvent } from '../modules/audit/server.ts';
import { systemClock, systemIds } from '../platform/clock.ts';
import { openFiles } from '../platform/files/index.ts';
import { type ComposedApp, createApp } from './compose.ts';

const folder = mkdtempSync(join(tmpdir(), 'tianchou-compose-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(ENGINES)('composed application on $name', ({ name, open }) => {
  let test: TestDatabase;
  let composed: ComposedApp;
  beforeAll(async () => {
    test = await open();
    composed = createApp({ db: test.db, files: await openFiles(join(folder, name)) });
    await composed.start();
  });
  afterAll(async () => {
    await composed?.stop();
    await test.close();
  });

  const json = async (path: string): Promise<unknown> => {
    const response = await composed.app.request(path);
    expect(response.status, path).toBe(200);
    return response.json();
  };

  it('registers exactly the routes of the authorisation matrix', () => {
    const registered = composed.app.routes
      .filter((one) => one.path.startsWith('/api/') && one.method !== 'ALL')
      .map((one) => `${one.method} ${one.path}`);
    expect([...new Set(registered)].toSorted()).toEqual(
      AUTHORISATION_MATRIX.map((one) => `${one.method} ${one.path}`).toSorted(),
    );
  });

  it('is healthy, ready, and says what it is', async () => {
    expect(await json('/api/health')).toMatchObject({ status: 'ok' });
    expect(await json('/api/ready')).toEqual({ status: 'ready', database: name });
    expect(await json('/api/status')).toMatchObject({ database: name, demo: false, loading: null });
    expect(await json('/api/session')).toMatchObject({ mode: 'demo', actor: 'demo', role: 'clerk', divisionCode: '' });
  });

  it('loads the demo county on the embedded database only, once', async () => {
    const context = testActor('', systemClock, systemIds);
    const jobId = await composed.demo.ensure(context, { parcels: 400, seed: 7 });
    if (name === 'postgresql') {
      expect(jobId).toBeNull();
      return;
    }
    expect(await composed.demo.ensure(context)).toBe(jobId);
    const events = await composed.app.request(`/api/jobs/${jobId}/events`);
    expect((await composed.services.jobs.finished(jobId!)).view).toMatchObject({ state: 'done', error: null });
    const last = (await events.text()).trim().split('\n\n').at(-1)!;
    expect(last).toMatch(/^event: job\ndata: \{.*"state":"done"/);
    expect(await composed.demo.ensure(context)).toBeNull();
    expect(await json('/api/status')).toMatchObject({ demo: true, loading: null });
    const layers = (await json('/api/layers?county=990101')) as {
      role: string;
      state: string;
      featureCount: number;
      areaDm2: number;
    }[];
    expect(layers.map((layer) => layer.role).toSorted()).toEqual([
      'basicFarmland',
      'grade',
      'growthBoundary',
      'parcels',
      'redLine',
      'slope',
      'village',
    ]);
    expect(layers.every((layer) => layer.state === 'current' && layer.featureCount > 0 && layer.areaDm2 > 0)).toBe(
      true,
    );
    expect(await json('/api/divisions?level=county')).toMatchObject([
      { code: '990101', name: { zh: '田畴示范县' }, level: 'county' },
    ]);
    expect(await firstBrokenEvent(test.db, '990101')).toBeNull();
    expect((await composed.app.request(`/api/jobs/${jobId}/cancel`, { method: 'POST' })).status).toBe(409);
    expect((await composed.app.request(`/api/jobs/${systemIds.next()}`)).status).toBe(404);
  }, 180_000);
});
