import type { AreaDm2, Localized } from '../../kernel/index.ts';
import { isAtLeastMu, landClassOf, localized } from '../../kernel/index.ts';
import type { ChangeFacts, OverlayFacts } from '../analysis/index.ts';
import type { Blocks } from './contiguity-table.ts';
import { SLOPE_NAMES } from './slope-table.ts';
import type { BasicFarmlandReview, Fraction, ReviewSide } from './review.ts';
import { compareFractions } from './review.ts';
import type { Cell } from './table.ts';
import type { ColumnLayout, RowLayout, TracedTable } from './table-builder.ts';
import { tableBuilder } from './table-builder.ts';
import { WORDS } from './table-words.ts';

/** Least share of new basic farmland the review asks for (S0-5c.187 “不低于调整面积的5%”); a pack may set another. */
export interface ReviewThresholds {
  /** Null: the text sets no share, and a person answers. */
  readonly minimumAddedShare: Fraction | null;
}

export const DEFAULT_REVIEW_THRESHOLDS: ReviewThresholds = { minimumAddedShare: { numerator: 5, denominator: 100 } };

const OUT = localized('调出', 'Moved out');
const IN = localized('调入', 'Moved in');
const UNKNOWN_SLOPE = localized('缺坡度图', 'no slope layer');

/**
 * Table 5 永久基本农田调出/补划地块表 (handbook §10). The last three columns of the form that no data can answer
 * (source, reason) stay empty for a person.
 */
export function changePlotsTable(
  facts: OverlayFacts,
  direction: 'out' | 'in',
  blockOfParcel: { readonly blocks: Blocks; readonly ofParcel: Int32Array } | null,
): TracedTable {
  const plots = facts.changes!.flatMap((plot, index) => (plot.direction === direction ? [{ plot, index }] : []));
  const idOf = (index: number): string => `plot.${index}`;
  const columns: ColumnLayout[] = [
    { id: 'number', head: [localized('序号', 'No.')], kind: 'text' },
    { id: 'township', head: [localized('乡镇', 'Township')], kind: 'text' },
    { id: 'village', head: [localized('村', 'Village')], kind: 'text' },
    { id: 'plot', head: [localized('地块编号', 'Plot')], kind: 'text' },
    { id: 'area', head: [localized('面积', 'Area')], kind: 'area' },
    { id: 'class', head: [localized('地类', 'Class')], kind: 'text' },
    { id: 'grade', head: [localized('质量等别', 'Grade')], kind: 'text' },
    { id: 'slope', head: [localized('坡度级别', 'Slope')], kind: 'text' },
    { id: 'contiguous', head: [localized('是否连片', 'Contiguous')], kind: 'text' },
    { id: 'source', head: [localized('现状来源', 'Source')], kind: 'text' },
    { id: 'reason', head: [localized('理由', 'Reason')], kind: 'text' },
  ];
  const rows: RowLayout[] = [
    {
      id: 'total',
      label: WORDS.total,
      level: 0,
      role: 'total',
      sums: plots.map(({ index }) => idOf(index)),
      texts: { number: WORDS.total },
    },
    ...plots.map(({ plot, index }, i): RowLayout => {
      const main = largestShare(plot);
      const village = main === null ? null : facts.parcels.villageCodes[main]!;
      const classCode = plot.classCode ?? (main === null ? null : facts.parcels.classCodes[main]!);
      const slope = largestLevel(plot.slopeDm2);
      return {
        id: idOf(index),
        label: localized(plot.plotId, plot.plotId),
        level: 1,
        role: 'item',
        texts: {
          number: String(i + 1),
          township: village?.slice(0, 9) ?? '',
          village: (main === null ? null : facts.parcels.villageNames[main]) ?? village ?? '',
          plot: plot.plotId,
          class: classCode === null ? '' : (landClassOf(classCode)?.name ?? classCode),
          grade: plot.grade === null ? '' : localized(`${plot.grade} 等`, String(plot.grade)),
          slope: slope === null ? '' : SLOPE_NAMES[slope]!,
          contiguous: contiguousText(main, blockOfParcel),
        },
      };
    }),
  ];
  const builder = tableBuilder({
    id: `basicFarmland.${direction}`,
    rows,
    columns,
    keepEmptyRows: true,
    title:
      direction === 'out'
        ? localized('永久基本农田调出地块表', 'Plots moved out of basic farmland')
        : localized('永久基本农田补划地块表', 'Plots moved into basic farmland'),
    notes: [
      localized(
        '乡镇、村、坡度按面积最大的一份；所在连片耕地不小于 100 亩记“是”。',
        'Township, village and slope of the largest share; "yes" where the farmland block has at least 100 mu.',
      ),
    ],
  });
  for (const { plot, index } of plots) {
    for (const share of plot.parcels) builder.add(idOf(index), 'area', share.parcel ?? -1, -1, share.areaDm2);
  }
  return builder.finish({ area: plots.reduce((sum, { plot }) => sum + plot.areaDm2, 0) });
}

function largestShare(plot: ChangeFacts): number | null {
  let best: { parcel: number | null; areaDm2: number } | null = null;
  for (const share of plot.parcels)
    if (share.parcel !== null && (best === null || share.areaDm2 > best.areaDm2)) best = share;
  return best?.parcel ?? null;
}

function largestLevel(slopeDm2: readonly AreaDm2[] | null): number | null {
  if (slopeDm2 === null) return null;
  const most = Math.max(...slopeDm2);
  return most === 0 ? null : slopeDm2.indexOf(most);
}

function contiguousText(
  parcel: number | null,
  known: { readonly blocks: Blocks; readonly ofParcel: Int32Array } | null,
): Localized | string {
  const block = parcel === null || known === null ? -1 : known.ofParcel[parcel]!;
  if (block < 0) return '';
  return isAtLeastMu(known!.blocks.areasDm2[block]!, 100) ? localized('是', 'yes') : localized('否', 'no');
}

/** Table 6 永久基本农田调整前后对照及审查汇总表 (handbook §10, §5.6): one row, the form an office files. */
export function reviewSummaryTable(review: BasicFarmlandReview, thresholds: ReviewThresholds): TracedTable {
  const cells = new Map<string, Cell>();
  const columns: ColumnLayout[] = [];
  const put = (id: string, head: readonly Localized[], cell: Cell): void => {
    columns.push({ id, head, kind: 'mixed' });
    cells.set(id, cell);
  };
  put('out.area', [OUT, localized('面积', 'Area')], area(review.out.areaDm2));
  put(
    'out.share',
    [OUT, localized('调出比例', 'Share of basic farmland')],
    percent(review.outShare, localized('缺永久基本农田图层', 'no basic-farmland layer')),
  );
  put('out.patches', [OUT, localized('图斑数', 'Patches')], { kind: 'count', value: review.out.patches });
  put('in.area', [IN, localized('面积', 'Area')], area(review.in.areaDm2));
  put('in.patches', [IN, localized('图斑数', 'Patches')], { kind: 'count', value: review.in.patches });
  put('net', [localized('净增', 'Net gain')], area(review.netDm2));
  put(
    'addedShare',
    [localized('新增比例', 'Added share')],
    percent(review.addedShare, localized('无调出地块', 'nothing moved out')),
  );
  const meanPatch = localized('平均图斑', 'Mean patch');
  put('out.meanPatch', [meanPatch, OUT], meanArea(review.out.meanPatch));
  put('in.meanPatch', [meanPatch, IN], meanArea(review.in.meanPatch));
  put(
    'contiguity',
    [localized('连片度', 'Contiguity')],
    percent(review.contiguity, localized('无法计算', 'cannot be computed')),
  );
  const bins = localized('坡度分档', 'Slope bins');
  for (const [side, word] of [
    ['out', OUT],
    ['in', IN],
  ] as const) {
    SLOPE_BIN_NAMES.forEach((name, i) => put(`${side}.slope${i}`, [bins, word, name], slopeCell(review[side], i)));
  }
  const grade = localized('平均等别', 'Average grade');
  put('out.grade', [grade, OUT], gradeCell(review.out));
  put('in.grade', [grade, IN], gradeCell(review.in));
  const result = localized('审查结果', 'Result');
  reviewResults(review, thresholds).forEach(({ question, answer }, i) =>
    put(`result${i + 1}`, [result, question], { kind: 'text', text: answer }),
  );
  return tableBuilder({
    id: 'basicFarmland.review',
    title: localized(
      '永久基本农田调整前后对照及审查汇总表',
      'Adjustment of permanent basic farmland: comparison and review',
    ),
    rows: [{ id: 'total', label: WORDS.total, level: 0, role: 'figure' }],
    columns,
  }).finish(null, (_, column) => cells.get(column));
}

/** Every field of the official review table (dc* out, dr* in; handbook §5.6), one a row. */
export function reviewFieldsTable(review: BasicFarmlandReview, thresholds: ReviewThresholds): TracedTable {
  const rows: RowLayout[] = [];
  const cells = new Map<string, Cell>();
  const put = (field: string, name: Localized, out: Cell, inside: Cell): void => {
    rows.push({ id: field, label: name, level: 1, role: 'figure', texts: { field, name } });
    cells.set(`${field} out`, out);
    cells.set(`${field} in`, inside);
  };
  const both = (field: string, zh: string, en: string, cell: (side: ReviewSide) => Cell): void =>
    put(`dc${field}/dr${field}`, localized(zh, en), cell(review.out), cell(review.in));
  both('Zmj', '总面积', 'Total area', (side) => area(side.areaDm2));
  put(
    'dcMjbl',
    localized('调出面积比例', 'Share of basic farmland moved out'),
    percent(review.outShare, localized('缺永久基本农田图层', 'no basic-farmland layer')),
    null,
  );
  both('Tbsm', '图斑数目', 'Patches', (side) => ({ kind: 'count', value: side.patches }));
  both('Pjdgtbmj', '平均单个图斑面积', 'Mean patch', (side) => meanArea(side.meanPatch));
  both('XzGdmj', '现状耕地面积', 'Present farmland', (side) => area(side.farmlandDm2));
  both('XzStmj', '现状水田面积', 'Present paddy field', (side) => area(side.paddyDm2));
  both('XzSjdmj', '现状水浇地面积', 'Present irrigated land', (side) => area(side.irrigatedDm2));
  both('XzHdmj', '现状旱地面积', 'Present dry land', (side) => area(side.dryDm2));
  both('XzFgdmj', '现状非耕地面积', 'Present other than farmland', (side) => area(side.nonFarmlandDm2));
  both('XzFgnyd', '现状非耕农用地面积', 'Present other agricultural land', (side) => area(side.otherAgriculturalDm2));
  both('XzJsyd', '现状建设用地面积', 'Present construction land', (side) => area(side.constructionDm2));
  both('XzWlyd', '现状未利用地面积', 'Present unused land', (side) => area(side.unusedDm2));
  SLOPE_BIN_NAMES.forEach((name, i) =>
    both(`Pd${['Le15', '15t25', 'Gt25'][i]!}`, `坡度 ${name.zh}`, `Slope ${name.en}`, (side) => slopeCell(side, i)),
  );
  PATCH_BIN_NAMES.forEach((name, i) =>
    both(`Lp${['Le5', '5t10', '10t20', 'Gt20'][i]!}`, `连片程度 ${name.zh}`, `Patches ${name.en}`, (side) =>
      area(side.patchBinsDm2[i]!),
    ),
  );
  both('Pjdb', '平均等别', 'Average grade', gradeCell);
  put('jzMj', localized('净增面积', 'Net gain'), null, area(review.netDm2));
  put(
    'xzBl',
    localized('新增比例', 'Added share'),
    null,
    percent(review.addedShare, localized('无调出地块', 'nothing moved out')),
  );
  put(
    'jzLpd',
    localized('集中连片度', 'Contiguity'),
    null,
    percent(review.contiguity, localized('无法计算', 'cannot be computed')),
  );
  reviewResults(review, thresholds).forEach(({ question, answer }, i) =>
    put(`scjg${i + 1}`, question, null, { kind: 'text', text: answer }),
  );
  return tableBuilder({
    id: 'basicFarmland.reviewFields',
    title: localized(
      '全域土地综合整治所涉永久基本农田布局调整事项审查情况汇总表',
      'Review of the basic-farmland adjustment, field by field',
    ),
    rows,
    columns: [
      { id: 'field', head: [localized('字段', 'Field')], kind: 'text' },
      { id: 'name', head: [localized('项目', 'Item')], kind: 'text' },
      { id: 'out', head: [OUT], kind: 'mixed' },
      { id: 'in', head: [IN], kind: 'mixed' },
    ],
    notes: [
      localized(
        '面积单位：公顷。坡度、连片程度按面积分档。',
        'Areas in hectares; slope and patch bins hold areas, not counts.',
      ),
    ],
  }).finish(
    null,
    (row, column) => cells.get(`${row} ${column}`) ?? (column === 'out' || column === 'in' ? null : undefined),
  );
}

export const SLOPE_BIN_NAMES: readonly Localized[] = [
  localized('≤15°', '≤15°'),
  localized('15–25°', '15–25°'),
  localized('>25°', '>25°'),
];
export const PATCH_BIN_NAMES: readonly Localized[] = [
  localized('≤5 亩', '≤5 mu'),
  localized('5–10 亩', '5–10 mu'),
  localized('10–20 亩', '10–20 mu'),
  localized('>20 亩', '>20 mu'),
];

/** The five review questions (S0-5c.190 “是否必要、合理，集中连片程度有无提高、零星分布图斑是否减少、增加面积是否达标、质量能否提高”). */
export function reviewResults(
  review: BasicFarmlandReview,
  thresholds: ReviewThresholds,
): { readonly question: Localized; readonly answer: Localized }[] {
  const yes = localized('是', 'yes');
  const no = localized('否', 'no');
  const person = localized('需人工判断', 'needs a person');
  const decide = (holds: boolean | null): Localized => (holds === null ? person : holds ? yes : no);
  const gradeKnown = review.out.ungradedPlots.length === 0 && review.in.ungradedPlots.length === 0;
  return [
    { question: localized('调整必要合理', 'Necessary and reasonable'), answer: person },
    {
      question: localized('集中连片程度提高', 'More contiguous'),
      answer: decide(review.contiguity === null ? null : review.contiguity.numerator > 0),
    },
    {
      question: localized('零星图斑减少', 'Fewer scattered patches'),
      answer: decide(review.in.scatteredPatches < review.out.scatteredPatches),
    },
    {
      question: localized('增加面积达标', 'Added area up to standard'),
      answer: decide(
        review.addedShare === null || thresholds.minimumAddedShare === null
          ? null
          : compareFractions(review.addedShare, thresholds.minimumAddedShare) >= 0,
      ),
    },
    {
      question: localized('质量提高', 'Quality up'),
      answer: decide(
        !gradeKnown || review.out.averageGrade === null || review.in.averageGrade === null
          ? null
          : compareFractions(review.in.averageGrade, review.out.averageGrade) < 0,
      ),
    },
  ];
}

function area(dm2: AreaDm2): Cell {
  return { kind: 'area', dm2 };
}

function percent(value: Fraction | null, reason: Localized): Cell {
  return value === null ? { kind: 'unknown', reason } : { kind: 'ratio', ...value, decimals: 2, percent: true };
}

/** A mean area is a fraction of dm²; it is shown in hectares: / 1,000,000. */
function meanArea(value: Fraction | null): Cell {
  return value === null
    ? null
    : {
        kind: 'ratio',
        numerator: value.numerator,
        denominator: value.denominator * 1_000_000,
        decimals: 4,
        percent: false,
      };
}

function slopeCell(side: ReviewSide, bin: number): Cell {
  return side.slopeBinsDm2 === null ? { kind: 'unknown', reason: UNKNOWN_SLOPE } : area(side.slopeBinsDm2[bin]!);
}

function gradeCell(side: ReviewSide): Cell {
  if (side.ungradedPlots.length > 0)
    return { kind: 'unknown', reason: localized('有地块未注明等别', 'some plots have no grade') };
  return side.averageGrade === null ? null : { kind: 'ratio', ...side.averageGrade, decimals: 2, percent: false };
}
