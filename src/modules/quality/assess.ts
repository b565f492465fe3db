import { Cancelled } from '../../geometry/index.ts';
import { localized } from '../../kernel/index.ts';
import type { Localized, Problem, Severity } from '../../kernel/index.ts';
import { qualityContext } from './context.ts';
import type { WorkHooks } from './context.ts';
import type { Need, QualityContext, QualityInput, QualityRule } from './rule.ts';
import { QUALITY_RULES } from './rules/index.ts';

/** What became of one rule. */
export interface RuleOutcome {
  readonly rule: string;
  readonly title: Localized;
  readonly severity: Severity;
  readonly citation: Localized;
  readonly confidence: 'verified' | 'unverified';
  /** `notChecked`: something the rule needs is missing. It has not been passed. `doesNotApply`: no survey parcels. */
  readonly state: 'checked' | 'notChecked' | 'doesNotApply';
  /** Why it was not checked. */
  readonly missing: readonly Localized[];
  /** How many problems it found; more than are kept where there are very many. */
  readonly count: number;
  readonly kept: number;
}

export interface QualityReport {
  readonly features: number;
  /** Every rule in the order of QUALITY_RULES, those without a problem too. */
  readonly rules: readonly RuleOutcome[];
  /** In the order of the rules, then of what they looked at. */
  readonly problems: readonly Problem[];
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  /** True where the caller stopped the run: the rules after the last one listed did not run. */
  readonly cancelled: boolean;
}

export interface AssessOptions extends WorkHooks {
  /** Problems kept of one rule; all are counted. Default 20,000. */
  readonly keepPerRule?: number;
  /** Rules to run; default all. */
  readonly rules?: readonly QualityRule[];
}

const NEEDS: Readonly<Record<Need, Localized>> = {
  countyCode: localized('未指定县级行政区代码', 'county code not given'),
  villageCodes: localized('未提供村级调查区图层', 'village layer not given'),
  boundary: localized('未提供行政界线', 'boundary not given'),
};

/**
 * Runs every quality rule on a layer whose columns carry the survey's field names. The report is the same for the same
 * input, problem by problem. Features with broken rings are reported and left out of areas and topology.
 */
export function assess(input: QualityInput, options: AssessOptions = {}): QualityReport {
  const rules = options.rules ?? QUALITY_RULES;
  const keepPerRule = options.keepPerRule ?? 20_000;
  const isCancelled = (): boolean => options.isCancelled?.() === true;
  let done = 0;
  const context = qualityContext(input, {
    isCancelled,
    onProgress: (fraction) => options.onProgress?.((done + Math.min(1, fraction)) / rules.length),
  });
  const outcomes: RuleOutcome[] = [];
  const problems: Problem[] = [];
  let cancelled = false;
  for (const rule of rules) {
    if (isCancelled()) {
      cancelled = true;
      break;
    }
    const missing = missingFor(rule, context);
    const applies = rule.appliesTo === 'any' || context.role === 'parcels';
    let count = 0;
    const before = problems.length;
    if (applies && missing.length === 0) {
      try {
        for (const problem of rule.check(context)) {
          count++;
          if (count <= keepPerRule) problems.push(problem);
          if ((count & 4095) === 0 && isCancelled()) throw new Cancelled('cancelled');
        }
      } catch (reason) {
        if (!(reason instanceof Cancelled)) throw reason;
        cancelled = true;
      }
    }
    // A rule that was stopped half way has no outcome to speak of.
    if (cancelled || isCancelled()) {
      cancelled = true;
      problems.length = before;
      break;
    }
    outcomes.push({
      rule: rule.id,
      title: rule.title,
      severity: rule.severity,
      citation: rule.citation,
      confidence: rule.confidence,
      state: !applies ? 'doesNotApply' : missing.length > 0 ? 'notChecked' : 'checked',
      missing: applies ? missing : [],
      count,
      kept: problems.length - before,
    });
    done++;
    options.onProgress?.(done / rules.length);
  }
  const sum = (severity: Severity): number =>
    outcomes.reduce((total, outcome) => total + (outcome.severity === severity ? outcome.count : 0), 0);
  return {
    features: context.features,
    rules: outcomes,
    problems,
    errors: sum('error'),
    warnings: sum('warning'),
    notes: sum('note'),
    cancelled,
  };
}

function missingFor(rule: QualityRule, context: QualityContext): Localized[] {
  const missing = rule.fields
    .filter((field) => !context.hasColumn(field))
    .map((field) => localized(`缺少字段 ${field}`, `field ${field} is missing`));
  const has: Readonly<Record<Need, boolean>> = {
    countyCode: context.countyCode !== undefined,
    villageCodes: context.villageCodes !== undefined,
    boundary: context.hasBoundary,
  };
  for (const need of rule.needs ?? []) if (!has[need]) missing.push(NEEDS[need]);
  return missing;
}
