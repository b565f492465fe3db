import type { DefectRule } from '../../../geometry/index.ts';
import { DEFECT_RULES } from '../../../geometry/index.ts';
import type { Problem } from '../../../kernel/index.ts';
import { featureProblem } from '../problems.ts';
import type { QualityContext, QualityRule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

/** Rings and their fit: one rule for each defect the geometry core knows. The search runs once for all of them. */
export const geometryDefectRules: readonly QualityRule[] = DEFECT_RULES.map(ruleOf);

function ruleOf(defect: DefectRule): QualityRule {
  const rule: QualityRule = {
    id: defect.id,
    severity: defect.severity,
    title: defect.title,
    citation: SOURCES.simpleFeatures,
    confidence: 'verified',
    fields: [],
    appliesTo: 'any',
    *check(context: QualityContext): Iterable<Problem> {
      for (const found of context.defects()) {
        if (found.rule !== defect.id) continue;
        yield featureProblem(context, rule, found.feature, {
          message: found.message,
          remedy: defect.remedy,
          at: found.at,
        });
      }
    },
  };
  return rule;
}
