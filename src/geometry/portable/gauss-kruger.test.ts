import { describe, expect, it } from 'vitest';
import { SEMI_MAJOR_METRES, THIRD_FLATTENING } from './ellipsoid.ts';
import * as projection from './gauss-kruger.ts';

const n = THIRD_FLATTENING;

/** c1·n^k + c2·n^(k+1) + … */
function series(power: number, ...coefficients: number[]): number {
  let value = coefficients.reduceRight((sum, coefficient) => sum * n + coefficient, 0);
  for (let i = 0; i < power; i++) value *= n;
  return value;
}

/** Karney 2011, equations 35 (A), 36 (B) and the inverse series of the conformal latitude (D). */
const PUBLISHED: Record<string, number> = {
  A1: series(1, 1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800),
  A2: series(2, 13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360),
  A3: series(3, 61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440),
  A4: series(4, 49561 / 161280, -179 / 168, 6601661 / 7257600),
  A5: series(5, 34729 / 80640, -3418889 / 1995840),
  A6: series(6, 212378941 / 319334400),
  B1: series(1, 1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96199 / 604800),
  B2: series(2, 1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1118711 / 3870720),
  B3: series(3, 17 / 480, -37 / 840, -209 / 4480, 5569 / 90720),
  B4: series(4, 4397 / 161280, -11 / 504, -830251 / 7257600),
  B5: series(5, 4583 / 161280, -108847 / 3991680),
  B6: series(6, 20648693 / 638668800),
  D1: series(1, 2, -2 / 3, -2, 116 / 45, 26 / 45, -2854 / 675),
  D2: series(2, 7 / 3, -8 / 5, -227 / 45, 2704 / 315, 2323 / 945),
  D3: series(3, 56 / 15, -136 / 35, -1262 / 105, 73814 / 2835),
  D4: series(4, 4279 / 630, -332 / 35, -399572 / 14175),
  D5: series(5, 4174 / 315, -144838 / 6237),
  D6: series(6, 601676 / 22275),
  RECTIFYING_RADIUS: (SEMI_MAJOR_METRES / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64 + n ** 6 / 256),
};

describe('coefficients of the projection', () => {
  it.each(Object.entries(PUBLISHED))('%s is the published series in the third flattening', (name, value) => {
    const written = (projection as unknown as Record<string, number>)[name]!;
    // The radius has powers in its sum that an engine may round differently; the others are exact.
    if (name === 'RECTIFYING_RADIUS') expect(Math.abs(written - value)).toBeLessThan(2e-9);
    else expect(written).toBe(value);
  });
});
