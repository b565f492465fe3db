import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { localized, ok, type Refusal, type Result } from '../../kernel/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { refuse, type Route, route } from '../../platform/http/route.ts';
import {
  addPiece,
  type Box,
  boxOfTile,
  BUFFER,
  cutToPiece,
  EXTENT,
  FULL_DETAIL_ZOOM,
  isSpeck,
  isTile,
  MAX_ZOOM,
  outlineOf,
  pieceOf,
  RingBuffer,
  speckSize,
  type TileAddress,
  tileCache,
  type TileCache,
  TileCutter,
  worldOf,
} from '../../platform/tiles/index.ts';
import { type ActorContext, mayTouchCounty } from '../access/index.ts';
import { findLayerVersion } from './operations.ts';
import {
  type FeatureRun,
  findPiece,
  findStoredTile,
  findVersion,
  type LayerVersion,
  readLastFeatureNo,
  readTileFeatures,
  readTileSpecks,
  type TileSpeckRow,
} from './store.ts';
import { TILE_LAYERS } from './tile-names.ts';
import { ringsOfWkb } from './wkb.ts';

const MEMORY_BYTES = 64 * 1024 * 1024;
/** A tile with more features than this is read run by run: one statement would keep everybody waiting for seconds. */
const RUN_FEATURES = 10_000;
/** Features drawn before other requests get their turn. */
const DRAWN_AT_ONCE = 250;
/** A degree is so many world units wide; less than that high. */
const UNITS_PER_DEGREE = (2 ** MAX_ZOOM * EXTENT) / 360;

/**
 * The vector tile of a layer version cut out of its features, not compressed; empty where nothing lies in it. The same bytes on
 * both engines, and the same as the tile built while the version was saved.
 */
export async function makeTile(
  db: Database,
  version: LayerVersion,
  tile: TileAddress,
  runFeatures = RUN_FEATURES,
): Promise<Uint8Array> {
  const wide = boxOfTile(tile, BUFFER);
  const runs = await runsOf(db, version, wide, runFeatures);
  const cutter = new TileCutter(tile, TILE_LAYERS);
  const size = speckSize(tile.z);
  // Which features are specks is decided in whole units; what the database is asked for takes in both sides of the limit.
  const [least, most] = speckDegrees(size, wide);
  if (size > 0) {
    for (const run of runs) {
      for (const row of await readTileSpecks(db, version, wide, most, run)) {
        const box = worldBoxOfDegrees(row);
        if (isSpeck(box, size)) cutter.addSpeck(box, row.class, row.areaDm2 ?? 1);
      }
    }
  }
  const rings = new RingBuffer();
  let drawn = 0;
  for (const run of runs) {
    for (const { featureNo: no, areaDm2, wkb, ...facts } of await readTileFeatures(db, version, wide, least, run)) {
      if (++drawn % DRAWN_AT_ONCE === 0) await setImmediate();
      const { coords, ringStarts, outer } = ringsOfWkb(wkb);
      const whole = outlineOf({ ...facts, no, weight: areaDm2 ?? 1 }, coords, ringStarts, outer, rings);
      if (whole === undefined || isSpeck(whole, size)) continue;
      const outline = tile.z < FULL_DETAIL_ZOOM ? whole : cutToPiece(whole, rings, pieceOf(tile));
      if (outline !== undefined) cutter.add(outline, rings);
    }
  }
  return cutter.finish();
}

/** Features below the first are specks for certain, from the second on none is. Degrees; rounding moves a box by a unit. */
function speckDegrees(size: number, [, south, , north]: Box): readonly [least: number, most: number] {
  if (size === 0) return [0, 0];
  const squeeze = Math.cos((Math.max(Math.abs(south), Math.abs(north)) * Math.PI) / 180);
  return [(Math.max(0, size - 2) / UNITS_PER_DEGREE) * squeeze, (size + 2) / UNITS_PER_DEGREE];
}

function worldBoxOfDegrees({ west, south, east, north }: TileSpeckRow) {
  const corners = new Float64Array(4);
  worldOf(west, north, corners, 0);
  worldOf(east, south, corners, 2);
  return { minX: corners[0]!, minY: corners[1]!, maxX: corners[2]!, maxY: corners[3]! };
}

/** Runs that together hold the features of a box; one without bounds where there are few, by the part of the layer the box covers. */
async function runsOf(
  db: Database,
  version: LayerVersion,
  box: Box,
  runFeatures: number,
): Promise<readonly (FeatureRun | null)[]> {
  if (version.featureCount <= runFeatures || version.box === null) return [null];
  const [west, south, east, north] = version.box;
  const part = (low: number, high: number, from: number, to: number): number =>
    high > low ? Math.max(0, Math.min(high, to) - Math.max(low, from)) / (high - low) : 1;
  const share = part(west, east, box[0], box[2]) * part(south, north, box[1], box[3]);
  if (version.featureCount * share <= runFeatures) return [null];
  const last = await readLastFeatureNo(db, version);
  return Array.from({ length: Math.ceil((last + 1) / runFeatures) }, (_, i) => ({
    from: i * runFeatures,
    to: (i + 1) * runFeatures - 1,
  }));
}

const packing = promisify(gzip);
/** Tiles cut on request are packed quickly: they travel a short way, and somebody waits. */
const QUICK = { level: 3 };

/** The tile gzipped: from memory, from the database, or cut now. Empty where nothing lies in it. */
export async function tileOf(
  db: Database,
  cache: TileCache,
  version: LayerVersion,
  tile: TileAddress,
): Promise<Buffer> {
  const key = `${version.layerVersionId}/${tile.z}/${tile.x}/${tile.y}`;
  const held = cache.get(key);
  if (held !== undefined) return held;
  const packed =
    (version.tilesBuilt ? await builtTile(db, cache, version, tile) : undefined) ?? (await cutTile(db, version, tile));
  cache.set(key, packed);
  return packed;
}

const NOTHING = Buffer.alloc(0);

async function pack(content: Uint8Array): Promise<Buffer> {
  return content.length === 0 ? NOTHING : packing(content, QUICK);
}

/** The tile out of the pyramid; undefined where the pyramid is gone, because the version was withdrawn meanwhile. */
async function builtTile(
  db: Database,
  cache: TileCache,
  version: LayerVersion,
  tile: TileAddress,
): Promise<Buffer | undefined> {
  const whole = tile.z < FULL_DETAIL_ZOOM;
  let content: Buffer | undefined;
  if (whole) {
    content = await findStoredTile(db, version, tile);
  } else {
    const square = pieceOf(tile);
    const key = `${version.layerVersionId}/piece/${square.x}/${square.y}`;
    content = cache.get(key);
    if (content === undefined) {
      content = await findPiece(db, version, square);
      if (content !== undefined) cache.set(key, content);
    }
  }
  if (content === undefined) {
    const now = await findVersion(db, version.layerVersionId);
    return now?.tilesBuilt === true ? NOTHING : undefined;
  }
  if (whole) return content;
  const cutter = new TileCutter(tile, TILE_LAYERS);
  addPiece(cutter, tile, content);
  return pack(cutter.finish());
}

async function cutTile(db: Database, version: LayerVersion, tile: TileAddress): Promise<Buffer> {
  return pack(await makeTile(db, version, tile));
}

const NO_TILE: Refusal = {
  code: 'TILE-NOT-FOUND',
  message: localized('没有这个瓦片。', 'There is no such tile.'),
  remedy: localized(`级别应为 0 至 ${MAX_ZOOM}。`, `Zoom must be 0 to ${MAX_ZOOM}.`),
};

const params = z.object({
  layerVersionId: z.uuid(),
  z: z.coerce.number().int().min(0).max(30),
  x: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 30),
  y: z
    .string()
    .regex(/^\d{1,10}\.mvt$/)
    .transform((text) => Number(text.slice(0, -'.mvt'.length))),
});

/** Versions asked for lately: what a tile needs of one does not change, and a tile should not wait for it again. */
const KNOWN_VERSIONS = 500;

/** GET /api/tiles/:layerVersionId/:z/:x/:y.mvt. A version never changes, so its tiles are cached for ever. */
export function tileRoute(db: Database): Route {
  const cache = tileCache(MEMORY_BYTES);
  const known = new Map<string, LayerVersion>();
  const making = new Map<string, Promise<Buffer>>();

  const versionOf = async (actor: ActorContext, layerVersionId: string): Promise<Result<LayerVersion, Refusal>> => {
    const held = known.get(layerVersionId);
    // Who may not see its county gets the refusal of the one door, as if it were not there.
    if (held !== undefined && mayTouchCounty(actor, held.countyCode)) return ok(held);
    const found = await findLayerVersion(db, actor, layerVersionId);
    if (found.ok) {
      const [oldest] = known.keys();
      if (known.size >= KNOWN_VERSIONS && oldest !== undefined) known.delete(oldest);
      known.set(layerVersionId, found.value);
    }
    return found;
  };

  /** Asked for by several at once, a tile is made once. */
  const shared = (version: LayerVersion, tile: TileAddress): Promise<Buffer> => {
    const key = `${version.layerVersionId}/${tile.z}/${tile.x}/${tile.y}`;
    let promise = making.get(key);
    if (promise === undefined) {
      promise = tileOf(db, cache, version, tile).finally(() => making.delete(key));
      making.set(key, promise);
    }
    return promise;
  };

  return route({
    method: 'GET',
    path: '/api/tiles/:layerVersionId/:z/:x/:y{[0-9]+\\.mvt}',
    params,
    handle: async ({ actor, params: address, raw }) => {
      const found = await versionOf(actor, address.layerVersionId);
      if (!found.ok) return refuse(404, found.error);
      if (!isTile(address)) return refuse(404, NO_TILE);
      const etag = `"${found.value.layerVersionId}-${address.z}-${address.x}-${address.y}"`;
      const headers = { etag, 'cache-control': 'private, max-age=31536000, immutable', vary: 'accept-encoding' };
      if (raw.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
      const packed = await shared(found.value, address);
      if (packed.length === 0) return new Response(null, { status: 204, headers });
      const type = { 'content-type': 'application/vnd.mapbox-vector-tile' };
      if (/\bgzip\b/.test(raw.headers.get('accept-encoding') ?? '')) {
        return new Response(new Uint8Array(packed), { headers: { ...headers, ...type, 'content-encoding': 'gzip' } });
      }
      return new Response(new Uint8Array(await promisify(gunzip)(packed)), { headers: { ...headers, ...type } });
    },
  });
}
