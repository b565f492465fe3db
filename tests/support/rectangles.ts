import type { AttributeValue, PolygonLayer } from '../../src/kernel/index.ts';

/**
 * Rectangles west, south, east, north in metres from a corner on the central meridian of 3° zone 40. There a square of 100 m
 * has an official area of 10,000.00 m², so that cases can be worked by hand.
 */
export type Rectangle = readonly [west: number, south: number, east: number, north: number];

export const CORNER_EAST = 40_500_000;
export const CORNER_NORTH = 3_353_000;
export const CORNER_EPSG = 4528;

/** A layer of rectangles (or of several a feature, or of rings as given), with columns. */
export function rectangleLayer(
  rectangles: readonly (Rectangle | readonly Rectangle[])[],
  columns: Readonly<Record<string, readonly AttributeValue[]>> = {},
): PolygonLayer {
  const coords: number[] = [];
  const ringStarts = [0];
  const featureRings = [0];
  for (const feature of rectangles) {
    for (const [west, south, east, north] of typeof feature[0] === 'number'
      ? [feature as Rectangle]
      : (feature as readonly Rectangle[])) {
      for (const [x, y] of [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
      ] as const)
        coords.push(CORNER_EAST + x, CORNER_NORTH + y);
      ringStarts.push(coords.length / 2);
    }
    featureRings.push(ringStarts.length - 1);
  }
  return {
    epsg: CORNER_EPSG,
    featureNos: Uint32Array.from(rectangles, (_, f) => f),
    coords: Float64Array.from(coords),
    ringStarts: Uint32Array.from(ringStarts),
    ringRoles: new Uint8Array(ringStarts.length - 1),
    featureRings: Uint32Array.from(featureRings),
    columns: Object.entries(columns).map(([name, values]) => ({ name, values })),
  };
}
