import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process used, as the kernel counted it. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Highest resident set. */
  readonly peakBytes: number;
}

const TICKS_PER_SECOND = 100;

/** Processor seconds, user and system, of all ended and waited-for children of a process. */
export function childrenCpuSeconds(pid: number | 'self'): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in brackets, may hold blanks; cutime and cstime are the 14th and 15th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** Runs a program to its end. Its processor time is what the kernel adds to ours once it is waited for. */
export async function runMeasured(
  program: string,
  args: readonly string[],
  options: { readonly limitSeconds?: number; readonly cwd?: string } = {},
): Promise<Usage & { readonly output: string; readonly timedOut: boolean }> {
  const before = childrenCpuSeconds('self');
  const began = performance.now();
  const child = spawn(program, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  let peakBytes = 0;
  const watch = setInterval(() => {
    try {
      const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      if (line !== null) peakBytes = Math.max(peakBytes, Number(line[1]) * 1024);
    } catch {
      // It ended between two looks.
    }
  }, 15);
  let timedOut = false;
  const limit =
    options.limitSeconds === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          child.kill('SIGKILL');
        }, options.limitSeconds * 1000);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(watch);
  clearTimeout(limit);
  if (code !== 0 && !timedOut) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${errors}${output}`);
  return {
    cpuSeconds: childrenCpuSeconds('self') - before,
    wallSeconds: (performance.now() - began) / 1000,
    peakBytes,
    output,
    timedOut,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
