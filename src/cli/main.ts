import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { PROJECT_ROOT, startWorker } from '../platform/project-root.ts';
import { EXIT } from './exit.ts';
import { environmentLanguage } from './language.ts';
import type { CommandMessage, CommandTask } from './thread.ts';

/** How long a command may take to stop by itself after Ctrl-C. */
const GRACE_MILLISECONDS = 2_000;

const args = process.argv.slice(2);
const version = (JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string }).version;
const language = environmentLanguage(process.env) ?? 'en';

// Who reads our output may have read enough (`| head`): the command goes on, its words go nowhere.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = EXIT.fault;
  });
}

if (args[0] === 'serve' || args[0] === 'work') await serve();
else runInThread();

/** The server and the worker are programs of their own: they are started here, in the main thread, which hears the signals. */
async function serve(): Promise<void> {
  const { runProgram } = await import('./program.ts');
  const code = await runProgram(
    args,
    {
      language,
      live: false,
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
      line: (text) => void process.stderr.write(`${text}\n`),
      isCancelled: () => false,
      unfinished: () => undefined,
    },
    version,
  );
  if (code !== EXIT.done) process.exitCode = code;
}

function runInThread(): void {
  const cancel = new SharedArrayBuffer(4);
  const task: CommandTask = { args, language, version, live: process.stderr.isTTY === true, cancel };
  const unfinished = new Set<string>();
  let code: number | null = null;
  let stopping = false;

  // A county's attributes are objects on the heap of this thread; the default limit is made for smaller lives.
  const worker = startWorker('cli/command.worker', task, {
    resourceLimits: { maxOldGenerationSizeMb: Math.floor((totalmem() / 2 ** 20) * 0.75) },
  });
  worker.on('message', (message: CommandMessage) => {
    if (message.kind === 'out') process.stdout.write(message.text);
    else if (message.kind === 'err') process.stderr.write(message.text);
    else if (message.kind === 'unfinished') unfinished.add(message.path);
    else code = message.code;
  });
  worker.on('error', (error: NodeJS.ErrnoException) => {
    code = EXIT.fault;
    process.stderr.write(`INTERNAL-FAULT ${error.code ?? error.name}: ${error.message.replace(/\s+/g, ' ')}\n`);
    if (process.env['TIANCHOU_DEBUG'] === '1') process.stderr.write(`${error.stack}\n`);
  });
  worker.on('exit', () => {
    if (code === null) {
      code = stopping ? EXIT.cancelled : EXIT.fault;
      process.stderr.write(
        stopping ? 'CANCELLED stopped by the user\n' : 'INTERNAL-FAULT the command ended without a result\n',
      );
    }
    if (code !== EXIT.done) for (const path of unfinished) sweep(path);
    // Not process.exit: what is still on its way through a pipe would be cut off.
    process.exitCode = code;
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  });

  const stop = (): void => {
    if (stopping) {
      void worker.terminate();
      return;
    }
    stopping = true;
    Atomics.store(new Int32Array(cancel), 0, 1);
    setTimeout(() => void worker.terminate(), GRACE_MILLISECONDS).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/**
 * Takes away the drafts of a file a writer of this process had no time to finish: `.NAME.PID.unfinished`, `NAME.PID.part`
 * and the folders `NAME.part-XXXXXX`. The file itself is whole or not there.
 */
function sweep(path: string): void {
  const [folder, name] = [dirname(path), basename(path)];
  const drafts = new Set([`.${name}.${process.pid}.unfinished`, `${name}.${process.pid}.part`]);
  try {
    for (const entry of readdirSync(folder)) {
      if (drafts.has(entry) || entry.startsWith(`${name}.part-`))
        rmSync(join(folder, entry), { recursive: true, force: true });
    }
  } catch (error) {
    // A folder that is not there, or is a file, holds no drafts.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') process.stderr.write(`LEFT-OVER ${folder}\n`);
  }
}
