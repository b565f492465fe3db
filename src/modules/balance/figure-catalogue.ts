import type { Localized } from '../../kernel/index.ts';

export type FigureUnit = 'dm2' | 'grade' | 'count' | 'ratio' | 'kg' | 'yesNo';

/** A figure a check may use. Its value is computed by code from the balance; a pack only names it. */
export interface FigureDefinition {
  readonly id: string;
  readonly unit: FigureUnit;
  readonly name: Localized;
  /** How it is computed, for people and for pack authors. */
  readonly meaning: Localized;
}

/**
 * The value of a figure in one run: an exact rational so that a comparison never depends on rounding
 * (area sums are whole dm²; an average grade is Σ area×grade / Σ area), with the parcels or plots behind it,
 * or the reason nobody can compute it (a missing layer or field is never a default).
 */
export type FigureValue =
  | {
      readonly known: true;
      readonly numerator: bigint;
      readonly denominator: bigint;
      /** featureNo of the survey parcels that carry the figure (at most the offending or contributing ones). */
      readonly parcels: readonly number[];
      readonly plots: readonly string[];
    }
  | { readonly known: false; readonly missing: readonly Localized[] };

export type FigureSet = Readonly<Record<string, FigureValue>>;

function figure(
  id: string,
  unit: FigureUnit,
  zh: string,
  en: string,
  meaningZh: string,
  meaningEn: string,
): FigureDefinition {
  return { id, unit, name: { zh, en }, meaning: { zh: meaningZh, en: meaningEn } };
}

/** Every figure a pack may name. */
export const FIGURES: readonly FigureDefinition[] = [
  figure(
    'farmlandBefore',
    'dm2',
    '整治前耕地面积',
    'farmland before',
    '项目区内整治前 01 类净面积（扣除田坎，田坎计入 1203）',
    'net area of class 01 inside the project area before consolidation (field ridges count as class 1203)',
  ),
  figure(
    'farmlandAfter',
    'dm2',
    '整治后耕地面积',
    'farmland after',
    '项目区内整治后 01 类净面积；新增耕地按本县同坡度级别、同耕地类型的田坎系数扣除',
    'net area of class 01 inside the project area after consolidation; new farmland takes the county’s own ridge coefficient for its slope level and terrace type',
  ),
  figure(
    'newFarmland',
    'dm2',
    '新增耕地面积',
    'new farmland',
    'kind=new 地块中整治前非耕地、整治后耕地的净面积，不含违法占用复垦',
    'net area of plots of kind new that was not farmland and becomes farmland, illegal occupation reclaimed excluded',
  ),
  figure(
    'illegalOccupationReclaimed',
    'dm2',
    '违法占用复垦面积',
    'illegal occupation reclaimed',
    'illegalOccupation 为真的 kind=new 地块中由非耕地变为耕地的净面积（不计入新增耕地）',
    'net area that becomes farmland in new plots flagged illegalOccupation (not counted as new farmland)',
  ),
  figure(
    'averageGradeBefore',
    'grade',
    '整治前耕地平均等别',
    'average farmland grade before',
    '按净面积加权的平均等别（1 最好，15 最差）',
    'average grade weighted by net area (1 best, 15 worst)',
  ),
  figure(
    'averageGradeAfter',
    'grade',
    '整治后耕地平均等别',
    'average farmland grade after',
    '按净面积加权的平均等别，地块按 gradeAfter',
    'average grade weighted by net area, plots by gradeAfter',
  ),
  figure(
    'countyConstructionBefore',
    'dm2',
    '县域城乡建设用地整治前',
    'county construction land before',
    '方案中县域建设用地规模（前）',
    'county construction land before, as the plan states',
  ),
  figure(
    'countyConstructionAfter',
    'dm2',
    '县域城乡建设用地整治后',
    'county construction land after',
    '方案中县域建设用地规模（后）',
    'county construction land after, as the plan states',
  ),
  figure(
    'constructionBefore',
    'dm2',
    '项目区建设用地整治前',
    'construction land in the area before',
    '项目区内三大类建设用地面积（前）',
    'construction land inside the project area before',
  ),
  figure(
    'constructionAfter',
    'dm2',
    '项目区建设用地整治后',
    'construction land in the area after',
    '项目区内三大类建设用地面积（后）',
    'construction land inside the project area after',
  ),
  figure(
    'redLineOverlap',
    'dm2',
    '占用生态保护红线面积',
    'overlap with the red line',
    '改变用途的地块（new、build、clear）与生态保护红线重叠面积，项目区外的部分一并计入',
    'overlap of plots that change land (new, build, clear) with the ecological red line, parts beyond the project boundary included',
  ),
  figure(
    'basicFarmlandBefore',
    'dm2',
    '项目区永久基本农田整治前',
    'basic farmland before',
    '项目区与永久基本农田重叠面积',
    'basic farmland inside the project area before',
  ),
  figure(
    'basicFarmlandOut',
    'dm2',
    '永久基本农田调出面积',
    'basic farmland moved out',
    'direction=out 的调整地块面积',
    'area of adjustment plots with direction out',
  ),
  figure(
    'basicFarmlandIn',
    'dm2',
    '永久基本农田补划面积',
    'basic farmland moved in',
    'direction=in 的调整地块面积',
    'area of adjustment plots with direction in',
  ),
  figure(
    'basicFarmlandGradeOut',
    'grade',
    '调出地块平均等别',
    'average grade moved out',
    '面积加权平均等别',
    'area-weighted average grade of plots moved out',
  ),
  figure(
    'basicFarmlandGradeIn',
    'grade',
    '补划地块平均等别',
    'average grade moved in',
    '面积加权平均等别（整治后）',
    'area-weighted average grade of plots moved in, after consolidation',
  ),
  figure(
    'basicFarmlandMeanPatchOut',
    'dm2',
    '调出平均图斑面积',
    'mean patch moved out',
    '调出总面积 / 图斑数',
    'total area moved out over the number of patches',
  ),
  figure(
    'basicFarmlandMeanPatchIn',
    'dm2',
    '补划平均图斑面积',
    'mean patch moved in',
    '补划总面积 / 图斑数',
    'total area moved in over the number of patches',
  ),
  figure(
    'basicFarmlandSmallPatchesOut',
    'count',
    '调出零星图斑数',
    'scattered patches moved out',
    '调出地块中 ≤5 亩的图斑数',
    'patches of at most 5 mu among those moved out',
  ),
  figure(
    'basicFarmlandSmallPatchesIn',
    'count',
    '补划零星图斑数',
    'scattered patches moved in',
    '补划地块中 ≤5 亩的图斑数',
    'patches of at most 5 mu among those moved in',
  ),
  figure(
    'largestBlockBefore',
    'dm2',
    '整治前最大连片耕地',
    'largest contiguous block before',
    '项目区内连片耕地块的最大净面积（前）',
    'net area of the largest contiguous farmland block inside the project before',
  ),
  figure(
    'largestBlockAfter',
    'dm2',
    '整治后最大连片耕地',
    'largest contiguous block after',
    '项目区内连片耕地块的最大净面积（后）',
    'net area of the largest contiguous farmland block inside the project after',
  ),
  figure(
    'blocks1000MuAfter',
    'count',
    '整治后千亩连片数',
    'blocks of 1,000 mu after',
    '≥1000 亩连片耕地块数（后）',
    'contiguous farmland blocks of at least 1,000 mu after',
  ),
  figure(
    'blocks10000MuAfter',
    'count',
    '整治后万亩连片数',
    'blocks of 10,000 mu after',
    '≥10000 亩连片耕地块数（后）',
    'contiguous farmland blocks of at least 10,000 mu after',
  ),
  figure(
    'contentVillage',
    'yesNo',
    '含村庄整治',
    'village consolidation planned',
    '方案 contents 含 village',
    'contents of the plan name village',
  ),
  figure(
    'contentFarmland',
    'yesNo',
    '含农田整治',
    'farmland consolidation planned',
    '方案 contents 含 farmland',
    'contents of the plan name farmland',
  ),
  figure(
    'contentEcology',
    'yesNo',
    '含生态修复',
    'ecological restoration planned',
    '方案 contents 含 ecology',
    'contents of the plan name ecology',
  ),
  figure(
    'contentOther',
    'count',
    '其他整治内容数',
    'further contents',
    '方案 contents 中三项基本内容以外的数目',
    'contents of the plan beyond the three basic ones',
  ),
  figure(
    'villages',
    'count',
    '涉及村数',
    'villages in the area',
    '项目区所及行政村数（区内面积不小于参数 reachedMinimumDm2，默认 100 平方米）',
    'villages the project area reaches with at least reachedMinimumDm2 (100 m² by default)',
  ),
  figure(
    'townships',
    'count',
    '涉及乡镇数',
    'townships in the area',
    '项目区所及乡镇数',
    'townships the project area reaches',
  ),
  figure(
    'villagesAdjoin',
    'yesNo',
    '各村相邻',
    'villages adjoin',
    '所及各村经公共边界连成一体',
    'the villages reached are connected by shared borders',
  ),
  figure(
    'buildOnBasicFarmland',
    'dm2',
    '建新占用永久基本农田',
    'new building on basic farmland',
    'kind=build 地块与永久基本农田重叠面积（扣除已调出）',
    'overlap of build plots with basic farmland, plots moved out excepted',
  ),
  figure(
    'buildOutsideGrowthBoundary',
    'dm2',
    '建新位于开发边界外',
    'new building outside the growth boundary',
    'kind=build 地块在城镇开发边界外的面积',
    'area of build plots outside the urban growth boundary',
  ),
  figure(
    'newFarmlandSteep',
    'dm2',
    '25 度以上新增耕地',
    'new farmland steeper than 25°',
    'kind=new 地块落在坡度 5 级内的面积',
    'area of new plots on slope class 5',
  ),
  figure(
    'alternatives',
    'count',
    '比选方案数',
    'siting alternatives',
    '方案 alternatives 层的要素数',
    'features of the alternatives layer',
  ),
  figure(
    'capacityBefore',
    'kg',
    '整治前耕地产能',
    'farmland capacity before',
    'Σ 净面积(公顷)×(16−等别)×1500',
    'Σ net area (ha) × (16 − grade) × 1500',
  ),
  figure(
    'capacityAfter',
    'kg',
    '整治后耕地产能',
    'farmland capacity after',
    'Σ 净面积(公顷)×(16−等别)×1500',
    'Σ net area (ha) × (16 − grade) × 1500',
  ),
  figure(
    'contiguousProjects1000Mu',
    'count',
    '千亩方数',
    'thousand-mu squares planned',
    '永农集中连片整治项目中不小于 1000 亩、小于 10000 亩的连片耕地块数（整治后）',
    'contiguous farmland blocks after of at least 1,000 and below 10,000 mu in a contiguous basic-farmland project',
  ),
  figure(
    'contiguousProjects10000Mu',
    'count',
    '万亩方数',
    'ten-thousand-mu squares planned',
    '永农集中连片整治项目中不小于 10000 亩的连片耕地块数（整治后）',
    'contiguous farmland blocks after of at least 10,000 mu in a contiguous basic-farmland project',
  ),
  figure(
    'contiguousProject',
    'yesNo',
    '永农集中连片整治项目',
    'contiguous basic-farmland project',
    '方案 type 为 contiguousBasicFarmland',
    'type of the plan is contiguousBasicFarmland',
  ),
  figure(
    'plots',
    'count',
    '方案地块数',
    'plots of the plan',
    '方案 plots 层的要素数；无该层则不可知',
    'features of the plots layer; unknown where the plan has no such layer',
  ),
  figure(
    'plotsIncomplete',
    'count',
    '要素不全的地块数',
    'plots with empty fields',
    '方案 plots 层中缺 kind、缺 classAfter（none 除外）或整治后为耕地而缺 gradeAfter 的地块数',
    'plots without kind, without classAfter (kind none excepted), or farmland after without gradeAfter',
  ),
  figure(
    'plotsOutsideProject',
    'dm2',
    '项目区外的地块面积',
    'plots outside the project area',
    'plots 层落在项目区边界外的面积',
    'area of the plots layer outside the boundary of the project',
  ),
  figure(
    'projectParts',
    'count',
    '项目区片数',
    'parts of the project area',
    '项目区互不相连的片数',
    'number of parts of the project area that do not touch',
  ),
  figure(
    'basicFarmlandChangePlots',
    'count',
    '永久基本农田调整地块数',
    'plots of the basic-farmland adjustment',
    'basicFarmlandChange 层的要素数；空层为 0（不调整），无该层则不可知',
    'features of basicFarmlandChange; 0 for an empty layer (no adjustment), unknown where the plan has no such layer',
  ),
  figure(
    'basicFarmlandChangeIncomplete',
    'count',
    '要素不全的调整地块数',
    'adjustment plots with empty fields',
    '缺位置（图形）、数量（面积为零）、质量等级（grade）或地类（class）的调整地块数',
    'adjustment plots without place (geometry), quantity (area zero), grade or class',
  ),
  figure(
    'basicFarmlandInFromConsolidation',
    'dm2',
    '补划中整治新增、提质耕地',
    'moved in from new or upgraded farmland',
    '补划地块与 kind=new、upgrade 地块重叠的面积',
    'overlap of plots moved in with plots of kind new or upgrade',
  ),
  figure(
    'basicFarmlandInUnlinked',
    'dm2',
    '补划中未挂子项目的整治耕地',
    'moved in from farmland without a sub-project',
    '上项中 subProject 为空的地块面积',
    'part of basicFarmlandInFromConsolidation whose plot names no sub-project',
  ),
  figure(
    'basicFarmlandInAlreadyBasic',
    'dm2',
    '补划中已是永久基本农田',
    'moved in but basic farmland already',
    '补划地块与现有永久基本农田（扣除调出）重叠的面积',
    'overlap of plots moved in with basic farmland as it stands, plots moved out excepted',
  ),
];

export function figureDefinition(id: string): FigureDefinition | undefined {
  return FIGURES.find((definition) => definition.id === id);
}
