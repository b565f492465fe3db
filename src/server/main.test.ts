import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgresql, type ThrowAwayPostgresql } from '../../tests/support/postgresql.ts';
import { PROJECT_ROOT } from '../platform/project-root.ts';

interface Started {
  readonly child: ChildProcess;
  /** Address, or what was said on standard error and the exit code. */
  readonly outcome: Promise<{ readonly url: string } | { readonly said: string; readonly code: number | null }>;
}

describe('a second server', () => {
  const work = mkdtempSync(join(tmpdir(), 'tianchou-main-'));
  let postgresql: ThrowAwayPostgresql;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    postgresql = await startPostgresql();
  }, 60_000);
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await postgresql?.stop();
    rmSync(work, { recursive: true, force: true });
  });

  function start(folder: string, port: string): Started {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/server/main.ts'], {
      cwd: PROJECT_ROOT,
      env: {
        ...process.env,
        DATABASE_URL: postgresql.url,
        TIANCHOU_DATA: join(work, folder),
        PORT: port,
        HOST: '127.0.0.1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const outcome = new Promise<Awaited<Started['outcome']>>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        const match = /(http:\/\/127\.0\.0\.1:\d+)\//.exec(chunk.toString());
        if (match !== null) resolve({ url: match[1]! });
      });
      child.once('close', (code) => resolve({ said, code }));
    });
    return { child, outcome };
  }

  it('shares the data folder with PostgreSQL, and is refused a port in use before anything is opened', async () => {
    const first = await start('a', '0').outcome;
    expect(first, JSON.stringify(first)).toHaveProperty('url');
    const { url } = first as { url: string };
    expect(await (await fetch(`${url}/api/ready`)).json()).toEqual({ status: 'ready', database: 'postgresql' });

    const sameFolder = await start('a', '0').outcome;
    expect(sameFolder, JSON.stringify(sameFolder)).toHaveProperty('url');

    const samePort = await start('b', new URL(url).port).outcome;
    expect(samePort).toMatchObject({ code: 1 });
    expect((samePort as { said: string }).said).toMatch(/^PORT-IN-USE 127\.0\.0\.1:\d+ /);

    // The one that was there first never noticed.
    expect((await fetch(`${url}/api/ready`)).status).toBe(200);
    children[0]!.kill('SIGTERM');
    await new Promise((resolve) => children[0]!.once('close', resolve));
    expect(children[0]!.exitCode).toBe(0);
    expect((await fetch(`${(sameFolder as { url: string }).url}/api/ready`)).status).toBe(200);
  }, 240_000);
});
