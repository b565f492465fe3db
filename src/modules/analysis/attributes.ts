import type { AttributeValue, FeatureBatch } from '../../kernel/index.ts';
import { columnOf, isFarmland, landClassOf, villageCodeOf } from '../../kernel/index.ts';
import {
  OWNERSHIP_COLLECTIVE,
  OWNERSHIP_STATE,
  OWNERSHIP_UNKNOWN,
  RIDGE_UNKNOWN,
  TERRACE_NONE,
  TERRACE_PD,
  TERRACE_TT,
} from './facts.ts';
import type { RidgeRule } from './facts.ts';

type Columns = Pick<FeatureBatch, 'columns'>;
type Values = readonly AttributeValue[] | undefined;

/** The text of a value, trimmed; null where there is none. */
export function textOf(value: AttributeValue | undefined): string | null {
  if (value === null || value === undefined) return null;
  const text = String(value).trim();
  return text === '' ? null : text;
}

/** A finite number, also where the file holds it as text; null otherwise. */
export function numberOf(value: AttributeValue | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  const text = textOf(value);
  if (text === null || !/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(text)) return null;
  return Number(text);
}

/** A whole number in [low, high], or null. */
export function integerIn(value: AttributeValue | undefined, low: number, high: number): number | null {
  const number = numberOf(value);
  return number !== null && Number.isInteger(number) && number >= low && number <= high ? number : null;
}

/** The class the balance counts a survey code as: itself, adjustable land (suffix K) as its base class; null: no such code. */
export function balanceClassOf(code: string | null): string | null {
  if (code === null || landClassOf(code) === undefined) return null;
  return code.endsWith('K') ? code.slice(0, -1) : code;
}

/** QSXZ 权属性质: 10, 20, 21 state-owned; 30–34, 40, 41 collective. */
export function ownershipOf(code: string | null): number {
  if (code === null) return OWNERSHIP_UNKNOWN;
  if (/^(10|20|21)$/.test(code)) return OWNERSHIP_STATE;
  if (/^(30|31|32|33|34|40|41)$/.test(code)) return OWNERSHIP_COLLECTIVE;
  return OWNERSHIP_UNKNOWN;
}

/** GDLX 耕地类型, and `terraceAfter` of a plot. */
export function terraceOf(code: string | null): number {
  return code === 'TT' ? TERRACE_TT : code === 'PD' ? TERRACE_PD : TERRACE_NONE;
}

/**
 * KCXS 扣除系数 in ten-thousandths. Only farmland has ridges taken off; on farmland an empty field means none, as does a
 * survey without the field (the run says so). RIDGE_UNKNOWN where the value is no coefficient.
 */
export function ridgeCoefficientOf(classCode: string | null, value: AttributeValue | undefined): number {
  if (classCode === null || !isFarmland(classCode)) return 0;
  if (textOf(value) === null) return 0;
  const coefficient = numberOf(value);
  if (coefficient === null || coefficient < 0 || coefficient >= 1) return RIDGE_UNKNOWN;
  return Math.round(coefficient * 10_000);
}

/** The survey fields a run reads, in the columns of one parcel layer. */
export interface SurveyColumns {
  readonly BSM: Values;
  readonly DLBM: Values;
  readonly QSXZ: Values;
  readonly ZLDWDM: Values;
  readonly ZLDWMC: Values;
  readonly GDPDJB: Values;
  readonly GDLX: Values;
  readonly GDDB: Values;
  readonly KCXS: Values;
  readonly TBMJ: Values;
}

export const SURVEY_FIELDS = [
  'BSM',
  'DLBM',
  'QSXZ',
  'ZLDWDM',
  'ZLDWMC',
  'GDPDJB',
  'GDLX',
  'GDDB',
  'KCXS',
  'TBMJ',
] as const satisfies readonly (keyof SurveyColumns)[];

export function surveyColumns(layer: Columns): SurveyColumns {
  return Object.fromEntries(SURVEY_FIELDS.map((field) => [field, columnOf(layer, field)])) as unknown as SurveyColumns;
}

export function villageOf(columns: SurveyColumns, index: number): string | null {
  const unit = textOf(columns.ZLDWDM?.[index]);
  return unit === null ? null : (villageCodeOf(unit) ?? null);
}

/** A coefficient is the county's own where at least this share of the farmland parcels of its kind carries it. */
const RIDGE_RULE_SHARE = 0.9;

/**
 * The ridge coefficients the county itself uses: KCXS by slope level and terrace type, wherever (nearly) all farmland
 * parcels of one kind carry the same value. New farmland takes its coefficient from here.
 */
export function ridgeRulesOf(columns: SurveyColumns, count: number): { rules: RidgeRule[]; surveyHasRidges: boolean } {
  if (columns.KCXS === undefined || columns.DLBM === undefined) return { rules: [], surveyHasRidges: false };
  const seen = new Map<number, Map<number, number>>();
  let surveyHasRidges = false;
  for (let i = 0; i < count; i++) {
    const classCode = balanceClassOf(textOf(columns.DLBM[i]));
    if (classCode === null || !isFarmland(classCode)) continue;
    const coefficient = ridgeCoefficientOf(classCode, columns.KCXS[i]);
    if (coefficient === RIDGE_UNKNOWN) continue;
    if (coefficient > 0) surveyHasRidges = true;
    const level = integerIn(columns.GDPDJB?.[i], 1, 5);
    if (level === null) continue;
    const key = level * 3 + (level === 1 ? TERRACE_NONE : terraceOf(textOf(columns.GDLX?.[i])));
    const counts = seen.get(key) ?? new Map<number, number>();
    counts.set(coefficient, (counts.get(coefficient) ?? 0) + 1);
    seen.set(key, counts);
  }
  const rules: RidgeRule[] = [];
  for (const [key, counts] of seen) {
    const all = [...counts.values()].reduce((sum, n) => sum + n, 0);
    const [coefficient, most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
    if (most >= RIDGE_RULE_SHARE * all) rules.push({ slopeLevel: Math.floor(key / 3), terrace: key % 3, coefficient });
  }
  return { rules: rules.sort((a, b) => a.slopeLevel - b.slopeLevel || a.terrace - b.terrace), surveyHasRidges };
}
