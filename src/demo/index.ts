import type { FeatureBatch, Json, LayerRole, PolygonLayer } from '../kernel/index.ts';
import { assert, joinBatches } from '../kernel/index.ts';
import { generateCells } from './cells.ts';
import { batchesOf } from './dissolve.ts';
import { parcelLayer, parcelRecords } from './parcels.ts';
import { plantErrors } from './planted-errors.ts';
import { planLayers, planProject } from './project.ts';
import { truthOf } from './truth.ts';
import type { DemoLayer } from './zones.ts';
import {
  basicFarmlandLayer,
  gradeLayer,
  growthBoundaryLayer,
  redLineLayer,
  slopeLayer,
  villageLayer,
  zonesOfCells,
} from './zones.ts';

export { DEMO_COUNTY } from './villages.ts';
export type { DemoVillage } from './villages.ts';

/** Roles of the demo's zone layers, in the order they are written. */
export const DEMO_ZONE_ROLES = [
  'village',
  'basicFarmland',
  'redLine',
  'growthBoundary',
  'slope',
  'grade',
] as const satisfies readonly LayerRole[];

/** Everything the demo county consists of. Layers are in EPSG 4490. */
export interface DemoCounty {
  readonly countyCode: string;
  readonly countyName: string;
  /** Legal date of the survey data. */
  readonly asOf: string;
  readonly divisions: readonly { readonly code: string; readonly name: string; readonly parentCode: string | null }[];
  parcels(): Iterable<FeatureBatch>;
  parcelsWithErrors(): Iterable<FeatureBatch>;
  zone(role: (typeof DEMO_ZONE_ROLES)[number]): Iterable<FeatureBatch>;
  readonly plan: {
    readonly project: PolygonLayer;
    readonly plots: PolygonLayer;
    readonly basicFarmlandChange: PolygonLayer;
  };
  readonly projectName: string;
  readonly truth: Json;
}

/**
 * Generates a believable county of about `parcels` survey parcels. The same seed gives the same county. Borders shared
 * by parcels, villages, zones and plots are shared exactly; the slope layer has borders of its own.
 *
 * @param options.parcels about how many parcels, 200 … 400,000
 */
export function generateDemoCounty(options: { readonly parcels: number; readonly seed: number }): DemoCounty {
  assert(options.parcels >= 200 && options.parcels <= 400_000, 'parcels out of range');
  const cells = generateCells(options.parcels, options.seed);
  const zones = zonesOfCells(cells);
  const records = parcelRecords(cells, zones);
  const project = planProject(cells, zones, records, options.seed);
  const parcels = parcelLayer(cells, records);
  const { layer: withErrors, planted } = plantErrors(parcels);
  const plan = planLayers(cells, project);
  const batches = (layer: DemoLayer): Iterable<FeatureBatch> => batchesOf(layer.dissolved, layer.columns);
  const whole = (layer: DemoLayer): PolygonLayer => joinBatches([...batches(layer)], 4490);
  const present = new Set(cells.parcelVillage);
  const villages = cells.villages.filter((_, v) => present.has(v));
  const townships = new Map(villages.map((village) => [village.townshipCode, village.townshipName]));
  return {
    countyCode: '990101',
    countyName: '田畴示范县',
    asOf: '2025-12-31',
    divisions: [
      { code: '990101', name: '田畴示范县', parentCode: null },
      ...[...townships].map(([code, name]) => ({ code, name, parentCode: '990101' })),
      ...villages.map((village) => ({ code: village.code, name: village.name, parentCode: village.townshipCode })),
    ],
    parcels: () => batches(parcels),
    parcelsWithErrors: () => batches(withErrors),
    zone(role) {
      switch (role) {
        case 'village':
          return batches(villageLayer(cells));
        case 'basicFarmland':
          return batches(basicFarmlandLayer(cells, zones));
        case 'redLine':
          return batches(redLineLayer(cells, zones));
        case 'growthBoundary':
          return batches(growthBoundaryLayer(cells, zones));
        case 'slope':
          return batches(slopeLayer(cells, options.seed));
        case 'grade':
          return batches(gradeLayer(cells, zones));
      }
    },
    plan: {
      project: whole(plan.project),
      plots: whole(plan.plots),
      basicFarmlandChange: whole(plan.basicFarmlandChange),
    },
    projectName: project.name,
    truth: truthOf(cells, zones, records, project, planted, options),
  };
}
