/**
 * Trapezoids that are covered other than once, as coverage-trapezoids.ts of the plain version finds them, in the same order. One
 * thread.
 */
import { allocate } from './layout.ts';
import {
  boundaryEdgesOf,
  cellStarts,
  coverageColumns,
  coverageRows,
  coverageSize,
  coverageX,
  coverageY,
  CROSSING,
  crossings,
  layerEdgesOf,
  lineStarts,
  PIECE,
  pieces,
} from './coverage-cells.ts';
import { sortNumbers } from './sorting.ts';

const NOISE_METRES: f64 = 1e-7;
export const GAP: i32 = 0;
const OVERLAP: i32 = 1;
const OUTSIDE: i32 = 2;

/**
 * A trapezoid is known by the address of its record, and earlier ones lie lower: u32 parent (union-find), u32 region, i32 kind, u32
 * number of features that bound it; f64 area, x left, x right, y below and above at the left, y below and above at the right; then
 * the features, u32 each.
 */
export const TRAPEZOID: usize = 72;
export const REGION: usize = 4;
export const KIND: usize = 8;
export const BOUNDS: usize = 12;
export const AREA: usize = 16;
export const CORNERS: usize = 24;

/** Records lie in chunks: u32 next chunk, u32 end of its records; the records from byte 16 on. */
const CHUNK_BYTES: usize = 1 << 20;
export let firstTrapezoids: usize = 0;
let chunk: usize = 0;
let chunkEnd: usize = 0;
let next: usize = 0;

/* @inline */ export function sizeOfTrapezoid(record: usize): usize {
  return (TRAPEZOID + ((<usize>load<u32>(record, BOUNDS)) << 2) + 7) & ~7;
}

export function rootOfTrapezoid(record: usize): usize {
  let root = record;
  while (load<u32>(root) != <u32>root) root = load<u32>(root);
  for (let at = record; at != root; ) {
    const up = load<u32>(at);
    store<u32>(at, <u32>root);
    at = up;
  }
  return root;
}

function unite(a: usize, b: usize): void {
  const rootA = rootOfTrapezoid(a);
  const rootB = rootOfTrapezoid(b);
  // The lower one stays on top, so that the result does not depend on the order of joining.
  if (rootA < rootB) store<u32>(rootB, <u32>rootA);
  else store<u32>(rootA, <u32>rootB);
}

/** Room for a record with up to so many bounds; the end of the chunk in hand is written down with every record. */
function makeRoom(bounds: usize): void {
  const needed = TRAPEZOID + (bounds << 2) + 8;
  if (chunk != 0 && next + needed <= chunkEnd) return;
  const bytes = max(CHUNK_BYTES, needed + 16);
  const fresh = allocate(bytes);
  store<u32>(fresh, 0);
  if (chunk == 0) firstTrapezoids = fresh;
  else store<u32>(chunk, <u32>fresh);
  chunk = fresh;
  chunkEnd = fresh + bytes;
  next = fresh + 16;
  store<u32>(chunk, <u32>next, 4);
}

/**
 * Sides of trapezoids on a line between cells or slabs: f64 low, f64 high, u32 trapezoid, 4 bytes. A list is three u32 at its
 * address: room, number of sides, sides there is room for.
 */
const SIDE: usize = 24;

function newSides(): usize {
  const list = allocate(16);
  store<u32>(list, <u32>allocate(64 * SIDE));
  store<u32>(list, 0, 4);
  store<u32>(list, 64, 8);
  return list;
}

/* @inline */ function clearSides(list: usize): void {
  store<u32>(list, 0, 4);
}

/* @inline */ function addSide(list: usize, low: f64, high: f64, trapezoid: usize): void {
  const count = load<u32>(list, 4);
  if (count == load<u32>(list, 8)) growSides(list);
  const side = <usize>load<u32>(list) + <usize>count * SIDE;
  store<f64>(side, low);
  store<f64>(side, high, 8);
  store<u32>(side, <u32>trapezoid, 16);
  store<u32>(list, count + 1, 4);
}

function growSides(list: usize): void {
  const room = load<u32>(list, 8);
  const fresh = allocate(<usize>room * 2 * SIDE);
  memory.copy(fresh, load<u32>(list), <usize>room * SIDE);
  store<u32>(list, <u32>fresh);
  store<u32>(list, room << 1, 8);
}

/**
 * Joins trapezoids of one kind whose sides on a common line overlap. Neither list overlaps in itself; both rise, or both fall.
 */
function joinSides(one: usize, other: usize, areRising: bool): void {
  const countA = <usize>load<u32>(one, 4);
  const countB = <usize>load<u32>(other, 4);
  if (countA == 0 || countB == 0) return;
  const sidesA = <usize>load<u32>(one);
  const sidesB = <usize>load<u32>(other);
  for (let i: usize = 0, j: usize = 0; i < countA && j < countB; ) {
    const a = sidesA + (areRising ? i : countA - 1 - i) * SIDE;
    const b = sidesB + (areRising ? j : countB - 1 - j) * SIDE;
    const lowA = load<f64>(a);
    const highA = load<f64>(a, 8);
    const lowB = load<f64>(b);
    const highB = load<f64>(b, 8);
    const shared = (highA < highB ? highA : highB) - (lowA > lowB ? lowA : lowB);
    if (shared > NOISE_METRES) {
      const s = <usize>load<u32>(a, 16);
      const t = <usize>load<u32>(b, 16);
      if (load<i32>(s, KIND) == load<i32>(t, KIND)) unite(s, t);
    }
    if (highA < highB) i++;
    else j++;
  }
}

/** Places of the cell in hand where something changes. */
let stops: usize = 0;
let stopCount: i32 = 0;
let stopCapacity: i32 = 0;
/** Pieces that reach over the slab in hand: f64 height in its middle, u32 piece, 4 bytes. */
const ACTIVE: usize = 16;
let active: usize = 0;
let activeCapacity: i32 = 0;

/** Sides of the slab before and of the slab in hand; bottoms and tops of the row in hand, tops of the row below it. */
let before: usize = 0;
let lefts: usize = 0;
let sides: usize = 0;
let bottoms: usize = 0;
let tops: usize = 0;
let topsBelow: usize = 0;

let layerEdges: u32 = 0;
let features: usize = 0;
let hasBoundary: bool = false;

export function findTrapezoids(job: usize): void {
  const columns = coverageColumns(job);
  const rows = coverageRows(job);
  const size = coverageSize(job);
  layerEdges = load<u32>(layerEdgesOf(job));
  features = load<u32>(layerEdgesOf(job), 8);
  hasBoundary = boundaryEdgesOf(job) != 0;
  firstTrapezoids = 0;
  chunk = 0;
  stopCapacity = 64;
  stops = allocate((<usize>stopCapacity) << 3);
  activeCapacity = 64;
  active = allocate(<usize>activeCapacity * ACTIVE);
  before = newSides();
  lefts = newSides();
  sides = newSides();
  bottoms = newSides();
  tops = newSides();
  topsBelow = newSides();
  for (let row = 0; row < rows; row++) {
    const bottom = coverageY(job) + <f64>row * size;
    const top = bottom + size;
    clearSides(bottoms);
    clearSides(tops);
    clearSides(before);
    // How often the row's top line is covered, from the left.
    const line = lineStarts + ((<usize>(row + 1)) << 2);
    let crossing = crossings + <usize>load<u32>(line) * CROSSING;
    const lastCrossing = row + 1 <= rows ? crossings + <usize>load<u32>(line, 4) * CROSSING : crossing;
    let covered = 0;
    let inside = 0;
    for (let column = 0; column < columns; column++) {
      const cell = cellStarts + ((<usize>(row * columns + column)) << 2);
      const left = coverageX(job) + <f64>column * size;
      const right = left + size;
      const first = pieces + <usize>load<u32>(cell) * PIECE;
      const last = pieces + <usize>load<u32>(cell, 4) * PIECE;
      stopCount = 0;
      addStop(left);
      addStop(right);
      for (let at = crossing; at < lastCrossing && load<f64>(at) < right; at += CROSSING) addStop(load<f64>(at));
      addPieceStops(first, last);
      sortNumbers(stops, stopCount);
      for (let s = 0; s + 1 < stopCount; s++) {
        const xa = load<f64>(stops + ((<usize>s) << 3));
        const xb = load<f64>(stops + ((<usize>s) << 3), 8);
        // Stops that rounding set apart are one: the slab before reaches on to the next.
        if (!(xb - xa > NOISE_METRES)) continue;
        const middle = (xa + xb) / 2;
        for (; crossing < lastCrossing && load<f64>(crossing) <= middle; crossing += CROSSING) {
          const change = load<i32>(crossing, 8);
          if ((change & 1) != 0) covered += change;
          else inside += change / 2;
        }
        walkSlab(first, last, xa, xb, middle, bottom, top, covered, inside);
      }
    }
    joinSides(topsBelow, bottoms, true);
    const held = tops;
    tops = topsBelow;
    topsBelow = held;
  }
}

/* @inline */ function addStop(x: f64): void {
  if (stopCount == stopCapacity) growStops();
  store<f64>(stops + ((<usize>stopCount) << 3), x);
  stopCount++;
}

function growStops(): void {
  const fresh = allocate((<usize>stopCapacity) << 4);
  memory.copy(fresh, stops, (<usize>stopCapacity) << 3);
  stops = fresh;
  stopCapacity <<= 1;
}

/* @inline */ function heightAt(piece: usize, x: f64): f64 {
  const share = (x - load<f64>(piece)) / (load<f64>(piece, 16) - load<f64>(piece));
  return load<f64>(piece, 8) + (load<f64>(piece, 24) - load<f64>(piece, 8)) * share;
}

/* @inline */ function isVertical(piece: usize): bool {
  return load<i32>(piece, 32) == 0;
}

/** Ends of the cell's pieces, and where they cross each other. */
function addPieceStops(first: usize, last: usize): void {
  for (let a = first; a < last; a += PIECE) {
    const fromA = load<f64>(a);
    const toA = load<f64>(a, 16);
    addStop(fromA);
    addStop(toA);
    if (isVertical(a)) continue;
    for (let b = a + PIECE; b < last; b += PIECE) {
      if (isVertical(b)) continue;
      const fromB = load<f64>(b);
      const toB = load<f64>(b, 16);
      const low = fromA > fromB ? fromA : fromB;
      const high = toA < toB ? toA : toB;
      if (!(high > low)) continue;
      const atLow = heightAt(a, low) - heightAt(b, low);
      const atHigh = heightAt(a, high) - heightAt(b, high);
      if (atLow * atHigh < 0) addStop(low + ((high - low) * atLow) / (atLow - atHigh));
    }
  }
}

/** Pieces of the cell that reach over the slab, from the highest down; of equally high ones the earlier first. */
function findActive(first: usize, last: usize, middle: f64): usize {
  const most = <i32>((last - first) / PIECE);
  if (most > activeCapacity) {
    activeCapacity = most << 1;
    active = allocate(<usize>activeCapacity * ACTIVE);
  }
  let end = active;
  for (let piece = first; piece < last; piece += PIECE) {
    if (isVertical(piece) || !(load<f64>(piece) < middle && load<f64>(piece, 16) > middle)) continue;
    const height = heightAt(piece, middle);
    let hole = end;
    for (; hole > active && load<f64>(hole - ACTIVE) < height; hole -= ACTIVE)
      v128.store(hole, v128.load(hole - ACTIVE));
    store<f64>(hole, height);
    store<u32>(hole, <u32>piece, 8);
    end += ACTIVE;
  }
  return end;
}

/* @inline */ function coverageKind(covered: i32, inside: i32): i32 {
  if (covered >= 2) return OVERLAP;
  if (covered == 0) return inside > 0 || !hasBoundary ? GAP : -1;
  return hasBoundary && inside == 0 && covered > 0 ? OUTSIDE : -1;
}

/** Trapezoids of one slab from the top down; their left sides are joined to the slab before. */
function walkSlab(
  first: usize,
  last: usize,
  xa: f64,
  xb: f64,
  middle: f64,
  bottom: f64,
  top: f64,
  coveredAbove: i32,
  insideAbove: i32,
): void {
  const end = findActive(first, last, middle);
  clearSides(lefts);
  clearSides(sides);
  let covered = coveredAbove;
  let inside = insideAbove;
  let upperPiece: usize = 0;
  let upperA = top;
  let upperB = top;
  for (let at = active; at <= end; at += ACTIVE) {
    const piece = at < end ? <usize>load<u32>(at, 8) : 0;
    const lowerA = piece == 0 ? bottom : heightAt(piece, xa);
    const lowerB = piece == 0 ? bottom : heightAt(piece, xb);
    const kind = coverageKind(covered, inside);
    const height = (upperA - lowerA + upperB - lowerB) / 2;
    if (kind >= 0 && height > NOISE_METRES) {
      makeRoom(2 + 2 * ((last - first) / PIECE));
      const record = next;
      store<u32>(record, <u32>record);
      store<u32>(record, 0, REGION);
      store<i32>(record, kind, KIND);
      store<u32>(record, 0, BOUNDS);
      store<f64>(record, height * (xb - xa), AREA);
      store<f64>(record, xa, CORNERS);
      store<f64>(record, xb, CORNERS + 8);
      store<f64>(record, lowerA, CORNERS + 16);
      store<f64>(record, upperA, CORNERS + 24);
      store<f64>(record, lowerB, CORNERS + 32);
      store<f64>(record, upperB, CORNERS + 40);
      bound(record, upperPiece);
      bound(record, piece);
      boundByVerticals(record, first, last, xa, lowerA, upperA);
      boundByVerticals(record, first, last, xb, lowerB, upperB);
      next = record + sizeOfTrapezoid(record);
      store<u32>(chunk, <u32>next, 4);
      addSide(lefts, lowerA, upperA, record);
      addSide(sides, lowerB, upperB, record);
      if (upperPiece == 0) addSide(tops, xa, xb, record);
      if (piece == 0) addSide(bottoms, xa, xb, record);
    }
    if (piece == 0) break;
    if (load<u32>(piece, 36) < layerEdges) covered += load<i32>(piece, 32);
    else inside += load<i32>(piece, 32);
    upperPiece = piece;
    upperA = lowerA;
    upperB = lowerB;
  }
  joinSides(before, lefts, false);
  const held = before;
  before = sides;
  sides = held;
}

/** Writes down that the feature of a piece bounds the trapezoid: the last one made. */
/* @inline */ function bound(record: usize, piece: usize): void {
  if (piece == 0) return;
  const edge = load<u32>(piece, 36);
  if (edge >= layerEdges) return;
  const count = load<u32>(record, BOUNDS);
  store<u32>(record + TRAPEZOID + ((<usize>count) << 2), load<u32>(features + ((<usize>edge) << 2)));
  store<u32>(record, count + 1, BOUNDS);
}

function boundByVerticals(record: usize, first: usize, last: usize, x: f64, low: f64, high: f64): void {
  for (let piece = first; piece < last; piece += PIECE) {
    if (!isVertical(piece) || Math.abs(load<f64>(piece) - x) > NOISE_METRES) continue;
    const y1 = load<f64>(piece, 8);
    const y2 = load<f64>(piece, 24);
    if (min(max(y1, y2), high) - max(min(y1, y2), low) > NOISE_METRES) bound(record, piece);
  }
}
