import { open, type FileHandle } from 'node:fs/promises';

/** Reads a file from some place to its end in large pieces, handing out views of a few bytes at a time. */
export interface ByteStream {
  readonly size: number;
  /** Place in the file of the next byte. */
  readonly position: number;
  /** A view of the next `length` bytes if they are in memory, else null. The view is valid until the next `fill`. */
  peek(length: number): Uint8Array | null;
  /** A view of the next `length` bytes, read if need be; null where the file ends before. */
  fill(length: number): Promise<Uint8Array | null>;
  skip(length: number): void;
}

const PIECE = 1 << 20;

export function streamBytes(handle: FileHandle, size: number, start = 0, end = size): ByteStream {
  let buffer = new Uint8Array(PIECE);
  let bufferAt = start;
  let held = 0;
  let position = start;

  const peek = (length: number): Uint8Array | null => {
    const offset = position - bufferAt;
    return offset >= 0 && offset + length <= held ? buffer.subarray(offset, offset + length) : null;
  };
  return {
    size: end,
    get position() {
      return position;
    },
    peek,
    async fill(length) {
      if (position + length > end) return null;
      const ready = peek(length);
      if (ready) return ready;
      const wanted = Math.min(Math.max(length, PIECE), end - position);
      const offset = position - bufferAt;
      const left = offset >= 0 && offset < held ? held - offset : 0;
      // A fresh buffer only where the old one is too small, and back to the ordinary size after a giant.
      const target =
        wanted <= buffer.length && (buffer.length <= 8 * PIECE || wanted > PIECE) ? buffer : new Uint8Array(wanted);
      if (left > 0) target.set(buffer.subarray(offset, offset + left));
      buffer = target;
      bufferAt = position;
      held = left;
      while (held < wanted) {
        const { bytesRead } = await handle.read(buffer, held, wanted - held, bufferAt + held);
        if (bytesRead === 0) break;
        held += bytesRead;
      }
      return peek(length);
    },
    skip(length) {
      position += length;
    },
  };
}

/** Opens, lends and always closes a file. */
export async function withFile<T>(path: string, use: (handle: FileHandle, size: number) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    return await use(handle, (await handle.stat()).size);
  } finally {
    await handle.close();
  }
}
