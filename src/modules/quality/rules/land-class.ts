import { landClassOf, localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem, shown } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { textOf } from '../values.ts';

/** DLBM is a code of the working classification; suffixes are the business of `attribute.class-suffix`. */
export const landClassRule: QualityRule = {
  id: 'attribute.class-unknown',
  severity: 'error',
  title: localized('地类编码 DLBM 不在工作分类中', 'land class DLBM is not in the working classification'),
  citation: SOURCES.classes,
  confidence: 'verified',
  fields: ['DLBM'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const codes = context.column('DLBM');
    for (let f = 0; f < context.features; f++) {
      const code = textOf(codes[f]);
      if (landClassOf(code) !== undefined || hasKnownStem(code)) continue;
      const isOld = /^\d{3}$/.test(code);
      yield featureProblem(context, landClassRule, f, {
        field: 'DLBM',
        message: localized(
          `地类编码为${shown(code).zh}，不在工作分类中`,
          `land class ${shown(code).en} does not exist`,
        ),
        remedy: isOld
          ? localized(
              '三位编码属第二次调查分类，请换成四位工作分类编码',
              'Three digits belong to the second survey; use the four-digit code of the third.',
            )
          : localized('按《三调》工作分类填写地类编码', 'Enter a code of the third survey’s working classification.'),
      });
    }
  },
};

/** Whether the code is a known one followed by a letter (that may not be lawful there). */
export function hasKnownStem(code: string): boolean {
  return /^\d{4}[A-Z]$/i.test(code) && landClassOf(code.slice(0, 4)) !== undefined;
}
