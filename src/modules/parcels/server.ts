export {
  currentLayerVersion,
  featureDetail,
  findLayerVersion,
  listLayerVersions,
  type NewLayerVersion,
  readLayerVersion,
  saveLayerVersion,
  type SaveOptions,
  withdrawLayerVersion,
} from './operations.ts';
export { parcelRoutes } from './routes.ts';
export type { LayerVersion } from './store.ts';
export { deleteStagedVersion, removeAbandonedVersions } from './store.ts';
export { readEncodedBatches, readFeatureBoxes } from './store.ts';
