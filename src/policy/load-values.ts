import { localized, type Localized, type Refusal } from '../kernel/index.ts';
import { citedClause, type CitedClause, type ClauseRegister } from './clause-register.ts';
import { literalsOf, parseFormula, type Formula } from './formula.ts';
import {
  COMPARISONS,
  type Cited,
  type Condition,
  type Confidence,
  type PackParameter,
  type Source,
  type Threshold,
} from './pack.ts';
import type { RawComparisons, RawSource, RawThreshold } from './pack-schema.ts';
import { rationalOfDecimal, type Rational } from './rational.ts';
import { dimensionOf, formulaDimension, sameDimension, toBaseUnit, type BaseUnit } from './units.ts';

/** What a pack may name: the figures the code computes, with their units. */
export interface KnownFigure {
  readonly id: string;
  readonly unit: BaseUnit;
}

/** What loading needs besides the data. */
export interface LoadContext {
  readonly register: ClauseRegister;
  readonly figures: readonly KnownFigure[];
  /** Name of the file, for messages. */
  readonly file: string;
  /** Line of a place in the file, where the reader knows it. */
  readonly lineOf?: (path: Path) => number | undefined;
}

/** Place of a value in the pack: keys and positions from the root. */
export type Path = readonly (string | number)[];

/**
 * Turns the small parts of a pack into what the engine uses. Each function gives the value, or notes in `refusals` what
 * is wrong and gives undefined (a source: an empty one), so that one pass tells everything that is wrong.
 */
export interface ValueLoader {
  readonly refusals: Refusal[];
  readonly parameters: Map<string, PackParameter>;
  readonly figureUnits: ReadonlyMap<string, BaseUnit>;
  refuse(code: string, path: Path, message: Localized, remedy?: Localized): void;
  clause(id: string, path: Path): CitedClause | undefined;
  cited(raw: { source: RawSource; confidence?: Confidence | undefined }, path: Path, name: string): Cited;
  decimal(raw: number | string, path: Path): Rational | undefined;
  condition(raw: { formula: string } & RawComparisons, path: Path): Condition | undefined;
  figureNames(names: readonly string[], path: Path): readonly string[];
}

const CORRECT_IT = localized('请改正政策包中的这一处', 'correct this place of the pack');
const NO_SOURCE: Source = { kind: 'standard', standard: '', place: null };

export function valueLoader(context: LoadContext): ValueLoader {
  const refusals: Refusal[] = [];
  const parameters = new Map<string, PackParameter>();
  const figureUnits = new Map(context.figures.map((figure) => [figure.id, figure.unit]));
  const unitOf = (name: string): BaseUnit | undefined => figureUnits.get(name) ?? parameters.get(name)?.unit;

  const refuse = (code: string, path: Path, message: Localized, remedy: Localized = CORRECT_IT): void => {
    const line = context.lineOf?.(path);
    const place = { file: context.file, field: path.join('.'), ...(line === undefined ? {} : { line }) };
    refusals.push({ code, message, remedy, place });
  };

  const clause = (id: string, path: Path): CitedClause | undefined => {
    const found = citedClause(context.register, id);
    if (found === undefined)
      refuse('PACK-CLAUSE', path, localized(`条款登记中没有 ${id}`, `the clause register has no ${id}`));
    return found;
  };

  const source = (raw: RawSource, path: Path): Source => {
    if ((raw.clause === undefined) === (raw.standard === undefined)) {
      refuse(
        'PACK-SOURCE',
        path,
        localized('来源须且只须写 clause 或 standard 之一', 'a source names either a clause or a standard'),
      );
      return NO_SOURCE;
    }
    if (raw.standard !== undefined) return { kind: 'standard', standard: raw.standard, place: raw.place ?? null };
    const main = clause(raw.clause!, [...path, 'clause']);
    const also = (raw.also ?? []).map((id, i) => clause(id, [...path, 'also', i]));
    if (main === undefined || also.includes(undefined)) return NO_SOURCE;
    return { kind: 'clause', clause: main, also: also.filter((found) => found !== undefined) };
  };

  /** A value from a clause is verified unless the pack says otherwise; one from elsewhere must say. */
  const cited: ValueLoader['cited'] = (raw, path, name) => {
    const from = source(raw.source, [...path, 'source']);
    if (raw.source.standard !== undefined && raw.confidence === undefined) {
      const message = localized('引用标准的值须注明 confidence', 'a value from a standard must state its confidence');
      refuse('PACK-CONFIDENCE', [...path, 'source'], message);
    }
    return { path: name, source: from, confidence: raw.confidence ?? 'verified' };
  };

  const decimal = (raw: number | string, path: Path): Rational | undefined => {
    const value = rationalOfDecimal(String(raw));
    if (value === undefined) {
      const message = localized(`${raw} 不是十进制小数`, `${raw} is not a plain decimal`);
      refuse('PACK-NUMBER', path, message, localized('请写成带引号的小数', 'write it as a quoted decimal'));
    }
    return value;
  };

  const formula = (text: string, path: Path): Formula | undefined => {
    const parsed = parseFormula(text);
    if (!parsed.ok) {
      refuse('PACK-FORMULA', path, parsed.error.message);
      return undefined;
    }
    const before = refusals.length;
    for (const name of parsed.value.names) {
      if (unitOf(name) !== undefined) continue;
      const message = localized(`没有名为 ${name} 的指标或参数`, `there is no figure or parameter named ${name}`);
      refuse('PACK-FIGURE', path, message, localized('可用的指标见手册', 'the handbook lists the figures there are'));
    }
    for (const literal of literalsOf(parsed.value)) {
      if (literal.text === '0' || literal.text === '1') continue;
      const message = localized(
        `公式第 ${literal.column} 列的 ${literal.text} 没有来源`,
        `${literal.text} in column ${literal.column} of the formula has no source`,
      );
      refuse('PACK-UNCITED', path, message, localized('请改为带来源的参数', 'make it a parameter with a source'));
    }
    return refusals.length > before ? undefined : parsed.value;
  };

  const threshold = (raw: RawThreshold, path: Path): Threshold | undefined => {
    if (raw.parameter !== undefined) {
      const parameter = parameters.get(raw.parameter);
      if (parameter !== undefined && raw.value === undefined && raw.unit === undefined)
        return { kind: 'parameter', parameter };
      const message =
        parameter === undefined
          ? localized(`没有名为 ${raw.parameter} 的参数`, `there is no parameter named ${raw.parameter}`)
          : localized('写了参数就不能再写值或单位', 'with a parameter there is no value or unit');
      refuse('PACK-THRESHOLD', path, message);
      return undefined;
    }
    if (raw.value === undefined || raw.unit === undefined) {
      const message = localized('阈值须有 value 和 unit，或 parameter', 'a threshold has value and unit, or parameter');
      refuse('PACK-THRESHOLD', path, message);
      return undefined;
    }
    const value = decimal(raw.value, [...path, 'value']);
    return value === undefined ? undefined : { kind: 'value', ...toBaseUnit(value, raw.unit) };
  };

  const condition: ValueLoader['condition'] = (raw, path) => {
    const parsed = formula(raw.formula, [...path, 'formula']);
    const [comparison, ...others] = COMPARISONS.filter((name) => raw[name] !== undefined);
    if (comparison === undefined || others.length > 0) {
      const list = COMPARISONS.join(', ');
      refuse(
        'PACK-COMPARISON',
        path,
        localized(`须且只须写一个比较（${list}）`, `exactly one comparison is needed (${list})`),
      );
      return undefined;
    }
    const limit = threshold(raw[comparison]!, [...path, comparison]);
    if (parsed === undefined || limit === undefined) return undefined;
    const unit = limit.kind === 'value' ? limit.unit : limit.parameter.unit;
    const dimension = formulaDimension(parsed, (name) => unitOf(name)!);
    if (!dimension.ok) refuse('PACK-UNIT', [...path, 'formula'], dimension.message);
    else if (!sameDimension(dimension.value, dimensionOf(unit))) {
      const message = localized('公式的单位与阈值的单位不同', 'the formula and its threshold have different units');
      refuse('PACK-UNIT', [...path, comparison], message);
    }
    return { formula: parsed, comparison, threshold: limit, unit };
  };

  const figureNames: ValueLoader['figureNames'] = (names, path) => {
    names.forEach((name, i) => {
      if (figureUnits.has(name)) return;
      refuse('PACK-FIGURE', [...path, i], localized(`没有名为 ${name} 的指标`, `there is no figure named ${name}`));
    });
    return names;
  };

  return { refusals, parameters, figureUnits, refuse, clause, cited, decimal, condition, figureNames };
}
