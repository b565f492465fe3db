import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { localized, type Refusal } from '../../kernel/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { refuse, type Route, route } from '../../platform/http/route.ts';
import {
  boxOfTile,
  BUFFER,
  CELLS,
  clipRing,
  encodeTile,
  EXTENT,
  isTile,
  labelPoint,
  MAX_ZOOM,
  project,
  quantiseRing,
  rectanglesByClass,
  type Ring,
  simplifyRing,
  type TileAddress,
  tileCache,
  type TileCache,
  type TileFeature,
  UNITS_PER_PIXEL,
} from '../../platform/tiles/index.ts';
import { findLayerVersion } from './operations.ts';
import {
  findStoredTile,
  keepTile,
  type LayerVersion,
  readTileCells,
  readTileFeatures,
  type TileFeatureRow,
} from './store.ts';
import { TILE_LABELS, TILE_LAYER } from './views.ts';
import { ringsOfWkb } from './wkb.ts';

/** Features smaller than this in both directions are gathered in a grid instead of being drawn one by one. */
const SPECK_UNITS = EXTENT / CELLS;
/** Tiles up to here hold so much that they are kept in the database; deeper ones are made in milliseconds. */
const MAX_KEPT_ZOOM = 12;
const MEMORY_BYTES = 64 * 1024 * 1024;
/** From here on outlines are exact; before, half a screen pixel may be taken off them. */
const FULL_DETAIL_ZOOM = 14;

/** The vector tile of a layer version, not compressed; empty where nothing lies in it. The same bytes on both engines. */
export async function makeTile(db: Database, version: LayerVersion, tile: TileAddress): Promise<Uint8Array> {
  const box = boxOfTile(tile);
  const wide = boxOfTile(tile, BUFFER);
  const speckDegrees = ((box[2] - box[0]) * SPECK_UNITS) / EXTENT;
  // At full detail nothing is a speck: what is small there is small on the ground, and must stay clickable.
  const specks = tile.z < FULL_DETAIL_ZOOM ? speckDegrees : 0;
  const features: TileFeature[] = [];
  const labels: TileFeature[] = [];
  if (specks > 0) {
    const cells = await readTileCells(db, version, box, specks);
    for (const [code, rings] of rectanglesByClass(tile, cells)) {
      features.push({ id: undefined, properties: { class: code }, rings });
    }
  }
  const tolerance = tile.z < FULL_DETAIL_ZOOM ? UNITS_PER_PIXEL / 2 : 0;
  for (const row of await readTileFeatures(db, version, wide, specks)) {
    const shape = projectedShape(tile, row);
    const rings = tileRings(shape, tolerance);
    if (rings.length === 0) continue;
    features.push({
      id: row.featureNo,
      properties: { no: row.featureNo, id: row.id, class: row.class, label: row.label },
      rings,
    });
    if (row.label === null && tile.z < FULL_DETAIL_ZOOM) continue;
    const place = labelPoint(shape.coords, shape.ringStarts);
    // Exactly one tile holds the point: the half-open square leaves none out and none twice.
    if (place === undefined || !isInside(place[0]) || !isInside(place[1])) continue;
    labels.push({
      id: undefined,
      properties: { no: row.featureNo, class: row.class, label: row.label },
      rings: [],
      point: [Math.floor(place[0]), Math.floor(place[1])],
    });
  }
  if (features.length === 0) return new Uint8Array(0);
  return encodeTile([
    { name: TILE_LAYER, features },
    { name: TILE_LABELS, features: labels },
  ]);
}

const isInside = (unit: number): boolean => unit >= 0 && unit < EXTENT;

interface ProjectedShape {
  /** Tile units, not rounded. */
  readonly coords: Float64Array;
  readonly ringStarts: ArrayLike<number>;
  readonly outer: readonly boolean[];
}

function projectedShape(tile: TileAddress, row: TileFeatureRow): ProjectedShape {
  const { coords, ringStarts, outer } = ringsOfWkb(row.wkb);
  const projected = new Float64Array(coords.length);
  for (let i = 0; i < coords.length; i += 2) project(tile, coords[i]!, coords[i + 1]!, projected, i);
  return { coords: projected, ringStarts, outer };
}

function tileRings({ coords: projected, ringStarts, outer }: ProjectedShape, tolerance: number): number[][] {
  const rings: number[][] = [];
  let outerKept = false;
  outer.forEach((isOuter, r) => {
    if (!isOuter && !outerKept) return;
    const whole: Ring = projected.subarray(2 * ringStarts[r]!, 2 * ringStarts[r + 1]!);
    const clipped = clipRing(whole, -BUFFER, EXTENT + BUFFER);
    const ring = clipped.length < 6 ? undefined : quantiseRing(simplifyRing(clipped, tolerance), isOuter);
    if (isOuter) outerKept = ring !== undefined;
    if (ring !== undefined) rings.push(ring);
  });
  return rings;
}

/** The tile gzipped: from memory, from the database, or made now and kept. */
export async function tileOf(
  db: Database,
  cache: TileCache,
  version: LayerVersion,
  tile: TileAddress,
): Promise<Buffer> {
  const key = `${version.layerVersionId}/${tile.z}/${tile.x}/${tile.y}`;
  const held = cache.get(key) ?? (tile.z <= MAX_KEPT_ZOOM ? await findStoredTile(db, version, tile) : undefined);
  if (held !== undefined) {
    cache.set(key, held);
    return held;
  }
  const content = await makeTile(db, version, tile);
  const packed = content.length === 0 ? Buffer.alloc(0) : await promisify(gzip)(content);
  cache.set(key, packed);
  if (tile.z <= MAX_KEPT_ZOOM) await keepTile(db.background, version, tile, packed);
  return packed;
}

const NO_TILE: Refusal = {
  code: 'TILE-NOT-FOUND',
  message: localized('没有这个瓦片。', 'There is no such tile.'),
  remedy: localized(`级别应为 0 至 ${MAX_ZOOM}。`, `Zoom must be 0 to ${MAX_ZOOM}.`),
};

const params = z.object({
  layerVersionId: z.string(),
  z: z.coerce.number(),
  x: z.coerce.number(),
  y: z.string().transform((text) => Number(text.slice(0, -'.mvt'.length))),
});

/** GET /api/tiles/:layerVersionId/:z/:x/:y.mvt. A version never changes, so its tiles are cached for ever. */
export function tileRoute(db: Database): Route {
  const cache = tileCache(MEMORY_BYTES);
  return route({
    method: 'GET',
    path: '/api/tiles/:layerVersionId/:z/:x/:y{[0-9]+\\.mvt}',
    params,
    handle: async ({ actor, params: address, raw }) => {
      const found = await findLayerVersion(db, actor, address.layerVersionId);
      if (!found.ok) return refuse(404, found.error);
      if (found.value.state === 'staged' || !isTile(address)) return refuse(404, NO_TILE);
      const etag = `"${found.value.layerVersionId}-${address.z}-${address.x}-${address.y}"`;
      const headers = { etag, 'cache-control': 'private, max-age=31536000, immutable', vary: 'accept-encoding' };
      if (raw.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
      const packed = await tileOf(db, cache, found.value, address);
      if (packed.length === 0) return new Response(null, { status: 204, headers });
      const type = { 'content-type': 'application/vnd.mapbox-vector-tile' };
      if (/\bgzip\b/.test(raw.headers.get('accept-encoding') ?? '')) {
        return new Response(new Uint8Array(packed), { headers: { ...headers, ...type, 'content-encoding': 'gzip' } });
      }
      return new Response(new Uint8Array(await promisify(gunzip)(packed)), { headers: { ...headers, ...type } });
    },
  });
}
