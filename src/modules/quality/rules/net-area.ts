import { dm2FromSquareMetres, formatSquareMetres, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { numberOf } from '../values.ts';

/** TBDLMJ = TBMJ − KCMJ, in whole 0.01 m² (one hundredth either way where the fields carry more decimals). */
export const netAreaRule: QualityRule = {
  id: 'attribute.net-area',
  severity: 'error',
  title: localized('图斑地类面积 TBDLMJ ≠ TBMJ − KCMJ', 'class area TBDLMJ is not TBMJ − KCMJ'),
  citation: SOURCES.database,
  confidence: 'verified',
  fields: ['TBMJ', 'KCMJ', 'TBDLMJ'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const areas = context.column('TBMJ');
    const deductions = context.column('KCMJ');
    const nets = context.column('TBDLMJ');
    for (let f = 0; f < context.features; f++) {
      const area = numberOf(areas[f]);
      if (area === undefined) continue;
      const deducted = numberOf(deductions[f]) ?? 0;
      const net = numberOf(nets[f]) ?? 0;
      const parts = [area, deducted, net].map(dm2FromSquareMetres) as [number, number, number];
      const exact = [area, deducted, net].every((value, i) => Math.abs(value * 100 - parts[i]!) < 1e-4);
      const computed = parts[0] - parts[1];
      if (Math.abs(computed - parts[2]) <= (exact ? 0 : 1)) continue;
      yield featureProblem(context, netAreaRule, f, {
        field: 'TBDLMJ',
        message: localized(
          `TBDLMJ 为 ${formatSquareMetres(parts[2])} m²，TBMJ − KCMJ 为 ${formatSquareMetres(computed)} m²`,
          `TBDLMJ is ${formatSquareMetres(parts[2])} m², TBMJ − KCMJ is ${formatSquareMetres(computed)} m²`,
        ),
        remedy: localized('按 TBMJ − KCMJ 重算', 'Compute it anew as TBMJ − KCMJ.'),
      });
    }
  },
};
