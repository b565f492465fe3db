import { describe, expect, it } from 'vitest';
import { INNER, OUTER, type PolygonLayer, seededRandom } from '../kernel/index.ts';
import { crsOf, epsgOf3, epsgOf6, runZone } from './crs.ts';
import { toLonLat } from './gauss-kruger.ts';
import { convertLayer } from './layer-crs.ts';
import { officialAreas, officialInverse, ticksOf } from './official-area.ts';

/** A layer of one feature from rings of [east, north]; the first ring is outer, the others are holes. */
function layerOf(epsg: number, ...rings: [number, number][][]): PolygonLayer {
  let vertices = 0;
  return {
    epsg,
    featureNos: Uint32Array.of(0),
    coords: Float64Array.from(rings.flat(2)),
    ringStarts: Uint32Array.from([0, ...rings.map((ring) => (vertices += ring.length))]),
    ringRoles: Uint8Array.from(rings.map((_, i) => (i === 0 ? OUTER : INNER))),
    featureRings: Uint32Array.of(0, rings.length),
    columns: [],
  };
}

function square(north: number, east: number, side: number): [number, number][] {
  return [
    [east, north],
    [east, north + side],
    [east + side, north + side],
    [east + side, north],
  ];
}

/** Handbook §1.5: published check values, m². */
const CASES: [
  name: string,
  zone: number,
  ring: [number, number][],
  official: string,
  noSplit: string,
  noRounding: string,
][] = [
  ['A 1 km square at the meridian', 40, square(3353000, 40500000, 1000), '999999.9937', '999999.9847', '999999.9918'],
  ['B 1 km square far from it', 40, square(3353000, 40645000, 1000), '999478.0632', '999478.0536', '999478.0549'],
  ['C 20 km square', 40, square(3353000, 40490000, 20000), '399999671.1680', '399999896.2059', '399999671.1591'],
  [
    'D triangle',
    36,
    [
      [36560000, 2428000],
      [36560000, 2428300],
      [36560400, 2428000],
    ],
    '59994.6364',
    '59994.0786',
    '59994.6363',
  ],
  [
    'E sliver',
    40,
    [
      [40540000, 3353000],
      [40541000, 3353000],
      [40541000, 3353001],
      [40540000, 3353001],
    ],
    '999.9608',
    '999.9670',
    '999.9595',
  ],
  ['F 1 km square in the north', 42, square(5070000, 42540000, 1000), '999959.6860', '999959.6934', '999959.6857'],
];

describe('official area', () => {
  it.each(CASES)('%s', (_, zone, ring, official, noSplit, noRounding) => {
    const layer = layerOf(epsgOf3(zone, true), ring);
    const [area] = officialAreas(layer, runZone(zone));
    expect(area!.squareMetres.toFixed(4)).toBe(official);
    expect(area!.areaDm2).toBe(Math.round(Number(official) * 100));
    const unsplit = officialAreas(layer, runZone(zone), { split: false, rounding: true });
    expect(Math.abs(unsplit[0]!.squareMetres - Number(noSplit))).toBeLessThan(1e-4);
    const unrounded = officialAreas(layer, runZone(zone), { split: true, rounding: false });
    expect(Math.abs(unrounded[0]!.squareMetres - Number(noRounding))).toBeLessThan(1e-4);
  });

  it('does not depend on orientation, start vertex within 0.1 mm², or the zone prefix', () => {
    for (const [, zone, ring, official] of CASES) {
      const reversed = [...ring].reverse();
      const turned = [...ring.slice(2), ...ring.slice(0, 2)];
      const bare = ring.map(([east, north]): [number, number] => [east - zone * 1_000_000, north]);
      const values = [
        officialAreas(layerOf(epsgOf3(zone, true), reversed), runZone(zone)),
        officialAreas(layerOf(epsgOf3(zone, true), turned), runZone(zone)),
        officialAreas(layerOf(epsgOf3(zone, false), bare), runZone(zone)),
      ];
      for (const value of values) expect(Math.abs(value[0]!.squareMetres - Number(official))).toBeLessThan(1e-3);
    }
  });

  it('takes holes away, adds parts, and gives 0 to a feature without rings', () => {
    const outer = square(3353000, 40500000, 1000);
    const hole = square(3353200, 40500200, 100);
    const whole = officialAreas(layerOf(4528, outer), runZone(40))[0]!.squareMetres;
    const cut = officialAreas(layerOf(4528, hole), runZone(40))[0]!.squareMetres;
    expect(officialAreas(layerOf(4528, outer, hole), runZone(40))[0]!.squareMetres).toBe(whole - cut);
    const parts = { ...layerOf(4528, outer, hole), ringRoles: Uint8Array.of(OUTER, OUTER) };
    expect(officialAreas(parts, runZone(40))[0]!.squareMetres).toBe(whole + cut);
    expect(officialAreas({ ...layerOf(4528), featureNos: Uint32Array.of(0) }, runZone(40))).toEqual([
      { squareMetres: 0, areaDm2: 0 },
    ]);
  });

  it('brings longitude and latitude, 6° strips and other zones to the 3° plane of the run first', () => {
    // A parcel as surveyed, coordinates of four decimals, delivered four ways; conversion noise stays below 0.1 mm.
    const ring: [number, number][] = [
      [36560012.3456, 2428000.1234],
      [36560003.4567, 2428300.2345],
      [36560401.5678, 2428040.3456],
    ];
    const original = layerOf(4524, ring);
    const [expected] = officialAreas(original, runZone(36));
    for (const epsg of [4490, epsgOf6(18, true), epsgOf6(18, false), epsgOf3(37, true), epsgOf3(36, false)]) {
      const [area] = officialAreas(convertLayer(original, epsg), runZone(36));
      expect(Math.abs(area!.squareMetres - expected!.squareMetres)).toBeLessThan(1e-4);
      expect(area!.areaDm2).toBe(expected!.areaDm2);
    }
  });

  it('rounds to four decimals on the decimal text of a coordinate', () => {
    expect([36560000.12345, 36560000.12355, 36560000.12344999, 0.00005, 2.00015, 1.00025].map(ticksOf)).toEqual([
      365600001235, 365600001236, 365600001234, 1, 20002, 10003,
    ]);
    expect([-0.00005, -1.00025, -1.000251, 0, 5e-7, 123].map((value) => ticksOf(value) + 0)).toEqual([
      0, -10002, -10003, 0, 0, 1230000,
    ]);
    const random = seededRandom(41);
    for (let i = 0; i < 20_000; i++) {
      // Numbers whose fifth decimal is the last and often a 5, as files have them.
      const whole = random.integer(0, 45_999_999);
      const decimals = random.integer(0, 19_999) * 5;
      const text = `${whole}.${String(decimals).padStart(5, '0')}`;
      const expected = whole * 10_000 + Math.floor(decimals / 10) + (decimals % 10 === 5 ? 1 : 0);
      expect(ticksOf(Number(text))).toBe(expected);
    }
  });

  it('has the small offset the official constants are known for: about −3.1e-6″ in latitude, none in longitude', () => {
    const crs = crsOf(4549)!;
    const precise = [0, 0];
    for (const [east, north] of [
      [400_000, 2_400_000],
      [500_000, 3_353_000],
      [620_000, 5_070_000],
    ] as const) {
      toLonLat(crs, east, north, precise, 0);
      const [longitude, latitude] = officialInverse(runZone(40), east - 500_000, north);
      expect((latitude - precise[1]!) * 3600).toBeGreaterThan(-8e-6);
      expect((latitude - precise[1]!) * 3600).toBeLessThan(-1e-6);
      expect(Math.abs(longitude - precise[0]!) * 3600).toBeLessThan(2e-6);
    }
  });
});
