import { closeToWhole } from '../../kernel/index.ts';
import type { ReachedParcels } from './facts.ts';
import type { ClosedParts } from './plan-parts.ts';

/** Ridge area of every part: the parcel's ridge shared over its parts and its outside, largest remainder. */
export function closeRidges(parts: ClosedParts, parcels: ReachedParcels): Float64Array {
  const ridges = new Float64Array(parts.areasDm2.length);
  for (let from = 0; from < parts.parcels.length; ) {
    let to = from + 1;
    while (to < parts.parcels.length && parts.parcels[to] === parts.parcels[from]) to++;
    const parcel = parts.parcels[from]!;
    const ridge = parcels.ridgeDm2[parcel]!;
    if (ridge > 0) {
      const shares = closeToWhole(ridge, [...parts.areasDm2.subarray(from, to), parts.outsideDm2[parcel]!]);
      for (let k = from; k < to; k++) ridges[k] = shares[k - from]!;
    }
    from = to;
  }
  return ridges;
}
