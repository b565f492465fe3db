import { localized, type LayerRole, type Localized } from '../../kernel/index.ts';

/** Type of a field in the survey database standard. `code` is text whose values come from a list. */
export type SurveyFieldType = 'text' | 'real' | 'integer';

/**
 * How much a field is missed: `required` rows without it are kept out; `expected` ones come in with a warning, because
 * some table needs it; `optional` ones pass in silence.
 */
export type Need = 'required' | 'expected' | 'optional';

export interface SurveyField {
  readonly code: string;
  readonly name: Localized;
  readonly type: SurveyFieldType;
  /** Characters of text, or digits of a number, as the standard writes the field out. */
  readonly length: number;
  readonly decimals?: number;
  readonly need: Need;
  /** Other names the field goes by: earlier drafts and surveys, tools, English. The Chinese name counts anyway. */
  readonly aliases: readonly string[];
  /** Values of the standard, and values of drafts that are taken with a warning. */
  readonly values?: readonly string[];
  readonly draftValues?: readonly string[];
}

/** The columns a layer of one role is staged with, in the order of the standard. */
export interface SurveySchema {
  readonly role: LayerRole;
  /** Name of the layer in the survey or planning database. */
  readonly table: string;
  readonly name: Localized;
  readonly fields: readonly SurveyField[];
}

type Options = Partial<Pick<SurveyField, 'need' | 'aliases' | 'decimals' | 'values' | 'draftValues'>>;

function text(code: string, zh: string, en: string, length: number, options: Options = {}): SurveyField {
  return { code, name: localized(zh, en), type: 'text', length, need: 'optional', aliases: [], ...options };
}
function real(
  code: string,
  zh: string,
  en: string,
  length: number,
  decimals: number,
  options: Options = {},
): SurveyField {
  return { code, name: localized(zh, en), type: 'real', length, decimals, need: 'optional', aliases: [], ...options };
}
function integer(code: string, zh: string, en: string, length: number, options: Options = {}): SurveyField {
  return { code, name: localized(zh, en), type: 'integer', length, need: 'optional', aliases: [], ...options };
}

const BSM = text('BSM', '标识码', 'identifier', 18, { aliases: ['parcelId', 'parcel_id', 'identifier'] });
const YSDM = text('YSDM', '要素代码', 'feature code', 10, { aliases: ['featureCode'] });
const MSSM = text('MSSM', '描述说明', 'description code', 2);
const HDMC = text('HDMC', '海岛名称', 'island name', 100);
const BZ = text('BZ', '备注', 'remark', 254, { aliases: ['remark', 'remarks', 'note'] });
const QSXZ_VALUES = ['10', '20', '21', '30', '31', '32', '33', '34', '40', '41'];

/**
 * DLTB 地类图斑: field codes and names of the survey database (TD/T 1057-2020 and its 2019 draft). Lengths drift between
 * the editions, so a longer text is a warning on the way in and an error on the way out.
 */
const DLTB: readonly SurveyField[] = [
  { ...BSM, need: 'expected' },
  YSDM,
  text('TBYBH', '图斑预编号', 'provisional parcel number', 18),
  text('TBBH', '图斑编号', 'parcel number', 8, { aliases: ['parcelNumber', 'parcelNo'] }),
  text('DLBM', '地类编码', 'land class code', 5, {
    need: 'required',
    aliases: ['DLDM', '地类代码', '地类', 'landClass', 'landClassCode', 'landUse', 'landUseCode', 'class'],
  }),
  text('DLMC', '地类名称', 'land class name', 60, { aliases: ['landClassName', 'landUseName', 'className'] }),
  text('QSXZ', '权属性质', 'ownership', 2, {
    need: 'expected',
    aliases: ['QSXZDM', '权属性质代码', 'ownership', 'tenure'],
    values: QSXZ_VALUES,
  }),
  text('QSDWDM', '权属单位代码', 'owner unit code', 19, { aliases: ['ownerCode'] }),
  text('QSDWMC', '权属单位名称', 'owner unit name', 255, { aliases: ['ownerName', 'owner'] }),
  text('ZLDWDM', '坐落单位代码', 'village unit code', 19, {
    need: 'expected',
    aliases: ['坐落代码', 'villageCode', 'unitCode'],
  }),
  text('ZLDWMC', '坐落单位名称', 'village unit name', 255, {
    aliases: ['坐落名称', 'villageName', 'village', 'unitName'],
  }),
  real('TBMJ', '图斑面积', 'parcel area, m²', 15, 2, {
    need: 'expected',
    aliases: ['parcelArea', 'area', 'areaM2', '面积', 'MJ'],
  }),
  text('KCDLBM', '扣除地类编码', 'deducted class code', 5, {
    aliases: ['扣除地类代码', 'deductedClass'],
    values: ['1203'],
  }),
  real('KCXS', '扣除地类系数', 'deduction coefficient', 6, 4, {
    aliases: ['TKXS', '扣除系数', '田坎系数', 'deductionCoefficient', 'ridgeCoefficient'],
  }),
  real('KCMJ', '扣除地类面积', 'deducted area, m²', 15, 2, {
    aliases: ['TKMJ', '扣除面积', '田坎面积', 'deductedArea', 'ridgeArea'],
  }),
  real('TBDLMJ', '图斑地类面积', 'net class area, m²', 15, 2, { aliases: ['地类面积', 'netArea', 'classArea'] }),
  text('GDLX', '耕地类型', 'terraced or sloping', 2, {
    aliases: ['terrace', 'farmlandType'],
    values: ['TT', 'PD'],
    draftValues: ['FD'],
  }),
  text('GDPDJB', '耕地坡度级别', 'slope class', 2, {
    aliases: ['PDJB', 'GDPDJ', '坡度级别', '坡度等级', '耕地坡度等级', 'slope', 'slopeClass'],
    values: ['1', '2', '3', '4', '5'],
  }),
  real('XZDWKD', '线状地物宽度', 'width of linear feature, m', 5, 1, {
    aliases: ['XXTBKD', '线性图斑宽度', 'linearWidth', 'width'],
  }),
  text('TBXHDM', '图斑细化代码', 'refinement code', 6, {
    values: [
      'HDGD',
      'HQGD',
      'LQGD',
      'MQGD',
      'SHGD',
      'SMGD',
      'HDGY',
      'GTGY',
      'MTGY',
      'SNGY',
      'BLGY',
      'DLGY',
      'LJTM',
      'FQ',
      'LQYD',
      'GCCD',
    ],
    draftValues: ['HHGD'],
  }),
  text('TBXHMC', '图斑细化名称', 'refinement name', 20),
  text('ZZSXDM', '种植属性代码', 'planting code', 6, {
    aliases: ['GDZZSXDM', '耕地种植属性代码', 'plantingCode'],
    values: ['LS', 'FLS', 'LYFL', 'XG', 'WG', 'JKHF', 'GCHF', 'LLJZ'],
    draftValues: ['GZ', 'YM', 'LM', 'LH', 'MC', 'GSYY', 'SSLM'],
  }),
  text('ZZSXMC', '种植属性名称', 'planting name', 20, { aliases: ['GDZZSXMC', '耕地种植属性名称'] }),
  integer('GDDB', '耕地等别', 'farmland grade 1–15', 2, { aliases: ['等别', 'grade', 'farmlandGrade'] }),
  text('FRDBS', '飞入地标识', 'enclave mark', 1),
  text('CZCSXM', '城镇村属性码', 'settlement code', 4, {
    values: ['201', '201A', '202', '202A', '203', '203A', '204', '205'],
  }),
  integer('SJNF', '数据年份', 'data year', 4, { aliases: ['年份', 'year'] }),
  MSSM,
  HDMC,
  BZ,
];

const VILLAGE: readonly SurveyField[] = [
  BSM,
  YSDM,
  text('ZLDWDM', '坐落单位代码', 'village unit code', 19, {
    need: 'required',
    aliases: ['XZQDM', '行政区代码', '坐落代码', '村代码', 'villageCode', 'code', 'unitCode'],
  }),
  text('ZLDWMC', '坐落单位名称', 'village unit name', 255, {
    need: 'expected',
    aliases: ['XZQMC', '行政区名称', '坐落名称', '村名', '村名称', 'villageName', 'name', 'unitName'],
  }),
  real('DCMJ', '调查面积', 'survey area, m²', 15, 2, { aliases: ['surveyArea'] }),
  real('JSMJ', '计算面积', 'computed area, m²', 15, 2, { aliases: ['computedArea'] }),
  MSSM,
  HDMC,
  BZ,
];

const SLOPE: readonly SurveyField[] = [
  BSM,
  YSDM,
  text('PDJB', '坡度级别', 'slope class', 2, {
    need: 'required',
    aliases: ['GDPDJB', '坡度等级', '坡度', 'slope', 'slopeClass', 'gridcode', 'PDJ'],
    values: ['1', '2', '3', '4', '5'],
  }),
];

const GRADE: readonly SurveyField[] = [
  BSM,
  YSDM,
  text('DYBH', '单元编号', 'unit number', 18, { aliases: ['分等单元编号'] }),
  text('DLBM', '地类编码', 'land class code', 5, { aliases: ['地类代码'] }),
  integer('GDDB', '耕地等别', 'farmland grade 1–15', 2, {
    need: 'required',
    aliases: [
      '等别',
      'DB',
      'GJLYD',
      'LYD',
      '利用等',
      '国家利用等',
      '国家利用等别',
      '利用等别',
      'grade',
      'farmlandGrade',
    ],
  }),
  real('ZRDZS', '自然等指数', 'natural grade index', 10, 2),
  real('LYDZS', '利用等指数', 'use grade index', 10, 2),
  real('JJDZS', '经济等指数', 'economic grade index', 10, 2),
];

const BASIC_FARMLAND: readonly SurveyField[] = [
  { ...BSM, need: 'optional' },
  YSDM,
  text('XZQDM', '行政区代码', 'division code', 12),
  text('XZQMC', '行政区名称', 'division name', 100),
  text('YJJBNTTBBH', '永久基本农田图斑编号', 'basic farmland parcel number', 18, {
    need: 'expected',
    aliases: ['JBNTTBBH', '基本农田图斑编号', 'YJJBNTTBBM', 'plotId'],
  }),
  text('TBBH', '图斑编号', 'parcel number', 8),
  text('DLBM', '地类编码', 'land class code', 5, { aliases: ['地类代码', 'landClass', 'class'] }),
  text('DLMC', '地类名称', 'land class name', 60),
  text('QSXZ', '权属性质', 'ownership', 2, { values: QSXZ_VALUES }),
  text('QSDWDM', '权属单位代码', 'owner unit code', 19),
  text('QSDWMC', '权属单位名称', 'owner unit name', 255),
  text('ZLDWDM', '坐落单位代码', 'village unit code', 19),
  text('ZLDWMC', '坐落单位名称', 'village unit name', 255),
  text('GDLX', '耕地类型', 'terraced or sloping', 2, { values: ['TT', 'PD'], draftValues: ['FD'] }),
  text('PDJB', '坡度级别', 'slope class', 2, { aliases: ['GDPDJB', '坡度等级'], values: ['1', '2', '3', '4', '5'] }),
  real('KCXS', '扣除地类系数', 'deduction coefficient', 6, 4, { aliases: ['TKXS', '田坎系数'] }),
  real('KCMJ', '扣除地类面积', 'deducted area, m²', 15, 2, { aliases: ['TKMJ', '田坎面积'] }),
  real('TBMJ', '图斑面积', 'parcel area, m²', 15, 2, { aliases: ['YJJBNTTBMJ', '永久基本农田图斑面积'] }),
  text('JBNTLX', '基本农田类型', 'basic farmland type', 4, { aliases: ['YJJBNTLX'] }),
  text('ZLDJDM', '质量等级代码', 'quality grade code', 4),
  real('JBNTMJ', '基本农田面积', 'basic farmland area, m²', 15, 2, { aliases: ['YJJBNTMJ', '永久基本农田面积'] }),
  integer('GDDB', '耕地等别', 'farmland grade 1–15', 2, { aliases: ['等别', 'grade'] }),
];

const RED_LINE: readonly SurveyField[] = [
  BSM,
  YSDM,
  text('HXBM', '红线编码', 'red line code', 30, { aliases: ['code'] }),
  text('HXMC', '红线名称', 'red line name', 100, {
    need: 'expected',
    aliases: ['MC', '名称', 'STBHHXMC', '生态保护红线名称', 'name'],
  }),
  text('HXLX', '红线类型', 'red line type', 60, { aliases: ['type', 'LX'] }),
  real('QYMJ', '区域面积', 'area, m²', 15, 2, { aliases: ['HXMJ', 'MJ', '面积'] }),
  BZ,
];

const GROWTH_BOUNDARY: readonly SurveyField[] = [
  BSM,
  YSDM,
  text('XZQDM', '行政区代码', 'division code', 12),
  text('XZQMC', '行政区名称', 'division name', 100),
  text('FQLX', '分区类型', 'zone type', 30, {
    need: 'expected',
    aliases: ['CZKFBJFQDM', 'CZKFBJFQ', '分区代码', 'zoneType', 'type', 'name'],
  }),
  real('MJ', '面积', 'area, m²', 15, 2, { aliases: ['CZKFBJMJ', 'QYMJ'] }),
  text('GHSX', '规划时限', 'planning horizon', 20),
  BZ,
];

const PROJECT: readonly SurveyField[] = [
  text('name', '项目名称', 'project name', 200, { aliases: ['XMMC', '名称', '地块名称'] }),
  text('divisionCode', '行政区代码', 'division code', 12, { aliases: ['XZQDM'] }),
];

const SCHEMAS: Readonly<Record<LayerRole, SurveySchema>> = {
  parcels: { role: 'parcels', table: 'DLTB', name: localized('地类图斑', 'survey parcels'), fields: DLTB },
  village: { role: 'village', table: 'CJDCQ', name: localized('村级调查区', 'villages'), fields: VILLAGE },
  slope: { role: 'slope', table: 'PDT', name: localized('坡度图', 'slope'), fields: SLOPE },
  grade: { role: 'grade', table: 'GDDB', name: localized('耕地等别', 'farmland grades'), fields: GRADE },
  basicFarmland: {
    role: 'basicFarmland',
    table: 'YJJBNTTB',
    name: localized('永久基本农田图斑', 'permanent basic farmland'),
    fields: BASIC_FARMLAND,
  },
  redLine: {
    role: 'redLine',
    table: 'STBHHX',
    name: localized('生态保护红线', 'ecological protection red line'),
    fields: RED_LINE,
  },
  growthBoundary: {
    role: 'growthBoundary',
    table: 'CZKFBJ',
    name: localized('城镇开发边界', 'urban growth boundary'),
    fields: GROWTH_BOUNDARY,
  },
  project: { role: 'project', table: 'XMQ', name: localized('项目区', 'project'), fields: PROJECT },
};

/** The survey (or planning) schema a layer of the role is staged by. */
export function surveySchemaOf(role: LayerRole): SurveySchema {
  return SCHEMAS[role];
}

/** A field of a role's schema by its code, or undefined. */
export function surveyFieldOf(role: LayerRole, code: string): SurveyField | undefined {
  return SCHEMAS[role].fields.find((field) => field.code === code);
}
