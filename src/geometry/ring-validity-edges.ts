import type { PolygonLayer } from '../kernel/index.ts';

/**
 * The edges of one feature, ready for intersection tests: edge i runs from vertex i to vertex `next[i]`. Consecutive
 * repeated points are left out. Reused from feature to feature, so that a layer of 300,000 allocates nothing per feature.
 *
 * The boxes form an implicit tree: level 0 are the edges in boundary order, every higher node covers FAN_OUT nodes
 * below. Boundary order keeps neighbours together, so no sorting is needed.
 */
export interface FeatureEdges {
  count: number;
  x: Float64Array;
  y: Float64Array;
  next: Int32Array;
  previous: Int32Array;
  /** Ring of each vertex, 0-based within the feature. */
  ring: Int32Array;
  /** minX, minY, maxX, maxY of each node, level after level. */
  boxes: Float64Array;
  /** First node of each level; the last entry is the number of nodes. */
  levelStarts: number[];
}

export const FAN_OUT = 4;

export function newFeatureEdges(): FeatureEdges {
  return {
    count: 0,
    x: new Float64Array(0),
    y: new Float64Array(0),
    next: new Int32Array(0),
    previous: new Int32Array(0),
    ring: new Int32Array(0),
    boxes: new Float64Array(0),
    levelStarts: [0],
  };
}

/** Empties the set and makes room for a number of vertices. */
export function reserveEdges(edges: FeatureEdges, vertices: number): void {
  edges.count = 0;
  if (edges.x.length >= vertices) return;
  const size = Math.max(64, vertices * 2);
  edges.x = new Float64Array(size);
  edges.y = new Float64Array(size);
  edges.next = new Int32Array(size);
  edges.previous = new Int32Array(size);
  edges.ring = new Int32Array(size);
  // Levels of a tree of fan-out 4 hold 4/3 as many nodes as edges, and at most one odd node a level.
  edges.boxes = new Float64Array(4 * (Math.ceil((size * 4) / 3) + 32));
}

/**
 * Appends ring r of the layer as ring `localRing`, without consecutive repeats. Returns the number of vertices kept;
 * `onRepeat` hears the first repeated vertex. A coordinate that is no number ends the ring with −1.
 */
export function appendRing(
  edges: FeatureEdges,
  layer: PolygonLayer,
  r: number,
  localRing: number,
  onRepeat: (vertex: number) => void,
): number {
  const { x, y, next, previous, ring } = edges;
  const coords = layer.coords;
  const from = layer.ringStarts[r]!;
  const to = layer.ringStarts[r + 1]!;
  const first = edges.count;
  let at = first;
  let heard = false;
  let lastX = Number.NaN;
  let lastY = Number.NaN;
  for (let v = from; v < to; v++) {
    const vx = coords[2 * v]!;
    const vy = coords[2 * v + 1]!;
    if (!Number.isFinite(vx) || !Number.isFinite(vy)) return -1;
    if (vx === lastX && vy === lastY) {
      if (!heard) onRepeat(v);
      heard = true;
      continue;
    }
    x[at] = vx;
    y[at] = vy;
    ring[at] = localRing;
    lastX = vx;
    lastY = vy;
    at++;
  }
  // The closing edge counts too: a ring stored closed repeats its first vertex at the end.
  while (at - first > 1 && x[at - 1] === x[first] && y[at - 1] === y[first]) {
    at--;
    if (!heard) onRepeat(to - 1);
    heard = true;
  }
  for (let v = first; v < at; v++) {
    next[v] = v + 1 < at ? v + 1 : first;
    previous[v] = v > first ? v - 1 : at - 1;
  }
  edges.count = at;
  return at - first;
}

/** Builds the tree of boxes over the edges appended so far. */
export function indexEdges(edges: FeatureEdges): void {
  const { x, y, next, boxes, count } = edges;
  for (let e = 0; e < count; e++) {
    const ax = x[e]!;
    const ay = y[e]!;
    const bx = x[next[e]!]!;
    const by = y[next[e]!]!;
    const at = 4 * e;
    boxes[at] = ax < bx ? ax : bx;
    boxes[at + 1] = ay < by ? ay : by;
    boxes[at + 2] = ax < bx ? bx : ax;
    boxes[at + 3] = ay < by ? by : ay;
  }
  const starts = edges.levelStarts;
  starts.length = 0;
  starts.push(0, count);
  let from = 0;
  let to = count;
  while (to - from > 1) {
    let node = to;
    for (let child = from; child < to; child += FAN_OUT) {
      const end = Math.min(child + FAN_OUT, to);
      let minX = Infinity;
      let minY = Infinity;
      let maxX = -Infinity;
      let maxY = -Infinity;
      for (let c = child; c < end; c++) {
        const at = 4 * c;
        if (boxes[at]! < minX) minX = boxes[at]!;
        if (boxes[at + 1]! < minY) minY = boxes[at + 1]!;
        if (boxes[at + 2]! > maxX) maxX = boxes[at + 2]!;
        if (boxes[at + 3]! > maxY) maxY = boxes[at + 3]!;
      }
      const at = 4 * node;
      boxes[at] = minX;
      boxes[at + 1] = minY;
      boxes[at + 2] = maxX;
      boxes[at + 3] = maxY;
      node++;
    }
    from = to;
    to = node;
    starts.push(node);
  }
}

/**
 * Calls `visit(e, f)` for every two edges (e < f) whose boxes meet and that do not follow one another, until it
 * returns false. The order depends on the edges alone.
 */
export function visitEdgePairs(edges: FeatureEdges, visit: (e: number, f: number) => boolean): void {
  const { boxes, levelStarts, next } = edges;
  // Work left to do: node pairs as (level, a, b), numbers absolute; a === b asks for the pairs inside a node.
  const stack: number[] = [];
  const top = levelStarts.length - 2;
  if (top < 1) return;
  stack.push(top, levelStarts[top]!, levelStarts[top]!);
  while (stack.length > 0) {
    const b = stack.pop()!;
    const a = stack.pop()!;
    const level = stack.pop()!;
    const start = levelStarts[level]!;
    const below = levelStarts[level - 1]!;
    const a0 = below + (a - start) * FAN_OUT;
    const a1 = Math.min(a0 + FAN_OUT, start);
    const b0 = below + (b - start) * FAN_OUT;
    const b1 = Math.min(b0 + FAN_OUT, start);
    for (let c = a0; c < a1; c++) {
      const c4 = 4 * c;
      const minX = boxes[c4]!;
      const minY = boxes[c4 + 1]!;
      const maxX = boxes[c4 + 2]!;
      const maxY = boxes[c4 + 3]!;
      if (a === b && level > 1) stack.push(level - 1, c, c);
      for (let d = a === b ? c + 1 : b0; d < b1; d++) {
        const d4 = 4 * d;
        if (boxes[d4]! > maxX || boxes[d4 + 2]! < minX || boxes[d4 + 1]! > maxY || boxes[d4 + 3]! < minY) continue;
        if (level > 1) stack.push(level - 1, c, d);
        else if (next[c] !== d && next[d] !== c && !visit(c, d)) return;
      }
    }
  }
}

/** Calls `visit` for every edge whose box meets the ray that runs from (x, y) towards +x. */
export function visitRay(edges: FeatureEdges, x: number, y: number, visit: (e: number) => void): void {
  const { boxes, levelStarts } = edges;
  const top = levelStarts.length - 2;
  const stack: number[] = [top, levelStarts[top]!];
  while (stack.length > 0) {
    const node = stack.pop()!;
    const level = stack.pop()!;
    const at = 4 * node;
    if (boxes[at + 2]! < x || boxes[at + 1]! > y || boxes[at + 3]! < y) continue;
    if (level === 0) {
      visit(node);
      continue;
    }
    const below = levelStarts[level - 1]!;
    const c0 = below + (node - levelStarts[level]!) * FAN_OUT;
    const c1 = Math.min(c0 + FAN_OUT, levelStarts[level]!);
    for (let c = c0; c < c1; c++) stack.push(level - 1, c);
  }
}
