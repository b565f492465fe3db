import { assert, isAtLeastMu, isFarmland } from '../kernel/index.ts';
import type { AreaDm2 } from '../kernel/index.ts';
import { bucketEdges, edgeTableOf } from './contiguity-edges.ts';
import type { EdgeBuckets, EdgeTable } from './contiguity-edges.ts';
import { TOUCH_METRES, isClearPassage } from './contiguity-passage.ts';
import { Cancelled } from './tabulate.ts';
import type { PlaneLayer } from './types.ts';

/** What is known of the features of the layer, one entry each. */
export interface ContiguityFeatures {
  /** Survey class code. */
  readonly classes: readonly string[];
  /** Given area (TBDLMJ or TBMJ): blocks add these up, never the area of a buffer. */
  readonly areasDm2: ArrayLike<AreaDm2>;
  /** Width of linear features (XZDWKD), metres; null where not given: then 2 × area / perimeter, the mean width of a strip. */
  readonly widthsMetres?: ArrayLike<number | null>;
  /** CZCSXM; land of cities and towns (201, 202) is never passable. */
  readonly settlementCodes?: ArrayLike<string | null>;
  /** Features that form blocks; default farmland 0101–0103. */
  readonly candidates?: ArrayLike<boolean>;
}

export interface ContiguityOptions {
  /** Patches farther apart than this are never neighbours, metres; 0: they must touch. */
  readonly gapMetres: number;
  /** Classes a gap may be covered by (1006, 1107, 1107A, 1203, 1202). */
  readonly passableClasses: readonly string[];
  /** A passable feature wider than this is a barrier, metres. */
  readonly passableWidthMetres: number;
  /** Agricultural facilities (1202), where passable at all, are so up to this area. Default 400 m²: `small` of the survey. */
  readonly facilityMaximumDm2?: AreaDm2;
  readonly onProgress?: (fraction: number) => void;
  readonly isCancelled?: () => boolean;
}

export interface ContiguityBlock {
  readonly areaDm2: AreaDm2;
  /** Features of the block, rising. */
  readonly features: readonly number[];
}

export interface ContiguityBlocks {
  /** Block of each feature; −1 where it is no candidate. Blocks are numbered by their first feature. */
  readonly blockOf: Int32Array;
  readonly blocks: readonly ContiguityBlock[];
  /** Blocks of at least 100, 1,000 and 10,000 mu (百亩方, 千亩方, 万亩方). */
  readonly atLeast100Mu: number;
  readonly atLeast1000Mu: number;
  readonly atLeast10000Mu: number;
}

/** The presets of the product: neighbours touch, or lie up to 10 m or 20 m apart over passable land. */
export const CONTIGUITY_GAPS_METRES = [0, 10, 20] as const;
const FACILITIES = '1202';
const SMALL_FACILITY_DM2 = 40_000;
/** Along a border, connections are looked for at every vertex and at points no farther apart than this. */
export const CONNECTION_SPACING_METRES = 10;

/**
 * Contiguous blocks of farmland (连片): the connected components of "is a neighbour of". Two candidates are neighbours if
 *
 * - they touch (within 1 mm, at a point is enough), or
 * - from some point of the border of one of them (every vertex, and points up to 10 m apart along its edges) the
 *   straight connection to the nearest point of the other is at most `gapMetres` long and runs over passable land only.
 *
 * Passable land: candidates; features of `passableClasses` not wider than `passableWidthMetres`; of 1202 those up to
 * `facilityMaximumDm2`. Everything else is a barrier: roads 1001–1004, water, buildings, cities and towns, land no feature
 * covers. A stretch of up to 1 mm of a connection is let go, so that the rounding of coordinates parts nothing.
 *
 * The result depends on the input alone. Features must be free of blocking ring defects.
 */
export function contiguityBlocks(
  layer: PlaneLayer,
  features: ContiguityFeatures,
  options: ContiguityOptions,
): ContiguityBlocks {
  const count = layer.areas.length;
  assert(features.classes.length === count && features.areasDm2.length === count, 'one class and one area a feature');
  assert(options.gapMetres >= 0 && options.passableWidthMetres >= 0, 'gap and width are not negative');
  const isCandidate = Uint8Array.from(features.classes, (code, f) =>
    (features.candidates?.[f] ?? isFarmland(code)) ? 1 : 0,
  );
  const parents = Int32Array.from({ length: count }, (_, f) => f);
  if (isCandidate.includes(1)) {
    const hasPassages = options.gapMetres > TOUCH_METRES;
    (installed ?? joinNeighboursPlain)(
      {
        layer,
        isCandidate,
        passable: hasPassages ? passableFeatures(layer, features, options, isCandidate) : null,
        reach: Math.max(options.gapMetres, TOUCH_METRES),
        onProgress: options.onProgress,
        isCancelled: options.isCancelled,
      },
      parents,
    );
  }
  return blocksOf(parents, isCandidate, features.areasDm2);
}

/** What is to be joined: candidates that touch, or are connected over passable land. */
export interface Neighbourhood {
  readonly layer: PlaneLayer;
  readonly isCandidate: Uint8Array;
  /** 1 for features a connection may run over; null where neighbours must touch. */
  readonly passable: Uint8Array | null;
  readonly reach: number;
  readonly onProgress: ContiguityOptions['onProgress'];
  readonly isCancelled: ContiguityOptions['isCancelled'];
}

/** Joins neighbours in a union-find of features, the lower feature on top. */
export type JoinNeighbours = (neighbourhood: Neighbourhood, parents: Int32Array) => void;

let installed: JoinNeighbours | undefined;

/**
 * Has `contiguityBlocks` use another version (the compiled kernel, with the same blocks) from now on, in this thread; undefined
 * takes the plain one again.
 */
export function installContiguity(version: JoinNeighbours | undefined): void {
  installed = version;
}

/** Metres of a bucket of edges. */
export const bucketMetres = (reach: number): number => Math.max(20, 2 * reach);

function rootOf(parents: Int32Array, node: number): number {
  let at = node;
  while (parents[at] !== at) {
    parents[at] = parents[parents[at]!]!;
    at = parents[at]!;
  }
  return at;
}

/** Joins two sets; the lower feature becomes the root, so that blocks are numbered by their first feature. */
function unite(parents: Int32Array, a: number, b: number): void {
  const rootA = rootOf(parents, a);
  const rootB = rootOf(parents, b);
  if (rootA < rootB) parents[rootB] = rootA;
  else parents[rootA] = rootB;
}

function passableFeatures(
  layer: PlaneLayer,
  features: ContiguityFeatures,
  options: ContiguityOptions,
  isCandidate: Uint8Array,
): Uint8Array {
  const classes = new Set(options.passableClasses);
  const facilityMaximum = options.facilityMaximumDm2 ?? SMALL_FACILITY_DM2;
  return isCandidate.map((candidate, f) => {
    if (candidate === 1) return 1;
    const code = features.classes[f]!;
    if (!classes.has(code) || /^20[12]/.test(features.settlementCodes?.[f] ?? '')) return 0;
    if (code === FACILITIES) return features.areasDm2[f]! <= facilityMaximum ? 1 : 0;
    const width = features.widthsMetres?.[f] ?? (2 * layer.areas[f]!) / perimeterOf(layer, f);
    return width <= options.passableWidthMetres ? 1 : 0;
  });
}

function perimeterOf(layer: PlaneLayer, f: number): number {
  let sum = 0;
  for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
    const start = layer.ringStarts[r]!;
    const end = layer.ringStarts[r + 1]!;
    for (let v = start; v < end; v++) {
      const w = v + 1 < end ? v + 1 : start;
      const dx = layer.xy[2 * w]! - layer.xy[2 * v]!;
      const dy = layer.xy[2 * w + 1]! - layer.xy[2 * v + 1]!;
      sum += Math.sqrt(dx * dx + dy * dy);
    }
  }
  return sum;
}

/** The candidates near one point of a border: nearest point of each, kept in arrays used again and again. */
interface Near {
  count: number;
  readonly features: number[];
  readonly edges: number[];
  readonly squares: number[];
  readonly xs: number[];
  readonly ys: number[];
}

/** The plain version: reference of the compiled one, and used where there is none. */
export function joinNeighboursPlain(neighbourhood: Neighbourhood, parents: Int32Array): void {
  const { layer, isCandidate, passable, reach } = neighbourhood;
  const table = edgeTableOf(layer);
  const bucketSize = bucketMetres(reach);
  const candidateEdges = bucketEdges(layer, table, bucketSize, (f) => isCandidate[f] === 1);
  const allEdges = passable === null ? candidateEdges : bucketEdges(layer, table, bucketSize, () => true);
  const near: Near = { count: 0, features: [], edges: [], squares: [], xs: [], ys: [] };
  const { xy, next } = table;
  for (let f = 0; f < isCandidate.length; f++) {
    if ((f & 1023) === 0) {
      if (neighbourhood.isCancelled?.() === true) throw new Cancelled('cancelled');
      neighbourhood.onProgress?.(f / isCandidate.length);
    }
    if (isCandidate[f] === 0) continue;
    const from = layer.ringStarts[layer.featureRings[f]!]!;
    const to = layer.ringStarts[layer.featureRings[f + 1]!]!;
    for (let v = from; v < to; v++) {
      const w = next[v]!;
      const dx = xy[2 * w]! - xy[2 * v]!;
      const dy = xy[2 * w + 1]! - xy[2 * v + 1]!;
      const steps = Math.max(1, Math.ceil(Math.sqrt(dx * dx + dy * dy) / CONNECTION_SPACING_METRES));
      for (let step = 0; step < steps; step++) {
        const x = xy[2 * v]! + (dx * step) / steps;
        const y = xy[2 * v + 1]! + (dy * step) / steps;
        findNear(table, candidateEdges, parents, f, x, y, reach, near);
        for (let i = 0; i < near.count; i++) {
          const other = near.features[i]!;
          if (rootOf(parents, other) === rootOf(parents, f)) continue;
          const touches = near.squares[i]! <= TOUCH_METRES * TOUCH_METRES;
          if (
            touches ||
            (passable !== null && isClearPassage(table, allEdges, passable, x, y, near.xs[i]!, near.ys[i]!))
          )
            unite(parents, f, other);
        }
      }
    }
  }
  neighbourhood.onProgress?.(1);
}

/** The nearest point of every candidate within reach of (x, y) that is not in f's block yet. */
function findNear(
  table: EdgeTable,
  buckets: EdgeBuckets,
  parents: Int32Array,
  f: number,
  x: number,
  y: number,
  reach: number,
  near: Near,
): void {
  near.count = 0;
  const { xy, next, features } = table;
  const { x0, y0, size, columns, rows, starts, edges } = buckets;
  const c1 = Math.max(0, Math.floor((x - reach - x0) / size));
  const c2 = Math.min(columns - 1, Math.floor((x + reach - x0) / size));
  const r1 = Math.max(0, Math.floor((y - reach - y0) / size));
  const r2 = Math.min(rows - 1, Math.floor((y + reach - y0) / size));
  const root = rootOf(parents, f);
  const limit = reach * reach;
  for (let row = r1; row <= r2; row++) {
    for (let column = c1; column <= c2; column++) {
      const cell = row * columns + column;
      const end = starts[cell + 1]!;
      for (let k = starts[cell]!; k < end; k++) {
        const v = edges[k]!;
        const other = features[v]!;
        if (other === f) continue;
        const w = next[v]!;
        const ax = xy[2 * v]! - x;
        const ay = xy[2 * v + 1]! - y;
        const bx = xy[2 * w]! - x;
        const by = xy[2 * w + 1]! - y;
        if (
          (ax > reach && bx > reach) ||
          (ax < -reach && bx < -reach) ||
          (ay > reach && by > reach) ||
          (ay < -reach && by < -reach)
        )
          continue;
        const dx = bx - ax;
        const dy = by - ay;
        const square = dx * dx + dy * dy;
        let t = square > 0 ? -(ax * dx + ay * dy) / square : 0;
        if (t < 0) t = 0;
        else if (t > 1) t = 1;
        const nx = ax + t * dx;
        const ny = ay + t * dy;
        const distance = nx * nx + ny * ny;
        if (distance > limit || rootOf(parents, other) === root) continue;
        keepNearest(near, other, v, distance, x + nx, y + ny);
      }
    }
  }
}

/** Of equally near points the one on the lower edge is kept: the order of the buckets must not matter. */
function keepNearest(near: Near, feature: number, edge: number, square: number, x: number, y: number): void {
  let i = 0;
  while (i < near.count && near.features[i] !== feature) i++;
  if (i === near.count) near.count++;
  else if (square > near.squares[i]! || (square === near.squares[i]! && edge >= near.edges[i]!)) return;
  near.features[i] = feature;
  near.edges[i] = edge;
  near.squares[i] = square;
  near.xs[i] = x;
  near.ys[i] = y;
}

function blocksOf(parents: Int32Array, isCandidate: Uint8Array, areasDm2: ArrayLike<AreaDm2>): ContiguityBlocks {
  const blockOf = new Int32Array(parents.length).fill(-1);
  const blocks: { areaDm2: AreaDm2; features: number[] }[] = [];
  for (let f = 0; f < parents.length; f++) {
    if (isCandidate[f] === 0) continue;
    const root = rootOf(parents, f);
    // The root is the lowest feature of its block, so it has been numbered before.
    if (root === f) {
      blockOf[f] = blocks.length;
      blocks.push({ areaDm2: 0, features: [] });
    } else {
      blockOf[f] = blockOf[root]!;
    }
    const block = blocks[blockOf[f]!]!;
    block.areaDm2 += areasDm2[f]!;
    block.features.push(f);
  }
  const reaching = (mu: number): number => blocks.filter(({ areaDm2 }) => isAtLeastMu(areaDm2, mu)).length;
  return {
    blockOf,
    blocks,
    atLeast100Mu: reaching(100),
    atLeast1000Mu: reaching(1_000),
    atLeast10000Mu: reaching(10_000),
  };
}
