import type { CoverageCells } from './coverage-cells.ts';
import type { FreeEdges } from './coverage-edges.ts';

/** Thinner than this, metres, is the noise of the arithmetic; it neither counts nor joins regions. */
export const NOISE_METRES = 1e-7;

/** Kinds of places, as numbers; −1 is covered as it should be. */
export const GAP = 0;
export const OVERLAP = 1;
export const OUTSIDE = 2;

/** Trapezoids of the kinds asked for, with what they touch. Arrays may be longer than what is used of them. */
export interface Trapezoids {
  count: number;
  kinds: Uint8Array;
  areas: Float64Array;
  /** x left, x right, y below and above at the left, y below and above at the right: six numbers a trapezoid. */
  corners: Float64Array;
  /** Union-find parents. */
  parents: Int32Array;
  /** Pairs (trapezoid, feature that bounds it). */
  boundCount: number;
  bounds: Uint32Array;
}

/** Root of a trapezoid's region. */
export function rootOf(parents: Int32Array, node: number): number {
  let root = node;
  while (parents[root] !== root) root = parents[root]!;
  for (let at = node; at !== root; ) {
    const up = parents[at]!;
    parents[at] = root;
    at = up;
  }
  return root;
}

function unite(parents: Int32Array, a: number, b: number): void {
  const rootA = rootOf(parents, a);
  const rootB = rootOf(parents, b);
  // The lower number stays on top, so that the result does not depend on the order of joining.
  if (rootA < rootB) parents[rootB] = rootA;
  else parents[rootA] = rootB;
}

/** Intervals on a line between cells or slabs, rising, each with the trapezoid that ends there. */
interface Sides {
  count: number;
  /** Low and high end of each. */
  ends: Float64Array;
  trapezoids: Int32Array;
}

const newSides = (): Sides => ({ count: 0, ends: new Float64Array(128), trapezoids: new Int32Array(64) });

function addSide(sides: Sides, low: number, high: number, trapezoid: number): void {
  const n = sides.count++;
  if (n === sides.trapezoids.length) {
    sides.ends = grown(sides.ends, new Float64Array(4 * n));
    sides.trapezoids = grown(sides.trapezoids, new Int32Array(2 * n));
  }
  sides.ends[2 * n] = low;
  sides.ends[2 * n + 1] = high;
  sides.trapezoids[n] = trapezoid;
}

function grown<T extends Float64Array | Int32Array | Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}

/** Joins trapezoids of one kind whose sides on a common line overlap. Both lists rise and do not overlap in themselves. */
function joinSides(found: Trapezoids, below: Sides, above: Sides): void {
  let i = 0;
  let j = 0;
  while (i < below.count && j < above.count) {
    const lowA = below.ends[2 * i]!;
    const highA = below.ends[2 * i + 1]!;
    const lowB = above.ends[2 * j]!;
    const highB = above.ends[2 * j + 1]!;
    const shared = (highA < highB ? highA : highB) - (lowA > lowB ? lowA : lowB);
    const a = below.trapezoids[i]!;
    const b = above.trapezoids[j]!;
    if (shared > NOISE_METRES && found.kinds[a] === found.kinds[b]) unite(found.parents, a, b);
    if (highA < highB) i++;
    else j++;
  }
}

/** Kind of a place that so many features and so many features of the boundary cover. */
export function coverageKind(covered: number, inside: number, hasBoundary: boolean): number {
  if (covered >= 2) return OVERLAP;
  if (covered === 0) return inside > 0 || !hasBoundary ? GAP : -1;
  return hasBoundary && inside === 0 && covered > 0 ? OUTSIDE : -1;
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
  const { x0, y0, size, columns, rows, cellStarts, pieces, weights, pieceEdges } = cells;
  const { lineStarts, crossingX, crossingChanges } = cells;
  const found: Trapezoids = {
    count: 0,
    kinds: new Uint8Array(1024),
    areas: new Float64Array(1024),
    corners: new Float64Array(6 * 1024),
    parents: new Int32Array(1024),
    boundCount: 0,
    bounds: new Uint32Array(2048),
  };
  /** Places of the cell in hand where something changes, and the pieces of the slab in hand with their heights. */
  let stops = new Float64Array(64);
  let stopCount = 0;
  let active = new Int32Array(64);
  let heights = new Float64Array(64);
  // Sides of the slab before and of the slab in hand; bottoms and tops of the row in hand, tops of the row below it.
  let before = newSides();
  let sides = newSides();
  let lefts = newSides();
  const bottoms = newSides();
  let tops = newSides();
  let topsBelow = newSides();
  for (let row = 0; row < rows; row++) {
    const bottom = y0 + row * size;
    const top = bottom + size;
    bottoms.count = 0;
    tops.count = 0;
    before.count = 0;
    // How often the row's top line is covered, from the left.
    let crossing = lineStarts[row + 1]!;
    const lastCrossing = row + 2 < lineStarts.length ? lineStarts[row + 2]! : crossing;
    let covered = 0;
    let inside = 0;
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      const left = x0 + column * size;
      const right = left + size;
      const first = cellStarts[cell]!;
      const last = cellStarts[cell + 1]!;
      stopCount = 0;
      addStop(left);
      addStop(right);
      for (let i = crossing; i < lastCrossing && crossingX[i]! < right; i++) addStop(crossingX[i]!);
      addPieceStops(first, last);
      sortStops();
      for (let s = 0; s + 1 < stopCount; s++) {
        const xa = stops[s]!;
        const xb = stops[s + 1]!;
        // Stops that rounding set apart are one: the slab before reaches on to the next.
        if (!(xb - xa > NOISE_METRES)) continue;
        const middle = (xa + xb) / 2;
        for (; crossing < lastCrossing && crossingX[crossing]! <= middle; crossing++) {
          const change = crossingChanges[crossing]!;
          if (change === 1 || change === -1) covered += change;
          else inside += change / 2;
        }
        walkSlab(first, last, xa, xb, middle, bottom, top, covered, inside);
      }
    }
    joinSides(found, topsBelow, bottoms);
    [tops, topsBelow] = [topsBelow, tops];
  }
  return found;

  function addStop(x: number): void {
    if (stopCount === stops.length) stops = grown(stops, new Float64Array(2 * stopCount));
    stops[stopCount++] = x;
  }

  /** By insertion where they are few, as they mostly are. */
  function sortStops(): void {
    if (stopCount > 64) {
      stops.subarray(0, stopCount).sort();
      return;
    }
    for (let i = 1; i < stopCount; i++) {
      const x = stops[i]!;
      let j = i - 1;
      for (; j >= 0 && stops[j]! > x; j--) stops[j + 1] = stops[j]!;
      stops[j + 1] = x;
    }
  }

  /** Ends of the cell's pieces, and where they cross each other. */
  function addPieceStops(first: number, last: number): void {
    for (let i = first; i < last; i++) {
      const a = 4 * i;
      addStop(pieces[a]!);
      addStop(pieces[a + 2]!);
      if (weights[i] === 0) continue;
      for (let j = i + 1; j < last; j++) {
        const b = 4 * j;
        if (weights[j] === 0) continue;
        const low = pieces[a]! > pieces[b]! ? pieces[a]! : pieces[b]!;
        const high = pieces[a + 2]! < pieces[b + 2]! ? pieces[a + 2]! : pieces[b + 2]!;
        if (!(high > low)) continue;
        const atLow = heightAt(a, low) - heightAt(b, low);
        const atHigh = heightAt(a, high) - heightAt(b, high);
        if (atLow * atHigh < 0) addStop(low + ((high - low) * atLow) / (atLow - atHigh));
      }
    }
  }

  function heightAt(piece: number, x: number): number {
    const share = (x - pieces[piece]!) / (pieces[piece + 2]! - pieces[piece]!);
    return pieces[piece + 1]! + (pieces[piece + 3]! - pieces[piece + 1]!) * share;
  }

  /** Pieces of the cell that reach over the slab, from the highest down; of equally high ones the earlier first. */
  function findActive(first: number, last: number, middle: number): number {
    if (active.length < last - first) {
      active = new Int32Array(2 * (last - first));
      heights = new Float64Array(2 * (last - first));
    }
    let count = 0;
    for (let i = first; i < last; i++) {
      if (weights[i] === 0 || !(pieces[4 * i]! < middle && pieces[4 * i + 2]! > middle)) continue;
      const height = heightAt(4 * i, middle);
      let j = count - 1;
      for (; j >= 0 && heights[j]! < height; j--) {
        heights[j + 1] = heights[j]!;
        active[j + 1] = active[j]!;
      }
      heights[j + 1] = height;
      active[j + 1] = i;
      count++;
    }
    return count;
  }

  /** Trapezoids of one slab from the top down; their left sides are joined to the slab before. */
  function walkSlab(
    first: number,
    last: number,
    xa: number,
    xb: number,
    middle: number,
    bottom: number,
    top: number,
    coveredAbove: number,
    insideAbove: number,
  ): void {
    const activeCount = findActive(first, last, middle);
    lefts.count = 0;
    sides.count = 0;
    let covered = coveredAbove;
    let inside = insideAbove;
    let upperPiece = -1;
    let upperA = top;
    let upperB = top;
    for (let k = 0; k <= activeCount; k++) {
      const piece = k < activeCount ? active[k]! : -1;
      const lowerA = piece < 0 ? bottom : heightAt(4 * piece, xa);
      const lowerB = piece < 0 ? bottom : heightAt(4 * piece, xb);
      const kind = kindOf(covered, inside);
      const height = (upperA - lowerA + upperB - lowerB) / 2;
      if (kind >= 0 && height > NOISE_METRES) {
        const id = addTrapezoid(kind, height * (xb - xa), xa, xb, lowerA, upperA, lowerB, upperB);
        bound(id, upperPiece);
        bound(id, piece);
        boundByVerticals(id, first, last, xa, lowerA, upperA);
        boundByVerticals(id, first, last, xb, lowerB, upperB);
        addSide(lefts, lowerA, upperA, id);
        addSide(sides, lowerB, upperB, id);
        if (upperPiece < 0) addSide(tops, xa, xb, id);
        if (piece < 0) addSide(bottoms, xa, xb, id);
      }
      if (piece < 0) break;
      if (pieceEdges[piece]! < edges.count) covered += weights[piece]!;
      else inside += weights[piece]!;
      upperPiece = piece;
      upperA = lowerA;
      upperB = lowerB;
    }
    reverse(lefts);
    reverse(sides);
    joinSides(found, before, lefts);
    [before, sides] = [sides, before];
  }

  function reverse({ count, ends, trapezoids }: Sides): void {
    for (let i = 0, j = count - 1; i < j; i++, j--) {
      for (let k = 0; k < 2; k++) {
        const held = ends[2 * i + k]!;
        ends[2 * i + k] = ends[2 * j + k]!;
        ends[2 * j + k] = held;
      }
      const held = trapezoids[i]!;
      trapezoids[i] = trapezoids[j]!;
      trapezoids[j] = held;
    }
  }

  function addTrapezoid(
    kind: number,
    area: number,
    xa: number,
    xb: number,
    lowerA: number,
    upperA: number,
    lowerB: number,
    upperB: number,
  ): number {
    const id = found.count++;
    if (id === found.kinds.length) {
      found.kinds = grown(found.kinds, new Uint8Array(2 * id));
      found.areas = grown(found.areas, new Float64Array(2 * id));
      found.corners = grown(found.corners, new Float64Array(12 * id));
      found.parents = grown(found.parents, new Int32Array(2 * id));
    }
    found.kinds[id] = kind;
    found.areas[id] = area;
    found.parents[id] = id;
    const at = 6 * id;
    found.corners[at] = xa;
    found.corners[at + 1] = xb;
    found.corners[at + 2] = lowerA;
    found.corners[at + 3] = upperA;
    found.corners[at + 4] = lowerB;
    found.corners[at + 5] = upperB;
    return id;
  }

  function bound(trapezoid: number, piece: number): void {
    if (piece < 0 || pieceEdges[piece]! >= edges.count) return;
    const at = 2 * found.boundCount++;
    if (at === found.bounds.length) found.bounds = grown(found.bounds, new Uint32Array(2 * at));
    found.bounds[at] = trapezoid;
    found.bounds[at + 1] = edges.features[pieceEdges[piece]!]!;
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
      if (weights[i] !== 0 || Math.abs(pieces[4 * i]! - x) > NOISE_METRES) continue;
      const from = Math.min(pieces[4 * i + 1]!, pieces[4 * i + 3]!);
      const to = Math.max(pieces[4 * i + 1]!, pieces[4 * i + 3]!);
      if (Math.min(to, high) - Math.max(from, low) > NOISE_METRES) bound(trapezoid, i);
    }
  }
}
