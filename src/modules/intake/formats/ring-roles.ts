import { INNER, OUTER } from '../../../kernel/index.ts';

/** Roles found for the rings of one feature, and the order in which they are to be stored. */
export interface RingRoles {
  /** Ring numbers, each outer ring followed by its holes. */
  readonly order: Uint32Array;
  /** Role per ring number (not per place in `order`). */
  readonly roles: Uint8Array;
  /** The ring directly around each ring, or −1. */
  readonly parents: Int32Array;
  /** Twice the signed area of each ring; positive where it runs counter-clockwise. */
  readonly signedAreas2: Float64Array;
  /** False where the rings lie in one another in a way no map has and the search was given up: do not use the roles. */
  readonly complete: boolean;
}

/** Boxes looked into, per ring, before a feature is taken for one made to exhaust us. */
const VISITS_PER_RING = 100;
const VISITS_FREE = 2_000_000;

/**
 * Finds which rings of one feature are holes, from containment alone: a ring inside an odd number of others is a hole,
 * an island inside a hole is an outer ring again. Orientation takes no part, because files in the wild get it wrong;
 * `orientationAgrees` says whether it told the same.
 *
 * Rings are open, in flat arrays as in a batch. They are expected not to cross (the quality rules find those that do);
 * rings that touch are told apart by a vertex, or the middle of an edge, that does not lie on the other. Of two equal
 * rings neither is inside the other. Work grows as n log n with the rings and about linearly with the vertices.
 */
export function findRingRoles(coords: ArrayLike<number>, ringStarts: ArrayLike<number>): RingRoles {
  const count = ringStarts.length - 1;
  const roles = new Uint8Array(count).fill(OUTER);
  const parents = new Int32Array(count).fill(-1);
  const signedAreas2 = new Float64Array(count);
  const order = new Uint32Array(count);
  for (let r = 0; r < count; r++) {
    signedAreas2[r] = signedArea2(coords, ringStarts[r]!, ringStarts[r + 1]!);
    order[r] = r;
  }
  if (count < 2) return { order, roles, parents, signedAreas2, complete: true };

  const rings = describeRings(coords, ringStarts);
  const largestFirst = Array.from(order).sort(
    (a, b) => Math.abs(signedAreas2[b]!) - Math.abs(signedAreas2[a]!) || a - b,
  );
  const rank = new Uint32Array(count);
  largestFirst.forEach((r, place) => {
    rank[r] = place;
  });
  const tree = buildBoxTree(rings.boxes, count);
  const depth = new Uint32Array(count);
  let visits = VISITS_FREE + VISITS_PER_RING * count;
  for (const r of largestFirst) {
    let parent = -1;
    visitAround(tree, rings.boxes, r, (candidate) => {
      visits--;
      if (rank[candidate]! >= rank[r]! || Math.abs(signedAreas2[candidate]!) === Math.abs(signedAreas2[r]!)) return;
      if (parent !== -1 && rank[candidate]! < rank[parent]!) return;
      if (isInside(rings, r, candidate)) parent = candidate;
    });
    if (visits < 0) return { order, roles, parents, signedAreas2, complete: false };
    parents[r] = parent;
    if (parent === -1) continue;
    depth[r] = depth[parent]! + 1;
    if (depth[r]! % 2 === 1) roles[r] = INNER;
  }

  // Outer rings keep the order of the file, and so do the holes of one outer ring.
  const holes = new Map<number, number[]>();
  for (let r = 0; r < count; r++) {
    if (roles[r] !== INNER) continue;
    const list = holes.get(parents[r]!);
    if (list) list.push(r);
    else holes.set(parents[r]!, [r]);
  }
  let at = 0;
  for (let r = 0; r < count; r++) {
    if (roles[r] !== OUTER) continue;
    order[at++] = r;
    for (const hole of holes.get(r) ?? []) order[at++] = hole;
  }
  return { order, roles, parents, signedAreas2, complete: true };
}

/** Whether all outer rings run one way round and all holes the other (rings without area are left aside). */
export function orientationAgrees(found: RingRoles): boolean {
  let outerSign = 0;
  for (let r = 0; r < found.roles.length; r++) {
    const sign = Math.sign(found.signedAreas2[r]!) * (found.roles[r] === OUTER ? 1 : -1);
    if (sign === 0) continue;
    if (outerSign === 0) outerSign = sign;
    else if (sign !== outerSign) return false;
  }
  return true;
}

/** Twice the signed area of the ring of vertices `from` to `to`; positive where it runs counter-clockwise. */
export function signedArea2(coords: ArrayLike<number>, from: number, to: number): number {
  if (to - from < 3) return 0;
  // Taken from the first vertex, so that zone prefixes do not eat the digits.
  const x0 = coords[2 * from]!;
  const y0 = coords[2 * from + 1]!;
  let sum = 0;
  for (let i = from + 1; i < to - 1; i++) {
    sum += (coords[2 * i]! - x0) * (coords[2 * i + 3]! - y0) - (coords[2 * i + 2]! - x0) * (coords[2 * i + 1]! - y0);
  }
  return sum;
}

interface Rings {
  readonly coords: ArrayLike<number>;
  readonly starts: ArrayLike<number>;
  /** minX, minY, maxX, maxY per ring. */
  readonly boxes: Float64Array;
  /** Edges of a ring sorted into horizontal slabs, made when the ring is first asked about. */
  readonly slabs: (Slabs | undefined)[];
}

interface Slabs {
  readonly minY: number;
  readonly perUnit: number;
  readonly starts: Uint32Array;
  readonly edges: Uint32Array;
}

function describeRings(coords: ArrayLike<number>, starts: ArrayLike<number>): Rings {
  const count = starts.length - 1;
  const boxes = new Float64Array(4 * count);
  for (let r = 0; r < count; r++) {
    let minX = Infinity;
    let minY = Infinity;
    let maxX = -Infinity;
    let maxY = -Infinity;
    for (let i = starts[r]!; i < starts[r + 1]!; i++) {
      const x = coords[2 * i]!;
      const y = coords[2 * i + 1]!;
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
    boxes.set([minX, minY, maxX, maxY], 4 * r);
  }
  return { coords, starts, boxes, slabs: Array.from({ length: count }, (): Slabs | undefined => undefined) };
}

/** Whether ring `inner` lies inside ring `outer`, judged by its first point that is not on `outer`'s boundary. */
function isInside(rings: Rings, inner: number, outer: number): boolean {
  const from = rings.starts[inner]!;
  const to = rings.starts[inner + 1]!;
  for (let i = from; i < to; i++) {
    const side = sideOf(rings, outer, rings.coords[2 * i]!, rings.coords[2 * i + 1]!);
    if (side !== 0) return side > 0;
  }
  for (let i = from; i < to; i++) {
    const j = i + 1 < to ? i + 1 : from;
    const x = (rings.coords[2 * i]! + rings.coords[2 * j]!) / 2;
    const y = (rings.coords[2 * i + 1]! + rings.coords[2 * j + 1]!) / 2;
    const side = sideOf(rings, outer, x, y);
    if (side !== 0) return side > 0;
  }
  return false;
}

/** +1 inside, −1 outside, 0 on the boundary; crossing count over the edges of the point's slab alone. */
function sideOf(rings: Rings, ring: number, x: number, y: number): number {
  const slabs = (rings.slabs[ring] ??= buildSlabs(rings, ring));
  const last = slabs.starts.length - 2;
  const slab = Math.min(last, Math.max(0, Math.floor((y - slabs.minY) * slabs.perUnit)));
  const { coords, starts } = rings;
  const from = starts[ring]!;
  const to = starts[ring + 1]!;
  let inside = false;
  for (let k = slabs.starts[slab]!; k < slabs.starts[slab + 1]!; k++) {
    const i = slabs.edges[k]!;
    const j = i + 1 < to ? i + 1 : from;
    const xi = coords[2 * i]!;
    const yi = coords[2 * i + 1]!;
    const xj = coords[2 * j]!;
    const yj = coords[2 * j + 1]!;
    const cross = (xj - xi) * (y - yi) - (x - xi) * (yj - yi);
    if (
      cross === 0 &&
      x >= Math.min(xi, xj) &&
      x <= Math.max(xi, xj) &&
      y >= Math.min(yi, yj) &&
      y <= Math.max(yi, yj)
    ) {
      return 0;
    }
    if (yi > y !== yj > y && cross > 0 === yj > yi) inside = !inside;
  }
  return inside ? 1 : -1;
}

function buildSlabs(rings: Rings, ring: number): Slabs {
  const from = rings.starts[ring]!;
  const to = rings.starts[ring + 1]!;
  const minY = rings.boxes[4 * ring + 1]!;
  const height = rings.boxes[4 * ring + 3]! - minY;
  const count = Math.max(1, Math.min(4096, Math.floor((to - from) / 4)));
  const perUnit = height > 0 ? count / height : 0;
  const slabOf = (y: number): number => Math.min(count - 1, Math.max(0, Math.floor((y - minY) * perUnit)));
  const starts = new Uint32Array(count + 1);
  const eachEdge = (visit: (edge: number, low: number, high: number) => void): void => {
    for (let i = from; i < to; i++) {
      const a = slabOf(rings.coords[2 * i + 1]!);
      const b = slabOf(rings.coords[2 * (i + 1 < to ? i + 1 : from) + 1]!);
      visit(i, Math.min(a, b), Math.max(a, b));
    }
  };
  eachEdge((_, low, high) => {
    for (let s = low; s <= high; s++) starts[s + 1]!++;
  });
  for (let s = 0; s < count; s++) starts[s + 1]! += starts[s]!;
  const edges = new Uint32Array(starts[count]!);
  const next = starts.slice();
  eachEdge((edge, low, high) => {
    for (let s = low; s <= high; s++) edges[next[s]!++] = edge;
  });
  return { minY, perUnit, starts, edges };
}

/** A packed tree of ring boxes: 16 neighbours (by x, then y) to a node, levels above it likewise. */
interface BoxTree {
  readonly items: Uint32Array;
  /** Boxes of the nodes of each level, lowest first. */
  readonly levels: Float64Array[];
}

const NODE = 16;

function buildBoxTree(boxes: Float64Array, count: number): BoxTree {
  const middleX = (r: number): number => boxes[4 * r]! + boxes[4 * r + 2]!;
  const middleY = (r: number): number => boxes[4 * r + 1]! + boxes[4 * r + 3]!;
  const byX = Array.from({ length: count }, (_, r) => r).sort((a, b) => middleX(a) - middleX(b) || a - b);
  const strip = NODE * Math.max(1, Math.ceil(Math.sqrt(count / NODE)));
  const items = new Uint32Array(count);
  for (let from = 0; from < count; from += strip) {
    const part = byX.slice(from, from + strip).sort((a, b) => middleY(a) - middleY(b) || a - b);
    items.set(part, from);
  }
  const levels: Float64Array[] = [];
  let below = count;
  let boxOf = (i: number): number => 4 * items[i]!;
  let source = boxes;
  do {
    const nodes = Math.ceil(below / NODE);
    const level = new Float64Array(4 * nodes);
    for (let n = 0; n < nodes; n++) {
      let minX = Infinity;
      let minY = Infinity;
      let maxX = -Infinity;
      let maxY = -Infinity;
      for (let i = n * NODE; i < Math.min(below, (n + 1) * NODE); i++) {
        const b = boxOf(i);
        minX = Math.min(minX, source[b]!);
        minY = Math.min(minY, source[b + 1]!);
        maxX = Math.max(maxX, source[b + 2]!);
        maxY = Math.max(maxY, source[b + 3]!);
      }
      level.set([minX, minY, maxX, maxY], 4 * n);
    }
    levels.push(level);
    source = level;
    boxOf = (i) => 4 * i;
    below = nodes;
  } while (below > 1);
  return { items, levels };
}

/** Visits every ring whose box holds the whole box of `ring` (itself left out). */
function visitAround(tree: BoxTree, boxes: Float64Array, ring: number, visit: (ring: number) => void): void {
  const minX = boxes[4 * ring]!;
  const minY = boxes[4 * ring + 1]!;
  const maxX = boxes[4 * ring + 2]!;
  const maxY = boxes[4 * ring + 3]!;
  const holds = (source: Float64Array, b: number): boolean =>
    source[b]! <= minX && source[b + 1]! <= minY && source[b + 2]! >= maxX && source[b + 3]! >= maxY;
  const descend = (level: number, node: number): void => {
    if (!holds(tree.levels[level]!, 4 * node)) return;
    const from = node * NODE;
    if (level === 0) {
      for (let i = from; i < Math.min(tree.items.length, from + NODE); i++) {
        const candidate = tree.items[i]!;
        if (candidate !== ring && holds(boxes, 4 * candidate)) visit(candidate);
      }
      return;
    }
    const below = tree.levels[level - 1]!.length / 4;
    for (let n = from; n < Math.min(below, from + NODE); n++) descend(level - 1, n);
  };
  descend(tree.levels.length - 1, 0);
}
