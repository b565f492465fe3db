import { localized } from '../../kernel/index.ts';
import type { Localized } from '../../kernel/index.ts';

/**
 * The texts the rules follow. A rule is `verified` where what it demands was read in a text or is confirmed by independent
 * sources; `unverified` where it is known from practice and the text named was not at hand. Section numbers wait for the
 * texts.
 */
export const SOURCES = {
  database: localized('《国土调查数据库标准》TD/T 1057-2020', 'TD/T 1057-2020, Standard for the land survey database'),
  survey: localized(
    '《第三次全国国土调查技术规程》TD/T 1055-2019',
    'TD/T 1055-2019, Technical regulation of the third national land survey',
  ),
  classes: localized('《第三次全国国土调查技术规程》TD/T 1055-2019 工作分类', 'TD/T 1055-2019, working classification'),
  ellipsoidArea: localized(
    '国土调查办发〔2008〕32号《图幅理论面积与图斑椭球面积计算公式及要求》',
    'Land Survey Office [2008] 32, formulas for map-sheet and ellipsoidal parcel areas',
  ),
  slope: localized(
    '《利用DEM确定耕地坡度分级技术规定（试行）》',
    'Provisional rules for slope classes of farmland from a DEM',
  ),
  grades: localized(
    '《农用地质量分等规程》GB/T 28407-2012',
    'GB/T 28407-2012, Regulation for gradation on agricultural land quality',
  ),
  divisions: localized(
    'TD/T 1057-2020；GB/T 2260、GB/T 10114 行政区划代码',
    'TD/T 1057-2020; division codes of GB/T 2260 and GB/T 10114',
  ),
  simpleFeatures: localized('OGC 06-103r4 简单要素 §6.1.11', 'OGC 06-103r4, Simple Features §6.1.11'),
} as const satisfies Readonly<Record<string, Localized>>;
