import type { AttributeValue, LayerRole, Localized, PolygonLayer, Problem, Severity } from '../../kernel/index.ts';
import type { CoverageRegion, GeometryDefect, OfficialArea, SharedArea } from '../../geometry/index.ts';
import type { MinimumArea } from './minimum-areas.ts';

/** What a quality run looks at. Columns carry the survey's own field names (DLBM, TBMJ …: after field mapping). */
export interface QualityInput {
  readonly layer: PolygonLayer;
  /** What the layer is for. Default: `parcels` where it has a DLBM column, otherwise a layer of plain polygons. */
  readonly role?: LayerRole | 'polygons';
  /** County of the data, 6 digits; without it codes are not checked against a county. */
  readonly countyCode?: string;
  /** Codes (12 digits) of the village layer; without them codes are not checked against it. */
  readonly villageCodes?: readonly string[];
  /** County or village boundary the parcels must fill, any supported CRS; without it coverage is not checked. */
  readonly boundary?: PolygonLayer;
  /** Official areas, feature by feature, where the caller has them already. */
  readonly officialAreas?: readonly OfficialArea[];
  readonly minimumAreas?: readonly MinimumArea[];
}

/** The input with what several rules share, computed once when first asked for. */
export interface QualityContext {
  readonly layer: PolygonLayer;
  readonly role: LayerRole | 'polygons';
  readonly features: number;
  readonly countyCode: string | undefined;
  readonly villageCodes: ReadonlySet<string> | undefined;
  readonly hasBoundary: boolean;
  readonly minimumAreas: readonly MinimumArea[];
  /** The feature's own identifier (BSM, else TBBH, else null), for people. */
  idOf(feature: number): string | null;
  /** Values of a column; only for fields a rule names in `fields`. */
  column(field: string): readonly AttributeValue[];
  hasColumn(field: string): boolean;
  /** First vertex of a feature in the layer's own coordinates. */
  placeOf(feature: number): readonly [number, number] | undefined;
  defects(): readonly GeometryDefect[];
  /** Official areas; undefined for features with a blocking defect or no rings. */
  officialArea(feature: number): OfficialArea | undefined;
  /** Pairs of features (numbers of the layer) that share area, features with blocking defects left out. */
  overlaps(): readonly SharedArea[];
  /** Gaps and areas outside the boundary, feature numbers of the layer; without a boundary only enclosed gaps. */
  coverageRegions(): readonly CoverageRegion[];
  /** A point that features a and b share, in the layer's own coordinates, where one is known. */
  overlapPlace(a: number, b: number): readonly [number, number] | undefined;
  /** A point of the run's plane in the layer's own coordinates. */
  fromPlane(x: number, y: number): readonly [number, number];
}

/** What besides the layer a rule cannot do without. */
export type Need = 'countyCode' | 'villageCodes' | 'boundary';

/** One thing that must hold, with the text it follows from. */
export interface QualityRule {
  /** Stable id, `group.name`. */
  readonly id: string;
  readonly severity: Severity;
  readonly title: Localized;
  /** The standard, section or decision it follows from; `confidence` says how sure the citation is. */
  readonly citation: Localized;
  /** `unverified`: carried from practice, the standard's text was not at hand. */
  readonly confidence: 'verified' | 'unverified';
  /** Fields without which the rule is not checked. */
  readonly fields: readonly string[];
  readonly needs?: readonly Need[];
  /** `parcels`: survey parcels only; `any`: every polygon layer. */
  readonly appliesTo: 'parcels' | 'any';
  /** The problems, by feature. Called only when fields and needs are there. */
  check(context: QualityContext): Iterable<Problem>;
}
