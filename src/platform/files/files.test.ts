import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

  it('holds a file in scratch until it is kept, and lets go of what is not', async () => {
    const files = await openFiles(folder);
    const content = () => chunks('held for a while');
    const refused = await files.hold(content(), 100);
    expect(readFileSync(refused.path, 'utf8')).toBe('held for a while');
    await refused.drop();
    expect(await files.find(refused.hash)).toBeUndefined();
    const [first, second] = [await files.hold(content(), 100), await files.hold(content(), 100)];
    const kept = await first.keep();
    // Another upload of the same bytes that comes to nothing takes nothing away.
    await second.drop();
    await first.keep();
    expect(readFileSync(first.path, 'utf8')).toBe('held for a while');
    await first.drop();
    expect(await files.find(kept.hash)).toEqual(kept);
    expect(readFileSync(kept.path, 'utf8')).toBe('held for a while');
    expect(await leftovers(folder)).toEqual([]);
  });

  it('takes nothing in where less room is left than is kept free', async () => {
    const files = await openFiles(folder, { minFreeBytes: Number.MAX_SAFE_INTEGER });
    await expect(files.hold(chunks('x'), 100)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await leftovers(folder)).toEqual([]);
  });

  it('removes scratch folders and what a crash left', async () => {
    const files = await openFiles(folder);
    const work = await files.temporaryFolder();
    expect(await leftovers(folder)).toHaveLength(1);
    await work.remove();
    await files.temporaryFolder();
    // Scratch of a process that lives, such as this one, stays whoever starts.
    await openFiles(folder);
    expect(await leftovers(folder)).toHaveLength(1);
    // The note of its holder now names a process that is gone.
    const note = join(files.place.scratch, 'process.json');
    const holder = JSON.parse(readFileSync(note, 'utf8')) as object;
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(note, JSON.stringify({ ...holder, pid, processStart: null }));
    await openFiles(folder);
    expect(await leftovers(folder)).toEqual([]);
  });
});
