/** Bringing a layer to the run's plane, block by block, and measuring its polygons there; as plane-layer.ts of the plain version. */
import { allocate } from './layout.ts';
import {
  areasOf,
  blockCountOf,
  blocksOf,
  boxesOf,
  falseEastingOf,
  featureRingsOf,
  meridianOf,
  NOT_FINITE,
  planeOf,
  ringRolesOf,
  ringSignsOf,
  ringsOf,
  ringStartsOf,
  runMeridianOf,
  setRingStarts,
  setXy,
  shortDegreesOf,
  sourceOf,
  splitsOf,
  suspectsOf,
  xyCapacityOf,
  xyOf,
} from './layer.ts';
import {
  splitCountInDegrees,
  splitCountInZone,
  splitPointsInDegrees,
  splitPointsInZone,
  toPlaneAll,
  unprojectAll,
} from './projection.ts';

const IN_ZONE = 1;
const IN_OTHER_ZONE = 2;

/** The shortcut of short edges (shortDegreesOf) is good within this many degrees of the run's meridian. */
const NEAR_DEGREES: f64 = 15;

/* @inline */ function firstRing(layer: usize, block: i32): i32 {
  return load<i32>(featureRingsOf(layer) + ((<usize>load<i32>(blocksOf(layer) + ((<usize>block) << 2))) << 2));
}

/* @inline */ function startOfRing(layer: usize, ring: i32): usize {
  return <usize>load<u32>(ringStartsOf(layer) + ((<usize>ring) << 2));
}

/** Task: how many points the edges of each ring of a block are split at. Coordinates of another zone become degrees first. */
export function countSplits(layer: usize, block: i32): void {
  const end = firstRing(layer, block + 1);
  const splits = splitsOf(layer);
  const source = sourceOf(layer);
  const falseEasting = falseEastingOf(layer);
  const meridian = runMeridianOf(layer);
  const short = shortDegreesOf(layer);
  for (let r = firstRing(layer, block); r < end; r++) {
    const from = xyOf(layer) + (startOfRing(layer, r) << 4);
    const to = xyOf(layer) + (startOfRing(layer, r + 1) << 4);
    if (!isFinite(from, to)) {
      store<u32>(layer + NOT_FINITE, 1);
      store<u32>(splits + ((<usize>r) << 2), 0);
      continue;
    }
    if (source == IN_OTHER_ZONE) unprojectAll(from, <i32>((to - from) >> 4), falseEasting, meridianOf(layer));
    let count = 0;
    if (source == IN_ZONE) {
      for (let at = from; at < to; at += 16) {
        count += splitCountInZone(at, at + 16 < to ? at + 16 : from, falseEasting);
      }
    } else if (to > from) {
      count = splitsBetween(to - 16, from, meridian, short);
      for (let at = from; at + 16 < to; at += 16) count += splitsBetween(at, at + 16, meridian, short);
    }
    store<u32>(splits + ((<usize>r) << 2), count);
  }
}

/* @inline */ function splitsBetween(from: usize, to: usize, meridian: f64, short: f64): i32 {
  const x = load<f64>(from);
  if (
    abs(x - load<f64>(to)) < short &&
    abs(load<f64>(from, 8) - load<f64>(to, 8)) < short &&
    abs(x - meridian) < NEAR_DEGREES
  )
    return 0;
  return splitCountInDegrees(from, to, meridian, 0);
}

function isFinite(from: usize, to: usize): bool {
  // A number minus itself is 0; infinity and not-a-number leave not-a-number, which stays.
  let sum = f64x2.splat(0);
  for (let at = from; at < to; at += 16) {
    const point = v128.load(at);
    sum = f64x2.add(sum, f64x2.sub(point, point));
  }
  return f64x2.extract_lane(sum, 0) == 0 && f64x2.extract_lane(sum, 1) == 0;
}

/**
 * Between the tasks: makes room for split points. Blocks move, last first, to where they will begin; inside a block the
 * vertices still lie as they were. Returns the vertices there will be.
 */
export function spreadBlocks(layer: usize): u32 {
  const rings = ringsOf(layer);
  const splits = splitsOf(layer);
  const oldStarts = ringStartsOf(layer);
  const oldTotal = load<u32>(oldStarts + ((<usize>rings) << 2));
  const newStarts = allocate((<usize>(rings + 1)) << 2);
  let added: u32 = 0;
  for (let r = 0; r < rings; r++) {
    store<u32>(newStarts + ((<usize>r) << 2), load<u32>(oldStarts + ((<usize>r) << 2)) + added);
    added += load<u32>(splits + ((<usize>r) << 2));
  }
  const total = oldTotal + added;
  store<u32>(newStarts + ((<usize>rings) << 2), total);
  if (added == 0) return total;
  const xy = xyOf(layer);
  const to = total <= xyCapacityOf(layer) ? xy : allocate((<usize>total) << 4);
  for (let block = blockCountOf(layer) - 1; block >= 0; block--) {
    const ring = (<usize>firstRing(layer, block)) << 2;
    const first = <usize>load<u32>(oldStarts + ring);
    const end = <usize>load<u32>(oldStarts + ((<usize>firstRing(layer, block + 1)) << 2));
    memory.copy(to + ((<usize>load<u32>(newStarts + ring)) << 4), xy + (first << 4), (end - first) << 4);
  }
  setXy(layer, to);
  setRingStarts(layer, newStarts);
  return total;
}

/** Task: split points of a block written between its vertices, all of it brought to the plane and measured. */
export function finishBlock(layer: usize, block: i32): void {
  const first = firstRing(layer, block);
  const end = firstRing(layer, block + 1);
  if (sourceOf(layer) == IN_ZONE) spreadRings(layer, first, end, true);
  else spreadRings(layer, first, end, false);
  const plane = planeOf(layer);
  toPlaneAll(
    xyOf(layer),
    <i32>startOfRing(layer, first),
    <i32>startOfRing(layer, end),
    load<f64>(plane),
    load<f64>(plane, 8),
    load<f64>(plane, 16),
    plane + 24,
  );
  measureBlock(layer, block);
}

/** The two ends of the edge in hand, as delivered: their own places may be overwritten already. */
let scratch: usize = 0;

/** Called by every thread before its first task. */
export function beginPreparing(): void {
  scratch = allocate(32);
}

/**
 * Moves the vertices of rings to their places, last first, and writes the split points between them. The block begins where it
 * should, so that a vertex never moves down, and is read before anything is written over it.
 */
function spreadRings(layer: usize, first: i32, end: i32, inZone: bool): void {
  const splits = splitsOf(layer);
  const falseEasting = falseEastingOf(layer);
  const meridian = runMeridianOf(layer);
  const short = shortDegreesOf(layer);
  let added: usize = 0;
  for (let r = first; r < end; r++) added += load<u32>(splits + ((<usize>r) << 2));
  if (added == 0 && !inZone) return;
  const xy = xyOf(layer);
  const from = scratch;
  const next = scratch + 16;
  for (let r = end - 1; r >= first; r--) {
    const start = xy + (startOfRing(layer, r) << 4);
    let out = xy + (startOfRing(layer, r + 1) << 4);
    const here = <usize>load<u32>(splits + ((<usize>r) << 2));
    added -= here;
    // Where the ring lies now: before the points that rings before it add.
    const oldStart = start - (added << 4);
    let at = out - ((added + here) << 4);
    if (at == oldStart) continue;
    if (here == 0 && !inZone) {
      memory.copy(start, oldStart, at - oldStart);
      continue;
    }
    v128.store(next, v128.load(oldStart));
    while (at > oldStart) {
      at -= 16;
      v128.store(from, v128.load(at));
      const n = inZone ? splitCountInZone(from, next, falseEasting) : splitsBetween(from, next, meridian, short);
      if (n > 0) {
        out -= (<usize>n) << 4;
        if (inZone) splitPointsInZone(from, next, falseEasting, meridian, n, out);
        else splitPointsInDegrees(from, next, meridian, n, out);
      }
      out -= 16;
      v128.store(out, v128.load(from));
      if (inZone) unprojectAll(out, 1, falseEasting, meridian);
      v128.store(next, v128.load(from));
    }
  }
}

/** A ring of less is looked at: it may have too few points, or go there and back. */
const LEAST_SQUARE_METRES: f64 = 1e-3;

/** Whether two steps that point away from each other lie on one line but for a micrometre. */
/* @inline */ function isSpike(step: v128, next: v128): bool {
  const dx = f64x2.extract_lane(step, 0);
  const dy = f64x2.extract_lane(step, 1);
  const ex = f64x2.extract_lane(next, 0);
  const ey = f64x2.extract_lane(next, 1);
  const across = dx * ey - dy * ex;
  return across * across <= 1e-12 * max(dx * dx + dy * dy, ex * ex + ey * ey);
}

/** Ring signs, areas and boxes of the features of a block; coordinates are in the plane. */
function measureBlock(layer: usize, block: i32): void {
  const first = load<i32>(blocksOf(layer) + ((<usize>block) << 2));
  const end = load<i32>(blocksOf(layer) + ((<usize>(block + 1)) << 2));
  const xy = xyOf(layer);
  const ringStarts = ringStartsOf(layer);
  const featureRings = featureRingsOf(layer);
  const roles = ringRolesOf(layer);
  const signs = ringSignsOf(layer);
  for (let f = first; f < end; f++) {
    const lastRing = load<u32>(featureRings + ((<usize>(f + 1)) << 2));
    let least = f64x2.splat(Infinity);
    let most = f64x2.splat(-Infinity);
    let sum: f64 = 0;
    let isSuspect = false;
    for (let r = load<u32>(featureRings + ((<usize>f) << 2)); r < lastRing; r++) {
      const from = xy + ((<usize>load<u32>(ringStarts + ((<usize>r) << 2))) << 4);
      const to = xy + ((<usize>load<u32>(ringStarts + ((<usize>(r + 1)) << 2))) << 4);
      let twice: f64 = 0;
      if (to > from) {
        const x0 = load<f64>(from);
        const y0 = load<f64>(from, 8);
        let px: f64 = 0;
        let py: f64 = 0;
        let before = v128.load(to - 16);
        let step = f64x2.sub(before, v128.load(to - from >= 32 ? to - 32 : from));
        for (let at = from; at < to; at += 16) {
          const point = v128.load(at);
          least = f64x2.pmin(least, point);
          most = f64x2.pmax(most, point);
          const qx = f64x2.extract_lane(point, 0) - x0;
          const qy = f64x2.extract_lane(point, 1) - y0;
          twice += px * qy - qx * py;
          px = qx;
          py = qy;
          const next = f64x2.sub(point, before);
          const products = f64x2.mul(step, next);
          // Back the way it came, thinner than a micrometre: a spike. (Most corners are no such turn.)
          if (f64x2.extract_lane(products, 0) + f64x2.extract_lane(products, 1) < 0 && isSpike(step, next))
            isSuspect = true;
          // A repeated point has no direction: the one before it counts on.
          if (v128.any_true(f64x2.ne(next, f64x2.splat(0)))) step = next;
          before = point;
        }
      }
      const area = to - from < 48 ? 0 : twice / 2;
      const role: i32 = load<u8>(roles + r) == 1 ? -1 : 1;
      store<i8>(signs + r, <i8>(area < 0 ? -role : role));
      if (!(Math.abs(area) > LEAST_SQUARE_METRES)) isSuspect = true;
      sum += <f64>role * Math.abs(area);
    }
    store<u8>(suspectsOf(layer) + f, isSuspect ? 1 : 0);
    store<f64>(areasOf(layer) + ((<usize>f) << 3), sum);
    const box = boxesOf(layer) + ((<usize>f) << 5);
    v128.store(box, least);
    v128.store(box, most, 16);
  }
}

/** Least x and y, greatest x and y of all coordinates of a layer, written to `out` (four f64). */
export function boundsOf(xy: usize, vertices: i32, out: usize): void {
  let least = f64x2.splat(Infinity);
  let most = f64x2.splat(-Infinity);
  const end = xy + ((<usize>vertices) << 4);
  for (let at = xy; at < end; at += 16) {
    const point = v128.load(at);
    least = f64x2.pmin(least, point);
    most = f64x2.pmax(most, point);
  }
  v128.store(out, least);
  v128.store(out, most, 16);
}
