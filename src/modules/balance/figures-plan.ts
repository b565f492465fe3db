import { localized } from '../../kernel/index.ts';
import type { OverlayFacts, PlanPlot } from '../analysis/index.ts';
import { balanceClassOf } from '../analysis/index.ts';
import type { FigureValue } from './figure-catalogue.ts';
import { NO_PLOTS } from './figure-reasons.ts';
import { known, layerMissing, unknown } from './figure-tally.ts';
import { classIndexOf, isFarmlandIndex } from './land-classes-table.ts';

const BASIC_CONTENTS = ['village', 'farmland', 'ecology'] as const;

/** Figures the plan states of itself. */
export function planFigures(facts: OverlayFacts): Record<string, FigureValue> {
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
    contentOther:
      contents === null
        ? noContents
        : known(new Set(contents.filter((word) => !BASIC_CONTENTS.some((basic) => basic === word))).size),
    alternatives:
      alternatives === null
        ? unknown(layerMissing('比选方案 alternatives', 'alternatives of the plan'))
        : known(alternatives),
    plots: plots === null ? unknown(NO_PLOTS) : known(plots.length, 1, named(plots)),
    plotsIncomplete: plots === null ? unknown(NO_PLOTS) : known(incomplete.length, 1, named(incomplete)),
    plotsOutsideProject:
      plots === null
        ? unknown(NO_PLOTS)
        : known(
            beyond.reduce((sum, { outsideProjectDm2 }) => sum + outsideProjectDm2, 0),
            1,
            named(beyond),
          ),
    projectParts: known(facts.plan.projectParts),
  };
}

/** Villages and townships the project reaches, and whether they adjoin. */
export function villageFigures(facts: OverlayFacts): Record<string, FigureValue> {
  const { villages } = facts;
  const missing = localized(
    '缺少村级坐落代码（ZLDWDM）或村级调查区图层',
    'missing village codes (ZLDWDM) or village layer',
  );
  if (villages === null)
    return { villages: unknown(missing), townships: unknown(missing), villagesAdjoin: unknown(missing) };
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
