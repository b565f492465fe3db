import { describe, expect, it } from 'vitest';
import { importRequestOf } from './operations.ts';

describe('the form of an upload', () => {
  const asOf = (day: string): unknown => {
    const request = importRequestOf({ countyCode: '330481', asOf: day }, '2026-01-01');
    return request.ok ? request.value.asOf : request.error.map(({ code, place }) => [code, place]);
  };

  it.each(['2024-02-29', '1984-12-31', '2026-01-01'])('takes the day %s', (day) => expect(asOf(day)).toBe(day));

  it.each(['2024-02-31', '2023-02-29', '2024-13-01', '0000-01-01', '2024-1-1', "2024-01-01'; --"])(
    'refuses the day %s',
    (day) => expect(asOf(day)).toEqual([['IMPORT-FORM', { field: 'asOf' }]]),
  );
});
