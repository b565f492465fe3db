import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testActor } from '../../../tests/support/context.ts';
import { ENGINES, type TestDatabase } from '../../../tests/support/databases.ts';
import { interrupted } from '../../../tests/support/interrupted-database.ts';
import { generateDemoCounty } from '../../demo/index.ts';
import type { FeatureBatch } from '../../kernel/index.ts';
import { systemClock, systemIds } from '../../platform/clock.ts';
import { sql } from '../../platform/db/index.ts';
import { tileCache, type TileAddress } from '../../platform/tiles/index.ts';
import {
  findLayerVersion,
  type LayerVersion,
  removeAbandonedVersions,
  saveLayerVersion,
  withdrawLayerVersion,
} from './server.ts';
import { makeTile, tileOf } from './tiles.server.ts';

const actor = testActor('', systemClock, systemIds);
const FACTS = {
  countyCode: '990101',
  role: 'parcels',
  asOf: '2025-12-31',
  sourceName: 'pyramid',
  sourceHash: 'x',
  epsg: 4490,
} as const;
const COUNTY = [...generateDemoCounty({ parcels: 500, seed: 5 }).parcels()];

/** One river across the county, of sixty thousand points. */
function river(no: number): FeatureBatch {
  const [bank, other]: number[][] = [[], []];
  for (let k = 0; k < 30_000; k++) {
    const lon = 108.5 + (k / 30_000) * 0.2;
    const lat = 22 + 0.03 * Math.sin(k / 900) + 0.0002 * Math.sin(k / 7);
    bank!.push(lon, lat);
    other!.unshift(lon, lat + 0.0006);
  }
  return {
    featureNos: Uint32Array.of(no),
    coords: Float64Array.from([...bank!, ...other!]),
    ringStarts: Uint32Array.of(0, 60_000),
    ringRoles: Uint8Array.of(0),
    featureRings: Uint32Array.of(0, 1),
    columns: [
      { name: 'BSM', values: ['R'] },
      { name: 'DLBM', values: ['1101'] },
    ],
    problems: [],
  };
}
const unpacked = (packed: Buffer): Buffer => (packed.length === 0 ? packed : gunzipSync(packed));
const BATCHES = [...COUNTY, river(1_000_000)];

describe.each(ENGINES)('pyramid of a version on $name', ({ open }) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await open();
  });
  afterAll(() => test.close());

  const saved = async (options: Parameters<typeof saveLayerVersion>[4] = {}): Promise<LayerVersion> => {
    const { layerVersionId } = await saveLayerVersion(test.db.background, actor, FACTS, BATCHES, options);
    return reread(layerVersionId);
  };
  const reread = async (layerVersionId: string): Promise<LayerVersion> => {
    const found = await findLayerVersion(test.db, actor, layerVersionId);
    if (!found.ok) throw new Error('not found');
    return found.value;
  };
  const stored = (): Promise<{ tiles: number; pieces: number }> =>
    test.db.one(
      sql`select (select count(*)::int4 from tile) as tiles, (select count(*)::int4 from tile_piece) as pieces`,
    );

  it('is the same, tile by tile, as what is cut out of the features', async () => {
    // Enough for a thread of its own.
    expect(BATCHES.reduce((sum, batch) => sum + batch.coords.length / 2, 0)).toBeGreaterThan(65_536);
    const fractions: number[] = [];
    const version = await saved({ onTiles: (fraction) => fractions.push(fraction) });
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    const addresses = await test.db.rows<TileAddress>(sql`select z::int4 as z, x, y from tile
      where layer_version_id = ${version.layerVersionId} order by z, x, y`);
    expect(new Set(addresses.map(({ z }) => z)).size).toBe(14);
    const deep = addresses
      .filter(({ z }) => z === 13)
      .flatMap(({ x, y }, i) => [
        { z: 14, x: 2 * x + (i % 2), y: 2 * y },
        { z: 16, x: 8 * x + (i % 8), y: 8 * y + 3 },
      ]);
    const around = addresses.filter(({ z }) => z > 10).map(({ z, x, y }) => ({ z, x: x - 1, y: y + 1 }));
    const cache = tileCache(10_000_000);
    let empty = 0;
    for (const tile of [...addresses.filter(({ z }) => z > 6), ...deep.slice(0, 12), ...around.slice(0, 8)]) {
      const packed = await tileOf(test.db, cache, version, tile);
      const built = unpacked(packed);
      if (packed.length === 0) empty++;
      const cut = await makeTile(test.db, version, tile);
      expect(Buffer.compare(built, cut), `${tile.z}/${tile.x}/${tile.y}`).toBe(0);
    }
    expect(empty).toBeGreaterThan(0);
  });

  it('goes when the version is withdrawn, and its tiles stay the same', async () => {
    await test.db.run(sql`delete from layer_version`);
    const version = await saved();
    const [tile] = await test.db.rows<TileAddress>(
      sql`select z::int4 as z, x, y from tile where z = 13 order by x, y limit 1`,
    );
    const deep = { z: 15, x: 4 * tile!.x + 3, y: 4 * tile!.y + 3 };
    const cache = tileCache(10_000_000);
    const before = [await tileOf(test.db, cache, version, tile!), await tileOf(test.db, cache, version, deep)];
    await test.db.transaction((tx) => withdrawLayerVersion(tx, actor, version.layerVersionId));
    expect(await stored()).toEqual({ tiles: 0, pieces: 0 });
    // Asked with what was known before the withdrawal as well as with what is known after it.
    for (const known of [version, await reread(version.layerVersionId)]) {
      const fresh = tileCache(10_000_000);
      const after = [await tileOf(test.db, fresh, known, tile!), await tileOf(test.db, fresh, known, deep)];
      expect(after.map((packed) => unpacked(packed))).toEqual(before.map((packed) => unpacked(packed)));
    }
  });

  it('leaves nothing behind where saving is cancelled or dies while it is built', async () => {
    await test.db.run(sql`delete from layer_version`);
    const controller = new AbortController();
    await expect(
      saved({
        signal: controller.signal,
        onTiles: () => controller.abort(new Error('cancelled')),
      }),
    ).rejects.toThrow('cancelled');
    expect(await stored()).toEqual({ tiles: 0, pieces: 0 });

    let dying = false;
    const broken = interrupted(test.db, () => (dying ? 'die' : 'go on'));
    void saveLayerVersion(broken.db.background, actor, FACTS, BATCHES, {
      onTiles: (fraction) => {
        if (fraction > 0.6) dying = true;
      },
    });
    await broken.died;
    expect((await stored()).pieces).toBeGreaterThan(0);
    const counts = sql`select (select count(*)::int4 from layer_version where state = 'current') as current,
      (select count(*)::int4 from layer_version) as versions, (select count(*)::int4 from feature) as features`;
    expect(await test.db.one(counts)).toMatchObject({ current: 0, versions: 1 });
    expect(await removeAbandonedVersions(test.db, '2100-01-01T00:00:00.000Z')).toBe(1);
    expect(await test.db.one(counts)).toEqual({ current: 0, versions: 0, features: 0 });
    expect(await stored()).toEqual({ tiles: 0, pieces: 0 });
  });
});
