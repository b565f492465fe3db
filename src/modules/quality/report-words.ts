import { localized } from '../../kernel/index.ts';
import type { Localized, Severity } from '../../kernel/index.ts';
import type { RuleOutcome } from './assess.ts';

/** Words of the report's files. */
export const SEVERITY_WORDS: Readonly<Record<Severity, Localized>> = {
  error: localized('错误', 'error'),
  warning: localized('警告', 'warning'),
  note: localized('提示', 'note'),
};

export const STATE_WORDS: Readonly<Record<RuleOutcome['state'], Localized>> = {
  checked: localized('已检查', 'checked'),
  notChecked: localized('未检查', 'not checked'),
  doesNotApply: localized('不适用', 'does not apply'),
};

/** `中文 English`, for headings of files that everybody reads. */
export function both(text: Localized): string {
  return `${text.zh} ${text.en}`;
}
