import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { FILE_NOT_FOUND, problemResponse } from './problem.ts';

/** Answers with a file of the built screens. */
export type Statics = (request: Request) => Promise<Response>;

// Browsers run a module or a worker only when it comes as JavaScript, also one that ends in `.mjs`.
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Serves the files of `folder`. What has no ending is a screen of the single page and gets index.html; files under
 * `assets/` carry a hash in their name and are cached for ever; they go out packed where a `.gz` lies beside them.
 */
export function staticFiles(folder: string): Statics {
  const root = resolve(folder);
  return async (request) => {
    let path: string;
    try {
      path = decodeURIComponent(new URL(request.url).pathname);
    } catch {
      return problemResponse(400, [FILE_NOT_FOUND]);
    }
    const wanted = resolve(join(root, path));
    if (path.includes('\0') || (wanted !== root && !wanted.startsWith(root + sep)))
      return problemResponse(404, [FILE_NOT_FOUND]);
    const asked = extname(path) === '' ? join(root, 'index.html') : wanted;
    const found = await stat(asked).catch(() => undefined);
    if (found === undefined || !found.isFile()) return problemResponse(404, [FILE_NOT_FOUND]);
    const hashed = path.startsWith('/assets/');
    const etag = `"${found.size.toString(36)}-${Math.trunc(found.mtimeMs).toString(36)}"`;
    const headers: Record<string, string> = {
      'content-type': TYPES[extname(asked)] ?? 'application/octet-stream',
      'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag,
    };
    if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
    // The build lays a packed form beside the larger files; the unpacked one is sent to whoever does not take it.
    const packed = hashed ? await stat(`${asked}.gz`).catch(() => undefined) : undefined;
    if (packed !== undefined) headers['vary'] = 'accept-encoding';
    const takesPacked = /\bgzip\b(?!;\s*q=0(\.0*)?\s*(,|$))/.test(request.headers.get('accept-encoding') ?? '');
    const sendPacked = packed !== undefined && takesPacked;
    if (sendPacked) headers['content-encoding'] = 'gzip';
    headers['content-length'] = String(sendPacked ? packed.size : found.size);
    if (request.method === 'HEAD') return new Response(null, { headers });
    const file = createReadStream(sendPacked ? `${asked}.gz` : asked);
    return new Response(Readable.toWeb(file) as ReadableStream, { headers });
  };
}
