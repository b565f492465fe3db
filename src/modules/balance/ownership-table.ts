import type { AreaDm2 } from '../../kernel/index.ts';
import { FIRST_LEVEL_CLASSES, localized } from '../../kernel/index.ts';
import type { OverlayFacts } from '../analysis/index.ts';
import { OWNERSHIP_COLLECTIVE, OWNERSHIP_STATE } from '../analysis/index.ts';
import { CLASS_CODES, UNSTATED_ROW } from './land-classes-table.ts';
import type { LandStates } from './land-states.ts';
import { eachClassShare } from './structure-table.ts';
import type { ColumnLayout, TracedTable } from './table-builder.ts';
import { tableBuilder } from './table-builder.ts';
import { WORDS, firstLevelName, firstLevelOf, villageRows } from './table-words.ts';

const CLASS_POSITION: ReadonlyMap<string, number> = new Map(CLASS_CODES.map((code, i) => [code, i]));
const OWNERSHIP_IDS = ['none', 'state', 'collective'] as const;

/**
 * Table 2 土地利用现状分类面积按权属性质汇总表 (handbook §10), before or after: villages by first-level class and ownership.
 * A column "not stated" appears only where some ownership or class is not stated. Closes to the project area.
 */
export function ownershipTable(
  facts: OverlayFacts,
  states: LandStates,
  when: 'before' | 'after',
  projectDm2: AreaDm2,
): TracedTable {
  const state = when === 'before' ? states.before : states.after;
  const villages = new Set<string>();
  let unstatedOwner = false;
  let unstatedClass = false;
  for (let i = 0; i < states.count; i++) {
    villages.add(facts.parcels.villageCodes[states.parcels[i]!] ?? UNSTATED_ROW);
    const owner = facts.parcels.ownership[states.parcels[i]!]!;
    if (owner !== OWNERSHIP_STATE && owner !== OWNERSHIP_COLLECTIVE) unstatedOwner = true;
    if (state.classes[i]! < 0) unstatedClass = true;
  }
  const groups = [
    ...FIRST_LEVEL_CLASSES.map(({ code }) => ({ code, name: firstLevelName(code) })),
    ...(unstatedClass ? [{ code: UNSTATED_ROW, name: localized('地类未注明', 'Class not stated') }] : []),
  ];
  const owners = [
    { id: 'state', name: WORDS.state },
    { id: 'collective', name: WORDS.collective },
    ...(unstatedOwner ? [{ id: 'none', name: localized('权属未注明', 'Owner not stated') }] : []),
  ];
  const sumOver = (owner: string): (readonly [string, 1])[] =>
    groups.map(({ code }) => [`${code}.${owner}`, 1] as const);
  const columns: ColumnLayout[] = [
    { id: 'division', head: [WORDS.division], kind: 'text' },
    { id: 'code', head: [WORDS.code], kind: 'text' },
    { id: 'total', head: [WORDS.total], kind: 'sum', of: owners.flatMap(({ id }) => sumOver(id)) },
    ...owners.map(({ id, name }): ColumnLayout => ({ id, head: [name], kind: 'sum', of: sumOver(id) })),
    ...groups.flatMap(({ code, name }): ColumnLayout[] => [
      {
        id: code,
        head: [name, WORDS.subtotal],
        kind: 'sum',
        of: owners.map(({ id }) => [`${code}.${id}`, 1] as const),
      },
      ...owners.map((owner): ColumnLayout => ({ id: `${code}.${owner.id}`, head: [name, owner.name], kind: 'area' })),
    ]),
  ];
  const builder = tableBuilder({
    id: `ownership.${when}`,
    title:
      when === 'before'
        ? localized('土地利用现状分类面积按权属性质汇总表（整治前）', 'Land classes by ownership (before)')
        : localized('土地利用现状分类面积按权属性质汇总表（整治后）', 'Land classes by ownership (after)'),
    rows: villageRows(facts, villages),
    columns,
  });
  eachClassShare(states, state, (i, classRow, area) => {
    const parcel = states.parcels[i]!;
    const first = classRow === UNSTATED_ROW ? UNSTATED_ROW : firstLevelOf(CLASS_POSITION.get(classRow)!);
    const owner = OWNERSHIP_IDS[facts.parcels.ownership[parcel]!]!;
    builder.add(
      facts.parcels.villageCodes[parcel] ?? UNSTATED_ROW,
      `${first}.${owner}`,
      parcel,
      states.plots[i]!,
      area,
    );
  });
  return builder.finish({ total: projectDm2 });
}
