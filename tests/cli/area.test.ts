import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boundaryText, square, type TextParcel } from './boundary-text.ts';
import { useProgram } from './program.ts';

interface Row {
  readonly id: string;
  readonly name: string | null;
  readonly area_m2: string;
  readonly header_area_m2: string | null;
  readonly warnings: readonly string[];
}

/** Published values of the official algorithm: coordinates and area to 0.01 m², each in the zone of its data. */
const PUBLISHED: readonly { readonly zone: number; readonly parcel: TextParcel; readonly area: string }[] = [
  {
    zone: 40,
    parcel: { number: 'A', name: 'square at the central meridian', ring: square(3353000, 40500000, 1000) },
    area: '999999.99',
  },
  {
    zone: 40,
    parcel: { number: 'B', name: 'square far from it', ring: square(3353000, 40645000, 1000) },
    area: '999478.06',
  },
  {
    zone: 40,
    parcel: { number: 'C', name: 'square of 20 km', ring: square(3353000, 40490000, 20000) },
    area: '399999671.17',
  },
  {
    zone: 36,
    parcel: {
      number: 'D',
      name: 'triangle',
      ring: [
        [2428000, 36560000],
        [2428300, 36560000],
        [2428000, 36560400],
      ],
    },
    area: '59994.64',
  },
  {
    zone: 40,
    parcel: {
      number: 'E',
      name: 'sliver',
      ring: [
        [3353000, 40540000],
        [3353000, 40541000],
        [3353001, 40541000],
        [3353001, 40540000],
      ],
    },
    area: '999.96',
  },
  {
    zone: 42,
    parcel: { number: 'F', name: 'square in the north', ring: square(5070000, 42540000, 1000) },
    area: '999959.69',
  },
];
const TRIANGLE = PUBLISHED[3]!.parcel;

describe('tianchou area', () => {
  const program = useProgram();
  const write = (name: string, text: string): string => {
    writeFileSync(program.path(name), text);
    return name;
  };
  const rows = async (...args: string[]): Promise<Row[]> => {
    const { code, out, err } = await program.call(['area', ...args, '--json']);
    expect(err).toBe('');
    expect(code).toBe(0);
    return JSON.parse(out) as Row[];
  };

  it.each(PUBLISHED)('meets the published area of case $parcel.number', async ({ zone, parcel, area }) => {
    const file = write(`${parcel.number}.txt`, boundaryText([parcel], { zone }));
    expect(await rows(file)).toEqual([
      { id: parcel.number, name: parcel.name, area_m2: area, header_area_m2: null, warnings: [] },
    ]);
  });

  it('keeps the order of the file and the shape of the reply', async () => {
    const parcels = PUBLISHED.filter(({ zone }) => zone === 40).toReversed();
    const reply = await rows(
      write(
        'order.txt',
        boundaryText(
          parcels.map(({ parcel }) => parcel),
          { zone: 40 },
        ),
      ),
    );
    expect(reply.map(({ id }) => id)).toEqual(['E', 'C', 'B', 'A']);
    expect(Object.keys(reply[0]!)).toEqual(['id', 'name', 'area_m2', 'header_area_m2', 'warnings']);
  });

  it.each([
    ['hectares', '5.9995', '59995.00'],
    ['square metres', '59994.64', '59994.64'],
    ['mu', '89.992', '59994.67'],
  ])('guesses header areas in %s and says so', async (unit, area, squareMetres) => {
    const [row] = await rows(write('unit.txt', boundaryText([{ ...TRIANGLE, area }], { zone: 36 })));
    expect(row!.header_area_m2).toBe(squareMetres);
    expect(row!.warnings).toHaveLength(1);
    expect(row!.warnings[0]).toMatch(unit === 'square metres' ? /m²/ : new RegExp(unit));
  });

  it('takes --crs as 4545 and as EPSG:4545, and refuses eastings without a zone otherwise', async () => {
    const file = write(
      'zoneless.txt',
      boundaryText([{ ...TRIANGLE, ring: TRIANGLE.ring.map(([n, e]) => [n, e - 36_000_000]) }]),
    );
    for (const crs of ['4545', 'EPSG:4545', 'epsg:4545']) {
      const [row] = await rows(file, '--crs', crs);
      expect(row!.area_m2).toBe('59994.64');
    }
    const { code, out, err } = await program.call(['area', file, '--json']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^INTAKE_CRS_ZONE_NEEDED zoneless\.txt: .*\n$/);
  });

  it('repairs an open ring and exchanged axes, and says so', async () => {
    const [open] = await rows(write('open.txt', boundaryText([TRIANGLE], { zone: 36, close: false })));
    expect(open!.area_m2).toBe('59994.64');
    expect(open!.warnings.join()).toMatch(/^points\.ring-unclosed: .*闭合.* \/ .*closed$/);
    const [swapped] = await rows(write('swapped.txt', boundaryText([TRIANGLE], { zone: 36, eastFirst: true })));
    expect(swapped!.area_m2).toBe('59994.64');
    expect(swapped!.warnings.join()).toContain('crs.axes-swapped');
  });

  it('refuses a file with any invalid ring: nothing on standard output, one line a problem', async () => {
    const bow: TextParcel = {
      number: 'X',
      name: 'bow',
      ring: [
        [2428000, 36560000],
        [2428100, 36560100],
        [2428000, 36560100],
        [2428100, 36560000],
      ],
    };
    const line: TextParcel = {
      number: 'Y',
      name: 'line',
      ring: [
        [2428000, 36561000],
        [2428050, 36561050],
        [2428100, 36561100],
      ],
    };
    const file = write('invalid.txt', boundaryText([TRIANGLE, bow, TRIANGLE, line], { zone: 36 }));
    for (const json of [['--json'], []]) {
      const { code, out, err } = await program.call(['area', file, ...json]);
      expect([code, out]).toEqual([2, '']);
      const lines = err.trimEnd().split('\n');
      expect(lines).toHaveLength(2);
      expect(lines[0]).toMatch(/^GEOMETRY_SELF_CROSSING invalid\.txt, feature 1: .*36560050, 2428050/);
      expect(lines[1]).toMatch(/^GEOMETRY_ZERO_AREA invalid\.txt, feature 3: /);
    }
  });

  it('names parcels of other formats by BSM and DLMC, and takes TBMJ as the area of the file', async () => {
    const ring = [
      [36560000, 2428000],
      [36560400, 2428000],
      [36560000, 2428300],
      [36560000, 2428000],
    ];
    const feature = (properties: Record<string, unknown>) => ({
      type: 'Feature',
      properties,
      geometry: { type: 'Polygon', coordinates: [ring] },
    });
    const collection = (features: unknown[]) =>
      JSON.stringify({
        type: 'FeatureCollection',
        crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::4524' } },
        features,
      });
    const named = write(
      'named.geojson',
      collection([
        feature({ BSM: '450702', DLMC: '旱地', TBMJ: 59994.64 }),
        feature({ BSM: '450703', DLMC: null, TBMJ: 60000 }),
      ]),
    );
    const [first, second] = await rows(named);
    expect(first).toEqual({
      id: '450702',
      name: '旱地',
      area_m2: '59994.64',
      header_area_m2: '59994.64',
      warnings: [],
    });
    expect(second).toMatchObject({ id: '450703', name: null, header_area_m2: '60000.00' });
    expect(second!.warnings.join()).toMatch(/^area\.official: .*5\.36 m²$/);
    const [plain] = await rows(write('plain.geojson', collection([feature({ colour: 'red' })])));
    expect(plain).toEqual({ id: '0', name: null, area_m2: '59994.64', header_area_m2: null, warnings: [] });
  });

  it('prints a table for people, in the language of the environment', async () => {
    const file = write('table.txt', boundaryText([TRIANGLE], { zone: 36 }));
    const english = await program.call(['area', file]);
    expect(english.out).toMatch(/area m².*\n.*\nD +triangle +59994\.64 +5\.9995 +89\.9920/);
    const chinese = await program.call(['area', file], { language: 'zh' });
    expect(chinese.out).toContain('椭球面积');
  });
});
