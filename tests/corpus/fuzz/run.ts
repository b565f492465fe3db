import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { PROJECT_ROOT } from '../../../src/platform/project-root.ts';
import type { ChildMessage, ChildTask } from './child.ts';
import { makeCase, seedsOf, type CaseKey, type FuzzedFormat } from './formats.ts';

/** Limits a file must keep within, whatever it is. */
export const LONGEST_MS = 30_000;
export const MOST_MEGABYTES = 1_024;
/** A process reads so many and is replaced, so that nothing one file did to it hides or blames another. */
export const RECYCLED_AFTER = 100;
/** The heap of the process: garbage not yet collected is no memory a file needs. */
const HEAP_MEGABYTES = 640;
/** Beyond this the process is ended at once, for the machine's sake. */
const ENDED_AT_MEGABYTES = 3_000;

export interface Finding {
  readonly kind: 'crash' | 'hang' | 'memory';
  readonly format: FuzzedFormat;
  readonly key: CaseKey;
  readonly name: string;
  readonly detail: string;
  /** Where the offending bytes are kept. */
  readonly path: string;
}

/** What became of the cases of one format. */
export interface Tally {
  readonly format: FuzzedFormat;
  cases: number;
  /** Different files among the cases. */
  readonly files: Set<string>;
  accepted: number;
  /** Accepted with at least one feature. */
  withFeatures: number;
  refused: number;
  /** How often each code was among the refusals of a file. */
  readonly codes: Map<string, number>;
  /** How often each rule was said of an accepted file. */
  readonly rules: Map<string, number>;
  readonly findings: Finding[];
  slowestMs: number;
  slowest: string;
  peakMegabytes: number;
  peak: string;
  cpuSeconds: number;
}

export interface RunOptions {
  readonly threads?: boolean;
  /** Every how many-th case is read at the page's door too; all of them by default. */
  readonly pageEvery?: number;
  /** How long a case may take by the clock; longer where the machine has other work. */
  readonly patienceMs?: number;
  readonly onProgress?: (done: number, tally: Tally) => void;
  /** Stops between two processes when this many milliseconds have passed. */
  readonly longestMs?: number;
}

export const seedKeys = (format: FuzzedFormat): CaseKey[] =>
  seedsOf(format).map((_, number) => ({ kind: 'seed', number }));
export const mutantKeys = (first: number, count: number): CaseKey[] =>
  Array.from({ length: count }, (_, i) => ({ kind: 'mutant', number: first + i }));

/** Bundles the reading process, so that it starts in a moment; returns its path. */
export async function bundleChild(): Promise<{ path: string; drop(): void }> {
  const folder = join(PROJECT_ROOT, 'node_modules', '.cache', `tianchou-fuzz-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'child.mjs');
  await build({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: ['tests/corpus/fuzz/child.ts'],
    outfile: path,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return { path, drop: () => rmSync(folder, { recursive: true, force: true }) };
}

export function emptyTally(format: FuzzedFormat): Tally {
  return {
    format,
    cases: 0,
    files: new Set(),
    accepted: 0,
    withFeatures: 0,
    refused: 0,
    codes: new Map(),
    rules: new Map(),
    findings: [],
    slowestMs: 0,
    slowest: '',
    peakMegabytes: 0,
    peak: '',
    cpuSeconds: 0,
  };
}

/** Reads every case of a format in processes of their own and counts what became of them. */
export async function runCases(
  child: string,
  format: FuzzedFormat,
  keys: readonly CaseKey[],
  options: RunOptions = {},
): Promise<Tally> {
  const tally = emptyTally(format);
  const begun = performance.now();
  for (let next = 0; next < keys.length; ) {
    if (options.longestMs !== undefined && performance.now() - begun > options.longestMs) break;
    next += await runOne(child, format, keys.slice(next, next + RECYCLED_AFTER), tally, options);
    options.onProgress?.(next, tally);
  }
  return tally;
}

/** One process; returns how many cases it got through, the one that ended it included. */
async function runOne(
  child: string,
  format: FuzzedFormat,
  keys: readonly CaseKey[],
  tally: Tally,
  options: RunOptions,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-fuzz-'));
  const task: ChildTask = {
    format,
    keys,
    folder,
    threads: options.threads === true,
    pageEvery: options.pageEvery ?? 1,
  };
  const patienceMs = options.patienceMs ?? LONGEST_MS;
  const worker = fork(child, [], {
    cwd: PROJECT_ROOT,
    execArgv: ['--enable-source-maps', `--max-old-space-size=${HEAP_MEGABYTES}`],
    env: { ...process.env, TIANCHOU_FUZZ_KEPT: dirname(child) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  let at = -1;
  let readSince = 0;
  let ended = 0;
  let verdict: { kind: 'hang' | 'memory'; detail: string } | null = null;
  let complaint = '';
  let isDone = false;
  worker.stderr!.on('data', (piece: Buffer) => {
    complaint = (complaint + piece.toString()).slice(-4_000);
  });
  const watch = setInterval(() => {
    if (readSince > 0 && performance.now() - readSince > patienceMs) end('hang', `longer than ${patienceMs / 1000} s`);
    else if (residentMegabytes(worker) > ENDED_AT_MEGABYTES) end('memory', `more than ${ENDED_AT_MEGABYTES} MB, ended`);
  }, 250);
  const end = (kind: 'hang' | 'memory', detail: string): void => {
    verdict ??= { kind, detail };
    worker.kill('SIGKILL');
  };
  worker.on('message', (message: ChildMessage) => {
    if (message.kind === 'begin') {
      at = message.at;
      readSince = 0;
    } else if (message.kind === 'read') readSince = performance.now();
    else if (message.kind === 'done') {
      isDone = true;
      tally.cpuSeconds += message.cpuSeconds;
    } else {
      readSince = 0;
      ended = message.at + 1;
      count(tally, keys[message.at]!, message, patienceMs);
    }
  });
  worker.send(task);
  const how = await new Promise<string>((resolve) => {
    worker.on('exit', (code, signal) => resolve(signal ?? String(code)));
  });
  clearInterval(watch);
  rmSync(folder, { recursive: true, force: true });
  if (isDone) return keys.length;
  const key = keys[Math.max(0, at)]!;
  const found = verdict as { kind: 'hang' | 'memory'; detail: string } | null;
  const isMemory = found?.kind === 'memory' || /heap out of memory|Allocation failed/.test(complaint);
  tally.cases++;
  await note(
    tally,
    key,
    isMemory ? 'memory' : (found?.kind ?? 'crash'),
    found?.detail ?? `the process ended with ${how}: ${complaint.slice(-1_500)}`,
  );
  return Math.max(ended, at) + 1;
}

function residentMegabytes(worker: ChildProcess): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${worker.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

const add = (map: Map<string, number>, keys: readonly string[]): void => {
  for (const key of keys) map.set(key, (map.get(key) ?? 0) + 1);
};

function count(tally: Tally, key: CaseKey, message: Extract<ChildMessage, { kind: 'end' }>, patienceMs: number): void {
  const { outcome, milliseconds, peakMegabytes, name } = message;
  tally.cases++;
  tally.files.add(message.hash);
  if (milliseconds > tally.slowestMs) [tally.slowestMs, tally.slowest] = [milliseconds, name];
  if (peakMegabytes > tally.peakMegabytes) [tally.peakMegabytes, tally.peak] = [peakMegabytes, name];
  if (outcome.kind === 'accepted') {
    tally.accepted++;
    if (outcome.features > 0) tally.withFeatures++;
    add(tally.rules, outcome.rules);
  } else if (outcome.kind === 'refused') {
    tally.refused++;
    add(tally.codes, outcome.codes);
  } else void note(tally, key, 'crash', outcome.detail);
  if (milliseconds > patienceMs) void note(tally, key, 'hang', `${Math.round(milliseconds)} ms`);
  if (peakMegabytes > MOST_MEGABYTES) void note(tally, key, 'memory', `${Math.round(peakMegabytes)} MB`);
}

/** Keeps the offending bytes and says how to see it again. */
async function note(tally: Tally, key: CaseKey, kind: Finding['kind'], detail: string): Promise<void> {
  const finding = { kind, format: tally.format, key, name: '', detail, path: '' };
  tally.findings.push(finding);
  const folder = join(tmpdir(), 'tianchou-fuzz-findings');
  mkdirSync(folder, { recursive: true });
  const made = await makeCase(tally.format, key);
  finding.name = made.name;
  finding.path = join(folder, `${tally.format}-${key.kind}-${key.number}-${made.file}`);
  writeFileSync(finding.path, made.bytes);
}

export function replayLine({ format, key }: Finding): string {
  return `npm run drill:fuzz -- --format ${format} --only ${key.kind}:${key.number}`;
}

export function describeFinding(finding: Finding): string {
  return `${finding.kind.toUpperCase()} ${finding.format}: ${finding.name}\n  ${finding.detail.split('\n').slice(0, 12).join('\n  ')}\n  bytes: ${finding.path}\n  again: ${replayLine(finding)}`;
}
