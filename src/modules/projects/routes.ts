import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { assert, localized, type Refusal } from '../../kernel/index.ts';
import { fileDownload } from '../../platform/http/download.ts';
import { refuse, reply, route, type Route, type RouteAnswer } from '../../platform/http/route.ts';
import { receiveUpload } from '../../platform/http/upload.ts';
import type { Services } from '../../platform/services.ts';
import type { ActorContext } from '../access/index.ts';
import type { RunView } from '../analysis/views.ts';
import { readBalance, type StoredBalance } from '../balance/index.ts';
import { findingsOfText, type Findings } from '../compliance/index.ts';
import { listPacks, loadPack, storedPackText } from '../compliance/server.ts';
import type { PackSummary, PackText } from '../compliance/views.ts';
import { readFeatureBoxes } from '../parcels/server.ts';
import { createProject, projectOf, runOf, startRun } from './operations.ts';
import { cellView, parcelInRun } from './run-views.ts';
import { listProjects, listRuns, readPlanGeojson, type StoredRun } from './store.ts';
import type { ProjectView } from './views.ts';

const MAX_PLAN_BYTES = 512 * 1024 ** 2;
/** Balances kept parsed: one run is looked at cell by cell. */
const BALANCES_KEPT = 3;

const NOT_DONE: Refusal = {
  code: 'RUN-NOT-DONE',
  message: localized('分析尚未完成。', 'The run is not done yet.'),
  remedy: localized('请等待分析完成，或重新运行。', 'Wait until it is done, or run it again.'),
};
const NO_CELL: Refusal = {
  code: 'RUN-NO-SUCH-CELL',
  message: localized('该分析中没有这个单元格或图斑。', 'The run has no such cell or parcel.'),
  remedy: localized('请刷新页面。', 'Refresh the page.'),
};

function viewOf(run: StoredRun): RunView {
  const { files: _files, countyCode: _county, refusals: _refusals, ...view } = run;
  return view;
}

/** Projects, their runs, and what a run says. */
export function projectRoutes(services: Services): Route[] {
  const { db, files } = services;
  const balances = new Map<string, StoredBalance>();
  const projectParams = z.object({ projectId: z.uuid() });
  const runParams = z.object({ runId: z.uuid() });

  const onProject = async (
    actor: ActorContext,
    projectId: string,
    use: (project: ProjectView) => Promise<RouteAnswer> | RouteAnswer,
  ): Promise<RouteAnswer> => {
    const found = await projectOf(db, actor, projectId);
    return found.ok ? use(found.value) : refuse(404, found.error);
  };
  const onRun = async (
    actor: ActorContext,
    runId: string,
    use: (run: StoredRun) => Promise<RouteAnswer> | RouteAnswer,
  ): Promise<RouteAnswer> => {
    const found = await runOf(db, actor, runId);
    return found.ok ? use(found.value) : refuse(404, found.error);
  };
  const onDone = (
    actor: ActorContext,
    runId: string,
    use: (run: StoredRun) => Promise<RouteAnswer> | RouteAnswer,
  ): Promise<RouteAnswer> =>
    onRun(actor, runId, (run) =>
      run.state === 'done' ? use(run) : refuse(409, run.refusals.length > 0 ? run.refusals : NOT_DONE),
    );
  const textOf = async (run: StoredRun, name: string): Promise<string> => {
    const kept = await files.find(run.files[name]!);
    assert(kept !== undefined, `a file of run ${run.runId} is gone: ${name}`);
    return readFile(kept.path, 'utf8');
  };
  const balanceOf = async (run: StoredRun): Promise<StoredBalance> => {
    const known = balances.get(run.runId);
    if (known !== undefined) return known;
    const balance = readBalance(await textOf(run, 'balance.json'));
    assert(balance !== undefined, 'a stored balance that cannot be read');
    if (balances.size >= BALANCES_KEPT) balances.delete(balances.keys().next().value!);
    balances.set(run.runId, balance);
    return balance;
  };
  const findingsOf = async (run: StoredRun): Promise<Findings> => {
    const findings = findingsOfText(await textOf(run, 'findings.json'));
    assert(findings.ok, 'stored findings that cannot be read');
    return findings.value;
  };
  const boxesOf = async (
    run: StoredRun,
    featureNos: readonly number[],
  ): Promise<ReadonlyMap<number, readonly [number, number, number, number]>> => {
    const parcels = run.inputs.find((input) => input.role === 'parcels');
    return parcels === undefined
      ? new Map()
      : readFeatureBoxes(db, { countyCode: run.countyCode, layerVersionId: parcels.layerVersionId }, featureNos);
  };

  return [
    route({
      method: 'GET',
      path: '/api/packs',
      handle: async (): Promise<PackSummary[]> =>
        (await listPacks()).flatMap(({ summary }) => (summary === null ? [] : [summary])),
    }),
    route({
      method: 'GET',
      path: '/api/packs/texts',
      handle: async (): Promise<PackText[]> => {
        const texts: PackText[] = [];
        for (const { packId, summary } of await listPacks()) {
          const pack = await loadPack(packId);
          if (summary !== null && pack.ok) texts.push({ ...summary, ...storedPackText(pack.value) });
        }
        return texts;
      },
    }),
    route({
      method: 'GET',
      path: '/api/projects',
      handle: ({ actor }) => listProjects(db, actor.divisionCode.slice(0, 6)),
    }),
    route({
      method: 'POST',
      path: '/api/projects',
      upload: true,
      handle: async ({ actor, raw }) => {
        const upload = await receiveUpload(raw, files, { maxFileBytes: MAX_PLAN_BYTES });
        if (!upload.ok)
          return refuse(upload.error.some((refusal) => refusal.code === 'FILE-TOO-LARGE') ? 413 : 400, upload.error);
        const file = upload.value.files.find((candidate) => candidate.field === 'file');
        const { crs, countyCode } = upload.value.fields;
        const epsg = crs === undefined || crs === '' ? null : Number(crs.replace(/^EPSG:/i, ''));
        if (file === undefined || (epsg !== null && !Number.isInteger(epsg))) {
          return refuse(400, {
            code: 'PROJECT-FORM',
            message: localized(
              '请选择方案文件；坐标系应为 EPSG 代码。',
              'Choose a plan; the CRS must be an EPSG code.',
            ),
            remedy: localized('请更正后重新提交。', 'Correct it and send again.'),
            place: { field: file === undefined ? 'file' : 'crs' },
          });
        }
        const created = await createProject(services, actor, {
          path: file.path,
          hash: file.hash,
          keep: file.keep,
          fileName: file.fileName,
          crs: epsg,
          countyCode: countyCode?.trim() || null,
        });
        return created.ok ? reply(201, created.value) : refuse(422, created.error);
      },
    }),
    route({
      method: 'GET',
      path: '/api/projects/:projectId',
      params: projectParams,
      handle: ({ actor, params }) => onProject(actor, params.projectId, (project) => project),
    }),
    route({
      method: 'GET',
      path: '/api/projects/:projectId/plan.geojson',
      params: projectParams,
      handle: ({ actor, params }) =>
        onProject(
          actor,
          params.projectId,
          async (project) =>
            new Response(await readPlanGeojson(db, project), {
              headers: { 'content-type': 'application/geo+json; charset=utf-8' },
            }),
        ),
    }),
    route({
      method: 'GET',
      path: '/api/projects/:projectId/runs',
      params: projectParams,
      handle: ({ actor, params }) =>
        onProject(actor, params.projectId, async (project) => (await listRuns(db, project)).map(viewOf)),
    }),
    route({
      method: 'POST',
      path: '/api/projects/:projectId/runs',
      params: projectParams,
      body: z.object({ packId: z.string().max(100) }),
      handle: ({ actor, params, body }) =>
        onProject(actor, params.projectId, async () => {
          const started = await startRun(services, actor, params.projectId, body.packId);
          return started.ok ? reply(201, started.value) : refuse(422, started.error);
        }),
    }),
    route({
      method: 'GET',
      path: '/api/runs/:runId',
      params: runParams,
      handle: ({ actor, params }) => onRun(actor, params.runId, viewOf),
    }),
    route({
      method: 'GET',
      path: '/api/runs/:runId/balance',
      params: runParams,
      handle: ({ actor, params }) =>
        onDone(actor, params.runId, async (run) => (await balanceOf(run)).tables.map(({ table }) => table)),
    }),
    route({
      method: 'GET',
      path: '/api/runs/:runId/findings',
      params: runParams,
      handle: ({ actor, params }) => onDone(actor, params.runId, (run) => findingsOf(run)),
    }),
    route({
      method: 'GET',
      path: '/api/runs/:runId/cell',
      params: runParams,
      query: z.object({
        table: z.string().max(100),
        row: z.string().max(100),
        column: z.string().max(100),
        offset: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(5_000).default(200),
      }),
      handle: ({ actor, params, query }) =>
        onDone(actor, params.runId, async (run) => {
          const { table, row, column } = query;
          const view = cellView(await balanceOf(run), { table, row, column }, query.offset, query.limit);
          if (view === undefined) return refuse(404, NO_CELL);
          const boxes = await boxesOf(
            run,
            view.parcels.flatMap(({ featureNo }) => (featureNo === null ? [] : [featureNo])),
          );
          return {
            ...view,
            parcels: view.parcels.map((share) => ({
              ...share,
              box: (share.featureNo === null ? undefined : boxes.get(share.featureNo)) ?? null,
            })),
          };
        }),
    }),
    route({
      method: 'GET',
      path: '/api/runs/:runId/parcels/:featureNo',
      params: runParams.extend({ featureNo: z.coerce.number().int().min(0) }),
      handle: ({ actor, params }) =>
        onDone(
          actor,
          params.runId,
          async (run) =>
            parcelInRun(await balanceOf(run), await findingsOf(run), params.featureNo) ?? refuse(404, NO_CELL),
        ),
    }),
    route({
      method: 'GET',
      path: '/api/runs/:runId/files/:name',
      params: runParams.extend({ name: z.string().max(60) }),
      query: z.object({ lang: z.enum(['zh', 'en']).default('zh') }),
      handle: ({ actor, params, query }) =>
        onDone(actor, params.runId, async (run) => {
          const translated = params.name.replace('.', '.en.');
          const name = query.lang === 'en' && Object.hasOwn(run.files, translated) ? translated : params.name;
          const hash = Object.hasOwn(run.files, name) ? run.files[name] : undefined;
          const kept = hash === undefined ? undefined : await files.find(hash);
          return kept === undefined ? refuse(404, NO_CELL) : fileDownload(kept.path, name);
        }),
    }),
  ];
}
