/** Tiles of immutable layers in memory, the least recently used thrown out first. */
export interface TileCache {
  get(key: string): Buffer | undefined;
  set(key: string, content: Buffer): void;
}

export function tileCache(maxBytes: number): TileCache {
  const held = new Map<string, Buffer>();
  let bytes = 0;
  return {
    get(key) {
      const content = held.get(key);
      if (content !== undefined) {
        held.delete(key);
        held.set(key, content);
      }
      return content;
    },
    set(key, content) {
      const old = held.get(key);
      if (old !== undefined) {
        held.delete(key);
        bytes -= old.length;
      }
      held.set(key, content);
      bytes += content.length;
      for (const [oldest, { length }] of held) {
        if (bytes <= maxBytes) break;
        held.delete(oldest);
        bytes -= length;
      }
    },
  };
}
