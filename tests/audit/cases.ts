import { sql } from '../../src/platform/db/index.ts';
import type { ImportView } from '../../src/modules/intake/views.ts';
import type { ProjectView } from '../../src/modules/projects/views.ts';
import { type Call, COUNTY, type Kit, squaresForm } from './kit.ts';

/** How one write is done once, and what its event must say. */
export interface WriteCase {
  /** Makes what the call needs and says who asks; the call itself. */
  readonly prepare: (kit: Kit) => Promise<Call>;
  readonly operation: string;
  readonly objectKind: string;
  /** `system`, `audit`, or a county. */
  readonly chain: string;
  /** Which hashes of content the event bears. */
  readonly hashes?: 'before' | 'after' | 'both';
  /** It leaves an event but changes nothing else. */
  readonly isLook?: true;
}

const IMPORT_COUNTY = '450721';

async function staged(kit: Kit): Promise<ImportView> {
  kit.as('clerk');
  const view = await kit.send<ImportView>('POST', '/api/imports', squaresForm());
  await kit.work();
  return view;
}

async function committed(kit: Kit): Promise<ImportView> {
  const view = await staged(kit);
  await kit.send('POST', `/api/imports/${view.importId}/commit`, { choice: 'goodRows' });
  await kit.work();
  return view;
}

async function person(kit: Kit): Promise<string> {
  const id = kit.composed.services.ids.next();
  await kit.db.run(sql`insert into person (id, username, display_name, created_at, updated_at)
    values (${id}, ${`user.${id.slice(-12)}`}, '张三', now(), now())`);
  return id;
}

async function organisation(kit: Kit): Promise<string> {
  kit.as('securityAdministrator');
  const name = `县局 ${kit.composed.services.ids.next()}`;
  const made = await kit.send<{ organisationId: string }>('POST', '/api/organisations', {
    divisionCode: COUNTY,
    name,
    kind: 'contractor',
  });
  return made.organisationId;
}

async function appointment(kit: Kit): Promise<Record<string, string | null>> {
  const [personId, organisationId] = [await person(kit), await organisation(kit)];
  return {
    personId,
    organisationId,
    role: 'contractor',
    divisionCode: COUNTY,
    validFrom: '2020-01-01',
    validUntil: null,
  };
}

/** By method and path of the matrix. A route that writes and has no case fails the walk. */
export const WRITE_CASES: Readonly<Record<string, WriteCase>> = {
  'POST /api/divisions': {
    prepare: async (kit) => {
      await kit.layer('village');
      kit.as('systemAdministrator');
      return { path: '/api/divisions', body: { code: '450722', nameZh: '某县', nameEn: 'A county' } };
    },
    operation: 'access.addDivision',
    objectKind: 'division',
    chain: 'system',
  },
  'POST /api/organisations': {
    prepare: async (kit) => {
      kit.as('securityAdministrator');
      return { path: '/api/organisations', body: { divisionCode: COUNTY, name: '新单位', kind: 'contractor' } };
    },
    operation: 'access.createOrganisation',
    objectKind: 'organisation',
    chain: 'system',
  },
  'POST /api/organisations/:organisationId/close': {
    prepare: async (kit) => ({ path: `/api/organisations/${await organisation(kit)}/close` }),
    operation: 'access.closeOrganisation',
    objectKind: 'organisation',
    chain: 'system',
  },
  'POST /api/appointments': {
    prepare: async (kit) => ({ path: '/api/appointments', body: await appointment(kit) }),
    operation: 'access.appoint',
    objectKind: 'appointment',
    chain: 'system',
  },
  'POST /api/appointments/:appointmentId/revoke': {
    prepare: async (kit) => {
      const body = await appointment(kit);
      const made = await kit.send<{ appointmentId: string }>('POST', '/api/appointments', body);
      return { path: `/api/appointments/${made.appointmentId}/revoke` };
    },
    operation: 'access.revoke',
    objectKind: 'appointment',
    chain: 'system',
  },
  'POST /api/audit/verify': {
    prepare: async (kit) => {
      await kit.layer('village');
      kit.as('auditAdministrator');
      return { path: '/api/audit/verify', body: { chain: COUNTY } };
    },
    operation: 'audit.verify',
    objectKind: 'auditChain',
    chain: 'audit',
    isLook: true,
  },
  'POST /api/layers/:layerVersionId/withdraw': {
    prepare: async (kit) => {
      const layerVersionId = await kit.layer('village');
      kit.as('clerk');
      return { path: `/api/layers/${layerVersionId}/withdraw` };
    },
    operation: 'parcels.withdraw',
    objectKind: 'layerVersion',
    chain: COUNTY,
  },
  'POST /api/layers/:layerVersionId/quality': {
    prepare: async (kit) => {
      const layerVersionId = await kit.layer('village');
      kit.as('clerk');
      return { path: `/api/layers/${layerVersionId}/quality` };
    },
    operation: 'quality.start',
    objectKind: 'layerVersion',
    chain: COUNTY,
  },
  'POST /api/imports': {
    prepare: async (kit) => {
      kit.as('clerk');
      return { path: '/api/imports', body: squaresForm() };
    },
    operation: 'intake.create',
    objectKind: 'import',
    chain: IMPORT_COUNTY,
    hashes: 'after',
  },
  'PUT /api/imports/:importId/mapping': {
    prepare: async (kit) => ({
      path: `/api/imports/${(await staged(kit)).importId}/mapping`,
      body: { mapping: [{ source: 'QSXZ', target: null }] },
    }),
    operation: 'intake.correct',
    objectKind: 'import',
    chain: IMPORT_COUNTY,
    hashes: 'both',
  },
  'POST /api/imports/:importId/commit': {
    prepare: async (kit) => ({
      path: `/api/imports/${(await staged(kit)).importId}/commit`,
      body: { choice: 'goodRows' },
    }),
    operation: 'intake.commit',
    objectKind: 'import',
    chain: IMPORT_COUNTY,
  },
  'POST /api/imports/:importId/discard': {
    prepare: async (kit) => ({ path: `/api/imports/${(await staged(kit)).importId}/discard` }),
    operation: 'intake.discard',
    objectKind: 'import',
    chain: IMPORT_COUNTY,
  },
  'POST /api/imports/:importId/undo': {
    prepare: async (kit) => ({ path: `/api/imports/${(await committed(kit)).importId}/undo` }),
    operation: 'parcels.withdraw',
    objectKind: 'layerVersion',
    chain: IMPORT_COUNTY,
  },
  'POST /api/projects': {
    prepare: async (kit) => {
      kit.as('clerk');
      return { path: '/api/projects', body: await kit.planForm() };
    },
    operation: 'projects.create',
    objectKind: 'project',
    chain: COUNTY,
    hashes: 'after',
  },
  'POST /api/projects/:projectId/runs': {
    prepare: async (kit) => {
      kit.as('clerk');
      await kit.layer('parcels');
      const { projectId } = await kit.send<ProjectView>('POST', '/api/projects', await kit.planForm());
      return { path: `/api/projects/${projectId}/runs`, body: { packId: 'qinzhou-2020' } };
    },
    operation: 'projects.startRun',
    objectKind: 'run',
    chain: COUNTY,
    hashes: 'after',
  },
  'POST /api/jobs/:jobId/cancel': {
    prepare: async (kit) => {
      const layerVersionId = await kit.layer('village');
      kit.as('clerk');
      const { jobId } = await kit.send<{ jobId: string }>('POST', `/api/layers/${layerVersionId}/quality`);
      return { path: `/api/jobs/${jobId}/cancel` };
    },
    operation: 'jobs.cancel',
    objectKind: 'job',
    chain: COUNTY,
  },
};

/** Routes that are no GET and leave no event, each with its reason. */
export const WITHOUT_EVENT: Readonly<Record<string, string>> = {};
