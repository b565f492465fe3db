import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COUNTY_ZONE_LAYERS, type CountyFiles } from '../../tests/support/county/files.ts';
import { firstLineOf } from './machine.ts';
import { runMeasured, type Usage } from './measured.ts';

/** One way to run the program: which kernel, how many threads, and whether pairs are listed or balances summed. */
export interface Variant {
  readonly kernel: 'plain' | 'compiled';
  readonly threads: 1 | 2;
  readonly output: 'pairs' | 'balance';
}

export const variantName = ({ kernel, threads, output }: Variant): string =>
  `${kernel}, ${threads} thread${threads === 1 ? '' : 's'}, ${output === 'pairs' ? 'pairs as CSV' : 'balance.json'}`;

const PROGRAM = fileURLToPath(new URL('../../bin/tianchou.js', import.meta.url));

/** The command line of the program under test: the one place that knows it. */
function commandOf(variant: Variant, county: CountyFiles, folder: string): string[] {
  const output = join(folder, variant.output === 'pairs' ? 'pairs.csv' : 'balance.json');
  return [
    PROGRAM,
    'overlay',
    '--parcels',
    county.paths.parcels,
    '--zones',
    ...COUNTY_ZONE_LAYERS.map((name) => `${name}=${county.paths[name]}`),
    ...(variant.output === 'pairs' ? ['--out', output] : ['--balance', output]),
    '--stats',
    join(folder, 'stats.json'),
    ...(supported().has('--kernel') ? ['--kernel', variant.kernel] : []),
    ...(supported().has('--threads') ? ['--threads', String(variant.threads)] : []),
  ];
}

let options: Set<string> | undefined;
/** Options the built program knows. */
function supported(): Set<string> {
  if (options === undefined) {
    const help = firstLineOf('sh', '-c', `"${process.execPath}" "${PROGRAM}" overlay --help | tr '\\n' ' '`) ?? '';
    options = new Set(help.match(/--[a-z-]+/g));
  }
  return options;
}

/** Variants the built program can run. */
export function variants(): Variant[] {
  const all: Variant[] = [];
  for (const output of ['pairs', 'balance'] as const) {
    if (output === 'balance' && !supported().has('--balance')) continue;
    for (const kernel of ['compiled', 'plain'] as const) {
      if (kernel === 'compiled' && !supported().has('--kernel')) continue;
      for (const threads of [1, 2] as const) {
        if (threads === 2 && (kernel === 'plain' || !supported().has('--threads'))) continue;
        all.push({ kernel, threads, output });
      }
    }
  }
  return all;
}

export interface OurRun extends Usage {
  /** Official areas, which the balance is closed to. */
  readonly officialCpuSeconds?: number;
  /** Phases that compute: neither read, nor check, nor write. */
  readonly computeCpuSeconds: number;
  readonly computeWallSeconds: number;
  readonly readCpuSeconds: number;
  readonly checkCpuSeconds: number;
  readonly pairs: number;
}

interface Stats {
  readonly pairs?: number;
  readonly peak_memory_bytes: number;
  readonly phases: readonly {
    readonly phase: string;
    readonly wall_seconds: number;
    readonly cpu_seconds: number;
  }[];
}

const NOT_COMPUTING = new Set(['read', 'validate', 'write']);

/** The whole process, from the files to the output. */
export async function runOurs(variant: Variant, county: CountyFiles): Promise<OurRun> {
  const folder = join(tmpdir(), `tianchou-overlay-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    const usage = await runMeasured(process.execPath, commandOf(variant, county, folder));
    const stats = JSON.parse(readFileSync(join(folder, 'stats.json'), 'utf8')) as Stats;
    const sum = (of: (phase: Stats['phases'][number]) => number): number => stats.phases.reduce((s, p) => s + of(p), 0);
    return {
      cpuSeconds: usage.cpuSeconds,
      wallSeconds: usage.wallSeconds,
      peakBytes: Math.max(usage.peakBytes, stats.peak_memory_bytes),
      computeCpuSeconds: sum((p) => (NOT_COMPUTING.has(p.phase) ? 0 : p.cpu_seconds)),
      computeWallSeconds: sum((p) => (NOT_COMPUTING.has(p.phase) ? 0 : p.wall_seconds)),
      readCpuSeconds: sum((p) => (p.phase === 'read' ? p.cpu_seconds : 0)),
      officialCpuSeconds: sum((p) => (p.phase === 'official' ? p.cpu_seconds : 0)),
      checkCpuSeconds: sum((p) => (p.phase === 'validate' ? p.cpu_seconds : 0)),
      pairs: stats.pairs ?? 0,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
