import { sha256 as hashing } from '@noble/hashes/sha2.js';
import type { LocalFile } from './local-protocol.ts';

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** SHA-256 of a text, lower-case hex. The browser's own is absent on plain http, and takes no data piece by piece. */
export function sha256OfText(text: string): string {
  return hex(hashing(new TextEncoder().encode(text)));
}

const PIECE_BYTES = 8 << 20;

async function sha256OfOne(file: File, read: (bytes: number) => void): Promise<string> {
  const hash = hashing.create();
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    const piece = new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer());
    hash.update(piece);
    read(piece.length);
  }
  return hex(hash.digest());
}

const extensionOf = (name: string): string => /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? '';

/** SHA-256 of a delivered file, a bare shapefile with the files that belong to it: the value the command line states. */
export async function sha256OfFile(
  { file, beside }: LocalFile,
  read: (bytes: number) => void = () => {},
): Promise<string> {
  if (extensionOf(file.name) !== '.shp') return sha256OfOne(file, read);
  const all = [file, ...beside].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  let lines = '';
  for (const one of all) lines += `${extensionOf(one.name)} ${await sha256OfOne(one, read)}\n`;
  return sha256OfText(lines);
}
