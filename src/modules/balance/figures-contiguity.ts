import { isAtLeastMu, localized } from '../../kernel/index.ts';
import type { OverlayFacts } from '../analysis/index.ts';
import type { Blocks } from './contiguity-table.ts';
import { farmlandBlocks } from './contiguity-table.ts';
import type { FigureValue } from './figure-catalogue.ts';
import { classReasons, ridgeReason } from './figure-reasons.ts';
import { known, tallyOf, unknown, unless } from './figure-tally.ts';
import type { LandState, LandStates } from './land-states.ts';
import { netDm2 } from './land-states.ts';

/** Figures of contiguous farmland blocks inside the project. */
export function contiguityFigures(facts: OverlayFacts, states: LandStates): Record<string, FigureValue> {
  const largest = (blocks: Blocks, state: LandState): FigureValue => {
    const most = Math.max(0, ...blocks.areasDm2);
    const block = blocks.areasDm2.indexOf(most);
    const tally = tallyOf(facts);
    for (let i = 0; i < states.count; i++) {
      if (block >= 0 && blocks.ofShare[i] === block)
        tally.add(states.parcels[i]!, states.plots[i]!, netDm2(states, state, i));
    }
    return tally.figureOf({ numerator: most, denominator: 1 });
  };
  const counted = (blocks: Blocks, from: number, below: number | null): FigureValue => {
    const chosen = blocks.areasDm2.map(
      (area) => isAtLeastMu(area, from) && (below === null || !isAtLeastMu(area, below)),
    );
    const tally = tallyOf(facts);
    for (let i = 0; i < states.count; i++) {
      if (chosen[blocks.ofShare[i]!] === true)
        tally.add(states.parcels[i]!, states.plots[i]!, netDm2(states, states.after, i));
    }
    return tally.figureOf({ numerator: chosen.filter(Boolean).length, denominator: 1 });
  };
  const after = farmlandBlocks(facts, states, 'after');
  const afterReasons = [...classReasons(facts, states, 'after'), ridgeReason(facts, states)];
  const { type } = facts.plan;
  const typeReason = type === null ? localized('方案缺少 type', 'the plan does not state type') : null;
  const squares = (from: number, below: number | null): FigureValue =>
    unless([typeReason], () =>
      type === 'comprehensive' ? known(0) : unless(afterReasons, () => counted(after!, from, below)),
    );
  return {
    largestBlockBefore: unless(classReasons(facts, states, 'before'), () =>
      largest(farmlandBlocks(facts, states, 'before')!, states.before),
    ),
    largestBlockAfter: unless(afterReasons, () => largest(after!, states.after)),
    blocks1000MuAfter: unless(afterReasons, () => counted(after!, 1_000, null)),
    blocks10000MuAfter: unless(afterReasons, () => counted(after!, 10_000, null)),
    contiguousProject: typeReason === null ? known(type === 'contiguousBasicFarmland' ? 1 : 0) : unknown(typeReason),
    contiguousProjects1000Mu: squares(1_000, 10_000),
    contiguousProjects10000Mu: squares(10_000, null),
  };
}
