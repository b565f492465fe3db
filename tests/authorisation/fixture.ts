import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateDemoCounty } from '../../src/demo/index.ts';
import { assert, joinBatches } from '../../src/kernel/index.ts';
import type { ActorContext, AppointmentView, OrganisationView } from '../../src/modules/access/index.ts';
import { writeLayer } from '../../src/modules/intake/server.ts';
import type { ImportView } from '../../src/modules/intake/views.ts';
import type { LayerVersionView } from '../../src/modules/parcels/index.ts';
import type { ProjectView } from '../../src/modules/projects/views.ts';
import { type Database, sql } from '../../src/platform/db/index.ts';
import type { ComposedApp } from '../../src/server/compose.ts';
import type { FixtureIds } from './cases.ts';

/** Makes one object of each kind in the demo county, through the product's own doors. `act` says who asks from now on. */
export async function makeFixture(
  composed: ComposedApp,
  db: Database,
  folder: string,
  act: (actor: Partial<ActorContext>) => void,
): Promise<FixtureIds> {
  const { clock, ids } = composed.services;
  const jobId = await composed.demo.ensure(
    { actor: 'demo', role: 'clerk', divisionCode: '', clock, ids },
    { parcels: 300, seed: 7 },
  );
  assert(jobId !== null, 'the fixture wants an empty embedded database');
  await composed.services.jobs.finished(jobId);
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const isForm = body instanceof FormData;
    const response = await composed.app.request(path, {
      method,
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      headers: isForm || body === undefined ? {} : { 'content-type': 'application/json' },
    });
    assert(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
    return (await response.json()) as T;
  };
  const finished = async (id: string): Promise<void> => {
    const { view } = await composed.services.jobs.finished(id);
    assert(view.state === 'done', `${view.kind} ${JSON.stringify(view.error)}`);
  };

  act({ role: 'clerk', divisionCode: '' });
  const [{ code: countyCode }] = await ask<[{ code: string }]>('GET', '/api/divisions?level=county');
  const layers = await ask<LayerVersionView[]>('GET', `/api/layers?county=${countyCode}`);
  const { layerVersionId } = layers.find(({ role }) => role === 'parcels')!;
  await finished((await ask<{ jobId: string }>('POST', `/api/layers/${layerVersionId}/quality`)).jobId);
  const [{ projectId }] = await ask<[ProjectView]>('GET', '/api/projects');
  const run = await ask<{ runId: string; jobId: string }>('POST', `/api/projects/${projectId}/runs`, {
    packId: 'qinzhou-2020',
  });
  await finished(run.jobId);

  const county = generateDemoCounty({ parcels: 300, seed: 8 });
  const path = join(folder, 'village.fgb');
  await writeLayer(path, joinBatches([...county.zone('village')], 4490));
  const form = new FormData();
  form.set('countyCode', countyCode);
  form.set('role', 'village');
  form.set('asOf', '2026-01-01');
  form.set('file', new File([new Uint8Array(await readFile(path))], 'village.fgb'));
  const imported = await ask<ImportView>('POST', '/api/imports', form);
  assert(imported.jobId !== null, 'an import is read by a job');
  await finished(imported.jobId);

  await db.run(sql`insert into person (id, username, display_name, created_at, updated_at)
    values ('person-1', 'zhangsan', '张三', now(), now())`);
  act({ role: 'securityAdministrator', divisionCode: '', personId: 'security-1' });
  const { organisationId } = await ask<OrganisationView>('POST', '/api/organisations', {
    divisionCode: countyCode,
    name: '县局',
    kind: 'contractor',
  });
  const { appointmentId } = await ask<AppointmentView>('POST', '/api/appointments', {
    personId: 'person-1',
    organisationId,
    role: 'contractor',
    divisionCode: countyCode,
    validFrom: '2020-01-01',
    validUntil: null,
  });
  return {
    countyCode,
    layerVersionId,
    importId: imported.importId,
    projectId,
    runId: run.runId,
    jobId: run.jobId,
    organisationId,
    appointmentId,
    personId: 'person-1',
  };
}
