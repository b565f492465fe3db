// How much processor time reading a county's parcels takes, ours against GDAL's on the same files.
//   npm run bench:read -- [features=300000] [repetitions=3] [file.fgb]
// Makes a survey-like layer (or takes a given FlatGeobuf), has GDAL write it in each format to a folder outside the project, and reads
// each file in turn with both, each time as a process of its own, its start included. Writes docs/evidence/reading.md.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { flatgeobufWriter } from '../src/modules/intake/formats/flatgeobuf.writer.ts';
import { SURVEY_FIELDS, surveyBatches } from './survey-layer.ts';

const features = Number(process.argv[2] ?? 300_000);
const repetitions = Number(process.argv[3] ?? 3);
const given = process.argv[4];
const folder = join(
  process.env['TIANCHOU_BENCH'] ?? tmpdir(),
  `tianchou-read-${given === undefined ? features : 'given'}`,
);
mkdirSync(join(folder, 'shp'), { recursive: true });

const source = given ?? join(folder, 'source.fgb');
if (!existsSync(source)) {
  console.log(`making ${features} parcels`);
  await flatgeobufWriter.write(
    source,
    { epsg: 4490, fields: SURVEY_FIELDS, batches: () => surveyBatches(features) },
    { layerName: 'DLTB' },
  );
}

interface Format {
  readonly name: string;
  readonly path: string;
  readonly driver: string;
  readonly options: readonly string[];
}
const FORMATS: readonly Format[] = [
  { name: 'FlatGeobuf', path: join(folder, 'dltb.fgb'), driver: 'FlatGeobuf', options: [] },
  {
    name: 'Shapefile',
    path: join(folder, 'shp', 'DLTB.shp'),
    driver: 'ESRI Shapefile',
    options: ['-lco', 'ENCODING=UTF-8'],
  },
  { name: 'GeoPackage', path: join(folder, 'dltb.gpkg'), driver: 'GPKG', options: [] },
  { name: 'GeoJSON', path: join(folder, 'dltb.geojson'), driver: 'GeoJSON', options: [] },
];
for (const { name, path, driver, options } of FORMATS) {
  if (existsSync(path)) continue;
  console.log(`GDAL writes ${name}`);
  execFileSync('ogr2ogr', ['-f', driver, path, source, '-nln', 'DLTB', ...options], { stdio: 'inherit' });
}

const outdir = join('node_modules', '.cache', 'tianchou-bench');
await build({
  entryPoints: ['bench/read-one.ts'],
  outdir,
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  outExtension: { '.js': '.mjs' },
  logLevel: 'warning',
});
const program = join(outdir, 'read-one.mjs');

interface Run {
  readonly cpu: number;
  readonly wall: number;
  readonly megabytes: number;
}

/** Processor seconds of a whole process as the system counts them. */
function run(command: string, args: readonly string[]): Run {
  const done = spawnSync('/usr/bin/time', ['-f', '@ %U %S %e %M', command, ...args], { encoding: 'utf8' });
  const found = /@ ([\d.]+) ([\d.]+) ([\d.]+) (\d+)/.exec(done.stderr);
  if (done.status !== 0 || found === null) throw new Error(`${command} ${args.join(' ')}: ${done.stderr}`);
  return {
    cpu: Number(found[1]) + Number(found[2]),
    wall: Number(found[3]),
    megabytes: Math.round(Number(found[4]) / 1024),
  };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const summary = (runs: readonly Run[]) => ({
  cpu: median(runs.map(({ cpu }) => cpu)),
  wall: median(runs.map(({ wall }) => wall)),
  megabytes: Math.max(...runs.map(({ megabytes }) => megabytes)),
});

const gdalVersion = execFileSync('ogrinfo', ['--version'], { encoding: 'utf8' }).split(',')[0]!;
const release = /PRETTY_NAME="([^"]*)"/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
const loadBefore = loadavg()[0]!;
const rows: string[] = [];
let vertices = 0;
let count = 0;
for (const { name, path } of FORMATS) {
  const readers: readonly (readonly [string, () => Run])[] = [
    ['few', () => run(process.execPath, [program, path, 'DLBM'])],
    ['all', () => run(process.execPath, [program, path, 'all'])],
    ['gdal', () => run('ogr2ogr', ['-f', 'Memory', '/vsimem/x', path])],
  ];
  const runs: Record<string, Run[]> = { few: [], all: [], gdal: [] };
  // The page cache is warmed; then in turn, so that a change in what else the machine does meets all alike.
  execFileSync('cat', [path, ...(name === 'Shapefile' ? [path.replace(/shp$/, 'dbf')] : [])], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [reader, measure] of readers) runs[reader]!.push(measure());
  }
  const said = JSON.parse(execFileSync(process.execPath, [program, path, 'none'], { encoding: 'utf8' })) as {
    features: number;
    vertices: number;
  };
  vertices = said.vertices;
  count = said.features;
  const [few, all, gdal] = [summary(runs['few']!), summary(runs['all']!), summary(runs['gdal']!)];
  const seconds = (value: number): string => value.toFixed(2);
  const size = statSync(path).size + (name === 'Shapefile' ? statSync(path.replace(/shp$/, 'dbf')).size : 0);
  const row = [
    name,
    `${Math.round(size / 1e6)} MB`,
    `${seconds(few.cpu)} s · ${few.megabytes} MB`,
    `${seconds(all.cpu)} s · ${all.megabytes} MB`,
    `${seconds(gdal.cpu)} s · ${gdal.megabytes} MB`,
    seconds(few.cpu / gdal.cpu),
    seconds(all.cpu / gdal.cpu),
    `${seconds(few.wall)} / ${seconds(all.wall)} / ${seconds(gdal.wall)} s`,
  ];
  rows.push(`| ${row.join(' | ')} |`);
  console.log(row.join('   '));
  write();
}

/** The page so far: a format more each time, so that a run that is broken off has not been for nothing. */
function write(): void {
  const text = `# Reading

${new Date().toISOString().slice(0, 10)} · ${cpus().length} cores (${cpus()[0]!.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, ${release}, Node ${process.versions.node}, ${gdalVersion} · load average ${loadBefore.toFixed(1)} before and ${loadavg()[0]!.toFixed(1)} after: other work may have run on the machine

Processor seconds (user and system) of the whole process, its start included, from the page cache; medians of ${repetitions} runs in turn;
highest resident memory. ${count.toLocaleString('en')} parcels, ${vertices.toLocaleString('en')} vertices, EPSG:4490, ${SURVEY_FIELDS.length} columns, files written by GDAL. Ours ends with the whole layer in flat
arrays in memory, all checks of the reader made; GDAL's is \`ogr2ogr -f Memory\`, which reads all columns.

| format | file | ours, geometry + DLBM | ours, all columns | GDAL | few ÷ GDAL | all ÷ GDAL | wall: few / all / GDAL |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}

Asked for: at most GDAL's time for FlatGeobuf and Shapefile, near it for the others. Repeat with \`npm run bench:read\`.
`;
  mkdirSync('docs/evidence', { recursive: true });
  if (given === undefined && features >= 300_000) writeFileSync('docs/evidence/reading.md', text);
  if (rows.length === FORMATS.length) console.log(text);
}
