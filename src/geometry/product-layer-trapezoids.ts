import { cutFreeEdges } from './coverage-cells.ts';
import { freeEdgesOf } from './coverage-edges.ts';
import { findTrapezoids } from './coverage-trapezoids.ts';
import type { PlaneLayer } from './types.ts';

/**
 * What two layers (of one feature each) share, as rings of trapezoids that lie side by side: x0, y0, … each, open. Works
 * for every pair, however their edges coincide; the pieces share edges, so they are for adding up, not for drawing.
 */
export function sharedTrapezoids(a: PlaneLayer, b: PlaneLayer): number[][] {
  const edges = freeEdgesOf(a);
  const frame = freeEdgesOf(b);
  if (edges.count === 0 || frame.count === 0) return [];
  const { count, corners } = findTrapezoids(cutFreeEdges(edges, frame), edges, (covered, inside) =>
    covered > 0 && inside > 0 ? 0 : -1,
  );
  return Array.from({ length: count }, (_, t) => {
    const at = 6 * t;
    const [xa, xb] = [corners[at]!, corners[at + 1]!];
    const [lowerA, upperA, lowerB, upperB] = [corners[at + 2]!, corners[at + 3]!, corners[at + 4]!, corners[at + 5]!];
    const ring = [xa, lowerA, xb, lowerB];
    if (upperB > lowerB) ring.push(xb, upperB);
    if (upperA > lowerA) ring.push(xa, upperA);
    return ring;
  });
}
