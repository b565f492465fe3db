import { describe, expect, it } from 'vitest';
import fixture from '../../tests/fixtures/proj-cgcs2000.json' with { type: 'json' };
import { seededRandom } from '../kernel/index.ts';
import { crsOf } from './crs.ts';
import { fromLonLat, project, toLonLat, unproject } from './gauss-kruger.ts';

describe('Gauss–Krüger projection', () => {
  it('agrees with PROJ to the last digit printed in every kind of strip, up to 6° from the meridian', () => {
    expect(fixture.rows.length).toBe(216);
    const out = [0, 0];
    let worstBack = 0;
    for (const [epsg, longitude, latitude, x, y] of fixture.rows as [number, number, number, number, number][]) {
      const crs = crsOf(epsg)!;
      fromLonLat(crs, longitude, latitude, out, 0);
      // The fixture has 15 digits: an easting with prefix ends at 0.1 µm, without it at 1 nm, a northing at 10 nm.
      expect(Math.abs(out[0]! - x)).toBeLessThan(x > 1e7 ? 6e-8 : 4e-9);
      expect(Math.abs(out[1]! - y)).toBeLessThan(8e-9);
      toLonLat(crs, x, y, out, 0);
      worstBack = Math.max(worstBack, Math.abs(out[0]! - longitude), Math.abs(out[1]! - latitude));
    }
    expect(worstBack).toBeLessThan(1e-12);
  });

  it('comes back to the same point within 1 nm, up to 20° from the meridian and near equator and pole', () => {
    const random = seededRandom(11);
    const out = new Float64Array(2);
    let worst = 0;
    for (let i = 0; i < 20_000; i++) {
      const longitude = (random.next() - 0.5) * 40;
      const latitude = (random.next() - 0.5) * 178;
      project(longitude, latitude, out, 0);
      unproject(out[0]!, out[1]!, out, 0);
      const metres =
        111_320 *
        Math.max(Math.abs(out[1]! - latitude), Math.abs(out[0]! - longitude) * Math.cos((latitude * Math.PI) / 180));
      worst = Math.max(worst, metres);
    }
    expect(worst).toBeLessThan(5e-9);
  });

  it('is odd in longitude and latitude, to the bit, and maps the meridian to east 0', () => {
    const a = [0, 0];
    const b = [0, 0];
    project(1.25, 31.5, a, 0);
    project(-1.25, -31.5, b, 0);
    expect(b).toEqual([-a[0]!, -a[1]!]);
    project(0, 31.5, a, 0);
    expect(a[0]).toBe(0);
    project(0, 0, a, 0);
    expect(a).toEqual([0, 0]);
  });

  it('leaves degrees untouched and writes where it is told', () => {
    const out = [9, 9, 9, 9];
    toLonLat(crsOf(4490)!, 108.123456789, 22.5, out, 2);
    expect(out).toEqual([9, 9, 108.123456789, 22.5]);
    fromLonLat(crsOf(4490)!, 108.123456789, 22.5, out, 0);
    expect(out.slice(0, 2)).toEqual([108.123456789, 22.5]);
  });
});
