import { describe, expect, it } from 'vitest';
import { parseFormula } from './formula.ts';
import { formulaWords } from './formula-words.ts';

const NAMES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  a: { zh: '甲', en: 'first' },
  b: { zh: '乙', en: 'second' },
  c: { zh: '丙', en: 'third' },
};

describe('a formula in words', () => {
  it.each([
    ['a', '甲', 'first'],
    ['a / b', '甲 ÷ 乙', 'first ÷ second'],
    ['(a - b) / c', '（甲 − 乙） ÷ 丙', '(first − second) ÷ third'],
    ['a - (b - c)', '甲 − （乙 − 丙）', 'first − (second − third)'],
    ['a - b - c', '甲 − 乙 − 丙', 'first − second − third'],
    ['a + b * c', '甲 + 乙 × 丙', 'first + second × third'],
    ['-(a + b)', '−（甲 + 乙）', '−(first + second)'],
    ['max(a, 1 / b)', '取最大（甲，1 ÷ 乙）', 'greatest of (first, 1 ÷ second)'],
    ['abs(a - b)', '绝对值（甲 − 乙）', 'size of (first − second)'],
  ])('%s', (text, zh, en) => {
    const formula = parseFormula(text);
    if (!formula.ok) throw new Error(formula.error.message.en);
    expect(formulaWords(formula.value, (name) => NAMES[name]!)).toEqual({ zh, en });
  });
});
