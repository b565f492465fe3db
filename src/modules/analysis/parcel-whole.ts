import type { AreaDm2 } from '../../kernel/index.ts';
import { assert } from '../../kernel/index.ts';
import { RIDGE_UNKNOWN } from './facts.ts';
import type { AnalysisParameters } from './parameters.ts';

/** Largest difference between TBMJ and the computed area that still counts as agreement: max(0.05 m², 1e-6 × area). */
export function agrees(statedDm2: AreaDm2, computedDm2: AreaDm2, tolerance: AnalysisParameters['tolerance']): boolean {
  const difference = Math.abs(statedDm2 - computedDm2);
  return difference <= tolerance.floorDm2 || difference * 1_000_000 <= tolerance.perMillion * computedDm2;
}

/** The area the parts of a parcel close to, and why. */
export interface ParcelWhole {
  readonly areaDm2: AreaDm2;
  readonly from: 'tbmj' | 'computed' | 'computed-tbmj-disagrees';
}

/** TBMJ where it agrees with the computed official area, else the computed area (docs/decisions: closing). */
export function parcelWhole(
  statedDm2: AreaDm2 | null,
  computedDm2: AreaDm2,
  tolerance: AnalysisParameters['tolerance'],
): ParcelWhole {
  if (statedDm2 === null) return { areaDm2: computedDm2, from: 'computed' };
  if (agrees(statedDm2, computedDm2, tolerance)) return { areaDm2: statedDm2, from: 'tbmj' };
  return { areaDm2: computedDm2, from: 'computed-tbmj-disagrees' };
}

/**
 * Ridge area 田坎 of an area under a coefficient in ten-thousandths: KCMJ = TBMJ × KCXS to 0.01 m², halves up, in
 * integers (handbook §1.8). An unknown coefficient takes nothing off; who needs the net area must ask first.
 */
export function ridgeOf(areaDm2: AreaDm2, coefficient: number): AreaDm2 {
  if (coefficient === RIDGE_UNKNOWN) return 0;
  const scaled = areaDm2 * coefficient;
  assert(Number.isSafeInteger(scaled * 2), 'ridge area leaves the whole numbers');
  return Math.floor((scaled * 2 + 10_000) / 20_000);
}
