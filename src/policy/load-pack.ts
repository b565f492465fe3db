import {
  err,
  landClassOf,
  LAND_CLASSES,
  localized,
  ok,
  type Localized,
  type Refusal,
  type Result,
} from '../kernel/index.ts';
import { citedClause, type CitedClause, type ClauseRegister } from './clause-register.ts';
import { literalsOf, parseFormula, type Formula } from './formula.ts';
import {
  COMPARISONS,
  type AnalysisSettings,
  type Cited,
  type ComparisonKind,
  type Condition,
  type Confidence,
  type Pack,
  type PackCheck,
  type PackFact,
  type PackParameter,
  type PackReview,
  type Source,
  type Threshold,
} from './pack.ts';
import { packSchema, type RawComparisons, type RawPack, type RawSource, type RawThreshold } from './pack-schema.ts';
import { rationalOfDecimal, type Rational } from './rational.ts';
import { schemaRefusals } from './schema-refusals.ts';
import { baseUnitOf, dimensionOf, formulaDimension, sameDimension, toBaseUnit, type BaseUnit } from './units.ts';

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
  readonly lineOf?: (path: readonly (string | number)[]) => number | undefined;
}

type Path = readonly (string | number)[];

const UNSET_REMEDY = localized('请改正规则包中的这一处', 'correct this place of the pack');

class Loader {
  readonly refusals: Refusal[] = [];
  readonly context: LoadContext;
  readonly parameters = new Map<string, PackParameter>();
  readonly figureUnits: ReadonlyMap<string, BaseUnit>;

  constructor(context: LoadContext) {
    this.context = context;
    this.figureUnits = new Map(context.figures.map((figure) => [figure.id, figure.unit]));
  }

  refuse(code: string, path: Path, message: Localized, remedy: Localized = UNSET_REMEDY): void {
    const line = this.context.lineOf?.(path);
    const place = { file: this.context.file, field: path.join('.'), ...(line === undefined ? {} : { line }) };
    this.refusals.push({ code, message, remedy, place });
  }

  clause(id: string, path: Path): CitedClause | undefined {
    const clause = citedClause(this.context.register, id);
    if (clause === undefined) {
      this.refuse('PACK-CLAUSE', path, localized(`条款登记中没有 ${id}`, `the clause register has no ${id}`));
    }
    return clause;
  }

  source(raw: RawSource, path: Path): Source {
    const nothing: Source = { kind: 'standard', standard: '', place: null };
    if ((raw.clause === undefined) === (raw.standard === undefined)) {
      const message = localized(
        '来源须且只须写 clause 或 standard 之一',
        'a source names either a clause or a standard',
      );
      this.refuse('PACK-SOURCE', path, message);
      return nothing;
    }
    if (raw.standard !== undefined) return { kind: 'standard', standard: raw.standard, place: raw.place ?? null };
    const clause = this.clause(raw.clause!, [...path, 'clause']);
    const also = (raw.also ?? []).map((id, i) => this.clause(id, [...path, 'also', i]));
    if (clause === undefined || also.includes(undefined)) return nothing;
    return { kind: 'clause', clause, also: also as CitedClause[] };
  }

  /** A value from a clause is verified unless the pack says otherwise; one from elsewhere must say. */
  cited(raw: { source: RawSource; confidence?: Confidence | undefined }, path: Path, name: string): Cited {
    const source = this.source(raw.source, [...path, 'source']);
    if (raw.source.standard !== undefined && raw.confidence === undefined) {
      const message = localized('引用标准的值须注明 confidence', 'a value from a standard must state its confidence');
      this.refuse('PACK-CONFIDENCE', [...path, 'source'], message);
    }
    return { path: name, source, confidence: raw.confidence ?? 'verified' };
  }

  decimal(raw: number | string, path: Path): Rational | undefined {
    const value = rationalOfDecimal(String(raw));
    if (value === undefined) {
      const message = localized(`${raw} 不是十进制小数`, `${raw} is not a plain decimal`);
      this.refuse('PACK-NUMBER', path, message, localized('请写成带引号的小数', 'write it as a quoted decimal'));
    }
    return value;
  }

  unitOf(name: string): BaseUnit | undefined {
    return this.figureUnits.get(name) ?? this.parameters.get(name)?.unit;
  }

  formula(text: string, path: Path): Formula | undefined {
    const parsed = parseFormula(text);
    if (!parsed.ok) {
      this.refuse('PACK-FORMULA', path, parsed.error.message);
      return undefined;
    }
    const before = this.refusals.length;
    for (const name of parsed.value.names) {
      if (this.unitOf(name) === undefined) {
        const message = localized(`没有名为 ${name} 的指标或参数`, `there is no figure or parameter named ${name}`);
        this.refuse(
          'PACK-FIGURE',
          path,
          message,
          localized('可用的指标见手册的指标表', 'the handbook lists the figures there are'),
        );
      }
    }
    for (const literal of literalsOf(parsed.value)) {
      if (literal.text === '0' || literal.text === '1') continue;
      const message = localized(
        `公式第 ${literal.column} 列的 ${literal.text} 没有来源`,
        `${literal.text} in column ${literal.column} of the formula has no source`,
      );
      const remedy = localized('请改为带来源的参数', 'make it a parameter with a source');
      this.refuse('PACK-UNCITED', path, message, remedy);
    }
    if (this.refusals.length > before) return undefined;
    return parsed.value;
  }

  threshold(raw: RawThreshold, path: Path): Threshold | undefined {
    if (raw.parameter !== undefined) {
      const parameter = this.parameters.get(raw.parameter);
      if (raw.value !== undefined || raw.unit !== undefined || parameter === undefined) {
        const message =
          parameter === undefined
            ? localized(`没有名为 ${raw.parameter} 的参数`, `there is no parameter named ${raw.parameter}`)
            : localized('写了参数就不能再写值或单位', 'with a parameter there is no value or unit');
        this.refuse('PACK-THRESHOLD', path, message);
        return undefined;
      }
      return { kind: 'parameter', parameter };
    }
    if (raw.value === undefined || raw.unit === undefined) {
      const message = localized('阈值须有 value 和 unit，或 parameter', 'a threshold has value and unit, or parameter');
      this.refuse('PACK-THRESHOLD', path, message);
      return undefined;
    }
    const value = this.decimal(raw.value, [...path, 'value']);
    return value === undefined ? undefined : { kind: 'value', ...toBaseUnit(value, raw.unit) };
  }

  condition(raw: { formula: string } & RawComparisons, path: Path): Condition | undefined {
    const formula = this.formula(raw.formula, [...path, 'formula']);
    const named = COMPARISONS.filter((comparison) => raw[comparison] !== undefined);
    const [comparison] = named;
    if (comparison === undefined || named.length > 1) {
      const list = COMPARISONS.join(', ');
      this.refuse(
        'PACK-COMPARISON',
        path,
        localized(`须且只须写一个比较（${list}）`, `exactly one comparison is needed (${list})`),
      );
      return undefined;
    }
    return formula === undefined ? undefined : this.compared(formula, comparison, raw[comparison]!, path);
  }

  private compared(formula: Formula, comparison: ComparisonKind, raw: RawThreshold, path: Path): Condition | undefined {
    const threshold = this.threshold(raw, [...path, comparison]);
    if (threshold === undefined) return undefined;
    const unit = threshold.kind === 'value' ? threshold.unit : threshold.parameter.unit;
    const dimension = formulaDimension(formula, (name) => this.unitOf(name)!);
    if (!dimension.ok) this.refuse('PACK-UNIT', [...path, 'formula'], dimension.message);
    else if (!sameDimension(dimension.value, dimensionOf(unit))) {
      const message = localized('公式的单位与阈值的单位不同', 'the formula and its threshold have different units');
      this.refuse('PACK-UNIT', [...path, comparison], message);
    }
    return { formula, comparison, threshold, unit };
  }

  figureNames(names: readonly string[], path: Path): readonly string[] {
    names.forEach((name, i) => {
      if (!this.figureUnits.has(name)) {
        this.refuse(
          'PACK-FIGURE',
          [...path, i],
          localized(`没有名为 ${name} 的指标`, `there is no figure named ${name}`),
        );
      }
    });
    return names;
  }

  parameter(raw: RawPack['parameters'][number], path: Path): void {
    if (this.figureUnits.has(raw.id) || this.parameters.has(raw.id)) {
      this.refuse('PACK-NAME', [...path, 'id'], localized(`名称 ${raw.id} 已被占用`, `the name ${raw.id} is taken`));
      return;
    }
    const value = raw.value === 'notSet' ? null : this.decimal(raw.value, [...path, 'value']);
    if (value === undefined) return;
    this.parameters.set(raw.id, {
      ...this.cited(raw, path, `parameters.${raw.id}`),
      id: raw.id,
      title: raw.title,
      value: value === null ? null : toBaseUnit(value, raw.unit).value,
      unit: baseUnitOf(raw.unit),
    });
  }

  check(raw: RawPack['checks'][number], path: Path): PackCheck | undefined {
    const main = this.condition(raw, path);
    const appliesWhen =
      raw.appliesWhen === undefined ? null : this.condition(raw.appliesWhen, [...path, 'appliesWhen']);
    const readings = (raw.readings ?? []).map((reading, i) => {
      const condition = this.condition(reading, [...path, 'readings', i]);
      return condition === undefined ? undefined : { ...condition, title: reading.title };
    });
    const cited = this.cited(raw, path, `checks.${raw.id}`);
    const shows = this.figureNames(raw.shows ?? [], [...path, 'shows']);
    const pointsTo = raw.pointsTo === undefined ? null : this.figureNames(raw.pointsTo, [...path, 'pointsTo']);
    if (main === undefined || appliesWhen === undefined || readings.includes(undefined)) return undefined;
    return {
      ...cited,
      ...main,
      id: raw.id,
      title: raw.title,
      appliesWhen,
      effect: raw.effect,
      exceptionAllowed: raw.exception === 'recorded',
      readings: readings.filter((reading) => reading !== undefined),
      shows,
      pointsTo,
      remedy: raw.remedy,
    };
  }

  review(raw: RawPack['reviews'][number], path: Path): PackReview | undefined {
    const appliesWhen =
      raw.appliesWhen === undefined ? null : this.condition(raw.appliesWhen, [...path, 'appliesWhen']);
    const cited = this.cited(raw, path, `reviews.${raw.id}`);
    const figures = this.figureNames(raw.figures ?? [], [...path, 'figures']);
    if (appliesWhen === undefined) return undefined;
    const { id, title, lookAt } = raw;
    return { ...cited, id, title, lookAt, documents: raw.documents ?? [], figures, appliesWhen };
  }

  settings(raw: RawPack['settings']): { settings: AnalysisSettings; cited: Cited[] } {
    const number = (value: number | string, ...path: Path): number => {
      const exact = this.decimal(value, ['settings', ...path]);
      if (exact !== undefined && exact.numerator < 0n) {
        const message = localized('不能为负', 'must not be negative');
        this.refuse('PACK-NUMBER', ['settings', ...path], message);
      }
      return Number(value);
    };
    const classes = (codes: readonly string[], ...path: Path): readonly string[] => {
      for (const code of codes) {
        if (
          landClassOf(code) !== undefined ||
          LAND_CLASSES.some((known) => known.code.startsWith(code) || known.first === code)
        )
          continue;
        this.refuse(
          'PACK-CLASS',
          ['settings', ...path],
          localized(`没有地类 ${code}`, `there is no land class ${code}`),
        );
      }
      return codes;
    };
    classes(Object.keys(raw.majorClasses.overrides), 'majorClasses', 'overrides');
    const presets = raw.contiguity.presets.map((preset, i) => ({
      id: preset.id,
      gapMetres: number(preset.gapMetres, 'contiguity', 'presets', i, 'gapMetres'),
      widthMetres: number(preset.widthMetres, 'contiguity', 'presets', i, 'widthMetres'),
    }));
    const chosen = presets.find((preset) => preset.id === raw.contiguity.chosen);
    if (chosen === undefined) {
      const message = localized(
        `没有名为 ${raw.contiguity.chosen} 的预设`,
        `there is no preset named ${raw.contiguity.chosen}`,
      );
      this.refuse('PACK-SETTING', ['settings', 'contiguity', 'chosen'], message);
    }
    const cited = Object.entries(raw).map(([name, value]) => this.cited(value, ['settings', name], `settings.${name}`));
    const settings: AnalysisSettings = {
      areaTolerance: {
        absoluteSquareMetres: number(raw.areaTolerance.absoluteSquareMetres, 'areaTolerance', 'absoluteSquareMetres'),
        relative: number(raw.areaTolerance.relative, 'areaTolerance', 'relative'),
      },
      majorClassOverrides: raw.majorClasses.overrides,
      contiguity: {
        gapMetres: chosen?.gapMetres ?? 0,
        widthMetres: chosen?.widthMetres ?? 0,
        passableClasses: classes(raw.contiguity.passableClasses, 'contiguity', 'passableClasses'),
      },
      contiguityPresets: presets,
      reachedVillageSquareMetres: number(
        raw.reachedVillage.atLeastSquareMetres,
        'reachedVillage',
        'atLeastSquareMetres',
      ),
      scatteredPatchAtMostMu: number(raw.scatteredPatch.atMostMu, 'scatteredPatch', 'atMostMu'),
      minimumMappedAreas: {
        groups: raw.minimumMappedAreas.groups.map((group, i) => ({
          classes: classes(group.classes, 'minimumMappedAreas', 'groups', i, 'classes'),
          squareMetres: number(group.squareMetres, 'minimumMappedAreas', 'groups', i, 'squareMetres'),
        })),
        otherSquareMetres: number(raw.minimumMappedAreas.otherSquareMetres, 'minimumMappedAreas', 'otherSquareMetres'),
      },
    };
    return { settings, cited };
  }

  /** Ids a person refers to stand once: parameters, checks, reviews, facts; ids of notCovered stand once, in a plan of the pack. */
  names(raw: RawPack): void {
    const seen = new Set<string>();
    for (const list of ['about', 'checks', 'reviews'] as const) {
      raw[list].forEach((entry, i) => {
        if (seen.has(entry.id)) {
          this.refuse(
            'PACK-NAME',
            [list, i, 'id'],
            localized(`编号 ${entry.id} 重复`, `the id ${entry.id} stands twice`),
          );
        }
        seen.add(entry.id);
      });
    }
    raw.plans.forEach((plan, i) => {
      if (!this.context.register.documents.has(plan)) {
        this.refuse(
          'PACK-PLAN',
          ['plans', i],
          localized(`登记中没有文件 ${plan}`, `the register has no document ${plan}`),
        );
      }
    });
    const listed = new Set<string>();
    raw.notCovered.forEach((entry, i) => {
      const clause = this.clause(entry.id, ['notCovered', i, 'id']);
      if (clause !== undefined && !raw.plans.includes(clause.document)) {
        const message = localized(`${entry.id} 不属于本规则包的文件`, `${entry.id} is not of a document of this pack`);
        this.refuse('PACK-NOT-COVERED', ['notCovered', i], message);
      }
      if (listed.has(entry.id)) {
        this.refuse(
          'PACK-NOT-COVERED',
          ['notCovered', i],
          localized(`${entry.id} 列了两次`, `${entry.id} is listed twice`),
        );
      }
      listed.add(entry.id);
    });
  }
}

/**
 * A pack from its parsed data, or everything that is wrong with it: a key nobody knows, a value without a source, a
 * clause the register does not have, a figure or formula that does not exist, units that do not fit. Nothing is
 * guessed and nothing is left out.
 */
export function loadPack(data: unknown, context: LoadContext): Result<Pack, Refusal[]> {
  const loader = new Loader(context);
  const checked = packSchema.safeParse(data);
  if (!checked.success) return err(schemaRefusals(checked.error.issues, context.file, context.lineOf));
  const raw = checked.data;
  loader.names(raw);
  raw.parameters.forEach((parameter, i) => loader.parameter(parameter, ['parameters', i]));
  const about = raw.about.map(
    (fact, i): PackFact => ({
      ...loader.cited(fact, ['about', i], `about.${fact.id}`),
      id: fact.id,
      title: fact.title,
      value: fact.value,
    }),
  );
  const checks = raw.checks.map((check, i) => loader.check(check, ['checks', i]));
  const reviews = raw.reviews.map((review, i) => loader.review(review, ['reviews', i]));
  const { settings, cited } = loader.settings(raw.settings);
  if (loader.refusals.length > 0) return err(loader.refusals);
  return ok({
    id: raw.id,
    version: raw.version,
    title: raw.title,
    locality: raw.locality,
    plans: raw.plans,
    about,
    parameters: loader.parameters,
    settings,
    settingsCited: cited,
    checks: checks.filter((check) => check !== undefined),
    reviews: reviews.filter((review) => review !== undefined),
    notCovered: raw.notCovered,
    raw,
  });
}
