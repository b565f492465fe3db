import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/index.ts';
import { planeLayerFrom } from './plane-layer.ts';
import { cutRingToWindow } from './product-layer-window.ts';
import { sharedTrapezoids } from './product-layer-trapezoids.ts';
import { productLayer } from './product-layer.ts';
import { isBlockingDefect } from './ring-validity-rules.ts';
import { findDefects } from './ring-validity.ts';
import { tabulate } from './tabulate.ts';
import type { PlaneLayer } from './types.ts';

type Point = readonly [number, number];
type Ring = readonly Point[];

function planeOf(features: readonly (readonly Ring[])[], roles?: readonly number[]): PlaneLayer {
  const xy: number[] = [];
  const starts = [0];
  const ringRoles: number[] = [];
  const featureRings = [0];
  for (const rings of features) {
    rings.forEach((ring, i) => {
      for (const [x, y] of ring) xy.push(x, y);
      starts.push(xy.length / 2);
      ringRoles.push(i === 0 ? 0 : 1);
    });
    featureRings.push(ringRoles.length);
  }
  return planeLayerFrom(
    Float64Array.from(xy),
    Uint32Array.from(starts),
    Uint8Array.from(roles ?? ringRoles),
    Uint32Array.from(featureRings),
    { zone: 36, centralMeridianDegrees: 108 },
    [108, 22],
  );
}

const box = (x: number, y: number, w: number, h: number): Ring => [
  [x, y],
  [x + w, y],
  [x + w, y + h],
  [x, y + h],
];

function valueOf(
  a: PlaneLayer,
  b: PlaneLayer,
  options = {},
): Extract<ReturnType<typeof productLayer>, { ok: true }>['value'] {
  const result = productLayer(a, b, options);
  if (!result.ok) throw new Error(result.error[0]!.message.en);
  return result.value;
}

describe('productLayer', () => {
  it('cuts, keeps holes, copies what lies wholly inside, names the pieces', () => {
    const a = planeOf([[box(0, 0, 30, 30), box(10, 10, 10, 10)], [box(40, 0, 5, 5)]]);
    const b = planeOf([[box(15, -5, 60, 60)], [box(-5, -5, 7, 7)]]);
    const product = valueOf(a, b, { aIds: ['P', 'Q'], bIds: ['S', 'T'] });
    expect(product.ids).toEqual(['P×S', 'P×T', 'Q×S']);
    expect([...product.aOf]).toEqual([0, 0, 1]);
    expect([...product.bOf]).toEqual([0, 1, 0]);
    const areas = [...product.layer.areas];
    expect(areas[0]).toBeCloseTo(15 * 30 - 5 * 10, 9);
    expect(areas[1]).toBeCloseTo(4, 9);
    expect(areas[2]).toBe(25);
    expect(product.checkM2).toBeLessThan(1e-6);
  });

  it('makes one feature of a pair that meets in several places', () => {
    const comb = planeOf([
      [
        [
          [0, 0],
          [50, 0],
          [50, 20],
          [40, 20],
          [40, 5],
          [30, 5],
          [30, 20],
          [20, 20],
          [20, 5],
          [10, 5],
          [10, 20],
          [0, 20],
        ],
      ],
    ]);
    const product = valueOf(comb, planeOf([[box(-5, 10, 60, 5)]]));
    expect(product.layer.areas).toHaveLength(1);
    expect(product.layer.featureRings[1]).toBe(3);
    expect(product.layer.areas[0]).toBeCloseTo(150, 9);
  });

  it('gives an empty layer where nothing is shared', () => {
    const product = valueOf(planeOf([[box(0, 0, 5, 5)]]), planeOf([[box(5, 0, 5, 5)]]));
    expect(product.layer.areas).toHaveLength(0);
    expect(product.ids).toEqual([]);
  });

  it.each([1, 2])('its pieces tabulate like the two layers, seed %i', (seed) => {
    const random = seededRandom(seed);
    const star = (cx: number, cy: number, radius: number, points: number): Ring =>
      Array.from({ length: points }, (_, i): [number, number] => {
        const r = radius * (0.6 + 0.4 * random.next());
        return [cx + r * Math.cos((2 * Math.PI * i) / points), cy + r * Math.sin((2 * Math.PI * i) / points)];
      });
    const place = (): number => 40_000 + 1_000 * random.next();
    const a = planeOf(Array.from({ length: 12 }, () => [star(place(), place(), 250, random.integer(5, 200))]));
    const b = planeOf(Array.from({ length: 15 }, () => [star(place(), place(), 200, random.integer(5, 300))]));
    const product = valueOf(a, b);
    expect(product.ids.length).toBeGreaterThan(20);
    expect(product.checkM2).toBeLessThan(1e-5);
    // Tabulated with a third layer, the pieces add up to what a shares with b inside it.
    const all = planeOf([[box(39_000, 39_000, 3_000, 3_000)]]);
    const back = tabulate(product.layer, all);
    back.areas.forEach((area, i) => expect(area).toBeCloseTo(product.layer.areas[back.parcels[i]!]!, 5));
  });

  it('takes borders that coincide', () => {
    // Both layers share the edges of one wavy line, to the bit.
    const random = seededRandom(9);
    const wave = Array.from({ length: 400 }, (_, i): [number, number] => [i * 2.5, 50 * random.next()]);
    const below: Ring = [[0, -200], [997.5, -200], ...wave.toReversed()];
    const above: Ring = [[997.5, 300], [0, 300], ...wave];
    const product = valueOf(planeOf([[below], [above]]), planeOf([[below], [above], [box(100, -100, 300, 300)]]));
    expect(product.ids).toEqual(['0×0', '0×2', '1×1', '1×2']);
    expect(product.checkM2).toBeLessThan(1e-6);
  });

  it('bears borders that nearly coincide', () => {
    // Lattice polygons moved by a nanometre or a micrometre: more than the clipper takes as it is.
    const random = seededRandom(4);
    let pairs = 0;
    for (let n = 0; n < 25; n++) {
      const noise = random.pick([0, 1e-9, 1e-9, 1e-6]);
      const layer = (): PlaneLayer =>
        planeOf(
          Array.from({ length: 6 }, () => {
            const points = Array.from({ length: random.integer(3, 8) }, (): [number, number] => [
              random.integer(0, 5),
              random.integer(0, 5),
            ]);
            // Star-shaped about a point of its own: simple but for points that coincide.
            const angle = ([x, y]: Point): number => Math.atan2(y - 2.4999, x - 2.4998);
            const seen = new Set<number>();
            const ring = points
              .sort((p, q) => angle(p) - angle(q))
              .filter((p) => !seen.has(angle(p)) && seen.add(angle(p)));
            return [
              ring.map(([x, y]): [number, number] => [
                12_345.6789 + 10 * x + noise * random.next(),
                10 * y + noise * random.next(),
              ]),
            ];
          }),
        );
      const isSound = (plane: PlaneLayer): boolean =>
        findDefects({
          epsg: 4524,
          coords: plane.xy,
          ringStarts: plane.ringStarts,
          ringRoles: new Uint8Array(plane.ringSigns.length),
          featureRings: plane.featureRings,
          featureNos: new Uint32Array(plane.areas.length),
          columns: [],
        }).every((defect) => !isBlockingDefect(defect));
      const a = layer();
      const b = layer();
      if (!isSound(a) || !isSound(b)) continue;
      const product = valueOf(a, b);
      pairs += product.ids.length;
      expect(product.checkM2).toBeLessThan(0.01);
      // The pieces are a layer like any other.
      const back = tabulate(product.layer, planeOf([[box(0, -100, 30_000, 30_000)]]));
      expect(back.areas.reduce((sum, area) => sum + area, 0)).toBeCloseTo(
        product.layer.areas.reduce((sum, area) => sum + area, 0),
        4,
      );
    }
    expect(pairs).toBeGreaterThan(40);
  });

  it('cuts into trapezoids what nothing else can', () => {
    const a = planeOf([[box(0, 0, 30, 30), box(10, 10, 10, 10)]]);
    const b = planeOf([
      [
        [
          [15, -5],
          [60, 20],
          [20, 60],
        ],
      ],
    ]);
    const rings = sharedTrapezoids(a, b);
    const layer = planeOf(
      rings.map((ring) => [Array.from({ length: ring.length / 2 }, (_, v): Point => [ring[2 * v]!, ring[2 * v + 1]!])]),
    );
    expect(layer.areas.reduce((sum, area) => sum + area, 0)).toBeCloseTo(tabulate(a, b).areas[0]!, 9);
  });

  it('refuses a product that is not the tabulation', () => {
    // A bow-tie has no area to the tabulation and two triangles to the clipper.
    const bowTie = planeOf([
      [
        [
          [0, 0],
          [30, 30],
          [30, 0],
          [0, 40],
        ],
      ],
    ]);
    const result = productLayer(bowTie, planeOf([[box(2, -5, 60, 60)]]));
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.error[0]!.code).toBe('PRODUCT_LAYER_MISMATCH');
  });
});

describe('cutRingToWindow', () => {
  it('keeps what is inside and runs along the sides', () => {
    expect(cutRingToWindow([0, 0, 10, 0, 10, 10, 0, 10], [2, 3, 20, 20])).toEqual([2, 3, 10, 3, 10, 10, 2, 10]);
    expect(cutRingToWindow([0, 0, 1, 0, 1, 1], [5, 5, 6, 6])).toEqual([]);
  });
});
