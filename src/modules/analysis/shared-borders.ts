import type { PlaneLayer } from '../../geometry/index.ts';

/** Edges of two features within this distance of one another run along one border, metres. */
const APART_METRES = 0.05;
/** Features that run along one another for at least this far share a border; meeting at a corner is not sharing one. */
const LEAST_BORDER_METRES = 1;
const BUCKET_METRES = 70;

/**
 * Pairs of features (a < b) that share a border, whether or not their vertices agree. Edges of a plane layer are at most 70 m
 * long, so edges that run along one another meet in a bucket of that size or its neighbours.
 */
export function sharedBorders(layer: PlaneLayer): [number, number][] {
  const edges: { feature: number; x1: number; y1: number; x2: number; y2: number }[] = [];
  const buckets = new Map<string, number[]>();
  for (let f = 0; f < layer.areas.length; f++) {
    for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
      const [from, to] = [layer.ringStarts[r]!, layer.ringStarts[r + 1]!];
      for (let v = from; v < to; v++) {
        const w = v + 1 < to ? v + 1 : from;
        const edge = {
          feature: f,
          x1: layer.xy[2 * v]!,
          y1: layer.xy[2 * v + 1]!,
          x2: layer.xy[2 * w]!,
          y2: layer.xy[2 * w + 1]!,
        };
        for (let column = cell(Math.min(edge.x1, edge.x2)); column <= cell(Math.max(edge.x1, edge.x2)); column++) {
          for (let row = cell(Math.min(edge.y1, edge.y2)); row <= cell(Math.max(edge.y1, edge.y2)); row++) {
            const key = `${column},${row}`;
            const list = buckets.get(key);
            if (list === undefined) buckets.set(key, [edges.length]);
            else list.push(edges.length);
          }
        }
        edges.push(edge);
      }
    }
  }
  const lengths = new Map<number, number>();
  const met = new Set<number>();
  const count = layer.areas.length;
  for (const list of buckets.values()) {
    for (let i = 0; i < list.length; i++) {
      for (let j = i + 1; j < list.length; j++) {
        const [e, f] = [edges[list[i]!]!, edges[list[j]!]!];
        if (e.feature === f.feature) continue;
        const pair = list[i]! * edges.length + list[j]!;
        if (met.has(pair)) continue; // the two meet in more than one bucket
        const along = lengthAlong(e, f);
        if (along === 0) continue;
        met.add(pair);
        const [a, b] = e.feature < f.feature ? [e.feature, f.feature] : [f.feature, e.feature];
        lengths.set(a * count + b, (lengths.get(a * count + b) ?? 0) + along);
      }
    }
  }
  return [...lengths]
    .filter(([, length]) => length >= LEAST_BORDER_METRES)
    .map(([pair]): [number, number] => [Math.floor(pair / count), pair % count])
    .sort(([a, b], [c, d]) => a - c || b - d);
}

function cell(metres: number): number {
  return Math.floor((metres - APART_METRES) / BUCKET_METRES);
}

interface Edge {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** How far edge f runs along edge e, metres: the part of e both ends of which lie within APART_METRES of f. */
function lengthAlong(e: Edge, f: Edge): number {
  const [dx, dy] = [e.x2 - e.x1, e.y2 - e.y1];
  const length = Math.sqrt(dx * dx + dy * dy);
  if (length === 0) return 0;
  const along = (x: number, y: number): number => ((x - e.x1) * dx + (y - e.y1) * dy) / length;
  const off = (x: number, y: number): number => ((x - e.x1) * dy - (y - e.y1) * dx) / length;
  let [t1, t2] = [along(f.x1, f.y1), along(f.x2, f.y2)];
  let [s1, s2] = [off(f.x1, f.y1), off(f.x2, f.y2)];
  if (t1 > t2) [t1, t2, s1, s2] = [t2, t1, s2, s1];
  const [from, to] = [Math.max(0, t1), Math.min(length, t2)];
  if (to <= from) return 0;
  const offAt = (t: number): number => (t2 === t1 ? s1 : s1 + ((s2 - s1) * (t - t1)) / (t2 - t1));
  return Math.abs(offAt(from)) <= APART_METRES && Math.abs(offAt(to)) <= APART_METRES ? to - from : 0;
}
