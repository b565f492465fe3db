import { describe, expect, it } from 'vitest';
import { crsOfWkt } from './crs-names.ts';
import { resolveCrs, type CrsClues } from './crs-detection.ts';

const ESRI_3_DEGREE =
  'PROJCS["CGCS2000_3_Degree_GK_CM_108E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",108.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]';
const WKT2 =
  'PROJCRS["CGCS2000 / 3-degree Gauss-Kruger zone 36",BASEGEOGCRS["China Geodetic Coordinate System 2000",DATUM["China 2000",ELLIPSOID["CGCS2000",6378137,298.257222101,LENGTHUNIT["metre",1]]],PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]]],CONVERSION["3-degree Gauss-Kruger zone 36",METHOD["Transverse Mercator",ID["EPSG",9807]],PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433]],PARAMETER["Longitude of natural origin",108,ANGLEUNIT["degree",0.0174532925199433]],PARAMETER["Scale factor at natural origin",1,SCALEUNIT["unity",1]],PARAMETER["False easting",36500000,LENGTHUNIT["metre",1]],PARAMETER["False northing",0,LENGTHUNIT["metre",1]]],CS[Cartesian,2],AXIS["northing (X)",north,ORDER[1],LENGTHUNIT["metre",1]],AXIS["easting (Y)",east,ORDER[2],LENGTHUNIT["metre",1]],ID["EPSG",4524]]';
const NORTH = [2_428_000, 2_429_000] as const;
const PLAIN = [560_000, 561_000] as const;
const PREFIXED = [36_560_000, 36_561_000] as const;

function resolved(clues: Partial<CrsClues>) {
  const result = resolveCrs({ xRange: PREFIXED, yRange: NORTH, ...clues });
  if (!result.ok) return { code: result.error[0]!.code };
  return {
    epsg: result.value.crs.epsg,
    by: result.value.crs.decidedBy,
    swap: result.value.swapAxes,
    rules: result.value.problems.map((found) => found.rule),
  };
}

describe('names of a CRS', () => {
  it('reads ESRI, OGC and WKT 2 text by its parameters', () => {
    expect(crsOfWkt(ESRI_3_DEGREE)).toMatchObject({ kind: 'supported', epsg: 4545 });
    expect(crsOfWkt(ESRI_3_DEGREE.replace('500000.0', '36500000.0'))).toMatchObject({ kind: 'supported', epsg: 4524 });
    expect(crsOfWkt(ESRI_3_DEGREE.replace('3_Degree_', '').replace('108.0', '105.0'))).toMatchObject({
      kind: 'supported',
      epsg: 4507,
    });
    expect(crsOfWkt(ESRI_3_DEGREE.replace('500000.0', '18500000.0').replace('108.0', '105.0'))).toMatchObject({
      kind: 'supported',
      epsg: 4496,
    });
    expect(crsOfWkt(WKT2)).toMatchObject({ kind: 'supported', epsg: 4524 });
    expect(
      crsOfWkt(
        'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]]',
      ),
    ).toMatchObject({ kind: 'supported', epsg: 4490 });
    expect(
      crsOfWkt(ESRI_3_DEGREE.slice(ESRI_3_DEGREE.indexOf('GEOGCS'), ESRI_3_DEGREE.indexOf(',PROJECTION'))),
    ).toMatchObject({ kind: 'supported', epsg: 4490 });
  });
  it('knows the old datums, local grids and Web Mercator', () => {
    const xian = ESRI_3_DEGREE.replace('CGCS2000_3_Degree', 'Xian_1980_3_Degree')
      .replace('GCS_China_Geodetic_Coordinate_System_2000', 'GCS_Xian_1980')
      .replace('D_China_2000', 'D_Xian_1980')
      .replace('"CGCS2000"', '"Xian_1980"');
    expect(crsOfWkt(xian)).toMatchObject({ kind: 'oldDatum', datum: 'xian80' });
    expect(crsOfWkt(xian.replaceAll('Xian_1980', 'Beijing_1954'))).toMatchObject({
      kind: 'oldDatum',
      datum: 'beijing54',
    });
    expect(crsOfWkt(ESRI_3_DEGREE.replace('108.0', '108.5'))).toMatchObject({ kind: 'unsupported' });
    expect(crsOfWkt(ESRI_3_DEGREE.replace('500000.0', '50000.0'))).toMatchObject({ kind: 'unsupported' });
    expect(crsOfWkt(ESRI_3_DEGREE.replace('"Scale_Factor",1.0', '"Scale_Factor",0.9996'))).toMatchObject({
      kind: 'unsupported',
    });
    expect(crsOfWkt(ESRI_3_DEGREE.replace('500000.0', '37500000.0'))).toMatchObject({ kind: 'unsupported' });
    expect(
      crsOfWkt(
        'PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]]],PROJECTION["Mercator_Auxiliary_Sphere"],UNIT["Meter",1]]',
      ),
    ).toMatchObject({ kind: 'webMercator' });
    expect(crsOfWkt('no wkt at all')).toMatchObject({ kind: 'none' });
    expect(crsOfWkt('PROJCS["cut off", GEOGCS["x"')).toMatchObject({ kind: 'none' });
  });
});

describe('resolveCrs', () => {
  it('takes what is declared where the numbers agree', () => {
    expect(resolved({ userEpsg: 4524 })).toEqual({ epsg: 4524, by: 'user', swap: false, rules: [] });
    expect(resolved({ prjText: WKT2 })).toEqual({ epsg: 4524, by: 'prj', swap: false, rules: [] });
    expect(resolved({ xRange: PLAIN, prjText: ESRI_3_DEGREE })).toEqual({
      epsg: 4545,
      by: 'prj',
      swap: false,
      rules: [],
    });
    expect(resolved({ xRange: [108.5, 108.6], yRange: [21.9, 22], epsgFromMetadata: 4326 })).toEqual({
      epsg: 4490,
      by: 'metadata',
      swap: false,
      rules: ['crs.read-as-cgcs2000'],
    });
    expect(resolved({ epsgFromMetadata: 900001, wkt: WKT2 })).toMatchObject({ epsg: 4524, by: 'metadata' });
    expect(resolved({ xRange: null, yRange: null, userEpsg: 4524 })).toMatchObject({ epsg: 4524 });
  });
  it('reads the zone from 8 digits, and asks for it where there are 6', () => {
    expect(resolved({})).toEqual({ epsg: 4524, by: 'digits', swap: false, rules: [] });
    expect(resolved({ xRange: [18_560_000, 18_561_000] })).toMatchObject({ epsg: 4496, by: 'digits' });
    expect(resolved({ xRange: PLAIN })).toEqual({ code: 'INTAKE_CRS_ZONE_NEEDED' });
    expect(resolved({ xRange: PLAIN, zoneField: 36 })).toEqual({
      epsg: 4545,
      by: 'zone-field',
      swap: false,
      rules: [],
    });
    expect(resolved({ xRange: PLAIN, zoneField: 108 })).toMatchObject({ epsg: 4545 });
    expect(resolved({ xRange: PLAIN, zoneField: 18, stripDegrees: 6 })).toMatchObject({ epsg: 4507 });
    expect(resolved({ zoneField: 36 })).toEqual({ epsg: 4524, by: 'zone-field', swap: false, rules: [] });
  });
  it('exchanges axes with a warning', () => {
    expect(resolved({ xRange: NORTH, yRange: PREFIXED })).toEqual({
      epsg: 4524,
      by: 'digits',
      swap: true,
      rules: ['crs.axes-swapped'],
    });
    expect(resolved({ xRange: NORTH, yRange: PLAIN, userEpsg: 4545 })).toMatchObject({
      swap: true,
      rules: ['crs.axes-swapped'],
    });
    expect(resolved({ xRange: [21.9, 22], yRange: [108.5, 108.6], userEpsg: 4490 })).toMatchObject({
      epsg: 4490,
      swap: true,
      rules: ['crs.axes-swapped'],
    });
  });
  it('never reads metres as degrees nor degrees as metres', () => {
    expect(resolved({ epsgFromMetadata: 4326 })).toEqual({ code: 'INTAKE_CRS_METRES_AS_DEGREES' });
    expect(resolved({ xRange: PLAIN, userEpsg: 4490 })).toEqual({ code: 'INTAKE_CRS_METRES_AS_DEGREES' });
    expect(resolved({ xRange: [108.5, 108.6], yRange: [21.9, 22], userEpsg: 4545 })).toEqual({
      code: 'INTAKE_CRS_DEGREES_AS_METRES',
    });
    expect(resolved({ xRange: [0, 100], yRange: [0, 50] })).toEqual({ code: 'INTAKE_CRS_UNKNOWN' });
    expect(resolved({ xRange: [1000, 2000], yRange: [1000, 2000] })).toEqual({ code: 'INTAKE_CRS_UNKNOWN' });
    expect(resolved({ xRange: [108.5, 108.6], yRange: [21.9, 22] })).toMatchObject({
      epsg: 4490,
      by: 'digits',
      rules: ['crs.assumed'],
    });
  });
  it('resolves or refuses contradictions', () => {
    expect(resolved({ xRange: PLAIN, userEpsg: 4524 })).toMatchObject({ epsg: 4545, rules: ['crs.zone-prefix'] });
    expect(resolved({ prjText: ESRI_3_DEGREE })).toMatchObject({ epsg: 4524, rules: ['crs.zone-prefix'] });
    expect(resolved({ zoneField: 37 })).toMatchObject({ epsg: 4524, by: 'digits', rules: ['crs.zone-contradicted'] });
    expect(resolved({ userEpsg: 4525 })).toEqual({ code: 'INTAKE_CRS_CONTRADICTION' });
    expect(resolved({ xRange: [36_560_000, 37_440_000] })).toEqual({ code: 'INTAKE_CRS_MIXED_ZONES' });
    expect(resolved({ xRange: [24_500_000, 24_510_000] })).toEqual({ code: 'INTAKE_CRS_OUT_OF_RANGE' });
  });
  it('refuses old datums, Web Mercator and the rest with a reason', () => {
    expect(resolved({ userEpsg: 2360 })).toEqual({ code: 'INTAKE_DATUM_PARAMETERS_NEEDED' });
    expect(resolved({ userEpsg: 2412 })).toEqual({ code: 'INTAKE_DATUM_PARAMETERS_NEEDED' });
    expect(resolved({ epsgFromMetadata: 3857 })).toEqual({ code: 'INTAKE_CRS_WEB_MERCATOR' });
    expect(resolved({ epsgFromMetadata: 32649 })).toEqual({ code: 'INTAKE_CRS_UNSUPPORTED' });
  });
  it('warns of coordinates outside the zone', () => {
    expect(resolved({ xRange: [36_700_000, 36_701_000] })).toMatchObject({ epsg: 4524, rules: ['crs.outside-zone'] });
    expect(resolved({ xRange: [70.5, 109], yRange: [0, 22], userEpsg: 4490 })).toMatchObject({
      epsg: 4490,
      rules: ['crs.outside-china'],
    });
  });
  it('refuses degrees far from China', () => {
    const range = { code: 'INTAKE_CRS_OUT_OF_RANGE' };
    expect(resolved({ xRange: [-180, 180], yRange: [-90, 90], userEpsg: 4490 })).toEqual(range);
    expect(resolved({ xRange: [0, 109], yRange: [0, 22], epsgFromMetadata: 4490 })).toEqual(range);
    expect(resolved({ xRange: [100, 109], yRange: [20, 65], userEpsg: 4490 })).toEqual(range);
  });
});
