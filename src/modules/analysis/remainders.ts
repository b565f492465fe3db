import { difference, xor } from 'polyclip-ts';
import { localized } from '../../kernel/index.ts';
import type { PlaneLayer } from '../../geometry/index.ts';
import { PRODUCT_TOLERANCE_M2, planeLayerFrom } from '../../geometry/index.ts';
import { INNER, OUTER } from '../../kernel/index.ts';
import { ProductRefused } from './product.ts';

type Region = [number, number][][][];

/**
 * What is left of a feature once others are taken away, as one feature of a plane layer of its own. Cut by polyclip-ts and held
 * to the area the tabulation knows: a difference above 0.01 m² refuses the run.
 *
 * @param expectedM2 area of the remainder by the tabulation
 */
export function remainderOf(
  layer: PlaneLayer,
  feature: number,
  others: PlaneLayer,
  taken: readonly number[],
  expectedM2: number,
): PlaneLayer {
  // Coordinates relative to the feature keep the digits of the clipper for what matters.
  const [x0, y0] = [layer.boxes[4 * feature]!, layer.boxes[4 * feature + 1]!];
  let region: Region;
  try {
    region = difference(
      regionOf(layer, feature, x0, y0) as never,
      ...(taken.map((plot) => regionOf(others, plot, x0, y0)) as never[]),
    ) as Region;
  } catch {
    throw failed();
  }
  const xy: number[] = [];
  const ringStarts = [0];
  const roles: number[] = [];
  for (const polygon of region) {
    polygon.forEach((ring, r) => {
      // polyclip closes its rings; ours are open.
      for (const [x, y] of ring.slice(0, -1)) xy.push(x + x0, y + y0);
      ringStarts.push(xy.length / 2);
      roles.push(r === 0 ? OUTER : INNER);
    });
  }
  const remainder = layerOf(layer, xy, ringStarts, roles);
  if (Math.abs(remainder.areas[0]! - expectedM2) > PRODUCT_TOLERANCE_M2) throw failed();
  return withoutHairs(layer, remainder, roles);
}

/** Thinner than this, metres, is no land: two borders along one line, split at different points, leave such hairs. */
const HAIR_METRES = 0.001;

function layerOf(
  like: PlaneLayer,
  xy: readonly number[],
  ringStarts: readonly number[],
  roles: readonly number[],
): PlaneLayer {
  return planeLayerFrom(
    Float64Array.from(xy),
    Uint32Array.from(ringStarts),
    Uint8Array.from(roles),
    Uint32Array.from([0, roles.length]),
    like.zone,
    like.origin,
  );
}

/**
 * The same region without hairs. What a clipper leaves along a border common to both sides would otherwise join land that
 * lies apart: a hair as wide as rounding still touches whatever it runs to.
 */
function withoutHairs(like: PlaneLayer, layer: PlaneLayer, roles: readonly number[]): PlaneLayer {
  const xy: number[] = [];
  const ringStarts = [0];
  const kept: number[] = [];
  for (let r = 0; r < roles.length; r++) {
    const ring: [number, number][] = [];
    for (let v = layer.ringStarts[r]!; v < layer.ringStarts[r + 1]!; v++)
      ring.push([layer.xy[2 * v]!, layer.xy[2 * v + 1]!]);
    const shorn = shear(ring);
    if (shorn.length < 3 || isHair(shorn)) continue;
    for (const point of shorn) xy.push(...point);
    ringStarts.push(xy.length / 2);
    kept.push(roles[r]!);
  }
  return layerOf(like, xy, ringStarts, kept);
}

/** Takes off vertices at which a ring turns back along itself, until there are none. */
function shear(ring: [number, number][]): [number, number][] {
  for (let v = 0, quiet = 0; ring.length >= 3 && quiet < ring.length; v = (v + 1) % ring.length) {
    const [p, q, n] = [
      ring[(v + ring.length - 1) % ring.length]!,
      ring[v % ring.length]!,
      ring[(v + 1) % ring.length]!,
    ];
    if (turnsBack(p, q, n)) {
      ring.splice(v % ring.length, 1);
      quiet = 0;
      v = Math.max(0, v - 2);
    } else {
      quiet++;
    }
  }
  return ring;
}

function turnsBack([px, py]: [number, number], [qx, qy]: [number, number], [nx, ny]: [number, number]): boolean {
  const [ax, ay, bx, by] = [px - qx, py - qy, nx - qx, ny - qy];
  const longer = Math.max(Math.sqrt(ax * ax + ay * ay), Math.sqrt(bx * bx + by * by));
  if (longer <= HAIR_METRES) return true;
  return ax * bx + ay * by > 0 && Math.abs(ax * by - ay * bx) / longer < HAIR_METRES;
}

/** Whether a ring is nowhere wider than a hair: twice its area over its length. */
function isHair(ring: readonly (readonly [number, number])[]): boolean {
  let twice = 0;
  let length = 0;
  ring.forEach(([x, y], v) => {
    const [nx, ny] = ring[(v + 1) % ring.length]!;
    twice += (x - ring[0]![0]) * (ny - ring[0]![1]) - (nx - ring[0]![0]) * (y - ring[0]![1]);
    length += Math.sqrt((nx - x) * (nx - x) + (ny - y) * (ny - y));
  });
  return Math.abs(twice) / length < HAIR_METRES;
}

function failed(): ProductRefused {
  return new ProductRefused([
    {
      code: 'PRODUCT_LAYER_FAILED',
      message: localized(
        '图斑扣除地块后的剩余图形无法可靠计算',
        'what plots leave of a parcel could not be computed reliably',
      ),
      remedy: localized('用质量检查检查图斑与地块的图形', 'Check parcels and plots with the quality check.'),
    },
  ]);
}

/** A feature as the clipper takes it: rings of a valid feature, counted even-odd, are the region with its holes. */
function regionOf(layer: PlaneLayer, feature: number, x0: number, y0: number): Region {
  const rings: Region[] = [];
  for (let r = layer.featureRings[feature]!; r < layer.featureRings[feature + 1]!; r++) {
    const ring: [number, number][] = [];
    for (let v = layer.ringStarts[r]!; v < layer.ringStarts[r + 1]!; v++)
      ring.push([layer.xy[2 * v]! - x0, layer.xy[2 * v + 1]! - y0]);
    rings.push([[ring]]);
  }
  return rings.length === 1 ? rings[0]! : (xor(rings[0] as never, ...(rings.slice(1) as never[])) as Region);
}
