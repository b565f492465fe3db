/**
 * Square metres to whole dm² without a detour over text. Common to TypeScript and the compiled kernel, hence written in the
 * subset of src/geometry/portable/README.md.
 */

/** Below this many m² the rounding here is that of the decimal text; no area in China comes near. */
export const MAX_ROUNDED_SQUARE_METRES: number = 1e12;

/**
 * Whole dm² of an area in m², |area| < MAX_ROUNDED_SQUARE_METRES, halves away from zero. The number's first 15 decimal digits
 * decide halves, as toPrecision(15) writes them: 0.285 m² is 29 dm² although its double lies a hair below.
 */
export function roundedDm2(squareMetres: number): number {
  const size = Math.abs(squareMetres);
  const scaled = size * 100;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  // The 15th digit is 0.1 dm² at most: farther from a half than 0.06 it decides nothing.
  const isUp = rest > 0.4 && rest < 0.6 ? reachesHalf(size, floor) : rest >= 0.5;
  const rounded = isUp ? floor + 1 : floor;
  return squareMetres < 0 && rounded > 0 ? -rounded : rounded;
}

/**
 * Whether a size in m², rounded to 15 decimal digits, is floor + 1/2 dm² or more: whether size ≥ (floor + 1/2)/100 − half a
 * unit of the 15th digit. Both sides times two units' number per m² are compared exactly, the left one as a sum of two doubles.
 */
function reachesHalf(size: number, floor: number): boolean {
  let units: number = 1e14;
  if (size >= 1) {
    for (let limit: number = 10; size >= limit; limit *= 10) units /= 10;
  } else {
    units = size >= 0.1 ? 1e15 : size >= 0.01 ? 1e16 : 1e17;
  }
  const factor = 2 * units;
  const product = size * factor;
  // What the product lost by rounding (Dekker 1971).
  const sizeHigh = highPart(size);
  const sizeLow = size - sizeHigh;
  const factorHigh = highPart(factor);
  const factorLow = factor - factorHigh;
  const lost = sizeLow * factorLow - (product - sizeHigh * factorHigh - sizeLow * factorHigh - sizeHigh * factorLow);
  return product - ((2 * floor + 1) * (units / 100) - 1) + lost >= 0;
}

/** The upper 26 bits of a number. */
function highPart(x: number): number {
  const spread = x * 134217729; // 2^27 + 1
  return spread - (spread - x);
}
