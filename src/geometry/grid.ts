/** The grid of square cells in which a tabulated intersection is added up. */
import type { PlaneLayer } from './types.ts';

export interface Grid {
  /** Lower left corner, metres in the plane. */
  readonly x0: number;
  readonly y0: number;
  /** Side of a cell, metres. */
  readonly size: number;
  readonly columns: number;
  readonly rows: number;
}

/** Cells cost some 12 bytes each, and 36 more for every zone that covers them. */
const MAX_CELLS = 4_000_000;

type Box = readonly [minX: number, minY: number, maxX: number, maxY: number];

function boxOf(layer: PlaneLayer): Box {
  let minX = Number.POSITIVE_INFINITY;
  let minY = Number.POSITIVE_INFINITY;
  let maxX = Number.NEGATIVE_INFINITY;
  let maxY = Number.NEGATIVE_INFINITY;
  const { boxes } = layer;
  for (let i = 0; i < boxes.length; i += 4) {
    if (boxes[i]! < minX) minX = boxes[i]!;
    if (boxes[i + 1]! < minY) minY = boxes[i + 1]!;
    if (boxes[i + 2]! > maxX) maxX = boxes[i + 2]!;
    if (boxes[i + 3]! > maxY) maxY = boxes[i + 3]!;
  }
  return [minX, minY, maxX, maxY];
}

function meanArea(layer: PlaneLayer): number {
  let sum = 0;
  let count = 0;
  for (const area of layer.areas) {
    if (!(area > 0)) continue;
    sum += area;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * A grid over the part of the plane where both layers may be: nothing elsewhere can be shared. Cells are about 0.6 of the
 * width of a mean polygon of the finer layer (the flat optimum of measurements), but never more than there are vertices
 * to put into them, nor than memory allows. Undefined where the layers' boxes do not meet.
 */
export function gridFor(parcels: PlaneLayer, zones: PlaneLayer, cellSize?: number): Grid | undefined {
  const a = boxOf(parcels);
  const b = boxOf(zones);
  const x0 = Math.max(a[0], b[0]);
  const y0 = Math.max(a[1], b[1]);
  const width = Math.min(a[2], b[2]) - x0;
  const height = Math.min(a[3], b[3]) - y0;
  if (!(width >= 0 && height >= 0)) return undefined;
  const vertices = (parcels.xy.length + zones.xy.length) / 2;
  const maxCells = Math.min(MAX_CELLS, 1000 + vertices);
  let size = cellSize ?? 0.6 * Math.sqrt(Math.min(meanArea(parcels), meanArea(zones)));
  const longest = Math.max(width, height);
  // A cell smaller than this would not be told from its neighbour in double precision, nor a strip of them counted.
  size = Math.max(size, longest / 1_000_000, 1e-3);
  // Two digits, so that the order in which areas are added up does not show in the last bits of the result.
  size = Number(size.toPrecision(2));
  while ((Math.floor(width / size) + 1) * (Math.floor(height / size) + 1) > maxCells) size *= 1.25;
  return { x0, y0, size, columns: Math.floor(width / size) + 1, rows: Math.floor(height / size) + 1 };
}
