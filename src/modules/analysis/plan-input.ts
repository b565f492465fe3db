import type { AreaDm2, PolygonLayer } from '../../kernel/index.ts';

/** What a plot does: `new` becomes farmland, `upgrade` improves it, `clear` reclaims or demolishes, `build` takes land for building. */
export const PLOT_KINDS = ['new', 'upgrade', 'clear', 'build', 'none'] as const;
export type PlotKind = (typeof PLOT_KINDS)[number];

/** One plot of the plan with typed attributes; null wherever the plan states nothing (never a default). */
export interface PlanPlot {
  readonly plotId: string;
  readonly family: string | null;
  readonly subProjectType: string | null;
  readonly kind: PlotKind | null;
  /** Survey class code after; null: not stated. */
  readonly classAfter: string | null;
  /** 等别 1–15 after. */
  readonly gradeAfter: number | null;
  /** `TT` terraced, `PD` sloping, `''` stated as none (level 1), null not stated. */
  readonly terraceAfter: 'TT' | 'PD' | '' | null;
  readonly illegalOccupation: boolean | null;
  readonly subProject: string | null;
}

/** One plot of the adjustment of permanent basic farmland 永久基本农田布局调整. */
export interface BasicFarmlandChangePlot {
  readonly plotId: string;
  readonly direction: 'out' | 'in' | null;
  readonly classCode: string | null;
  /** 等别: of the database for `out`, after consolidation for `in`. */
  readonly grade: number | null;
}

/** Features of a plan layer: `attributes[i]` belongs to feature i of `layer`. */
export interface PlanFeatures<Attributes> {
  readonly layer: PolygonLayer;
  readonly attributes: readonly Attributes[];
}

/**
 * What the analysis needs of a plan 规划方案 (docs/domain/plan-format.md). A layer that is absent is null, which is not
 * the same as a layer without features: absent means nobody has stated it, and what depends on it cannot be judged.
 */
export interface AnalysisPlan {
  readonly name: string | null;
  readonly type: 'comprehensive' | 'contiguousBasicFarmland' | null;
  readonly divisionCode: string | null;
  /** Words of `contents`, trimmed; null where the plan has no such field. */
  readonly contents: readonly string[] | null;
  readonly countyConstructionBeforeDm2: AreaDm2 | null;
  readonly countyConstructionAfterDm2: AreaDm2 | null;
  /** The project boundary: every feature of the layer counts as part of the one project area. */
  readonly boundary: PolygonLayer;
  readonly plots: PlanFeatures<PlanPlot> | null;
  readonly basicFarmlandChange: PlanFeatures<BasicFarmlandChangePlot> | null;
  /** Number of siting alternatives; null where the plan has no such layer. */
  readonly alternatives: number | null;
}
