import type { AttributeValue, LayerRole, Localized, Problem, Refusal, Severity } from '../../kernel/index.ts';

/** How the encoding of attribute text was found, with the proof a person can judge. */
export interface EncodingEvidence {
  readonly encoding: 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be' | 'unknown';
  readonly decidedBy: 'cpg' | 'ldid' | 'bom' | 'strict-utf-8' | 'fallback-gb18030' | 'format' | 'user';
  /** The first texts of the file decoded both ways, so that a person sees which one reads right. */
  readonly samples: readonly {
    readonly field: string;
    readonly utf8: string | null;
    readonly gb18030: string | null;
  }[];
  readonly notes: readonly Localized[];
}

/** How the CRS was found. */
export interface CrsEvidence {
  readonly epsg: number;
  readonly decidedBy: 'prj' | 'metadata' | 'zone-field' | 'digits' | 'user';
  readonly notes: readonly Localized[];
}

/** One source field and the survey field it is read as (null: kept, not mapped). */
export interface FieldMapping {
  readonly source: string;
  readonly target: string | null;
  readonly decidedBy: 'exact' | 'alias' | 'remembered' | 'user' | 'none';
}

export type ImportState = 'reading' | 'staged' | 'committed' | 'undone' | 'discarded' | 'failed' | 'cancelled';

/** GET /api/imports/:id → ImportView; GET /api/imports → ImportView[]. */
export interface ImportView {
  readonly importId: string;
  readonly jobId: string | null;
  readonly state: ImportState;
  readonly countyCode: string;
  readonly role: LayerRole;
  readonly fileName: string;
  readonly fileSize: number;
  readonly fileHash: string;
  readonly format: string | null;
  readonly layerName: string | null;
  /** Every layer of the file that could be read instead. */
  readonly layerNames: readonly string[];
  /** Legal date the data speak of, yyyy-mm-dd. */
  readonly asOf: string;
  readonly encoding: EncodingEvidence | null;
  readonly crs: CrsEvidence | null;
  readonly mapping: readonly FieldMapping[];
  readonly featureCount: number;
  readonly goodCount: number;
  readonly badCount: number;
  readonly box: readonly [number, number, number, number] | null;
  readonly problemGroups: readonly ProblemGroup[];
  readonly refusals: readonly Refusal[];
  readonly layerVersionId: string | null;
  readonly createdAt: string;
}

export interface ProblemGroup {
  readonly rule: string;
  readonly severity: Severity;
  readonly count: number;
  readonly title: Localized;
}

/** GET /api/imports/:id/preview → the first rows and their outlines (GeoJSON in 4490; `properties.featureNo` says whose). */
export interface ImportPreview {
  readonly fields: readonly string[];
  readonly rows: readonly {
    readonly featureNo: number;
    readonly values: readonly AttributeValue[];
    readonly problems: readonly Problem[];
  }[];
  readonly outlines: { readonly type: 'FeatureCollection'; readonly features: readonly unknown[] };
}

/** GET /api/imports/:id/problems?rule&offset&limit, GET /api/layers/:id/quality/problems?… */
export interface ProblemPage {
  readonly total: number;
  readonly offset: number;
  /** `lonLat` is where to zoom to, degrees. */
  readonly problems: readonly (Problem & { readonly lonLat: readonly [number, number] | null })[];
}

/** POST /api/imports/:id/commit body. */
export interface CommitChoice {
  readonly choice: 'goodRows' | 'allOrNone';
}

/**
 * PUT /api/imports/:id/mapping body: what a person corrects after looking at the proof. Anything but a changed mapping reads
 * the file again (a job; the reply is the ImportView with its jobId). Absent: as it is.
 */
export interface ImportCorrection {
  readonly mapping?: readonly { readonly source: string; readonly target: string | null }[];
  readonly encoding?: 'utf-8' | 'gb18030';
  readonly crs?: number;
  /** `dx,dy,dz,rx,ry,rz,s` (m, ″, ppm): brings Xi'an 80 or Beijing 54 to CGCS2000. */
  readonly datumParameters?: string;
  readonly layer?: string;
}

/** GET /api/imports/targets?role=parcels → the survey fields a source field may be mapped to. */
export interface TargetField {
  readonly name: string;
  readonly title: Localized;
  readonly required: boolean;
}

/* POST /api/imports → ImportView (state reading, jobId set). POST …/commit, …/discard, …/undo → ImportView. */
