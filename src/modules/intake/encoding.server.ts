import { encodingOfBom, looksLikeUtf16, type TextEncoding } from './encoding.ts';
import { decodeLeniently, findEncoding } from './text-decoding.ts';
import type { EncodingEvidence } from './views.ts';

export { decodeLeniently, decodeStrictly, findEncoding } from './text-decoding.ts';

export interface DecodedText {
  readonly text: string;
  readonly evidence: EncodingEvidence;
}

/** Decodes a whole text file (TXT, CSV, GeoJSON): mark, UTF-16 by its zero bytes, strict UTF-8, GB18030. */
export function decodeTextFile(bytes: Uint8Array, userEncoding?: TextEncoding | null): DecodedText {
  const bom = encodingOfBom(bytes);
  const utf16 = bom || userEncoding ? undefined : looksLikeUtf16(bytes);
  const evidence = utf16
    ? {
        encoding: utf16,
        decidedBy: 'format' as const,
        samples: [],
        notes: [{ zh: '无字节序标记的 UTF-16', en: 'UTF-16 without a byte order mark' }],
      }
    : findEncoding({
        userEncoding: userEncoding ?? null,
        head: bytes.subarray(0, 4),
        samples: sampleLines(bytes.subarray(bom?.length ?? 0)),
        body: bytes,
      });
  return { text: decodeLeniently(bytes, evidence.encoding as TextEncoding), evidence };
}

/** The first eight short lines that are not ASCII, named by their line number. */
function sampleLines(bytes: Uint8Array): { field: string; bytes: Uint8Array }[] {
  const samples: { field: string; bytes: Uint8Array }[] = [];
  let start = 0;
  let line = 1;
  for (let i = 0; i <= bytes.length && samples.length < 8; i++) {
    if (i < bytes.length && bytes[i] !== 0x0a) continue;
    const piece = bytes.subarray(start, i);
    if (piece.length <= 240 && piece.some((byte) => byte >= 0x80)) samples.push({ field: `${line}`, bytes: piece });
    start = i + 1;
    line++;
  }
  return samples;
}
