import { encodeGb18030 } from '../../../../src/modules/intake/gb18030.server.ts';
import { box, concat, crookedRings, hole, HOSTILE_TEXTS, roundRing, text, u8, X, Y, type Seed } from '../bytes.ts';
import { forgeZip } from '../zip-forge.ts';
import { pairs } from './flatgeobuf.seeds.ts';

const ring = (flat: readonly number[]): string => JSON.stringify(pairs(flat));
const polygon = (...rings: readonly (readonly number[])[]): string =>
  `{"type":"Polygon","coordinates":[${rings.map(ring).join(',')}]}`;
const PROPERTIES = '{"BSM":"450702000000000001","DLBM":"0101","DLMC":"水田","TBMJ":10000.5}';
const feature = (geometry: string, properties = PROPERTIES): string =>
  `{"type":"Feature","properties":${properties},"geometry":${geometry}}`;
const crs = (epsg: string): string => `"crs":{"type":"name","properties":{"name":"${epsg}"}},`;
const collection = (features: readonly string[], epsg = crs('urn:ogc:def:crs:EPSG::4525')): string =>
  `{"type":"FeatureCollection","name":"DLTB",${epsg}"features":[${features.join(',')}]}`;
const SQUARE = polygon(box(X, Y, 100));
const DEGREES = polygon(box(108.5, 22.3, 0.001));

export const GOOD_GEOJSON = collection([
  feature(SQUARE),
  feature(polygon(box(X + 200, Y, 100), hole(X + 230, Y + 30, 20))),
  feature(polygon(box(X + 400, Y, 50))),
]);

export function geojsonSeeds(): Seed[] {
  const seeds: Seed[] = [];
  const add = (
    name: string,
    content: string | (() => string | Uint8Array),
    heavy?: boolean,
    file = 'dltb.geojson',
  ): void => {
    const bytes = (): Uint8Array => {
      const made = typeof content === 'string' ? content : content();
      return typeof made === 'string' ? text(made) : made;
    };
    seeds.push({ name, file, bytes, ...(heavy === true ? { heavy } : {}) });
  };
  const good = GOOD_GEOJSON;
  const one = (geometry: string): string => collection([feature(geometry), feature(SQUARE)]);
  const spoilt = (name: string, from: string | RegExp, to: string): void => {
    const changed = good.replace(from, to);
    if (changed === good) throw new Error(`${name} changes nothing`);
    add(name, changed);
  };

  add('polygons', good);
  add('degrees without CRS', collection([feature(DEGREES)], ''));
  add('a feature alone', feature(DEGREES));
  add('a geometry alone', DEGREES);
  add('lines of features', [feature(DEGREES), feature(DEGREES)].join('\n'), false, 'dltb.geojsonl');
  add('lines with record marks', [feature(DEGREES), feature(DEGREES)].map((line) => `\u001e${line}\n`).join(''));
  add('lines, one broken', [feature(DEGREES), '{"type":', feature(DEGREES)].join('\n'), false, 'dltb.geojsonl');
  add('with a byte order mark', `\ufeff${good}`);
  add('two byte order marks', `\ufeff\ufeff${good}`);
  add('UTF-16', () => new Uint8Array(Buffer.from(`\ufeff${good}`, 'utf16le')));
  add('UTF-16 cut in a character', () => new Uint8Array(Buffer.from(`\ufeff${good}`, 'utf16le')).slice(0, 601));
  add('UTF-16 big-endian', () => new Uint8Array(Buffer.from(`\ufeff${good}`, 'utf16le').swap16()));
  add('UTF-32', () =>
    concat(
      u8(0xff, 0xfe, 0, 0),
      ...[...good].map((character) => new Uint8Array(Uint32Array.of(character.codePointAt(0)!).buffer)),
    ),
  );
  add('GBK', () => encodeGb18030(good)!);
  add('GBK with a broken byte', () =>
    concat(encodeGb18030(good.slice(0, 300))!, u8(0xff, 0x80), encodeGb18030(good.slice(300))!),
  );
  add('bytes that are no UTF-8', () => text(good).map((byte, i) => (i % 97 === 0 ? 0xff : byte)));
  add('lone surrogates', good.replace('水田', String.raw`\ud800\udc00\ud800`));
  add('escaped NUL', good.replace('水田', String.raw`\u0000`));
  add('pretty printed', JSON.stringify(JSON.parse(good), null, 2));
  add('a megabyte of blanks', `${' '.repeat(1_000_000)}${good}`);
  add('blanks between all', good.replace(/[,:[\]{}]/g, ' $& \n'));
  add('members in another order', () => {
    const value = JSON.parse(good) as Record<string, unknown>;
    return JSON.stringify({ features: value['features'], crs: value['crs'], type: value['type'] });
  });
  for (const epsg of [
    'EPSG:4525',
    'urn:ogc:def:crs:OGC:1.3:CRS84',
    'EPSG:3857',
    'EPSG:2361',
    'EPSG:99999',
    'EPSG:-1',
    '',
    'urn:ogc:def:crs:EPSG::4526',
    '\\u0000',
    'EPSG:4490',
  ])
    add(`CRS ${JSON.stringify(epsg)}`, collection([feature(SQUARE)], crs(epsg)));
  for (const value of [
    'null',
    '4525',
    '[]',
    '{}',
    '{"type":"name"}',
    '{"type":"link","properties":{"href":"http://127.0.0.1/x"}}',
    '{"type":"name","properties":{"name":{}}}',
  ])
    add(`CRS as ${value}`, collection([feature(SQUARE)], `"crs":${value},`));
  add(
    'a CRS in every feature',
    collection([
      feature(SQUARE).replace('{', `{${crs('EPSG:4525')}`),
      feature(DEGREES).replace('{', `{${crs('EPSG:4490')}`),
    ]),
  );
  add('CRS mixed', collection([feature(SQUARE), feature(DEGREES)], ''));
  add('zones mixed', collection([feature(SQUARE), feature(polygon(box(X + 1e6, Y, 10)))], ''));
  for (const type of [
    'Point',
    'MultiPoint',
    'LineString',
    'MultiLineString',
    'MultiPolygon',
    'GeometryCollection',
    'CircularString',
    'polygon',
    '',
    '__proto__',
  ])
    add(
      `geometry type ${JSON.stringify(type)}`,
      one(`{"type":"${type}","coordinates":[[[${X},${Y}],[${X + 1},${Y}]]]}`),
    );
  for (const value of [
    'null',
    '[]',
    '[[]]',
    '[[[]]]',
    '[[[[]]]]',
    '{}',
    '"x"',
    '1',
    'true',
    '[null]',
    '[[null]]',
    '[[[null,null]]]',
    '[[[1]]]',
    '[[["1","2"],["3","4"],["5","6"]]]',
    '[[1,2],[3,4]]',
  ])
    add(`coordinates ${value}`, one(`{"type":"Polygon","coordinates":${value}}`));
  add('a multi-polygon of holes', one(`{"type":"MultiPolygon","coordinates":[[${ring(hole(X, Y, 10))}],[]]}`));
  add('a collection of polygons', one(`{"type":"GeometryCollection","geometries":[${SQUARE},${SQUARE}]}`));
  add(
    'collections a thousand deep',
    one(`${'{"type":"GeometryCollection","geometries":['.repeat(1_000)}${SQUARE}${']}'.repeat(1_000)}`),
  );
  add('collections without end', one('{"type":"GeometryCollection","geometries":['.repeat(50_000)));
  add('no geometry', one('null'));
  add('geometry missing', collection(['{"type":"Feature","properties":{}}']));
  add('geometry a text', one('"POLYGON((0 0,1 0,1 1,0 0))"'));
  for (const depth of [100, 10_000, 1_000_000]) add(`brackets ${depth} deep`, '['.repeat(depth), depth > 100_000);
  for (const depth of [100, 10_000, 1_000_000]) add(`objects ${depth} deep`, '{"a":'.repeat(depth), depth > 100_000);
  for (const depth of [100, 10_000, 300_000]) {
    add(
      `properties ${depth} deep`,
      collection([feature(SQUARE, `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`)]),
      depth > 100_000,
    );
    add(
      `coordinates ${depth} deep`,
      collection([feature(`{"type":"Polygon","coordinates":${'['.repeat(depth)}1${']'.repeat(depth)}}`)]),
      depth > 100_000,
    );
    add(
      `a member ${depth} deep before the features`,
      `{"type":"FeatureCollection","x":${'['.repeat(depth)}${']'.repeat(depth)},"features":[${feature(DEGREES)}]}`,
      depth > 100_000,
    );
  }
  for (const number of [
    'NaN',
    'Infinity',
    '-Infinity',
    '1e999',
    '-1e999',
    '1e308',
    '-0',
    '01',
    '+1',
    '.5',
    '1.',
    '0x10',
    '1e',
    '--1',
    '1_000',
    `${'9'.repeat(400)}`,
    `0.${'0'.repeat(5_000)}1`,
    `1e${'9'.repeat(50)}`,
  ])
    add(`a coordinate ${number.slice(0, 20)}`, good.replace(`[${X},`, `[${number},`));
  for (const [name, flat] of crookedRings(X, Y)) add(name, one(polygon(flat)));
  for (const value of [
    'null',
    '[]',
    '"x"',
    '1',
    '{"a":{"b":{"c":[1,2,{}]}}}',
    '{"__proto__":{"x":1}}',
    '{"constructor":1,"toString":2,"hasOwnProperty":3}',
    '{"":""}',
    '{"a":1,"a":2}',
    `{"n":${'1'.repeat(40)}}`,
    '{"a":true,"b":false,"c":null}',
  ])
    add(`properties ${value.slice(0, 40)}`, collection([feature(SQUARE, value), feature(SQUARE)]));
  HOSTILE_TEXTS.forEach((value, i) => {
    add(
      `hostile text ${i + 1}`,
      collection([feature(SQUARE, JSON.stringify({ BSM: value, [value.slice(0, 100)]: value }))]),
    );
  });
  add(
    'a member called by brackets',
    collection([feature(SQUARE, JSON.stringify({ ['([【{'.repeat(80_000)]: 1 }))]),
    true,
  );
  add('the same identifier everywhere', collection(Array.from({ length: 50 }, () => feature(SQUARE))));
  add(
    'five thousand columns',
    collection([
      feature(SQUARE, JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`c${i}`, i])))),
    ]),
  );
  add(
    'another column in every feature',
    collection(Array.from({ length: 1_500 }, (_, i) => feature(SQUARE, `{"k${i}":${i}}`))),
  );
  add('a text of a megabyte', collection([feature(SQUARE, `{"a":"${'文'.repeat(350_000)}"}`)]));
  add(
    'a million points in one ring',
    () => collection([feature(polygon(roundRing(X + 5_000, Y + 5_000, 5_000, 1_000_000)))]),
    true,
  );
  add(
    'ten thousand rings',
    collection([
      feature(
        polygon(...Array.from({ length: 10_000 }, (_, i) => box(X + 2 * (i % 100), Y + 2 * Math.floor(i / 100), 1))),
      ),
    ]),
  );
  add(
    'thirty thousand features without shape',
    () => collection(Array.from({ length: 30_000 }, () => '{"type":"Feature","properties":null,"geometry":null}')),
    true,
  );
  add(
    'heights and more',
    one(
      `{"type":"Polygon","coordinates":[${JSON.stringify(pairs(box(X, Y, 10)).map((point) => [...point, 5, 6, 7, 8]))}]}`,
    ),
  );
  for (const at of [
    1,
    2,
    8,
    15,
    30,
    40,
    60,
    90,
    110,
    125,
    140,
    160,
    200,
    260,
    280,
    300,
    350,
    400,
    good.length - 60,
    good.length - 3,
    good.length - 2,
    good.length - 1,
  ])
    add(`cut at ${at}`, good.slice(0, at));
  spoilt('a comma too many', ',"name"', ',,"name"');
  spoilt('no type', '"type":"FeatureCollection",', '');
  spoilt('type a number', '"FeatureCollection"', '7');
  spoilt('features an object', /"features":\[.*\]/, '"features":{}');
  spoilt('features null', /"features":\[.*\]/, '"features":null');
  spoilt('features twice', /}$/, ',"features":[]}');
  spoilt('features of nulls', /"features":\[/, '"features":[null,1,"x",[],{},');
  spoilt('single quotes', /"/g, "'");
  spoilt('comments', '{', '/* made by hand */{');
  spoilt('trailing commas', /\]\}$/, ',]}');
  spoilt('text behind the end', /$/, ' ;');
  spoilt('a second collection behind the end', /$/, good);
  spoilt('keys without quotes', /"(type|features)"/g, '$1');
  spoilt('line ends in texts', '水田', '水\n田');
  spoilt('backslash at the end of a text', '水田', '水田\\');
  spoilt('wrong escapes', '水田', '\\q\\u12');
  add('a function around it', `callback(${good});`);
  add('empty', '');
  add('blanks', ' \n\t ');
  for (const value of [
    'null',
    'true',
    '[]',
    '{}',
    '"x"',
    '1',
    '{',
    '[',
    '"',
    '}',
    '{"type":"Topology"}',
    '{"type":"FeatureCollection"}',
    '{"type":"FeatureCollection","features":[]}',
    '{"displayFieldName":"","features":[{"attributes":{},"geometry":{"rings":[]}}]}',
  ])
    add(`only ${value}`, value);
  seeds.push({
    name: 'in a zip',
    file: 'dltb.zip',
    bytes: () => forgeZip([{ name: '成果/dltb.geojson', data: text(good), deflate: true }]),
  });
  seeds.push({
    name: 'two in a zip',
    file: 'dltb.zip',
    bytes: () =>
      forgeZip([
        { name: 'a.geojson', data: text(good) },
        { name: 'b.geojson', data: text(good) },
      ]),
  });
  return seeds;
}
