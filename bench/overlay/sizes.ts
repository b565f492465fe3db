/** Parcels of a size as it is written on the command line: 3000, 10k, 300k. */
export function parcelsOf(size: string): number {
  const match = /^(\d+)(k?)$/.exec(size);
  if (match === null) throw new Error(`not a size: ${size}`);
  return Number(match[1]) * (match[2] === 'k' ? 1000 : 1);
}

/** Parcels of so many vertices are never sampled: a few of them cost more than thousands of others. */
export const LARGE_PARCEL_VERTICES = 600;
