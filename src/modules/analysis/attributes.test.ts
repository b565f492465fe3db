import { describe, expect, it } from 'vitest';
import {
  balanceClassOf,
  integerIn,
  numberOf,
  ownershipOf,
  ridgeCoefficientOf,
  ridgeRulesOf,
  surveyColumns,
  terraceOf,
} from './attributes.ts';
import {
  OWNERSHIP_COLLECTIVE,
  OWNERSHIP_STATE,
  OWNERSHIP_UNKNOWN,
  RIDGE_UNKNOWN,
  TERRACE_NONE,
  TERRACE_PD,
  TERRACE_TT,
} from './facts.ts';

describe('survey attributes', () => {
  it('counts adjustable land as its base class and knows no other code', () => {
    expect(['0201K', '1104A', '0101', '0199', '', null].map((code) => balanceClassOf(code))).toEqual([
      '0201',
      '1104A',
      '0101',
      null,
      null,
      null,
    ]);
  });

  it('reads ownership by QSXZ', () => {
    expect(['10', '20', '21'].map(ownershipOf)).toEqual(Array(3).fill(OWNERSHIP_STATE));
    expect(['30', '31', '32', '33', '34', '40', '41'].map(ownershipOf)).toEqual(Array(7).fill(OWNERSHIP_COLLECTIVE));
    expect(['', '50', null].map(ownershipOf)).toEqual(Array(3).fill(OWNERSHIP_UNKNOWN));
  });

  it('reads numbers also where the file holds text, and nothing else as a number', () => {
    expect([12, ' 12.50 ', '1e3', '12a', '', null].map((value) => numberOf(value))).toEqual([
      12,
      12.5,
      1000,
      null,
      null,
      null,
    ]);
    expect([3, '03', '2.5', 6, '0'].map((value) => integerIn(value, 1, 5))).toEqual([3, 3, null, null, null]);
    expect(['TT', 'PD', 'FD', null].map(terraceOf)).toEqual([TERRACE_TT, TERRACE_PD, TERRACE_NONE, TERRACE_NONE]);
  });

  it('takes ridges off farmland alone', () => {
    expect(ridgeCoefficientOf('0103', 0.0894)).toBe(894);
    expect(ridgeCoefficientOf('0301', 0.0894)).toBe(0);
    expect(ridgeCoefficientOf('0103', null)).toBe(0);
    expect([-0.1, 1, 'x'].map((value) => ridgeCoefficientOf('0103', value))).toEqual(Array(3).fill(RIDGE_UNKNOWN));
  });

  it('finds the county’s own coefficients, one wrong parcel in ten notwithstanding', () => {
    const of = (values: readonly number[]) =>
      ridgeRulesOf(
        surveyColumns({
          columns: [
            { name: 'DLBM', values: values.map(() => '0103') },
            { name: 'GDPDJB', values: values.map(() => '3') },
            { name: 'GDLX', values: values.map(() => 'TT') },
            { name: 'KCXS', values },
          ],
        }),
        values.length,
      );
    const nine = Array<number>(9).fill(0.08);
    expect(of([...nine, 0.8])).toEqual({
      rules: [{ slopeLevel: 3, terrace: TERRACE_TT, coefficient: 800 }],
      surveyHasRidges: true,
    });
    expect(of([...nine, 0.8, 0.7])).toEqual({ rules: [], surveyHasRidges: true });
    expect(of([0, 0])).toEqual({
      rules: [{ slopeLevel: 3, terrace: TERRACE_TT, coefficient: 0 }],
      surveyHasRidges: false,
    });
  });
});
