import type { AreaDm2, Localized } from '../../kernel/index.ts';
import { FIRST_LEVEL_CLASSES, LAYER_ROLE_NAMES, assert, closeToWhole, localized } from '../../kernel/index.ts';
import type { LayerCrossing, OverlayFacts } from '../analysis/index.ts';
import { RIDGE_CLASS, UNSTATED_ROW } from './land-classes-table.ts';
import type { LandStates } from './land-states.ts';
import type { ColumnLayout, TracedTable } from './table-builder.ts';
import { tableBuilder } from './table-builder.ts';
import { WORDS, firstLevelName, firstLevelOf } from './table-words.ts';

/** Name of a crossed layer for people. */
export function crossingName(crossing: LayerCrossing): Localized {
  return crossing.role === null ? localized(crossing.name, crossing.name) : LAYER_ROLE_NAMES[crossing.role];
}

/**
 * First-level classes inside each zone of a layer and outside all of them, before or after. Closes to the project area.
 * A part's ridge is shared over the zones it reaches by largest remainder.
 */
export function zoneTable(
  facts: OverlayFacts,
  crossing: LayerCrossing,
  states: LandStates,
  when: 'before' | 'after',
  projectDm2: AreaDm2,
): TracedTable {
  const state = when === 'before' ? states.before : states.after;
  const partClass = new Map<number, { classIndex: number; ridgeDm2: number; plot: number }>();
  let unstated = false;
  for (let i = 0; i < states.count; i++) {
    const part = states.parts[i]!;
    const known = partClass.get(part);
    // Shares of one part differ in slope or grade, never in class: the class comes from the parcel or the plot.
    assert(known === undefined || known.classIndex === state.classes[i], 'one part, two classes');
    if (known === undefined)
      partClass.set(part, { classIndex: state.classes[i]!, ridgeDm2: state.ridgesDm2[i]!, plot: states.plots[i]! });
    else known.ridgeDm2 += state.ridgesDm2[i]!;
    if (state.classes[i]! < 0) unstated = true;
  }
  const groups = [
    ...FIRST_LEVEL_CLASSES.map(({ code }) => ({ code, name: firstLevelName(code) })),
    ...(unstated ? [{ code: UNSTATED_ROW, name: WORDS.unstated }] : []),
  ];
  const rowIds = crossing.keys.map((key, i) => (i === 0 ? 'outside' : `zone.${key.key}`));
  const columns: ColumnLayout[] = [
    { id: 'zone', head: [localized('分区', 'Zone')], kind: 'text' },
    { id: 'total', head: [WORDS.total], kind: 'sum', of: groups.map(({ code }) => [code, 1] as const) },
    ...groups.map(({ code, name }): ColumnLayout => ({ id: code, head: [name], kind: 'area' })),
  ];
  const name = crossingName(crossing);
  const id = `zones.${crossing.role ?? `own.${crossing.name}`}.${when}`;
  const word = when === 'before' ? WORDS.before : WORDS.after;
  const builder = tableBuilder({
    id,
    title: localized(`${name.zh}分区地类面积表（${word.zh}）`, `Land classes by ${name.en} (${word.en.toLowerCase()})`),
    rows: [
      { id: 'total', label: WORDS.total, level: 0, role: 'total', sums: rowIds, texts: { zone: WORDS.total } },
      ...crossing.keys.map((key, i) => ({
        id: rowIds[i]!,
        label: i === 0 ? WORDS.outside : key.name,
        level: 1,
        role: 'item' as const,
        texts: { zone: i === 0 ? WORDS.outside : key.name },
      })),
    ],
    columns,
  });
  forEachPartRun(crossing, (part, from, to) => {
    const land = partClass.get(part);
    if (land === undefined) return; // beyond the project boundary
    const areas = Array.from(crossing.areasDm2.subarray(from, to));
    const ridges = closeToWhole(land.ridgeDm2, areas);
    const parcel = facts.parts.parcels[part]!;
    for (let k = from; k < to; k++) {
      const row = rowIds[crossing.keyIndexes[k]!]!;
      const ridge = ridges[k - from]!;
      builder.add(row, firstLevelOfClass(land.classIndex), parcel, land.plot, crossing.areasDm2[k]! - ridge);
      if (ridge > 0) builder.add(row, RIDGE_FIRST, parcel, land.plot, ridge);
    }
  });
  return builder.finish({ total: projectDm2 });
}

/** Calls back once a part with the range of its entries in a crossing. */
export function forEachPartRun(crossing: LayerCrossing, visit: (part: number, from: number, to: number) => void): void {
  for (let from = 0; from < crossing.parts.length; ) {
    let to = from + 1;
    while (to < crossing.parts.length && crossing.parts[to] === crossing.parts[from]) to++;
    visit(crossing.parts[from]!, from, to);
    from = to;
  }
}

const RIDGE_FIRST = RIDGE_CLASS.slice(0, 2);

function firstLevelOfClass(classIndex: number): string {
  return classIndex < 0 ? UNSTATED_ROW : firstLevelOf(classIndex);
}
