import { assert } from '../kernel/index.ts';
import { cutFreeEdges } from './coverage-cells.ts';
import { freeEdgesOf } from './coverage-edges.ts';
import type { FreeEdges } from './coverage-edges.ts';
import { type Coverage, coverageOf, joinRegions } from './coverage-regions.ts';
import { coverageKind, findTrapezoids } from './coverage-trapezoids.ts';
import type { PlaneLayer } from './types.ts';

export interface CoverageOptions {
  /** Regions up to this area, m², are added to the totals but not listed. Default 0.01. */
  readonly minimumAreaM2?: number;
}

/** Regions up to this area, m², are not listed unless asked for: one unit of area. */
export const SMALLEST_REGION_M2 = 0.01;

export type FindCoverage = (boundary: PlaneLayer | undefined, layer: PlaneLayer, options?: CoverageOptions) => Coverage;

let installed: FindCoverage | undefined;

/** Has `coverage` use another version (the compiled kernel) from now on, in this thread; undefined takes the plain one again. */
export function installCoverage(version: FindCoverage | undefined): void {
  installed = version;
}

/**
 * Where a layer fails to cover a boundary exactly once: gaps, overlaps, and what lies outside. All features in the plane
 * of a run, free of blocking ring defects. The features of the boundary may be several (villages) and share edges.
 *
 * Without a boundary (undefined) gaps are the places all around which there are features; nothing is outside.
 *
 * How: edges that two neighbours share cancel; the few left over (FreeEdges) are cut along a grid, each cell into
 * trapezoids in which the number of covering features is constant, and trapezoids of one kind that touch are one region.
 * The work depends on the number of edges left over, whatever the size of the layer.
 *
 * There are two versions, as of `tabulate`: the plain one here, and the compiled kernel with the same bits.
 */
export function coverage(boundary: PlaneLayer | undefined, layer: PlaneLayer, options: CoverageOptions = {}): Coverage {
  assert(
    boundary === undefined || (boundary.origin[0] === layer.origin[0] && boundary.origin[1] === layer.origin[1]),
    'layers are in different planes',
  );
  return (installed ?? coveragePlain)(boundary, layer, options);
}

const NOTHING: FreeEdges = { count: 0, ends: new Float64Array(0), features: new Uint32Array(0) };

/** The plain version: reference of the compiled one, and used where there is none. */
export function coveragePlain(
  boundary: PlaneLayer | undefined,
  layer: PlaneLayer,
  options: CoverageOptions = {},
): Coverage {
  const minimumAreaM2 = options.minimumAreaM2 ?? SMALLEST_REGION_M2;
  const hasBoundary = boundary !== undefined;
  const edges = freeEdgesOf(layer);
  const frame = boundary === undefined ? NOTHING : freeEdgesOf(boundary);
  if (edges.count + frame.count === 0) return NO_COVERAGE;
  const cells = cutFreeEdges(edges, frame);
  const found = findTrapezoids(cells, edges, (covered, inside) => coverageKind(covered, inside, hasBoundary));
  return coverageOf(joinRegions(found, hasBoundary, minimumAreaM2), minimumAreaM2);
}

/** Nothing is amiss. */
export const NO_COVERAGE: Coverage = {
  gapM2: 0,
  overlapM2: 0,
  outsideM2: 0,
  regions: [],
  overlapBoxes: new Float64Array(0),
};
