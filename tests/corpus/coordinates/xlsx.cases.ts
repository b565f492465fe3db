import ExcelJS from 'exceljs';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { TRIANGLE, triangleAt, type Accepted, type CorpusCase } from './corpus-case.ts';

const TITLES = ['地块编号', '圈号', '点号', 'X', 'Y'];
type Row = readonly ExcelJS.CellValue[];
const rows = (plot: string, triangle = TRIANGLE): Row[] =>
  triangle.map(([id, ring, north, east]) => [plot, ring, id, north, east]);
const TABLE: Row[] = [TITLES, ...rows('1'), ...rows('2', triangleAt(1))];
const sound: Accepted = { rules: [], epsg: 4524, features: 2, squareMetres: [60000, 60000] };
const one: Accepted = { rules: [], epsg: 4524, features: 1, squareMetres: [60000] };
const WKT = 'POLYGON((36560000 2428000, 36560400 2428000, 36560000 2428300, 36560000 2428000))';

async function workbook(fill: (book: ExcelJS.Workbook) => void): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook();
  fill(book);
  return new Uint8Array(await book.xlsx.writeBuffer());
}
const sheetOf = (table: readonly Row[], change?: (sheet: ExcelJS.Worksheet) => void) => (): Promise<Uint8Array> =>
  workbook((book) => {
    const sheet = book.addWorksheet('界址点');
    for (const row of table) sheet.addRow([...row]);
    change?.(sheet);
  });

/** The parts of a workbook changed by hand, for what the library itself would never write. */
const rewritten =
  (change: (parts: Record<string, Uint8Array>) => Record<string, Uint8Array>) => async (): Promise<Uint8Array> =>
    zipSync(change(unzipSync(await sheetOf(TABLE)())));

const changedSheet = (from: string, to: string): (() => Promise<Uint8Array>) =>
  rewritten((parts) => {
    const path = 'xl/worksheets/sheet1.xml';
    const xml = new TextDecoder().decode(parts[path]);
    if (!xml.includes(from)) throw new Error(`no ${from} in the sheet`);
    return { ...parts, [path]: strToU8(xml.replace(from, to)) };
  });

/** Shared strings written into the cells (`t="inlineStr"`), as many report tools do. */
function inlined(parts: Record<string, Uint8Array>): Record<string, Uint8Array> {
  const strings = [
    ...new TextDecoder().decode(parts['xl/sharedStrings.xml']!).matchAll(/<si><t[^>]*>(.*?)<\/t><\/si>/g),
  ].map((match) => match[1]!);
  const sheet = new TextDecoder().decode(parts['xl/worksheets/sheet1.xml']!);
  return {
    ...parts,
    'xl/worksheets/sheet1.xml': strToU8(
      sheet.replace(
        /<c r="(\w+)"([^>]*) t="s"([^>]*)><v>(\d+)<\/v><\/c>/g,
        (_, ref, a, b, index) => `<c r="${ref}"${a} t="inlineStr"${b}><is><t>${strings[Number(index)]}</t></is></c>`,
      ),
    ),
  };
}

/** A sheet larger than is read in one piece: the same triangle in many plots. */
const large = (): Promise<Uint8Array> => {
  const table: Row[] = [[...TITLES, '说明']];
  const remark = '本行说明文字用于增大工作表的体积'.repeat(60);
  for (let plot = 0; plot < 6_000; plot++) {
    for (const [id, ring, north, east] of triangleAt(plot / 1000))
      table.push([`P${plot}`, ring, id, north, east, `${remark}${plot}`]);
  }
  return sheetOf(table)();
};

export const xlsxCases: readonly CorpusCase[] = [
  { name: 'the plain form', file: 'a.xlsx', bytes: sheetOf(TABLE), expected: sound },
  {
    name: 'numbers stored as text',
    file: 'a.xlsx',
    bytes: sheetOf(TABLE.map((row, i) => (i === 0 ? row : row.map(String)))),
    expected: sound,
  },
  {
    name: 'text numbers with blanks, full-width digits',
    file: 'a.xlsx',
    bytes: sheetOf(
      TABLE.map((row, i) =>
        i === 0 ? row : [row[0]!, row[1]!, row[2]!, ` ${row[3]} `, String(row[4]).replace('6', '６')],
      ),
    ),
    expected: sound,
  },
  {
    name: 'formulas with results',
    file: 'a.xlsx',
    bytes: sheetOf(
      TABLE.map((row, i) =>
        i === 0
          ? row
          : [
              row[0]!,
              row[1]!,
              row[2]!,
              { formula: 'A1+1', result: row[3] as number },
              { formula: 'A1+2', result: row[4] as number },
            ],
      ),
    ),
    expected: sound,
  },
  {
    name: 'a formula that failed (#REF!)',
    file: 'a.xlsx',
    bytes: sheetOf(
      TABLE.map((row, i) =>
        i === 2
          ? [row[0]!, row[1]!, row[2]!, { formula: 'A1', result: { error: '#REF!' } as unknown as number }, row[4]!]
          : row,
      ),
    ),
    expected: { ...sound, rules: ['table.coordinate-unreadable'], withGeometry: 1, squareMetres: [60000] },
  },
  {
    name: 'plot and ring cells merged',
    file: 'a.xlsx',
    bytes: sheetOf(TABLE, (sheet) => {
      sheet.mergeCells('A2:A5');
      sheet.mergeCells('A6:A9');
      sheet.mergeCells('B2:B5');
    }),
    expected: sound,
  },
  {
    name: 'plot number in its first row only',
    file: 'a.xlsx',
    bytes: sheetOf(TABLE.map((row, i) => (i === 0 || i % 4 === 1 ? row : [null, null, ...row.slice(2)]))),
    expected: sound,
  },
  {
    name: 'title, remarks and empty rows above the header',
    file: 'a.xlsx',
    bytes: sheetOf([['某项目界址点坐标成果表'], [], ['坐标系:2000国家大地坐标系  3度带 36带'], [], ...TABLE], (sheet) =>
      sheet.mergeCells('A1:E1'),
    ),
    expected: sound,
  },
  {
    name: 'zone only in the remark above',
    file: 'a.xlsx',
    bytes: sheetOf([
      ['CGCS2000 三度分带 中央子午线108°'],
      ...TABLE.map((row, i) => (i === 0 ? row : [...row.slice(0, 4), (row[4] as number) - 36e6])),
    ]),
    expected: { ...sound, epsg: 4545 },
  },
  {
    name: 'no zone anywhere',
    file: 'a.xlsx',
    bytes: sheetOf(TABLE.map((row, i) => (i === 0 ? row : [...row.slice(0, 4), (row[4] as number) - 36e6]))),
    expected: { refused: 'INTAKE_CRS_ZONE_NEEDED' },
  },
  {
    name: 'the same with the CRS given',
    file: 'a.xlsx',
    bytes: sheetOf(TABLE.map((row, i) => (i === 0 ? row : [...row.slice(0, 4), (row[4] as number) - 36e6]))),
    options: { crs: 4545 },
    expected: { ...sound, epsg: 4545 },
  },
  {
    name: 'Beijing 54 in the remark above',
    file: 'a.xlsx',
    bytes: sheetOf([['1954北京坐标系'], ...TABLE]),
    expected: { refused: 'INTAKE_DATUM_PARAMETERS_NEEDED' },
  },
  {
    name: 'a header of two rows: 坐标 over X and Y',
    file: 'a.xlsx',
    bytes: sheetOf(
      [['地块编号', '圈号', '点号', '坐标', null], [null, null, null, 'X', 'Y'], ...TABLE.slice(1)],
      (sheet) => {
        sheet.mergeCells('A1:A2');
        sheet.mergeCells('B1:B2');
        sheet.mergeCells('C1:C2');
        sheet.mergeCells('D1:E1');
      },
    ),
    expected: sound,
  },
  {
    name: 'header titles with units and line breaks',
    file: 'a.xlsx',
    bytes: sheetOf([['地块\n编号', '地块圈号', '界址点号', 'X坐标\n(米)', 'Y坐标(m)'], ...TABLE.slice(1)]),
    expected: sound,
  },
  {
    name: 'English titles, east before north',
    file: 'a.xlsx',
    bytes: sheetOf([['Plot ID', 'Easting', 'Northing'], ...TRIANGLE.map(([, , n, e]) => ['P1', e, n])]),
    expected: one,
  },
  {
    name: 'X and Y exchanged under 北 and 东',
    file: 'a.xlsx',
    bytes: sheetOf([['地块编号', '北坐标', '东坐标'], ...TRIANGLE.map(([, , n, e]) => ['1', e, n])]),
    expected: { ...one, rules: ['crs.axes-swapped'] },
  },
  {
    name: 'longitude and latitude',
    file: 'a.xlsx',
    bytes: sheetOf([
      ['地块', '经度', '纬度'],
      ['1', 108.57, 21.93],
      ['1', 108.58, 21.93],
      ['1', 108.57, 21.94],
      ['1', 108.57, 21.93],
    ]),
    expected: { rules: ['crs.assumed'], epsg: 4490, features: 1 },
  },
  {
    name: 'rings not closed',
    file: 'a.xlsx',
    bytes: sheetOf([TITLES, ...rows('1', TRIANGLE.slice(0, 3))]),
    expected: { ...one, rules: ['points.ring-unclosed'] },
  },
  {
    name: 'dates, booleans, rich text and links among the attributes',
    file: 'a.xlsx',
    bytes: sheetOf([
      [...TITLES, '日期', '确认', '备注', '附件'],
      ...rows('1').map((row) => [
        ...row,
        new Date(Date.UTC(2024, 4, 1)),
        true,
        { richText: [{ text: '甲' }, { text: '乙' }] },
        { text: '图', hyperlink: 'http://example.invalid/' },
      ]),
    ]),
    expected: one,
  },
  {
    name: 'rows of side lengths and totals',
    file: 'a.xlsx',
    bytes: sheetOf([
      [...TITLES, '边长'],
      ...rows('1').flatMap((row): Row[] => [row, [null, null, null, null, null, 300.5]]),
      ['合计', null, null, null, null, 1200],
      ['制表:张三', null, null, '审核:李四'],
    ]),
    expected: { ...one, rules: ['table.row-ignored'] },
  },
  {
    name: 'the header repeated at a page break',
    file: 'a.xlsx',
    bytes: sheetOf([TITLES, ...rows('1'), TITLES, ...rows('2', triangleAt(1))]),
    expected: { ...sound, rules: ['table.header-repeated'] },
  },
  {
    name: 'no plot column, an empty row between plots',
    file: 'a.xlsx',
    bytes: sheetOf([
      ['点号', 'X', 'Y'],
      ...TRIANGLE.map(([id, , n, e]) => [id, n, e]),
      [],
      ...triangleAt(1).map(([id, , n, e]) => [id, n, e]),
    ]),
    expected: sound,
  },
  {
    name: 'the table begins in column C, row 5',
    file: 'a.xlsx',
    bytes: sheetOf([[], [], [], [], ...TABLE.map((row) => [null, null, ...row])]),
    expected: sound,
  },
  {
    name: 'empty rows formatted far below',
    file: 'a.xlsx',
    bytes: sheetOf(TABLE, (sheet) => {
      sheet.getCell('A200000').font = { bold: true };
    }),
    expected: sound,
  },
  {
    name: 'empty second and third sheets',
    file: 'a.xlsx',
    bytes: () =>
      workbook((book) => {
        const sheet = book.addWorksheet('Sheet1');
        for (const row of TABLE) sheet.addRow([...row]);
        book.addWorksheet('Sheet2');
        book.addWorksheet('Sheet3');
      }),
    expected: sound,
  },
  {
    name: 'a cover sheet first',
    file: 'a.xlsx',
    bytes: () =>
      workbook((book) => {
        book.addWorksheet('封面').addRow(['某项目']);
        const sheet = book.addWorksheet('坐标');
        for (const row of TABLE) sheet.addRow([...row]);
      }),
    expected: sound,
  },
  {
    name: 'coordinates on two sheets',
    file: 'a.xlsx',
    bytes: () =>
      workbook((book) => {
        for (const name of ['一', '二']) {
          const sheet = book.addWorksheet(name);
          for (const row of TABLE) sheet.addRow([...row]);
        }
      }),
    expected: { refused: 'INTAKE_SEVERAL_LAYERS' },
  },
  {
    name: 'the same with the sheet named',
    file: 'a.xlsx',
    bytes: () =>
      workbook((book) => {
        for (const name of ['一', '二']) {
          const sheet = book.addWorksheet(name);
          for (const row of TABLE) sheet.addRow([...row]);
        }
      }),
    options: { layer: '二' },
    expected: sound,
  },
  {
    name: 'a sheet that is not there',
    file: 'a.xlsx',
    bytes: sheetOf(TABLE),
    options: { layer: '三' },
    expected: { refused: 'INTAKE_NO_SUCH_LAYER' },
  },
  {
    name: 'a second copy on a hidden sheet',
    file: 'a.xlsx',
    bytes: () =>
      workbook((book) => {
        for (const name of ['用', '旧']) {
          const sheet = book.addWorksheet(name, { state: name === '旧' ? 'hidden' : 'visible' });
          for (const row of TABLE) sheet.addRow([...row]);
        }
      }),
    expected: sound,
  },
  {
    name: 'WKT',
    file: 'a.xlsx',
    bytes: sheetOf([
      ['BSM', 'DLBM', 'WKT'],
      ['1', '0101', WKT],
    ]),
    expected: one,
  },
  {
    name: 'attributes without coordinates',
    file: 'a.xlsx',
    bytes: sheetOf([
      ['BSM', 'DLBM'],
      ['1', '0101'],
    ]),
    expected: { refused: 'INTAKE_TABLE_NO_COORDINATES' },
  },
  {
    name: 'a header and nothing else',
    file: 'a.xlsx',
    bytes: sheetOf([TITLES]),
    expected: { refused: 'INTAKE_TABLE_EMPTY' },
  },
  {
    name: 'an empty workbook',
    file: 'a.xlsx',
    bytes: sheetOf([]),
    expected: { refused: 'INTAKE_TABLE_NO_COORDINATES' },
  },
  {
    name: 'two zones in one table',
    file: 'a.xlsx',
    bytes: sheetOf([
      ...TABLE.slice(0, 5),
      ...rows('2').map((row) => [...row.slice(0, 4), (row[4] as number) + 883_000]),
    ]),
    expected: { refused: 'INTAKE_CRS_MIXED_ZONES' },
  },
  { name: 'texts inside the cells instead of shared', file: 'a.xlsx', bytes: rewritten(inlined), expected: sound },
  {
    name: 'cut off in transfer',
    file: 'a.xlsx',
    bytes: async () => (await sheetOf(TABLE)()).subarray(0, 3000),
    expected: { refused: 'INTAKE_NOT_A_ZIP' },
  },
  {
    name: 'a sheet of broken XML',
    file: 'a.xlsx',
    bytes: rewritten((parts) => ({
      ...parts,
      'xl/worksheets/sheet1.xml': strToU8('<worksheet><sheetData><row r="1"><c r="A1"'),
    })),
    expected: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'the old .xls (or a workbook with a password)',
    file: 'a.xlsx',
    bytes: Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...Array.from({ length: 600 }, () => 0)]),
    expected: { refused: 'INTAKE_UNKNOWN_FORMAT' },
  },
  {
    name: 'a Word document called .xlsx',
    file: 'a.xlsx',
    bytes: async () => zipSync({ 'word/document.xml': strToU8('<w/>'), '[Content_Types].xml': strToU8('<t/>') }),
    expected: { refused: 'INTAKE_NO_POLYGON_LAYER' },
  },
  {
    name: 'a CSV called .xlsx',
    file: 'a.xlsx',
    bytes: strToU8(TABLE.map((row) => row.join(',')).join('\n')),
    expected: { refused: 'INTAKE_NOT_A_ZIP' },
  },
  {
    name: 'a sheet too large for one piece',
    file: 'a.xlsx',
    bytes: large,
    expected: { ...sound, features: 6_000, squareMetres: Array.from({ length: 6_000 }, () => 60000) },
  },
  {
    name: 'a merged range over the whole sheet',
    file: 'a.xlsx',
    bytes: changedSheet('</sheetData>', '</sheetData><mergeCells><mergeCell ref="F1:XFD1048576"/></mergeCells>'),
    expected: sound,
  },
  {
    name: 'columns without end',
    file: 'a.xlsx',
    bytes: changedSheet('<sheetData>', '<cols><col min="1" max="4294967295"/></cols><sheetData>'),
    expected: sound,
  },
  {
    name: 'a row beyond the last of any sheet',
    file: 'a.xlsx',
    bytes: changedSheet('<row r="3"', '<row r="4294967295"'),
    expected: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'entities that multiply',
    file: 'a.xlsx',
    bytes: changedSheet('<worksheet', '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><worksheet'),
    expected: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'a cell in the value of a cell',
    file: 'a.xlsx',
    bytes: changedSheet('</sheetData>', '<row r="99"><c r="A99"><v>1<c r="B99"/>2</v></c></row></sheetData>'),
    expected: sound,
  },
  {
    name: 'an entity that is a file',
    file: 'a.xlsx',
    bytes: changedSheet('<worksheet', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><worksheet'),
    expected: { refused: 'INTAKE_CORRUPT' },
  },
];
