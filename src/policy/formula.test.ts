import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateFormula, type Evaluation } from './evaluate.ts';
import { literalsOf, parseFormula, type Formula } from './formula.ts';
import { exactText, rational, type Rational } from './rational.ts';
import {
  dimensionOf,
  displayAgainst,
  displayValue,
  formulaDimension,
  sameDimension,
  toBaseUnit,
  type BaseUnit,
} from './units.ts';

function parsed(text: string): Formula {
  const result = parseFormula(text);
  if (!result.ok) throw new Error(result.error.message.en);
  return result.value;
}

function value(text: string, figures: Readonly<Record<string, Rational>> = {}): string {
  const result = evaluateFormula(parsed(text), (name): Evaluation => {
    const found = figures[name];
    return found === undefined
      ? { known: false, missing: [{ zh: `缺 ${name}`, en: `no ${name}` }] }
      : { known: true, value: found };
  });
  return result.known ? exactText(result.value) : result.missing.map((reason) => reason.en).join('; ');
}

describe('formulas', () => {
  it('follow the usual precedence, left to right', () => {
    expect(value('2 + 3 * 4 - 6 / 4')).toBe('25/2');
    expect(value('10 - 3 - 2')).toBe('5');
    expect(value('24 / 4 / 3')).toBe('2');
    expect(value('-(2 + 3) * -2')).toBe('10');
    expect(value('--2')).toBe('2');
    expect(value('(0.1 + 0.2) * 10')).toBe('3');
  });

  it('know min, max and abs', () => {
    expect(value('max(1, 5 / 2, 2) + min(4, 3) + abs(0 - 7)')).toBe('25/2');
  });

  it('take figures by name', () => {
    expect(value('newFarmland / farmlandBefore', { newFarmland: rational(50n), farmlandBefore: rational(1000n) })).toBe(
      '1/20',
    );
    expect(parsed('a / b + a').names).toEqual(['a', 'b']);
  });

  it('cannot judge with a figure missing, and say each reason once', () => {
    expect(value('a + b / a', { b: rational(1n) })).toBe('no a');
    expect(value('min(a, b)')).toBe('no a; no b');
  });

  it('cannot judge when a divisor is zero, and show the divisor', () => {
    expect(value('1 / (a - b)', { a: rational(3n), b: rational(3n) })).toBe('the divisor a - b is zero');
    expect(value('a / 0', { a: rational(3n) })).toBe('the divisor 0 is zero');
  });

  it.each([
    ['', 1, 'a number, a name or "("'],
    ['a +', 4, 'a number, a name or "("'],
    ['a b', 3, 'an operator'],
    ['(a', 3, '")"'],
    ['a)', 2, 'an operator'],
    ['a ^ 2', 3, 'unknown character "^"'],
    ['a > 1', 3, 'unknown character ">"'],
    ['1e5', 2, 'an operator'],
    ['eval(a)', 1, 'min, max or abs'],
    ['min(a)', 1, 'two values or more'],
    ['abs(a, b)', 1, 'abs takes one value'],
    ['min a', 5, '"("'],
    ['a._b', 2, 'unknown character "."'],
    ['新增', 1, 'unknown character "新"'],
  ])('refuse %j at column %i', (text, column, message) => {
    const result = parseFormula(text);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.error.column).toBe(column);
    expect(result.error.message.en).toContain(message);
    expect(result.error.message.zh).not.toBe('');
  });

  it('refuse what is too long or too deep instead of overflowing', () => {
    expect(parseFormula('1+'.repeat(600)).ok).toBe(false);
    expect(parseFormula(`${'('.repeat(80)}1${')'.repeat(80)}`).ok).toBe(false);
    expect(parseFormula(`${'-'.repeat(400)}1`).ok).toBe(false);
  });

  it('never throw on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab1.+-*/(), minx') }), (text) => {
        const result = parseFormula(text);
        if (!result.ok) expect(result.error.column).toBeGreaterThan(0);
      }),
      { seed: 31, numRuns: 2000 },
    );
  });

  it('list the numbers written in them', () => {
    expect(literalsOf(parsed('a * 1.05 + max(1, 0)')).map((literal) => literal.text)).toEqual(['1.05', '1', '0']);
  });
});

describe('units', () => {
  const unitOf = (name: string): BaseUnit =>
    (({ area: 'dm2', grade: 'grade', pieces: 'count', mass: 'kg' }) as const)[name] ?? 'ratio';

  it('of a formula are computed, and sums of different units are refused', () => {
    const dimension = (text: string): unknown => formulaDimension(parsed(text), unitOf);
    expect(dimension('area * grade / area')).toEqual({ ok: true, value: dimensionOf('grade') });
    expect(dimension('max(area, 0) / area')).toEqual({ ok: true, value: dimensionOf('count') });
    expect(dimension('area + pieces')).toMatchObject({ ok: false });
    expect(dimension('area - 1')).toMatchObject({ ok: false });
    expect(dimension('min(grade, mass)')).toMatchObject({ ok: false });
    expect(sameDimension(dimensionOf('ratio'), dimensionOf('count'))).toBe(true);
  });

  it('of the pack are brought to those of the figures exactly', () => {
    expect(exactText(toBaseUnit(rational(1000n), 'mu').value)).toBe('200000000/3');
    expect(exactText(toBaseUnit(rational(5n), 'percent').value)).toBe('1/20');
    expect(exactText(toBaseUnit(rational(400n), 'squareMetre').value)).toBe('40000');
    expect(exactText(toBaseUnit(rational(2n), 'hectare').value)).toBe('2000000');
  });

  it('are shown in both languages', () => {
    expect(displayValue(rational(5_999_464n), 'dm2')).toEqual({
      zh: '59994.64 平方米（89.9920 亩）',
      en: '59994.64 m² (89.9920 mu)',
    });
    expect(displayValue(rational(0n), 'dm2').en).toBe('0 m²');
    expect(displayAgainst(rational(1n), rational(0n), 'dm2').map((text) => text.en)).toEqual([
      '0.01 m² (0.0000 mu)',
      '0 m²',
    ]);
    expect(displayValue(rational(1n, 20n), 'ratio').en).toBe('5%');
    expect(displayValue(rational(1n), 'yesNo').zh).toBe('是');
  });

  it('never show a value a hair below its threshold as equal to it', () => {
    const [shown, threshold] = displayAgainst(
      rational(49_999_999_999n, 1_000_000_000_000n),
      rational(1n, 20n),
      'ratio',
    );
    expect(shown.en).toBe('4.9999999999%');
    expect(threshold.en).toBe('5%');
    expect(displayAgainst(rational(1n, 20n), rational(1n, 20n), 'ratio')[0].en).toBe('5%');
  });
});
