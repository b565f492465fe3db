import { encodeGb18030 } from '../../../../src/modules/intake/gb18030.server.ts';
import { concat, crookedRings, HOSTILE_TEXTS, roundRing, text, u8, type Seed } from '../bytes.ts';
import { forgeZip } from '../zip-forge.ts';

type Point = readonly [id: string, ring: number | string, north: number | string, east: number | string];
const NORTH = 2_428_000;
const EAST = 36_560_000;
const TRIANGLE: readonly Point[] = [
  ['J1', 1, NORTH, EAST],
  ['J2', 1, NORTH + 300, EAST],
  ['J3', 1, NORTH, EAST + 400],
  ['J1', 1, NORTH, EAST],
];
const SQUARE_WITH_HOLE: readonly Point[] = [
  ['J1', 1, NORTH, EAST],
  ['J2', 1, NORTH + 100, EAST],
  ['J3', 1, NORTH + 100, EAST + 100],
  ['J4', 1, NORTH, EAST + 100],
  ['J1', 1, NORTH, EAST],
  ['J5', 2, NORTH + 20, EAST + 20],
  ['J6', 2, NORTH + 20, EAST + 40],
  ['J7', 2, NORTH + 40, EAST + 40],
  ['J8', 2, NORTH + 40, EAST + 20],
  ['J5', 2, NORTH + 20, EAST + 20],
];
/** Rings given as x, y around 0 moved to where the parcels lie. */
const pointsOf = (flat: readonly number[], ring: number | string = 1): Point[] =>
  Array.from(
    { length: flat.length / 2 },
    (_, i) => [`J${i + 1}`, ring, NORTH + flat[2 * i + 1]!, EAST + flat[2 * i]!] as const,
  );

const ODD_NUMBERS = [
  'NaN',
  'Infinity',
  '-1',
  '0',
  '1e308',
  '1e999',
  '',
  ' ',
  '1.2.3',
  '1,5',
  '１２３',
  '一百',
  '0x1F',
  '--5',
  `${'9'.repeat(300)}`,
  '1e-400',
  '2428000米',
  '22°30′15″',
  '22°30\'15.5"N',
  '=1+1',
  '\t',
  '36560000.'.repeat(2),
];

type Add = (
  name: string,
  content: string | Uint8Array | (() => string | Uint8Array),
  options?: { heavy?: boolean; file?: string },
) => void;

function adder(seeds: Seed[], file: string): Add {
  return (name, content, options = {}) => {
    const bytes = (): Uint8Array => {
      const made = typeof content === 'function' ? content() : content;
      return typeof made === 'string' ? text(made) : made;
    };
    seeds.push({ name, file: options.file ?? file, bytes, ...(options.heavy === true ? { heavy: true } : {}) });
  };
}

/** Encodings, marks, line ends and damage any text file may have. */
function asText(add: Add, good: string): void {
  const wide = (value: string): Buffer => Buffer.from(value, 'utf16le');
  add('the plain form', good);
  add('GBK', () => encodeGb18030(good)!);
  add('with mark', `\ufeff${good}`);
  add('UTF-16LE with mark', () => new Uint8Array(wide(`\ufeff${good}`)));
  add('UTF-16BE with mark', () => new Uint8Array(wide(`\ufeff${good}`).swap16()));
  add('UTF-16LE without mark', () => new Uint8Array(wide(good)));
  add('UTF-16 of odd length', () => new Uint8Array(wide(`\ufeff${good}`)).slice(0, -1));
  add('UTF-16 with half a pair at the end', () => concat(new Uint8Array(wide(`\ufeff${good}`)), u8(0x3d, 0xd8)));
  add('two marks', `\ufeff\ufeff${good}`);
  add('a mark in the middle', `${good.slice(0, 100)}\ufeff${good.slice(100)}`);
  add('UTF-8 then GBK', () => concat(good, encodeGb18030(good)!));
  add('GBK with broken bytes', () => encodeGb18030(good)!.map((byte, i) => (i % 61 === 60 ? 0xff : byte)));
  add('bytes that are no UTF-8', () => text(good).map((byte, i) => (i % 47 === 46 ? 0xc0 : byte)));
  add('NUL between all', [...good].join('\u0000'));
  add('NUL at the end', `${good}${'\u0000'.repeat(500)}`);
  add('line ends LF', good.replaceAll('\r\n', '\n'));
  add('line ends CR', good.replaceAll('\r\n', '\n').replaceAll('\n', '\r'));
  add(
    'line ends mixed',
    good.replaceAll('\r\n', '\n').replace(/\n/g, (_, at: number) => ['\n', '\r', '\r\n', '\n\r'][at % 4]!),
  );
  add('no line ends', good.replace(/\r?\n/g, ' '));
  add('other line ends', good.replace(/\r?\n/g, '\u2028'));
  add('form feeds', good.replace(/\r?\n/g, '\f'));
  add('empty lines between', good.replace(/\n/g, '\n\n\n'));
  add('a hundred thousand empty lines', `${good}${'\r\n'.repeat(100_000)}`);
  add('blanks at the ends of lines', good.replace(/\r?\n/g, '   \t \r\n'));
  add(
    'full-width digits',
    good.replace(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  );
  add('full-width marks', good.replaceAll(',', '，'));
  add('end of file mark of DOS', `${good}\u001a`);
  add('one line of three megabytes', `${good}${'9'.repeat(3_000_000)}`);
  add('one line of a million commas', `${good}${','.repeat(1_000_000)}\n`);
  add('empty', '');
  add('one byte', '4');
  add('blanks', '  \r\n \r\n');
  add('quotes only', '"""""""');
  add('a quote never closed', good.replace(/(J2)/, '"$1'));
  add('a quote at the very end', `${good}"`);
  for (const part of [0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97])
    add(`cut after ${part}`, good.slice(0, Math.floor(good.length * part)));
  add('twice', good + good);
  add('lines upwards', good.split('\n').reverse().join('\n'));
  add('every line twice', good.replace(/[^\n]*\n/g, '$&$&'));
  add('noise', () => Uint8Array.from({ length: 5_000 }, (_, i) => (i * 7919 + (i >> 3) * 104_729) & 0xff));
}

const HEAD =
  '[属性描述]\r\n格式版本号=1.01版本\r\n数据产生单位=某测绘院\r\n数据产生日期=2024-5-1\r\n坐标系=2000国家大地坐标系\r\n几度分带=3\r\n投影类型=高斯克吕格\r\n计量单位=米\r\n带号=36\r\n精度=0.001\r\n转换参数=,,,,,,\r\n[地块坐标]\r\n';
const lines = (points: readonly Point[]): string => points.map((point) => `${point.join(',')}\r\n`).join('');
const header = (count: number | string, area = '6.0000', name = '某地块'): string =>
  `${count},${area},1,${name},面,,农用地,,@\r\n`;
const parcel = (points: readonly Point[], name?: string): string =>
  header(points.length, '6.0000', name) + lines(points);

export function boundaryTxtSeeds(): Seed[] {
  const seeds: Seed[] = [];
  const add = adder(seeds, 'jiezhi.txt');
  const good = HEAD + parcel(TRIANGLE) + parcel(SQUARE_WITH_HOLE, '有孔地块');
  asText(add, good);
  for (const [from, to] of [
    ['带号=36', '带号='],
    ['带号=36', '带号=37'],
    ['带号=36', '带号=99999999999'],
    ['带号=36', '带号=三十六'],
    ['带号=36', '带号=-1'],
    ['几度分带=3', '几度分带=6'],
    ['几度分带=3', '几度分带=0'],
    ['几度分带=3', '几度分带=x'],
    ['2000国家大地坐标系', '1980西安坐标系'],
    ['2000国家大地坐标系', '北京54'],
    ['2000国家大地坐标系', 'WGS84'],
    ['2000国家大地坐标系', ''],
    ['2000国家大地坐标系', '=1+1'],
    ['投影类型=高斯克吕格', '投影类型=墨卡托'],
    ['计量单位=米', '计量单位=度'],
    ['计量单位=米', '计量单位=英尺'],
    ['精度=0.001', '精度=-5'],
    ['精度=0.001', '精度=1e999'],
    ['转换参数=,,,,,,', '转换参数=1,2,3,4,5,6,7'],
    ['转换参数=,,,,,,', '转换参数=a,b,c'],
    ['转换参数=,,,,,,', `转换参数=${'1,'.repeat(5_000)}`],
    ['转换参数=,,,,,,', '转换参数=NaN,Infinity,1e999,,,,'],
    ['[地块坐标]', ''],
    ['[属性描述]', ''],
    ['[地块坐标]', '[地块坐标'],
    ['[地块坐标]', '[地块坐标][地块坐标]'],
    ['[属性描述]', '[属性描述'.repeat(2_000)],
    ['=', '＝'],
    ['=', ':'],
  ] as const)
    add(`head: ${from} becomes ${to.slice(0, 30)}`, good.replace(from, to));
  add(
    'Xi’an 1980 with seven parameters',
    good
      .replace('2000国家大地坐标系', '1980西安坐标系')
      .replace('转换参数=,,,,,,', '转换参数=10,20,30,0.1,0.2,0.3,1e-6'),
  );
  add('no head', parcel(TRIANGLE));
  add('head only', HEAD);
  add('head twice', HEAD + good);
  add('a thousand head lines', HEAD.replace('[地块坐标]', `${'某项=某值\r\n'.repeat(1_000)}[地块坐标]`));
  for (const count of [0, -1, 3, 5, 4_294_967_295, 1e300, 'x', '', '４', '4.5', '9'.repeat(40)])
    add(`header states ${String(count).slice(0, 20)} points`, HEAD + header(count) + lines(TRIANGLE));
  for (const area of ['', '-1', 'NaN', '1e999', '60000', '90', '=1', '6,0000'])
    add(`header states area ${area}`, HEAD + header(4, area) + lines(TRIANGLE));
  for (const name of ['', ',', ',,,,,', '@', 'a@b', '"', '甲,乙', '[地块坐标]', ...HOSTILE_TEXTS])
    add(`parcel called ${JSON.stringify(name).slice(0, 40)}`, HEAD + parcel(TRIANGLE, name) + parcel(SQUARE_WITH_HOLE));
  for (const value of ODD_NUMBERS) {
    add(
      `north is ${JSON.stringify(value).slice(0, 30)}`,
      HEAD + parcel([['J1', 1, value, EAST], ...TRIANGLE.slice(1)]),
    );
    add(
      `ring is ${JSON.stringify(value).slice(0, 30)}`,
      HEAD + parcel([...TRIANGLE.slice(0, 1), ['J2', value, NORTH + 300, EAST], ...TRIANGLE.slice(2)]),
    );
  }
  for (const [name, flat] of crookedRings(0, 0)) add(name, HEAD + parcel(pointsOf(flat)) + parcel(TRIANGLE));
  add('X and Y exchanged', HEAD + parcel(TRIANGLE.map(([id, ring, north, east]) => [id, ring, east, north])));
  add(
    'no zone before Y',
    HEAD + parcel(TRIANGLE.map(([id, ring, north, east]) => [id, ring, north, Number(east) - 36_000_000])),
  );
  add(
    'zones mixed',
    HEAD +
      parcel(TRIANGLE) +
      parcel(TRIANGLE.map(([id, ring, north, east]) => [id, ring, north, Number(east) + 1_000_000])),
  );
  add(
    'degrees',
    HEAD +
      parcel([
        ['J1', 1, 22.5, 108.5],
        ['J2', 1, 22.6, 108.5],
        ['J3', 1, 22.5, 108.6],
      ]),
  );
  add(
    'degrees and metres',
    HEAD +
      parcel([
        ['J1', 1, 22.5, 108.5],
        ['J2', 1, 22.6, 108.5],
        ['J3', 1, 22.5, 108.6],
      ]) +
      parcel(TRIANGLE),
  );
  add('three numbers', HEAD + header(3) + TRIANGLE.map(([, , north, east]) => `${north},${east}\r\n`).join(''));
  add('heights', HEAD + header(4) + TRIANGLE.map((point) => `${point.join(',')},35.2\r\n`).join(''));
  add('fifty columns', HEAD + header(4) + TRIANGLE.map((point) => `${point.join(',')}${',1'.repeat(50)}\r\n`).join(''));
  add('points upwards', HEAD + parcel([...TRIANGLE].reverse()));
  add('point numbers all the same', HEAD + parcel(TRIANGLE.map(([, ...rest]) => ['J1', ...rest])));
  add(
    'ring numbers in disorder',
    HEAD + parcel(TRIANGLE.map(([id, , n, e], i) => [id, [9, 1, 9, 1][i]!, n, e] as const)),
  );
  add(
    'a thousand rings',
    HEAD +
      parcel(
        Array.from({ length: 1_000 }, (_, i) => pointsOf([5 * i, 0, 5 * i, 4, 5 * i + 4, 4, 5 * i, 0], i + 1)).flat(),
      ),
  );
  add(
    'rings in rings, three hundred deep',
    HEAD +
      parcel(
        Array.from({ length: 300 }, (_, i) =>
          pointsOf([i, i, i, 2_000 - i, 2_000 - i, 2_000 - i, 2_000 - i, i, i, i], i + 1),
        ).flat(),
      ),
  );
  add('five thousand parcels', HEAD + Array.from({ length: 5_000 }, (_, i) => parcel(TRIANGLE, `地块${i}`)).join(''), {
    heavy: true,
  });
  add('a million points in one ring', () => HEAD + parcel(pointsOf(roundRing(5_000, 5_000, 5_000, 1_000_000))), {
    heavy: true,
  });
  add('@ everywhere', good.replaceAll('\r\n', '@\r\n'));
  add('@ nowhere', good.replaceAll('@', ''));
  add('brackets everywhere', good.replaceAll('\r\n', '\r\n[地块坐标]\r\n'));
  for (const id of ['', 'J', '界1', '-1', '1'.repeat(200), 'J1 ', '=J1', '\u0000', '"J1"'])
    add(`point called ${JSON.stringify(id).slice(0, 20)}`, HEAD + parcel([[id, 1, NORTH, EAST], ...TRIANGLE.slice(1)]));
  add('called .csv', good, { file: 'jiezhi.csv' });
  add('called .geojson', good, { file: 'jiezhi.geojson' });
  seeds.push({
    name: 'in a zip',
    file: 'jiezhi.zip',
    bytes: () => forgeZip([{ name: '界址点.txt', data: text(good), deflate: true }]),
  });
  return seeds;
}

const TITLES = '地块编号,圈号,点号,X,Y';
const rows = (points: readonly Point[], plot = '1', tail = ''): string =>
  points.map(([id, ring, north, east]) => `${plot},${ring},${id},${north},${east}${tail}\r\n`).join('');

export function csvSeeds(): Seed[] {
  const seeds: Seed[] = [];
  const add = adder(seeds, 'zuobiao.csv');
  const good = `${TITLES}\r\n${rows(TRIANGLE)}${rows(SQUARE_WITH_HOLE, '2')}`;
  asText(add, good);
  for (const mark of [';', '\t', '|', '，', '；', ' ', '#', '^', ':', '\u0001'])
    add(`parted by ${JSON.stringify(mark)}`, good.replaceAll(',', mark));
  for (const mark of [';', 'é', '"', '\u0000', ',,', ''])
    add(`sep=${mark}`, `sep=${mark}\r\n${good.replaceAll(',', mark === '' || mark === '"' ? ',' : mark)}`);
  add('everything quoted', good.replace(/[^,\r\n]+/g, '"$&"'));
  add('quotes inside', good.replaceAll('J2', '"J""2"'));
  add('quotes inside, not doubled', good.replaceAll('J2', '"J"2"'));
  add('line ends inside quotes', good.replaceAll('J2', '"J\r\n2"'));
  add('a quoted text of a megabyte', good.replace('J2', `"${'x'.repeat(1_000_000)}"`));
  add('ten thousand line ends in a quote', good.replace('J2', `"${'\n'.repeat(10_000)}"`));
  add(
    'thousands parted',
    good.replace(/(\d{4,})/g, (digits) => `"${Number(digits).toLocaleString('en')}"`),
  );
  add('decimal commas', good.replaceAll(',', ';').replace(/(\d{7,8})/g, '$1,00'));
  for (const titles of [
    'X,Y',
    'Y,X',
    '经度,纬度',
    'lon,lat',
    '纬度,经度',
    'X坐标,Y坐标',
    '北,东',
    'x,y',
    'X,X',
    'X,Y,X,Y',
    'WKT',
    'geometry',
    'a,b',
    ',',
    '=1,=2',
    '经度,经度',
  ])
    add(
      `titles ${titles}`,
      `${titles}\r\n${TRIANGLE.map(([, , north, east]) => `${north},${east},${north},${east}\r\n`).join('')}`,
    );
  const wkt = (value: string): string =>
    `名称,WKT\r\n甲,"${value}"\r\n乙,"POLYGON((36560000 2428000,36560400 2428000,36560000 2428300,36560000 2428000))"\r\n`;
  for (const value of [
    'POLYGON EMPTY',
    'POLYGON(())',
    'POLYGON((',
    'POLYGON((1 2',
    'POLYGON((1 2,3))',
    'POLYGON((a b,c d))',
    'POLYGON((1 2 3 4 5,6 7 8 9 10))',
    'POINT(1 2)',
    'LINESTRING(1 2,3 4)',
    'MULTIPOLYGON(((1 2,3 4,5 6,1 2)))',
    'MULTIPOLYGON(((36560000 2428000,36560400 2428000,36560000 2428300,36560000 2428000)),((36570000 2428000,36570400 2428000,36570000 2428300,36570000 2428000)))',
    'GEOMETRYCOLLECTION(POLYGON((1 2,3 4,5 6,1 2)))',
    'CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))',
    'POLYGON Z((36560000 2428000 5,36560400 2428000 5,36560000 2428300 5,36560000 2428000 5))',
    'SRID=4524;POLYGON((36560000 2428000,36560400 2428000,36560000 2428300,36560000 2428000))',
    `POLYGON${'('.repeat(100_000)}`,
    `${'GEOMETRYCOLLECTION('.repeat(20_000)}`,
    'POLYGON((NaN NaN,Infinity 1,1e999 2,NaN NaN))',
    'polygon((36560000 2428000,36560400 2428000,36560000 2428300,36560000 2428000))',
    '',
    '=POLYGON',
    'POLYGON((36560000 2428000,36560400 2428000,36560000 2428300,36560000 2428000)) behind',
    `POLYGON((${'1 1,'.repeat(50_000)}1 1))`,
  ])
    add(`WKT ${value.slice(0, 50)} ${value.length}`, wkt(value));
  for (const value of ODD_NUMBERS) {
    add(
      `X is ${JSON.stringify(value).slice(0, 30)}`,
      `${TITLES}\r\n${rows([['J1', 1, value, EAST], ...TRIANGLE.slice(1)])}`,
    );
    add(
      `Y is ${JSON.stringify(value).slice(0, 30)}`,
      `${TITLES}\r\n${rows([...TRIANGLE.slice(0, 2), ['J3', 1, NORTH, value], TRIANGLE[3]!])}`,
    );
    add(
      `ring is ${JSON.stringify(value).slice(0, 30)}`,
      `${TITLES}\r\n${rows([...TRIANGLE.slice(0, 2), ['J3', value, NORTH, EAST + 400], TRIANGLE[3]!])}`,
    );
  }
  for (const [name, flat] of crookedRings(0, 0))
    add(name, `${TITLES}\r\n${rows(pointsOf(flat))}${rows(TRIANGLE, '2')}`);
  HOSTILE_TEXTS.forEach((value, i) => {
    add(
      `hostile text ${i + 1}`,
      `${TITLES},"${value.replaceAll('"', '""')}"\r\n${rows(TRIANGLE, `"${value.replaceAll('"', '""')}"`, `,"${value.replaceAll('"', '""')}"`)}`,
    );
  });
  add('a title of brackets', `${'('.repeat(300_000)},Y\r\n1,2\r\n`, { heavy: true });
  add('a title of other brackets', `${'[【{'.repeat(100_000)},X,Y\r\n1,2,3\r\n`, { heavy: true });
  add('titles only', `${TITLES}\r\n`);
  add('no titles', rows(TRIANGLE));
  add('rows too short', good.replaceAll(`,${EAST}`, ''));
  add('rows too long', good.replaceAll('\r\n', ',,,,,,\r\n'));
  add('twenty lines of notes first', `${'说明,,,\r\n'.repeat(20)}${good}`);
  add('a hundred lines of notes first', `${'说明,,,\r\n'.repeat(100)}${good}`);
  add('two tables', good + good);
  add(
    'a thousand columns',
    `${TITLES}${Array.from({ length: 1_000 }, (_, i) => `,c${i}`).join('')}\r\n${rows(TRIANGLE, '1', ',x'.repeat(1_000))}`,
  );
  add('titles all the same', good.replace(TITLES, 'X,X,X,X,X'));
  add('plots interleaved', `${TITLES}\r\n${TRIANGLE.map((point) => rows([point], '1') + rows([point], '2')).join('')}`);
  add(
    'five thousand plots',
    `${TITLES}\r\n${Array.from({ length: 5_000 }, (_, i) => rows(TRIANGLE, String(i))).join('')}`,
    { heavy: true },
  );
  add(
    'every point a plot',
    `${TITLES}\r\n${Array.from({ length: 3_000 }, (_, i) => rows([TRIANGLE[i % 4]!], String(i))).join('')}`,
  );
  add(
    'a million points in one ring',
    () => `${TITLES}\r\n${rows(pointsOf(roundRing(5_000, 5_000, 5_000, 1_000_000)))}`,
    { heavy: true },
  );
  add(
    'zones mixed',
    `${TITLES}\r\n${rows(TRIANGLE)}${rows(
      TRIANGLE.map(([id, ring, n, e]) => [id, ring, n, Number(e) + 1_000_000]),
      '2',
    )}`,
  );
  add('no zone', `${TITLES}\r\n${rows(TRIANGLE.map(([id, ring, n, e]) => [id, ring, n, Number(e) - 36_000_000]))}`);
  add(
    'degrees under X and Y',
    `${TITLES}\r\n${rows([
      ['J1', 1, 22.5, 108.5],
      ['J2', 1, 22.6, 108.5],
      ['J3', 1, 22.5, 108.6],
    ])}`,
  );
  add('called .txt', good, { file: 'zuobiao.txt' });
  add('called .tsv', good.replaceAll(',', '\t'), { file: 'zuobiao.tsv' });
  seeds.push({
    name: 'in a zip',
    file: 'zuobiao.zip',
    bytes: () => forgeZip([{ name: '坐标.csv', data: text(good), deflate: true }]),
  });
  return seeds;
}
