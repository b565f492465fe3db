import type { AreaDm2 } from '../../kernel/index.ts';
import { LAND_CLASSES, MAJOR_CLASSES, MAJOR_CLASS_NAMES, localized } from '../../kernel/index.ts';
import type { OverlayFacts } from '../analysis/index.ts';
import { majorClassTable } from '../analysis/index.ts';
import { RIDGE_CLASS, UNSTATED_ROW, classRowOf } from './land-classes-table.ts';
import type { LandState, LandStates } from './land-states.ts';
import { netDm2 } from './land-states.ts';
import type { ColumnLayout, TracedTable } from './table-builder.ts';
import { tableBuilder } from './table-builder.ts';
import { WORDS, classRows } from './table-words.ts';

/** Calls back once a share and class: the net area under its own class, the ridge under 1203. */
export function eachClassShare(
  states: LandStates,
  state: LandState,
  book: (i: number, classRow: string, areaDm2: AreaDm2) => void,
): void {
  for (let i = 0; i < states.count; i++) {
    book(i, classRowOf(state.classes[i]!), netDm2(states, state, i));
    if (state.ridgesDm2[i]! > 0) book(i, RIDGE_CLASS, state.ridgesDm2[i]!);
  }
}

/** Table 1 土地利用结构调整表 (handbook §10). Closes to the project area before and after. */
export function structureTable(states: LandStates, projectDm2: AreaDm2): TracedTable {
  const columns: ColumnLayout[] = [
    { id: 'first', head: [localized('一级类', 'First-level class')], kind: 'text' },
    { id: 'second', head: [localized('二级类', 'Second-level class')], kind: 'text' },
    { id: 'code', head: [localized('编码', 'Code')], kind: 'text' },
    { id: 'before', head: [WORDS.areaBefore], kind: 'area' },
    { id: 'beforeShare', head: [WORDS.share], kind: 'share', of: 'before', totalRow: 'total' },
    { id: 'after', head: [WORDS.areaAfter], kind: 'area' },
    { id: 'afterShare', head: [WORDS.share], kind: 'share', of: 'after', totalRow: 'total' },
    {
      id: 'change',
      head: [WORDS.change],
      kind: 'sum',
      of: [
        ['after', 1],
        ['before', -1],
      ],
    },
  ];
  const builder = tableBuilder({
    id: 'structure',
    title: localized('土地利用结构调整表', 'Change of land use structure'),
    rows: classRows(),
    columns,
    notes: [
      localized(
        '耕地为扣除田坎后的净面积，田坎计入 1203。',
        'Farmland is net of field ridges; ridges count as class 1203.',
      ),
    ],
  });
  eachClassShare(states, states.before, (i, row, area) =>
    builder.add(row, 'before', states.parcels[i]!, states.plots[i]!, area),
  );
  eachClassShare(states, states.after, (i, row, area) =>
    builder.add(row, 'after', states.parcels[i]!, states.plots[i]!, area),
  );
  return builder.finish({ before: projectDm2, after: projectDm2 });
}

/** Three major classes 三大类 before and after, by the run's own table. Closes to the project area. */
export function majorClassesTable(facts: OverlayFacts, states: LandStates, projectDm2: AreaDm2): TracedTable {
  const majors = majorClassTable(facts.parameters);
  const rowOf = (classRow: string): string => majors.get(classRow) ?? UNSTATED_ROW;
  const builder = tableBuilder({
    id: 'majorClasses',
    title: localized('三大类面积增减表', 'Major land classes'),
    rows: [
      {
        id: 'total',
        label: WORDS.total,
        level: 0,
        role: 'total',
        sums: [...MAJOR_CLASSES, UNSTATED_ROW],
        texts: { class: WORDS.total },
      },
      ...MAJOR_CLASSES.map((id) => ({
        id,
        label: MAJOR_CLASS_NAMES[id],
        level: 1,
        role: 'item' as const,
        texts: { class: MAJOR_CLASS_NAMES[id] },
      })),
      { id: UNSTATED_ROW, label: WORDS.unstated, level: 1, role: 'item', texts: { class: WORDS.unstated } },
    ],
    columns: [
      { id: 'class', head: [localized('三大类', 'Major class')], kind: 'text' },
      { id: 'before', head: [WORDS.areaBefore], kind: 'area' },
      { id: 'beforeShare', head: [WORDS.share], kind: 'share', of: 'before', totalRow: 'total' },
      { id: 'after', head: [WORDS.areaAfter], kind: 'area' },
      { id: 'afterShare', head: [WORDS.share], kind: 'share', of: 'after', totalRow: 'total' },
      {
        id: 'change',
        head: [WORDS.change],
        kind: 'sum',
        of: [
          ['after', 1],
          ['before', -1],
        ],
      },
    ],
    notes: changedMajors(facts),
  });
  eachClassShare(states, states.before, (i, row, area) =>
    builder.add(rowOf(row), 'before', states.parcels[i]!, states.plots[i]!, area),
  );
  eachClassShare(states, states.after, (i, row, area) =>
    builder.add(rowOf(row), 'after', states.parcels[i]!, states.plots[i]!, area),
  );
  return builder.finish({ before: projectDm2, after: projectDm2 });
}

function changedMajors(facts: OverlayFacts): { zh: string; en: string }[] {
  const changed = LAND_CLASSES.filter(({ code, major }) => (facts.parameters.majorClasses[code] ?? major) !== major);
  return changed.map(({ code, name }) => {
    const major = MAJOR_CLASS_NAMES[facts.parameters.majorClasses[code]!];
    return localized(`${code} ${name.zh}按${major.zh}计`, `${code} ${name.en} counted as ${major.en}`);
  });
}
