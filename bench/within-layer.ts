/**
 * `npm run bench:within -- [--sizes 10k,100k] [--runs 3] [--county FOLDER] [--out FILE]`: overlaps and gaps inside a layer, and
 * contiguity, by the plain version and by the compiled kernel in turn. CPU seconds of the computation alone, medians; both give
 * the same results, which every run compares. Prints ratios and writes docs/evidence/within-layers.md.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { join } from 'node:path';
import { installCompiled } from '../src/geometry/compiled/index.ts';
import {
  contiguityBlocks,
  coverage,
  lonLatBoxOf,
  overlapsWithin,
  type PlaneLayer,
  planeOriginOf,
  runZoneOf,
  toPlaneLayer,
} from '../src/geometry/index.ts';
import { columnOf, type PolygonLayer, seededRandom } from '../src/kernel/index.ts';
import { readLayer } from '../src/modules/intake/server.ts';
import { startKernel } from '../src/platform/compiled-kernel/index.ts';
import { countyFiles } from '../tests/support/county/files.ts';
import { loadLine, machineLine, today } from './overlay/machine.ts';
import { parcelsOf } from './overlay/sizes.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10k,100k' },
    runs: { type: 'string', default: '3' },
    county: { type: 'string', default: join(tmpdir(), 'tianchou-county') },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'docs', 'evidence', 'within-layers.md') },
  },
});
const runs = Number(values.runs);

async function read(path: string): Promise<PolygonLayer> {
  const result = await readLayer(path, { columns: ['DLBM'] });
  if (!result.ok) throw new Error(`${path}: ${result.error.map(({ message }) => message.en).join('; ')}`);
  return result.value.layer;
}

/** Some vertices of a layer moved by 7 and 5 cm: overlaps and gaps. */
function dented(layer: PlaneLayer, count: number): PlaneLayer {
  const random = seededRandom(20_241_121);
  const xy = layer.xy.slice();
  for (let i = 0; i < count; i++) {
    const v = random.integer(0, xy.length / 2 - 1);
    xy[2 * v]! += 0.07;
    xy[2 * v + 1]! -= 0.05;
  }
  return { ...layer, xy };
}

const kernel = startKernel(1);
if (kernel === undefined) throw new Error('the kernel is not built: npm run build');

/** Median CPU seconds of the plain and of the compiled version, run in turn. */
function medians(compute: () => unknown): readonly [plain: number, compiled: number] {
  const times: [number[], number[]] = [[], []];
  const results: unknown[] = [];
  for (let run = 0; run < runs; run++) {
    [undefined, () => kernel].forEach((start, version) => {
      installCompiled(start);
      const before = process.cpuUsage();
      const result = compute();
      const { user, system } = process.cpuUsage(before);
      times[version]!.push((user + system) / 1e6);
      if (run === 0) results.push(result);
    });
  }
  if (!isDeepStrictEqual(results[0], results[1])) throw new Error('the two versions disagree');
  const [plain, compiled] = times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!);
  return [plain!, compiled!];
}

const load = loadLine();
const rows: string[] = [];
for (const size of values.sizes.split(',')) {
  const { paths } = await countyFiles(parcelsOf(size), { folder: join(values.county, size) });
  const source = await read(paths.parcels);
  const zone = runZoneOf(source);
  const origin = planeOriginOf(zone, lonLatBoxOf(source));
  const parcels = toPlaneLayer(source, zone, origin);
  const farmland = toPlaneLayer(await read(paths.basicFarmland), zone, origin);
  const moved = dented(parcels, 100);
  const { overlapBoxes } = coverage(undefined, moved);
  const blocks = (layer: PlaneLayer, classes: readonly string[]) =>
    contiguityBlocks(
      layer,
      { classes, areasDm2: layer.areas.map((area) => Math.round(100 * area)) },
      { gapMetres: 10, passableClasses: ['1006', '1107', '1107A', '1203', '1202'], passableWidthMetres: 10 },
    );
  const classes = Array.from(columnOf(source, 'DLBM')!, String);
  const computations: [string, PlaneLayer, () => unknown][] = [
    ['gaps and overlaps, clean parcels', parcels, () => coverage(undefined, parcels)],
    ['the same, 100 vertices moved', moved, () => coverage(undefined, moved)],
    ['gaps and overlaps, basic farmland', farmland, () => coverage(undefined, farmland)],
    ['pairs that overlap, 100 vertices moved', moved, () => overlapsWithin(moved)],
    ['the same, where land is covered twice', moved, () => overlapsWithin(moved, { boxes: overlapBoxes })],
    [
      'contiguity within 10 m, basic farmland',
      farmland,
      () =>
        blocks(
          farmland,
          Array.from(farmland.areas, () => '0101'),
        ),
    ],
    ['contiguity within 10 m, all parcels', parcels, () => blocks(parcels, classes)],
  ];
  for (const [name, layer, compute] of computations) {
    const [plain, compiled] = medians(compute);
    const vertices = layer.xy.length / 2;
    const perVertex = (1e9 * compiled) / vertices;
    rows.push(
      `| ${size} | ${name} | ${layer.areas.length.toLocaleString('en')} | ${(vertices / 1e6).toFixed(2)} M | ${plain.toFixed(3)} | ${compiled.toFixed(3)} | ${(plain / compiled).toFixed(1)} | ${perVertex.toFixed(0)} |`,
    );
    console.log(rows.at(-1));
  }
}
kernel.close();

writeFileSync(
  values.out,
  `# Inside one layer

${today()} · ${machineLine()} · load average at the start ${load}

Gaps and overlaps as places, pairs that overlap, and contiguity: \`npm run bench:within\` (data: the county of the overlay benchmark;
layers in memory, in the plane of the run). CPU seconds, medians of ${runs} runs of each version in turn, one thread; the copy of the layer
into the kernel's memory counts. Both versions gave the same results, to the bit. The machine was shared with other work: ratios hold.

| county | computation | polygons | vertices | plain, s | compiled, s | ratio | compiled, ns per vertex |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

The quality check asks for the places first, and tabulates only the features that come near a place covered twice.
`,
);
