import type { QualityRule } from './rule.ts';

const SEVERITIES = { error: '错误 error', warning: '警告 warning', note: '提示 note' } as const;
const NEEDS = {
  countyCode: '县代码 county code',
  villageCodes: '村级调查区 village layer',
  boundary: '行政界线 boundary',
} as const;

/** The table of rules as docs/domain/quality-rules.md shows it (Markdown, both languages). */
export function ruleTable(rules: readonly QualityRule[]): string {
  const lines = [
    '| 规则 rule | 级别 severity | 内容 what it finds | 需要 needs | 依据 follows from |',
    '|---|---|---|---|---|',
  ];
  for (const rule of rules) {
    const needs = [
      ...rule.fields.map((field) => `\`${field}\``),
      ...(rule.needs ?? []).map((need) => NEEDS[need]),
    ].join(', ');
    const doubt = rule.confidence === 'unverified' ? '（待核 not verified）' : '';
    lines.push(
      `| \`${rule.id}\` | ${SEVERITIES[rule.severity]} | ${rule.title.zh}<br>${rule.title.en} | ${needs === '' ? '—' : needs} | ${rule.citation.zh}<br>${rule.citation.en}${doubt} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}
