import {
  cutShort,
  dm2FromSquareMetres,
  divisionLevel,
  err,
  featureCount,
  landClassOf,
  localized,
  ok,
  type AreaDm2,
  type AttributeValue,
  type Localized,
  type PolygonLayer,
  type Problem,
  type Refusal,
  type Result,
} from '../../kernel/index.ts';
import type { AnalysisPlan, BasicFarmlandChangePlot, PlanFeatures, PlanPlot, PlotKind } from '../analysis/index.ts';
import { thirdSurveyClassOf } from '../intake/index.ts';
import { PLAN_FIELDS, type PlanField, type PlanLayerName } from './plan-fields.ts';

/** The layers of a plan as read, each in its own CRS; null where the file has none. */
export interface PlanLayers {
  readonly project: PolygonLayer;
  readonly plots: PolygonLayer | null;
  readonly basicFarmlandChange: PolygonLayer | null;
  readonly alternatives: PolygonLayer | null;
}

/** A plan with typed attributes, and what its attributes leave to be desired. */
export interface Plan {
  readonly plan: AnalysisPlan;
  /** `field` names layer and field, `featureNo` the feature in its layer. */
  readonly problems: readonly Problem[];
}

/**
 * Types the attributes of a plan (docs/domain/plan-format.md). Field names are taken without regard to case, also by
 * their Chinese names; Chinese words for the choices are understood. A value that is missing or not understood becomes
 * null, the latter with a problem: what depends on it is judged "cannot judge", never by a default. Areas stated in m²
 * become whole dm².
 *
 * Refusal: PLAN_WITHOUT_BOUNDARY where the project layer has no polygon.
 */
export function planOfLayers(layers: PlanLayers, file?: string): Result<Plan, Refusal[]> {
  if (layers.project.coords.length === 0) {
    return err([
      {
        code: 'PLAN_WITHOUT_BOUNDARY',
        message: localized('规划方案的项目区图层没有图形', 'the project layer of the plan holds no polygon'),
        remedy: localized('请在 project 图层中绘制项目区范围', 'Draw the project boundary in the layer “project”.'),
        place: { layer: 'project', ...(file === undefined ? {} : { file }) },
      },
    ]);
  }
  const problems: Problem[] = [];
  const project = recordsOf('project', layers.project, problems);
  const first = (field: string): Value =>
    project.map((record) => record[field] ?? null).find((value) => value !== null) ?? null;
  const contents = textOf(first('contents'));
  const divisionCode = textOf(first('divisionCode'));
  if (divisionCode !== null && divisionLevel(divisionCode) === undefined) {
    problems.push(
      problemOf(
        'plan.division-code',
        'warning',
        'project',
        0,
        null,
        'divisionCode',
        localized(
          `行政区代码“${divisionCode}”不是 6、9 或 12 位数字`,
          `the division code “${divisionCode}” has neither 6, 9 nor 12 digits`,
        ),
      ),
    );
  }
  const plan: AnalysisPlan = {
    name: textOf(first('name')),
    type: textOf(first('type')) as AnalysisPlan['type'],
    divisionCode: divisionCode !== null && divisionLevel(divisionCode) !== undefined ? divisionCode : null,
    contents: contents === null ? null : contentWords(contents),
    countyConstructionBeforeDm2: areaOf(first('countyConstructionBeforeM2')),
    countyConstructionAfterDm2: areaOf(first('countyConstructionAfterM2')),
    boundary: layers.project,
    plots: layers.plots && plotsOf(layers.plots, problems),
    basicFarmlandChange: layers.basicFarmlandChange && changesOf(layers.basicFarmlandChange, problems),
    alternatives: layers.alternatives && featureCount(layers.alternatives),
  };
  return ok({ plan, problems });
}

type Value = string | number | boolean | null;
type PlanRecord = Record<string, Value>;

const textOf = (value: Value): string | null => (value === null ? null : String(value));
const areaOf = (value: Value): AreaDm2 | null => (typeof value === 'number' ? dm2FromSquareMetres(value) : null);

const CONTENT_WORDS: Readonly<Record<string, string>> = {
  村庄: 'village',
  村庄整治: 'village',
  农村建设用地整治: 'village',
  农用地: 'farmland',
  农用地整治: 'farmland',
  农田整治: 'farmland',
  生态: 'ecology',
  生态修复: 'ecology',
  生态保护修复: 'ecology',
};

function contentWords(text: string): string[] {
  return text
    .split(/[,，、;；]/)
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map((word) => CONTENT_WORDS[word] ?? word);
}

function plotsOf(layer: PolygonLayer, problems: Problem[]): PlanFeatures<PlanPlot> {
  const records = recordsOf('plots', layer, problems);
  const attributes = records.map(
    (record, row): PlanPlot => ({
      plotId: textOf(record['plotId'] ?? null) ?? `#${layer.featureNos[row]}`,
      family: textOf(record['family'] ?? null),
      subProjectType: textOf(record['subProjectType'] ?? null),
      kind: textOf(record['kind'] ?? null) as PlotKind | null,
      classAfter: classOf(
        textOf(record['classAfter'] ?? null),
        'plots',
        'classAfter',
        layer.featureNos[row]!,
        record,
        problems,
      ),
      gradeAfter: gradeOf(
        record['gradeAfter'] ?? null,
        'plots',
        'gradeAfter',
        layer.featureNos[row]!,
        record,
        problems,
      ),
      terraceAfter: textOf(record['terraceAfter'] ?? null) as PlanPlot['terraceAfter'],
      illegalOccupation: typeof record['illegalOccupation'] === 'boolean' ? record['illegalOccupation'] : null,
      subProject: textOf(record['subProject'] ?? null),
    }),
  );
  checkIds('plots', layer, attributes, problems);
  return { layer, attributes };
}

function changesOf(layer: PolygonLayer, problems: Problem[]): PlanFeatures<BasicFarmlandChangePlot> {
  const records = recordsOf('basicFarmlandChange', layer, problems);
  const attributes = records.map(
    (record, row): BasicFarmlandChangePlot => ({
      plotId: textOf(record['plotId'] ?? null) ?? `#${layer.featureNos[row]}`,
      direction: textOf(record['direction'] ?? null) as 'out' | 'in' | null,
      classCode: classOf(
        textOf(record['class'] ?? null),
        'basicFarmlandChange',
        'class',
        layer.featureNos[row]!,
        record,
        problems,
      ),
      grade: gradeOf(record['grade'] ?? null, 'basicFarmlandChange', 'grade', layer.featureNos[row]!, record, problems),
    }),
  );
  checkIds('basicFarmlandChange', layer, attributes, problems);
  return { layer, attributes };
}

/** Ids must be there and be unique, since tables and findings name plots by them. A plot without one is named `#` and its number. */
function checkIds(
  layerName: PlanLayerName,
  layer: PolygonLayer,
  attributes: readonly { readonly plotId: string }[],
  problems: Problem[],
): void {
  const seen = new Set<string>();
  attributes.forEach(({ plotId }, row) => {
    const featureNo = layer.featureNos[row]!;
    if (plotId === `#${featureNo}`)
      problems.push(
        problemOf(
          'plan.plot-id',
          'error',
          layerName,
          featureNo,
          null,
          'plotId',
          localized('地块没有编号', 'the plot has no plotId'),
        ),
      );
    else if (seen.has(plotId))
      problems.push(
        problemOf(
          'plan.plot-id',
          'error',
          layerName,
          featureNo,
          plotId,
          'plotId',
          localized(`地块编号“${plotId}”重复`, `the plotId “${plotId}” is not unique`),
        ),
      );
    seen.add(plotId);
    if (layer.featureRings[row] === layer.featureRings[row + 1])
      problems.push(
        problemOf(
          'geometry.missing',
          'error',
          layerName,
          featureNo,
          plotId,
          'geometry',
          localized('地块没有图形', 'the plot has no geometry'),
        ),
      );
  });
}

const keyOf = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]/g, '');

/** Records by field name; choices and numbers understood, what is not becomes null with a problem. */
function recordsOf(layerName: PlanLayerName, layer: PolygonLayer, problems: Problem[]): PlanRecord[] {
  const byKey = new Map<string, readonly AttributeValue[]>();
  for (const column of layer.columns) if (!byKey.has(keyOf(column.name))) byKey.set(keyOf(column.name), column.values);
  const columns = PLAN_FIELDS[layerName].map((field) => {
    const name = [field.name, ...field.aliases, field.title.zh].map(keyOf).find((key) => byKey.has(key));
    return { field, values: name === undefined ? undefined : byKey.get(name) };
  });
  return Array.from(layer.featureNos, (featureNo, row) => {
    const record: PlanRecord = {};
    for (const { field, values } of columns) {
      const source = values?.[row] ?? null;
      const value = valueOf(field, source);
      if (value === undefined) {
        record[field.name] = null;
        const id = record['plotId'] ?? null;
        problems.push(
          problemOf('plan.value', 'error', layerName, featureNo, textOf(id), field.name, notUnderstood(field, source)),
        );
      } else record[field.name] = value;
    }
    return record;
  });
}

/** The typed value; null where nothing is stated; undefined where it is not understood. */
function valueOf(field: PlanField, source: AttributeValue): Value | undefined {
  if (source === null) return null;
  const text = String(source).normalize('NFKC').trim();
  if (field.choices) {
    if (text === '' && !field.choices.includes('')) return null;
    const choice = field.choices.find((word) => word.toLowerCase() === text.toLowerCase());
    return choice ?? field.synonyms?.[text];
  }
  if (text === '') return null;
  if (field.type === 'flag')
    return /^(1|1\.0|true|yes|是|y)$/i.test(text) ? true : /^(0|0\.0|false|no|否|n)$/i.test(text) ? false : undefined;
  if (field.type === 'text') return typeof source === 'string' ? source.trim() : text;
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0) return undefined;
  return field.type === 'integer' && !Number.isInteger(number) ? undefined : number;
}

/** Characters of a value of the file that a sentence shows. */
const LONGEST_SHOWN = 100;

function notUnderstood(field: PlanField, source: AttributeValue): Localized {
  const choices = field.choices ? field.choices.filter((word) => word !== '') : undefined;
  const shown = String(source).slice(0, LONGEST_SHOWN);
  return localized(
    `${field.name}(${field.title.zh})的值“${shown}”无法理解${choices ? `,可用:${choices.join('、')}` : ''}`,
    `the value “${shown}” of ${field.name} (${field.title.en}) is not understood${choices ? `; use ${choices.join(', ')}` : ''}`,
  );
}

function classOf(
  code: string | null,
  layerName: PlanLayerName,
  field: string,
  featureNo: number,
  record: PlanRecord,
  problems: Problem[],
): string | null {
  if (code === null) return null;
  const upper = code.toUpperCase();
  if (landClassOf(upper)) return upper;
  const id = textOf(record['plotId'] ?? null);
  const second = thirdSurveyClassOf(upper);
  const padded = landClassOf(`0${upper}`)?.code;
  if (second && padded && second !== padded) {
    // 103 is a street of the second survey, or dry land 0103 without its zero: guessing would turn one into the other.
    problems.push(
      problemOf(
        'plan.class',
        'error',
        layerName,
        featureNo,
        id,
        field,
        localized(
          `地类“${code}”可能是缺少前导零的 ${padded},也可能是二调代码(${second}),未采用`,
          `the class “${code}” may be ${padded} without its zero or a code of the second survey (${second}); not taken`,
        ),
      ),
    );
    return null;
  }
  const third = second ?? padded;
  if (third) {
    problems.push(
      problemOf(
        'plan.class',
        'warning',
        layerName,
        featureNo,
        id,
        field,
        localized(
          `地类“${code}”不是三调代码,读作 ${third}`,
          `the class “${code}” is no code of the third survey; read as ${third}`,
        ),
      ),
    );
    return third;
  }
  problems.push(
    problemOf(
      'plan.class',
      'error',
      layerName,
      featureNo,
      id,
      field,
      localized(`地类“${code}”不是三调地类`, `“${code}” is no land class of the third survey`),
    ),
  );
  return null;
}

function gradeOf(
  grade: Value,
  layerName: PlanLayerName,
  field: string,
  featureNo: number,
  record: PlanRecord,
  problems: Problem[],
): number | null {
  if (typeof grade !== 'number') return null;
  if (grade >= 1 && grade <= 15) return grade;
  if (grade === 0) return null;
  problems.push(
    problemOf(
      'plan.grade',
      'error',
      layerName,
      featureNo,
      textOf(record['plotId'] ?? null),
      field,
      localized(`等别 ${grade} 不在 1–15 之间`, `the grade ${grade} is not within 1–15`),
    ),
  );
  return null;
}

function problemOf(
  rule: string,
  severity: Problem['severity'],
  layerName: PlanLayerName,
  featureNo: number,
  id: string | null,
  field: string,
  message: Localized,
): Problem {
  return { rule, severity, featureNo, id, field: `${layerName}.${field}`, message: cutShort(message) };
}
