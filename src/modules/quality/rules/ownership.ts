import { localized } from '../../../kernel/index.ts';
import { SOURCES } from '../sources.ts';
import { OWNERSHIP_CODES } from './code-lists.ts';
import { codeRule } from './code-rule.ts';

/** QSXZ is filled and a code of the list. */
export const ownershipRule = codeRule({
  id: 'attribute.ownership',
  severity: 'error',
  field: 'QSXZ',
  fieldName: localized('权属性质', 'ownership'),
  codes: OWNERSHIP_CODES,
  mayBeEmpty: false,
  citation: SOURCES.database,
  confidence: 'unverified',
});
