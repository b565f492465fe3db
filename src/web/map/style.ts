import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { LayerRole } from '../../kernel/index.ts';
import { TILE_LABELS, TILE_LAYER } from '../../modules/parcels/views.ts';
import { landTokens } from '../kit/land-class.tsx';
import { tokenValue } from '../theme.ts';

/** A layer version drawn from our own tiles. */
export interface TileLayer {
  readonly role: LayerRole;
  readonly layerVersionId: string;
}

/** GeoJSON as the map library takes it; coordinates in 4490 degrees. */
export interface GeoJson {
  readonly type: 'FeatureCollection';
  readonly features: readonly unknown[];
}

export interface StyleInput {
  /** Tile addresses must be absolute: the map's worker has no page to resolve them against. */
  readonly origin: string;
  readonly layers: readonly TileLayer[];
  readonly hidden: ReadonlySet<string>;
  /** Parcels from the page's own memory, where there are no tiles: `properties.featureNo` and `properties.class`. */
  readonly parcels?: GeoJson | undefined;
  readonly plan: GeoJson | undefined;
  readonly outlines: GeoJson | undefined;
  /** `properties.featureNo` of the outline that is chosen. */
  readonly chosenOutline: number | undefined;
  readonly points: GeoJson | undefined;
  /** Parcels step back so that what is highlighted stands out. */
  readonly quiet: boolean;
  /** Something is chosen or highlighted. Else the marks are not built: unseen they cost as much to draw as all parcels. */
  readonly marked: boolean;
  readonly dark: boolean;
  /** The outside base map through our own server; drawn under everything. */
  readonly basemap: boolean;
}

/** Source of parcels that come as GeoJSON. */
export const OWN_PARCELS = 'own-parcels';

export const sourceOf = (layer: TileLayer): string => `tiles:${layer.layerVersionId}`;

/** Highest zoom the server cuts tiles for; beyond it the map enlarges them. */
const MAX_TILE_ZOOM = 16;
const FONTS = ['Noto Sans CJK SC Regular'];

function landPaint(): ExpressionSpecification {
  const cases = landTokens().flatMap(([code, token]) => [code, tokenValue(token)]);
  return ['match', ['get', 'class'], ...cases, tokenValue('--land-unknown')] as unknown as ExpressionSpecification;
}

const stateIs = (name: string): ExpressionSpecification => ['boolean', ['feature-state', name], false];

function byState(chosen: string | number, marked: string | number, other: string | number): ExpressionSpecification {
  return ['case', stateIs('selected'), chosen, stateIs('highlight'), marked, other] as ExpressionSpecification;
}

function label(
  id: string,
  source: string,
  field: ExpressionSpecification,
  minzoom: number,
  size: number,
): LayerSpecification {
  return {
    id,
    type: 'symbol',
    source,
    minzoom,
    ...(source.startsWith('tiles:') ? { 'source-layer': TILE_LABELS } : {}),
    layout: { 'text-field': field, 'text-size': size, 'text-font': FONTS, 'text-max-width': 8, 'text-padding': 6 },
    paint: {
      'text-color': tokenValue('--map-label'),
      'text-halo-color': tokenValue('--map-halo'),
      'text-halo-width': 1.4,
    },
  } as LayerSpecification;
}

interface ParcelBase {
  readonly source: string;
  readonly 'source-layer'?: string;
}

const inTiles = (layer: TileLayer): ParcelBase => ({ source: sourceOf(layer), 'source-layer': TILE_LAYER });

function parcelLayers(base: ParcelBase, input: StyleInput): LayerSpecification[] {
  const overImagery = input.basemap && !input.hidden.has('basemap');
  const plain = overImagery ? 0.35 : input.quiet ? (input.dark ? 0.3 : 0.4) : input.dark ? 0.72 : 0.9;
  return [
    {
      ...base,
      id: 'parcels-fill',
      type: 'fill',
      paint: { 'fill-color': landPaint(), 'fill-opacity': plain, 'fill-antialias': false },
    },
    {
      ...base,
      id: 'parcels-edge',
      type: 'line',
      // Further out the edges are thinner than a third of a pixel and cost more to draw than everything else together.
      minzoom: 13,
      paint: {
        'line-color': tokenValue('--map-edge'),
        'line-width': ['interpolate', ['linear'], ['zoom'], 13, 0.3, 14, 0.5, 17, 1.1],
        'line-opacity': input.quiet ? 0.5 : 0.8,
      },
    },
    label('parcels-label', base.source, ['coalesce', ['get', 'class'], ''], 15, 11),
  ];
}

/** What is chosen, over the zones, so that no boundary hides it. */
function markLayers(base: ParcelBase): LayerSpecification[] {
  return [
    {
      ...base,
      id: 'parcels-mark',
      type: 'fill',
      paint: {
        'fill-color': byState(tokenValue('--map-selected'), tokenValue('--map-highlight'), tokenValue('--map-ground')),
        'fill-opacity': byState(0.45, 0.34, 0),
      },
    },
    {
      ...base,
      id: 'parcels-mark-edge',
      type: 'line',
      paint: {
        'line-color': byState(tokenValue('--map-selected'), tokenValue('--map-highlight'), tokenValue('--map-ground')),
        'line-width': byState(3, 1.6, 0),
        'line-opacity': byState(1, 1, 0),
      },
    },
  ];
}

const ZONE_LINE: Readonly<
  Partial<Record<LayerRole, { width: number; dash?: number[]; fill: number; lineFrom?: number; labelFrom: number }>>
> = {
  basicFarmland: { width: 0.8, fill: 0.14, lineFrom: 13.5, labelFrom: 24 },
  redLine: { width: 2.4, fill: 0.1, labelFrom: 12 },
  growthBoundary: { width: 2.2, dash: [4, 2], fill: 0.06, labelFrom: 24 },
  slope: { width: 0.8, fill: 0.14, labelFrom: 13 },
  village: { width: 1.4, dash: [6, 2, 1, 2], fill: 0, labelFrom: 10.5 },
  grade: { width: 0.8, fill: 0.14, labelFrom: 13 },
  project: { width: 3, fill: 0, labelFrom: 11 },
};

function zoneLayers(layer: TileLayer): LayerSpecification[] {
  const source = sourceOf(layer);
  const look = ZONE_LINE[layer.role] ?? { width: 1, fill: 0.1, labelFrom: 13 };
  const colour = tokenValue(`--zone-${layer.role}`);
  const base = { source, 'source-layer': TILE_LAYER };
  return [
    // The zone's own line smooths its edge: the library's would be one more pass over every boundary.
    {
      ...base,
      id: `${layer.role}-fill`,
      type: 'fill',
      paint: { 'fill-color': colour, 'fill-opacity': look.fill, 'fill-antialias': false },
    },
    {
      ...base,
      id: `${layer.role}-line`,
      type: 'line',
      minzoom: look.lineFrom ?? 0,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': colour,
        'line-width': ['interpolate', ['linear'], ['zoom'], 9, look.width * 0.5, 15, look.width * 1.2],
        ...(look.dash === undefined ? {} : { 'line-dasharray': look.dash }),
      },
    },
    label(`${layer.role}-label`, source, ['coalesce', ['get', 'label'], ''], look.labelFrom, 12),
  ];
}

function planLayers(): LayerSpecification[] {
  const source = 'plan';
  const is = (layer: string): ExpressionSpecification => ['==', ['get', 'layer'], layer];
  const kindColour = [
    'match',
    ['get', 'kind'],
    'new',
    tokenValue('--map-plot-new'),
    'build',
    tokenValue('--map-plot-build'),
    'clear',
    tokenValue('--map-plot-clear'),
    'upgrade',
    tokenValue('--map-plot-upgrade'),
    tokenValue('--map-plot-none'),
  ] as unknown as ExpressionSpecification;
  const markedColour = [
    'case',
    stateIs('highlight'),
    tokenValue('--map-highlight'),
    kindColour,
  ] as unknown as ExpressionSpecification;
  return [
    {
      id: 'plan-plots',
      type: 'fill',
      source,
      filter: is('plots'),
      paint: { 'fill-color': kindColour, 'fill-opacity': byState(0.4, 0.34, 0.28) },
    },
    {
      id: 'plan-plots-line',
      type: 'line',
      source,
      filter: is('plots'),
      paint: { 'line-color': markedColour, 'line-width': byState(4, 3, 1.6) },
    },
    {
      id: 'plan-change',
      type: 'line',
      source,
      filter: is('basicFarmlandChange'),
      paint: {
        'line-color': [
          'match',
          ['get', 'direction'],
          'out',
          tokenValue('--map-change-out'),
          tokenValue('--map-change-in'),
        ],
        'line-width': byState(4, 3, 2),
        'line-dasharray': [2, 1.2],
      },
    },
    {
      id: 'plan-alternatives',
      type: 'line',
      source,
      filter: is('alternatives'),
      paint: { 'line-color': tokenValue('--map-plot-none'), 'line-width': 1.4, 'line-dasharray': [1, 2] },
    },
    {
      id: 'plan-project',
      type: 'line',
      source,
      filter: is('project'),
      layout: { 'line-join': 'round' },
      paint: { 'line-color': tokenValue('--map-project'), 'line-width': 2.6, 'line-dasharray': [5, 1.6, 1, 1.6] },
    },
    {
      ...label('plan-label', source, ['coalesce', ['get', 'plotId'], ''], 14, 11),
      filter: is('plots'),
    } as LayerSpecification,
  ];
}

/** The whole look of the map: one value, rebuilt when anything in it changes. No outside source, font or sprite. */
export function mapStyle(input: StyleInput): StyleSpecification {
  const visible = input.layers.filter((layer) => !input.hidden.has(layer.role));
  const parcels = visible.filter((layer) => layer.role === 'parcels');
  const zones = visible.filter((layer) => layer.role !== 'parcels');
  const sources: StyleSpecification['sources'] = {};
  for (const layer of visible) {
    sources[sourceOf(layer)] = {
      type: 'vector',
      tiles: [`${input.origin}/api/tiles/${encodeURIComponent(layer.layerVersionId)}/{z}/{x}/{y}.mvt`],
      minzoom: 0,
      maxzoom: MAX_TILE_ZOOM,
    };
  }
  const basemap = input.basemap && !input.hidden.has('basemap');
  if (basemap) {
    sources['basemap'] = {
      type: 'raster',
      tiles: [`${input.origin}/api/basemap/{z}/{x}/{y}`],
      tileSize: 256,
      maxzoom: 18,
    };
  }
  if (input.parcels !== undefined) {
    sources[OWN_PARCELS] = {
      type: 'geojson',
      data: input.parcels,
      promoteId: 'featureNo',
    } as unknown as StyleSpecification['sources'][string];
  }
  const parcelBases: readonly ParcelBase[] =
    input.parcels === undefined ? parcels.map(inTiles) : [{ source: OWN_PARCELS }];
  const layers: LayerSpecification[] = [
    { id: 'ground', type: 'background', paint: { 'background-color': tokenValue('--map-ground') } },
    ...(basemap ? [{ id: 'basemap', type: 'raster', source: 'basemap' } satisfies LayerSpecification] : []),
    ...parcelBases.flatMap((base) => parcelLayers(base, input)),
    ...zones.flatMap((layer) => zoneLayers(layer)),
    ...(input.marked ? parcelBases.flatMap((base) => markLayers(base)) : []),
  ];
  const geojson = (data: GeoJson, promoteId?: string) =>
    ({
      type: 'geojson',
      data,
      ...(promoteId === undefined ? {} : { promoteId }),
    }) as StyleSpecification['sources'][string];
  if (input.plan !== undefined && !input.hidden.has('plan')) {
    sources['plan'] = geojson(input.plan, 'plotId');
    layers.push(...planLayers());
  }
  if (input.outlines !== undefined) {
    const isChosen: ExpressionSpecification = ['==', ['get', 'featureNo'], input.chosenOutline ?? -1];
    const outlineColour: ExpressionSpecification = [
      'case',
      isChosen,
      tokenValue('--map-highlight'),
      tokenValue('--note'),
    ];
    sources['outlines'] = geojson(input.outlines);
    layers.push(
      {
        id: 'outlines-fill',
        type: 'fill',
        source: 'outlines',
        paint: { 'fill-color': outlineColour, 'fill-opacity': 0.16 },
      },
      {
        id: 'outlines-line',
        type: 'line',
        source: 'outlines',
        paint: { 'line-color': outlineColour, 'line-width': ['case', isChosen, 3, 1] },
      },
    );
  }
  if (input.points !== undefined) {
    sources['points'] = geojson(input.points);
    layers.push({
      id: 'points',
      type: 'circle',
      source: 'points',
      paint: {
        'circle-radius': ['case', ['boolean', ['get', 'chosen'], false], 9, 5],
        'circle-color': [
          'match',
          ['get', 'severity'],
          'error',
          tokenValue('--fail'),
          'warning',
          tokenValue('--person'),
          tokenValue('--note'),
        ],
        'circle-opacity': 0.85,
        'circle-stroke-color': tokenValue('--map-halo'),
        'circle-stroke-width': 1.5,
      },
    });
  }
  // Nothing fades: without a graphics card each frame of a transition draws the whole county again.
  return { version: 8, sources, layers, transition: { duration: 0, delay: 0 } };
}
