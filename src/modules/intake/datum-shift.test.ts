import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../kernel/index.ts';
import { parseBoundaryTxt } from './boundary-txt.ts';
import { sevenParametersOf, shiftToCgcs2000 } from './datum-shift.ts';
import { readLayer } from './open-source.server.ts';
import { resolveCrs } from './crs-detection.ts';

const PARAMETERS = sevenParametersOf('-12.345,23.456,-34.567,1.234,-2.345,3.456,-4.567')!;
const PIPELINE_PARAMETERS =
  '+x=-12.345 +y=23.456 +z=-34.567 +rx=1.234 +ry=-2.345 +rz=3.456 +s=-4.567 +convention=coordinate_frame';

/** The same by PROJ: inverse projection on the old ellipsoid, Helmert, forward projection on CGCS2000's. */
function byProj(points: readonly (readonly [number, number])[], ellipsoid: string, strip: string): number[][] {
  const projected =
    strip === ''
      ? '+proj=unitconvert +xy_in=deg +xy_out=rad'
      : `+inv +proj=tmerc +algo=poder_engsager ${strip} ${ellipsoid}`;
  const forward =
    strip === ''
      ? '+proj=unitconvert +xy_in=rad +xy_out=deg'
      : `+proj=tmerc +algo=poder_engsager ${strip} +a=6378137 +rf=298.257222101`;
  const pipeline = `+proj=pipeline +step ${projected} +step +proj=cart ${ellipsoid} +step +proj=helmert ${PIPELINE_PARAMETERS} +step +inv +proj=cart +a=6378137 +rf=298.257222101 +step ${forward}`;
  const output = execFileSync('gdaltransform', ['-ct', pipeline, '-output_xy'], {
    input: points.map(([x, y]) => `${x} ${y} 0`).join('\n'),
    encoding: 'utf8',
  });
  return output
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/).map(Number));
}

describe('seven parameters', () => {
  it('are read from the words of a boundary TXT', () => {
    expect(PARAMETERS).toMatchObject({ dxMetres: -12.345, rzSeconds: 3.456, scalePpm: -4.567 });
    for (const empty of ['', ',,,,,,', '0,0,0,0,0,0,0', '1,2,3', '1,2,3,4,5,6,x'])
      expect(sevenParametersOf(empty)).toBeUndefined();
  });

  it.each([
    ['xian80', '+a=6378140 +rf=298.257', 4545, '+lon_0=108 +x_0=500000'],
    ['beijing54', '+ellps=krass', 4524, '+lon_0=108 +x_0=36500000'],
    ['xian80', '+a=6378140 +rf=298.257', 4490, ''],
  ] as const)('agree with PROJ to a tenth of a millimetre: %s %s EPSG:%d', (datum, ellipsoid, epsg, strip) => {
    const seed = Number(process.env['SEED'] ?? 7);
    const random = seededRandom(seed);
    const points = Array.from({ length: 200 }, (): [number, number] =>
      epsg === 4490
        ? [106.5 + 3 * random.next(), 20 + 30 * random.next()]
        : [(epsg === 4524 ? 36_000_000 : 0) + 350_000 + 300_000 * random.next(), 2_200_000 + 3_500_000 * random.next()],
    );
    const ours = shiftToCgcs2000(points.flat(), epsg, { datum, parameters: PARAMETERS });
    const theirs = byProj(points, ellipsoid, strip);
    const tolerance = epsg === 4490 ? 1e-9 : 1e-4;
    points.forEach((_, i) => {
      expect(Math.abs(ours[2 * i]! - theirs[i]![0]!), `seed ${seed}, point ${i}`).toBeLessThan(tolerance);
      expect(Math.abs(ours[2 * i + 1]! - theirs[i]![1]!), `seed ${seed}, point ${i}`).toBeLessThan(tolerance);
    });
  });

  it('let old datums in, with a warning, by code, by words and by their own 转换参数', () => {
    const range = { xRange: [36_560_000, 36_561_000], yRange: [2_428_000, 2_429_000] } as const;
    const byCode = resolveCrs({ ...range, userEpsg: 2360, datumParameters: PARAMETERS });
    expect(
      byCode.ok && [byCode.value.crs.epsg, byCode.value.shift?.datum, byCode.value.problems.map((found) => found.rule)],
    ).toEqual([4524, 'xian80', ['crs.datum-shifted']]);
    const text =
      '[属性描述]\n坐标系=1980西安坐标系\n带号=36\n转换参数=-12.345,23.456,-34.567,1.234,-2.345,3.456,-4.567\n[地块坐标]\n3,,1,甲,面,,,,@\nJ1,1,2428000,36560000\nJ2,1,2428300,36560000\nJ3,1,2428000,36560400\nJ1,1,2428000,36560000\n';
    const parsed = parseBoundaryTxt(text);
    if (!parsed.ok) throw new Error(parsed.error[0]!.code);
    const expected = byProj(
      [
        [36560000, 2428000],
        [36560000, 2428300],
        [36560400, 2428000],
      ],
      '+a=6378140 +rf=298.257',
      '+lon_0=108 +x_0=36500000',
    ).flatMap((point) => point.slice(0, 2));
    parsed.value.parcels[0]!.rings[0]!.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-4));
    expect(parsed.value.problems.map((found) => found.rule)).toContain('crs.datum-shifted');
    const without = parseBoundaryTxt(text.replace(/转换参数=.*/, '转换参数=,,,,,,'));
    expect(without.ok ? '' : without.error[0]!.code).toBe('INTAKE_DATUM_PARAMETERS_NEEDED');
  });

  it('convert a container file too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tianchou-datum-'));
    try {
      const path = join(folder, 'old.geojson');
      const ring = [
        [560000, 2428000],
        [560400, 2428000],
        [560000, 2428300],
        [560000, 2428000],
      ];
      await writeFile(
        path,
        JSON.stringify({
          type: 'FeatureCollection',
          crs: { type: 'name', properties: { name: 'EPSG:2381' } },
          features: [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }],
        }),
      );
      const refused = await readLayer(path);
      expect(refused.ok ? '' : refused.error[0]!.code).toBe('INTAKE_DATUM_PARAMETERS_NEEDED');
      const read = await readLayer(path, { datumParameters: PARAMETERS });
      if (!read.ok) throw new Error(read.error[0]!.code);
      expect(read.value.layer.epsg).toBe(4545);
      const [first] = byProj([[560000, 2428000]], '+a=6378140 +rf=298.257', '+lon_0=108 +x_0=500000');
      expect(Math.abs(read.value.layer.coords[0]! - first![0]!)).toBeLessThan(1e-4);
      expect(Math.abs(read.value.layer.coords[1]! - first![1]!)).toBeLessThan(1e-4);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
