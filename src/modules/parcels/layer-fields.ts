import type { LayerRole } from '../../kernel/index.ts';

/** Which attribute names a feature, gives its class code, its village and its label on the map; null where none does. */
export interface LayerFields {
  readonly id: string | null;
  readonly class: string | null;
  readonly village: string | null;
  readonly label: string | null;
}

/** Fields of each role by the survey database's own names (handbook of the survey layers); a layer may state others. */
export const LAYER_FIELDS: Readonly<Record<LayerRole, LayerFields>> = {
  parcels: { id: 'BSM', class: 'DLBM', village: 'ZLDWDM', label: null },
  basicFarmland: { id: 'YJJBNTTBBH', class: 'DLBM', village: 'ZLDWDM', label: 'YJJBNTTBBH' },
  redLine: { id: 'BSM', class: null, village: null, label: 'HXMC' },
  growthBoundary: { id: 'BSM', class: null, village: null, label: 'XZQMC' },
  slope: { id: 'BSM', class: 'PDJB', village: null, label: 'PDJB' },
  village: { id: 'ZLDWDM', class: null, village: 'ZLDWDM', label: 'ZLDWMC' },
  grade: { id: 'DYBH', class: 'DLBM', village: null, label: 'GDDB' },
  project: { id: 'plotId', class: 'classAfter', village: null, label: 'name' },
};

/** The fields of a role that this layer has; the identifier falls back to BSM. */
export function fieldsOf(role: LayerRole, present: readonly string[], stated: Partial<LayerFields> = {}): LayerFields {
  const wanted = { ...LAYER_FIELDS[role], ...stated };
  const has = (name: string | null): string | null => (name !== null && present.includes(name) ? name : null);
  return {
    id: has(wanted.id) ?? has('BSM'),
    class: has(wanted.class),
    village: has(wanted.village),
    label: has(wanted.label),
  };
}
