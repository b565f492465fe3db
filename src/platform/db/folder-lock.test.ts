import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../project-root.ts';
import { FolderLockedError, lockFolder } from './folder-lock.ts';

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-lock-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Another process that takes the lock, says so, and stays. */
async function holder(folder: string): Promise<{ readonly pid: number; kill(): Promise<void> }> {
  const code = `import { lockFolder } from './src/platform/db/folder-lock.ts';
    await lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (status) => reject(new Error(`holder ended ${status}`)));
  });
  return {
    pid: child.pid!,
    kill: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit');
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

describe('folder lock', () => {
  it('is taken once, released, and taken again', async () => {
    const folder = newFolder();
    const lock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toBeInstanceOf(FolderLockedError);
    await lock.release();
    await (await lockFolder(folder)).release();
  });

  it('refuses while another process has it, names that process, and takes over after kill -9', async () => {
    const folder = newFolder();
    const other = await holder(folder);
    const refused = await lockFolder(folder).catch((error: unknown) => error as FolderLockedError);
    expect(refused).toBeInstanceOf(FolderLockedError);
    expect((refused as FolderLockedError).refusal.code).toBe('DATA-FOLDER-IN-USE');
    expect((refused as FolderLockedError).refusal.message.zh).toContain(String(other.pid));
    await other.kill();
    const lock = await lockFolder(folder);
    expect(JSON.parse(readFileSync(join(folder, 'tianchou.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it('sees through a number that now belongs to another process, and through a torn lock', async () => {
    for (const content of [
      JSON.stringify({
        pid: process.pid,
        host: hostname(),
        processStart: '1',
        since: '2020-01-01T00:00:00.000Z',
        token: 'old',
      }),
      '{"pid": 12',
      '',
    ]) {
      const folder = newFolder();
      writeFileSync(join(folder, 'tianchou.lock'), content);
      await (await lockFolder(folder)).release();
    }
  });

  it('respects a holder on another machine', async () => {
    const folder = newFolder();
    const since = '2026-01-01T00:00:00.000Z';
    writeFileSync(
      join(folder, 'tianchou.lock'),
      JSON.stringify({ pid: 1, host: 'elsewhere', processStart: '1', since, token: 'x' }),
    );
    await expect(lockFolder(folder)).rejects.toThrow(/elsewhere/);
  });

  it('gives a stale lock to exactly one of many', async () => {
    for (let round = 0; round < 20; round++) {
      const folder = newFolder();
      writeFileSync(
        join(folder, 'tianchou.lock'),
        JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), processStart: '1', since: '', token: 'dead' }),
      );
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    }
  });
});
