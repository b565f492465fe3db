import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgresql } from '../support/postgresql.ts';
import { type BuiltApp, buildApp } from './kill-app.ts';
import { type DrillResult, killDrill } from './kill-drill.ts';

// The drill in small; `npm run drill:kill` is the whole of it (docs/evidence/kill.md).
describe('killed while people write', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-kill-test-'));
  let built: BuiltApp;
  beforeAll(async () => {
    built = await buildApp();
  });
  afterAll(() => {
    built?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function drill(name: string, kills: number): Promise<DrillResult> {
    const postgresql = name === 'postgresql' ? await startPostgresql({ durable: true }) : undefined;
    try {
      return await killDrill({
        program: built.program,
        folder: join(folder, name),
        postgresql,
        kills,
        writers: 8,
        seed: 7,
        writeMilliseconds: 1500,
        parcels: 200,
        heavy: 0.25,
      });
    } finally {
      await postgresql?.stop();
    }
  }

  it.each([
    ['postgresql', 2],
    ['embedded', 1],
  ] as const)(
    'loses nothing that was acknowledged and leaves nothing half on %s, killed %i times',
    async (name, kills) => {
      const { book, lost, half } = await drill(name, kills);
      expect(book.acknowledged).toBeGreaterThan(20);
      expect([...book.answers.keys()].filter((said) => said.startsWith('500'))).toEqual([]);
      expect(lost).toEqual([]);
      expect(half).toEqual([]);
    },
    240_000,
  );
});
