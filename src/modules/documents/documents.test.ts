import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workedInput } from '../../../tests/support/worked-case.ts';
import { analyse } from '../analysis/index.ts';
import type { Balance } from '../balance/index.ts';
import { buildBalance } from '../balance/index.ts';
import { writeBalanceWorkbook } from './balance-xlsx.writer.ts';
import { reportBytes } from './report-docx.writer.ts';
import { tableGrid } from './table-grid.ts';

const EVIL = '=HYPERLINK("http://example.invalid","x")';

describe('workbook and report of the worked case', () => {
  let folder: string;
  let balance: Balance;
  const sheets = new Map<string, ExcelJS.Worksheet>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tianchou-documents-'));
    const input = workedInput();
    const attributes = input.plan.basicFarmlandChange!.attributes.map((change, i) =>
      i === 0 ? { ...change, plotId: EVIL } : change,
    );
    const facts = analyse({
      ...input,
      plan: { ...input.plan, basicFarmlandChange: { layer: input.plan.basicFarmlandChange!.layer, attributes } },
    });
    if (!facts.ok) throw new Error(JSON.stringify(facts.error));
    balance = buildBalance(facts.value);
    const path = join(folder, 'balance.xlsx');
    await writeBalanceWorkbook(
      path,
      {
        title: { zh: '平衡表', en: 'Balance' },
        facts: [{ name: { zh: '项目名称', en: 'Project' }, value: { zh: EVIL, en: EVIL } }],
        tables: balance.tables.map(({ table }) => table),
        figures: balance.figures,
        problems: facts.value.problems,
      },
      'zh',
    );
    const workbook = new ExcelJS.Workbook();
    await workbook.xlsx.load((await readFile(path)).buffer as ArrayBuffer);
    for (const sheet of workbook.worksheets) sheets.set(sheet.name, sheet);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const sheet = (part: string): ExcelJS.Worksheet => {
    const found = [...sheets].find(([name]) => name.includes(part));
    if (found === undefined) throw new Error(`no sheet ${part} among ${[...sheets.keys()].join(', ')}`);
    return found[1];
  };
  const heads = (part: string, row: number): string[] => {
    const seen: string[] = [];
    sheet(part)
      .getRow(row)
      .eachCell((cell) => {
        if (cell.master === cell || String(cell.master.row) === String(cell.row)) seen.push(String(cell.value));
      });
    return [...new Set(seen)];
  };

  it('tables 1, 2, 3, 5 and 6 carry the heads of the official forms', () => {
    expect(heads('土地利用结构调整表', 3)).toEqual([
      '一级类',
      '二级类',
      '编码',
      '整治前面积',
      '占比',
      '整治后面积',
      '增减',
    ]);
    expect(heads('按权属性质汇总表（整治前', 3).slice(0, 7)).toEqual([
      '行政区',
      '代码',
      '合计',
      '国有',
      '集体',
      '湿地',
      '耕地',
    ]);
    expect(heads('耕地坡度分级面积汇总表（整治前', 3)).toEqual([
      '行政区',
      '合计',
      '≤2°',
      '2–6°',
      '6–15°',
      '15–25°',
      '>25°',
    ]);
    expect(heads('永久基本农田调出地块表', 3)).toEqual([
      '序号',
      '乡镇',
      '村',
      '地块编号',
      '面积',
      '地类',
      '质量等别',
      '坡度级别',
      '是否连片',
      '现状来源',
      '理由',
    ]);
    expect(heads('对照及审查汇总表', 3)).toEqual([
      '调出',
      '调入',
      '净增',
      '新增比例',
      '平均图斑',
      '连片度',
      '坡度分档',
      '平均等别',
      '审查结果',
    ]);
  });

  it('areas are numbers: hectares with four decimals beside mu', () => {
    const page = sheet('土地利用结构调整表');
    const total = page.getRow(5);
    expect([total.getCell(4).value, total.getCell(4).numFmt]).toEqual([5, '0.0000']);
    expect([total.getCell(5).value, total.getCell(5).numFmt]).toEqual([75, '0.0000']);
    expect([total.getCell(6).value, total.getCell(6).numFmt]).toEqual([1, '0.00%']);
    expect([page.pageSetup.paperSize, page.pageSetup.orientation, page.pageSetup.printTitlesRow]).toEqual([
      8,
      'landscape',
      '3:4',
    ]);
  });

  it('text that begins like a formula stays text', () => {
    const texts: unknown[] = [];
    for (const page of sheets.values()) {
      page.eachRow((row) =>
        row.eachCell((cell) => {
          expect(cell.type).not.toBe(ExcelJS.ValueType.Formula);
          if (typeof cell.value === 'string' && cell.value.includes('HYPERLINK')) texts.push(cell.numFmt);
        }),
      );
    }
    expect(texts.length).toBeGreaterThan(1);
    expect(new Set(texts)).toEqual(new Set(['@']));
  });

  it.each(['zh', 'en'] as const)('the report in %s holds the tables and no formula of a field', async (language) => {
    const content = {
      title: { zh: '分析报告', en: 'Analysis report' },
      facts: [{ name: { zh: '项目名称', en: 'Project' }, value: { zh: '算例项目', en: '算例项目' } }],
      tables: balance.tables
        .filter(({ table }) => /^(structure|ownership|slope|basicFarmland)/.test(table.id))
        .map(({ table }) => table),
      findings: null,
    };
    const xml = strFromU8(unzipSync(await reportBytes(content, language))['word/document.xml']!);
    const text = [...xml.matchAll(/<w:t[^>]*>([^<]*)<\/w:t>/g)].map((match) => match[1]!).join('|');
    expect(text).toContain(language === 'zh' ? '土地利用结构调整表' : 'Change of land use structure');
    expect(text).toContain('2.3500');
    expect(xml).toContain('w:orient="landscape"');
    expect(xml).not.toContain('w:instrText xml:space="preserve">HYPERLINK');
  });

  it('joins equal heads of neighbours and lets short heads reach the bottom', () => {
    const { table } = balance.tables.find(({ table: { id } }) => id === 'deductions')!;
    const grid = tableGrid(table, ['hectare'], 'en');
    expect(
      grid.head.filter(({ row }) => row === 0).map(({ text, columnSpan, rowSpan }) => [text, columnSpan, rowSpan]),
    ).toEqual([
      ['Class', 1, 2],
      ['Code', 1, 2],
      ['Before', 3, 1],
      ['After', 3, 1],
    ]);
  });
});
