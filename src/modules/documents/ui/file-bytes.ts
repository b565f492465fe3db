import type { ByteSource } from '../../intake/index.ts';
import { RefusalError } from '../../intake/index.ts';

/** Read at once: few round trips to the process that owns the files. */
const BLOCK_BYTES = 8 << 20;

/** A file a user dropped, as bytes; read where it lies, piece by piece, never sent anywhere. */
export function bytesOfFile(file: File): ByteSource {
  let block = new Uint8Array(0);
  let blockAt = 0;
  const load = async (from: number, to: number): Promise<Uint8Array<ArrayBuffer>> => {
    try {
      return new Uint8Array(await file.slice(from, to).arrayBuffer());
    } catch {
      throw new RefusalError([
        {
          code: 'INTAKE_UNREADABLE',
          message: {
            zh: '文件无法打开，可能已被改动或移走',
            en: 'The file cannot be read; it may have been changed or moved.',
          },
          remedy: { zh: '请重新选择该文件', en: 'Choose the file again.' },
          place: { file: file.name },
        },
      ]);
    }
  };
  return {
    name: file.name,
    size: file.size,
    async read(offset, length, into) {
      const end = Math.min(file.size, offset + length);
      if (offset >= end) return new Uint8Array(0);
      const wanted = end - offset;
      if (wanted >= BLOCK_BYTES) {
        const bytes = await load(offset, end);
        if (into === undefined || into.length < wanted) return bytes;
        into.set(bytes);
        return into.subarray(0, wanted);
      }
      if (offset < blockAt || end > blockAt + block.length) {
        const loaded = await load(offset, Math.min(file.size, offset + BLOCK_BYTES));
        block = loaded;
        blockAt = offset;
        return copyOut(loaded, 0, wanted, into);
      }
      return copyOut(block, offset - blockAt, wanted, into);
    },
    async close() {
      block = new Uint8Array(0);
    },
  };
}

function copyOut(from: Uint8Array, at: number, length: number, into: Uint8Array | undefined): Uint8Array {
  const part = from.subarray(at, at + length);
  if (into === undefined || into.length < length) return part.slice();
  into.set(part);
  return into.subarray(0, length);
}
