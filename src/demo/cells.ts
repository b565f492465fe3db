import type { Random } from '../kernel/index.ts';
import { seededRandom } from '../kernel/index.ts';
import type { Adjacency } from './adjacency.ts';
import { adjacencyOf, componentsOf, unionFind } from './adjacency.ts';
import { cellAreas } from './independent-area.ts';
import { joinChance, landClassAt, smallestParcelSquareMetres } from './land-use.ts';
import type { Landscape } from './random-field.ts';
import { landscapeOf } from './random-field.ts';
import type { Sites } from './sites.ts';
import { placeSites } from './sites.ts';
import type { GeneratorPlane, Tessellation } from './tessellation.ts';
import { tessellate, thinSites } from './tessellation.ts';
import type { DemoVillage } from './villages.ts';
import { placeSettlements, placeVillages } from './villages.ts';

/** The county as cells: everything else (parcels, zones, plots) is a union of them, which is what keeps the truth exact. */
export interface DemoCells {
  readonly plane: GeneratorPlane;
  /** No cell of the county lies farther from the centre, east or north. */
  readonly halfExtentMetres: number;
  readonly landscape: Landscape;
  readonly villages: readonly DemoVillage[];
  readonly tessellation: Tessellation;
  readonly adjacency: Adjacency;
  /** Metres of each cell's site. */
  readonly east: Float64Array;
  readonly north: Float64Array;
  /** Ellipsoidal area of each cell, m², by the generator's own formula. */
  readonly areas: Float64Array;
  /** Parcel of each cell, −1 outside the county; parcels are numbered village by village. */
  readonly parcelOf: Int32Array;
  readonly parcelCount: number;
  readonly parcelClass: readonly string[];
  readonly parcelVillage: Int32Array;
  /** Width of road, ditch and river parcels; 0 elsewhere. */
  readonly parcelWidthMetres: Float64Array;
  /** A cell of each parcel that speaks for it (slope, grade). */
  readonly parcelCell: Int32Array;
}

/** Ground a parcel of the demo takes on average, measured on generated counties, m². */
const SQUARE_METRES_PER_PARCEL = 10_380;
/** How far the county's border strays from a square, as a share of half its width. */
const BORDER_WOBBLE = 0.035;
const PLANE: GeneratorPlane = { longitude: 108.6, latitude: 22 };

export function generateCells(parcels: number, seed: number): DemoCells {
  const random = seededRandom(seed);
  const landscape = landscapeOf(random);
  const half = Math.sqrt(parcels * SQUARE_METRES_PER_PARCEL) / 2;
  const villages = placeVillages(half, Math.min(2_100, half), random);
  const settlements = placeSettlements(villages, landscape.elevation, random);
  const reach = half * (1 + 1.5 * BORDER_WOBBLE);
  const sites = placeSites(reach + 700, landscape, settlements, random);
  const wobble = (a: number): number =>
    BORDER_WOBBLE * half * (Math.sin((a * 5) / half) + 0.5 * Math.sin((a * 13) / half + 1));
  const inCounty = (x: number, y: number): boolean =>
    Math.abs(x + wobble(y)) < half && Math.abs(y + wobble(x + 77)) < half;
  const nearCounty = (x: number, y: number): boolean => Math.abs(x) < reach + 450 && Math.abs(y) < reach + 450;

  const thinned = thinSites(sites.points, nearCounty);
  const count = thinned.kept.length;
  const { points } = thinned;
  const inside = Uint8Array.from({ length: count }, (_, i) => (inCounty(points[2 * i]!, points[2 * i + 1]!) ? 1 : 0));
  const isStrip = (cell: number): boolean =>
    sites.kinds[thinned.kept[cell]!]! === 'line' || sites.kinds[thinned.kept[cell]!]! === 'lineSide';
  const tessellation = tessellate(
    PLANE,
    thinned,
    (p, q) => (isStrip(p) && isStrip(q) ? 0 : isSettled(sites, thinned.kept, p, q) ? 0.05 : 0.16),
    (p, q) => inside[p] === 1 || inside[q] === 1,
    random,
  );
  const adjacency = adjacencyOf(tessellation);
  keepLargestComponent(inside, adjacency);

  const landClass: string[] = Array.from({ length: count }, (_, i) =>
    inside[i] === 1 ? landClassAt(sites, thinned.kept[i]!, landscape, random) : '',
  );
  const village = villageOfCells(points, inside, adjacency, villages);
  const areas = cellAreas(tessellation, PLANE.latitude);
  const parcelling = joinCells({ sites, kept: thinned.kept, inside, adjacency, landClass, village, areas, random });
  return {
    plane: PLANE,
    halfExtentMetres: reach,
    landscape,
    villages,
    tessellation,
    adjacency,
    areas,
    east: Float64Array.from({ length: count }, (_, i) => points[2 * i]!),
    north: Float64Array.from({ length: count }, (_, i) => points[2 * i + 1]!),
    ...parcelling,
  };
}

function isSettled(sites: Sites, kept: Int32Array, p: number, q: number): boolean {
  const settled = (cell: number): boolean => ['hamlet', 'town'].includes(sites.kinds[kept[cell]!]!);
  return settled(p) && settled(q);
}

/** The county is in one piece without holes: cells cut off by the wobbling border leave, enclosed ones join. */
function keepLargestComponent(inside: Uint8Array, adjacency: Adjacency): void {
  const sizes = (label: ArrayLike<number>): { component: Int32Array; largest: number } => {
    const { component, count } = componentsOf(adjacency, label);
    const size = new Uint32Array(count);
    for (const c of component) if (c >= 0) size[c]!++;
    return { component, largest: size.indexOf(size.reduce((a, b) => Math.max(a, b), 0)) };
  };
  const main = sizes(Int32Array.from(inside, (v) => v - 1));
  for (let i = 0; i < inside.length; i++) if (main.component[i] !== main.largest) inside[i] = 0;
}

/** Each cell goes to the nearest village seat; pieces cut off from their village join the neighbour they touch. */
function villageOfCells(
  points: Float64Array,
  inside: Uint8Array,
  adjacency: Adjacency,
  villages: readonly DemoVillage[],
): Int32Array {
  const n = inside.length;
  const village = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++) {
    if (inside[i] !== 1) continue;
    let best = Number.POSITIVE_INFINITY;
    villages.forEach((seat, v) => {
      const distance = (seat.east - points[2 * i]!) ** 2 + (seat.north - points[2 * i + 1]!) ** 2;
      if (distance < best) {
        best = distance;
        village[i] = v;
      }
    });
  }
  for (let changed = true; changed; ) {
    changed = false;
    const { component, count } = componentsOf(adjacency, village);
    const size = new Uint32Array(count);
    for (const c of component) if (c >= 0) size[c]!++;
    const largest = new Map<number, number>();
    for (let i = 0; i < n; i++) {
      if (component[i]! < 0) continue;
      const now = largest.get(village[i]!);
      if (now === undefined || size[component[i]!]! > size[now]!) largest.set(village[i]!, component[i]!);
    }
    for (let i = 0; i < n; i++) {
      if (component[i]! < 0 || largest.get(village[i]!) === component[i]) continue;
      for (let k = adjacency.starts[i]!; k < adjacency.starts[i + 1]!; k++) {
        const other = adjacency.neighbour[k]!;
        // Only what is whole already may take pieces in: two pieces would go on exchanging each other.
        if (village[other]! >= 0 && largest.get(village[other]!) === component[other]) {
          village[i] = village[other]!;
          component[i] = component[other]!;
          changed = true;
          break;
        }
      }
    }
  }
  return village;
}

interface Joining {
  readonly sites: Sites;
  readonly kept: Int32Array;
  readonly inside: Uint8Array;
  readonly adjacency: Adjacency;
  readonly landClass: string[];
  readonly village: Int32Array;
  readonly areas: Float64Array;
  readonly random: Random;
}

/** Joins cells to parcels: strips along their line, side cells to the field beside them, fields by chance, slivers to a neighbour. */
function joinCells(
  input: Joining,
): Pick<DemoCells, 'parcelOf' | 'parcelCount' | 'parcelClass' | 'parcelVillage' | 'parcelWidthMetres' | 'parcelCell'> {
  const { sites, kept, inside, adjacency, landClass, village, areas, random } = input;
  const n = inside.length;
  const sets = unionFind(n);
  const kindOf = (cell: number): string => sites.kinds[kept[cell]!]!;
  const lineOf = (cell: number): number => sites.line[kept[cell]!]!;
  const isSide = (cell: number): boolean => kindOf(cell) === 'lineSide';
  const forNeighbours = (cell: number, visit: (other: number, length: number) => void): void => {
    for (let k = adjacency.starts[cell]!; k < adjacency.starts[cell + 1]!; k++) {
      const other = adjacency.neighbour[k]!;
      if (inside[other] === 1) visit(other, adjacency.length[k]!);
    }
  };
  const side = new Uint8Array(n);
  for (let cell = 0; cell < n; cell++) {
    if (inside[cell] !== 1 || !isSide(cell)) continue;
    // A side cell wedged between two lines is part of their junction.
    const lines = new Set<number>();
    forNeighbours(cell, (other) => {
      if (kindOf(other) === 'line') lines.add(lineOf(other));
    });
    if (lines.size > 1) landClass[cell] = sites.lineKinds[lineOf(cell)]!.landClass;
    else side[cell] = 1;
  }
  // Side cells take over the class of the field they lie along.
  for (let cell = 0; cell < n; cell++) {
    if (side[cell] !== 1) continue;
    let best = -1;
    let longest = 0;
    forNeighbours(cell, (other, length) => {
      if (kindOf(other) === 'line' || isSide(other) || village[other] !== village[cell] || length <= longest) return;
      best = other;
      longest = length;
    });
    if (best >= 0) {
      landClass[cell] = landClass[best]!;
      sets.join(cell, best);
    } else {
      landClass[cell] = '0404';
    }
  }
  for (let cell = 0; cell < n; cell++) {
    if (inside[cell] !== 1) continue;
    forNeighbours(cell, (other) => {
      if (other < cell || landClass[other] !== landClass[cell] || village[other] !== village[cell]) return;
      const chance = joinChance(landClass[cell]!);
      if (chance === 1 || (side[cell] !== 1 && side[other] !== 1 && random.next() < chance)) sets.join(cell, other);
    });
  }
  mergeSlivers(input, sets, forNeighbours);

  // Number parcels village by village, in cell order, as a survey's parcel numbers run.
  const roots = new Map<number, number>();
  const order: number[] = [];
  for (let cell = 0; cell < n; cell++) {
    if (inside[cell] !== 1) continue;
    const root = sets.find(cell);
    if (!roots.has(root)) {
      roots.set(root, 0);
      order.push(root);
    }
  }
  order.sort((a, b) => village[a]! - village[b]! || a - b);
  order.forEach((root, i) => roots.set(root, i));
  const parcelOf = Int32Array.from({ length: n }, (_, cell) => (inside[cell] === 1 ? roots.get(sets.find(cell))! : -1));
  const parcelClass = order.map((root) => landClass[root]!);
  return {
    parcelOf,
    parcelCount: order.length,
    parcelClass,
    parcelVillage: Int32Array.from(order, (root) => village[root]!),
    parcelWidthMetres: Float64Array.from(
      parcelClass,
      (code) => sites.lineKinds.find((kind) => kind.landClass === code)?.widthMetres ?? 0,
    ),
    parcelCell: Int32Array.from(order),
  };

  /** Parcels below the smallest mapped area join the neighbour they share the longest border with. */
  function mergeSlivers(_: Joining, union: ReturnType<typeof unionFind>, visitNeighbours: typeof forNeighbours): void {
    for (let round = 0; round < 12; round++) {
      const total = new Float64Array(n);
      const members = new Map<number, number[]>();
      for (let cell = 0; cell < n; cell++) if (inside[cell] === 1) total[union.find(cell)]! += areas[cell]!;
      let small = 0;
      for (let cell = 0; cell < n; cell++) {
        if (inside[cell] !== 1) continue;
        const root = union.find(cell);
        if (total[root]! >= smallestParcelSquareMetres(landClass[root]!)) continue;
        const list = members.get(root);
        if (list) list.push(cell);
        else members.set(root, [cell]);
      }
      for (const [root, cells] of members) {
        const borders = new Map<number, number>();
        for (const cell of cells) {
          visitNeighbours(cell, (other, length) => {
            const target = union.find(other);
            if (target !== union.find(root) && village[other] === village[cell])
              borders.set(target, (borders.get(target) ?? 0) + length);
          });
        }
        let best = -1;
        let longest = 0;
        for (const [target, length] of borders) {
          if (length > longest) {
            best = target;
            longest = length;
          }
        }
        if (best < 0) continue;
        const winner = landClass[best]!;
        union.join(root, best);
        // The representative speaks for the parcel, so it must carry the winner's class.
        landClass[union.find(root)] = winner;
        small++;
      }
      for (let cell = 0; cell < n; cell++) if (inside[cell] === 1) landClass[cell] = landClass[union.find(cell)]!;
      if (small === 0) return;
    }
  }
}
