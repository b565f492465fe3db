import { INNER, OUTER } from '../kernel/index.ts';
import { orientation } from './orientation.ts';
import { visitRay } from './ring-validity-edges.ts';
import type { FeatureSearch } from './ring-validity-search.ts';

/**
 * How the rings of a feature lie in one another: holes inside their outer ring and outside each other, outer rings not
 * inside each other unless inside a hole, the interior of each polygon in one piece. Rings that cross themselves or
 * the ring in question are passed over: they are reported already and have no clear inside.
 */
export function findNestingDefects(search: FeatureSearch): void {
  const { layer, firstRing, ringCount, brokenRings, brokenPairs, report } = search;
  const polygonOf = new Int32Array(ringCount).fill(-1);
  let shell = -1;
  for (let r = 0; r < ringCount; r++) {
    if (layer.ringRoles[firstRing + r] === OUTER) shell = r;
    polygonOf[r] = shell;
  }
  const containers = containingRings(search);
  const isClear = (a: number, b: number): boolean =>
    !brokenRings.has(a) && !brokenRings.has(b) && !brokenPairs.has(a < b ? a * ringCount + b : b * ringCount + a);
  const isHole = (r: number): boolean => layer.ringRoles[firstRing + r] === INNER;
  for (let r = 0; r < ringCount; r++) {
    if (brokenRings.has(r)) continue;
    const around = containers[r]!;
    const [x, y] = firstVertex(search, r);
    if (isHole(r)) {
      const outer = polygonOf[r]!;
      if (outer < 0 || (isClear(r, outer) && !around.includes(outer))) report('geometry.hole-outside', r, x, y);
      if (around.some((s) => isHole(s) && polygonOf[s] === outer && isClear(r, s)))
        report('geometry.hole-inside-hole', r, x, y);
      continue;
    }
    for (const s of around) {
      if (isHole(s) || !isClear(r, s)) continue;
      if (!around.some((h) => isHole(h) && polygonOf[h] === s)) report('geometry.outer-inside-outer', r, x, y);
    }
  }
  findDisconnection(search, polygonOf);
}

function firstVertex({ layer, firstRing }: FeatureSearch, r: number): [number, number] {
  const v = layer.ringStarts[firstRing + r]!;
  return [layer.coords[2 * v]!, layer.coords[2 * v + 1]!];
}

/** For each ring, the rings around it. Meaningful for pairs that neither cross nor run along each other. */
function containingRings(search: FeatureSearch): number[][] {
  const { edges, ringCount, brokenRings } = search;
  const { x, y, next, ring, count } = edges;
  const result: number[][] = Array.from({ length: ringCount }, () => []);
  let from = 0;
  while (from < count) {
    const r = ring[from]!;
    let to = from;
    while (to < count && ring[to] === r) to++;
    if (!brokenRings.has(r)) {
      // A vertex that no other ring touches tells; where every vertex is touched, a point inside an edge does.
      let around: number[] | undefined;
      for (let v = from; v < to && around === undefined; v++) around = ringsAround(search, r, x[v]!, y[v]!);
      for (let v = from; v < to && around === undefined; v++) {
        for (const t of [0.5, 0.25, 0.75]) {
          const n = next[v]!;
          around ??= ringsAround(search, r, x[v]! + t * (x[n]! - x[v]!), y[v]! + t * (y[n]! - y[v]!));
        }
      }
      result[r] = around ?? [];
    }
    from = to;
  }
  return result;
}

/** The rings other than r around a point, by counting crossings of a ray; undefined where the point is on one of them. */
function ringsAround({ edges }: FeatureSearch, r: number, px: number, py: number): number[] | undefined {
  const { x, y, next, ring } = edges;
  const odd = new Set<number>();
  let onBoundary = false;
  visitRay(edges, px, py, (e) => {
    const s = ring[e]!;
    if (s === r) return;
    const n = next[e]!;
    const ax = x[e]!;
    const ay = y[e]!;
    const bx = x[n]!;
    const by = y[n]!;
    if (ay === py && by === py) {
      if ((ax <= px && px <= bx) || (bx <= px && px <= ax)) onBoundary = true;
      return;
    }
    if (ax === px && ay === py) onBoundary = true;
    if (ay > py === by > py) return;
    const side = orientation(ax, ay, bx, by, px, py);
    if (side === 0) onBoundary = true;
    if (by > ay ? side <= 0 : side >= 0) return;
    if (!odd.delete(s)) odd.add(s);
  });
  return onBoundary ? undefined : [...odd];
}

/**
 * Rings of one polygon that touch at several points cut its interior apart: the graph of rings and touching points
 * then has a cycle. Each touch adds the links ring–point; a link between nodes already joined closes a cycle.
 */
function findDisconnection({ edges, touches, report, brokenRings }: FeatureSearch, polygonOf: Int32Array): void {
  if (touches.length < 2) return;
  const parents = new Map<string, string>();
  const rootOf = (node: string): string => {
    let root = node;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    return root;
  };
  const linked = new Set<string>();
  for (const [a, b, v] of touches) {
    if (polygonOf[a] !== polygonOf[b] || brokenRings.has(a) || brokenRings.has(b)) continue;
    const point = `${polygonOf[a]}@${edges.x[v]},${edges.y[v]}`;
    for (const ring of [a, b]) {
      const link = `${ring}-${point}`;
      if (linked.has(link)) continue;
      linked.add(link);
      const ringRoot = rootOf(String(ring));
      const pointRoot = rootOf(point);
      if (ringRoot === pointRoot) report('geometry.interior-disconnected', ring, edges.x[v]!, edges.y[v]!);
      else parents.set(ringRoot, pointRoot);
    }
  }
}
