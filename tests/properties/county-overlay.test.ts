import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareWithPostgis, conservation, TOLERANCE_M2 } from '../../bench/overlay/comparing.ts';
import { planeFiles, planeLayers, type PlaneWithRoles } from '../../bench/overlay/plane.ts';
import { PostgisPeer } from '../../bench/overlay/postgis.ts';
import { findDefects, overlapsWithin } from '../../src/geometry/index.ts';
import { readLayer } from '../../src/modules/intake/server.ts';
import { COUNTY_ZONE_LAYERS, type CountyFiles, countyFiles, type CountyLayer } from '../support/county/files.ts';
import { startTabulations, TABULATION_NAMES } from '../support/lattice/tabulations.ts';

/** The county of the benchmark, small: 100,000 parcels by npm run drill:overlay. */
const PARCELS = 2_000;
const SEED = 11;

describe(`a county of ${PARCELS} parcels and five zone layers, seed ${SEED}`, () => {
  let county: CountyFiles;
  let peer: PostgisPeer;
  let started: Awaited<ReturnType<typeof startTabulations>>;
  const planes = new Map<CountyLayer, PlaneWithRoles>();
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-county-test-'));

  beforeAll(async () => {
    // The server that copies the files may run as another user.
    chmodSync(folder, 0o755);
    county = await countyFiles(PARCELS, { seed: SEED, folder });
    for await (const [name, layer] of planeLayers(county)) planes.set(name, layer);
    peer = await PostgisPeer.start(await planeFiles(county), []);
    started = await startTabulations();
  }, 300_000);
  afterAll(async () => {
    started?.stop();
    await peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['parcels', ...COUNTY_ZONE_LAYERS] as const)('%s: rings are valid, nothing overlaps', async (name) => {
    const read = await readLayer(county.paths[name]);
    if (!read.ok) throw new Error(read.error.map(({ code }) => code).join());
    expect(findDefects(read.value.layer)).toEqual([]);
    expect(await peer.invalid(name)).toBe(0);
    expect(overlapsWithin(planes.get(name)!.plane)).toEqual([]);
  });

  it('has what makes overlays hard: large polygons with holes, shared and nearly shared borders, a full cover', () => {
    const { parcels, basicFarmland, redLine } = county.layers;
    expect(parcels.features).toBeGreaterThan(0.8 * PARCELS);
    expect(parcels.largestVertices).toBeGreaterThan(1_000);
    expect(parcels.holes).toBeGreaterThan(4);
    expect(redLine.features).toBeGreaterThan(3);
    expect(basicFarmland.features).toBeGreaterThan(100);
  });

  it.each(COUNTY_ZONE_LAYERS)('%s: pairs and areas as PostGIS has them, by every kernel', async (name) => {
    const parcels = planes.get('parcels')!.plane;
    const zones = planes.get(name)!.plane;
    const found = TABULATION_NAMES.map((kernel) => started.tabulations[kernel](parcels, zones, undefined));
    const differences = await compareWithPostgis(peer, name, found, zones.areas.length);
    differences.forEach((difference, k) => {
      expect(difference.pairs, TABULATION_NAMES[k]).toBeGreaterThan(50);
      expect(difference.missing, TABULATION_NAMES[k]).toBe(0);
      expect(difference.worst, TABULATION_NAMES[k]).toBeLessThan(TOLERANCE_M2);
      if (name === 'slope') expect(conservation(parcels, found[k]!), TABULATION_NAMES[k]).toBeLessThan(1e-6);
    });
  });
});
