import { describe, expect, it } from 'vitest';
import { columnOf, type AttributeValue, type LayerRole, type PolygonLayer } from '../../kernel/index.ts';
import { columnsBesideStandard, strictSurveyLayer, surveyFieldsOf } from './survey-export.ts';
import { surveySchemaOf } from './survey-schema.ts';

const GOOD: Record<string, AttributeValue> = {
  DLBM: '0101',
  TBMJ: 10_000.25,
  BSM: '450702000000000001',
  QSXZ: '30',
  ZLDWDM: '4507021002000000000',
};

/** Unit squares with these attributes; numbered from 7, to tell numbers of the file from places in the layer. */
function layerOf(rows: readonly Record<string, AttributeValue>[]): PolygonLayer {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const steps = (step: number): Uint32Array => Uint32Array.from({ length: rows.length + 1 }, (_, i) => i * step);
  return {
    epsg: 4524,
    featureNos: Uint32Array.from(rows, (_, i) => 7 + i),
    coords: Float64Array.from(rows.flatMap((_, i) => [i, 0, i + 1, 0, i + 1, 1, i, 1])),
    ringStarts: steps(4),
    ringRoles: new Uint8Array(rows.length),
    featureRings: steps(1),
    columns: names.map((name) => ({ name, values: rows.map((row) => row[name] ?? null) })),
  };
}

/** Code, feature and field of every breach. */
function breaches(rows: readonly Record<string, AttributeValue>[], role: LayerRole = 'parcels'): string[] {
  const result = strictSurveyLayer(layerOf(rows), role);
  return result.ok ? [] : result.error.map(({ code, place }) => `${code} ${place?.featureNo} ${place?.field}`);
}

describe('strictSurveyLayer', () => {
  it('gives the columns of the standard in its order, and none beside', () => {
    const layer = layerOf([{ mine: 'x', ...GOOD }]);
    const result = strictSurveyLayer(layer, 'parcels');
    expect(result.ok && result.value.columns.map(({ name }) => name)).toEqual(
      surveySchemaOf('parcels').fields.map(({ code }) => code),
    );
    if (!result.ok) return;
    expect(columnOf(result.value, 'TBMJ')).toEqual([10_000.25]);
    expect(columnOf(result.value, 'GDDB')).toEqual([null]);
    expect(result.value.coords).toBe(layer.coords);
    expect(columnsBesideStandard(layer, 'parcels')).toEqual(['mine']);
  });

  it('states type, length and decimals of the standard', () => {
    const fields = surveyFieldsOf('parcels');
    expect(fields[0]).toEqual({ name: 'BSM', type: 'text', length: 18 });
    expect(fields.find(({ name }) => name === 'KCXS')).toEqual({ name: 'KCXS', type: 'real', length: 6, decimals: 4 });
    expect(fields.find(({ name }) => name === 'SJNF')).toEqual({ name: 'SJNF', type: 'integer', length: 4 });
  });

  it.each<[string, Record<string, AttributeValue>, string]>([
    ['text too long', { TBBH: '123456789' }, 'SURVEY_EXPORT_LENGTH 7 TBBH'],
    ['number in a text field', { TBBH: 12 }, 'SURVEY_EXPORT_TYPE 7 TBBH'],
    ['text in a number field', { TBMJ: '10000' }, 'SURVEY_EXPORT_TYPE 7 TBMJ'],
    ['a third decimal', { TBMJ: 1.005 }, 'SURVEY_EXPORT_DECIMALS 7 TBMJ'],
    ['a grade with a decimal', { GDDB: 6.5 }, 'SURVEY_EXPORT_DECIMALS 7 GDDB'],
    ['a grade of 16', { GDDB: 16 }, 'SURVEY_EXPORT_RANGE 7 GDDB'],
    ['a grade of 0', { GDDB: 0 }, 'SURVEY_EXPORT_RANGE 7 GDDB'],
    ['a negative area', { TBMJ: -1 }, 'SURVEY_EXPORT_RANGE 7 TBMJ'],
    ['more digits than the field', { KCXS: 123.4 }, 'SURVEY_EXPORT_RANGE 7 KCXS'],
    ['a five-digit year', { SJNF: 20_251 }, 'SURVEY_EXPORT_RANGE 7 SJNF'],
    ['a code of a draft', { GDLX: 'FD' }, 'SURVEY_EXPORT_CODE 7 GDLX'],
    ['an unknown ownership', { QSXZ: '99' }, 'SURVEY_EXPORT_CODE 7 QSXZ'],
    ['a class of the second survey', { DLBM: '011' }, 'SURVEY_EXPORT_CODE 7 DLBM'],
    ['an empty required field', { DLBM: '' }, 'SURVEY_EXPORT_EMPTY 7 DLBM'],
    ['an empty expected field', { BSM: null }, 'SURVEY_EXPORT_EMPTY 7 BSM'],
  ])('refuses %s', (_, change, expected) => {
    expect(breaches([{ ...GOOD, ...change }])).toEqual([expected]);
  });

  it('takes the last bits of a float for what they are', () => {
    const result = strictSurveyLayer(layerOf([{ ...GOOD, TBMJ: 0.1 + 0.2 }]), 'parcels');
    expect(result.ok && columnOf(result.value, 'TBMJ')).toEqual([0.3]);
  });

  it('names a missing field once, and other breaches with the number in the file', () => {
    const { BSM: _, ...rest } = GOOD;
    expect(breaches([rest, { ...rest, QSXZ: '1' }])).toEqual([
      'SURVEY_EXPORT_FIELD_MISSING undefined BSM',
      'SURVEY_EXPORT_CODE 8 QSXZ',
    ]);
  });

  it('lists a hundred breaches and counts the rest', () => {
    const rows = Array.from({ length: 150 }, () => ({ ...GOOD, QSXZ: '1' }));
    const result = strictSurveyLayer(layerOf(rows), 'parcels');
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.error).toHaveLength(101);
    expect(result.error[100]!.code).toBe('SURVEY_EXPORT_MORE');
    expect(result.error[100]!.message.en).toMatch(/^50 more/);
  });

  it('holds every role to its own schema', () => {
    expect(breaches([{ PDJB: '6' }], 'slope')).toEqual(['SURVEY_EXPORT_CODE 7 PDJB']);
    expect(breaches([{ ZLDWDM: '450702100200' }], 'village')).toEqual(['SURVEY_EXPORT_FIELD_MISSING undefined ZLDWMC']);
    expect(breaches([{ PDJB: '3' }], 'slope')).toEqual([]);
  });
});
