import { assert, localized } from '../../kernel/index.ts';
import { inOwnMemory, runInWorker } from '../../platform/jobs/index.ts';
import type { Queryable } from '../../platform/db/index.ts';
import type { Services } from '../../platform/services.ts';
import { hashOfContent, recordEvent } from '../audit/server.ts';
import type { EncodedBatch } from '../parcels/index.ts';
import { currentLayerVersion, findLayerVersion, readEncodedBatches } from '../parcels/server.ts';
import type { LayerVersionView } from '../parcels/index.ts';
import type { QualityReport } from './assess.ts';
import type { AssessTask, EncodedLayer } from './assess.worker.ts';
import { QUALITY_JOB } from './operations.ts';
import { deleteOlderProblems, replaceReport, writeProblems } from './store.ts';

async function encodedLayer(db: Queryable, version: LayerVersionView): Promise<EncodedLayer> {
  const batches: EncodedBatch[] = [];
  for await (const { payload, columns } of readEncodedBatches(db, version)) {
    batches.push({ payload: inOwnMemory(payload), columns });
  }
  return { epsg: version.epsg, batches };
}

/** The memory of a layer, to hand it over to the thread instead of copying it: a county is 200 MB. */
function memoryOf(layer: EncodedLayer | null): ArrayBuffer[] {
  return layer === null ? [] : layer.batches.map(({ payload }) => payload.buffer as ArrayBuffer);
}

/** Registers the quality run: the rules work in a thread of their own, the report replaces the one before. */
export function registerQualityJobs(services: Services): void {
  services.jobs.register<{ layerVersionId: string }>({
    kind: QUALITY_JOB,
    afterCrash: 'resume',
    run: async (job) => {
      const db = services.db.background;
      const found = await findLayerVersion(db, job.actor, job.input.layerVersionId);
      assert(found.ok, 'a layer version is never deleted');
      const version = found.value;
      job.progress(0.01, localized('读取图层', 'reading the layer'));
      const layer = await encodedLayer(db, version);
      const villageVersion = await currentLayerVersion(db, job.actor, version.countyCode, 'village');
      const villages = villageVersion === undefined ? null : await encodedLayer(db, villageVersion);
      job.throwIfCancelled();
      const report = await runInWorker<AssessTask, QualityReport, number>(
        'modules/quality/assess.worker',
        { layer, role: version.role, countyCode: version.countyCode, villages },
        {
          signal: job.signal,
          onMessage: (fraction) =>
            job.progress(0.1 + 0.85 * fraction, localized('逐条规则检查', 'checking rule by rule')),
        },
        [...memoryOf(layer), ...memoryOf(villages)],
      );
      job.progress(0.95, localized('保存质检报告', 'saving the report'));
      const reportNo = await writeProblems(db, version, report.problems, job.stillMine);
      const result = { errors: report.errors, warnings: report.warnings };
      await db.transaction(async (tx) => {
        await job.complete(tx, result);
        await replaceReport(tx, version, report, reportNo, job.actor.clock.now());
        await recordEvent(tx, job.actor, {
          operation: 'quality.report',
          objectKind: 'layerVersion',
          objectId: version.layerVersionId,
          countyCode: version.countyCode,
          afterHash: hashOfContent({
            ...result,
            rules: report.rules.map(({ rule, count, state }) => ({ rule, count, state })),
          }),
          detail: result,
        });
      });
      await deleteOlderProblems(db, version);
      return result;
    },
  });
}
