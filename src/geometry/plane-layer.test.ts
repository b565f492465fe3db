import { describe, expect, it } from 'vitest';
import { INNER, OUTER, type PolygonLayer, seededRandom } from '../kernel/index.ts';
import { crsOf, epsgOf3, epsgOf6, runZone } from './crs.ts';
import { authalicHeight, equalAreaPlane, toPlane } from './equal-area.ts';
import { toLonLat } from './gauss-kruger.ts';
import { convertLayer, lonLatBoxOf, lonLatOf, runZoneOf } from './layer-crs.ts';
import { officialAreas } from './official-area.ts';
import { planeOriginOf, toPlaneLayer } from './plane-layer.ts';
import { tabulate } from './tabulate.ts';

type Ring = [number, number][];

/** One feature a list of rings; the first ring of a feature is outer. */
function layerOf(epsg: number, ...features: Ring[][]): PolygonLayer {
  const rings = features.flat();
  let vertices = 0;
  let ringCount = 0;
  return {
    epsg,
    featureNos: Uint32Array.from(features, (_, i) => i),
    coords: Float64Array.from(rings.flat(2)),
    ringStarts: Uint32Array.from([0, ...rings.map((ring) => (vertices += ring.length))]),
    ringRoles: Uint8Array.from(features.flatMap((feature) => feature.map((_, i) => (i === 0 ? OUTER : INNER)))),
    featureRings: Uint32Array.from([0, ...features.map((feature) => (ringCount += feature.length))]),
    columns: [],
  };
}

const square = (north: number, east: number, side: number): Ring => [
  [east, north],
  [east + side, north],
  [east + side, north + side],
  [east, north + side],
];

/** Points put on every edge so that none is longer than `step`: finer than the rule, to come near the exact integral. */
function densified(ring: Ring, step: number): Ring {
  return ring.flatMap(([x, y], i) => {
    const [u, v] = ring[(i + 1) % ring.length]!;
    const n = Math.ceil(Math.hypot(u - x, v - y) / step);
    return Array.from({ length: n }, (_, k): [number, number] => [x + ((u - x) * k) / n, y + ((v - y) * k) / n]);
  });
}

describe('equal-area plane', () => {
  it('has the exact areas of the published check polygons to 0.1 mm² (20 km square: 1 mm²)', () => {
    // Order-6 Krüger inverse and authalic integral along straight edges, in 30-digit arithmetic.
    const cases: [number, Ring, number][] = [
      [40, square(3353000, 40500000, 1000), 999999.99178],
      [40, square(3353000, 40645000, 1000), 999478.05486],
      [40, square(3353000, 40490000, 20000), 399999671.16453],
      [
        36,
        [
          [36560000, 2428000],
          [36560000, 2428300],
          [36560400, 2428000],
        ],
        59994.64112,
      ],
      [
        40,
        [
          [40540000, 3353000],
          [40541000, 3353000],
          [40541000, 3353001],
          [40540000, 3353001],
        ],
        999.95955,
      ],
      [42, square(5070000, 42540000, 1000), 999959.68568],
    ];
    for (const [zone, ring, exact] of cases) {
      const fine = layerOf(epsgOf3(zone, true), [densified(ring, 2)]);
      const plane = toPlaneLayer(fine, runZone(zone), planeOriginOf(runZone(zone), lonLatBoxOf(fine)));
      expect(Math.abs(plane.areas[0]! - exact)).toBeLessThan(exact > 1e8 ? 1e-3 : 1e-4);
    }
  });

  it('with the 70 m split alone comes near the official areas (they differ by the rounding the text orders)', () => {
    const random = seededRandom(17);
    for (let i = 0; i < 200; i++) {
      const east = 36_400_000 + 200_000 * random.next();
      const north = 2_300_000 + 2_000_000 * random.next();
      const ring: Ring = Array.from({ length: 12 }, (_, k): [number, number] => {
        const r = 100 + 200 * random.next();
        return [east + r * Math.cos((2 * Math.PI * k) / 12), north + r * Math.sin((2 * Math.PI * k) / 12)];
      });
      const layer = layerOf(4524, [ring]);
      const plane = toPlaneLayer(layer, runZone(36), planeOriginOf(runZone(36), lonLatBoxOf(layer)));
      const [official] = officialAreas(layer, runZone(36), { split: true, rounding: false });
      // The official inverse series is 0.1 mm off in latitude, which hardly changes areas.
      expect(Math.abs(plane.areas[0]! - official!.squareMetres)).toBeLessThan(1e-3);
    }
  });

  it('is the authalic integral: polynomial and closed form agree to a nanometre, joined without a step at ±3°', () => {
    const plane = equalAreaPlane(108, 30);
    for (let k = -50; k <= 50; k++) {
      const latitude = 30 + k * 0.08;
      const xy = Float64Array.of(108.5, latitude);
      toPlane(plane, xy, 0, 1);
      expect(Math.abs(xy[1]! - (authalicHeight(latitude) - authalicHeight(30)) / plane.scale)).toBeLessThan(4e-9);
    }
    // Authalic total: half the ellipsoid's surface is 2π·a·Q(90°). GRS 80: 510 065 621.7 km².
    expect((4 * Math.PI * 6378137 * authalicHeight(90)) / 1e6).toBeCloseTo(510065621.72, 1);
  });

  it('is true to scale at its origin: ten metres are ten metres in every direction', () => {
    const crs = crsOf(4545)!;
    for (const north of [2_428_000, 5_070_000]) {
      const centre = [0, 0] as [number, number];
      toLonLat(crs, 500_000, north, centre, 0);
      const plane = equalAreaPlane(centre[0], centre[1]);
      for (let k = 0; k < 12; k++) {
        const xy = new Float64Array(2);
        toLonLat(crs, 500_000 + 10 * Math.cos(k), north + 10 * Math.sin(k), xy, 0);
        toPlane(plane, xy, 0, 1);
        expect(Math.hypot(xy[0]!, xy[1]!)).toBeCloseTo(10, 4);
      }
    }
  });

  it('takes its origin from the box, to 0.01°', () => {
    expect(planeOriginOf(runZone(36), [108.1, 22.1, 108.32, 22.5])).toEqual([108.21, 22.3]);
    expect(planeOriginOf(runZone(36), undefined)).toEqual([108, 30]);
  });
});

describe('plane layer', () => {
  const zone = runZone(36);
  const origin = [108.6, 22] as const;

  it('adds points on long edges only, keeps order, roles and empty features', () => {
    const layer = layerOf(
      4524,
      [square(2428000, 36560000, 200), square(2428050, 36560050, 60)],
      [],
      [square(2428000, 36561000, 70)],
    );
    const plane = toPlaneLayer(layer, zone, origin);
    // 200 m edges get 2 points each; 60 m and exactly 70 m stay whole.
    expect([...plane.ringStarts]).toEqual([0, 12, 16, 20]);
    expect([...plane.featureRings]).toEqual([0, 2, 2, 3]);
    expect([...plane.ringSigns]).toEqual([1, -1, 1]);
    expect(plane.areas[1]).toBe(0);
    expect(plane.boxes[4]).toBe(Number.POSITIVE_INFINITY);
    expect(plane.areas[0]).toBeGreaterThan(200 * 200 - 60 * 60 - 10);
    expect(plane.areas[0]).toBeLessThan(200 * 200 - 60 * 60 + 10);
  });

  it('has areas that do not depend on orientation, and signs that do', () => {
    const rings = [square(2428000, 36560000, 200), square(2428050, 36560050, 60)];
    const straight = toPlaneLayer(layerOf(4524, rings), zone, origin);
    const reversed = toPlaneLayer(
      layerOf(
        4524,
        rings.map((ring) => [...ring].reverse()),
      ),
      zone,
      origin,
    );
    expect(Math.abs(reversed.areas[0]! - straight.areas[0]!)).toBeLessThan(1e-8);
    expect([...reversed.ringSigns]).toEqual([-1, 1]);
  });

  it('keeps shared edges identical to the bit for both neighbours, whichever way they turn', () => {
    for (const epsg of [4524, 4490]) {
      const a: Ring = [
        [36560000.1, 2428000.2],
        [36560431.3, 2428077.7],
        [36560219.9, 2428500.5],
      ];
      const b: Ring = [
        [36560000.1, 2428000.2],
        [36560431.3, 2428077.7],
        [36560300.4, 2427600.8],
      ];
      const layer = convertLayer(layerOf(4524, [a], [[...b].reverse()]), epsg);
      const { xy, ringStarts } = toPlaneLayer(layer, zone, origin);
      const points = (r: number): Set<string> =>
        new Set(
          Array.from({ length: ringStarts[r + 1]! - ringStarts[r]! }, (_, i) => {
            const v = ringStarts[r]! + i;
            return `${xy[2 * v]} ${xy[2 * v + 1]}`;
          }),
        );
      const shared = [...points(0)].filter((point) => points(1).has(point));
      // 438 m: six points between the two ends.
      expect(shared.length).toBe(8);
    }
  });

  it('gives the same plane for the same land delivered in another CRS, to a few nanometres', () => {
    const random = seededRandom(23);
    const ring: Ring = Array.from({ length: 40 }, (_, k): [number, number] => {
      const r = 50 + 400 * random.next();
      return [36560000 + r * Math.cos((2 * Math.PI * k) / 40), 2428000 + r * Math.sin((2 * Math.PI * k) / 40)];
    });
    ring.push([36560000, 2427000], [36560140, 2427000]); // exactly 140 m: two points in every CRS
    const own = layerOf(4524, [ring]);
    const expected = toPlaneLayer(own, zone, origin);
    for (const epsg of [4545, 4490, epsgOf6(18, true), epsgOf3(37, false)]) {
      const plane = toPlaneLayer(convertLayer(own, epsg), zone, origin);
      expect(plane.xy.length).toBe(expected.xy.length);
      let worst = 0;
      for (let i = 0; i < plane.xy.length; i++) worst = Math.max(worst, Math.abs(plane.xy[i]! - expected.xy[i]!));
      expect(worst).toBeLessThan(2e-8);
    }
  });

  it('in degrees gives the same points whether or not the edge was known to be short beforehand', () => {
    // Edges from 60 to 80 m in all directions, 2.9° off the meridian: the quick test may not let a long one through.
    const meridian = runZone(36);
    for (let k = 0; k < 720; k++) {
      const angle = (k * Math.PI) / 360;
      const length = 60 + (k % 41) * 0.5;
      const far = layerOf(4545, [
        [
          [790000, 2428000],
          [790000 + length * Math.cos(angle), 2428000 + length * Math.sin(angle)],
          [790010, 2428011],
        ],
      ]);
      const inZone = toPlaneLayer(far, meridian, origin);
      const inDegrees = toPlaneLayer(convertLayer(far, 4490), meridian, origin);
      expect(inDegrees.xy.length).toBe(inZone.xy.length);
    }
  });

  it('shares land between layers of different CRS without slivers', () => {
    const parcels = layerOf(4524, [square(2428000, 36560000, 140)], [square(2428000, 36560140, 140)]);
    const project = convertLayer(layerOf(4524, [square(2428000, 36560000, 140)]), 4490);
    const result = tabulate(toPlaneLayer(parcels, zone, origin), toPlaneLayer(project, zone, origin));
    expect([...result.parcels]).toEqual([0, 1].slice(0, result.parcels.length));
    const plane = toPlaneLayer(parcels, zone, origin);
    expect(Math.abs(result.areas[0]! - plane.areas[0]!)).toBeLessThan(1e-5);
    expect(result.areas[1] ?? 0).toBeLessThan(1e-5);
  });
});

describe('layers between reference systems', () => {
  it('shifts eastings between prefixed and bare strips without touching the rest', () => {
    const layer = layerOf(4524, [square(2428000.125, 36560000.25, 100)]);
    const bare = convertLayer(layer, 4545);
    expect([bare.coords[0], bare.coords[1]]).toEqual([560000.25, 2428000.125]);
    expect([...convertLayer(bare, 4524).coords]).toEqual([...layer.coords]);
    expect(convertLayer(layer, 4524)).toBe(layer);
  });

  it('chooses the zone of a run: the layer’s own, or that of the centre of its box', () => {
    expect(runZoneOf(layerOf(4524, [square(2428000, 36560000, 100)])).zone).toBe(36);
    const box: Ring = [
      [109.3, 22],
      [109.9, 22],
      [109.9, 22.3],
      [109.3, 22.3],
    ];
    expect(runZoneOf(layerOf(4490, [box])).zone).toBe(37);
    const six = convertLayer(layerOf(4490, [box]), epsgOf6(19, true));
    expect(runZoneOf(six).zone).toBe(37);
    expect(runZoneOf(layerOf(4490)).zone).toBe(36);
    expect(() => runZoneOf({ ...layerOf(4490), epsg: 4326 })).toThrow();
  });

  it('gives degrees in vertex order', () => {
    const layer = convertLayer(
      layerOf(4490, [
        [
          [108.5, 22.25],
          [108.51, 22.25],
          [108.5, 22.26],
        ],
      ]),
      4524,
    );
    const degrees = lonLatOf(layer);
    [108.5, 22.25, 108.51, 22.25, 108.5, 22.26].forEach((value, i) =>
      expect(Math.abs(degrees[i]! - value)).toBeLessThan(1e-12),
    );
  });

  it('gives a box in degrees that holds every vertex, whether the layer lies beside the meridian or across it', () => {
    const random = seededRandom(31);
    for (const west of [107.2, 107.9, 108.4]) {
      const ring: Ring = Array.from({ length: 400 }, () => [west + 0.5 * random.next(), 22 + 0.4 * random.next()]);
      const degrees = layerOf(4490, [ring]);
      const exact = lonLatBoxOf(degrees)!;
      const held = lonLatBoxOf(convertLayer(degrees, 4524))!;
      expect(held[0]).toBeLessThanOrEqual(exact[0] + 1e-12);
      expect(held[1]).toBeLessThanOrEqual(exact[1] + 1e-12);
      expect(held[2]).toBeGreaterThanOrEqual(exact[2] - 1e-12);
      expect(held[3]).toBeGreaterThanOrEqual(exact[3] - 1e-12);
      for (let i = 0; i < 4; i++) expect(Math.abs(held[i]! - exact[i]!)).toBeLessThan(0.01);
    }
    expect(lonLatBoxOf(layerOf(4490))).toBeUndefined();
  });
});
