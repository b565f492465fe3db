import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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
