import { localized } from '../../../kernel/index.ts';
import { SOURCES } from '../sources.ts';
import { DRAFT_REFINEMENT_CODES, REFINEMENT_CODES } from './code-lists.ts';
import { codeRule } from './code-rule.ts';

/** TBXHDM, where filled, is a code of the list. */
export const refinementRule = codeRule({
  id: 'attribute.refinement',
  severity: 'warning',
  field: 'TBXHDM',
  fieldName: localized('图斑细化代码', 'refinement code'),
  codes: REFINEMENT_CODES,
  passed: DRAFT_REFINEMENT_CODES,
  mayBeEmpty: true,
  citation: SOURCES.database,
  confidence: 'unverified',
});
