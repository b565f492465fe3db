import { z } from 'zod';
import type { Refusal, Result } from '../../kernel/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { refuse, type Route, route, type RouteAnswer } from '../../platform/http/route.ts';
import { tileRoute } from './tiles.server.ts';
import {
  featureDetail,
  findLayerVersion,
  identifyFeature,
  listLayerVersions,
  pageOfFeatures,
  summaryByClass,
  withdrawLayerVersion,
} from './operations.ts';
import { type LayerVersion, viewOf } from './store.ts';
import type { LayerSummaryView } from './views.ts';

const MAX_PAGE = 1000;

const layerParams = z.object({ layerVersionId: z.uuid() });
const featureParams = layerParams.extend({ featureNo: z.coerce.number().int().min(0).max(2_147_483_647) });
const pageQuery = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
  search: z.string().max(100).optional(),
  class: z.string().max(20).optional(),
  village: z.string().max(20).optional(),
});
const pointQuery = z.object({ lon: z.coerce.number().min(-180).max(180), lat: z.coerce.number().min(-90).max(90) });
function answer<T extends object>(result: Result<T, Refusal>): RouteAnswer {
  return result.ok ? result.value : refuse(result.error.code.endsWith('NOT-FOUND') ? 404 : 409, result.error);
}

/** Layer versions and their features. Every read checks the actor's county before it looks at a feature. */
export function parcelRoutes(db: Database): Route[] {
  const onLayer = async (
    context: Parameters<typeof findLayerVersion>[1],
    layerVersionId: string,
    use: (version: LayerVersion) => Promise<RouteAnswer> | RouteAnswer,
  ): Promise<RouteAnswer> => {
    const found = await findLayerVersion(db, context, layerVersionId);
    return found.ok ? use(found.value) : refuse(404, found.error);
  };

  return [
    route({
      method: 'GET',
      path: '/api/layers',
      query: z.object({ county: z.string().regex(/^\d{6}$/) }),
      handle: ({ actor, query }) => listLayerVersions(db, actor, query.county),
    }),
    route({
      method: 'GET',
      path: '/api/layers/:layerVersionId',
      params: layerParams,
      handle: ({ actor, params }) => onLayer(actor, params.layerVersionId, viewOf),
    }),
    route({
      method: 'GET',
      path: '/api/layers/:layerVersionId/features',
      params: layerParams,
      query: pageQuery,
      handle: ({ actor, params, query }) =>
        onLayer(actor, params.layerVersionId, (version) =>
          pageOfFeatures(db, version, query, query.offset, query.limit),
        ),
    }),
    route({
      method: 'GET',
      path: '/api/layers/:layerVersionId/features/:featureNo',
      params: featureParams,
      handle: ({ actor, params }) =>
        onLayer(actor, params.layerVersionId, async (version) =>
          answer(await featureDetail(db, version, params.featureNo)),
        ),
    }),
    route({
      method: 'GET',
      path: '/api/layers/:layerVersionId/identify',
      params: layerParams,
      query: pointQuery,
      handle: ({ actor, params, query }) =>
        onLayer(
          actor,
          params.layerVersionId,
          async (version) => (await identifyFeature(db, version, query.lon, query.lat)) ?? undefined,
        ),
    }),
    route({
      method: 'GET',
      path: '/api/layers/:layerVersionId/summary',
      params: layerParams,
      handle: ({ actor, params }) =>
        onLayer(
          actor,
          params.layerVersionId,
          async (version): Promise<LayerSummaryView> => ({
            layerVersionId: version.layerVersionId,
            featureCount: version.featureCount,
            areaDm2: version.areaDm2,
            classes: await summaryByClass(db, version),
          }),
        ),
    }),
    route({
      method: 'POST',
      path: '/api/layers/:layerVersionId/withdraw',
      params: layerParams,
      handle: async ({ actor, params }) =>
        answer(await db.transaction((tx) => withdrawLayerVersion(tx, actor, params.layerVersionId))),
    }),
    tileRoute(db),
  ];
}
