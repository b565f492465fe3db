import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { localized, type Refusal } from '../kernel/index.ts';
import { type Database, databaseIdentity } from '../platform/db/index.ts';

// A worker that has the database and not its files would fail every job it takes. So the folder says whose it is.
const NAME = 'of-database';

/** A server says that the folder is that of its database. */
export async function markFolder(db: Database, folder: string): Promise<void> {
  const path = join(folder, NAME);
  const identity = await databaseIdentity(db);
  if ((await readMark(path)) === identity) return;
  const unfinished = `${path}.${process.pid}.unfinished`;
  const handle = await open(unfinished, 'w');
  try {
    await handle.writeFile(`${identity}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, path);
}

/** Why a worker may not use the folder with this database, or null where it may. */
export async function folderRefusal(db: Database, folder: string): Promise<Refusal | null> {
  if ((await readMark(join(folder, NAME))) === (await databaseIdentity(db))) return null;
  return {
    code: 'DATA-FOLDER-OTHER',
    message: localized(
      `数据目录 ${folder} 不是该数据库的服务所用的目录。`,
      `The data folder ${folder} is not the one the server of this database uses.`,
    ),
    remedy: localized(
      '请用 TIANCHOU_DATA 指定服务所用的目录（跨机器时用共享存储），并先启动一次服务。',
      'Name the folder of the server by TIANCHOU_DATA (shared storage between machines), and start the server once before.',
    ),
  };
}

async function readMark(path: string): Promise<string | undefined> {
  return (await readFile(path, 'utf8').catch(() => undefined))?.trim();
}
