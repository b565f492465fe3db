import { describe, expect, it } from 'vitest';
import { INNER, OUTER, seededRandom, type Random } from '../../kernel/index.ts';
import {
  formatBoundaryHead,
  formatBoundaryParcel,
  type BoundaryParcelText,
  type BoundaryTxtStyle,
} from './boundary-txt-format.ts';
import { parseBoundaryTxt, type BoundaryTxt } from './boundary-txt.ts';

const HEAD =
  '[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=36\n精度=0.001\n转换参数=,,,,,,\n[地块坐标]\n';
const TRIANGLE = 'J1,1,2428000,36560000\nJ2,1,2428300,36560000\nJ3,1,2428000,36560400\nJ1,1,2428000,36560000\n';
const FILE = `${HEAD}4,5.9995,1,某地块,面,,农用地,,@\n${TRIANGLE}`;
const RING = [36560000, 2428000, 36560000, 2428300, 36560400, 2428000];

function parsed(text: string, userEpsg?: number): BoundaryTxt {
  const result = parseBoundaryTxt(text, userEpsg ? { userEpsg } : {});
  if (!result.ok) throw new Error(result.error.map((refusal) => refusal.code).join());
  return result.value;
}
const refusedWith = (text: string): string => {
  const result = parseBoundaryTxt(text);
  return result.ok ? 'accepted' : result.error[0]!.code;
};
const rulesOf = (file: BoundaryTxt): string[] =>
  [...file.problems, ...file.parcels.flatMap((parcel) => parcel.problems)]
    .filter((found) => found.severity !== 'note')
    .map((found) => found.rule);

describe('boundary TXT parser', () => {
  it('reads the official form without a warning', () => {
    const file = parsed(FILE);
    expect(rulesOf(file)).toEqual([]);
    expect(file.crs.crs.epsg).toBe(4524);
    expect(file.parcels).toHaveLength(1);
    expect(file.parcels[0]).toMatchObject({
      number: '1',
      name: '某地块',
      use: '农用地',
      headerArea: 5.9995,
      headerAreaM2: '59995.00',
      rings: [RING],
      refused: false,
    });
  });

  it.each<[string, string, string[]]>([
    ['unclosed ring', FILE.replace(/J1,1,2428000,36560000\n$/, ''), ['points.ring-unclosed']],
    ['x and y exchanged', FILE.replace(/(J\d,1),(\d+),(\d+)/g, '$1,$3,$2'), ['crs.axes-swapped']],
    ['zone missing in the header', FILE.replace('带号=36', '带号='), []],
    ['zone of the header contradicted', FILE.replace('带号=36', '带号=37'), ['crs.zone-contradicted']],
    ['strip width contradicted', FILE.replace('几度分带=3', '几度分带=6度带'), ['points.strip-contradicted']],
    ['count that does not count the closing point', FILE.replace('4,5.9995', '3,5.9995'), []],
    ['count that is garbage', FILE.replace('4,5.9995', '555,5.9995').replace('@', '@'), ['txt.point-count']],
    ['area in m²', FILE.replace('5.9995', '59994.64'), ['txt.area-unit']],
    ['area in mu with its unit', FILE.replace('5.9995', '89.99亩'), ['txt.area-unit']],
    ['area that is wrong', FILE.replace('5.9995', '6.1'), ['txt.area-differs']],
    ['area that is no number', FILE.replace('5.9995', '约六公顷'), ['txt.area-unreadable']],
    ['comma in the name', FILE.replace('某地块', '某,地,块'), ['txt.comma-in-name']],
    ['blanks in the header', FILE.replace(',面,,农用地,,@', ', 面 , ,农用地, ,@ '), []],
    ['ten fields', FILE.replace(',农用地,,@', ',农用地,,0101,@'), []],
    ['twelve fields', FILE.replace(',农用地,,@', ',农用地,,0101,张三,,@'), []],
    ['full-width commas in points', FILE.replace(/(J\d),1,/g, '$1，1，'), ['txt.full-width-comma']],
    [
      'full-width commas in the header',
      FILE.replace('4,5.9995,1,某地块,面,,农用地,,@', '4，5.9995，1，某地块，面，，农用地，，@'),
      ['txt.full-width-comma'],
    ],
    ['full-width digits', FILE.replace('J2,1,2428300', 'J2,1,２４２８３００'), []],
    ['padded point ids', FILE.replaceAll('J', 'J0'), []],
    ['bare point ids', FILE.replaceAll('J', ''), []],
    ['ring number missing', FILE.replace(/(J\d),1,/g, '$1,'), ['txt.ring-number-missing']],
    ['tabs between numbers', FILE.replace(/(J\d),1,(\d+),(\d+)/g, '$1\t1\t$2\t$3'), ['txt.full-width-comma']],
    ['trailing commas', FILE.replace(/(J\d,1,\d+,\d+)/g, '$1,'), []],
    ['a height column', FILE.replace(/(J\d,1,\d+,\d+)/g, '$1,12.5'), ['txt.extra-column']],
    [
      'CRLF mixed with lone CR',
      FILE.replaceAll('\n', '\r\n').replace('36560000\r\nJ2', '36560000\rJ2'),
      ['txt.mixed-line-ends'],
    ],
    ['lone CR throughout', FILE.replaceAll('\n', '\r'), []],
    ['blank lines and trailing NUL', `${FILE.replaceAll('\n', '\n\n')}\u0000\u001A`, []],
    ['byte order mark inside', `\uFEFF${FILE}`, []],
    ['project block first', `[项目信息]\n项目名称=某项目\n${FILE}`, []],
    ['duplicate key', FILE.replace('带号=36', '带号=37\n带号=36'), ['txt.duplicate-key']],
    ['unknown keys', FILE.replace('带号=36', '带号=36\n高程基准=1985国家高程基准'), []],
    ['colon for equals', FILE.replace('带号=36', '带号：36'), ['txt.key-colon']],
    [
      'sections missing',
      FILE.replace('[属性描述]\n', '').replace('[地块坐标]\n', ''),
      ['txt.section-missing', 'txt.section-missing'],
    ],
    ['header without its mark', FILE.replace('农用地,,@', '农用地,,'), ['txt.header-mark-missing']],
    ['no parcel header at all', HEAD + TRIANGLE, ['txt.header-missing']],
    ['comment between points', FILE.replace('J2,', '# 备注\nJ2,'), ['txt.line-ignored']],
    [
      'closing point a hair off',
      FILE.replace(/J1,1,2428000,36560000\n$/, 'J1,1,2428000.0004,36560000\n'),
      ['points.closing-point-differs'],
    ],
    ['closing point twice', `${FILE}J1,1,2428000,36560000\n`, ['points.closing-point-repeated']],
    ['other brackets', FILE.replace('[属性描述]', '【属性描述】'), []],
    ['figure kind in other words', FILE.replace(',面,', ',面状,'), []],
    ['figure kind empty', FILE.replace(',面,', ',,'), []],
    ['unknown datum words', FILE.replace('2000国家大地坐标系', '国家大地坐标'), ['points.datum-unknown']],
  ])('survives: %s', (_, text, rules) => {
    const file = parsed(text);
    expect(rulesOf(file)).toEqual(rules);
    expect(file.crs.crs.epsg).toBe(4524);
    expect(file.parcels[0]!.rings).toEqual([RING]);
    expect(file.parcels[0]!.refused).toBe(false);
    for (const found of [...file.problems, ...file.parcels[0]!.problems]) {
      if (found.severity === 'warning' && !/^crs\.|^txt\.area-unit/.test(found.rule))
        expect(found.line).toBeGreaterThan(0);
    }
  });

  it('reads coordinates without prefix in the zone of the header, and asks where there is none', () => {
    const bare = FILE.replaceAll(',36560', ',560');
    expect(parsed(bare).crs.crs.epsg).toBe(4545);
    expect(parsed(bare).parcels[0]!.rings[0]!.slice(0, 2)).toEqual([560000, 2428000]);
    expect(refusedWith(bare.replace('带号=36', '带号='))).toBe('INTAKE_CRS_ZONE_NEEDED');
    expect(parsed(bare.replace('带号=36', '带号='), 4545).crs.crs).toMatchObject({ epsg: 4545, decidedBy: 'user' });
  });

  it('reads the longitude/latitude variant, either way round', () => {
    const degrees = 'J1,1,21.93,108.57\nJ2,1,21.94,108.57\nJ3,1,21.93,108.58\nJ1,1,21.93,108.57\n';
    const file = parsed(`[地块坐标]\n4,,1,某地块,面,,,,@\n${degrees}`);
    expect(file.crs.crs).toMatchObject({ epsg: 4490 });
    expect(file.parcels[0]!.rings[0]).toEqual([108.57, 21.93, 108.57, 21.94, 108.58, 21.93]);
    const swapped = parsed(`[地块坐标]\n4,,1,某地块,面,,,,@\n${degrees.replace(/1,([\d.]+),([\d.]+)$/gm, '1,$2,$1')}`);
    expect(swapped.parcels[0]!.rings[0]).toEqual(file.parcels[0]!.rings[0]);
    expect(rulesOf(swapped)).toContain('crs.axes-swapped');
    const dms = parsed(
      `[地块坐标]\n3,,1,某地块,面,,,,@\nJ1,1,21°55′48″,108°34′12″\nJ2,1,21°56′24″,108°34′12″\nJ3,1,21°55′48″,108°34′48″\n`,
    );
    expect(dms.parcels[0]!.rings[0]![0]).toBeCloseTo(108.57, 10);
  });

  it('refuses old datums, local grids, other projections and files of several zones', () => {
    expect(refusedWith(FILE.replace('2000国家大地坐标系', '80国家大地坐标系'))).toBe('INTAKE_DATUM_PARAMETERS_NEEDED');
    expect(refusedWith(FILE.replace('2000国家大地坐标系', '1954北京坐标系'))).toBe('INTAKE_DATUM_PARAMETERS_NEEDED');
    expect(refusedWith(FILE.replace('2000国家大地坐标系', '某市独立坐标系'))).toBe('INTAKE_CRS_UNSUPPORTED');
    expect(refusedWith(FILE.replace('高斯克吕格', 'UTM'))).toBe('INTAKE_CRS_UNSUPPORTED');
    expect(refusedWith(`${FILE}4,5.9995,2,另一块,面,,,,@\n${TRIANGLE.replaceAll(',3656', ',3756')}`)).toBe(
      'INTAKE_CRS_MIXED_ZONES',
    );
    expect(refusedWith('hello\nworld\n')).toBe('INTAKE_TXT_NOT_BOUNDARY');
    expect(refusedWith(HEAD)).toBe('INTAKE_TXT_NO_PARCELS');
    expect(rulesOf(parsed(FILE.replace('2000国家大地坐标系', '80国家大地坐标系'), 4524))).toEqual([
      'points.datum-overruled',
    ]);
  });

  it.each<[string, string, string]>([
    ['point figure', '1,,2,界桩,点,,,,@\nJ1,1,2428000,36560000\n', 'geometry.not-polygon'],
    ['line figure', '2,,2,中线,线,,,,@\nJ1,1,2428000,36560000\nJ2,1,2428300,36560000\n', 'geometry.not-polygon'],
    [
      'unreadable line',
      '3,,2,乙,面,,,,@\nJ1,1,2428000,36560000\nJ2,1,24283OO,3656O000\nJ3,1,2428000,36560400\nJ1,1,2428000,36560000\n',
      'txt.line-unreadable',
    ],
    [
      'vertex in another zone',
      '3,,2,乙,面,,,,@\nJ1,1,2428000,36560000\nJ2,1,2428300,37560000\nJ3,1,2428000,36560400\nJ1,1,2428000,36560000\n',
      'points.out-of-place',
    ],
    [
      'vertex that lost a digit',
      '3,,2,乙,面,,,,@\nJ1,1,2428000,36560000\nJ2,1,242830,36560000\nJ3,1,2428000,36560400\nJ1,1,2428000,36560000\n',
      'points.out-of-place',
    ],
    [
      'closing point elsewhere',
      '3,,2,乙,面,,,,@\nJ1,1,2428000,36560000\nJ2,1,2428300,36560000\nJ3,1,2428000,36560400\nJ1,1,2428000.5,36560000\n',
      'points.closing-point-differs',
    ],
    ['no points', '0,,2,乙,面,,,,@\n', 'geometry.missing'],
    [
      'cut off in transfer',
      '9,,2,乙,面,,,,@\nJ1,1,2428000,36560000\nJ2,1,2428300,36560000\nJ3,1,2428000,36560400\n',
      'points.cut-off',
    ],
  ])('keeps a parcel out and the others in: %s', (_, second, rule) => {
    const file = parsed(`${FILE}${second}`);
    expect(file.parcels).toHaveLength(2);
    expect(file.parcels[0]).toMatchObject({ refused: false, rings: [RING] });
    expect(file.parcels[1]!.refused).toBe(true);
    expect(
      file.parcels[1]!.problems.filter((found) => found.severity === 'error').map((found) => found.rule),
    ).toContain(rule);
    expect(file.parcels[1]!.problems[0]).toMatchObject({ featureNo: 1, id: '2' });
  });

  it('repairs single parcels that differ from the rest', () => {
    const second = `4,5.9995,2,乙,面,,,,@\n${TRIANGLE.replace(/(J\d,1),(\d+),(\d+)/g, '$1,$3,$2')}`;
    const third = `4,5.9995,3,丙,面,,,,@\n${TRIANGLE.replaceAll(',3656', ',56')}`;
    const file = parsed(FILE + second + third);
    expect(file.parcels.map((parcel) => parcel.rings)).toEqual([[RING], [RING], [RING]]);
    expect(file.parcels.map((parcel) => parcel.problems.map((found) => found.rule))).toEqual([
      [],
      ['crs.axes-swapped'],
      ['crs.zone-prefix'],
    ]);
  });

  it('separates rings by number, by closing, and joins what is interleaved', () => {
    const square = (ring: number, east: number, size: number): string =>
      [
        [0, 0],
        [size, 0],
        [size, size],
        [0, size],
        [0, 0],
      ]
        .map(([dx, dy], i) => `J${(i % 4) + 1},${ring},${2428000 + east / 10 + dy!},${36560000 + east + dx!}`)
        .join('\n') + '\n';
    const header = '15,1,1,多圈,面,,,,@\n';
    const three = parsed(HEAD + header + square(1, 0, 100) + square(2, 20, 10) + square(3, 500, 50));
    expect(three.parcels[0]!.rings.map((ring) => ring.length)).toEqual([8, 8, 8]);
    const numberedOne = parsed(HEAD + header + square(1, 0, 100) + square(1, 20, 10) + square(1, 500, 50));
    expect(numberedOne.parcels[0]!.rings).toEqual(three.parcels[0]!.rings);
    expect(rulesOf(numberedOne)).toContain('points.ring-number-repeated');
  });
});

/** A random star-shaped ring; a hole in its middle now and then. */
function randomParcel(random: Random, number: number): BoundaryParcelText {
  const east = 36_500_000 + random.integer(-80_000, 80_000);
  const north = 2_428_000 + random.integer(0, 50_000);
  const star = (radius: number, count: number): number[] => {
    const coords: number[] = [];
    for (let i = 0; i < count; i++) {
      const angle = (2 * Math.PI * (i + 0.4 * random.next())) / count;
      const r = radius * (0.6 + 0.4 * random.next());
      coords.push(Number((east + r * Math.cos(angle)).toFixed(4)), Number((north + r * Math.sin(angle)).toFixed(4)));
    }
    return coords;
  };
  const rings = [{ role: OUTER, coords: star(100, random.integer(3, 12)) }];
  if (random.next() < 0.3) rings.push({ role: INNER, coords: star(20, random.integer(3, 6)) });
  return { number: String(number), name: `地块${number}`, areaDm2: null, sheet: '', use: '农用地', code: '', rings };
}

const MUTATIONS: readonly { readonly rule: string | null; readonly apply: (text: string) => string }[] = [
  { rule: null, apply: (text) => text.replaceAll('\r\n', '\n') },
  { rule: null, apply: (text) => `\uFEFF${text}` },
  { rule: 'txt.mixed-line-ends', apply: (text) => text.replace(/\r\nJ2,/g, '\rJ2,') },
  { rule: 'crs.axes-swapped', apply: (text) => text.replace(/^(J\d+,\d+),([\d.]+),([\d.]+)$/gm, '$1,$3,$2') },
  { rule: 'txt.full-width-comma', apply: (text) => text.replace(/^(J\d+),(\d+),/gm, '$1，$2，') },
  { rule: 'txt.comma-in-name', apply: (text) => text.replace(/,地块(\d+),面/g, ',地块,$1,面') },
  { rule: null, apply: (text) => text.replace(/^J(\d)/gm, '$1') },
  { rule: null, apply: (text) => text.replace(/带号=36/, '带号=') },
  { rule: 'crs.zone-contradicted', apply: (text) => text.replace(/带号=36/, '带号=38') },
  {
    rule: 'txt.point-count',
    apply: (text) =>
      text.replace(/^\d+,,(\d+),地块/gm, '9999,,$1,地块').replace(/9999,,(\d+)(?![\s\S]*9999,,)/, '7,,$1'),
  },
  { rule: 'txt.extra-column', apply: (text) => text.replace(/^(J\d+,\d+,[\d.]+,[\d.]+)$/gm, '$1,5.2') },
];

describe('formatter and parser', () => {
  it('read back what was written, in every style and through every quirk', () => {
    const seed = Number(process.env['SEED'] ?? 20261121);
    const random = seededRandom(seed);
    for (let round = 0; round < 150; round++) {
      const parcels = Array.from({ length: random.integer(1, 6) }, (_, i) => randomParcel(random, i + 1));
      const style: BoundaryTxtStyle = {
        epsg: 4524,
        zonePrefix: random.next() < 0.7,
        closeRings: random.next() < 0.7,
        numbering: random.pick(['restart', 'continuous'] as const),
      };
      const text = formatBoundaryHead(style) + parcels.map((parcel) => formatBoundaryParcel(parcel, style)).join('');
      const mutation = random.pick(MUTATIONS);
      const mutated = mutation.apply(text);
      // Without prefix the zone of the header is all there is; taking it away is another test.
      if (!style.zonePrefix && /带号/.test(String(mutation.apply))) continue;
      const context = `seed ${seed}, round ${round}, ${JSON.stringify(style)}, ${mutation.apply}`;
      const file = parsed(mutated);
      const shift = style.zonePrefix ? 0 : 36_000_000;
      expect(file.crs.crs.epsg, context).toBe(style.zonePrefix ? 4524 : 4545);
      expect(
        file.parcels.map((parcel) => parcel.refused),
        context,
      ).toEqual(parcels.map(() => false));
      const back = file.parcels.map((parcel) => parcel.rings);
      const wanted = parcels.map((parcel) =>
        parcel.rings.map((ring) =>
          Array.from(ring.coords, (value, i) => Number((i % 2 === 0 ? value - shift : value).toFixed(4))),
        ),
      );
      expect(back, context).toEqual(wanted);
      const rules = rulesOf(file);
      if (mutation.rule && mutated !== text && mutation.rule !== 'txt.point-count')
        expect(rules, context).toContain(mutation.rule);
      expect(rules.includes('points.ring-unclosed'), context).toBe(!style.closeRings);
    }
  });
});
