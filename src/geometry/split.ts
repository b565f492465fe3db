/** The 70 m split of overlays, written into arrays; the rule is in portable/split.ts. */
import { first, second } from './portable/platform.ts';
import { splitPointAt } from './portable/split.ts';

export { isInSplitOrder, MAX_EDGE_METRES, splitPointCount } from './portable/split.ts';

/**
 * Writes point k (1 … n) of an edge's n split points, counted from the first end point as given, to out[at], out[at + 1].
 */
export function splitPoint(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  n: number,
  k: number,
  out: Float64Array | number[],
  at: number,
): void {
  splitPointAt(x1, y1, x2, y2, n, k);
  out[at] = first();
  out[at + 1] = second();
}
