import { z } from 'zod';
import { LAYER_ROLES, localized, type Refusal, type Result } from '../../kernel/index.ts';
import { fileDownload } from '../../platform/http/download.ts';
import { refuse, reply, route, type Route, type RouteAnswer } from '../../platform/http/route.ts';
import { receiveUpload } from '../../platform/http/upload.ts';
import type { Services } from '../../platform/services.ts';
import { type ActorContext, legalDate } from '../access/index.ts';
import { writeErrorGeoPackage, writeErrorWorkbook } from './error-file.server.ts';
import { lonLatOfPlace } from './jobs.ts';
import {
  commitImport,
  correctImport,
  createImport,
  discardImport,
  exportLayer,
  importOf,
  importRequestOf,
  importsOf,
  undoImport,
} from './operations.ts';
import { previewOf } from './preview.server.ts';
import { readProblems, viewOf, type StoredImport } from './store.ts';
import { surveySchemaOf } from './survey-schema.ts';
import type { ImportCorrection, ImportPreview, ProblemPage, TargetField } from './views.ts';

/** The largest file taken: a county's parcels as uncompressed GeoJSON are about half of it. */
const MAX_FILE_BYTES = 2 * 1024 ** 3;

const params = z.object({ importId: z.uuid() });
const correction = z.object({
  mapping: z
    .array(z.object({ source: z.string().max(500), target: z.string().max(500).nullable() }))
    .max(1_000)
    .optional(),
  encoding: z.enum(['utf-8', 'gb18030']).optional(),
  crs: z.number().int().optional(),
  datumParameters: z.string().max(200).optional(),
  layer: z.string().max(500).optional(),
});

const NOTHING_STAGED: Refusal = {
  code: 'IMPORT-NOTHING-STAGED',
  message: localized('这次导入没有待入库的数据。', 'This import has no staged rows.'),
  remedy: localized(
    '入库、撤销或放弃后预览和错误清单不再提供。',
    'After commit, undo or discard there is no preview and no error list.',
  ),
};

function answer<T extends object>(result: Result<T, Refusal>): RouteAnswer {
  if (result.ok) return result.value;
  return refuse(
    result.error.code.endsWith('NOT-FOUND') ? 404 : result.error.code === 'IMPORT-COUNTY' ? 403 : 409,
    result.error,
  );
}

/** Import of delivered files: upload, evidence, preview, problems, correction, commit, undo. */
export function intakeRoutes(services: Services): Route[] {
  const { db, files } = services;
  const onImport = async (
    actor: ActorContext,
    importId: string,
    use: (stored: StoredImport) => Promise<RouteAnswer> | RouteAnswer,
  ): Promise<RouteAnswer> => {
    const found = await importOf(db, actor, importId);
    return found.ok ? use(found.value) : refuse(404, found.error);
  };
  const download = (
    actor: ActorContext,
    importId: string,
    write: typeof writeErrorWorkbook,
    extension: string,
  ): Promise<RouteAnswer> =>
    onImport(actor, importId, async (stored) => {
      if (stored.state !== 'staged' || stored.facts.crs === undefined) return refuse(409, NOTHING_STAGED);
      const folder = await files.temporaryFolder();
      try {
        const path = await write(db, stored, folder.path);
        return await fileDownload(
          path,
          `${stored.fileName.replace(/\.[^.]+$/, '')}-errors.${extension}`,
          folder.remove,
        );
      } catch (error) {
        await folder.remove();
        throw error;
      }
    });

  return [
    route({
      method: 'GET',
      path: '/api/layers/:layerVersionId/export.gpkg',
      params: z.object({ layerVersionId: z.uuid() }),
      handle: async ({ actor, params }) => {
        const folder = await files.temporaryFolder();
        try {
          const exported = await exportLayer(db, actor, params.layerVersionId, folder.path);
          if (exported.ok) return await fileDownload(exported.value.path, exported.value.name, folder.remove);
          await folder.remove();
          return refuse(exported.error[0]?.code === 'LAYER-NOT-FOUND' ? 404 : 409, exported.error);
        } catch (error) {
          await folder.remove();
          throw error;
        }
      },
    }),
    route({ method: 'GET', path: '/api/imports', handle: ({ actor }) => importsOf(db, actor) }),
    route({
      method: 'GET',
      path: '/api/imports/targets',
      query: z.object({ role: z.enum(LAYER_ROLES) }),
      handle: ({ query }): TargetField[] =>
        surveySchemaOf(query.role).fields.map((field) => ({
          name: field.code,
          title: field.name,
          required: field.need === 'required',
        })),
    }),
    route({
      method: 'POST',
      path: '/api/imports',
      upload: true,
      handle: async ({ actor, raw }) => {
        const upload = await receiveUpload(raw, files, { maxFileBytes: MAX_FILE_BYTES });
        if (!upload.ok)
          return refuse(upload.error.some((refusal) => refusal.code === 'FILE-TOO-LARGE') ? 413 : 400, upload.error);
        const file = upload.value.files.find((candidate) => candidate.field === 'file');
        if (file === undefined) {
          return refuse(400, {
            code: 'IMPORT-FORM',
            message: localized('没有选择文件。', 'No file was sent.'),
            remedy: localized('请选择要导入的文件。', 'Choose the file to import.'),
            place: { field: 'file' },
          });
        }
        const request = importRequestOf(upload.value.fields, legalDate(services.clock.now()));
        if (!request.ok) return refuse(400, request.error);
        const created = await createImport(services, actor, request.value, file);
        return created.ok ? reply(201, created.value) : refuse(403, created.error);
      },
    }),
    route({
      method: 'GET',
      path: '/api/imports/:importId',
      params,
      handle: ({ actor, params }) => onImport(actor, params.importId, viewOf),
    }),
    route({
      method: 'GET',
      path: '/api/imports/:importId/preview',
      params,
      handle: ({ actor, params }) =>
        onImport(actor, params.importId, async (stored) => {
          if (stored.state === 'staged' && stored.facts.crs !== undefined) return previewOf(db, stored);
          // A screen may ask just as the import is committed: nothing staged is an empty preview, not a fault.
          const nothing: ImportPreview = {
            fields: [],
            rows: [],
            outlines: { type: 'FeatureCollection', features: [] },
          };
          return nothing;
        }),
    }),
    route({
      method: 'GET',
      path: '/api/imports/:importId/problems',
      params,
      query: z.object({
        rule: z.string().max(100).optional(),
        offset: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      }),
      handle: ({ actor, params, query }) =>
        onImport(actor, params.importId, async (stored): Promise<ProblemPage> => {
          const { total, problems } = await readProblems(db, stored, query.rule, query.offset, query.limit);
          const epsg = stored.facts.crs?.epsg;
          return {
            total,
            offset: query.offset,
            problems: problems.map((problem) => ({
              ...problem,
              lonLat: problem.at === undefined || epsg === undefined ? null : lonLatOfPlace(problem.at, epsg),
            })),
          };
        }),
    }),
    route({
      method: 'PUT',
      path: '/api/imports/:importId/mapping',
      params,
      body: correction,
      handle: async ({ actor, params, body }) =>
        answer(await correctImport(services, actor, params.importId, body as ImportCorrection)),
    }),
    route({
      method: 'POST',
      path: '/api/imports/:importId/commit',
      params,
      body: z.object({ choice: z.enum(['goodRows', 'allOrNone']) }),
      handle: async ({ actor, params, body }) =>
        answer(await commitImport(services, actor, params.importId, body.choice)),
    }),
    route({
      method: 'POST',
      path: '/api/imports/:importId/discard',
      params,
      handle: async ({ actor, params }) => answer(await discardImport(services, actor, params.importId)),
    }),
    route({
      method: 'POST',
      path: '/api/imports/:importId/undo',
      params,
      handle: async ({ actor, params }) => answer(await undoImport(services, actor, params.importId)),
    }),
    route({
      method: 'GET',
      path: '/api/imports/:importId/errors.xlsx',
      params,
      handle: ({ actor, params }) => download(actor, params.importId, writeErrorWorkbook, 'xlsx'),
    }),
    route({
      method: 'GET',
      path: '/api/imports/:importId/errors.gpkg',
      params,
      handle: ({ actor, params }) => download(actor, params.importId, writeErrorGeoPackage, 'gpkg'),
    }),
  ];
}
