import { detectEncoding, type EncodingClues, type TextEncoding } from './encoding.ts';
import type { EncodingEvidence } from './views.ts';

interface Decoder {
  decode(bytes: Uint8Array): string;
}

/** The Encoding Standard's decoder, the same in Node, in workers and in browsers; the one foreign word of the pure world. */
declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean; readonly ignoreBOM?: boolean },
) => Decoder;

const strict = new Map<TextEncoding, Decoder>();
const lenient = new Map<TextEncoding, Decoder>();

function decoderOf(encoding: TextEncoding, fatal: boolean): Decoder {
  const decoders = fatal ? strict : lenient;
  let decoder = decoders.get(encoding);
  if (!decoder) {
    decoder = new TextDecoder(encoding, { fatal });
    decoders.set(encoding, decoder);
  }
  return decoder;
}

/** Decodes, or null where the bytes are not valid in that encoding. A byte order mark is dropped. */
export function decodeStrictly(bytes: Uint8Array, encoding: TextEncoding): string | null {
  try {
    return decoderOf(encoding, true).decode(bytes);
  } catch {
    return null;
  }
}

/** Decodes; bytes that are not valid become U+FFFD. A byte order mark is dropped. */
export function decodeLeniently(bytes: Uint8Array, encoding: TextEncoding): string {
  return decoderOf(encoding, false).decode(bytes);
}

let keepingMarks: Decoder | undefined;

/** Decodes a piece of UTF-8 text, where U+FEFF at its start is a character like others. */
export function decodeUtf8Piece(bytes: Uint8Array): string {
  keepingMarks ??= new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
  return keepingMarks.decode(bytes);
}

/** `detectEncoding` with the platform's decoders; what the container readers call with .cpg, LDID and raw samples. */
export function findEncoding(clues: EncodingClues): EncodingEvidence {
  return detectEncoding(clues, decodeStrictly);
}
