import { dm2FromSquareMetres } from '../../kernel/index.ts';
import { settingOf, type Pack, type ReadLog } from '../../policy/index.ts';
import type { AnalysisParameters } from '../analysis/index.ts';
import type { ReviewThresholds } from '../balance/index.ts';
import { DEFAULT_MINIMUM_AREAS, type MinimumArea } from '../quality/index.ts';

/** Parameters an analysis runs with under this pack: tolerance, slivers of villages, contiguity, major classes. */
export function analysisParametersOf(pack: Pack, log?: ReadLog): AnalysisParameters {
  const tolerance = settingOf(pack, 'areaTolerance', log);
  const contiguity = settingOf(pack, 'contiguity', log);
  return {
    tolerance: {
      floorDm2: dm2FromSquareMetres(tolerance.absoluteSquareMetres),
      // Twelve digits, so that 0.000001 gives 1 and not 0.9999….
      perMillion: Number((tolerance.relative * 1_000_000).toPrecision(12)),
    },
    reachedMinimumDm2: dm2FromSquareMetres(settingOf(pack, 'reachedVillage', log).atLeastSquareMetres),
    contiguity: {
      gapMetres: contiguity.gapMetres,
      passableClasses: contiguity.passableClasses,
      passableWidthMetres: contiguity.widthMetres,
    },
    majorClasses: settingOf(pack, 'majorClasses', log),
  };
}

/** What the review table of the basic-farmland adjustment asks for under this pack; null where the text sets no share. */
export function reviewThresholdsOf(pack: Pack, log?: ReadLog): ReviewThresholds {
  const share = settingOf(pack, 'basicFarmlandReview', log).minimumAddedShare;
  if (share === null) return { minimumAddedShare: null };
  return { minimumAddedShare: { numerator: Number(share.numerator), denominator: Number(share.denominator) } };
}

/** Minimum mapped areas a quality run takes under this pack, with their doubt and their source. */
export function minimumAreasOf(pack: Pack, log?: ReadLog): MinimumArea[] {
  const areas = settingOf(pack, 'minimumMappedAreas', log);
  const cited = pack.settingsCited.find((value) => value.path === 'settings.minimumMappedAreas')!;
  const { source, confidence } = cited;
  const words =
    source.kind === 'clause'
      ? `${source.clause.id} ${source.clause.quote}`
      : `${source.standard} ${source.place ?? ''}`.trim();
  return DEFAULT_MINIMUM_AREAS.map(({ group, name }) => {
    return { group, name, areaDm2: dm2FromSquareMetres(areas[group]), confidence, source: { zh: words, en: words } };
  });
}
