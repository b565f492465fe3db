import { featuresInBoxes, takePlaneFeatures } from './plane-features.ts';
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

export interface OverlapOptions extends TabulateOptions {
  readonly toleranceM2?: number;
  /** Where land is covered twice (overlapBoxes of `coverage`): features elsewhere need not be looked at. */
  readonly boxes?: Float64Array;
}

/**
 * Every two features of a layer that share more than `toleranceM2`, by tabulating the layer with itself; rows in order of
 * a, then b. Features must be free of blocking ring defects (findDefects).
 */
export function overlapsWithin(layer: PlaneLayer, options: OverlapOptions = {}): SharedArea[] {
  const tolerance = options.toleranceM2 ?? OVERLAP_TOLERANCE_M2;
  const candidates = options.boxes === undefined ? undefined : featuresInBoxes(layer, options.boxes);
  // Where most features are concerned, the copy would cost more than it saves.
  const isPart = candidates !== undefined && 2 * candidates.length < layer.areas.length;
  const part = isPart ? takePlaneFeatures(layer, candidates) : layer;
  const { parcels, zones, areas } = tabulate(part, part, { ...options, eachPairOnce: true });
  const shared: SharedArea[] = [];
  for (let i = 0; i < areas.length; i++) {
    if (!(areas[i]! > tolerance)) continue;
    const a = parcels[i]!;
    const b = zones[i]!;
    shared.push({ a: isPart ? candidates[a]! : a, b: isPart ? candidates[b]! : b, areaM2: areas[i]! });
  }
  return shared;
}
