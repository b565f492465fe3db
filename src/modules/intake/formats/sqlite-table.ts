import type { TextReader } from '../utf8-texts.ts';
import { SqliteDamaged, type PageReader, type SqlitePages } from './sqlite-pages.ts';

/** A value of an SQLite row. Integers beyond 2⁵³ are bigint; blobs are views that hold until the next row. */
export type SqliteValue = number | bigint | string | Uint8Array | null;

/** One column wanted of a table: where it stands in the records, and what to give where a record ends before it. */
export interface WantedColumn {
  readonly index: number;
  /** Value of rows older than the column. */
  readonly fallback: SqliteValue;
  /** The column is the row id under another name; its record holds NULL. */
  readonly isRowId: boolean;
  readonly readText: TextReader;
}

const LEAF = 0x0d;
const INTERIOR = 0x05;
/** A tree of 2³¹ pages is less deep. */
const MAX_DEPTH = 24;
/** SQLite's own limit of a row. */
const LONGEST_ROW = 1_000_000_000;

/**
 * Walks a table from its root page in the order of row ids and calls `take` with the wanted values of each row (the same
 * array every time); what `take` returns, if not null, is yielded. Every page is visited at most once, so that a tree or
 * an overflow chain that bites its own tail ends in `SqliteDamaged`, as does every length beyond its page or file.
 */
export async function* scanTable<T>(
  pages: SqlitePages,
  root: number,
  wanted: readonly WantedColumn[],
  take: (values: readonly SqliteValue[]) => T | null,
): AsyncGenerator<T> {
  const visited = new Uint8Array((pages.pageCount >> 3) + 1);
  const read = recordReader(wanted);
  const reader = pages.reader();
  const overflow = overflowReader(pages, reader, visited);
  const largestLocal = pages.usableSize - 35;
  for await (const leaf of leaves(pages, reader, root, visited)) {
    const { start, cells } = leaf;
    let { page } = leaf;
    let view = new DataView(page.buffer, page.byteOffset, pages.usableSize);
    let isCopy = false;
    const cursor: Cursor = { at: 0 };
    for (let c = 0; c < cells; c++) {
      cursor.at = cellAt(view, start + 8 + 2 * c, start + 8 + 2 * cells);
      const size = varint(page, cursor, pages.usableSize);
      const rowIdAt = cursor.at;
      skipVarint(page, cursor, pages.usableSize);
      const from = cursor.at;
      let values: readonly SqliteValue[];
      if (size <= largestLocal) {
        if (from + size > pages.usableSize) throw outOfPage();
        values = read(page, view, from, size, rowIdAt, page);
      } else {
        if (!isCopy) {
          // Reading the pages it goes on in may take the place of this one.
          page = page.slice();
          view = new DataView(page.buffer, 0, pages.usableSize);
          isCopy = true;
        }
        const whole = await overflow(page, view, from, size);
        values = read(whole, new DataView(whole.buffer, whole.byteOffset, size), 0, size, rowIdAt, page);
      }
      const result = take(values);
      if (result !== null) yield result;
    }
  }
}

/** How many rows a table has, from the heads of its leaf pages. */
export async function countRows(pages: SqlitePages, root: number): Promise<number> {
  let rows = 0;
  const visited = new Uint8Array((pages.pageCount >> 3) + 1);
  for await (const { cells } of leaves(pages, pages.reader(), root, visited)) rows += cells;
  return rows;
}

interface Leaf {
  readonly page: Uint8Array;
  /** Where the head of the page stands: 100 on the first page of the file, else 0. */
  readonly start: number;
  readonly cells: number;
}

async function* leaves(
  pages: SqlitePages,
  reader: PageReader,
  root: number,
  visited: Uint8Array,
): AsyncGenerator<Leaf> {
  const stack: { view: DataView; start: number; cells: number; next: number }[] = [];
  let number: number | null = root;
  for (;;) {
    if (number !== null) {
      visit(visited, number, pages.pageCount);
      const page: Uint8Array = reader.peek(number) ?? (await reader.page(number));
      const start = number === 1 ? 100 : 0;
      const kind = page[start]!;
      const cells = (page[start + 3]! << 8) | page[start + 4]!;
      if (start + (kind === LEAF ? 8 : 12) + 2 * cells > pages.usableSize) throw outOfPage();
      number = null;
      if (kind === LEAF) {
        yield { page, start, cells };
      } else if (kind === INTERIOR) {
        if (stack.length === MAX_DEPTH) throw looped();
        stack.push({
          view: new DataView(page.slice().buffer, 0, pages.usableSize),
          start,
          cells,
          next: 0,
        });
      } else throw new SqliteDamaged('表的页类型不符', 'a page of a table is of another kind');
    }
    const top = stack.at(-1);
    if (top === undefined) return;
    const headEnd = top.start + 12 + 2 * top.cells;
    if (top.next < top.cells) {
      const at = cellAt(top.view, top.start + 12 + 2 * top.next, headEnd);
      if (at + 5 > pages.usableSize) throw outOfPage();
      number = top.view.getUint32(at);
      top.next++;
    } else {
      number = top.view.getUint32(top.start + 8);
      stack.pop();
    }
  }
}

function visit(visited: Uint8Array, number: number, pageCount: number): void {
  if (number < 1 || number > pageCount) throw outOfPage();
  const bit = 1 << (number & 7);
  if ((visited[number >> 3]! & bit) !== 0) throw looped();
  visited[number >> 3]! |= bit;
}

/** Where a cell starts, by the pointer at `pointer`; cells lie behind the pointers. */
function cellAt(view: DataView, pointer: number, headEnd: number): number {
  const at = view.getUint16(pointer);
  if (at < headEnd || at >= view.byteLength) throw outOfPage();
  return at;
}

type OverflowReader = (page: Uint8Array, view: DataView, from: number, size: number) => Promise<Uint8Array>;

/** Puts a row that goes on over other pages together; the bytes hold until the next row. */
function overflowReader(pages: SqlitePages, reader: PageReader, visited: Uint8Array): OverflowReader {
  const { usableSize, pageCount } = pages;
  let buffer = new Uint8Array(0);
  const smallest = Math.floor(((usableSize - 12) * 32) / 255) - 23;
  return async (page, view, from, size) => {
    if (size > LONGEST_ROW || size > pageCount * usableSize) throw outOfPage();
    const surplus = smallest + ((size - smallest) % (usableSize - 4));
    const local = surplus <= usableSize - 35 ? surplus : smallest;
    if (from + local + 4 > usableSize) throw outOfPage();
    if (buffer.length < size || buffer.length > Math.max(1 << 22, 4 * size))
      buffer = new Uint8Array(size + (size >> 2));
    buffer.set(page.subarray(from, from + local));
    let held = local;
    let next = view.getUint32(from + local);
    while (held < size) {
      visit(visited, next, pageCount);
      const more = reader.peek(next) ?? (await reader.page(next));
      const part = Math.min(usableSize - 4, size - held);
      buffer.set(more.subarray(4, 4 + part), held);
      held += part;
      next = ((more[0]! << 24) | (more[1]! << 16) | (more[2]! << 8) | more[3]!) >>> 0;
    }
    return buffer;
  };
}

/** Bytes of a value by its serial type below 12. */
const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

type RecordReader = (
  bytes: Uint8Array,
  view: DataView,
  from: number,
  size: number,
  rowIdAt: number,
  rowIdPage: Uint8Array,
) => readonly SqliteValue[];

/** Decodes the wanted columns of records and steps over all others. */
function recordReader(wanted: readonly WantedColumn[]): RecordReader {
  let columns = 0;
  for (const { index } of wanted) columns = Math.max(columns, index + 1);
  const slots = new Int32Array(columns).fill(-1);
  wanted.forEach(({ index, isRowId }, slot) => {
    if (!isRowId) slots[index] = slot;
  });
  const rowIdSlots = wanted.flatMap((column, slot) => (column.isRowId ? [slot] : []));
  const values: SqliteValue[] = wanted.map((): SqliteValue => null);
  const cursor: Cursor = { at: 0 };
  return (bytes, view, from, size, rowIdAt, rowIdPage) => {
    const end = from + size;
    cursor.at = from;
    const headEnd = from + varint(bytes, cursor, end);
    if (headEnd > end || headEnd < cursor.at) throw recordDamaged();
    let at = headEnd;
    let column = 0;
    while (column < columns && cursor.at < headEnd) {
      const serial = bytes[cursor.at]! < 0x80 ? bytes[cursor.at++]! : varint(bytes, cursor, headEnd);
      const length = serial < 12 ? SIZES[serial]! : (serial - 12 - (serial & 1)) / 2;
      if (at + length > end) throw recordDamaged();
      const slot = slots[column]!;
      if (slot >= 0) {
        values[slot] =
          serial < 12
            ? numberAt(view, at, serial)
            : (serial & 1) === 0
              ? bytes.subarray(at, at + length)
              : wanted[slot]!.readText(bytes, at, at + length);
      }
      at += length;
      column++;
    }
    for (; column < columns; column++) {
      const slot = slots[column]!;
      if (slot >= 0) values[slot] = wanted[slot]!.fallback;
    }
    for (const slot of rowIdSlots) {
      cursor.at = rowIdAt;
      values[slot] = wholeVarint(rowIdPage, cursor);
    }
    return values;
  };
}

function numberAt(view: DataView, at: number, serial: number): SqliteValue {
  switch (serial) {
    case 1:
      return view.getInt8(at);
    case 2:
      return view.getInt16(at);
    case 3:
      return (view.getInt8(at) << 16) | view.getUint16(at + 1);
    case 4:
      return view.getInt32(at);
    case 5:
      return view.getInt16(at) * 4_294_967_296 + view.getUint32(at + 2);
    case 6: {
      const value = view.getInt32(at) * 4_294_967_296 + view.getUint32(at + 4);
      return Number.isSafeInteger(value) ? value : view.getBigInt64(at);
    }
    case 7: {
      const value = view.getFloat64(at);
      // SQLite keeps NULL where a NaN was stored.
      return Number.isNaN(value) ? null : value;
    }
    case 8:
      return 0;
    case 9:
      return 1;
    default:
      return null;
  }
}

interface Cursor {
  at: number;
}

/** A length or type: 7 bits a byte, the ninth byte whole. What goes beyond 2⁵³ comes out as some number too large. */
function varint(bytes: Uint8Array, cursor: Cursor, end: number): number {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    if (cursor.at >= end) throw recordDamaged();
    const byte = bytes[cursor.at++]!;
    if (i === 8) return value * 256 + byte;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return value;
  }
  return value;
}

function skipVarint(bytes: Uint8Array, cursor: Cursor, end: number): void {
  for (let i = 0; i < 9; i++) {
    if (cursor.at >= end) throw recordDamaged();
    if (bytes[cursor.at++]! < 0x80) return;
  }
}

/** A row id: 64 bits with sign. */
function wholeVarint(bytes: Uint8Array, cursor: Cursor): SqliteValue {
  let value = 0n;
  for (let i = 0; i < 9; i++) {
    const byte = bytes[cursor.at++]!;
    value = i === 8 ? (value << 8n) | BigInt(byte) : (value << 7n) | BigInt(byte & 0x7f);
    if (i < 8 && byte < 0x80) break;
  }
  const signed = BigInt.asIntN(64, value);
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed;
}

function outOfPage(): SqliteDamaged {
  return new SqliteDamaged('表的页内有越界的位置', 'a place in a page of a table lies outside of it');
}

function looped(): SqliteDamaged {
  return new SqliteDamaged('表的页互相循环引用', 'pages of a table point to one another in a circle');
}

function recordDamaged(): SqliteDamaged {
  return new SqliteDamaged('记录内部的长度不符', 'the lengths inside a record cannot be');
}
