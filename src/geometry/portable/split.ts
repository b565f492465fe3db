/**
 * The one rule by which edges are split for overlays (docs/decisions/0001-seventy-metre-split.md): in the run's 3°
 * Gauss–Krüger plane an edge longer than 70 m gets n = int(length / 70) points of equal spacing. The rule sees the two end
 * points alone, and takes them in lexicographic order, so that the edge two neighbours share gets the same points, to the
 * bit, whichever way each of them walks along it.
 */
import { leavePair } from './platform.ts';

export const MAX_EDGE_METRES: number = 70;

/**
 * Number of points an edge is split at. The length is taken to the micrometre: an edge of exactly 140 m in the plane stays
 * one when its end points went through longitude and latitude and came back a nanometre shorter.
 */
export function splitPointCount(x1: number, y1: number, x2: number, y2: number): number {
  const dx = x2 - x1;
  const dy = y2 - y1;
  const square = dx * dx + dy * dy;
  // Most edges are short: no root for them.
  if (square <= MAX_EDGE_METRES * MAX_EDGE_METRES) return 0;
  const length = Math.floor(Math.sqrt(square) * 1e6 + 0.5) / 1e6;
  return length > MAX_EDGE_METRES ? Math.floor(length / MAX_EDGE_METRES) : 0;
}

/** Whether the rule walks the edge from its first end point: lexicographic order of (x, y). */
export function isInSplitOrder(x1: number, y1: number, x2: number, y2: number): boolean {
  return x1 < x2 || (x1 === x2 && y1 <= y2);
}

/** Point k (1 … n) of an edge's n split points, counted from the first end point as given. Leaves the pair x, y. */
export function splitPointAt(x1: number, y1: number, x2: number, y2: number, n: number, k: number): void {
  if (isInSplitOrder(x1, y1, x2, y2)) {
    const share = k / (n + 1);
    leavePair(x1 + (x2 - x1) * share, y1 + (y2 - y1) * share);
  } else {
    const share = (n + 1 - k) / (n + 1);
    leavePair(x2 + (x1 - x2) * share, y2 + (y1 - y2) * share);
  }
}
