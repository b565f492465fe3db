import { z } from 'zod';
import { localized, type Refusal } from '../kernel/index.ts';
import { refuse, route, type Route } from '../platform/http/route.ts';

/**
 * 天地图 imagery in Web Mercator. The address is the service's public one (from memory, unverified); a bureau with a mirror
 * of its own names it by TIANCHOU_BASEMAP_URL.
 */
export const TIANDITU_URL =
  'https://t0.tianditu.gov.cn/img_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=img&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}';

/** An outside base map an administrator switched on; null (the default) means no call to the outside is ever made. */
export interface Basemap {
  /** Address of a tile with {z}, {x}, {y} and, where needed, {key} filled in. */
  readonly url: string;
  readonly key: string;
}

const OFF: Refusal = {
  code: 'BASEMAP-OFF',
  message: localized('外部底图未启用。', 'The outside base map is switched off.'),
  remedy: localized(
    '由管理员设置 TIANCHOU_TIANDITU_KEY 后启用。',
    'An administrator switches it on by TIANCHOU_TIANDITU_KEY.',
  ),
};

const FAILED: Refusal = {
  code: 'BASEMAP-UNREACHABLE',
  message: localized('底图服务没有应答。', 'The base map service does not answer.'),
  remedy: localized(
    '地图其余图层不受影响；请管理员检查网络和密钥。',
    'The other layers are not affected; ask the administrator to check the network and the key.',
  ),
};

const WAIT_MILLISECONDS = 10_000;
const MAX_TILE_BYTES = 2 * 1024 * 1024;
const params = z.object({
  z: z.coerce.number().int().min(0).max(18),
  x: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 18),
  y: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 18),
});

/** The address of one tile. */
export function basemapAddress(
  basemap: Basemap,
  tile: { readonly z: number; readonly x: number; readonly y: number },
): string {
  return basemap.url
    .replace('{z}', String(tile.z))
    .replace('{x}', String(tile.x))
    .replace('{y}', String(tile.y))
    .replace('{key}', encodeURIComponent(basemap.key));
}

/**
 * GET /api/basemap/:z/:x/:y → the tile, fetched by our server: browsers never speak to the outside, and the key stays
 * here. Only images are passed on.
 */
export function basemapRoute(basemap: Basemap | null, request: typeof fetch = fetch): Route {
  return route({
    method: 'GET',
    path: '/api/basemap/:z/:x/:y',
    params,
    handle: async ({ params: tile }) => {
      if (basemap === null) return refuse(404, OFF);
      try {
        const answer = await request(basemapAddress(basemap, tile), {
          signal: AbortSignal.timeout(WAIT_MILLISECONDS),
          redirect: 'error',
        });
        const type = answer.headers.get('content-type') ?? '';
        if (!answer.ok || !/^image\/(png|jpeg|webp)\b/.test(type)) return refuse(503, FAILED);
        const image = await answer.arrayBuffer();
        if (image.byteLength > MAX_TILE_BYTES) return refuse(503, FAILED);
        return new Response(image, { headers: { 'content-type': type, 'cache-control': 'private, max-age=604800' } });
      } catch {
        return refuse(503, FAILED);
      }
    },
  });
}
