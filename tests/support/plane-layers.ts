import { planeLayerFrom, planeOriginOf, toPlaneLayer } from '../../src/geometry/plane-layer.ts';
import { convertLayer, lonLatBoxOf, runZoneOf } from '../../src/geometry/layer-crs.ts';
import type { PlaneLayer } from '../../src/geometry/types.ts';
import { type Random, seededRandom } from '../../src/kernel/index.ts';
import { coverageLayer, pickFeatures } from './coverage-layer.ts';

/** Seeded layers in the plane, for tests that hold two versions of a computation against each other. */
export interface PlaneCounty {
  readonly parcels: PlaneLayer;
  /** A third of the parcels. */
  readonly some: PlaneLayer;
  /** The same, moved by metres. */
  readonly moved: PlaneLayer;
  /** A cover of 40 polygons, delivered in another zone. */
  readonly coarse: PlaneLayer;
  /** The parcels with 200 coordinates moved by centimetres. */
  readonly dented: PlaneLayer;
}

/** A county of 3,000 cells of about a hectare. */
export function planeCounty(seed: number): PlaneCounty {
  const random = seededRandom(seed);
  const place = { epsg: 4524, east: 36_560_000, north: 2_428_000, side: 100 * Math.sqrt(3000) };
  const parcels = coverageLayer(random, { ...place, cells: 3000, bends: 6 });
  const kept = Array.from({ length: 3000 }, (_, i) => i).filter(() => random.next() < 0.3);
  const some = pickFeatures(parcels, kept);
  const moved = { ...some, coords: some.coords.map((value, i) => value + (i % 2 === 0 ? 3.2 : -2.1)) };
  const coarse = coverageLayer(random, { ...place, cells: 40, bends: 200 });
  const zone = runZoneOf(parcels);
  const origin = planeOriginOf(zone, lonLatBoxOf(parcels));
  const plane = (layer: typeof parcels): PlaneLayer => toPlaneLayer(layer, zone, origin);
  const whole = plane(parcels);
  const xy = whole.xy.slice();
  for (let i = 0; i < 200; i++) xy[random.integer(0, xy.length - 1)]! += 0.2 * (random.next() - 0.5);
  return {
    parcels: whole,
    some: plane(some),
    moved: plane(moved),
    coarse: plane(convertLayer(coarse, 4525)),
    dented: { ...whole, xy },
  };
}

/** Boxes, triangles and boxes with a hole at round coordinates, either way round: edges and corners fall together everywhere. */
export function latticeLayer(random: Random, features: number): PlaneLayer {
  const xy: number[] = [];
  const starts = [0];
  const roles: number[] = [];
  const featureRings = [0];
  const ring = (points: readonly (readonly [number, number])[], role: number): void => {
    const directed = random.next() < 0.5 ? points : [...points].reverse();
    for (const [x, y] of directed) {
      xy.push(x, y);
      // A vertex given twice is no edge.
      if (random.next() < 0.05) xy.push(x, y);
    }
    starts.push(xy.length / 2);
    roles.push(role);
  };
  const box = (x: number, y: number, w: number, h: number): [number, number][] => [
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x, y + h],
  ];
  for (let f = 0; f < features; f++) {
    const [x, y] = [random.integer(0, 20), random.integer(0, 20)];
    const [w, h] = [random.integer(1, 6), random.integer(1, 6)];
    const shape = random.integer(0, 2);
    if (shape === 0) ring(box(x, y, w, h), 0);
    else if (shape === 1) ring(box(x, y, w, h).slice(0, 3), 0);
    else {
      ring(box(x, y, w + 2, h + 2), 0);
      ring(box(x + 1, y + 1, w, h), 1);
    }
    featureRings.push(roles.length);
  }
  return planeLayerFrom(
    Float64Array.from(xy),
    Uint32Array.from(starts),
    Uint8Array.from(roles),
    Uint32Array.from(featureRings),
    { zone: 36, centralMeridianDegrees: 108 },
    [108, 22],
  );
}
