import type { AreaDm2 } from '../../kernel/index.ts';
import { closeToWhole } from '../../kernel/index.ts';
import type { PlaneLayer, Tabulation } from '../../geometry/index.ts';
import { TOUCHING_SQUARE_METRES, coveredAreas, tabulate } from '../../geometry/index.ts';

/** Rows of a tabulation by parcel: `rows(parcel)` gives the range of its rows. */
export interface ByParcel {
  readonly tabulation: Tabulation;
  readonly starts: Uint32Array;
}

export function byParcel(tabulation: Tabulation, parcelCount: number): ByParcel {
  const starts = new Uint32Array(parcelCount + 1);
  for (const parcel of tabulation.parcels) starts[parcel + 1]!++;
  for (let p = 0; p < parcelCount; p++) starts[p + 1]! += starts[p]!;
  return { tabulation, starts };
}

/** The raw areas, m², of the parts a plan cuts parcels into; sorted by parcel, then zone (see PlanParts in facts.ts). */
export interface RawParts {
  readonly parcels: Uint32Array;
  readonly zones: Uint32Array;
  readonly areas: Float64Array;
  /** Per parcel: the rest of it, m². */
  readonly outside: Float64Array;
}

/**
 * Cuts parcels by plan zones: zone 0 the project without plots, 1 + i plot i inside the project, 1 + n + i plot i beyond it.
 *
 * @param inside plot i cut to the project (one feature a plot; the plot itself where it lies inside)
 * @param whole  plot i as planned
 */
export function rawParts(parcels: PlaneLayer, project: PlaneLayer, inside: PlaneLayer, whole: PlaneLayer): RawParts {
  const count = parcels.areas.length;
  const plots = whole.areas.length;
  const projectAreas = coveredAreas(tabulate(parcels, project), count);
  const insideRows = byParcel(tabulate(parcels, inside), count);
  const wholeRows = inside === whole ? insideRows : byParcel(tabulate(parcels, whole), count);
  const out = { parcels: [] as number[], zones: [] as number[], areas: [] as number[] };
  const outside = new Float64Array(count);
  for (let p = 0; p < count; p++) {
    const put = (zone: number, area: number): void => {
      if (area <= TOUCHING_SQUARE_METRES) return;
      out.parcels.push(p);
      out.zones.push(zone);
      out.areas.push(area);
    };
    const inPlots = rowsOf(insideRows, p);
    const inSum = inPlots.reduce((sum, [, area]) => sum + area, 0);
    put(0, projectAreas[p]! - inSum);
    for (const [plot, area] of inPlots) put(1 + plot, area);
    let beyond = 0;
    if (wholeRows !== insideRows) {
      const insideOf = new Map(inPlots);
      for (const [plot, area] of rowsOf(wholeRows, p)) {
        const rest = area - (insideOf.get(plot) ?? 0);
        put(1 + plots + plot, rest);
        beyond += Math.max(0, rest);
      }
    }
    outside[p] = Math.max(0, parcels.areas[p]! - projectAreas[p]! - beyond);
    if (outside[p]! <= TOUCHING_SQUARE_METRES) outside[p] = 0;
  }
  return {
    parcels: Uint32Array.from(out.parcels),
    zones: Uint32Array.from(out.zones),
    areas: Float64Array.from(out.areas),
    outside,
  };
}

/** Pairs [zone, m²] of one parcel. */
export function rowsOf({ tabulation, starts }: ByParcel, parcel: number): [zone: number, area: number][] {
  const rows: [number, number][] = [];
  for (let i = starts[parcel]!; i < starts[parcel + 1]!; i++) rows.push([tabulation.zones[i]!, tabulation.areas[i]!]);
  return rows;
}

/** Raw parts of chosen parcels, closed to whole dm². Parts that get nothing are dropped. */
export interface ClosedParts {
  /** Position of the parcel in the list of wholes. */
  readonly parcels: Uint32Array;
  readonly zones: Uint32Array;
  readonly areasDm2: Float64Array;
  /** Row of RawParts each came from. */
  readonly rawRows: Uint32Array;
  readonly outsideDm2: Float64Array;
}

/**
 * Closes the parts of every parcel, `outside` last, to its whole by largest remainder, ties in zone order (docs/decisions).
 *
 * @param position where a parcel of the raw parts stands among the wholes; −1: left out
 */
export function closeParts(raw: RawParts, position: Int32Array, wholeDm2: Float64Array): ClosedParts {
  const out = { parcels: [] as number[], zones: [] as number[], areas: [] as number[], rows: [] as number[] };
  const outsideDm2 = Float64Array.from(wholeDm2);
  for (let from = 0; from < raw.parcels.length; ) {
    let to = from + 1;
    while (to < raw.parcels.length && raw.parcels[to] === raw.parcels[from]) to++;
    const at = position[raw.parcels[from]!]!;
    if (at >= 0) {
      const weights = [...raw.areas.subarray(from, to), raw.outside[raw.parcels[from]!]!];
      const closed: AreaDm2[] = closeToWhole(wholeDm2[at]!, weights);
      outsideDm2[at] = closed.pop()!;
      closed.forEach((area, k) => {
        if (area === 0) return;
        out.parcels.push(at);
        out.zones.push(raw.zones[from + k]!);
        out.areas.push(area);
        out.rows.push(from + k);
      });
    }
    from = to;
  }
  return {
    parcels: Uint32Array.from(out.parcels),
    zones: Uint32Array.from(out.zones),
    areasDm2: Float64Array.from(out.areas),
    rawRows: Uint32Array.from(out.rows),
    outsideDm2,
  };
}
