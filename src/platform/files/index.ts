import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { assert } from '../../kernel/index.ts';

/** A file kept by its content. */
export interface StoredFile {
  /** SHA-256 of the content, hex: its name. */
  readonly hash: string;
  readonly size: number;
  readonly path: string;
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
  /** Streams a file to disk; whole and synced when it resolves, no trace of it when it throws. */
  receive(content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StoredFile>;
  /** The file of that hash, or undefined. */
  find(hash: string): Promise<StoredFile | undefined>;
  /** An empty folder for scratch files; the caller removes it. What a crash left is removed at the next start. */
  temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }>;
}

/** Keeps files under `folder/files` and scratch under `folder/temporary`, which it empties. */
export async function openFiles(folder: string): Promise<Files> {
  // One server works on the folder at a time: whatever lies here is from a process that is gone.
  await rm(join(folder, 'temporary'), { recursive: true, force: true });
  await mkdir(join(folder, 'temporary'), { recursive: true });
  await mkdir(join(folder, 'files'), { recursive: true });
  return filesIn(folder);
}

/** The files of a folder that another thread of this process has opened. */
export function filesIn(folder: string): Files {
  const kept = join(folder, 'files');
  const scratch = join(folder, 'temporary');
  const pathOf = (hash: string): string => join(kept, hash.slice(0, 2), hash);

  return {
    async receive(content, maxBytes) {
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
        const hash = hasher.digest('hex');
        const path = pathOf(hash);
        if (!existsSync(path)) {
          const handle = await open(incoming, 'r+');
          await handle.sync();
          await handle.close();
          await mkdir(join(kept, hash.slice(0, 2)), { recursive: true });
          await rename(incoming, path);
        }
        return { hash, size, path };
      } finally {
        await rm(incoming, { force: true });
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
}

/** Names in `folder/temporary`, for tests and the health page. */
export async function leftovers(folder: string): Promise<string[]> {
  return readdir(join(folder, 'temporary'));
}
