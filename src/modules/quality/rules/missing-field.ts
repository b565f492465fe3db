import { localized } from '../../../kernel/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

/** Fields of DLTB that at least one rule reads (a test holds this list to the rules). */
export const CHECKED_FIELDS: readonly string[] = [
  'BSM',
  'TBBH',
  'DLBM',
  'DLMC',
  'QSXZ',
  'ZLDWDM',
  'TBMJ',
  'KCDLBM',
  'KCXS',
  'KCMJ',
  'TBDLMJ',
  'GDLX',
  'GDPDJB',
  'TBXHDM',
  'ZZSXDM',
  'GDDB',
  'CZCSXM',
];

/** The fields the rules read are there. What needs a missing one is not checked, and the report says so. */
export const missingFieldRule: QualityRule = {
  id: 'schema.missing-field',
  severity: 'warning',
  title: localized('缺少字段', 'field is missing'),
  citation: SOURCES.database,
  confidence: 'verified',
  fields: [],
  appliesTo: 'parcels',
  *check(context: QualityContext): Iterable<Problem> {
    for (const field of CHECKED_FIELDS) {
      if (context.hasColumn(field)) continue;
      yield {
        rule: missingFieldRule.id,
        severity: missingFieldRule.severity,
        featureNo: null,
        id: null,
        field,
        message: localized(
          `缺少字段 ${field}，相关检查未进行`,
          `field ${field} is missing; what needs it is not checked`,
        ),
        remedy: localized('在字段对应中指定该字段，或补充数据', 'Map the field or supply the data.'),
      };
    }
  },
};
