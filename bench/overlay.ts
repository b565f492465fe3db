/**
 * The overlay against its peers: `npm run bench:overlay -- [--sizes 10k,100k,300k] [--runs 5] [--limit-minutes 10]
 * [--only ours,gdal,postgis,geos,clippers] [--forms naive,covers,subdivided,lateral] [--sample 10] [--county FOLDER] [--out FILE]`.
 *
 * - `--only` (and `--forms`) measure some peers; the others keep what an earlier run measured (results.json in the county folder).
 * - `--limit-minutes` ends a statement or a peer's layer that takes longer.
 * - `--sample` computes one in so many of the smaller parcels with the slower peers: at 100,000 parcels with the naive join, at
 *   300,000 with all but the LATERAL query.
 * - `--fresh` forgets earlier results. `PYTHON=…` names a Python that has shapely 2.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { COUNTY_ZONE_LAYERS, type CountyFiles, countyFiles } from '../tests/support/county/files.ts';
import { runClippers } from './overlay/clippers.ts';
import { readExactness } from './overlay/exactness-text.ts';
import { type GeosRun, pythonWithShapely, runGeos } from './overlay/geos.ts';
import { firstLineOf, loadLine, today } from './overlay/machine.ts';
import { runMeasured } from './overlay/measured.ts';
import { runOurs, variantName, variants } from './overlay/ours.ts';
import { planeFiles } from './overlay/plane.ts';
import { type Form, FORMS, type OverlayTime, PostgisPeer } from './overlay/postgis.ts';
import { report } from './overlay/report.ts';
import { emptyResults, readResults, saveResults, type SizeResults } from './overlay/results.ts';
import { parcelsOf } from './overlay/sizes.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10k,100k,300k' },
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: 'ours,gdal,postgis,geos,clippers' },
    forms: { type: 'string', default: Object.keys(FORMS).join(',') },
    sample: { type: 'string', default: '10' },
    'limit-minutes': { type: 'string', default: '10' },
    county: { type: 'string', default: join(tmpdir(), 'tianchou-county') },
    out: { type: 'string', default: fileURLToPath(new URL('../docs/evidence/overlay.md', import.meta.url)) },
    fresh: { type: 'boolean', default: false },
  },
});
const only = new Set(values.only.split(','));
const limitSeconds = 60 * Number(values['limit-minutes']);
const sample = Number(values.sample);
const resultsFile = join(values.county, 'results.json');
mkdirSync(values.county, { recursive: true });
const results = values.fresh ? [] : readResults(resultsFile);

for (const size of values.sizes.split(',')) {
  console.log(`\n== ${size}, load average ${loadLine()}`);
  const county = await countyFiles(parcelsOf(size), {
    folder: join(values.county, size),
    onStep: (text) => console.log(`  ${text}`),
  });
  const known = results.find((result) => result.size === size);
  const into: SizeResults = {
    ...(known ?? emptyResults(size, today(), loadLine(), county.layers)),
    measured: today(),
    load: loadLine(),
  };
  if (known === undefined) results.push(into);
  else results[results.indexOf(known)] = into;
  await measureSize(county, into);
  saveResults(resultsFile, results);
}
const text = report(results, readExactness());
writeFileSync(values.out, text);
console.log(`\n${text}`);

/** All peers at one size, in turns, so that a noisy minute does not fall on one of them alone. */
async function measureSize(county: CountyFiles, into: SizeResults): Promise<void> {
  const parcels = county.layers.parcels.features;
  const large = parcels > 50_000;
  const huge = parcels > 200_000;
  const runs = Number(values.runs);
  const tasks: { readonly name: string; readonly runs: number; run(): Promise<string> }[] = [];
  if (only.has('ours')) {
    for (const variant of variants()) {
      const name = variantName(variant);
      into.ours[name] = [];
      tasks.push({
        name: `Tianchou, ${name}`,
        runs,
        run: async () => {
          const run = await runOurs(variant, county);
          into.ours[name]!.push(run);
          return `cpu ${run.cpuSeconds.toFixed(2)} wall ${run.wallSeconds.toFixed(2)} s, ${Math.round(run.peakBytes / 1e6)} MB`;
        },
      });
    }
  }
  if (only.has('gdal') && firstLineOf('ogr2ogr', '--version') !== undefined) {
    into.gdalRead.length = 0;
    tasks.push({ name: 'GDAL reads', runs: Math.min(runs, 3), run: () => readByGdal(county, into) });
  }
  let postgis: PostgisPeer | undefined;
  try {
    if (only.has('postgis') || only.has('geos')) {
      const files = await planeFiles(county);
      if (only.has('postgis')) {
        postgis = await PostgisPeer.start(files);
        const { load, subdivide, version } = postgis;
        Object.assign(into.postgis, { load, subdivide, version });
        console.log(`  PostGIS: load ${load.cpuSeconds} s CPU, subdivide ${subdivide.cpuSeconds} s CPU`);
        for (const form of values.forms.split(',') as Form[]) {
          into.postgis.forms[form] = {};
          for (const layer of COUNTY_ZONE_LAYERS) {
            const list: OverlayTime[] = [];
            into.postgis.forms[form]![layer] = list;
            const oneIn = large && (form === 'naive' || (huge && form !== 'lateral')) ? sample : 1;
            tasks.push({
              name: `PostGIS ${form} ${layer}`,
              runs: huge ? 1 : large ? Math.min(runs, 2) : Math.min(runs, 3),
              run: async () => {
                const run = await postgis!.overlay(form, layer, oneIn, limitSeconds);
                list.push(run);
                return `cpu ${run.cpuSeconds.toFixed(2)} wall ${run.wallSeconds.toFixed(2)} s, ${run.pairs} pairs, ${run.squareMetres.toFixed(3)} m²${run.stopped ? ' STOPPED' : ''}`;
              },
            });
          }
        }
      }
      const python = only.has('geos') ? pythonWithShapely() : undefined;
      if (only.has('geos') && python === undefined) console.log('  no Python with shapely 2 (PYTHON=…): skipped');
      if (python !== undefined) {
        for (const layer of COUNTY_ZONE_LAYERS) {
          const list: (GeosRun | null)[] = [];
          into.geos[layer] = list;
          tasks.push({
            name: `shapely ${layer}`,
            runs: large ? 1 : Math.min(runs, 3),
            run: async () => {
              const run = await runGeos(python, files.parcels, files[layer], huge ? sample : 1, limitSeconds);
              list.push(run ?? null);
              return run === undefined
                ? 'not done within the limit'
                : `cpu ${run.cpuSeconds.toFixed(2)} s, ${Math.round(run.peakBytes / 1e6)} MB, ${run.pairs} pairs`;
            },
          });
        }
      }
    }
    const rounds = Math.max(0, ...tasks.map((task) => task.runs));
    for (let round = 0; round < rounds; round++) {
      for (const task of tasks) {
        if (round >= task.runs) continue;
        console.log(`  ${task.name}: ${await task.run()}`);
        saveResults(resultsFile, results);
      }
    }
  } finally {
    await postgis?.stop();
  }
  if (only.has('clippers') && !huge) {
    into.clippers = await runClippers(county);
    for (const run of into.clippers)
      console.log(`  ${run.library} ${run.layer}: ${run.microsecondsPerPair.toFixed(0)} µs a pair`);
  }
}

/** GDAL reads the six files into memory, one program after the other. */
async function readByGdal(county: CountyFiles, into: SizeResults): Promise<string> {
  let [cpuSeconds, wallSeconds, peakBytes] = [0, 0, 0];
  for (const path of Object.values(county.paths)) {
    const run = await runMeasured('ogr2ogr', ['-f', 'Memory', 'nowhere', path]);
    cpuSeconds += run.cpuSeconds;
    wallSeconds += run.wallSeconds;
    peakBytes = Math.max(peakBytes, run.peakBytes);
  }
  into.gdalRead.push({ cpuSeconds, wallSeconds, peakBytes });
  return `cpu ${cpuSeconds.toFixed(2)} wall ${wallSeconds.toFixed(2)} s`;
}
