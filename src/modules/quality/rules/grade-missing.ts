import { isFarmland, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { isBlank, textOf } from '../values.ts';

/** Farmland has a grade; without one average grades and capacities cannot be computed. */
export const gradeMissingRule: QualityRule = {
  id: 'attribute.grade-missing',
  severity: 'warning',
  title: localized('耕地缺少等别 GDDB', 'farmland without grade GDDB'),
  citation: SOURCES.database,
  confidence: 'unverified',
  fields: ['GDDB', 'DLBM'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const grades = context.column('GDDB');
    const classes = context.column('DLBM');
    for (let f = 0; f < context.features; f++) {
      if (!isFarmland(textOf(classes[f])) || !isBlank(grades[f])) continue;
      yield featureProblem(context, gradeMissingRule, f, {
        field: 'GDDB',
        message: localized('耕地图斑的等别为空', 'farmland parcel has no grade'),
        remedy: localized('从耕地等别图层补填', 'Fill it in from the layer of farmland grades.'),
      });
    }
  },
};
