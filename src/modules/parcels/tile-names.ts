import { TILE_LABELS, TILE_LAYER } from './views.ts';

/** The layers of our tiles, as the tile cutter wants them. */
export const TILE_LAYERS = { features: TILE_LAYER, labels: TILE_LABELS } as const;
