import type { AreaDm2 } from '../../kernel/index.ts';
import { assert } from '../../kernel/index.ts';

/** Area by grade 等别: index 0 is farmland whose grade nobody has stated, 1 (best) … 15. dm². */
export type AreaByGrade = readonly AreaDm2[];

/** Area-weighted average grade Σ area × grade / Σ area as an exact fraction; null without graded area. */
export function averageGrade(
  byGrade: AreaByGrade,
): { readonly numerator: number; readonly denominator: number } | null {
  let weighted = 0;
  let area = 0;
  for (let grade = 1; grade < byGrade.length; grade++) {
    weighted += byGrade[grade]! * grade;
    area += byGrade[grade]!;
  }
  assert(Number.isSafeInteger(weighted), 'area × grade leaves the whole numbers');
  return area === 0 ? null : { numerator: weighted, denominator: area };
}

/**
 * Grain capacity 产能 in kg: area (ha) × (16 − grade) × 1500 (handbook §4.2), as an exact fraction over 2000:
 * dm² × (16 − g) × 1500 / 1,000,000 = dm² × (16 − g) × 3 / 2000.
 */
export function grainCapacityKg(byGrade: AreaByGrade): { readonly numerator: number; readonly denominator: number } {
  let sum = 0;
  for (let grade = 1; grade < byGrade.length; grade++) sum += byGrade[grade]! * (16 - grade) * 3;
  assert(Number.isSafeInteger(sum), 'capacity leaves the whole numbers');
  return { numerator: sum, denominator: 2000 };
}
