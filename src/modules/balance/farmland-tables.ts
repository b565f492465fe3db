import type { AreaDm2 } from '../../kernel/index.ts';
import { LAND_CLASSES, localized } from '../../kernel/index.ts';
import type { AreaByGrade } from './grade-average.ts';
import { averageGrade, grainCapacityKg } from './grade-average.ts';
import { UNSTATED_ROW, classRowOf, isFarmlandIndex } from './land-classes-table.ts';
import type { LandState, LandStates } from './land-states.ts';
import { netDm2 } from './land-states.ts';
import type { Cell } from './table.ts';
import type { TracedTable } from './table-builder.ts';
import { tableBuilder } from './table-builder.ts';
import { WORDS } from './table-words.ts';

/** Net farmland by grade in one state; index 0: grade not stated. */
export function farmlandByGrade(states: LandStates, state: LandState): AreaByGrade {
  const areas = Array.from<number>({ length: 16 }).fill(0);
  for (let i = 0; i < states.count; i++) {
    if (isFarmlandIndex(state.classes[i]!))
      areas[state.grades[i]!] = areas[state.grades[i]!]! + netDm2(states, state, i);
  }
  return areas;
}

/** Farmland by grade 等别 before and after, with the area-weighted average and the grain capacity. */
export function gradeTable(
  states: LandStates,
  farmland: { readonly before: AreaDm2; readonly after: AreaDm2 },
): TracedTable {
  const items = [...Array.from({ length: 15 }, (_, i) => `grade.${i + 1}`), UNSTATED_ROW];
  const builder = tableBuilder({
    id: 'grade',
    title: localized('耕地等别面积表', 'Farmland by grade'),
    rows: [
      { id: 'total', label: WORDS.total, level: 0, role: 'total', sums: items, texts: { grade: WORDS.total } },
      ...items.map((id, i) => ({
        id,
        level: 1,
        role: 'item' as const,
        label: id === UNSTATED_ROW ? WORDS.unstated : localized(`${i + 1} 等`, `Grade ${i + 1}`),
        texts: { grade: id === UNSTATED_ROW ? WORDS.unstated : localized(`${i + 1} 等`, `${i + 1}`) },
      })),
      {
        id: 'average',
        label: localized('平均等别', 'Average grade'),
        level: 0,
        role: 'figure',
        texts: { grade: localized('平均等别', 'Average grade') },
      },
      {
        id: 'capacity',
        label: localized('产能（公斤）', 'Grain capacity (kg)'),
        level: 0,
        role: 'figure',
        texts: { grade: localized('产能（公斤）', 'Grain capacity (kg)') },
      },
    ],
    columns: [
      { id: 'grade', head: [localized('等别', 'Grade')], kind: 'text' },
      { id: 'before', head: [WORDS.areaBefore], kind: 'area' },
      { id: 'after', head: [WORDS.areaAfter], kind: 'area' },
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
    notes: [
      localized(
        '面积为净面积；平均等别按面积加权，等别未注明的耕地不计入。',
        'Net areas; the average is weighted by area and leaves out farmland without a grade.',
      ),
    ],
  });
  for (const [column, state] of [
    ['before', states.before],
    ['after', states.after],
  ] as const) {
    for (let i = 0; i < states.count; i++) {
      if (!isFarmlandIndex(state.classes[i]!)) continue;
      const row = state.grades[i] === 0 ? UNSTATED_ROW : `grade.${state.grades[i]!}`;
      builder.add(row, column, states.parcels[i]!, states.plots[i]!, netDm2(states, state, i));
    }
  }
  const byGrade = { before: farmlandByGrade(states, states.before), after: farmlandByGrade(states, states.after) };
  return builder.finish(farmland, (row, column): Cell | undefined => {
    if ((row !== 'average' && row !== 'capacity') || (column !== 'before' && column !== 'after')) return undefined;
    if (row === 'capacity') return { kind: 'ratio', ...grainCapacityKg(byGrade[column]), decimals: 0, percent: false };
    const average = averageGrade(byGrade[column]);
    return average === null ? null : { kind: 'ratio', ...average, decimals: 2, percent: false };
  });
}

/** Deductions 扣除 (KCXS): gross parcel area, ridge taken off and net farmland, by class, before and after. */
export function deductionTable(
  states: LandStates,
  farmland: { readonly before: AreaDm2; readonly after: AreaDm2 },
): TracedTable {
  const classes = LAND_CLASSES.filter(({ first }) => first === '01');
  const columns = (when: 'before' | 'after') => {
    const head = when === 'before' ? WORDS.before : WORDS.after;
    return [
      {
        id: `${when}.gross`,
        head: [head, localized('图斑面积', 'Gross area')],
        kind: 'sum',
        of: [
          [`${when}.net`, 1],
          [`${when}.ridge`, 1],
        ],
      },
      { id: `${when}.ridge`, head: [head, localized('扣除面积（田坎）', 'Ridge deducted')], kind: 'area' },
      { id: `${when}.net`, head: [head, localized('净面积', 'Net area')], kind: 'area' },
    ] as const;
  };
  const builder = tableBuilder({
    id: 'deductions',
    title: localized('耕地田坎扣除表', 'Ridge deduction from farmland'),
    rows: [
      {
        id: 'total',
        label: WORDS.total,
        level: 0,
        role: 'total',
        sums: classes.map(({ code }) => code),
        texts: { class: WORDS.total },
      },
      ...classes.map(({ code, name }) => ({
        id: code,
        label: name,
        level: 1,
        role: 'item' as const,
        texts: { class: name, code },
      })),
    ],
    columns: [
      { id: 'class', head: [localized('地类', 'Class')], kind: 'text' },
      { id: 'code', head: [localized('编码', 'Code')], kind: 'text' },
      ...columns('before'),
      ...columns('after'),
    ],
    notes: [
      localized(
        '扣除面积 = 图斑面积 × 扣除系数（KCXS）；新增耕地按本县同坡度级别、同耕地类型的系数，方案未注明耕地类型的取该级别最高系数。',
        'Ridge = gross area × KCXS; new farmland takes the county’s own coefficient for its slope level and terrace type, or the level’s highest where the plan states no type.',
      ),
    ],
  });
  for (const [column, state] of [
    ['before', states.before],
    ['after', states.after],
  ] as const) {
    for (let i = 0; i < states.count; i++) {
      if (!isFarmlandIndex(state.classes[i]!)) continue;
      const row = classRowOf(state.classes[i]!);
      builder.add(row, `${column}.ridge`, states.parcels[i]!, states.plots[i]!, state.ridgesDm2[i]!);
      builder.add(row, `${column}.net`, states.parcels[i]!, states.plots[i]!, netDm2(states, state, i));
    }
  }
  return builder.finish({ 'before.net': farmland.before, 'after.net': farmland.after });
}
