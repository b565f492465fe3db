// Reads one case after the other as told by the parent (run.ts), in a process that may die of it.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { throughPage, throughServer } from './doors.ts';
import { makeCase, type CaseKey, type FuzzedFormat } from './formats.ts';
import type { Outcome } from './outcome.ts';

export interface ChildTask {
  readonly format: FuzzedFormat;
  readonly keys: readonly CaseKey[];
  /** A folder of the child's own; all it leaves in it counts. */
  readonly folder: string;
  readonly threads: boolean;
  /** Every how many-th case is read at the page's door too. */
  readonly pageEvery: number;
}

export type ChildMessage =
  | { readonly kind: 'begin'; readonly at: number }
  | { readonly kind: 'read'; readonly at: number }
  | {
      readonly kind: 'end';
      readonly at: number;
      readonly name: string;
      /** Of the bytes: two cases of one hash are one file. */
      readonly hash: string;
      readonly outcome: Outcome;
      readonly milliseconds: number;
      /** The most memory the process held while it read this case. */
      readonly peakMegabytes: number;
    }
  | { readonly kind: 'done'; readonly cpuSeconds: number };

/** From here on the kernel counts the peak anew; elsewhere than Linux the peak is that of the process. */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Then the figure is an upper bound.
  }
}

function peakMegabytes(): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

/** Formats a page reads; workbooks and geodatabases it refuses, which is looked at by the seeds alone. */
const atPage = (format: FuzzedFormat, key: CaseKey): boolean =>
  format !== 'plan' && ((format !== 'xlsx' && format !== 'filegdb') || key.kind === 'seed');

let thrownAside: string | null = null;
process.on('uncaughtException', (error) => {
  thrownAside = `thrown where nobody listens: ${error.stack ?? error.message}`;
});
process.on('unhandledRejection', (error) => {
  thrownAside = `rejected where nobody listens: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
});

async function work({ format, keys, folder, threads, pageEvery }: ChildTask): Promise<void> {
  const say = (message: ChildMessage): void => void process.send!(message);
  // Deep enough that a path with some `..` still lies in a folder that is looked at.
  const parents = ['a', 'b', 'c'].map((_, i) => join(folder, ...['a', 'b', 'c'].slice(0, i + 1)));
  mkdirSync(join(parents[2]!, 'tmp'), { recursive: true });
  process.env['TMPDIR'] = join(parents[2]!, 'tmp');
  for (const [at, key] of keys.entries()) {
    say({ kind: 'begin', at });
    const made = await makeCase(format, key);
    const path = join(parents[2]!, made.file);
    writeFileSync(path, made.bytes);
    const size = made.bytes.length;
    forgetPeak();
    thrownAside = null;
    say({ kind: 'read', at });
    const begun = performance.now();
    let outcome = await throughServer(format, path, threads);
    if (outcome.kind !== 'crash' && atPage(format, key) && key.number % pageEvery === 0) {
      const page = await throughPage(made.file, made.bytes);
      if (page.kind === 'crash') outcome = { kind: 'crash', detail: `at the page: ${page.detail}` };
    }
    const milliseconds = performance.now() - begun;
    await new Promise((resolve) => setImmediate(resolve));
    if (outcome.kind !== 'crash' && thrownAside !== null) outcome = { kind: 'crash', detail: thrownAside };
    const left = leftBehind(parents, made.file, folder);
    if (outcome.kind !== 'crash' && left !== '') outcome = { kind: 'crash', detail: `left behind: ${left}` };
    if (outcome.kind !== 'crash' && readFileSync(path).length !== size)
      outcome = { kind: 'crash', detail: 'the file itself was changed' };
    rmSync(path, { force: true });
    const hash = createHash('sha1').update(made.bytes).digest('base64');
    say({ kind: 'end', at, name: made.name, hash, outcome, milliseconds, peakMegabytes: peakMegabytes() });
  }
  const { user, system } = process.cpuUsage();
  say({ kind: 'done', cpuSeconds: (user + system) / 1e6 });
  process.disconnect();
  process.exit(0);
}

/** What a case left in its folders, and beside them where a path led out; it is removed. */
function leftBehind(parents: readonly string[], file: string, folder: string): string {
  const found: string[] = [];
  const expected: readonly (readonly [string, readonly RegExp[]])[] = [
    [folder, [/^a$/]],
    [parents[0]!, [/^b$/]],
    [parents[1]!, [/^c$/]],
    [parents[2]!, [/^tmp$/, /^gdal-/]],
    [join(parents[2]!, 'tmp'), []],
  ];
  for (const [place, known] of expected) {
    for (const name of readdirSync(place)) {
      if (known.some((pattern) => pattern.test(name)) || (name === file && place === parents[2])) continue;
      found.push(name);
      rmSync(join(place, name), { recursive: true, force: true });
    }
  }
  return found.join(', ');
}

process.once('message', (task) => void work(task as ChildTask));
