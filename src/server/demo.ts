import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { runZoneOf } from '../geometry/index.ts';
import { assert, joinBatches, localized } from '../kernel/index.ts';
import type { ActorContext } from '../modules/access/index.ts';
import { recordEvent } from '../modules/audit/server.ts';
import { hasDemoDivision, insertDivisions } from '../modules/access/server.ts';
import { currentLayerVersion, saveLayerVersion } from '../modules/parcels/server.ts';
import { type JobRun, runInWorker } from '../platform/jobs/index.ts';
import { createProject, listProjects, writePlan } from '../modules/projects/server.ts';
import type { Services } from '../platform/services.ts';
import type { DemoData, DemoRequest } from './demo-data.ts';

const MAX_PLAN_BYTES = 64 * 1024 ** 2;
export const DEMO_JOB = 'demo.load';
export const DEMO_COUNTY_REQUEST: DemoRequest = { parcels: 20_000, seed: 20_260_101 };

/** The demo county of a first start. */
export interface Demo {
  /** How far loading is, 0 … 1, or null where nothing is being loaded. */
  loading(): Promise<number | null>;
  /** Queues the loading where the database holds no data yet; the job's id, or null. */
  ensure(context: ActorContext, request?: DemoRequest): Promise<string | null>;
}

/** Registers the job that loads the demo county. Call `ensure` after the jobs have started. */
export function registerDemo(services: Services): Demo {
  const { db, jobs } = services;

  jobs.register<{ parcels: number; seed: number }>({
    kind: DEMO_JOB,
    // Layers already there are left, so it can be run again.
    afterCrash: 'resume',
    run: async (job) => {
      await load(services, job);
      return undefined;
    },
  });

  return {
    async loading() {
      return (await jobs.active(DEMO_JOB))[0]?.view.progress ?? null;
    },
    async ensure(context, request = DEMO_COUNTY_REQUEST) {
      if (db.engine !== 'embedded') return null;
      const [active] = await jobs.active(DEMO_JOB);
      if (active !== undefined) return active.view.jobId;
      if (await hasDemoDivision(db)) return null;
      return db.transaction((tx) => jobs.enqueue(tx, context, { kind: DEMO_JOB, input: { ...request } }));
    },
  };
}

async function load(services: Services, job: JobRun<DemoRequest>): Promise<void> {
  const background = services.db.background;
  job.progress(0.02, localized('生成示范县', 'generating the demo county'));
  const data = await runInWorker<DemoRequest, DemoData>('server/demo.worker', { ...job.input }, { signal: job.signal });
  job.progress(0.2, localized('写入行政区划', 'writing divisions'));
  const context: ActorContext = { ...job.actor, divisionCode: data.countyCode };
  await background.transaction(async (tx) => {
    await job.stillMine(tx);
    await insertDivisions(
      tx,
      data.divisions.map(({ code, name, parentCode }) => ({
        code,
        nameZh: name,
        nameEn: englishName(code, name),
        parentCode,
        demo: true,
      })),
    );
    await recordEvent(tx, context, {
      operation: 'demo.load',
      objectKind: 'division',
      objectId: data.countyCode,
      countyCode: data.countyCode,
    });
  });
  const sourceHash = createHash('sha256').update(`demo:${job.input.parcels}:${job.input.seed}`).digest('hex');
  const total = data.layers.reduce((sum, layer) => sum + layer.batches.length, 0);
  let done = 0;
  for (const { role, batches } of data.layers) {
    job.throwIfCancelled();
    if ((await currentLayerVersion(background, context, data.countyCode, role)) !== undefined) {
      done += batches.length;
      continue;
    }
    await saveLayerVersion(
      background,
      context,
      {
        countyCode: data.countyCode,
        role,
        asOf: data.asOf,
        sourceName: `demo ${role}`,
        sourceHash,
        epsg: 4490,
        zone: runZoneOf(joinBatches(batches, 4490)),
      },
      batches,
      {
        signal: job.signal,
        onProgress: () => job.progress(0.25 + (0.75 * ++done) / total, localized('写入图层', 'writing layers')),
        finish: (tx) => job.stillMine(tx),
      },
    );
  }
  await addProject(services, context, data);
}

/** The plan becomes a project through the same door as anybody's: as a file. */
async function addProject(services: Services, context: ActorContext, data: DemoData): Promise<void> {
  if ((await listProjects(services.db, data.countyCode)).length > 0) return;
  const folder = await services.files.temporaryFolder();
  try {
    const path = join(folder.path, 'plan.gpkg');
    await writePlan(path, data.plan);
    const kept = await services.files.receive(createReadStream(path), MAX_PLAN_BYTES);
    const created = await createProject(services, context, {
      path: kept.path,
      hash: kept.hash,
      keep: async () => kept,
      fileName: 'plan.gpkg',
      crs: null,
      countyCode: data.countyCode,
    });
    assert(created.ok, `the plan of the demo is refused: ${created.ok ? '' : created.error[0]?.message.en}`);
  } finally {
    await folder.remove();
  }
}

function englishName(code: string, name: string): string {
  return code.length === 6
    ? 'Tianchou demo county'
    : code.length === 9
      ? `Township ${code.slice(6)} (${name})`
      : `Village ${code.slice(9)} (${name})`;
}
