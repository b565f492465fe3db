import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, joinBatches, LANGUAGES, type PolygonLayer } from '../kernel/index.ts';
import { packOfStoredText } from '../modules/compliance/server.ts';
import { computeRun, RUN_FILES, writeRunFiles } from '../modules/documents/server.ts';
import { decodeBatch } from '../modules/parcels/index.ts';
import type { RunLayer, RunOutcome, RunTask } from '../modules/projects/index.ts';
import { readPlan } from '../modules/projects/server.ts';
import { installKernel } from '../platform/compiled-kernel/install.ts';
import { answerInWorker } from '../platform/jobs/answer-in-worker.ts';

function layerOf({ batches, epsg }: RunLayer): PolygonLayer {
  return joinBatches(
    batches.map((batch) => ({ ...decodeBatch(batch), problems: [] })),
    epsg,
  );
}

/** `report.docx` in English is `report.en.docx`; the JSON files are the same in both languages. */
function nameIn(language: 'zh' | 'en', name: string): string {
  return language === 'zh' || name.endsWith('.json') ? name : name.replace('.', '.en.');
}

installKernel();
// A run in a thread of its own, so that requests are answered while a county is overlaid.
answerInWorker<RunTask, RunOutcome, number>(async (task, say) => {
  const refused = (refusals: Extract<RunOutcome, { ok: false }>['refusals']) => ({
    value: { ok: false as const, refusals },
    transfer: [],
  });
  const pack = packOfStoredText(task.pack.hash, task.pack.text);
  if (!pack.ok) return refused(pack.error);
  const plan = await readPlan(task.plan.path);
  if (!plan.ok) return refused(plan.error);
  const parcels = task.layers.find((layer) => layer.role === 'parcels');
  assert(parcels !== undefined, 'a run without parcels');
  const run = computeRun(
    {
      parcels: { sha256: parcels.sourceHash, asOf: parcels.asOf, layer: layerOf(parcels) },
      zones: task.layers.flatMap((layer) => {
        const { role } = layer;
        return role === 'parcels' || role === 'project'
          ? []
          : [{ role, name: role, sha256: layer.sourceHash, asOf: layer.asOf, layer: layerOf(layer) }];
      }),
      plan: { sha256: task.plan.hash, plan: plan.value.plan, problems: plan.value.problems },
      pack: pack.value,
    },
    { onProgress: (fraction) => say(0.85 * fraction) },
  );
  if (!run.ok) return refused(run.error);
  const files: string[] = [];
  for (const language of LANGUAGES) {
    const folder = join(task.folder, language);
    await mkdir(folder);
    await writeRunFiles(folder, run.value, language);
    for (const name of RUN_FILES) {
      const kept = nameIn(language, name);
      await rename(join(folder, name), join(task.folder, kept));
      if (!files.includes(kept)) files.push(kept);
    }
    say(language === 'zh' ? 0.93 : 1);
  }
  return { value: { ok: true, inputHash: run.value.inputHash, files }, transfer: [] };
});
