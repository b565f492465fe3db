import type { PolygonLayer } from '../kernel/index.ts';
import type { FeatureEdges } from './ring-validity-edges.ts';

/** What the search has learnt about the feature it is at. */
export interface FeatureSearch {
  readonly layer: PolygonLayer;
  readonly feature: number;
  /** Index in the layer of the feature's first ring. */
  readonly firstRing: number;
  readonly ringCount: number;
  readonly edges: FeatureEdges;
  /** Rings (local numbers) left out of the edges or crossing themselves: nothing is said of what contains them. */
  readonly brokenRings: Set<number>;
  /** Ring pairs (a × ringCount + b, a < b) that cross or run along each other. */
  readonly brokenPairs: Set<number>;
  /** Points where two rings touch lawfully: ring a, ring b, vertex in `edges`. */
  readonly touches: [a: number, b: number, vertex: number][];
  readonly report: (rule: string, localRing: number, x: number, y: number) => void;
}
