import type { AreaDm2, Localized } from '../../kernel/index.ts';
import { localized } from '../../kernel/index.ts';
import type { OverlayFacts } from '../analysis/index.ts';
import { TERRACE_PD, TERRACE_TT } from '../analysis/index.ts';
import { UNSTATED_ROW, isFarmlandIndex } from './land-classes-table.ts';
import type { LandStates } from './land-states.ts';
import { netDm2 } from './land-states.ts';
import type { ColumnLayout, TracedTable } from './table-builder.ts';
import { tableBuilder } from './table-builder.ts';
import { WORDS, villageRows } from './table-words.ts';

/** Slope bins of the survey (GDPDJB 1–5, upper bound included: handbook §1.8). */
export const SLOPE_NAMES: readonly Localized[] = [
  localized('坡度未注明', 'Slope not stated'),
  localized('≤2°', '≤2°'),
  localized('2–6°', '2–6°'),
  localized('6–15°', '6–15°'),
  localized('15–25°', '15–25°'),
  localized('>25°', '>25°'),
];
const TERRACE_IDS = ['none', 'terraced', 'sloping'] as const;

/** Table 3 耕地坡度分级面积汇总表 (handbook §10), before or after: net farmland by slope level and terrace type. */
export function slopeTable(
  facts: OverlayFacts,
  states: LandStates,
  when: 'before' | 'after',
  farmlandDm2: AreaDm2,
): TracedTable {
  const state = when === 'before' ? states.before : states.after;
  const villages = new Set<string>();
  const terraceUnstated = new Set<number>();
  let slopeUnstated = false;
  for (let i = 0; i < states.count; i++) {
    if (!isFarmlandIndex(state.classes[i]!)) continue;
    villages.add(facts.parcels.villageCodes[states.parcels[i]!] ?? UNSTATED_ROW);
    const terrace = state.terraces[i]!;
    if (state.slopes[i] === 0) slopeUnstated = true;
    else if (state.slopes[i]! >= 2 && terrace !== TERRACE_TT && terrace !== TERRACE_PD)
      terraceUnstated.add(state.slopes[i]!);
  }
  const columnOf = (slope: number, terrace: number): string =>
    slope < 2 ? `slope${slope}` : `slope${slope}.${TERRACE_IDS[terrace]!}`;
  const bins = [2, 3, 4, 5].map((slope) => {
    const ids = [TERRACE_TT, TERRACE_PD, ...(terraceUnstated.has(slope) ? [0] : [])];
    return { slope, ids };
  });
  const columns: ColumnLayout[] = [
    { id: 'division', head: [WORDS.division], kind: 'text' },
    {
      id: 'total',
      head: [WORDS.total],
      kind: 'sum',
      of: [
        ['slope1', 1],
        ...bins.flatMap(({ slope, ids }) => ids.map((terrace) => [columnOf(slope, terrace), 1] as const)),
        ...(slopeUnstated ? [['slope0', 1] as const] : []),
      ],
    },
    { id: 'slope1', head: [SLOPE_NAMES[1]!], kind: 'area' },
    ...bins.flatMap(({ slope, ids }): ColumnLayout[] => [
      {
        id: `slope${slope}`,
        head: [SLOPE_NAMES[slope]!, WORDS.subtotal],
        kind: 'sum',
        of: ids.map((terrace) => [columnOf(slope, terrace), 1] as const),
      },
      ...ids.map(
        (terrace): ColumnLayout => ({
          id: columnOf(slope, terrace),
          kind: 'area',
          head: [
            SLOPE_NAMES[slope]!,
            terrace === TERRACE_TT
              ? localized('梯田', 'Terraced')
              : terrace === TERRACE_PD
                ? localized('坡地', 'Sloping')
                : WORDS.unstated,
          ],
        }),
      ),
    ]),
    ...(slopeUnstated ? [{ id: 'slope0', head: [SLOPE_NAMES[0]!], kind: 'area' } satisfies ColumnLayout] : []),
  ];
  const builder = tableBuilder({
    id: `slope.${when}`,
    title:
      when === 'before'
        ? localized('耕地坡度分级面积汇总表（整治前）', 'Farmland by slope (before)')
        : localized('耕地坡度分级面积汇总表（整治后）', 'Farmland by slope (after)'),
    rows: villageRows(facts, villages),
    columns,
    notes:
      when === 'after' && slopeUnstated
        ? [
            localized(
              '新增耕地的坡度级别取自坡度图；无坡度图时列入“坡度未注明”。',
              'New farmland takes its slope from the slope layer; without one it stands under "not stated".',
            ),
          ]
        : [],
  });
  for (let i = 0; i < states.count; i++) {
    if (!isFarmlandIndex(state.classes[i]!)) continue;
    const parcel = states.parcels[i]!;
    const column = columnOf(state.slopes[i]!, state.terraces[i]!);
    builder.add(
      facts.parcels.villageCodes[parcel] ?? UNSTATED_ROW,
      column,
      parcel,
      states.plots[i]!,
      netDm2(states, state, i),
    );
  }
  return builder.finish({ total: farmlandDm2 });
}
