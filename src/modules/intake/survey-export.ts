import {
  err,
  featureCount,
  landClassOf,
  localized,
  ok,
  type AttributeValue,
  type LayerRole,
  type PolygonLayer,
  type Refusal,
  type Result,
} from '../../kernel/index.ts';
import type { SourceField } from './format.ts';
import { surveySchemaOf, type SurveyField } from './survey-schema.ts';

/** Breaches named one by one; the rest are counted. */
const MOST_REFUSALS = 100;

/** Fields of the standard that hold a land class. */
const CLASS_FIELDS = new Set(['DLBM', 'KCDLBM']);

/** The columns a layer of a role leaves the house with: order, type, length and decimals of the standard. */
export function surveyFieldsOf(role: LayerRole): SourceField[] {
  return surveySchemaOf(role).fields.map(({ code, type, length, decimals }) => ({
    name: code,
    type,
    length,
    ...(type === 'real' ? { decimals: decimals ?? 0 } : {}),
  }));
}

/** Columns of a layer the standard does not know: a strict layer leaves them out. */
export function columnsBesideStandard(layer: Pick<PolygonLayer, 'columns'>, role: LayerRole): string[] {
  const known = new Set(surveySchemaOf(role).fields.map((field) => field.code));
  return layer.columns.map((column) => column.name).filter((name) => !known.has(name));
}

/** Brings batch after batch to the standard and keeps count of what breaches it. */
export interface StrictSurvey {
  /** The batch with the columns of the standard; where a value breaches it, null stands instead. */
  batch<Batch extends Pick<PolygonLayer, 'featureNos' | 'featureRings' | 'columns'>>(batch: Batch): Batch;
  /** A refusal a breach so far, at most 100, then how many more; empty where all may be handed out. */
  refusals(): Refusal[];
}

/** `strictSurveyLayer` for a layer that comes in batches: nothing of it may be handed out once there are refusals. */
export function strictSurvey(role: LayerRole): StrictSurvey {
  const named: Refusal[] = [];
  const missed = new Set<string>();
  let breaches = 0;
  const report = (breach: Breach, field: SurveyField, featureNo: number | null): void => {
    if (++breaches > MOST_REFUSALS) return;
    named.push({ ...breach, place: { ...(featureNo === null ? {} : { featureNo }), field: field.code } });
  };
  return {
    batch(batch) {
      const count = featureCount(batch);
      const byName = new Map(batch.columns.map((column) => [column.name, column.values]));
      const columns = surveySchemaOf(role).fields.map((field) => {
        const given = byName.get(field.code);
        const mustBeThere = field.need !== 'optional';
        if (given === undefined && mustBeThere && !missed.has(field.code)) {
          missed.add(field.code);
          report(missing(field), field, null);
        }
        const values = Array.from({ length: count }, (_, feature): AttributeValue => {
          const value = given?.[feature] ?? null;
          const featureNo = batch.featureNos[feature]!;
          if (value === null || value === '') {
            if (given !== undefined && mustBeThere) report(empty(field), field, featureNo);
            return null;
          }
          const checked = field.type === 'text' ? textOf(value, field) : numberOf(value, field);
          if (checked.ok) return checked.value;
          report(checked.error, field, featureNo);
          return null;
        });
        return { name: field.code, values };
      });
      return { ...batch, columns };
    },
    refusals: () => (breaches > named.length ? [...named, more(breaches - named.length)] : named),
  };
}

/**
 * The layer as the survey (or planning) standard writes it: every column of the role in the standard's order, empty where
 * the layer has none, and nothing beside. Strict where `applyMapping` is lenient: a value that does not fit type, length,
 * decimals or code list of its field (TD/T 1057-2020 for DLTB) is a breach, and so is an empty field that the role
 * requires or expects. Codes of drafts are breaches too. One breach and nothing is handed out.
 *
 * Columns are taken by the standard's code, so map a delivered layer first (`mapFields`, `applyMapping`). A real number is
 * brought to its decimals where only the last bits of the float stand in the way; geometry passes as it is.
 *
 * @returns the layer, or a refusal a breach with feature number and field, field by field; at most 100, then how many more
 */
export function strictSurveyLayer(layer: PolygonLayer, role: LayerRole): Result<PolygonLayer, Refusal[]> {
  const survey = strictSurvey(role);
  const strict = survey.batch(layer);
  const refusals = survey.refusals();
  return refusals.length > 0 ? err(refusals) : ok(strict);
}

type Breach = Pick<Refusal, 'code' | 'message' | 'remedy'>;

function textOf(value: string | number, field: SurveyField): Result<string, Breach> {
  if (typeof value === 'number') {
    return err({
      code: 'SURVEY_EXPORT_TYPE',
      message: localized(
        `${field.code}(${field.name.zh})应为文本,值是数字 ${value}`,
        `${field.code} (${field.name.en}) should be text, but is the number ${value}`,
      ),
      remedy: localized('请改为文本字段后重新导出', 'Make the field text and export again.'),
    });
  }
  const length = Array.from(value).length;
  if (length > field.length) {
    return err({
      code: 'SURVEY_EXPORT_LENGTH',
      message: localized(
        `${field.code}(${field.name.zh})有 ${length} 个字符,标准为 ${field.length}:“${shorten(value)}”`,
        `${field.code} (${field.name.en}) has ${length} characters, the standard has ${field.length}: “${shorten(value)}”`,
      ),
      remedy: localized('请缩短', 'Shorten it.'),
    });
  }
  const inList = CLASS_FIELDS.has(field.code) ? landClassOf(value) !== undefined : true;
  if (inList && (field.values?.includes(value) ?? true)) return ok(value);
  return err({
    code: 'SURVEY_EXPORT_CODE',
    message: localized(
      `${field.code}(${field.name.zh})的代码“${shorten(value)}”不在标准之列`,
      `${field.code} (${field.name.en}) holds “${shorten(value)}”, no code of the standard`,
    ),
    remedy: field.values
      ? localized(`可用的代码:${field.values.join('、')}`, `Codes: ${field.values.join(', ')}.`)
      : localized('请按《国土调查工作分类》填写', 'Write a land class of the third survey.'),
  });
}

function numberOf(value: string | number, field: SurveyField): Result<number, Breach> {
  if (typeof value === 'string' || !Number.isFinite(value)) {
    return err({
      code: 'SURVEY_EXPORT_TYPE',
      message: localized(
        `${field.code}(${field.name.zh})应为数字,值是“${shorten(String(value))}”`,
        `${field.code} (${field.name.en}) should be a number, but is “${shorten(String(value))}”`,
      ),
      remedy: localized('请改为数字', 'Write a number.'),
    });
  }
  const [low, high] = rangeOf(field);
  if (value < low || value > high) {
    return err({
      code: 'SURVEY_EXPORT_RANGE',
      message: localized(
        `${field.code}(${field.name.zh})的值 ${value} 不在 ${low} 至 ${high} 之间`,
        `${field.code} (${field.name.en}) is ${value}, not within ${low} to ${high}`,
      ),
      remedy: localized('请核对', 'Check it.'),
    });
  }
  const decimals = field.type === 'integer' ? 0 : (field.decimals ?? 0);
  const rounded = Number(value.toFixed(decimals));
  // A sum such as 0.1 + 0.2 differs from what was meant in its last bits only; a third decimal of an area was written.
  if (Math.abs(value - rounded) <= Math.abs(value) * 4 * Number.EPSILON) return ok(rounded);
  return err({
    code: 'SURVEY_EXPORT_DECIMALS',
    message: localized(
      `${field.code}(${field.name.zh})的值 ${value} 超过 ${decimals} 位小数`,
      `${field.code} (${field.name.en}) has more than ${decimals} decimals: ${value}`,
    ),
    remedy: localized(`请保留 ${decimals} 位小数`, `Round it to ${decimals} decimals.`),
  });
}

/** What a number may be: none is negative, none has more digits than its field; 等别 runs from 1 to 15. */
function rangeOf(field: SurveyField): readonly [low: number, high: number] {
  if (field.code === 'GDDB') return [1, 15];
  const decimals = field.decimals ?? 0;
  return [0, Number(`${'9'.repeat(field.length - decimals)}${decimals > 0 ? `.${'9'.repeat(decimals)}` : ''}`)];
}

function missing(field: SurveyField): Breach {
  return {
    code: 'SURVEY_EXPORT_FIELD_MISSING',
    message: localized(
      `缺少字段 ${field.code}(${field.name.zh})`,
      `the field ${field.code} (${field.name.en}) is missing`,
    ),
    remedy: localized('请补充该字段', 'Add the field.'),
  };
}

function empty(field: SurveyField): Breach {
  return {
    code: 'SURVEY_EXPORT_EMPTY',
    message: localized(`${field.code}(${field.name.zh})为空`, `${field.code} (${field.name.en}) is empty`),
    remedy: localized('请填写该字段', 'Fill in the field.'),
  };
}

function more(count: number): Refusal {
  return {
    code: 'SURVEY_EXPORT_MORE',
    message: localized(`还有 ${count} 处不符合标准,未列出`, `${count} more breaches of the standard are not listed`),
    remedy: localized('请先更正以上各处,再导出', 'Mend those above, then export again.'),
  };
}

function shorten(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}
