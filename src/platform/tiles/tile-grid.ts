/** A tile of the Web Mercator pyramid: zoom, column from the west, row from the north. */
export interface TileAddress {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

/** Whole numbers a tile is divided into, and how far geometry reaches beyond its edge so that outlines join. */
export const EXTENT = 4096;
export const BUFFER = 64;
/** Screens draw a tile 512 pixels wide. */
export const UNITS_PER_PIXEL = EXTENT / 512;

export const MAX_ZOOM = 16;
const MAX_LATITUDE = 85.0511287798066;

/** West, south, east, north in degrees. */
export type Box = readonly [west: number, south: number, east: number, north: number];

function longitudeOf(worldX: number): number {
  return worldX * 360 - 180;
}

function latitudeOf(worldY: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * worldY))) * 180) / Math.PI;
}

/** The tile's box in degrees, widened by `margin` units on every side. */
export function boxOfTile({ z, x, y }: TileAddress, margin = 0): Box {
  const size = 2 ** z;
  const m = margin / EXTENT;
  return [
    longitudeOf((x - m) / size),
    latitudeOf(Math.min(1, (y + 1 + m) / size)),
    longitudeOf((x + 1 + m) / size),
    latitudeOf(Math.max(0, (y - m) / size)),
  ];
}

/** The deepest zoom tiles are cut for; its tile units are the world units every outline is kept in, some 0.15 m wide. */
const WORLD_UNITS = 2 ** MAX_ZOOM * EXTENT;

/** Degrees to whole world units: x right, y down. Writes into `out` at `at`. */
export function worldOf(lon: number, lat: number, out: Float64Array, at: number): void {
  const clamped = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, lat));
  const sine = Math.sin((clamped * Math.PI) / 180);
  out[at] = within(((lon + 180) / 360) * WORLD_UNITS);
  out[at + 1] = within((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD_UNITS);
}

function within(value: number): number {
  return Math.max(0, Math.min(WORLD_UNITS - 1, Math.round(value)));
}

/** A tile unit of a zoom is 2^shift world units wide. */
export function unitShift(z: number): number {
  return MAX_ZOOM - z;
}

export function isTile({ z, x, y }: TileAddress): boolean {
  const size = 2 ** z;
  return [z, x, y].every(Number.isInteger) && z >= 0 && z <= MAX_ZOOM && x >= 0 && x < size && y >= 0 && y < size;
}
