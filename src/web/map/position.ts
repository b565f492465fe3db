/** West, south, east, north in degrees. */
export type Box = readonly [number, number, number, number];

export interface MapPosition {
  readonly lon: number;
  readonly lat: number;
  readonly zoom: number;
}

/** `108.61230,21.95410,13.25` → a position, or undefined where the text is none (a mistyped link opens at the start view). */
export function positionOf(text: string | undefined): MapPosition | undefined {
  const parts = text?.split(',').map(Number) ?? [];
  if (parts.length !== 3 || parts.some((part) => !Number.isFinite(part))) return undefined;
  const [lon, lat, zoom] = parts as [number, number, number];
  if (Math.abs(lon) > 180 || Math.abs(lat) > 85 || zoom < 0 || zoom > 24) return undefined;
  return { lon, lat, zoom };
}

export function positionText(position: MapPosition): string {
  return `${position.lon.toFixed(5)},${position.lat.toFixed(5)},${position.zoom.toFixed(2)}`;
}

/** The smallest box around all given, or undefined where there is none. */
export function boxAround(boxes: readonly (Box | null | undefined)[]): Box | undefined {
  let around: [number, number, number, number] | undefined;
  for (const box of boxes) {
    if (box === null || box === undefined) continue;
    if (around === undefined) around = [...box];
    else {
      around = [
        Math.min(around[0], box[0]),
        Math.min(around[1], box[1]),
        Math.max(around[2], box[2]),
        Math.max(around[3], box[3]),
      ];
    }
  }
  return around;
}

/** Box of GeoJSON coordinates of any depth. */
export function boxOfCoordinates(coordinates: unknown): Box | undefined {
  let west = Infinity;
  let south = Infinity;
  let east = -Infinity;
  let north = -Infinity;
  const visit = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    if (typeof value[0] === 'number' && typeof value[1] === 'number') {
      west = Math.min(west, value[0]);
      east = Math.max(east, value[0]);
      south = Math.min(south, value[1]);
      north = Math.max(north, value[1]);
      return;
    }
    for (const part of value) visit(part);
  };
  visit(coordinates);
  return west <= east ? [west, south, east, north] : undefined;
}
