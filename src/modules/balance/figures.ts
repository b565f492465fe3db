import type { AreaDm2 } from '../../kernel/index.ts';
import { formatSquareMetres, localized } from '../../kernel/index.ts';
import type { OverlayFacts, PlanPlot } from '../analysis/index.ts';
import { balanceClassOf, majorClassTable } from '../analysis/index.ts';
import { farmlandByGrade } from './farmland-tables.ts';
import type { FigureSet, FigureValue } from './figure-catalogue.ts';
import { classReasons, kindReason, plotsWithout, ridgeReason } from './figure-reasons.ts';
import { fieldMissing, known, tallyOf, unknown, unless } from './figure-tally.ts';
import { basicFarmlandFigures } from './figures-basic-farmland.ts';
import { contiguityFigures } from './figures-contiguity.ts';
import { layerFigures } from './figures-layers.ts';
import { planFigures, villageFigures } from './figures-plan.ts';
import { averageGrade, grainCapacityKg } from './grade-average.ts';
import { isFarmlandIndex } from './land-classes-table.ts';
import type { LandState, LandStates } from './land-states.ts';
import { netDm2 } from './land-states.ts';
import type { BasicFarmlandReview } from './review.ts';
import { eachClassShare } from './structure-table.ts';

type Figures = Record<string, FigureValue>;

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

function farmlandFigures(facts: OverlayFacts, states: LandStates): Figures {
  const farmland = (state: LandState, when: 'before' | 'after'): FigureValue =>
    unless([...classReasons(facts, states, when), when === 'after' ? ridgeReason(facts, states) : null], () => {
      const tally = tallyOf(facts);
      for (let i = 0; i < states.count; i++) {
        if (isFarmlandIndex(state.classes[i]!))
          tally.add(states.parcels[i]!, states.plots[i]!, netDm2(states, state, i));
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
        fieldMissing(
          '违法占用标志',
          'illegalOccupation',
          plotsWithout(facts, (plot) => isNew(plot) && plot.illegalOccupation === null),
        ),
        fieldMissing(
          '整治后地类',
          'classAfter',
          plotsWithout(facts, (plot) => isNew(plot) && balanceClassOf(plot.classAfter) === null),
        ),
        unclassed > 0
          ? localized(
              `新增地块内 ${formatSquareMetres(unclassed)} 平方米的图斑没有有效地类编码（DLBM）`,
              `${formatSquareMetres(unclassed)} m² of parcels in new plots have no valid land class (DLBM)`,
            )
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
        if (
          plot >= 0 &&
          isFarmlandIndex(state.classes[i]!) &&
          state.grades[i] === 0 &&
          facts.plan.plots![plot]!.kind !== 'none'
        ) {
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
    figures[`averageGrade${suffix}`] = unless(
      [...reasons, average === null && byGrade[0] === 0 ? NO_FARMLAND : null],
      () => tally.figureOf(average!),
    );
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
