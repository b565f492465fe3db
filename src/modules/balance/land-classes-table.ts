import { LAND_CLASSES, isFarmland } from '../../kernel/index.ts';

/** Classes by position, so that a share needs two bytes for its class. 1203 (ridges) is among them. */
export const CLASS_CODES: readonly string[] = LAND_CLASSES.map((landClass) => landClass.code);
/** Stands for a class nobody has stated, or a code that does not exist. */
export const CLASS_UNSTATED = -1;
export const UNSTATED_ROW = 'unstated';

const INDEX: ReadonlyMap<string, number> = new Map(CLASS_CODES.map((code, i) => [code, i]));
const FARMLAND: readonly boolean[] = CLASS_CODES.map((code) => isFarmland(code));

/** Field ridges 田坎, the class the deducted part of farmland belongs to. */
export const RIDGE_CLASS = '1203';

export function classIndexOf(code: string | null): number {
  return code === null ? CLASS_UNSTATED : (INDEX.get(code) ?? CLASS_UNSTATED);
}

export function isFarmlandIndex(index: number): boolean {
  return index !== CLASS_UNSTATED && FARMLAND[index]!;
}

/** Row id of a class: its code, or the row for land whose class nobody has stated. */
export function classRowOf(index: number): string {
  return index === CLASS_UNSTATED ? UNSTATED_ROW : CLASS_CODES[index]!;
}
