import type { LayerRole, PolygonLayer } from '../../kernel/index.ts';
import { columnOf, localized, villageCodeOf } from '../../kernel/index.ts';
import type { ZoneKey } from './facts.ts';
import { integerIn, textOf } from './attributes.ts';

/** Fields a zone layer of a role is known by, first found first; other roles count as one zone, inside or outside. */
const KEY_FIELDS: Partial<Record<LayerRole, readonly string[]>> = {
  slope: ['PDJB', 'GDPDJB', 'slope'],
  grade: ['GDDB', 'grade', 'GJLYDB', 'LYDB', 'LYD'],
  village: ['ZLDWDM', 'CJQDM', 'code'],
};
const NAME_FIELDS = ['ZLDWMC', 'name', 'NAME', 'MC', '名称'];
/** A user's own layer is counted by its name field where it has one with at most this many values, else as inside. */
const MOST_OWN_KEYS = 200;

export const OUTSIDE_KEY: ZoneKey = { key: '', name: localized('范围外', 'outside') };

/** Whether a column may tell the keys of a role's zones: others need not be read. */
export function mayBeZoneKey(role: LayerRole | null, name: string): boolean {
  return NAME_FIELDS.includes(name) || (role !== null && (KEY_FIELDS[role] ?? []).includes(name));
}

/** The keys zones are counted under: `keys[0]` is outside; a zone that states none is under the key `unstated`. */
export function zoneKeysOf(
  role: LayerRole | null,
  layer: Pick<PolygonLayer, 'featureNos' | 'columns'>,
): { keys: ZoneKey[]; keyOfFeature: Uint16Array } {
  const count = layer.featureNos.length;
  const keys: ZoneKey[] = [OUTSIDE_KEY];
  const keyOfFeature = new Uint16Array(count);
  const index = new Map<string, number>();
  const values = keyValues(role, layer);
  const used = new Map<string, ZoneKey>();
  for (const value of values) if (!used.has(value.key)) used.set(value.key, value);
  const order = [...used.keys()].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  for (const key of order) {
    index.set(key, keys.length);
    keys.push(used.get(key)!);
  }
  values.forEach((value, f) => {
    keyOfFeature[f] = index.get(value.key)!;
  });
  return { keys, keyOfFeature };
}

const INSIDE: ZoneKey = { key: 'in', name: localized('范围内', 'inside') };
const UNSTATED: ZoneKey = { key: 'unstated', name: localized('未注明', 'not stated') };

function keyValues(role: LayerRole | null, layer: Pick<PolygonLayer, 'featureNos' | 'columns'>): ZoneKey[] {
  const features = Array.from(layer.featureNos, (_, f) => f);
  const fields = role === null ? NAME_FIELDS : KEY_FIELDS[role];
  const column = fields?.map((field) => columnOf(layer, field)).find((found) => found !== undefined);
  if (column === undefined) return features.map(() => (fields === undefined || role === null ? INSIDE : UNSTATED));
  if (role === null) {
    const texts = new Set(column.map((value) => textOf(value)));
    if (texts.size > MOST_OWN_KEYS) return features.map(() => INSIDE);
  }
  const names = NAME_FIELDS.map((field) => columnOf(layer, field)).find((found) => found !== undefined);
  return features.map((f) => {
    const text = textOf(column[f]);
    if (text === null) return UNSTATED;
    if (role === 'slope') return levelKey(text, 5, (n) => localized(`${n} 级`, `level ${n}`));
    if (role === 'grade') return levelKey(text, 15, (n) => localized(`${n} 等`, `grade ${n}`));
    if (role === 'village') {
      const code = villageCodeOf(text);
      const name = textOf(names?.[f]) ?? text;
      return code === undefined ? UNSTATED : { key: code, name: localized(name, name) };
    }
    return { key: text, name: localized(text, text) };
  });
}

function levelKey(text: string, highest: number, name: (n: number) => ZoneKey['name']): ZoneKey {
  const level = integerIn(text, 1, highest);
  return level === null ? UNSTATED : { key: String(level), name: name(level) };
}
