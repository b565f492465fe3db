import { localized } from '../../../kernel/index.ts';
import { SOURCES } from '../sources.ts';
import { SETTLEMENT_CODES } from './code-lists.ts';
import { codeRule } from './code-rule.ts';

/** CZCSXM, where filled, is a code of the list. */
export const settlementRule = codeRule({
  id: 'attribute.settlement',
  severity: 'error',
  field: 'CZCSXM',
  fieldName: localized('城镇村属性码', 'settlement code'),
  codes: SETTLEMENT_CODES,
  mayBeEmpty: true,
  citation: SOURCES.database,
  confidence: 'verified',
});
