import { expect } from 'vitest';
import { columnOf } from '../../src/kernel/index.ts';
import { concat, doubles, indexOfBytes, patched, X, Y, type CorpusCase } from './kit.ts';

/** A GeoPackage geometry as SQL literal: header without envelope, then WKB given as pieces. */
function blob(...wkb: readonly Uint8Array[]): string {
  return `X'${Buffer.from(concat(Uint8Array.of(0x47, 0x50, 0, 1, 0xad, 0x11, 0, 0), ...wkb)).toString('hex')}'`;
}

const u32 = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);
const LITTLE = Uint8Array.of(1);
const polygon = (...points: number[]): Uint8Array =>
  concat(LITTLE, u32(3), u32(1), u32(points.length / 2), doubles(...points));
const RING = [X, Y, X, Y + 10, X + 10, Y + 10, X + 10, Y, X, Y];

/** WKB with big-endian numbers, as some Java programs write. */
function bigEndianPolygon(points: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(13 + 8 * points.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(1, 3);
  view.setUint32(5, 1);
  view.setUint32(9, points.length / 2);
  points.forEach((value, i) => view.setFloat64(13 + 8 * i, value));
  return bytes;
}

const replaceFirst = (value: string): string => `UPDATE DLTB SET geom = ${value} WHERE fid = 1;`;

export const geopackageCases: readonly CorpusCase[] = [
  {
    name: 'an empty file',
    make: (kit) => kit.file('a.gpkg', new Uint8Array(0)),
    expect: { refused: 'INTAKE_EMPTY_FILE' },
  },
  {
    name: 'a text called .gpkg',
    make: (kit) => kit.file('a.gpkg', 'hello, this is no database'),
    expect: { refused: 'INTAKE_WRONG_MAGIC' },
  },
  {
    name: 'cut after the first page',
    make: async (kit) => kit.file('a.gpkg', (await kit.good('gpkg')).subarray(0, 4096)),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'cut inside the first page',
    make: async (kit) => kit.file('a.gpkg', (await kit.good('gpkg')).subarray(0, 60)),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'half of it lost in transfer',
    make: async (kit) => {
      const bytes = await kit.good('gpkg');
      return kit.file('a.gpkg', bytes.subarray(0, bytes.length - 8192));
    },
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'a page of the catalogue overwritten',
    make: async (kit) =>
      kit.file('a.gpkg', patched(await kit.good('gpkg'), 100, ...Array.from({ length: 300 }, (): number => 0xee))),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'no gpkg_contents, the geometry table stands',
    make: (kit) => kit.geopackage('gpkg', 'DROP TABLE gpkg_contents;'),
    expect: { reads: 6 },
  },
  {
    name: 'no gpkg_geometry_columns',
    make: (kit) => kit.geopackage('gpkg', 'DROP TABLE gpkg_geometry_columns;'),
    expect: { refused: 'INTAKE_NO_POLYGON_LAYER' },
  },
  {
    name: 'SQLite, but no GeoPackage at all',
    make: (kit) => kit.geopackage('gpkg', 'DROP TABLE gpkg_geometry_columns; DROP TABLE gpkg_contents;'),
    expect: { refused: 'INTAKE_NOT_GEOPACKAGE' },
  },
  {
    name: 'a table without geometry',
    make: async (kit) => kit.file('a.gpkg', await kit.good('gpkg-table')),
    expect: { refused: 'INTAKE_NO_POLYGON_LAYER' },
  },
  {
    name: 'the table of the layer is gone',
    make: (kit) => kit.geopackage('gpkg', 'DROP TABLE DLTB;'),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'the geometry column is named wrongly',
    make: (kit) => kit.geopackage('gpkg', "UPDATE gpkg_geometry_columns SET column_name = 'shape';"),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'a line layer',
    make: async (kit) => kit.file('a.gpkg', await kit.good('gpkg-lines')),
    expect: { refused: 'INTAKE_NOT_POLYGON' },
  },
  {
    name: 'heights',
    make: async (kit) => kit.file('a.gpkg', await kit.good('gpkg-heights')),
    expect: { reads: 6, says: ['geometry.z-dropped'] },
  },
  {
    name: 'a layer of any geometry with one line in it',
    make: async (kit) => kit.file('a.gpkg', await kit.good('gpkg-mixed')),
    expect: { reads: 7, says: ['geometry.not-polygon'] },
  },
  {
    name: 'no features',
    make: async (kit) => kit.file('a.gpkg', await kit.good('gpkg-empty')),
    expect: { reads: 0, epsg: 4525 },
  },
  {
    name: 'a layer declared as curve polygons',
    make: async (kit) => kit.file('a.gpkg', await kit.good('gpkg-curves')),
    expect: { refused: 'INTAKE_CURVE_GEOMETRY' },
  },
  {
    name: 'one curve polygon in a polygon layer',
    make: (kit) =>
      kit.geopackage('gpkg', replaceFirst(blob(LITTLE, u32(10), u32(1), LITTLE, u32(8), u32(5), doubles(...RING)))),
    expect: { reads: 6, says: ['geometry.curve'] },
  },
  {
    name: 'two polygon layers, none named',
    make: (kit) =>
      kit.geopackage(
        'gpkg',
        "CREATE TABLE CJDCQ AS SELECT * FROM DLTB; INSERT INTO gpkg_geometry_columns SELECT 'CJDCQ', column_name, geometry_type_name, srs_id, z, m FROM gpkg_geometry_columns;",
      ),
    expect: { refused: 'INTAKE_SEVERAL_LAYERS' },
  },
  {
    name: 'two polygon layers, one named',
    make: (kit) =>
      kit.geopackage(
        'gpkg',
        "CREATE TABLE CJDCQ AS SELECT * FROM DLTB WHERE fid < 3; INSERT INTO gpkg_geometry_columns SELECT 'CJDCQ', column_name, geometry_type_name, srs_id, z, m FROM gpkg_geometry_columns;",
      ),
    options: { layer: 'CJDCQ' },
    expect: { reads: 2, check: ({ layerName }) => expect(layerName).toBe('CJDCQ') },
  },
  {
    name: 'a layer that is not there is asked for',
    make: async (kit) => kit.file('a.gpkg', await kit.good('gpkg')),
    options: { layer: 'XZQ' },
    expect: { refused: 'INTAKE_NO_SUCH_LAYER' },
  },
  {
    name: 'the layer is a view',
    make: (kit) =>
      kit.geopackage(
        'gpkg',
        "ALTER TABLE DLTB RENAME TO base; CREATE VIEW DLTB AS SELECT * FROM base; UPDATE gpkg_geometry_columns SET table_name = 'DLTB';",
      ),
    expect: { refused: 'INTAKE_LAYER_IS_VIEW' },
  },
  {
    name: 'a view that would never end',
    make: (kit) =>
      kit.geopackage(
        'gpkg',
        'DROP TABLE DLTB; CREATE VIEW DLTB AS WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n) SELECT fid, NULL AS geom FROM n;',
      ),
    expect: { refused: 'INTAKE_LAYER_IS_VIEW' },
  },
  {
    name: 'CRS 0, prefixed eastings: found by the digits',
    make: (kit) =>
      kit.geopackage('gpkg', 'UPDATE gpkg_geometry_columns SET srs_id = 0; UPDATE gpkg_contents SET srs_id = 0;'),
    expect: { reads: 6, epsg: 4525, says: ['geopackage.srs-differs'] },
  },
  {
    name: 'CRS −1, degrees: read as CGCS2000 with a warning',
    make: (kit) => kit.geopackage('gpkg-degrees', 'UPDATE gpkg_geometry_columns SET srs_id = -1;'),
    expect: { reads: 6, epsg: 4490, says: ['crs.assumed', 'geopackage.srs-differs'] },
  },
  {
    name: 'the CRS is not described in the file',
    make: (kit) => kit.geopackage('gpkg', 'DELETE FROM gpkg_spatial_ref_sys WHERE srs_id = 4525;'),
    expect: { reads: 6, epsg: 4525, says: ['geopackage.srs-missing'] },
  },
  {
    name: 'the CRS under a number of the writer’s own, WKT beside it',
    make: (kit) =>
      kit.geopackage(
        'gpkg',
        "UPDATE gpkg_spatial_ref_sys SET srs_id = 100000, organization = 'NONE', organization_coordsys_id = 100000 WHERE srs_id = 4525; UPDATE gpkg_geometry_columns SET srs_id = 100000;",
      ),
    expect: { reads: 6, epsg: 4525, says: ['geopackage.srs-differs'] },
  },
  {
    name: 'Xi’an 1980',
    make: async (kit) => kit.file('a.gpkg', await kit.good('gpkg-xian80')),
    expect: { refused: 'INTAKE_DATUM_PARAMETERS_NEEDED' },
  },
  {
    name: 'WGS 84 degrees: taken as CGCS2000 with a note',
    make: async (kit) => kit.file('a.gpkg', await kit.good('gpkg-wgs84')),
    expect: { reads: 6, epsg: 4490, says: ['crs.read-as-cgcs2000'] },
  },
  {
    name: 'geometries in latitude, longitude order',
    make: (kit) =>
      kit.geopackage(
        'gpkg-degrees',
        `DELETE FROM DLTB WHERE fid > 1; ${replaceFirst(blob(polygon(22.3, 108.5, 22.4, 108.5, 22.4, 108.6, 22.3, 108.5)))}`,
      ),
    expect: {
      reads: 1,
      epsg: 4490,
      says: ['crs.axes-swapped', 'geopackage.srs-differs'],
      check: ({ layer }) => expect(layer.coords[0]).toBe(108.5),
    },
  },
  {
    name: 'big-endian WKB',
    make: (kit) => kit.geopackage('gpkg', replaceFirst(blob(bigEndianPolygon(RING)))),
    expect: { reads: 6, check: ({ layer }) => expect([...layer.coords.subarray(0, 8)]).toEqual(RING.slice(0, 8)) },
  },
  {
    name: 'null geometry',
    make: (kit) => kit.geopackage('gpkg', replaceFirst('NULL')),
    expect: { reads: 6, says: ['geometry.missing'] },
  },
  {
    name: 'POLYGON EMPTY',
    make: (kit) => kit.geopackage('gpkg', replaceFirst(blob(LITTLE, u32(3), u32(0)))),
    expect: { reads: 6, says: ['geometry.missing'] },
  },
  {
    name: 'plain WKB without the GeoPackage header',
    make: (kit) => kit.geopackage('gpkg', replaceFirst(`X'${Buffer.from(polygon(...RING)).toString('hex')}'`)),
    expect: { reads: 6, says: ['geometry.unreadable'] },
  },
  {
    name: 'WKT text where bytes belong',
    make: (kit) => kit.geopackage('gpkg', replaceFirst("'POLYGON((0 0,1 0,1 1,0 0))'")),
    expect: { reads: 6, says: ['geometry.unreadable'] },
  },
  {
    name: 'a point count far beyond the bytes',
    make: (kit) => kit.geopackage('gpkg', replaceFirst(blob(LITTLE, u32(3), u32(1), u32(0xfffffff0)))),
    expect: { reads: 6, says: ['geometry.unreadable'] },
  },
  {
    name: 'collections nested a thousand deep',
    make: (kit) =>
      kit.geopackage(
        'gpkg',
        replaceFirst(blob(...Array.from({ length: 1000 }, () => concat(LITTLE, u32(7), u32(1))), polygon(...RING))),
      ),
    expect: { reads: 6, says: ['geometry.unreadable'] },
  },
  {
    name: 'a collection of polygons only',
    make: (kit) => kit.geopackage('gpkg', replaceFirst(blob(LITTLE, u32(7), u32(1), polygon(...RING)))),
    expect: { reads: 6, says: ['geometry.collection'] },
  },
  {
    name: 'NaN coordinates',
    make: (kit) => kit.geopackage('gpkg', replaceFirst(blob(polygon(X, Y, Number.NaN, Y, X, Y + 5, X, Y)))),
    expect: { reads: 6, says: ['geometry.not-finite'] },
  },
  {
    name: 'a ring not closed',
    make: (kit) => kit.geopackage('gpkg', replaceFirst(blob(polygon(...RING.slice(0, 8))))),
    expect: { reads: 6, says: ['geometry.unclosed-ring'] },
  },
  {
    name: 'an 18-digit identifier stored as an integer keeps its digits',
    make: (kit) =>
      kit.geopackage('gpkg', 'ALTER TABLE DLTB ADD COLUMN NUM INTEGER; UPDATE DLTB SET NUM = 450702000000000001;'),
    expect: { reads: 6, check: ({ layer }) => expect(columnOf(layer, 'NUM')![0]).toBe('450702000000000001') },
  },
  {
    name: 'a text in a column of numbers is handed on as it is',
    make: (kit) => kit.geopackage('gpkg', "UPDATE DLTB SET TBMJ = '一百' WHERE fid = 2;"),
    expect: { reads: 6, check: ({ layer }) => expect(columnOf(layer, 'TBMJ')![1]).toBe('一百') },
  },
  {
    name: 'a column of photographs is left out and said',
    make: (kit) => kit.geopackage('gpkg', "ALTER TABLE DLTB ADD COLUMN photo BLOB; UPDATE DLTB SET photo = X'ffd8';"),
    expect: { reads: 6, says: ['attribute.binary-dropped'] },
  },
  {
    name: 'names with quotes, blanks and Chinese',
    make: (kit) =>
      kit.geopackage(
        'gpkg',
        `ALTER TABLE DLTB RENAME COLUMN DLMC TO "地类 ""名称"""; ALTER TABLE DLTB RENAME TO "地类 ""图斑"""; UPDATE gpkg_geometry_columns SET table_name = '地类 "图斑"';`,
      ),
    expect: { reads: 6, check: ({ layer }) => expect(columnOf(layer, '地类 "名称"')![0]).toBe('水田') },
  },
  {
    name: 'copied while QGIS had it open: write-ahead mode, its log left behind',
    make: async (kit) => kit.file('a.gpkg', patched(await kit.good('gpkg'), 18, 2, 2)),
    expect: { reads: 6, says: ['geopackage.log-missing'] },
  },
  {
    name: 'a GeoPackage called .zip',
    make: async (kit) => kit.file('a.zip', await kit.good('gpkg')),
    expect: { reads: 6 },
  },
  {
    name: 'a GeoPackage in a zip',
    make: async (kit) => kit.zip('a.zip', { '成果/a.gpkg': await kit.good('gpkg') }),
    expect: { reads: 6, epsg: 4525 },
  },
  {
    name: 'bytes of a geometry page overwritten',
    make: async (kit) => {
      const bytes = await kit.good('gpkg');
      return kit.file(
        'a.gpkg',
        patched(bytes, indexOfBytes(bytes, 'GP\x00'), ...Array.from({ length: 12 }, (): number => 0xff)),
      );
    },
    expect: { reads: 6, says: ['geometry.unreadable'] },
  },
];
