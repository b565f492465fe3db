import { localized } from '../../kernel/index.ts';
import type { Localized, Problem } from '../../kernel/index.ts';
import type { CoverageRegion } from '../../geometry/index.ts';
import type { QualityContext, QualityRule } from './rule.ts';

/** A problem of one feature, with its id and place filled in. */
export function featureProblem(
  context: QualityContext,
  rule: Pick<QualityRule, 'id' | 'severity'>,
  feature: number,
  details: {
    readonly field?: string;
    readonly message: Localized;
    readonly remedy: Localized;
    readonly at?: readonly [number, number];
  },
): Problem {
  const at = details.at ?? context.placeOf(feature);
  return {
    rule: rule.id,
    severity: rule.severity,
    featureNo: context.layer.featureNos[feature]!,
    id: context.idOf(feature),
    ...(details.field === undefined ? {} : { field: details.field }),
    message: details.message,
    remedy: details.remedy,
    ...(at === undefined ? {} : { at }),
  };
}

/** `（空）` or the value itself, for messages. */
export function shown(text: string): Localized {
  return text === '' ? localized('（空）', '(empty)') : localized(`“${text}”`, `“${text}”`);
}

/** Features at which a place that concerns several is reported; a large gap has thousands of neighbours. */
const FEATURES_PER_REGION = 8;

/**
 * The problems of a place that concerns several features: one at each of those that bound it (the first few), so that
 * every row in question carries the remark; one without a feature where none bounds it.
 */
export function regionProblems(
  context: QualityContext,
  rule: Pick<QualityRule, 'id' | 'severity'>,
  region: CoverageRegion,
  details: { readonly message: Localized; readonly remedy: Localized },
): Problem[] {
  const at = context.fromPlane(region.at[0], region.at[1]);
  if (region.features.length > 0) {
    return region.features
      .slice(0, FEATURES_PER_REGION)
      .map((f) => featureProblem(context, rule, f, { ...details, at }));
  }
  return [{ rule: rule.id, severity: rule.severity, featureNo: null, id: null, ...details, at }];
}
