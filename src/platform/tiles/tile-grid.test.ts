import { describe, expect, it } from 'vitest';
import { isTile } from './tile-grid.ts';

describe('address of a tile', () => {
  it('is three whole numbers in the grid of its zoom', () => {
    expect(isTile({ z: 1, x: 1, y: 0 })).toBe(true);
    for (const tile of [
      { z: 1, x: 1.5, y: 1 },
      { z: 1, x: 1, y: 0.5 },
      { z: 0.5, x: 0, y: 0 },
      { z: 1, x: 2, y: 0 },
      { z: 1, x: 0, y: -1 },
      { z: 1, x: Number.NaN, y: 0 },
    ]) {
      expect(isTile(tile), JSON.stringify(tile)).toBe(false);
    }
  });
});
