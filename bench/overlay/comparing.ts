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

/**
 * Compares all pairs of one layer, as several kernels found them, with PostGIS: `naive` computes ST_Intersection of every pair
 * that ST_Intersects, `covers` takes the parcel's own area where ST_Covers says that the zone covers it.
 */
export async function compareWithPostgis(
  peer: PostgisPeer,
  layer: CountyLayer,
  found: readonly Tabulation[],
  zoneCount: number,
  form: 'naive' | 'covers' = 'naive',
): Promise<Difference[]> {
  const theirs = new Map<number, number>();
  let total = 0;
  await peer.pairs(form, layer, (parcel, zone, area) => {
    total += area;
    theirs.set(parcel * zoneCount + zone, area);
  });
  return found.map(({ parcels, zones, areas }) => {
    let [ours, pairs, onlyOurs, onlyTheirs, missing, worst] = [0, 0, 0, 0, 0, 0];
    const seen = new Set<number>();
    areas.forEach((area, i) => {
      ours += area;
      const key = parcels[i]! * zoneCount + zones[i]!;
      const other = theirs.get(key);
      worst = Math.max(worst, Math.abs(area - (other ?? 0)));
      seen.add(key);
      if (other !== undefined) {
        pairs++;
        return;
      }
      onlyOurs++;
      if (area > LISTED_M2) missing++;
    });
    for (const [key, area] of theirs) {
      // What is below the threshold touches, and is not listed on purpose.
      if (area <= TOUCHING_SQUARE_METRES || seen.has(key)) continue;
      onlyTheirs++;
      if (area > LISTED_M2) missing++;
      worst = Math.max(worst, area);
    }
    return { pairs, onlyOurs, onlyTheirs, missing, worst, ours, theirs: total };
  });
}

/** Largest difference between a parcel and the sum of its parts, where zones cover everything. */
export function conservation(parcels: PlaneLayer, found: Tabulation): number {
  let worst = 0;
  coveredAreas(found, parcels.areas.length).forEach((sum, f) => {
    worst = Math.max(worst, Math.abs(sum - parcels.areas[f]!));
  });
  return worst;
}
