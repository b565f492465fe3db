import { describe, expect, it } from 'vitest';
import { MAX_ROUNDED_SQUARE_METRES, roundedDm2 } from './area-rounding.ts';
import { seededRandom } from './random.ts';

/** The rule as text has it: 15 digits, times 100, halves up. */
function byText(squareMetres: number): number {
  const [digits, exponent = '0'] = Math.abs(squareMetres).toPrecision(15).split('e');
  const rounded = Math.floor(Number(`${digits}e${Number(exponent) + 2}`) + 0.5);
  return squareMetres < 0 && rounded > 0 ? -rounded : rounded;
}

describe('rounding to dm²', () => {
  const seed = 20_260_922;
  it(`is that of the decimal text, seed ${seed}`, () => {
    const random = seededRandom(seed);
    const bits = new Float64Array(1);
    const integer = new BigInt64Array(bits.buffer);
    let halves = 0;
    for (let i = 0; i < 400_000; i++) {
      // A half of some dm², from 0.005 m² to 10^12 m², and doubles a few steps from it, to where the 15th digit turns and past.
      const dm2 = Math.floor(10 ** (random.next() * 14));
      bits[0] = (dm2 + 0.5) / 100;
      integer[0]! += BigInt(random.integer(-12, 12));
      const value = bits[0];
      if (value >= MAX_ROUNDED_SQUARE_METRES) continue;
      const expected = byText(value);
      if (expected > dm2) halves++;
      if (roundedDm2(value) !== expected) expect({ value, dm2: roundedDm2(value) }).toEqual({ value, dm2: expected });
      if (roundedDm2(-value) !== -expected) expect(roundedDm2(-value)).toBe(-expected);
    }
    expect(halves).toBeGreaterThan(100_000);
    for (let i = 0; i < 200_000; i++) {
      const value = random.next() * 10 ** random.integer(-6, 12);
      if (roundedDm2(value) !== byText(value))
        expect({ value, dm2: roundedDm2(value) }).toEqual({ value, dm2: byText(value) });
    }
  });

  it('takes zeros, small numbers and the largest', () => {
    for (const value of [
      0, -0, 1e-300, -1e-9, 0.0049999999999999, 0.005, 0.004999999999999999, 0.285, 1.005, 9.995, 99.995,
    ]) {
      expect(roundedDm2(value) + 0).toBe(byText(value) + 0);
    }
    for (const value of [999_999_999_999.995, 999_999_999_999.9949, 0.999999999999999, 9.994999999999999, 59994.6364]) {
      expect(roundedDm2(value)).toBe(byText(value));
    }
    expect(Object.is(roundedDm2(-0.001), -0)).toBe(false);
  });
});
