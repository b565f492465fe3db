import { TOUCHING_SQUARE_METRES } from '../../../src/geometry/index.ts';
import { type Random, seededRandom } from '../../../src/kernel/index.ts';
import { exactSharedArea } from './exact-area.ts';
import { latticeLayer, type LatticePolygon, latticePolygon } from './polygons.ts';
import { TABULATION_NAMES, type TabulateUnderTest, type TabulationName } from './tabulations.ts';

export interface LatticeReport {
  readonly pairs: number;
  /** Pairs that share area. */
  readonly sharing: number;
  readonly cellSizes: readonly (number | undefined)[];
  /** Largest difference to the exact area over all pairs and cell sizes, m², of each kernel. */
  readonly worst: Readonly<Record<TabulationName, number>>;
  /** The first pair that was wrong, with what is needed to repeat it. */
  readonly wrong: WrongPair | undefined;
}

export interface WrongPair {
  readonly kernel: TabulationName;
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
 * Tabulates layers of lattice polygons, all with all, on several grids with every kernel, and compares every pair with its
 * exact area. Stops at the first pair that is wrong.
 *
 * @param options.pairs at least so many
 */
export function latticeDrill(
  tabulations: Readonly<Record<TabulationName, TabulateUnderTest>>,
  options: { readonly pairs: number; readonly seed: number },
): LatticeReport {
  const rounds = Math.ceil(options.pairs / PER_LAYER ** 2);
  const worst = Object.fromEntries(TABULATION_NAMES.map((kernel) => [kernel, 0])) as Record<TabulationName, number>;
  let sharing = 0;
  for (let round = 0; round < rounds; round++) {
    const seed = options.seed + round;
    const random: Random = seededRandom(seed);
    const left = Array.from({ length: PER_LAYER }, () => latticePolygon(random));
    // Some pairs of a polygon with itself: every edge is shared.
    const right = left.map((polygon) => (random.next() < 0.1 ? polygon : latticePolygon(random)));
    const expected = left.flatMap((a) => right.map((b) => exactSharedArea(a, b)));
    sharing += expected.filter((area) => area > 0).length;
    const parcels = latticeLayer(left);
    const zones = latticeLayer(right);
    for (const kernel of TABULATION_NAMES) {
      for (const cellSizeMetres of CELL_SIZES) {
        const found = new Float64Array(PER_LAYER ** 2);
        const result = tabulations[kernel](parcels, zones, cellSizeMetres);
        result.areas.forEach((area, i) => {
          found[result.parcels[i]! * PER_LAYER + result.zones[i]!] = area;
        });
        const wrong = expected.findIndex((area, i) => {
          const difference = Math.abs(found[i]! - area);
          worst[kernel] = Math.max(worst[kernel], difference);
          return difference > LATTICE_TOLERANCE_M2 || (found[i] !== 0) !== area > TOUCHING_SQUARE_METRES;
        });
        if (wrong < 0) continue;
        return {
          pairs: (round + 1) * PER_LAYER ** 2,
          sharing,
          cellSizes: CELL_SIZES,
          worst,
          wrong: {
            kernel,
            seed,
            cellSizeMetres,
            parcel: left[Math.floor(wrong / PER_LAYER)]!,
            zone: right[wrong % PER_LAYER]!,
            expected: expected[wrong]!,
            found: found[wrong]!,
          },
        };
      }
    }
  }
  return { pairs: rounds * PER_LAYER ** 2, sharing, cellSizes: CELL_SIZES, worst, wrong: undefined };
}
