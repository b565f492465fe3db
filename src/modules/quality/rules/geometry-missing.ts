import { localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

/** Every feature has a shape. */
export const geometryMissingRule: QualityRule = {
  id: 'geometry.missing',
  severity: 'error',
  title: localized('要素没有图形', 'feature has no shape'),
  citation: SOURCES.simpleFeatures,
  confidence: 'verified',
  fields: [],
  appliesTo: 'any',
  *check(context: QualityContext): Iterable<Problem> {
    const { featureRings } = context.layer;
    for (let f = 0; f < context.features; f++) {
      if (featureRings[f] !== featureRings[f + 1]) continue;
      yield featureProblem(context, geometryMissingRule, f, {
        message: localized('该要素没有图形', 'the feature has no shape'),
        remedy: localized('补绘图形，或删除该记录', 'Draw the shape or delete the record.'),
      });
    }
  },
};
