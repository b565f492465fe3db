export { type CellShare, CELLS, rectanglesByClass } from './generalise.ts';
export { labelPoint } from './label-point.ts';
export { encodeTile, type TileFeature } from './mvt.ts';
export { clipRing, quantiseRing, type Ring, simplifyRing } from './ring.ts';
export { type TileCache, tileCache } from './tile-cache.ts';
export {
  type Box,
  boxOfTile,
  BUFFER,
  degreesPerUnit,
  EXTENT,
  isTile,
  MAX_ZOOM,
  project,
  type TileAddress,
  UNITS_PER_PIXEL,
} from './tile-grid.ts';
