import type { LayerRole, Refusal } from '../../kernel/index.ts';
import { sql, type Queryable, type Transaction } from '../../platform/db/index.ts';
import type { RunView } from '../analysis/views.ts';
import type { PlanSummary } from './plan-summary.ts';
import type { ProjectView } from './views.ts';

interface ProjectRow extends Omit<ProjectView, 'box'> {
  readonly west: number | null;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

const PROJECT_COLUMNS = sql`project_id as "projectId", county_code as "countyCode", name, type, contents, plot_count as "plotCount", area_dm2 as "areaDm2",
  west, south, east, north, plan_hash as "planHash", remarks, created_at as "createdAt"`;

function projectOf(row: ProjectRow): ProjectView {
  const { west, south, east, north, ...rest } = row;
  return { ...rest, box: west === null ? null : [west, south, east, north] };
}

export interface NewProject {
  readonly projectId: string;
  readonly countyCode: string;
  readonly name: string;
  readonly fileName: string;
  readonly planHash: string;
  readonly summary: PlanSummary;
  readonly createdAt: string;
  readonly createdBy: string;
}

export async function insertProject(tx: Transaction, project: NewProject): Promise<void> {
  const { summary } = project;
  const [west, south, east, north] = summary.box ?? [null, null, null, null];
  await tx.run(sql`insert into project (county_code, project_id, name, type, contents, plot_count, area_dm2, west, south, east, north,
      file_name, plan_hash, plan_geojson, remarks, created_at, created_by)
    values (${project.countyCode}, ${project.projectId}, ${project.name}, ${summary.type}, ${JSON.stringify(summary.contents)}::jsonb, ${summary.plotCount},
      ${summary.areaDm2}, ${west}, ${south}, ${east}, ${north}, ${project.fileName}, ${project.planHash}, ${summary.geojson},
      ${JSON.stringify(summary.remarks)}::jsonb, ${project.createdAt}, ${project.createdBy})`);
}

export async function listProjects(db: Queryable, scope: string): Promise<ProjectView[]> {
  const rows = await db.rows<ProjectRow>(
    sql`select ${PROJECT_COLUMNS} from project where starts_with(county_code, ${scope}) order by created_at desc, project_id desc limit 1000`,
  );
  return rows.map(projectOf);
}

export async function findProject(db: Queryable, projectId: string): Promise<ProjectView | undefined> {
  const row = await db.first<ProjectRow>(sql`select ${PROJECT_COLUMNS} from project where project_id = ${projectId}`);
  return row === undefined ? undefined : projectOf(row);
}

export async function readPlanGeojson(db: Queryable, project: ProjectView): Promise<string> {
  const row = await db.one<{ geojson: string }>(sql`select plan_geojson as geojson from project
    where county_code = ${project.countyCode} and project_id = ${project.projectId}`);
  return row.geojson;
}

export async function readPlanFileName(db: Queryable, project: ProjectView): Promise<string> {
  const row = await db.one<{ fileName: string }>(sql`select file_name as "fileName" from project
    where county_code = ${project.countyCode} and project_id = ${project.projectId}`);
  return row.fileName;
}

// Packs and runs ---------------------------------------------------------------------------------------------------

export async function storePack(
  tx: Transaction,
  pack: { readonly hash: string; readonly packId: string; readonly version: string; readonly content: string },
): Promise<void> {
  await tx.run(sql`insert into stored_pack (hash, pack_id, version, content) values (${pack.hash}, ${pack.packId}, ${pack.version}, ${pack.content})
    on conflict (hash) do nothing`);
}

/** A run with what only the server needs. */
export interface StoredRun extends RunView {
  readonly countyCode: string;
  /** Hash of each file of a run that is done, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly refusals: readonly Refusal[];
}

const RUN_COLUMNS = sql`run.run_id as "runId", run.project_id as "projectId", run.county_code as "countyCode", stored_pack.pack_id as "packId",
  stored_pack.version as "packVersion", run.pack_hash as "packHash", run.input_hash as "inputHash", run.state, run.job_id as "jobId", run.inputs, run.files,
  run.refusals, run.created_at as "createdAt"`;

export interface NewRun {
  readonly runId: string;
  readonly projectId: string;
  readonly countyCode: string;
  readonly packHash: string;
  readonly jobId: string;
  readonly inputs: readonly { readonly role: LayerRole; readonly layerVersionId: string }[];
  readonly createdAt: string;
  readonly createdBy: string;
}

export async function insertRun(tx: Transaction, run: NewRun): Promise<void> {
  await tx.run(sql`insert into run (county_code, run_id, project_id, pack_hash, state, job_id, inputs, created_at, created_by)
    values (${run.countyCode}, ${run.runId}, ${run.projectId}, ${run.packHash}, 'queued', ${run.jobId}, ${JSON.stringify(run.inputs)}::jsonb, ${run.createdAt}, ${run.createdBy})`);
}

export function findRun(db: Queryable, runId: string): Promise<StoredRun | undefined> {
  return db.first<StoredRun>(
    sql`select ${RUN_COLUMNS} from run join stored_pack on stored_pack.hash = run.pack_hash where run.run_id = ${runId}`,
  );
}

export function listRuns(db: Queryable, project: ProjectView): Promise<StoredRun[]> {
  return db.rows<StoredRun>(sql`select ${RUN_COLUMNS} from run join stored_pack on stored_pack.hash = run.pack_hash
    where run.county_code = ${project.countyCode} and run.project_id = ${project.projectId} order by run.created_at desc, run.run_id desc limit 200`);
}

export interface RunChange {
  readonly state: RunView['state'];
  readonly inputHash?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly refusals?: readonly Refusal[];
}

/** Changes a run that is not over yet. */
export async function changeRun(
  db: Queryable,
  run: Pick<StoredRun, 'countyCode' | 'runId'>,
  change: RunChange,
): Promise<boolean> {
  const changed =
    await db.run(sql`update run set state = ${change.state}, input_hash = coalesce(${change.inputHash ?? null}::text, input_hash),
      files = coalesce(${change.files === undefined ? null : JSON.stringify(change.files)}::jsonb, files),
      refusals = coalesce(${change.refusals === undefined ? null : JSON.stringify(change.refusals)}::jsonb, refusals)
    where county_code = ${run.countyCode} and run_id = ${run.runId} and state in ('queued', 'running')`);
  return changed === 1;
}

/** Canonical bytes of a pack a run was judged with. */
export async function readStoredPack(db: Queryable, hash: string): Promise<string | undefined> {
  return (await db.first<{ content: string }>(sql`select content from stored_pack where hash = ${hash}`))?.content;
}
