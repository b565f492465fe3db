import { convertLayer, lonLatBoxOf, planeOriginOf, runZoneOf, toPlaneLayer } from '../../../src/geometry/index.ts';
import { seededRandom } from '../../../src/kernel/index.ts';
import type { PlaneLayer, Tabulation } from '../../../src/geometry/types.ts';
import { coverageLayer } from '../coverage-layer.ts';

const SEED = 20_261_122;

/** A seeded layer of parcels and one of coarser zones, in one plane: the same in every engine. */
export function sampleLayers(): { parcels: PlaneLayer; zones: PlaneLayer } {
  const random = seededRandom(SEED);
  const place = { epsg: 4524, east: 36_560_000, north: 2_428_000, side: 9000 };
  const parcels = coverageLayer(random, { ...place, cells: 4000, bends: 6 });
  const zones = convertLayer(coverageLayer(random, { ...place, cells: 90, bends: 120 }), 4490);
  const zone = runZoneOf(parcels);
  const origin = planeOriginOf(zone, lonLatBoxOf(parcels));
  return { parcels: toPlaneLayer(parcels, zone, origin), zones: toPlaneLayer(zones, zone, origin) };
}

/** The bytes of a result, to be hashed. */
export function bytesOfRows({ parcels, zones, areas }: Tabulation): Uint8Array {
  const parts = [parcels, zones, areas].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
