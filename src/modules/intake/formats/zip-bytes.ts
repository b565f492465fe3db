import { Inflate } from 'fflate';
import { err, ok, type Refusal, type Result } from '../../../kernel/index.ts';
import { bytesInMemory, PIECE_BYTES, type ByteSource } from '../byte-source.ts';
import { refusal, refused } from './refusals.ts';
import {
  checkedEntries,
  directoryDamaged,
  entryDamaged,
  entryName,
  methodUnsupported,
  notAZip,
  tooManyEntries,
  type DirectoryEntry,
  type ZipEntry,
} from './zip-rules.ts';

/** An archive whose directory has been read and found harmless; entries are unpacked into memory. */
export interface ZipBytes {
  readonly entries: readonly ZipEntry[];
  /** The first bytes of an entry. */
  head(entry: ZipEntry, length: number): Promise<Uint8Array>;
  /** An entry as bytes of its own, named by the leaf of its path. Refused where it is not what the directory says. */
  unpack(entry: ZipEntry): Promise<Result<ByteSource, Refusal[]>>;
}

/** Unpacked at once, in memory: more does not fit beside the work on it. */
const MOST_BYTES = 1_500_000_000;

const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

interface PackedEntry extends DirectoryEntry {
  readonly method: number;
  /** Place of the local header. */
  readonly at: number;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Reads the directory of an archive from bytes anywhere; the same checks and refusals as for an archive on disk. */
export async function openZipBytes(source: ByteSource): Promise<Result<ZipBytes, Refusal[]>> {
  const file = source.name;
  const end = await findEnd(source);
  if (end === undefined) return refused(notAZip(file));
  const many = tooManyEntries(file, end.entries);
  if (many !== undefined) return refused(many);
  if (end.at + end.size > source.size) return refused(directoryDamaged(file, 'cut short'));
  const found = readDirectory(await source.read(end.at, end.size), end.entries);
  if (found === undefined) return refused(directoryDamaged(file, 'no entry where one is stated'));
  const entries = checkedEntries(file, found);
  if (!entries.ok) return entries;
  const known = new Map<ZipEntry, PackedEntry>(entries.value.map((entry) => [entry, entry]));
  return ok({
    entries: entries.value,
    async head(entry, length) {
      const some = await inflate(source, known.get(entry)!, Math.min(length, entry.size));
      return some ?? new Uint8Array(0);
    },
    async unpack(entry) {
      const packed = known.get(entry)!;
      if (packed.method !== 0 && packed.method !== 8) {
        return refused(methodUnsupported(file, entry, `method ${packed.method}`));
      }
      if (entry.size > MOST_BYTES) return refused(tooLarge(file, entry));
      const bytes = await inflate(source, packed, entry.size);
      if (bytes === undefined) return err([entryDamaged(file, entry)]);
      return ok(bytesInMemory(entry.name.slice(entry.name.lastIndexOf('/') + 1), bytes));
    },
  });
}

async function findEnd(source: ByteSource): Promise<{ entries: number; size: number; at: number } | undefined> {
  const length = Math.min(source.size, 22 + 65_535);
  const tailAt = source.size - length;
  const tail = await source.read(tailAt, length);
  const view = viewOf(tail);
  for (let i = tail.length - 22; i >= 0; i--) {
    if (view.getUint32(i, true) !== END || i + 22 + view.getUint16(i + 20, true) !== tail.length) continue;
    const stated = {
      entries: view.getUint16(i + 10, true),
      size: view.getUint32(i + 12, true),
      at: view.getUint32(i + 16, true),
    };
    if (stated.entries !== 0xffff && stated.size !== 0xffffffff && stated.at !== 0xffffffff) return stated;
    if (i < 20 || view.getUint32(i - 20, true) !== END64_LOCATOR) return stated;
    const large = viewOf(await source.read(Number(view.getBigUint64(i - 12, true)), 56));
    if (large.byteLength < 56 || large.getUint32(0, true) !== END64) return undefined;
    const [entries, size, at] = [32, 40, 48].map((place) => Number(large.getBigUint64(place, true)));
    return { entries: entries!, size: size!, at: at! };
  }
  return undefined;
}

function readDirectory(bytes: Uint8Array, count: number): PackedEntry[] | undefined {
  const view = viewOf(bytes);
  const entries: PackedEntry[] = [];
  let at = 0;
  for (let n = 0; n < count; n++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) return undefined;
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > bytes.length) return undefined;
    const sizes = {
      size: view.getUint32(at + 24, true),
      packed: view.getUint32(at + 20, true),
      at: view.getUint32(at + 42, true),
    };
    largeSizes(viewOf(bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)), sizes);
    entries.push({
      name: entryName(bytes.subarray(at + 46, at + 46 + nameLength)),
      ...sizes,
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
    });
    at = next;
  }
  return entries;
}

/** Sizes beyond 32 bits stand in an extra field, in this order, those that are needed alone. */
function largeSizes(extra: DataView, sizes: { size: number; packed: number; at: number }): void {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const length = extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === 1) {
      let place = at + 4;
      for (const key of ['size', 'packed', 'at'] as const) {
        if (sizes[key] !== 0xffffffff || place + 8 > extra.byteLength) continue;
        sizes[key] = Number(extra.getBigUint64(place, true));
        place += 8;
      }
    }
    at += 4 + length;
  }
}

/** The first `length` bytes of an entry; undefined where it holds fewer, or more than its directory says. */
async function inflate(source: ByteSource, entry: PackedEntry, length: number): Promise<Uint8Array | undefined> {
  const head = viewOf(await source.read(entry.at, 30));
  if (head.byteLength < 30 || head.getUint32(0, true) !== LOCAL) return undefined;
  const from = entry.at + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const end = from + entry.packed;
  if (entry.method === 0) {
    if (entry.packed !== entry.size) return undefined;
    const bytes = await source.read(from, length);
    return bytes.length === length ? bytes : undefined;
  }
  const whole = new Uint8Array(length);
  let filled = 0;
  let isTooLong = false;
  const stream = new Inflate((piece) => {
    const room = length - filled;
    if (piece.length > room && length === entry.size) isTooLong = true;
    whole.set(piece.length > room ? piece.subarray(0, room) : piece, filled);
    filled += Math.min(room, piece.length);
  });
  try {
    for (let at = from; at < end && (filled < length || length === entry.size); ) {
      const piece = await source.read(at, Math.min(PIECE_BYTES, end - at));
      if (piece.length === 0) return undefined;
      at += piece.length;
      stream.push(piece, at >= end);
    }
  } catch {
    return undefined;
  }
  return filled === length && !isTooLong ? whole : undefined;
}

function tooLarge(file: string, entry: ZipEntry): Refusal {
  return refusal(
    'INTAKE_TOO_LARGE',
    { file, layer: entry.name },
    `“${entry.name}”解开后超过 1.5 GB，内存中放不下`,
    `“${entry.name}” unpacks to more than 1.5 GB, which does not fit into memory.`,
    '请先解压，再直接给出其中的文件',
    'Unpack it first and give the file itself.',
  );
}
