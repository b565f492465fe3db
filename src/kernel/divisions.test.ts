import { describe, expect, it } from 'vitest';
import { divisionPrefix, divisionsAbove } from './index.ts';

describe('division codes', () => {
  it('knows what the codes below begin with', () => {
    expect(['330000', '330400', '330481', '330481101', '330481101001', ''].map(divisionPrefix)).toEqual([
      '33',
      '3304',
      '330481',
      '330481101',
      '330481101001',
      '',
    ]);
    // A township may end in zeros; only six-digit codes are shortened.
    expect(divisionPrefix('330481100')).toBe('330481100');
  });

  it('names the divisions above, nearest first', () => {
    expect(divisionsAbove('330481101001')).toEqual(['330481101', '330481', '330400', '330000']);
    expect(divisionsAbove('330481')).toEqual(['330400', '330000']);
    expect(divisionsAbove('330400')).toEqual(['330000']);
    expect(divisionsAbove('330000')).toEqual([]);
  });
});
