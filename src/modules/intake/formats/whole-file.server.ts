import { open, rename, rm, type FileHandle } from 'node:fs/promises';

/**
 * Writes a file beside its place and moves it there once it is whole and on disk, so that a reader never sees half of
 * it and a fault leaves what was there before.
 */
export async function writeWhole(path: string, content: Uint8Array | AsyncIterable<string>): Promise<void> {
  const draft = `${path}.${process.pid}.part`;
  let handle: FileHandle | undefined;
  try {
    handle = await open(draft, 'w');
    if (content instanceof Uint8Array) await handle.writeFile(content);
    else for await (const piece of content) await handle.writeFile(piece);
    await handle.sync();
    await handle.close();
    handle = undefined;
    await rename(draft, path);
  } catch (error) {
    await handle?.close();
    await rm(draft, { force: true });
    throw error;
  }
}
