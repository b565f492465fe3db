import { ROLES, type Role } from './roles.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * What a route concerns: `open` nothing but the product itself (no data), `county` data of counties, limited to the
 * actor's division by the operation behind the route.
 */
export type Scope = 'open' | 'county';

/** One line of the authorisation matrix. */
export interface Permission {
  readonly method: Method;
  /** Path as registered, with its parameters: `/api/layers/:layerVersionId`. */
  readonly path: string;
  readonly roles: readonly Role[];
  readonly scope: Scope;
}

const everybody: readonly Role[] = ROLES;

function allow(method: Method, path: string, scope: Scope = 'county', roles: readonly Role[] = everybody): Permission {
  return { method, path, roles, scope };
}

/** Every route of the server, who may call it, on what. A route that is not here cannot be registered. */
export const AUTHORISATION_MATRIX: readonly Permission[] = [
  allow('GET', '/api/health', 'open'),
  allow('GET', '/api/ready', 'open'),
  allow('GET', '/api/status', 'open'),
  allow('GET', '/api/session', 'open'),
  allow('GET', '/api/basemap/:z/:x/:y', 'open'),

  allow('GET', '/api/divisions'),
  allow('GET', '/api/layers'),
  allow('GET', '/api/layers/:layerVersionId'),
  allow('GET', '/api/layers/:layerVersionId/features'),
  allow('GET', '/api/layers/:layerVersionId/features/:featureNo'),
  allow('GET', '/api/layers/:layerVersionId/identify'),
  allow('GET', '/api/layers/:layerVersionId/summary'),
  allow('POST', '/api/layers/:layerVersionId/withdraw'),
  allow('GET', '/api/tiles/:layerVersionId/:z/:x/:y{[0-9]+\\.mvt}'),

  allow('GET', '/api/imports'),
  allow('GET', '/api/imports/targets', 'open'),
  allow('POST', '/api/imports'),
  allow('GET', '/api/imports/:importId'),
  allow('GET', '/api/imports/:importId/preview'),
  allow('GET', '/api/imports/:importId/problems'),
  allow('PUT', '/api/imports/:importId/mapping'),
  allow('POST', '/api/imports/:importId/commit'),
  allow('POST', '/api/imports/:importId/discard'),
  allow('POST', '/api/imports/:importId/undo'),
  allow('GET', '/api/imports/:importId/errors.xlsx'),
  allow('GET', '/api/imports/:importId/errors.gpkg'),

  allow('GET', '/api/layers/:layerVersionId/export.gpkg'),

  allow('POST', '/api/layers/:layerVersionId/quality'),
  allow('GET', '/api/layers/:layerVersionId/quality'),
  allow('GET', '/api/layers/:layerVersionId/quality/problems'),
  allow('GET', '/api/layers/:layerVersionId/quality/export.xlsx'),
  allow('GET', '/api/layers/:layerVersionId/quality/export.gpkg'),

  allow('GET', '/api/packs', 'open'),
  allow('GET', '/api/packs/texts', 'open'),
  allow('GET', '/api/projects'),
  allow('POST', '/api/projects'),
  allow('GET', '/api/projects/:projectId'),
  allow('GET', '/api/projects/:projectId/plan.geojson'),
  allow('GET', '/api/projects/:projectId/runs'),
  allow('POST', '/api/projects/:projectId/runs'),
  allow('GET', '/api/runs/:runId'),
  allow('GET', '/api/runs/:runId/balance'),
  allow('GET', '/api/runs/:runId/findings'),
  allow('GET', '/api/runs/:runId/cell'),
  allow('GET', '/api/runs/:runId/parcels/:featureNo'),
  allow('GET', '/api/runs/:runId/files/:name'),

  allow('GET', '/api/jobs/:jobId'),
  allow('GET', '/api/jobs/:jobId/events'),
  allow('POST', '/api/jobs/:jobId/cancel'),
];

export function permissionFor(method: string, path: string): Permission | undefined {
  return AUTHORISATION_MATRIX.find((permission) => permission.method === method && permission.path === path);
}
