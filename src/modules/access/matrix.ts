import { ADMINISTRATOR_ROLES, APPOINTABLE_ROLES, BUSINESS_ROLES, type Role, ROLES } from './roles.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * What a route concerns: `open` nothing but the product itself (no data); `own` the person who asks; `county` data of
 * counties, limited to the actor's division by the operation behind the route; `administration` accounts, rights, records.
 */
export type Scope = 'open' | 'own' | 'county' | 'administration';

/** One line of the authorisation matrix. */
export interface Permission {
  readonly method: Method;
  /** Path as registered, with its parameters: `/api/layers/:layerVersionId`. */
  readonly path: string;
  readonly roles: readonly Role[];
  readonly scope: Scope;
}

/** Everybody, also who has not signed in. */
const ANYONE: readonly Role[] = ROLES.filter((role) => role !== 'system');
/** Everybody who has signed in, also without an appointment. */
export const SIGNED_IN: readonly Role[] = ANYONE.filter((role) => role !== 'public');
/** Who holds a duty in land consolidation. */
export const BUSINESS: readonly Role[] = BUSINESS_ROLES;
/** Who may see parcels and control layers: survey data are kept from those who only build, pay or trade. */
export const SURVEY_READERS: readonly Role[] = [
  'clerk',
  'reviewer',
  'leader',
  'leadingGroupOffice',
  'projectUndertaker',
  'townshipOfficer',
  'designInstitute',
  'supervisingEngineer',
  'expert',
  'evaluator',
  'agricultureOfficer',
  'registryOfficer',
  'auditor',
];
/** Who delivers survey data. */
export const SURVEY_WRITERS: readonly Role[] = ['clerk', 'townshipOfficer', 'designInstitute'];
/** Who makes survey data valid, or takes them back. */
export const SURVEY_KEEPERS: readonly Role[] = ['clerk'];
/** Who brings plans and has them analysed. */
export const PROJECT_WRITERS: readonly Role[] = ['clerk', 'townshipOfficer', 'projectUndertaker', 'designInstitute'];
/** Rights are given and taken by the security administrator alone; the two others may look at them. */
const RIGHTS_KEEPERS: readonly Role[] = ['securityAdministrator'];
const RIGHTS_READERS: readonly Role[] = ADMINISTRATOR_ROLES;
/** The audit is read by the audit administrator, of a division by its auditor; what they did to it by the security administrator. */
const AUDIT_READERS: readonly Role[] = ['auditAdministrator', 'auditor', 'securityAdministrator'];
const AUDIT_KEEPERS: readonly Role[] = ['auditAdministrator', 'auditor'];
/** Accounts are kept by the system administrator, who gives no rights; the security administrator sees them, to appoint. */
const ACCOUNT_KEEPERS: readonly Role[] = ['systemAdministrator'];
const ACCOUNT_READERS: readonly Role[] = ['systemAdministrator', 'securityAdministrator'];
export const ADMINISTRATORS: readonly Role[] = ADMINISTRATOR_ROLES;
export const APPOINTED: readonly Role[] = APPOINTABLE_ROLES;

function allow(
  roles: readonly Role[],
  method: Method,
  path: string,
  scope: Scope = roles === ANYONE ? 'open' : 'county',
): Permission {
  return { method, path, roles, scope };
}

/** Every route of the server, who may call it, on what. A route that is not here cannot be registered. */
export const AUTHORISATION_MATRIX: readonly Permission[] = [
  allow(ANYONE, 'GET', '/api/health'),
  allow(ANYONE, 'GET', '/api/ready'),
  allow(ANYONE, 'GET', '/api/status'),
  allow(ANYONE, 'GET', '/api/session'),
  allow(ANYONE, 'POST', '/api/session/sign-in'),
  allow(ANYONE, 'POST', '/api/session/second-factor'),
  allow(SIGNED_IN, 'POST', '/api/session/sign-out', 'own'),
  allow(SIGNED_IN, 'PUT', '/api/session/appointment', 'own'),
  allow(ANYONE, 'PUT', '/api/session/demo'),
  allow(ANYONE, 'GET', '/api/session/oidc'),
  allow(ANYONE, 'GET', '/api/session/oidc/callback'),
  allow(ANYONE, 'POST', '/api/setup'),

  allow(SIGNED_IN, 'GET', '/api/account', 'own'),
  allow(SIGNED_IN, 'POST', '/api/account/password', 'own'),
  allow(SIGNED_IN, 'POST', '/api/account/second-factor', 'own'),
  allow(SIGNED_IN, 'POST', '/api/account/second-factor/confirm', 'own'),
  allow(SIGNED_IN, 'POST', '/api/account/second-factor/remove', 'own'),
  allow(SIGNED_IN, 'GET', '/api/account/sessions', 'own'),
  allow(SIGNED_IN, 'POST', '/api/account/sessions/:sessionId/revoke', 'own'),
  allow(ACCOUNT_READERS, 'GET', '/api/people', 'administration'),
  allow(RIGHTS_KEEPERS, 'GET', '/api/people/stale', 'administration'),
  allow(ACCOUNT_KEEPERS, 'POST', '/api/people', 'administration'),
  allow(ACCOUNT_READERS, 'GET', '/api/people/:personId', 'administration'),
  allow(ACCOUNT_KEEPERS, 'POST', '/api/people/:personId/disable', 'administration'),
  allow(ACCOUNT_KEEPERS, 'POST', '/api/people/:personId/enable', 'administration'),
  allow(ACCOUNT_KEEPERS, 'POST', '/api/people/:personId/reset-password', 'administration'),
  allow(ACCOUNT_KEEPERS, 'POST', '/api/people/:personId/reset-second-factor', 'administration'),
  allow(ACCOUNT_KEEPERS, 'POST', '/api/people/:personId/end-sessions', 'administration'),
  allow(ACCOUNT_KEEPERS, 'POST', '/api/people/:personId/allow-link', 'administration'),
  allow(RIGHTS_KEEPERS, 'POST', '/api/people/:personId/unlock', 'administration'),
  allow(APPOINTED, 'GET', '/api/basemap/:z/:x/:y', 'open'),

  allow(SIGNED_IN, 'GET', '/api/divisions', 'county'),
  allow(['systemAdministrator'], 'POST', '/api/divisions', 'administration'),
  allow(SIGNED_IN, 'GET', '/api/roles', 'open'),
  allow(RIGHTS_READERS, 'GET', '/api/organisations', 'administration'),
  allow(RIGHTS_KEEPERS, 'POST', '/api/organisations', 'administration'),
  allow(RIGHTS_KEEPERS, 'POST', '/api/organisations/:organisationId/close', 'administration'),
  allow(RIGHTS_READERS, 'GET', '/api/appointments', 'administration'),
  allow(RIGHTS_KEEPERS, 'POST', '/api/appointments', 'administration'),
  allow(RIGHTS_KEEPERS, 'POST', '/api/appointments/:appointmentId/revoke', 'administration'),

  allow(AUDIT_READERS, 'GET', '/api/audit/chains', 'administration'),
  allow(AUDIT_READERS, 'GET', '/api/audit/events', 'administration'),
  allow(AUDIT_READERS, 'GET', '/api/audit/events/:chain/:sequence', 'administration'),
  allow(AUDIT_KEEPERS, 'POST', '/api/audit/verify', 'administration'),
  allow(AUDIT_KEEPERS, 'GET', '/api/audit/export', 'administration'),
  allow(AUDIT_READERS, 'GET', '/api/audit/heads', 'administration'),

  allow(SURVEY_READERS, 'GET', '/api/layers'),
  allow(SURVEY_READERS, 'GET', '/api/layers/:layerVersionId'),
  allow(SURVEY_READERS, 'GET', '/api/layers/:layerVersionId/features'),
  allow(SURVEY_READERS, 'GET', '/api/layers/:layerVersionId/features/:featureNo'),
  allow(SURVEY_READERS, 'GET', '/api/layers/:layerVersionId/identify'),
  allow(SURVEY_READERS, 'GET', '/api/layers/:layerVersionId/summary'),
  allow(SURVEY_KEEPERS, 'POST', '/api/layers/:layerVersionId/withdraw'),
  allow(SURVEY_READERS, 'GET', '/api/tiles/:layerVersionId/:z/:x/:y{[0-9]+\\.mvt}'),

  allow(SURVEY_READERS, 'GET', '/api/imports'),
  allow(SURVEY_WRITERS, 'GET', '/api/imports/targets', 'open'),
  allow(SURVEY_WRITERS, 'POST', '/api/imports'),
  allow(SURVEY_READERS, 'GET', '/api/imports/:importId'),
  allow(SURVEY_READERS, 'GET', '/api/imports/:importId/preview'),
  allow(SURVEY_READERS, 'GET', '/api/imports/:importId/problems'),
  allow(SURVEY_WRITERS, 'PUT', '/api/imports/:importId/mapping'),
  allow(SURVEY_KEEPERS, 'POST', '/api/imports/:importId/commit'),
  allow(SURVEY_WRITERS, 'POST', '/api/imports/:importId/discard'),
  allow(SURVEY_KEEPERS, 'POST', '/api/imports/:importId/undo'),
  allow(SURVEY_READERS, 'GET', '/api/imports/:importId/errors.xlsx'),
  allow(SURVEY_READERS, 'GET', '/api/imports/:importId/errors.gpkg'),

  allow(SURVEY_READERS, 'GET', '/api/layers/:layerVersionId/export.gpkg'),

  allow(SURVEY_WRITERS, 'POST', '/api/layers/:layerVersionId/quality'),
  allow(SURVEY_READERS, 'GET', '/api/layers/:layerVersionId/quality'),
  allow(SURVEY_READERS, 'GET', '/api/layers/:layerVersionId/quality/problems'),
  allow(SURVEY_READERS, 'GET', '/api/layers/:layerVersionId/quality/export.xlsx'),
  allow(SURVEY_READERS, 'GET', '/api/layers/:layerVersionId/quality/export.gpkg'),

  allow(APPOINTED, 'GET', '/api/packs', 'open'),
  allow(APPOINTED, 'GET', '/api/packs/texts', 'open'),
  allow(BUSINESS, 'GET', '/api/projects'),
  allow(PROJECT_WRITERS, 'POST', '/api/projects'),
  allow(BUSINESS, 'GET', '/api/projects/:projectId'),
  allow(SURVEY_READERS, 'GET', '/api/projects/:projectId/plan.geojson'),
  allow(BUSINESS, 'GET', '/api/projects/:projectId/runs'),
  allow(PROJECT_WRITERS, 'POST', '/api/projects/:projectId/runs'),
  allow(BUSINESS, 'GET', '/api/runs/:runId'),
  allow(BUSINESS, 'GET', '/api/runs/:runId/balance'),
  allow(BUSINESS, 'GET', '/api/runs/:runId/findings'),
  allow(SURVEY_READERS, 'GET', '/api/runs/:runId/cell'),
  allow(SURVEY_READERS, 'GET', '/api/runs/:runId/parcels/:featureNo'),
  allow(SURVEY_READERS, 'GET', '/api/runs/:runId/files/:name'),

  allow(BUSINESS, 'GET', '/api/jobs/:jobId'),
  allow(BUSINESS, 'GET', '/api/jobs/:jobId/events'),
  allow(PROJECT_WRITERS, 'POST', '/api/jobs/:jobId/cancel'),
];

export function permissionFor(method: string, path: string): Permission | undefined {
  return AUTHORISATION_MATRIX.find((permission) => permission.method === method && permission.path === path);
}
