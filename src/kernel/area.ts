import { MAX_ROUNDED_SQUARE_METRES, roundedDm2 } from './area-rounding.ts';
import { assert } from './assert.ts';

/**
 * Areas are whole square decimetres (1 dm² = 0.01 m²) wherever they are added, stored or compared. A county of
 * 10,000 km² is 10^12 dm², far below 2^53, so plain numbers hold them exactly.
 */
export type AreaDm2 = number;

/** 1 mu 亩 = 2000/3 m², so 3 mu = 200,000 dm² exactly. Thresholds in mu are compared as 3 × area against mu × 200,000. */
export const DM2_PER_3_MU = 200_000;
export const DM2_PER_HECTARE = 1_000_000;

/** Square metres to dm², halves away from zero (the official order: Round(v, 2)). */
export function dm2FromSquareMetres(squareMetres: number): AreaDm2 {
  assert(Number.isFinite(squareMetres), 'area is not finite');
  // The decimal text decides halves: 0.285 m² is 28.5 dm² although its double lies a hair below.
  if (Math.abs(squareMetres) < MAX_ROUNDED_SQUARE_METRES) return roundedDm2(squareMetres);
  const rounded = Math.floor(Number(Math.abs(squareMetres).toPrecision(15)) * 100 + 0.5);
  return squareMetres < 0 ? -rounded : rounded;
}

/** `5999464` → `59994.64`. */
export function formatSquareMetres(area: AreaDm2): string {
  assert(Number.isSafeInteger(area), 'area is not a whole number of dm²');
  const sign = area < 0 ? '-' : '';
  const digits = String(Math.abs(area)).padStart(3, '0');
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function fixedQuotient(numerator: bigint, denominator: bigint, decimals: number): string {
  const negative = numerator < 0n;
  const scaled = (negative ? -numerator : numerator) * 10n ** BigInt(decimals);
  const rounded = (2n * scaled + denominator) / (2n * denominator);
  const digits = String(rounded).padStart(decimals + 1, '0');
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return negative && rounded !== 0n ? `-${text}` : text;
}

/** Hectares with four decimals, as offices print them; for screens and paper only. */
export function formatHectares(area: AreaDm2, decimals = 4): string {
  assert(Number.isSafeInteger(area), 'area is not a whole number of dm²');
  return fixedQuotient(BigInt(area), BigInt(DM2_PER_HECTARE), decimals);
}

/** Mu 亩 with the given decimals; for screens and paper only. */
export function formatMu(area: AreaDm2, decimals = 4): string {
  assert(Number.isSafeInteger(area), 'area is not a whole number of dm²');
  return fixedQuotient(BigInt(area) * 3n, BigInt(DM2_PER_3_MU), decimals);
}

/** Whether an area reaches a whole number of mu, decided in integers. */
export function isAtLeastMu(area: AreaDm2, mu: number): boolean {
  assert(Number.isSafeInteger(mu), 'mu threshold is not whole');
  return area * 3 >= mu * DM2_PER_3_MU;
}
