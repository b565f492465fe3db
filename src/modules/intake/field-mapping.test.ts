import { describe, expect, it } from 'vitest';
import {
  LAYER_ROLES,
  type AttributeColumn,
  type AttributeValue,
  type FeatureBatch,
  type LayerRole,
} from '../../kernel/index.ts';
import { applyMapping, checkMapping, mapFields } from './field-mapping.ts';
import { surveySchemaOf } from './survey-schema.ts';

function batchOf(columns: Record<string, AttributeValue[]>): FeatureBatch {
  const count = Object.values(columns)[0]!.length;
  return {
    featureNos: Uint32Array.from({ length: count }, (_, i) => i + 10),
    coords: new Float64Array(),
    ringStarts: new Uint32Array(1),
    ringRoles: new Uint8Array(),
    featureRings: new Uint32Array(count + 1),
    problems: [],
    columns: Object.entries(columns).map(([name, values]): AttributeColumn => ({ name, values })),
  };
}
const targets = (fields: string[], role: LayerRole = 'parcels'): (string | null)[] =>
  mapFields(fields, role).map((entry) => entry.target);
function applied(columns: Record<string, AttributeValue[]>, role: LayerRole = 'parcels') {
  const batch = batchOf(columns);
  const result = applyMapping(batch, mapFields(Object.keys(columns), role), role);
  return {
    values: Object.fromEntries(result.columns.map((column) => [column.name, column.values])),
    problems: result.problems.map((found) => `${found.severity} ${found.rule} ${found.featureNo} ${found.field}`),
    raw: result.problems,
  };
}

describe('mapFields', () => {
  it('takes codes in any case, table prefixes and units', () => {
    expect(targets(['BSM', 'dlbm', 'Zldwdm', 'DLTB.TBMJ', 'TB_MJ', 'KCXS'])).toEqual([
      'BSM',
      'DLBM',
      'ZLDWDM',
      'TBMJ',
      null,
      'KCXS',
    ]);
    expect(targets(['图斑面积(平方米)', '图斑编号'])).toEqual(['TBMJ', 'TBBH']);
  });
  it('takes Chinese names, whole or cut by a dbf', () => {
    expect(targets(['标识码', '地类编码', '坐落单位代码', '耕地坡度级别'])).toEqual([
      'BSM',
      'DLBM',
      'ZLDWDM',
      'GDPDJB',
    ]);
    // GBK keeps five characters, UTF-8 three.
    expect(targets(['坐落单位代', '坐落单位名', '扣除地类系'])).toEqual(['ZLDWDM', 'ZLDWMC', 'KCXS']);
    expect(targets(['种植属'])).toEqual([null]);
    expect(targets(['城镇村', '权属性'])).toEqual(['CZCSXM', 'QSXZ']);
  });
  it('takes names of drafts, of the second survey and English', () => {
    expect(targets(['TKXS', 'TKMJ', 'GDZZSXDM', 'XXTBKD'])).toEqual(['KCXS', 'KCMJ', 'ZZSXDM', 'XZDWKD']);
    expect(targets(['parcel_id', 'land_class', 'Village Code', 'area_m2', 'grade'])).toEqual([
      'BSM',
      'DLBM',
      'ZLDWDM',
      'TBMJ',
      'GDDB',
    ]);
  });
  it('gives a survey field once, to the better name', () => {
    expect(targets(['TKXS', 'KCXS'])).toEqual([null, 'KCXS']);
    expect(targets(['XZQDM', 'ZLDWDM'], 'village')).toEqual([null, 'ZLDWDM']);
    expect(targets(['XZQDM', 'XZQMC'], 'village')).toEqual(['ZLDWDM', 'ZLDWMC']);
  });
  it('obeys what is remembered', () => {
    const mapping = mapFields(['BSM', 'FL', 'DLBM'], 'parcels', [
      { source: 'FL', target: 'DLBM' },
      { source: 'BSM', target: null },
    ]);
    expect(mapping).toEqual([
      { source: 'BSM', target: null, decidedBy: 'remembered' },
      { source: 'FL', target: 'DLBM', decidedBy: 'remembered' },
      { source: 'DLBM', target: null, decidedBy: 'none' },
    ]);
  });
  it('knows every role by its own codes, and names what is missing', () => {
    for (const role of LAYER_ROLES) {
      const codes = surveySchemaOf(role).fields.map((field) => field.code);
      expect(new Set(codes).size).toBe(codes.length);
      expect(targets(codes, role)).toEqual(codes);
      expect(checkMapping(mapFields(codes, role), role)).toEqual([]);
    }
    expect(
      checkMapping(mapFields(['BSM'], 'parcels'), 'parcels').map((found) => `${found.severity} ${found.field}`),
    ).toEqual(['error DLBM', 'warning QSXZ', 'warning ZLDWDM', 'warning TBMJ']);
  });
});

describe('applyMapping', () => {
  it('puts official columns first, keeps the others, and loses no value', () => {
    const { values, problems } = applied({
      备用: ['a', 'b'],
      DLBM: ['0101', '1006'],
      BSM: ['1', '2'],
      TKXS: ['0.1052', 0],
      TBMJ: [100, 200],
      QSXZ: ['20', '30'],
      ZLDWDM: ['450702001001', '4507020010010000000'],
    });
    expect(Object.keys(values)).toEqual(['BSM', 'DLBM', 'QSXZ', 'ZLDWDM', 'TBMJ', 'KCXS', '备用']);
    expect(values['KCXS']).toEqual([0.1052, 0]);
    expect(problems).toEqual([]);
  });
  it('renames a kept column that would hide an official one', () => {
    const batch = batchOf({ FL: ['0101'], DLBM: ['x'] });
    const result = applyMapping(
      batch,
      mapFields(['FL', 'DLBM'], 'parcels', [{ source: 'FL', target: 'DLBM' }]),
      'parcels',
    );
    expect(result.columns.map((column) => column.name)).toEqual(['DLBM', 'DLBM_source']);
    expect(result.columns[0]!.values).toEqual(['0101']);
  });
  it('reads numbers as people write them', () => {
    const { values, problems } = applied({ TBMJ: ['1,234.50', ' １２３４．５ ', '1234.5㎡', '约100', '-1', null] });
    expect(values['TBMJ']).toEqual([1234.5, 1234.5, 1234.5, null, -1, null]);
    expect(problems).toEqual([
      'error attribute.number-unreadable 13 TBMJ',
      'error attribute.negative 14 TBMJ',
      'warning attribute.required-empty 15 TBMJ',
    ]);
  });
  it('brings codes to their plain form and names unknown ones', () => {
    const { values, problems } = applied({
      QSXZ: ['２０', 30, '20.0', '99'],
      GDPDJB: ['02', '3级', '', '6'],
      GDLX: ['tt', 'FD', null, 'XX'],
      ZLDWDM: ['450702001001', 450702001001, '4507', ''],
    });
    expect(values['QSXZ']).toEqual(['20', '30', '20', '99']);
    expect(values['GDPDJB']).toEqual(['2', '3', null, '6']);
    expect(values['GDLX']).toEqual(['TT', 'FD', null, 'XX']);
    expect(values['ZLDWDM']).toEqual(['450702001001', '450702001001', '4507', null]);
    expect(problems).toEqual([
      'warning attribute.code-unknown 13 QSXZ',
      'warning attribute.unit-code-form 12 ZLDWDM',
      'warning attribute.required-empty 13 ZLDWDM',
      'warning attribute.code-of-draft 11 GDLX',
      'warning attribute.code-unknown 13 GDLX',
      'warning attribute.code-unknown 13 GDPDJB',
    ]);
  });
  it('says where digits of a code are lost and where a text is too long', () => {
    const { values, problems } = applied({
      BSM: [Number('450702000000000123'), '4.50702E+17', '4507020000000001234567'],
    });
    expect(values['BSM']).toEqual([null, null, '4507020000000001234567']);
    expect(problems).toEqual([
      'warning attribute.digits-lost 10 BSM',
      'warning attribute.digits-lost 11 BSM',
      'warning attribute.too-long 12 BSM',
    ]);
  });
  it('translates classes of the second survey, in pure and mixed columns', () => {
    const { values, problems, raw } = applied({
      BSM: ['a', 'b', 'c', 'd', 'e', 'f'],
      DLBM: ['011', '0103', '101', '1101', '201', '0201k'],
    });
    expect(values['DLBM']).toEqual(['0101', '0103', '1001', '1101', '201', '0201K']);
    expect(problems).toEqual([
      'warning attribute.second-survey-code 10 DLBM',
      'warning attribute.second-survey-code 12 DLBM',
      'error attribute.code-unknown 14 DLBM',
    ]);
    expect(raw[0]).toMatchObject({ id: 'a', remedy: { en: expect.any(String) } });
  });
  it('restores leading zeros that a number or a spreadsheet lost', () => {
    expect(applied({ DLBM: [101, 1006, 307, 9] }).values['DLBM']).toEqual(['0101', '1006', '0307', '09']);
    expect(applied({ DLBM: ['101', '1006', '307'] }).values['DLBM']).toEqual(['0101', '1006', '0307']);
    expect(applied({ DLBM: [11, 12, 101, 123] }).values['DLBM']).toEqual(['0101', '0102', '1001', '1203']);
  });
  it('reads names and codes with names in the class column', () => {
    const { values, problems } = applied({ DLBM: ['水田', '0101水田', '08h1', '  ', '9999'] });
    expect(values['DLBM']).toEqual(['0101', '0101', '08H1', null, '9999']);
    expect(problems).toEqual([
      'warning attribute.class-by-name 10 DLBM',
      'warning attribute.class-with-text 11 DLBM',
      'error attribute.required-empty 13 DLBM',
      'error attribute.code-unknown 14 DLBM',
    ]);
  });
});
