import { isFarmland, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { isBlank, levelOf, textOf } from '../values.ts';

/** No ridges are deducted on farmland of slope level 1 (≤ 2°). */
export const deductionLevelOneRule: QualityRule = {
  id: 'attribute.deduction-level-one',
  severity: 'error',
  title: localized('坡度 1 级耕地扣除了田坎', 'ridges deducted on farmland of slope level 1'),
  citation: SOURCES.survey,
  confidence: 'unverified',
  fields: ['DLBM', 'GDPDJB', 'KCXS'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const classes = context.column('DLBM');
    const levels = context.column('GDPDJB');
    const coefficients = context.column('KCXS');
    for (let f = 0; f < context.features; f++) {
      if (!isFarmland(textOf(classes[f])) || levelOf(levels[f]) !== 1 || isBlank(coefficients[f])) continue;
      yield featureProblem(context, deductionLevelOneRule, f, {
        field: 'KCXS',
        message: localized(
          `坡度 1 级耕地的扣除系数为 ${textOf(coefficients[f])}`,
          `coefficient ${textOf(coefficients[f])} on slope level 1`,
        ),
        remedy: localized('2° 及以下耕地不扣田坎：系数填 0', 'Farmland up to 2° has no ridge deduction: enter 0.'),
      });
    }
  },
};
