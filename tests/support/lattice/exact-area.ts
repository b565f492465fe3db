import type { LatticePolygon } from './polygons.ts';

/**
 * The area two lattice polygons share, in exact rational arithmetic; the one rounding is the last one, to a double. It has
 * nothing in common with the kernel: no orientation, no grid, no sums of trapezoids under edges, but the even-odd rule in the
 * strips between neighbouring abscissae of vertices, cut further where an edge of one polygon crosses one of the other.
 *
 * Coordinates are multiples of 1/4 between 0 and LATTICE_SIZE.
 */
export function exactSharedArea(a: LatticePolygon, b: LatticePolygon): number {
  const left = edgesOf(a);
  const right = edgesOf(b);
  const abscissae = [...new Set([...left, ...right].flatMap(({ x1, x2 }) => [x1, x2]))].sort((p, q) => p - q);
  let sum: Fraction = { n: 0n, d: 1n };
  for (let i = 0; i + 1 < abscissae.length; i++) {
    const [from, to] = [abscissae[i]!, abscissae[i + 1]!];
    const mine = linesIn(left, from, to);
    const theirs = linesIn(right, from, to);
    if (mine.length === 0 || theirs.length === 0) continue;
    sum = plus(sum, times(stripArea(mine, theirs), fraction(to - from, UNITS)));
  }
  return toNumber(sum);
}

/** Coordinates are counted in quarters. */
const UNITS = 4;

interface Edge {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Edges that are not vertical, from left to right, in quarters. */
function edgesOf({ rings }: LatticePolygon): Edge[] {
  return rings.flatMap((ring) =>
    ring.flatMap((point, i): Edge[] => {
      const [x1, y1] = point.map((v) => v * UNITS) as [number, number];
      const [x2, y2] = ring[(i + 1) % ring.length]!.map((v) => v * UNITS) as [number, number];
      if (x1 === x2) return [];
      return [x1 < x2 ? { x1, y1, x2, y2 } : { x1: x2, y1: y2, x2: x1, y2: y1 }];
    }),
  );
}

interface Fraction {
  readonly n: bigint;
  /** Positive. */
  readonly d: bigint;
}

function fraction(n: number | bigint, d: number | bigint): Fraction {
  const [a, b] = [BigInt(n), BigInt(d)];
  const g = gcd(a < 0n ? -a : a, b < 0n ? -b : b);
  const s = b < 0n ? -1n : 1n;
  return g === 0n ? { n: 0n, d: 1n } : { n: (s * a) / g, d: (s * b) / g };
}
function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
const plus = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
const times = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.n, a.d * b.d);
const compare = (a: Fraction, b: Fraction): number => {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};
/** To 1e-15: digits before the point exactly, sixty bits behind it. */
function toNumber({ n, d }: Fraction): number {
  return Number(n / d) + Number(((n % d) << 60n) / d) / 2 ** 60;
}

/** A line across a strip: ordinate at its left border and rise to its right one, as whole numbers over `scale`. */
interface Line {
  readonly y: Fraction;
  readonly rise: Fraction;
}

function linesIn(edges: readonly Edge[], from: number, to: number): Line[] {
  return edges
    .filter(({ x1, x2 }) => x1 <= from && x2 >= to)
    .map(({ x1, y1, x2, y2 }) => {
      const width = UNITS * (x2 - x1);
      return {
        y: fraction(y1 * (x2 - x1) + (y2 - y1) * (from - x1), width),
        rise: fraction((y2 - y1) * (to - from), width),
      };
    });
}

/** Area two polygons share in a strip of width 1. */
function stripArea(mine: readonly Line[], theirs: readonly Line[]): Fraction {
  const cuts: Fraction[] = [
    { n: 0n, d: 1n },
    { n: 1n, d: 1n },
  ];
  for (const p of mine) {
    for (const q of theirs) {
      // p.y + t·p.rise = q.y + t·q.rise
      const run = plus(p.rise, { n: -q.rise.n, d: q.rise.d });
      if (run.n === 0n) continue;
      const height = plus(q.y, { n: -p.y.n, d: p.y.d });
      const t = fraction(height.n * run.d, height.d * run.n);
      if (t.n > 0n && t.n < t.d) cuts.push(t);
    }
  }
  cuts.sort(compare);
  let sum: Fraction = { n: 0n, d: 1n };
  for (let i = 0; i + 1 < cuts.length; i++) {
    const width = plus(cuts[i + 1]!, { n: -cuts[i]!.n, d: cuts[i]!.d });
    if (width.n === 0n) continue;
    const middle = times(plus(cuts[i]!, cuts[i + 1]!), { n: 1n, d: 2n });
    sum = plus(sum, times(width, sharedLength(mine, theirs, middle)));
  }
  return sum;
}

/** Length of the vertical line at t that lies in both polygons; between two cuts it changes linearly. */
function sharedLength(mine: readonly Line[], theirs: readonly Line[], t: Fraction): Fraction {
  const at = ({ y, rise }: Line): Fraction => plus(y, times(rise, t));
  const events = [
    ...mine.map((line) => ({ y: at(line), who: 0 })),
    ...theirs.map((line) => ({ y: at(line), who: 1 })),
  ].sort((p, q) => compare(p.y, q.y));
  const inside = [false, false];
  let sum: Fraction = { n: 0n, d: 1n };
  let since: Fraction | undefined;
  for (const { y, who } of events) {
    inside[who] = !inside[who];
    if (inside[0] === true && inside[1] === true) since = y;
    else if (since !== undefined) {
      sum = plus(sum, plus(y, { n: -since.n, d: since.d }));
      since = undefined;
    }
  }
  return sum;
}
