import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { DEMO_ZONE_ROLES, generateDemoCounty } from '../../demo/index.ts';
import { runZoneOf } from '../../geometry/index.ts';
import { joinBatches } from '../../kernel/index.ts';
import { openFiles } from '../../platform/files/index.ts';
import { type ComposedApp, createApp, demoActor } from '../../server/compose.ts';
import type { CellView, RunView } from '../analysis/views.ts';
import type { BalanceTable } from '../balance/index.ts';
import type { Findings } from '../compliance/index.ts';
import { saveLayerVersion } from '../parcels/server.ts';
import type { QualityReportView } from '../quality/index.ts';
import { writePlan } from './server.ts';
import type { ProjectView } from './views.ts';

const county = generateDemoCounty({ parcels: 500, seed: 7 });

describe.each(ENGINES)('quality and runs on $name', ({ open }) => {
  let database: TestDatabase;
  let composed: ComposedApp;
  let folder: string;
  let project: ProjectView;
  let parcelsId: string;

  beforeAll(async () => {
    database = await open();
    folder = await mkdtemp(join(tmpdir(), 'tianchou-runs-'));
    composed = createApp({ db: database.db, files: await openFiles(join(folder, 'data')) });
    await composed.start();
    const { db, clock, ids } = composed.services;
    const context = { ...demoActor(clock, ids), divisionCode: county.countyCode };
    for (const role of ['parcels', ...DEMO_ZONE_ROLES] as const) {
      const batches = role === 'parcels' ? [...county.parcels()] : [...county.zone(role)];
      const version = await saveLayerVersion(
        db,
        context,
        {
          countyCode: county.countyCode,
          role,
          asOf: county.asOf,
          sourceName: role,
          sourceHash: role.padEnd(64, '0'),
          epsg: 4490,
          zone: runZoneOf(joinBatches(batches, 4490)),
        },
        batches,
      );
      if (role === 'parcels') parcelsId = version.layerVersionId;
    }
    await writePlan(join(folder, 'plan.gpkg'), county.plan);
    const form = new FormData();
    form.set('countyCode', county.countyCode);
    form.set('file', new File([new Uint8Array(await readFile(join(folder, 'plan.gpkg')))], 'plan.gpkg'));
    const answer = await composed.app.request('/api/projects', {
      method: 'POST',
      headers: { origin: 'http://localhost' },
      body: form,
    });
    project = (await answer.json()) as ProjectView;
    expect(answer.status, JSON.stringify(project)).toBe(201);
  });
  afterAll(async () => {
    await composed.stop();
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  const get = async <T>(path: string): Promise<T> => (await (await composed.app.request(path)).json()) as T;
  const post = async <T>(path: string, body: unknown = {}): Promise<T> => {
    const answer = await composed.app.request(path, {
      method: 'POST',
      headers: { origin: 'http://localhost', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as T;
  };
  const runUnder = async (packId: string): Promise<RunView> => {
    const started = await post<{ runId: string; jobId: string }>(`/api/projects/${project.projectId}/runs`, { packId });
    expect((await composed.services.jobs.finished(started.jobId)).view.error).toBeNull();
    return get<RunView>(`/api/runs/${started.runId}`);
  };

  it('summarises the plan as a project with its outlines', async () => {
    expect(project).toMatchObject({ countyCode: county.countyCode, name: county.projectName, remarks: [] });
    const plan = await get<{ features: { properties: { layer: string } }[] }>(
      `/api/projects/${project.projectId}/plan.geojson`,
    );
    expect(plan.features.filter((feature) => feature.properties.layer === 'plots')).toHaveLength(project.plotCount);
  });

  it('finds no error in the county, and says nothing before it was asked to look', async () => {
    expect(await get(`/api/layers/${parcelsId}/quality`)).toBeNull();
    const { jobId } = await post<{ jobId: string }>(`/api/layers/${parcelsId}/quality`);
    expect((await composed.services.jobs.finished(jobId)).view.error).toBeNull();
    const report = await get<QualityReportView>(`/api/layers/${parcelsId}/quality`);
    expect(report).toMatchObject({ errors: 0, warnings: 0 });
    expect(report.rules.length).toBeGreaterThan(20);
    for (const extension of ['xlsx', 'gpkg']) {
      expect((await composed.app.request(`/api/layers/${parcelsId}/quality/export.${extension}`)).status).toBe(200);
    }
  });

  it('gives the same findings bytes for the same run twice, and the files of both languages', async () => {
    const [first, second] = [await runUnder('qinzhou-2020'), await runUnder('qinzhou-2020')];
    expect(first.state).toBe('done');
    expect(second.inputHash).toBe(first.inputHash);
    const bytes = async (run: RunView): Promise<string> =>
      (await composed.app.request(`/api/runs/${run.runId}/files/findings.json`)).text();
    expect(await bytes(second)).toBe(await bytes(first));
    const findings = await get<Findings>(`/api/runs/${first.runId}/findings`);
    for (const verdict of ['pass', 'fail', 'person'] as const)
      expect(findings.counts[verdict], verdict).toBeGreaterThan(0);
    for (const path of ['balance.xlsx', 'balance.xlsx?lang=en', 'report.docx', 'report.docx?lang=en', 'balance.json']) {
      expect((await composed.app.request(`/api/runs/${first.runId}/files/${path}`)).status, path).toBe(200);
    }
    expect((await composed.app.request(`/api/runs/${first.runId}/files/../../etc/passwd`)).status).toBe(404);
  });

  it('traces every area of the structure table to parcels whose shares add up to it', async () => {
    const [run] = await get<RunView[]>(`/api/projects/${project.projectId}/runs`);
    const tables = await get<BalanceTable[]>(`/api/runs/${run!.runId}/balance`);
    const structure = tables.find((table) => table.id === 'structure')!;
    expect(tables.every((table) => table.residualDm2 === null || table.residualDm2 === 0)).toBe(true);
    const before = structure.columns.findIndex((column) => column.id === 'before');
    let traced = 0;
    for (const [r, row] of structure.rows.entries()) {
      const cell = structure.cells[r]![before]!;
      if (cell?.kind !== 'area' || cell.dm2 === 0) continue;
      const view = await get<CellView>(
        `/api/runs/${run!.runId}/cell?table=structure&row=${encodeURIComponent(row.id)}&column=before&limit=5000`,
      );
      expect(
        view.parcels.reduce((sum, share) => sum + share.areaDm2, 0),
        row.id,
      ).toBe(cell.dm2);
      traced++;
    }
    expect(traced).toBeGreaterThan(10);
  });

  it('hides projects and runs from another county', async () => {
    const [run] = await get<RunView[]>(`/api/projects/${project.projectId}/runs`);
    const { db, files, clock, ids } = composed.services;
    const other = createApp({
      db,
      files,
      actorOf: () => ({ actor: 'other', role: 'clerk', divisionCode: '450722', clock, ids }),
    });
    for (const path of [
      `/api/projects/${project.projectId}`,
      `/api/runs/${run!.runId}`,
      `/api/runs/${run!.runId}/files/balance.json`,
      `/api/layers/${parcelsId}/quality`,
    ]) {
      expect((await other.app.request(path)).status, path).toBe(404);
    }
    expect(await (await other.app.request('/api/projects')).json()).toEqual([]);
  });
});
