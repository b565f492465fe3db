import { localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem, shown } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { isBlank, textOf } from '../values.ts';

/** GDDB (等别) is a whole number 1–15 wherever it is filled. */
export const gradeRule: QualityRule = {
  id: 'attribute.grade',
  severity: 'error',
  title: localized('耕地等别 GDDB 不在 1–15 之内', 'farmland grade GDDB is not 1–15'),
  citation: SOURCES.grades,
  confidence: 'unverified',
  fields: ['GDDB'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const grades = context.column('GDDB');
    for (let f = 0; f < context.features; f++) {
      if (isBlank(grades[f])) continue;
      const text = textOf(grades[f]);
      const grade = Number(text);
      if (Number.isInteger(grade) && grade >= 1 && grade <= 15) continue;
      yield featureProblem(context, gradeRule, f, {
        field: 'GDDB',
        message: localized(`耕地等别为${shown(text).zh}`, `grade is ${shown(text).en}`),
        remedy: localized(
          '填写国家等别 1–15（不是 1–10 的质量等级）',
          'Enter the national grade 1–15 (not the quality level 1–10).',
        ),
      });
    }
  },
};
