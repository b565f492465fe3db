/**
 * The exactness drill: `npm run drill:overlay -- [--sizes 100k] [--lattice 200000] [--form naive|covers] [--county FOLDER]`.
 *
 * - Every pair of every layer of the county against PostGIS (GEOS) on the same projected coordinates: same pairs, areas within
 *   0.0001 m². `--form covers` lets PostGIS take a parcel's own area where ST_Covers says so: a third of the time.
 * - Conservation: over the slope layer, which covers everything, the parts of each parcel add up to its area.
 * - Lattice pairs, vertices on grid lines and edges shared, against exact rational arithmetic.
 *
 * Ends with 1 where anything differs; the findings go into docs/evidence/overlay.md with the next `npm run bench:overlay`.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PlaneLayer } from '../../src/geometry/index.ts';
import { COUNTY_ZONE_LAYERS, type CountyFiles, countyFiles } from '../../tests/support/county/files.ts';
import { LATTICE_TOLERANCE_M2, latticeDrill } from '../../tests/support/lattice/drill.ts';
import { startTabulations, TABULATION_NAMES } from '../../tests/support/lattice/tabulations.ts';
import { compareWithPostgis, conservation, TOLERANCE_M2 } from './comparing.ts';
import { keepExactness } from './exactness-text.ts';
import { machineLine, today } from './machine.ts';
import { planeFiles, planeLayers } from './plane.ts';
import { PostgisPeer } from './postgis.ts';
import { parcelsOf } from './sizes.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100k' },
    lattice: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    form: { type: 'string', default: 'naive' },
    county: { type: 'string', default: join(tmpdir(), 'tianchou-county') },
  },
});
const lines = ['## Exactness', `\`npm run drill:overlay\`, ${today()} · ${machineLine()}`];
const form = values.form === 'covers' ? 'covers' : 'naive';
let failed = false;
const started = await startTabulations();

for (const size of values.sizes.split(',').filter((one) => one !== '')) {
  const county = await countyFiles(parcelsOf(size), { folder: join(values.county, size) });
  lines.push(await againstPostgis(size, county));
}
if (Number(values.lattice) > 0) lines.push(lattice(Number(values.lattice)));
started.stop();
keepExactness(lines.join('\n\n'));
console.log(`\n${lines.join('\n\n')}`);
process.exitCode = failed ? 1 : 0;

async function againstPostgis(size: string, county: CountyFiles): Promise<string> {
  const peer = await PostgisPeer.start(await planeFiles(county));
  const rows: string[] = [];
  let invalid = 0;
  try {
    for (const layer of ['parcels', ...COUNTY_ZONE_LAYERS] as const) invalid += await peer.invalid(layer);
    let parcels: PlaneLayer | undefined;
    for await (const [layer, { plane }] of planeLayers(county)) {
      if (parcels === undefined || layer === 'parcels') {
        parcels = plane;
        continue;
      }
      const found = TABULATION_NAMES.map((name) => started.tabulations[name](parcels!, plane, undefined));
      const differences = await compareWithPostgis(peer, layer, found, plane.areas.length, form);
      differences.forEach(({ pairs, onlyOurs, onlyTheirs, missing, worst, ours, theirs }, k) => {
        const loss = layer === 'slope' ? conservation(parcels!, found[k]!) : 0;
        if (missing > 0 || worst > TOLERANCE_M2 || loss > TOLERANCE_M2) failed = true;
        const row = [
          layer,
          TABULATION_NAMES[k],
          pairs,
          onlyOurs,
          onlyTheirs,
          worst.toExponential(1),
          ours.toFixed(4),
          (ours - theirs).toExponential(1),
          layer === 'slope' ? loss.toExponential(1) : '',
        ];
        rows.push(`| ${row.join(' | ')} |`);
        console.log(rows.at(-1));
      });
    }
  } finally {
    await peer.stop();
  }
  if (invalid > 0) failed = true;
  return [
    `${size}, every pair against PostGIS (ST_Intersection${form === 'covers' ? ", the parcel's own area where ST_Covers" : ''}) on the same plane coordinates; polygons PostGIS calls invalid: ${invalid}. “Only” counts pairs of more than 5e-7 m² that one side alone lists; the greatest difference includes them. Conservation: the greatest difference, over all parcels, between a parcel and the sum of its parts in the layer that covers everything.\n`,
    '| layer | kernel | pairs in both | only ours | only PostGIS | greatest difference m² | total m² | total − PostGIS | conservation m² |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function lattice(pairs: number): string {
  const report = latticeDrill(started.tabulations, { pairs, seed: Number(values.seed) });
  if (report.wrong !== undefined) {
    failed = true;
    console.log(JSON.stringify(report.wrong));
  }
  const cells = report.cellSizes.map((cell) => cell ?? 'own').join(', ');
  const rows = TABULATION_NAMES.map((kernel) => {
    const wrong = report.wrong?.kernel === kernel ? 'at least 1' : '0';
    return `| ${kernel} | ${report.pairs} | ${report.sharing} | ${cells} | ${report.worst[kernel].toExponential(1)} | ${wrong} |`;
  });
  return [
    `Lattice polygons (vertices on grid lines, collinear and shared edges, holes, rings that meet themselves, reversed rings, repeated vertices) against exact rational areas, seed ${values.seed}; wrong is a difference over ${LATTICE_TOLERANCE_M2} m² or a pair listed that shares nothing, or not listed that does.\n`,
    '| kernel | pairs | that share area | grid cells, m | greatest difference m² | wrong |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
