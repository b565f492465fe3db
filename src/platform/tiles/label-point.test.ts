import { describe, expect, it } from 'vitest';
import { labelPoint } from './label-point.ts';

const ring = (...points: number[]): Float64Array => Float64Array.from(points);

describe('place of a label', () => {
  it('is the middle of a square', () => {
    expect(labelPoint(ring(0, 0, 10, 0, 10, 10, 0, 10), [0, 4])).toEqual([5, 5]);
  });

  it('lies in the wider arm of a U, never in its hollow', () => {
    const u = ring(0, 0, 10, 0, 10, 10, 7, 10, 7, 2, 1, 2, 1, 10, 0, 10);
    expect(labelPoint(u, [0, 8])).toEqual([8.5, 5]);
  });

  it('avoids a hole', () => {
    const place = labelPoint(ring(0, 0, 10, 0, 10, 10, 0, 10, 2, 4, 2, 6, 6, 6, 6, 4), [0, 4, 8]);
    expect(place).toEqual([8, 5]);
  });

  it('has none where there is no height', () => {
    expect(labelPoint(ring(0, 1, 5, 1, 9, 1), [0, 3])).toBeUndefined();
  });
});
