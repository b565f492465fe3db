import { encodeGb18030 } from '../../../src/modules/intake/gb18030.server.ts';
import { TRIANGLE, triangleAt, type Accepted, type CorpusCase } from './corpus-case.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const TITLES = '地块编号,圈号,点号,X,Y';
const rows = (plot: string, triangle = TRIANGLE): string =>
  triangle.map(([id, ring, north, east]) => `${plot},${ring},${id},${north},${east}\n`).join('');
const FILE = `${TITLES}\n${rows('1')}${rows('2', triangleAt(1))}`;
const sound: Accepted = { rules: [], epsg: 4524, features: 2, squareMetres: [60000, 60000] };
const one: Accepted = { rules: [], epsg: 4524, features: 1, squareMetres: [60000] };
const WKT = 'POLYGON((36560000 2428000, 36560400 2428000, 36560000 2428300, 36560000 2428000))';

export const csvCases: readonly CorpusCase[] = [
  {
    name: 'a title of two hundred thousand characters and no coordinates',
    file: 'a.csv',
    bytes: bytes(`名称,${'甲'.repeat(200_000)}\n1,2\n`),
    expected: { refused: 'INTAKE_TABLE_NO_COORDINATES' },
  },
  { name: 'the plain form', file: 'a.csv', bytes: bytes(FILE), expected: sound },
  { name: 'GBK', file: 'a.csv', bytes: encodeGb18030(FILE)!, expected: sound },
  {
    name: 'UTF-8 with mark and CRLF',
    file: 'a.csv',
    bytes: bytes(`\uFEFF${FILE.replaceAll('\n', '\r\n')}`),
    expected: sound,
  },
  {
    name: 'UTF-16LE with tabs, as spreadsheets save “Unicode text”',
    file: 'a.csv',
    bytes: Buffer.from(`\uFEFF${FILE.replaceAll(',', '\t')}`, 'utf16le'),
    expected: sound,
  },
  { name: 'semicolons', file: 'a.csv', bytes: bytes(FILE.replaceAll(',', ';')), expected: sound },
  {
    name: 'semicolons and decimal commas',
    file: 'a.csv',
    bytes: bytes(FILE.replaceAll(',', ';').replace(/(\d{7,8})/g, '$1,00')),
    expected: { ...sound, rules: ['table.decimal-comma'] },
  },
  { name: 'bars', file: 'a.csv', bytes: bytes(FILE.replaceAll(',', '|')), expected: sound },
  {
    name: 'full-width commas',
    file: 'a.csv',
    bytes: bytes(FILE.replaceAll(',', '，')),
    expected: { ...sound, rules: ['table.full-width-delimiter'] },
  },
  {
    name: 'a line sep=; in front',
    file: 'a.csv',
    bytes: bytes(`sep=;\n${FILE.replaceAll(',', ';')}`),
    expected: sound,
  },
  { name: 'tabs in a .txt', file: 'a.txt', bytes: bytes(FILE.replaceAll(',', '\t')), expected: sound },
  { name: 'everything quoted', file: 'a.csv', bytes: bytes(FILE.replace(/[^,\n]+/g, '"$&"')), expected: sound },
  {
    name: 'a quoted remark over two lines',
    file: 'a.csv',
    bytes: bytes(
      `${TITLES},备注\n${TRIANGLE.map(([id, ring, n, e]) => `1,${ring},${id},${n},${e},"甲,\n乙"\n`).join('')}`,
    ),
    expected: one,
  },
  {
    name: 'a quote never closed',
    file: 'a.csv',
    bytes: bytes(`${TITLES}\n1,1,"J1,2428000,36560000\n1,1,J2,2428300,36560000\n`),
    expected: { refused: 'INTAKE_CSV_BROKEN' },
  },
  {
    name: 'English titles, east before north',
    file: 'a.csv',
    bytes: bytes(
      `plot_id,ring,vertex,easting,northing\n${TRIANGLE.map(([id, ring, n, e]) => `P1,${ring},${id},${e},${n}\n`).join('')}`,
    ),
    expected: one,
  },
  {
    name: 'X for east, as GIS people write',
    file: 'a.csv',
    bytes: bytes(`plot,x,y\n${TRIANGLE.map(([, , n, e]) => `1,${e},${n}\n`).join('')}`),
    expected: one,
  },
  {
    name: 'northing and easting exchanged under named titles',
    file: 'a.csv',
    bytes: bytes(`plot,北坐标,东坐标\n${TRIANGLE.map(([, , n, e]) => `1,${e},${n}\n`).join('')}`),
    expected: { ...one, rules: ['crs.axes-swapped'] },
  },
  {
    name: 'longitude and latitude',
    file: 'a.csv',
    bytes: bytes('地块,经度,纬度\n1,108.57,21.93\n1,108.58,21.93\n1,108.57,21.94\n1,108.57,21.93\n'),
    expected: { rules: ['crs.assumed'], epsg: 4490, features: 1 },
  },
  {
    name: 'degrees and minutes as text',
    file: 'a.csv',
    bytes: bytes(
      '地块,经度,纬度\n1,108°34′12″,21°55′48″\n1,108°34′48″,21°55′48″\n1,108°34′12″,21°56′24″\n1,108°34′12″,21°55′48″\n',
    ),
    expected: { rules: ['crs.assumed'], epsg: 4490, features: 1 },
  },
  {
    name: 'a title and remarks above the header',
    file: 'a.csv',
    bytes: bytes(`某项目界址点成果表,,,,\n坐标系:2000国家大地坐标系,,,,\n,,,,\n${FILE}`),
    expected: sound,
  },
  {
    name: 'zone only in the remark above',
    file: 'a.csv',
    bytes: bytes(`中央经线:108度,,,,\n${FILE.replaceAll('3656', '56')}`),
    expected: { ...sound, epsg: 4545 },
  },
  {
    name: "Xi'an 80 in the remark above",
    file: 'a.csv',
    bytes: bytes(`坐标系统:西安80坐标系,,,,\n${FILE}`),
    expected: { refused: 'INTAKE_DATUM_PARAMETERS_NEEDED' },
  },
  {
    name: 'no zone anywhere',
    file: 'a.csv',
    bytes: bytes(FILE.replaceAll('3656', '56')),
    expected: { refused: 'INTAKE_CRS_ZONE_NEEDED' },
  },
  {
    name: 'the same with the CRS given',
    file: 'a.csv',
    bytes: bytes(FILE.replaceAll('3656', '56')),
    options: { crs: 4545 },
    expected: { ...sound, epsg: 4545 },
  },
  {
    name: 'a zone column',
    file: 'a.csv',
    bytes: bytes(`${TITLES},带号\n${rows('1').replaceAll('3656', '56').replaceAll('\n', ',36\n')}`),
    expected: { ...one, epsg: 4545 },
  },
  {
    name: 'plot number in the first row only (merged cells)',
    file: 'a.csv',
    bytes: bytes(FILE.replace(/^(\d),1,J[23],/gm, ',,J9,')),
    expected: sound,
  },
  {
    name: 'no plot column, an empty row between plots',
    file: 'a.csv',
    bytes: bytes(
      `点号,X,Y\n${TRIANGLE.map(([id, , n, e]) => `${id},${n},${e}\n`).join('')},,\n${triangleAt(1)
        .map(([id, , n, e]) => `${id},${n},${e}\n`)
        .join('')}`,
    ),
    expected: sound,
  },
  {
    name: 'no header: point, X, Y',
    file: 'a.csv',
    bytes: bytes(TRIANGLE.map(([id, , n, e]) => `${id},${n},${e}\n`).join('')),
    expected: { ...one, rules: ['table.header-missing'] },
  },
  {
    name: 'rows of side lengths, totals and signatures',
    file: 'a.csv',
    bytes: bytes(
      `${TITLES},边长\n${TRIANGLE.map(([id, ring, n, e]) => `1,${ring},${id},${n},${e},\n,,,,,300.00\n`).join('')}合计,,,,,\n制表人:张三,,,审核:李四,,\n`,
    ),
    expected: { ...one, rules: ['table.row-ignored'] },
  },
  {
    name: 'the header repeated at a page break',
    file: 'a.csv',
    bytes: bytes(`${TITLES}\n${rows('1')}${TITLES}\n${rows('2', triangleAt(1))}`),
    expected: { ...sound, rules: ['table.header-repeated'] },
  },
  {
    name: 'rows of a plot parted by another plot',
    file: 'a.csv',
    bytes: bytes([TITLES, ...interleaved()].join('\n')),
    expected: sound,
  },
  {
    name: 'one coordinate unreadable',
    file: 'a.csv',
    bytes: bytes(FILE.replace('1,1,J2,2428300', '1,1,J2,24283O0')),
    expected: { ...sound, rules: ['table.coordinate-unreadable'], withGeometry: 1, squareMetres: [60000] },
  },
  {
    name: 'one coordinate missing',
    file: 'a.csv',
    bytes: bytes(FILE.replace('1,1,J2,2428300', '1,1,J2,')),
    expected: { ...sound, rules: ['table.coordinate-unreadable'], withGeometry: 1, squareMetres: [60000] },
  },
  {
    name: 'rings not closed',
    file: 'a.csv',
    bytes: bytes(`${TITLES}\n${rows('1', TRIANGLE.slice(0, 3))}`),
    expected: { ...one, rules: ['points.ring-unclosed'] },
  },
  {
    name: 'an id that numbers the rows',
    file: 'a.csv',
    bytes: bytes(`id,X,Y\n${TRIANGLE.map(([, , n, e], i) => `${i + 1},${n},${e}\n`).join('')}`),
    expected: { ...one, rules: ['table.plot-column-ignored'] },
  },
  {
    name: 'full-width digits',
    file: 'a.csv',
    bytes: bytes(FILE.replace('2428300', '２４２８３００')),
    expected: sound,
  },
  { name: 'WKT', file: 'a.csv', bytes: bytes(`BSM,DLBM,WKT\n1,0101,"${WKT}"\n`), expected: one },
  {
    name: 'WKT with SRID, Z and an unclosed ring',
    file: 'a.csv',
    bytes: bytes(`BSM,geom\n1,"SRID=4524;POLYGON Z((36560000 2428000 5, 36560400 2428000 5, 36560000 2428300 5))"\n`),
    expected: { ...one, rules: ['points.ring-unclosed'] },
  },
  {
    name: 'WKT of a point, of nothing, and cut off, beside a polygon',
    file: 'a.csv',
    bytes: bytes(`BSM,WKT\n1,"${WKT}"\n2,POINT(36560000 2428000)\n3,POLYGON EMPTY\n4,"${WKT.slice(0, 50)}"\n`),
    expected: {
      ...one,
      rules: ['geometry.missing', 'geometry.not-polygon', 'table.wkt-unreadable'],
      features: 4,
      withGeometry: 1,
    },
  },
  {
    name: 'WKT with north first',
    file: 'a.csv',
    bytes: bytes(`BSM,WKT\n1,"POLYGON((2428000 36560000, 2428000 36560400, 2428300 36560000, 2428000 36560000))"\n`),
    expected: { ...one, rules: ['crs.axes-swapped'] },
  },
  {
    name: 'attributes without coordinates',
    file: 'a.csv',
    bytes: bytes('BSM,DLBM,TBMJ\n1,0101,100\n2,0103,200\n'),
    expected: { refused: 'INTAKE_TABLE_NO_COORDINATES' },
  },
  {
    name: 'a header and nothing else',
    file: 'a.csv',
    bytes: bytes(`${TITLES}\n`),
    expected: { refused: 'INTAKE_TABLE_EMPTY' },
  },
  { name: 'empty', file: 'a.csv', bytes: new Uint8Array(), expected: { refused: 'INTAKE_EMPTY_FILE' } },
  {
    name: 'a boundary TXT called .csv',
    file: 'a.csv',
    bytes: bytes(
      `[属性描述]\n带号=36\n[地块坐标]\n4,6.0000,1,甲,面,,,,@\n${TRIANGLE.map((row) => `${row.join(',')}\n`).join('')}`,
    ),
    expected: one,
  },
  {
    name: 'two zones in one table',
    file: 'a.csv',
    bytes: bytes(`${TITLES}\n${rows('1')}${rows('2').replaceAll('3656', '3743')}`),
    expected: { refused: 'INTAKE_CRS_MIXED_ZONES' },
  },
];

function interleaved(): string[] {
  const a = rows('1').trim().split('\n');
  const b = rows('2', triangleAt(1)).trim().split('\n');
  return a.flatMap((row, i) => [row, b[i]!]);
}
