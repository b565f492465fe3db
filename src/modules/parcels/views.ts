import type { AreaDm2, AttributeValue, LayerRole } from '../../kernel/index.ts';

/** GET /api/layers?county=CODE → LayerVersionView[] (newest first; every state). */
export interface LayerVersionView {
  readonly layerVersionId: string;
  readonly countyCode: string;
  readonly role: LayerRole;
  /** Legal date the data speak of, yyyy-mm-dd. */
  readonly asOf: string;
  readonly state: 'staged' | 'current' | 'withdrawn';
  readonly sourceName: string;
  readonly sourceHash: string;
  readonly epsg: number;
  readonly featureCount: number;
  readonly vertexCount: number;
  /** Sum of official areas where known. */
  readonly areaDm2: AreaDm2 | null;
  /** [west, south, east, north] in degrees. */
  readonly box: readonly [number, number, number, number] | null;
  readonly createdAt: string;
}

/** One feature of a layer, for tables and the identify panel. */
export interface FeatureView {
  readonly featureNo: number;
  /** BSM, plot number or what else names it; null where nothing does. */
  readonly id: string | null;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly box: readonly [number, number, number, number] | null;
}

/** GET /api/layers/:id/features?offset&limit&search&class&village → FeaturePage. */
export interface FeaturePage {
  readonly total: number;
  readonly offset: number;
  readonly features: readonly FeatureView[];
}

/** GET /api/layers/:id/features/:no → the feature with its GeoJSON geometry in 4490. */
export interface FeatureDetail extends FeatureView {
  readonly geometry: {
    readonly type: 'MultiPolygon';
    readonly coordinates: readonly (readonly (readonly (readonly number[])[])[])[];
  };
}

/**
 * GET /api/tiles/{layerVersionId}/{z}/{x}/{y}.mvt: one MVT layer named `features`. Feature id = featureNo. Properties: `class` land
 * class code (parcels), `label` a short text for zone layers (village or zone name, slope or grade level); from zoom 14 on also
 * `no` featureNo and `id` what names it (BSM, plot number); before, `id` only where there is no class. Far out, cells: features
 * with a class and no id, each for many small ones. Zoom 0 … 16; 404 beyond, 204 where empty.
 */
export const TILE_LAYER = 'features';
/** Points the names of features are written at, once a feature and not once a tile: `label`, `class`, `no`. */
export const TILE_LABELS = 'labels';

/** GET /api/layers/:id/summary → features and official area by class code, in order of code (null: no class given). */
export interface LayerSummaryView {
  readonly layerVersionId: string;
  readonly featureCount: number;
  readonly areaDm2: AreaDm2 | null;
  readonly classes: readonly { readonly code: string | null; readonly features: number; readonly areaDm2: AreaDm2 }[];
}
/* GET /api/layers/:id/identify?lon&lat → FeatureDetail, or 204 where nothing lies there. POST /api/layers/:id/withdraw → LayerVersionView. */
