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
  const { kinds, corners } = findTrapezoids(cutFreeEdges(edges, frame), edges, (covered, inside) =>
    covered > 0 && inside > 0 ? 0 : -1,
  );
  return kinds.map((_, t) => {
    const [xa, xb, lowerA, upperA, lowerB, upperB] = corners.slice(6 * t, 6 * t + 6) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const ring = [xa, lowerA, xb, lowerB];
    if (upperB > lowerB) ring.push(xb, upperB);
    if (upperA > lowerA) ring.push(xa, upperA);
    return ring;
  });
}
