import type { PolygonLayer } from '../../kernel/index.ts';
import { sourceOfLayer, writeGeopackage } from '../intake/server.ts';
import { PLAN_LAYERS, type PlanLayerName } from './plan-fields.ts';

/** Writes a plan as one GeoPackage (docs/domain/plan-format.md); layers that are not given are left out. */
export async function writePlan(
  path: string,
  layers: Partial<Readonly<Record<PlanLayerName, PolygonLayer>>>,
): Promise<void> {
  await writeGeopackage(
    path,
    PLAN_LAYERS.flatMap((name) => {
      const layer = layers[name];
      return layer === undefined ? [] : [{ name, source: sourceOfLayer(layer) }];
    }),
  );
}
