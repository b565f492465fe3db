import { intersection } from 'polyclip-ts';
import { INNER, OUTER, err, ok } from '../kernel/index.ts';
import type { Refusal, Result } from '../kernel/index.ts';
import { planeLayerFrom } from './plane-layer.ts';
import { cutRingToWindow } from './product-layer-window.ts';
import { sharedTrapezoids } from './product-layer-trapezoids.ts';
import { tabulate } from './tabulate.ts';
import type { TabulateOptions } from './tabulate.ts';
import type { PlaneLayer } from './types.ts';

/** The pieces two layers share, one feature for each pair that shares area. */
export interface ProductLayer {
  /** In the same plane, ready to be tabulated. Edges are pieces of the edges of a and b: nothing is split again. */
  readonly layer: PlaneLayer;
  /** Feature of a, and of b, each piece comes from; rows by a, then b. */
  readonly aOf: Uint32Array;
  readonly bOf: Uint32Array;
  /** Composite ids `a×b` from the ids given, else from the feature numbers. */
  readonly ids: readonly string[];
  /** Largest difference between the area of a piece and the tabulation of its pair, m². */
  readonly checkM2: number;
}

export interface ProductOptions extends TabulateOptions {
  readonly aIds?: readonly string[];
  readonly bIds?: readonly string[];
}

/** A piece may differ from the tabulation of its pair by so much, m²; decided. */
export const PRODUCT_TOLERANCE_M2 = 0.01;
/** A feature lies wholly in another where the shared area is its own to this share of it. */
const WHOLE = 1e-10;
/** By how much a window is larger than the place of interest, metres, so that its sides touch nothing of interest. */
const WINDOW_MARGIN_METRES = 1;
/** Lattices the clipper's input is put on, one after the other, metres; 0: as it is. */
const LATTICES_METRES = [0, 1e-6, 3.7e-6];

/**
 * The layer of all intersections of two layers of one plane, cut by polyclip-ts (exact decimal arithmetic). Which pairs
 * there are, and how much they share, is known from the tabulation; every piece is held to it: a piece that differs by
 * more than PRODUCT_TOLERANCE_M2 is cut again by other means, and refuses the whole product (`PRODUCT_LAYER_MISMATCH`)
 * where that does not help: then a feature has a blocking ring defect, which both layers must be free of.
 *
 * It works in the plane, not in source coordinates: the split at 70 m has been made once, and every edge of the result
 * lies on an edge that was tabulated (to a few micrometres). Features wholly inside one of the other layer are taken over
 * vertex by vertex.
 */
export function productLayer(
  a: PlaneLayer,
  b: PlaneLayer,
  options: ProductOptions = {},
): Result<ProductLayer, Refusal[]> {
  const pairs = tabulate(a, b, options);
  const builder: Builder = { xy: [], ringStarts: [0], ringRoles: [], featureRings: [0] };
  let checkM2 = 0;
  for (let i = 0; i < pairs.areas.length; i++) {
    const f = pairs.parcels[i]!;
    const g = pairs.zones[i]!;
    const shared = pairs.areas[i]!;
    let area: number;
    if (Math.abs(shared - a.areas[f]!) <= WHOLE * a.areas[f]!) area = copyFeature(a, f, builder);
    else if (Math.abs(shared - b.areas[g]!) <= WHOLE * b.areas[g]!) area = copyFeature(b, g, builder);
    else area = cutPair(a, f, b, g, shared, builder);
    const difference = Math.abs(area - shared);
    if (!(difference <= PRODUCT_TOLERANCE_M2)) return err([mismatch(f, g, shared, area)]);
    checkM2 = Math.max(checkM2, difference);
  }
  const layer = layerFrom(builder, a);
  const ids = Array.from(
    pairs.parcels,
    (f, i) => `${options.aIds?.[f] ?? f}×${options.bIds?.[pairs.zones[i]!] ?? pairs.zones[i]!}`,
  );
  return ok({ layer, aOf: pairs.parcels, bOf: pairs.zones, ids, checkM2 });
}

interface Builder {
  readonly xy: number[];
  readonly ringStarts: number[];
  readonly ringRoles: number[];
  readonly featureRings: number[];
}

function pushRing(builder: Builder, ring: ArrayLike<number>, role: number): void {
  for (let i = 0; i < ring.length; i++) builder.xy.push(ring[i]!);
  builder.ringStarts.push(builder.xy.length / 2);
  builder.ringRoles.push(role);
}

/** Whether ring r is a hole: the sign that turns its interior left is against its own turn. */
function isHole(layer: PlaneLayer, r: number): boolean {
  return layer.ringSigns[r]! * signedArea(ringOf(layer, r)) < 0;
}

function ringOf(layer: PlaneLayer, r: number): Float64Array {
  return layer.xy.subarray(2 * layer.ringStarts[r]!, 2 * layer.ringStarts[r + 1]!);
}

function signedArea(ring: ArrayLike<number>): number {
  let twice = 0;
  const count = ring.length / 2;
  for (let v = 0; v < count; v++) {
    const w = (v + 1) % count;
    twice +=
      (ring[2 * v]! - ring[0]!) * (ring[2 * w + 1]! - ring[1]!) -
      (ring[2 * w]! - ring[0]!) * (ring[2 * v + 1]! - ring[1]!);
  }
  return twice / 2;
}

function copyFeature(layer: PlaneLayer, f: number, builder: Builder): number {
  for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
    pushRing(builder, ringOf(layer, r), isHole(layer, r) ? INNER : OUTER);
  }
  builder.featureRings.push(builder.ringRoles.length);
  return layer.areas[f]!;
}

/** The polygons of a feature, cut to a window and put on a lattice (0: as they are), as the clipper takes them. */
function polygonsIn(
  layer: PlaneLayer,
  f: number,
  window: readonly [number, number, number, number],
  lattice: number,
): [number, number][][][] {
  const snap = (value: number): number => (lattice === 0 ? value : Math.round(value / lattice) * lattice);
  const polygons: [number, number][][][] = [];
  let skipped = false;
  for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
    const hole = isHole(layer, r);
    const cut = cutRingToWindow(ringOf(layer, r), window);
    if (!hole) skipped = cut.length < 6;
    if (cut.length < 6 || (hole && skipped)) continue;
    const ring: [number, number][] = [];
    for (let i = 0; i < cut.length; i += 2) ring.push([snap(cut[i]!), snap(cut[i + 1]!)]);
    ring.push(ring[0]!);
    if (hole) polygons.at(-1)!.push(ring);
    else polygons.push([ring]);
  }
  return polygons;
}

interface CutRing {
  readonly ring: readonly number[];
  readonly role: number;
}

/**
 * Appends the intersection of two features as one feature and returns its area. Borders that nearly coincide (drawn
 * twice, or brought here from two CRS) are more than the clipper bears now and then: it throws or loses an area. The
 * tabulation tells, and the next attempt is made on a lattice of a few micrometres; at last trapezoids, which always work.
 */
function cutPair(a: PlaneLayer, f: number, b: PlaneLayer, g: number, shared: number, builder: Builder): number {
  let best: CutRing[] | undefined;
  for (const lattice of LATTICES_METRES) {
    const rings = clip(a, f, b, g, lattice);
    if (rings === undefined || Math.abs(areaOf(rings) - shared) > PRODUCT_TOLERANCE_M2) continue;
    best = rings;
    break;
  }
  best ??= sharedTrapezoids(oneFeature(a, f), oneFeature(b, g)).map((ring) => ({ ring, role: OUTER }));
  for (const { ring, role } of best) pushRing(builder, ring, role);
  builder.featureRings.push(builder.ringRoles.length);
  return areaOf(best);
}

function areaOf(rings: readonly CutRing[]): number {
  return rings.reduce((sum, { ring, role }) => sum + (role === OUTER ? 1 : -1) * Math.abs(signedArea(ring)), 0);
}

/** The intersection by the clipper; undefined where it fails. */
function clip(a: PlaneLayer, f: number, b: PlaneLayer, g: number, lattice: number): CutRing[] | undefined {
  // Two windows of different size, so that the sides along which the rings may run do not coincide.
  const window = (margin: number): readonly [number, number, number, number] => [
    Math.max(a.boxes[4 * f]!, b.boxes[4 * g]!) - margin,
    Math.max(a.boxes[4 * f + 1]!, b.boxes[4 * g + 1]!) - margin,
    Math.min(a.boxes[4 * f + 2]!, b.boxes[4 * g + 2]!) + margin,
    Math.min(a.boxes[4 * f + 3]!, b.boxes[4 * g + 3]!) + margin,
  ];
  try {
    return intersection(
      polygonsIn(a, f, window(WINDOW_MARGIN_METRES), lattice),
      polygonsIn(b, g, window(2 * WINDOW_MARGIN_METRES), lattice),
    ).flatMap((polygon) =>
      polygon.map((closed, i) => ({ ring: closed.slice(0, -1).flat(), role: i === 0 ? OUTER : INNER })),
    );
  } catch {
    // The library throws where it cannot close a ring; nothing of its message helps anybody.
    return undefined;
  }
}

/** A layer of one feature of another. */
function oneFeature(layer: PlaneLayer, f: number): PlaneLayer {
  const builder: Builder = { xy: [], ringStarts: [0], ringRoles: [], featureRings: [0] };
  copyFeature(layer, f, builder);
  return layerFrom(builder, layer);
}

function layerFrom(builder: Builder, { zone, origin }: PlaneLayer): PlaneLayer {
  return planeLayerFrom(
    Float64Array.from(builder.xy),
    Uint32Array.from(builder.ringStarts),
    Uint8Array.from(builder.ringRoles),
    Uint32Array.from(builder.featureRings),
    zone,
    origin,
  );
}

function mismatch(f: number, g: number, tabulated: number, cut: number): Refusal {
  return {
    code: 'PRODUCT_LAYER_MISMATCH',
    message: {
      zh: `第 ${f} 号与第 ${g} 号要素的交集面积 ${cut.toFixed(4)} m² 与叠加结果 ${tabulated.toFixed(4)} m² 相差超过 ${PRODUCT_TOLERANCE_M2} m²`,
      en: `the intersection of features ${f} and ${g} has ${cut.toFixed(4)} m², the overlay ${tabulated.toFixed(4)} m²: more than ${PRODUCT_TOLERANCE_M2} m² apart`,
    },
    remedy: { zh: '检查两图层在该处的图形', en: 'Check the shapes of both layers there.' },
    place: { featureNo: f },
  };
}
