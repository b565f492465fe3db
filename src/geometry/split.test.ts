import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/index.ts';
import { splitPoint, splitPointCount } from './split.ts';

describe('70 m split', () => {
  it('splits only edges longer than 70 m, at int(length / 70) points', () => {
    const counts = [0, 69.9, 70, 70.001, 100, 139.9, 140, 140.001, 1000].map((length) =>
      splitPointCount(5, 7, 5 + length, 7),
    );
    expect(counts).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 14]);
    expect(splitPointCount(0, 0, 42, 56)).toBe(0); // 70 m on the diagonal
    expect(splitPointCount(0, 0, 84, 112)).toBe(2);
  });

  it('does not change its mind about an edge that comes back a nanometre shorter or longer', () => {
    for (const change of [-2e-8, -1e-9, 1e-9, 2e-8]) {
      expect(splitPointCount(0, 0, 140 + change, 0)).toBe(2);
      expect(splitPointCount(0, 0, 70 + change, 0)).toBe(0);
    }
  });

  it('gives both neighbours of an edge the same points, to the bit, evenly spaced', () => {
    const random = seededRandom(3);
    const forth = [0, 0];
    const back = [0, 0];
    for (let i = 0; i < 5000; i++) {
      const [x1, y1, x2, y2] = Array.from({ length: 4 }, () => 3e6 + 1000 * random.next()) as [
        number,
        number,
        number,
        number,
      ];
      const n = splitPointCount(x1, y1, x2, y2);
      expect(splitPointCount(x2, y2, x1, y1)).toBe(n);
      const length = Math.hypot(x2 - x1, y2 - y1);
      for (let k = 1; k <= n; k++) {
        splitPoint(x1, y1, x2, y2, n, k, forth, 0);
        splitPoint(x2, y2, x1, y1, n, n + 1 - k, back, 0);
        expect(back).toEqual(forth);
        expect(Math.abs(Math.hypot(forth[0]! - x1, forth[1]! - y1) - (k * length) / (n + 1))).toBeLessThan(3e-9);
      }
    }
  });
});
