import type { AttributeColumn, AttributeValue } from '../kernel/index.ts';
import { isFarmland, seededRandom } from '../kernel/index.ts';
import { adjacencyOf, componentsOf } from './adjacency.ts';
import type { DemoCells } from './cells.ts';
import { dissolve } from './dissolve.ts';
import type { Dissolved } from './dissolve.ts';
import { slopeClassOf } from './random-field.ts';
import { tessellate, thinSites } from './tessellation.ts';
import { DEMO_COUNTY } from './villages.ts';

/** A zone layer of the demo: polygons and their attributes. */
export interface DemoLayer {
  readonly dissolved: Dissolved;
  readonly columns: readonly AttributeColumn[];
}

/** Which zones each cell lies in; −1 or 0 for none. */
export interface CellZones {
  readonly basicFarmland: Int32Array;
  readonly redLine: Int32Array;
  readonly growthBoundary: Int32Array;
  /** 等别 1–15 of farmland cells, 0 elsewhere. */
  readonly grade: Int32Array;
}

/** Grade 等别 of a place: moist plains are better. */
export function gradeAt(cells: DemoCells, cell: number): number {
  const east = cells.east[cell]!;
  const north = cells.north[cell]!;
  const score =
    8 -
    1.1 * cells.landscape.moisture(east, north) +
    0.9 * Math.max(0, cells.landscape.elevation(east, north)) +
    0.3 * cells.landscape.variety(east, north);
  return Math.min(12, Math.max(5, Math.round(score)));
}

export function zonesOfCells(cells: DemoCells): CellZones {
  const n = cells.areas.length;
  const basicFarmland = new Int32Array(n).fill(-1);
  const redLine = new Int32Array(n).fill(-1);
  const growthBoundary = new Int32Array(n).fill(-1);
  const grade = new Int32Array(n);
  const towns = new Map<string, { east: number; north: number }>();
  for (const village of cells.villages) if (!towns.has(village.townshipCode)) towns.set(village.townshipCode, village);
  const townSeats = [...towns.values()];
  // A parcel has one grade in the survey, so all its cells share that of the cell that speaks for it.
  const gradeOfParcel = Int32Array.from(cells.parcelCell, (cell) => gradeAt(cells, cell));
  for (let cell = 0; cell < n; cell++) {
    const parcel = cells.parcelOf[cell]!;
    if (parcel < 0) continue;
    const east = cells.east[cell]!;
    const north = cells.north[cell]!;
    const landClass = cells.parcelClass[parcel]!;
    const inTown = townSeats.some((seat) => Math.hypot(seat.east - east, seat.north - north) < 520);
    if (inTown) growthBoundary[cell] = 0;
    if (isFarmland(landClass)) {
      grade[cell] = gradeOfParcel[parcel]!;
      if (!inTown && cells.landscape.protection(east, north) > -0.75) basicFarmland[cell] = 0;
    } else if (
      !inTown &&
      cells.landscape.elevation(east, north) > 0.75 &&
      cells.landscape.protection(-north, east) > 0.35
    ) {
      redLine[cell] = 0;
    }
  }
  return { basicFarmland, redLine, growthBoundary, grade };
}

function labelled(
  cells: DemoCells,
  label: (cell: number) => number,
): { component: Int32Array; count: number; first: Int32Array } {
  const labels = Int32Array.from({ length: cells.areas.length }, (_, cell) =>
    cells.parcelOf[cell]! < 0 ? -1 : label(cell),
  );
  const { component, count } = componentsOf(cells.adjacency, labels);
  const first = new Int32Array(count).fill(-1);
  component.forEach((c, cell) => {
    if (c >= 0 && first[c] === -1) first[c] = cell;
  });
  return { component, count, first };
}

/** Sum of cell areas by group, m² with two decimals. */
export function groupAreas(cells: DemoCells, groupOf: Int32Array, count: number): number[] {
  const sums = new Float64Array(count);
  groupOf.forEach((group, cell) => {
    if (group >= 0) sums[group]! += cells.areas[cell]!;
  });
  return Array.from(sums, (sum) => Math.round(sum * 100) / 100);
}

function identifiers(count: number, layerDigits: string): AttributeValue[] {
  return Array.from(
    { length: count },
    (_, i) => `${DEMO_COUNTY.code}${layerDigits}${String(i + 1).padStart(12 - layerDigits.length, '0')}`,
  );
}

/** Zones that are unions of the county's cells, village by village so that polygons stay of a readable size. */
function cellLayer(
  cells: DemoCells,
  zone: Int32Array,
  digits: string,
  columns: (first: readonly number[], areas: readonly number[]) => AttributeColumn[],
  split: boolean,
): DemoLayer {
  const groups = labelled(cells, (cell) =>
    zone[cell]! < 0 ? -1 : zone[cell]! * 100_000 + (split ? cells.parcelVillage[cells.parcelOf[cell]!]! : 0),
  );
  const areas = groupAreas(cells, groups.component, groups.count);
  const first = Array.from(groups.first);
  return {
    dissolved: dissolve(cells.tessellation, groups.component, groups.count),
    columns: [{ name: 'BSM', values: identifiers(groups.count, digits) }, ...columns(first, areas)],
  };
}

function villageColumns(cells: DemoCells, first: readonly number[]): AttributeColumn[] {
  const village = first.map((cell) => cells.villages[cells.parcelVillage[cells.parcelOf[cell]!]!]!);
  return [
    { name: 'ZLDWDM', values: village.map((v) => `${v.code}0000000`) },
    { name: 'ZLDWMC', values: village.map((v) => `${v.townshipName}${v.name}`) },
  ];
}

export function basicFarmlandLayer(cells: DemoCells, zones: CellZones): DemoLayer {
  return cellLayer(
    cells,
    zones.basicFarmland,
    '20',
    (first, areas) => [
      { name: 'YSDM', values: first.map(() => '2005010300') },
      { name: 'XZQDM', values: first.map(() => DEMO_COUNTY.code) },
      { name: 'YJJBNTTBBH', values: first.map((_, i) => String(i + 1).padStart(8, '0')) },
      { name: 'DLBM', values: first.map((cell) => cells.parcelClass[cells.parcelOf[cell]!]!) },
      ...villageColumns(cells, first),
      { name: 'YJJBNTTBMJ', values: areas },
    ],
    true,
  );
}

export function redLineLayer(cells: DemoCells, zones: CellZones): DemoLayer {
  return cellLayer(
    cells,
    zones.redLine,
    '30',
    (first) => [
      { name: 'HXMC', values: first.map(() => '水源涵养生态保护红线') },
      { name: 'HXLX', values: first.map(() => '水源涵养') },
    ],
    false,
  );
}

export function growthBoundaryLayer(cells: DemoCells, zones: CellZones): DemoLayer {
  return cellLayer(
    cells,
    zones.growthBoundary,
    '40',
    (first, areas) => [
      { name: 'XZQDM', values: first.map(() => DEMO_COUNTY.code) },
      { name: 'XZQMC', values: first.map(() => DEMO_COUNTY.name) },
      { name: 'FQLX', values: first.map(() => '城镇集中建设区') },
      { name: 'MJ', values: areas },
    ],
    false,
  );
}

export function gradeLayer(cells: DemoCells, zones: CellZones): DemoLayer {
  return cellLayer(
    cells,
    Int32Array.from(zones.grade, (grade) => (grade === 0 ? -1 : grade)),
    '50',
    (first) => [
      { name: 'DYBH', values: first.map((_, i) => String(i + 1).padStart(6, '0')) },
      { name: 'GDDB', values: first.map((cell) => zones.grade[cell]!) },
      ...villageColumns(cells, first),
    ],
    true,
  );
}

export function villageLayer(cells: DemoCells): DemoLayer {
  const groupOf = Int32Array.from({ length: cells.areas.length }, (_, cell) =>
    cells.parcelOf[cell]! < 0 ? -1 : cells.parcelVillage[cells.parcelOf[cell]!]!,
  );
  // A village whose seat fell outside the county has no land: number the others anew.
  const present = [...new Set(groupOf)].filter((v) => v >= 0).sort((a, b) => a - b);
  const renumbered = groupOf.map((v) => (v < 0 ? -1 : present.indexOf(v)));
  const areas = groupAreas(cells, renumbered, present.length);
  const villages = present.map((v) => cells.villages[v]!);
  return {
    dissolved: dissolve(cells.tessellation, renumbered, present.length),
    columns: [
      { name: 'BSM', values: identifiers(present.length, '60') },
      { name: 'YSDM', values: present.map(() => '1000600100') },
      { name: 'ZLDWDM', values: villages.map((v) => `${v.code}0000000`) },
      { name: 'ZLDWMC', values: villages.map((v) => `${v.townshipName}${v.name}`) },
      { name: 'DCMJ', values: areas },
      { name: 'JSMJ', values: areas },
      { name: 'MSSM', values: present.map(() => '00') },
    ],
  };
}

/** Slope comes from terrain, not from parcels: a tessellation of its own that reaches beyond the county. */
export function slopeLayer(cells: DemoCells, seed: number): DemoLayer {
  const random = seededRandom(seed + 1_000_003);
  const extent = cells.halfExtentMetres + 1_500;
  const step = 170;
  const points: number[] = [];
  for (let north = -extent; north <= extent; north += step) {
    for (let east = -extent; east <= extent; east += step) {
      points.push(east + (random.next() - 0.5) * step * 0.8, north + (random.next() - 0.5) * step * 0.8);
    }
  }
  const limit = cells.halfExtentMetres + 700;
  const covered = (east: number, north: number): boolean => Math.abs(east) < limit && Math.abs(north) < limit;
  const thinned = thinSites(
    Float64Array.from(points),
    (east, north) => Math.abs(east) < limit + 500 && Math.abs(north) < limit + 500,
  );
  const siteIn = (site: number): boolean => covered(thinned.points[2 * site]!, thinned.points[2 * site + 1]!);
  const tessellation = tessellate(
    cells.plane,
    thinned,
    () => 0.2,
    (p, q) => siteIn(p) || siteIn(q),
    random,
  );
  const tile = 6_000;
  const slopes = Int32Array.from({ length: tessellation.siteCount }, (_, site) => {
    if (!siteIn(site)) return -1;
    const east = thinned.points[2 * site]!;
    const north = thinned.points[2 * site + 1]!;
    const tileNo = Math.floor((north + limit) / tile) * 1_000 + Math.floor((east + limit) / tile);
    return tileNo * 10 + slopeClassOf(cells.landscape, east, north);
  });
  const { component, count } = componentsOf(adjacencyOf(tessellation), slopes);
  const slopeOf = new Int32Array(count);
  component.forEach((c, site) => {
    if (c >= 0) slopeOf[c] = slopes[site]! % 10;
  });
  return {
    dissolved: dissolve(tessellation, component, count),
    columns: [
      { name: 'BSM', values: identifiers(count, '70') },
      { name: 'YSDM', values: Array.from(slopeOf, () => '2010010000') },
      { name: 'PDJB', values: Array.from(slopeOf, String) },
    ],
  };
}
