import type { Localized } from './localized.ts';

/** What a layer is for in an analysis (decided once; the database and the command line use these words). */
export const LAYER_ROLES = [
  'parcels',
  'basicFarmland',
  'redLine',
  'growthBoundary',
  'slope',
  'village',
  'grade',
  'project',
] as const;
export type LayerRole = (typeof LAYER_ROLES)[number];

export const LAYER_ROLE_NAMES: Readonly<Record<LayerRole, Localized>> = {
  parcels: { zh: '地类图斑', en: 'survey parcels' },
  basicFarmland: { zh: '永久基本农田', en: 'permanent basic farmland' },
  redLine: { zh: '生态保护红线', en: 'ecological protection red line' },
  growthBoundary: { zh: '城镇开发边界', en: 'urban growth boundary' },
  slope: { zh: '坡度图', en: 'slope' },
  village: { zh: '村级调查区', en: 'villages' },
  grade: { zh: '耕地等别', en: 'farmland grades' },
  project: { zh: '项目区', en: 'project' },
};

/** Other names the command line takes for a role. */
export const LAYER_ROLE_ALIASES: Readonly<Record<string, LayerRole>> = {
  farmland: 'basicFarmland',
  redline: 'redLine',
  ugb: 'growthBoundary',
};

/** The role a name stands for (exact, alias, or ignoring case), or undefined for a zone layer of the user's own. */
export function layerRoleOf(name: string): LayerRole | undefined {
  const lower = name.toLowerCase();
  return LAYER_ROLES.find((role) => role.toLowerCase() === lower) ?? LAYER_ROLE_ALIASES[lower];
}
