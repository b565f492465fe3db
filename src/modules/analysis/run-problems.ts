import type { PolygonLayer, Problem, Refusal } from '../../kernel/index.ts';
import { localized } from '../../kernel/index.ts';
import type { PlaneLayer } from '../../geometry/index.ts';
import { overlapsWithin } from '../../geometry/index.ts';
import { SURVEY_FIELDS, surveyColumns } from './attributes.ts';
import type { PlanParts } from './facts.ts';
import type { AnalysisParameters } from './parameters.ts';

export function refusal(code: string, zh: string, en: string, remedyZh: string, remedyEn: string): Refusal {
  return { code, message: localized(zh, en), remedy: localized(remedyZh, remedyEn) };
}

export function duplicatePlots(ids: readonly string[]): Refusal[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const id of ids) (seen.has(id) ? twice : seen).add(id);
  return [...twice].map((id) =>
    refusal(
      'ANALYSIS_DUPLICATE_PLOT',
      `地块编号 ${id} 重复`,
      `plot ${id} is given twice`,
      '为每个地块给出唯一编号',
      'Give each plot an id of its own.',
    ),
  );
}

/** Overlaps larger than the tolerance of areas: neighbours whose straight borders are split at different points share less. */
export function realOverlaps(
  plane: PlaneLayer,
  { tolerance }: AnalysisParameters,
): { a: number; b: number; areaM2: number }[] {
  return overlapsWithin(plane, { toleranceM2: tolerance.floorDm2 / 100 }).filter(
    ({ a, b, areaM2 }) => areaM2 * 1_000_000 > tolerance.perMillion * Math.min(plane.areas[a]!, plane.areas[b]!),
  );
}

export function overlapRefusals(
  code: string,
  layerName: string,
  plane: PlaneLayer,
  layer: PolygonLayer,
  ids: readonly string[] | null,
  parameters: AnalysisParameters,
): Refusal[] {
  return realOverlaps(plane, parameters)
    .slice(0, 20)
    .map(({ a, b, areaM2 }) => {
      const name = (f: number): string => ids?.[f] ?? String(layer.featureNos[f]!);
      return {
        code,
        message: localized(
          `${name(a)} 与 ${name(b)} 重叠 ${areaM2.toFixed(2)} 平方米`,
          `${name(a)} and ${name(b)} overlap by ${areaM2.toFixed(2)} m²`,
        ),
        remedy: localized('消除重叠后重新分析', 'Remove the overlap and run again.'),
        place: { layer: layerName, featureNo: layer.featureNos[a]! },
      };
    });
}

export function zonesOverlap(
  name: string,
  layer: PolygonLayer,
  overlaps: readonly { a: number; b: number; areaM2: number }[],
): Problem {
  const { a, b, areaM2 } = overlaps[0]!;
  return {
    rule: 'analysis.zones-overlap',
    severity: 'error',
    featureNo: layer.featureNos[a]!,
    id: null,
    message: localized(
      `图层 ${name} 内有 ${overlaps.length} 对图斑重叠（如 ${layer.featureNos[a]!} 与 ${layer.featureNos[b]!} 重叠 ${areaM2.toFixed(2)} 平方米），该图层不列平衡表`,
      `${overlaps.length} pairs of zones of layer ${name} overlap (such as ${layer.featureNos[a]!} and ${layer.featureNos[b]!}, ${areaM2.toFixed(2)} m²); the layer has no balance table`,
    ),
    remedy: localized('消除图层内的重叠', 'Remove the overlaps inside the layer.'),
  };
}

export function missingFields(layer: PolygonLayer): string[] {
  const columns = surveyColumns(layer);
  return SURVEY_FIELDS.filter((field) => columns[field] === undefined);
}

export function missingFieldProblems(layer: PolygonLayer): Problem[] {
  return missingFields(layer).map((field) => ({
    rule: 'analysis.field-missing',
    severity: field === 'DLBM' ? 'error' : 'note',
    featureNo: null,
    id: null,
    field,
    message:
      field === 'KCXS'
        ? localized(
            '图斑图层没有扣除系数（KCXS），耕地未扣除田坎',
            'the parcel layer has no KCXS: no ridges are taken off farmland',
          )
        : localized(`图斑图层没有字段 ${field}`, `the parcel layer has no field ${field}`),
    remedy: localized('导入时把相应字段映射到国土调查字段', 'Map the field to the survey schema when importing.'),
  }));
}

/** Where parcels do not cover the project exactly once, its balance is not that of the boundary. */
export function coverageProblems(
  parts: PlanParts,
  plots: number,
  projectDm2: number,
  { tolerance }: AnalysisParameters,
): Problem[] {
  let covered = 0;
  parts.areasDm2.forEach((area, i) => {
    if (parts.zones[i]! <= plots) covered += area;
  });
  // Every parcel may be off by its own tolerance; a boundary digitised apart from the parcels costs more.
  const allowed = Math.max(tolerance.floorDm2 * parts.areasDm2.length, (tolerance.perMillion * projectDm2) / 1_000_000);
  const gap = projectDm2 - covered;
  if (Math.abs(gap) <= allowed) return [];
  return [
    {
      rule: 'analysis.project-coverage',
      severity: 'warning',
      featureNo: null,
      id: null,
      message:
        gap > 0
          ? localized(
              `项目区有 ${(gap / 100).toFixed(2)} 平方米没有地类图斑覆盖`,
              `${(gap / 100).toFixed(2)} m² of the project area have no survey parcel`,
            )
          : localized(
              `项目区内图斑面积之和超出边界面积 ${(-gap / 100).toFixed(2)} 平方米（图斑重叠或面积不符）`,
              `parcels in the project add up to ${(-gap / 100).toFixed(2)} m² more than its boundary (overlaps, or areas that disagree)`,
            ),
      remedy: localized('用质量检查查找缝隙与重叠', 'Look for gaps and overlaps with the quality check.'),
    },
  ];
}
