import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FileTooLargeError, leftovers, openFiles } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'tianchou-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

describe('files', () => {
  it('keeps a file by its hash and finds it again', async () => {
    const files = await openFiles(folder);
    const stored = await files.receive(chunks('田', '畴'), 100);
    expect(stored.hash).toBe(createHash('sha256').update('田畴').digest('hex'));
    expect(stored.size).toBe(6);
    expect(readFileSync(stored.path, 'utf8')).toBe('田畴');
    expect(await (await openFiles(folder)).find(stored.hash)).toEqual(stored);
    expect(await files.receive(chunks('田畴'), 100)).toEqual(stored);
    expect(await leftovers(folder)).toEqual([]);
  });

  it('leaves nothing of a file that is too large or whose sending fails', async () => {
    const files = await openFiles(folder);
    await expect(files.receive(chunks('12345', '6'), 5)).rejects.toBeInstanceOf(FileTooLargeError);
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('connection lost');
    };
    await expect(files.receive(failing(), 100)).rejects.toThrow('connection lost');
    expect(await leftovers(folder)).toEqual([]);
    expect(await files.find('0'.repeat(64))).toBeUndefined();
  });

  it('removes scratch folders and what a crash left', async () => {
    const files = await openFiles(folder);
    const work = await files.temporaryFolder();
    expect(await leftovers(folder)).toHaveLength(1);
    await work.remove();
    await files.temporaryFolder();
    await openFiles(folder);
    expect(await leftovers(folder)).toEqual([]);
  });
});
