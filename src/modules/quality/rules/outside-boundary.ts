import { dm2FromSquareMetres, formatSquareMetres, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { regionProblems } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

/** No parcel reaches beyond the boundary of its county (or villages). */
export const outsideBoundaryRule: QualityRule = {
  id: 'topology.outside-boundary',
  severity: 'error',
  title: localized('图斑超出行政界线', 'parcels reach beyond the boundary'),
  citation: SOURCES.database,
  confidence: 'unverified',
  fields: [],
  needs: ['boundary'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    for (const region of context.coverageRegions()) {
      if (region.kind !== 'outside') continue;
      const area = formatSquareMetres(dm2FromSquareMetres(region.areaM2));
      yield* regionProblems(context, outsideBoundaryRule, region, {
        message: localized(`超出界线 ${area} m²`, `${area} m² beyond the boundary`),
        remedy: localized('按行政界线修改图斑边界', 'Cut the parcel at the boundary.'),
      });
    }
  },
};
