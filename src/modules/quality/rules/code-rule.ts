import { localized } from '../../../kernel/index.ts';
import type { Localized, Severity } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityRule } from '../rule.ts';
import { textOf } from '../values.ts';

/** A rule that a field, where filled, holds one of a list of codes. `passed` codes are left to another rule. */
export function codeRule(definition: {
  readonly id: string;
  readonly severity: Severity;
  readonly field: string;
  readonly fieldName: Localized;
  readonly codes: readonly string[];
  readonly passed?: readonly string[];
  readonly mayBeEmpty: boolean;
  readonly citation: Localized;
  readonly confidence: 'verified' | 'unverified';
}): QualityRule {
  const { field, fieldName, codes } = definition;
  const accepted = new Set([...codes, ...(definition.passed ?? [])]);
  const rule: QualityRule = {
    id: definition.id,
    severity: definition.severity,
    title: localized(`${fieldName.zh} ${field} 不在代码表中`, `${fieldName.en} ${field} is not in the code list`),
    citation: definition.citation,
    confidence: definition.confidence,
    fields: [field],
    appliesTo: 'parcels',
    *check(context) {
      const values = context.column(field);
      for (let f = 0; f < context.features; f++) {
        const code = textOf(values[f]);
        if (accepted.has(code) || (code === '' && definition.mayBeEmpty)) continue;
        yield featureProblem(context, rule, f, {
          field,
          message:
            code === ''
              ? localized(`${fieldName.zh}为空`, `${fieldName.en} is empty`)
              : localized(`${fieldName.zh}“${code}”不在代码表中`, `${fieldName.en} “${code}” is not in the code list`),
          remedy: localized(`可用代码：${codes.join('、')}`, `Allowed: ${codes.join(', ')}.`),
        });
      }
    },
  };
  return rule;
}
