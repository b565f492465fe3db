import { crookedRings, HOSTILE_TEXTS, roundRing, text, u8, type Seed } from '../bytes.ts';
import { forgeZip, plainEntries, zipSeeds } from '../zip-forge.ts';

type Cell = string | number | null;

const NORTH = 2_428_000;
const EAST = 36_560_000;
const TITLES: readonly Cell[] = ['地块编号', '圈号', '点号', 'X', 'Y'];
const TRIANGLE: readonly (readonly Cell[])[] = [
  ['1', 1, 'J1', NORTH, EAST],
  ['1', 1, 'J2', NORTH + 300, EAST],
  ['1', 1, 'J3', NORTH, EAST + 400],
  ['1', 1, 'J1', NORTH, EAST],
];
const TABLE = [TITLES, ...TRIANGLE];

const escaped = (value: string): string =>
  [...value]
    .filter((character) => character >= ' ' || '\t\n\r'.includes(character))
    .join('')
    .replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
const letter = (column: number): string =>
  column < 26 ? String.fromCharCode(65 + column) : letter(Math.floor(column / 26) - 1) + letter(column % 26);
const cellXml = (value: Cell, ref: string): string =>
  value === null
    ? ''
    : typeof value === 'number'
      ? `<c r="${ref}"><v>${value}</v></c>`
      : `<c r="${ref}" t="inlineStr"><is><t>${escaped(value)}</t></is></c>`;
const rowsXml = (table: readonly (readonly Cell[])[]): string =>
  table
    .map(
      (row, r) => `<row r="${r + 1}">${row.map((value, c) => cellXml(value, `${letter(c)}${r + 1}`)).join('')}</row>`,
    )
    .join('');

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';
const KIND = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const worksheet = (data: string, before = '', after = ''): string =>
  `${XML}<worksheet ${MAIN}>${before}<sheetData>${data}</sheetData>${after}</worksheet>`;

/** The parts of a small workbook, as text; the sheet comes first. */
export function workbookParts(sheet = worksheet(rowsXml(TABLE)), sheetCount = 1): Record<string, string> {
  const numbers = Array.from({ length: sheetCount }, (_, i) => i + 1);
  return {
    'xl/worksheets/sheet1.xml': sheet,
    ...Object.fromEntries(numbers.slice(1).map((n) => [`xl/worksheets/sheet${n}.xml`, worksheet('')])),
    'xl/workbook.xml': `${XML}<workbook ${MAIN} xmlns:r="${KIND}"><sheets>${numbers.map((n) => `<sheet name="${n === 1 ? '界址点' : `表${n}`}" sheetId="${n}" r:id="rId${n}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${XML}<Relationships ${RELATIONS}>${numbers.map((n) => `<Relationship Id="rId${n}" Type="${KIND}/worksheet" Target="worksheets/sheet${n}.xml"/>`).join('')}<Relationship Id="rIdS" Type="${KIND}/styles" Target="styles.xml"/><Relationship Id="rIdT" Type="${KIND}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    'xl/sharedStrings.xml': `${XML}<sst ${MAIN} count="2" uniqueCount="2"><si><t>地块编号</t></si><si><r><t>界</t></r><r><t>址</t></r></si></sst>`,
    'xl/styles.xml': `${XML}<styleSheet ${MAIN}><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
    '[Content_Types].xml': `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
    '_rels/.rels': `${XML}<Relationships ${RELATIONS}><Relationship Id="rId1" Type="${KIND}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  };
}

const packed = (parts: Readonly<Record<string, string | Uint8Array>>): Uint8Array =>
  forgeZip(
    plainEntries(
      Object.fromEntries(
        Object.entries(parts).map(([name, part]) => [name, typeof part === 'string' ? text(part) : part]),
      ),
      true,
    ),
  );

const LAUGHS = `<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from({ length: 9 }, (_, i) => `<!ENTITY lol${i + 1} "${`&lol${i === 0 ? '' : i};`.repeat(10)}">`).join('')}]>`;
const XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>';
const OUTSIDE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">';
const PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>';
const QUADRATIC = `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(50_000)}">]>`;

export function xlsxSeeds(): Seed[] {
  const seeds: Seed[] = [];
  const good = workbookParts();
  const add = (name: string, parts: () => Readonly<Record<string, string | Uint8Array>>, heavy?: boolean): void => {
    seeds.push({ name, file: 'zuobiao.xlsx', bytes: () => packed(parts()), ...(heavy === true ? { heavy } : {}) });
  };
  const sheet = (name: string, xml: string | (() => string), heavy?: boolean): void =>
    add(name, () => ({ ...good, 'xl/worksheets/sheet1.xml': typeof xml === 'string' ? xml : xml() }), heavy);
  const table = (name: string, rows: readonly (readonly Cell[])[], heavy?: boolean): void =>
    sheet(name, () => worksheet(rowsXml(rows)), heavy);
  const rows = rowsXml(TABLE);

  // Sound ones first: half of the mutants start from these.
  add('the plain form', () => good);
  table('two plots', [...TABLE, ...TRIANGLE.map((row) => ['2', ...row.slice(1, 3), Number(row[3]) + 1_000, row[4]!])]);
  table(
    'numbers as text',
    TABLE.map((row) => row.map(String)),
  );
  table('a hole', [
    ...TABLE,
    ...TRIANGLE.map((row) => [
      '1',
      2,
      row[2]!,
      NORTH + 50 + (Number(row[3]) - NORTH) / 10,
      EAST + 50 + (Number(row[4]) - EAST) / 10,
    ]),
  ]);
  table('as WKT', [
    ['名称', 'WKT'],
    ['甲', 'POLYGON((36560000 2428000,36560400 2428000,36560000 2428300,36560000 2428000))'],
  ]);
  table('degrees', [
    ['地块编号', '经度', '纬度'],
    ['1', 108.5, 22.5],
    ['1', 108.6, 22.5],
    ['1', 108.5, 22.6],
  ]);
  table('notes above', [['界址点成果表'], ['坐标系', '2000国家大地坐标系'], ...TABLE]);
  sheet(
    'merged plot numbers',
    worksheet(
      rows.replace(/<c r="A[345]".*?<\/c>/g, ''),
      '',
      '<mergeCells count="1"><mergeCell ref="A2:A5"/></mergeCells>',
    ),
  );
  sheet('shared texts', worksheet(rows.replace(/<c r="A1".*?<\/c>/, '<c r="A1" t="s"><v>0</v></c>')));
  sheet('formulas with results', worksheet(rows.replaceAll('<v>', '<f>1+1</f><v>')));
  sheet('rows without numbers', worksheet(rows.replace(/ r="[A-Z0-9]+"/g, '')));
  add('two sheets', () => workbookParts(worksheet(rows), 2));
  add('one part as five hundred sheets', () => ({
    ...good,
    'xl/workbook.xml': good['xl/workbook.xml']!.replace(/<sheet .*?\/>/, (found) => found.repeat(500)),
  }));
  // Attacks by XML, in every part a reader opens.
  for (const part of [
    'xl/worksheets/sheet1.xml',
    'xl/workbook.xml',
    'xl/_rels/workbook.xml.rels',
    'xl/sharedStrings.xml',
    'xl/styles.xml',
    '[Content_Types].xml',
    '_rels/.rels',
  ] as const) {
    const xml = good[part]!;
    const inside = (doctype: string, entity: string): string =>
      xml.replace(XML, `${XML}${doctype}`).replace(/>([^<>]*)<\/(t|v)>/, `>${entity}</$2>`);
    for (const [name, doctype, entity] of [
      ['billion laughs', LAUGHS, '&lol9;'],
      ['an entity of a file', XXE, '&e;'],
      ['a DTD from outside', OUTSIDE, 'x'],
      ['a parameter entity', PARAMETER, 'x'],
      ['a long entity many times', QUADRATIC, '&a;'.repeat(2_000)],
    ] as const)
      add(`${part}: ${name}`, () => ({ ...good, [part]: inside(doctype, entity) }));
    add(`${part}: elements a hundred thousand deep`, () => ({ ...good, [part]: `${XML}${'<a>'.repeat(100_000)}` }));
    add(`${part}: empty`, () => ({ ...good, [part]: '' }));
    add(`${part}: halved`, () => ({ ...good, [part]: xml.slice(0, xml.length >> 1) }));
    add(`${part}: no XML`, () => ({ ...good, [part]: 'hello' }));
    add(`${part}: bytes that are no UTF-8`, () => ({
      ...good,
      [part]: text(xml).map((byte, i) => (i > 80 && i % 71 === 0 ? 0xff : byte)),
    }));
    add(`${part}: UTF-16`, () => ({
      ...good,
      [part]: new Uint8Array(Buffer.from(`\ufeff${xml.replace('UTF-8', 'UTF-16')}`, 'utf16le')),
    }));
    add(`${part}: said to be GBK`, () => ({ ...good, [part]: xml.replace('UTF-8', 'GBK') }));
    add(`${part}: two roots`, () => ({ ...good, [part]: xml + xml.replace(XML, '') }));
    add(`${part}: an attribute of a megabyte`, () => ({
      ...good,
      [part]: xml.replace(/ xmlns=/, ` x="${'y'.repeat(1_000_000)}" xmlns=`),
    }));
    add(`${part}: ten thousand attributes`, () => ({
      ...good,
      [part]: xml.replace(/ xmlns=/, `${Array.from({ length: 10_000 }, (_, i) => ` a${i}=""`).join('')} xmlns=`),
    }));
    add(`${part}: other prefixes`, () => ({
      ...good,
      [part]: xml.replace(/<(\/?)([a-zA-Z])/g, '<$1z:$2').replace('xmlns=', 'xmlns:z='),
    }));
    add(`${part}: comments and CDATA`, () => ({
      ...good,
      [part]: xml.replace(/>/g, '><!-- -- -->').replace(/<t>([^<]*)<\/t>/g, '<t><![CDATA[$1]]></t>'),
    }));
    add(`${part}: missing`, () => Object.fromEntries(Object.entries(good).filter(([name]) => name !== part)));
  }
  sheet('a tag of one long word', worksheet(rows.replace('<c r="B2"', `<c ${'x'.repeat(250_000)} r="B2"`)), true);
  sheet('a tag of blanks', worksheet(rows.replace('<c r="B2"', `<c ${' '.repeat(250_000)}r="B2"`)), true);
  for (const ref of [
    'A0',
    'A-1',
    '',
    'A',
    '1',
    'XFD1048576',
    'XFE1',
    'ZZZZZZZZ1',
    'A1048577',
    'A99999999999999',
    'A4294967295',
    'a1',
    '$A$1',
    'A1:B2',
    '__proto__',
    '甲1',
    `${'A'.repeat(5_000)}1`,
  ])
    sheet(`a cell at ${ref.slice(0, 30)}`, worksheet(rows.replace('r="B2"', `r="${ref}"`)));
  for (const r of ['0', '-1', '1048576', '1048577', '4294967295', '99999999999', 'x', '', '1e9', '2.5'])
    sheet(`a row ${r}`, worksheet(rows.replace('<row r="3">', `<row r="${r}">`)));
  sheet('rows upwards', worksheet(rowsXml(TABLE).split('</row>').reverse().join('</row>')));
  sheet('every row twice', worksheet(rows + rows));
  for (const range of ['A1:XFD1048576', 'A1:A1048576', 'A1:XFD1', 'B2', 'x', 'B2:A1', 'A1:B2', 'A0:B99999999999', ''])
    sheet(`merged ${range}`, worksheet(rows, '', `<mergeCells count="1"><mergeCell ref="${range}"/></mergeCells>`));
  sheet(
    'fifty thousand merged ranges',
    worksheet(
      rows,
      '',
      `<mergeCells>${Array.from({ length: 50_000 }, (_, i) => `<mergeCell ref="A${i + 10}:C${i + 10}"/>`).join('')}</mergeCells>`,
    ),
  );
  sheet(
    'merged ranges over each other',
    worksheet(rows, '', `<mergeCells>${'<mergeCell ref="A1:C3"/><mergeCell ref="B2:D4"/>'.repeat(50)}</mergeCells>`),
  );
  for (const [min, max] of [
    ['1', '16384'],
    ['1', '4294967295'],
    ['1', '99999999999'],
    ['5', '1'],
    ['-1', '3'],
    ['x', 'y'],
    ['0', '0'],
  ])
    sheet(
      `columns ${min} to ${max}`,
      worksheet(rows, `<cols><col min="${min}" max="${max}" width="9" style="1"/></cols>`),
    );
  for (const ref of ['A1:XFD1048576', 'x', '', 'A1:A99999999999'])
    sheet(`extent ${ref}`, worksheet(rows, `<dimension ref="${ref}"/>`));
  for (const type of ['s', 'str', 'b', 'e', 'd', 'n', 'inlineStr', 'x', ''])
    for (const value of ['0', '-1', '99999999', 'abc', '1e999', ''])
      sheet(
        `type ${type} of ${value}`,
        worksheet(rows.replace(/<c r="D2">.*?<\/c>/, `<c r="D2" t="${type}"><v>${value}</v></c>`)),
      );
  for (const style of ['1', '-1', '99999', 'x'])
    sheet(`style ${style}`, worksheet(rows.replaceAll('<c r="D', `<c s="${style}" r="D`)));
  for (const value of ['1e999', '-1e999', 'NaN', '2958466', '1e15', '-1'])
    sheet(
      `a date of ${value}`,
      worksheet(rows.replace('<c r="D2"><v>', `<c r="D2" s="1"><v>${value}</v></c><c r="G2"><v>`)),
    );
  for (const formula of [
    "<f>cmd|' /C calc'!A0</f>",
    '<f t="shared" si="0" ref="A1:XFD1048576">A1</f>',
    '<f t="shared" si="99"/>',
    '<f t="array" ref="A1:Z9999">1</f>',
    '<f t="dataTable" ref="A1"/>',
    '<f></f>',
    `<f>${'('.repeat(10_000)}</f>`,
  ])
    sheet(`formula ${formula.slice(0, 40)}`, worksheet(rows.replace('<c r="D2"><v>', `<c r="D2">${formula}<v>`)));
  for (const extra of [
    '<conditionalFormatting sqref="A1:XFD1048576"><cfRule type="expression"/></conditionalFormatting>',
    '<dataValidations count="1"><dataValidation sqref="A1:XFD1048576" type="list"><formula1>x</formula1></dataValidation></dataValidations>',
    '<autoFilter ref="A1:XFD1048576"/>',
    '<hyperlinks><hyperlink ref="A1" r:id="rId9"/></hyperlinks>',
    '<drawing r:id="rId1"/>',
    '<legacyDrawing r:id="rId1"/>',
    '<tableParts><tablePart r:id="rId1"/></tableParts>',
    '<pageSetup scale="x"/>',
    '<rowBreaks><brk id="x"/></rowBreaks>',
    '<extLst><ext uri="x"><y/></ext></extLst>',
    '<sheetProtection password="x"/>',
  ])
    sheet(`with ${extra.slice(0, 40)}`, worksheet(rows, '', extra));
  HOSTILE_TEXTS.forEach((value, i) => {
    table(`hostile text ${i + 1}`, [[...TITLES, value], ...TRIANGLE.map((row) => [...row, value])]);
    add(`a sheet of hostile name ${i + 1}`, () => ({
      ...good,
      'xl/workbook.xml': good['xl/workbook.xml']!.replace('界址点', escaped(value)),
    }));
  });
  for (const value of ['', ' ', '1.2.3', '１２３', '一百', '1e400', '22°30′', 'true'])
    table(`X is ${JSON.stringify(value)}`, [TITLES, ['1', 1, 'J1', value, EAST], ...TRIANGLE.slice(1)]);
  for (const [name, flat] of crookedRings(0, 0))
    table(name, [
      TITLES,
      ...Array.from({ length: flat.length / 2 }, (_, i): Cell[] => [
        '9',
        1,
        `J${i}`,
        NORTH + flat[2 * i + 1]!,
        EAST + flat[2 * i]!,
      ]),
    ]);
  table('titles only', [TITLES]);
  table('nothing', []);
  table('no titles', TRIANGLE);
  table('a thousand columns', [[...TITLES, ...Array.from({ length: 1_000 }, (_, i) => `c${i}`)], ...TRIANGLE]);
  table(
    'ten thousand plots',
    [TITLES, ...Array.from({ length: 10_000 }, (_, i) => TRIANGLE.map((row) => [String(i), ...row.slice(1)])).flat()],
    true,
  );
  sheet(
    'two hundred thousand points in one ring',
    () => {
      const ring = roundRing(5_000, 5_000, 5_000, 200_000);
      return worksheet(
        rowsXml([
          TITLES,
          ...Array.from({ length: ring.length / 2 }, (_, i): Cell[] => [
            '1',
            1,
            `J${i}`,
            NORTH + ring[2 * i + 1]!,
            EAST + ring[2 * i]!,
          ]),
        ]),
      );
    },
    true,
  );
  sheet('a million empty cells', () => worksheet(rows + `<row r="9">${'<c/>'.repeat(1_000_000)}</row>`), true);
  sheet('a million empty rows', () => worksheet(rows + '<row/>'.repeat(1_000_000)), true);
  add(
    'a million shared texts',
    () => ({ ...good, 'xl/sharedStrings.xml': `${XML}<sst ${MAIN}>${'<si><t>a</t></si>'.repeat(1_000_000)}</sst>` }),
    true,
  );
  add(
    'a shared text of ten megabytes',
    () => ({ ...good, 'xl/sharedStrings.xml': `${XML}<sst ${MAIN}><si><t>${'文'.repeat(3_500_000)}</t></si></sst>` }),
    true,
  );
  sheet('twenty megabytes of blanks', () => worksheet(rows + ' '.repeat(20_000_000)), true);
  add('two hundred sheets', () => workbookParts(worksheet(rows), 200));
  add('two sheets of points', () => ({
    ...workbookParts(worksheet(rows), 2),
    'xl/worksheets/sheet2.xml': worksheet(rows),
  }));
  for (const target of [
    '../../../../etc/passwd',
    '/etc/passwd',
    'http://127.0.0.1:9/x.xml',
    'worksheets/none.xml',
    '',
    'workbook.xml',
    '/xl/worksheets/sheet1.xml',
    '..\\..\\x',
    'file:///etc/passwd',
  ])
    add(`the sheet is at ${target}`, () => ({
      ...good,
      'xl/_rels/workbook.xml.rels': good['xl/_rels/workbook.xml.rels']!.replace('worksheets/sheet1.xml', target),
    }));
  for (const state of ['hidden', 'veryHidden', 'x'])
    add(`a sheet that is ${state}`, () => ({
      ...good,
      'xl/workbook.xml': good['xl/workbook.xml']!.replace('sheetId', `state="${state}" sheetId`),
    }));
  for (const names of [
    '<definedName name="x" localSheetId="99">界址点!$A$1</definedName>',
    '<definedName name="_xlnm.Print_Area" localSheetId="0">界址点!$A$1:$XFD$1048576</definedName>',
    '<definedName name="_xlnm.Print_Titles" localSheetId="-5">x</definedName>',
    '<definedName>#REF!</definedName>',
  ])
    add(`names: ${names.slice(0, 50)}`, () => ({
      ...good,
      'xl/workbook.xml': good['xl/workbook.xml']!.replace(
        '</workbook>',
        `<definedNames>${names}</definedNames></workbook>`,
      ),
    }));
  add('a workbook without sheets', () => ({
    ...good,
    'xl/workbook.xml': `${XML}<workbook ${MAIN}><sheets/></workbook>`,
  }));
  add('with macros', () => ({ ...good, 'xl/vbaProject.bin': u8(0xd0, 0xcf, 0x11, 0xe0, 1, 2, 3) }));
  add('a theme, a picture, a chart', () => ({
    ...good,
    'xl/theme/theme1.xml': '<a/>',
    'xl/media/image1.png': u8(0x89, 0x50),
    'xl/drawings/drawing1.xml': '<x',
    'xl/charts/chart1.xml': '',
    'xl/comments1.xml': '<',
    'xl/tables/table1.xml': '',
  }));
  add('old Excel inside the name', () => ({ Workbook: u8(0xd0, 0xcf, 0x11, 0xe0) }));
  seeds.push({
    name: 'old Excel',
    file: 'zuobiao.xlsx',
    bytes: () => u8(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1),
  });
  const inner = Object.fromEntries(Object.entries(good).map(([name, part]) => [name, text(part)]));
  return [...seeds, ...zipSeeds(inner, 'zuobiao.xlsx')];
}
