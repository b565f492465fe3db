/** Projects and their plans: words and pure rules. */
export * from './views.ts';
export { planOfLayers, type Plan, type PlanLayers } from './plan.ts';
export { summarisePlan, type PlanSummary } from './plan-summary.ts';
export { planOfSource, type PlanSource, type ReadPlan } from './plan-source.ts';
export { PLAN_FIELDS, PLAN_LAYERS, type PlanField, type PlanLayerName } from './plan-fields.ts';
export { cellView, parcelInRun } from './run-views.ts';
export type { RunLayer, RunOutcome, RunTask } from './run-task.ts';
