import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildKernel } from '../../../scripts/build-kernel.js';
import { coverageLayer, pickFeatures } from '../../../tests/support/coverage-layer.ts';
import { closeToWhole, seededRandom } from '../../kernel/index.ts';
import { type RunningKernel, startKernel } from '../../platform/compiled-kernel/index.ts';
import { planeOriginOf, toPlaneLayer } from '../plane-layer.ts';
import { convertLayer, lonLatBoxOf, runZoneOf } from '../layer-crs.ts';
import { Cancelled, TOUCHING_SQUARE_METRES, tabulatePlain } from '../tabulate.ts';
import { officialAreas } from '../official-area.ts';
import type { PlaneLayer, Tabulation } from '../types.ts';
import {
  compiledTabulate,
  copyPlaneLayer,
  fillLayer,
  overlayClassSums,
  overlayRows,
  prepareLayer,
  arraysOf,
  measuresOf,
  officialDm2,
  suspectFeatures,
  withMemory,
} from './index.ts';

const KERNELS = [
  { name: 'shared, 1 thread', threads: 1, variant: 'shared' },
  { name: 'shared, 2 threads', threads: 2, variant: 'shared' },
  { name: 'shared, 4 threads', threads: 4, variant: 'shared' },
  { name: 'unshared', threads: 1, variant: 'unshared' },
] as const;

const SEED = 20_241_121;

/** A county of 3,000 cells in a zone's metres, moved copies and coarse covers of it. */
function county() {
  const random = seededRandom(SEED);
  const place = { epsg: 4524, east: 36_560_000, north: 2_428_000, side: 100 * Math.sqrt(3000) };
  const parcels = coverageLayer(random, { ...place, cells: 3000, bends: 6 });
  const kept = Array.from({ length: 3000 }, (_, i) => i).filter(() => random.next() < 0.3);
  const farmland = pickFeatures(parcels, kept);
  const moved = { ...farmland, coords: farmland.coords.map((value, i) => value + (i % 2 === 0 ? 3.2 : -2.1)) };
  const slope = coverageLayer(random, { ...place, cells: 40, bends: 200 });
  const few = coverageLayer(random, { ...place, cells: 9, bends: 0 });
  // Delivered in the run's zone, in degrees and in another zone.
  return {
    parcels,
    zones: [convertLayer(farmland, 4490), moved, convertLayer(slope, 4525), convertLayer(few, 4490)],
  };
}

const same = (a: Tabulation, b: Tabulation): void => {
  expect(a.areas.length).toBeGreaterThan(0);
  expect(Buffer.compare(Buffer.from(a.parcels.buffer), Buffer.from(b.parcels.buffer))).toBe(0);
  expect(Buffer.compare(Buffer.from(a.zones.buffer), Buffer.from(b.zones.buffer))).toBe(0);
  expect(Buffer.compare(Buffer.from(a.areas.buffer), Buffer.from(b.areas.buffer))).toBe(0);
};

describe.each(KERNELS)('the compiled kernel ($name)', ({ threads, variant }) => {
  let kernel: RunningKernel;
  const { parcels, zones } = county();
  const zone = runZoneOf(parcels);
  const origin = planeOriginOf(zone, lonLatBoxOf(parcels));
  const planes: PlaneLayer[] = [parcels, ...zones].map((layer) => toPlaneLayer(layer, zone, origin));
  beforeAll(async () => {
    await buildKernel();
    kernel = startKernel(threads, variant)!;
    expect(kernel.helpers).toBe(threads - 1);
  });
  afterAll(() => kernel?.close());

  it('gives the bits of the plain version', () => {
    const tabulate = compiledTabulate(kernel);
    for (const plane of planes.slice(1)) same(tabulate(planes[0]!, plane), tabulatePlain(planes[0]!, plane));
    same(tabulate(planes[0]!, planes[0]!), tabulatePlain(planes[0]!, planes[0]!));
    // Few large polygons against many small ones.
    same(tabulate(planes[4]!, planes[0]!), tabulatePlain(planes[4]!, planes[0]!));
  });

  it('gives the bits of the plain version in passes and at other cell sizes', () => {
    const tabulate = compiledTabulate(kernel);
    for (const options of [{ maxIndexPieces: 20_000 }, { cellSizeMetres: 23.7 }, { cellSizeMetres: 400 }]) {
      same(tabulate(planes[0]!, planes[2]!, options), tabulatePlain(planes[0]!, planes[2]!, options));
      same(tabulate(planes[4]!, planes[0]!, options), tabulatePlain(planes[4]!, planes[0]!, options));
    }
  });

  it('tabulates each pair of one layer once, with the bits of the plain version', () => {
    const dented = { ...planes[0]!, xy: planes[0]!.xy.map((value, i) => (i % 97 === 0 ? value + 0.05 : value)) };
    const tabulate = compiledTabulate(kernel);
    for (const options of [{}, { maxIndexPieces: 20_000 }]) {
      const once = tabulatePlain(dented, dented, { ...options, eachPairOnce: true });
      same(tabulate(dented, dented, { ...options, eachPairOnce: true }), once);
      const all = tabulatePlain(dented, dented, options);
      const kept = Array.from(all.areas.keys()).filter((i) => all.parcels[i]! < all.zones[i]!);
      const pick = <T extends Uint32Array | Float64Array>(values: T): number[] => kept.map((i) => values[i]!);
      expect([...once.parcels]).toEqual(pick(all.parcels));
      expect([...once.zones]).toEqual(pick(all.zones));
      expect([...once.areas]).toEqual(pick(all.areas));
    }
  });

  it('prepares layers as the plain version does: split points, signs, areas, boxes', () => {
    [parcels, ...zones].forEach((layer, i) => {
      withMemory(kernel, () => {
        const filling = fillLayer(kernel, layer.epsg, 100);
        filling.append(layer);
        const filled = filling.finish();
        const official = officialDm2(kernel, filled, zone);
        expect([...official]).toEqual(officialAreas(layer, zone).map(({ areaDm2 }) => areaDm2));
        prepareLayer(kernel, filled, zone, origin);
        const { xy, ringStarts, ringSigns } = arraysOf(kernel, filled);
        const { areas, boxes } = measuresOf(kernel, filled);
        const expected = planes[i]!;
        expect(xy.length).toBe(expected.xy.length);
        expect(Buffer.compare(Buffer.from(Float64Array.from(xy).buffer), Buffer.from(expected.xy.buffer))).toBe(0);
        expect([...ringStarts]).toEqual([...expected.ringStarts]);
        expect([...ringSigns]).toEqual([...expected.ringSigns]);
        expect([...areas]).toEqual([...expected.areas]);
        expect([...boxes]).toEqual([...expected.boxes]);
        expect(suspectFeatures(kernel, filled)).toEqual([]);
      });
    });
  });

  it('overlays several layers at once on one grid, and finds the same as one by one', () => {
    withMemory(kernel, () => {
      const [first, ...others] = planes.map((plane) => copyPlaneLayer(kernel, plane));
      const { rows, zoneStarts, twiceCovered } = overlayRows(kernel, first!, others, {
        touchingSquareMetres: TOUCHING_SQUARE_METRES,
        findTwiceCovered: true,
      });
      expect(twiceCovered).toEqual({ parcels: [], zones: [[], [], [], []] });
      planes.slice(1).forEach((plane, l) => {
        const alone = tabulatePlain(planes[0]!, plane);
        const found = Array.from(rows.areas.keys()).filter(
          (i) => rows.zones[i]! >= zoneStarts[l]! && rows.zones[i]! < zoneStarts[l + 1]!,
        );
        expect(found.length).toBe(alone.areas.length);
        found.forEach((row, i) => {
          expect(rows.parcels[row]).toBe(alone.parcels[i]);
          expect(rows.zones[row]! - zoneStarts[l]!).toBe(alone.zones[i]);
          expect(Math.abs(rows.areas[row]! - alone.areas[i]!)).toBeLessThan(1e-7);
        });
      });
    });
  });

  it('sums classes as closing each parcel does', () => {
    const random = seededRandom(SEED + 1);
    const [parcelPlane, farmland, , slope] = planes;
    const count = parcelPlane!.areas.length;
    const classOfParcel = Uint16Array.from({ length: count }, () => random.integer(0, 5));
    const wholesDm2 = parcelPlane!.areas.map((area) => Math.round(area * 100) + random.integer(-3, 3));
    const keys = [
      Uint16Array.from({ length: farmland!.areas.length }, () => 1),
      Uint16Array.from({ length: slope!.areas.length }, () => random.integer(1, 5)),
    ];
    const sumsOf = (options: { maxIndexPieces?: number }) =>
      withMemory(kernel, () => {
        const layers = [parcelPlane!, farmland!, slope!].map((plane) => copyPlaneLayer(kernel, plane));
        return overlayClassSums(
          kernel,
          layers[0]!,
          layers.slice(1),
          { classOfParcel, classes: 6, wholesDm2, keyOfZone: keys, keyCounts: [2, 6] },
          { touchingSquareMetres: TOUCHING_SQUARE_METRES, ...options },
        );
      });
    const sums = sumsOf({});
    // In many passes, so that parcels reach across them: the same.
    expect(sumsOf({ maxIndexPieces: 5000 }).tablesDm2).toEqual(sums.tablesDm2);
    [farmland!, slope!].forEach((plane, l) => {
      const width = [2, 6][l]!;
      const expected = new Float64Array(6 * width);
      const rows = tabulatePlain(parcelPlane!, plane);
      let at = 0;
      for (let f = 0; f < count; f++) {
        const shares = Array.from({ length: width }, () => 0);
        for (; at < rows.areas.length && rows.parcels[at] === f; at++)
          shares[keys[l]![rows.zones[at]!]!]! += rows.areas[at]!;
        const found = shares
          .map((share, key) => ({ key, share }))
          .filter(({ key, share }) => key > 0 && share > TOUCHING_SQUARE_METRES);
        const rest = parcelPlane!.areas[f]! - found.reduce((sum, { share }) => sum + share, 0);
        const parts = closeToWhole(wholesDm2[f]!, [
          ...found.map(({ share }) => share),
          rest > TOUCHING_SQUARE_METRES ? rest : 0,
        ]);
        [...found.map(({ key }) => key), 0].forEach((key, i) => {
          expected[classOfParcel[f]! * width + key]! += parts[i]!;
        });
      }
      expect([...sums.tablesDm2[l]!]).toEqual([...expected]);
    });
  });

  it('stops when asked, and works on afterwards', () => {
    const tabulate = compiledTabulate(kernel);
    let asked = 0;
    expect(() => tabulate(planes[0]!, planes[3]!, { isCancelled: () => ++asked > 1 })).toThrow(Cancelled);
    same(tabulate(planes[0]!, planes[3]!), tabulatePlain(planes[0]!, planes[3]!));
  });
});
