import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

const TYPES: Readonly<Record<string, string>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  gpkg: 'application/geopackage+sqlite3',
  json: 'application/json; charset=utf-8',
};

function disposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}

function typeOf(name: string): string {
  return TYPES[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';
}

/** Sends a file for saving under `name`; `afterwards` runs once it is sent or the reader has gone. */
export async function fileDownload(
  path: string,
  name: string,
  afterwards: () => Promise<void> = async () => {},
): Promise<Response> {
  const { size } = await stat(path);
  const stream = createReadStream(path);
  stream.once('close', () => void afterwards());
  return new Response(Readable.toWeb(stream) as ReadableStream, {
    headers: {
      'content-type': typeOf(name),
      'content-length': String(size),
      'content-disposition': disposition(name),
      'cache-control': 'no-store',
    },
  });
}

/** Sends bytes for saving under `name`. */
export function bytesDownload(bytes: Uint8Array, name: string): Response {
  return new Response(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
    headers: { 'content-type': typeOf(name), 'content-disposition': disposition(name), 'cache-control': 'no-store' },
  });
}
