import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltApp, buildApp, startApp, untilReady } from '../../tests/drills/kill-app.ts';
import { startPostgresql, type ThrowAwayPostgresql } from '../../tests/support/postgresql.ts';
import { generateDemoCounty } from '../demo/index.ts';
import { joinBatches } from '../kernel/index.ts';
import { writeLayer } from '../modules/intake/server.ts';
import type { ImportView } from '../modules/intake/views.ts';
import { PROJECT_ROOT } from '../platform/project-root.ts';
import { openAsBlob } from 'node:fs';

describe('tianchou work', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-work-'));
  const data = join(folder, 'data');
  let postgresql: ThrowAwayPostgresql;
  let built: BuiltApp;
  beforeAll(async () => {
    built = await buildApp();
    postgresql = await startPostgresql();
  });
  afterAll(async () => {
    await postgresql?.stop();
    built?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function work(environment: Record<string, string>, ...options: string[]): ChildProcess & { said(): string } {
    const { DATABASE_URL: _other, ...inherited } = process.env;
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'work', ...options], {
      cwd: PROJECT_ROOT,
      env: { ...inherited, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return Object.assign(child, { said: () => said });
  }
  const ended = (child: ChildProcess): Promise<number | null> =>
    new Promise((resolve) => {
      if (child.exitCode !== null) resolve(child.exitCode);
      else child.once('close', (code) => resolve(code));
    });

  it('refuses the embedded database, kinds that are none and the folder of another database', async () => {
    const runs = [
      { child: work({ TIANCHOU_DATA: data }), code: 'WORK-NEEDS-POSTGRESQL' },
      { child: work({ DATABASE_URL: postgresql.url, TIANCHOU_DATA: data }, '--kinds', 'none'), code: 'WORK-KINDS' },
      {
        child: work({ DATABASE_URL: postgresql.url, TIANCHOU_DATA: join(folder, 'elsewhere') }),
        code: 'DATA-FOLDER-OTHER',
      },
    ];
    for (const { child, code } of runs) {
      expect(await ended(child), child.said()).toBe(2);
      expect(child.said()).toContain(code);
    }
  }, 120_000);

  it('runs the jobs of a server that runs none, and stops in order', async () => {
    const app = await startApp({
      program: built.program,
      folder: data,
      databaseUrl: postgresql.url,
      port: 0,
      environment: { TIANCHOU_JOBS: 'off' },
    });
    const worker = work({ DATABASE_URL: postgresql.url, TIANCHOU_DATA: data });
    try {
      await untilReady(app.url);
      const county = generateDemoCounty({ parcels: 200, seed: 1 });
      const path = join(folder, 'parcels.fgb');
      await writeLayer(path, joinBatches([...county.parcels()], 4490));
      const form = new FormData();
      form.set('countyCode', '990101');
      form.set('role', 'parcels');
      form.set('file', await openAsBlob(path), 'parcels.fgb');
      const created = await fetch(`${app.url}/api/imports`, { method: 'POST', body: form });
      const { importId } = (await created.json()) as ImportView;
      const state = async (): Promise<string> =>
        ((await (await fetch(`${app.url}/api/imports/${importId}`)).json()) as ImportView).state;
      await expect.poll(state, { timeout: 90_000, interval: 200 }).toBe('staged');
      expect(worker.said()).toMatch(/work: ready, 2 at a time, every kind/);
      worker.kill('SIGTERM');
      expect(await ended(worker)).toBe(0);
    } finally {
      worker.kill('SIGKILL');
      expect(await app.stop()).toBe(0);
    }
  }, 180_000);
});
