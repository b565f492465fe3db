import { copyFile, link, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, localized, type FeatureBatch, type Problem, type Refusal } from '../../kernel/index.ts';
import { crsOf, lonLatBoxOf, lonLatOf, runZone, zone3OfLongitude, type RunZone } from '../../geometry/index.ts';
import { runInWorker, type AbandonedJob, type JobRun, type StillMine } from '../../platform/jobs/index.ts';
import type { Transaction } from '../../platform/db/index.ts';
import type { Services } from '../../platform/services.ts';
import { systemActor } from '../access/index.ts';
import { recordEvent } from '../audit/server.ts';
import { deleteStagedVersion, saveLayerVersion } from '../parcels/server.ts';
import { applyMapping, checkMapping, mapFields } from './field-mapping.ts';
import { CHECK_JOB, COMMIT_JOB, fieldsKeyOf, READ_JOB } from './operations.ts';
import type { ReadImportHead, ReadImportMessage, ReadImportOutcome, ReadImportTask } from './read-import.worker.ts';
import { checkBatch, problemGroups, repeatedIdentifiers, withoutFeatures } from './staging.ts';
import {
  changeImport,
  deleteProblems,
  deleteStaged,
  findImport,
  importsAtWork,
  importsToClear,
  insertProblems,
  insertStagedBatch,
  readStagedBatches,
  recallMapping,
  setStagedBad,
  type ImportFacts,
  type MayDelete,
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

/** Rows that a later attempt at the job would stage too are deleted by the attempt that has the job. */
function ownedBy(job: { readonly stillMine: StillMine }): MayDelete {
  return async (tx) => {
    await job.stillMine(tx);
    return true;
  };
}

/** The event of what a job made of an import, of the person who asked. A job that failed or was cancelled leaves that of its end. */
function recordOutcome(
  tx: Transaction,
  job: JobRun<ImportInput>,
  { importId, countyCode, fileHash }: StoredImport,
  operation: string,
  detail: Record<string, number | string>,
  result?: string,
): Promise<unknown> {
  return recordEvent(tx, job.actor, {
    operation,
    objectKind: 'import',
    objectId: importId,
    countyCode,
    afterHash: fileHash,
    ...(result === undefined ? {} : { result }),
    detail,
  });
}

/** Counts, keeps and numbers problems while batches pass. */
function problemKeeper(stored: StoredImport) {
  const groups = problemGroups();
  const kept = new Map<string, number>();
  let sequence = 0;
  return {
    groups,
    async keep(tx: Transaction, problems: readonly Problem[]): Promise<void> {
      const chosen = problems.filter((problem) => {
        groups.add(problem);
        const count = (kept.get(problem.rule) ?? 0) + 1;
        kept.set(problem.rule, count);
        return count <= KEPT_PROBLEMS_PER_RULE;
      });
      await insertProblems(tx, stored, sequence, chosen);
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
  // From here on an earlier attempt that is not as dead as it seems can stage nothing more, and what it left goes. Where the
  // import is no longer this job's, an earlier attempt got through and only its end was not written down.
  const reader = services.ids.next();
  const begun = await db.transaction(async (tx) => {
    await job.stillMine(tx);
    const facts = { ...stored.facts, refusals: [], reader };
    return changeImport(tx, stored, ['reading'], { facts }, { jobId: job.jobId });
  });
  if (!begun) return;
  await deleteStaged(db, stored, ownedBy(job));
  await deleteProblems(db, stored, ownedBy(job));
  const file = await services.files.find(stored.fileHash);
  assert(file !== undefined, 'the delivered file is gone');
  const folder = await services.files.temporaryFolder();
  try {
    // Readers tell kinds of text apart by the name, and stored files are named by their hash.
    const path = join(folder.path, stored.fileName);
    // What a reader unpacks lies here too: the thread may be ended at any moment, and this folder is removed in any case.
    const scratch = join(folder.path, 'unpacked');
    await mkdir(scratch);
    await link(file.path, path).catch(() => copyFile(file.path, path));
    const acknowledged = new SharedArrayBuffer(4);
    const counter = new Int32Array(acknowledged);
    const keeper = problemKeeper(stored);
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
      await db.transaction(async (tx) => {
        await job.stillMine(tx);
        await keeper.keep(tx, [...opened.problems, ...checkMapping(mapping, stored.role)]);
      });
    };
    const stage = async (batch: FeatureBatch): Promise<void> => {
      const checked = checkBatch(batch, mapping, stored.role, repeated);
      await db.transaction(async (tx) => {
        const ours = await insertStagedBatch(tx, stored, reader, batches, batch, [...checked.bad]);
        assert(ours, 'the import is read by another process by now');
        await keeper.keep(tx, checked.problems);
      });
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
        environment: { TMPDIR: scratch, TMP: scratch, TEMP: scratch },
        onMessage: (message) => {
          storing = storing
            .then(() =>
              abort.signal.aborted ? undefined : message.kind === 'head' ? begin(message.head) : stage(message.batch),
            )
            .catch((error: unknown) => {
              failure = error;
              abort.abort();
            });
        },
      },
    ).finally(async () => {
      // The batch on its way is stored before anybody clears them away.
      await storing;
      job.signal.removeEventListener('abort', onAbort);
      if (failure !== undefined) throw failure;
    });
    job.throwIfCancelled();
    if (outcome.refusals.length > 0) {
      await fail(services, job, stored, reader, outcome.refusals, head);
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
    const change = { state: 'staged', jobId: null, facts, mapping, featureCount: features, badCount: bad } as const;
    await db.transaction(async (tx) => {
      await job.complete(tx);
      const done = await changeImport(tx, stored, ['reading'], change, { reader });
      assert(done, 'the import is read by another process by now');
      await recordOutcome(tx, job, stored, 'intake.read', { features, bad, format: head!.format });
    });
  } finally {
    await folder.remove();
  }
}

/** The file as a whole is refused: nothing of it stays staged. */
async function fail(
  services: Services,
  job: JobRun<ImportInput>,
  stored: StoredImport,
  reader: string,
  refusals: readonly Refusal[],
  head: ReadImportHead | undefined,
): Promise<void> {
  const db = services.db.background;
  const known =
    head === undefined
      ? {}
      : { format: head.format, layerName: head.layerName, encoding: head.encoding, crs: head.crs };
  const change = { state: 'failed', jobId: null, featureCount: 0, badCount: 0, facts: { ...known, refusals } } as const;
  const failed = await db.transaction(async (tx) => {
    await job.complete(tx);
    const changed = await changeImport(tx, stored, ['reading'], change, { reader });
    if (changed) await recordOutcome(tx, job, stored, 'intake.read', {}, refusals[0]?.code);
    return changed;
  });
  if (failed) await clear(services, stored);
}

/** Removes what was staged of an import that is over, with its problems. */
async function clear(services: Services, stored: StoredImport): Promise<void> {
  await deleteStaged(services.db.background, stored);
  await deleteProblems(services.db.background, stored);
}

/** Checks the staged rows under a changed mapping. */
async function check(services: Services, job: JobRun<ImportInput>): Promise<void> {
  const stored = await importAtWork(services, job.input.importId);
  if (stored.state !== 'staged' || stored.jobId !== job.jobId) return;
  const db = services.db.background;
  await deleteProblems(db, stored, ownedBy(job));
  const keeper = problemKeeper(stored);
  const repeated = repeatedIdentifiers();
  await db.transaction(async (tx) => {
    await job.stillMine(tx);
    await keeper.keep(tx, checkMapping(stored.mapping, stored.role));
  });
  let bad = 0;
  let features = 0;
  for await (const { batchNo, batch } of readStagedBatches(db, stored)) {
    job.throwIfCancelled();
    const checked = checkBatch(batch, stored.mapping, stored.role, repeated);
    await db.transaction(async (tx) => {
      await job.stillMine(tx);
      await setStagedBad(tx, stored, batchNo, [...checked.bad]);
      await keeper.keep(tx, checked.problems);
    });
    bad += checked.bad.size;
    features += batch.featureNos.length;
    job.progress(
      Math.min(0.99, features / Math.max(1, stored.featureCount)),
      localized('按新的字段对应检查', 'checking under the new mapping'),
    );
  }
  const facts = { ...stored.facts, problemGroups: keeper.groups.groups(), refusals: [] };
  await db.transaction(async (tx) => {
    await job.complete(tx);
    await changeImport(tx, stored, ['staged'], { jobId: null, badCount: bad, facts }, { jobId: job.jobId });
    await recordOutcome(tx, job, stored, 'intake.check', { features, bad });
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
  const db = services.db.background;
  if (stored.state !== 'staged' || stored.jobId !== job.jobId) {
    // A second attempt after a crash: the first one got through, and at most this was left to do.
    if (stored.state === 'committed') await deleteStaged(db, stored);
    return;
  }
  await dropHalfVersion(services, stored, job);
  const good = stored.featureCount - stored.badCount;
  async function* rows(): AsyncGenerator<FeatureBatch> {
    for await (const { batch, bad } of readStagedBatches(db, stored)) {
      const kept = withoutFeatures({ ...batch, problems: [] }, new Set(bad));
      if (kept.featureNos.length > 0) yield { ...applyMapping(kept, stored.mapping, stored.role), problems: [] };
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
      about: [stored.importId],
      // The map tiles take about a third as long as the features.
      onProgress: (features) =>
        job.progress(
          0.75 * Math.min(1, features / Math.max(1, good)),
          localized(`已入库 ${features} 个要素`, `${features} features saved`),
        ),
      onTiles: (fraction) =>
        job.progress(0.75 + 0.24 * fraction, localized('生成地图瓦片', 'building the tiles of the map')),
      begin: async (tx, layerVersionId) => {
        await job.stillMine(tx);
        const ours = await changeImport(tx, stored, ['staged'], { layerVersionId }, { jobId: job.jobId });
        assert(ours, 'the import changed before it was committed');
      },
      finish: async (tx, { layerVersionId }) => {
        await job.complete(tx);
        const guard = { jobId: job.jobId, layerVersionId };
        const done = await changeImport(tx, stored, ['staged'], { state: 'committed', jobId: null }, guard);
        assert(done, 'the import changed while it was being committed');
      },
    },
  );
  // The import is committed whatever happens now; a crash leaves these rows for the next start.
  await deleteStaged(db, stored);
}

/** Takes the version away that an attempt to commit left half saved. Once its number is gone nobody can complete it. */
async function dropHalfVersion(
  services: Services,
  stored: StoredImport,
  job: Pick<AbandonedJob<ImportInput>, 'jobId' | 'stillMine'>,
): Promise<void> {
  if (stored.layerVersionId === null) return;
  const { layerVersionId } = stored;
  const db = services.db.background;
  const dropped = await db.transaction(async (tx) => {
    await job.stillMine(tx);
    const guard = { jobId: job.jobId, layerVersionId };
    return changeImport(tx, stored, ['staged'], { layerVersionId: null }, guard);
  });
  if (dropped) await deleteStagedVersion(db, layerVersionId);
}

type Abandoned = AbandonedJob<ImportInput>;

/** A reading that failed or was cancelled: nothing of it stays. */
async function abandonReading(services: Services, { jobId, input, state, stillMine }: Abandoned): Promise<void> {
  const stored = await importAtWork(services, input.importId);
  const change = {
    state,
    jobId: null,
    featureCount: 0,
    badCount: 0,
    facts: { refusals: state === 'cancelled' ? [] : [READING_BROKE] },
  } as const;
  const abandoned = await services.db.transaction(async (tx) => {
    await stillMine(tx);
    return changeImport(tx, stored, ['reading'], change, { jobId });
  });
  if (abandoned) await clear(services, stored);
}

/** A check that failed or was cancelled: the rows stay staged, and the refusal it began with keeps them from being committed. */
async function abandonCheck(services: Services, { jobId, input, stillMine }: Abandoned): Promise<void> {
  const stored = await importAtWork(services, input.importId);
  await services.db.transaction(async (tx) => {
    await stillMine(tx);
    await changeImport(tx, stored, ['staged'], { jobId: null }, { jobId });
  });
}

/** A commit that failed or was cancelled: the rows are staged as before, the half version goes. */
async function abandonCommit(services: Services, job: Abandoned): Promise<void> {
  const stored = await importAtWork(services, job.input.importId);
  await dropHalfVersion(services, stored, job);
  await abandonCheck(services, job);
}

/** Registers the jobs of the intake. */
export function registerIntakeJobs(services: Services): void {
  const register = (
    kind: string,
    work: (services: Services, job: JobRun<ImportInput>) => Promise<void>,
    abandon: (services: Services, job: Abandoned) => Promise<void>,
  ): void =>
    services.jobs.register<ImportInput>({
      kind,
      afterCrash: 'resume',
      run: async (job) => void (await work(services, job)),
      abandoned: (job) => abandon(services, job),
    });
  register(READ_JOB, read, abandonReading);
  register(CHECK_JOB, check, abandonCheck);
  register(COMMIT_JOB, commit, abandonCommit);
}

/**
 * Clears up what a crash left between two steps, at a start, before jobs run: imports that wait for a job that is over, and
 * staged rows of imports that are over.
 */
export async function clearImportLeftovers(services: Services): Promise<void> {
  for (const stored of await importsAtWork(services.db)) {
    const { importId, jobId } = stored;
    const job = await services.jobs.find(jobId!);
    if (job !== undefined && ['queued', 'running'].includes(job.view.state)) continue;
    const state = job?.view.state === 'cancelled' ? 'cancelled' : 'failed';
    // The job is over, so nobody can have it: what guards the changes is that the import still waits for this very job.
    let recorded = false;
    const stillMine = async (tx: Transaction): Promise<void> => {
      if (recorded) return;
      recorded = true;
      await recordEvent(tx, systemActor(services.clock, services.ids), {
        operation: 'intake.clearLeftover',
        objectKind: 'import',
        objectId: importId,
        countyCode: stored.countyCode,
        detail: { state },
      });
    };
    const left: Abandoned = { jobId: jobId!, input: { importId }, state, stillMine };
    if (stored.state === 'reading') await abandonReading(services, left);
    else await abandonCommit(services, left);
  }
  for (const key of await importsToClear(services.db)) await deleteStaged(services.db.background, key);
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
