import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildKernel } from '../../../scripts/build-kernel.js';
import { coverageLayer, pickFeatures } from '../../../tests/support/coverage-layer.ts';
import { type Random, seededRandom } from '../../kernel/index.ts';
import { type RunningKernel, startKernel } from '../../platform/compiled-kernel/index.ts';
import { coveragePlain } from '../coverage.ts';
import { freeEdgesOf } from '../coverage-edges.ts';
import { planeLayerFrom, planeOriginOf, toPlaneLayer } from '../plane-layer.ts';
import { convertLayer, lonLatBoxOf, runZoneOf } from '../layer-crs.ts';
import type { PlaneLayer } from '../types.ts';
import { allocate, compiledCoverage, copyPlaneLayer, view, withMemory } from './index.ts';

// The work is done by the calling thread; helpers that wait must not matter.
const KERNELS = [
  { name: 'shared, 1 thread', threads: 1, variant: 'shared' },
  { name: 'shared, 2 threads', threads: 2, variant: 'shared' },
  { name: 'unshared', threads: 1, variant: 'unshared' },
] as const;

const SEED = 20_241_123;

/** A county of 3,000 cells, a third of it alone, moved by metres, a coarse cover in another zone, and with vertices moved by cm. */
function county(): Record<'parcels' | 'some' | 'moved' | 'coarse' | 'dented', PlaneLayer> {
  const random = seededRandom(SEED);
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
function lattice(random: Random, features: number): PlaneLayer {
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

describe.each(KERNELS)('coverage by the compiled kernel ($name)', ({ threads, variant }) => {
  let kernel: RunningKernel;
  beforeAll(async () => {
    await buildKernel();
    kernel = startKernel(threads, variant)!;
    expect(kernel.helpers).toBe(threads - 1);
  });
  afterAll(() => kernel?.close());

  /** Both versions, to the bit (toEqual tells 0 from −0 and every other bit of a number). */
  const same = (boundary: PlaneLayer | undefined, layer: PlaneLayer, minimumAreaM2: number, what: string) => {
    const expected = coveragePlain(boundary, layer, { minimumAreaM2 });
    expect(compiledCoverage(kernel)(boundary, layer, { minimumAreaM2 }), what).toEqual(expected);
    return expected;
  };

  it('leaves the edges free that the plain version does, in its order', () => {
    const { parcels, some, dented } = county();
    const layers = [
      parcels,
      some,
      dented,
      ...Array.from({ length: 50 }, (_, i) => lattice(seededRandom(SEED + i), 60)),
    ];
    for (const layer of layers) {
      const expected = freeEdgesOf(layer);
      withMemory(kernel, () => {
        const out = allocate(kernel, 48);
        kernel.exports.freeEdges(copyPlaneLayer(kernel, layer).struct, out);
        const [count, ends, features] = view.u32(kernel, out, 3);
        expect(count).toBe(expected.count);
        expect([...view.f64(kernel, ends!, 4 * count!)]).toEqual([...expected.ends]);
        expect([...view.u32(kernel, features!, count!)]).toEqual([...expected.features]);
      });
    }
  });

  it('finds the regions of the plain version in a county', () => {
    const { parcels, some, moved, coarse, dented } = county();
    expect(same(undefined, parcels, 0.01, 'clean').regions).toEqual([]);
    expect(same(undefined, dented, 0, 'dented').regions.length).toBeGreaterThan(200);
    expect(same(coarse, dented, 0.001, 'dented in a boundary').overlapM2).toBeGreaterThan(0);
    expect(same(undefined, some, 0.01, 'scattered').gapM2).toBeGreaterThan(0);
    expect(same(parcels, moved, 0.01, 'moved in a boundary').outsideM2).toBeGreaterThan(0);
    expect(same(moved, some, 0.01, 'moved over itself').outsideM2).toBeGreaterThan(0);
  });

  it('finds the regions of the plain version where edges and corners fall together', () => {
    let regions = 0;
    for (let i = 0; i < 150; i++) {
      const random = seededRandom(SEED + 1000 + i);
      const layer = lattice(random, random.integer(1, 60));
      const boundary = i % 3 === 0 ? undefined : lattice(random, random.integer(1, 5));
      regions += same(boundary, layer, 0, `seed ${SEED + 1000 + i}`).regions.length;
    }
    expect(regions).toBeGreaterThan(1000);
  });

  it('has nothing to say of layers without land', () => {
    const nothing = lattice(seededRandom(SEED), 0);
    same(undefined, nothing, 0, 'nothing');
    same(lattice(seededRandom(SEED), 3), nothing, 0, 'nothing in a boundary');
  });
});
