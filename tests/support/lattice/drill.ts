import { TOUCHING_SQUARE_METRES } from '../../../src/geometry/index.ts';
import { type Random, seededRandom } from '../../../src/kernel/index.ts';
import { exactSharedArea } from './exact-area.ts';
import { latticeLayer, type LatticePolygon, latticePolygon } from './polygons.ts';
import type { TabulateUnderTest } from './tabulations.ts';

export interface LatticeReport {
  readonly pairs: number;
  /** Pairs that share area. */
  readonly sharing: number;
  readonly cellSizes: readonly (number | undefined)[];
  /** Largest difference to the exact area over all pairs and cell sizes, m². */
  readonly worst: number;
  /** The first pair that was wrong, with what is needed to repeat it. */
  readonly wrong: WrongPair | undefined;
}

export interface WrongPair {
  readonly seed: number;
  readonly cellSizeMetres: number | undefined;
  readonly parcel: LatticePolygon;
  readonly zone: LatticePolygon;
  readonly expected: number;
  readonly found: number;
}

/** Grid lines on lattice lines, on every second one, between them, and far apart. */
const CELL_SIZES = [undefined, 1, 0.5, 2, 0.37, 25] as const;
const PER_LAYER = 24;
export const LATTICE_TOLERANCE_M2 = 1e-9;

/**
 * Tabulates layers of lattice polygons, all with all, on several grids, and compares every pair with its exact area.
 *
 * @param pairs at least so many
 */
export async function latticeDrill(
  tabulate: TabulateUnderTest,
  options: { readonly pairs: number; readonly seed: number },
): Promise<LatticeReport> {
  const rounds = Math.ceil(options.pairs / PER_LAYER ** 2);
  let sharing = 0;
  let worst = 0;
  for (let round = 0; round < rounds; round++) {
    const seed = options.seed + round;
    const random: Random = seededRandom(seed);
    const left = Array.from({ length: PER_LAYER }, () => latticePolygon(random));
    // Some pairs of a polygon with itself: every edge is shared.
    const right = left.map((polygon) => (random.next() < 0.1 ? polygon : latticePolygon(random)));
    const expected = left.map((a) => right.map((b) => exactSharedArea(a, b)));
    for (const row of expected) for (const area of row) if (area > 0) sharing++;
    const parcels = latticeLayer(left);
    const zones = latticeLayer(right);
    for (const cellSizeMetres of CELL_SIZES) {
      const found = new Float64Array(PER_LAYER ** 2);
      const result = await tabulate(parcels, zones, cellSizeMetres);
      result.areas.forEach((area, i) => {
        found[result.parcels[i]! * PER_LAYER + result.zones[i]!] = area;
      });
      for (let a = 0; a < PER_LAYER; a++) {
        for (let b = 0; b < PER_LAYER; b++) {
          const difference = Math.abs(found[a * PER_LAYER + b]! - expected[a]![b]!);
          if (difference > worst) worst = difference;
          const listed = found[a * PER_LAYER + b]! !== 0;
          if (difference <= LATTICE_TOLERANCE_M2 && listed === expected[a]![b]! > TOUCHING_SQUARE_METRES) continue;
          return {
            pairs: (round + 1) * PER_LAYER ** 2,
            sharing,
            cellSizes: CELL_SIZES,
            worst,
            wrong: {
              seed,
              cellSizeMetres,
              parcel: left[a]!,
              zone: right[b]!,
              expected: expected[a]![b]!,
              found: found[a * PER_LAYER + b]!,
            },
          };
        }
      }
    }
  }
  return { pairs: rounds * PER_LAYER ** 2, sharing, cellSizes: CELL_SIZES, worst, wrong: undefined };
}
