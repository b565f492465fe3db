import { statfs } from 'node:fs/promises';
import { localized, type Refusal } from '../kernel/index.ts';
import type { Database } from '../platform/db/index.ts';
import { readApplied, readMigrations } from '../platform/db/migrations.ts';

const DATABASE: Refusal = {
  code: 'NOT-READY',
  message: localized('数据库没有应答。', 'The database does not answer.'),
  remedy: localized('请稍后再试，或查看服务日志。', 'Try again in a moment, or look at the log of the service.'),
};
const SCHEMA: Refusal = {
  code: 'NOT-READY-SCHEMA',
  message: localized('数据库结构与本程序不符。', 'The schema of the database is not the one of this program.'),
  remedy: localized(
    '升级后请重启所有服务进程，使其版本一致。',
    'After an upgrade start every process again, so that all are of one version.',
  ),
};
const DISK: Refusal = {
  code: 'NOT-READY-DISK',
  message: localized('数据文件夹所在磁盘空间不足。', 'The disk of the data folder is nearly full.'),
  remedy: localized(
    '请清理或扩容磁盘；下限由 TIANCHOU_MIN_FREE_MB 设定。',
    'Make room; the least is set by TIANCHOU_MIN_FREE_MB.',
  ),
};
const JOBS: Refusal = {
  code: 'NOT-READY-JOBS',
  message: localized('后台任务没有运行。', 'Background jobs are not running.'),
  remedy: localized(
    '通常一秒内自行恢复；否则请查看服务日志。',
    'They come back within a second as a rule; else look at the log of the service.',
  ),
};
const STOPPING: Refusal = {
  code: 'NOT-READY-STOPPING',
  message: localized('服务正在停止。', 'The service is stopping.'),
  remedy: localized('请连接其他实例，或等待重启。', 'Use another instance, or wait until it has started again.'),
};

export interface ReadinessOptions {
  readonly db: Database;
  /** Its disk is looked at; null: none. */
  readonly dataFolder: string | null;
  readonly minFreeMegabytes: number;
  readonly isStopping: () => boolean;
  readonly areJobsAlive: () => boolean;
}

/** Why the server cannot serve now; empty where it can. */
export type Readiness = () => Promise<readonly Refusal[]>;

const WAIT_MILLISECONDS = 2_000;
/** Whoever asks more often than that hears the same: asking is open to everybody and costs a look into the database. */
const KEPT_MILLISECONDS = 500;

function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Free megabytes of the disk of a folder; undefined where the system does not say. */
export async function freeMegabytes(folder: string): Promise<number | undefined> {
  const disk = await statfs(folder).catch(() => undefined);
  return disk === undefined ? undefined : (disk.bavail * disk.bsize) / 1024 ** 2;
}

/** Looks whether the server can do its work: the database answers with our schema, there is room, jobs run, nobody stops us. */
export function readinessOf(options: ReadinessOptions): Readiness {
  const { db, dataFolder } = options;
  const newest = readMigrations().then((all) => Math.max(0, ...all.map(({ number }) => number)));
  newest.catch(() => {});
  let last: { readonly at: number; readonly answer: Promise<readonly Refusal[]> } | undefined;

  const databaseTrouble = async (): Promise<Refusal | undefined> => {
    try {
      const applied = await within(readApplied(db), WAIT_MILLISECONDS);
      const number = Math.max(0, ...(applied ?? []).map((one) => one.number));
      return number === (await newest) ? undefined : SCHEMA;
    } catch {
      return DATABASE;
    }
  };
  const look = async (): Promise<readonly Refusal[]> => {
    const free = dataFolder === null ? undefined : await freeMegabytes(dataFolder);
    return [
      await databaseTrouble(),
      free !== undefined && free < options.minFreeMegabytes ? DISK : undefined,
      options.areJobsAlive() ? undefined : JOBS,
    ].filter((one) => one !== undefined);
  };
  return async () => {
    if (options.isStopping()) return [STOPPING];
    const now = performance.now();
    if (last === undefined || now - last.at > KEPT_MILLISECONDS) last = { at: now, answer: look() };
    return last.answer;
  };
}

/** Ready as long as the database answers with our schema: where nothing else is known (tests, drills). */
export function databaseReadiness(db: Database): Readiness {
  return readinessOf({
    db,
    dataFolder: null,
    minFreeMegabytes: 0,
    isStopping: () => false,
    areJobsAlive: () => true,
  });
}
