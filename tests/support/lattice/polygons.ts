import { planeLayerFrom, type PlaneLayer, runZone } from '../../../src/geometry/index.ts';
import { INNER, OUTER, type Random } from '../../../src/kernel/index.ts';

/** A polygon with small whole (or half) coordinates: rings from `holes` on are inner, orientation is arbitrary. */
export interface LatticePolygon {
  readonly rings: readonly Ring[];
  readonly holes: number;
}
export type Ring = readonly (readonly [x: number, y: number])[];

/** Coordinates lie between 0 and this. */
export const LATTICE_SIZE = 10;

/** Polygons as awkward as valid ones can be: see each maker. */
export function latticePolygon(random: Random): LatticePolygon {
  const kind = random.next();
  const made = kind < 0.4 ? star(random) : kind < 0.65 ? cells(random) : kind < 0.9 ? frame(random) : comb(random);
  return { ...made, rings: made.rings.map((ring) => disturbed(ring, random)) };
}

/** Reverses a ring or not, begins it anywhere, repeats some of its vertices and puts others on its edges. */
function disturbed(ring: Ring, random: Random): Ring {
  const points: (readonly [number, number])[] = [];
  const first = random.integer(0, ring.length - 1);
  ring.forEach((_, k) => {
    const [x, y] = ring[(first + k) % ring.length]!;
    const [u, v] = ring[(first + k + 1) % ring.length]!;
    points.push([x, y]);
    while (random.next() < 0.12) points.push([x, y]);
    // The middle of an edge is exact in binary, and on the lattice of halves where both ends are whole.
    if (random.next() < 0.15) points.push([(x + u) / 2, (y + v) / 2]);
  });
  return random.next() < 0.5 ? points : points.reverse();
}

/** A star around a place off the lattice: collinear runs, edges along grid lines, slopes of every small ratio. */
function star(random: Random): LatticePolygon {
  for (;;) {
    const cx = random.integer(2, 7) + 0.5;
    const cy = random.integer(2, 7) + 0.25;
    const angle = (p: readonly [number, number]): number => Math.atan2(p[1] - cy, p[0] - cx);
    const points = Array.from({ length: random.integer(3, 10) }, (): [number, number] => [
      random.integer(0, LATTICE_SIZE),
      random.integer(0, LATTICE_SIZE),
    ]).sort((p, q) => angle(p) - angle(q));
    const kept = points.filter((p, i) => i === 0 || angle(p) - angle(points[i - 1]!) > 1e-9);
    const convexSteps = kept.every((p, i) => {
      const next = kept[(i + 1) % kept.length]!;
      const turn = angle(next) - angle(p) + (i === kept.length - 1 ? 2 * Math.PI : 0);
      return turn < Math.PI - 1e-9;
    });
    if (kept.length >= 3 && convexSteps) return { rings: [kept], holes: 1 };
  }
}

/** A frame: a rectangle, often with a hole that may touch it in a corner, or with two holes that touch each other. */
function frame(random: Random): LatticePolygon {
  const x = random.integer(0, 4);
  const y = random.integer(0, 4);
  const w = random.integer(3, 6);
  const h = random.integer(3, 6);
  const outer: Ring = [
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x, y + h],
  ];
  const chance = random.next();
  if (chance < 0.25) return { rings: [outer], holes: 1 };
  const triangle: Ring = [
    [x, y],
    [x + 1, y + 1],
    [x + w - 1, y + 1],
  ];
  if (chance < 0.5) return { rings: [outer, triangle], holes: 1 };
  const box = (left: number, bottom: number, size: number): Ring => [
    [left, bottom],
    [left + size, bottom],
    [left + size, bottom + size],
    [left, bottom + size],
  ];
  if (chance < 0.75) return { rings: [outer, box(x + 0.5, y + 0.5, 1)], holes: 1 };
  return { rings: [outer, box(x + 0.5, y + 0.5, 1), box(x + 1.5, y + 1.5, 1)], holes: 1 };
}

/** Unit squares joined at random: every edge on a grid line, holes, and corners where the ring meets itself. */
function cells(random: Random): LatticePolygon {
  const n = 6;
  const filled = new Set<number>();
  const x0 = random.integer(0, LATTICE_SIZE - n);
  const y0 = random.integer(0, LATTICE_SIZE - n);
  let at: [number, number] = [random.integer(0, n - 1), random.integer(0, n - 1)];
  for (let steps = random.integer(3, 40); steps > 0; steps--) {
    filled.add(at[1] * n + at[0]);
    const [dx, dy] = random.pick([
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const);
    at = [Math.min(n - 1, Math.max(0, at[0] + dx)), Math.min(n - 1, Math.max(0, at[1] + dy))];
  }
  const has = (c: number, r: number): boolean => c >= 0 && r >= 0 && c < n && r < n && filled.has(r * n + c);
  // Border edges with the inside on their left; at a corner where two squares meet the ring turns left and stays simple.
  const next = new Map<string, (readonly [number, number])[]>();
  const edge = (ax: number, ay: number, bx: number, by: number): void => {
    const key = `${ax} ${ay}`;
    next.set(key, [...(next.get(key) ?? []), [bx, by]]);
  };
  for (const cell of filled) {
    const c = cell % n;
    const r = Math.floor(cell / n);
    if (!has(c, r - 1)) edge(c, r, c + 1, r);
    if (!has(c + 1, r)) edge(c + 1, r, c + 1, r + 1);
    if (!has(c, r + 1)) edge(c + 1, r + 1, c, r + 1);
    if (!has(c - 1, r)) edge(c, r + 1, c, r);
  }
  const rings: [number, number][][] = [];
  for (const [start, ends] of next) {
    while (ends.length > 0) {
      const ring: [number, number][] = [];
      let [x, y] = start.split(' ').map(Number) as [number, number];
      let [dx, dy] = [0, 0];
      do {
        const open = next.get(`${x} ${y}`)!;
        // Two ways on at a corner where squares meet: to the left is the square just walked along.
        const pick = open.length === 1 ? 0 : open.findIndex(([u, v]) => dx * (v - y) - dy * (u - x) > 0);
        const [u, v] = open.splice(Math.max(0, pick), 1)[0]!;
        ring.push([x, y]);
        [dx, dy] = [u - x, v - y];
        [x, y] = [u, v];
      } while (`${x} ${y}` !== start);
      rings.push(ring);
    }
  }
  const area = (ring: Ring): number =>
    ring.reduce((sum, [x, y], i) => {
      const [u, v] = ring[(i + 1) % ring.length]!;
      return sum + x * v - u * y;
    }, 0);
  // The squares are connected by their sides, so there is one outer ring.
  rings.sort((a, b) => area(b) - area(a));
  return { rings: rings.map((ring) => ring.map(([x, y]) => [x0 + x, y0 + y] as const)), holes: 1 };
}

/** A comb whose teeth cross one line many times, some of them as thin as a half. */
function comb(random: Random): LatticePolygon {
  const teeth = random.integer(2, 4);
  const base = random.integer(0, 3);
  const points: [number, number][] = [
    [0, base],
    [2 * teeth, base],
  ];
  for (let k = teeth - 1; k >= 0; k--) {
    const top = random.integer(base + 2, LATTICE_SIZE);
    const thin = random.next() < 0.3 ? 0.5 : 1;
    points.push([2 * k + 1 + thin, base + 1], [2 * k + 1 + thin, top], [2 * k + 1, top], [2 * k + 1, base + 1]);
  }
  points.push([0, base + 1]);
  // Lying instead of standing, for vertical edges.
  return { rings: [random.next() < 0.5 ? points : points.map(([x, y]) => [y, x] as const)], holes: 1 };
}

/** The polygons as a layer in a plane, coordinates taken as metres. */
export function latticeLayer(polygons: readonly LatticePolygon[]): PlaneLayer {
  const ringStarts = [0];
  const roles: number[] = [];
  const featureRings = [0];
  const xy: number[] = [];
  for (const polygon of polygons) {
    polygon.rings.forEach((ring, r) => {
      for (const [x, y] of ring) xy.push(x, y);
      ringStarts.push(xy.length / 2);
      roles.push(r >= polygon.holes ? INNER : OUTER);
    });
    featureRings.push(roles.length);
  }
  return planeLayerFrom(
    Float64Array.from(xy),
    Uint32Array.from(ringStarts),
    Uint8Array.from(roles),
    Uint32Array.from(featureRings),
    runZone(36),
    [108, 22],
  );
}
