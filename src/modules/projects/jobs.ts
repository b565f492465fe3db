import { createReadStream } from 'node:fs';
import { copyFile, link } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, localized } from '../../kernel/index.ts';
import { inOwnMemory, JobRefused, runInWorker } from '../../platform/jobs/index.ts';
import type { Services } from '../../platform/services.ts';
import { recordEvent } from '../audit/server.ts';
import type { EncodedBatch } from '../parcels/index.ts';
import { findLayerVersion, readEncodedBatches } from '../parcels/server.ts';
import { projectOf, RUN_JOB } from './operations.ts';
import type { RunLayer, RunOutcome, RunTask, RunWorker } from './run-task.ts';
import { changeRun, findRun, readPlanFileName, readStoredPack } from './store.ts';

const MAX_RESULT_BYTES = 1024 ** 3;

/** Registers the run of a project: layers are read from the database, a thread of its own computes, the files are kept by hash. */
export function registerProjectJobs(services: Services, worker: RunWorker): void {
  services.jobs.register<{ runId: string }>({
    kind: RUN_JOB,
    afterCrash: 'resume',
    run: async (job) => {
      const db = services.db.background;
      const run = await findRun(db, job.input.runId);
      assert(run !== undefined, 'a run without a row');
      if (run.state === 'done') return undefined;
      // An attempt before this one failed, and only the end of its job was not written down.
      const [refusal] = run.refusals;
      if (run.state === 'failed' && refusal !== undefined) throw new JobRefused(refusal);
      await db.transaction(async (tx) => {
        await job.stillMine(tx);
        assert(await changeRun(tx, run, { state: 'running' }), 'a run is over while its job is not');
      });
      const project = await projectOf(db, job.actor, run.projectId);
      assert(project.ok, 'a run without its project');
      const packText = await readStoredPack(db, run.packHash);
      assert(packText !== undefined, 'a run without its pack');
      const plan = await services.files.find(project.value.planHash);
      assert(plan !== undefined, 'the plan of a project is gone');
      const folder = await services.files.temporaryFolder();
      try {
        const layers: RunLayer[] = [];
        for (const [i, { layerVersionId }] of run.inputs.entries()) {
          job.throwIfCancelled();
          job.progress((0.15 * i) / run.inputs.length, localized('读取图层', 'reading layers'));
          const found = await findLayerVersion(db, job.actor, layerVersionId);
          assert(found.ok, 'a layer version a run used is never deleted');
          const { role, sourceName, sourceHash, asOf, epsg } = found.value;
          const batches: EncodedBatch[] = [];
          for await (const { payload, columns } of readEncodedBatches(db, found.value))
            batches.push({ payload: inOwnMemory(payload), columns });
          layers.push({ role, layerVersionId, sourceName, sourceHash, asOf, epsg, batches });
        }
        const path = join(folder.path, await readPlanFileName(db, project.value));
        await link(plan.path, path).catch(() => copyFile(plan.path, path));
        const outcome = await runInWorker<RunTask, RunOutcome, number>(
          worker.name,
          {
            layers,
            plan: { path, hash: plan.hash },
            pack: { hash: run.packHash, text: packText },
            folder: folder.path,
          },
          {
            signal: job.signal,
            onMessage: (fraction) =>
              job.progress(0.15 + 0.8 * fraction, localized('套合、平衡、审查', 'overlay, balance, findings')),
          },
          // Handed over, not copied: the layers of a county are hundreds of megabytes.
          layers.flatMap(({ batches }) => batches.map(({ payload }) => payload.buffer as ArrayBuffer)),
        );
        if (!outcome.ok) {
          const [first] = outcome.refusals;
          await db.transaction(async (tx) => {
            await job.stillMine(tx);
            await changeRun(tx, run, { state: 'running', refusals: outcome.refusals });
          });
          throw new JobRefused(first!);
        }
        const files: Record<string, string> = {};
        for (const name of outcome.files) {
          files[name] = (
            await services.files.receive(createReadStream(join(folder.path, name)), MAX_RESULT_BYTES)
          ).hash;
        }
        await db.transaction(async (tx) => {
          await job.complete(tx);
          const done = await changeRun(tx, run, { state: 'done', inputHash: outcome.inputHash, files });
          assert(done, 'a run is over while its job is not');
          await recordEvent(tx, job.actor, {
            operation: 'projects.finishRun',
            objectKind: 'run',
            objectId: run.runId,
            countyCode: run.countyCode,
            afterHash: files['findings.json'] ?? null,
            detail: { files, about: [run.projectId] },
          });
        });
        return undefined;
      } finally {
        await folder.remove();
      }
    },
    abandoned: async ({ input, state, stillMine }) => {
      const run = await findRun(services.db, input.runId);
      if (run === undefined) return;
      await services.db.transaction(async (tx) => {
        await stillMine(tx);
        await changeRun(tx, run, { state });
      });
    },
  });
}
