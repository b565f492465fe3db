/** Sums of one parcel, and the rows they become. */
import type { Tabulation } from './types.ts';

/** Four times the area the current parcel shares with each zone, and which zones those are. */
export interface Sums {
  readonly areas: Float64Array;
  readonly touched: Uint32Array;
  readonly marks: Uint8Array;
  count: number;
}

export function newSums(zones: number): Sums {
  return { areas: new Float64Array(zones), touched: new Uint32Array(zones), marks: new Uint8Array(zones), count: 0 };
}

/** Rows in the order they were found; a parcel that lies in several bands of the grid has rows in several places. */
export interface Rows {
  count: number;
  parcels: Uint32Array;
  zones: Uint32Array;
  areas: Float64Array;
}

export function newRows(): Rows {
  return { count: 0, parcels: new Uint32Array(1024), zones: new Uint32Array(1024), areas: new Float64Array(1024) };
}

/** Moves the sums of parcel f to the rows and clears them. */
export function flush(f: number, sums: Sums, rows: Rows): void {
  for (let i = 0; i < sums.count; i++) {
    const zone = sums.touched[i]!;
    if (rows.count === rows.parcels.length) growRows(rows);
    rows.parcels[rows.count] = f;
    rows.zones[rows.count] = zone;
    rows.areas[rows.count] = sums.areas[zone]! / 4;
    rows.count++;
    sums.areas[zone] = 0;
    sums.marks[zone] = 0;
  }
  sums.count = 0;
}

function growRows(rows: Rows): void {
  const capacity = rows.count * 2;
  const parcels = new Uint32Array(capacity);
  const zones = new Uint32Array(capacity);
  const areas = new Float64Array(capacity);
  parcels.set(rows.parcels);
  zones.set(rows.zones);
  areas.set(rows.areas);
  rows.parcels = parcels;
  rows.zones = zones;
  rows.areas = areas;
}

/**
 * Rows by parcel, then zone, those of one pair added up in order of their areas; pairs that share no more
 * than `touching` m² are left out.
 */
export function inParcelOrder(rows: Rows, parcelCount: number, touching: number): Tabulation {
  const starts = new Uint32Array(parcelCount + 1);
  for (let i = 0; i < rows.count; i++) starts[rows.parcels[i]! + 1]!++;
  for (let f = 0; f < parcelCount; f++) starts[f + 1]! += starts[f]!;
  const next = starts.slice(0, parcelCount);
  const zones = new Uint32Array(rows.count);
  const areas = new Float64Array(rows.count);
  const parcels = new Uint32Array(rows.count);
  for (let i = 0; i < rows.count; i++) {
    const at = next[rows.parcels[i]!]!++;
    zones[at] = rows.zones[i]!;
    areas[at] = rows.areas[i]!;
  }
  let kept = 0;
  for (let f = 0; f < parcelCount; f++) {
    const end = starts[f + 1]!;
    let at = starts[f]!;
    if (end - at > 1) sortByZone(zones, areas, at, end);
    while (at < end) {
      const zone = zones[at]!;
      let area = areas[at++]!;
      while (at < end && zones[at] === zone) area += areas[at++]!;
      if (!(area > touching)) continue;
      // Never overtakes: at least one row was read for each that is written.
      parcels[kept] = f;
      zones[kept] = zone;
      areas[kept] = area;
      kept++;
    }
  }
  return { parcels: parcels.slice(0, kept), zones: zones.slice(0, kept), areas: areas.slice(0, kept) };
}

/** Sorts one parcel's rows by zone, then area: by insertion for the usual few, through an index for a parcel in very many zones. */
function sortByZone(zones: Uint32Array, areas: Float64Array, start: number, end: number): void {
  if (end - start > 64) {
    const order = Uint32Array.from({ length: end - start }, (_, i) => start + i);
    order.sort((a, b) => zones[a]! - zones[b]! || areas[a]! - areas[b]!);
    const sortedZones = Uint32Array.from(order, (i) => zones[i]!);
    const sortedAreas = Float64Array.from(order, (i) => areas[i]!);
    zones.set(sortedZones, start);
    areas.set(sortedAreas, start);
    return;
  }
  for (let i = start + 1; i < end; i++) {
    const zone = zones[i]!;
    const area = areas[i]!;
    let j = i - 1;
    while (j >= start && (zones[j]! > zone || (zones[j] === zone && areas[j]! > area))) {
      zones[j + 1] = zones[j]!;
      areas[j + 1] = areas[j]!;
      j--;
    }
    zones[j + 1] = zone;
    areas[j + 1] = area;
  }
}

/** Area of each parcel that lies in any zone of the tabulation, m²; where zones overlap they count each. */
export function coveredAreas(tabulation: Tabulation, parcelCount: number): Float64Array {
  const covered = new Float64Array(parcelCount);
  for (let i = 0; i < tabulation.areas.length; i++) covered[tabulation.parcels[i]!]! += tabulation.areas[i]!;
  return covered;
}
