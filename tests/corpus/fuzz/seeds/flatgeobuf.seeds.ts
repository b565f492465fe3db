import { geojson } from 'flatgeobuf';
import {
  box,
  concat,
  crookedRings,
  hole,
  HOSTILE_TEXTS,
  lie,
  liesOf,
  NUMBERS_NO_SURVEY_HAS,
  put,
  roundRing,
  text,
  u32,
  u8,
  X,
  Y,
  type NumberField,
  type Seed,
} from '../bytes.ts';
import { forgeZip } from '../zip-forge.ts';

type Geometry = { readonly type: string; readonly coordinates?: unknown; readonly geometries?: unknown };

export const pairs = (flat: readonly number[]): number[][] =>
  Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
const polygon = (...rings: readonly (readonly number[])[]): Geometry => ({
  type: 'Polygon',
  coordinates: rings.map(pairs),
});
const feature = (
  geometry: Geometry | null,
  properties: object = { BSM: '450702000000000001', DLMC: '水田', TBMJ: 10000.5 },
): object => ({
  type: 'Feature',
  properties,
  geometry,
});

/** A file as the format's own library writes it: no index, one geometry type for all where there is one. */
function fgbOf(features: readonly object[], epsg = 4525): Uint8Array {
  return geojson.serialize({ type: 'FeatureCollection', features } as never, epsg);
}

const GOOD = (): Uint8Array =>
  fgbOf([
    feature(polygon(box(X, Y, 100))),
    feature(polygon(box(X + 200, Y, 100), hole(X + 230, Y + 30, 20))),
    feature(polygon(box(X + 400, Y, 50))),
  ]);

const headerEnd = (bytes: Uint8Array): number => 12 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);

/** Every aligned word of the header and of the features: lengths, offsets, vtables, counts and halves of doubles. */
export function fgbFields(bytes: Uint8Array): NumberField[] {
  const fields: NumberField[] = [{ name: 'header length', at: 8, size: 4 }];
  if (bytes.length < 12) return fields;
  const end = Math.min(headerEnd(bytes), bytes.length, 4_000);
  for (let at = 12; at + 4 <= end; at += 4) fields.push({ name: `header word ${at}`, at, size: 4 });
  for (let at = end, n = 0; at + 4 <= bytes.length && n < 3; n++) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
    fields.push({ name: `length of feature ${n + 1}`, at, size: 4 });
    for (let word = at + 4; word + 4 <= Math.min(at + 4 + length, bytes.length, at + 4_000); word += 4)
      fields.push({ name: `feature ${n + 1} word ${word - at}`, at: word, size: 4 });
    at += 4 + length;
  }
  return fields;
}

export function flatgeobufSeeds(): Seed[] {
  const seeds: Seed[] = [];
  const add = (name: string, bytes: () => Uint8Array, heavy?: boolean): void => {
    seeds.push({ name, file: 'dltb.fgb', bytes, ...(heavy === true ? { heavy } : {}) });
  };
  const good = GOOD();
  add('polygons', () => good);
  add('degrees', () => fgbOf([feature(polygon(box(108.5, 22.3, 0.001)))], 4490));
  add('WGS 84', () => fgbOf([feature(polygon(box(108.5, 22.3, 0.001)))], 4326));
  add('Web Mercator', () => fgbOf([feature(polygon(box(1.2e7, 2.5e6, 100)))], 3857));
  add('Xi’an 1980', () => fgbOf([feature(polygon(box(X, Y, 100)))], 2361));
  add('no CRS', () => fgbOf([feature(polygon(box(X, Y, 100)))], 0));
  add('metres called degrees', () => fgbOf([feature(polygon(box(X, Y, 100)))], 4490));
  add('degrees called metres', () => fgbOf([feature(polygon(box(108.5, 22.3, 0.001)))], 4525));
  add('another zone', () => fgbOf([feature(polygon(box(X, Y, 100)))], 4526));
  add('zones mixed', () => fgbOf([feature(polygon(box(X, Y, 100))), feature(polygon(box(X + 1e6, Y, 100)))]));
  add('multi-polygons', () =>
    fgbOf([
      feature({
        type: 'MultiPolygon',
        coordinates: [[pairs(box(X, Y, 10))], [pairs(box(X + 20, Y, 10)), pairs(hole(X + 22, Y + 2, 2))]],
      }),
    ]),
  );
  add('points', () => fgbOf([feature({ type: 'Point', coordinates: [X, Y] })]));
  add('lines', () => fgbOf([feature({ type: 'LineString', coordinates: pairs(box(X, Y, 10)) })]));
  add('several types', () => fgbOf([feature({ type: 'Point', coordinates: [X, Y] }), feature(polygon(box(X, Y, 10)))]));
  add('heights', () =>
    fgbOf([feature({ type: 'Polygon', coordinates: [pairs(box(X, Y, 10)).map((point) => [...point, 7])] })]),
  );
  add('the same identifier everywhere', () => fgbOf(Array.from({ length: 20 }, () => feature(polygon(box(X, Y, 10))))));
  add('a thousand features', () =>
    fgbOf(Array.from({ length: 1_000 }, (_, i) => feature(polygon(box(X + 20 * i, Y, 10)), { BSM: String(i) }))),
  );
  add('a ring of no points', () => fgbOf([feature({ type: 'Polygon', coordinates: [[]] })]));
  add('a polygon of no rings', () => fgbOf([feature({ type: 'Polygon', coordinates: [] })]));
  add('ten thousand rings', () =>
    fgbOf([
      feature({
        type: 'Polygon',
        coordinates: Array.from({ length: 10_000 }, (_, i) =>
          pairs(box(X + 2 * (i % 100), Y + 2 * Math.floor(i / 100), 1)),
        ),
      }),
    ]),
  );
  add(
    'a million points in one ring',
    () => fgbOf([feature(polygon(roundRing(X + 5_000, Y + 5_000, 5_000, 1_000_000)))]),
    true,
  );
  add('values of every kind', () =>
    fgbOf([feature(polygon(box(X, Y, 10)), { a: 1, b: 1.5, c: true, d: null, e: '文', f: 2 ** 60, g: -1 })]),
  );
  add('three hundred columns', () =>
    fgbOf([feature(polygon(box(X, Y, 10)), Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`列${i}`, i])))]),
  );
  HOSTILE_TEXTS.forEach((value, i) => {
    add(`hostile text ${i + 1}`, () =>
      fgbOf([feature(polygon(box(X, Y, 10)), { [value.slice(0, 60)]: value, BSM: value })]),
    );
  });
  for (const [name, ring] of crookedRings(X, Y))
    add(name, () => fgbOf([feature(polygon(ring)), feature(polygon(box(X, Y, 10)))]));
  for (const [name, value] of NUMBERS_NO_SURVEY_HAS)
    add(`a coordinate of ${name}`, () => fgbOf([feature(polygon(box(X, Y, value))), feature(polygon(box(X, Y, 10)))]));
  const end = headerEnd(good);
  const second = end + 4 + new DataView(good.buffer, good.byteOffset).getUint32(end, true);
  for (const at of [
    1,
    3,
    4,
    7,
    8,
    9,
    12,
    16,
    20,
    40,
    60,
    end - 4,
    end - 1,
    end,
    end + 2,
    end + 4,
    end + 8,
    end + 40,
    second - 1,
    second,
    second + 3,
    second + 4,
    second + 40,
    good.length - 1,
  ])
    add(`cut at ${at}`, () => good.slice(0, at));
  for (const [name, magic] of [
    ['version 2', 'fgb\x02fgb\x00'],
    ['version 4', 'fgb\x04fgb\x00'],
    ['patch 9', 'fgb\x03fgb\x09'],
    ['noise', 'FGB\x03FGB\x00'],
    ['half', 'fgb\x03xxx\x00'],
  ] as const)
    add(`magic: ${name}`, () => put(good, 0, text(magic)));
  const fields = fgbFields(good);
  const header = fields.filter((field) => field.at < end);
  const body = fields.filter((field) => field.at >= end && field.at < second);
  for (const field of header) {
    for (const value of field.at === 8 ? liesOf(good, field) : [0xffffffff, 0, 0x7ffffff0])
      add(`${field.name} is ${value}`, () => lie(good, field, value));
  }
  for (const field of body)
    for (const value of [0xffffffff, 0x00010000]) add(`${field.name} is ${value}`, () => lie(good, field, value));
  for (const value of liesOf(good, { name: '', at: end, size: 4 }))
    add(`first feature of ${value} bytes`, () => put(good, end, u32(value)));
  add('a feature of no bytes', () => concat(good.slice(0, end), u32(0), good.slice(end)));
  add('a feature more than stated', () => concat(good, good.slice(second)));
  add('features in noise', () => concat(good.slice(0, end), new Uint8Array(5_000).fill(0xa5)));
  add('features of zeros', () => concat(good.slice(0, end), new Uint8Array(5_000)));
  add('a header of zeros', () => concat(good.slice(0, 8), u32(200), new Uint8Array(200), good.slice(end)));
  add('a header that is its own table', () =>
    concat(good.slice(0, 8), u32(64), ...Array.from({ length: 16 }, () => u32(4)), good.slice(end)),
  );
  add('empty', () => new Uint8Array(0));
  add('one byte', () => u8(0x66));
  seeds.push({
    name: 'in a zip',
    file: 'dltb.zip',
    bytes: () => forgeZip([{ name: 'dltb.fgb', data: good, deflate: true }]),
  });
  seeds.push({
    name: 'cut, in a zip',
    file: 'dltb.zip',
    bytes: () => forgeZip([{ name: 'dltb.fgb', data: good.slice(0, 300) }]),
  });
  seeds.push({ name: 'called .gpkg', file: 'dltb.gpkg', bytes: () => good });
  return seeds;
}
