/** Objects of the fixture county, named in the paths of the cases. */
export interface FixtureIds {
  readonly countyCode: string;
  readonly layerVersionId: string;
  /** Its state is `staged`. */
  readonly importId: string;
  readonly projectId: string;
  /** Its state is `done`. */
  readonly runId: string;
  readonly jobId: string;
  readonly organisationId: string;
  readonly appointmentId: string;
  readonly personId: string;
}

/**
 * How one route is called in the walk, and what somebody of another division gets: `hidden` the same refusal as for an object
 * that is not there; `empty` an answer that names nothing of the county; `refused` a refusal, because the request itself names
 * the county; `same` what everybody gets, because the route concerns no county.
 */
export interface RouteCase {
  readonly path: (ids: FixtureIds) => string;
  readonly send?: (ids: FixtureIds) => object | FormData;
  readonly foreign: 'hidden' | 'empty' | 'refused' | 'same';
  /** The address of something that is not there, where it is not made of the ids. */
  readonly notThere?: (ids: FixtureIds) => string;
  /** Another status that means "you may, but not now" for the fixture: what a repeated call meets. */
  readonly mayBe?: readonly number[];
}

const importForm = (ids: FixtureIds): FormData => {
  const form = new FormData();
  form.set('countyCode', ids.countyCode);
  form.set('role', 'village');
  form.set('asOf', '2026-01-01');
  form.set('file', new File(['{"type":"FeatureCollection","features":[]}'], 'nothing.geojson'));
  return form;
};
const planForm = (ids: FixtureIds): FormData => {
  const form = new FormData();
  form.set('countyCode', ids.countyCode);
  form.set('file', new File(['no plan'], 'plan.gpkg'));
  return form;
};
const layer =
  (rest: string) =>
  (ids: FixtureIds): string =>
    `/api/layers/${ids.layerVersionId}${rest}`;
const imported =
  (rest: string) =>
  (ids: FixtureIds): string =>
    `/api/imports/${ids.importId}${rest}`;
const project =
  (rest: string) =>
  (ids: FixtureIds): string =>
    `/api/projects/${ids.projectId}${rest}`;
const run =
  (rest: string) =>
  (ids: FixtureIds): string =>
    `/api/runs/${ids.runId}${rest}`;
const fixed = (path: string) => (): string => path;
const nothing = (): object => ({});
const hidden = (path: RouteCase['path'], send?: RouteCase['send']): RouteCase => ({
  path,
  foreign: 'hidden',
  ...(send === undefined ? {} : { send }),
});
const same = (path: string, send?: RouteCase['send']): RouteCase => ({
  path: fixed(path),
  foreign: 'same',
  ...(send === undefined ? {} : { send }),
});

/** By method and path of the matrix. A route without a case fails the walk. */
export const ROUTE_CASES: Readonly<Record<string, RouteCase>> = {
  'GET /api/health': same('/api/health'),
  'GET /api/ready': same('/api/ready'),
  'GET /api/status': same('/api/status'),
  'GET /api/basemap/:z/:x/:y': { ...same('/api/basemap/3/1/2'), mayBe: [404] },
  'GET /api/session': same('/api/session'),
  'POST /api/session/sign-in': {
    ...same('/api/session/sign-in', () => ({ username: 'nobody', password: 'wrong-password-1' })),
    // Not signed in, because the password is wrong: the route itself was open.
    mayBe: [401],
  },
  'POST /api/session/second-factor': {
    ...same('/api/session/second-factor', () => ({ code: '123456' })),
    mayBe: [401],
  },
  'PUT /api/session/demo': same('/api/session/demo', () => ({ role: 'clerk', divisionCode: '' })),
  'GET /api/session/oidc': { ...same('/api/session/oidc'), mayBe: [404] },
  'GET /api/session/oidc/callback': { ...same('/api/session/oidc/callback?code=x&state=y'), mayBe: [404] },
  'POST /api/setup': { ...same('/api/setup', () => ({ code: 'x' })), mayBe: [404] },
  'GET /api/people': { path: fixed('/api/people'), foreign: 'empty' },
  'GET /api/people/stale': { path: fixed('/api/people/stale?days=90'), foreign: 'empty' },
  'POST /api/people': {
    path: fixed('/api/people'),
    send: (ids) => ({ username: 'lisi', displayName: '李四', organisationId: ids.organisationId }),
    foreign: 'refused',
  },
  'GET /api/people/:personId': hidden((ids) => `/api/people/${ids.personId}`),
  ...Object.fromEntries(
    ['disable', 'enable', 'reset-password', 'reset-second-factor', 'end-sessions', 'allow-link', 'unlock'].map(
      (verb) => [`POST /api/people/:personId/${verb}`, hidden((ids) => `/api/people/${ids.personId}/${verb}`, nothing)],
    ),
  ),
  'GET /api/divisions': { path: fixed('/api/divisions'), foreign: 'empty' },
  'POST /api/divisions': {
    path: fixed('/api/divisions'),
    send: ({ countyCode }) => ({ code: `${countyCode}999`, nameZh: '新镇', nameEn: 'New town' }),
    foreign: 'refused',
  },
  'GET /api/roles': same('/api/roles'),
  'GET /api/organisations': { path: fixed('/api/organisations'), foreign: 'empty' },
  'POST /api/organisations': {
    path: fixed('/api/organisations'),
    send: ({ countyCode }) => ({ divisionCode: countyCode, name: '某局', kind: 'contractor' }),
    foreign: 'refused',
  },
  'POST /api/organisations/:organisationId/close': hidden(
    (ids) => `/api/organisations/${ids.organisationId}/close`,
    nothing,
  ),
  'GET /api/appointments': { path: fixed('/api/appointments'), foreign: 'empty' },
  'POST /api/appointments': {
    path: fixed('/api/appointments'),
    send: (ids) => ({
      personId: ids.personId,
      organisationId: ids.organisationId,
      role: 'contractor',
      divisionCode: ids.countyCode,
      validFrom: '2026-01-01',
      validUntil: null,
    }),
    foreign: 'refused',
  },
  'POST /api/appointments/:appointmentId/revoke': hidden(
    (ids) => `/api/appointments/${ids.appointmentId}/revoke`,
    nothing,
  ),

  'GET /api/audit/chains': { path: fixed('/api/audit/chains'), foreign: 'empty' },
  'GET /api/audit/events': { path: fixed('/api/audit/events?limit=500'), foreign: 'empty' },
  'GET /api/audit/events/:chain/:sequence': {
    ...hidden((ids) => `/api/audit/events/${ids.countyCode}/1`),
    notThere: (ids) => `/api/audit/events/${ids.countyCode}/999999`,
    mayBe: [404],
  },
  'POST /api/audit/verify': {
    path: fixed('/api/audit/verify'),
    send: (ids) => ({ chain: ids.countyCode }),
    foreign: 'refused',
  },
  'GET /api/audit/export': { path: (ids) => `/api/audit/export?chain=${ids.countyCode}`, foreign: 'refused' },
  'GET /api/audit/heads': { path: fixed('/api/audit/heads'), foreign: 'empty' },

  'GET /api/layers': { path: (ids) => `/api/layers?county=${ids.countyCode}`, foreign: 'empty' },
  'GET /api/layers/:layerVersionId': hidden(layer('')),
  'GET /api/layers/:layerVersionId/features': hidden(layer('/features?limit=2')),
  'GET /api/layers/:layerVersionId/features/:featureNo': hidden(layer('/features/1')),
  'GET /api/layers/:layerVersionId/identify': hidden(layer('/identify?lon=108.6&lat=21.9')),
  'GET /api/layers/:layerVersionId/summary': hidden(layer('/summary')),
  'POST /api/layers/:layerVersionId/withdraw': hidden(layer('/withdraw'), nothing),
  'GET /api/tiles/:layerVersionId/:z/:x/:y{[0-9]+\\.mvt}': hidden(
    (ids) => `/api/tiles/${ids.layerVersionId}/11/1600/880.mvt`,
  ),
  'GET /api/layers/:layerVersionId/export.gpkg': hidden(layer('/export.gpkg')),
  'POST /api/layers/:layerVersionId/quality': hidden(layer('/quality'), nothing),
  'GET /api/layers/:layerVersionId/quality': hidden(layer('/quality')),
  'GET /api/layers/:layerVersionId/quality/problems': hidden(layer('/quality/problems')),
  'GET /api/layers/:layerVersionId/quality/export.xlsx': hidden(layer('/quality/export.xlsx')),
  'GET /api/layers/:layerVersionId/quality/export.gpkg': hidden(layer('/quality/export.gpkg')),

  'GET /api/imports': { path: fixed('/api/imports'), foreign: 'empty' },
  'GET /api/imports/targets': same('/api/imports/targets?role=parcels'),
  'POST /api/imports': { path: fixed('/api/imports'), send: importForm, foreign: 'refused' },
  'GET /api/imports/:importId': hidden(imported('')),
  'GET /api/imports/:importId/preview': hidden(imported('/preview')),
  'GET /api/imports/:importId/problems': hidden(imported('/problems')),
  'PUT /api/imports/:importId/mapping': hidden(imported('/mapping'), () => ({ mapping: [] })),
  'POST /api/imports/:importId/commit': hidden(imported('/commit'), () => ({ choice: 'allOrNone' })),
  'POST /api/imports/:importId/discard': hidden(imported('/discard'), nothing),
  'POST /api/imports/:importId/undo': hidden(imported('/undo'), nothing),
  'GET /api/imports/:importId/errors.xlsx': hidden(imported('/errors.xlsx')),
  'GET /api/imports/:importId/errors.gpkg': hidden(imported('/errors.gpkg')),

  'GET /api/packs': same('/api/packs'),
  'GET /api/packs/texts': same('/api/packs/texts'),
  'GET /api/projects': { path: fixed('/api/projects'), foreign: 'empty' },
  'POST /api/projects': { path: fixed('/api/projects'), send: planForm, foreign: 'refused' },
  'GET /api/projects/:projectId': hidden(project('')),
  'GET /api/projects/:projectId/plan.geojson': hidden(project('/plan.geojson')),
  'GET /api/projects/:projectId/runs': hidden(project('/runs')),
  'POST /api/projects/:projectId/runs': hidden(project('/runs'), () => ({ packId: 'no-such-pack' })),
  'GET /api/runs/:runId': hidden(run('')),
  'GET /api/runs/:runId/balance': hidden(run('/balance')),
  'GET /api/runs/:runId/findings': hidden(run('/findings')),
  'GET /api/runs/:runId/cell': { ...hidden(run('/cell?table=structure&row=none&column=none')), mayBe: [404] },
  'GET /api/runs/:runId/parcels/:featureNo': { ...hidden(run('/parcels/1')), mayBe: [404] },
  'GET /api/runs/:runId/files/:name': hidden(run('/files/findings.json')),

  'GET /api/jobs/:jobId': hidden((ids) => `/api/jobs/${ids.jobId}`),
  'GET /api/jobs/:jobId/events': hidden((ids) => `/api/jobs/${ids.jobId}/events`),
  'POST /api/jobs/:jobId/cancel': hidden((ids) => `/api/jobs/${ids.jobId}/cancel`, nothing),
};
