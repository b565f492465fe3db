import { localized, type AttributeValue, type Problem, type Refusal, type Result } from '../../../kernel/index.ts';
import { decodeLeniently } from '../text-decoding.ts';
import { createTextReader } from '../utf8-texts.ts';
import type { TextEncoding } from '../encoding.ts';
import type { FieldType, SourceField } from '../format.ts';
import { fileProblem, isoText, realValue, textValue, uniqueFieldNames } from './reading.ts';
import { corrupt, refused, truncated } from './refusals.ts';

/** The head of an attribute table (dBASE III to FoxPro). */
export interface DbfHead {
  readonly recordCount: number;
  readonly headerLength: number;
  readonly recordLength: number;
  /** Language driver id. */
  readonly ldid: number;
  readonly fields: readonly DbfField[];
}

export interface DbfField {
  /** The bytes of the name, in the table's encoding. */
  readonly nameBytes: Uint8Array;
  /** Type letter of dBASE. */
  readonly kind: string;
  /** Place in the record. */
  readonly from: number;
  readonly width: number;
  readonly decimals: number;
}

const NAME = 'DBF';
/** Kinds whose content lies in another file or is not for people; said and left out. */
const UNREAD_KINDS = new Set(['M', 'G', 'P', '0', 'Q', 'V', 'W']);
const KINDS = new Set(['C', 'N', 'F', 'D', 'L', 'I', 'B', 'O', 'T', '@', 'Y', '+', ...UNREAD_KINDS]);

/** Reads the head from the first bytes of a table of `size` bytes. `bytes` holds at least the whole header if the file does. */
export function readDbfHead(bytes: Uint8Array, size: number, file: string): Result<DbfHead, Refusal[]> {
  const place = { file };
  if (bytes.length < 33) return refused(truncated(place, NAME));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const recordCount = view.getUint32(4, true);
  const headerLength = view.getUint16(8, true);
  const recordLength = view.getUint16(10, true);
  if (headerLength > size) return refused(truncated(place, NAME));
  if (headerLength < 33 || recordLength < 1) {
    return refused(corrupt(place, NAME, '文件头的长度不符', 'the lengths in its header cannot be'));
  }
  const fields: DbfField[] = [];
  let from = 1;
  for (let at = 32; at + 32 <= headerLength && bytes[at] !== 0x0d && bytes[at] !== 0; at += 32) {
    let nameEnd = at;
    while (nameEnd < at + 11 && bytes[nameEnd] !== 0) nameEnd++;
    const kind = String.fromCharCode(bytes[at + 11]!).toUpperCase();
    const width = bytes[at + 16]!;
    if (!KINDS.has(kind)) {
      return refused(
        corrupt(
          place,
          NAME,
          `第 ${fields.length + 1} 个字段的类型不明`,
          `field ${fields.length + 1} is of no known type`,
        ),
      );
    }
    fields.push({ nameBytes: bytes.slice(at, nameEnd), kind, from, width, decimals: bytes[at + 17]! });
    from += width;
  }
  if (from > recordLength) {
    return refused(corrupt(place, NAME, '字段总宽超过记录长度', 'its fields are wider than its records'));
  }
  // The last byte (end-of-file mark) is often missing; a record is not.
  if (headerLength + recordCount * recordLength > size) return refused(truncated(place, NAME));
  return { ok: true, value: { recordCount, headerLength, recordLength, ldid: bytes[29]!, fields } };
}

/** Texts of a table as bytes: its field names, and the texts of one record. For judging the encoding. */
export function encodingSamples(head: DbfHead, records: readonly Uint8Array[]): { field: string; bytes: Uint8Array }[] {
  const samples: { field: string; bytes: Uint8Array }[] = [];
  const seen = new Set<string>();
  const take = (field: string, bytes: Uint8Array, isFull: boolean): void => {
    // A text that fills its field may be cut in the middle of a character, which must not count against UTF-8.
    const whole = isFull ? withoutCutCharacter(bytes) : bytes;
    const key = latin1(whole, 0, whole.length);
    if (whole.length === 0 || seen.has(key)) return;
    seen.add(key);
    samples.push({ field, bytes: whole });
  };
  head.fields.forEach((field, i) => {
    if (hasHighByte(field.nameBytes)) take(`field name ${i + 1}`, field.nameBytes, field.nameBytes.length >= 10);
  });
  for (const record of records) {
    for (const field of head.fields) {
      if (field.kind !== 'C') continue;
      const raw = record.subarray(field.from, field.from + field.width);
      if (!hasHighByte(raw)) continue;
      const end = textEnd(raw);
      const name = latin1(field.nameBytes, 0, field.nameBytes.length);
      take(
        hasHighByte(field.nameBytes) ? `field ${head.fields.indexOf(field) + 1}` : name,
        raw.slice(0, end),
        end === raw.length,
      );
    }
  }
  return samples;
}

/** The table's fields with their names decoded, and how to read a record's values in their order. */
export interface DbfReading {
  readonly fields: readonly SourceField[];
  readonly problems: readonly Problem[];
  /** Those of the fields whose values are read. */
  readonly wanted: readonly SourceField[];
  /** True where the record is marked deleted. */
  isDeleted(record: Uint8Array): boolean;
  /** Values of one record, in the order of `wanted`; `onCut` is told of texts cut in the middle of a character. */
  values(record: Uint8Array, onCut: (field: string) => void): AttributeValue[];
}

export function readDbfRecords(
  head: DbfHead,
  encoding: TextEncoding,
  wants: (name: string) => boolean = () => true,
): DbfReading {
  const problems: Problem[] = [];
  const read = head.fields.filter((field) => !UNREAD_KINDS.has(field.kind));
  const names = read.map((field) =>
    textValue(decodeLeniently(withoutCut(field.nameBytes, encoding, 10), encoding)).trim(),
  );
  const unique = uniqueFieldNames(names);
  problems.push(...unique.problems);
  for (const field of head.fields) {
    if (!UNREAD_KINDS.has(field.kind)) continue;
    const name = decodeLeniently(field.nameBytes, encoding);
    problems.push(
      fileProblem(
        'attribute.memo-dropped',
        'note',
        localized(
          `字段“${name}”是备注型(内容在 .dbt/.fpt 文件中),未读取`,
          `Field “${name}” is a memo kept in another file; it is not read.`,
        ),
        undefined,
        name,
      ),
    );
  }
  const fields = read.map((field, i): SourceField => ({ name: unique.names[i]!, type: fieldTypeOf(field) }));
  const plainText = createTextReader((bytes) => latin1(bytes, 0, bytes.length));
  const isPlain = encoding === 'utf-8' || encoding === 'gb18030';
  const places = fields.flatMap(({ name }, i) => (wants(name) ? [i] : []));
  return {
    fields,
    problems,
    wanted: places.map((i) => fields[i]!),
    isDeleted: (record) => record[0] === 0x2a,
    values(record, onCut) {
      const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
      return places.map((i) => {
        const { from, width, kind } = read[i]!;
        if (kind === 'C') {
          const raw = record.subarray(from, from + width);
          const end = isPlain ? textEnd(raw) : raw.length;
          if (end === 0) return null;
          const text = raw.subarray(0, end);
          if (isPlain && !hasHighByte(text)) return textValue(plainText(text, 0, end));
          const whole = end === width ? withoutCut(text, encoding, 0) : text;
          if (whole.length < end) onCut(fields[i]!.name);
          const decoded = textValue(decodeLeniently(whole, encoding)).trimEnd();
          return decoded === '' ? null : decoded;
        }
        return otherValue(record, view, from, width, kind);
      });
    },
  };
}

/** Bytes as characters of the same number. */
function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

function fieldTypeOf(field: DbfField): FieldType {
  switch (field.kind) {
    case 'N':
      return field.decimals === 0 ? 'integer' : 'real';
    case 'F':
    case 'B':
    case 'O':
    case 'Y':
      return 'real';
    case 'I':
    case '+':
      return 'integer';
    case 'L':
      return 'boolean';
    case 'D':
      return 'date';
    case 'T':
    case '@':
      return 'datetime';
    default:
      return 'text';
  }
}

function otherValue(bytes: Uint8Array, view: DataView, from: number, width: number, kind: string): AttributeValue {
  switch (kind) {
    case 'N':
    case 'F':
      return numberOfText(latin1(bytes, from, from + width));
    case 'D': {
      const text = latin1(bytes, from, from + width)
        .replaceAll('\u0000', ' ')
        .trim();
      if (text === '' || /^0+$/.test(text)) return null;
      return /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : isoText(text);
    }
    case 'L': {
      const letter = String.fromCharCode(bytes[from]!);
      return /[TtYy1]/.test(letter) ? 1 : /[FfNn0]/.test(letter) ? 0 : null;
    }
    case 'I':
    case '+':
      return width === 4 ? view.getInt32(from, true) : numberOfText(latin1(bytes, from, from + width));
    case 'B':
    case 'O':
      return width === 8 ? realValue(view.getFloat64(from, true)) : numberOfText(latin1(bytes, from, from + width));
    case 'Y':
      return width === 8 ? Number(view.getBigInt64(from, true)) / 10_000 : null;
    case 'T':
    case '@':
      return width === 8 ? julianDateTime(view.getInt32(from, true), view.getInt32(from + 4, true)) : null;
    default:
      return null;
  }
}

/** A number written as text; blank and overflow marks are null, what is no number stays as the text it is. */
function numberOfText(raw: string): AttributeValue {
  const text = raw.replaceAll('\u0000', ' ').trim();
  if (text === '' || /^\*+$/.test(text) || /^-?nan/i.test(text)) return null;
  const value = Number(text);
  if (Number.isFinite(value)) {
    return /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(value) ? text : value;
  }
  const withPoint = /^[+-]?\d+,\d+$/.test(text) ? Number(text.replace(',', '.')) : Number.NaN;
  return Number.isFinite(withPoint) ? withPoint : textValue(text);
}

/** Julian day number and milliseconds of the day, as FoxPro keeps them. */
function julianDateTime(day: number, milliseconds: number): AttributeValue {
  if (day <= 0) return null;
  const iso = new Date((day - 2_440_588) * 86_400_000 + milliseconds);
  return Number.isNaN(iso.getTime()) ? null : iso.toISOString().slice(0, 19);
}

/** Length of a text without the blanks and NULs that fill its field. */
function textEnd(raw: Uint8Array): number {
  let end = raw.length;
  while (end > 0 && (raw[end - 1] === 0x20 || raw[end - 1] === 0)) end--;
  return end;
}

function hasHighByte(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! >= 0x80) return true;
  return false;
}

/** Without the beginning of a UTF-8 character that its end cut off. */
function withoutCutCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needs > back ? bytes.subarray(0, bytes.length - back) : bytes;
    }
  }
  return bytes;
}

/** A text that fills its field, without half a character at its end, in either encoding of Chinese. */
function withoutCut(bytes: Uint8Array, encoding: TextEncoding, onlyFromLength: number): Uint8Array {
  if (bytes.length < onlyFromLength) return bytes;
  if (encoding === 'utf-8') return withoutCutCharacter(bytes);
  if (encoding !== 'gb18030') return bytes;
  let i = 0;
  while (i < bytes.length) {
    const byte = bytes[i]!;
    const second = bytes[i + 1];
    const size = byte < 0x81 ? 1 : second !== undefined && second >= 0x30 && second <= 0x39 ? 4 : 2;
    if (i + size > bytes.length) return bytes.subarray(0, i);
    i += size;
  }
  return bytes;
}
