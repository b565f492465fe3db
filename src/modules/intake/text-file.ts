import type { ByteSource } from './byte-source.ts';
import { encodingOfBom, looksLikeUtf16, type TextEncoding } from './encoding.ts';
import { decodeLeniently, decodeStrictly, findEncoding } from './text-decoding.ts';
import { utf8Bytes, type LineFeeder } from './text-lines.ts';
import type { EncodingEvidence } from './views.ts';

const PIECE = 1 << 20;
const SAMPLES = 8;
const LONGEST_SAMPLE = 240;

/** What a whole text file is like, besides its encoding. */
export interface TextFileKind {
  readonly evidence: EncodingEvidence;
  /** There may be quotation marks in it. */
  readonly quoted: boolean;
}

/** Whether any byte is not ASCII; four bytes at a time. */
function hasHighByte(bytes: Uint8Array): boolean {
  let i = 0;
  const { length } = bytes;
  for (; i < length && ((bytes.byteOffset + i) & 3) !== 0; i++) if (bytes[i]! >= 0x80) return true;
  // A short text may end before the first place where a word can lie.
  if (i === length) return false;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + i, (length - i) >> 2);
  for (let w = 0; w < words.length; w++) if ((words[w]! & 0x80808080) !== 0) return true;
  for (i += 4 * words.length; i < length; i++) if (bytes[i]! >= 0x80) return true;
  return false;
}

/**
 * Finds the encoding of a text file of any size (TXT, CSV) without holding it: mark, UTF-16 by its zero bytes, strict
 * UTF-8, GB18030, with the first lines that are not ASCII as proof.
 */
export async function findTextEncoding(source: ByteSource, user?: TextEncoding | null): Promise<EncodingEvidence> {
  return (await findTextKind(source, user)).evidence;
}

/** The same, and whether the text holds quotation marks, for which it is gone through to its end. */
export async function findTextKind(source: ByteSource, user?: TextEncoding | null): Promise<TextFileKind> {
  const head = (await source.read(0, 512)).slice();
  const bom = encodingOfBom(head);
  const utf16 = bom || user ? undefined : looksLikeUtf16(head);
  if (utf16) {
    const notes = [{ zh: '无字节序标记的 UTF-16', en: 'UTF-16 without a byte order mark' }];
    return { evidence: { encoding: utf16, decidedBy: 'format', samples: [], notes }, quoted: true };
  }
  const isDecided = Boolean(user) || bom !== undefined;
  const samples: { field: string; bytes: Uint8Array }[] = [];
  const verdict = { ascii: true, utf8: true, gb18030: true };
  let lines = 1;
  let quoted = false;
  // Pieces are judged up to their last line end, so that no character is cut.
  await eachWholeLines(source, bom?.length ?? 0, (piece) => {
    const foreign = hasHighByte(piece);
    quoted ||= piece.includes(0x22);
    if (samples.length < SAMPLES) lines = takeSamples(piece, lines, foreign, samples);
    if (!foreign || isDecided) return !(isDecided && quoted && samples.length === SAMPLES);
    verdict.ascii = false;
    verdict.utf8 &&= decodeStrictly(piece, 'utf-8') !== null;
    verdict.gb18030 &&= decodeStrictly(piece, 'gb18030') !== null;
    return verdict.utf8 || verdict.gb18030 || !quoted || samples.length < SAMPLES;
  });
  const evidence = findEncoding({ userEncoding: user ?? null, head: head.subarray(0, 4), samples, verdict });
  const wide = evidence.encoding === 'utf-16le' || evidence.encoding === 'utf-16be';
  return { evidence, quoted: quoted || wide };
}

/** Adds short lines that are not ASCII, named by their number; returns the number of the line after the piece. */
function takeSamples(
  piece: Uint8Array,
  firstLine: number,
  foreign: boolean,
  samples: { field: string; bytes: Uint8Array }[],
): number {
  let line = firstLine;
  let start = 0;
  for (;;) {
    const end = piece.indexOf(0x0a, start);
    const to = end < 0 ? piece.length : end;
    if (foreign && samples.length < SAMPLES && to - start <= LONGEST_SAMPLE) {
      const bytes = piece.subarray(start, to);
      if (bytes.some((byte) => byte >= 0x80)) samples.push({ field: `${line}`, bytes: bytes.slice() });
    }
    if (end < 0) return line;
    line++;
    start = end + 1;
  }
}

/** Hands over a file in pieces that end with a line feed (the last as it is) until `take` says false. */
async function eachWholeLines(source: ByteSource, from: number, take: (piece: Uint8Array) => boolean): Promise<void> {
  let held = new Uint8Array(0);
  const buffer = new Uint8Array(PIECE);
  for (let at = from; at < source.size; ) {
    const read = await source.read(at, Math.min(PIECE, source.size - at), buffer);
    if (read.length === 0) break;
    at += read.length;
    let piece = read;
    if (held.length > 0) {
      piece = new Uint8Array(held.length + read.length);
      piece.set(held);
      piece.set(read, held.length);
    }
    const end = at >= source.size ? piece.length : piece.lastIndexOf(0x0a) + 1;
    held = piece.slice(end);
    if (end > 0 && !take(piece.subarray(0, end))) return;
  }
}

/** Feeds a text file to whoever takes lines, as bytes in an encoding that keeps ASCII (UTF-16 becomes UTF-8). */
export async function feedText(source: ByteSource, encoding: TextEncoding, feeder: LineFeeder): Promise<void> {
  const wide = encoding === 'utf-16le' || encoding === 'utf-16be';
  const buffer = new Uint8Array(PIECE);
  let at = wide ? 0 : (encodingOfBom((await source.read(0, 4)).slice())?.length ?? 0);
  while (at < source.size) {
    const bytes = await source.read(at, Math.min(PIECE, source.size - at), buffer);
    if (bytes.length === 0) break;
    let used = bytes.length;
    if (wide && used > 2 && at + used < source.size) {
      used &= ~1;
      // Both halves of a character beyond the basic plane go together.
      const high = bytes[used - (encoding === 'utf-16le' ? 1 : 2)]!;
      if (high >= 0xd8 && high <= 0xdb) used -= 2;
    }
    at += used;
    feeder.feed(wide ? utf8Bytes(decodeLeniently(bytes.subarray(0, used), encoding)) : bytes.subarray(0, used));
  }
  feeder.end();
}

/** How to decode the lines `feedText` feeds. */
export function decoderOfLines(encoding: TextEncoding): (bytes: Uint8Array) => string {
  const fed = encoding === 'gb18030' ? 'gb18030' : 'utf-8';
  return (bytes) => decodeLeniently(bytes, fed);
}
