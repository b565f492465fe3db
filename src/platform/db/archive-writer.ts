import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** One file to put into an archive; `content` is asked for when its turn comes. */
export interface ArchiveEntry {
  readonly name: string;
  content(): AsyncIterable<Uint8Array>;
  /** Packed on the way (tables); false for what is packed already. */
  readonly pack: boolean;
}

export interface WrittenArchive {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Read and written by the owner alone: it holds hashes of passwords. */
const MODE = 0o600;

/**
 * Writes a zip archive, entry by entry in their order, streaming. It takes its name only when it is whole and on the disk;
 * where anything fails, nothing of it stays. Entries of more than 4 GB are possible (zip64).
 */
export async function writeArchive(
  path: string,
  entries: readonly ArchiveEntry[],
  mtime: Date,
): Promise<WrittenArchive> {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.unfinished`);
  const hasher = createHash('sha256');
  let bytes = 0;
  const zip = new ZipFile();
  const out = zip.outputStream as Readable;
  zip.on('error', (error: Error) => out.destroy(error));
  for (const { name, content, pack } of entries) {
    // Level 1: a county's rows are mostly digits, for which more work gives hardly less to write.
    const options = { mtime, mode: 0o100600, compress: pack, ...(pack ? { compressionLevel: 1 } : {}) };
    zip.addReadStreamLazy(name, options, (give) => {
      const stream = Readable.from(content(), { objectMode: false });
      stream.on('error', (error) => out.destroy(error));
      give(null, stream);
    });
  }
  zip.end();
  try {
    await pipeline(
      out,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hasher.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      },
      createWriteStream(draft, { flags: 'wx', mode: MODE }),
    );
    await syncPath(draft, 'r+');
    await rename(draft, path);
    // The name itself must be on the disk too. Windows knows no such thing.
    await syncPath(dirname(path), 'r').catch(() => {});
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return { path, bytes, sha256: hasher.digest('hex') };
}

async function syncPath(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
