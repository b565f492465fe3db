import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { surveySchemaOf } from '../../src/modules/intake/index.ts';
import { boundaryText, square } from './boundary-text.ts';
import { useProgram } from './program.ts';

const PARCELS = [
  {
    number: 'D1',
    name: '三角地',
    ring: [
      [2428000, 36560000],
      [2428300, 36560000],
      [2428000, 36560400],
    ] as const,
  },
  { number: 'D2', name: '方地', ring: square(2429000, 36561000, 250) },
];

describe('tianchou convert', () => {
  const program = useProgram();
  const source = (): string => {
    writeFileSync(program.path('in.txt'), boundaryText(PARCELS, { zone: 36 }));
    return 'in.txt';
  };
  const areas = async (file: string): Promise<string[]> => {
    const { code, out } = await program.call(['area', file, '--json']);
    expect(code).toBe(0);
    return (JSON.parse(out) as { area_m2: string }[]).map(({ area_m2 }) => area_m2);
  };

  it.each(['geojson', 'gpkg', 'fgb', 'zip', 'csv', 'txt'])('keeps every area through .%s', async (extension) => {
    const { code } = await program.call(['convert', source(), `out.${extension}`]);
    expect(code).toBe(0);
    const expected = await areas('in.txt');
    expect(expected[0]).toBe('59994.64');
    expect(await areas(`out.${extension}`)).toEqual(expected);
  });

  it('converts to another CRS and back without moving an area by a cent', async () => {
    expect((await program.call(['convert', source(), 'degrees.geojson', '--to-crs', '4490'])).code).toBe(0);
    const text = readFileSync(program.path('degrees.geojson'), 'utf8');
    expect(text).toContain('EPSG::4490');
    expect(text).toMatch(/108\.\d{6,}/);
    expect(await areas('degrees.geojson')).toEqual(await areas('in.txt'));
    // A boundary TXT of longitudes and latitudes is written in the 3° zone of its land, with its prefix.
    expect((await program.call(['convert', 'degrees.geojson', 'back.txt', '--to-encoding', 'utf-8'])).code).toBe(0);
    const back = readFileSync(program.path('back.txt'), 'utf8');
    expect(back).toContain('带号=36');
    expect(back).toContain('J1,1,2428000.0000,36560000.0000');
  });

  it('writes a TXT with or without zone, prefix of point ids, decimals and encoding as asked', async () => {
    const args = ['--no-zone-prefix', '--no-j-prefix', '--decimals', '3', '--to-encoding', 'utf-8'];
    expect((await program.call(['convert', source(), 'bare.txt', ...args])).code).toBe(0);
    const text = readFileSync(program.path('bare.txt'), 'utf8');
    expect(text).toContain('带号=36');
    expect(text).toContain('\r\n1,1,2428000.000,560000.000\r\n');
    expect(await areas('bare.txt')).toEqual(await areas('in.txt'));
    expect((await program.call(['convert', 'bare.txt', 'full.txt', '--zone-prefix'])).code).toBe(0);
    expect(readFileSync(program.path('full.txt'), 'latin1')).toContain('J1,1,2428000.0000,36560000.0000');
  });

  it('writes by the survey standard alone with --survey, or names every breach', async () => {
    const parcel = (BSM: string, rest: object): object => ({
      type: 'Feature',
      properties: { 地类: '0101', BSM, QSXZ: '30', ZLDWDM: '4507021002000000000', TBMJ: 10_000, mine: 'x', ...rest },
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [36_560_000, 2_428_000],
            [36_560_100, 2_428_000],
            [36_560_100, 2_428_100],
            [36_560_000, 2_428_100],
            [36_560_000, 2_428_000],
          ],
        ],
      },
    });
    const file = (name: string, ...features: object[]): void =>
      writeFileSync(
        program.path(name),
        JSON.stringify({
          type: 'FeatureCollection',
          crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::4524' } },
          features,
        }),
      );
    file('good.geojson', parcel('450702000000000001', {}));
    for (const out of ['strict.gpkg', 'strict.zip']) {
      const good = await program.call(['convert', 'good.geojson', out, '--survey', 'parcels']);
      expect(good.code).toBe(0);
      expect(good.err).toMatch(/survey\.fields-left-out .*: mine\n/);
      const info = execFileSync(
        'ogrinfo',
        ['-so', '-al', `${out.endsWith('.zip') ? '/vsizip/' : ''}${program.path(out)}`],
        { encoding: 'utf8' },
      );
      expect(info).toMatch(/^BSM: String \(18\.0\)$/m);
      expect(info).toMatch(/^DLBM: String \(5\.0\)$/m);
      expect(info.indexOf('\nBSM:')).toBeLessThan(info.indexOf('\nTBMJ: Real'));
      expect(info.match(/^[A-Z]+: (String|Real|Integer)/gm)).toHaveLength(surveySchemaOf('parcels').fields.length);
      expect(info).not.toContain('mine');
    }
    file('bad.geojson', parcel('450702000000000001', { TBBH: '123456789' }), parcel('', { QSXZ: '99', TBMJ: 1.234 }));
    const bad = await program.call(['convert', 'bad.geojson', 'bad.gpkg', '--survey', 'parcels']);
    expect([bad.code, bad.out]).toEqual([2, '']);
    expect(bad.err.split('\n').map((line) => line.split(':')[0])).toEqual([
      'SURVEY_EXPORT_EMPTY bad.geojson, feature 1, field BSM',
      'SURVEY_EXPORT_LENGTH bad.geojson, feature 0, field TBBH',
      'SURVEY_EXPORT_CODE bad.geojson, feature 1, field QSXZ',
      'SURVEY_EXPORT_DECIMALS bad.geojson, feature 1, field TBMJ',
      '',
    ]);
    expect(() => statSync(program.path('bad.gpkg'))).toThrow();
    expect((await program.call(['convert', 'good.geojson', 'out.gpkg', '--survey', 'roads'])).err).toMatch(/^USAGE /);
  });

  it('brings old datums to CGCS2000 with seven parameters, in every command that takes a CRS', async () => {
    const parameters = ['--datum-parameters', '-12.345,23.456,-34.567,1.234,-2.345,3.456,-4.567'];
    source();
    // What is silent about its CRS takes the code; a boundary TXT states the old datum itself.
    const text = readFileSync(program.path('in.txt'), 'utf8').replace('2000国家大地坐标系', '1980西安坐标系');
    writeFileSync(program.path('old.txt'), text);
    const commands = [
      ['area', 'old.txt', '--json'],
      ['check', 'old.txt', '--json'],
      ['convert', 'old.txt', 'new.gpkg'],
      ['overlay', '--parcels', 'old.txt', '--zones', 'a=old.txt', '--out', 'pairs.csv'],
    ];
    for (const command of commands) {
      const refused = await program.call(command);
      expect([refused.code, refused.err], command[0]!).toEqual([
        2,
        expect.stringMatching(/^INTAKE_DATUM_PARAMETERS_NEEDED /),
      ]);
      expect((await program.call([...command, ...parameters])).code, command[0]!).toBe(0);
    }
    const shifted = await program.call(['area', 'new.gpkg', '--json']);
    const [first] = JSON.parse(shifted.out) as { area_m2: string }[];
    // A scale of −4.567 ppm and another ellipsoid move an area of six hectares by some parts in a hundred thousand.
    expect(Math.abs(Number(first!.area_m2) - 59_994.64)).toBeLessThan(3);
    for (const wrong of ['1,2,3', '0,0,0,0,0,0,0', 'a,b,c,d,e,f,g']) {
      expect((await program.call(['area', 'old.txt', '--datum-parameters', wrong])).err).toMatch(
        /^USAGE .*seven numbers/,
      );
    }
  });

  it('refuses what it cannot write: format, CRS, a zone far from the land, a folder that is not there', async () => {
    const cases: [string[], RegExp][] = [
      [['out.xyz'], /^INTAKE_CANNOT_WRITE /],
      [['out.gpkg', '--to-crs', '3857'], /^CONVERT_CRS /],
      [['out2.gpkg', '--to-crs', '4528'], /^CONVERT_FAR_ZONE /],
      [['nowhere/out.gpkg'], /^OUTPUT_FAILED nowhere\/out\.gpkg: /],
    ];
    for (const [args, line] of cases) {
      const { code, out, err } = await program.call(['convert', source(), ...args]);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(line);
    }
    expect(() => statSync(program.path('out2.gpkg'))).toThrow();
  });

  it('writes an empty plan that reads as a plan', async () => {
    expect((await program.call(['plan-template', 'plan.gpkg'])).code).toBe(0);
    const { code, err } = await program.call(['area', 'plan.gpkg', '--layer', 'plots']);
    expect([code, err]).toEqual([0, '']);
    const again = await program.call(['plan-template', 'plan.gpkg']);
    expect(again.code).toBe(2);
    expect(again.err).toContain('OUTPUT_EXISTS');
    expect((await program.call(['plan-template', 'plan.shp'])).code).toBe(2);
  });
});

describe('tianchou pack', () => {
  const program = useProgram();

  it('lists the packs, checks one, and accounts for the clauses', async () => {
    const list = await program.call(['pack', 'list']);
    expect(list.code).toBe(0);
    expect(list.out).toMatch(/^haining-2021 +\S+ /m);
    expect(list.out).toMatch(/^qinzhou-2020 +\S+ /m);
    const check = await program.call(['pack', 'check', 'qinzhou-2020']);
    expect(check.out).toMatch(/qinzhou-2020: 0 errors, \d+ notes\n$/);
    expect(check.code).toBe(0);
    const unknown = await program.call(['pack', 'check', 'atlantis-2020']);
    expect([unknown.code, unknown.out]).toEqual([2, '']);
    expect(unknown.err).toMatch(/^PACK-UNKNOWN /);
    const coverage = await program.call(['pack', 'coverage', 'qinzhou-2020']);
    expect(coverage.code).toBe(0);
    expect(coverage.out).toMatch(/S0-5c/);
  });
});
