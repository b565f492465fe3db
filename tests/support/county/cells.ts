import { type Adjacency, adjacencyOf, componentsOf } from '../../../src/demo/adjacency.ts';
import { growingDoubles } from '../../../src/demo/growing.ts';
import { type GeneratorPlane, type Tessellation, tessellate, thinSites } from '../../../src/demo/tessellation.ts';
import { type Random, seededRandom } from '../../../src/kernel/index.ts';

/** Centre of the county: no real county is meant. */
export const COUNTY_PLANE: GeneratorPlane = { longitude: 108.6, latitude: 22 };
/** The 3° strip of that longitude. */
export const COUNTY_ZONE = 36;

/** One cell per hectare; some are joined to rivers, roads and ring-shaped parcels, which leaves about 0.87 parcels a cell. */
const SQUARE_METRES_PER_CELL = 10_000;
const PARCELS_PER_CELL = 0.87;
/** Cells beyond the county's border, so that those at the border are closed. */
const MARGIN_METRES = 900;
/** Nearer sites would make cells thinner than anything a survey draws. */
const NEAREST_SITES_METRES = 6;

/** The county as cells of a Voronoi diagram: parcels and basic farmland are unions of them. */
export interface CountyCells {
  readonly sideMetres: number;
  readonly points: Float64Array;
  readonly inside: Uint8Array;
  readonly tessellation: Tessellation;
  readonly adjacency: Adjacency;
  /** The cell a place lies in; `near` is a cell to begin the search at. */
  cellAt(x: number, y: number, near: number): number;
}

/** Side of the square a county of so many parcels fills, metres. */
export function countySide(parcels: number): number {
  return Math.sqrt((parcels / PARCELS_PER_CELL) * SQUARE_METRES_PER_CELL);
}

/** Random places, three in ten of them in clusters, none nearer to another than NEAREST_SITES_METRES. */
function placeSites(side: number, random: Random): Float64Array {
  const reach = side / 2 + MARGIN_METRES;
  const wanted = Math.round((2 * reach) ** 2 / SQUARE_METRES_PER_CELL);
  const sites = growingDoubles();
  const columns = Math.ceil((2 * reach) / NEAREST_SITES_METRES) + 3;
  const buckets = new Map<number, number[]>();
  const place = (x: number, y: number): boolean => {
    if (Math.abs(x) > reach || Math.abs(y) > reach) return false;
    const c = Math.floor((x + reach) / NEAREST_SITES_METRES) + 1;
    const r = Math.floor((y + reach) / NEAREST_SITES_METRES) + 1;
    for (let i = r - 1; i <= r + 1; i++) {
      for (let k = c - 1; k <= c + 1; k++) {
        const there = buckets.get(i * columns + k);
        if (there === undefined) continue;
        for (let at = 0; at < there.length; at += 2) {
          if (Math.hypot(there[at]! - x, there[at + 1]! - y) < NEAREST_SITES_METRES) return false;
        }
      }
    }
    const bucket = buckets.get(r * columns + c);
    if (bucket === undefined) buckets.set(r * columns + c, [x, y]);
    else bucket.push(x, y);
    sites.push(x, y);
    return true;
  };
  const clustered = 0.3 * wanted;
  for (let placed = 0; placed < clustered; ) {
    const x = (2 * random.next() - 1) * reach;
    const y = (2 * random.next() - 1) * reach;
    const size = random.integer(10, 60);
    for (let i = 0; i < size; i++) if (place(x + 160 * random.normal(), y + 160 * random.normal())) placed++;
  }
  for (let placed = clustered; placed < wanted; ) {
    if (place((2 * random.next() - 1) * reach, (2 * random.next() - 1) * reach)) placed++;
  }
  return sites.toArray();
}

export function countyCells(parcels: number, seed: number): CountyCells {
  const random = seededRandom(seed);
  const side = countySide(parcels);
  const within = (x: number, y: number): boolean => Math.abs(x) < side / 2 && Math.abs(y) < side / 2;
  const near = (x: number, y: number): boolean => Math.abs(x) < side / 2 + 600 && Math.abs(y) < side / 2 + 600;
  const thinned = thinSites(placeSites(side, random), near);
  const { points, delaunay } = thinned;
  const inside = Uint8Array.from({ length: points.length / 2 }, (_, i) =>
    within(points[2 * i]!, points[2 * i + 1]!) ? 1 : 0,
  );
  // One border in eight is straight, as men draw them; the others are as crooked as nature's.
  const tessellation = tessellate(
    COUNTY_PLANE,
    thinned,
    () => (random.next() < 0.125 ? 0 : 0.17),
    (p, q) => inside[p] === 1 || inside[q] === 1,
    random,
  );
  return {
    sideMetres: side,
    points,
    inside,
    tessellation,
    adjacency: adjacencyOf(tessellation),
    cellAt: (x, y, start) => delaunay.find(x, y, start),
  };
}

/** Zones by a label of each place: connected cells of one label are one zone, with borders of their own. */
export interface LabelledZones {
  readonly tessellation: Tessellation;
  /** Zone of each cell, −1 for none. */
  readonly zoneOf: Int32Array;
  readonly labelOf: Int32Array;
  readonly cellCounts: Int32Array;
}

/**
 * A second, finer tessellation, independent of the parcels, whose cells are joined where the label is the same.
 *
 * @param label of a place; negative for none
 * @param mostZones only so many zones, the largest, are kept
 */
export function labelledZones(
  side: number,
  spacingMetres: number,
  label: (x: number, y: number) => number,
  mostZones: number,
  random: Random,
): LabelledZones {
  const reach = side / 2 + 2 * MARGIN_METRES;
  const steps = Math.ceil((2 * reach) / spacingMetres);
  const sites = new Float64Array(2 * steps * steps);
  for (let r = 0, at = 0; r < steps; r++) {
    for (let c = 0; c < steps; c++) {
      sites[at++] = -reach + (c + 0.5 + 0.7 * (random.next() - 0.5)) * spacingMetres;
      sites[at++] = -reach + (r + 0.5 + 0.7 * (random.next() - 0.5)) * spacingMetres;
    }
  }
  const border = side / 2 + MARGIN_METRES;
  const covered = (x: number, y: number): boolean => Math.abs(x) < border && Math.abs(y) < border;
  const thinned = thinSites(sites, (x, y) => Math.abs(x) < border + 300 && Math.abs(y) < border + 300);
  const { points, delaunay } = thinned;
  const labels = Int32Array.from({ length: points.length / 2 }, (_, i) =>
    covered(points[2 * i]!, points[2 * i + 1]!) ? label(points[2 * i]!, points[2 * i + 1]!) : -1,
  );
  const { component, count } = componentsOf(neighboursOf(delaunay, points.length / 2), labels);
  const sizes = new Int32Array(count);
  for (const c of component) if (c >= 0) sizes[c]!++;
  const kept = Array.from(sizes, (_, c) => c)
    .sort((a, b) => sizes[b]! - sizes[a]! || a - b)
    .slice(0, mostZones)
    .sort((a, b) => a - b);
  const numberOf = new Int32Array(count).fill(-1);
  kept.forEach((c, z) => {
    numberOf[c] = z;
  });
  const zoneOf = component.map((c) => (c < 0 ? -1 : numberOf[c]!));
  const labelOf = new Int32Array(kept.length);
  zoneOf.forEach((zone, i) => {
    if (zone >= 0) labelOf[zone] = labels[i]!;
  });
  const tessellation = tessellate(
    COUNTY_PLANE,
    thinned,
    () => 0.17,
    (p, q) => zoneOf[p] !== zoneOf[q],
    random,
  );
  return { tessellation, zoneOf, labelOf, cellCounts: Int32Array.from(kept, (c) => sizes[c]!) };
}

function neighboursOf(delaunay: ReturnType<typeof thinSites>['delaunay'], siteCount: number): Adjacency {
  const { triangles, halfedges } = delaunay;
  let edges = 0;
  halfedges.forEach((twin, e) => {
    if (twin > e) edges++;
  });
  const left = new Int32Array(edges);
  const right = new Int32Array(edges);
  let at = 0;
  halfedges.forEach((twin, e) => {
    if (twin < e) return;
    left[at] = triangles[e]!;
    right[at++] = triangles[e % 3 === 2 ? e - 2 : e + 1]!;
  });
  return adjacencyOf({ siteCount, left, right, lengths: new Float64Array(edges) } as unknown as Tessellation);
}
