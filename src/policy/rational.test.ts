import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  compare,
  decimalText,
  divide,
  exactText,
  multiply,
  rational,
  rationalOfDecimal,
  rationalOfExactText,
  subtract,
} from './rational.ts';

describe('exact fractions', () => {
  it('are kept in lowest terms with a positive denominator', () => {
    expect(exactText(rational(10n, -200n))).toBe('-1/20');
    expect(exactText(rational(0n, -7n))).toBe('0');
    expect(exactText(rational(36n, 2n))).toBe('18');
  });

  it('are read from decimals without passing through a double', () => {
    expect(exactText(rationalOfDecimal('1.05')!)).toBe('21/20');
    expect(exactText(rationalOfDecimal('-0.10')!)).toBe('-1/10');
    expect(rationalOfDecimal('1e3')).toBeUndefined();
    expect(rationalOfDecimal('.5')).toBeUndefined();
    expect(rationalOfDecimal('')).toBeUndefined();
  });

  it('round only for display, halves away from zero', () => {
    expect(decimalText(rational(1n, 8n), 2)).toBe('0.13');
    expect(decimalText(rational(-1n, 8n), 2)).toBe('-0.13');
    expect(decimalText(rational(-1n, 1000n), 2)).toBe('0.00');
    expect(decimalText(rational(7n, 2n), 0)).toBe('4');
  });

  it('obey the laws of arithmetic and survive being written and read', () => {
    const fraction = fc
      .tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.bigInt({ min: 1n, max: 10n ** 18n }))
      .map(([n, d]) => rational(n, d));
    fc.assert(
      fc.property(fraction, fraction, fraction, (a, b, c) => {
        expect(multiply(a, add(b, c))).toEqual(add(multiply(a, b), multiply(a, c)));
        expect(subtract(add(a, b), b)).toEqual(a);
        if (b.numerator !== 0n) expect(multiply(divide(a, b), b)).toEqual(a);
        expect(compare(a, b)).toBe(-compare(b, a) || 0);
        expect(rationalOfExactText(exactText(a))).toEqual(a);
      }),
      { seed: 20201, numRuns: 300 },
    );
  });
});
