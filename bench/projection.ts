/**
 * What a vertex costs in the numeric core: TypeScript against the compiled kernel, nanoseconds of processor time, the median of
 * the runs. Both compute the same bits (src/geometry/compiled/*.test.ts). `npx tsx bench/projection.ts` prints a Markdown table.
 */
import { officialAreas, runZone } from '../src/geometry/index.ts';
import { equalAreaPlane, toPlane } from '../src/geometry/equal-area.ts';
import { project, unproject } from '../src/geometry/gauss-kruger.ts';
import { OUTER, type PolygonLayer, seededRandom } from '../src/kernel/index.ts';
import { compiledKernel, FREE_ADDRESS } from '../tests/support/compiled-kernel.ts';

const VERTICES = 200_000;
const CORNERS = 8;
const RUNS = 25;
const ZONE = 40;
const MERIDIAN = 3 * ZONE;
const FALSE_EASTING = 40_500_000;

function medianNanoseconds(prepare: () => void, run: () => void): number {
  const times = Array.from({ length: RUNS }, () => {
    prepare();
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1000) / VERTICES;
  }).sort((a, b) => a - b);
  return times[RUNS >> 1]!;
}

const random = seededRandom(1);
const kernel = await compiledKernel('shared');
let top = FREE_ADDRESS;
function take(bytes: number): number {
  const address = top;
  top += Math.ceil(bytes / 16) * 16;
  return address;
}

/** Octagons of 30 to 70 m, four decimals, from 22° to 40° north. */
const metres = new Float64Array(2 * VERTICES);
for (let at = 0; at < metres.length; ) {
  const x = FALSE_EASTING + (random.next() - 0.5) * 2e5;
  const y = 2_400_000 + random.next() * 2e6;
  const radius = 30 + 40 * random.next();
  for (let i = 0; i < CORNERS; i++) {
    const angle = (2 * Math.PI * i) / CORNERS;
    metres[at++] = Math.round((x + radius * Math.cos(angle)) * 1e4) / 1e4;
    metres[at++] = Math.round((y + radius * Math.sin(angle)) * 1e4) / 1e4;
  }
}
const degrees = new Float64Array(2 * VERTICES);
for (let i = 0; i < degrees.length; i += 2) unproject(metres[i]! - FALSE_EASTING, metres[i + 1]!, degrees, i);
const plane = equalAreaPlane(0, 31);
const near = degrees.map((value, i) => (i % 2 === 0 ? value : 31 + (value - 31) / 10));

const features = VERTICES / CORNERS;
const layer: PolygonLayer = {
  epsg: 4528,
  featureNos: Uint32Array.from({ length: features }, (_, i) => i),
  coords: metres,
  ringStarts: Uint32Array.from({ length: features + 1 }, (_, i) => CORNERS * i),
  ringRoles: new Uint8Array(features).fill(OUTER),
  featureRings: Uint32Array.from({ length: features + 1 }, (_, i) => i),
  columns: [],
};

const xy = take(16 * VERTICES);
const coefficients = take(14 * 8);
const starts = take(layer.ringStarts.byteLength);
const roles = take(features);
const rings = take(layer.featureRings.byteLength);
const scratch = take(4096);
const squareMetres = take(8 * features);
const dm2 = take(8 * features);
kernel.doubles(coefficients, 14).set(plane.coefficients);
kernel.words(starts, features + 1).set(layer.ringStarts);
kernel.bytes(roles, features).set(layer.ringRoles);
kernel.words(rings, features + 1).set(layer.featureRings);

const out = new Float64Array(2 * VERTICES);
const inMemory = kernel.doubles(xy, 2 * VERTICES);
const call = kernel.call;
const rows: [name: string, source: Float64Array, plain: () => void, compiled: () => void][] = [
  [
    'projection',
    degrees,
    () => {
      for (let i = 0; i < out.length; i += 2) project(out[i]!, out[i + 1]!, out, i);
    },
    () => call.projectAll!(xy, VERTICES),
  ],
  [
    'inverse projection',
    metres,
    () => {
      for (let i = 0; i < out.length; i += 2) unproject(out[i]! - FALSE_EASTING, out[i + 1]!, out, i);
    },
    () => call.unprojectAll!(xy, VERTICES, FALSE_EASTING, MERIDIAN),
  ],
  [
    'equal-area plane',
    near,
    () => toPlane(plane, out, 0, VERTICES),
    () => call.toPlaneAll!(xy, 0, VERTICES, plane.longitude, plane.latitude, plane.scale, coefficients),
  ],
  [
    'official areas',
    metres,
    () => officialAreas(layer, runZone(ZONE)),
    () =>
      call.officialAreasOf!(xy, starts, roles, rings, 0, features, FALSE_EASTING, MERIDIAN, scratch, squareMetres, dm2),
  ],
];
console.log('| ns of processor time per vertex | TypeScript | compiled | ratio |\n|---|---|---|---|');
for (const [name, source, plain, compiled] of rows) {
  const a = medianNanoseconds(() => out.set(source), plain);
  const b = medianNanoseconds(() => inMemory.set(source), compiled);
  console.log(`| ${name} | ${a.toFixed(1)} | ${b.toFixed(1)} | ${(a / b).toFixed(1)} |`);
}
