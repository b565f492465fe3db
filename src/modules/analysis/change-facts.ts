import type { AreaDm2 } from '../../kernel/index.ts';
import { closeToWhole } from '../../kernel/index.ts';
import type { PlaneLayer } from '../../geometry/index.ts';
import { TOUCHING_SQUARE_METRES, coveredAreas, tabulate } from '../../geometry/index.ts';
import type { ZonePlane } from './crossing.ts';
import type { ChangeFacts } from './facts.ts';
import { byParcel, rowsOf } from './plan-parts.ts';
import type { BasicFarmlandChangePlot } from './plan-input.ts';

/** Everything measured on the adjustment plots of basic farmland; the shares of a plot close to its official area. */
export function changeFacts(input: {
  readonly plots: readonly BasicFarmlandChangePlot[];
  readonly plane: PlaneLayer;
  readonly areasDm2: readonly AreaDm2[];
  readonly parcels: PlaneLayer;
  /** Where a parcel stands among the reached ones; every parcel a plot lies on has a place. */
  readonly position: Int32Array;
  /** Order among equal remainders: by BSM, then feature order. */
  readonly tieRank: Float64Array;
  readonly slope: ZonePlane | null;
  readonly basicFarmland: ZonePlane | null;
  readonly planPlots: PlaneLayer | null;
}): ChangeFacts[] {
  const count = input.plots.length;
  const onParcels = byParcel(tabulate(input.plane, input.parcels), count);
  const onSlope = input.slope === null ? null : byParcel(tabulate(input.plane, input.slope.plane), count);
  const onBasic =
    input.basicFarmland === null ? null : coveredAreas(tabulate(input.plane, input.basicFarmland.plane), count);
  const onPlots = input.planPlots === null ? null : byParcel(tabulate(input.plane, input.planPlots), count);
  return input.plots.map((plot, f): ChangeFacts => {
    const wholeDm2 = input.areasDm2[f]!;
    /** Closes raw shares, and what is left of the plot, to its area; the last entry is the rest. */
    const close = (areas: readonly number[], ranks?: readonly number[]): AreaDm2[] => {
      const rest = Math.max(0, input.plane.areas[f]! - areas.reduce((sum, area) => sum + area, 0));
      const weights = [...areas, rest <= TOUCHING_SQUARE_METRES ? 0 : rest];
      return closeToWhole(wholeDm2, weights, ranks === undefined ? undefined : [...ranks, Infinity]);
    };
    const parcelRows = rowsOf(onParcels, f);
    const shares = close(
      parcelRows.map(([, area]) => area),
      parcelRows.map(([parcel]) => input.tieRank[parcel]!),
    );
    const rest = shares.pop()!;
    return {
      ...plot,
      areaDm2: wholeDm2,
      parcels: [
        ...shares.flatMap((areaDm2, k) =>
          areaDm2 > 0 ? [{ parcel: input.position[parcelRows[k]![0]]!, areaDm2 }] : [],
        ),
        ...(rest > 0 ? [{ parcel: null, areaDm2: rest }] : []),
      ],
      slopeDm2: onSlope === null ? null : slopeShares(rowsOf(onSlope, f), input.slope!, close),
      onBasicFarmlandDm2: onBasic === null ? null : close([onBasic[f]!])[0]!,
      onPlots:
        onPlots === null
          ? null
          : (() => {
              const rows = rowsOf(onPlots, f);
              return close(rows.map(([, area]) => area))
                .slice(0, -1)
                .flatMap((areaDm2, k): [number, number][] => (areaDm2 > 0 ? [[rows[k]![0], areaDm2]] : []));
            })(),
    };
  });
}

function slopeShares(
  rows: readonly (readonly [number, number])[],
  slope: ZonePlane,
  close: (areas: readonly number[]) => AreaDm2[],
): AreaDm2[] {
  const levels = [0, 0, 0, 0, 0, 0];
  const closed = close(rows.map(([, area]) => area));
  levels[0]! += closed.pop()!;
  closed.forEach((area, k) => {
    const level = Number(slope.keys[slope.keyOfFeature[rows[k]![0]]!]!.key);
    levels[Number.isInteger(level) && level >= 1 && level <= 5 ? level : 0]! += area;
  });
  return levels;
}
