/** Quality of a polygon layer: rules, one a file, and the report of a run. */
export { assess, type AssessOptions, type QualityReport, type RuleOutcome } from './assess.ts';
export { DEFAULT_MINIMUM_AREAS, minimumAreaGroupOf, type MinimumArea, type MinimumAreaGroup } from './minimum-areas.ts';
export type { Need, QualityContext, QualityInput, QualityRule } from './rule.ts';
export { areaToleranceDm2 } from './rules/official-area.ts';
export { QUALITY_RULES } from './rules/index.ts';
export * from './views.ts';
