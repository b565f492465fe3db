import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Refusal } from '../../kernel/index.ts';
import { emptyDatabase } from '../../platform/db/backup.ts';
import { DatabaseRefusedError, openAsItIs, type OpenedDatabase } from '../../platform/db/index.ts';
import { hasEmbedded } from '../../platform/db/restore.ts';
import { failureOf } from '../../platform/failure.ts';
import { ConfigError, readConfig } from '../../server/config.ts';
import { refuse, Refused } from '../exit.ts';
import { stopIfCancelled, type Terminal } from '../terminal.ts';

export interface PlaceOptions {
  readonly data?: string;
}

/** Which database and which data folder a command works on. */
export interface DatabasePlace {
  readonly url: string | undefined;
  readonly folder: string;
  readonly files: string;
}

/** As the server would see it: from the environment, `--data` first. */
export function placeOf({ data }: PlaceOptions): DatabasePlace {
  try {
    const config = readConfig({ ...process.env, ...(data === undefined ? {} : { TIANCHOU_DATA: data }) });
    return { url: config.databaseUrl, folder: config.dataFolder, files: join(config.dataFolder, 'files') };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw refuse(
      'CONFIG-INVALID',
      [error.message, error.message],
      ['见 docs/operations/run.md 的设置表', 'See the settings in docs/operations/run.md.'],
    );
  }
}

/** Where the database is, without name and password. */
export function shownPlace({ url, folder }: DatabasePlace): string {
  return url === undefined ? join(folder, 'database') : shownUrl(url);
}

export function shownUrl(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `postgresql://${hostname}${port === '' ? '' : `:${port}`}${pathname}`;
  } catch {
    return 'postgresql://';
  }
}

/**
 * Opens what is there and does the work. `sharing`: the server may go on running meanwhile, where the engine allows it
 * (PostgreSQL); otherwise the folder's lock is taken first.
 */
export async function withDatabase<T>(
  place: DatabasePlace,
  how: 'sharing' | 'alone',
  work: (db: OpenedDatabase) => Promise<T>,
): Promise<T> {
  return refusing(async () => {
    if (place.url === undefined && !hasEmbedded(place.folder)) throw emptyDatabase();
    const lockless = how === 'sharing' && place.url !== undefined;
    const db = await openAsItIs({ url: place.url, folder: lockless ? null : place.folder }).catch((error: unknown) => {
      throw how === 'sharing' ? explained(error) : error;
    });
    try {
      return await work(db);
    } finally {
      await db.close();
    }
  });
}

/** The embedded database bears one process: say what to do besides stopping the server. */
function explained(error: unknown): unknown {
  if (!(error instanceof DatabaseRefusedError) || error.refusal.code !== 'DATA-FOLDER-IN-USE') return error;
  const { message } = error.refusal;
  const refusal: Refusal = {
    code: 'DATA-FOLDER-IN-USE',
    message,
    remedy: {
      zh: `内嵌数据库同时只能由一个进程使用：请先停止服务再备份（服务每次正常停止时也会自动备份），或改用 PostgreSQL，其备份不必停服务。`,
      en: 'The embedded database bears one process: stop the server, back up, start it (it also backs up by itself whenever it stops), or use PostgreSQL, which is backed up while the server runs.',
    },
  };
  return new Refused([refusal]);
}

/** Refusals of the database room and failures of the machine, as a command says them. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseRefusedError) throw new Refused([error.refusal]);
    const failure = error instanceof Refused ? undefined : failureOf(error);
    if (failure !== undefined) throw new Refused([failure.refusal]);
    throw error;
  }
}

/** Progress that hears Ctrl-C too. */
export function heard(terminal: Terminal, at: (fraction: number) => void): (fraction: number) => void {
  return (fraction) => {
    stopIfCancelled(terminal);
    at(fraction);
  };
}

export function refuseExisting(path: string): void {
  if (!existsSync(path)) return;
  throw refuse(
    'OUTPUT_EXISTS',
    [`${path} 已存在`, `${path} exists already`],
    ['请换一个文件名，或先移走它', 'Choose another name, or move it away first.'],
  );
}
