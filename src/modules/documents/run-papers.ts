import type { Localized } from '../../kernel/index.ts';
import { formatHectares, formatMu, localized } from '../../kernel/index.ts';
import type { Balance, BalanceTable } from '../balance/index.ts';
import type { RunOutputs } from './run.ts';

/** What names a run and its hashes on paper. */
export type WrittenRun = Pick<
  RunOutputs,
  'inputHash' | 'facts' | 'balance' | 'findings' | 'balanceText' | 'findingsText'
>;

/** The files a run is written as. */
export const RUN_FILES = ['balance.json', 'balance.xlsx', 'findings.json', 'report.docx'] as const;

/** What workbook and report are called. */
export const RUN_TITLES = {
  balance: localized('土地整治面积平衡表', 'Land balance of the consolidation plan'),
  report: localized('全域土地综合整治方案分析报告', 'Analysis of the land consolidation plan'),
} as const;

/** Tables 1, 2, 3, 5 and 6 of the forms an office expects; the others are in the workbook. */
const REPORT_TABLES = [
  'structure',
  'ownership.before',
  'ownership.after',
  'slope.before',
  'slope.after',
  'basicFarmland.out',
  'basicFarmland.in',
  'basicFarmland.review',
] as const;

/** The tables of the report, in its order. */
export function reportTables(balance: Balance): BalanceTable[] {
  return REPORT_TABLES.flatMap((id) => balance.tables.filter(({ table }) => table.id === id).map(({ table }) => table));
}

const PROJECT_TYPES: Readonly<Record<string, Localized>> = {
  comprehensive: localized('全域土地综合整治', 'comprehensive land consolidation'),
  contiguousBasicFarmland: localized('永农集中连片整治', 'contiguous consolidation of basic farmland'),
};

/** The lines that head workbook and report: which project, which data, which pack, which hashes. */
export function runFacts({ facts, findings, inputHash, balance }: WrittenRun): { name: Localized; value: Localized }[] {
  const { plan } = facts;
  const area = (dm2: number): Localized =>
    localized(`${formatHectares(dm2)} 公顷（${formatMu(dm2)} 亩）`, `${formatHectares(dm2)} ha (${formatMu(dm2)} mu)`);
  const same = (text: string): Localized => localized(text, text);
  const type = plan.type === null ? undefined : PROJECT_TYPES[plan.type];
  const lines: [Localized, string | Localized | null][] = [
    [localized('项目名称', 'Project'), plan.name],
    [localized('整治类型', 'Type'), type ?? null],
    [localized('行政区代码', 'Division code'), plan.divisionCode],
    [localized('项目区面积（边界）', 'Area of the boundary'), area(plan.projectDm2)],
    [localized('项目区面积（图斑）', 'Area inside parcels'), area(balance.projectDm2)],
    [localized('涉及图斑数', 'Parcels reached'), String(facts.parcels.featureNos.length)],
    [
      localized('坐标系', 'Reference system'),
      localized(
        `CGCS2000，3 度带第 ${facts.runZone.zone} 带（中央经线 ${facts.runZone.centralMeridianDegrees}°E）`,
        `CGCS2000, 3° zone ${facts.runZone.zone} (central meridian ${facts.runZone.centralMeridianDegrees}°E)`,
      ),
    ],
    [localized('政策包', 'Policy pack'), `${findings.packId} ${findings.packVersion}`],
    [localized('政策包哈希', 'Hash of the pack'), findings.packHash],
    [localized('输入哈希', 'Hash of the inputs'), inputHash],
  ];
  return lines.map(([name, value]) => ({
    name,
    value: value === null ? same('—') : typeof value === 'string' ? same(value) : value,
  }));
}
