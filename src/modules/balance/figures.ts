import type { AreaDm2, Localized } from '../../kernel/index.ts';
import { formatSquareMetres, isAtLeastMu, localized } from '../../kernel/index.ts';
import type { LayerCrossing, OverlayFacts, PlanPlot } from '../analysis/index.ts';
import { balanceClassOf, majorClassTable } from '../analysis/index.ts';
import type { Blocks } from './contiguity-table.ts';
import { farmlandBlocks } from './contiguity-table.ts';
import { farmlandByGrade } from './farmland-tables.ts';
import type { FigureSet, FigureValue } from './figure-catalogue.ts';
import { fieldMissing, known, layerMissing, tallyOf, unknown, unless } from './figure-tally.ts';
import { averageGrade, grainCapacityKg } from './grade-average.ts';
import { classIndexOf, isFarmlandIndex } from './land-classes-table.ts';
import type { LandState, LandStates } from './land-states.ts';
import { netDm2 } from './land-states.ts';
import type { BasicFarmlandReview, ReviewSide } from './review.ts';
import { patchBinOf } from './review.ts';
import { eachClassShare } from './structure-table.ts';

type Figures = Record<string, FigureValue>;

const NO_PLOTS = layerMissing('方案地块 plots', 'plots of the plan');
const NO_CHANGES = layerMissing('永久基本农田调整 basicFarmlandChange', 'basicFarmlandChange of the plan');
const NO_FARMLAND = localized('项目区内没有耕地', 'there is no farmland in the project area');

/**
 * Every figure of the catalogue, exact (see figure-catalogue.ts for what each means). A layer or field that is missing makes
 * the figures that rest on it unknown, with the reason; it never counts as zero.
 */
export function computeFigures(facts: OverlayFacts, states: LandStates, review: BasicFarmlandReview | null): FigureSet {
  return {
    ...farmlandFigures(facts, states),
    ...gradeFigures(facts, states),
    ...constructionFigures(facts, states),
    ...layerFigures(facts),
    ...basicFarmlandFigures(facts, review),
    ...contiguityFigures(facts, states),
    ...planFigures(facts),
    ...villageFigures(facts),
  };
}

/** What keeps a sum over land classes from being known, before or after. */
function classReasons(facts: OverlayFacts, states: LandStates, when: 'before' | 'after'): (Localized | null)[] {
  let before = 0;
  const plotIds = new Set<string>();
  for (let i = 0; i < states.count; i++) {
    if (states.before.classes[i]! < 0 && (when === 'before' || states.after.classes[i]! < 0)) before += states.areasDm2[i]!;
    if (when === 'after' && states.after.classes[i]! < 0 && states.plots[i]! >= 0) plotIds.add(facts.plan.plots![states.plots[i]!]!.plotId);
  }
  return [
    when === 'after' && facts.plan.plots === null ? NO_PLOTS : null,
    before > 0 && plotIds.size === 0
      ? localized(
          `项目区内 ${formatSquareMetres(before)} 平方米的图斑没有有效地类编码（DLBM）`,
          `${formatSquareMetres(before)} m² of parcels in the project area have no valid land class (DLBM)`,
        )
      : null,
    fieldMissing('整治后地类', 'classAfter', [...plotIds]),
  ];
}

/** Plots whose new farmland has a ridge coefficient nobody can say. */
function ridgeReason(facts: OverlayFacts, states: LandStates): Localized | null {
  const plotIds = new Set<string>();
  for (let i = 0; i < states.count; i++) {
    if (states.ridgeUnknownAfter[i] === 1) plotIds.add(facts.plan.plots![states.plots[i]!]!.plotId);
  }
  if (plotIds.size === 0) return null;
  const shown = [...plotIds].slice(0, 5);
  return localized(
    `整治后耕地的田坎系数未知（需坡度图与 terraceAfter）：${shown.join('、')}${plotIds.size > 5 ? ` 等 ${plotIds.size} 个地块` : ''}`,
    `ridge coefficient of farmland after is unknown (slope layer and terraceAfter needed): ${shown.join(', ')}${plotIds.size > 5 ? `, ${plotIds.size} plots in all` : ''}`,
  );
}

function plotsWithout(facts: OverlayFacts, missing: (plot: PlanPlot) => boolean): string[] {
  return (facts.plan.plots ?? []).filter(missing).map(({ plotId }) => plotId);
}

function kindReason(facts: OverlayFacts): Localized | null {
  return facts.plan.plots === null ? NO_PLOTS : fieldMissing('类型', 'kind', plotsWithout(facts, ({ kind }) => kind === null));
}

function farmlandFigures(facts: OverlayFacts, states: LandStates): Figures {
  const farmland = (state: LandState, when: 'before' | 'after'): FigureValue =>
    unless([...classReasons(facts, states, when), when === 'after' ? ridgeReason(facts, states) : null], () => {
      const tally = tallyOf(facts);
      for (let i = 0; i < states.count; i++) {
        if (isFarmlandIndex(state.classes[i]!)) tally.add(states.parcels[i]!, states.plots[i]!, netDm2(states, state, i));
      }
      return tally.figure();
    });
  const gained = (illegal: boolean): FigureValue => {
    const isNew = (plot: PlanPlot): boolean => plot.kind === 'new';
    let unclassed = 0;
    const tally = tallyOf(facts);
    for (let i = 0; i < states.count; i++) {
      const plot = states.plots[i]! < 0 ? null : facts.plan.plots![states.plots[i]!]!;
      if (plot === null || !isNew(plot)) continue;
      if (states.before.classes[i]! < 0) unclassed += states.areasDm2[i]!;
      if (plot.illegalOccupation !== illegal) continue;
      if (isFarmlandIndex(states.before.classes[i]!) || !isFarmlandIndex(states.after.classes[i]!)) continue;
      tally.add(states.parcels[i]!, states.plots[i]!, netDm2(states, states.after, i));
    }
    return unless(
      [
        kindReason(facts),
        fieldMissing('违法占用标志', 'illegalOccupation', plotsWithout(facts, (plot) => isNew(plot) && plot.illegalOccupation === null)),
        fieldMissing('整治后地类', 'classAfter', plotsWithout(facts, (plot) => isNew(plot) && balanceClassOf(plot.classAfter) === null)),
        unclassed > 0
          ? localized(`新增地块内 ${formatSquareMetres(unclassed)} 平方米的图斑没有有效地类编码（DLBM）`, `${formatSquareMetres(unclassed)} m² of parcels in new plots have no valid land class (DLBM)`)
          : null,
        ridgeReason(facts, states),
      ],
      () => tally.figure(),
    );
  };
  return {
    farmlandBefore: farmland(states.before, 'before'),
    farmlandAfter: farmland(states.after, 'after'),
    newFarmland: gained(false),
    illegalOccupationReclaimed: gained(true),
  };
}

function gradeFigures(facts: OverlayFacts, states: LandStates): Figures {
  const figures: Figures = {};
  for (const when of ['before', 'after'] as const) {
    const state = states[when];
    const byGrade = farmlandByGrade(states, state);
    const ungradedPlots = new Set<string>();
    if (when === 'after') {
      for (let i = 0; i < states.count; i++) {
        const plot = states.plots[i]!;
        if (plot >= 0 && isFarmlandIndex(state.classes[i]!) && state.grades[i] === 0 && facts.plan.plots![plot]!.kind !== 'none') {
          ungradedPlots.add(facts.plan.plots![plot]!.plotId);
        }
      }
    }
    const reasons = [
      ...classReasons(facts, states, when),
      when === 'after' ? ridgeReason(facts, states) : null,
      fieldMissing('整治后等别', 'gradeAfter', [...ungradedPlots]),
      byGrade[0]! > 0 && ungradedPlots.size === 0
        ? localized(
            `项目区内 ${formatSquareMetres(byGrade[0]!)} 平方米耕地没有等别（GDDB 字段或耕地等别图层）`,
            `${formatSquareMetres(byGrade[0]!)} m² of farmland in the project area have no grade (field GDDB or grade layer)`,
          )
        : null,
    ];
    const tally = tallyOf(facts);
    for (let i = 0; i < states.count; i++) {
      if (isFarmlandIndex(state.classes[i]!)) tally.add(states.parcels[i]!, states.plots[i]!, netDm2(states, state, i));
    }
    const average = averageGrade(byGrade);
    const suffix = when === 'before' ? 'Before' : 'After';
    figures[`averageGrade${suffix}`] = unless([...reasons, average === null && byGrade[0] === 0 ? NO_FARMLAND : null], () => tally.figureOf(average!));
    figures[`capacity${suffix}`] = unless(reasons, () => tally.figureOf(grainCapacityKg(byGrade)));
  }
  return figures;
}

function constructionFigures(facts: OverlayFacts, states: LandStates): Figures {
  const majors = majorClassTable(facts.parameters);
  const construction = (state: LandState, when: 'before' | 'after'): FigureValue =>
    unless(classReasons(facts, states, when), () => {
      const tally = tallyOf(facts);
      eachClassShare(states, state, (i, row, area) => {
        if (majors.get(row) === 'construction') tally.add(states.parcels[i]!, states.plots[i]!, area);
      });
      return tally.figure();
    });
  const stated = (value: AreaDm2 | null, field: string): FigureValue =>
    value === null ? unknown(localized(`方案缺少 ${field}`, `the plan does not state ${field}`)) : known(value);
  return {
    constructionBefore: construction(states.before, 'before'),
    constructionAfter: construction(states.after, 'after'),
    countyConstructionBefore: stated(facts.plan.countyConstructionBeforeDm2, 'countyConstructionBeforeM2'),
    countyConstructionAfter: stated(facts.plan.countyConstructionAfterDm2, 'countyConstructionAfterM2'),
  };
}

/** A crossed layer a figure may rest on, or why not: missing, or its zones overlap. */
function crossingOf(facts: OverlayFacts, role: 'redLine' | 'basicFarmland' | 'growthBoundary' | 'slope'): LayerCrossing | Localized {
  const crossing = facts.crossings.find((candidate) => candidate.role === role);
  const names = {
    redLine: ['生态保护红线', 'ecological red line'],
    basicFarmland: ['永久基本农田', 'permanent basic farmland'],
    growthBoundary: ['城镇开发边界', 'urban growth boundary'],
    slope: ['坡度图', 'slope'],
  } as const;
  const [zh, en] = names[role];
  if (crossing === undefined) return layerMissing(zh, en);
  if (crossing.overlaps > 0) return localized(`${zh}图层内图斑互相重叠（${crossing.overlaps} 对）`, `zones of the layer ${en} overlap (${crossing.overlaps} pairs)`);
  return crossing;
}

function layerFigures(facts: OverlayFacts): Figures {
  const plots = facts.plan.plots ?? [];
  const plotOf = (part: number): number => {
    const zone = facts.parts.zones[part]!;
    return zone === 0 ? -1 : (zone - 1) % plots.length;
  };
  /** Area of plots of some kinds under the keys chosen; inside the project or beyond it. */
  const plotsUnder = (
    role: 'redLine' | 'growthBoundary' | 'slope',
    kinds: readonly string[],
    chosen: (key: string, index: number) => boolean,
  ): FigureValue => {
    const crossing = crossingOf(facts, role);
    return unless([kindReason(facts), 'zh' in crossing ? crossing : null], () => {
      const tally = tallyOf(facts);
      const { parts, keyIndexes, areasDm2, keys } = crossing as LayerCrossing;
      for (let i = 0; i < parts.length; i++) {
        const plot = plotOf(parts[i]!);
        if (plot < 0 || !kinds.includes(plots[plot]!.kind ?? '')) continue;
        if (chosen(keys[keyIndexes[i]!]!.key, keyIndexes[i]!)) tally.add(facts.parts.parcels[parts[i]!]!, plot, areasDm2[i]!);
      }
      return tally.figure();
    });
  };
  const basicFarmland = crossingOf(facts, 'basicFarmland');
  return {
    redLineOverlap: plotsUnder('redLine', ['new', 'build', 'clear'], (_, index) => index > 0),
    buildOutsideGrowthBoundary: plotsUnder('growthBoundary', ['build'], (_, index) => index === 0),
    newFarmlandSteep: plotsUnder('slope', ['new'], (key) => key === '5'),
    basicFarmlandBefore: unless(['zh' in basicFarmland ? basicFarmland : null], () => {
      const tally = tallyOf(facts);
      const { parts, keyIndexes, areasDm2 } = basicFarmland as LayerCrossing;
      for (let i = 0; i < parts.length; i++) {
        if (keyIndexes[i] === 0 || facts.parts.zones[parts[i]!]! > plots.length) continue;
        tally.add(facts.parts.parcels[parts[i]!]!, plotOf(parts[i]!), areasDm2[i]!);
      }
      return tally.figure();
    }),
    buildOnBasicFarmland: unless([kindReason(facts), 'zh' in basicFarmland ? basicFarmland : null], () => {
      const tally = tallyOf(facts);
      for (const [part, area] of facts.buildOnKeptBasicFarmland ?? []) tally.add(facts.parts.parcels[part]!, plotOf(part), area);
      return tally.figure();
    }),
  };
}

function basicFarmlandFigures(facts: OverlayFacts, review: BasicFarmlandReview | null): Figures {
  const basicFarmland = crossingOf(facts, 'basicFarmland');
  const undirected = review === null ? NO_CHANGES : fieldMissing('调整方向', 'direction', review.undirectedPlots);
  const behind = (side: ReviewSide) => ({
    parcels: [...new Set(side.plots.flatMap(({ parcels }) => parcels.flatMap(({ parcel }) => parcel ?? [])))]
      .sort((a, b) => a - b)
      .map((parcel) => facts.parcels.featureNos[parcel]!),
    plots: side.plots.map(({ plotId }) => plotId),
  });
  const figures: Figures = {};
  for (const [suffix, key, words] of [['Out', 'out', ['没有调出地块', 'nothing is moved out']], ['In', 'in', ['没有补划地块', 'nothing is moved in']]] as const) {
    const side = (): ReviewSide => review![key];
    const none = review !== null && review[key].patches === 0 ? localized(words[0], words[1]) : null;
    figures[`basicFarmland${suffix}`] = unless([undirected], () => known(side().areaDm2, 1, behind(side())));
    figures[`basicFarmlandGrade${suffix}`] = unless(
      [undirected, none, review === null ? null : fieldMissing('等别', 'grade', side().ungradedPlots)],
      () => known(side().averageGrade!.numerator, side().averageGrade!.denominator, behind(side())),
    );
    figures[`basicFarmlandMeanPatch${suffix}`] = unless([undirected, none], () => known(side().areaDm2, side().patches, behind(side())));
    figures[`basicFarmlandSmallPatches${suffix}`] = unless([undirected], () => {
      const small = side().plots.filter(({ areaDm2 }) => patchBinOf(areaDm2) === 0);
      return known(small.length, 1, { parcels: [], plots: small.map(({ plotId }) => plotId) });
    });
  }
  const changes = facts.changes ?? [];
  const within = (areaOf: (change: (typeof changes)[number]) => AreaDm2): FigureValue => {
    const plotIds: string[] = [];
    let sum = 0;
    for (const change of changes) {
      if (change.direction !== 'in') continue;
      const area = areaOf(change);
      if (area > 0) plotIds.push(change.plotId);
      sum += area;
    }
    return known(sum, 1, { parcels: [], plots: plotIds });
  };
  const onConsolidated = (counts: (plot: PlanPlot) => boolean): FigureValue =>
    unless([undirected, kindReason(facts)], () =>
      within(({ onPlots }) => (onPlots ?? []).reduce((sum, [plot, area]) => sum + (counts(facts.plan.plots![plot]!) ? area : 0), 0)),
    );
  const consolidated = ({ kind }: PlanPlot): boolean => kind === 'new' || kind === 'upgrade';
  figures['basicFarmlandInFromConsolidation'] = onConsolidated(consolidated);
  figures['basicFarmlandInUnlinked'] = onConsolidated((plot) => consolidated(plot) && plot.subProject === null);
  figures['basicFarmlandInAlreadyBasic'] = unless([undirected, 'zh' in basicFarmland ? basicFarmland : null], () =>
    within(({ onBasicFarmlandDm2 }) => onBasicFarmlandDm2 ?? 0),
  );
  const all = facts.changes;
  figures['basicFarmlandChangePlots'] = all === null ? unknown(NO_CHANGES) : known(all.length, 1, { parcels: [], plots: all.map(({ plotId }) => plotId) });
  figures['basicFarmlandChangeIncomplete'] = all === null ? unknown(NO_CHANGES) : (() => {
    const incomplete = all.filter(({ areaDm2, grade, classCode }) => areaDm2 === 0 || grade === null || balanceClassOf(classCode) === null);
    return known(incomplete.length, 1, { parcels: [], plots: incomplete.map(({ plotId }) => plotId) });
  })();
  return figures;
}

function contiguityFigures(facts: OverlayFacts, states: LandStates): Figures {
  const largest = (blocks: Blocks, state: LandState): FigureValue => {
    const most = Math.max(0, ...blocks.areasDm2);
    const block = blocks.areasDm2.indexOf(most);
    const tally = tallyOf(facts);
    for (let i = 0; i < states.count; i++) {
      if (block >= 0 && blocks.ofShare[i] === block) tally.add(states.parcels[i]!, states.plots[i]!, netDm2(states, state, i));
    }
    return tally.figureOf({ numerator: most, denominator: 1 });
  };
  const counted = (blocks: Blocks, from: number, below: number | null): FigureValue => {
    const chosen = blocks.areasDm2.map((area) => isAtLeastMu(area, from) && (below === null || !isAtLeastMu(area, below)));
    const tally = tallyOf(facts);
    for (let i = 0; i < states.count; i++) {
      if (chosen[blocks.ofShare[i]!] === true) tally.add(states.parcels[i]!, states.plots[i]!, netDm2(states, states.after, i));
    }
    return tally.figureOf({ numerator: chosen.filter(Boolean).length, denominator: 1 });
  };
  const after = farmlandBlocks(facts, states, 'after');
  const afterReasons = [...classReasons(facts, states, 'after'), ridgeReason(facts, states)];
  const { type } = facts.plan;
  const typeReason = type === null ? localized('方案缺少 type', 'the plan does not state type') : null;
  const squares = (from: number, below: number | null): FigureValue =>
    unless([typeReason], () => (type === 'comprehensive' ? known(0) : unless(afterReasons, () => counted(after!, from, below))));
  return {
    largestBlockBefore: unless(classReasons(facts, states, 'before'), () => largest(farmlandBlocks(facts, states, 'before')!, states.before)),
    largestBlockAfter: unless(afterReasons, () => largest(after!, states.after)),
    blocks1000MuAfter: unless(afterReasons, () => counted(after!, 1_000, null)),
    blocks10000MuAfter: unless(afterReasons, () => counted(after!, 10_000, null)),
    contiguousProject: typeReason === null ? known(type === 'contiguousBasicFarmland' ? 1 : 0) : unknown(typeReason),
    contiguousProjects1000Mu: squares(1_000, 10_000),
    contiguousProjects10000Mu: squares(10_000, null),
  };
}

const BASIC_CONTENTS = ['village', 'farmland', 'ecology'] as const;

function planFigures(facts: OverlayFacts): Figures {
  const { contents, plots, alternatives } = facts.plan;
  const noContents = unknown(localized('方案缺少 contents', 'the plan does not state contents'));
  const has = (word: string): FigureValue => (contents === null ? noContents : known(contents.includes(word) ? 1 : 0));
  const incomplete = (plots ?? []).filter((plot) => {
    if (plot.kind === null) return true;
    if (plot.kind === 'none') return false;
    const classAfter = balanceClassOf(plot.classAfter);
    return classAfter === null || (isFarmlandIndex(classIndexOf(classAfter)) && plot.gradeAfter === null);
  });
  const beyond = (plots ?? []).filter(({ outsideProjectDm2 }) => outsideProjectDm2 > 0);
  const named = (list: readonly PlanPlot[]) => ({ parcels: [], plots: list.map(({ plotId }) => plotId) });
  return {
    contentVillage: has(BASIC_CONTENTS[0]),
    contentFarmland: has(BASIC_CONTENTS[1]),
    contentEcology: has(BASIC_CONTENTS[2]),
    contentOther: contents === null ? noContents : known(new Set(contents.filter((word) => !BASIC_CONTENTS.some((basic) => basic === word))).size),
    alternatives: alternatives === null ? unknown(layerMissing('比选方案 alternatives', 'alternatives of the plan')) : known(alternatives),
    plots: plots === null ? unknown(NO_PLOTS) : known(plots.length, 1, named(plots)),
    plotsIncomplete: plots === null ? unknown(NO_PLOTS) : known(incomplete.length, 1, named(incomplete)),
    plotsOutsideProject:
      plots === null ? unknown(NO_PLOTS) : known(beyond.reduce((sum, { outsideProjectDm2 }) => sum + outsideProjectDm2, 0), 1, named(beyond)),
    projectParts: known(facts.plan.projectParts),
  };
}

function villageFigures(facts: OverlayFacts): Figures {
  const { villages } = facts;
  const missing = localized('缺少村级坐落代码（ZLDWDM）或村级调查区图层', 'missing village codes (ZLDWDM) or village layer');
  if (villages === null) return { villages: unknown(missing), townships: unknown(missing), villagesAdjoin: unknown(missing) };
  return {
    villages: known(villages.length),
    townships: known(new Set(villages.map(({ code }) => code.slice(0, 9))).size),
    villagesAdjoin:
      villages.length > 1 && villages.some(({ adjoins }) => adjoins === null)
        ? unknown(layerMissing('村级调查区', 'villages'))
        : known(allConnected(villages) ? 1 : 0),
  };
}

/** Whether the villages form one connected whole over shared borders. */
function allConnected(villages: NonNullable<OverlayFacts['villages']>): boolean {
  const byCode = new Map(villages.map((village) => [village.code, village]));
  const reached = new Set<string>();
  const open = villages.slice(0, 1).map(({ code }) => code);
  for (let code = open.pop(); code !== undefined; code = open.pop()) {
    if (reached.has(code)) continue;
    reached.add(code);
    for (const next of byCode.get(code)?.adjoins ?? []) if (byCode.has(next)) open.push(next);
  }
  return reached.size === villages.length;
}

