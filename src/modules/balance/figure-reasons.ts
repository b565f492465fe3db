import type { LayerRole, Localized } from '../../kernel/index.ts';
import { formatSquareMetres, localized } from '../../kernel/index.ts';
import type { LayerCrossing, OverlayFacts, PlanPlot } from '../analysis/index.ts';
import { fieldMissing, layerMissing } from './figure-tally.ts';
import type { LandStates } from './land-states.ts';

/** Why a figure that rests on the plots of a plan has none. */
export const NO_PLOTS = layerMissing('方案地块 plots', 'plots of the plan');

/** What keeps a sum over land classes from being known, before or after. */
export function classReasons(facts: OverlayFacts, states: LandStates, when: 'before' | 'after'): (Localized | null)[] {
  let before = 0;
  const plotIds = new Set<string>();
  for (let i = 0; i < states.count; i++) {
    if (states.before.classes[i]! < 0 && (when === 'before' || states.after.classes[i]! < 0))
      before += states.areasDm2[i]!;
    if (when === 'after' && states.after.classes[i]! < 0 && states.plots[i]! >= 0)
      plotIds.add(facts.plan.plots![states.plots[i]!]!.plotId);
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
export function ridgeReason(facts: OverlayFacts, states: LandStates): Localized | null {
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

export function plotsWithout(facts: OverlayFacts, missing: (plot: PlanPlot) => boolean): string[] {
  return (facts.plan.plots ?? []).filter(missing).map(({ plotId }) => plotId);
}

export function kindReason(facts: OverlayFacts): Localized | null {
  return facts.plan.plots === null
    ? NO_PLOTS
    : fieldMissing(
        '类型',
        'kind',
        plotsWithout(facts, ({ kind }) => kind === null),
      );
}

/** A crossed layer a figure may rest on, or why not: missing, or its zones overlap. */
export function crossingOf(
  facts: OverlayFacts,
  role: Extract<LayerRole, 'redLine' | 'basicFarmland' | 'growthBoundary' | 'slope'>,
): LayerCrossing | Localized {
  const crossing = facts.crossings.find((candidate) => candidate.role === role);
  const names = {
    redLine: ['生态保护红线', 'ecological red line'],
    basicFarmland: ['永久基本农田', 'permanent basic farmland'],
    growthBoundary: ['城镇开发边界', 'urban growth boundary'],
    slope: ['坡度图', 'slope'],
  } as const;
  const [zh, en] = names[role];
  if (crossing === undefined) return layerMissing(zh, en);
  if (crossing.overlaps > 0)
    return localized(
      `${zh}图层内图斑互相重叠（${crossing.overlaps} 对）`,
      `zones of the layer ${en} overlap (${crossing.overlaps} pairs)`,
    );
  return crossing;
}
