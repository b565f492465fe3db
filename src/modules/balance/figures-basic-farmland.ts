import type { AreaDm2 } from '../../kernel/index.ts';
import { localized } from '../../kernel/index.ts';
import type { OverlayFacts, PlanPlot } from '../analysis/index.ts';
import { balanceClassOf } from '../analysis/index.ts';
import type { FigureValue } from './figure-catalogue.ts';
import { crossingOf, kindReason } from './figure-reasons.ts';
import { fieldMissing, known, layerMissing, unknown, unless } from './figure-tally.ts';
import type { BasicFarmlandReview, ReviewSide } from './review.ts';
import { patchBinOf } from './review.ts';

type Figures = Record<string, FigureValue>;

const NO_CHANGES = layerMissing('永久基本农田调整 basicFarmlandChange', 'basicFarmlandChange of the plan');

/** Figures of the adjustment of basic farmland: both sides of the review, and what lies under the plots moved in. */
export function basicFarmlandFigures(facts: OverlayFacts, review: BasicFarmlandReview | null): Figures {
  const basicFarmland = crossingOf(facts, 'basicFarmland');
  const undirected = review === null ? NO_CHANGES : fieldMissing('调整方向', 'direction', review.undirectedPlots);
  const behind = (side: ReviewSide) => ({
    parcels: [...new Set(side.plots.flatMap(({ parcels }) => parcels.flatMap(({ parcel }) => parcel ?? [])))]
      .sort((a, b) => a - b)
      .map((parcel) => facts.parcels.featureNos[parcel]!),
    plots: side.plots.map(({ plotId }) => plotId),
  });
  const figures: Figures = {};
  for (const [suffix, key, words] of [
    ['Out', 'out', ['没有调出地块', 'nothing is moved out']],
    ['In', 'in', ['没有补划地块', 'nothing is moved in']],
  ] as const) {
    const side = (): ReviewSide => review![key];
    const none = review !== null && review[key].patches === 0 ? localized(words[0], words[1]) : null;
    figures[`basicFarmland${suffix}`] = unless([undirected], () => known(side().areaDm2, 1, behind(side())));
    figures[`basicFarmlandGrade${suffix}`] = unless(
      [undirected, none, review === null ? null : fieldMissing('等别', 'grade', side().ungradedPlots)],
      () => known(side().averageGrade!.numerator, side().averageGrade!.denominator, behind(side())),
    );
    figures[`basicFarmlandMeanPatch${suffix}`] = unless([undirected, none], () =>
      known(side().areaDm2, side().patches, behind(side())),
    );
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
      within(({ onPlots }) =>
        (onPlots ?? []).reduce((sum, [plot, area]) => sum + (counts(facts.plan.plots![plot]!) ? area : 0), 0),
      ),
    );
  const consolidated = ({ kind }: PlanPlot): boolean => kind === 'new' || kind === 'upgrade';
  figures['basicFarmlandInFromConsolidation'] = onConsolidated(consolidated);
  figures['basicFarmlandInUnlinked'] = onConsolidated((plot) => consolidated(plot) && plot.subProject === null);
  figures['basicFarmlandInAlreadyBasic'] = unless([undirected, 'zh' in basicFarmland ? basicFarmland : null], () =>
    within(({ onBasicFarmlandDm2 }) => onBasicFarmlandDm2 ?? 0),
  );
  const all = facts.changes;
  figures['basicFarmlandChangePlots'] =
    all === null ? unknown(NO_CHANGES) : known(all.length, 1, { parcels: [], plots: all.map(({ plotId }) => plotId) });
  figures['basicFarmlandChangeIncomplete'] =
    all === null
      ? unknown(NO_CHANGES)
      : (() => {
          const incomplete = all.filter(
            ({ areaDm2, grade, classCode }) => areaDm2 === 0 || grade === null || balanceClassOf(classCode) === null,
          );
          return known(incomplete.length, 1, { parcels: [], plots: incomplete.map(({ plotId }) => plotId) });
        })();
  return figures;
}
