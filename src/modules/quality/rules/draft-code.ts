import { localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { textOf } from '../values.ts';
import { DRAFT_PLANTING_CODES, DRAFT_REFINEMENT_CODES, DRAFT_TERRACE_CODES } from './code-lists.ts';

const DRAFTS: readonly (readonly [field: string, codes: readonly string[]])[] = [
  ['GDLX', DRAFT_TERRACE_CODES],
  ['ZZSXDM', DRAFT_PLANTING_CODES],
  ['TBXHDM', DRAFT_REFINEMENT_CODES],
];

/** Codes of drafts of the standard are understood, and said to be so. */
export const draftCodeRule: QualityRule = {
  id: 'attribute.draft-code',
  severity: 'warning',
  title: localized('使用了征求意见稿中的代码', 'code of a draft of the standard'),
  citation: SOURCES.database,
  confidence: 'unverified',
  fields: [],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    for (const [field, codes] of DRAFTS) {
      if (!context.hasColumn(field)) continue;
      const values = context.column(field);
      for (let f = 0; f < context.features; f++) {
        const code = textOf(values[f]);
        if (!codes.includes(code)) continue;
        yield featureProblem(context, draftCodeRule, f, {
          field,
          message: localized(
            `${field} 为草案代码“${code}”，已按原样接受`,
            `${field} holds the draft code “${code}”; it is accepted as it is`,
          ),
          remedy: localized('上报前换成正式代码', 'Change it to the code of the standard before submitting.'),
        });
      }
    }
  },
};
