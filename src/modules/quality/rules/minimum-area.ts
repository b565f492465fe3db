import { formatSquareMetres, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { minimumAreaGroupOf } from '../minimum-areas.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { textOf } from '../values.ts';

/** No parcel is smaller than the minimum mapped area 最小上图面积 of its class (a table, minimum-areas.ts). */
export const minimumAreaRule: QualityRule = {
  id: 'geometry.below-minimum-area',
  severity: 'warning',
  title: localized('小于最小上图面积', 'smaller than the minimum mapped area'),
  citation: SOURCES.survey,
  confidence: 'unverified',
  fields: ['DLBM'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const classes = context.column('DLBM');
    for (let f = 0; f < context.features; f++) {
      const group = minimumAreaGroupOf(textOf(classes[f]));
      const minimum = context.minimumAreas.find((entry) => entry.group === group);
      const area = context.officialArea(f)?.areaDm2;
      if (minimum === undefined || area === undefined || area >= minimum.areaDm2) continue;
      const doubt =
        minimum.confidence === 'verified' ? localized('', '') : localized('（限值待核）', ' (limit not verified)');
      yield featureProblem(context, minimumAreaRule, f, {
        message: localized(
          `面积 ${formatSquareMetres(area)} m²，小于${minimum.name.zh}的最小上图面积 ${formatSquareMetres(minimum.areaDm2)} m²${doubt.zh}；${minimum.source.zh}`,
          `${formatSquareMetres(area)} m², below the minimum of ${formatSquareMetres(minimum.areaDm2)} m² for ${minimum.name.en}${doubt.en}; ${minimum.source.en}`,
        ),
        remedy: localized('并入相邻图斑，或说明保留理由', 'Merge it into a neighbour or state why it is kept.'),
      });
    }
  },
};
