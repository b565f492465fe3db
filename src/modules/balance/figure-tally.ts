import type { AreaDm2, Localized } from '../../kernel/index.ts';
import { assert, localized } from '../../kernel/index.ts';
import type { OverlayFacts } from '../analysis/index.ts';
import type { FigureValue } from './figure-catalogue.ts';
import type { Fraction } from './review.ts';

/** Sums areas and remembers whose they are. */
export interface Tally {
  add(parcel: number | null, plot: number, areaDm2: AreaDm2): void;
  readonly totalDm2: AreaDm2;
  /** The sum as a figure, with the parcels and plots that share in it. */
  figure(): FigureValue;
  /** Another number about the same land. */
  figureOf(value: Fraction): FigureValue;
}

export function tallyOf(facts: OverlayFacts): Tally {
  const parcels = new Set<number>();
  const plots = new Set<number>();
  let total = 0;
  const behind = (): { parcels: number[]; plots: string[] } => ({
    parcels: [...parcels].sort((a, b) => a - b).map((parcel) => facts.parcels.featureNos[parcel]!),
    plots: [...plots].sort((a, b) => a - b).map((plot) => facts.plan.plots![plot]!.plotId),
  });
  return {
    add(parcel, plot, areaDm2) {
      if (areaDm2 === 0) return;
      total += areaDm2;
      if (parcel !== null) parcels.add(parcel);
      if (plot >= 0) plots.add(plot);
    },
    get totalDm2() {
      return total;
    },
    figure: () => known(total, 1, behind()),
    figureOf: ({ numerator, denominator }) => known(numerator, denominator, behind()),
  };
}

export function known(
  numerator: number,
  denominator = 1,
  behind: { readonly parcels: readonly number[]; readonly plots: readonly string[] } = { parcels: [], plots: [] },
): FigureValue {
  assert(
    Number.isSafeInteger(numerator) && Number.isSafeInteger(denominator) && denominator > 0,
    'figure is no exact fraction',
  );
  return { known: true, numerator: BigInt(numerator), denominator: BigInt(denominator), ...behind };
}

export function unknown(...missing: readonly Localized[]): FigureValue {
  return { known: false, missing };
}

/** The figure, unless something it rests on is missing. Reasons that do not hold are passed as null. */
export function unless(reasons: readonly (Localized | null)[], compute: () => FigureValue): FigureValue {
  const missing = reasons.filter((reason) => reason !== null);
  return missing.length > 0 ? { known: false, missing } : compute();
}

/** Why a figure that needs a layer has none. */
export function layerMissing(zh: string, en: string): Localized {
  return localized(`缺少图层：${zh}`, `missing layer: ${en}`);
}

/** `field of A, B, C …` for a list of plots that say nothing. */
export function fieldMissing(fieldZh: string, field: string, plotIds: readonly string[]): Localized | null {
  if (plotIds.length === 0) return null;
  const shown = plotIds.slice(0, 5).join('、');
  const more = plotIds.length > 5;
  return localized(
    `地块缺少${fieldZh}（${field}）：${shown}${more ? ` 等 ${plotIds.length} 个` : ''}`,
    `plots without ${field}: ${plotIds.slice(0, 5).join(', ')}${more ? ` and others, ${plotIds.length} in all` : ''}`,
  );
}
