import { describe, expect, it } from 'vitest';
import { RIDGE_UNKNOWN } from './facts.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { agrees, parcelWhole, ridgeOf } from './parcel-whole.ts';

const { tolerance } = DEFAULT_PARAMETERS;

describe('the area the parts of a parcel close to', () => {
  it.each([
    ['TBMJ 0.05 m² off is agreement', 1_000_005, 1_000_000, 'tbmj', 1_000_005],
    ['TBMJ 0.05 m² below, too', 999_995, 1_000_000, 'tbmj', 999_995],
    ['0.06 m² is none: the computed area counts', 1_000_006, 1_000_000, 'computed-tbmj-disagrees', 1_000_000],
    ['1 km²: 1.00 m² is within one part in a million', 100_000_100, 100_000_000, 'tbmj', 100_000_100],
    ['1 km²: 1.01 m² is not', 100_000_101, 100_000_000, 'computed-tbmj-disagrees', 100_000_000],
  ])('%s', (_, stated, computed, from, areaDm2) => {
    expect(parcelWhole(stated, computed, tolerance)).toEqual({ areaDm2, from });
  });

  it('without TBMJ the computed area, and nothing to complain of', () => {
    expect(parcelWhole(null, 123, tolerance)).toEqual({ areaDm2: 123, from: 'computed' });
  });

  it('takes the tolerance a pack gives', () => {
    expect(agrees(1_000_020, 1_000_000, { floorDm2: 20, perMillion: 1 })).toBe(true);
    expect(agrees(1_000_021, 1_000_000, { floorDm2: 20, perMillion: 1 })).toBe(false);
  });
});

describe('ridge area', () => {
  it('is area × coefficient to 0.01 m², halves up', () => {
    expect(ridgeOf(1_000_000, 512)).toBe(51_200);
    expect(ridgeOf(1_234_567, 894)).toBe(110_370); // 110,370.29
    expect(ridgeOf(5, 1_000)).toBe(1); // 0.5 dm² goes up
    expect(ridgeOf(4, 1_000)).toBe(0);
  });

  it('is none where nobody can say', () => {
    expect(ridgeOf(1_000_000, RIDGE_UNKNOWN)).toBe(0);
  });
});
