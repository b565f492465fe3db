import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../kernel/index.ts';
import { sixDecimals } from './pairs-csv.ts';

describe('sixDecimals', () => {
  it('writes what toFixed writes, but where the seventh decimal is a tie', () => {
    const random = seededRandom(7);
    for (let i = 0; i < 100_000; i++) {
      const area = random.next() * 10 ** random.integer(-6, 9);
      const [quick, slow] = [sixDecimals(area), area.toFixed(6)];
      if (quick !== slow) expect(Math.abs(Number(quick) - Number(slow))).toBeLessThan(1.5e-6);
      expect(quick).toMatch(/^\d+\.\d{6}$/);
    }
    expect([0, 4e-7, 5e-7, 1, 12345.6789].map(sixDecimals)).toEqual([
      '0.000000',
      '0.000000',
      '0.000001',
      '1.000000',
      '12345.678900',
    ]);
    expect(sixDecimals(1e12)).toBe('1000000000000.000000');
  });
});
