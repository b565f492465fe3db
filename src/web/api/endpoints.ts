import { queryOptions } from '@tanstack/react-query';
import type { Language, LayerRole } from '../../kernel/index.ts';
import type { DivisionView, StatusView } from '../../modules/access/views.ts';
import type { CellAddress, CellView, JobView, ParcelInRunView, RunView } from '../../modules/analysis/views.ts';
import type { BalanceTable } from '../../modules/balance/index.ts';
import type { Findings } from '../../modules/compliance/index.ts';
import type { PackSummary, PackText } from '../../modules/compliance/views.ts';
import type {
  CommitChoice,
  ImportCorrection,
  ImportPreview,
  ImportView,
  ProblemPage,
  TargetField,
} from '../../modules/intake/views.ts';
import type { FeatureDetail, FeaturePage, LayerSummaryView, LayerVersionView } from '../../modules/parcels/views.ts';
import type { ProjectView } from '../../modules/projects/views.ts';
import type { QualityReportView } from '../../modules/quality/views.ts';
import { getJson, getJsonOrNull, sendForm, sendJson, withQuery } from './client.ts';

export type * from '../../modules/access/views.ts';
export type * from '../../modules/analysis/views.ts';
export type * from '../../modules/compliance/views.ts';
export type * from '../../modules/intake/views.ts';
export type * from '../../modules/parcels/views.ts';
export type * from '../../modules/projects/views.ts';
export type * from '../../modules/quality/views.ts';

const id = encodeURIComponent;

// Frame ------------------------------------------------------------------------------------------------------------

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => getJson<StatusView>('/api/status', signal),
  refetchInterval: (query) => (query.state.data?.loading == null ? false : 1500),
});

export const countiesQuery = queryOptions({
  queryKey: ['divisions', 'county'],
  queryFn: ({ signal }) => getJson<DivisionView[]>('/api/divisions?level=county', signal),
  staleTime: 60_000,
});

export const villagesQuery = (countyCode: string) =>
  queryOptions({
    queryKey: ['divisions', 'village', countyCode],
    queryFn: ({ signal }) =>
      getJson<DivisionView[]>(withQuery('/api/divisions', { level: 'village', parent: countyCode }), signal),
    staleTime: 60_000,
  });

// Layers -----------------------------------------------------------------------------------------------------------

export const layersQuery = (countyCode: string) =>
  queryOptions({
    queryKey: ['layers', countyCode],
    queryFn: ({ signal }) => getJson<LayerVersionView[]>(withQuery('/api/layers', { county: countyCode }), signal),
  });

export interface FeatureFilter {
  readonly offset: number;
  readonly limit: number;
  readonly search?: string | undefined;
  readonly class?: string | undefined;
  readonly village?: string | undefined;
}

export const featuresQuery = (layerVersionId: string, filter: FeatureFilter) =>
  queryOptions({
    queryKey: ['features', layerVersionId, filter],
    queryFn: ({ signal }) =>
      getJson<FeaturePage>(withQuery(`/api/layers/${id(layerVersionId)}/features`, { ...filter }), signal),
    placeholderData: (previous) => previous,
  });

export const featureQuery = (layerVersionId: string, featureNo: number) =>
  queryOptions({
    queryKey: ['feature', layerVersionId, featureNo],
    queryFn: ({ signal }) => getJson<FeatureDetail>(`/api/layers/${id(layerVersionId)}/features/${featureNo}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const layerSummaryQuery = (layerVersionId: string) =>
  queryOptions({
    queryKey: ['layer-summary', layerVersionId],
    queryFn: ({ signal }) => getJson<LayerSummaryView>(`/api/layers/${id(layerVersionId)}/summary`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The feature at a place, for maps so far out that small features are drawn together. */
export const identifyFeature = (layerVersionId: string, lon: number, lat: number) =>
  getJson<FeatureDetail | undefined>(withQuery(`/api/layers/${id(layerVersionId)}/identify`, { lon, lat }));

// Imports ----------------------------------------------------------------------------------------------------------

export const importsQuery = queryOptions({
  queryKey: ['imports'],
  queryFn: ({ signal }) => getJson<ImportView[]>('/api/imports', signal),
});

export const importQuery = (importId: string) =>
  queryOptions({
    queryKey: ['import', importId],
    queryFn: ({ signal }) => getJson<ImportView>(`/api/imports/${id(importId)}`, signal),
  });

export const importPreviewQuery = (importId: string) =>
  queryOptions({
    queryKey: ['import', importId, 'preview'],
    queryFn: ({ signal }) => getJson<ImportPreview>(`/api/imports/${id(importId)}/preview`, signal),
  });

export const importProblemsQuery = (importId: string, rule: string | undefined, offset: number, limit: number) =>
  queryOptions({
    queryKey: ['import', importId, 'problems', rule, offset, limit],
    queryFn: ({ signal }) =>
      getJson<ProblemPage>(withQuery(`/api/imports/${id(importId)}/problems`, { rule, offset, limit }), signal),
    placeholderData: (previous) => previous,
  });

export const importTargetsQuery = (role: LayerRole) =>
  queryOptions({
    queryKey: ['import-targets', role],
    queryFn: ({ signal }) => getJson<TargetField[]>(withQuery('/api/imports/targets', { role }), signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface NewImport {
  readonly file: File;
  readonly role: LayerRole;
  readonly countyCode: string;
  readonly asOf: string;
  readonly crs?: string | undefined;
  readonly encoding?: string | undefined;
}

export function postImport(input: NewImport, onSent: (share: number) => void): Promise<ImportView> {
  const form = new FormData();
  // Fields first: the server may refuse before the file has been sent.
  form.set('role', input.role);
  form.set('countyCode', input.countyCode);
  form.set('asOf', input.asOf);
  if (input.crs !== undefined && input.crs !== '') form.set('crs', input.crs);
  if (input.encoding !== undefined && input.encoding !== '') form.set('encoding', input.encoding);
  form.set('file', input.file, input.file.name);
  return sendForm<ImportView>('/api/imports', form, onSent);
}

export const putImportCorrection = (importId: string, correction: ImportCorrection) =>
  sendJson<ImportView>('PUT', `/api/imports/${id(importId)}/mapping`, correction);

export const commitImport = (importId: string, choice: CommitChoice['choice']) =>
  sendJson<ImportView>('POST', `/api/imports/${id(importId)}/commit`, { choice } satisfies CommitChoice);

export const discardImport = (importId: string) => sendJson<ImportView>('POST', `/api/imports/${id(importId)}/discard`);

export const undoImport = (importId: string) => sendJson<ImportView>('POST', `/api/imports/${id(importId)}/undo`);

/** The same for those who mend on a map. */
export const importErrorsMap = (importId: string) => `/api/imports/${id(importId)}/errors.gpkg`;

export const importErrorsFile = (importId: string) => `/api/imports/${id(importId)}/errors.xlsx`;

// Jobs -------------------------------------------------------------------------------------------------------------

export const getJob = (jobId: string) => getJson<JobView>(`/api/jobs/${id(jobId)}`);
export const jobEvents = (jobId: string) => `/api/jobs/${id(jobId)}/events`;
export const cancelJob = (jobId: string) => sendJson<unknown>('POST', `/api/jobs/${id(jobId)}/cancel`);

// Quality ----------------------------------------------------------------------------------------------------------

export const qualityQuery = (layerVersionId: string) =>
  queryOptions({
    queryKey: ['quality', layerVersionId],
    queryFn: ({ signal }) => getJsonOrNull<QualityReportView>(`/api/layers/${id(layerVersionId)}/quality`, signal),
  });

export interface ProblemFilter {
  readonly rule?: string | undefined;
  readonly severity?: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

export const qualityProblemsQuery = (layerVersionId: string, filter: ProblemFilter) =>
  queryOptions({
    queryKey: ['quality', layerVersionId, 'problems', filter],
    queryFn: ({ signal }) =>
      getJson<ProblemPage>(withQuery(`/api/layers/${id(layerVersionId)}/quality/problems`, { ...filter }), signal),
    placeholderData: (previous) => previous,
  });

export const startQuality = (layerVersionId: string) =>
  sendJson<{ jobId: string }>('POST', `/api/layers/${id(layerVersionId)}/quality`);

export const qualityFile = (layerVersionId: string, kind: 'xlsx' | 'gpkg') =>
  `/api/layers/${id(layerVersionId)}/quality/export.${kind}`;

// Projects, runs ---------------------------------------------------------------------------------------------------

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: ({ signal }) => getJson<ProjectView[]>('/api/projects', signal),
});

export const projectQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['project', projectId],
    queryFn: ({ signal }) => getJsonOrNull<ProjectView>(`/api/projects/${id(projectId)}`, signal),
  });

export interface PlanFeature {
  readonly type: 'Feature';
  readonly geometry: { readonly type: string; readonly coordinates: unknown };
  readonly properties: Readonly<Record<string, string | number | null>> & {
    readonly layer: 'project' | 'plots' | 'basicFarmlandChange' | 'alternatives';
  };
}

export interface PlanCollection {
  readonly type: 'FeatureCollection';
  readonly features: readonly PlanFeature[];
}

export const planQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['plan', projectId],
    queryFn: ({ signal }) => getJson<PlanCollection>(`/api/projects/${id(projectId)}/plan.geojson`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export function postProject(file: File, countyCode: string, onSent: (share: number) => void): Promise<ProjectView> {
  const form = new FormData();
  form.set('countyCode', countyCode);
  form.set('file', file, file.name);
  return sendForm<ProjectView>('/api/projects', form, onSent);
}

export const runsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['runs', projectId],
    queryFn: ({ signal }) => getJson<RunView[]>(`/api/projects/${id(projectId)}/runs`, signal),
  });

export const startRun = (projectId: string, packId: string) =>
  sendJson<{ runId: string; jobId: string }>('POST', `/api/projects/${id(projectId)}/runs`, { packId });

export const runQuery = (runId: string) =>
  queryOptions({
    queryKey: ['run', runId],
    queryFn: ({ signal }) => getJson<RunView>(`/api/runs/${id(runId)}`, signal),
  });

export const balanceQuery = (runId: string) =>
  queryOptions({
    queryKey: ['balance', runId],
    queryFn: async ({ signal }) => {
      const body = await getJson<BalanceTable[] | { readonly tables: BalanceTable[] }>(
        `/api/runs/${id(runId)}/balance`,
        signal,
      );
      return Array.isArray(body) ? body : body.tables;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const findingsQuery = (runId: string) =>
  queryOptions({
    queryKey: ['findings', runId],
    queryFn: ({ signal }) => getJson<Findings>(`/api/runs/${id(runId)}/findings`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The packs themselves, for the analysis on this computer; they do not change while a page is open. */
export const packTextsQuery = queryOptions({
  queryKey: ['packs', 'texts'],
  queryFn: ({ signal }) => getJson<PackText[]>('/api/packs/texts', signal),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});

export const packsQuery = queryOptions({
  queryKey: ['packs'],
  queryFn: ({ signal }) => getJson<PackSummary[]>('/api/packs', signal),
  staleTime: 60_000,
});

export const cellQuery = (runId: string, cell: CellAddress, limit: number) =>
  queryOptions({
    queryKey: ['cell', runId, cell, limit],
    queryFn: ({ signal }) =>
      getJson<CellView>(withQuery(`/api/runs/${id(runId)}/cell`, { ...cell, offset: 0, limit }), signal),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (previous) => previous,
  });

export const parcelInRunQuery = (runId: string, featureNo: number) =>
  queryOptions({
    queryKey: ['parcel-in-run', runId, featureNo],
    queryFn: ({ signal }) => getJsonOrNull<ParcelInRunView>(`/api/runs/${id(runId)}/parcels/${featureNo}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const RUN_FILES = ['balance.xlsx', 'report.docx', 'findings.json', 'balance.json'] as const;
export type RunFile = (typeof RUN_FILES)[number];
/** Tables and report come in both languages; data files have both inside. */
export const runFile = (runId: string, name: RunFile, language: Language) =>
  withQuery(`/api/runs/${id(runId)}/files/${name}`, { lang: language === 'en' ? 'en' : undefined });
