import { intersection } from 'polyclip-ts';
import { INNER, OUTER, err, ok } from '../kernel/index.ts';
import type { Refusal, Result } from '../kernel/index.ts';
import { planeLayerFrom } from './plane-layer.ts';
import { cutRingToWindow } from './product-layer-window.ts';
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

/**
 * The layer of all intersections of two layers of one plane, cut by polyclip-ts (exact decimal arithmetic). Which pairs
 * there are, and how much they share, is known from the tabulation; every piece is held to it: a piece that differs by
 * more than PRODUCT_TOLERANCE_M2 refuses the whole product (`PRODUCT_LAYER_MISMATCH`), as does a clipper that fails
 * (`PRODUCT_LAYER_FAILED`). Both layers must be free of blocking ring defects.
 *
 * It works in the plane, not in source coordinates: the split at 70 m has been made once, and every edge of the result
 * lies on an edge that was tabulated. Features wholly inside one of the other layer are taken over vertex by vertex.
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
    else {
      const cut = cutPair(a, f, b, g, builder);
      if (cut === undefined) return err([failed(f, g)]);
      area = cut;
    }
    const difference = Math.abs(area - shared);
    if (!(difference <= PRODUCT_TOLERANCE_M2)) return err([mismatch(f, g, shared, area)]);
    checkM2 = Math.max(checkM2, difference);
  }
  const layer = planeLayerFrom(
    Float64Array.from(builder.xy),
    Uint32Array.from(builder.ringStarts),
    Uint8Array.from(builder.ringRoles),
    Uint32Array.from(builder.featureRings),
    a.zone,
    a.origin,
  );
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

/** The polygons of a feature, cut to a window, as the clipper takes them. */
function polygonsIn(
  layer: PlaneLayer,
  f: number,
  window: readonly [number, number, number, number],
): [number, number][][][] {
  const polygons: [number, number][][][] = [];
  let skipped = false;
  for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
    const hole = isHole(layer, r);
    const cut = cutRingToWindow(ringOf(layer, r), window);
    if (!hole) skipped = cut.length < 6;
    if (cut.length < 6 || (hole && skipped)) continue;
    const ring: [number, number][] = [];
    for (let i = 0; i < cut.length; i += 2) ring.push([cut[i]!, cut[i + 1]!]);
    ring.push(ring[0]!);
    if (hole) polygons.at(-1)!.push(ring);
    else polygons.push([ring]);
  }
  return polygons;
}

/** Appends the intersection of two features as one feature and returns its area; undefined where the clipper fails. */
function cutPair(a: PlaneLayer, f: number, b: PlaneLayer, g: number, builder: Builder): number | undefined {
  // Two windows of different size, so that the sides along which the rings may run do not coincide.
  const window = (margin: number): readonly [number, number, number, number] => [
    Math.max(a.boxes[4 * f]!, b.boxes[4 * g]!) - margin,
    Math.max(a.boxes[4 * f + 1]!, b.boxes[4 * g + 1]!) - margin,
    Math.min(a.boxes[4 * f + 2]!, b.boxes[4 * g + 2]!) + margin,
    Math.min(a.boxes[4 * f + 3]!, b.boxes[4 * g + 3]!) + margin,
  ];
  let area = 0;
  try {
    for (const polygon of intersection(
      polygonsIn(a, f, window(WINDOW_MARGIN_METRES)),
      polygonsIn(b, g, window(2 * WINDOW_MARGIN_METRES)),
    )) {
      polygon.forEach((closed, i) => {
        const ring = closed.slice(0, -1).flat();
        pushRing(builder, ring, i === 0 ? OUTER : INNER);
        area += (i === 0 ? 1 : -1) * Math.abs(signedArea(ring));
      });
    }
  } catch {
    // The library throws where it cannot close a ring; nothing of its message helps a user.
    return undefined;
  }
  builder.featureRings.push(builder.ringRoles.length);
  return area;
}

function failed(f: number, g: number): Refusal {
  return {
    code: 'PRODUCT_LAYER_FAILED',
    message: { zh: `无法求第 ${f} 号与第 ${g} 号要素的交集`, en: `features ${f} and ${g} could not be intersected` },
    remedy: { zh: '检查两图层在该处的图形', en: 'Check the shapes of both layers there.' },
    place: { featureNo: f },
  };
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
