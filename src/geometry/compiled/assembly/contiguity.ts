/**
 * Joins candidates that touch, or are connected over passable land, to blocks: those of contiguity.ts of the plain version, which
 * explains them. One thread.
 */
import {
  bucketColumns,
  bucketEdges,
  bucketRows,
  bucketSize,
  bucketStarts,
  endOfEdge,
  fillBuckets,
  startOfEdge,
  VERTEX,
} from './edge-buckets.ts';
import { allocate } from './layout.ts';
import { featureRingsOf, featuresOf, ringStartsOf, xyOf } from './layer.ts';
import { beginPassages, isClearPassage, TOUCH_METRES } from './passage.ts';

const CONNECTION_SPACING_METRES: f64 = 10;

/** The job (contiguity.ts of the host has the same offsets), u32 addresses: layer; u8 of each feature: candidate, passable or 0. */
/* @inline */ function layerOf(job: usize): usize {
  return load<u32>(job);
}
/* @inline */ function candidatesOf(job: usize): usize {
  return load<u32>(job, 4);
}
/* @inline */ function passableOf(job: usize): usize {
  return load<u32>(job, 8);
}
/** i32 of each feature: union-find, the lower feature on top. */
/* @inline */ function parentsOf(job: usize): usize {
  return load<u32>(job, 12);
}
/** Buckets of the edges of candidates, and of all edges. */
/* @inline */ function candidateBucketsOf(job: usize): usize {
  return load<u32>(job, 16);
}
/* @inline */ function allBucketsOf(job: usize): usize {
  return load<u32>(job, 20);
}
/** f64. */
/* @inline */ function reachOf(job: usize): f64 {
  return load<f64>(job, 24);
}

/** Feature of each vertex, u32. */
let features: usize = 0;
let parents: usize = 0;
/**
 * Per bucket of candidates: a feature of the one block that all its edges belong to, + 1; 0 where none is known. Blocks only grow,
 * so that it stays true: points of that block need not look there again.
 */
let soleBlocks: usize = 0;

/** Candidates near the point in hand: f64 square of the distance, x, y of the nearest point, u32 feature, u32 edge. */
const NEAR: usize = 32;
let near: usize = 0;
let nearCount: i32 = 0;
let nearCapacity: i32 = 0;

export function beginContiguity(job: usize): void {
  const layer = layerOf(job);
  parents = parentsOf(job);
  const featureCount = featuresOf(layer);
  const featureRings = featureRingsOf(layer);
  const ringStarts = ringStartsOf(layer);
  features = allocate((<usize>vertexOf(featureRings, ringStarts, featureCount)) << 2);
  for (let f = 0; f < featureCount; f++) {
    const end = vertexOf(featureRings, ringStarts, f + 1);
    for (let v = vertexOf(featureRings, ringStarts, f); v < end; v++) store<u32>(features + ((<usize>v) << 2), f);
  }
  const buckets = candidateBucketsOf(job);
  fillBuckets(layer, buckets, candidatesOf(job));
  if (passableOf(job) != 0) fillBuckets(layer, allBucketsOf(job), 0);
  const cells = <usize>bucketColumns(buckets) * <usize>bucketRows(buckets);
  soleBlocks = allocate(cells << 2);
  memory.fill(soleBlocks, 0, cells << 2);
  nearCapacity = 16;
  near = allocate(<usize>nearCapacity * NEAR);
  beginPassages();
}

/** First vertex of a feature. */
/* @inline */ function vertexOf(featureRings: usize, ringStarts: usize, f: i32): u32 {
  return load<u32>(ringStarts + ((<usize>load<u32>(featureRings + ((<usize>f) << 2))) << 2));
}

function rootOf(node: u32): u32 {
  let at = node;
  let parent = load<u32>(parents + ((<usize>at) << 2));
  while (parent != at) {
    const above = load<u32>(parents + ((<usize>parent) << 2));
    store<u32>(parents + ((<usize>at) << 2), above);
    at = above;
    parent = load<u32>(parents + ((<usize>at) << 2));
  }
  return at;
}

/** The lower feature becomes the root. */
function unite(a: u32, b: u32): void {
  const rootA = rootOf(a);
  const rootB = rootOf(b);
  if (rootA < rootB) store<u32>(parents + ((<usize>rootB) << 2), rootA);
  else store<u32>(parents + ((<usize>rootA) << 2), rootB);
}

/** Joins the candidates from … to − 1 to their neighbours. */
export function joinNeighbours(job: usize, from: i32, to: i32): void {
  const layer = layerOf(job);
  const candidates = candidatesOf(job);
  const passable = passableOf(job);
  const allBuckets = allBucketsOf(job);
  const reach = reachOf(job);
  const featureRings = featureRingsOf(layer);
  const ringStarts = ringStartsOf(layer);
  const xy = xyOf(layer);
  for (let f = from; f < to; f++) {
    if (load<u8>(candidates + f) == 0) continue;
    const lastRing = load<i32>(featureRings + ((<usize>f) << 2), 4);
    for (let r = load<i32>(featureRings + ((<usize>f) << 2)); r < lastRing; r++) {
      const first = xy + ((<usize>load<u32>(ringStarts + ((<usize>r) << 2))) << 4);
      const end = xy + ((<usize>load<u32>(ringStarts + ((<usize>r) << 2), 4)) << 4);
      for (let v = first; v < end; v += 16) {
        const w = v + 16 < end ? v + 16 : first;
        const dx = load<f64>(w) - load<f64>(v);
        const dy = load<f64>(w, 8) - load<f64>(v, 8);
        const steps = max(1, Math.ceil(Math.sqrt(dx * dx + dy * dy) / CONNECTION_SPACING_METRES));
        for (let step: f64 = 0; step < steps; step++) {
          const x = load<f64>(v) + (dx * step) / steps;
          const y = load<f64>(v, 8) + (dy * step) / steps;
          findNear(layer, candidateBucketsOf(job), f, x, y, reach);
          for (let i = 0; i < nearCount; i++) {
            const found = near + <usize>i * NEAR;
            const other = load<u32>(found, 24);
            if (rootOf(other) == rootOf(f)) continue;
            if (
              load<f64>(found) <= TOUCH_METRES * TOUCH_METRES ||
              (passable != 0 &&
                isClearPassage(layer, features, allBuckets, passable, x, y, load<f64>(found, 8), load<f64>(found, 16)))
            )
              unite(f, other);
          }
        }
      }
    }
  }
}

/** The nearest point of every candidate within reach of (x, y) that is not in f's block yet. */
function findNear(layer: usize, buckets: usize, f: u32, x: f64, y: f64, reach: f64): void {
  nearCount = 0;
  const columns = bucketColumns(buckets);
  const starts = bucketStarts(buckets);
  const edges = bucketEdges(buckets);
  const xy = xyOf(layer);
  const origin = v128.load(buckets);
  const size = f64x2.splat(bucketSize(buckets));
  const point = f64x2.replace_lane(f64x2.splat(x), 1, y);
  const low = f64x2.div(f64x2.sub(f64x2.sub(point, f64x2.splat(reach)), origin), size);
  const high = f64x2.div(f64x2.sub(f64x2.add(point, f64x2.splat(reach)), origin), size);
  const from = i32x4.trunc_sat_f64x2_s_zero(f64x2.floor(low));
  const to = i32x4.trunc_sat_f64x2_s_zero(f64x2.floor(high));
  const c1 = max(0, i32x4.extract_lane(from, 0));
  const c2 = min(columns - 1, i32x4.extract_lane(to, 0));
  const r1 = max(0, i32x4.extract_lane(from, 1));
  const r2 = min(bucketRows(buckets) - 1, i32x4.extract_lane(to, 1));
  const root = rootOf(f);
  const limit = reach * reach;
  for (let row = r1; row <= r2; row++) {
    for (let column = c1; column <= c2; column++) {
      const cell = (<usize>(row * columns + column)) << 2;
      const first = load<u32>(starts + cell);
      const last = load<u32>(starts + cell, 4);
      if (first == last) continue;
      const sole = load<u32>(soleBlocks + cell);
      if (sole != 0 && rootOf(sole - 1) == root) continue;
      let isSole = true;
      const end = edges + ((<usize>last) << 2);
      for (let at = edges + ((<usize>first) << 2); at < end; at += 4) {
        const edge = load<u32>(at);
        const other = load<u32>(features + ((<usize>(edge & VERTEX)) << 2));
        if (other == f || rootOf(other) == root) continue;
        isSole = false;
        const v = startOfEdge(xy, edge);
        const w = endOfEdge(layer, xy, edge);
        const ax = load<f64>(v) - x;
        const ay = load<f64>(v, 8) - y;
        const bx = load<f64>(w) - x;
        const by = load<f64>(w, 8) - y;
        if (
          (ax > reach && bx > reach) ||
          (ax < -reach && bx < -reach) ||
          (ay > reach && by > reach) ||
          (ay < -reach && by < -reach)
        )
          continue;
        const dx = bx - ax;
        const dy = by - ay;
        const square = dx * dx + dy * dy;
        let t: f64 = square > 0 ? -(ax * dx + ay * dy) / square : 0;
        if (t < 0) t = 0;
        else if (t > 1) t = 1;
        const nx = ax + t * dx;
        const ny = ay + t * dy;
        const distance = nx * nx + ny * ny;
        if (distance > limit) continue;
        keepNearest(other, edge & VERTEX, distance, x + nx, y + ny);
      }
      if (isSole) store<u32>(soleBlocks + cell, root + 1);
    }
  }
}

/** Of equally near points the one on the lower edge is kept: the order of the buckets must not matter. */
function keepNearest(feature: u32, edge: u32, square: f64, x: f64, y: f64): void {
  let i = 0;
  while (i < nearCount && load<u32>(near + <usize>i * NEAR, 24) != feature) i++;
  if (i == nearCapacity) {
    const fresh = allocate(<usize>nearCapacity * 2 * NEAR);
    memory.copy(fresh, near, <usize>nearCapacity * NEAR);
    near = fresh;
    nearCapacity <<= 1;
  }
  const at = near + <usize>i * NEAR;
  if (i == nearCount) nearCount++;
  else if (square > load<f64>(at) || (square == load<f64>(at) && edge >= load<u32>(at, 28))) return;
  store<f64>(at, square);
  store<f64>(at, x, 8);
  store<f64>(at, y, 16);
  store<u32>(at, feature, 24);
  store<u32>(at, edge, 28);
}
