import { link, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, localized, type FeatureBatch, type Problem, type Refusal } from '../../kernel/index.ts';
import { crsOf, lonLatBoxOf, lonLatOf, runZone, zone3OfLongitude, type RunZone } from '../../geometry/index.ts';
import { runInWorker, type JobHandler, type JobRun } from '../../platform/jobs/index.ts';
import type { Services } from '../../platform/services.ts';
import { saveLayerVersion } from '../parcels/server.ts';
import { checkMapping, mapFields } from './field-mapping.ts';
import { CHECK_JOB, COMMIT_JOB, fieldsKeyOf, READ_JOB } from './operations.ts';
import type { ReadImportHead, ReadImportMessage, ReadImportOutcome, ReadImportTask } from './read-import.worker.ts';
import { checkBatch, problemGroups, repeatedIdentifiers, withoutFeatures } from './staging.ts';
import {
  changeImport,
  deleteProblems,
  deleteStaged,
  findImport,
  insertProblems,
  insertStagedBatch,
  readStagedBatches,
  recallMapping,
  setStagedBad,
  type ImportFacts,
  type StoredImport,
} from './store.ts';
import type { FieldMapping } from './views.ts';

type ImportInput = { importId: string };
type Box = [number, number, number, number];

/** Problems of one rule kept row by row; their number is always exact. */
const KEPT_PROBLEMS_PER_RULE = 50_000;
const WORKER_MEGABYTES = 700;

async function importAtWork(services: Services, importId: string): Promise<StoredImport> {
  const stored = await findImport(services.db, importId);
  assert(stored !== undefined, 'an import without a row');
  return stored;
}

/** Counts, keeps and numbers problems while batches pass. */
function problemKeeper(services: Services, stored: StoredImport) {
  const groups = problemGroups();
  const kept = new Map<string, number>();
  let sequence = 0;
  return {
    groups,
    async keep(problems: readonly Problem[]): Promise<void> {
      const chosen = problems.filter((problem) => {
        groups.add(problem);
        const count = (kept.get(problem.rule) ?? 0) + 1;
        kept.set(problem.rule, count);
        return count <= KEPT_PROBLEMS_PER_RULE;
      });
      await services.db.background.transaction((tx) => insertProblems(tx, stored, sequence, chosen));
      sequence += chosen.length;
    },
  };
}

function extended(box: Box | null, batch: FeatureBatch, epsg: number): Box | null {
  const next = lonLatBoxOf({ coords: batch.coords, epsg });
  if (next === undefined) return box;
  if (box === null) return [...next];
  return [Math.min(box[0], next[0]), Math.min(box[1], next[1]), Math.max(box[2], next[2]), Math.max(box[3], next[3])];
}

/** Reads the file in a thread of its own and stages it batch by batch. */
async function read(services: Services, job: JobRun<ImportInput>): Promise<void> {
  const stored = await importAtWork(services, job.input.importId);
  const db = services.db.background;
  await db.transaction(async (tx) => {
    // What an earlier attempt left.
    await deleteStaged(tx, stored);
    await deleteProblems(tx, stored);
  });
  const file = await services.files.find(stored.fileHash);
  assert(file !== undefined, 'the delivered file is gone');
  const folder = await services.files.temporaryFolder();
  try {
    // Readers tell kinds of text apart by the name, and stored files are named by their hash.
    const path = join(folder.path, stored.fileName);
    await link(file.path, path).catch(() => copyFile(file.path, path));
    const acknowledged = new SharedArrayBuffer(4);
    const counter = new Int32Array(acknowledged);
    const keeper = problemKeeper(services, stored);
    const repeated = repeatedIdentifiers();
    let head: ReadImportHead | undefined;
    let mapping: FieldMapping[] = [];
    let features = 0;
    let bad = 0;
    let batches = 0;
    let box: Box | null = null;
    let storing = Promise.resolve();
    let failure: unknown;
    const abort = new AbortController();
    const onAbort = (): void => abort.abort();
    job.signal.addEventListener('abort', onAbort, { once: true });

    const begin = async (opened: ReadImportHead): Promise<void> => {
      head = opened;
      const remembered = await recallMapping(db, { ...stored, fieldsKey: fieldsKeyOf(opened.fields) });
      const settled = stored.mapping.filter((entry) => entry.decidedBy === 'user');
      mapping = mapFields(opened.fields, stored.role, [...remembered, ...settled]);
      await keeper.keep([...opened.problems, ...checkMapping(mapping, stored.role)]);
    };
    const stage = async (batch: FeatureBatch): Promise<void> => {
      const checked = checkBatch(batch, mapping, stored.role, repeated);
      await db.transaction((tx) => insertStagedBatch(tx, stored, batches, batch, [...checked.bad]));
      await keeper.keep(checked.problems);
      batches++;
      features += batch.featureNos.length;
      bad += checked.bad.size;
      box = extended(box, batch, head!.crs.epsg);
      Atomics.add(counter, 0, 1);
      Atomics.notify(counter, 0);
      const total = head!.featureCount ?? 0;
      job.progress(
        total > 0 ? Math.min(0.99, features / total) : 0.5,
        localized(`已读取 ${features} 个要素`, `${features} features read`),
      );
    };
    const outcome = await runInWorker<ReadImportTask, ReadImportOutcome, ReadImportMessage>(
      'modules/intake/read-import.worker',
      { path, options: stored.options, acknowledged },
      {
        signal: abort.signal,
        maxMegabytes: WORKER_MEGABYTES,
        onMessage: (message) => {
          storing = storing
            .then(() =>
              failure !== undefined ? undefined : message.kind === 'head' ? begin(message.head) : stage(message.batch),
            )
            .catch((error: unknown) => {
              failure = error;
              abort.abort();
            });
        },
      },
    ).catch((error: unknown) => {
      if (failure !== undefined) throw failure;
      throw error;
    });
    await storing;
    job.signal.removeEventListener('abort', onAbort);
    if (failure !== undefined) throw failure;
    job.throwIfCancelled();
    if (outcome.refusals.length > 0) {
      await fail(services, stored, outcome.refusals, head);
      return;
    }
    assert(head !== undefined, 'a file was read without a head');
    const facts: ImportFacts = {
      format: head.format,
      layerName: head.layerName,
      layerNames: [head.layerName],
      fields: head.fields,
      encoding: head.encoding,
      crs: head.crs,
      box,
      problemGroups: keeper.groups.groups(),
      refusals: [],
    };
    await changeImport(db, stored, ['reading'], {
      state: 'staged',
      jobId: null,
      facts,
      mapping,
      featureCount: features,
      badCount: bad,
    });
  } finally {
    await folder.remove();
  }
}

/** The file as a whole is refused: nothing of it stays staged. */
async function fail(
  services: Services,
  stored: StoredImport,
  refusals: readonly Refusal[],
  head: ReadImportHead | undefined,
): Promise<void> {
  await services.db.background.transaction(async (tx) => {
    await deleteStaged(tx, stored);
    await changeImport(tx, stored, ['reading'], {
      state: 'failed',
      jobId: null,
      featureCount: 0,
      badCount: 0,
      facts: {
        ...(head === undefined
          ? {}
          : { format: head.format, layerName: head.layerName, encoding: head.encoding, crs: head.crs }),
        refusals,
      },
    });
  });
}

/** Checks the staged rows under a changed mapping. */
async function check(services: Services, job: JobRun<ImportInput>): Promise<void> {
  const stored = await importAtWork(services, job.input.importId);
  const db = services.db.background;
  await deleteProblems(db, stored);
  const keeper = problemKeeper(services, stored);
  const repeated = repeatedIdentifiers();
  await keeper.keep(checkMapping(stored.mapping, stored.role));
  let bad = 0;
  let features = 0;
  for await (const { batchNo, batch } of readStagedBatches(db, stored)) {
    job.throwIfCancelled();
    const checked = checkBatch(batch, stored.mapping, stored.role, repeated);
    await setStagedBad(db, stored, batchNo, [...checked.bad]);
    await keeper.keep(checked.problems);
    bad += checked.bad.size;
    features += batch.featureNos.length;
    job.progress(
      Math.min(0.99, features / Math.max(1, stored.featureCount)),
      localized('按新的字段对应检查', 'checking under the new mapping'),
    );
  }
  await changeImport(db, stored, ['staged'], {
    jobId: null,
    badCount: bad,
    facts: { ...stored.facts, problemGroups: keeper.groups.groups() },
  });
}

/** The 3° zone the official areas of an import are computed in: of its CRS, or of the middle of its box. */
function zoneOf(stored: StoredImport): RunZone | null {
  const crs = stored.facts.crs === undefined ? undefined : crsOf(stored.facts.crs.epsg);
  if (crs === undefined) return null;
  if (crs.kind === 'gauss3') return runZone(crs.zone);
  const box = stored.facts.box;
  return box == null ? null : runZone(zone3OfLongitude((box[0] + box[2]) / 2));
}

/** Makes the layer version from the good rows. */
async function commit(services: Services, job: JobRun<ImportInput>): Promise<void> {
  const stored = await importAtWork(services, job.input.importId);
  // A second attempt after a crash: the first one may have got through.
  if (stored.state === 'committed') return;
  const db = services.db.background;
  const good = stored.featureCount - stored.badCount;
  async function* rows(): AsyncGenerator<FeatureBatch> {
    const noRepeats = (): Problem[] => [];
    for await (const { batch, bad } of readStagedBatches(db, stored)) {
      const kept = withoutFeatures({ ...batch, problems: [] }, new Set(bad));
      if (kept.featureNos.length > 0)
        yield { ...checkBatch(kept, stored.mapping, stored.role, noRepeats).batch, problems: [] };
    }
  }
  await saveLayerVersion(
    db,
    job.actor,
    {
      countyCode: stored.countyCode,
      role: stored.role,
      asOf: stored.asOf,
      sourceName: stored.fileName,
      sourceHash: stored.fileHash,
      epsg: stored.facts.crs!.epsg,
      zone: zoneOf(stored),
    },
    rows(),
    {
      signal: job.signal,
      onProgress: (features) =>
        job.progress(
          Math.min(0.99, features / Math.max(1, good)),
          localized(`已入库 ${features} 个要素`, `${features} features saved`),
        ),
      finish: async (tx, version) => {
        const done = await changeImport(tx, stored, ['staged'], {
          state: 'committed',
          jobId: null,
          layerVersionId: version.layerVersionId,
        });
        assert(done, 'the import changed while it was being committed');
        await deleteStaged(tx, stored);
      },
    },
  );
}

/** Registers the jobs of the intake. */
export function registerIntakeJobs(services: Services): void {
  const abandoned: NonNullable<JobHandler<ImportInput>['abandoned']> = async ({ input, state }) => {
    const stored = await findImport(services.db, input.importId);
    if (stored === undefined) return;
    await services.db.transaction(async (tx) => {
      const wasReading = await changeImport(tx, stored, ['reading'], {
        state: state === 'cancelled' ? 'cancelled' : 'failed',
        jobId: null,
        featureCount: 0,
        badCount: 0,
        facts: { ...stored.facts, refusals: state === 'cancelled' ? [] : [READING_BROKE] },
      });
      if (wasReading) await deleteStaged(tx, stored);
      else await changeImport(tx, stored, ['staged'], { jobId: null });
    });
  };
  services.jobs.register<ImportInput>({
    kind: READ_JOB,
    afterCrash: 'resume',
    run: async (job) => void (await read(services, job)),
    abandoned,
  });
  services.jobs.register<ImportInput>({
    kind: CHECK_JOB,
    afterCrash: 'resume',
    run: async (job) => void (await check(services, job)),
    abandoned,
  });
  services.jobs.register<ImportInput>({
    kind: COMMIT_JOB,
    afterCrash: 'resume',
    run: async (job) => void (await commit(services, job)),
    abandoned,
  });
}

const READING_BROKE: Refusal = {
  code: 'IMPORT-BROKE-OFF',
  message: localized('读取文件时中断，没有导入任何数据。', 'Reading the file broke off; nothing was imported.'),
  remedy: localized(
    '请重新上传；若再次出现，请检查文件是否完整。',
    'Upload it again; if it happens again, check that the file is whole.',
  ),
};

/** Degrees of a problem's place, for zooming. */
export function lonLatOfPlace(at: readonly [number, number], epsg: number): readonly [number, number] {
  const [lon, lat] = lonLatOf({ coords: Float64Array.of(at[0], at[1]), epsg });
  return [lon!, lat!];
}
