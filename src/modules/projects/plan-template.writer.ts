import type { PolygonLayer } from '../../kernel/index.ts';
import { writeGeopackageLayers, type FieldType, type SourceField, type WriteSource } from '../intake/server.ts';
import { PLAN_FIELDS, PLAN_LAYERS, type PlanLayerName } from './plan-fields.ts';

const TYPES: Readonly<Record<'text' | 'number' | 'integer' | 'flag', FieldType>> = {
  text: 'text',
  number: 'real',
  integer: 'integer',
  flag: 'boolean',
};

function fieldsOf(layer: PlanLayerName): SourceField[] {
  return PLAN_FIELDS[layer].map((field) => ({ name: field.name, type: TYPES[field.type] }));
}

/**
 * Writes an empty plan: a GeoPackage with the layers and fields of docs/domain/plan-format.md, to be filled in any GIS.
 *
 * @param epsg CRS of the layers; 4490 unless the design works in a strip
 */
export async function writePlanTemplate(path: string, epsg = 4490): Promise<void> {
  const empty = (layer: PlanLayerName): WriteSource => ({ epsg, fields: fieldsOf(layer), batches: () => [] });
  await writeGeopackageLayers(
    path,
    PLAN_LAYERS.map((name) => ({ name, source: empty(name) })),
  );
}

/** Writes a plan from layers that carry the plan's fields by name; a layer left out is not in the file. */
export async function writePlan(path: string, layers: Partial<Record<PlanLayerName, PolygonLayer>>): Promise<void> {
  const given = PLAN_LAYERS.filter((name) => layers[name] !== undefined);
  await writeGeopackageLayers(
    path,
    given.map((name) => {
      const layer = layers[name]!;
      return {
        name,
        source: { epsg: layer.epsg, fields: fieldsOf(name), batches: () => [{ ...layer, problems: [] }] },
      };
    }),
  );
}
