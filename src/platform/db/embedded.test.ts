import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../project-root.ts';
import { FolderLockedError, openDatabase, sql } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'tianchou-embedded-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('embedded database in a folder', () => {
  it('keeps what was committed, refuses a second opener, and serves interactive queries before those of jobs', async () => {
    const db = await openDatabase({ folder });
    await expect(openDatabase({ folder })).rejects.toBeInstanceOf(FolderLockedError);
    await db.run(sql`insert into division values ('330481', '海宁市', 'Haining', null, false)`);

    const order: string[] = [];
    const slow = db.run(sql`select count(*) from generate_series(1, 3000000)`).then(() => order.push('first'));
    const jobs = [1, 2, 3].map((n) => db.background.run(sql`select ${n}`).then(() => order.push(`job ${n}`)));
    const people = [1, 2].map((n) => db.run(sql`select ${n}`).then(() => order.push(`person ${n}`)));
    await Promise.all([slow, ...jobs, ...people]);
    expect(order).toEqual(['first', 'person 1', 'person 2', 'job 1', 'job 2', 'job 3']);
    await db.close();

    const again = await openDatabase({ folder });
    expect(await again.rows(sql`select name_zh as name from division`)).toEqual([{ name: '海宁市' }]);
    await again.close();
  });

  it('loses nothing acknowledged and keeps no half transaction when its process is killed', async () => {
    const code = `import { openDatabase, sql } from './src/platform/db/index.ts';
      const db = await openDatabase({ folder: ${JSON.stringify(folder)} });
      await db.run(sql\`create table if not exists booking (id integer, part integer)\`);
      for (let i = 1; ; i++) {
        await db.transaction(async (tx) => {
          await tx.run(sql\`insert into booking values (\${i}, 1)\`);
          await tx.run(sql\`insert into booking values (\${i}, 2)\`);
        });
        process.stdout.write(i + '\\n');
      }`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = 0;
    let told = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        told += chunk.toString();
        acknowledged = Number(told.trimEnd().split('\n').at(-1));
        if (acknowledged > 200) child.kill('SIGKILL');
      });
      child.once('exit', () => resolve());
    });
    expect(acknowledged).toBeGreaterThan(200);
    const db = await openDatabase({ folder });
    const row = await db.one<{ whole: number; halves: number }>(sql`select count(*) filter (where parts = 2) as whole,
      count(*) filter (where parts <> 2) as halves from (select count(*) as parts from booking group by id) as b`);
    expect(row.halves).toBe(0);
    expect(row.whole).toBeGreaterThanOrEqual(acknowledged);
    await db.close();
  });
});
