import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { box, crookedRings, hole, HOSTILE_TEXTS, lie, liesOf, X, Y, type NumberField, type Seed } from '../bytes.ts';
import { forgeZip, plainEntries, zipSeeds, type Inner } from '../zip-forge.ts';
import { pairs } from './flatgeobuf.seeds.ts';

const square = (x: number): object => ({ type: 'Polygon', coordinates: [pairs(box(x, Y, 100))] });
const feature = (
  geometry: object | null,
  properties: object = { BSM: '450702000000000001', DLMC: '水田', TBMJ: 10000.5, N: 7 },
): object => ({ type: 'Feature', properties, geometry });
const GOOD = [
  feature(square(X)),
  feature({ type: 'Polygon', coordinates: [pairs(box(X + 200, Y, 100)), pairs(hole(X + 230, Y + 30, 20))] }),
  feature(square(X + 400)),
];

/** Geodatabases GDAL makes; the same bytes every time. Kept where the caller keeps its seeds, for GDAL takes its time. */
const BASES: Readonly<
  Record<
    string,
    {
      readonly features: readonly object[];
      readonly type?: string;
      readonly epsg?: number;
      readonly more?: readonly string[];
    }
  >
> = {
  polygons: { features: GOOD },
  degrees: { features: [feature({ type: 'Polygon', coordinates: [pairs(box(108.5, 22.3, 0.001))] })], epsg: 4490 },
  'Xi’an 1980': { features: GOOD, epsg: 2361 },
  'Web Mercator': { features: GOOD, epsg: 3857 },
  heights: { features: GOOD, type: 'MULTIPOLYGONZ' },
  measures: { features: GOOD, type: 'MULTIPOLYGONM' },
  lines: { features: [feature({ type: 'LineString', coordinates: pairs(box(X, Y, 10)) })], type: 'MULTILINESTRING' },
  points: { features: [feature({ type: 'Point', coordinates: [X, Y] })], type: 'POINT' },
  'no shapes': { features: [feature(null), feature(square(X))] },
  'no rows': { features: GOOD, more: ['-where', '1=0'] },
  'four hundred rows': {
    features: Array.from({ length: 400 }, (_, i) =>
      feature(square(X + 200 * i), { BSM: String(i), T: '文'.repeat(i % 50) }),
    ),
  },
  'crooked rings': {
    features: crookedRings(X, Y)
      .filter(([, ring]) => ring.length >= 8)
      .map(([, ring]) => feature({ type: 'Polygon', coordinates: [pairs(ring)] })),
  },
  'hostile texts': {
    features: HOSTILE_TEXTS.map((value) =>
      feature(square(X), { BSM: value.replaceAll('\u0000', ''), DLMC: value.replaceAll('\u0000', '') }),
    ),
  },
  'a hundred columns': {
    features: [
      feature(
        square(X),
        Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`列${i}`, i % 2 === 0 ? i : `文${i}`])),
      ),
    ],
  },
};

function makeBase(name: string): Inner {
  const base = BASES[name]!;
  const folder = mkdtempSync(join(tmpdir(), 'tianchou-seed-'));
  try {
    const source = join(folder, 'source.geojson');
    writeFileSync(source, JSON.stringify({ type: 'FeatureCollection', features: base.features }));
    const target = join(folder, 'DLTB.gdb');
    execFileSync(
      'ogr2ogr',
      [
        '--config',
        'OPENFILEGDB_REPRODUCIBLE_UUID',
        'YES',
        '-f',
        'OpenFileGDB',
        target,
        source,
        '-a_srs',
        `EPSG:${base.epsg ?? 4525}`,
        '-nln',
        'DLTB',
        '-nlt',
        base.type ?? 'MULTIPOLYGON',
        ...(base.more ?? []),
      ],
      { stdio: 'ignore' },
    );
    return Object.fromEntries(
      readdirSync(target)
        .sort()
        .map((file) => [`DLTB.gdb/${file}`, new Uint8Array(readFileSync(join(target, file)))]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Processes of one run share what GDAL made. */
function keptBase(name: string): Inner {
  const folder = process.env['TIANCHOU_FUZZ_KEPT'];
  if (folder === undefined) return makeBase(name);
  const path = join(folder, `base-${Object.keys(BASES).indexOf(name)}.bin`);
  if (existsSync(path)) return deserialize(readFileSync(path)) as Inner;
  const made = makeBase(name);
  writeFileSync(`${path}.${process.pid}`, serialize(made));
  renameSync(`${path}.${process.pid}`, path);
  return made;
}

const bases = new Map<string, Inner>();
function baseOf(name: string): Inner {
  const known = bases.get(name) ?? keptBase(name);
  bases.set(name, known);
  return known;
}

const LAYER = 'DLTB.gdb/a00000009.gdbtable';
const LAYER_INDEX = 'DLTB.gdb/a00000009.gdbtablx';
const CATALOGUE = 'DLTB.gdb/a00000001.gdbtable';

/** The head of a table: rows, longest row, file size, place of the fields; then bytes of fields and first rows. */
export function gdbtableFields(bytes: Uint8Array): NumberField[] {
  const fields: NumberField[] = [
    { name: 'signature', at: 0, size: 4 },
    { name: 'rows', at: 4, size: 4 },
    { name: 'longest row', at: 8, size: 4 },
    { name: 'file size', at: 24, size: 8 },
    { name: 'place of the fields', at: 32, size: 8 },
  ];
  for (const at of [40, 44, 48, 52]) fields.push({ name: `word ${at}`, at, size: 4 });
  for (let at = 56; at < Math.min(bytes.length, 1_400); at += 2) fields.push({ name: `byte ${at}`, at, size: 1 });
  return fields;
}

export function gdbtablxFields(bytes: Uint8Array): NumberField[] {
  const fields: NumberField[] = [
    { name: 'signature', at: 0, size: 4 },
    { name: 'blocks', at: 4, size: 4 },
    { name: 'rows', at: 8, size: 4 },
    { name: 'bytes an offset', at: 12, size: 4 },
  ];
  for (let at = 16; at < 16 + 5 * 6; at += 5) fields.push({ name: `offset at ${at}`, at, size: 4 });
  for (let at = Math.max(16, bytes.length - 16); at + 4 <= bytes.length; at += 4)
    fields.push({ name: `trailer at ${at}`, at, size: 4 });
  return fields;
}

export function filegdbSeeds(): Seed[] {
  const seeds: Seed[] = [];
  const add = (name: string, parts: () => Inner): void => {
    seeds.push({ name, file: 'dltb.gdb.zip', bytes: () => forgeZip(plainEntries(parts())) });
  };
  for (const name of Object.keys(BASES)) add(name, () => baseOf(name));
  const good = baseOf('polygons');
  const spoilt = (part: string, name: string, change: (bytes: Uint8Array) => Uint8Array): void =>
    add(`${part.slice(9)}: ${name}`, () => ({ ...good, [part]: change(good[part]!) }));
  for (const part of Object.keys(good)) {
    add(`${part.slice(9)} missing`, () => Object.fromEntries(Object.entries(good).filter(([one]) => one !== part)));
    if (!/gdbtabl[ex]$/.test(part)) continue;
    spoilt(part, 'empty', () => new Uint8Array(0));
    spoilt(part, 'halved', (bytes) => bytes.slice(0, bytes.length >> 1));
    spoilt(part, 'zeros', (bytes) => new Uint8Array(bytes.length));
    spoilt(part, 'noise', (bytes) => new Uint8Array(bytes.length).fill(0x77));
  }
  for (const part of [LAYER, CATALOGUE, 'DLTB.gdb/a00000004.gdbtable']) {
    for (const field of gdbtableFields(good[part]!).slice(0, 12))
      for (const value of liesOf(good[part]!, field).slice(0, 6))
        spoilt(part, `${field.name} is ${value}`, (bytes) => lie(bytes, field, value));
  }
  for (const field of gdbtablxFields(good[LAYER_INDEX]!).slice(0, 10))
    for (const value of liesOf(good[LAYER_INDEX]!, field).slice(0, 5))
      spoilt(LAYER_INDEX, `${field.name} is ${value}`, (bytes) => lie(bytes, field, value));
  for (const at of [1, 8, 39, 41, 60, 200, 700, 1_000]) spoilt(LAYER, `cut at ${at}`, (bytes) => bytes.slice(0, at));
  add('the layer is the catalogue', () => ({ ...good, [LAYER]: good[CATALOGUE]! }));
  add('the catalogue is the layer', () => ({ ...good, [CATALOGUE]: good[LAYER]! }));
  add('the index of another table', () => ({ ...good, [LAYER_INDEX]: good['DLTB.gdb/a00000004.gdbtablx']! }));
  add('two geodatabases', () => ({
    ...good,
    ...Object.fromEntries(Object.entries(baseOf('degrees')).map(([name, bytes]) => [name.replace('DLTB', 'B'), bytes])),
  }));
  add('files of two geodatabases mixed', () => ({ ...good, [LAYER]: baseOf('degrees')[LAYER]! }));
  return [
    ...seeds,
    ...zipSeeds(
      Object.fromEntries(
        [LAYER, ...Object.keys(good).filter((name) => name !== LAYER)].map((name) => [name, good[name]!]),
      ),
      'dltb.gdb.zip',
    ),
  ];
}
