import { isFarmland, landClassOf, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { isBlank, textOf } from '../values.ts';

const RIDGE = '1203';

/** Ridges 田坎 (1203) are deducted on 0101–0103 only, and where they are the class and the coefficient stand together. */
export const deductionClassRule: QualityRule = {
  id: 'attribute.deduction-class',
  severity: 'error',
  title: localized(
    '扣除地类 KCDLBM、扣除系数 KCXS 与地类不符',
    'deduction KCDLBM/KCXS does not agree with the land class',
  ),
  citation: SOURCES.survey,
  confidence: 'unverified',
  fields: ['DLBM', 'KCDLBM', 'KCXS'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const classes = context.column('DLBM');
    const deducted = context.column('KCDLBM');
    const coefficients = context.column('KCXS');
    for (let f = 0; f < context.features; f++) {
      const code = textOf(classes[f]);
      if (landClassOf(code) === undefined) continue;
      const ridge = textOf(deducted[f]);
      const hasClass = !isBlank(deducted[f]);
      const hasCoefficient = !isBlank(coefficients[f]);
      const message =
        !isFarmland(code) && (hasClass || hasCoefficient)
          ? localized(`${code} 不是耕地，却有扣除地类或系数`, `${code} is no farmland but has a deduction`)
          : hasClass && ridge !== RIDGE
            ? localized(
                `扣除地类为“${ridge}”，应为 1203（田坎）`,
                `deducted class is “${ridge}”, it must be 1203 (ridge)`,
              )
            : hasCoefficient && !hasClass
              ? localized('有扣除系数而无扣除地类', 'coefficient without deducted class')
              : undefined;
      if (message === undefined) continue;
      yield featureProblem(context, deductionClassRule, f, {
        field: 'KCDLBM',
        message,
        remedy: localized('仅 0101、0102、0103 可扣除田坎 1203', 'Only 0101, 0102 and 0103 take a deduction, of 1203.'),
      });
    }
  },
};
