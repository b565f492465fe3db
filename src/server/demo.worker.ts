import { DEMO_ZONE_ROLES, generateDemoCounty } from '../demo/index.ts';
import type { FeatureBatch } from '../kernel/index.ts';
import { answerInWorker } from '../platform/jobs/answer-in-worker.ts';
import type { DemoData, DemoRequest } from './demo-data.ts';

// Generating takes seconds of pure computing: in a thread of its own the server answers meanwhile.
answerInWorker<DemoRequest, DemoData>((request) => {
  const county = generateDemoCounty(request);
  const layers: DemoData['layers'] = [
    { role: 'parcels', batches: [...county.parcels()] },
    ...DEMO_ZONE_ROLES.map((role) => ({ role, batches: [...county.zone(role)] })),
  ];
  const { countyCode, countyName, asOf, divisions, plan, projectName } = county;
  return {
    value: { countyCode, countyName, asOf, divisions, layers, plan, projectName },
    transfer: layers.flatMap((layer) => layer.batches.map(coordsOf)),
  };
});

function coordsOf(batch: FeatureBatch): ArrayBuffer {
  return batch.coords.buffer as ArrayBuffer;
}
