import { villageCodeOf, type Localized, type Problem } from '../../kernel/index.ts';
import { mapFields, type OpenedSource, type SevenParameters } from '../../modules/intake/index.ts';
import { assess, type QualityReport } from '../../modules/quality/index.ts';
import type { Registrar } from '../command.ts';
import { EXIT, Interrupted, refuse } from '../exit.ts';
import { parseCrs, parseDatumParameters, parseEncoding } from '../options.ts';
import {
  columnNamed,
  countFeatures,
  idFieldOf,
  idsOf,
  readFileLayer,
  requireSoundRings,
  type ReadFile,
} from '../reading.ts';
import { progressOf, type Terminal } from '../terminal.ts';
import { textTable } from '../text-table.ts';

interface Options {
  readonly crs?: number;
  readonly datumParameters?: SevenParameters;
  readonly layer?: string;
  readonly encoding?: string;
  readonly county?: string;
  readonly villages?: string;
  readonly boundary?: string;
  readonly json?: boolean;
}

const PHASE: Localized = { zh: '检查', en: 'checking' };

export const registerCheck: Registrar = (program, terminal, outcome) => {
  program
    .command('check')
    .summary('quality of a file 质量检查')
    .description(
      'Quality rules on a file: survey parcels by all of them, other polygons by geometry, topology and area.',
    )
    .argument('<file>', 'file of any format the intake reads')
    .option('--crs <epsg>', 'EPSG code of the coordinates; wins over what the file says', parseCrs)
    .option(
      '--datum-parameters <dx,dy,dz,rx,ry,rz,s>',
      "seven parameters (m, seconds, ppm) for Xi'an 80 and Beijing 54 data",
      parseDatumParameters,
    )
    .option('--layer <name>', 'layer to read where the file holds several')
    .option('--encoding <name>', 'encoding of the texts: utf-8, gb18030', parseEncoding)
    .option('--county <code>', 'county of the data, 6 digits; by default that of nine parcels out of ten')
    .option('--villages <file>', 'village layer: village codes must be in it')
    .option('--boundary <file>', 'boundary the parcels must fill')
    .option('--json', 'JSON instead of a table')
    .action(async (file: string, options: Options) => {
      const { county, villages, boundary, json, ...reading } = options;
      if (county !== undefined && !/^\d{6}$/.test(county)) {
        throw refuse('USAGE', ['--county 应为 6 位代码', '--county takes the 6 digits of a county.'], ['', '']);
      }
      const read = await readFileLayer(terminal, file, { ...reading, mapTo: surveyRole });
      const { crs, datumParameters } = reading;
      const shared = {
        ...(crs === undefined ? {} : { crs }),
        ...(datumParameters === undefined ? {} : { datumParameters }),
        crsFor: 'silent' as const,
      };
      const villageLayer =
        villages === undefined ? null : await readFileLayer(terminal, villages, { ...shared, mapTo: 'village' });
      const boundaryLayer =
        boundary === undefined ? null : await readFileLayer(terminal, boundary, { ...shared, keep: () => false });
      // The parcels may be wrong, they are what is checked; what they are checked against may not.
      if (boundaryLayer !== null) requireSoundRings(terminal, boundaryLayer);
      const progress = progressOf(terminal, PHASE);
      const countyCode = county ?? countyOfMost(read);
      const report = assess(
        {
          layer: read.layer,
          role: surveyRole(read.layer.columns) ?? 'polygons',
          ...(countyCode === undefined ? {} : { countyCode }),
          ...(villageLayer === null ? {} : { villageCodes: villageCodesOf(villageLayer) }),
          ...(boundaryLayer === null ? {} : { boundary: boundaryLayer.layer }),
        },
        { isCancelled: terminal.isCancelled, onProgress: (fraction) => progress.at(fraction), keepPerRule: Infinity },
      );
      progress.done();
      if (report.cancelled) throw new Interrupted('cancelled');
      const problems = withIds(read, mergedProblems(read.problems, report.problems));
      terminal.out(json === true ? checkJson(read, problems) : checkText(read, problems, report, terminal, countyCode));
      outcome.code = problems.some(({ severity }) => severity === 'error') ? EXIT.wrong : EXIT.done;
    });
};

/** Survey parcels where a field is read as DLBM; plain polygons otherwise. */
function surveyRole(fields: Pick<OpenedSource, 'fields'>['fields'] | readonly { readonly name: string }[]) {
  return mapFields(fields, 'parcels').some(({ target }) => target === 'DLBM') ? ('parcels' as const) : null;
}

/** The county at least nine parcels out of ten say they lie in: one wrong code does not hide in a file of its own. */
export function countyOfMost({ layer }: ReadFile): string | undefined {
  const values = columnNamed(layer, 'ZLDWDM');
  const counts = new Map<string, number>();
  let coded = 0;
  for (const value of values ?? []) {
    const village = typeof value === 'string' ? villageCodeOf(value) : undefined;
    if (village === undefined) continue;
    coded++;
    counts.set(village.slice(0, 6), (counts.get(village.slice(0, 6)) ?? 0) + 1);
  }
  for (const [county, count] of counts) if (count >= 0.9 * coded) return county;
  return undefined;
}

function villageCodesOf({ layer, file }: ReadFile): string[] {
  const codes = (columnNamed(layer, 'ZLDWDM') ?? []).flatMap((value) => villageCodeOf(String(value ?? '')) ?? []);
  if (codes.length > 0) return codes;
  throw refuse(
    'CHECK_NO_VILLAGE_CODES',
    ['村级调查区图层没有村代码 ZLDWDM', 'the village layer has no village codes (ZLDWDM).'],
    ['请选择正确的图层', 'Give the village layer.'],
    { file },
  );
}

/**
 * Problems of the reader first, then of the rules. What both found is said once, by the rule: the field mapping looks at the
 * same values as the rules do.
 */
function mergedProblems(ofReader: readonly Problem[], ofRules: readonly Problem[]): Problem[] {
  const at = ({ featureNo, field, rule }: Problem): string => `${featureNo}\0${field ?? rule}`;
  const found = new Set(ofRules.map(at));
  const own = ofReader.filter((problem) => problem.rule !== 'attribute.required-empty' && !found.has(at(problem)));
  return [...own, ...ofRules];
}

/** Problems name their feature by its id where the layer has one; rules that know survey fields only leave it open. */
function withIds({ layer }: ReadFile, problems: readonly Problem[]): Problem[] {
  const field = idFieldOf(layer);
  if (field === undefined) return [...problems];
  const idOf = idsOf(layer, field);
  const rows = new Map(Array.from(layer.featureNos, (featureNo, row) => [featureNo, row]));
  return problems.map((problem) => {
    const row = problem.id === null && problem.featureNo !== null ? rows.get(problem.featureNo) : undefined;
    return row === undefined ? problem : { ...problem, id: idOf(row) };
  });
}

function checkJson(read: ReadFile, problems: readonly Problem[]): string {
  const lines = problems.map(({ rule, severity, featureNo, id, message }) =>
    JSON.stringify({ rule, severity, feature: featureNo, id, message_zh: message.zh, message_en: message.en }),
  );
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n]`;
  return `{"features":${countFeatures(read.layer)},"problems":${list}}\n`;
}

const SHOWN_PER_RULE = 10;

function checkText(
  read: ReadFile,
  problems: readonly Problem[],
  report: QualityReport,
  { language }: Terminal,
  county: string | undefined,
): string {
  const zh = language === 'zh';
  const count = (severity: Problem['severity']): number =>
    problems.filter((found) => found.severity === severity).length;
  const head = zh
    ? `${read.file}:${countFeatures(read.layer)} 个要素,EPSG:${read.layer.epsg}${county === undefined ? '' : `,县 ${county}`};错误 ${count('error')},警告 ${count('warning')},说明 ${count('note')}\n`
    : `${read.file}: ${countFeatures(read.layer)} features, EPSG:${read.layer.epsg}${county === undefined ? '' : `, county ${county}`}; ${count('error')} errors, ${count('warning')} warnings, ${count('note')} notes\n`;
  const shown: Problem[] = [];
  const counts = new Map<string, number>();
  for (const problem of problems) {
    const seen = (counts.get(problem.rule) ?? 0) + 1;
    counts.set(problem.rule, seen);
    if (seen <= SHOWN_PER_RULE) shown.push(problem);
  }
  const severities = {
    error: zh ? '错误' : 'error',
    warning: zh ? '警告' : 'warning',
    note: zh ? '说明' : 'note',
  } as const;
  const table =
    shown.length === 0
      ? ''
      : textTable(
          [
            { head: zh ? '级别' : 'severity', align: 'left' },
            { head: zh ? '规则' : 'rule', align: 'left' },
            { head: zh ? '要素' : 'feature', align: 'right' },
            { head: zh ? '编号' : 'id', align: 'left', most: 24 },
            { head: zh ? '问题' : 'problem', align: 'left' },
          ],
          shown.map((found) => [
            severities[found.severity],
            found.rule,
            found.featureNo === null ? '' : String(found.featureNo),
            found.id ?? '',
            found.message[language],
          ]),
        );
  const more = [...counts]
    .filter(([, seen]) => seen > SHOWN_PER_RULE)
    .map(([rule, seen]) => (zh ? `${rule}:共 ${seen} 处\n` : `${rule}: ${seen} in all\n`));
  const unchecked = report.rules
    .filter(({ state }) => state === 'notChecked')
    .map(({ rule, missing }) => `  ${rule}: ${missing.map((reason) => reason[language]).join(', ')}\n`);
  const left = unchecked.length === 0 ? '' : `${zh ? '未检查:' : 'not checked:'}\n${unchecked.join('')}`;
  return `${head}${table}${more.join('')}${left}`;
}
