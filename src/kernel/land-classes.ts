import type { Localized } from './localized.ts';

/** The three major classes 三大类: agricultural, construction, unused. */
export const MAJOR_CLASSES = ['agricultural', 'construction', 'unused'] as const;
export type MajorClass = (typeof MAJOR_CLASSES)[number];

export const MAJOR_CLASS_NAMES: Readonly<Record<MajorClass, Localized>> = {
  agricultural: { zh: '农用地', en: 'agricultural land' },
  construction: { zh: '建设用地', en: 'construction land' },
  unused: { zh: '未利用地', en: 'unused land' },
};

/** A second-level class of the survey's working classification (国土调查工作分类). */
export interface LandClass {
  readonly code: string;
  /** First-level code, two digits. Wetland (00) gathers codes that begin otherwise. */
  readonly first: string;
  readonly name: Localized;
  /** Major class by GB/T 21010-2017 appendix A; counties differ (1103), so balances take a table, this is its default. */
  readonly major: MajorClass;
}

/** First-level classes in the order of the official tables. */
export const FIRST_LEVEL_CLASSES: readonly { readonly code: string; readonly name: Localized }[] = [
  { code: '00', name: { zh: '湿地', en: 'wetland' } },
  { code: '01', name: { zh: '耕地', en: 'farmland' } },
  { code: '02', name: { zh: '种植园用地', en: 'plantation land' } },
  { code: '03', name: { zh: '林地', en: 'forest land' } },
  { code: '04', name: { zh: '草地', en: 'grassland' } },
  { code: '05', name: { zh: '商业服务业用地', en: 'commercial and service land' } },
  { code: '06', name: { zh: '工矿用地', en: 'industrial and mining land' } },
  { code: '07', name: { zh: '住宅用地', en: 'residential land' } },
  { code: '08', name: { zh: '公共管理与公共服务用地', en: 'public administration and services' } },
  { code: '09', name: { zh: '特殊用地', en: 'special land' } },
  { code: '10', name: { zh: '交通运输用地', en: 'transport land' } },
  { code: '11', name: { zh: '水域及水利设施用地', en: 'water and water facilities' } },
  { code: '12', name: { zh: '其他土地', en: 'other land' } },
];

/** Every second-level class, TD/T 1055 working classification, in the order of the official tables. */
export const LAND_CLASSES: readonly LandClass[] = [
  { code: '0303', first: '00', name: { zh: '红树林地', en: 'mangrove land' }, major: 'agricultural' },
  { code: '0304', first: '00', name: { zh: '森林沼泽', en: 'forest swamp' }, major: 'agricultural' },
  { code: '0306', first: '00', name: { zh: '灌丛沼泽', en: 'shrub swamp' }, major: 'agricultural' },
  { code: '0402', first: '00', name: { zh: '沼泽草地', en: 'swamp grassland' }, major: 'agricultural' },
  { code: '0603', first: '00', name: { zh: '盐田', en: 'salt field' }, major: 'construction' },
  { code: '1105', first: '00', name: { zh: '沿海滩涂', en: 'coastal tidal flat' }, major: 'unused' },
  { code: '1106', first: '00', name: { zh: '内陆滩涂', en: 'inland tidal flat' }, major: 'unused' },
  { code: '1108', first: '00', name: { zh: '沼泽地', en: 'marshland' }, major: 'unused' },
  { code: '0101', first: '01', name: { zh: '水田', en: 'paddy field' }, major: 'agricultural' },
  { code: '0102', first: '01', name: { zh: '水浇地', en: 'irrigated land' }, major: 'agricultural' },
  { code: '0103', first: '01', name: { zh: '旱地', en: 'dry land' }, major: 'agricultural' },
  { code: '0201', first: '02', name: { zh: '果园', en: 'orchard' }, major: 'agricultural' },
  { code: '0202', first: '02', name: { zh: '茶园', en: 'tea garden' }, major: 'agricultural' },
  { code: '0203', first: '02', name: { zh: '橡胶园', en: 'rubber plantation' }, major: 'agricultural' },
  { code: '0204', first: '02', name: { zh: '其他园地', en: 'other plantation land' }, major: 'agricultural' },
  { code: '0301', first: '03', name: { zh: '乔木林地', en: 'arbor forest' }, major: 'agricultural' },
  { code: '0302', first: '03', name: { zh: '竹林地', en: 'bamboo forest' }, major: 'agricultural' },
  { code: '0305', first: '03', name: { zh: '灌木林地', en: 'shrub land' }, major: 'agricultural' },
  { code: '0307', first: '03', name: { zh: '其他林地', en: 'other forest land' }, major: 'agricultural' },
  { code: '0401', first: '04', name: { zh: '天然牧草地', en: 'natural pasture' }, major: 'agricultural' },
  { code: '0403', first: '04', name: { zh: '人工牧草地', en: 'sown pasture' }, major: 'agricultural' },
  { code: '0404', first: '04', name: { zh: '其他草地', en: 'other grassland' }, major: 'unused' },
  {
    code: '05H1',
    first: '05',
    name: { zh: '商业服务业设施用地', en: 'commercial and service facilities' },
    major: 'construction',
  },
  { code: '0508', first: '05', name: { zh: '物流仓储用地', en: 'logistics and storage' }, major: 'construction' },
  { code: '0601', first: '06', name: { zh: '工业用地', en: 'industrial land' }, major: 'construction' },
  { code: '0602', first: '06', name: { zh: '采矿用地', en: 'mining land' }, major: 'construction' },
  { code: '0701', first: '07', name: { zh: '城镇住宅用地', en: 'urban residential land' }, major: 'construction' },
  { code: '0702', first: '07', name: { zh: '农村宅基地', en: 'rural homestead' }, major: 'construction' },
  {
    code: '08H1',
    first: '08',
    name: { zh: '机关团体新闻出版用地', en: 'offices, organisations, press' },
    major: 'construction',
  },
  {
    code: '08H2',
    first: '08',
    name: { zh: '科教文卫用地', en: 'science, education, culture, health' },
    major: 'construction',
  },
  { code: '08H2A', first: '08', name: { zh: '高教用地', en: 'higher education' }, major: 'construction' },
  { code: '0809', first: '08', name: { zh: '公用设施用地', en: 'public utilities' }, major: 'construction' },
  { code: '0810', first: '08', name: { zh: '公园与绿地', en: 'parks and green space' }, major: 'construction' },
  { code: '0810A', first: '08', name: { zh: '广场用地', en: 'squares' }, major: 'construction' },
  { code: '09', first: '09', name: { zh: '特殊用地', en: 'special land' }, major: 'construction' },
  { code: '1001', first: '10', name: { zh: '铁路用地', en: 'railway' }, major: 'construction' },
  { code: '1002', first: '10', name: { zh: '轨道交通用地', en: 'rail transit' }, major: 'construction' },
  { code: '1003', first: '10', name: { zh: '公路用地', en: 'highway' }, major: 'construction' },
  { code: '1004', first: '10', name: { zh: '城镇村道路用地', en: 'urban and village road' }, major: 'construction' },
  { code: '1005', first: '10', name: { zh: '交通服务场站用地', en: 'transport stations' }, major: 'construction' },
  { code: '1006', first: '10', name: { zh: '农村道路', en: 'rural road' }, major: 'agricultural' },
  { code: '1007', first: '10', name: { zh: '机场用地', en: 'airport' }, major: 'construction' },
  { code: '1008', first: '10', name: { zh: '港口码头用地', en: 'ports and wharves' }, major: 'construction' },
  { code: '1009', first: '10', name: { zh: '管道运输用地', en: 'pipeline' }, major: 'construction' },
  { code: '1101', first: '11', name: { zh: '河流水面', en: 'river' }, major: 'unused' },
  { code: '1102', first: '11', name: { zh: '湖泊水面', en: 'lake' }, major: 'unused' },
  { code: '1103', first: '11', name: { zh: '水库水面', en: 'reservoir' }, major: 'agricultural' },
  { code: '1104', first: '11', name: { zh: '坑塘水面', en: 'pond' }, major: 'agricultural' },
  { code: '1104A', first: '11', name: { zh: '养殖坑塘', en: 'aquaculture pond' }, major: 'agricultural' },
  { code: '1107', first: '11', name: { zh: '沟渠', en: 'ditch' }, major: 'agricultural' },
  { code: '1107A', first: '11', name: { zh: '干渠', en: 'main canal' }, major: 'agricultural' },
  { code: '1109', first: '11', name: { zh: '水工建筑用地', en: 'hydraulic structures' }, major: 'construction' },
  { code: '1110', first: '11', name: { zh: '冰川及永久积雪', en: 'glacier and permanent snow' }, major: 'unused' },
  { code: '1201', first: '12', name: { zh: '空闲地', en: 'vacant land' }, major: 'construction' },
  { code: '1202', first: '12', name: { zh: '设施农用地', en: 'agricultural facilities' }, major: 'agricultural' },
  { code: '1203', first: '12', name: { zh: '田坎', en: 'field ridge' }, major: 'agricultural' },
  { code: '1204', first: '12', name: { zh: '盐碱地', en: 'saline land' }, major: 'unused' },
  { code: '1205', first: '12', name: { zh: '沙地', en: 'sandy land' }, major: 'unused' },
  { code: '1206', first: '12', name: { zh: '裸土地', en: 'bare soil' }, major: 'unused' },
  { code: '1207', first: '12', name: { zh: '裸岩石砾地', en: 'bare rock and gravel' }, major: 'unused' },
];

/** Adjustable land 可调整地类: the base class plus K; the balance counts it as its base class. 0305K is accepted, never emitted. */
const ADJUSTABLE = ['0201', '0202', '0203', '0204', '0301', '0302', '0305', '0307', '0403', '1104'];

const BY_CODE: ReadonlyMap<string, LandClass> = new Map([
  ...LAND_CLASSES.map((landClass) => [landClass.code, landClass] as const),
  ...ADJUSTABLE.map((code) => {
    const base = LAND_CLASSES.find((landClass) => landClass.code === code)!;
    const name = { zh: `可调整${base.name.zh}`, en: `adjustable ${base.name.en}` };
    return [`${code}K`, { ...base, code: `${code}K`, name }] as const;
  }),
]);

/** The class of a survey code (suffixes A and K included), or undefined where no such code exists. */
export function landClassOf(code: string): LandClass | undefined {
  return BY_CODE.get(code);
}

/** All codes, those with suffixes included. */
export function landClassCodes(): string[] {
  return [...BY_CODE.keys()];
}

/** Farmland 耕地: paddy, irrigated and dry land. */
export function isFarmland(code: string): boolean {
  return landClassOf(code)?.first === '01';
}
