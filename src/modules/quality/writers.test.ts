import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import type { PolygonLayer, Problem } from '../../kernel/index.ts';
import { assess } from './assess.ts';
import { writeProblemPlaces } from './problem-places.writer.ts';
import { writeQualityWorkbook } from './quality-report.writer.ts';
import { QUALITY_RULES } from './rules/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'tianchou-quality-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two squares that overlap; the second carries values that a spreadsheet would take for formulas. */
const LAYER: PolygonLayer = {
  epsg: 4524,
  coords: Float64Array.from([
    36_560_000, 2_428_000, 36_560_050, 2_428_000, 36_560_050, 2_428_050, 36_560_000, 2_428_050, 36_560_040, 2_428_000,
    36_560_090, 2_428_000, 36_560_090, 2_428_050, 36_560_040, 2_428_050,
  ]),
  ringStarts: Uint32Array.from([0, 4, 8]),
  ringRoles: Uint8Array.from([0, 0]),
  featureRings: Uint32Array.from([0, 1, 2]),
  featureNos: Uint32Array.from([0, 1]),
  columns: [
    { name: 'BSM', values: ['450799210100000001', '=HYPERLINK("http://x","y")'] },
    { name: 'DLBM', values: ['0301', '+1+1'] },
    { name: 'QSXZ', values: ['30', '@SUM(A1)'] },
  ],
};

describe('writeQualityWorkbook', () => {
  it('writes every rule and every problem, in both languages, and no formula', async () => {
    const report = assess({ layer: LAYER });
    const path = join(folder, 'report.xlsx');
    await writeQualityWorkbook(path, report, { layerName: '=cmd|calc' });
    const workbook = new ExcelJS.Workbook();
    await workbook.xlsx.readFile(path);
    expect(workbook.worksheets.map(({ name }) => name)).toEqual(['汇总 summary', '问题 problems']);
    const summary = workbook.worksheets[0]!;
    expect(summary.rowCount).toBe(4 + QUALITY_RULES.length);
    expect(summary.getCell('B1').value).toBe('=cmd|calc');
    expect(summary.getRow(4).getCell(1).value).toBe('规则编号 rule');
    const stateOf = (rule: string): unknown =>
      summary.getRow(5 + QUALITY_RULES.findIndex(({ id }) => id === rule)).getCell(5).value;
    expect(stateOf('attribute.class-unknown')).toBe('已检查 checked');
    expect(stateOf('attribute.grade')).toBe('未检查 not checked');
    const problems = workbook.worksheets[1]!;
    expect(problems.rowCount).toBe(1 + report.problems.length);
    const ids: unknown[] = [];
    problems.getColumn(4).eachCell((cell) => ids.push(cell.value));
    expect(ids).toContain('=HYPERLINK("http://x","y")');
    // The archive itself: no formula element anywhere, and the cells of such texts formatted as text (format 49, @).
    const files = unzipSync(readFileSync(path));
    for (const [name, bytes] of Object.entries(files)) {
      if (name.startsWith('xl/worksheets/')) expect(new TextDecoder().decode(bytes)).not.toMatch(/<f[ >]/);
    }
    expect(problems.getCell('D3').numFmt).toBe('@');
    expect(readdirSync(folder)).toEqual(['report.xlsx']);
  });
});

describe('writeProblemPlaces', () => {
  it('is read by GDAL: points in the CRS of the layer, all problems, Chinese right', async () => {
    const { problems } = assess({ layer: LAYER });
    const path = join(folder, 'places.gpkg');
    await writeProblemPlaces(path, problems, 4524);
    const json = JSON.parse(
      execFileSync('ogr2ogr', ['-f', 'GeoJSON', '-lco', 'RFC7946=NO', '/vsistdout/', path, 'problems'], {
        encoding: 'utf8',
      }),
    ) as {
      features: {
        geometry: { type: string; coordinates: [number, number] } | null;
        properties: Record<string, unknown>;
      }[];
    };
    expect(json.features).toHaveLength(problems.length);
    const overlap = json.features.find(({ properties }) => properties['rule'] === 'topology.overlap')!;
    expect(overlap.geometry!.type).toBe('Point');
    expect(overlap.geometry!.coordinates[0]).toBeGreaterThan(36_560_040);
    expect(overlap.geometry!.coordinates[0]).toBeLessThan(36_560_050);
    expect(overlap.properties['message_zh']).toContain('重叠');
    const info = execFileSync('ogrinfo', ['-so', path, 'problems'], { encoding: 'utf8' });
    expect(info).toContain('CGCS2000');
    expect(info).toContain('ID["EPSG",4524]');
    expect(json.features.filter(({ geometry }) => geometry === null).length).toBe(
      problems.filter(({ at }) => at === undefined).length,
    );
  });

  it('writes an empty layer where nothing is wrong, and takes degrees', async () => {
    const path = join(folder, 'empty.gpkg');
    await writeProblemPlaces(path, [] as Problem[], 4490);
    expect(execFileSync('ogrinfo', ['-so', path, 'problems'], { encoding: 'utf8' })).toContain('Feature Count: 0');
  });
});
