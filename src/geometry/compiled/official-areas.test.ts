import { describe, expect, it } from 'vitest';
import { compiledKernel, FREE_ADDRESS, KERNEL_VARIANTS } from '../../../tests/support/compiled-kernel.ts';
import { INNER, OUTER, type PolygonLayer, type Random, seededRandom } from '../../kernel/index.ts';
import { epsgOf3, runZone } from '../crs.ts';
import { officialAreas } from '../official-area.ts';

const SEED = 20_260_923;
const ZONE = 40;
const FALSE_EASTING = 40_500_000;

/** Layer of polygons from rings of [east, north, …]; the rings of a feature after its first are inner. */
function layerOf(features: number[][][]): PolygonLayer {
  const rings = features.flat();
  let vertices = 0;
  let ringCount = 0;
  return {
    epsg: epsgOf3(ZONE, true),
    featureNos: Uint32Array.from(features.keys()),
    coords: Float64Array.from(rings.flat()),
    ringStarts: Uint32Array.from([0, ...rings.map((ring) => (vertices += ring.length / 2))]),
    ringRoles: Uint8Array.from(features.flatMap((feature) => feature.map((_, i) => (i === 0 ? OUTER : INNER)))),
    featureRings: Uint32Array.from([0, ...features.map((feature) => (ringCount += feature.length))]),
    columns: [],
  };
}

/** A star-shaped ring about a point: corners 3 … 12 or as many as told, radii about `size` metres, decimals as files have them. */
function ring(random: Random, x: number, y: number, size: number, corners = random.integer(3, 12)): number[] {
  const decimals = 10 ** random.integer(0, 7);
  const turn = random.next() < 0.5 ? 1 : -1;
  return Array.from({ length: corners }, (_, i) => {
    const angle = (turn * 2 * Math.PI * i) / corners;
    const radius = size * (0.5 + random.next());
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)].map(
      (value) => Math.round(value * decimals) / decimals,
    );
  }).flat();
}

function randomFeatures(count: number): number[][][] {
  const random = seededRandom(SEED);
  return Array.from({ length: count }, () => {
    const x = FALSE_EASTING + (random.next() - 0.5) * 3e5;
    // From the south of Hainan to the north of Heilongjiang; a tenth about 45°, where the arithmetic changes its way.
    const y = random.next() < 0.1 ? 4.9855e6 + (random.next() - 0.5) * 2000 : 1.9e6 + random.next() * 4e6;
    const size = 10 ** (random.next() * 3.2);
    const rings = [ring(random, x, y, size)];
    if (random.next() < 0.2) rings.push(ring(random, x, y, size / 10));
    return rings;
  });
}

/** What is rare in files: no ring, rings of one or two vertices, no extent, halves of a tick, the meridian, chunk limits. */
function rareFeatures(): number[][][] {
  const random = seededRandom(SEED + 1);
  const x = FALSE_EASTING;
  const y = 3_353_000;
  const square = (half: number): number[] => [x, y, x, y + half, x + half, y + half, x + half, y];
  return [
    [],
    [[x, y]],
    [[x, y, x + 1, y]],
    [[x, y, x, y, x, y]],
    [[x, y, x + 1, y + 1, x + 2, y + 2]],
    [square(70)],
    [square(140)],
    [square(0.00005)],
    [square(1.00005)],
    [square(1000), [x + 10.00005, y + 10.00015, x + 20, y + 10.00025, x + 20, y + 20.00035]],
    [square(20_000)],
    [[x - 100, 0, x + 100, 0, x + 100, 100, x - 100, 100]],
    [[x - 100, -50, x + 100, -50, x + 100, 50, x - 100, 50]],
    [[x, 9_000_000, x + 50, 9_000_000, x + 50, 9_000_050]],
    ...Array.from({ length: 20 }, (_, i) => [ring(random, x + 5000, y, 100, 248 + i)]),
    ...Array.from({ length: 6 }, (_, i) => [ring(random, x + 5000, y, 100, 505 + i)]),
    ...Array.from({ length: 4 }, () => [ring(random, x, y, 60_000, 3)]),
  ];
}

describe.each(KERNEL_VARIANTS)('official areas of the compiled kernel (%s)', (variant) => {
  it.each([
    ['100,000 random polygons', () => randomFeatures(100_000)],
    ['rare shapes', rareFeatures],
  ] as const)(`have the bits of TypeScript: %s, seed ${SEED}`, { timeout: 300_000 }, async (_, features) => {
    const layer = layerOf(features());
    const expected = officialAreas(layer, runZone(ZONE));
    const kernel = await compiledKernel(variant);
    let top = FREE_ADDRESS;
    const take = (bytes: number): number => {
      const address = top;
      top += Math.ceil(bytes / 16) * 16;
      return address;
    };
    const count = expected.length;
    const xy = take(layer.coords.byteLength);
    kernel.doubles(xy, layer.coords.length).set(layer.coords);
    const starts = take(layer.ringStarts.byteLength);
    kernel.words(starts, layer.ringStarts.length).set(layer.ringStarts);
    const roles = take(layer.ringRoles.length);
    kernel.bytes(roles, layer.ringRoles.length).set(layer.ringRoles);
    const rings = take(layer.featureRings.byteLength);
    kernel.words(rings, count + 1).set(layer.featureRings);
    const scratch = take(4096);
    const guard = take(16);
    const squareMetres = take(8 * count);
    const dm2 = take(8 * count);
    kernel.doubles(guard, 2).fill(7);
    // In two parts, as tasks take them.
    const middle = count >> 1;
    for (const [from, to] of [
      [middle, count],
      [0, middle],
    ] as const) {
      kernel.call.officialAreasOf!(
        xy,
        starts,
        roles,
        rings,
        from,
        to,
        FALSE_EASTING,
        3 * ZONE,
        scratch,
        squareMetres,
        dm2,
      );
    }
    expect(Array.from(kernel.doubles(guard, 2))).toEqual([7, 7]);
    const areas = kernel.doubles(squareMetres, count);
    const whole = kernel.doubles(dm2, count);
    let total = 0;
    for (let f = 0; f < count; f++) {
      const wanted = expected[f]!;
      total += wanted.areaDm2;
      if (!Object.is(areas[f], wanted.squareMetres) || !Object.is(whole[f], wanted.areaDm2)) {
        expect({ f, squareMetres: areas[f], areaDm2: whole[f] }).toEqual({ f, ...wanted });
      }
    }
    expect(total).toBeGreaterThan(1e8);
  });
});
