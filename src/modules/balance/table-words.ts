import type { Localized } from '../../kernel/index.ts';
import { FIRST_LEVEL_CLASSES, LAND_CLASSES, localized } from '../../kernel/index.ts';
import type { OverlayFacts } from '../analysis/index.ts';
import { CLASS_CODES, UNSTATED_ROW } from './land-classes-table.ts';
import type { RowLayout } from './table-builder.ts';

/** Heads and labels more than one table uses. */
export const WORDS = {
  total: localized('合计', 'Total'),
  subtotal: localized('小计', 'Subtotal'),
  state: localized('国有', 'State-owned'),
  collective: localized('集体', 'Collective'),
  unstated: localized('未注明', 'Not stated'),
  division: localized('行政区', 'Division'),
  code: localized('代码', 'Code'),
  before: localized('整治前', 'Before'),
  after: localized('整治后', 'After'),
  areaBefore: localized('整治前面积', 'Area before'),
  areaAfter: localized('整治后面积', 'Area after'),
  share: localized('占比', 'Share'),
  change: localized('增减', 'Change'),
  outside: localized('范围外', 'Outside'),
} as const;

const FIRST_NAMES: ReadonlyMap<string, Localized> = new Map(FIRST_LEVEL_CLASSES.map(({ code, name }) => [code, name]));

export function firstLevelName(code: string): Localized {
  return FIRST_NAMES.get(code)!;
}

/** Rows of land classes in two levels, in the order of the official tables, with the total first. */
export function classRows(): RowLayout[] {
  const rows: RowLayout[] = [
    {
      id: 'total',
      label: WORDS.total,
      level: 0,
      role: 'total',
      sums: [...CLASS_CODES, UNSTATED_ROW],
      texts: { first: WORDS.total },
    },
  ];
  for (const { code: first, name } of FIRST_LEVEL_CLASSES) {
    const members = LAND_CLASSES.filter((landClass) => landClass.first === first);
    rows.push({
      id: `first.${first}`,
      label: name,
      level: 1,
      role: 'subtotal',
      sums: members.map(({ code }) => code),
      texts: { first: name, second: WORDS.subtotal, code: first },
    });
    for (const landClass of members) {
      rows.push({
        id: landClass.code,
        label: landClass.name,
        level: 2,
        role: 'item',
        texts: { first: name, second: landClass.name, code: landClass.code },
      });
    }
  }
  rows.push({ id: UNSTATED_ROW, label: WORDS.unstated, level: 1, role: 'item', texts: { first: WORDS.unstated } });
  return rows;
}

/** First-level class of a class row id. */
export function firstLevelOf(classIndex: number): string {
  return classIndex < 0 ? UNSTATED_ROW : LAND_CLASSES[classIndex]!.first;
}

/** Rows of townships and villages the project reaches, ordered by code, with the total first. */
export function villageRows(facts: OverlayFacts, used: ReadonlySet<string>): RowLayout[] {
  const names = new Map<string, string>();
  facts.parcels.villageCodes.forEach((code, i) => {
    const name = facts.parcels.villageNames[i];
    if (code !== null && name !== null && name !== undefined && !names.has(code)) names.set(code, name);
  });
  for (const village of facts.villages ?? []) if (village.name !== null) names.set(village.code, village.name);
  const codes = [...used].filter((code) => code !== UNSTATED_ROW).sort();
  const items = used.has(UNSTATED_ROW) ? [...codes, UNSTATED_ROW] : codes;
  const rows: RowLayout[] = [
    { id: 'total', label: WORDS.total, level: 0, role: 'total', sums: items, texts: { division: WORDS.total } },
  ];
  for (const township of new Set(codes.map((code) => code.slice(0, 9)))) {
    const members = codes.filter((code) => code.startsWith(township));
    const label = localized(`乡镇 ${township}`, `Township ${township}`);
    rows.push({
      id: `township.${township}`,
      label,
      level: 1,
      role: 'subtotal',
      sums: members,
      texts: { division: label, code: township },
    });
    for (const code of members) {
      const name = names.get(code) ?? code;
      rows.push({
        id: code,
        label: localized(name, name),
        level: 2,
        role: 'item',
        texts: { division: name, code },
      });
    }
  }
  if (used.has(UNSTATED_ROW)) {
    rows.push({ id: UNSTATED_ROW, label: WORDS.unstated, level: 1, role: 'item', texts: { division: WORDS.unstated } });
  }
  return rows;
}
