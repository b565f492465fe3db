import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { localized, xmlText } from '../../kernel/index.ts';
import type { Localized } from '../../kernel/index.ts';
import type { QualityReport } from './assess.ts';
import { SEVERITY_WORDS, STATE_WORDS, both } from './report-words.ts';

export interface ReportNames {
  /** What was looked at, for the head of the summary. */
  readonly layerName: string;
}

interface Column {
  readonly head: Localized;
  readonly width: number;
  readonly isNumber?: boolean;
}

const SUMMARY_COLUMNS: readonly Column[] = [
  { head: localized('规则编号', 'rule'), width: 32 },
  { head: localized('规则', 'rule (zh)'), width: 40 },
  { head: localized('规则（英文）', 'rule (en)'), width: 48 },
  { head: localized('级别', 'severity'), width: 16 },
  { head: localized('状态', 'state'), width: 22 },
  { head: localized('问题数', 'problems'), width: 14, isNumber: true },
  { head: localized('列出', 'listed'), width: 12, isNumber: true },
  { head: localized('未检查原因', 'why not checked'), width: 40 },
  { head: localized('依据', 'follows from'), width: 56 },
];

const PROBLEM_COLUMNS: readonly Column[] = [
  { head: localized('规则编号', 'rule'), width: 32 },
  { head: localized('级别', 'severity'), width: 16 },
  { head: localized('要素序号', 'feature (0-based)'), width: 20, isNumber: true },
  { head: localized('标识', 'id'), width: 24 },
  { head: localized('字段', 'field'), width: 14 },
  { head: localized('问题', 'problem (zh)'), width: 60 },
  { head: localized('问题（英文）', 'problem (en)'), width: 60 },
  { head: localized('处理建议', 'remedy (zh)'), width: 44 },
  { head: localized('处理建议（英文）', 'remedy (en)'), width: 44 },
  { head: localized('横坐标', 'x (east or longitude)'), width: 22, isNumber: true },
  { head: localized('纵坐标', 'y (north or latitude)'), width: 22, isNumber: true },
];

/** Most rows of a sheet of the format, the head taken off. */
const MAX_ROWS = 1_048_575;

/**
 * Writes a report as a workbook of two sheets, `summary` (every rule, those not checked too) and `problems`, in both
 * languages. Values are written as text or numbers, never as formulas: a text that begins with = + - @ stays text, its
 * cell formatted as text so that a spreadsheet does not take it for a formula when it is edited. The file appears
 * complete or not at all.
 */
export async function writeQualityWorkbook(path: string, report: QualityReport, names: ReportNames): Promise<void> {
  const directory = await mkdtemp(`${path}.part-`);
  try {
    const draft = join(directory, 'draft.xlsx');
    const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({
      filename: draft,
      useStyles: true,
      useSharedStrings: false,
    });
    writeSummary(workbook, report, names);
    writeProblems(workbook, report);
    await workbook.commit();
    await rename(draft, path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Cell = string | number | null;

function startSheet(
  workbook: ExcelJS.stream.xlsx.WorkbookWriter,
  name: string,
  columns: readonly Column[],
  headRow: number,
): ExcelJS.Worksheet {
  const sheet = workbook.addWorksheet(name, { views: [{ state: 'frozen', ySplit: headRow }] });
  sheet.columns = columns.map(({ width, isNumber }) => ({
    width,
    style: { numFmt: isNumber === true ? 'General' : '@' },
  }));
  return sheet;
}

function addHead(sheet: ExcelJS.Worksheet, columns: readonly Column[]): void {
  const row = sheet.addRow(columns.map(({ head }) => both(head)));
  row.font = { bold: true };
  row.commit();
}

/** Control characters the format cannot hold are left out; a cell holds 32,767 characters. */
function clean(value: Cell): Cell {
  if (typeof value !== 'string') return value;
  return xmlText(value).slice(0, 32_767);
}

function addCells(sheet: ExcelJS.Worksheet, cells: readonly Cell[]): void {
  sheet.addRow(cells.map(clean)).commit();
}

function writeSummary(
  workbook: ExcelJS.stream.xlsx.WorkbookWriter,
  report: QualityReport,
  { layerName }: ReportNames,
): void {
  const sheet = startSheet(workbook, '汇总 summary', SUMMARY_COLUMNS, 4);
  addCells(sheet, [both(localized('图层', 'layer')), layerName]);
  addCells(sheet, [
    both(localized('要素数', 'features')),
    String(report.features),
    `${both(localized('错误', 'errors'))}: ${report.errors}`,
    `${both(localized('警告', 'warnings'))}: ${report.warnings}`,
    report.cancelled ? both(localized('检查被中止', 'stopped before the end')) : null,
  ]);
  addCells(sheet, []);
  addHead(sheet, SUMMARY_COLUMNS);
  for (const outcome of report.rules) {
    const doubt = outcome.confidence === 'unverified' ? both(localized('（条文待核）', '(text not verified)')) : '';
    addCells(sheet, [
      outcome.rule,
      outcome.title.zh,
      outcome.title.en,
      both(SEVERITY_WORDS[outcome.severity]),
      both(STATE_WORDS[outcome.state]),
      outcome.state === 'checked' ? outcome.count : null,
      outcome.state === 'checked' ? outcome.kept : null,
      outcome.missing.length === 0 ? null : outcome.missing.map(both).join('; '),
      `${both(outcome.citation)} ${doubt}`.trim(),
    ]);
  }
  sheet.commit();
}

function writeProblems(workbook: ExcelJS.stream.xlsx.WorkbookWriter, report: QualityReport): void {
  const sheet = startSheet(workbook, '问题 problems', PROBLEM_COLUMNS, 1);
  addHead(sheet, PROBLEM_COLUMNS);
  for (const problem of report.problems.slice(0, MAX_ROWS)) {
    addCells(sheet, [
      problem.rule,
      both(SEVERITY_WORDS[problem.severity]),
      problem.featureNo,
      problem.id,
      problem.field ?? null,
      problem.message.zh,
      problem.message.en,
      problem.remedy?.zh ?? null,
      problem.remedy?.en ?? null,
      problem.at?.[0] ?? null,
      problem.at?.[1] ?? null,
    ]);
  }
  sheet.commit();
}
