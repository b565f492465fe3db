import { describe, expect, it } from 'vitest';
import { crsOf, epsgOf3, epsgOf6, runZone, zone3OfLongitude } from './crs.ts';

describe('CGCS2000 reference systems', () => {
  it('knows the strip, meridian and false easting of every code', () => {
    expect(crsOf(4490)).toEqual({ epsg: 4490, kind: 'geographic' });
    const cases: [number, 'gauss3' | 'gauss6', number, number, number][] = [
      [4513, 'gauss3', 25, 75, 25_500_000],
      [4524, 'gauss3', 36, 108, 36_500_000],
      [4528, 'gauss3', 40, 120, 40_500_000],
      [4533, 'gauss3', 45, 135, 45_500_000],
      [4534, 'gauss3', 25, 75, 500_000],
      [4545, 'gauss3', 36, 108, 500_000],
      [4549, 'gauss3', 40, 120, 500_000],
      [4554, 'gauss3', 45, 135, 500_000],
      [4491, 'gauss6', 13, 75, 13_500_000],
      [4501, 'gauss6', 23, 135, 23_500_000],
      [4502, 'gauss6', 13, 75, 500_000],
      [4512, 'gauss6', 23, 135, 500_000],
    ];
    for (const [epsg, kind, zone, centralMeridianDegrees, falseEasting] of cases) {
      expect(crsOf(epsg)).toEqual({ epsg, kind, zone, centralMeridianDegrees, falseEasting });
    }
  });

  it('has exactly the 65 codes and leads back from zone to code', () => {
    let known = 0;
    for (let epsg = 0; epsg < 40_000; epsg++) {
      const crs = crsOf(epsg);
      if (crs === undefined) continue;
      known++;
      if (crs.kind === 'geographic') continue;
      const prefixed = crs.falseEasting > 1_000_000;
      expect(crs.kind === 'gauss3' ? epsgOf3(crs.zone, prefixed) : epsgOf6(crs.zone, prefixed)).toBe(epsg);
    }
    expect(known).toBe(1 + 21 + 21 + 11 + 11);
    for (const other of [4326, 4214, 4610, 2361, 3857, 4490.5, Number.NaN]) expect(crsOf(other)).toBeUndefined();
  });

  it('finds the zone of a longitude, the eastern one halfway', () => {
    expect([106.4999, 106.5, 108.6, 109.4999, 109.5, 120].map(zone3OfLongitude)).toEqual([35, 36, 36, 36, 37, 40]);
    expect([0, 180].map(zone3OfLongitude)).toEqual([25, 45]);
    expect(runZone(36)).toEqual({ zone: 36, centralMeridianDegrees: 108 });
    expect(() => runZone(12)).toThrow();
    expect(() => epsgOf3(46, true)).toThrow();
    expect(() => epsgOf6(24, true)).toThrow();
  });
});
