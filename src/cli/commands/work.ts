import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT_ROOT, RUNNING_FROM_SOURCE } from '../../platform/project-root.ts';
import type { Registrar } from '../command.ts';
import { Refused } from '../exit.ts';
import { parseWhole } from '../options.ts';

interface Options {
  readonly concurrency: number;
  readonly kinds?: readonly string[];
  readonly data?: string;
}

/** `work` runs in the main thread, as `serve` does. */
export const registerWork: Registrar = (program, _terminal, outcome) => {
  program
    .command('work')
    .summary('runs jobs beside the server, on one PostgreSQL 只执行任务')
    .description(
      'Runs jobs of the database DATABASE_URL beside its server and other workers; needs the data folder of the server (TIANCHOU_DATA). A server with TIANCHOU_JOBS=off leaves all jobs to workers.',
    )
    .option('--concurrency <n>', 'jobs at the same time', parseWhole('--concurrency', 1, 32), 2)
    .option('--kinds <list>', 'only these kinds, separated by commas', (text: string) =>
      text.split(',').map((kind) => kind.trim()),
    )
    .option('--data <folder>', 'data folder')
    .action(async ({ concurrency, kinds, data }: Options) => {
      if (data !== undefined) process.env['TIANCHOU_DATA'] = data;
      // Not a path a bundler follows: the worker is a program of its own, beside this one in src and in dist.
      const path = RUNNING_FROM_SOURCE ? ['src', 'server', 'work.ts'] : ['dist', 'server', 'work.js'];
      const { work } = (await import(
        pathToFileURL(join(PROJECT_ROOT, ...path)).href
      )) as typeof import('../../server/work.ts');
      const ended = await work({ concurrency, kinds });
      if ('refusal' in ended) throw new Refused([ended.refusal]);
      outcome.code = ended.code;
    });
};
