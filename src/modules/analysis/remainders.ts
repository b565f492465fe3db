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
export function remainderOf(layer: PlaneLayer, feature: number, others: PlaneLayer, taken: readonly number[], expectedM2: number): PlaneLayer {
  // Coordinates relative to the feature keep the digits of the clipper for what matters.
  const [x0, y0] = [layer.boxes[4 * feature]!, layer.boxes[4 * feature + 1]!];
  let region: Region;
  try {
    region = difference(regionOf(layer, feature, x0, y0) as never, ...(taken.map((plot) => regionOf(others, plot, x0, y0)) as never[])) as Region;
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
  const remainder = planeLayerFrom(
    Float64Array.from(xy), Uint32Array.from(ringStarts), Uint8Array.from(roles), Uint32Array.from([0, roles.length]), layer.zone, layer.origin,
  );
  if (Math.abs(remainder.areas[0]! - expectedM2) > PRODUCT_TOLERANCE_M2) throw failed();
  return remainder;
}

function failed(): ProductRefused {
  return new ProductRefused([{
    code: 'PRODUCT_LAYER_FAILED',
    message: localized('图斑扣除地块后的剩余图形无法可靠计算', 'what plots leave of a parcel could not be computed reliably'),
    remedy: localized('用质量检查检查图斑与地块的图形', 'Check parcels and plots with the quality check.'),
  }]);
}

/** A feature as the clipper takes it: rings of a valid feature, counted even-odd, are the region with its holes. */
function regionOf(layer: PlaneLayer, feature: number, x0: number, y0: number): Region {
  const rings: Region[] = [];
  for (let r = layer.featureRings[feature]!; r < layer.featureRings[feature + 1]!; r++) {
    const ring: [number, number][] = [];
    for (let v = layer.ringStarts[r]!; v < layer.ringStarts[r + 1]!; v++) ring.push([layer.xy[2 * v]! - x0, layer.xy[2 * v + 1]! - y0]);
    rings.push([[ring]]);
  }
  return rings.length === 1 ? rings[0]! : (xor(rings[0] as never, ...(rings.slice(1) as never[])) as Region);
}
