import { z } from 'zod';
import { fileDownload } from '../../platform/http/download.ts';
import { refuse, route, type Route, type RouteAnswer } from '../../platform/http/route.ts';
import type { Services } from '../../platform/services.ts';
import { lonLatOf } from '../../geometry/index.ts';
import type { ActorContext } from '../access/index.ts';
import type { ProblemPage } from '../intake/index.ts';
import type { LayerVersion } from '../parcels/server.ts';
import { qualityOf, reportView, startQuality } from './operations.ts';
import { writeProblemPlaces } from './problem-places.writer.ts';
import { writeQualityWorkbook } from './quality-report.writer.ts';
import { readReportProblems, type StoredReport } from './store.ts';

const EXPORTED_PROBLEMS = 200_000;

function jsonNull(): Response {
  return new Response('null', { headers: { 'content-type': 'application/json; charset=utf-8' } });
}

/** Quality of a layer version: run, report, problems, export. */
export function qualityRoutes(services: Services): Route[] {
  const { db, files } = services;
  const params = z.object({ layerVersionId: z.uuid() });
  const onReport = async (
    actor: ActorContext,
    layerVersionId: string,
    use: (version: LayerVersion, report: StoredReport) => Promise<RouteAnswer> | RouteAnswer,
  ): Promise<RouteAnswer> => {
    const found = await qualityOf(db, actor, layerVersionId);
    return found.ok ? use(found.value.version, found.value.report) : refuse(404, found.error);
  };
  const download = (actor: ActorContext, layerVersionId: string, extension: 'xlsx' | 'gpkg'): Promise<RouteAnswer> =>
    onReport(actor, layerVersionId, async (version, report) => {
      const { problems } = await readReportProblems(db, version, undefined, 0, EXPORTED_PROBLEMS);
      const folder = await files.temporaryFolder();
      try {
        const path = `${folder.path}/quality.${extension}`;
        const content = { ...report, problems, notes: 0, cancelled: false };
        if (extension === 'xlsx') await writeQualityWorkbook(path, content, { layerName: version.sourceName });
        else await writeProblemPlaces(path, problems, version.epsg);
        return await fileDownload(
          path,
          `${version.sourceName.replace(/\.[^.]+$/, '')}-quality.${extension}`,
          folder.remove,
        );
      } catch (error) {
        await folder.remove();
        throw error;
      }
    });
  return [
    route({
      method: 'POST',
      path: '/api/layers/:layerVersionId/quality',
      params,
      handle: async ({ actor, params }) => {
        const started = await startQuality(services, actor, params.layerVersionId);
        return started.ok ? started.value : refuse(started.error.code === 'LAYER-NOT-FOUND' ? 404 : 409, started.error);
      },
    }),
    route({
      method: 'GET',
      path: '/api/layers/:layerVersionId/quality',
      params,
      handle: async ({ actor, params }) => {
        const found = await qualityOf(db, actor, params.layerVersionId);
        if (found.ok) return reportView(found.value.report);
        // Nobody has looked yet: that is an answer, not an error.
        return found.error.code === 'QUALITY-NOT-RUN' ? jsonNull() : refuse(404, found.error);
      },
    }),
    route({
      method: 'GET',
      path: '/api/layers/:layerVersionId/quality/problems',
      params,
      query: z.object({
        rule: z.string().max(100).optional(),
        offset: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      }),
      handle: ({ actor, params, query }) =>
        onReport(actor, params.layerVersionId, async (version): Promise<ProblemPage> => {
          const { total, problems } = await readReportProblems(db, version, query.rule, query.offset, query.limit);
          const place = (at: readonly [number, number]): readonly [number, number] => {
            const [lon, lat] = lonLatOf({ coords: Float64Array.of(at[0], at[1]), epsg: version.epsg });
            return [lon!, lat!];
          };
          return {
            total,
            offset: query.offset,
            problems: problems.map((problem) => ({
              ...problem,
              lonLat: problem.at === undefined ? null : place(problem.at),
            })),
          };
        }),
    }),
    route({
      method: 'GET',
      path: '/api/layers/:layerVersionId/quality/export.xlsx',
      params,
      handle: ({ actor, params }) => download(actor, params.layerVersionId, 'xlsx'),
    }),
    route({
      method: 'GET',
      path: '/api/layers/:layerVersionId/quality/export.gpkg',
      params,
      handle: ({ actor, params }) => download(actor, params.layerVersionId, 'gpkg'),
    }),
  ];
}
