import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ruleTable } from './rule-table.ts';
import { QUALITY_RULES } from './rules/index.ts';

const PAGE = new URL('../../../docs/domain/quality-rules.md', import.meta.url);
const BEGIN = '<!-- rules: made by src/modules/quality/rule-table.ts -->\n';
const END = '<!-- end of rules -->';

describe('docs/domain/quality-rules.md', () => {
  it('holds the table of the rules as they are (UPDATE_DOCS=1 writes it anew)', () => {
    const page = readFileSync(PAGE, 'utf8');
    const from = page.indexOf(BEGIN) + BEGIN.length;
    const to = page.indexOf(END);
    expect(from).toBeGreaterThan(BEGIN.length);
    expect(to).toBeGreaterThanOrEqual(from);
    const wanted = `${page.slice(0, from)}${ruleTable(QUALITY_RULES)}${page.slice(to)}`;
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, wanted);
    expect(process.env['UPDATE_DOCS'] === '1' ? wanted : page).toBe(wanted);
  });
});
