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

/** A problem of a place rather than of one feature; the first bounding feature's id is named for people. */
export function regionProblem(
  context: QualityContext,
  rule: Pick<QualityRule, 'id' | 'severity'>,
  region: CoverageRegion,
  details: { readonly message: Localized; readonly remedy: Localized },
): Problem {
  const first = region.features[0];
  return {
    rule: rule.id,
    severity: rule.severity,
    featureNo: first === undefined ? null : context.layer.featureNos[first]!,
    id: first === undefined ? null : context.idOf(first),
    message: details.message,
    remedy: details.remedy,
    at: context.fromPlane(region.at[0], region.at[1]),
  };
}
