import { unionFind } from '../../../src/demo/adjacency.ts';
import { type Dissolved, dissolve } from '../../../src/demo/dissolve.ts';
import { latitudeOf, longitudeOf } from '../../../src/demo/tessellation.ts';
import { seededRandom } from '../../../src/kernel/index.ts';
import { COUNTY_PLANE, type CountyCells } from './cells.ts';
import type { CountyParcels } from './parcels.ts';

const KEPT_SHARE = 0.34;
/** A shift is at most so long (two standard deviations of 3 m). */
const LONGEST_SHIFT_METRES = 6;
const SHIFT_METRES = 3;

/** Basic farmland: blocks of about three cells, 34 % of them kept. */
export interface Farmland {
  readonly dissolved: Dissolved;
  /** A parcel each block lies in, for its attributes. */
  readonly parcelOfBlock: Int32Array;
}

/**
 * Blocks are unions of cells, so their borders are parcel borders to the bit. Clusters of blocks that touch or come near one
 * another move together, half of them by (N(0, 3 m), N(0, 3 m)), half not at all; so no two blocks overlap after it either.
 */
export function basicFarmland(cells: CountyCells, parcels: CountyParcels, seed: number): Farmland {
  const random = seededRandom(seed);
  const { adjacency, inside } = cells;
  const n = inside.length;
  const blockOf = new Int32Array(n).fill(-1);
  const parcelOfBlock: number[] = [];
  const free = (cell: number): boolean => inside[cell] === 1 && parcels.isLinear[cell] === 0 && blockOf[cell] === -1;
  for (let i = 0; i < n; i++) {
    if (!free(i)) continue;
    const block = [i];
    const size = random.integer(2, 4);
    for (let at = 0; at < block.length && block.length < size; at++) {
      for (let k = adjacency.starts[block[at]!]!; k < adjacency.starts[block[at]! + 1]! && block.length < size; k++) {
        const other = adjacency.neighbour[k]!;
        if (free(other) && !block.includes(other)) block.push(other);
      }
    }
    const kept = random.next() < KEPT_SHARE;
    if (kept) parcelOfBlock.push(parcels.parcelOf[i]!);
    for (const cell of block) blockOf[cell] = kept ? parcelOfBlock.length - 1 : -2;
  }
  const groupOf = blockOf.map((block) => (block < 0 ? -1 : block));
  const dissolved = dissolve(cells.tessellation, groupOf, parcelOfBlock.length);
  const clusterOf = clusters(cells, dissolved, groupOf, parcelOfBlock.length);
  const shifts = new Map<number, readonly [number, number]>();
  const clamp = (value: number): number => Math.max(-LONGEST_SHIFT_METRES, Math.min(LONGEST_SHIFT_METRES, value));
  for (const cluster of clusterOf) {
    if (shifts.has(cluster)) continue;
    const moved = random.next() < 0.5;
    const dx = clamp(SHIFT_METRES * random.normal());
    const dy = clamp(SHIFT_METRES * random.normal());
    shifts.set(cluster, moved ? [dx, dy] : [0, 0]);
  }
  const { groupRings, ringStarts, coords } = dissolved;
  clusterOf.forEach((cluster, block) => {
    const [dx, dy] = shifts.get(cluster)!;
    if (dx === 0 && dy === 0) return;
    const east = longitudeOf(COUNTY_PLANE, dx) - COUNTY_PLANE.longitude;
    const north = latitudeOf(COUNTY_PLANE, dy) - COUNTY_PLANE.latitude;
    for (let i = 2 * ringStarts[groupRings[block]!]!; i < 2 * ringStarts[groupRings[block + 1]!]!; i += 2) {
      coords[i] = Math.round((coords[i]! + east) * 1e10) / 1e10;
      coords[i + 1] = Math.round((coords[i + 1]! + north) * 1e10) / 1e10;
    }
  });
  return { dissolved, parcelOfBlock: Int32Array.from(parcelOfBlock) };
}

/**
 * Blocks that must move together: those that touch, and those that come nearer than two opposite shifts. Borders are
 * sampled every few metres; samples of blocks farther apart than that and one step are safely apart.
 */
function clusters(cells: CountyCells, blocks: Dissolved, groupOf: Int32Array, count: number): Int32Array {
  const sets = unionFind(count);
  const { left, right } = cells.tessellation;
  for (let r = 0; r < left.length; r++) {
    const a = groupOf[left[r]!]!;
    const b = groupOf[right[r]!]!;
    if (a >= 0 && b >= 0) sets.join(a, b);
  }
  const step = 5;
  // Twice √2 · 6 m, rounded up, and half a step to either side.
  const reach = 17 + step;
  const metresEast = 1 / (longitudeOf(COUNTY_PLANE, 1000) - COUNTY_PLANE.longitude);
  const metresNorth = 1 / (latitudeOf(COUNTY_PLANE, 1000) - COUNTY_PLANE.latitude);
  const place = (v: number): [number, number] => [
    (blocks.coords[2 * v]! - COUNTY_PLANE.longitude) * metresEast * 1000,
    (blocks.coords[2 * v + 1]! - COUNTY_PLANE.latitude) * metresNorth * 1000,
  ];
  const columns = 1 << 16;
  const buckets = new Map<number, number[]>();
  const put = (x: number, y: number, block: number): void => {
    const c = Math.floor(x / reach) + (columns >> 1);
    const r = Math.floor(y / reach) + (columns >> 1);
    for (let i = r - 1; i <= r + 1; i++) {
      for (let k = c - 1; k <= c + 1; k++) {
        const there = buckets.get(i * columns + k);
        if (there === undefined) continue;
        for (let at = 0; at < there.length; at += 3) {
          const other = there[at + 2]!;
          if (Math.abs(there[at]! - x) > reach || Math.abs(there[at + 1]! - y) > reach) continue;
          if (sets.find(other) === sets.find(block)) continue;
          if (Math.hypot(there[at]! - x, there[at + 1]! - y) <= reach) sets.join(other, block);
        }
      }
    }
    const bucket = buckets.get(r * columns + c);
    if (bucket === undefined) buckets.set(r * columns + c, [x, y, block]);
    else bucket.push(x, y, block);
  };
  for (let block = 0; block < count; block++) {
    for (let ring = blocks.groupRings[block]!; ring < blocks.groupRings[block + 1]!; ring++) {
      const first = blocks.ringStarts[ring]!;
      const last = blocks.ringStarts[ring + 1]!;
      for (let v = first; v < last; v++) {
        const [x1, y1] = place(v);
        const [x2, y2] = place(v + 1 < last ? v + 1 : first);
        const pieces = Math.ceil(Math.hypot(x2 - x1, y2 - y1) / step);
        for (let k = 0; k < pieces; k++) put(x1 + ((x2 - x1) * k) / pieces, y1 + ((y2 - y1) * k) / pieces, block);
      }
    }
  }
  return Int32Array.from({ length: count }, (_, block) => sets.find(block));
}
