import type { FeatureBatch, Problem, Refusal, Severity } from '../../kernel/index.ts';
import { answerInWorker } from '../../platform/jobs/answer-in-worker.ts';
import { RefusalError, type ReadOptions, type SourceField } from './format.ts';
import { openSource } from './open-source.server.ts';
import { geometryProblems } from './staging.ts';
import type { CrsEvidence, EncodingEvidence } from './views.ts';

/** What the reading thread is given. `acknowledged` counts the batches the other side has stored: it never runs far ahead. */
export interface ReadImportTask {
  readonly path: string;
  readonly options: ReadOptions;
  readonly acknowledged: SharedArrayBuffer;
}

export interface ReadImportHead {
  readonly format: string;
  readonly layerName: string;
  readonly fields: readonly SourceField[];
  readonly featureCount: number | null;
  readonly encoding: EncodingEvidence | null;
  readonly crs: CrsEvidence;
  readonly problems: readonly Problem[];
}

export type ReadImportMessage =
  | { readonly kind: 'head'; readonly head: ReadImportHead }
  | { readonly kind: 'batch'; readonly batch: FeatureBatch };

export type ReadImportOutcome = { readonly refusals: readonly Refusal[] };

/** Batches on their way at once: enough to keep both sides busy, little memory. */
const BATCHES_AHEAD = 4;
/** Problems of one rule kept for one batch and severity; a file wrong in every row needs no million sentences. */
const PROBLEMS_PER_RULE: Readonly<Record<Severity, number>> = { error: 50_000, warning: 5_000, note: 500 };

answerInWorker<ReadImportTask, ReadImportOutcome, ReadImportMessage>(async (task, say) => {
  const opened = await openSource(task.path, task.options);
  if (!opened.ok) return { value: { refusals: opened.error }, transfer: [] };
  const source = opened.value;
  const stored = new Int32Array(task.acknowledged);
  try {
    const { format, layerName, fields, featureCount, encoding, crs, problems } = source;
    say({ kind: 'head', head: { format, layerName, fields, featureCount, encoding, crs, problems } });
    let sent = 0;
    for await (const batch of source.batches()) {
      for (let done = Atomics.load(stored, 0); sent - done >= BATCHES_AHEAD; done = Atomics.load(stored, 0))
        Atomics.wait(stored, 0, done, 1_000);
      const shapes = geometryProblems(batch, crs.epsg, () => null);
      say({ kind: 'batch', batch: { ...batch, problems: limited([...batch.problems, ...shapes]) } });
      sent++;
    }
    return { value: { refusals: [] }, transfer: [] };
  } catch (error) {
    if (error instanceof RefusalError) return { value: { refusals: error.refusals }, transfer: [] };
    throw error;
  } finally {
    await source.close();
  }
});

function limited(problems: readonly Problem[]): Problem[] {
  const counts = new Map<string, number>();
  return problems.filter((problem) => {
    const count = (counts.get(problem.rule) ?? 0) + 1;
    counts.set(problem.rule, count);
    return count <= PROBLEMS_PER_RULE[problem.severity];
  });
}
