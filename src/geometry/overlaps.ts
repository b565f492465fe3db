import type { PlaneLayer } from './types.ts';
import { tabulate } from './tabulate.ts';
import type { TabulateOptions } from './tabulate.ts';

/** Two features of one layer (indexes in it, a < b) and the area they share, m². */
export interface SharedArea {
  readonly a: number;
  readonly b: number;
  readonly areaM2: number;
}

/** Default least area, m², that two features must share to count as overlapping: one unit of area, 0.01 m². */
export const OVERLAP_TOLERANCE_M2 = 0.01;

/**
 * Every two features of a layer that share more than `toleranceM2`, by tabulating the layer with itself; rows in order of
 * a, then b. Features must be free of blocking ring defects (findDefects).
 */
export function overlapsWithin(
  layer: PlaneLayer,
  options: TabulateOptions & { readonly toleranceM2?: number } = {},
): SharedArea[] {
  const tolerance = options.toleranceM2 ?? OVERLAP_TOLERANCE_M2;
  const { parcels, zones, areas } = tabulate(layer, layer, { ...options, eachPairOnce: true });
  const shared: SharedArea[] = [];
  for (let i = 0; i < areas.length; i++) {
    const a = parcels[i]!;
    const b = zones[i]!;
    if (areas[i]! > tolerance) shared.push({ a, b, areaM2: areas[i]! });
  }
  return shared;
}
