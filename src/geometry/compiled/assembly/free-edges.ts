/**
 * The edges of a layer that no neighbour shares: those of coverage-edges.ts, in the same order. Which edges cancel depends on the
 * order of those between the same two points alone. So they may be matched tile by tile, each with a table that stays in the cache.
 * One thread.
 */
import { allocate, setTop, top } from './layout.ts';
import { featureRingsOf, featuresOf, ringSignsOf, ringsOf, ringStartsOf, xyOf } from './layer.ts';
import { boundsOf } from './prepare.ts';

/** Edges a tile has on average. */
const TILE_EDGES: f64 = 2048;

/** An entry: u32 hash, u32 vertex the edge starts from with two marks. */
const ENTRY: usize = 8;
const VERTEX: u32 = 0x3fffffff;
/** The interior is on the right of the edge as stored. */
const REVERSED: u32 = 0x40000000;
/** The edge closes its ring. */
const LAST: u32 = 0x80000000;

/** Mixes the bits of a point. */
/* @inline */ function hashOfPoint(point: v128): u64 {
  const product = i64x2.mul(point, i64x2(0x1e3779b97f4a7d, 0x12b2ae3d27d4eb));
  let hash = <u64>i64x2.extract_lane(product, 0) ^ rotr<u64>(<u64>i64x2.extract_lane(product, 1), 23);
  hash ^= hash >> 32;
  return hash * 0x165667b19e3779;
}

/* @inline */ function hashOfEdge(from: u64, to: u64): u32 {
  // (A sum does not depend on the direction.)
  let hash = from + to;
  hash ^= hash >> 29;
  hash *= 0x17d4eb2f165667;
  return <u32>(hash >> 32);
}

/** Tile of the middle of an edge, whatever its direction. */
/* @inline */ function tileOf(from: v128, to: v128, least: v128, per: v128, side: i32): usize {
  const place = f64x2.mul(f64x2.sub(f64x2.add(from, to), least), per);
  const at = i32x4.min_u(i32x4.trunc_sat_f64x2_u_zero(place), i32x4.splat(side - 1));
  return <usize>(i32x4.extract_lane(at, 1) * side + i32x4.extract_lane(at, 0));
}

/**
 * Finds the free edges of a layer in the plane. `out`: u32 count, u32 address of their ends (x1, y1, x2, y2; f64, the interior on
 * the left), u32 address of their features (u32), 4 bytes, then their box (least x, least y, greatest x, greatest y; f64).
 */
export function freeEdges(layer: usize, out: usize): void {
  const vertices = load<u32>(ringStartsOf(layer) + ((<usize>ringsOf(layer)) << 2));
  const free = allocate(vertices);
  memory.fill(free, 0, vertices);
  const mark = top();
  boundsOf(xyOf(layer), vertices, out + 16);
  const side = max(1, min(1024, <i32>Math.sqrt(<f64>vertices / TILE_EDGES)));
  const box = v128.load(out + 16);
  const least = f64x2.add(box, box);
  const per = f64x2.div(f64x2.splat(<f64>side / 2), f64x2.sub(v128.load(out + 32), box));
  const tiles = <usize>side * <usize>side;
  const starts = allocate((tiles + 1) << 2);
  memory.fill(starts, 0, (tiles + 1) << 2);
  countEdges(layer, least, per, side, starts);
  let most: u32 = 0;
  for (let t: usize = 0; t < tiles; t++) {
    const at = starts + (t << 2);
    const count = load<u32>(at, 4);
    if (count > most) most = count;
    store<u32>(at, count + load<u32>(at), 4);
  }
  const entries = allocate(<usize>load<u32>(starts + (tiles << 2)) * ENTRY);
  let tableSize: u32 = 16;
  while (tableSize < 2 * most) tableSize <<= 1;
  const table = allocate((<usize>tableSize) << 2);
  fillTiles(layer, least, per, side, starts, entries);
  // Filling moved every start to the end of its tile.
  let first: u32 = 0;
  for (let t: usize = 0; t < tiles; t++) {
    const end = load<u32>(starts + (t << 2));
    matchTile(layer, free, table, entries + <usize>first * ENTRY, <i32>(end - first));
    first = end;
  }
  // The room of the search goes to what it found.
  setTop(mark);
  collect(layer, free, vertices, out);
}

function countEdges(layer: usize, least: v128, per: v128, side: i32, starts: usize): void {
  const rings = ringsOf(layer);
  const ringStarts = ringStartsOf(layer);
  const xy = xyOf(layer);
  for (let r = 0; r < rings; r++) {
    const from = xy + ((<usize>load<u32>(ringStarts + ((<usize>r) << 2))) << 4);
    const to = xy + ((<usize>load<u32>(ringStarts + ((<usize>r) << 2), 4)) << 4);
    if (from == to) continue;
    let p = v128.load(to - 16);
    for (let at = from; at < to; at += 16) {
      const q = v128.load(at);
      if (v128.any_true(f64x2.ne(p, q))) {
        const count = starts + (tileOf(p, q, least, per, side) << 2);
        store<u32>(count, load<u32>(count, 4) + 1, 4);
      }
      p = q;
    }
  }
}

function fillTiles(layer: usize, least: v128, per: v128, side: i32, starts: usize, entries: usize): void {
  const rings = ringsOf(layer);
  const ringStarts = ringStartsOf(layer);
  const signs = ringSignsOf(layer);
  const xy = xyOf(layer);
  for (let r = 0; r < rings; r++) {
    let v = load<u32>(ringStarts + ((<usize>r) << 2));
    const end = load<u32>(ringStarts + ((<usize>r) << 2), 4);
    if (v == end) continue;
    const reversed: u32 = load<i8>(signs + r) > 0 ? 0 : REVERSED;
    const ringFirst = v128.load(xy + ((<usize>v) << 4));
    let p = ringFirst;
    let hashP = hashOfPoint(p);
    for (; v < end; v++) {
      const isLast = v + 1 == end;
      const q = isLast ? ringFirst : v128.load(xy + ((<usize>v) << 4), 16);
      const hashQ = hashOfPoint(q);
      if (v128.any_true(f64x2.ne(p, q))) {
        const start = starts + (tileOf(p, q, least, per, side) << 2);
        const to = load<u32>(start);
        store<u32>(start, to + 1);
        const entry = entries + <usize>to * ENTRY;
        store<u32>(entry, hashOfEdge(hashP, hashQ));
        store<u32>(entry, v | reversed | (isLast ? LAST : 0), 4);
      }
      p = q;
      hashP = hashQ;
    }
  }
}

/** Marks the edges of a tile that find no opposite. `table` is room for twice as many u32 as any tile has edges. */
function matchTile(layer: usize, free: usize, table: usize, entries: usize, count: i32): void {
  let size: u32 = 16;
  while (size < 2 * <u32>count) size <<= 1;
  const mask = size - 1;
  memory.fill(table, 0, (<usize>size) << 2);
  for (let i = 0; i < count; i++) {
    const entry = entries + <usize>i * ENTRY;
    const hash = load<u32>(entry);
    const edge = load<u32>(entry, 4);
    let slot = hash & mask;
    let isMatched = false;
    for (;;) {
      const other = load<u32>(table + ((<usize>slot) << 2));
      if (other == 0) break;
      const at = entries + <usize>(other - 1) * ENTRY;
      const found = load<u32>(at, 4);
      if (load<u32>(at) == hash && load<u8>(free + (found & VERTEX)) != 0 && isOpposite(layer, found, edge)) {
        store<u8>(free + (found & VERTEX), 0);
        isMatched = true;
        break;
      }
      slot = (slot + 1) & mask;
    }
    if (isMatched) continue;
    store<u32>(table + ((<usize>slot) << 2), i + 1);
    store<u8>(free + (edge & VERTEX), 1);
  }
}

/* @inline */ function startOf(layer: usize, edge: u32): v128 {
  return v128.load(xyOf(layer) + ((<usize>(edge & VERTEX)) << 4));
}

/* @inline */ function endOf(layer: usize, edge: u32): v128 {
  const next = (edge & LAST) != 0 ? ringStartBefore(layer, edge & VERTEX) : (edge & VERTEX) + 1;
  return v128.load(xyOf(layer) + ((<usize>next) << 4));
}

/** First vertex of the ring of a vertex. */
function ringStartBefore(layer: usize, vertex: u32): u32 {
  const starts = ringStartsOf(layer);
  let low = 0;
  let high = ringsOf(layer);
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (load<u32>(starts + ((<usize>middle) << 2)) <= vertex) low = middle;
    else high = middle;
  }
  return load<u32>(starts + ((<usize>low) << 2));
}

/* @inline */ function areSame(p: v128, q: v128): bool {
  return !v128.any_true(f64x2.ne(p, q));
}

/** Whether two edges run between the same points in opposite directions, both with the interior on the left. */
function isOpposite(layer: usize, one: u32, other: u32): bool {
  if (((one ^ other) & REVERSED) == 0) {
    return areSame(startOf(layer, one), endOf(layer, other)) && areSame(endOf(layer, one), startOf(layer, other));
  }
  return areSame(startOf(layer, one), startOf(layer, other)) && areSame(endOf(layer, one), endOf(layer, other));
}

function collect(layer: usize, free: usize, vertices: u32, out: usize): void {
  let count: usize = 0;
  for (let v: usize = 0; v < vertices; v++) count += load<u8>(free + v);
  const ends = allocate(count << 5);
  const features = allocate(count << 2);
  let least = f64x2.splat(Infinity);
  let most = f64x2.splat(-Infinity);
  const featureCount = featuresOf(layer);
  const featureRings = featureRingsOf(layer);
  const ringStarts = ringStartsOf(layer);
  const signs = ringSignsOf(layer);
  const xy = xyOf(layer);
  let edge: usize = 0;
  for (let f = 0; f < featureCount; f++) {
    const lastRing = load<i32>(featureRings + ((<usize>f) << 2), 4);
    for (let r = load<i32>(featureRings + ((<usize>f) << 2)); r < lastRing; r++) {
      const start = load<u32>(ringStarts + ((<usize>r) << 2));
      const end = load<u32>(ringStarts + ((<usize>r) << 2), 4);
      const isForward = load<i8>(signs + r) > 0;
      for (let v = start; v < end; v++) {
        if (load<u8>(free + v) == 0) continue;
        const p = v128.load(xy + ((<usize>v) << 4));
        const q = v128.load(xy + ((<usize>(v + 1 < end ? v + 1 : start)) << 4));
        v128.store(ends + (edge << 5), isForward ? p : q);
        v128.store(ends + (edge << 5), isForward ? q : p, 16);
        store<u32>(features + (edge << 2), f);
        least = f64x2.pmin(least, f64x2.pmin(p, q));
        most = f64x2.pmax(most, f64x2.pmax(p, q));
        edge++;
      }
    }
  }
  store<u32>(out, <u32>count);
  store<u32>(out, <u32>ends, 4);
  store<u32>(out, <u32>features, 8);
  v128.store(out, least, 16);
  v128.store(out, most, 32);
}
