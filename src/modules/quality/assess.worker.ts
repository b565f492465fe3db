import { joinBatches, type FeatureBatch, type LayerRole } from '../../kernel/index.ts';
import { installKernel } from '../../platform/compiled-kernel/install.ts';
import { answerInWorker } from '../../platform/jobs/answer-in-worker.ts';
import { decodeBatch, type EncodedBatch } from '../parcels/index.ts';
import { assess, type QualityReport } from './assess.ts';

/** A layer as stored: the thread decodes it, so that the server never holds its objects. */
export interface EncodedLayer {
  readonly epsg: number;
  readonly batches: EncodedBatch[];
}

export interface AssessTask {
  readonly layer: EncodedLayer;
  readonly role: LayerRole;
  readonly countyCode: string;
  readonly villages: EncodedLayer | null;
}

installKernel();
answerInWorker<AssessTask, QualityReport, number>((task, say) => {
  /** Batch by batch, each let go once it is decoded: a county is not held three times over. */
  const decoded = ({ batches, epsg }: EncodedLayer) => {
    batches.reverse();
    const parts: FeatureBatch[] = [];
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) parts.push(decodeBatch(batch));
    return joinBatches(parts, epsg);
  };
  const layer = decoded(task.layer);
  const villages = task.villages === null ? undefined : decoded(task.villages);
  const codes = villages?.columns
    .find((column) => column.name === 'ZLDWDM')
    ?.values.map((value) => String(value ?? '').slice(0, 12));
  const report = assess(
    {
      layer,
      role: task.role,
      countyCode: task.countyCode,
      ...(villages === undefined || task.role !== 'parcels' ? {} : { boundary: villages }),
      ...(codes === undefined || task.role !== 'parcels' ? {} : { villageCodes: codes }),
    },
    { onProgress: (fraction) => say(fraction) },
  );
  return { value: report, transfer: [] };
});
