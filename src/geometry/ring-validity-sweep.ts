import { orientation } from './orientation.ts';
import type { FeatureEdges } from './ring-validity-edges.ts';
import { APART, relateEdges } from './ring-validity-meetings.ts';

/**
 * Two edges that meet though they do not follow one another, or undefined where no two do. A sweep from left to right
 * (Shamos & Hoey 1976) with exact predicates: O(n log n) comparisons whatever the shape. For shapes like stars, in which
 * the boxes of very many edges overlap though the edges do not meet; it stops at the first meeting and classifies nothing.
 */
export function firstMeeting(edges: FeatureEdges): readonly [e: number, f: number] | undefined {
  const { x, y, next, previous, count } = edges;
  const order = Uint32Array.from({ length: count }, (_, v) => v);
  order.sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]! || a - b);
  // Rank of a vertex in the order of the sweep; a vertical edge runs upwards like any other runs to the right.
  const rank = new Uint32Array(count);
  order.forEach((v, i) => {
    rank[v] = i;
  });
  const lowOf = (e: number): number => (rank[e]! < rank[next[e]!]! ? e : next[e]!);
  const highOf = (e: number): number => (rank[e]! < rank[next[e]!]! ? next[e]! : e);
  const sideOf = (e: number, v: number): number => {
    const low = lowOf(e);
    const high = highOf(e);
    return orientation(x[low]!, y[low]!, x[high]!, y[high]!, x[v]!, y[v]!);
  };
  const meeting = { passA: 0, passB: 0 };
  const meet = (e: number, f: number): boolean =>
    next[e] !== f && next[f] !== e && relateEdges(edges, e, f, meeting) !== APART;

  // Edges the sweep line crosses, from the lowest to the highest.
  const status = new Int32Array(count + 2);
  let active = 0;
  for (let i = 0; i < count; i++) {
    const v = order[i]!;
    const before = i > 0 ? order[i - 1]! : -1;
    if (before >= 0 && x[before] === x[v] && y[before] === y[v]) return [before, v];
    // First edge the vertex is not above; from there on those it lies on.
    let from = 0;
    for (let to = active; from < to; ) {
      const middle = (from + to) >> 1;
      if (sideOf(status[middle]!, v) > 0) from = middle + 1;
      else to = middle;
    }
    let end = from;
    for (; end < active && sideOf(status[end]!, v) === 0; end++) {
      const e = status[end]!;
      if (highOf(e) !== v) return [e, v];
    }
    // Edges that end here go, edges that start here come, the lower one first.
    const ending = [previous[v]!, v];
    const starting = ending.filter((e) => lowOf(e) === v);
    if (starting.length === 2) {
      const [a, b] = [highOf(starting[0]!), highOf(starting[1]!)];
      if (orientation(x[v]!, y[v]!, x[a]!, y[a]!, x[b]!, y[b]!) < 0) starting.reverse();
    }
    const shift = starting.length - (end - from);
    if (shift !== 0) status.copyWithin(end + shift, end, active);
    active += shift;
    starting.forEach((e, k) => {
      status[from + k] = e;
    });
    const below = from > 0 ? status[from - 1]! : -1;
    const at = from + starting.length;
    const above = at < active ? status[at]! : -1;
    if (starting.length === 0) {
      if (below >= 0 && above >= 0 && meet(below, above)) return [below, above];
      continue;
    }
    if (below >= 0 && meet(below, starting[0]!)) return [below, starting[0]!];
    if (above >= 0 && meet(starting.at(-1)!, above)) return [starting.at(-1)!, above];
  }
  return undefined;
}
