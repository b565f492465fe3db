import type { ByteSource } from '../byte-source.ts';

/** The file contradicts itself: what to tell, in both languages, as the end of a sentence. */
export class SqliteDamaged extends Error {
  override readonly name = 'SqliteDamaged';
  readonly zh: string;
  readonly en: string;

  constructor(zh: string, en: string) {
    super(en);
    this.zh = zh;
    this.en = en;
  }
}

/** The file may be sound, but uses something only SQLite itself reads (a table without row ids, a computed column …). */
export class SqliteBeyond extends Error {
  override readonly name = 'SqliteBeyond';
}

export type SqliteEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The pages of an SQLite 3 database file (as the SQLite project documents its file format), read in large pieces and bounds-checked. */
export interface SqlitePages {
  readonly pageSize: number;
  /** Bytes of a page without those reserved at its end. */
  readonly usableSize: number;
  readonly pageCount: number;
  readonly encoding: SqliteEncoding;
  /** The file was last written in write-ahead mode. */
  readonly writeAhead: boolean;
  /** A way through the pages with a memory of its own; whoever walks a table takes one. */
  reader(): PageReader;
}

export interface PageReader {
  /** Page `number` (from 1) if it is in memory. The bytes are there until the next page is waited for. */
  peek(number: number): Uint8Array | null;
  page(number: number): Promise<Uint8Array>;
}

/** No page is larger, so none lies across two pieces. */
const PIECE = 65_536;
/** Pieces read at once where pages are asked for in the order of the file; scattered pages bring one piece each. */
const PIECES_AHEAD = 8;
/** Buffers a reader goes round in, PIECES_AHEAD pieces each. */
const BUFFERS = 16;

const SQLITE_MAGIC = 'SQLite format 3\0';

/** Whether bytes start as an SQLite database does. */
export function isSqliteHead(bytes: Uint8Array): boolean {
  for (let i = 0; i < SQLITE_MAGIC.length; i++) if (bytes[i] !== SQLITE_MAGIC.charCodeAt(i)) return false;
  return true;
}

export async function openSqlitePages(source: ByteSource): Promise<SqlitePages> {
  const head = await source.read(0, 100);
  if (head.length < 100 || !isSqliteHead(head)) throw headDamaged();
  const view = new DataView(head.buffer, head.byteOffset, 100);
  const written = view.getUint16(16);
  const pageSize = written === 1 ? 65_536 : written;
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) throw headDamaged();
  const usableSize = pageSize - head[20]!;
  if (usableSize < 480 || head[21] !== 64 || head[22] !== 32 || head[23] !== 32 || head[19]! > 2) throw headDamaged();
  // The count in the head holds where the last writer was one that keeps it.
  const inFile = Math.ceil(source.size / pageSize);
  const stated = view.getUint32(28);
  const pageCount = stated > 0 && view.getUint32(24) === view.getUint32(92) ? stated : inFile;
  if (pageCount > inFile) {
    throw new SqliteDamaged(
      `应有 ${pageCount} 页,只有 ${inFile} 页`,
      `it should have ${pageCount} pages and has ${inFile}`,
    );
  }
  const schemaFormat = view.getUint32(44);
  const encodingCode = view.getUint32(56);
  if (schemaFormat > 4) throw new SqliteBeyond('schema format');
  if (encodingCode > 3) throw headDamaged();

  return {
    pageSize,
    usableSize,
    pageCount,
    encoding: encodingCode === 2 ? 'utf-16le' : encodingCode === 3 ? 'utf-16be' : 'utf-8',
    writeAhead: head[18] === 2 || head[19] === 2,
    reader: () => createReader(source, pageSize, pageCount),
  };
}

function createReader(source: ByteSource, pageSize: number, pageCount: number): PageReader {
  const pieces = new Map<number, Uint8Array>();
  const slots: { readonly buffer: Uint8Array; first: number; count: number }[] = [];
  let turn = 0;
  let last = -2;

  async function load(index: number): Promise<void> {
    const wanted = index === last + 1 ? PIECES_AHEAD : 1;
    const slot = slots[turn] ?? (slots[turn] = { buffer: new Uint8Array(PIECES_AHEAD * PIECE), first: 0, count: 0 });
    turn = (turn + 1) % BUFFERS;
    for (let k = 0; k < slot.count; k++) pieces.delete(slot.first + k);
    slot.count = 0;
    const from = index * PIECE;
    const length = Math.max(0, Math.min(wanted * PIECE, source.size - from));
    const bytes = await source.read(from, length, slot.buffer.subarray(0, length));
    if (bytes.buffer !== slot.buffer.buffer) slot.buffer.set(bytes);
    // What is missing of the last page of the file reads as zeros.
    const end = Math.ceil(bytes.length / pageSize) * pageSize;
    slot.buffer.fill(0, bytes.length, end);
    slot.first = index;
    slot.count = Math.ceil(end / PIECE);
    for (let k = 0; k < slot.count; k++)
      pieces.set(index + k, slot.buffer.subarray(k * PIECE, Math.min((k + 1) * PIECE, end)));
    last = index + slot.count - 1;
  }

  const peek = (number: number): Uint8Array | null => {
    const at = (number - 1) * pageSize;
    const piece = pieces.get(Math.floor(at / PIECE));
    if (piece === undefined) return null;
    const from = at % PIECE;
    return from + pageSize <= piece.length ? piece.subarray(from, from + pageSize) : null;
  };
  return {
    peek,
    async page(number) {
      if (number < 1 || number > pageCount) throw noSuchPage(number);
      const ready = peek(number);
      if (ready !== null) return ready;
      await load(Math.floor(((number - 1) * pageSize) / PIECE));
      const page = peek(number);
      if (page === null) throw noSuchPage(number);
      return page;
    },
  };
}

function headDamaged(): SqliteDamaged {
  return new SqliteDamaged('文件头不符', 'its head cannot be');
}

function noSuchPage(number: number): SqliteDamaged {
  return new SqliteDamaged(`引用了不存在的第 ${number} 页`, `it points to page ${number}, which does not exist`);
}
