import { localized, type Localized } from '../../kernel/index.ts';
import type { ComparisonKind, Effect } from '../../policy/index.ts';
import type { Finding, Verdict } from './findings.ts';

/** Words of the verdicts, comparisons and effects, for tables, papers and screens. */
export const VERDICT_NAMES: Readonly<Record<Verdict, Localized>> = {
  pass: localized('符合', 'pass'),
  fail: localized('不符合', 'fail'),
  person: localized('需人工判断', 'needs a person'),
};

export const COMPARISON_NAMES: Readonly<Record<ComparisonKind, Localized>> = {
  atLeast: localized('不小于', 'at least'),
  above: localized('大于', 'above'),
  atMost: localized('不大于', 'at most'),
  below: localized('小于', 'below'),
  equals: localized('等于', 'equals'),
};

export const EFFECT_NAMES: Readonly<Record<Effect, Localized>> = {
  refuse: localized('否决', 'refuse'),
  warn: localized('警示', 'warn'),
  person: localized('人工判断', 'a person decides'),
};

const UNKNOWN = localized('不可知', 'unknown');

/** `4.9999% · at least 5%`: value and threshold of a finding in one line; empty for a review. */
export function comparisonLine(finding: Finding): Localized {
  const comparison = finding.comparison;
  if (comparison === null) return localized('', '');
  const value = comparison.valueDisplay ?? UNKNOWN;
  const threshold = comparison.thresholdDisplay ?? localized('未设定', 'not set');
  const name = COMPARISON_NAMES[comparison.comparison];
  return localized(`${value.zh}（应${name.zh} ${threshold.zh}）`, `${value.en} (${name.en} ${threshold.en})`);
}

/** The source of a finding in one line: clause id, document, section; or the standard. */
export function sourceLine(finding: Pick<Finding, 'source'>): Localized {
  const { clause, standard, place, confidence } = finding.source;
  const doubt = confidence === 'unverified' ? localized('（未核对）', ' (unverified)') : localized('', '');
  if (clause === null) {
    const text = [standard, place].filter((part) => part !== null).join(' ');
    return localized(`${text}${doubt.zh}`, `${text}${doubt.en}`);
  }
  const section = clause.section === '' ? '' : ` ${clause.section}`;
  return localized(
    `${clause.id} 《${clause.documentTitle.zh}》${section}${doubt.zh}`,
    `${clause.id} ${clause.documentTitle.en}${section === '' ? '' : `,${section}`}${doubt.en}`,
  );
}
