import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import ExcelJS from 'exceljs';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { csvField } from '../../../src/cli/csv.ts';
import type { Problem, PolygonLayer } from '../../../src/kernel/index.ts';
import { analyse } from '../../../src/modules/analysis/index.ts';
import { buildBalance } from '../../../src/modules/balance/index.ts';
import { reportBytes } from '../../../src/modules/documents/report-docx.writer.ts';
import { writeBalanceWorkbook } from '../../../src/modules/documents/balance-xlsx.writer.ts';
import { writeRowsWithProblems } from '../../../src/modules/intake/error-file.server.ts';
import { readLayer, writeLayer } from '../../../src/modules/intake/server.ts';
import { writeProblemPlaces } from '../../../src/modules/quality/problem-places.writer.ts';
import { assess } from '../../../src/modules/quality/assess.ts';
import { writeQualityWorkbook } from '../../../src/modules/quality/quality-report.writer.ts';
import { gdal } from '../../support/gdal.ts';
import { workedInput } from '../../support/worked-case.ts';
import { PAYLOADS } from './payloads.ts';

const folder = mkdtempSync(join(tmpdir(), 'tianchou-exports-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A square for every payload, which is its identifier and its remark. */
const LAYER: PolygonLayer = {
  epsg: 4524,
  featureNos: Uint32Array.from(PAYLOADS.keys()),
  coords: Float64Array.from(
    PAYLOADS.flatMap((_, i) => {
      const x = 36_560_000 + 20 * i;
      return [x, 2_428_000, x, 2_428_010, x + 10, 2_428_010, x + 10, 2_428_000];
    }),
  ),
  ringStarts: Uint32Array.from([...PAYLOADS, ''].keys(), (i) => 4 * i),
  ringRoles: new Uint8Array(PAYLOADS.length),
  featureRings: Uint32Array.from([...PAYLOADS, ''].keys()),
  columns: [
    { name: 'BSM', values: PAYLOADS },
    { name: 'BZ', values: PAYLOADS },
  ],
};
const PROBLEMS: readonly Problem[] = PAYLOADS.map((payload, i) => ({
  rule: 'geometry.spike',
  severity: 'warning',
  featureNo: i,
  id: payload,
  field: payload.slice(0, 50),
  message: { zh: payload, en: payload },
  remedy: { zh: payload, en: payload },
  at: [36_560_000 + i, 2_428_000],
}));

/** Every part of an office file is XML to a parser that is not ours (expat), and none holds a formula, field or link. */
function expectSoundPackage(path: string): void {
  const parts = unzipSync(readFileSync(path));
  const names = Object.keys(parts).filter((name) => /\.(xml|rels)$/.test(name));
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) {
    const xml = new TextDecoder().decode(parts[name]);
    expect(xml, name).not.toMatch(/<f[ >]|<w:instrText>(?!\s*PAGE)|TargetMode="External"|<!DOCTYPE|<!ENTITY/);
  }
  execFileSync('python3', ['-c', EXPAT, path]);
}

/** A parser that is not ours, on every part of an archive. */
const EXPAT = `
import sys, zipfile, xml.parsers.expat as expat
archive = zipfile.ZipFile(sys.argv[1])
for name in archive.namelist():
    if name.endswith(('.xml', '.rels')): expat.ParserCreate().Parse(archive.read(name), True)
`;

async function cellsOf(path: string): Promise<ExcelJS.Cell[]> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(path);
  const cells: ExcelJS.Cell[] = [];
  for (const sheet of workbook.worksheets) sheet.eachRow((row) => row.eachCell((cell) => cells.push(cell)));
  return cells;
}

function expectNoFormula(cells: readonly ExcelJS.Cell[]): void {
  for (const cell of cells) {
    expect(cell.type, cell.address).not.toBe(ExcelJS.ValueType.Formula);
    expect(cell.type, cell.address).not.toBe(ExcelJS.ValueType.Hyperlink);
    expect(cell.type, cell.address).not.toBe(ExcelJS.ValueType.Error);
    if (typeof cell.value === 'string') expect(cell.value.length).toBeLessThanOrEqual(32_767);
  }
}

describe('free texts in what is handed out', () => {
  it('are three hundred and more', () => {
    expect(PAYLOADS.length).toBeGreaterThanOrEqual(300);
  });

  it('errors.xlsx: the user’s rows and column names', async () => {
    const path = join(folder, 'errors.xlsx');
    const names = ['BSM', ...PAYLOADS.slice(0, 100)];
    const { epsg: _, ...batch } = LAYER;
    await writeRowsWithProblems(path, names, [
      { batch: { ...batch, problems: [] }, errors: PAYLOADS, warnings: PAYLOADS.map(() => null) },
    ]);
    expectSoundPackage(path);
    const cells = await cellsOf(path);
    expectNoFormula(cells);
    expect(cells.length).toBeGreaterThan(2 * PAYLOADS.length);
    // No cell begins as a formula: what did has an apostrophe in front, for programs that forget that it was text.
    expect(
      cells.map(({ value }) => value).filter((value) => typeof value === 'string' && /^[=+\-@\t\r]/.test(value)),
    ).toEqual([]);
  });

  it('the quality report', async () => {
    const path = join(folder, 'quality.xlsx');
    const report = assess({ layer: LAYER });
    await writeQualityWorkbook(path, { ...report, problems: PROBLEMS }, { layerName: PAYLOADS[0]! });
    expectSoundPackage(path);
    const cells = await cellsOf(path);
    expectNoFormula(cells);
    // Each is kept as text by its format, also when a person edits it.
    for (const cell of cells)
      if (typeof cell.value === 'string' && /^[=+\-@]/.test(cell.value)) expect(cell.numFmt, cell.address).toBe('@');
  });

  it('balance.xlsx and report.docx', async () => {
    const input = workedInput();
    const attributes = input.plan.basicFarmlandChange!.attributes.map((change, i) => ({
      ...change,
      plotId: PAYLOADS[i]!,
    }));
    const facts = analyse({
      ...input,
      plan: { ...input.plan, basicFarmlandChange: { layer: input.plan.basicFarmlandChange!.layer, attributes } },
    });
    if (!facts.ok) expect.fail(JSON.stringify(facts.error));
    const { tables, figures } = buildBalance(facts.value);
    const shown = tables.map(({ table }) => table);
    const lines = PAYLOADS.map((payload) => ({
      name: { zh: payload, en: payload },
      value: { zh: payload, en: payload },
    }));
    const path = join(folder, 'balance.xlsx');
    const title = { zh: PAYLOADS[3]!, en: PAYLOADS[3]! };
    await writeBalanceWorkbook(
      path,
      {
        title,
        facts: lines,
        tables: shown.map((table, i) => ({
          ...table,
          title: { zh: PAYLOADS[i * 7]!, en: PAYLOADS[i * 7]! },
          notes: i > 0 ? [] : PAYLOADS.map((text) => ({ zh: text, en: text })),
        })),
        figures,
        problems: PROBLEMS,
      },
      'zh',
    );
    expectSoundPackage(path);
    const cells = await cellsOf(path);
    expectNoFormula(cells);
    for (const cell of cells)
      if (typeof cell.value === 'string' && /^[=+\-@]/.test(cell.value)) expect(cell.numFmt, cell.address).toBe('@');
    const report = join(folder, 'report.docx');
    writeFileSync(
      report,
      await reportBytes(
        {
          title,
          facts: lines,
          tables: shown.map((table, i) => ({
            ...table,
            notes: i > 0 ? [] : PAYLOADS.map((text) => ({ zh: text, en: text })),
          })),
          findings: null,
        },
        'zh',
      ),
    );
    expectSoundPackage(report);
  });

  it('GeoPackages of layers and of problems, read by GDAL', async () => {
    const layer = join(folder, 'layer.gpkg');
    await writeLayer(layer, LAYER, { layerName: '=1+1"\'<b>' });
    expect(await gdal('ogrinfo', '-al', '-so', layer)).toContain(`Feature Count: ${PAYLOADS.length}`);
    const places = join(folder, 'places.gpkg');
    await writeProblemPlaces(places, PROBLEMS, 4524);
    expect(await gdal('ogrinfo', '-al', '-so', places)).toContain(`Feature Count: ${PAYLOADS.length}`);
  });

  it('a CSV of coordinates: no field is a formula, and our reader has the texts back', async () => {
    const path = join(folder, 'layer.csv');
    await writeLayer(path, LAYER);
    const rows = parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''), { relax_column_count: false }) as string[][];
    expect(rows.length).toBe(1 + 5 * PAYLOADS.length);
    const formulas = rows.flat().filter((field) => /^[=+\-@\t\r]/.test(field) && !/^[+-]?\d+(\.\d+)?$/.test(field));
    expect(formulas).toEqual([]);
    const read = await readLayer(path);
    if (!read.ok) expect.fail(JSON.stringify(read.error));
    expect(read.value.layer.featureNos.length).toBe(PAYLOADS.length);
    const back = read.value.layer.columns.find(({ name }) => name === 'BZ')!.values;
    const formula = PAYLOADS.findIndex((payload) => payload.startsWith('=cmd'));
    expect(back[formula]).toBe(PAYLOADS[formula]);
  });

  it('fields of the terminal’s tables', () => {
    const line = PAYLOADS.map(csvField).join(',');
    const [fields] = parse(`${line}\n`) as string[][];
    expect(fields!.length).toBe(PAYLOADS.length);
    expect(fields!.filter((field) => /^[=+\-@\t\r]/.test(field) && !/^[+-]?\d+(\.\d+)?$/.test(field))).toEqual([]);
  });
});
