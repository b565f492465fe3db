import { assert } from '../kernel/index.ts';
import { cutFreeEdges } from './coverage-cells.ts';
import { freeEdgesOf } from './coverage-edges.ts';
import type { FreeEdges } from './coverage-edges.ts';
import { findTrapezoids, rootOf } from './coverage-trapezoids.ts';
import type { Trapezoids } from './coverage-trapezoids.ts';
import type { PlaneLayer } from './types.ts';

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
}

export interface CoverageOptions {
  /** Regions up to this area, m², are added to the totals but not listed. Default 0.01. */
  readonly minimumAreaM2?: number;
}

const NOTHING: FreeEdges = { count: 0, ends: new Float64Array(0), features: new Uint32Array(0) };
/**
 * Where a layer fails to cover a boundary exactly once: gaps, overlaps, and what lies outside. All features in the plane
 * of a run, free of blocking ring defects. The features of the boundary may be several (villages) and share edges.
 *
 * Without a boundary (undefined) gaps are the places all around which there are features; nothing is outside.
 *
 * How: edges that two neighbours share cancel; the few left over (FreeEdges) are cut along a grid, each cell into
 * trapezoids in which the number of covering features is constant, and trapezoids of one kind that touch are one region.
 * The work depends on the number of edges left over, whatever the size of the layer.
 */
export function coverage(boundary: PlaneLayer | undefined, layer: PlaneLayer, options: CoverageOptions = {}): Coverage {
  assert(
    boundary === undefined || (boundary.origin[0] === layer.origin[0] && boundary.origin[1] === layer.origin[1]),
    'layers are in different planes',
  );
  const edges = freeEdgesOf(layer);
  const frame = boundary === undefined ? NOTHING : freeEdgesOf(boundary);
  if (edges.count + frame.count === 0) return { gapM2: 0, overlapM2: 0, outsideM2: 0, regions: [] };
  const cells = cutFreeEdges(edges, frame);
  const found = findTrapezoids(cells, edges, (covered, inside) => kindOf(covered, inside, boundary !== undefined));
  return joinRegions(found, boundary !== undefined, options.minimumAreaM2 ?? 0.01);
}

const KINDS: readonly CoverageKind[] = ['gap', 'overlap', 'outside'];

function kindOf(covered: number, inside: number, hasBoundary: boolean): number {
  if (covered >= 2) return 1;
  if (covered === 0) return inside > 0 || !hasBoundary ? 0 : -1;
  return hasBoundary && inside === 0 && covered > 0 ? 2 : -1;
}

function joinRegions(found: Trapezoids, hasBoundary: boolean, minimumAreaM2: number): Coverage {
  const { kinds, areas, corners, parents, bounds } = found;
  // Without a boundary the uncovered corner of the grid is the world outside, and no gap.
  const world = hasBoundary || kinds.length === 0 ? -1 : rootOf(parents, 0);
  const totals = [0, 0, 0];
  const regions = new Map<
    number,
    { area: number; best: number; box: [number, number, number, number]; features: Set<number> }
  >();
  for (let t = 0; t < kinds.length; t++) {
    const root = rootOf(parents, t);
    if (root === world) continue;
    totals[kinds[t]!]! += areas[t]!;
    const [xa, xb, lowerA, upperA, lowerB, upperB] = corners.slice(6 * t, 6 * t + 6) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const box: [number, number, number, number] = [xa, Math.min(lowerA, lowerB), xb, Math.max(upperA, upperB)];
    const region = regions.get(root);
    if (region === undefined) {
      regions.set(root, { area: areas[t]!, best: t, box, features: new Set() });
      continue;
    }
    region.area += areas[t]!;
    if (areas[t]! > areas[region.best]!) region.best = t;
    region.box = [
      Math.min(region.box[0], box[0]),
      Math.min(region.box[1], box[1]),
      Math.max(region.box[2], box[2]),
      Math.max(region.box[3], box[3]),
    ];
  }
  for (let i = 0; i < bounds.length; i += 2) regions.get(rootOf(parents, bounds[i]!))?.features.add(bounds[i + 1]!);
  const listed: CoverageRegion[] = [];
  for (const [root, { area, best, box, features }] of regions) {
    if (!(area > minimumAreaM2)) continue;
    listed.push({
      kind: KINDS[kinds[root]!]!,
      areaM2: area,
      widthMetres: area / Math.max(box[2] - box[0], box[3] - box[1]),
      at: middleOf(corners, best),
      features: [...features].sort((a, b) => a - b),
    });
  }
  listed.sort((a, b) => b.areaM2 - a.areaM2 || a.at[0] - b.at[0] || a.at[1] - b.at[1]);
  return { gapM2: totals[0]!, overlapM2: totals[1]!, outsideM2: totals[2]!, regions: listed };
}

function middleOf(corners: readonly number[], t: number): [x: number, y: number] {
  const [xa, xb, lowerA, upperA, lowerB, upperB] = corners.slice(6 * t, 6 * t + 6) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [(xa + xb) / 2, (lowerA + upperA + lowerB + upperB) / 4];
}
