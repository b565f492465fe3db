import { assert } from '../kernel/index.ts';
import { cutFreeEdges } from './coverage-cells.ts';
import type { CoverageCells } from './coverage-cells.ts';
import { freeEdgesOf } from './coverage-edges.ts';
import type { FreeEdges } from './coverage-edges.ts';
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
/** Thinner than this, metres, is the noise of the arithmetic; it neither counts nor joins regions. */
const NOISE_METRES = 1e-7;

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
  const found = findTrapezoids(cells, edges, boundary !== undefined);
  return joinRegions(found, boundary !== undefined, options.minimumAreaM2 ?? 0.01);
}

/** Trapezoids of the three kinds with what they touch; kinds as in KINDS. */
interface Trapezoids {
  readonly kinds: number[];
  readonly areas: number[];
  /** Centre and box: x, y, minX, minY, maxX, maxY. */
  readonly places: number[];
  /** Union-find parents. */
  readonly parents: number[];
  /** Pairs (trapezoid, feature that bounds it). */
  readonly bounds: number[];
}

const KINDS: readonly CoverageKind[] = ['gap', 'overlap', 'outside'];

function rootOf(parents: number[], node: number): number {
  let root = node;
  while (parents[root] !== root) root = parents[root]!;
  for (let at = node; at !== root; ) {
    const up = parents[at]!;
    parents[at] = root;
    at = up;
  }
  return root;
}

function unite(parents: number[], a: number, b: number): void {
  const rootA = rootOf(parents, a);
  const rootB = rootOf(parents, b);
  // The lower number stays on top, so that the result does not depend on the order of joining.
  if (rootA < rootB) parents[rootB] = rootA;
  else parents[rootA] = rootB;
}

/** An interval on a line between cells or slabs, with the trapezoid that ends there. */
interface Side {
  readonly low: number;
  readonly high: number;
  readonly trapezoid: number;
}

/** Joins trapezoids of one kind whose sides on a common line overlap. Both lists rise and do not overlap in themselves. */
function joinSides(found: Trapezoids, below: readonly Side[], above: readonly Side[]): void {
  let i = 0;
  let j = 0;
  while (i < below.length && j < above.length) {
    const a = below[i]!;
    const b = above[j]!;
    const shared = Math.min(a.high, b.high) - Math.max(a.low, b.low);
    if (shared > NOISE_METRES && found.kinds[a.trapezoid] === found.kinds[b.trapezoid])
      unite(found.parents, a.trapezoid, b.trapezoid);
    if (a.high < b.high) i++;
    else j++;
  }
}

function kindOf(covered: number, inside: number, hasBoundary: boolean): number {
  if (covered >= 2) return 1;
  if (covered === 0) return inside > 0 || !hasBoundary ? 0 : -1;
  return hasBoundary && inside === 0 && covered > 0 ? 2 : -1;
}

function findTrapezoids(cells: CoverageCells, edges: FreeEdges, hasBoundary: boolean): Trapezoids {
  const { x0, y0, size, columns, rows, cellStarts, pieceOrder, pieces, weights, pieceEdges } = cells;
  const { lineStarts, crossingX, crossingChanges, crossingIsBoundary } = cells;
  const found: Trapezoids = { kinds: [], areas: [], places: [], parents: [], bounds: [] };
  let tops: Side[] = [];
  for (let row = 0; row < rows; row++) {
    const bottom = y0 + row * size;
    const top = bottom + size;
    const bottoms: Side[] = [];
    const nextTops: Side[] = [];
    let leftSides: Side[] = [];
    // How often the row's top line is covered, from the left.
    let crossing = lineStarts[row + 1]!;
    const lastCrossing = lineStarts[row + 2] ?? crossing;
    let covered = 0;
    let inside = 0;
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      const left = x0 + column * size;
      const right = left + size;
      const first = cellStarts[cell]!;
      const last = cellStarts[cell + 1]!;
      const stops = [left, right];
      for (let i = crossing; i < lastCrossing && crossingX[i]! < right; i++) stops.push(crossingX[i]!);
      addPieceStops(first, last, stops);
      stops.sort((a, b) => a - b);
      for (let s = 0; s + 1 < stops.length; s++) {
        const xa = stops[s]!;
        const xb = stops[s + 1]!;
        // Stops that rounding set apart are one: the slab before reaches on to the next.
        if (!(xb - xa > NOISE_METRES)) continue;
        const middle = (xa + xb) / 2;
        while (crossing < lastCrossing && crossingX[crossing]! <= middle) {
          if (crossingIsBoundary[crossing] === 1) inside += crossingChanges[crossing]!;
          else covered += crossingChanges[crossing]!;
          crossing++;
        }
        leftSides = walkSlab(first, last, xa, xb, middle, leftSides, bottom, top, covered, inside, bottoms, nextTops);
      }
    }
    joinSides(found, tops, bottoms);
    tops = nextTops;
  }
  return found;

  /** Ends of the cell's pieces, and where they cross each other. */
  function addPieceStops(first: number, last: number, stops: number[]): void {
    for (let i = first; i < last; i++) {
      const a = 4 * pieceOrder[i]!;
      stops.push(pieces[a]!, pieces[a + 2]!);
      if (weights[pieceOrder[i]!] === 0) continue;
      for (let j = i + 1; j < last; j++) {
        const b = 4 * pieceOrder[j]!;
        if (weights[pieceOrder[j]!] === 0) continue;
        const low = Math.max(pieces[a]!, pieces[b]!);
        const high = Math.min(pieces[a + 2]!, pieces[b + 2]!);
        if (!(high > low)) continue;
        const atLow = heightAt(a, low) - heightAt(b, low);
        const atHigh = heightAt(a, high) - heightAt(b, high);
        if (atLow * atHigh < 0) stops.push(low + ((high - low) * atLow) / (atLow - atHigh));
      }
    }
  }

  function heightAt(piece: number, x: number): number {
    const share = (x - pieces[piece]!) / (pieces[piece + 2]! - pieces[piece]!);
    return pieces[piece + 1]! + (pieces[piece + 3]! - pieces[piece + 1]!) * share;
  }

  /** Trapezoids of one slab from the top down. Returns their right sides; joins their left sides to the slab before. */
  function walkSlab(
    first: number,
    last: number,
    xa: number,
    xb: number,
    middle: number,
    leftSides: readonly Side[],
    bottom: number,
    top: number,
    coveredAbove: number,
    insideAbove: number,
    bottoms: Side[],
    topSides: Side[],
  ): Side[] {
    const active: number[] = [];
    for (let i = first; i < last; i++) {
      const piece = pieceOrder[i]!;
      if (weights[piece] !== 0 && pieces[4 * piece]! < middle && pieces[4 * piece + 2]! > middle) active.push(piece);
    }
    active.sort((a, b) => heightAt(4 * b, middle) - heightAt(4 * a, middle));
    const lefts: Side[] = [];
    const rights: Side[] = [];
    let covered = coveredAbove;
    let inside = insideAbove;
    let upperPiece = -1;
    let upperA = top;
    let upperB = top;
    for (let k = 0; k <= active.length; k++) {
      const piece = active[k] ?? -1;
      const lowerA = piece < 0 ? bottom : heightAt(4 * piece, xa);
      const lowerB = piece < 0 ? bottom : heightAt(4 * piece, xb);
      const kind = kindOf(covered, inside, hasBoundary);
      const height = (upperA - lowerA + upperB - lowerB) / 2;
      if (kind >= 0 && height > NOISE_METRES) {
        const id = found.kinds.length;
        found.kinds.push(kind);
        found.parents.push(id);
        found.areas.push(height * (xb - xa));
        found.places.push(
          middle,
          (upperA + upperB + lowerA + lowerB) / 4,
          xa,
          Math.min(lowerA, lowerB),
          xb,
          Math.max(upperA, upperB),
        );
        bound(id, upperPiece);
        bound(id, piece);
        boundByVerticals(id, first, last, xa, lowerA, upperA);
        boundByVerticals(id, first, last, xb, lowerB, upperB);
        lefts.push({ low: lowerA, high: upperA, trapezoid: id });
        rights.push({ low: lowerB, high: upperB, trapezoid: id });
        if (upperPiece < 0) topSides.push({ low: xa, high: xb, trapezoid: id });
        if (piece < 0) bottoms.push({ low: xa, high: xb, trapezoid: id });
      }
      if (piece < 0) break;
      if (pieceEdges[piece]! < edges.count) covered += weights[piece]!;
      else inside += weights[piece]!;
      upperPiece = piece;
      upperA = lowerA;
      upperB = lowerB;
    }
    joinSides(found, leftSides, lefts.reverse());
    return rights.reverse();
  }

  function bound(trapezoid: number, piece: number): void {
    if (piece >= 0 && pieceEdges[piece]! < edges.count)
      found.bounds.push(trapezoid, edges.features[pieceEdges[piece]!]!);
  }

  function boundByVerticals(
    trapezoid: number,
    first: number,
    last: number,
    x: number,
    low: number,
    high: number,
  ): void {
    for (let i = first; i < last; i++) {
      const piece = pieceOrder[i]!;
      if (weights[piece] !== 0 || Math.abs(pieces[4 * piece]! - x) > NOISE_METRES) continue;
      const from = Math.min(pieces[4 * piece + 1]!, pieces[4 * piece + 3]!);
      const to = Math.max(pieces[4 * piece + 1]!, pieces[4 * piece + 3]!);
      if (Math.min(to, high) - Math.max(from, low) > NOISE_METRES) bound(trapezoid, piece);
    }
  }
}

function joinRegions(found: Trapezoids, hasBoundary: boolean, minimumAreaM2: number): Coverage {
  const { kinds, areas, places, parents, bounds } = found;
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
    const box: [number, number, number, number] = [
      places[6 * t + 2]!,
      places[6 * t + 3]!,
      places[6 * t + 4]!,
      places[6 * t + 5]!,
    ];
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
      at: [places[6 * best]!, places[6 * best + 1]!],
      features: [...features].sort((a, b) => a - b),
    });
  }
  listed.sort((a, b) => b.areaM2 - a.areaM2 || a.at[0] - b.at[0] || a.at[1] - b.at[1]);
  return { gapM2: totals[0]!, overlapM2: totals[1]!, outsideM2: totals[2]!, regions: listed };
}
