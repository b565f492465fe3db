import { coveredAreas, type PlaneLayer, type Tabulation, TOUCHING_SQUARE_METRES } from '../../src/geometry/index.ts';
import type { CountyLayer } from '../../tests/support/county/files.ts';
import type { PostgisPeer } from './postgis.ts';

/** Areas of a pair may differ by so much. */
export const TOLERANCE_M2 = 1e-4;
/** A pair that shares no more than this may stand in one list alone: it touches. */
const LISTED_M2 = 1e-6;

/** How two lists of pairs differ. */
export interface Difference {
  readonly pairs: number;
  readonly onlyOurs: number;
  readonly onlyTheirs: number;
  /** Pairs that share more than a touch and stand in one list alone. */
  readonly missing: number;
  readonly worst: number;
  readonly ours: number;
  readonly theirs: number;
}

/** Compares all pairs of one layer with ST_Intersection of every pair that ST_Intersects. */
export async function compareWithPostgis(
  peer: PostgisPeer,
  layer: CountyLayer,
  found: Tabulation,
  zoneCount: number,
): Promise<Difference> {
  const areas = new Map<number, number>();
  let ours = 0;
  found.areas.forEach((area, i) => {
    areas.set(found.parcels[i]! * zoneCount + found.zones[i]!, area);
    ours += area;
  });
  let [pairs, onlyTheirs, onlyOurs, missing, worst, theirs] = [0, 0, 0, 0, 0, 0];
  await peer.pairs('naive', layer, (parcel, zone, area) => {
    theirs += area;
    const key = parcel * zoneCount + zone;
    const mine = areas.get(key);
    if (mine === undefined) {
      if (area <= TOUCHING_SQUARE_METRES) return;
      onlyTheirs++;
      if (area > LISTED_M2) missing++;
      worst = Math.max(worst, area);
      return;
    }
    areas.delete(key);
    pairs++;
    worst = Math.max(worst, Math.abs(mine - area));
  });
  for (const area of areas.values()) {
    onlyOurs++;
    if (area > LISTED_M2) missing++;
    worst = Math.max(worst, area);
  }
  return { pairs, onlyOurs, onlyTheirs, missing, worst, ours, theirs };
}

/** Largest difference between a parcel and the sum of its parts, where zones cover everything. */
export function conservation(parcels: PlaneLayer, found: Tabulation): number {
  let worst = 0;
  coveredAreas(found, parcels.areas.length).forEach((sum, f) => {
    worst = Math.max(worst, Math.abs(sum - parcels.areas[f]!));
  });
  return worst;
}
