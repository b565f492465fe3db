import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ByteSource } from './byte-source.ts';

/** A file on disk as bytes; closed by whoever opened it. `name` is what refusals call it (the file name by default). */
export async function openByteSource(path: string, name: string = basename(path)): Promise<ByteSource> {
  const handle = await open(path, 'r');
  let closed: Promise<void> | undefined;
  try {
    const { size } = await handle.stat();
    return {
      name,
      size,
      async read(offset, length, into) {
        const target = into !== undefined && into.length >= length ? into : new Uint8Array(length);
        let read = 0;
        while (read < length) {
          const { bytesRead } = await handle.read(target, read, length - read, offset + read);
          if (bytesRead === 0) break;
          read += bytesRead;
        }
        return target.subarray(0, read);
      },
      close: () => (closed ??= handle.close()),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
