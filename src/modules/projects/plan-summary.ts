import { localized, type PolygonLayer, type Problem, type Refusal } from '../../kernel/index.ts';
import { lonLatBoxOf, lonLatOf, officialAreas, runZoneOf } from '../../geometry/index.ts';
import { ringsOfFeature } from '../intake/index.ts';
import type { Plan } from './plan.ts';

/** What the list of projects shows of a plan, and its outlines for the map. */
export interface PlanSummary {
  readonly name: string | null;
  readonly type: string | null;
  readonly divisionCode: string | null;
  readonly contents: readonly string[];
  readonly plotCount: number;
  readonly areaDm2: number | null;
  readonly box: readonly [number, number, number, number] | null;
  /** FeatureCollection in EPSG 4490, as text; `properties.layer` says project, plots or basicFarmlandChange. */
  readonly geojson: string;
  readonly remarks: readonly Refusal[];
}

/** Official area of the boundary; null where a ring cannot be computed with. */
function boundaryArea(layer: PolygonLayer, broken: boolean): number | null {
  if (broken || layer.coords.length === 0) return null;
  return officialAreas(layer, runZoneOf(layer)).reduce((sum, area) => sum + area.areaDm2, 0);
}

/** A problem of a plan as a remark a person can act on. */
export function remarkOf(problem: Problem): Refusal {
  return {
    code: problem.rule,
    message:
      problem.id === null
        ? problem.message
        : localized(`${problem.id}：${problem.message.zh}`, `${problem.id}: ${problem.message.en}`),
    remedy:
      problem.remedy ??
      localized(
        '请在方案文件中更正；缺的内容按“无法判断”处理。',
        'Correct it in the plan; what is missing is judged “cannot judge”.',
      ),
    place: {
      ...(problem.featureNo === null ? {} : { featureNo: problem.featureNo }),
      ...(problem.field === undefined ? {} : { field: problem.field }),
    },
  };
}

/** Remarks kept with a project; a plan wrong in every plot needs no ten thousand sentences. */
const REMARKS_KEPT = 200;

/** @param hasBrokenRings whether the boundary has a ring no area can be computed with */
export function summarisePlan({ plan, problems }: Plan, hasBrokenRings: boolean): PlanSummary {
  const features: unknown[] = [];
  const add = (
    layerName: string,
    layer: PolygonLayer | undefined,
    properties: (feature: number) => Record<string, unknown>,
  ): void => {
    if (layer === undefined) return;
    const lonLat = lonLatOf(layer);
    for (let f = 0; f < layer.featureNos.length; f++) {
      const coordinates = ringsOfFeature(layer, lonLat, f);
      if (coordinates.length > 0)
        features.push({
          type: 'Feature',
          properties: { layer: layerName, ...properties(f) },
          geometry: { type: 'MultiPolygon', coordinates },
        });
    }
  };
  add('project', plan.boundary, () => ({ name: plan.name }));
  add('plots', plan.plots?.layer, (f) => ({ ...plan.plots!.attributes[f] }));
  add('basicFarmlandChange', plan.basicFarmlandChange?.layer, (f) => ({ ...plan.basicFarmlandChange!.attributes[f] }));
  return {
    name: plan.name,
    type: plan.type,
    divisionCode: plan.divisionCode,
    contents: plan.contents ?? [],
    plotCount: plan.plots?.attributes.length ?? 0,
    areaDm2: boundaryArea(plan.boundary, hasBrokenRings),
    box: lonLatBoxOf(plan.boundary) ?? null,
    geojson: JSON.stringify({ type: 'FeatureCollection', features }),
    remarks: problems.slice(0, REMARKS_KEPT).map(remarkOf),
  };
}
