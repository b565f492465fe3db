import type { PlaneLayer } from './types.ts';

/** Edges of some features of a layer in buckets of a square grid: an edge is in every cell its box touches. */
export interface EdgeBuckets {
  readonly x0: number;
  readonly y0: number;
  readonly size: number;
  readonly columns: number;
  readonly rows: number;
  /** Edges of cell c: starts[c] … starts[c + 1], rising. */
  readonly starts: Uint32Array;
  /** An edge is known by the vertex it starts from, as stored. */
  readonly edges: Uint32Array;
}

/** For every vertex of a layer, the feature it belongs to and the vertex its edge runs to. */
export interface EdgeTable {
  readonly xy: Float64Array;
  readonly next: Uint32Array;
  readonly features: Uint32Array;
  /** 1 where the interior is on the left of the edge as stored. */
  readonly interiorLeft: Uint8Array;
}

export function edgeTableOf(layer: PlaneLayer): EdgeTable {
  const vertices = layer.xy.length / 2;
  const next = new Uint32Array(vertices);
  const features = new Uint32Array(vertices);
  const interiorLeft = new Uint8Array(vertices);
  for (let f = 0; f + 1 < layer.featureRings.length; f++) {
    for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
      const start = layer.ringStarts[r]!;
      const end = layer.ringStarts[r + 1]!;
      const left = layer.ringSigns[r]! > 0 ? 1 : 0;
      for (let v = start; v < end; v++) {
        next[v] = v + 1 < end ? v + 1 : start;
        features[v] = f;
        interiorLeft[v] = left;
      }
    }
  }
  return { xy: layer.xy, next, features, interiorLeft };
}

/** Most cells of a grid; a wide layer gets larger ones. */
const MAX_CELLS = 8_000_000;

/** The grid of buckets of about `size` metres over the features that `takes` says yes to; none where it is empty. */
export function bucketGrid(
  layer: PlaneLayer,
  size: number,
  takes: (feature: number) => boolean,
): Omit<EdgeBuckets, 'starts' | 'edges'> {
  let minX = Infinity;
  let minY = Infinity;
  let maxX = -Infinity;
  let maxY = -Infinity;
  const features = layer.areas.length;
  for (let f = 0; f < features; f++) {
    if (!takes(f)) continue;
    minX = Math.min(minX, layer.boxes[4 * f]!);
    minY = Math.min(minY, layer.boxes[4 * f + 1]!);
    maxX = Math.max(maxX, layer.boxes[4 * f + 2]!);
    maxY = Math.max(maxY, layer.boxes[4 * f + 3]!);
  }
  if (!(maxX >= minX)) return { x0: 0, y0: 0, size, columns: 0, rows: 0 };
  const side = Math.max(size, Math.sqrt(((maxX - minX) * (maxY - minY)) / MAX_CELLS));
  const columns = Math.floor((maxX - minX) / side) + 1;
  const rows = Math.floor((maxY - minY) / side) + 1;
  return { x0: minX, y0: minY, size: side, columns, rows };
}

/** Sorts the edges of the features that `takes` says yes to into buckets of about `size` metres. */
export function bucketEdges(
  layer: PlaneLayer,
  table: EdgeTable,
  size: number,
  takes: (feature: number) => boolean,
): EdgeBuckets {
  const { xy, next } = table;
  const features = layer.areas.length;
  const grid = bucketGrid(layer, size, takes);
  const { x0, y0, columns, rows } = grid;
  const starts = new Uint32Array(columns * rows + 1);
  const perMetre = 1 / grid.size;
  let edges = new Uint32Array(0);
  // Counted first, filled then.
  for (let pass = 0; pass < 2; pass++) {
    for (let f = 0; f < features; f++) {
      if (!takes(f)) continue;
      const from = layer.ringStarts[layer.featureRings[f]!]!;
      const to = layer.ringStarts[layer.featureRings[f + 1]!]!;
      for (let v = from; v < to; v++) {
        const w = next[v]!;
        const c1 = Math.floor(((xy[2 * v]! < xy[2 * w]! ? xy[2 * v]! : xy[2 * w]!) - x0) * perMetre);
        const c2 = Math.floor(((xy[2 * v]! < xy[2 * w]! ? xy[2 * w]! : xy[2 * v]!) - x0) * perMetre);
        const r1 = Math.floor(((xy[2 * v + 1]! < xy[2 * w + 1]! ? xy[2 * v + 1]! : xy[2 * w + 1]!) - y0) * perMetre);
        const r2 = Math.floor(((xy[2 * v + 1]! < xy[2 * w + 1]! ? xy[2 * w + 1]! : xy[2 * v + 1]!) - y0) * perMetre);
        for (let row = r1; row <= r2; row++) {
          for (let cell = row * columns + c1; cell <= row * columns + c2; cell++) {
            if (pass === 0) starts[cell + 1]!++;
            else edges[starts[cell]!++] = v;
          }
        }
      }
    }
    if (pass === 0) {
      for (let c = 0; c < columns * rows; c++) starts[c + 1]! += starts[c]!;
      edges = new Uint32Array(starts[columns * rows]!);
    }
  }
  // Filling moved every start to the next one.
  starts.copyWithin(1, 0, columns * rows);
  starts[0] = 0;
  return { ...grid, starts, edges };
}
