import { isUtf8 } from 'node:buffer';
import { createWriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { once } from 'node:events';
import type { Refusal, Result } from '../../../kernel/index.ts';
import { openByteSource } from '../byte-source.server.ts';
import { encodingOfBom, encodingOfLabel, looksLikeUtf16, type TextEncoding } from '../encoding.ts';
import type { FormatReader, OpenedSource, ReadOptions } from '../format.ts';
import { findEncoding } from '../text-decoding.ts';
import type { EncodingEvidence } from '../views.ts';
import { withFile } from './byte-stream.server.ts';
import { openGeojson } from './geojson.ts';
import { emptyFile, refused } from './refusals.ts';
import { temporaryDirectory } from './zip-archive.server.ts';

/** GeoJSON from a path, re-encoded first where it is not UTF-8; geojson.ts decodes it. */
export const geojsonReader: FormatReader = { format: 'geojson', open };

const PIECE = 1 << 20;

async function open(path: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  const file = basename(path);
  const text = await asUtf8(path, file, options);
  if (!text.ok) return text;
  const { utf8Path, startAt, encoding, drop } = text.value;
  let opened: Result<OpenedSource, Refusal[]> | undefined;
  try {
    opened = await openGeojson(await openByteSource(utf8Path, file), options, { startAt, encoding });
  } finally {
    if (!opened?.ok) await drop();
  }
  if (!opened.ok) return opened;
  const source = opened.value;
  return {
    ok: true,
    value: {
      ...source,
      async close() {
        await source.close();
        await drop();
      },
    },
  };
}

interface Utf8Text {
  readonly utf8Path: string;
  /** Length of the byte order mark. */
  readonly startAt: number;
  readonly encoding: EncodingEvidence | null;
  drop(): Promise<void>;
}

/** The file itself where it is UTF-8 (as it must be), else a re-encoded copy. */
async function asUtf8(path: string, file: string, options: ReadOptions): Promise<Result<Utf8Text, Refusal[]>> {
  const found = await withFile(path, async (handle, size) => {
    if (size === 0) return null;
    const head = new Uint8Array(Math.min(size, 4096));
    await handle.read(head, 0, head.length, 0);
    const bom = encodingOfBom(head);
    const user = options.encoding === undefined ? undefined : encodingOfLabel(options.encoding);
    const encoding = user ?? bom?.encoding ?? looksLikeUtf16(head);
    if (encoding !== undefined && encoding !== 'utf-8') {
      const decidedBy = user ? ('user' as const) : bom ? ('bom' as const) : ('format' as const);
      return { encoding, startAt: bom?.length ?? 0, evidence: { encoding, decidedBy, samples: [], notes: [] } };
    }
    const badLine = await firstLineNotUtf8(handle, size);
    if (badLine === null) return { encoding: 'utf-8' as const, startAt: bom?.length ?? 0, evidence: null };
    const evidence = findEncoding({ samples: [{ field: 'text', bytes: badLine }] });
    return { encoding: evidence.encoding as TextEncoding, startAt: bom?.length ?? 0, evidence };
  });
  if (found === null) return refused(emptyFile(file));
  if (found.encoding === 'utf-8') {
    return {
      ok: true,
      value: { utf8Path: path, startAt: found.startAt, encoding: found.evidence, drop: async () => {} },
    };
  }
  const directory = await temporaryDirectory('text');
  const utf8Path = join(directory.path, 'text.geojson');
  await recode(path, utf8Path, found.encoding, found.startAt);
  return { ok: true, value: { utf8Path, startAt: 0, encoding: found.evidence, drop: directory.drop } };
}

/** Some bytes around the first place that is not UTF-8, or null where all of it is. */
async function firstLineNotUtf8(handle: FileHandle, size: number): Promise<Uint8Array | null> {
  const buffer = Buffer.alloc(PIECE + 4);
  let carried = 0;
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(buffer, carried, PIECE, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    const filled = carried + bytesRead;
    const whole = at >= size ? filled : filled - unfinished(buffer, filled);
    if (!isUtf8(buffer.subarray(0, whole))) return lineAround(buffer.subarray(0, whole));
    carried = filled - whole;
    buffer.copyWithin(0, whole, filled);
  }
  return null;
}

/** How many of the last bytes begin a UTF-8 sequence that is not complete yet (0–3). */
function unfinished(bytes: Uint8Array, length: number): number {
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back]!;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** The stretch of text bytes, without quotes, around the first sequence that is not UTF-8. */
function lineAround(bytes: Uint8Array): Uint8Array {
  let low = 0;
  let high = bytes.length;
  // The shortest prefix that is not UTF-8 ends within the bad sequence.
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (isUtf8(bytes.subarray(0, middle - unfinished(bytes, middle)))) low = middle;
    else high = middle;
  }
  const isEnd = (byte: number): boolean => byte === 0x22 || byte < 0x20;
  let from = low;
  while (from > 0 && low - from < 120 && !isEnd(bytes[from - 1]!)) from--;
  let to = low;
  while (to < bytes.length && to - low < 120 && !isEnd(bytes[to]!)) to++;
  return bytes.slice(from, to);
}

async function recode(from: string, to: string, encoding: TextEncoding, startAt: number): Promise<void> {
  await withFile(from, async (handle, size) => {
    const decoder = new TextDecoder(encoding);
    const out = createWriteStream(to);
    const failed = once(out, 'error').then(([error]) => Promise.reject(error));
    failed.catch(() => {});
    const buffer = new Uint8Array(PIECE);
    for (let at = startAt; at < size; ) {
      const { bytesRead } = await handle.read(buffer, 0, PIECE, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      const text = decoder.decode(buffer.subarray(0, bytesRead), { stream: at < size });
      if (!out.write(text)) await Promise.race([once(out, 'drain'), failed]);
    }
    out.end();
    await Promise.race([once(out, 'close'), failed]);
  });
}
