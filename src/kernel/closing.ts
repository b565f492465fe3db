import { assert } from './assert.ts';
import type { AreaDm2 } from './area.ts';

/**
 * Closing of parts to the whole (平差): gives each part its share of `whole` in whole dm², in proportion to
 * `weights`, by largest remainder. Ties go to the part with the lower `tieRank` (by default its position), so the
 * result depends on nothing but the input. The parts always add up to `whole`.
 *
 * @param whole   area to distribute, dm², ≥ 0
 * @param weights raw areas of the parts in any unit, each ≥ 0; all zero gives everything to the first part
 * @param tieRank order among equal remainders (parcels: by BSM, then feature order; parts of a parcel: zone order)
 */
export function closeToWhole(whole: AreaDm2, weights: readonly number[], tieRank?: readonly number[]): AreaDm2[] {
  assert(Number.isSafeInteger(whole) && whole >= 0, 'whole is not an area');
  if (weights.length === 0) {
    assert(whole === 0, 'nothing to close an area to');
    return [];
  }
  let sum = 0;
  for (const weight of weights) {
    assert(weight >= 0 && Number.isFinite(weight), 'weight is not an area');
    sum += weight;
  }
  if (sum === 0) return weights.map((_, i) => (i === 0 ? whole : 0));
  const parts = weights.map(() => 0);
  const remainders = weights.map(() => 0);
  let given = 0;
  for (let i = 0; i < weights.length; i++) {
    const exact = whole * (weights[i]! / sum);
    const floor = Math.min(whole, Math.floor(exact));
    parts[i] = floor;
    remainders[i] = exact - floor;
    given += floor;
  }
  let missing = whole - given;
  const order = weights.map((_, i) => i);
  const rank = (i: number): number => tieRank?.[i] ?? i;
  order.sort((a, b) => remainders[b]! - remainders[a]! || rank(a) - rank(b) || a - b);
  // Rounding of the quotients may leave floors one unit too many on huge wholes: take back from the smallest remainders.
  for (let k = order.length - 1; missing < 0; k = (k - 1 + order.length) % order.length) {
    const i = order[k]!;
    if (parts[i]! > 0) {
      parts[i]!--;
      missing++;
    }
  }
  for (let k = 0; missing > 0; k = (k + 1) % order.length) {
    const i = order[k]!;
    if (weights[i]! > 0) {
      parts[i]!++;
      missing--;
    }
  }
  return parts;
}
