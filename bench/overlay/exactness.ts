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
import { coveredAreas, type PlaneLayer } from '../../src/geometry/index.ts';
import { COUNTY_ZONE_LAYERS, type CountyFiles, countyFiles } from '../../tests/support/county/files.ts';
import { LATTICE_TOLERANCE_M2, latticeDrill } from '../../tests/support/lattice/drill.ts';
import { TABULATIONS, type TabulateUnderTest } from '../../tests/support/lattice/tabulations.ts';
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
const TOLERANCE_M2 = 1e-4;
/** A pair that shares no more than this may stand in one list alone: it touches. */
const LISTED_M2 = 1e-6;
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

interface Difference {
  readonly pairs: number;
  readonly onlyOurs: number;
  readonly onlyTheirs: number;
  /** Pairs that share more than a touch and stand in one list alone. */
  readonly missing: number;
  readonly worst: number;
  readonly ours: number;
  readonly theirs: number;
}

/** All pairs of one layer: ours by parcel and zone, theirs as they come. */
async function compare(
  peer: PostgisPeer,
  layer: (typeof COUNTY_ZONE_LAYERS)[number],
  found: { readonly parcels: Uint32Array; readonly zones: Uint32Array; readonly areas: Float64Array },
  zoneCount: number,
): Promise<Difference> {
  const areas = new Map<number, number>();
  let ours = 0;
  found.areas.forEach((area, i) => {
    areas.set(found.parcels[i]! * zoneCount + found.zones[i]!, area);
    ours += area;
  });
  let [pairs, onlyTheirs, onlyOurs, missing, worst, theirs] = [0, 0, 0, 0, 0, 0];
  await peer.pairs('naive', layer, (parcel, zone, area) => {
    theirs += area;
    const key = parcel * zoneCount + zone;
    const mine = areas.get(key);
    if (mine === undefined) {
      if (area <= 5e-7) return;
      onlyTheirs++;
      if (area > LISTED_M2) missing++;
      worst = Math.max(worst, area);
      return;
    }
    areas.delete(key);
    pairs++;
    worst = Math.max(worst, Math.abs(mine - area));
  });
  for (const area of areas.values()) {
    onlyOurs++;
    if (area > LISTED_M2) missing++;
    worst = Math.max(worst, area);
  }
  return { pairs, onlyOurs, onlyTheirs, missing, worst, ours, theirs };
}

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
        const difference = await compare(peer, layer, found, plane.areas.length);
        const conservation = layer === 'slope' ? conserved(parcels, found) : undefined;
        if (difference.missing > 0 || difference.worst > TOLERANCE_M2) failed = true;
        if (conservation !== undefined && conservation > TOLERANCE_M2) failed = true;
        const row = `| ${name} | ${layer} | ${difference.pairs} | ${difference.onlyOurs} | ${difference.onlyTheirs} | ${difference.worst.toExponential(1)} | ${difference.ours.toFixed(4)} | ${(difference.ours - difference.theirs).toExponential(1)} | ${conservation === undefined ? '' : conservation.toExponential(1)} |`;
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

/** Largest difference between a parcel and the sum of its parts. */
function conserved(parcels: PlaneLayer, found: Awaited<ReturnType<TabulateUnderTest>>): number {
  let worst = 0;
  coveredAreas(found, parcels.areas.length).forEach((sum, f) => {
    worst = Math.max(worst, Math.abs(sum - parcels.areas[f]!));
  });
  return worst;
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
