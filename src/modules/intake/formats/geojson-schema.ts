import { localized, type Problem } from '../../../kernel/index.ts';
import type { FieldType, SourceField } from '../format.ts';
import { decodeUtf8Piece } from '../text-decoding.ts';
import { createJsonCursor } from './json-cursor.ts';
import { mayNeedRepair, repairJson } from './json-repair.ts';
import { fileProblem } from './reading.ts';

export interface SchemaResult {
  readonly fields: SourceField[];
  readonly problems: Problem[];
  readonly needsRepair: boolean;
}

export interface Schema {
  /** Takes the `properties` of one feature, `bytes[from … to)`; false where they are no JSON or name too many attributes. */
  add(bytes: Uint8Array, from: number, to: number): boolean;
  result(): SchemaResult;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const MAX_FIELDS = 4096;

/**
 * Gathers names and types of attributes over all features. Features with no new name, of plain values, are gone through
 * byte by byte; the others are parsed.
 */
export function createSchema(): Schema {
  const types = new Map<string, FieldType | null>();
  let nans = 0;
  let longIntegers = 0;
  const cursor = createJsonCursor();
  /** Names in the order the last feature had them, to be guessed. */
  const keyBytes: Uint8Array[] = [];
  const keyNames: string[] = [];
  const foundNames: string[] = [];
  const foundTypes: (FieldType | null)[] = [];
  let foundNans = 0;
  let foundLong = 0;

  function nameAt(place: number): string | undefined {
    const { bytes, textFrom } = cursor;
    const length = cursor.at - 1 - textFrom;
    const known = keyBytes[place];
    if (known !== undefined && known.length === length) {
      let i = 0;
      while (i < length && known[i] === bytes[textFrom + i]) i++;
      if (i === length) return keyNames[place];
    }
    const key = bytes.slice(textFrom, textFrom + length);
    const name = decodeUtf8Piece(key);
    if (!types.has(name)) return undefined;
    keyBytes[place] = key;
    keyNames[place] = name;
    return name;
  }

  /** The type of the value at the cursor, which is passed; undefined where it is not plain. */
  function passTyped(): FieldType | null | undefined {
    const byte = cursor.bytes[cursor.at]!;
    if (byte === QUOTE) return cursor.passString() ? 'text' : undefined;
    if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
      const { number } = cursor;
      const value = number.read(cursor.bytes, cursor.at, cursor.end);
      if (value !== value) return undefined;
      cursor.at = number.end;
      if (number.isInteger && number.digits > 15 && !Number.isSafeInteger(value)) {
        foundLong++;
        return 'text';
      }
      return Number.isInteger(value) ? 'integer' : 'real';
    }
    if (cursor.passWord('null')) return null;
    if (cursor.passWord('true') || cursor.passWord('false')) return 'boolean';
    if (!cursor.passWord('NaN')) return undefined;
    foundNans++;
    return null;
  }

  /** True where the properties are plain and of known names; nothing is counted otherwise. */
  function addPlain(bytes: Uint8Array, from: number, to: number): boolean {
    cursor.bytes = bytes;
    cursor.at = from;
    cursor.end = to;
    foundNans = 0;
    foundLong = 0;
    let count = 0;
    if (cursor.next() !== OPEN_BRACE) return false;
    cursor.at++;
    if (cursor.next() !== QUOTE) return false;
    for (;;) {
      if (!cursor.passString()) return false;
      const name = nameAt(count);
      if (name === undefined) return false;
      // Of a name that comes twice the last value counts, which the parser sees to.
      for (let i = 0; i < count; i++) if (foundNames[i] === name) return false;
      if (cursor.next() !== COLON) return false;
      cursor.at++;
      cursor.next();
      const type = passTyped();
      if (type === undefined) return false;
      foundNames[count] = name;
      foundTypes[count++] = type;
      const byte = cursor.next();
      cursor.at++;
      if (byte === CLOSE_BRACE) break;
      if (byte !== COMMA || cursor.next() !== QUOTE) return false;
    }
    if (cursor.next() !== -1) return false;
    for (let i = 0; i < count; i++) {
      const known = types.get(foundNames[i]!);
      const joined = joinTypes(known, foundTypes[i]!);
      if (joined !== known) types.set(foundNames[i]!, joined);
    }
    nans += foundNans;
    longIntegers += foundLong;
    return true;
  }

  function addParsed(text: string): boolean {
    let parsed: unknown;
    let source = text;
    if (mayNeedRepair(text)) {
      const repaired = repairJson(text);
      nans += repaired.nans;
      longIntegers += repaired.longIntegers;
      source = repaired.text;
    }
    try {
      parsed = JSON.parse(source);
    } catch {
      return false;
    }
    if (parsed === null || typeof parsed !== 'object') return true;
    for (const name in parsed)
      types.set(name, joinTypes(types.get(name), typeOf((parsed as Record<string, unknown>)[name])));
    return types.size <= MAX_FIELDS;
  }

  return {
    add: (bytes, from, to) => addPlain(bytes, from, to) || addParsed(decodeUtf8Piece(bytes.subarray(from, to))),
    result() {
      const fields = [...types].map(([name, type]) => ({ name, type: type ?? ('text' as const) }));
      const problems: Problem[] = [];
      if (nans > 0) {
        problems.push(
          fileProblem(
            'geojson.nan',
            'warning',
            localized(
              `属性中有 ${nans} 处 NaN,不符合 JSON,按空值读取`,
              `${nans} attribute values are NaN, which JSON does not know; read as empty.`,
            ),
          ),
        );
      }
      if (longIntegers > 0) {
        problems.push(
          fileProblem(
            'geojson.long-integer',
            'note',
            localized(
              `属性中有 ${longIntegers} 个超过 15 位的整数,按文本读取以保留全部数字`,
              `${longIntegers} attribute values are whole numbers too long for a double; read as text, so that no digit is lost.`,
            ),
          ),
        );
      }
      return { fields, problems, needsRepair: nans > 0 || longIntegers > 0 };
    },
  };
}

function typeOf(value: unknown): FieldType | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'real';
  return 'text';
}

function joinTypes(a: FieldType | null | undefined, b: FieldType | null): FieldType | null {
  if (a === undefined || a === null) return b;
  if (b === null || a === b) return a;
  return (a === 'integer' && b === 'real') || (a === 'real' && b === 'integer') ? 'real' : 'text';
}
