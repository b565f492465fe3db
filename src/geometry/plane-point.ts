import { METRES_PER_DEGREE, authalicHeight, planeScale } from './equal-area.ts';
import type { PlaneLayer } from './types.ts';

/**
 * Longitude and latitude (degrees) of a point of the equal-area plane, for showing places found there. Good to 1e-9°
 * (0.1 mm): nothing is computed from it.
 */
export function lonLatOfPlanePoint(
  { origin }: Pick<PlaneLayer, 'origin'>,
  x: number,
  y: number,
): [longitude: number, latitude: number] {
  const scale = planeScale(origin[1]);
  const height = authalicHeight(origin[1]) + y * scale;
  const step = 1e-4;
  // Q grows almost evenly with latitude: a few secant steps reach the last digits.
  let latitude = origin[1];
  for (let i = 0; i < 12; i++) {
    const slope = (authalicHeight(latitude + step) - authalicHeight(latitude - step)) / (2 * step);
    const correction = (height - authalicHeight(latitude)) / slope;
    latitude += correction;
    if (Math.abs(correction) < 1e-12) break;
  }
  return [origin[0] + x / (METRES_PER_DEGREE * scale), latitude];
}
