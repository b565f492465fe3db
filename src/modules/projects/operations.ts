import { copyFile, link } from 'node:fs/promises';
import { join } from 'node:path';
import { err, LAYER_ROLES, localized, ok, type Refusal, type Result } from '../../kernel/index.ts';
import { runInWorker } from '../../platform/jobs/index.ts';
import type { Queryable } from '../../platform/db/index.ts';
import type { UploadedFile } from '../../platform/http/upload.ts';
import type { Services } from '../../platform/services.ts';
import { mayTouchCounty, type ActorContext } from '../access/index.ts';
import { hashOfContent, recordEvent } from '../audit/server.ts';
import { loadPack, storedPackText } from '../compliance/server.ts';
import { listLayerVersions } from '../parcels/server.ts';
import type { LayerVersionView } from '../parcels/index.ts';
import type { PlanSummary } from './plan-summary.ts';
import type { ReadPlanOutcome, ReadPlanTask } from './read-plan.worker.ts';
import { findProject, findRun, insertProject, insertRun, storePack, type StoredRun } from './store.ts';
import type { ProjectView } from './views.ts';

export const RUN_JOB = 'projects.run';

function refusal(code: string, zh: string, en: string, remedyZh: string, remedyEn: string): Refusal {
  return { code, message: localized(zh, en), remedy: localized(remedyZh, remedyEn) };
}

const NO_PROJECT = refusal(
  'PROJECT-NOT-FOUND',
  '没有这个项目。',
  'There is no such project.',
  '请回到项目列表重新选择。',
  'Go back to the list of projects and choose again.',
);
const NO_RUN = refusal(
  'RUN-NOT-FOUND',
  '没有这次分析。',
  'There is no such run.',
  '请回到项目页面重新选择。',
  'Go back to the project and choose again.',
);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A plan file on its way to be a project. */
export interface PlanFile extends Pick<UploadedFile, 'path' | 'hash' | 'fileName' | 'keep'> {
  readonly crs: number | null;
  /** As the form says; else that of the plan. */
  readonly countyCode: string | null;
}

/** Reads a plan in a thread of its own; what it cannot read comes back as refusals. */
export async function readPlanFile(
  services: Services,
  file: PlanFile,
): Promise<Result<PlanSummary, readonly Refusal[]>> {
  const folder = await services.files.temporaryFolder();
  try {
    // Kinds of text are told apart by the name, and kept files are named by their hash.
    const path = join(folder.path, file.fileName);
    await link(file.path, path).catch(() => copyFile(file.path, path));
    const read = await runInWorker<ReadPlanTask, ReadPlanOutcome>('modules/projects/read-plan.worker', {
      path,
      crs: file.crs,
    });
    return read.ok ? ok(read.summary) : err(read.refusals);
  } finally {
    await folder.remove();
  }
}

/** Makes a project of a plan: the plan is read, summarised and kept by hash. */
export async function createProject(
  services: Services,
  context: ActorContext,
  file: PlanFile,
): Promise<Result<ProjectView, readonly Refusal[]>> {
  const read = await readPlanFile(services, file);
  if (!read.ok) return read;
  const summary = read.value;
  const countyCode = file.countyCode ?? summary.divisionCode?.slice(0, 6) ?? '';
  if (!/^\d{6}$/.test(countyCode) || !mayTouchCounty(context, countyCode)) {
    return err([
      refusal(
        'PROJECT-COUNTY',
        '方案没有写明本县的行政区代码。',
        'The plan names no county of your division.',
        '请选择所属县，或在方案中填写 divisionCode。',
        'Choose the county, or fill in divisionCode in the plan.',
      ),
    ]);
  }
  await file.keep();
  const projectId = context.ids.next();
  const project = await services.db.transaction(async (tx) => {
    await insertProject(tx, {
      projectId,
      countyCode,
      name: summary.name ?? file.fileName.replace(/\.[^.]+$/, ''),
      fileName: file.fileName,
      planHash: file.hash,
      summary,
      createdAt: context.clock.now(),
      createdBy: context.actor,
    });
    await recordEvent(tx, context, {
      operation: 'projects.create',
      objectKind: 'project',
      objectId: projectId,
      countyCode,
      afterHash: file.hash,
      detail: { fileName: file.fileName, plots: summary.plotCount },
    });
    return (await findProject(tx, projectId))!;
  });
  return ok(project);
}

export async function projectOf(
  db: Queryable,
  context: Pick<ActorContext, 'divisionCode'>,
  projectId: string,
): Promise<Result<ProjectView, Refusal>> {
  const project = UUID.test(projectId) ? await findProject(db, projectId) : undefined;
  return project === undefined || !mayTouchCounty(context, project.countyCode) ? err(NO_PROJECT) : ok(project);
}

export async function runOf(
  db: Queryable,
  context: Pick<ActorContext, 'divisionCode'>,
  runId: string,
): Promise<Result<StoredRun, Refusal>> {
  const run = UUID.test(runId) ? await findRun(db, runId) : undefined;
  return run === undefined || !mayTouchCounty(context, run.countyCode) ? err(NO_RUN) : ok(run);
}

/** The newest current version of each role of a county. */
export async function currentLayers(
  db: Queryable,
  context: ActorContext,
  countyCode: string,
): Promise<LayerVersionView[]> {
  const versions = await listLayerVersions(db, context, countyCode);
  // In the order of the roles, so that the same layers give the same input hash whenever they came.
  return LAYER_ROLES.flatMap((role) => {
    const newest =
      role === 'project' ? undefined : versions.find((version) => version.role === role && version.state === 'current');
    return newest === undefined ? [] : [newest];
  });
}

/**
 * Starts a run of a project under a pack on the county's current layers. The pack's bytes are kept by hash, so that the
 * verdict can be replayed after the pack has changed.
 */
export async function startRun(
  services: Services,
  context: ActorContext,
  projectId: string,
  packId: string,
): Promise<Result<{ runId: string; jobId: string }, readonly Refusal[]>> {
  const found = await projectOf(services.db, context, projectId);
  if (!found.ok) return err([found.error]);
  const project = found.value;
  const pack = await loadPack(packId);
  if (!pack.ok) return pack;
  const stored = storedPackText(pack.value);
  const layers = await currentLayers(services.db, context, project.countyCode);
  if (!layers.some((layer) => layer.role === 'parcels')) {
    return err([
      refusal(
        'RUN-NO-PARCELS',
        '本县还没有地类图斑图层。',
        'The county has no survey parcels yet.',
        '请先导入地类图斑。',
        'Import the survey parcels first.',
      ),
    ]);
  }
  const runId = context.ids.next();
  return services.db.transaction(async (tx) => {
    await storePack(tx, { hash: stored.hash, packId, version: pack.value.version, content: stored.text });
    const jobId = await services.jobs.enqueue(
      tx,
      { ...context, divisionCode: project.countyCode },
      { kind: RUN_JOB, input: { runId } },
    );
    await insertRun(tx, {
      runId,
      projectId,
      countyCode: project.countyCode,
      packHash: stored.hash,
      jobId,
      inputs: layers.map(({ role, layerVersionId }) => ({ role, layerVersionId })),
      createdAt: context.clock.now(),
      createdBy: context.actor,
    });
    await recordEvent(tx, context, {
      operation: 'projects.startRun',
      objectKind: 'run',
      objectId: runId,
      countyCode: project.countyCode,
      afterHash: hashOfContent({
        planHash: project.planHash,
        packHash: stored.hash,
        layers: layers.map(({ layerVersionId }) => layerVersionId),
      }),
      detail: { projectId, packId, packHash: stored.hash, jobId, about: [projectId] },
    });
    return ok({ runId, jobId });
  });
}
