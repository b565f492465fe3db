import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchesOf, type Dissolved, dissolve } from '../../../src/demo/dissolve.ts';
import { INNER, seededRandom } from '../../../src/kernel/index.ts';
import type { SourceField } from '../../../src/modules/intake/index.ts';
import { writerOf } from '../../../src/modules/intake/server.ts';
import { countyCells } from './cells.ts';
import {
  type Column,
  farmlandColumns,
  growthBoundaryColumns,
  parcelColumns,
  projectColumns,
  redLineColumns,
  slopeColumns,
} from './columns.ts';
import { basicFarmland } from './farmland.ts';
import { countyParcels } from './parcels.ts';
import { projectPolygons } from './projects.ts';
import { growthBoundaryZones, redLineZones, slopeZones, type ZonePolygons } from './zones.ts';

/** Zone layers of the benchmark, in the order they are given to a command. */
export const COUNTY_ZONE_LAYERS = ['basicFarmland', 'redLine', 'slope', 'growthBoundary', 'project'] as const;
export type CountyLayer = 'parcels' | (typeof COUNTY_ZONE_LAYERS)[number];

/** What was written, layer by layer. */
export interface CountyFiles {
  readonly folder: string;
  readonly paths: Readonly<Record<CountyLayer, string>>;
  readonly layers: Readonly<Record<CountyLayer, LayerFacts>>;
}
export interface LayerFacts {
  readonly features: number;
  readonly vertices: number;
  readonly holes: number;
  readonly largestVertices: number;
}

/** Change it whenever the generator makes other data, so that kept files of before are not used. */
const GENERATOR = 1;

/**
 * The files of a county of about `parcels` parcels and its five zone layers, FlatGeobuf in EPSG 4490: generated once per
 * seed and size, taken from the folder after that.
 */
export async function countyFiles(
  parcels: number,
  options: { readonly seed?: number; readonly folder?: string; readonly onStep?: (text: string) => void } = {},
): Promise<CountyFiles> {
  const { seed = 7 } = options;
  const folder = options.folder ?? join(tmpdir(), 'tianchou-county', `${parcels}-seed${seed}`);
  const names: CountyLayer[] = ['parcels', ...COUNTY_ZONE_LAYERS];
  const paths = Object.fromEntries(names.map((name) => [name, join(folder, `${name}.fgb`)])) as CountyFiles['paths'];
  const factsFile = join(folder, 'county.json');
  const made = { generator: GENERATOR, parcels, seed };
  if (existsSync(factsFile)) {
    const kept = JSON.parse(readFileSync(factsFile, 'utf8')) as { made: unknown; layers: CountyFiles['layers'] };
    if (JSON.stringify(kept.made) === JSON.stringify(made)) return { folder, paths, layers: kept.layers };
  }
  mkdirSync(folder, { recursive: true });
  const layers = await writeCounty(parcels, seed, paths, options.onStep ?? (() => {}));
  writeFileSync(factsFile, `${JSON.stringify({ made, layers }, null, 2)}\n`);
  return { folder, paths, layers };
}

async function writeCounty(
  parcels: number,
  seed: number,
  paths: CountyFiles['paths'],
  onStep: (text: string) => void,
): Promise<CountyFiles['layers']> {
  const facts: Partial<Record<CountyLayer, LayerFacts>> = {};
  const save = async (name: CountyLayer, dissolved: Dissolved, columns: readonly Column[]): Promise<void> => {
    const fields = columns.map(({ name: field, type }): SourceField => ({ name: field, type }));
    const writer = await writerOf(paths[name]);
    await writer.write(paths[name], { epsg: 4490, fields, batches: () => batchesOf(dissolved, columns) }, {});
    facts[name] = factsOf(dissolved);
    onStep(`${name} ${JSON.stringify(facts[name])}`);
  };
  const saveZones = async (
    name: CountyLayer,
    zones: ZonePolygons,
    columns: (zones: ZonePolygons) => readonly Column[],
  ): Promise<void> => save(name, zones.dissolved, columns(zones));

  const cells = countyCells(parcels, seed);
  const side = cells.sideMetres;
  onStep(`${cells.inside.length} cells on ${Math.round(side)} m`);
  const made = countyParcels(cells, seed + 1);
  const polygons = dissolve(cells.tessellation, made.parcelOf, made.classes.length);
  await save('parcels', polygons, parcelColumns(made, polygons));
  const farmland = basicFarmland(cells, made, seed + 2);
  await save('basicFarmland', farmland.dissolved, farmlandColumns(farmland.parcelOfBlock, made, farmland.dissolved));
  await saveZones('redLine', redLineZones(side, seed + 3), redLineColumns);
  await saveZones('slope', slopeZones(side, seed + 4), slopeColumns);
  await saveZones('growthBoundary', growthBoundaryZones(side, seed + 5), growthBoundaryColumns);
  await saveZones('project', projectPolygons(side, seededRandom(seed + 6)), projectColumns);
  return facts as CountyFiles['layers'];
}

function factsOf({ groupRings, ringStarts, ringRoles, coords }: Dissolved): LayerFacts {
  let largest = 0;
  for (let g = 0; g + 1 < groupRings.length; g++) {
    largest = Math.max(largest, ringStarts[groupRings[g + 1]!]! - ringStarts[groupRings[g]!]!);
  }
  return {
    features: groupRings.length - 1,
    vertices: coords.length / 2,
    holes: ringRoles.filter((role) => role === INNER).length,
    largestVertices: largest,
  };
}
