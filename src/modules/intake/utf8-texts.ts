import { decodeLeniently } from './text-decoding.ts';

/** Decodes the UTF-8 text at `bytes[from … to]`. */
export type TextReader = (bytes: Uint8Array, from: number, to: number) => string;

const SLOTS = 4096;
/** Longer texts are rarely repeated. */
const LONGEST = 48;

/**
 * A reader of attribute texts, which remembers the short ones: the columns of a survey say the same few names a
 * hundred thousand times, and one string for all of them is quicker and takes no memory. Any memory of it is bounded.
 * `decode` reads what is not ASCII or not short (by default leniently as UTF-8: what is not valid becomes U+FFFD).
 */
export function createTextReader(
  decode: (bytes: Uint8Array) => string = (bytes) => decodeLeniently(bytes, 'utf-8'),
): TextReader {
  const known = new Uint8Array(SLOTS * LONGEST);
  const lengths = new Uint8Array(SLOTS);
  const texts: string[] = Array.from({ length: SLOTS }, () => '');

  return (bytes, from, to) => {
    const length = to - from;
    if (length <= 0) return '';
    if (length > LONGEST) return decode(bytes.subarray(from, to));
    let hash = length;
    let every = 0;
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!;
      every |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const start = slot * LONGEST;
    if (lengths[slot] === length) {
      let i = 0;
      while (i < length && known[start + i] === bytes[from + i]) i++;
      if (i === length) return texts[slot]!;
    }
    const text = every < 0x80 && length <= 12 ? ascii(bytes, from, to) : decode(bytes.subarray(from, to));
    for (let i = 0; i < length; i++) known[start + i] = bytes[from + i]!;
    lengths[slot] = length;
    texts[slot] = text;
    return text;
  };
}

const one = String.fromCharCode;

/** A short ASCII text; eight characters at a time, which is several times quicker than a decoder. */
function ascii(b: Uint8Array, from: number, to: number): string {
  let text = '';
  let i = from;
  if (to - i >= 8) {
    text = one(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!, b[i + 4]!, b[i + 5]!, b[i + 6]!, b[i + 7]!);
    i += 8;
  }
  if (to - i >= 4) {
    text += one(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!);
    i += 4;
  }
  for (; i < to; i++) text += one(b[i]!);
  return text;
}
