import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../kernel/index.ts';
import { createDecimalReader } from './decimal-reader.ts';

const reader = createDecimalReader();
const encoder = new TextEncoder();
function read(text: string): number {
  const bytes = encoder.encode(`${text},1`);
  const value = reader.read(bytes, 0, bytes.length);
  if (reader.end !== text.length) expect.unreachable(`${text} ends at ${reader.end}`);
  return value;
}

describe('createDecimalReader', () => {
  it('is Number to the last bit, whatever the digits', () => {
    const SEED = 20_261_122;
    const random = seededRandom(SEED);
    const digits = (count: number): string =>
      Array.from({ length: count }, () => String(random.integer(0, 9))).join('');
    for (let i = 0; i < 200_000; i++) {
      const kind = i % 8;
      const degrees = 73 + random.next() * 63;
      const text =
        kind === 0
          ? String(degrees)
          : kind === 1
            ? degrees.toFixed(15)
            : kind === 2
              ? String(36_500_000 + random.next() * 1e5)
              : kind === 3
                ? (36_500_000 + random.next() * 1e5).toFixed(random.integer(1, 12))
                : kind === 4
                  ? `${random.integer(1, 9)}${digits(random.integer(0, 34))}.${digits(random.integer(1, 30))}`
                  : kind === 5
                    ? `-0.${'0'.repeat(random.integer(0, 12))}${digits(random.integer(1, 20))}`
                    : kind === 6
                      ? `${random.integer(1, 9)}${digits(random.integer(0, 24))}`
                      : `${random.integer(0, 9)}.${digits(5)}e${random.integer(-330, 330)}`;
      if (!Object.is(read(text), Number(text))) expect.unreachable(`seed ${SEED}: ${text} read as ${read(text)}`);
    }
  });

  it('is Number beside and on the middle between two doubles', () => {
    const random = seededRandom(5);
    for (let i = 0; i < 20_000; i++) {
      const value = 64 + random.next() * 64;
      // The middle between a double here and the next, exactly: 47 bits of fraction have 47 decimals; cut and nudged.
      const middle = (BigInt(Math.round((value - 64) * 2 ** 46)) * 2n + 1n) * 5n ** 47n;
      const fraction = middle % 10n ** 47n;
      const whole = 64n + middle / 10n ** 47n;
      const exact = `${whole}.${fraction.toString().padStart(47, '0')}`;
      for (const length of [18, 20, 22, 24, exact.length]) {
        const text = exact.slice(0, length);
        if (!Object.is(read(text), Number(text))) expect.unreachable(text);
      }
    }
  });

  it.each([
    '0',
    '-0',
    '0.0',
    '9007199254740991',
    '9007199254740993',
    '1e22',
    '1E+2',
    '1.7976931348623157e308',
    '1e999',
  ])('%s', (text) => expect(read(text)).toBe(Number(text)));

  it.each(['', '-', '.5', '1.', '01', '-01', '1e', '1e+', '+1', 'NaN', 'x'])('“%s” is no number of JSON', (text) => {
    const bytes = encoder.encode(text);
    expect(reader.read(bytes, 0, bytes.length)).toBeNaN();
  });

  it('tells how a number is written', () => {
    read('450702000000000001');
    expect([reader.digits, reader.isInteger]).toEqual([18, true]);
    read('450702000000000001.5');
    expect(reader.isInteger).toBe(false);
  });
});
