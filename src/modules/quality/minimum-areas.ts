import { dm2FromSquareMetres, landClassOf, localized } from '../../kernel/index.ts';
import type { AreaDm2, Localized } from '../../kernel/index.ts';

/** Classes that share a minimum mapped area 最小上图面积. */
export type MinimumAreaGroup = 'constructionAndFacilities' | 'agricultural' | 'other';

/** A minimum mapped area with where it comes from. Data, not law in code: a county may replace the table. */
export interface MinimumArea {
  readonly group: MinimumAreaGroup;
  readonly name: Localized;
  readonly areaDm2: AreaDm2;
  /** `unverified`: known from practice; the text of TD/T 1055-2019 was not at hand when this was written. */
  readonly confidence: 'verified' | 'unverified';
  readonly source: Localized;
}

const PRACTICE = localized(
  '《第三次全国国土调查技术规程》TD/T 1055-2019（数值待核）',
  'TD/T 1055-2019, technical regulation of the third national land survey (values not yet verified)',
);

export const DEFAULT_MINIMUM_AREAS: readonly MinimumArea[] = [
  {
    group: 'constructionAndFacilities',
    name: localized('建设用地和设施农用地', 'construction land and agricultural facilities'),
    areaDm2: dm2FromSquareMetres(200),
    confidence: 'unverified',
    source: PRACTICE,
  },
  {
    group: 'agricultural',
    name: localized('农用地（不含设施农用地）', 'agricultural land without facilities'),
    areaDm2: dm2FromSquareMetres(400),
    confidence: 'unverified',
    source: PRACTICE,
  },
  {
    group: 'other',
    name: localized('其他地类', 'other land'),
    areaDm2: dm2FromSquareMetres(600),
    confidence: 'unverified',
    source: PRACTICE,
  },
];

/** The group of a survey class code; undefined for unknown codes. */
export function minimumAreaGroupOf(code: string): MinimumAreaGroup | undefined {
  const landClass = landClassOf(code);
  if (landClass === undefined) return undefined;
  if (landClass.major === 'construction' || code === '1202') return 'constructionAndFacilities';
  return landClass.major === 'agricultural' ? 'agricultural' : 'other';
}
