/** What a line ended with. */
export type LineEnding = 'lf' | 'crlf' | 'cr' | 'none';

/** Takes a line as the bytes `bytes[from … to]`, without its end. The bytes are valid during the call alone. */
export type TakeLine = (bytes: Uint8Array, from: number, to: number, ending: LineEnding) => void;

/** Cuts a text into lines, fed to it in pieces of any size. For encodings in which 0x0A and 0x0D are line ends only. */
export interface LineFeeder {
  feed(piece: Uint8Array): void;
  end(): void;
}

export function createLineFeeder(take: TakeLine): LineFeeder {
  /** Pieces of a line whose end has not come yet. */
  let held: Uint8Array[] = [];
  let heldBytes = 0;

  const withHeld = (piece: Uint8Array, to: number): Uint8Array => {
    const whole = new Uint8Array(heldBytes + to);
    let at = 0;
    for (const one of held) {
      whole.set(one, at);
      at += one.length;
    }
    whole.set(piece.subarray(0, to), at);
    held = [];
    heldBytes = 0;
    return whole;
  };

  return {
    feed(piece) {
      const { length } = piece;
      let start = 0;
      // A CR at the very end of the piece before: whether an LF follows shows only now.
      if (heldBytes > 0 && length > 0 && held.at(-1)!.at(-1) === 0x0d) {
        const whole = withHeld(piece, 0);
        const isPair = piece[0] === 0x0a;
        take(whole, 0, whole.length - 1, isPair ? 'crlf' : 'cr');
        if (isPair) start = 1;
      }
      for (let i = start; i < length; i++) {
        const byte = piece[i]!;
        if (byte > 0x0d || (byte !== 0x0a && byte !== 0x0d)) continue;
        if (byte === 0x0d && i + 1 === length) break;
        const ending = byte === 0x0a ? 'lf' : piece[i + 1] === 0x0a ? 'crlf' : 'cr';
        if (heldBytes > 0) {
          const whole = withHeld(piece, i);
          take(whole, 0, whole.length, ending);
        } else take(piece, start, i, ending);
        if (ending === 'crlf') i++;
        start = i + 1;
      }
      if (start < length) {
        held.push(piece.slice(start));
        heldBytes += length - start;
      }
    },
    end() {
      if (heldBytes === 0) return;
      const whole = withHeld(new Uint8Array(0), 0);
      if (whole.at(-1) === 0x0d) take(whole, 0, whole.length - 1, 'cr');
      else take(whole, 0, whole.length, 'none');
    },
  };
}

/** Text as UTF-8; a lone surrogate becomes U+FFFD. */
export function utf8Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(3 * text.length);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      bytes[at++] = code;
      continue;
    }
    if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6);
      bytes[at++] = 0x80 | (code & 0x3f);
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = text.charCodeAt(i + 1);
      if (code <= 0xdbff && next >= 0xdc00 && next <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
        i++;
        bytes[at++] = 0xf0 | (code >> 18);
        bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
        bytes[at++] = 0x80 | (code & 0x3f);
        continue;
      }
      code = 0xfffd;
    }
    bytes[at++] = 0xe0 | (code >> 12);
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
    bytes[at++] = 0x80 | (code & 0x3f);
  }
  return bytes.subarray(0, at);
}

/** Where the last number read ended. */
let stoppedAt = 0;
export const numberEnd = (): number => stoppedAt;

/** Reads a whole number of at most 15 digits, as `readDecimal` does; a point ends it. */
export function readWhole(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  let i = from;
  while (i < to) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    i++;
  }
  stoppedAt = i;
  return i === from || i - from > 15 ? Number.NaN : value;
}

const POWERS = Array.from({ length: 16 }, (_, i) => 10 ** i);

/**
 * Reads `digits[.digits]` from `bytes[from … to]` and remembers where it ended (`numberEnd`); exactly what `Number` makes of that
 * text. NaN where there is no digit, a point without digits behind it, or more digits than are exact (15): then the
 * caller goes by the text.
 */
export function readDecimal(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  let i = from;
  while (i < to) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    i++;
  }
  let digits = i - from;
  if (digits === 0) return Number.NaN;
  if (i < to && bytes[i] === 0x2e) {
    const point = i++;
    while (i < to) {
      const digit = bytes[i]! - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      i++;
    }
    const decimals = i - point - 1;
    digits += decimals;
    stoppedAt = i;
    // Both are whole and exact, so their quotient is the nearest double, which is what the text means.
    return decimals === 0 || digits > 15 ? Number.NaN : value / POWERS[decimals]!;
  }
  stoppedAt = i;
  return digits > 15 ? Number.NaN : value;
}
