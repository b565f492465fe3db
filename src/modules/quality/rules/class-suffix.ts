import { landClassCodes, landClassOf, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { textOf } from '../values.ts';
import { hasKnownStem } from './land-class.ts';

/** Suffix A (sub-class) and K (adjustable land) stand on certain classes only. */
export const classSuffixRule: QualityRule = {
  id: 'attribute.class-suffix',
  severity: 'error',
  title: localized('地类编码后缀不适用于该地类', 'suffix of the land class is not allowed there'),
  citation: SOURCES.classes,
  confidence: 'unverified',
  fields: ['DLBM'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const codes = context.column('DLBM');
    for (let f = 0; f < context.features; f++) {
      const code = textOf(codes[f]);
      if (landClassOf(code) !== undefined || !hasKnownStem(code)) continue;
      const stem = code.slice(0, 4);
      const lawful = landClassCodes()
        .filter((known) => known.startsWith(stem))
        .sort()
        .join(', ');
      yield featureProblem(context, classSuffixRule, f, {
        field: 'DLBM',
        message: localized(
          `地类编码“${code}”的后缀不适用于 ${stem}`,
          `land class “${code}”: ${stem} takes no such suffix`,
        ),
        remedy: localized(`可用编码：${lawful}`, `Allowed: ${lawful}.`),
      });
    }
  },
};
