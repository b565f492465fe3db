/**
 * Tabulated intersection in plain TypeScript: `npx tsx bench/overlay-plain.ts [parcels = 100000]`.
 * A synthetic county (coverageLayer) against farmland that shares its borders, a moved copy, slope zones and projects' size
 * zones; prints seconds per phase, nanoseconds per vertex and peak memory.
 */
import { lonLatBoxOf, officialAreas, planeOriginOf, runZoneOf, tabulate, toPlaneLayer } from '../src/geometry/index.ts';
import { type PolygonLayer, seededRandom } from '../src/kernel/index.ts';
import { coverageLayer, pickFeatures } from '../tests/support/coverage-layer.ts';

const count = Number(process.argv[2] ?? 100_000);
const random = seededRandom(7);
const side = 100 * Math.sqrt(count);
const place = { epsg: 4524, east: 36_560_000, north: 2_428_000, side };

function timed<T>(name: string, work: () => T, note: (value: T) => string): T {
  const wall = performance.now();
  const cpu = process.cpuUsage();
  const value = work();
  const used = process.cpuUsage(cpu);
  const seconds = (performance.now() - wall) / 1000;
  console.log(
    `${name.padEnd(28)} ${seconds.toFixed(2)} s wall ${((used.user + used.system) / 1e6).toFixed(2)} s cpu  ${note(value)}`,
  );
  return value;
}

const parcels = timed(
  'generate parcels',
  () => coverageLayer(random, { ...place, cells: count, bends: 6 }),
  (layer) => `${layer.featureNos.length} parcels, ${layer.coords.length / 2} vertices`,
);
const kept = Array.from({ length: parcels.featureNos.length }, (_, i) => i).filter(() => random.next() < 0.1);
const farmland = pickFeatures(parcels, kept);
const zoneLayers: [string, PolygonLayer][] = [
  ['farmland, shared borders', farmland],
  [
    'farmland, moved 3 m',
    { ...farmland, coords: farmland.coords.map((value, i) => value + (i % 2 === 0 ? 3.2 : -2.1)) },
  ],
  ['slope, 500 zones', coverageLayer(random, { ...place, cells: 500, bends: 300 })],
  ['12 large zones', coverageLayer(random, { ...place, cells: 12, bends: 3000 })],
];
const zone = runZoneOf(parcels);
const origin = planeOriginOf(zone, lonLatBoxOf(parcels));
timed(
  'official areas',
  () => officialAreas(parcels, zone),
  (areas) => `${areas.length} areas`,
);
const plane = timed(
  'parcels to the plane',
  () => toPlaneLayer(parcels, zone, origin),
  (layer) => `${layer.xy.length / 2} vertices`,
);
for (const [name, layer] of zoneLayers) {
  const zonePlane = timed(
    `${name}: plane`,
    () => toPlaneLayer(layer, zone, origin),
    (value) => `${value.xy.length / 2} vertices`,
  );
  timed(
    `${name}: tabulate`,
    () => tabulate(plane, zonePlane),
    (result) => `${result.areas.length} pairs`,
  );
}
console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
