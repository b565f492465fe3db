import { localized, type Refusal } from '../kernel/index.ts';
import { systemClock as clock, systemIds as ids } from '../platform/clock.ts';
import { DatabaseRefusedError, openDatabase, type OpenedDatabase } from '../platform/db/index.ts';
import { openFiles } from '../platform/files/index.ts';
import { createJobs } from '../platform/jobs/index.ts';
import { errorFields, jsonLogger as logger } from '../platform/logging.ts';
import type { Services } from '../platform/services.ts';
import { clearLeftovers, JOB_KINDS, registerAllJobs } from './all-jobs.ts';
import { ConfigError, readConfig } from './config.ts';
import { folderRefusal } from './folder-mark.ts';
import { recordJobEnd } from './job-events.ts';

export interface WorkOptions {
  /** Jobs at the same time. */
  readonly concurrency: number;
  /** Only these; undefined: all. */
  readonly kinds: readonly string[] | undefined;
}

/** A refusal, or how the worker ended: 0 stopped in order. */
export type WorkOutcome = { readonly refusal: Refusal } | { readonly code: number };

const STOP_MILLISECONDS = 10_000;

const NEEDS_POSTGRESQL: Refusal = {
  code: 'WORK-NEEDS-POSTGRESQL',
  message: localized(
    '内嵌数据库只有一个进程，由服务自己执行任务。',
    'The embedded database has one process: its server runs the jobs itself.',
  ),
  remedy: localized(
    '请设置 DATABASE_URL 为服务所用的 PostgreSQL，或只启动服务。',
    'Set DATABASE_URL to the PostgreSQL of the server, or start the server alone.',
  ),
};

function unknownKinds(kinds: readonly string[]): Refusal {
  return {
    code: 'WORK-KINDS',
    message: localized(
      `没有这样的任务类型：${kinds.join('、')}。`,
      `There are no such kinds of jobs: ${kinds.join(', ')}.`,
    ),
    remedy: localized(`可选：${JOB_KINDS.join('、')}。`, `Choose from ${JOB_KINDS.join(', ')}.`),
  };
}

/**
 * A process that runs jobs and nothing else, beside any number of servers and of its like on one PostgreSQL and one data folder.
 * Settings come from the environment, as those of the server. Resolves when it was told to stop: SIGTERM or Ctrl-C ends taking
 * jobs, gives back those at work and waits for that, ten seconds at most.
 */
export async function work({ concurrency, kinds }: WorkOptions): Promise<WorkOutcome> {
  let config: ReturnType<typeof readConfig>;
  try {
    config = readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const message = localized(error.message, error.message);
    return {
      refusal: { code: 'CONFIG-INVALID', message, remedy: localized('请更正环境变量。', 'Correct the setting.') },
    };
  }
  if (config.databaseUrl === undefined) return { refusal: NEEDS_POSTGRESQL };
  const wrong = kinds?.filter((kind) => !JOB_KINDS.includes(kind)) ?? [];
  if (wrong.length > 0) return { refusal: unknownKinds(wrong) };

  const asked = new Promise<void>((resolve) => {
    process.on('SIGINT', () => resolve());
    process.on('SIGTERM', () => resolve());
  });
  let db: OpenedDatabase;
  try {
    db = await openDatabase({ url: config.databaseUrl, folder: config.dataFolder });
  } catch (error) {
    if (error instanceof DatabaseRefusedError) return { refusal: error.refusal };
    throw error;
  }
  const refusal = await folderRefusal(db, config.dataFolder);
  if (refusal !== null) {
    await db.close();
    return { refusal };
  }
  const files = await openFiles(config.dataFolder);
  const jobs = createJobs({ db, clock, ids, logger, concurrency, recordEnd: recordJobEnd });
  const services: Services = { db, files, jobs, clock, ids, logger };
  registerAllJobs(services, kinds);
  await clearLeftovers(services);
  await jobs.start();
  logger.log('info', 'working', { concurrency, kinds: kinds ?? 'all' });
  process.stdout.write(`Tianchou 田畴 work: ready, ${concurrency} at a time, ${kinds?.join(' ') ?? 'every kind'}\n`);
  // Where the database is away for a while nothing else may be left that keeps the process.
  const alive = setInterval(() => {}, 2 ** 30);
  await asked;
  clearInterval(alive);
  setTimeout(() => process.exit(0), STOP_MILLISECONDS).unref();
  await jobs.stop().catch((error: unknown) => logger.log('error', 'stopping failed', errorFields(error)));
  await files.close();
  await db.close();
  logger.log('info', 'stopped');
  return { code: 0 };
}
