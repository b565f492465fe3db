/**
 * Bytes to be read from any place: a file on disk (`openByteSource` in byte-source.server.ts), a file a user dropped
 * on a page (over `File.slice`), or bytes in memory (`bytesInMemory`). Decoders of formats take this and nothing of
 * Node or the browser, so that the same code reads the same file in both.
 */
export interface ByteSource {
  /** File name without folders, for refusals and as the name of a layer that has none. */
  readonly name: string;
  readonly size: number;
  /**
   * The bytes from `offset` on, `length` of them, fewer only where the source ends. They lie at the start of `into`
   * where that is given and long enough and the source can fill it; otherwise in memory of their own. Reads may overlap
   * in time as long as they do not share `into`.
   */
  read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array>;
  /** Frees what the source holds; safe to call twice. */
  close(): Promise<void>;
}

export function bytesInMemory(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(Math.min(offset, bytes.length), offset + length),
    close: async () => {},
  };
}

/** Bytes read at once by streams: few waits, and still in the processor's outer cache when they are decoded. */
export const PIECE_BYTES = 1 << 20;

/** Goes through a source from some place to its end, handing out views of the bytes at hand. */
export interface ByteStream {
  /** End of what is streamed. */
  readonly size: number;
  /** Place in the source of the next byte. */
  readonly position: number;
  /**
   * The bytes in memory from `position` on (perhaps none): for decoders that work through as much as there is. Valid
   * until the next `fill`.
   */
  held(): Uint8Array;
  /** A view of the next `length` bytes if they are in memory, else null. The view is valid until the next `fill`. */
  peek(length: number): Uint8Array | null;
  /** A view of the next `length` bytes, read if need be; null where the source ends before. */
  fill(length: number): Promise<Uint8Array | null>;
  skip(length: number): void;
}

export function streamOf(source: ByteSource, start = 0, end = source.size, piece = PIECE_BYTES): ByteStream {
  let buffer = new Uint8Array(Math.min(piece, Math.max(0, end - start)));
  let bufferAt = start;
  let length = 0;
  let position = start;

  const peek = (wanted: number): Uint8Array | null => {
    const offset = position - bufferAt;
    return offset >= 0 && offset + wanted <= length ? buffer.subarray(offset, offset + wanted) : null;
  };
  return {
    size: end,
    get position() {
      return position;
    },
    held() {
      const offset = position - bufferAt;
      return buffer.subarray(Math.min(Math.max(0, offset), length), length);
    },
    peek,
    async fill(wanted) {
      if (position + wanted > end) return null;
      const ready = peek(wanted);
      if (ready) return ready;
      const total = Math.min(Math.max(wanted, piece), end - position);
      const offset = position - bufferAt;
      const left = offset >= 0 && offset < length ? length - offset : 0;
      // A fresh buffer only where the old one is too small, and back to the ordinary size after a giant.
      const target =
        total <= buffer.length && (buffer.length <= 8 * piece || total > piece) ? buffer : new Uint8Array(total);
      if (left > 0) target.set(buffer.subarray(offset, offset + left));
      buffer = target;
      bufferAt = position;
      length = left;
      while (length < total) {
        const into = buffer.subarray(length, total);
        const bytes = await source.read(bufferAt + length, total - length, into);
        if (bytes.length === 0) break;
        if (bytes.buffer !== into.buffer || bytes.byteOffset !== into.byteOffset) into.set(bytes);
        length += bytes.length;
      }
      return peek(wanted);
    },
    skip(count) {
      position += count;
    },
  };
}
