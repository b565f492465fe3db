import type { Refusal } from '../../kernel/index.ts';
import { findDefects, isBlockingDefect } from '../../geometry/index.ts';
import { answerInWorker } from '../../platform/jobs/answer-in-worker.ts';
import { summarisePlan, type PlanSummary } from './plan-summary.ts';
import { readPlan } from './plan.reader.ts';

export interface ReadPlanTask {
  readonly path: string;
  readonly crs: number | null;
}

export type ReadPlanOutcome =
  | { readonly ok: true; readonly summary: PlanSummary }
  | { readonly ok: false; readonly refusals: readonly Refusal[] };

answerInWorker<ReadPlanTask, ReadPlanOutcome>(async ({ path, crs }) => {
  const read = await readPlan(path, crs === null ? {} : { crs });
  if (!read.ok) return { value: { ok: false, refusals: read.error }, transfer: [] };
  const broken = findDefects(read.value.plan.boundary).some((defect) => isBlockingDefect(defect));
  return { value: { ok: true, summary: summarisePlan(read.value, broken) }, transfer: [] };
});
