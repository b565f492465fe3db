import { componentsOf } from '../../../src/demo/adjacency.ts';
import { randomField } from '../../../src/demo/random-field.ts';
import { type Random, seededRandom } from '../../../src/kernel/index.ts';
import type { CountyCells } from './cells.ts';

/** The parcels of the county: which cells each is made of, its class and its village. */
export interface CountyParcels {
  /** Parcel of each cell, −1 outside the county. */
  readonly parcelOf: Int32Array;
  readonly classes: readonly string[];
  /** Number of the village, row by row; parcels are in the order of villages. */
  readonly villages: Int32Array;
  /** 1 for cells of rivers and roads. */
  readonly isLinear: Uint8Array;
}

const RIVER_SPACING_METRES = 13_000;
const ROAD_SPACING_METRES = 2_500;
/** Road networks are cut at tiles of this size, as surveys cut them at administrative borders. */
const ROAD_TILE_METRES = 15_000;
const VILLAGE_METRES = 2_100;
/** Share of cells that become a parcel with a ring-shaped parcel around it. */
const RING_SHARE = 0.004;

const PLAIN = 0;
const RIVER = 1;
const ROAD = 2;

export function countyParcels(cells: CountyCells, seed: number): CountyParcels {
  const random = seededRandom(seed);
  const n = cells.inside.length;
  const kind = new Uint8Array(n);
  traceRivers(cells, kind, random);
  traceRoads(cells, kind, random);
  const { parcelOf, count } = join(cells, kind, random);
  const firstCell = new Int32Array(count).fill(-1);
  for (let i = n - 1; i >= 0; i--) if (parcelOf[i]! >= 0) firstCell[parcelOf[i]!] = i;
  const half = cells.sideMetres / 2;
  const perRow = Math.ceil(cells.sideMetres / VILLAGE_METRES);
  const villageOfParcel = firstCell.map((cell) => {
    const c = Math.floor((cells.points[2 * cell]! + half) / VILLAGE_METRES);
    const r = Math.floor((cells.points[2 * cell + 1]! + half) / VILLAGE_METRES);
    return r * perRow + c;
  });
  const order = Array.from(firstCell, (_, parcel) => parcel).sort(
    (a, b) => villageOfParcel[a]! - villageOfParcel[b]! || firstCell[a]! - firstCell[b]!,
  );
  const numberOf = new Int32Array(count);
  order.forEach((parcel, number) => {
    numberOf[parcel] = number;
  });
  const classAt = landClasses(random);
  return {
    parcelOf: parcelOf.map((parcel) => (parcel < 0 ? -1 : numberOf[parcel]!)),
    classes: order.map((parcel) => {
      const cell = firstCell[parcel]!;
      if (kind[cell] === RIVER) return '1101';
      if (kind[cell] === ROAD) return '1006';
      return classAt(cells.points[2 * cell]!, cells.points[2 * cell + 1]!);
    }),
    villages: Int32Array.from(order, (parcel) => villageOfParcel[parcel]!),
    isLinear: kind.map((value) => (value === PLAIN ? 0 : 1)),
  };
}

/** Marks the cells a line passes through, step by step. */
function trace(
  cells: CountyCells,
  at: (along: number) => readonly [x: number, y: number],
  mark: (cell: number) => void,
): void {
  const half = cells.sideMetres / 2 + 200;
  let cell = 0;
  for (let along = -half; along <= half; along += 8) {
    const [x, y] = at(along);
    cell = cells.cellAt(x, y, cell);
    if (cells.inside[cell] === 1) mark(cell);
  }
}

function traceRivers(cells: CountyCells, kind: Uint8Array, random: Random): void {
  const count = Math.max(1, Math.round(cells.sideMetres / RIVER_SPACING_METRES));
  for (let k = 0; k < count; k++) {
    const middle = ((k + 0.3 + 0.4 * random.next()) / count - 0.5) * cells.sideMetres;
    const phase = 6 * random.next();
    const meander = (along: number): number =>
      middle + 600 * Math.sin(along / 900 + phase) + 250 * Math.sin(along / 310 + 2 * phase);
    trace(
      cells,
      (along) => [meander(along), along],
      (cell) => {
        kind[cell] = RIVER;
      },
    );
  }
}

function traceRoads(cells: CountyCells, kind: Uint8Array, random: Random): void {
  const half = cells.sideMetres / 2;
  for (let position = -half + 0.5 * ROAD_SPACING_METRES; position < half; position += ROAD_SPACING_METRES) {
    const phase = 6 * random.next();
    const bend = (along: number): number => position + 120 * Math.sin(along / 1_300 + phase);
    const mark = (cell: number): void => {
      if (kind[cell] === PLAIN) kind[cell] = ROAD;
    };
    trace(cells, (along) => [along, bend(along)], mark);
    trace(cells, (along) => [bend(along), along], mark);
  }
}

/** Joins river cells, road cells tile by tile, and rings of cells around a cell; every other cell is a parcel. */
function join(
  cells: CountyCells,
  kind: Uint8Array,
  random: Random,
): { readonly parcelOf: Int32Array; readonly count: number } {
  const { adjacency, inside, points } = cells;
  const n = inside.length;
  const tile = (v: number): number => Math.floor((v + cells.sideMetres / 2) / ROAD_TILE_METRES);
  // Labels of cells that belong together: 0 rivers, 1 … road tiles, then one label for each plain cell.
  const label = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++) {
    if (inside[i] !== 1) continue;
    label[i] =
      kind[i] === RIVER ? 0 : kind[i] === ROAD ? 1 + tile(points[2 * i]!) + 100 * tile(points[2 * i + 1]!) : 20_000 + i;
  }
  const taken = kind.slice();
  for (let i = 0; i < n; i++) {
    if (inside[i] !== 1 || random.next() >= RING_SHARE) continue;
    const around = Array.from(adjacency.neighbour.subarray(adjacency.starts[i]!, adjacency.starts[i + 1]!));
    if ([i, ...around].some((cell) => inside[cell] !== 1 || taken[cell] !== 0)) continue;
    for (const cell of around) label[cell] = 20_000 + around[0]!;
    for (const cell of [i, ...around]) taken[cell] = 1;
  }
  const { component, count } = componentsOf(adjacency, label);
  return { parcelOf: component, count };
}

/** Land class of a place, by smooth fields and a little chance. */
function landClasses(random: Random): (x: number, y: number) => string {
  const height = randomField(random, 9_000);
  const moisture = randomField(random, 3_000);
  const variety = randomField(random, 500);
  return (x, y) => {
    const chance = random.next();
    if (variety(x, y) > 1.7) return chance < 0.6 ? '0702' : chance < 0.8 ? '0201' : chance < 0.9 ? '08H2' : '1104';
    if (chance < 0.03) return '1107';
    if (chance < 0.06) return '0404';
    if (height(x, y) > 0.7) return chance < 0.7 ? '0301' : chance < 0.85 ? '0305' : '0307';
    if (height(x, y) > 0.35) return chance < 0.4 ? '0204' : '0103';
    return moisture(x, y) > -0.2 ? '0101' : chance < 0.3 ? '0102' : '0103';
  };
}
