import { localized, type Localized } from '../../kernel/index.ts';
import {
  compare,
  displayAgainst,
  displayValue,
  evaluateFormula,
  exactText,
  formulaWords,
  packHash,
  rational,
  type Cited,
  type Condition,
  type Evaluation,
  type Pack,
  type PackCheck,
  type PackParameter,
  type PackReview,
  type Rational,
  type ReadLog,
} from '../../policy/index.ts';
import { figureDefinition, type FigureSet } from '../balance/index.ts';
import type {
  Comparison,
  FigureShown,
  Finding,
  Findings,
  FindingSource,
  NotApplicable,
  RunFacts,
  Verdict,
} from './findings.ts';

/** What judging needs besides pack and figures. */
export interface JudgeOptions {
  /** SHA-256 of a text as lower-case hex; pure code has no hash of its own. */
  readonly sha256: (text: string) => string;
  /** Told which values of the pack were used. */
  readonly log?: ReadLog;
}

interface Compared {
  readonly comparison: Comparison;
  readonly missing: readonly Localized[];
}

function holds(value: Rational, condition: Condition, threshold: Rational): boolean {
  const order = compare(value, threshold);
  switch (condition.comparison) {
    case 'atLeast':
      return order >= 0;
    case 'above':
      return order > 0;
    case 'atMost':
      return order <= 0;
    case 'below':
      return order < 0;
    case 'equals':
      return order === 0;
  }
}

function sourceShown(cited: Cited): FindingSource {
  const { source, confidence } = cited;
  return source.kind === 'clause'
    ? { clause: source.clause, also: source.also, standard: null, place: null, confidence }
    : { clause: null, also: [], standard: source.standard, place: source.place, confidence };
}

/** What judging a rule needs: conditions compared, figures shown, places collected; every read of the pack noted. */
interface Bench {
  readonly log: ReadLog | undefined;
  /** The value of a condition against its threshold. Null in `holds` comes with the reasons. */
  compared(condition: Condition): Compared;
  shown(ids: readonly string[]): FigureShown[];
  places(ids: readonly string[]): { readonly parcels: readonly number[]; readonly plots: readonly string[] };
}

function benchOf(pack: Pack, figures: FigureSet, log: ReadLog | undefined): Bench {
  const nameOf = (id: string): Localized =>
    pack.parameters.get(id)?.title ?? figureDefinition(id)?.name ?? localized(id, id);
  const figureValue = (id: string): Evaluation => {
    const figure = figures[id];
    if (figure === undefined) {
      const name = figureDefinition(id)?.name ?? localized(id, id);
      return { known: false, missing: [localized(`未计算：${name.zh}`, `not computed: ${name.en}`)] };
    }
    return figure.known ? { known: true, value: rational(figure.numerator, figure.denominator) } : figure;
  };
  const parameterValue = (parameter: PackParameter): Evaluation => {
    log?.read(parameter.path);
    if (parameter.value !== null) return { known: true, value: parameter.value };
    const { zh, en } = parameter.title;
    return { known: false, missing: [localized(`政策包未设定“${zh}”`, `the pack leaves "${en}" not set`)] };
  };
  const compared = (condition: Condition): Compared => {
    const { threshold: limit, unit } = condition;
    const value = evaluateFormula(condition.formula, (name) => {
      const parameter = pack.parameters.get(name);
      return parameter === undefined ? figureValue(name) : parameterValue(parameter);
    });
    const threshold: Evaluation =
      limit.kind === 'value' ? { known: true, value: limit.value } : parameterValue(limit.parameter);
    const both = value.known && threshold.known ? displayAgainst(value.value, threshold.value, unit) : null;
    const alone = (side: Evaluation): Localized | null => (side.known ? displayValue(side.value, unit) : null);
    return {
      comparison: {
        formula: condition.formula.text,
        formulaWords: formulaWords(condition.formula, nameOf),
        comparison: condition.comparison,
        unit,
        value: value.known ? exactText(value.value) : null,
        valueDisplay: both?.[0] ?? alone(value),
        threshold: threshold.known ? exactText(threshold.value) : null,
        thresholdDisplay: both?.[1] ?? alone(threshold),
        holds: value.known && threshold.known ? holds(value.value, condition, threshold.value) : null,
      },
      missing: [...(value.known ? [] : value.missing), ...(threshold.known ? [] : threshold.missing)],
    };
  };
  const shown = (ids: readonly string[]): FigureShown[] =>
    [...new Set(ids)].flatMap((id) => {
      // Names of parameters stand in formulas too; they are no figures.
      const definition = figureDefinition(id);
      if (definition === undefined) return [];
      const value = figureValue(id);
      return {
        id,
        name: definition.name,
        unit: definition.unit,
        exact: value.known ? exactText(value.value) : null,
        display: value.known ? displayValue(value.value, definition.unit) : null,
        missing: value.known ? [] : value.missing,
      };
    });
  const places: Bench['places'] = (ids) => {
    const parcels = new Set<number>();
    const plots = new Set<string>();
    for (const id of ids) {
      const figure = figures[id];
      if (figure === undefined || !figure.known) continue;
      for (const parcel of figure.parcels) parcels.add(parcel);
      for (const plot of figure.plots) plots.add(plot);
    }
    // Code-unit order: the same on every machine, whatever its locale.
    return {
      parcels: [...parcels].toSorted((a, b) => a - b),
      plots: [...plots].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
    };
  };
  return { log, compared, shown, places };
}

type Judged =
  | { readonly finding: Omit<Finding, 'packId' | 'packVersion' | 'packHash' | 'inputHash'> }
  | { readonly skipped: NotApplicable };

/** The condition of a rule: `applies`, `skipped`, or the reasons nobody can say whether it applies. */
function applicability(
  bench: Bench,
  rule: PackCheck | PackReview,
): {
  readonly skipped: NotApplicable | null;
  readonly missing: readonly Localized[];
  readonly names: readonly string[];
} {
  if (rule.appliesWhen === null) return { skipped: null, missing: [], names: [] };
  const { comparison, missing } = bench.compared(rule.appliesWhen);
  const names = rule.appliesWhen.formula.names;
  if (comparison.holds === false) {
    const skipped = { checkId: rule.id, title: rule.title, condition: comparison, source: sourceShown(rule) };
    return { skipped, missing, names };
  }
  return { skipped: null, missing, names };
}

const VERDICT_OF_A_MISS = { refuse: 'fail', warn: 'fail', person: 'person' } as const;

function judgeCheck(bench: Bench, check: PackCheck): Judged {
  bench.log?.read(check.path);
  const applies = applicability(bench, check);
  if (applies.skipped !== null) return { skipped: applies.skipped };
  const { comparison, missing } = bench.compared(check);
  const readings = check.readings.map((reading) => ({ ...bench.compared(reading).comparison, title: reading.title }));
  const reasons = [...applies.missing, ...missing].filter(
    (reason, i, all) => all.findIndex((other) => other.en === reason.en) === i,
  );
  const verdict: Verdict =
    reasons.length > 0 || comparison.holds === null
      ? 'person'
      : comparison.holds
        ? 'pass'
        : VERDICT_OF_A_MISS[check.effect];
  const names = [
    ...check.formula.names,
    ...check.readings.flatMap((reading) => reading.formula.names),
    ...applies.names,
  ];
  return {
    finding: {
      checkId: check.id,
      kind: 'check',
      title: check.title,
      verdict,
      effect: check.effect,
      exceptionAllowed: check.exceptionAllowed,
      comparison,
      readings,
      figures: bench.shown([...names, ...check.shows]),
      missing: reasons,
      ...bench.places(check.pointsTo ?? check.formula.names),
      lookAt: null,
      documents: [],
      remedy: check.remedy,
      source: sourceShown(check),
    },
  };
}

function judgeReview(bench: Bench, review: PackReview): Judged {
  bench.log?.read(review.path);
  const applies = applicability(bench, review);
  if (applies.skipped !== null) return { skipped: applies.skipped };
  return {
    finding: {
      checkId: review.id,
      kind: 'review',
      title: review.title,
      verdict: 'person',
      effect: 'person',
      exceptionAllowed: false,
      comparison: null,
      readings: [],
      figures: bench.shown(review.figures),
      missing: applies.missing,
      ...bench.places(review.figures),
      lookAt: review.lookAt,
      documents: review.documents,
      remedy: review.lookAt,
      source: sourceShown(review),
    },
  };
}

/**
 * Judges one run under one pack. Every rule of the pack gives one finding, or stands under `notApplicable`; a figure
 * that is unknown, a divisor of zero and a threshold the pack leaves open give "person" with the reasons, never a guess.
 * The result holds no time and depends on nothing but its arguments, so a replay gives the same bytes.
 */
export function judge(pack: Pack, figures: FigureSet, run: RunFacts, options: JudgeOptions): Findings {
  const bench = benchOf(pack, figures, options.log);
  const stamp = {
    packId: pack.id,
    packVersion: pack.version,
    packHash: packHash(pack, options.sha256),
    inputHash: run.inputHash,
  };
  const findings: Finding[] = [];
  const notApplicable: NotApplicable[] = [];
  const take = (judged: Judged): void => {
    if ('finding' in judged) findings.push({ ...judged.finding, ...stamp });
    else notApplicable.push(judged.skipped);
  };
  for (const check of pack.checks) take(judgeCheck(bench, check));
  for (const review of pack.reviews) take(judgeReview(bench, review));
  const about = pack.about.map((fact) => {
    options.log?.read(fact.path);
    return { id: fact.id, title: fact.title, value: fact.value, source: sourceShown(fact) };
  });
  const count = (verdict: Verdict): number => findings.filter((finding) => finding.verdict === verdict).length;
  return {
    format: 'tianchou.findings/1',
    ...stamp,
    packTitle: pack.title,
    locality: pack.locality,
    about,
    run,
    counts: { pass: count('pass'), fail: count('fail'), person: count('person'), notApplicable: notApplicable.length },
    findings,
    notApplicable,
  };
}
