import { usefulThreads, startKernel } from '../../platform/compiled-kernel/index.ts';
import type { SevenParameters } from '../../modules/intake/index.ts';
import type { Registrar } from '../command.ts';
import { EXIT, Refused, usage } from '../exit.ts';
import { collectZones, type NamedFile, parseCrs, parseDatumParameters, parseWhole } from '../options.ts';
import { overlayBalanceText } from '../overlay/balance-text.ts';
import { overlayCompiled } from '../overlay/compiled.ts';
import type { Overlaid, OverlayTask } from '../overlay/overlaid.ts';
import { writePairs } from '../overlay/pairs-csv.ts';
import { overlayPlain } from '../overlay/plain.ts';
import { peakMemoryBytes, phaseClock, type PhaseClock } from '../phases.ts';
import type { Terminal } from '../terminal.ts';
import { refuseOverInputs, wholeFile, type WholeFile } from '../whole-file.ts';

interface Options {
  readonly parcels: string;
  readonly zones: readonly NamedFile[];
  readonly id?: string;
  readonly crs?: number;
  readonly datumParameters?: SevenParameters;
  readonly out?: string;
  readonly balance?: string;
  readonly class: string;
  readonly stats?: string;
  readonly threads?: number;
  readonly kernel: 'compiled' | 'plain';
}

function parseKernel(text: string): Options['kernel'] {
  if (text === 'compiled' || text === 'plain') return text;
  throw usage('--kernel 取 compiled 或 plain', '--kernel takes compiled or plain.');
}

export const registerOverlay: Registrar = (program, terminal, outcome) => {
  program
    .command('overlay')
    .summary('area of every parcel in every zone 叠加量算')
    .description(
      'The area each parcel shares with each zone. --out lists the pairs, m² with six decimals before closing, as CSV: parcel,layer,zone,area_m2 (pairs that only touch, and land outside all zones, are not listed). --balance sums them by land class without a list, whole dm² closed to the official area of each parcel. One 3° zone: that of the parcels.',
    )
    .requiredOption('--parcels <file>', 'parcels')
    .requiredOption('--zones <name=file...>', 'zone layers, in the order of the output', collectZones)
    .option('--id <field>', 'field that names parcels and zones, in every file that has it; else the 0-based number')
    .option('--crs <epsg>', 'EPSG code of the files that do not say theirs', parseCrs)
    .option(
      '--datum-parameters <dx,dy,dz,rx,ry,rz,s>',
      "seven parameters (m, seconds, ppm) for Xi'an 80 and Beijing 54 data",
      parseDatumParameters,
    )
    .option('--out <csv>', 'pairs, CSV')
    .option('--balance <json>', 'area of each land class in each kind of zone, JSON')
    .option('--class <field>', 'field of the land class', 'DLBM')
    .option('--stats <json>', 'counts, peak memory, processor and wall seconds of each phase')
    .option(
      '--threads <n>',
      'threads to compute with; by default as many as there are processors',
      parseWhole('--threads', 1, 64),
    )
    .option('--kernel <version>', 'compiled, or plain: the slower reference', parseKernel, 'compiled')
    .action(async (options: Options) => {
      await overlay(terminal, options);
      outcome.code = EXIT.done;
    });
};

async function overlay(terminal: Terminal, options: Options): Promise<void> {
  const clock = phaseClock();
  if (options.out === undefined && options.balance === undefined)
    throw usage('要给出 --out 或 --balance', 'give --out, --balance, or both.');
  refuseOverInputs(
    [options.out, options.balance, options.stats].filter((path) => path !== undefined),
    [options.parcels, ...options.zones.map(({ path }) => path)],
  );
  // Outputs are begun first, so that an hour of computing is not lost to a folder that is not there.
  const files: WholeFile[] = [];
  const begin = (path: string | undefined): WholeFile | null => {
    if (path === undefined) return null;
    const file = wholeFile(terminal, path);
    files.push(file);
    return file;
  };
  try {
    const csv = begin(options.out);
    const json = begin(options.balance);
    const stats = begin(options.stats);
    const task: OverlayTask = {
      terminal,
      clock,
      parcels: options.parcels,
      zones: options.zones,
      id: options.id,
      crs: options.crs,
      datumParameters: options.datumParameters,
      pairs: csv !== null,
      classField: json === null ? undefined : options.class,
      threads: options.threads ?? usefulThreads(),
    };
    const outcome = await compute(task, options.kernel);
    if (!outcome.ok) throw new Refused(outcome.error);
    const overlaid = outcome.value;
    const pairs = await clock.run('write', undefined, () => {
      json?.write(overlayBalanceText(overlaid));
      return csv === null ? null : writePairs(terminal, csv.write, overlaid, options.id);
    });
    csv?.finish();
    json?.finish();
    stats?.write(`${JSON.stringify(statsOf(clock, overlaid, pairs), null, 2)}\n`);
    stats?.finish();
  } finally {
    for (const file of files) file.drop();
  }
}

async function compute(task: OverlayTask, version: Options['kernel']) {
  const kernel = version === 'plain' ? undefined : startKernel();
  if (kernel === undefined) return overlayPlain(task);
  try {
    return await overlayCompiled(kernel, task);
  } finally {
    kernel.close();
  }
}

function statsOf(clock: PhaseClock, { parcels, vertices, zones }: Overlaid, counts: readonly number[] | null) {
  return {
    parcels: parcels.featureNos.length,
    parcel_vertices: vertices,
    layers: zones.map((layer, l) => ({
      layer: layer.name,
      zones: layer.featureNos.length,
      vertices: layer.vertices,
      ...(counts === null ? {} : { pairs: counts[l]! }),
    })),
    vertices: zones.reduce((sum, layer) => sum + layer.vertices, vertices),
    ...(counts === null ? {} : { pairs: counts.reduce((sum, count) => sum + count, 0) }),
    peak_memory_bytes: peakMemoryBytes(),
    phases: clock.phases(),
    total: clock.total(),
  };
}
