import { sha256 as hashing } from '@noble/hashes/sha2.js';
import type { LocalFile } from './local-protocol.ts';

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** SHA-256 of a text, lower-case hex, on any page: the browser's own is absent on plain http. */
export function sha256OfText(text: string): string {
  return hex(hashing(new TextEncoder().encode(text)));
}

const PIECE_BYTES = 8 << 20;
/** The browser's own hash is ten times as fast and takes a file only whole, in memory for that moment. */
const WHOLE_BYTES = 150_000_000;

async function sha256OfOne(file: File): Promise<string> {
  const native = (globalThis as { crypto?: { subtle?: SubtleCrypto } }).crypto?.subtle;
  if (native !== undefined && file.size <= WHOLE_BYTES) {
    return hex(new Uint8Array(await native.digest('SHA-256', await file.arrayBuffer())));
  }
  const hash = hashing.create();
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    hash.update(new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer()));
  }
  return hex(hash.digest());
}

const extensionOf = (name: string): string => /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? '';

/** SHA-256 of a delivered file, a bare shapefile with the files that belong to it: the value the command line states. */
export async function sha256OfFile({ file, beside }: LocalFile): Promise<string> {
  if (extensionOf(file.name) !== '.shp') return sha256OfOne(file);
  const all = [file, ...beside].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  let lines = '';
  for (const one of all) lines += `${extensionOf(one.name)} ${await sha256OfOne(one)}\n`;
  return sha256OfText(lines);
}
