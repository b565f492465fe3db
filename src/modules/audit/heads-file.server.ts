import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditHead, headLine, headOfLine } from './head.ts';

/** Name of the file of heads in its folder. */
export const HEADS_FILE = 'heads.jsonl';

/** What a file of heads holds. */
export interface HeadsOfFile {
  readonly heads: readonly AuditHead[];
  /** Number (from 1) of the first line that is no head, or null. */
  readonly badLine: number | null;
}

export function headsOfText(text: string): HeadsOfFile {
  const heads: AuditHead[] = [];
  let badLine: number | null = null;
  const lines = text.split('\n');
  lines.forEach((line, i) => {
    if (line === '') return;
    const head = headOfLine(line);
    if (head !== undefined) heads.push(head);
    // A last line without its end was being written when the machine stopped: it is written again at the next start.
    else if (i < lines.length - 1) badLine ??= i + 1;
  });
  return { heads, badLine };
}

/** Heads kept outside the database; none where there is no file yet. */
export async function readHeadsFile(folder: string): Promise<HeadsOfFile> {
  const text = await readFile(join(folder, HEADS_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return headsOfText(text);
}

/**
 * Adds heads at the end of the file; on the disk when it resolves.
 *
 * @param mends at a start: a line that a crash broke off is taken away first
 */
export async function appendHeads(folder: string, heads: readonly AuditHead[], mends = false): Promise<void> {
  if (heads.length === 0) return;
  const path = join(folder, HEADS_FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const handle = await open(path, 'a');
  try {
    // What a line that was broken off said is in the database and is written again.
    if (mends && whole.length < text.length) await handle.truncate(Buffer.byteLength(whole));
    await handle.appendFile(heads.map((head) => `${headLine(head)}\n`).join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
}
