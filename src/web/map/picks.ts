import type { Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import type { LayerRole } from '../../kernel/index.ts';
import { identifyFeature } from '../api/endpoints.ts';
import { OWN_PARCELS, sourceOf, type TileLayer } from './style.ts';

/** What lies under a click, the topmost first. */
export interface MapPick {
  readonly role: LayerRole;
  readonly layerVersionId: string;
  readonly featureNo: number;
  readonly id: string | null;
  readonly label: string | null;
}

export interface PickedAt {
  readonly picks: readonly MapPick[];
  readonly plotIds: readonly string[];
}

function textOf(properties: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = properties[name];
  return value === null || value === undefined ? null : String(value);
}

/**
 * Every feature of our own layers at a place. Far out the tiles draw small features together and without a number; then
 * the server says which one lies there.
 */
export async function picksAt(map: MapLibreMap, event: MapMouseEvent, layers: readonly TileLayer[]): Promise<PickedAt> {
  const found = new Map<string, MapPick | TileLayer>();
  const plotIds: string[] = [];
  for (const feature of map.queryRenderedFeatures(event.point)) {
    const { properties } = feature;
    if (feature.source === 'plan') {
      const plotId = textOf(properties, 'plotId');
      if (plotId !== null && !plotIds.includes(plotId)) plotIds.push(plotId);
      continue;
    }
    if (feature.source === OWN_PARCELS) {
      const featureNo = Number(properties['featureNo']);
      found.set(`${OWN_PARCELS} ${featureNo}`, {
        role: 'parcels',
        layerVersionId: OWN_PARCELS,
        featureNo,
        id: null,
        label: textOf(properties, 'class'),
      });
      continue;
    }
    const layer = layers.find((each) => sourceOf(each) === feature.source);
    if (layer === undefined) continue;
    const number = properties['no'] ?? feature.id;
    if (number === undefined) {
      found.set(layer.layerVersionId, layer);
      continue;
    }
    found.set(`${layer.layerVersionId} ${number}`, {
      role: layer.role,
      layerVersionId: layer.layerVersionId,
      featureNo: Number(number),
      id: textOf(properties, 'id'),
      label: textOf(properties, 'label') ?? textOf(properties, 'class'),
    });
  }
  const picks = await Promise.all(
    [...found.values()].map(async (each): Promise<MapPick | undefined> => {
      if ('featureNo' in each) return each;
      const detail = await identifyFeature(each.layerVersionId, event.lngLat.lng, event.lngLat.lat).catch(
        () => undefined,
      );
      return detail === undefined
        ? undefined
        : {
            role: each.role,
            layerVersionId: each.layerVersionId,
            featureNo: detail.featureNo,
            id: detail.id,
            label: null,
          };
    }),
  );
  return { picks: picks.filter((each) => each !== undefined), plotIds };
}
