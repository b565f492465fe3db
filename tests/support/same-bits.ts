import { officialAreas, planeOriginOf, runZone, tabulate, toPlaneLayer } from '../../src/geometry/index.ts';
import * as own from '../../src/geometry/transcendental.ts';
import { OUTER, type PolygonLayer, seededRandom } from '../../src/kernel/index.ts';

/** FNV-1a over the bits of every number given. */
function hashOf(values: Iterable<number>): string {
  const bits = new Float64Array(1);
  const words = new Uint32Array(bits.buffer);
  let hash = 0x811c9dc5;
  for (const value of values) {
    bits[0] = value;
    for (const word of words) hash = Math.imul(hash ^ word, 0x01000193) >>> 0;
  }
  return hash.toString(16);
}

/**
 * One number for everything the numeric core computes: functions, projections, official areas, plane coordinates and
 * shared areas of a seeded sample. Runs in any engine and must be the same in all.
 */
export function fingerprint(): Record<string, string> {
  const random = seededRandom(20_260_101);
  const result: Record<string, string> = {};
  for (const name of ['sin', 'cos', 'tan', 'atan', 'sinh', 'cosh', 'asinh', 'expm1', 'exp'] as const) {
    result[name] = hashOf(Array.from({ length: 20_000 }, () => own[name]((random.next() - 0.5) * 20)));
  }
  for (const name of ['asin', 'atanh', 'log', 'log1p'] as const) {
    result[name] = hashOf(Array.from({ length: 20_000 }, () => own[name](random.next())));
  }
  // Regular shapes without Math.sin: the sample itself must be the same everywhere.
  const coords: number[] = [];
  const rings = 400;
  for (let f = 0; f < rings; f++) {
    const x = 36_540_000 + random.integer(0, 30_000_000) / 10_000;
    const y = 2_428_000 + random.integer(0, 30_000_000) / 10_000;
    coords.push(x, y, x + 150 + random.next(), y + 10, x + 120, y + 90 + random.next(), x + 20, y + 130);
  }
  const layer: PolygonLayer = {
    epsg: 4524,
    featureNos: Uint32Array.from({ length: rings }, (_, i) => i),
    coords: Float64Array.from(coords),
    ringStarts: Uint32Array.from({ length: rings + 1 }, (_, i) => 4 * i),
    ringRoles: new Uint8Array(rings).fill(OUTER),
    featureRings: Uint32Array.from({ length: rings + 1 }, (_, i) => i),
    columns: [],
  };
  const zone = runZone(36);
  const plane = toPlaneLayer(layer, zone, planeOriginOf(zone, [108.4, 21.9, 108.5, 22]));
  result['official areas'] = hashOf(officialAreas(layer, zone).map((area) => area.squareMetres));
  result['plane'] = hashOf(plane.xy);
  const pairs = tabulate(plane, plane);
  result['pairs'] = `${pairs.areas.length} ${hashOf(pairs.areas)}`;
  return result;
}
