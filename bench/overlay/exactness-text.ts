import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KEPT = join(tmpdir(), 'tianchou-county', 'exactness.md');

/** What the last exactness drill found, for the evidence; a word where none was run on this machine. */
export function readExactness(): string {
  return existsSync(KEPT) ? readFileSync(KEPT, 'utf8').trim() : '## Exactness\n\nNot run: `npm run drill:overlay`.';
}

export function keepExactness(text: string): void {
  mkdirSync(join(tmpdir(), 'tianchou-county'), { recursive: true });
  writeFileSync(KEPT, `${text}\n`);
}
