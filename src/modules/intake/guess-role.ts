import type { LayerRole } from '../../kernel/index.ts';
import { layerRoleOf } from '../../kernel/index.ts';

/** Beginnings and parts of file names that survey offices give layers: codes of the survey database and Chinese words. */
const NAMES: readonly (readonly [LayerRole, RegExp])[] = [
  ['parcels', /dltb|地类图斑|图斑|parcels/i],
  ['basicFarmland', /yjjbnt|jbnt|永久基本农田|基本农田|basic.?farmland/i],
  ['redLine', /stbhhx|生态保护红线|生态红线|red.?line/i],
  ['growthBoundary', /czkfbj|城镇开发边界|开发边界|growth.?boundary|\bugb\b/i],
  ['slope', /pdt|坡度|slope/i],
  ['grade', /gddb|等别|grade/i],
  ['village', /cjdcq|xzdw|村级|行政村|village/i],
  ['project', /plan|规划方案|方案|项目区|整治范围|project/i],
];

/** Fields that only one role has, the surest first. */
const FIELDS: readonly (readonly [LayerRole, readonly string[]])[] = [
  ['parcels', ['DLBM', 'TBBH']],
  ['slope', ['PDJB']],
  ['basicFarmland', ['YJJBNTTBBH', 'YJJBNTMJ', 'JBNTTBBH']],
  ['redLine', ['HXMC', 'HXLX']],
  ['growthBoundary', ['CZKFBJ']],
  ['grade', ['GDDB', 'GJLYDB']],
  ['village', ['CJQDM', 'ZLDWDM']],
];

/**
 * The role a file is probably meant for: by its name where that is a role or speaks of one, else by fields only one role
 * has. Null where neither tells; a person chooses then, and may always choose otherwise.
 */
export function guessRole(fileName: string, fields: readonly string[], layerName = ''): LayerRole | null {
  const stem = fileName.replace(/\.[^.]*$/, '');
  const exact = layerRoleOf(stem) ?? layerRoleOf(layerName);
  if (exact !== undefined) return exact;
  const upper = new Set(fields.map((field) => field.toUpperCase()));
  for (const text of [stem, layerName]) {
    const named = NAMES.find(([, pattern]) => pattern.test(text));
    if (named !== undefined) return named[0];
  }
  return FIELDS.find(([, names]) => names.some((name) => upper.has(name)))?.[0] ?? null;
}
