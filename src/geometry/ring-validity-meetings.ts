import { isInsideSector, isSameDirection, orientation } from './orientation.ts';
import type { FeatureEdges } from './ring-validity-edges.ts';

/** How two edges of one feature meet. */
export const APART = 0;
/** Their interiors cross in one point. */
export const CROSS = 1;
/** They share a piece of positive length. */
export const RUN_ALONG = 2;
/** They share one point that is an end of at least one of them: a touch or a crossing at a vertex. */
export const MEET = 3;

/**
 * A ring passing through a point, as a number: vertex v is pass v, the inside of edge e is pass count + e. Two passes
 * through one point touch or cross.
 */
export interface Meeting {
  passA: number;
  passB: number;
}

/** How edges e and f meet, decided exactly. For MEET the two passes are left in `meeting`. */
export function relateEdges(edges: FeatureEdges, e: number, f: number, meeting: Meeting): number {
  const { x, y, next, count } = edges;
  const e1 = next[e]!;
  const f1 = next[f]!;
  const eax = x[e]!;
  const eay = y[e]!;
  const ebx = x[e1]!;
  const eby = y[e1]!;
  const fax = x[f]!;
  const fay = y[f]!;
  const fbx = x[f1]!;
  const fby = y[f1]!;
  const faSide = orientation(eax, eay, ebx, eby, fax, fay);
  const fbSide = orientation(eax, eay, ebx, eby, fbx, fby);
  if (faSide * fbSide > 0) return APART;
  const eaSide = orientation(fax, fay, fbx, fby, eax, eay);
  const ebSide = orientation(fax, fay, fbx, fby, ebx, eby);
  if (eaSide * ebSide > 0) return APART;
  if (faSide !== 0 && fbSide !== 0 && eaSide !== 0 && ebSide !== 0) return CROSS;
  if (faSide === 0 && fbSide === 0) return relateOnOneLine(edges, e, f, meeting);
  // Two lines that differ share one point, so an end of f on e's line that is also on f's line's sides of e's ends is it.
  if (faSide === 0 || fbSide === 0) {
    meeting.passB = faSide === 0 ? f : f1;
    meeting.passA = eaSide === 0 ? e : ebSide === 0 ? e1 : count + e;
  } else {
    meeting.passA = eaSide === 0 ? e : e1;
    meeting.passB = count + f;
  }
  return MEET;
}

function relateOnOneLine(edges: FeatureEdges, e: number, f: number, meeting: Meeting): number {
  const { x, y, next } = edges;
  const e1 = next[e]!;
  const f1 = next[f]!;
  // On one line the coordinate in which e is longer orders all four points.
  const along = Math.abs(x[e1]! - x[e]!) >= Math.abs(y[e1]! - y[e]!) ? x : y;
  const low = Math.max(Math.min(along[e]!, along[e1]!), Math.min(along[f]!, along[f1]!));
  const high = Math.min(Math.max(along[e]!, along[e1]!), Math.max(along[f]!, along[f1]!));
  if (low > high) return APART;
  if (low < high) return RUN_ALONG;
  meeting.passA = along[e] === low ? e : e1;
  meeting.passB = along[f] === low ? f : f1;
  return MEET;
}

/** The vertex before (or the edge's own end, where the pass is inside an edge) and after the pass. */
function beforePass(edges: FeatureEdges, pass: number): number {
  return pass < edges.count ? edges.previous[pass]! : pass - edges.count;
}

function afterPass(edges: FeatureEdges, pass: number): number {
  return pass < edges.count ? edges.next[pass]! : edges.next[pass - edges.count]!;
}

/** The vertex at which two passes meet (at least one of them is a vertex). */
export function meetingVertex(edges: FeatureEdges, passA: number, passB: number): number {
  return passA < edges.count ? passA : passB;
}

/**
 * Whether two passes through one point cross: one of them enters the other's left side and leaves on its right.
 * Returns undefined where they share a direction; then their edges run along each other and are reported as such.
 */
export function passesCross(edges: FeatureEdges, passA: number, passB: number): boolean | undefined {
  const { x, y } = edges;
  const p = meetingVertex(edges, passA, passB);
  const a0 = beforePass(edges, passA);
  const a1 = afterPass(edges, passA);
  const b0 = beforePass(edges, passB);
  const b1 = afterPass(edges, passB);
  const same = (u: number, v: number): boolean => isSameDirection(x[p]!, y[p]!, x[u]!, y[u]!, x[v]!, y[v]!);
  if (same(a0, b0) || same(a0, b1) || same(a1, b0) || same(a1, b1) || same(a0, a1) || same(b0, b1)) return undefined;
  const left = (v: number): boolean => isInsideSector(x[p]!, y[p]!, x[a1]!, y[a1]!, x[a0]!, y[a0]!, x[v]!, y[v]!);
  return left(b0) !== left(b1);
}
