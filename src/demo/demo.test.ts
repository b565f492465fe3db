import { describe, expect, it } from 'vitest';
import {
  coverage,
  findDefects,
  lonLatBoxOf,
  officialAreas,
  overlapsWithin,
  planeOriginOf,
  runZoneOf,
  toPlaneLayer,
} from '../geometry/index.ts';
import {
  canonicalJson,
  columnOf,
  joinBatches,
  MAX_BATCH_VERTICES,
  type FeatureBatch,
  type PolygonLayer,
} from '../kernel/index.ts';
import { DEMO_ZONE_ROLES, generateDemoCounty } from './index.ts';

const whole = (batches: Iterable<FeatureBatch>): PolygonLayer => joinBatches([...batches], 4490);

describe.each([3, 7, 11])('demo county with seed %i', (seed) => {
  const county = generateDemoCounty({ parcels: 1_500, seed });
  const parcels = whole(county.parcels());
  const zone = runZoneOf(parcels);
  const origin = planeOriginOf(zone, lonLatBoxOf(parcels)!);
  const plane = toPlaneLayer(parcels, zone, origin);

  it('has about as many parcels as asked, in batches that keep the limit', () => {
    expect(parcels.featureNos.length).toBeGreaterThan(1_200);
    expect(parcels.featureNos.length).toBeLessThan(1_900);
    for (const batch of county.parcels()) expect(batch.coords.length / 2).toBeLessThanOrEqual(MAX_BATCH_VERTICES);
  });

  it('has sound rings in every layer', () => {
    expect(findDefects(parcels)).toEqual([]);
    for (const role of DEMO_ZONE_ROLES) expect(findDefects(whole(county.zone(role))), role).toEqual([]);
    for (const layer of Object.values(county.plan)) expect(findDefects(layer)).toEqual([]);
  });

  it('covers the villages without gap or overlap', () => {
    expect(overlapsWithin(plane)).toEqual([]);
    const villages = toPlaneLayer(whole(county.zone('village')), zone, origin);
    expect(coverage(villages, plane).regions).toEqual([]);
  });

  it('states areas that agree with the official formula within the tolerance, though it computed them otherwise', () => {
    const stated = columnOf(parcels, 'TBMJ')!;
    officialAreas(parcels, zone).forEach((area, f) => {
      const difference = Math.abs(Math.round(Number(stated[f]) * 100) - area.areaDm2);
      expect(difference, `feature ${f}`).toBeLessThanOrEqual(Math.max(5, area.areaDm2 * 1e-6));
    });
  });

  it('is covered by its slope layer', () => {
    const slope = whole(county.zone('slope'));
    const parts = coverage(
      toPlaneLayer(whole(county.zone('village')), zone, origin),
      toPlaneLayer(slope, zone, origin),
    );
    expect(parts.regions.filter((region) => region.kind === 'gap')).toEqual([]);
  });

  it('plants each error in a feature of its own', () => {
    const { plantedErrors } = county.truth as unknown as { plantedErrors: { rule: string; featureNo: number }[] };
    expect(plantedErrors.length).toBeGreaterThanOrEqual(14);
    expect(new Set(plantedErrors.map((error) => error.featureNo)).size).toBe(plantedErrors.length);
  });
});

it('gives the same county for the same seed and another for another', () => {
  const text = (seed: number): string => canonicalJson(generateDemoCounty({ parcels: 400, seed }).truth);
  expect(text(5)).toBe(text(5));
  expect(text(5)).not.toBe(text(6));
});
