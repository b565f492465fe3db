import { INNER, OUTER, type AttributeValue } from '../../../kernel/index.ts';
import { decodeUtf8Piece } from '../text-decoding.ts';
import { createTextReader } from '../utf8-texts.ts';
import { reportDroppedZ, type BatchBuilder } from './batch-builder.ts';
import { createJsonCursor } from './json-cursor.ts';
import { realValue, textValue } from './reading.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const FEATURE_MEMBERS = ['type', 'properties', 'geometry', 'id', 'bbox'] as const;
const GEOMETRY_MEMBERS = ['type', 'coordinates'] as const;

/**
 * Reads the feature in `bytes[from … to)` into the builder's current feature, and its attributes into `values`. False
 * where it is not written the ordinary way; nothing has been given to the builder then.
 */
export type FeatureParser = (bytes: Uint8Array, from: number, to: number) => boolean;

/**
 * A parser of features as writers of GeoJSON write them: a Feature of a Polygon, a MultiPolygon or nothing, numbers as
 * coordinates, attributes of one level. Coordinates go from digits to the flat arrays; no object is made. What is
 * unusual (a collection, a coordinate that is no number, an escape in a name, an error) is left to `JSON.parse`.
 * Properties are taken for well-formed JSON, which the first pass has seen to.
 */
export function createFeatureParser(
  builder: BatchBuilder,
  fields: readonly { readonly name: string }[],
  values: AttributeValue[],
): FeatureParser {
  const cursor = createJsonCursor();
  const text = createTextReader(decodeUtf8Piece);
  const names = fields.map(({ name }) => name);
  const fieldOf = new Map(names.map((name, i) => [name, i]));
  /** Names of attributes in the order the last feature had them, to be guessed. */
  const keyBytes: Uint8Array[] = [];
  const keyFields: number[] = [];

  let scratch = new Float64Array(8192);
  let coordinates = 0;
  let ringEnds = new Uint32Array(256);
  let ringRoles = new Uint8Array(256);
  let rings = 0;
  let depth = 0;
  let hasZ = false;
  const OTHER = 0;
  const POLYGON = 3;
  const MULTI_POLYGON = 4;
  /** Levels of brackets the type stands for. */
  let typeDepth = OTHER;

  /** The coordinates of a ring, from the bracket of its first position on; false where they are not plain numbers. */
  function parseRing(): boolean {
    const { bytes, end, number } = cursor;
    let { at } = cursor;
    let byte = 0;
    const isSpace = (b: number): boolean => b === 0x20 || b === 0x0a || b === 0x0d || b === 0x09;
    for (let i = 0; ; i++) {
      if (bytes[at] !== OPEN_BRACKET) return false;
      if (coordinates + 2 > scratch.length) {
        const larger = new Float64Array(2 * scratch.length);
        larger.set(scratch);
        scratch = larger;
      }
      for (let axis = 0; ; axis++) {
        at++;
        while (at < end && isSpace((byte = bytes[at]!))) at++;
        const value = number.read(bytes, at, end);
        if (value !== value) return false;
        at = number.end;
        if (axis < 2) scratch[coordinates++] = value;
        else if (i === 0) hasZ = true;
        while (at < end && isSpace((byte = bytes[at]!))) at++;
        if (at >= end) return false;
        byte = bytes[at]!;
        if (byte === COMMA) continue;
        if (byte !== CLOSE_BRACKET || axis < 1) return false;
        break;
      }
      at++;
      while (at < end && isSpace((byte = bytes[at]!))) at++;
      if (at >= end) return false;
      byte = bytes[at]!;
      if (byte === CLOSE_BRACKET) break;
      if (byte !== COMMA) return false;
      at++;
      while (at < end && isSpace((byte = bytes[at]!))) at++;
      if (at >= end) return false;
    }
    cursor.at = at + 1;
    return true;
  }

  /** `[ [ ring, … ], … ]` from the bracket on, of the depth that is found. */
  function parseCoordinates(): boolean {
    coordinates = 0;
    rings = 0;
    hasZ = false;
    depth = 0;
    while (cursor.next() === OPEN_BRACKET) {
      cursor.at++;
      depth++;
    }
    if (depth !== POLYGON && depth !== MULTI_POLYGON) return false;
    // The bracket of the first position is the ring's to read.
    do cursor.at--;
    while (cursor.bytes[cursor.at] !== OPEN_BRACKET);
    for (;;) {
      if (!parsePolygon()) return false;
      if (depth === POLYGON) return true;
      const byte = cursor.next();
      cursor.at++;
      if (byte === CLOSE_BRACKET) return true;
      if (byte !== COMMA || !passBracket() || !passBracket() || cursor.next() !== OPEN_BRACKET) return false;
    }
  }

  function passBracket(): boolean {
    if (cursor.next() !== OPEN_BRACKET) return false;
    cursor.at++;
    return true;
  }

  /** From the first position of its outer ring to behind its closing bracket. */
  function parsePolygon(): boolean {
    for (let role = OUTER; ; role = INNER) {
      if (!parseRing()) return false;
      if (rings === ringEnds.length) {
        const ends = new Uint32Array(2 * rings);
        const roles = new Uint8Array(2 * rings);
        ends.set(ringEnds);
        roles.set(ringRoles);
        ringEnds = ends;
        ringRoles = roles;
      }
      ringEnds[rings] = coordinates / 2;
      ringRoles[rings++] = role;
      const byte = cursor.next();
      cursor.at++;
      if (byte === CLOSE_BRACKET) return true;
      if (byte !== COMMA || !passBracket() || cursor.next() !== OPEN_BRACKET) return false;
    }
  }

  /** Passes `"name" :` and says which of the words it is, −1 for another; null where it is not plain. */
  function passKey(words: readonly string[]): number | null {
    if (!cursor.passString()) return null;
    const { bytes, textFrom } = cursor;
    const length = cursor.at - 1 - textFrom;
    let found = -1;
    for (let w = 0; w < words.length && found < 0; w++) {
      const word = words[w]!;
      if (word.length !== length) continue;
      let i = 0;
      while (i < length && bytes[textFrom + i] === word.charCodeAt(i)) i++;
      if (i === length) found = w;
    }
    if (cursor.next() !== COLON) return null;
    cursor.at++;
    cursor.next();
    return found;
  }

  /** After a member: true to go on with the next, false at the end of the object; null where neither. */
  function more(): boolean | null {
    const byte = cursor.next();
    cursor.at++;
    if (byte === CLOSE_BRACE) return false;
    if (byte !== COMMA || cursor.next() !== QUOTE) return null;
    return true;
  }

  /** Passes an array of numbers. */
  function passNumbers(): boolean {
    if (!passBracket()) return false;
    for (;;) {
      cursor.next();
      if (Number.isNaN(cursor.number.read(cursor.bytes, cursor.at, cursor.end))) return false;
      cursor.at = cursor.number.end;
      const byte = cursor.next();
      cursor.at++;
      if (byte === CLOSE_BRACKET) return true;
      if (byte !== COMMA) return false;
    }
  }

  function parseGeometry(): boolean {
    let seen = 0;
    typeDepth = OTHER;
    cursor.at++;
    if (cursor.next() !== QUOTE) return false;
    for (;;) {
      const key = passKey(GEOMETRY_MEMBERS);
      if (key === null || key < 0 || (seen & (1 << key)) !== 0) return false;
      seen |= 1 << key;
      if (key === 1) {
        if (!parseCoordinates()) return false;
      } else if (cursor.passWord('"MultiPolygon"')) typeDepth = MULTI_POLYGON;
      else if (cursor.passWord('"Polygon"')) typeDepth = POLYGON;
      else return false;
      const next = more();
      if (next === null) return false;
      if (!next) break;
    }
    return seen === 3 && depth === typeDepth;
  }

  /** The place among the fields of the attribute whose name was just passed; −1 where it is not wanted. */
  function fieldOfKey(place: number): number {
    const { bytes, textFrom } = cursor;
    const length = cursor.at - 1 - textFrom;
    const known = keyBytes[place];
    if (known !== undefined && known.length === length) {
      let i = 0;
      while (i < length && known[i] === bytes[textFrom + i]) i++;
      if (i === length) return keyFields[place]!;
    }
    const key = bytes.slice(textFrom, textFrom + length);
    const field = fieldOf.get(decodeUtf8Piece(key)) ?? -1;
    keyBytes[place] = key;
    keyFields[place] = field;
    return field;
  }

  function parseAttribute(field: number): boolean {
    const { bytes, at } = cursor;
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      if (cursor.passString()) {
        values[field] = textValue(text(bytes, cursor.textFrom, cursor.at - 1));
        return true;
      }
      cursor.at = at;
      if (!cursor.passValue()) return false;
      try {
        values[field] = textValue(JSON.parse(decodeUtf8Piece(bytes.subarray(at, cursor.at))) as string);
        return true;
      } catch {
        return false;
      }
    }
    if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
      const { number } = cursor;
      const value = number.read(bytes, at, cursor.end);
      if (value !== value) return false;
      cursor.at = number.end;
      // Longer than a double holds: read as text, digit for digit (see `repairJson`).
      if (number.isInteger && number.digits > 15 && !Number.isSafeInteger(value))
        values[field] = decodeUtf8Piece(bytes.subarray(at, cursor.at));
      else values[field] = realValue(value);
      return true;
    }
    if (cursor.passWord('null')) values[field] = null;
    else if (cursor.passWord('true')) values[field] = 1;
    else if (cursor.passWord('false')) values[field] = 0;
    // Python's; the first pass has said so.
    else if (cursor.passWord('NaN')) values[field] = null;
    else return false;
    return true;
  }

  function parseProperties(): boolean {
    cursor.at++;
    if (cursor.next() === CLOSE_BRACE) {
      cursor.at++;
      return true;
    }
    for (let place = 0; ; place++) {
      if (!cursor.passString()) return false;
      const field = fieldOfKey(place);
      if (cursor.next() !== COLON) return false;
      cursor.at++;
      cursor.next();
      if (field < 0 ? !cursor.passValue() : !parseAttribute(field)) return false;
      const next = more();
      if (next === null) return false;
      if (!next) return true;
    }
  }

  return (bytes, from, to) => {
    cursor.bytes = bytes;
    cursor.at = from;
    cursor.end = to;
    for (let i = 0; i < values.length; i++) values[i] = null;
    let seen = 0;
    let hasGeometry = false;
    if (bytes[from] !== OPEN_BRACE) return false;
    cursor.at++;
    if (cursor.next() !== QUOTE) return false;
    for (;;) {
      const key = passKey(FEATURE_MEMBERS);
      if (key === null || key < 0 || (seen & (1 << key)) !== 0) return false;
      seen |= 1 << key;
      if (key === 0) {
        if (!cursor.passWord('"Feature"')) return false;
      } else if (key === 1) {
        if (cursor.bytes[cursor.at] === OPEN_BRACE) {
          if (names.length === 0 ? !cursor.passValue() : !parseProperties()) return false;
        } else if (!cursor.passWord('null')) return false;
      } else if (key === 2) {
        if (cursor.bytes[cursor.at] === OPEN_BRACE) {
          if (!parseGeometry()) return false;
          hasGeometry = true;
        } else if (!cursor.passWord('null')) return false;
      } else if (key === 4) {
        if (!passNumbers()) return false;
      } else if (!cursor.passString()) {
        if (Number.isNaN(cursor.number.read(bytes, cursor.at, to))) return false;
        cursor.at = cursor.number.end;
      }
      const next = more();
      if (next === null) return false;
      if (!next) break;
    }
    if ((seen & 1) === 0 || cursor.next() !== -1) return false;
    if (!hasGeometry) return true;
    if (hasZ) reportDroppedZ(builder);
    let start = 0;
    for (let r = 0; r < rings; r++) {
      const end = ringEnds[r]!;
      builder.addRing(scratch, 2 * start, end - start, 2, ringRoles[r]!);
      start = end;
    }
    return true;
  };
}
