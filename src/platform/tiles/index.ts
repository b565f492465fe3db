export {
  FULL_DETAIL_ZOOM,
  isSpeck,
  speckSize,
  TileCutter,
  type TileLayerNames,
} from './cut-tile.ts';
export { type Outline, type OutlineFacts, outlineOf, type WorldBox } from './outline.ts';
export { addPiece, cutToPiece, pieceOf } from './piece.ts';
export { type Built, PyramidBuilder } from './pyramid.ts';
export { RingBuffer } from './ring-buffer.ts';
export { type TileCache, tileCache } from './tile-cache.ts';
export {
  type Box,
  boxOfTile,
  BUFFER,
  EXTENT,
  isTile,
  MAX_ZOOM,
  type TileAddress,
  worldOf,
} from './tile-grid.ts';
