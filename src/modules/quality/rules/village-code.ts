import { localized, villageCodeOf } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem, shown } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { textOf } from '../values.ts';

/** ZLDWDM is a village code: 12 digits, or 19 with seven zeros. */
export const villageCodeRule: QualityRule = {
  id: 'attribute.village-code',
  severity: 'error',
  title: localized('坐落单位代码 ZLDWDM 格式错误', 'village code ZLDWDM is not well-formed'),
  citation: SOURCES.divisions,
  confidence: 'verified',
  fields: ['ZLDWDM'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const codes = context.column('ZLDWDM');
    for (let f = 0; f < context.features; f++) {
      const code = textOf(codes[f]);
      if (villageCodeOf(code) !== undefined) continue;
      yield featureProblem(context, villageCodeRule, f, {
        field: 'ZLDWDM',
        message: localized(`坐落单位代码为${shown(code).zh}`, `village code is ${shown(code).en}`),
        remedy: localized(
          '填写 12 位村级代码，或 12 位加 7 个 0 的 19 位代码',
          'Enter the 12 digits of the village, or 19 with seven zeros.',
        ),
      });
    }
  },
};
