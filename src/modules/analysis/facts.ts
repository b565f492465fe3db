import type { AreaDm2, LayerRole, Localized, Problem } from '../../kernel/index.ts';
import type { RunZone } from '../../geometry/types.ts';
import type { AnalysisParameters } from './parameters.ts';
import type { BasicFarmlandChangePlot, PlanPlot } from './plan-input.ts';

/** One input of a run: what it is and the hash of its bytes, so that any figure leads back to a file. */
export interface InputDigest {
  readonly role: LayerRole | null;
  readonly name: string;
  readonly sha256: string;
  readonly features: number;
  readonly epsg: number;
}

export const OWNERSHIP_UNKNOWN = 0;
export const OWNERSHIP_STATE = 1;
export const OWNERSHIP_COLLECTIVE = 2;

export const TERRACE_NONE = 0;
export const TERRACE_TT = 1;
export const TERRACE_PD = 2;

/** A coefficient 扣除系数 (KCXS) is kept as ten-thousandths; this value stands for "nobody can say". */
export const RIDGE_UNKNOWN = 65_535;

/**
 * The survey parcels a plan reaches (its project area, its plots, its adjustment plots), one entry a parcel in layer
 * order. Areas are dm². Codes that do not exist are null: a wrong code is not a class.
 */
export interface ReachedParcels {
  readonly featureNos: Uint32Array;
  readonly bsm: readonly (string | null)[];
  /** Class of the working classification, adjustable land (K) counted as its base class. */
  readonly classCodes: readonly (string | null)[];
  readonly ownership: Uint8Array;
  /** 12-digit village code of ZLDWDM. */
  readonly villageCodes: readonly (string | null)[];
  readonly villageNames: readonly (string | null)[];
  /** GDPDJB 1–5; 0: none stated. */
  readonly slopeLevels: Uint8Array;
  readonly terraces: Uint8Array;
  /** GDDB 1–15; 0: none stated. */
  readonly grades: Uint8Array;
  /** KCXS in ten-thousandths. */
  readonly ridgeCoefficients: Uint16Array;
  /** The area the parts of the parcel close to. */
  readonly wholeDm2: Float64Array;
  /** 1 where `wholeDm2` is TBMJ, 0 where it is the computed official area. */
  readonly closesToTbmj: Uint8Array;
  /** Ridge area 扣除面积 of the whole parcel: wholeDm2 × KCXS, halves up. */
  readonly ridgeDm2: Float64Array;
  /** Part of the parcel outside the project and outside every plot. */
  readonly outsideDm2: Float64Array;
}

/**
 * Parts of parcels by plan zone, sorted by parcel, then zone. Zone 0: in the project, in no plot. Zone 1 + i: plot i
 * inside the project. Zone 1 + n + i: the part of plot i beyond the project boundary (n plots). For each parcel the
 * parts and its `outsideDm2` add up to its `wholeDm2`.
 */
export interface PlanParts {
  /** Index into ReachedParcels. */
  readonly parcels: Uint32Array;
  readonly zones: Uint32Array;
  readonly areasDm2: Float64Array;
  /** Ridge area of the part before; shares of the parcel's ridge close to it. */
  readonly ridgesDm2: Float64Array;
}

/** A key under which zones of a layer are counted: a slope level, a grade, a village code, or the one word `in`. */
export interface ZoneKey {
  readonly key: string;
  readonly name: Localized;
}

/**
 * A zone layer crossed with the plan parts, by way of a product layer made with a kept clipper and checked against the
 * tabulation. The entries of a part add up to the part: key index 0 is `outside` every zone of the layer.
 */
export interface LayerCrossing {
  readonly role: LayerRole | null;
  readonly name: string;
  /** `keys[0]` is outside. */
  readonly keys: readonly ZoneKey[];
  /** Index into PlanParts. */
  readonly parts: Uint32Array;
  readonly keyIndexes: Uint16Array;
  readonly areasDm2: Float64Array;
  /** Largest difference found between the product layer and the tabulation of its two layers, m². */
  readonly productCheckM2: number;
  /** Pairs of zones of the layer that overlap; any makes what rests on the layer unjudgeable. */
  readonly overlaps: number;
}

/** A share of one adjustment plot. */
export interface ChangeShare {
  readonly areaDm2: AreaDm2;
  /** Index into ReachedParcels; null: where no survey parcel lies. */
  readonly parcel: number | null;
}

/** One adjustment plot of basic farmland with everything measured on it; all shares close to its official area. */
export interface ChangeFacts extends BasicFarmlandChangePlot {
  readonly areaDm2: AreaDm2;
  readonly parcels: readonly ChangeShare[];
  /** By slope level 1–5 (index 0: unknown); null without a slope layer. */
  readonly slopeDm2: readonly AreaDm2[] | null;
  /** Overlap with basic farmland as it stands; null without that layer. */
  readonly onBasicFarmlandDm2: AreaDm2 | null;
  /** Overlap with each plot of the plan: [plot index, dm²]; null where the plan has no plots layer. */
  readonly onPlots: readonly (readonly [plot: number, areaDm2: AreaDm2])[] | null;
}

/** Contiguous farmland blocks: the block of each parcel or plot, −1 where it is not farmland or outside the project. */
export interface ContiguityFacts {
  readonly before: { readonly blocks: number; readonly ofParcel: Int32Array };
  /** null where the plan has no plots layer. */
  readonly after: { readonly blocks: number; readonly ofParcel: Int32Array; readonly ofPlot: Int32Array } | null;
}

/** A village the project reaches and the others it borders on. */
export interface VillageFacts {
  readonly code: string;
  readonly name: string | null;
  readonly areaDm2: AreaDm2;
  /** Codes of reached villages it shares a border with; null without a village layer. */
  readonly adjoins: readonly string[] | null;
}

export interface PlanFacts {
  readonly name: string | null;
  readonly type: 'comprehensive' | 'contiguousBasicFarmland' | null;
  readonly divisionCode: string | null;
  readonly contents: readonly string[] | null;
  readonly countyConstructionBeforeDm2: AreaDm2 | null;
  readonly countyConstructionAfterDm2: AreaDm2 | null;
  /** Official area of the project boundary. */
  readonly projectDm2: AreaDm2;
  /** Number of parts of the project area that do not touch. */
  readonly projectParts: number;
  /** null: the plan has no plots layer. */
  readonly plots: readonly (PlanPlot & { readonly areaDm2: AreaDm2; readonly outsideProjectDm2: AreaDm2 })[] | null;
  readonly alternatives: number | null;
}

/** A ridge coefficient the survey itself uses for one slope level and terrace type (ten-thousandths). */
export interface RidgeRule {
  readonly slopeLevel: number;
  readonly terrace: number;
  readonly coefficient: number;
}

/**
 * Everything an overlay run found, as plain values that can be stored, hashed and sent between threads. Nothing in it
 * depends on the clock or the machine: the same inputs give the same facts.
 */
export interface OverlayFacts {
  readonly formatVersion: 1;
  readonly runZone: RunZone;
  readonly inputs: readonly InputDigest[];
  readonly parameters: AnalysisParameters;
  readonly plan: PlanFacts;
  /** Number of parcels in the whole layer. */
  readonly parcelCount: number;
  /** Survey fields (of those the tables need) the parcel layer does not have. */
  readonly missingFields: readonly string[];
  readonly parcels: ReachedParcels;
  readonly parts: PlanParts;
  readonly crossings: readonly LayerCrossing[];
  /** Where one slope level and terrace type has one coefficient in the survey. */
  readonly ridgeRules: readonly RidgeRule[];
  /** Whether the survey takes ridges off any farmland at all. */
  readonly surveyHasRidges: boolean;
  /** null where the plan has no basicFarmlandChange layer. */
  readonly changes: readonly ChangeFacts[] | null;
  /** Part of each build plot on basic farmland that is not moved out: [part, dm²]; null without the layers it needs. */
  readonly buildOnKeptBasicFarmland: readonly (readonly [part: number, areaDm2: AreaDm2])[] | null;
  readonly contiguity: ContiguityFacts;
  /** null where neither ZLDWDM nor a village layer says which villages the project reaches. */
  readonly villages: readonly VillageFacts[] | null;
  readonly problems: readonly Problem[];
}
