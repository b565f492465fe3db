import { localized } from '../../../kernel/index.ts';
import { SOURCES } from '../sources.ts';
import { DRAFT_PLANTING_CODES, PLANTING_CODES } from './code-lists.ts';
import { codeRule } from './code-rule.ts';

/** ZZSXDM, where filled, is a code of the list; codes of drafts are the business of `attribute.draft-code`. */
export const plantingRule = codeRule({
  id: 'attribute.planting',
  severity: 'warning',
  field: 'ZZSXDM',
  fieldName: localized('种植属性代码', 'planting code'),
  codes: PLANTING_CODES,
  passed: DRAFT_PLANTING_CODES,
  mayBeEmpty: true,
  citation: SOURCES.database,
  confidence: 'unverified',
});
