import type { AreaDm2, MajorClass } from '../../kernel/index.ts';
import { LAND_CLASSES } from '../../kernel/index.ts';

/** How contiguous farmland is found (连片): a policy pack may set every value. */
export interface ContiguityParameters {
  /** Patches farther apart than this are never neighbours, metres. 0: they must share a border. */
  readonly gapMetres: number;
  /** Survey classes a gap between two patches may be covered by (rural road, ditch, ridge …). */
  readonly passableClasses: readonly string[];
  /** A passable linear feature (XZDWKD) wider than this parts the patches, metres. */
  readonly passableWidthMetres: number;
}

/** What a run may vary; everything here is stored with the facts. */
export interface AnalysisParameters {
  /**
   * TBMJ agrees with the computed area when they differ by at most max(floorDm2, perMillion × area / 1,000,000).
   * Decided: max(0.05 m², 1e-6 × area).
   */
  readonly tolerance: { readonly floorDm2: AreaDm2; readonly perMillion: number };
  /**
   * A village counts as reached by the project from this area on. Boundaries digitised twice leave slivers; the default
   * of 100 m² lies below the smallest mapped area of the survey (200 m²), so that no mapped parcel is ever lost.
   */
  readonly reachedMinimumDm2: AreaDm2;
  readonly contiguity: ContiguityParameters;
  /** Major class 三大类 of survey classes where a county counts differently from GB/T 21010-2017 appendix A (1103 …). */
  readonly majorClasses: Readonly<Record<string, MajorClass>>;
}

/** Presets of handbook §6: neighbours share a border, or lie within 10 m or 20 m over passable land. */
export const CONTIGUITY_PRESETS = {
  touching: { gapMetres: 0, passableClasses: [], passableWidthMetres: 0 },
  within10Metres: { gapMetres: 10, passableClasses: ['1006', '1107', '1107A', '1203'], passableWidthMetres: 10 },
  within20Metres: { gapMetres: 20, passableClasses: ['1006', '1107', '1107A', '1203'], passableWidthMetres: 20 },
} as const satisfies Record<string, ContiguityParameters>;

export const DEFAULT_PARAMETERS: AnalysisParameters = {
  tolerance: { floorDm2: 5, perMillion: 1 },
  reachedMinimumDm2: 10_000,
  contiguity: CONTIGUITY_PRESETS.within10Metres,
  majorClasses: {},
};

/** Major class of every survey class, the county's own table laid over the default one. */
export function majorClassTable(parameters: AnalysisParameters): ReadonlyMap<string, MajorClass> {
  return new Map(
    LAND_CLASSES.map(
      (landClass) => [landClass.code, parameters.majorClasses[landClass.code] ?? landClass.major] as const,
    ),
  );
}
