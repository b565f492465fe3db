import { dm2FromSquareMetres, formatSquareMetres, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { regionProblems } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

/** Survey parcels leave no gap: inside the boundary where one is given, else where parcels lie all around. */
export const gapRule: QualityRule = {
  id: 'topology.gap',
  severity: 'error',
  title: localized('图斑之间存在缝隙', 'gap between parcels'),
  citation: SOURCES.database,
  confidence: 'unverified',
  fields: [],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    for (const region of context.coverageRegions()) {
      if (region.kind !== 'gap') continue;
      const area = formatSquareMetres(dm2FromSquareMetres(region.areaM2));
      const around = region.features
        .slice(0, 5)
        .map((f) => context.layer.featureNos[f]!)
        .join(', ');
      yield* regionProblems(context, gapRule, region, {
        message: localized(
          `缝隙 ${area} m²${around === '' ? '' : `，相邻要素：${around}`}`,
          `gap of ${area} m²${around === '' ? '' : `, between features ${around}`}`,
        ),
        remedy: localized('将缝隙并入相邻图斑，或补绘图斑', 'Add the gap to a neighbour or draw the missing parcel.'),
      });
    }
  },
};
