import type { CoverageCells } from './coverage-cells.ts';
import type { FreeEdges } from './coverage-edges.ts';

/** Thinner than this, metres, is the noise of the arithmetic; it neither counts nor joins regions. */
export const NOISE_METRES = 1e-7;

/** Trapezoids of the kinds asked for, with what they touch. */
export interface Trapezoids {
  readonly kinds: number[];
  readonly areas: number[];
  /** x left, x right, y below and above at the left, y below and above at the right: six numbers a trapezoid. */
  readonly corners: number[];
  /** Union-find parents. */
  readonly parents: number[];
  /** Pairs (trapezoid, feature that bounds it). */
  readonly bounds: number[];
}

/** Root of a trapezoid's region. */
export function rootOf(parents: number[], node: number): number {
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

/**
 * The parts of the plane in which the numbers of covering features and of covering boundaries are of a kind, as trapezoids
 * with two vertical sides; those of one kind that touch along a line are united.
 *
 * @param kindOf the kind for a pair of numbers; −1 where nobody asks
 */
export function findTrapezoids(
  cells: CoverageCells,
  edges: FreeEdges,
  kindOf: (covered: number, inside: number) => number,
): Trapezoids {
  const { x0, y0, size, columns, rows, cellStarts, pieceOrder, pieces, weights, pieceEdges } = cells;
  const { lineStarts, crossingX, crossingChanges, crossingIsBoundary } = cells;
  const found: Trapezoids = { kinds: [], areas: [], corners: [], parents: [], bounds: [] };
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
      const kind = kindOf(covered, inside);
      const height = (upperA - lowerA + upperB - lowerB) / 2;
      if (kind >= 0 && height > NOISE_METRES) {
        const id = found.kinds.length;
        found.kinds.push(kind);
        found.parents.push(id);
        found.areas.push(height * (xb - xa));
        found.corners.push(xa, xb, lowerA, upperA, lowerB, upperB);
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
