import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillRows } from '../../tests/migrations/rows.ts';
import { recordEvent } from '../modules/audit/server.ts';
import { openArchive } from '../platform/db/archive-reader.ts';
import { type Database, openDatabase } from '../platform/db/index.ts';
import { silentLogger } from '../platform/logging.ts';
import { testActor } from '../../tests/support/context.ts';
import { backUpAtStop } from './automatic-backup.ts';
import { TABLE_CARE } from './database-care.ts';

describe('the automatic backup', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-automatic-'));
  let db: Database;
  beforeAll(async () => {
    db = await openDatabase({ folder: null });
    await db.transaction((tx) => fillRows(tx, Number.MAX_SAFE_INTEGER));
  });
  afterAll(async () => {
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const at = (day: number, mostMegabytes?: number) =>
    backUpAtStop({
      db,
      dataFolder: folder,
      care: TABLE_CARE,
      now: `2026-01-0${day}T00:00:00.000Z`,
      logger: silentLogger,
      ...(mostMegabytes === undefined ? {} : { mostMegabytes }),
    });
  const kept = (): string[] => readdirSync(join(folder, 'backups')).sort();
  const happen = (objectId: string) =>
    db.transaction((tx) =>
      recordEvent(tx, testActor(), { operation: 'test.write', objectKind: 'thing', objectId, countyCode: '330481' }),
    );

  it('is written where something happened, whole, and the last three are kept', async () => {
    expect(await at(1, 1)).toBe('skipped');
    expect(await at(1)).toBe('written');
    expect(await at(2)).toBe('unchanged');
    for (const day of [3, 4, 5]) {
      await happen(String(day));
      expect(await at(day)).toBe('written');
    }
    expect(kept()).toEqual([3, 4, 5].map((day) => `automatic-2026010${day}000000Z.zip`));
    const archive = await openArchive(join(folder, 'backups', kept()[2]!));
    archive.close();
    expect(archive.manifest.filesIncluded).toBe(false);
    expect(archive.manifest.auditHeads.find(({ chain }) => chain === '330481')?.sequence).toBe(5);
    // A damaged newest one is none.
    writeFileSync(join(folder, 'backups', kept()[2]!), 'cut');
    expect(await at(6)).toBe('written');
  });
});
