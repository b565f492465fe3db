import type { LayerCrossing, OverlayFacts } from '../analysis/index.ts';
import type { FigureValue } from './figure-catalogue.ts';
import { crossingOf, kindReason } from './figure-reasons.ts';
import { tallyOf, unless } from './figure-tally.ts';

/** Figures of plots and the project crossed with zone layers: red line, growth boundary, slope, basic farmland. */
export function layerFigures(facts: OverlayFacts): Record<string, FigureValue> {
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
        if (chosen(keys[keyIndexes[i]!]!.key, keyIndexes[i]!))
          tally.add(facts.parts.parcels[parts[i]!]!, plot, areasDm2[i]!);
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
      for (const [part, area] of facts.buildOnKeptBasicFarmland ?? [])
        tally.add(facts.parts.parcels[part]!, plotOf(part), area);
      return tally.figure();
    }),
  };
}
