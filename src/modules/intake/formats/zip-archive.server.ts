import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import type { Refusal, Result } from '../../../kernel/index.ts';
import { refused } from './refusals.ts';
import {
  checkedEntries,
  directoryDamaged,
  entryDamaged,
  entryName,
  methodUnsupported,
  notAZip,
  tooManyEntries,
  ZipDamaged,
  type ZipEntry,
} from './zip-rules.ts';

export { ZipDamaged, type ZipEntry } from './zip-rules.ts';

/** An archive whose directory has been read and found harmless. */
export interface ZipArchive {
  readonly entries: readonly ZipEntry[];
  /** The first bytes of an entry. */
  head(entry: ZipEntry, length: number): Promise<Uint8Array>;
  /** An entry as it is unpacked; throws `ZipDamaged` where it is not what the directory says. */
  stream(entry: ZipEntry): AsyncIterable<Uint8Array>;
  /** Unpacks an entry to a path; throws `ZipDamaged` where it is not what the directory says. */
  extract(entry: ZipEntry, target: string): Promise<void>;
  close(): void;
}

/**
 * Opens a zip archive and checks its directory before anything is unpacked.
 *
 * Refusals: INTAKE_NOT_A_ZIP, INTAKE_CORRUPT, INTAKE_ZIP_ENCRYPTED, INTAKE_ZIP_UNSAFE_PATH,
 * INTAKE_ZIP_BOMB, INTAKE_ZIP_EMPTY.
 */
export async function openZip(path: string): Promise<Result<ZipArchive, Refusal[]>> {
  const file = basename(path);
  let zip: yauzl.ZipFile;
  try {
    await checkLargeEnd(path);
    zip = await openYauzl(path);
  } catch (error) {
    return refused(refusalOfOpening(file, error));
  }
  const raw = new Map<ZipEntry, yauzl.Entry>();
  const entries: ZipEntry[] = [];
  const fail = (one: Refusal): Result<never, Refusal[]> => {
    zip.close();
    return refused(one);
  };
  const many = tooManyEntries(file, zip.entryCount);
  if (many !== undefined) return fail(many);
  const found: { name: string; size: number; packed: number; isEncrypted: boolean; entry: yauzl.Entry }[] = [];
  try {
    for await (const entry of eachEntry(zip)) {
      // Beyond what a number holds, the system would not read but throw.
      if (entry.relativeOffsetOfLocalHeader > zip.fileSize) throw new Error('an entry lies behind the end');
      found.push({
        name: nameOf(entry),
        size: entry.uncompressedSize,
        packed: entry.compressedSize,
        isEncrypted: (entry.generalPurposeBitFlag & 1) !== 0,
        entry,
      });
    }
  } catch (error) {
    return fail(refusalOfOpening(file, error));
  }
  const checked = checkedEntries(file, found);
  if (!checked.ok) return fail(checked.error[0]!);
  for (const { name, size, entry } of checked.value) {
    const kept = { name, size };
    raw.set(kept, entry);
    entries.push(kept);
  }

  const stream = async (entry: ZipEntry): Promise<NodeJS.ReadableStream & { destroy(): void }> =>
    new Promise((resolve, reject) => {
      zip.openReadStream(raw.get(entry)!, (error, readable) => {
        if (error) reject(new ZipDamaged(refusalOfEntry(file, entry, error)));
        else {
          // Damage can show in a moment when nobody listens, and an error nobody hears ends the process. Whoever reads
          // the stream still gets it.
          readable.on('error', () => {});
          resolve(readable as NodeJS.ReadableStream & { destroy(): void });
        }
      });
    });
  return {
    ok: true,
    value: {
      entries,
      async head(entry, length) {
        const readable = await stream(entry);
        const pieces: Uint8Array[] = [];
        let held = 0;
        try {
          for await (const piece of readable) {
            pieces.push(piece as unknown as Uint8Array);
            held += pieces.at(-1)!.length;
            if (held >= length) break;
          }
        } catch (error) {
          throw new ZipDamaged(refusalOfEntry(file, entry, error));
        } finally {
          readable.destroy();
        }
        return new Uint8Array(Buffer.concat(pieces).subarray(0, length));
      },
      async *stream(entry) {
        const readable = await stream(entry);
        try {
          for await (const piece of readable) yield piece as unknown as Uint8Array;
        } catch (error) {
          throw new ZipDamaged(refusalOfEntry(file, entry, error));
        } finally {
          readable.destroy();
        }
      },
      async extract(entry, target) {
        await mkdir(dirname(target), { recursive: true });
        const readable = await stream(entry);
        try {
          await pipeline(readable, createWriteStream(target));
        } catch (error) {
          throw new ZipDamaged(refusalOfEntry(file, entry, error));
        }
      },
      close: () => zip.close(),
    },
  };
}

/** A directory of our own for unpacked files; `drop` removes it and all in it. */
export async function temporaryDirectory(purpose: string): Promise<{ path: string; drop(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `tianchou-${purpose}-`));
  return { path, drop: () => rm(path, { recursive: true, force: true }) };
}

/**
 * The library reads the end record of large archives wherever the file says it is, and where that is no place at all the
 * system throws where nobody listens, which would end the process.
 */
async function checkLargeEnd(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, 20 + 22 + 65_535));
    await handle.read(tail, 0, tail.length, size - tail.length);
    for (
      let at = tail.indexOf('PK\x06\x07');
      at >= 0 && at + 20 <= tail.length;
      at = tail.indexOf('PK\x06\x07', at + 1)
    ) {
      if (tail.toString('latin1', at + 20, at + 24) !== 'PK\x05\x06') continue;
      const place = tail.readBigUInt64LE(at + 8);
      if (place + 56n > BigInt(size)) throw new Error('the end record of a large archive is not where it should be');
      const record = Buffer.alloc(56);
      await handle.read(record, 0, 56, Number(place));
      if (record.readBigUInt64LE(48) > BigInt(size)) throw new Error('the directory lies behind the end');
    }
  } finally {
    await handle.close();
  }
}

function openYauzl(path: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    const options = { lazyEntries: true, decodeStrings: false, autoClose: false, validateEntrySizes: true };
    yauzl.open(path, options, (error, zip) => (error ? reject(error) : resolve(zip)));
  });
}

async function* eachEntry(zip: yauzl.ZipFile): AsyncGenerator<yauzl.Entry> {
  for (;;) {
    const entry = await new Promise<yauzl.Entry | null>((resolve, reject) => {
      const done = (): void => settle(() => resolve(null));
      const got = (one: yauzl.Entry): void => settle(() => resolve(one));
      const failed = (error: Error): void => settle(() => reject(error));
      const settle = (act: () => void): void => {
        zip.off('entry', got);
        zip.off('end', done);
        zip.off('error', failed);
        act();
      };
      zip.on('entry', got);
      zip.on('end', done);
      zip.on('error', failed);
      zip.readEntry();
    });
    if (entry === null) return;
    yield entry;
  }
}

const nameOf = (entry: yauzl.Entry): string => entryName(entry.fileName as unknown as Uint8Array);

function refusalOfOpening(file: string, error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  if (/end of central directory record signature not found/i.test(message)) return notAZip(file);
  return directoryDamaged(file, message);
}

function refusalOfEntry(file: string, entry: ZipEntry, error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  return /unsupported compression method/i.test(message)
    ? methodUnsupported(file, entry, message)
    : entryDamaged(file, entry);
}
