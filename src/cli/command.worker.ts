import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../kernel/index.ts';
import { installKernel } from '../platform/compiled-kernel/install.ts';
import { runProgram } from './program.ts';
import type { Terminal } from './terminal.ts';
import type { CommandMessage, CommandTask } from './thread.ts';

// A command computes for minutes without a pause. In a thread of its own it leaves the main thread free to hear Ctrl-C.
const port = parentPort;
assert(port !== null, 'this file runs in a thread');
const { args, language, version, live, cancel } = workerData as CommandTask;
const flag = new Int32Array(cancel);
const say = (message: CommandMessage): void => port.postMessage(message);
const terminal: Terminal = {
  language,
  live,
  out: (text) => say({ kind: 'out', text }),
  err: (text) => say({ kind: 'err', text }),
  line: (text) => say({ kind: 'err', text: `${text}\n` }),
  isCancelled: () => Atomics.load(flag, 0) !== 0,
  unfinished: (path) => say({ kind: 'unfinished', path }),
};
installKernel();
say({ kind: 'end', code: await runProgram(args, terminal, version) });
