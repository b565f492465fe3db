import { createDecimalReader, type DecimalReader } from './decimal-reader.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

/**
 * Goes through the bytes of one JSON value that ordinary writers wrote. Methods that return false (or a place of −1)
 * say “not written that way”, never “wrong”: the caller then has `JSON.parse` judge the whole.
 */
export interface JsonCursor {
  readonly number: DecimalReader;
  bytes: Uint8Array;
  at: number;
  end: number;
  /** Passes white space; the byte there, or −1 at the end. */
  next(): number;
  /** Passes a string without escapes that begins at `at`; its text lies from `textFrom` to `at − 1`. */
  passString(): boolean;
  readonly textFrom: number;
  /** Passes any value that has been found well-formed before: only its end is looked for. */
  passValue(): boolean;
  /** Passes exactly these bytes. */
  passWord(word: string): boolean;
}

export function createJsonCursor(): JsonCursor {
  const cursor = {
    number: createDecimalReader(),
    bytes: new Uint8Array(0) as Uint8Array,
    at: 0,
    end: 0,
    textFrom: 0,
    next(): number {
      const { bytes, end } = cursor;
      let { at } = cursor;
      let byte = 0;
      while (at < end && ((byte = bytes[at]!) === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09)) at++;
      cursor.at = at;
      return at < end ? byte : -1;
    },
    passString(): boolean {
      const { bytes, end } = cursor;
      if (bytes[cursor.at] !== QUOTE) return false;
      let i = cursor.at + 1;
      cursor.textFrom = i;
      let byte = 0;
      while (i < end && (byte = bytes[i]!) !== QUOTE && byte !== BACKSLASH && byte >= 0x20) i++;
      if (i >= end || byte !== QUOTE) return false;
      cursor.at = i + 1;
      return true;
    },
    passValue(): boolean {
      const { bytes, end } = cursor;
      let i = cursor.at;
      let depth = 0;
      for (; i < end; i++) {
        const byte = bytes[i]!;
        if (byte === QUOTE) {
          for (i++; i < end && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++;
          if (i >= end) return false;
        } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
          depth++;
          continue;
        } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
          if (depth === 0) break;
          depth--;
        } else if (depth > 0) continue;
        else if (byte === 0x2c || byte <= 0x20) break;
        else continue;
        if (depth === 0) {
          i++;
          break;
        }
      }
      if (i === cursor.at || depth > 0) return false;
      cursor.at = i;
      return true;
    },
    passWord(word: string): boolean {
      const { bytes, at } = cursor;
      if (at + word.length > cursor.end) return false;
      for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false;
      cursor.at = at + word.length;
      return true;
    },
  };
  return cursor;
}
