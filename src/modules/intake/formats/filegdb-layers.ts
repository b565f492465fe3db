import type { Refusal } from '../../../kernel/index.ts';
import { noPolygonLayer, noSuchLayer, refusal, severalLayers } from './refusals.ts';

/** A layer or table of a geodatabase. */
export interface FileGdbLayer {
  readonly name: string;
  /** Geometry type as GDAL names it, empty for a table. */
  readonly type: string;
  readonly featureCount: number;
}

function isPolygonType(type: string): boolean {
  return /polygon|surface/i.test(type);
}

/** The layer to read: the one wanted, else the only one of polygons. */
export function chooseFileGdbLayer(
  file: string,
  layers: readonly FileGdbLayer[],
  wanted: string | undefined,
): FileGdbLayer | Refusal {
  const polygons = layers.filter((layer) => isPolygonType(layer.type));
  const names = polygons.map((layer) => layer.name);
  if (wanted !== undefined) {
    const named =
      layers.find((layer) => layer.name === wanted) ??
      layers.find((layer) => layer.name.toLowerCase() === wanted.toLowerCase());
    if (named === undefined) return noSuchLayer(file, wanted, names);
    if (isPolygonType(named.type)) return named;
    return refusal(
      'INTAKE_NOT_POLYGON',
      { file, layer: named.name },
      `图层“${named.name}”是 ${named.type || '表'},不是面`,
      `Layer “${named.name}” holds ${named.type || 'a table'}, not polygons.`,
      '请改用面图层',
      'Use a polygon layer.',
    );
  }
  if (polygons.length === 1) return polygons[0]!;
  if (polygons.length > 1) return severalLayers(file, names);
  return noPolygonLayer(file, layers.map((layer) => `${layer.name}: ${layer.type || 'table'}`).join(', '));
}
