import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { assert } from '../../kernel/index.ts';
import { HOLDER, ownScratch } from './scratch.ts';

/** A file kept by its content. */
export interface StoredFile {
  /** SHA-256 of the content, hex: its name. */
  readonly hash: string;
  readonly size: number;
  readonly path: string;
}

/** A file received, whole, that nobody has taken yet: in scratch until it is kept. */
export interface HeldFile extends StoredFile {
  /** Where it lies now: in scratch, until `drop`. */
  readonly path: string;
  /** Keeps it for good; synced when it resolves. Again is as good as once. */
  keep(): Promise<StoredFile>;
  /** Removes it from scratch; what was kept stays. */
  drop(): Promise<void>;
}

/** Thrown while receiving a file that is larger than allowed. */
export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError';
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`the file is larger than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

/** Delivered files, kept by their hash so that every figure leads back to the very bytes, and working folders. */
export interface Files {
  /**
   * Streams a file to scratch, for an operation that may yet refuse it: no trace of it when it throws. Refused (ENOSPC) where the
   * disk has less room left than `minFreeBytes`, so that uploads do not take the room writes need.
   */
  hold(content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<HeldFile>;
  /** Streams a file to disk; whole and synced when it resolves, no trace of it when it throws. */
  receive(content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StoredFile>;
  /** The file of that hash, or undefined. */
  find(hash: string): Promise<StoredFile | undefined>;
  /** An empty folder for scratch files; the caller removes it. What a crash left is removed at the next start. */
  temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }>;
}

/** Where the files of a process lie; what `filesIn` of another thread of it needs. */
export interface FilesPlace {
  readonly kept: string;
  /** Of this process alone. */
  readonly scratch: string;
}

export interface OpenedFiles extends Files {
  readonly place: FilesPlace;
  /** Removes the scratch files of this process. */
  close(): Promise<void>;
}

/**
 * Keeps files under `folder/files`, shared by every process of the folder, and scratch in a folder of this process's own under
 * `folder/temporary`. The scratch of processes that are gone is removed.
 */
export async function openFiles(
  folder: string,
  options: { readonly minFreeBytes?: number } = {},
): Promise<OpenedFiles> {
  const kept = join(folder, 'files');
  await mkdir(kept, { recursive: true });
  const scratch = await ownScratch(join(folder, 'temporary'));
  const place = { kept, scratch: scratch.path };
  return { ...filesIn(place, options.minFreeBytes), place, close: scratch.remove };
}

/** The files another thread of this process has opened. */
export function filesIn({ kept, scratch }: FilesPlace, minFreeBytes = 0): Files {
  const pathOf = (hash: string): string => join(kept, hash.slice(0, 2), hash);

  const keep = async (incoming: string, hash: string): Promise<void> => {
    const path = pathOf(hash);
    if (existsSync(path)) return;
    const handle = await open(incoming, 'r+');
    await handle.sync();
    await handle.close();
    const isNew = await mkdir(dirname(path), { recursive: true });
    // A second name, so that whoever works on the first goes on; the copy is one file until either goes.
    const second = `${incoming}-kept`;
    await link(incoming, second).catch(() => copyFile(incoming, second));
    await rename(second, path);
    // A name is on the disk once its folder is.
    await syncFolder(dirname(path));
    if (isNew !== undefined) await syncFolder(kept);
  };

  const files: Files = {
    async hold(content, maxBytes) {
      if (minFreeBytes > 0) {
        const { bavail, bsize } = await statfs(scratch);
        if (bavail * bsize < minFreeBytes)
          throw Object.assign(new Error('less room than is kept free'), { code: 'ENOSPC' });
      }
      const incoming = join(scratch, `incoming-${randomBytes(8).toString('hex')}`);
      const hasher = createHash('sha256');
      let size = 0;
      try {
        await pipeline(
          content,
          async function* (chunks: AsyncIterable<Uint8Array>) {
            for await (const chunk of chunks) {
              size += chunk.byteLength;
              if (size > maxBytes) throw new FileTooLargeError(maxBytes);
              hasher.update(chunk);
              yield chunk;
            }
          },
          createWriteStream(incoming, { flags: 'wx' }),
        );
      } catch (error) {
        await rm(incoming, { force: true });
        throw error;
      }
      const hash = hasher.digest('hex');
      return {
        hash,
        size,
        path: incoming,
        async keep() {
          await keep(incoming, hash);
          return { hash, size, path: pathOf(hash) };
        },
        drop: () => rm(incoming, { force: true }),
      };
    },

    async receive(content, maxBytes) {
      const held = await files.hold(content, maxBytes);
      try {
        return await held.keep();
      } finally {
        await held.drop();
      }
    },

    async find(hash) {
      assert(/^[0-9a-f]{64}$/.test(hash), 'not a hash');
      const path = pathOf(hash);
      const found = await stat(path).catch(() => undefined);
      return found === undefined ? undefined : { hash, size: found.size, path };
    },

    async temporaryFolder() {
      const path = await mkdtemp(join(scratch, 'work-'));
      return { path, remove: () => rm(path, { recursive: true, force: true }) };
    },
  };
  return files;
}

async function syncFolder(folder: string): Promise<void> {
  // Not every system lets a folder be opened or synced; there its names are on the disk without asking.
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** Scratch files in `folder/temporary`, of every process, for tests and the health page. */
export async function leftovers(folder: string): Promise<string[]> {
  const all = join(folder, 'temporary');
  const names: string[] = [];
  for (const own of await readdir(all)) {
    const inside = await readdir(join(all, own)).catch(() => [own]);
    names.push(...inside.filter((name) => name !== HOLDER));
  }
  return names;
}
