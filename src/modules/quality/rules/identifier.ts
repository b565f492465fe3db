import { localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem, shown } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { textOf } from '../values.ts';

/** BSM is there and has 18 characters. */
export const identifierRule: QualityRule = {
  id: 'attribute.identifier',
  severity: 'error',
  title: localized('标识码 BSM 缺失或不是 18 位', 'identifier BSM is missing or has not 18 characters'),
  citation: SOURCES.database,
  confidence: 'unverified',
  fields: ['BSM'],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    const identifiers = context.column('BSM');
    for (let f = 0; f < context.features; f++) {
      const identifier = textOf(identifiers[f]);
      if (/^[0-9A-Za-z]{18}$/.test(identifier)) continue;
      yield featureProblem(context, identifierRule, f, {
        field: 'BSM',
        message:
          identifier === ''
            ? localized('标识码为空', 'identifier is empty')
            : localized(
                `标识码${shown(identifier).zh}应为 18 位字母或数字，现为 ${identifier.length} 位`,
                `identifier ${shown(identifier).en} must have 18 letters or digits, it has ${identifier.length} characters`,
              ),
        remedy: localized(
          '补全 18 位标识码（字段应为文本型，数值型会丢失末位）',
          'Enter all 18 characters (in a text field: numeric fields lose the last digits).',
        ),
      });
    }
  },
};
