import { existsSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatabaseRefusedError, refusedDatabase } from './refused.ts';

/** Stands in a data folder whose embedded database has been moved to PostgreSQL. */
export interface MovedMark {
  /** Host and database, without name and password. */
  readonly to: string;
  readonly at: string;
}

const NAME = 'database-moved.json';

/** Setting that opens a moved database all the same. */
export const USE_MOVED = 'TIANCHOU_USE_MOVED';

export async function markMoved(folder: string, mark: MovedMark): Promise<void> {
  const path = join(folder, NAME);
  const handle = await open(`${path}.unfinished`, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(mark, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.unfinished`, path);
}

export async function readMovedMark(folder: string): Promise<MovedMark | null> {
  const path = join(folder, NAME);
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(await readFile(path, 'utf8')) as MovedMark;
  } catch {
    // Damaged, it says what matters all the same.
    return { to: '?', at: '?' };
  }
}

export function databaseMoved(folder: string, mark: MovedMark): DatabaseRefusedError {
  return refusedDatabase(
    'DATABASE-MOVED',
    [
      `数据目录 ${folder} 中的内嵌数据库已于 ${mark.at} 迁移到 ${mark.to}，此后的数据都在那里。`,
      `The embedded database in ${folder} was moved to ${mark.to} at ${mark.at}; whatever came after is there.`,
    ],
    [
      `请设置 DATABASE_URL 使用该 PostgreSQL；确要再用旧的内嵌数据库，请设 ${USE_MOVED}=on，或删除 ${NAME}。`,
      `Set DATABASE_URL to use that PostgreSQL; to use the old embedded database all the same, set ${USE_MOVED}=on or remove ${NAME}.`,
    ],
  );
}
