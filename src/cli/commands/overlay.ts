import {
  lonLatBoxOf,
  planeOriginOf,
  runZoneOf,
  tabulate,
  toPlaneLayer,
  type PlaneLayer,
  type Tabulation,
} from '../../geometry/index.ts';
import { localized, type Localized, type Refusal } from '../../kernel/index.ts';
import type { SevenParameters } from '../../modules/intake/index.ts';
import type { Registrar } from '../command.ts';
import { csvField } from '../csv.ts';
import { EXIT, Refused } from '../exit.ts';
import { collectZones, type NamedFile, parseCrs, parseDatumParameters } from '../options.ts';
import { peakMemoryBytes, phaseClock, type PhaseClock } from '../phases.ts';
import { countFeatures, geometryRefusals, idsOf, readFileLayer, vertexCount, type ReadFile } from '../reading.ts';
import { progressOf, stopIfCancelled, writeRemarks, type Terminal } from '../terminal.ts';
import { refuseOverInputs, wholeFile } from '../whole-file.ts';

interface Options {
  readonly parcels: string;
  readonly zones: readonly NamedFile[];
  readonly id?: string;
  readonly crs?: number;
  readonly datumParameters?: SevenParameters;
  readonly out: string;
  readonly stats?: string;
}

export const registerOverlay: Registrar = (program, terminal, outcome) => {
  program
    .command('overlay')
    .summary('area of every parcel in every zone 叠加量算')
    .description(
      'The area each parcel shares with each zone, m² with six decimals before closing, as CSV: parcel,layer,zone,area_m2. Pairs that only touch, and land outside all zones, are not listed. One 3° zone: that of the parcels.',
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
    .requiredOption('--out <csv>', 'pairs, CSV')
    .option('--stats <json>', 'counts, peak memory, processor and wall seconds of each phase')
    .action(async (options: Options) => {
      await overlay(terminal, options);
      outcome.code = EXIT.done;
    });
};

/** A zone layer once it is tabulated: what naming its pairs takes. */
interface Tabulated {
  readonly name: string;
  readonly features: number;
  readonly vertices: number;
  readonly zoneIds: readonly string[];
  readonly pairs: Tabulation;
}

async function overlay(terminal: Terminal, options: Options): Promise<void> {
  const clock = phaseClock();
  const refusals: Refusal[] = [];
  refuseOverInputs(options.stats === undefined ? [options.out] : [options.out, options.stats], [
    options.parcels,
    ...options.zones.map(({ path }) => path),
  ]);
  // Both outputs are begun first, so that an hour of computing is not lost to a folder that is not there.
  const csv = wholeFile(terminal, options.out);
  const stats = options.stats === undefined ? null : openOrDrop(terminal, options.stats, csv.drop);
  try {
    const parcels = await read(terminal, clock, 'parcels', options.parcels, options, refusals);
    const zone = countFeatures(parcels.layer) === 0 ? null : runZoneOf(parcels.layer);
    const plane =
      zone === null || refusals.length > 0
        ? null
        : await clock.run('plane', 'parcels', () =>
            toPlaneLayer(parcels.layer, zone, planeOriginOf(zone, lonLatBoxOf(parcels.layer))),
          );
    const parcelCount = countFeatures(parcels.layer);
    const tabulated: Tabulated[] = [];
    for (const { name, path } of options.zones) {
      const zones = await read(terminal, clock, name, path, options, refusals);
      // Once something is refused the other layers are still read, so that every fault is named at once.
      if (refusals.length > 0) continue;
      const pairs =
        plane === null || countFeatures(zones.layer) === 0
          ? NO_PAIRS
          : await tabulateLayer(
              terminal,
              clock,
              name,
              plane,
              await clock.run('plane', name, () => toPlaneLayer(zones.layer, plane.zone, plane.origin)),
            );
      const idOf = idsOf(zones.layer, options.id);
      const features = countFeatures(zones.layer);
      tabulated.push({
        name,
        features,
        vertices: vertexCount(zones.layer),
        zoneIds: Array.from({ length: features }, (_, z) => csvField(idOf(z))),
        pairs,
      });
    }
    if (refusals.length > 0) throw new Refused(refusals);
    const written = await clock.run('write', undefined, () => {
      const count = writePairs(terminal, csv.write, parcels, options.id, tabulated);
      csv.finish();
      return count;
    });
    if (stats !== null) {
      stats.write(`${JSON.stringify(statsOf(clock, parcels, parcelCount, tabulated, written), null, 2)}\n`);
      stats.finish();
    }
  } finally {
    csv.drop();
    stats?.drop();
  }
}

function openOrDrop(terminal: Terminal, path: string, drop: () => void) {
  try {
    return wholeFile(terminal, path);
  } catch (error) {
    drop();
    throw error;
  }
}

const NO_PAIRS: Tabulation = { parcels: new Uint32Array(0), zones: new Uint32Array(0), areas: new Float64Array(0) };

/** Reads one layer with its id column alone, tells its remarks, and adds what is wrong with its rings to the refusals. */
async function read(
  terminal: Terminal,
  clock: PhaseClock,
  name: string,
  path: string,
  { id, crs, datumParameters }: Options,
  refusals: Refusal[],
): Promise<ReadFile> {
  const lower = id?.toLowerCase();
  const file = await clock.run('read', name, () =>
    readFileLayer(terminal, path, {
      ...(crs === undefined ? {} : { crs }),
      ...(datumParameters === undefined ? {} : { datumParameters }),
      crsFor: 'silent',
      keep: (column) => column.toLowerCase() === lower,
    }),
  );
  writeRemarks(
    terminal,
    file.file,
    file.problems.filter(({ severity }) => severity === 'warning'),
  );
  refusals.push(...(await clock.run('validate', name, () => geometryRefusals(terminal, file, name))));
  stopIfCancelled(terminal);
  return file;
}

async function tabulateLayer(
  terminal: Terminal,
  clock: PhaseClock,
  name: string,
  parcels: PlaneLayer,
  zones: PlaneLayer,
): Promise<Tabulation> {
  const phase: Localized = localized(`叠加 ${name}`, `overlay ${name}`);
  const progress = progressOf(terminal, phase);
  const pairs = await clock.run('tabulate', name, () =>
    tabulate(parcels, zones, { onProgress: (fraction) => progress.at(fraction), isCancelled: terminal.isCancelled }),
  );
  progress.done();
  return pairs;
}

const HEADER = 'parcel,layer,zone,area_m2\n';
/** What prints as 0.000000 has no area to speak of. */
const NOTHING = '0.000000';

/** Writes all pairs in the order parcel, layer, zone; returns how many each layer has. */
function writePairs(
  terminal: Terminal,
  write: (text: string) => void,
  parcels: ReadFile,
  idField: string | undefined,
  layers: readonly Tabulated[],
): number[] {
  const idOf = idsOf(parcels.layer, idField);
  const names = layers.map(({ name }) => csvField(name));
  const next = layers.map(() => 0);
  const counts = layers.map(() => 0);
  write(HEADER);
  for (let parcel = 0; parcel < countFeatures(parcels.layer); parcel++) {
    if ((parcel & 0xfff) === 0) stopIfCancelled(terminal);
    let id: string | undefined;
    layers.forEach(({ pairs, zoneIds }, l) => {
      let at = next[l]!;
      for (; at < pairs.areas.length && pairs.parcels[at] === parcel; at++) {
        const area = pairs.areas[at]!.toFixed(6);
        if (area === NOTHING) continue;
        id ??= csvField(idOf(parcel));
        write(`${id},${names[l]!},${zoneIds[pairs.zones[at]!]!},${area}\n`);
        counts[l] = counts[l]! + 1;
      }
      next[l] = at;
    });
  }
  return counts;
}

function statsOf(
  clock: PhaseClock,
  parcels: ReadFile,
  parcelCount: number,
  layers: readonly Tabulated[],
  counts: readonly number[],
) {
  const zones = layers.map(({ name, features, vertices }, l) => ({
    layer: name,
    zones: features,
    vertices,
    pairs: counts[l]!,
  }));
  return {
    parcels: parcelCount,
    parcel_vertices: vertexCount(parcels.layer),
    layers: zones,
    vertices: zones.reduce((sum, { vertices }) => sum + vertices, vertexCount(parcels.layer)),
    pairs: counts.reduce((sum, count) => sum + count, 0),
    peak_memory_bytes: peakMemoryBytes(),
    phases: clock.phases(),
    total: clock.total(),
  };
}
