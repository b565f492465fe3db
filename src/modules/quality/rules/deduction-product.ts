import { dm2FromSquareMetres, formatSquareMetres, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { numberOf, textOf } from '../values.ts';

/** KCMJ = TBMJ × KCXS to 0.01 m² (one hundredth either way: tools round halves differently), and KCXS is 0 … 1. */
export const deductionProductRule: QualityRule = {
  id: 'attribute.deduction-product',
  severity: 'error',
  title: localized('扣除面积 KCMJ ≠ 图斑面积 TBMJ × 扣除系数 KCXS', 'deducted area KCMJ is not TBMJ × KCXS'),
  citation: SOURCES.database,
  confidence: 'verified',
  fields: ['TBMJ', 'KCXS', 'KCMJ'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const areas = context.column('TBMJ');
    const coefficients = context.column('KCXS');
    const deductions = context.column('KCMJ');
    for (let f = 0; f < context.features; f++) {
      const area = numberOf(areas[f]);
      if (area === undefined) continue;
      const coefficient = numberOf(coefficients[f]) ?? 0;
      if (coefficient < 0 || coefficient >= 1) {
        yield featureProblem(context, deductionProductRule, f, {
          field: 'KCXS',
          message: localized(
            `扣除系数 ${textOf(coefficients[f])} 不在 0–1 之间`,
            `coefficient ${textOf(coefficients[f])} is not between 0 and 1`,
          ),
          remedy: localized(
            '系数写成小数，如 0.1250，而不是百分数',
            'Write it as a fraction such as 0.1250, not in per cent.',
          ),
        });
        continue;
      }
      const stated = dm2FromSquareMetres(numberOf(deductions[f]) ?? 0);
      const computed = dm2FromSquareMetres(area * coefficient);
      if (Math.abs(stated - computed) <= 1) continue;
      yield featureProblem(context, deductionProductRule, f, {
        field: 'KCMJ',
        message: localized(
          `KCMJ 为 ${formatSquareMetres(stated)} m²，TBMJ × KCXS 为 ${formatSquareMetres(computed)} m²`,
          `KCMJ is ${formatSquareMetres(stated)} m², TBMJ × KCXS is ${formatSquareMetres(computed)} m²`,
        ),
        remedy: localized('按 TBMJ × KCXS 重算扣除面积', 'Compute the deducted area anew as TBMJ × KCXS.'),
      });
    }
  },
};
