import { Delaunay } from 'd3-delaunay';
import type { Random } from '../kernel/index.ts';
import { growingDoubles } from './growing.ts';

/**
 * The plane of the generator: metres east and north of the county's centre, turned into degrees by two constants.
 * A plain scale is enough, since the generator only needs a believable shape; areas are computed from the degrees.
 */
export interface GeneratorPlane {
  readonly longitude: number;
  readonly latitude: number;
}

const METRES_PER_DEGREE_NORTH = 110_700;
const METRES_PER_DEGREE_EAST = 103_250;
/** Coordinates are written with 10 decimals of a degree (about 0.01 mm). */
const DECIMALS = 1e10;

/** Degrees as delivered: rounded once, so every user of a vertex sees the same number. */
export function longitudeOf(plane: GeneratorPlane, east: number): number {
  return Math.round((plane.longitude + east / METRES_PER_DEGREE_EAST) * DECIMALS) / DECIMALS;
}

export function latitudeOf(plane: GeneratorPlane, north: number): number {
  return Math.round((plane.latitude + north / METRES_PER_DEGREE_NORTH) * DECIMALS) / DECIMALS;
}

/**
 * Voronoi cells whose every ridge was replaced once by a jagged path that both neighbours use, so that the cells cover
 * the plane without gap or overlap by construction. Degrees, flat arrays.
 */
export interface Tessellation {
  readonly siteCount: number;
  /** Sites left and right of each ridge (seen along its path). */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Voronoi vertices (triangle numbers) where each ridge's path starts and ends. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Path of ridge r: points pathStarts[r] … pathStarts[r+1], both end points included. */
  readonly pathStarts: Uint32Array;
  readonly path: Float64Array;
  /** Straight length of each ridge, metres in the generator's plane. */
  readonly lengths: Float64Array;
  readonly vertexCount: number;
}

/** Ridges shorter than this are avoided by dropping a site: rounding would fold them. */
const SHORTEST_RIDGE_METRES = 0.4;
/** No piece of a path is longer, so that the 70 m rule never moves an edge of the demo's own bookkeeping. */
const LONGEST_PIECE_METRES = 60;

function circumcentres(delaunay: Delaunay<Delaunay.Point>, points: Float64Array): Float64Array {
  const { triangles } = delaunay;
  const centres = new Float64Array((triangles.length / 3) * 2);
  for (let t = 0; t < triangles.length / 3; t++) {
    const a = triangles[3 * t]! * 2;
    const b = triangles[3 * t + 1]! * 2;
    const c = triangles[3 * t + 2]! * 2;
    const bx = points[b]! - points[a]!;
    const by = points[b + 1]! - points[a + 1]!;
    const cx = points[c]! - points[a]!;
    const cy = points[c + 1]! - points[a + 1]!;
    const double = 2 * (bx * cy - by * cx);
    const bb = bx * bx + by * by;
    const cc = cx * cx + cy * cy;
    centres[2 * t] = points[a]! + (cy * bb - by * cc) / double;
    centres[2 * t + 1] = points[a + 1]! + (bx * cc - cx * bb) / double;
  }
  return centres;
}

/** Which sites must go so that no ridge between two kept cells is too short; empty when all is well. */
function sitesOfShortRidges(
  delaunay: Delaunay<Delaunay.Point>,
  centres: Float64Array,
  inside: (site: number) => boolean,
): Set<number> {
  const { triangles, halfedges } = delaunay;
  const dropped = new Set<number>();
  for (let e = 0; e < halfedges.length; e++) {
    const twin = halfedges[e]!;
    if (twin < e) continue;
    const site = triangles[e]!;
    if (!inside(site)) continue;
    const s = Math.floor(e / 3);
    const t = Math.floor(twin / 3);
    const length = Math.hypot(centres[2 * t]! - centres[2 * s]!, centres[2 * t + 1]! - centres[2 * s + 1]!);
    if (length < SHORTEST_RIDGE_METRES) {
      // Dropping one of the four sites around the ridge is enough; one that already goes saves the others.
      const around = [triangles[e]!, triangles[twin]!];
      if (!around.some((i) => dropped.has(i))) dropped.add(site);
    }
  }
  return dropped;
}

/** A set of sites (metres) thinned until no ridge near the county is too short, with its Delaunay triangulation. */
export function thinSites(
  sites: Float64Array,
  inside: (east: number, north: number) => boolean,
): {
  readonly kept: Int32Array;
  readonly points: Float64Array;
  readonly delaunay: Delaunay<Delaunay.Point>;
  readonly centres: Float64Array;
} {
  let kept = Int32Array.from({ length: sites.length / 2 }, (_, i) => i);
  for (;;) {
    const points = new Float64Array(kept.length * 2);
    kept.forEach((site, i) => {
      points[2 * i] = sites[2 * site]!;
      points[2 * i + 1] = sites[2 * site + 1]!;
    });
    const delaunay = new Delaunay(points);
    const centres = circumcentres(delaunay, points);
    const drop = sitesOfShortRidges(delaunay, centres, (i) => inside(points[2 * i]!, points[2 * i + 1]!));
    if (drop.size === 0) return { kept, points, delaunay, centres };
    kept = kept.filter((_, i) => !drop.has(i));
  }
}

/**
 * Height of the triangle (ridge, site) above the ridge at parameter t: the path may leave the ridge by less than this,
 * which keeps paths of different ridges apart.
 */
function kiteHeight(t: number, siteAlong: number, siteHeight: number): number {
  const rising = siteAlong > 0 ? t / siteAlong : Number.POSITIVE_INFINITY;
  const falling = siteAlong < 1 ? (1 - t) / (1 - siteAlong) : Number.POSITIVE_INFINITY;
  return siteHeight * Math.min(rising, falling);
}

/** Midpoint displacement: offsets (metres, left positive) at 1/n … (n−1)/n of a ridge. */
function displacements(pieces: number, length: number, roughness: number, random: Random): Float64Array {
  const offsets = new Float64Array(pieces + 1);
  for (let step = pieces, scale = roughness * length; step > 1; step /= 2, scale *= 0.55) {
    for (let i = step / 2; i < pieces; i += step) {
      offsets[i] = (offsets[i - step / 2]! + offsets[i + step / 2]!) / 2 + (random.next() - 0.5) * scale;
    }
  }
  return offsets;
}

/**
 * Builds the tessellation of the thinned sites. `roughness(site, site)` says how far a border strays (0 = straight
 * edges of roads, 0.3 = natural borders), as a share of its length.
 */
export function tessellate(
  plane: GeneratorPlane,
  thinned: ReturnType<typeof thinSites>,
  roughness: (siteA: number, siteB: number) => number,
  isNeeded: (siteA: number, siteB: number) => boolean,
  random: Random,
): Tessellation {
  const { delaunay, points, centres } = thinned;
  const { triangles, halfedges } = delaunay;
  const left: number[] = [];
  const right: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const lengths: number[] = [];
  const pathStarts: number[] = [0];
  const path = growingDoubles();
  for (let e = 0; e < halfedges.length; e++) {
    const twin = halfedges[e]!;
    if (twin < e) continue;
    const p = triangles[e]!;
    const q = triangles[e % 3 === 2 ? e - 2 : e + 1]!;
    if (!isNeeded(p, q)) continue;
    const start = Math.floor(e / 3);
    const end = Math.floor(twin / 3);
    const ax = centres[2 * start]!;
    const ay = centres[2 * start + 1]!;
    const dx = centres[2 * end]! - ax;
    const dy = centres[2 * end + 1]! - ay;
    const length = Math.hypot(dx, dy);
    const side = dx * (points[2 * p + 1]! - ay) - dy * (points[2 * p]! - ax);
    const leftSite = side > 0 ? p : q;
    const rightSite = side > 0 ? q : p;
    const along = (site: number): number =>
      ((points[2 * site]! - ax) * dx + (points[2 * site + 1]! - ay) * dy) / (length * length);
    const height = (site: number): number =>
      Math.abs((points[2 * site]! - ax) * dy - (points[2 * site + 1]! - ay) * dx) / length;
    const rough = length < 8 ? 0 : roughness(p, q);
    let pieces = rough === 0 ? 1 : length < 40 ? 4 : length < 120 ? 8 : 16;
    while (length / pieces > LONGEST_PIECE_METRES / (rough === 0 ? 1 : 1.6)) pieces *= 2;
    const offsets = rough === 0 ? new Float64Array(pieces + 1) : displacements(pieces, length, rough, random);
    for (let i = 0; i <= pieces; i++) {
      const t = i / pieces;
      let offset = offsets[i]!;
      if (i > 0 && i < pieces && offset !== 0) {
        const site = offset > 0 ? leftSite : rightSite;
        const limit = 0.75 * kiteHeight(t, along(site), height(site));
        offset = Math.sign(offset) * Math.min(Math.abs(offset), limit);
      }
      const east = ax + dx * t - (dy / length) * offset;
      const north = ay + dy * t + (dx / length) * offset;
      path.push(longitudeOf(plane, east), latitudeOf(plane, north));
    }
    left.push(leftSite);
    right.push(rightSite);
    from.push(start);
    to.push(end);
    lengths.push(length);
    pathStarts.push(path.length / 2);
  }
  return {
    siteCount: points.length / 2,
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    from: Int32Array.from(from),
    to: Int32Array.from(to),
    pathStarts: Uint32Array.from(pathStarts),
    path: path.toArray(),
    lengths: Float64Array.from(lengths),
    vertexCount: centres.length / 2,
  };
}
