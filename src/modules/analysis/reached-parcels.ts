import type { AreaDm2, PolygonLayer, Problem } from '../../kernel/index.ts';
import { dm2FromSquareMetres, formatSquareMetres, localized } from '../../kernel/index.ts';
import type { OfficialArea } from '../../geometry/index.ts';
import type { SurveyColumns } from './attributes.ts';
import {
  balanceClassOf,
  integerIn,
  numberOf,
  ownershipOf,
  ridgeCoefficientOf,
  surveyColumns,
  terraceOf,
  textOf,
  villageOf,
} from './attributes.ts';
import type { ReachedParcels } from './facts.ts';
import { RIDGE_UNKNOWN } from './facts.ts';
import type { AnalysisParameters } from './parameters.ts';
import { parcelWhole, ridgeOf } from './parcel-whole.ts';

/** At most so many parcels are named one by one for one kind of problem; one more line says how many there are. */
const NAMED = 100;

/** Attributes and wholes of the reached parcels (all but `outsideDm2`), and what is wrong with them. */
export function readReachedParcels(
  layer: PolygonLayer,
  areas: readonly OfficialArea[],
  parameters: AnalysisParameters,
): { parcels: Omit<ReachedParcels, 'outsideDm2'>; problems: Problem[] } {
  const columns: SurveyColumns = surveyColumns(layer);
  const count = layer.featureNos.length;
  const parcels = {
    featureNos: layer.featureNos,
    bsm: Array.from<string | null>({ length: count }),
    classCodes: Array.from<string | null>({ length: count }),
    ownership: new Uint8Array(count),
    villageCodes: Array.from<string | null>({ length: count }),
    villageNames: Array.from<string | null>({ length: count }),
    slopeLevels: new Uint8Array(count),
    terraces: new Uint8Array(count),
    grades: new Uint8Array(count),
    ridgeCoefficients: new Uint16Array(count),
    wholeDm2: new Float64Array(count),
    closesToTbmj: new Uint8Array(count),
    ridgeDm2: new Float64Array(count),
  };
  const disagree: Problem[] = [];
  const unclassed: Problem[] = [];
  const unridged: Problem[] = [];
  for (let i = 0; i < count; i++) {
    const id = textOf(columns.BSM?.[i]);
    const code = textOf(columns.DLBM?.[i]);
    const classCode = balanceClassOf(code);
    parcels.bsm[i] = id;
    parcels.classCodes[i] = classCode;
    parcels.ownership[i] = ownershipOf(textOf(columns.QSXZ?.[i]));
    parcels.villageCodes[i] = villageOf(columns, i);
    parcels.villageNames[i] = textOf(columns.ZLDWMC?.[i]);
    parcels.slopeLevels[i] = integerIn(columns.GDPDJB?.[i], 1, 5) ?? 0;
    parcels.terraces[i] = terraceOf(textOf(columns.GDLX?.[i]));
    parcels.grades[i] = integerIn(columns.GDDB?.[i], 1, 15) ?? 0;
    const coefficient = ridgeCoefficientOf(classCode, columns.KCXS?.[i]);
    parcels.ridgeCoefficients[i] = coefficient;
    const tbmj = numberOf(columns.TBMJ?.[i]);
    const stated: AreaDm2 | null = tbmj === null || tbmj < 0 ? null : dm2FromSquareMetres(tbmj);
    const computed = areas[i]!.areaDm2;
    const whole = parcelWhole(stated, computed, parameters.tolerance);
    parcels.wholeDm2[i] = whole.areaDm2;
    parcels.closesToTbmj[i] = whole.from === 'tbmj' ? 1 : 0;
    parcels.ridgeDm2[i] = ridgeOf(whole.areaDm2, coefficient);
    const featureNo = layer.featureNos[i]!;
    if (whole.from === 'computed-tbmj-disagrees') {
      disagree.push({
        rule: 'analysis.tbmj-disagrees',
        severity: 'warning',
        featureNo,
        id,
        field: 'TBMJ',
        message: localized(
          `图斑面积 ${formatSquareMetres(stated!)} 与计算面积 ${formatSquareMetres(computed)} 平方米之差超出容差，按计算面积平差`,
          `TBMJ ${formatSquareMetres(stated!)} and the computed area ${formatSquareMetres(computed)} m² differ by more than the tolerance; parts close to the computed area`,
        ),
        remedy: localized('核对该图斑的面积或图形', 'Check the area or the geometry of the parcel.'),
      });
    }
    if (coefficient === RIDGE_UNKNOWN) {
      unridged.push({
        rule: 'analysis.ridge-unknown',
        severity: 'warning',
        featureNo,
        id,
        field: 'KCXS',
        message: localized(
          `扣除系数 ${textOf(columns.KCXS?.[i])} 无效，未扣除田坎`,
          `the ridge coefficient ${textOf(columns.KCXS?.[i])} is no share between 0 and 1; no ridge is taken off`,
        ),
        remedy: localized('更正扣除系数', 'Correct the coefficient.'),
      });
    }
    if (classCode === null) {
      unclassed.push({
        rule: 'analysis.class-unknown',
        severity: 'error',
        featureNo,
        id,
        field: 'DLBM',
        message:
          code === null
            ? localized('没有地类编码', 'has no land class')
            : localized(`地类编码 ${code} 不存在`, `land class ${code} does not exist`),
        remedy: localized('填写国土调查工作分类的地类编码', 'Give a class of the survey’s working classification.'),
      });
    }
  }
  return { parcels, problems: [...atMost(unclassed), ...atMost(disagree), ...atMost(unridged)] };
}

function atMost(problems: readonly Problem[]): Problem[] {
  if (problems.length <= NAMED) return [...problems];
  const rest = problems.length - NAMED;
  return [
    ...problems.slice(0, NAMED),
    {
      rule: problems[0]!.rule,
      severity: problems[0]!.severity,
      featureNo: null,
      id: null,
      message: localized(`另有 ${rest} 个图斑有同样问题`, `${rest} more parcels have the same problem`),
    },
  ];
}
