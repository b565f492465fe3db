import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Json,
  Language,
  LayerRole,
  Localized,
  PolygonLayer,
  Problem,
  Refusal,
  Result,
} from '../../kernel/index.ts';
import { canonicalJson, err, featureCount, formatHectares, formatMu, localized, ok } from '../../kernel/index.ts';
import type { Pack } from '../../policy/index.ts';
import type { AnalysisHooks, AnalysisPlan, InputDigest, OverlayFacts, ZoneInput } from '../analysis/index.ts';
import { analyse } from '../analysis/index.ts';
import type { Balance, BalanceTable } from '../balance/index.ts';
import { balanceText, buildBalance } from '../balance/index.ts';
import type { Findings } from '../compliance/index.ts';
import { analysisParametersOf, findingsText, reviewThresholdsOf } from '../compliance/index.ts';
import { judgeRun, sha256 } from '../compliance/server.ts';
import { writeBalanceWorkbook } from './balance-xlsx.writer.ts';
import { writeReport } from './report-docx.writer.ts';

/** Where the bytes of an input come from: their hash, and the legal date they speak of where one is known. */
export interface RunSource {
  readonly sha256: string;
  readonly asOf: string | null;
}

/** Everything a run is computed from. Columns of `parcels` carry the survey's own field names (after field mapping). */
export interface RunInput {
  readonly parcels: RunSource & { readonly layer: PolygonLayer };
  readonly zones: readonly (RunSource & ZoneInput)[];
  readonly plan: { readonly sha256: string; readonly plan: AnalysisPlan; readonly problems: readonly Problem[] };
  readonly pack: Pack;
}

export interface RunOutputs {
  /** SHA-256 over what was read and how: hashes, roles, names and CRS of the inputs. Paths and times are not part of it. */
  readonly inputHash: string;
  readonly facts: OverlayFacts;
  readonly balance: Balance;
  readonly findings: Findings;
  /** Bytes of balance.json and findings.json. */
  readonly balanceText: string;
  readonly findingsText: string;
}

/** Share of the work that is the overlay; tables and findings take the rest. */
const OVERLAY_SHARE = 0.95;

/**
 * Overlay, balance and findings of a plan under a pack. Nothing in the result depends on the clock, the machine or the
 * place of the files: the same inputs give the same bytes.
 *
 * Refuses what `analyse` refuses (codes ANALYSIS_…, PRODUCT_LAYER_…).
 */
export function computeRun(input: RunInput, hooks: AnalysisHooks = {}): Result<RunOutputs, Refusal[]> {
  const inputs = inputDigests(input);
  const inputHash = sha256(canonicalJson({ format: 'tianchou.input/1', inputs: inputs as unknown as Json }));
  const overlay = analyse(
    {
      parcels: input.parcels.layer,
      zones: input.zones,
      plan: input.plan.plan,
      parameters: analysisParametersOf(input.pack),
      inputs,
    },
    { ...hooks, onProgress: (fraction) => hooks.onProgress?.(fraction * OVERLAY_SHARE) },
  );
  if (!overlay.ok) return overlay;
  const facts: OverlayFacts = {
    ...overlay.value,
    problems: [...input.plan.problems, ...overlay.value.problems],
  };
  const balance = buildBalance(facts, reviewThresholdsOf(input.pack));
  if (hooks.isCancelled?.() === true) return err([CANCELLED]);
  const findings = judgeRun(input.pack, balance.figures, {
    inputHash,
    projectName: facts.plan.name,
    divisionCode: facts.plan.divisionCode,
    layers: [
      { role: 'parcels', sourceHash: input.parcels.sha256, asOf: input.parcels.asOf },
      ...input.zones.flatMap(({ role, sha256: sourceHash, asOf }) =>
        role === null ? [] : [{ role, sourceHash, asOf }],
      ),
      { role: 'project', sourceHash: input.plan.sha256, asOf: null },
    ],
  });
  hooks.onProgress?.(1);
  return ok({
    inputHash,
    facts,
    balance,
    findings,
    balanceText: balanceText(facts, balance),
    findingsText: findingsText(findings),
  });
}

const CANCELLED: Refusal = {
  code: 'ANALYSIS_CANCELLED',
  message: localized('分析已取消', 'the analysis was cancelled'),
  remedy: localized('需要时重新运行', 'Run it again when needed.'),
};

function inputDigests(input: RunInput): InputDigest[] {
  const digest = (role: LayerRole | null, name: string, hash: string, layer: PolygonLayer): InputDigest => ({
    role,
    name,
    sha256: hash,
    features: featureCount(layer),
    epsg: layer.epsg,
  });
  return [
    digest('parcels', 'parcels', input.parcels.sha256, input.parcels.layer),
    ...input.zones.map((zone) => digest(zone.role, zone.name, zone.sha256, zone.layer)),
    digest('project', 'project', input.plan.sha256, input.plan.plan.boundary),
  ];
}

/** The files of a run in its folder. */
export const RUN_FILES = ['balance.json', 'balance.xlsx', 'findings.json', 'report.docx'] as const;

/** What names a run and its hashes on paper. */
export type WrittenRun = Pick<
  RunOutputs,
  'inputHash' | 'facts' | 'balance' | 'findings' | 'balanceText' | 'findingsText'
>;

/**
 * Writes balance.json, balance.xlsx, findings.json and report.docx into an existing folder. All are written under other
 * names first and take their own only when all are whole; on any failure, or once `isCancelled` says yes, nothing is
 * left behind and files of an earlier run stay as they were.
 *
 * @returns false where it was cancelled
 */
export async function writeRunFiles(
  directory: string,
  run: WrittenRun,
  language: Language,
  isCancelled: () => boolean = () => false,
): Promise<boolean> {
  const unfinished = (name: string): string => join(directory, `.${name}.${process.pid}.unfinished`);
  const writers: Readonly<Record<(typeof RUN_FILES)[number], (path: string) => Promise<void>>> = {
    'balance.json': (path) => writeFile(path, run.balanceText),
    'balance.xlsx': (path) =>
      writeBalanceWorkbook(
        path,
        {
          title: TITLES.balance,
          facts: runFacts(run),
          tables: run.balance.tables.map(({ table }) => table),
          figures: run.balance.figures,
          problems: run.facts.problems,
        },
        language,
      ),
    'findings.json': (path) => writeFile(path, run.findingsText),
    'report.docx': (path) =>
      writeReport(
        path,
        { title: TITLES.report, facts: runFacts(run), tables: reportTables(run.balance), findings: run.findings },
        language,
      ),
  };
  try {
    for (const name of RUN_FILES) {
      if (isCancelled()) return false;
      await writers[name](unfinished(name));
    }
    if (isCancelled()) return false;
    for (const name of RUN_FILES) await rename(unfinished(name), join(directory, name));
    return true;
  } finally {
    for (const name of RUN_FILES) await rm(unfinished(name), { force: true });
  }
}

const TITLES = {
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

function reportTables(balance: Balance): BalanceTable[] {
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
