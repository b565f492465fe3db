import { Delaunay } from 'd3-delaunay';
import { OUTER, type PolygonLayer, type Random } from '../../src/kernel/index.ts';

/**
 * A seeded layer for tests and benchmarks: cells of a Voronoi diagram that cover a square without gap or overlap, every
 * shared border replaced once by a crooked path that both neighbours use, as surveyed parcels have it. Coordinates are
 * plane ones in the given Gauss–Krüger strip, rounded to 0.1 mm as files have them.
 */
export interface CoverageOptions {
  readonly epsg: number;
  /** Lower left corner in the file's coordinates. */
  readonly east: number;
  readonly north: number;
  readonly side: number;
  readonly cells: number;
  /** Vertices put on each border. */
  readonly bends: number;
}

export function coverageLayer(random: Random, options: CoverageOptions): PolygonLayer {
  const { east, north, side, cells, bends } = options;
  const sites = Float64Array.from({ length: 2 * cells }, () => random.next() * side);
  const voronoi = new Delaunay(sites).voronoi([0, 0, side, side]);
  const round = (value: number): number => Math.round(value * 10_000) / 10_000;
  const paths = new Map<string, [number, number][]>();
  const key = ([x, y]: [number, number]): string => `${round(x)} ${round(y)}`;
  const onFrame = (a: [number, number], b: [number, number]): boolean =>
    (a[0] === b[0] && (a[0] === 0 || a[0] === side)) || (a[1] === b[1] && (a[1] === 0 || a[1] === side));
  /** Points between a and b, in the direction of the lexicographically smaller end first. */
  const path = (a: [number, number], b: [number, number], reach: number): [number, number][] => {
    const forward = a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
    const [p, q] = forward ? [a, b] : [b, a];
    const name = `${key(p)} ${key(q)}`;
    let points = paths.get(name);
    if (points === undefined) {
      const n = onFrame(a, b) ? 0 : bends;
      points = Array.from({ length: n }, (_, k): [number, number] => {
        const t = (k + 1) / (n + 1);
        const off = (random.next() - 0.5) * reach * Math.min(t, 1 - t);
        return [p[0] + (q[0] - p[0]) * t - (q[1] - p[1]) * off, p[1] + (q[1] - p[1]) * t + (q[0] - p[0]) * off];
      });
      paths.set(name, points);
    }
    return forward ? points : [...points].reverse();
  };
  const coords: number[] = [];
  const ringStarts = [0];
  for (let cell = 0; cell < cells; cell++) {
    const ring = voronoi.cellPolygon(cell) as [number, number][] | null;
    if (ring === null) continue;
    for (let i = 0; i + 1 < ring.length; i++) {
      const a = ring[i]!;
      const b = ring[i + 1]!;
      coords.push(round(east + a[0]), round(north + a[1]));
      for (const [x, y] of path(a, b, 0.12)) coords.push(round(east + x), round(north + y));
    }
    ringStarts.push(coords.length / 2);
  }
  const count = ringStarts.length - 1;
  return {
    epsg: options.epsg,
    featureNos: Uint32Array.from({ length: count }, (_, i) => i),
    coords: Float64Array.from(coords),
    ringStarts: Uint32Array.from(ringStarts),
    ringRoles: new Uint8Array(count).fill(OUTER),
    featureRings: Uint32Array.from({ length: count + 1 }, (_, i) => i),
    columns: [],
  };
}

/** Some features of a layer, in the given order. */
export function pickFeatures(layer: PolygonLayer, features: readonly number[]): PolygonLayer {
  const coords: number[] = [];
  const ringStarts = [0];
  const ringRoles: number[] = [];
  const featureRings = [0];
  for (const f of features) {
    for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
      for (let i = 2 * layer.ringStarts[r]!; i < 2 * layer.ringStarts[r + 1]!; i++) coords.push(layer.coords[i]!);
      ringStarts.push(coords.length / 2);
      ringRoles.push(layer.ringRoles[r]!);
    }
    featureRings.push(ringRoles.length);
  }
  return {
    ...layer,
    featureNos: Uint32Array.from(features, (_, i) => i),
    coords: Float64Array.from(coords),
    ringStarts: Uint32Array.from(ringStarts),
    ringRoles: Uint8Array.from(ringRoles),
    featureRings: Uint32Array.from(featureRings),
    columns: [],
  };
}
