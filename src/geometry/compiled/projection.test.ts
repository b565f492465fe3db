import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CompiledKernel,
  compiledKernel,
  FREE_ADDRESS,
  KERNEL_VARIANTS,
  KernelTrap,
} from '../../../tests/support/compiled-kernel.ts';
import { seededRandom } from '../../kernel/index.ts';
import { authalicHeight, equalAreaPlane, toPlane } from '../equal-area.ts';
import { project, unproject } from '../gauss-kruger.ts';
import { splitPoint, splitPointCount } from '../split.ts';
import * as own from '../transcendental.ts';

const SEED = 20_260_921;
const COUNT = 120_000;
const A = FREE_ADDRESS;
const B = FREE_ADDRESS + 16 * COUNT + 64;

/** Asserts equal bits, naming the first place that differs; NaNs are all the same. */
function expectSameBits(actual: Float64Array, expected: Float64Array, input?: Float64Array): void {
  expect(actual.length).toBe(expected.length);
  let at = -1;
  for (let i = 0; i < expected.length && at < 0; i++) if (!Object.is(actual[i], expected[i])) at = i;
  if (at >= 0) expect({ at, input: input?.[at], value: actual[at] }).toEqual({ at, value: expected[at] });
}

/** The functions by the numbers of assembly/testing.ts, with the range the random inputs come from. */
const FUNCTIONS: [name: string, f: (x: number) => number, low: number, high: number][] = [
  ['sin', own.sin, -30, 30],
  ['cos', own.cos, -30, 30],
  ['tan', own.tan, -30, 30],
  ['asin', own.asin, -1.01, 1.01],
  ['atan', own.atan, -10, 10],
  ['log', own.log, 0, 3],
  ['log1p', own.log1p, -1, 3],
  ['exp', own.exp, -40, 40],
  ['expm1', own.expm1, -40, 40],
  ['sinh', own.sinh, -30, 30],
  ['cosh', own.cosh, -30, 30],
  ['asinh', own.asinh, -30, 30],
  ['atanh', own.atanh, -1.01, 1.01],
  ['authalicHeight', authalicHeight, -90, 90],
];

/** Zeros, limits of the ranges the functions take differently, and numbers next to them. */
const EDGES = [0, 1e-320, 5e-324, 1e-300, 1e-20, 5.551115123125783e-17, 3.725290298461914e-9, 7.450580596923828e-9]
  .concat([0.2928932188134524, 0.34657359027997264, 0.4142135623730951, 0.4375, 0.5, 0.6743316650390625, 0.6875, 0.975])
  .concat([0.7853981633974483, 1, 1.1875, 1.4142135623730951, 1.5707963267948966, 2, 2.4375, 3.141592653589793])
  .concat([22, 38, 45, 90, 700, 709, 709.782712893384, 745.1332191019411, 1e5, 1e6, 1_647_099])
  .flatMap((x) => [x, x * (1 + 2 ** -52), x * (1 - 2 ** -53)])
  .flatMap((x) => [x, -x]);
/** Beyond what the circular functions take. */
const FAR_EDGES = [1e9, 1e16, 7.4e19, 1e300, 1.7e308, Infinity].flatMap((x) => [x, -x]).concat([NaN]);

describe.each(KERNEL_VARIANTS)('the compiled kernel (%s) has the bits of TypeScript', (variant) => {
  let kernel: CompiledKernel;
  beforeAll(async () => {
    kernel = await compiledKernel(variant);
  }, 300_000);

  it.each(FUNCTIONS.map(([name, ...rest], which) => [name, which, ...rest] as const))(
    `%s, seed ${SEED}`,
    (name, which, f, low, high) => {
      const random = seededRandom(SEED);
      const circular = which <= 2 || name === 'authalicHeight';
      const edges = (circular ? EDGES : EDGES.concat(FAR_EDGES)).filter((x) => !circular || Math.abs(x) <= 1_647_099);
      const input = Float64Array.from({ length: COUNT }, (_, i) => {
        if (i < edges.length) return edges[i]!;
        const x = low + (high - low) * random.next();
        // A third of them small: 10^-12 … 1 of the range.
        return i % 3 === 0 ? x * 10 ** random.integer(-12, 0) : x;
      });
      const values = kernel.doubles(A, COUNT);
      values.set(input);
      kernel.call.evaluateAll!(which, A, COUNT);
      expectSameBits(values, input.map(f), input);
    },
  );

  it(`atan2, seed ${SEED}`, () => {
    const random = seededRandom(SEED);
    const edges = [0, -0, 1, -1, 1e-300, -1e300].flatMap((y) => [0, -0, 2, -2, 1e300, -1e-300].map((x) => [y, x]));
    const input = new Float64Array(2 * COUNT);
    for (let i = 0; i < 2 * COUNT; i++) input[i] = random.normal() * 10 ** random.integer(-9, 9);
    input.set(edges.flat());
    const values = kernel.doubles(A, 2 * COUNT);
    values.set(input);
    kernel.call.arcTangentAll!(A, COUNT);
    const expected = input.slice();
    for (let i = 0; i < 2 * COUNT; i += 2) expected[i] = own.atan2(input[i]!, input[i + 1]!);
    expectSameBits(values, expected, input);
  });

  /** Degrees from the meridian, and latitude: most within a strip, some anywhere; axes and poles first. */
  function places(): Float64Array {
    const random = seededRandom(SEED);
    const input = new Float64Array(2 * COUNT);
    for (let i = 0; i < COUNT; i++) {
      const far = i % 10 === 0;
      input[2 * i] = far ? (random.next() - 0.5) * 50 : (random.next() - 0.5) * 4;
      input[2 * i + 1] = far ? (random.next() - 0.5) * 178 : 3 + random.next() * 51;
    }
    input.set([0, 0, 0, 45, -0, -0, 1.5, 45, 1.5, 0, -1.5, -0, 0, 90, 3, 90, 0, -90, 1e-9, 30, 0, 60, 1.5, 60]);
    return input;
  }

  it(`projection, seed ${SEED}`, () => {
    const input = places();
    const expected = new Float64Array(2 * COUNT);
    for (let i = 0; i < 2 * COUNT; i += 2) project(input[i]!, input[i + 1]!, expected, i);
    const values = kernel.doubles(A, 2 * COUNT);
    values.set(input);
    kernel.call.projectAll!(A, COUNT);
    expectSameBits(values, expected, input);
  });

  it.each([
    [36_500_000, 108],
    [500_000, 120],
  ])(`inverse projection with false easting %d, meridian %d, seed ${SEED}`, (falseEasting, meridian) => {
    const degrees = places();
    const input = new Float64Array(2 * COUNT);
    for (let i = 0; i < 2 * COUNT; i += 2) {
      project(degrees[i]!, degrees[i + 1]!, input, i);
      input[i]! += falseEasting;
    }
    // Coordinates as files have them: on the meridian, on the equator, of four decimals.
    for (let i = 40; i < 20_000; i++) input[i] = Math.round(input[i]! * 1e4) / 1e4;
    input.set([falseEasting, 0, falseEasting, 3_000_000, falseEasting + 40_000, 0, falseEasting - 40_000, -0], 24);
    const expected = new Float64Array(2 * COUNT);
    for (let i = 0; i < 2 * COUNT; i += 2) {
      unproject(input[i]! - falseEasting, input[i + 1]!, expected, i);
      expected[i]! += meridian;
    }
    for (const count of [COUNT, COUNT - 1, 1, 0]) {
      const values = kernel.doubles(A, 2 * COUNT);
      values.set(input);
      kernel.call.unprojectAll!(A, count, falseEasting, meridian);
      expectSameBits(values.slice(0, 2 * count), expected.slice(0, 2 * count), input);
      expectSameBits(values.slice(2 * count), input.slice(2 * count));
    }
  });

  it.each([
    [108.37, 22.04],
    [120.01, 49.98],
  ])(`equal-area plane at %d, %d, seed ${SEED}`, (longitude, latitude) => {
    const random = seededRandom(SEED);
    const plane = equalAreaPlane(longitude, latitude);
    const input = new Float64Array(2 * COUNT);
    for (let i = 0; i < 2 * COUNT; i += 2) {
      input[i] = longitude + (random.next() - 0.5) * 6;
      input[i + 1] = latitude + (random.next() - 0.5) * 6.001;
    }
    input.set(
      [longitude, latitude, longitude, latitude + 3, longitude, latitude - 3, longitude, latitude + 3.0000001],
      6,
    );
    const coefficients = kernel.doubles(B, 14);
    coefficients.set(plane.coefficients);
    for (const [from, to] of [
      [0, COUNT],
      [1, COUNT - 1],
      [1, COUNT],
      [5, 6],
      [7, 7],
    ] as const) {
      const expected = input.slice();
      toPlane(plane, expected, from, to);
      const values = kernel.doubles(A, 2 * COUNT);
      values.set(input);
      kernel.call.toPlaneAll!(A, from, to, longitude, latitude, plane.scale, B);
      expectSameBits(values, expected, input);
    }
  });

  /** Asserts the bits of two numbers in memory; without the ceremony of expect where they are right. */
  function expectPairAt(address: number, expected: readonly number[]): void {
    const pair = kernel.doubles(address, 2);
    if (!Object.is(pair[0], expected[0]) || !Object.is(pair[1], expected[1]))
      expect(Array.from(pair)).toEqual(expected);
  }

  it(`split of edges in the zone, seed ${SEED}`, () => {
    const random = seededRandom(SEED);
    const falseEasting = 36_500_000;
    const meridian = 108;
    const edge = kernel.doubles(A, 4);
    const all = B + 64;
    const place = [0, 0];
    const expected = [0, 0];
    let points = 0;
    for (let i = 0; i < COUNT; i++) {
      const x = falseEasting + (random.next() - 0.5) * 200_000;
      const y = 2_400_000 + random.next() * 3_000_000;
      const length = i % 5 === 0 ? 70 * random.integer(0, 4) : random.next() * 160;
      // Exact multiples of 70 m along an axis, and others in any direction.
      const [dx, dy] =
        i % 5 === 0 ? [length, 0] : [length * (random.next() - 0.5) * 2, length * (random.next() - 0.5) * 2];
      edge.set(random.next() < 0.5 ? [x, y, x + dx, y + dy] : [x + dx, y + dy, x, y]);
      const [x1, y1, x2, y2] = [edge[0]! - falseEasting, edge[1]!, edge[2]! - falseEasting, edge[3]!];
      const n = splitPointCount(x1, y1, x2, y2);
      if (kernel.call.splitCountInZone!(A, A + 16, falseEasting) !== n) expect(Array.from(edge)).toBe(n);
      for (let k = 1; k <= n; k++) {
        splitPoint(x1, y1, x2, y2, n, k, place, 0);
        unproject(place[0]!, place[1]!, expected, 0);
        expected[0]! += meridian;
        if (k === 1) kernel.call.splitPointsInZone!(A, A + 16, falseEasting, meridian, n, all);
        expectPairAt(all + 16 * (k - 1), expected);
        kernel.call.splitPointInZone!(A, A + 16, falseEasting, meridian, n, k, B);
        expectPairAt(B, expected);
        points++;
      }
    }
    expect(points).toBeGreaterThan(COUNT / 4);
  });

  it(`split of edges in degrees, seed ${SEED}`, () => {
    const random = seededRandom(SEED);
    const meridian = 108;
    const edge = kernel.doubles(A, 4);
    const all = B + 64;
    const ends = [0, 0, 0, 0];
    const place = [0, 0];
    const expected = [0, 0];
    let points = 0;
    for (let i = 0; i < COUNT; i++) {
      const x = meridian + (random.next() - 0.5) * 3;
      const y = 18 + random.next() * 35;
      edge.set([x, y, x + (random.next() - 0.5) * 0.003, y + (random.next() - 0.5) * 0.003]);
      const short = i % 2 === 0 ? 0.0004 : 0;
      project(edge[0]! - meridian, edge[1]!, ends, 0);
      project(edge[2]! - meridian, edge[3]!, ends, 2);
      const surelyShort = Math.abs(edge[0]! - edge[2]!) < short && Math.abs(edge[1]! - edge[3]!) < short;
      const n = surelyShort ? 0 : splitPointCount(ends[0]!, ends[1]!, ends[2]!, ends[3]!);
      if (kernel.call.splitCountInDegrees!(A, A + 16, meridian, short) !== n) expect(Array.from(edge)).toBe(n);
      for (let k = 1; k <= n; k++) {
        splitPoint(ends[0]!, ends[1]!, ends[2]!, ends[3]!, n, k, place, 0);
        unproject(place[0]!, place[1]!, expected, 0);
        expected[0]! += meridian;
        if (k === 1) kernel.call.splitPointsInDegrees!(A, A + 16, meridian, n, all);
        expectPairAt(all + 16 * (k - 1), expected);
        kernel.call.splitPointInDegrees!(A, A + 16, meridian, n, k, B);
        expectPairAt(B, expected);
        points++;
      }
    }
    expect(points).toBeGreaterThan(COUNT / 2);
  });

  it('stops at angles that are none, as TypeScript does', () => {
    for (const x of [1e9, NaN, -Infinity]) {
      kernel.doubles(A, 1)[0] = x;
      expect(() => kernel.call.evaluateAll!(0, A, 1)).toThrow(KernelTrap);
      expect(() => own.sin(x)).toThrow();
    }
  });
});
