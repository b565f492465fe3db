import { gunzipSync } from 'node:zlib';
import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testActor } from '../../../tests/support/context.ts';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { squareBatches, type Squares } from '../../../tests/support/squares.ts';
import { systemClock, systemIds } from '../../platform/clock.ts';
import { tileCache, type TileAddress } from '../../platform/tiles/index.ts';
import { findLayerVersion, type LayerVersion, saveLayerVersion } from './server.ts';
import { makeTile, tileOf } from './tiles.server.ts';

const SQUARES: Squares = { columns: 60, rows: 50, west: 120.5, south: 30.4, size: 0.001 };
const actor = testActor('', systemClock, systemIds);
const PLACES = [
  [120.53, 30.42],
  [120.5005, 30.4005],
  [120.559, 30.449],
  [120.4, 30.4],
] as const;
const bytesByEngine = new Map<string, Record<string, string>>();

function addressOf(z: number, lon: number, lat: number): TileAddress {
  const sine = Math.sin((lat * Math.PI) / 180);
  return {
    z,
    x: Math.floor(((lon + 180) / 360) * 2 ** z),
    y: Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 2 ** z),
  };
}

describe.each(ENGINES)('tiles on $name', ({ name, open }) => {
  let test: TestDatabase;
  let version: LayerVersion;
  beforeAll(async () => {
    test = await open();
    const saved = await saveLayerVersion(
      test.db,
      actor,
      { countyCode: '330481', role: 'parcels', asOf: '2025-12-31', sourceName: 'squares', sourceHash: 'x', epsg: 4490 },
      squareBatches(SQUARES),
    );
    const found = await findLayerVersion(test.db, actor, saved.layerVersionId);
    if (!found.ok) throw new Error('not found');
    version = found.value;
  });
  afterAll(() => test.close());

  const layerAt = async (z: number, lon: number, lat: number) => {
    const tile = addressOf(z, lon, lat);
    const bytes = await makeTile(test.db, version, tile);
    return { tile, bytes, layer: new VectorTile(new PbfReader(bytes)).layers['features']! };
  };

  it('holds every feature of the tile, right to a unit, with its properties', async () => {
    const { tile, layer } = await layerAt(15, 120.5305, 30.4255);
    const found = new Map<number, ReturnType<typeof layer.feature>>();
    for (let i = 0; i < layer.length; i++) found.set(layer.feature(i).id!, layer.feature(i));
    const no = 25 * 60 + 30;
    const feature = found.get(no)!;
    expect(feature.properties).toEqual({ no, id: `3304810000${String(no).padStart(8, '0')}`, class: '0301' });
    const { geometry } = feature.toGeoJSON(tile.x, tile.y, tile.z) as {
      geometry: { type: string; coordinates: number[][][] };
    };
    expect(geometry.type).toBe('Polygon');
    expect(geometry.coordinates).toHaveLength(2); // number 1530 has a hole
    const longitudes = geometry.coordinates[0]!.map((point) => point[0]!);
    const latitudes = geometry.coordinates[0]!.map((point) => point[1]!);
    const unit = 360 / 2 ** 15 / 4096;
    expect(Math.abs(Math.min(...longitudes) - 120.53)).toBeLessThan(unit);
    expect(Math.abs(Math.max(...latitudes) - 30.426)).toBeLessThan(unit);
  });

  it('gathers what is too small to see, so that nothing goes blank at low zooms', async () => {
    const { layer, bytes } = await layerAt(8, 120.53, 30.42);
    expect(bytes.length).toBeLessThan(3000);
    const classes = Array.from({ length: layer.length }, (_, i) => layer.feature(i).properties['class']);
    expect(classes.toSorted()).toEqual([...new Set(classes)].toSorted());
    // The rectangles cover about what the squares cover: 0.06° × 0.05°.
    let covered = 0;
    for (let i = 0; i < layer.length; i++) {
      for (const ring of layer.feature(i).loadGeometry()) {
        covered +=
          Math.abs(
            ring.reduce(
              (sum, p, k) => sum + p.x * ring[(k + 1) % ring.length]!.y - ring[(k + 1) % ring.length]!.x * p.y,
              0,
            ),
          ) / 2;
      }
    }
    const degreesPerUnit = 360 / 2 ** 8 / 4096;
    const expected = (0.06 / degreesPerUnit) * (0.05 / degreesPerUnit / Math.cos((30.42 * Math.PI) / 180));
    expect(covered / expected).toBeGreaterThan(0.9);
    expect(covered / expected).toBeLessThan(1.5);
  });

  it('is empty where nothing lies', async () => {
    expect(await makeTile(test.db, version, addressOf(12, 100, 20))).toHaveLength(0);
  });

  it('is the same whether it is read at once or run by run', async () => {
    for (const z of [8, 11, 12, 13, 14]) {
      const tile = addressOf(z, 120.53, 30.425);
      const atOnce = await makeTile(test.db, version, tile);
      expect(atOnce.length).toBeGreaterThan(0);
      for (const run of [97, 1000])
        expect(Buffer.compare(await makeTile(test.db, version, tile, run), atOnce), `zoom ${z}`).toBe(0);
    }
  });

  it('comes from the cache the second time, and from the database after a restart', async () => {
    const tile = addressOf(11, 120.53, 30.42);
    const cache = tileCache(1_000_000);
    const first = await tileOf(test.db, cache, version, tile);
    expect(cache.get(`${version.layerVersionId}/${tile.z}/${tile.x}/${tile.y}`)).toBe(first);
    const again = await tileOf(test.db, tileCache(1_000_000), version, tile);
    expect(again.equals(first)).toBe(true);
  });

  it('built while saving is the same as cut alone, at every zoom', async () => {
    expect(version.tilesBuilt).toBe(true);
    for (let z = 0; z <= 16; z++) {
      for (const [lon, lat] of PLACES) {
        const tile = addressOf(z, lon, lat);
        const packed = await tileOf(test.db, tileCache(1_000_000), version, tile);
        const built = packed.length === 0 ? packed : gunzipSync(packed);
        expect(Buffer.compare(built, await makeTile(test.db, version, tile)), `${z}/${tile.x}/${tile.y}`).toBe(0);
      }
    }
  });

  it('is the same bytes on both engines', async () => {
    const all: Record<string, string> = {};
    for (const z of [6, 8, 10, 11, 12, 13, 14, 15, 16]) {
      for (const [lon, lat] of PLACES) {
        const { tile, bytes } = await layerAt(z, lon, lat);
        all[`${tile.z}/${tile.x}/${tile.y}`] = Buffer.from(bytes).toString('base64');
      }
    }
    bytesByEngine.set(name, all);
    const [one, other] = [...bytesByEngine.values()];
    if (other !== undefined) expect(other).toEqual(one);
    expect(Object.keys(all).length).toBeGreaterThan(15);
  });
});
