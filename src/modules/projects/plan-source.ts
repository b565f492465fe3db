import { ok, type Problem, type Refusal, type Result } from '../../kernel/index.ts';
import type { ReadLayer } from '../intake/index.ts';
import { PLAN_LAYER_ALIASES, PLAN_LAYERS, type PlanLayerName } from './plan-fields.ts';
import { planOfLayers, type Plan } from './plan.ts';

/** A plan read from a file. */
export interface ReadPlan extends Plan {
  /** True for a bare boundary: the file has no layer called project, and its one layer is taken as the boundary. */
  readonly bare: boolean;
  readonly layerNames: readonly string[];
}

/** A file that may hold a plan, wherever it lies. */
export interface PlanSource {
  readonly name: string;
  /** Names of the files in it without folder and extension, in lower case, where it is an archive. */
  readonly stems: ReadonlySet<string>;
  /** Reads the layer of that name, or the one layer there is. */
  readLayer(name?: string): Promise<Result<ReadLayer, Refusal[]>>;
}

/** Refusals that only say "no such layer here". */
const ABSENT = new Set(['INTAKE_NO_SUCH_LAYER', 'INTAKE_NO_POLYGON_LAYER']);

/**
 * Reads a plan: a GeoPackage or a zip of GeoJSON with layers project, plots, basicFarmlandChange, alternatives (any
 * case, Chinese names too), or a bare boundary of any format the intake reads, which is a plan without plots. Layers
 * may differ in CRS; each is kept in its own.
 *
 * Refusals: those of the intake for any layer that is there but cannot be read; PLAN_WITHOUT_BOUNDARY.
 */
export async function planOfSource(file: PlanSource): Promise<Result<ReadPlan, Refusal[]>> {
  const found: Partial<Record<PlanLayerName, ReadLayer>> = {};
  for (const name of PLAN_LAYERS) {
    const layer = await namedLayer(file, name);
    if (!layer.ok) return layer;
    if (layer.value) found[name] = layer.value;
    else if (name === 'project') break;
  }
  const bare = found.project === undefined;
  if (!found.project) {
    const whole = await file.readLayer();
    if (!whole.ok) return whole;
    found.project = whole.value;
  }
  const plan = planOfLayers(
    {
      project: found.project.layer,
      plots: found.plots?.layer ?? null,
      basicFarmlandChange: found.basicFarmlandChange?.layer ?? null,
      alternatives: found.alternatives?.layer ?? null,
    },
    file.name,
  );
  if (!plan.ok) return plan;
  const ofFile = PLAN_LAYERS.flatMap((name): readonly Problem[] => found[name]?.problems ?? []);
  return ok({
    plan: plan.value.plan,
    problems: [...ofFile, ...plan.value.problems],
    bare,
    layerNames: PLAN_LAYERS.filter((name) => found[name]).map((name) => found[name]!.layerName),
  });
}

/** The layer of that name or one of its other names; null where the file has none, or knows no names of layers. */
async function namedLayer(file: PlanSource, name: PlanLayerName): Promise<Result<ReadLayer | null, Refusal[]>> {
  for (const layer of [name, ...PLAN_LAYER_ALIASES[name]]) {
    const read = await file.readLayer(layer);
    if (read.ok) {
      // Formats of one layer read it whatever name is asked for; then only its own name counts, or that of its file.
      if (read.value.layerName.toLowerCase() === layer.toLowerCase() || file.stems.has(layer.toLowerCase()))
        return read;
      return ok(null);
    }
    if (!read.error.every((refusal) => ABSENT.has(refusal.code)))
      return name === 'alternatives' && read.error.some((refusal) => refusal.code === 'INTAKE_NOT_POLYGON')
        ? ok(null)
        : read;
  }
  return ok(null);
}
