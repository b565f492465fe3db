import type { Localized, Severity } from '../kernel/index.ts';

/** What a ring defect means: how bad it is, what people call it, what mends it. */
export interface DefectRule {
  readonly id: string;
  /**
   * `error`: the area or an overlay of the feature would be wrong or is not defined, so it is refused.
   * `warning`: OGC Simple Features (or good practice) forbids it, but areas and overlays come out exactly.
   */
  readonly severity: Severity;
  readonly title: Localized;
  readonly remedy: Localized;
}

function rule(id: string, severity: Severity, zh: string, en: string, remedyZh: string, remedyEn: string): DefectRule {
  return { id, severity, title: { zh, en }, remedy: { zh: remedyZh, en: remedyEn } };
}

/**
 * Every defect `findDefects` reports, in the order a report lists them. All but `geometry.repeated-point` make a feature
 * invalid in the sense of OGC 06-103r4 §6.1.11 (PostGIS ST_IsValid); a tested promise.
 */
export const DEFECT_RULES: readonly DefectRule[] = [
  rule(
    'geometry.not-finite',
    'error',
    '坐标不是有效数值',
    'coordinate is not a number',
    '检查源文件中的坐标值',
    'Check the coordinate in the source file.',
  ),
  rule(
    'geometry.too-few-points',
    'error',
    '圈的不同界址点少于 3 个',
    'ring has fewer than 3 distinct points',
    '补全该圈的界址点，或删除该圈',
    'Add the missing points or delete the ring.',
  ),
  rule(
    'geometry.zero-area',
    'error',
    '圈的面积为零（各点共线）',
    'ring has no area (all points on one line)',
    '删除该圈，或更正其坐标',
    'Delete the ring or correct its coordinates.',
  ),
  rule(
    'geometry.spike',
    'error',
    '边界有尖刺（去而复返）',
    'boundary runs out and back (spike)',
    '删除尖刺处的界址点',
    'Delete the points of the spike.',
  ),
  rule(
    'geometry.self-crossing',
    'error',
    '边界自相交',
    'ring crosses itself',
    '按正确顺序排列界址点，或将图形拆分',
    'Put the points in the right order or split the polygon.',
  ),
  rule(
    'geometry.self-overlap',
    'error',
    '边界沿边自接触',
    'ring runs along itself',
    '删除重叠的边；若用于连接内圈，改为单独的内圈',
    'Remove the shared edge; where it ties in a hole, store the hole as a ring of its own.',
  ),
  rule(
    'geometry.doubly-wound',
    'error',
    '同一条边被同向走过两次（重复绕行）',
    'ring runs along an edge twice in one direction (wound twice)',
    '只保留一圈界址点',
    'Keep the points of one turn only.',
  ),
  rule(
    'geometry.rings-cross',
    'error',
    '同一图形的两个圈相交',
    'two rings of the feature cross',
    '更正两圈的边界，使其互不相交',
    'Correct the rings so that they do not cross.',
  ),
  rule(
    'geometry.rings-overlap',
    'error',
    '同一图形的两个圈沿边重合',
    'two rings of the feature run along each other',
    '合并两圈，或删除重合的边',
    'Merge the rings or remove the shared edge.',
  ),
  rule(
    'geometry.hole-outside',
    'error',
    '内圈不在外圈之内',
    'hole lies outside its outer ring',
    '更正圈号或内圈坐标',
    'Correct the ring number or the coordinates of the hole.',
  ),
  rule(
    'geometry.hole-inside-hole',
    'error',
    '内圈位于另一内圈之内',
    'hole lies inside another hole',
    '删除多余的内圈；若为岛，改为外圈',
    'Delete the extra hole; where it is an island, make it an outer ring.',
  ),
  rule(
    'geometry.outer-inside-outer',
    'error',
    '外圈位于同一图形的另一外圈之内',
    'outer ring lies inside another outer ring of the feature',
    '删除多余的外圈；若为扣除部分，改为内圈',
    'Delete the extra ring; where it is to be deducted, make it a hole.',
  ),
  rule(
    'geometry.self-touch',
    'warning',
    '边界在一点自接触',
    'ring touches itself at a point',
    '面积计算不受影响；建议在该点拆分图形或改为内圈',
    'Areas are not affected; better split the polygon there or store the inner part as a hole.',
  ),
  rule(
    'geometry.interior-disconnected',
    'warning',
    '内圈与其他圈多点接触，内部不连通',
    'holes touch at several points and cut the interior apart',
    '面积计算不受影响；建议拆分为多个图形',
    'Areas are not affected; better split the polygon into its parts.',
  ),
  rule(
    'geometry.repeated-point',
    'warning',
    '连续重复的界址点',
    'consecutive points repeat',
    '删除重复点',
    'Delete the repeated point.',
  ),
];

const BY_ID: ReadonlyMap<string, DefectRule> = new Map(DEFECT_RULES.map((entry) => [entry.id, entry]));

export function defectRuleOf(id: string): DefectRule | undefined {
  return BY_ID.get(id);
}

/** Whether a defect forbids computing areas and overlays with the feature. */
export function isBlockingDefect(defect: { readonly rule: string }): boolean {
  return BY_ID.get(defect.rule)?.severity !== 'warning';
}
