import { expect } from 'vitest';
import { concat, doubles, indexOfBytes, patched, X, Y, type CorpusCase } from './kit.ts';

const headerLength = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
const featuresAt = (bytes: Uint8Array): number => 12 + headerLength(bytes);
/** Place of the bytes of a number, as a file without index holds each coordinate. */
const placeOf = (bytes: Uint8Array, value: number, from = 0): number =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(doubles(value), from);

/** Place of the first coordinate of the first feature: x then y. */
function firstPoint(bytes: Uint8Array): number {
  for (let at = featuresAt(bytes); ; at++) {
    at = placeOf(bytes, X, at);
    if (placeOf(bytes, Y, at) === at + 8) return at;
  }
}

const u32 = (value: number): number[] => [...new Uint8Array(new Uint32Array([value]).buffer)];

/** A good file spoilt. */
const spoilt =
  (key: string, change: (bytes: Uint8Array) => Uint8Array): CorpusCase['make'] =>
  async (kit) =>
    kit.file('a.fgb', change(await kit.good(key)));
const whole = (key: string): CorpusCase['make'] => spoilt(key, (bytes) => bytes);

export const flatgeobufCases: readonly CorpusCase[] = [
  {
    name: 'an empty file',
    make: (kit) => kit.file('a.fgb', new Uint8Array(0)),
    expect: { refused: 'INTAKE_EMPTY_FILE' },
  },
  {
    name: 'a text called .fgb',
    make: (kit) => kit.file('a.fgb', 'not a FlatGeobuf'),
    expect: { refused: 'INTAKE_WRONG_MAGIC' },
  },
  {
    name: 'FlatGeobuf of version 2',
    make: spoilt('fgb', (bytes) => patched(bytes, 3, 2)),
    expect: { refused: 'INTAKE_WRONG_MAGIC' },
  },
  {
    name: 'the magic alone',
    make: spoilt('fgb', (bytes) => bytes.subarray(0, 8)),
    expect: { refused: 'INTAKE_TRUNCATED' },
  },
  {
    name: 'cut in the header',
    make: spoilt('fgb', (bytes) => bytes.subarray(0, 60)),
    expect: { refused: 'INTAKE_TRUNCATED' },
  },
  {
    name: 'cut behind the header',
    make: spoilt('fgb', (bytes) => bytes.subarray(0, featuresAt(bytes))),
    expect: { refused: 'INTAKE_TRUNCATED' },
  },
  {
    name: 'cut in the middle of a feature',
    make: spoilt('fgb', (bytes) => bytes.subarray(0, bytes.length - 70)),
    expect: { refused: 'INTAKE_TRUNCATED' },
  },
  {
    name: 'cut in the index',
    make: spoilt('fgb-indexed', (bytes) => bytes.subarray(0, featuresAt(bytes) + 50)),
    expect: { refused: 'INTAKE_TRUNCATED' },
  },
  {
    name: 'the last feature is missing',
    make: spoilt('fgb', (bytes) => withoutLastFeature(bytes)),
    expect: { refused: 'INTAKE_TRUNCATED' },
  },
  {
    name: 'a feature more than the header states',
    make: spoilt('fgb', (bytes) => concat(bytes, bytes.subarray(lastFeatureAt(bytes)))),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'header length of four thousand million',
    make: spoilt('fgb', (bytes) => patched(bytes, 8, 0xff, 0xff, 0xff, 0xff)),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'header length of nought',
    make: spoilt('fgb', (bytes) => patched(bytes, 8, 0, 0, 0, 0)),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'the header is noise',
    make: spoilt('fgb', (bytes) => patched(bytes, 12, ...Array.from({ length: 80 }, (): number => 0xa5))),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'a feature length beyond the file',
    make: spoilt('fgb', (bytes) => patched(bytes, featuresAt(bytes), ...u32(0x00ffffff))),
    expect: { refused: 'INTAKE_TRUNCATED' },
  },
  {
    name: 'a feature length of nought: no endless loop',
    make: spoilt('fgb', (bytes) => patched(bytes, featuresAt(bytes), 0, 0, 0, 0)),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'the root of a feature points outside it',
    make: spoilt('fgb', (bytes) => patched(bytes, featuresAt(bytes) + 4, ...u32(0x7fffff00))),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'a feature is noise',
    make: spoilt('fgb', (bytes) =>
      patched(bytes, featuresAt(bytes) + 4, ...Array.from({ length: 120 }, (): number => 0x5a)),
    ),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'a coordinate count beyond the feature',
    make: spoilt('fgb', (bytes) => patched(bytes, firstPoint(bytes) - 4, 0xff, 0xff, 0xff, 0x0f)),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'an attribute text longer than the feature',
    make: spoilt('fgb', (bytes) => patched(bytes, indexOfBytes(bytes, '450702000000000000') - 4, ...u32(0x7fffffff))),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'an attribute of a column that is not there',
    make: spoilt('fgb', (bytes) => patched(bytes, indexOfBytes(bytes, '450702000000000000') - 6, 0xff, 0x7f)),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'a ring that ends behind the coordinates',
    make: spoilt('fgb', (bytes) => patched(bytes, endsOfHole(bytes), ...u32(99))),
    expect: { refused: 'INTAKE_CORRUPT' },
  },
  {
    name: 'NaN in a coordinate',
    make: spoilt('fgb', (bytes) => patched(bytes, firstPoint(bytes) + 16, ...doubles(Number.NaN))),
    expect: { reads: 6, says: ['geometry.not-finite'] },
  },
  {
    name: 'infinity in a coordinate',
    make: spoilt('fgb', (bytes) => patched(bytes, firstPoint(bytes) + 16, ...doubles(Infinity))),
    expect: { reads: 6, says: ['geometry.not-finite'] },
  },
  {
    name: 'a coordinate flown far away',
    make: spoilt('fgb', (bytes) => patched(bytes, firstPoint(bytes) + 16, ...doubles(1e25))),
    expect: { reads: 6, says: ['geometry.outside-crs'] },
  },
  {
    name: 'a ring not closed',
    make: spoilt('fgb', (bytes) => patched(bytes, firstPoint(bytes), ...doubles(X + 0.5))),
    expect: { reads: 6, says: ['geometry.unclosed-ring'] },
  },
  { name: 'with its spatial index', make: whole('fgb-indexed'), expect: { reads: 6, epsg: 4525 } },
  { name: 'degrees', make: whole('fgb-degrees'), expect: { reads: 6, epsg: 4490 } },
  { name: 'WGS 84', make: whole('fgb-wgs84'), expect: { reads: 6, epsg: 4490, says: ['crs.read-as-cgcs2000'] } },
  { name: 'Xi’an 1980', make: whole('fgb-xian80'), expect: { refused: 'INTAKE_DATUM_PARAMETERS_NEEDED' } },
  { name: 'Web Mercator', make: whole('fgb-mercator'), expect: { refused: 'INTAKE_CRS_WEB_MERCATOR' } },
  {
    name: 'heights',
    make: whole('fgb-heights'),
    expect: { reads: 6, says: ['geometry.z-dropped'], check: ({ layer }) => expect(layer.coords.length).toBe(56) },
  },
  { name: 'lines', make: whole('fgb-lines'), expect: { refused: 'INTAKE_NOT_POLYGON' } },
  { name: 'points', make: whole('fgb-points'), expect: { refused: 'INTAKE_NOT_POLYGON' } },
  { name: 'a line among polygons', make: whole('fgb-mixed'), expect: { reads: 7, says: ['geometry.not-polygon'] } },
  { name: 'curve polygons', make: whole('fgb-curves'), expect: { refused: 'INTAKE_CURVE_GEOMETRY' } },
  { name: 'no features', make: whole('fgb-empty'), expect: { reads: 0, epsg: 4525 } },
  {
    name: 'the code of another CRS in the header: contradicted by the coordinates',
    make: spoilt('fgb', (bytes) => otherCode(bytes, 4526)),
    expect: { refused: 'INTAKE_CRS_CONTRADICTION' },
  },
  { name: 'called .shp', make: async (kit) => kit.file('a.shp', await kit.good('fgb')), expect: { reads: 6 } },
  {
    name: 'in a zip',
    make: async (kit) => kit.zip('a.zip', { 'a/dltb.fgb': await kit.good('fgb') }),
    expect: { reads: 6 },
  },
];

function features(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const starts: number[] = [];
  for (let at = featuresAt(bytes); at < bytes.length; at += 4 + view.getUint32(at, true)) starts.push(at);
  return starts;
}

function lastFeatureAt(bytes: Uint8Array): number {
  return features(bytes).at(-1)!;
}

function withoutLastFeature(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, lastFeatureAt(bytes));
}

/** Feature 1 has a hole, so its ring ends 5, 10 are stored. */
function endsOfHole(bytes: Uint8Array): number {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset).indexOf(
      Buffer.from([2, 0, 0, 0, 5, 0, 0, 0, 10, 0, 0, 0]),
      featuresAt(bytes),
    ) + 8
  );
}

function otherCode(bytes: Uint8Array, code: number): Uint8Array {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset).indexOf(Buffer.from(u32(4525)), 12);
  return patched(bytes, at, ...u32(code));
}
