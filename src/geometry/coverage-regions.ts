/** From trapezoids to regions: what both versions of `coverage` have found, and what is told of it. */
import { GAP, OVERLAP, rootOf, type Trapezoids } from './coverage-trapezoids.ts';

/** `gap`: no feature there; `overlap`: two or more; `outside`: a feature beyond the boundary. */
export type CoverageKind = 'gap' | 'overlap' | 'outside';

/** A connected piece of the plane that is not covered exactly once. */
export interface CoverageRegion {
  readonly kind: CoverageKind;
  readonly areaM2: number;
  /** Area over the longer side of its box: how wide the piece is on average, metres. */
  readonly widthMetres: number;
  /** A point inside, metres in the plane (lonLatOfPlanePoint brings it back). */
  readonly at: readonly [x: number, y: number];
  /**
   * Features of the layer whose edges bound it, rising: the neighbours of a gap, those that overlap. Empty where only the
   * boundary's own edges bound it, in the middle of a feature.
   */
  readonly features: readonly number[];
}

export interface Coverage {
  /** m². Overlaps count once, however many features share them. */
  readonly gapM2: number;
  readonly overlapM2: number;
  readonly outsideM2: number;
  /** From the largest to the smallest, then by place. */
  readonly regions: readonly CoverageRegion[];
  /** Least x, least y, greatest x, greatest y of every overlap, however small: no two features share land elsewhere. */
  readonly overlapBoxes: Float64Array;
}

/** Regions as they were found: in order of their first trapezoids. */
export interface RegionTable {
  readonly count: number;
  /** Sums of areas by kind, m². */
  readonly totals: ArrayLike<number>;
  readonly kinds: Uint8Array;
  readonly areas: Float64Array;
  /** Least x, least y, greatest x, greatest y. */
  readonly boxes: Float64Array;
  /** A point inside: x, y. */
  readonly places: Float64Array;
  /** Pairs (region, feature that bounds it), of regions larger than asked for; one may be there several times. */
  readonly bounds: Uint32Array;
}

/**
 * Adds up the trapezoids of each region, in their order. The uncovered corner of the grid is no gap where there is no boundary:
 * it is the world outside.
 */
export function joinRegions(found: Trapezoids, hasBoundary: boolean, minimumAreaM2: number): RegionTable {
  const { kinds, areas, corners, parents } = found;
  const world = hasBoundary || found.count === 0 ? -1 : rootOf(parents, 0);
  const regionOf = new Int32Array(found.count).fill(-1);
  let count = 0;
  for (let t = 0; t < found.count; t++) if (parents[t] === t && t !== world) regionOf[t] = count++;
  const table = {
    count,
    totals: new Float64Array(3),
    kinds: new Uint8Array(count),
    areas: new Float64Array(count),
    boxes: new Float64Array(4 * count),
    places: new Float64Array(2 * count),
  };
  const largest = new Float64Array(count).fill(-1);
  for (let t = 0; t < found.count; t++) {
    const root = rootOf(parents, t);
    if (root === world) continue;
    const r = regionOf[root]!;
    const at = 6 * t;
    const [xa, xb] = [corners[at]!, corners[at + 1]!];
    const [lowerA, upperA, lowerB, upperB] = [corners[at + 2]!, corners[at + 3]!, corners[at + 4]!, corners[at + 5]!];
    const area = areas[t]!;
    const box = 4 * r;
    const low = Math.min(lowerA, lowerB);
    const high = Math.max(upperA, upperB);
    table.totals[kinds[t]!]! += area;
    // The root of a region is the first of its trapezoids.
    if (root === t) table.boxes.set([xa, low, xb, high], box);
    table.kinds[r] = kinds[t]!;
    table.areas[r]! += area;
    table.boxes[box] = Math.min(table.boxes[box]!, xa);
    table.boxes[box + 1] = Math.min(table.boxes[box + 1]!, low);
    table.boxes[box + 2] = Math.max(table.boxes[box + 2]!, xb);
    table.boxes[box + 3] = Math.max(table.boxes[box + 3]!, high);
    if (area > largest[r]!) {
      largest[r] = area;
      table.places[2 * r] = (xa + xb) / 2;
      table.places[2 * r + 1] = (lowerA + upperA + lowerB + upperB) / 4;
    }
  }
  const bounds = new Uint32Array(2 * found.boundCount);
  let kept = 0;
  for (let i = 0; i < 2 * found.boundCount; i += 2) {
    const r = regionOf[rootOf(parents, found.bounds[i]!)]!;
    if (r < 0 || !(table.areas[r]! > minimumAreaM2)) continue;
    bounds[kept++] = r;
    bounds[kept++] = found.bounds[i + 1]!;
  }
  return { ...table, bounds: bounds.subarray(0, kept) };
}

const KINDS: readonly CoverageKind[] = ['gap', 'overlap', 'outside'];

/** What is told: totals, and the regions larger than asked for. */
export function coverageOf(table: RegionTable, minimumAreaM2: number): Coverage {
  const { count, kinds, areas, boxes, places, totals } = table;
  const features = featuresByRegion(table);
  const regions: CoverageRegion[] = [];
  for (let r = 0; r < count; r++) {
    if (!(areas[r]! > minimumAreaM2)) continue;
    const box = 4 * r;
    regions.push({
      kind: KINDS[kinds[r]!]!,
      areaM2: areas[r]!,
      widthMetres: areas[r]! / Math.max(boxes[box + 2]! - boxes[box]!, boxes[box + 3]! - boxes[box + 1]!),
      at: [places[2 * r]!, places[2 * r + 1]!],
      features: features(r),
    });
  }
  regions.sort((a, b) => b.areaM2 - a.areaM2 || a.at[0] - b.at[0] || a.at[1] - b.at[1]);
  const overlaps: number[] = [];
  for (let r = 0; r < count; r++) if (kinds[r] === OVERLAP) overlaps.push(...boxes.subarray(4 * r, 4 * r + 4));
  return {
    gapM2: totals[GAP]!,
    overlapM2: totals[OVERLAP]!,
    outsideM2: totals[2]!,
    regions,
    overlapBoxes: Float64Array.from(overlaps),
  };
}

/** Features of each region, rising, each once. */
function featuresByRegion({ count, bounds }: RegionTable): (region: number) => number[] {
  const starts = new Uint32Array(count + 1);
  for (let i = 0; i < bounds.length; i += 2) starts[bounds[i]! + 1]!++;
  for (let r = 0; r < count; r++) starts[r + 1]! += starts[r]!;
  const next = starts.slice();
  const features = new Uint32Array(bounds.length / 2);
  for (let i = 0; i < bounds.length; i += 2) features[next[bounds[i]!]!++] = bounds[i + 1]!;
  return (region) => {
    const sorted = features.subarray(starts[region]!, starts[region + 1]!).sort();
    return Array.from(sorted.filter((feature, i) => i === 0 || feature !== sorted[i - 1]));
  };
}
