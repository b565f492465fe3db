import { gzipSync } from 'fflate';
import { expect } from 'vitest';
import { columnOf } from '../../src/kernel/index.ts';
import { encodeGb18030 } from '../../src/modules/intake/gb18030.server.ts';
import { concat, json, parcels, parcelsInDegrees, square, X, Y, type CorpusCase } from './kit.ts';

const file =
  (name: string, content: string | Uint8Array): CorpusCase['make'] =>
  (kit) =>
    kit.file(name, content);
const feature = (geometry: unknown, properties: unknown = { BSM: 'a' }): string =>
  JSON.stringify({ type: 'Feature', properties, geometry });
const polygon = { type: 'Polygon', coordinates: [square(108.5, 22.3, 0.001)] };
const collectionOf = (...features: string[]): string =>
  `{"type":"FeatureCollection","features":[${features.join(',')}]}`;

function utf16(text: string, littleEndian: boolean, mark: boolean): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), littleEndian);
  return mark ? concat(littleEndian ? Uint8Array.of(0xff, 0xfe) : Uint8Array.of(0xfe, 0xff), bytes) : bytes;
}

export const geojsonCases: readonly CorpusCase[] = [
  { name: 'an empty file', make: file('a.geojson', ''), expect: { refused: 'INTAKE_EMPTY_FILE' } },
  { name: 'blanks only', make: file('a.geojson', '  \n\n '), expect: { refused: 'INTAKE_NOT_GEOJSON' } },
  {
    name: 'with a byte order mark',
    make: file('a.geojson', `\uFEFF${json(parcels())}`),
    expect: { reads: 6, epsg: 4525 },
  },
  {
    name: 'UTF-16 little-endian with mark',
    make: file('a.geojson', utf16(json(parcels()), true, true)),
    expect: { reads: 6, epsg: 4525, check: ({ layer }) => expect(columnOf(layer, 'DLMC')![0]).toBe('水田') },
  },
  {
    name: 'UTF-16 big-endian with mark',
    make: file('a.geojson', utf16(json(parcels()), false, true)),
    expect: { reads: 6, epsg: 4525 },
  },
  {
    name: 'UTF-16 without mark',
    make: file('a.geojson', utf16(json(parcels()), true, false)),
    expect: { reads: 6, epsg: 4525 },
  },
  {
    name: 'in GBK, as a script on a Chinese Windows writes it',
    make: file('a.geojson', encodeGb18030(json(parcels()))!),
    expect: {
      reads: 6,
      check: ({ layer, encoding }) => {
        expect(encoding).toMatchObject({ encoding: 'gb18030', decidedBy: 'fallback-gb18030' });
        expect(columnOf(layer, 'DLMC')![0]).toBe('水田');
      },
    },
  },
  {
    name: 'cut in the middle of a feature',
    make: file('a.geojson', json(parcels()).slice(0, 1200)),
    expect: { refused: 'INTAKE_TRUNCATED' },
  },
  {
    name: 'the closing brackets are missing',
    make: file('a.geojson', json(parcels()).slice(0, -2)),
    expect: { refused: 'INTAKE_TRUNCATED' },
  },
  {
    name: 'a comma after the last feature',
    make: file('a.geojson', json(parcels()).replace(/\]\}$/, ',]}')),
    expect: { refused: 'INTAKE_GEOJSON_SYNTAX' },
  },
  {
    name: 'a comma missing between features',
    make: file('a.geojson', json(parcels()).replace('},{"type":"Feature"', '}{"type":"Feature"')),
    expect: { refused: 'INTAKE_GEOJSON_SYNTAX' },
  },
  {
    name: 'a comma after the last attribute',
    make: file('a.geojson', json(parcels()).replace('村民委员会"}', '村民委员会",}')),
    expect: { refused: 'INTAKE_GEOJSON_SYNTAX' },
  },
  {
    name: 'a comma after the last coordinate',
    make: file('a.geojson', json(parcels()).replace(']]]}', '],]]}')),
    expect: { refused: 'INTAKE_GEOJSON_SYNTAX' },
  },
  {
    name: 'single quotes',
    make: file('a.geojson', json(parcels()).replaceAll('"', "'")),
    expect: { refused: 'INTAKE_GEOJSON_SYNTAX' },
  },
  {
    name: 'text after the end',
    make: file('a.geojson', `${json(parcels())}\nEOF`),
    expect: { refused: 'INTAKE_GEOJSON_SYNTAX' },
  },
  {
    name: 'a web page saved as .geojson',
    make: file('a.geojson', '<!DOCTYPE html><html><body>404</body></html>'),
    expect: { refused: 'INTAKE_UNKNOWN_FORMAT' },
  },
  {
    name: 'packed with gzip',
    make: (kit) => kit.file('a.geojson', gzipSync(new TextEncoder().encode(json(parcels())))),
    expect: { refused: 'INTAKE_UNKNOWN_FORMAT' },
  },
  {
    name: 'zipped',
    make: (kit) => kit.zip('a.zip', { 'DLTB.geojson': json(parcels()) }),
    expect: { reads: 6, epsg: 4525 },
  },
  {
    name: 'two files in a zip, one named',
    make: (kit) => kit.zip('a.zip', { 'DLTB.geojson': json(parcels()), 'XZQ.geojson': json(parcels().slice(0, 1)) }),
    options: { layer: 'XZQ' },
    expect: { reads: 1 },
  },
  {
    name: 'two files in a zip, none named',
    make: (kit) => kit.zip('a.zip', { 'DLTB.geojson': json(parcels()), 'XZQ.geojson': json(parcels()) }),
    expect: { refused: 'INTAKE_SEVERAL_LAYERS' },
  },
  {
    name: 'no crs member, degrees: WGS 84 by the standard, taken as CGCS2000 with a note',
    make: file('a.geojson', json(parcelsInDegrees(), null)),
    expect: { reads: 6, epsg: 4490, says: ['crs.read-as-cgcs2000'] },
  },
  {
    name: 'no crs member, metres with zone prefix',
    make: file('a.geojson', json(parcels(), null)),
    expect: { reads: 6, epsg: 4525, says: ['geojson.projected'] },
  },
  {
    name: 'no crs member, metres without prefix',
    make: file('a.geojson', collectionOf(feature({ type: 'Polygon', coordinates: [square(500_000, Y, 100)] }))),
    expect: { refused: 'INTAKE_CRS_ZONE_NEEDED' },
  },
  {
    name: 'crs member after the features',
    make: file(
      'a.geojson',
      `{"type":"FeatureCollection","features":[${feature({ type: 'Polygon', coordinates: [square(X, Y, 100)] })}],"crs":{"type":"name","properties":{"name":"EPSG:4525"}}}`,
    ),
    expect: { reads: 1, epsg: 4525 },
  },
  {
    name: 'crs member says CRS84',
    make: file(
      'a.geojson',
      json(parcelsInDegrees(), null).replace(
        '"features"',
        '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features"',
      ),
    ),
    expect: { reads: 6, epsg: 4490, says: ['crs.read-as-cgcs2000'] },
  },
  {
    name: 'crs member in words, degrees',
    make: file(
      'a.geojson',
      json(parcelsInDegrees(), null).replace(
        '"features"',
        '"crs":{"type":"name","properties":{"name":"国家2000"}},"features"',
      ),
    ),
    expect: { reads: 6, epsg: 4490, says: ['crs.assumed', 'geojson.crs-unknown'] },
  },
  {
    name: 'crs member says Beijing 1954',
    make: file('a.geojson', json(parcels(), 2413)),
    expect: { refused: 'INTAKE_DATUM_PARAMETERS_NEEDED' },
  },
  {
    name: 'crs member says Web Mercator',
    make: file('a.geojson', json(parcels(), 3857)),
    expect: { refused: 'INTAKE_CRS_WEB_MERCATOR' },
  },
  {
    name: 'latitude before longitude',
    make: file(
      'a.geojson',
      collectionOf(feature({ type: 'Polygon', coordinates: [square(108.5, 22.3, 0.001).map(([x, y]) => [y, x])] })),
    ),
    expect: { reads: 1, epsg: 4490, says: ['crs.axes-swapped', 'crs.read-as-cgcs2000'] },
  },
  {
    name: 'NaN written by Python among the attributes',
    make: file('a.geojson', json(parcels()).replace('"TBMJ":10000', '"TBMJ":NaN')),
    expect: { reads: 6, says: ['geojson.nan'], check: ({ layer }) => expect(columnOf(layer, 'TBMJ')![0]).toBeNull() },
  },
  {
    name: 'NaN among the coordinates',
    make: file('a.geojson', json(parcels()).replace(`[${X},${Y}]`, `[NaN,${Y}]`)),
    expect: { reads: 6, says: ['geometry.not-finite'] },
  },
  {
    name: 'null among the coordinates',
    make: file('a.geojson', json(parcels()).replace(`[${X},${Y}]`, `[null,${Y}]`)),
    expect: { reads: 6, says: ['geometry.not-finite'] },
  },
  {
    name: 'an 18-digit BSM written as a number keeps its digits',
    make: file('a.geojson', json(parcels()).replace('"450702000000000001"', '450702000000000001')),
    expect: {
      reads: 6,
      says: ['geojson.long-integer'],
      check: ({ layer }) => expect(columnOf(layer, 'BSM')![1]).toBe('450702000000000001'),
    },
  },
  {
    name: 'points among polygons',
    make: file('a.geojson', collectionOf(feature(polygon), feature({ type: 'Point', coordinates: [108.5, 22.3] }))),
    expect: { reads: 2, says: ['crs.read-as-cgcs2000', 'geometry.not-polygon'] },
  },
  {
    name: 'null geometry',
    make: file('a.geojson', collectionOf(feature(polygon), feature(null))),
    expect: { reads: 2, says: ['crs.read-as-cgcs2000', 'geometry.missing'] },
  },
  {
    name: 'a polygon without rings',
    make: file('a.geojson', collectionOf(feature(polygon), feature({ type: 'Polygon', coordinates: [] }))),
    expect: { reads: 2, says: ['crs.read-as-cgcs2000', 'geometry.missing'] },
  },
  {
    name: 'a ring as a flat list of numbers',
    make: file(
      'a.geojson',
      collectionOf(feature(polygon), feature({ type: 'Polygon', coordinates: [[108.5, 22.3, 108.6, 22.3]] })),
    ),
    expect: { reads: 2, says: ['crs.read-as-cgcs2000', 'geometry.unreadable'] },
  },
  {
    name: 'a ring not closed',
    make: file(
      'a.geojson',
      collectionOf(feature({ type: 'Polygon', coordinates: [square(108.5, 22.3, 0.001).slice(0, 4)] })),
    ),
    expect: { reads: 1, says: ['crs.read-as-cgcs2000', 'geometry.unclosed-ring'] },
  },
  {
    name: 'heights',
    make: file(
      'a.geojson',
      collectionOf(feature({ type: 'Polygon', coordinates: [square(108.5, 22.3, 0.001).map((p) => [...p, 5])] })),
    ),
    expect: { reads: 1, says: ['crs.read-as-cgcs2000', 'geometry.z-dropped'] },
  },
  {
    name: 'coordinates as texts',
    make: file(
      'a.geojson',
      collectionOf(feature({ type: 'Polygon', coordinates: [square(108.5, 22.3, 0.001).map((p) => p.map(String))] })),
    ),
    expect: { reads: 1, epsg: 4490, says: ['crs.read-as-cgcs2000'] },
  },
  {
    name: 'a collection of polygons',
    make: file('a.geojson', collectionOf(feature({ type: 'GeometryCollection', geometries: [polygon, polygon] }))),
    expect: { reads: 1, says: ['crs.read-as-cgcs2000', 'geometry.collection'] },
  },
  {
    name: 'coordinates nested ten thousand deep',
    make: file(
      'a.geojson',
      collectionOf(
        `{"type":"Feature","geometry":{"type":"Polygon","coordinates":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`,
      ),
    ),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'attributes nested: kept as JSON text',
    make: file('a.geojson', collectionOf(feature(polygon, { a: { b: [1, true] }, c: true }))),
    expect: {
      reads: 1,
      says: ['crs.read-as-cgcs2000'],
      check: ({ layer }) => expect([columnOf(layer, 'a'), columnOf(layer, 'c')]).toEqual([['{"b":[1,true]}'], [1]]),
    },
  },
  {
    name: 'fields that differ from feature to feature',
    make: file(
      'a.geojson',
      collectionOf(feature(polygon, { a: 1 }), feature(polygon, { b: 'x' }), feature(polygon, null)),
    ),
    expect: {
      reads: 3,
      says: ['crs.read-as-cgcs2000'],
      check: ({ layer }) =>
        expect([columnOf(layer, 'a'), columnOf(layer, 'b')]).toEqual([
          [1, null, null],
          [null, 'x', null],
        ]),
    },
  },
  {
    name: 'one feature a line',
    make: file(
      'a.geojsonl',
      parcelsInDegrees()
        .map((one) => JSON.stringify(one))
        .join('\r\n'),
    ),
    expect: { reads: 6, epsg: 4490, says: ['crs.read-as-cgcs2000'] },
  },
  {
    name: 'record separators before each feature',
    make: file(
      'a.geojsons',
      parcelsInDegrees()
        .map((one) => `\u001e${JSON.stringify(one)}\n`)
        .join(''),
    ),
    expect: { reads: 6, says: ['crs.read-as-cgcs2000'] },
  },
  {
    name: 'one line of a sequence is broken',
    make: file('a.geojsonl', `${feature(polygon)}\n{"type":"Feature","properties":{"a":}}\n`),
    expect: { refused: 'INTAKE_GEOJSON_SYNTAX' },
  },
  {
    name: 'a single feature',
    make: file('a.json', feature(polygon)),
    expect: { reads: 1, epsg: 4490, says: ['crs.read-as-cgcs2000'] },
  },
  {
    name: 'a bare geometry',
    make: file('a.json', JSON.stringify(polygon)),
    expect: { reads: 1, says: ['crs.read-as-cgcs2000'] },
  },
  { name: 'a bare array', make: file('a.json', `[${feature(polygon)}]`), expect: { refused: 'INTAKE_NOT_GEOJSON' } },
  {
    name: 'TopoJSON',
    make: file('a.json', '{"type":"Topology","objects":{},"arcs":[]}'),
    expect: { refused: 'INTAKE_NOT_GEOJSON' },
  },
  {
    name: 'Esri JSON',
    make: file(
      'a.json',
      '{"geometryType":"esriGeometryPolygon","spatialReference":{"wkid":4490},"features":[{"attributes":{},"geometry":{"rings":[]}}]}',
    ),
    expect: { refused: 'INTAKE_NOT_GEOJSON' },
  },
  {
    name: 'some other JSON',
    make: file('package.json', '{"name":"x","version":"1"}'),
    expect: { refused: 'INTAKE_NOT_GEOJSON' },
  },
  {
    name: 'a FeatureCollection without features member',
    make: file('a.geojson', '{"type":"FeatureCollection"}'),
    expect: { refused: 'INTAKE_NOT_GEOJSON' },
  },
  { name: 'no features, CRS given', make: file('a.geojson', json([], 4525)), expect: { reads: 0, epsg: 4525 } },
  {
    name: 'lines only',
    make: file(
      'a.geojson',
      JSON.stringify({
        type: 'LineString',
        coordinates: [
          [108, 22],
          [109, 22],
        ],
      }),
    ),
    expect: { refused: 'INTAKE_NOT_POLYGON' },
  },
];
