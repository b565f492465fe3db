/**
 * The exactness drill: `npm run drill:overlay -- [--sizes 100k] [--lattice 200000] [--county FOLDER]`.
 *
 * - Every pair of every layer of the county against PostGIS (GEOS) on the same projected coordinates: same pairs, areas within
 *   0.0001 m².
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
import { TABULATIONS } from '../../tests/support/lattice/tabulations.ts';
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
    county: { type: 'string', default: join(tmpdir(), 'tianchou-county') },
  },
});
const lines = ['## Exactness', `\`npm run drill:overlay\`, ${today()} · ${machineLine()}`];
let failed = false;

for (const size of values.sizes.split(',').filter((one) => one !== '')) {
  const county = await countyFiles(parcelsOf(size), { folder: join(values.county, size) });
  lines.push(await againstPostgis(size, county));
}
if (Number(values.lattice) > 0) lines.push(await lattice(Number(values.lattice)));
keepExactness(lines.join('\n\n'));
console.log(`\n${lines.join('\n\n')}`);
process.exitCode = failed ? 1 : 0;

async function againstPostgis(size: string, county: CountyFiles): Promise<string> {
  const peer = await PostgisPeer.start(await planeFiles(county));
  const rows: string[] = [];
  let invalid = 0;
  try {
    for (const layer of ['parcels', ...COUNTY_ZONE_LAYERS] as const) invalid += await peer.invalid(layer);
    for (const [name, tabulate] of TABULATIONS) {
      let parcels: PlaneLayer | undefined;
      for await (const [layer, { plane }] of planeLayers(county)) {
        if (parcels === undefined || layer === 'parcels') {
          parcels = plane;
          continue;
        }
        const found = await tabulate(parcels, plane, undefined);
        const difference = await compareWithPostgis(peer, layer, found, plane.areas.length);
        const loss = layer === 'slope' ? conservation(parcels, found) : undefined;
        if (difference.missing > 0 || difference.worst > TOLERANCE_M2) failed = true;
        if (loss !== undefined && loss > TOLERANCE_M2) failed = true;
        const row = `| ${name} | ${layer} | ${difference.pairs} | ${difference.onlyOurs} | ${difference.onlyTheirs} | ${difference.worst.toExponential(1)} | ${difference.ours.toFixed(4)} | ${(difference.ours - difference.theirs).toExponential(1)} | ${loss === undefined ? '' : loss.toExponential(1)} |`;
        rows.push(row);
        console.log(row);
      }
    }
  } finally {
    await peer.stop();
  }
  if (invalid > 0) failed = true;
  return [
    `${size}, every pair against PostGIS (ST_Intersection) on the same plane coordinates; polygons PostGIS calls invalid: ${invalid}. “Only” counts pairs of more than 5e-7 m² that one side alone lists; the greatest difference includes them. Conservation: the greatest difference, over all parcels, between a parcel and the sum of its parts in the layer that covers everything.\n`,
    '| kernel | layer | pairs in both | only ours | only PostGIS | greatest difference m² | total m² | total − PostGIS | conservation m² |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

async function lattice(pairs: number): Promise<string> {
  const rows: string[] = [];
  for (const [name, tabulate] of TABULATIONS) {
    const report = await latticeDrill(tabulate, { pairs, seed: Number(values.seed) });
    if (report.wrong !== undefined) {
      failed = true;
      console.log(JSON.stringify(report.wrong));
    }
    rows.push(
      `| ${name} | ${report.pairs} | ${report.sharing} | ${report.cellSizes.map((cell) => cell ?? 'own').join(', ')} | ${report.worst.toExponential(1)} | ${report.wrong === undefined ? 0 : 'at least 1'} |`,
    );
    console.log(rows.at(-1));
  }
  return [
    `Lattice polygons (vertices on grid lines, collinear and shared edges, holes, rings that meet themselves, reversed rings, repeated vertices) against exact rational areas, seed ${values.seed}; wrong is a difference over ${LATTICE_TOLERANCE_M2} m² or a pair listed that shares nothing, or not listed that does.\n`,
    '| kernel | pairs | that share area | grid cells, m | greatest difference m² | wrong |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
