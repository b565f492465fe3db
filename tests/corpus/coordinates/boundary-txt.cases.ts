import { encodeGb18030 } from '../../../src/modules/intake/gb18030.server.ts';
import { TRIANGLE, triangleAt, type Accepted, type CorpusCase } from './corpus-case.ts';

const points = (rows: readonly (readonly [string, number, number, number])[]): string =>
  rows.map((row) => `${row.join(',')}\r\n`).join('');
const HEAD =
  '[属性描述]\r\n格式版本号=1.01版本\r\n数据产生单位=某测绘院\r\n数据产生日期=2024-5-1\r\n坐标系=2000国家大地坐标系\r\n几度分带=3\r\n投影类型=高斯克吕格\r\n计量单位=米\r\n带号=36\r\n精度=0.001\r\n转换参数=,,,,,,\r\n[地块坐标]\r\n';
const HEADER = '4,6.0000,1,某地块,面,,农用地,,@\r\n';
const PARCEL = HEADER + points(TRIANGLE);
const FILE = HEAD + PARCEL;
const SECOND = `4,6.0000,2,乙地块,面,,农用地,,@\r\n${points(triangleAt(1))}`;
const bytes = (text: string): Uint8Array => Buffer.from(text);
const sound: Accepted = { rules: [], epsg: 4524, features: 1, squareMetres: [60000] };
const bare = (text: string): string => text.replaceAll(',3656', ',56');
const swap = (text: string): string => text.replace(/^(J\d+,\d+),([\d.]+),([\d.]+)/gm, '$1,$3,$2');

/** Rings of squares at the same place: an outer ring, a hole in it, an island in the hole, and a second outer ring. */
function squares(numbers: readonly number[], reverse: boolean): string {
  const at = [
    [0, 0, 100],
    [20, 20, 60],
    [40, 40, 20],
    [200, 0, 50],
  ] as const;
  return at
    .map(([dx, dy, size], r) => {
      const corners = [
        [0, 0],
        [size, 0],
        [size, size],
        [0, size],
      ];
      if (reverse) corners.reverse();
      return points(
        [...corners, corners[0]!].map(
          ([x, y], i) => [`J${(i % 4) + 1}`, numbers[r]!, 2430000 + dy + y!, 36560000 + dx + x!] as const,
        ),
      );
    })
    .join('');
}
const SQUARES_AREA = 10000 - 3600 + 400 + 2500;
const squaresHeader = `20,${(SQUARES_AREA / 10000).toFixed(4)},1,多圈,面,,,,@\r\n`;

export const boundaryTxtCases: readonly CorpusCase[] = [
  { name: 'official form, UTF-8', file: 'a.txt', bytes: bytes(FILE), expected: sound },
  { name: 'GBK, as most offices deliver', file: 'a.txt', bytes: encodeGb18030(FILE)!, expected: sound },
  { name: 'UTF-8 with byte order mark', file: 'a.txt', bytes: bytes(`\uFEFF${FILE}`), expected: sound },
  { name: 'UTF-16LE with mark', file: 'a.txt', bytes: Buffer.from(`\uFEFF${FILE}`, 'utf16le'), expected: sound },
  {
    name: 'UTF-16BE with mark',
    file: 'a.txt',
    bytes: Buffer.from(`\uFEFF${FILE}`, 'utf16le').swap16(),
    expected: sound,
  },
  { name: 'UTF-16LE without mark', file: 'a.txt', bytes: Buffer.from(FILE, 'utf16le'), expected: sound },
  {
    name: 'GBK with one broken byte in a name',
    file: 'a.txt',
    bytes: Buffer.concat([
      encodeGb18030(HEAD)!,
      encodeGb18030('4,6.0000,1,某')!,
      Uint8Array.of(0xff),
      encodeGb18030(',面,,,,@\r\n' + points(TRIANGLE))!,
    ]),
    expected: sound,
  },
  {
    name: 'CRLF mixed with lone CR',
    file: 'a.txt',
    bytes: bytes(FILE.replace('\r\nJ2', '\rJ2')),
    expected: { ...sound, rules: ['txt.mixed-line-ends'] },
  },
  {
    name: 'LF only, blank lines, trailing NUL',
    file: 'a.txt',
    bytes: bytes(`${FILE.replaceAll('\r\n', '\n\n')}\n\u0000`),
    expected: sound,
  },
  {
    name: 'eastings without prefix, zone in the header',
    file: 'a.txt',
    bytes: bytes(bare(FILE)),
    expected: { ...sound, epsg: 4545 },
  },
  {
    name: 'eastings without prefix, header zone empty',
    file: 'a.txt',
    bytes: bytes(bare(FILE).replace('带号=36', '带号=')),
    expected: { refused: 'INTAKE_CRS_ZONE_NEEDED' },
  },
  {
    name: 'the same with the CRS given',
    file: 'a.txt',
    bytes: bytes(bare(FILE).replace('带号=36', '带号=')),
    options: { crs: 4545 },
    expected: { ...sound, epsg: 4545 },
  },
  {
    name: 'zone given as central meridian',
    file: 'a.txt',
    bytes: bytes(bare(FILE).replace('带号=36', '带号=108')),
    expected: { ...sound, epsg: 4545 },
  },
  {
    name: 'zone of the header contradicts the prefix',
    file: 'a.txt',
    bytes: bytes(FILE.replace('带号=36', '带号=39')),
    expected: { ...sound, rules: ['crs.zone-contradicted'] },
  },
  {
    name: 'six-degree zone',
    file: 'a.txt',
    bytes: bytes(FILE.replace('带号=36', '带号=18').replace('几度分带=3', '几度分带=6').replaceAll('3656', '1856')),
    expected: { ...sound, epsg: 4496 },
  },
  {
    name: 'x and y exchanged throughout',
    file: 'a.txt',
    bytes: bytes(swap(FILE)),
    expected: { ...sound, rules: ['crs.axes-swapped'] },
  },
  {
    name: 'x and y exchanged in one parcel of two',
    file: 'a.txt',
    bytes: bytes(FILE + swap(SECOND)),
    expected: { ...sound, rules: ['crs.axes-swapped'], features: 2, squareMetres: [60000, 60000] },
  },
  {
    name: 'prefix missing in one parcel of two',
    file: 'a.txt',
    bytes: bytes(FILE + bare(SECOND)),
    expected: { ...sound, rules: ['crs.zone-prefix'], features: 2, squareMetres: [60000, 60000] },
  },
  {
    name: 'two zones in one file',
    file: 'a.txt',
    bytes: bytes(FILE + SECOND.replaceAll(',3656', ',3743')),
    expected: { refused: 'INTAKE_CRS_MIXED_ZONES' },
  },
  {
    name: 'coordinates far outside the zone',
    file: 'a.txt',
    bytes: bytes(FILE.replaceAll('36560', '36760')),
    expected: { ...sound, rules: ['crs.outside-zone'] },
  },
  {
    name: "Xi'an 80",
    file: 'a.txt',
    bytes: bytes(FILE.replace('2000国家大地坐标系', '1980西安坐标系')),
    expected: { refused: 'INTAKE_DATUM_PARAMETERS_NEEDED' },
  },
  {
    name: 'Beijing 54',
    file: 'a.txt',
    bytes: bytes(FILE.replace('2000国家大地坐标系', '1954年北京坐标系')),
    expected: { refused: 'INTAKE_DATUM_PARAMETERS_NEEDED' },
  },
  {
    name: 'a local grid',
    file: 'a.txt',
    bytes: bytes(FILE.replace('2000国家大地坐标系', '某市城市独立坐标系')),
    expected: { refused: 'INTAKE_CRS_UNSUPPORTED' },
  },
  {
    name: 'longitude and latitude, no [属性描述]',
    file: 'a.txt',
    bytes: bytes(
      '[地块坐标]\r\n4,6,1,甲,面,,,,@\r\nJ1,1,21.93,108.57\r\nJ2,1,21.9327,108.57\r\nJ3,1,21.93,108.57387\r\nJ1,1,21.93,108.57\r\n',
    ),
    expected: { rules: ['crs.assumed', 'txt.section-missing'], epsg: 4490, features: 1 },
  },
  {
    name: 'ring not closed',
    file: 'a.txt',
    bytes: bytes(HEAD + HEADER + points(TRIANGLE.slice(0, 3))),
    expected: { ...sound, rules: ['points.ring-unclosed'] },
  },
  {
    name: 'count without the closing point',
    file: 'a.txt',
    bytes: bytes(FILE.replace('4,6.0000', '3,6.0000')),
    expected: sound,
  },
  {
    name: 'count that is garbage',
    file: 'a.txt',
    bytes: bytes(FILE.replace('4,6.0000', '41,6.0000')),
    expected: { ...sound, rules: ['txt.point-count'] },
  },
  {
    name: 'area in m²',
    file: 'a.txt',
    bytes: bytes(FILE.replace('6.0000', '59994.64')),
    expected: { ...sound, rules: ['txt.area-unit'] },
  },
  {
    name: 'area off by ten percent',
    file: 'a.txt',
    bytes: bytes(FILE.replace('6.0000', '6.6000')),
    expected: { ...sound, rules: ['txt.area-differs', 'txt.area-unit'] },
  },
  {
    name: 'commas in the name',
    file: 'a.txt',
    bytes: bytes(FILE.replace('某地块', '某镇,某村,某地块')),
    expected: { ...sound, rules: ['txt.comma-in-name'] },
  },
  {
    name: 'blanks in header fields',
    file: 'a.txt',
    bytes: bytes(FILE.replace('某地块,面,,农用地,,@', ' , 面, , , ,@')),
    expected: sound,
  },
  {
    name: 'ten header fields',
    file: 'a.txt',
    bytes: bytes(FILE.replace('农用地,,@', '农用地,,0103,@')),
    expected: sound,
  },
  {
    name: 'twelve header fields',
    file: 'a.txt',
    bytes: bytes(FILE.replace('农用地,,@', '农用地,,0103,甲,乙,@')),
    expected: sound,
  },
  {
    name: 'full-width commas and digits',
    file: 'a.txt',
    bytes: bytes(
      FILE.replace(HEADER, HEADER.replaceAll(',', '，')).replace(/^J2,1,2428300,/m, 'J2，1，２４２８３００，'),
    ),
    expected: { ...sound, rules: ['txt.full-width-comma'] },
  },
  {
    name: 'zero-padded and bare point ids',
    file: 'a.txt',
    bytes: bytes(FILE.replaceAll('J', 'J0') + SECOND.replaceAll('J', '')),
    expected: { ...sound, features: 2, squareMetres: [60000, 60000] },
  },
  {
    name: 'rings numbered 1 to 4: outer, hole, island, outer',
    file: 'a.txt',
    bytes: bytes(HEAD + squaresHeader + squares([1, 2, 3, 4], false)),
    expected: { ...sound, squareMetres: [SQUARES_AREA] },
  },
  {
    name: 'the same, all rings clockwise',
    file: 'a.txt',
    bytes: bytes(HEAD + squaresHeader + squares([1, 2, 3, 4], true)),
    expected: { ...sound, squareMetres: [SQUARES_AREA] },
  },
  {
    name: 'the same, every ring numbered 1',
    file: 'a.txt',
    bytes: bytes(HEAD + squaresHeader + squares([1, 1, 1, 1], false)),
    expected: { ...sound, rules: ['points.ring-number-repeated'], squareMetres: [SQUARES_AREA] },
  },
  {
    name: 'duplicate keys, the last holds',
    file: 'a.txt',
    bytes: bytes(bare(FILE).replace('带号=36', '带号=39\r\n带号=36')),
    expected: { ...sound, epsg: 4545, rules: ['txt.duplicate-key'] },
  },
  {
    name: '[项目信息] before [属性描述]',
    file: 'a.txt',
    bytes: bytes(`[项目信息]\r\n项目名称=某整治项目\r\n项目编号=4507022024\r\n${FILE}`),
    expected: sound,
  },
  {
    name: 'point and line figures beside a polygon',
    file: 'a.txt',
    bytes: bytes(
      `${FILE}1,,2,界桩,点,,,,@\r\nJ1,1,2428000,36560000\r\n2,,3,中线,线,,,,@\r\nJ1,1,2428000,36560000\r\nJ2,1,2428300,36560000\r\n`,
    ),
    expected: { ...sound, rules: ['geometry.not-polygon'], features: 3, withGeometry: 1 },
  },
  {
    name: 'a coordinate with a letter O for zero',
    file: 'a.txt',
    bytes: bytes(FILE + SECOND.replace('J2,1,2429300', 'J2,1,24293OO')),
    expected: { ...sound, rules: ['txt.line-unreadable'], features: 2, withGeometry: 1 },
  },
  {
    name: 'a vertex that lost a digit',
    file: 'a.txt',
    bytes: bytes(FILE + SECOND.replace('J2,1,2429300', 'J2,1,242930')),
    expected: { ...sound, rules: ['points.out-of-place'], features: 2, withGeometry: 1 },
  },
  {
    name: 'cut off in transfer',
    file: 'a.txt',
    bytes: bytes(FILE + SECOND.replace('4,6.0000', '9,6.0000').slice(0, -25)),
    expected: { ...sound, rules: ['points.cut-off', 'txt.point-count'], features: 2, withGeometry: 1 },
  },
  {
    name: 'header without its @',
    file: 'a.txt',
    bytes: bytes(FILE.replace(',@', '')),
    expected: { ...sound, rules: ['txt.header-fields', 'txt.header-mark-missing'] },
  },
  {
    name: 'no parcel header at all',
    file: 'a.txt',
    bytes: bytes(HEAD + points(TRIANGLE)),
    expected: { ...sound, rules: ['txt.header-missing'] },
  },
  {
    name: 'points alone',
    file: 'a.txt',
    bytes: bytes(points(TRIANGLE)),
    expected: { ...sound, rules: ['txt.header-missing', 'txt.section-missing'] },
  },
  { name: 'heads without parcels', file: 'a.txt', bytes: bytes(HEAD), expected: { refused: 'INTAKE_TXT_NO_PARCELS' } },
  {
    name: 'prose',
    file: 'a.txt',
    bytes: bytes('今天上午召开土地整治工作会议。\n请各单位准时参加。\n'),
    expected: { refused: 'INTAKE_TXT_NOT_BOUNDARY' },
  },
  { name: 'empty', file: 'a.txt', bytes: new Uint8Array(), expected: { refused: 'INTAKE_EMPTY_FILE' } },
  {
    name: 'a PDF called .txt',
    file: 'a.txt',
    bytes: bytes('%PDF-1.4\n1 0 obj\n'),
    expected: { refused: 'INTAKE_UNKNOWN_FORMAT' },
  },
  {
    name: 'random bytes called .txt',
    file: 'a.txt',
    bytes: Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31 + 7 * i + 13) % 251),
    expected: { refused: 'INTAKE_TXT_NOT_BOUNDARY' },
  },
  {
    name: 'small local coordinates',
    file: 'a.txt',
    bytes: bytes(
      HEAD + HEADER + 'J1,1,5000.1,3000.2\r\nJ2,1,5300.1,3000.2\r\nJ3,1,5000.1,3400.2\r\nJ1,1,5000.1,3000.2\r\n',
    ),
    expected: { refused: 'INTAKE_CRS_OUT_OF_RANGE' },
  },
  {
    name: 'degrees under a header of metres',
    file: 'a.txt',
    bytes: bytes(
      HEAD + '4,6,1,甲,面,,,,@\r\nJ1,1,21.93,108.57\r\nJ2,1,21.94,108.57\r\nJ3,1,21.93,108.58\r\nJ1,1,21.93,108.57\r\n',
    ),
    expected: { refused: 'INTAKE_CRS_DEGREES_AS_METRES' },
  },
  {
    name: 'the file ends behind the header of its last parcel',
    file: 'a.txt',
    bytes: bytes(FILE + SECOND + HEADER),
    expected: {
      ...sound,
      rules: ['geometry.missing', 'points.cut-off', 'txt.point-count'],
      features: 3,
      withGeometry: 2,
      squareMetres: [60000, 60000],
    },
  },
];
