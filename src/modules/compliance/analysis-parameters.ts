import type { MajorClass } from '../../kernel/index.ts';
import { analysisSettings, type Pack, type ReadLog } from '../../policy/index.ts';

/** The pack's settings in the shape the analysis takes (`AnalysisParameters`). */
export interface ParametersOfPack {
  readonly tolerance: { readonly floorDm2: number; readonly perMillion: number };
  readonly reachedMinimumDm2: number;
  readonly contiguity: {
    readonly gapMetres: number;
    readonly passableClasses: readonly string[];
    readonly passableWidthMetres: number;
  };
  readonly majorClasses: Readonly<Record<string, MajorClass>>;
}

/** Parameters an analysis runs with under this pack: tolerance, contiguity, slivers of villages, major classes. */
export function analysisParametersOf(pack: Pack, log?: ReadLog): ParametersOfPack {
  const settings = analysisSettings(pack, log);
  return {
    tolerance: {
      floorDm2: Math.round(settings.areaTolerance.absoluteSquareMetres * 100),
      // Through a decimal text, so that 0.000001 gives 1 and not 0.9999….
      perMillion: Number((settings.areaTolerance.relative * 1_000_000).toPrecision(12)),
    },
    reachedMinimumDm2: Math.round(settings.reachedVillageSquareMetres * 100),
    contiguity: {
      gapMetres: settings.contiguity.gapMetres,
      passableClasses: settings.contiguity.passableClasses,
      passableWidthMetres: settings.contiguity.widthMetres,
    },
    majorClasses: settings.majorClassOverrides,
  };
}
