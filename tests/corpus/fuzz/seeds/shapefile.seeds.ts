import { encodeGb18030 } from '../../../../src/modules/intake/gb18030.server.ts';
import {
  box,
  concat,
  crookedRings,
  doubles,
  f64,
  hole,
  HOSTILE_TEXTS,
  lie,
  liesOf,
  NUMBERS_NO_SURVEY_HAS,
  put,
  roundRing,
  text,
  u16,
  u32,
  u32be,
  u8,
  X,
  Y,
  type NumberField,
  type Seed,
} from '../bytes.ts';
import { forgeZip, plainEntries, zipSeeds } from '../zip-forge.ts';

/** A shape of a main file: its rings, or bytes as they are. */
type Shape = readonly (readonly number[])[] | Uint8Array | null;

function content(shape: Shape, type: number): Uint8Array {
  if (shape === null) return u32(0);
  if (shape instanceof Uint8Array) return shape;
  const points = shape.reduce((sum, ring) => sum + ring.length / 2, 0);
  const starts: number[] = [];
  let start = 0;
  for (const ring of shape) {
    starts.push(start);
    start += ring.length / 2;
  }
  const flat = shape.flat();
  const xs = flat.filter((_, i) => i % 2 === 0);
  const ys = flat.filter((_, i) => i % 2 === 1);
  const range = (values: readonly number[], pick: (a: number, b: number) => number): number =>
    values.reduce((a, b) => pick(a, b), values[0] ?? 0);
  const [min, max] = [Math.min, Math.max];
  const more = doubles([0, 9, ...Array.from({ length: points }, (_, i) => i % 7)]);
  return concat(
    u32(type),
    f64(range(xs, min), range(ys, min), range(xs, max), range(ys, max)),
    u32(shape.length),
    u32(points),
    concat(...starts.map(u32)),
    doubles(flat),
    ...(type === 15 ? [more, more] : type === 25 ? [more] : []),
  );
}

export function shpOf(shapes: readonly Shape[], type = 5): { shp: Uint8Array; shx: Uint8Array } {
  const records: Uint8Array[] = [];
  const index: Uint8Array[] = [];
  let at = 50;
  shapes.forEach((shape, i) => {
    const body = content(shape, type);
    records.push(u32be(i + 1), u32be(body.length / 2), body);
    index.push(u32be(at), u32be(body.length / 2));
    at += 4 + body.length / 2;
  });
  const head = (bytes: number): Uint8Array =>
    concat(
      u32be(9994),
      new Uint8Array(20),
      u32be(bytes / 2),
      u32(1000),
      u32(type),
      f64(X, Y, X + 1000, Y + 1000, 0, 0, 0, 0),
    );
  const main = concat(...records);
  const places = concat(...index);
  return { shp: concat(head(100 + main.length), main), shx: concat(head(100 + places.length), places) };
}

interface DbfField {
  readonly name: string | Uint8Array;
  readonly type?: string;
  readonly length?: number;
  readonly decimals?: number;
}

export function dbfOf(fields: readonly DbfField[], rows: readonly (readonly (string | Uint8Array)[])[]): Uint8Array {
  const lengths = fields.map((field) => field.length ?? 20);
  const size = lengths.reduce((sum, length) => sum + length, 1);
  const padded = (value: string | Uint8Array, length: number, fill: number): Uint8Array => {
    const place = new Uint8Array(length).fill(fill);
    const bytes = typeof value === 'string' ? text(value) : value;
    place.set(bytes.subarray(0, length));
    return place;
  };
  return concat(
    u8(3, 124, 5, 1),
    u32(rows.length),
    u16(33 + 32 * fields.length),
    u16(size),
    new Uint8Array(20),
    ...fields.map((field, i) =>
      concat(
        padded(field.name, 11, 0),
        field.type ?? 'C',
        new Uint8Array(4),
        u8(lengths[i]! & 0xff, field.decimals ?? 0),
        new Uint8Array(14),
      ),
    ),
    u8(0x0d),
    ...rows.flatMap((row) => [' ', ...row.map((value, i) => padded(value, lengths[i]!, 0x20))]),
    u8(0x1a),
  );
}

const PRJ =
  'PROJCS["CGCS2000_3_Degree_GK_Zone_37",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",37500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",111.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]';
const FIELDS: readonly DbfField[] = [
  { name: 'BSM', length: 18 },
  { name: 'DLBM', length: 5 },
  { name: 'DLMC', length: 60 },
  { name: 'TBMJ', type: 'N', length: 15, decimals: 2 },
];
const row = (i: number, name: string | Uint8Array = '水田'): (string | Uint8Array)[] => [
  `45070200000000000${i}`,
  '0101',
  name,
  '10000.00',
];
const SHAPES: readonly Shape[] = [
  [box(X, Y, 100)],
  [box(X + 200, Y, 100), hole(X + 230, Y + 30, 20)],
  [box(X + 400, Y, 100)],
];

interface Parts {
  readonly shapes?: readonly Shape[];
  readonly type?: number;
  readonly fields?: readonly DbfField[];
  readonly rows?: readonly (readonly (string | Uint8Array)[])[];
  readonly prj?: string | null;
  readonly cpg?: string | null;
  readonly ldid?: number;
}

function partsOf(parts: Parts): Record<string, Uint8Array> {
  const shapes = parts.shapes ?? SHAPES;
  const { shp, shx } = shpOf(shapes, parts.type);
  const dbf = dbfOf(parts.fields ?? FIELDS, parts.rows ?? shapes.map((_, i) => row(i)));
  return {
    'DLTB.shp': shp,
    'DLTB.shx': shx,
    'DLTB.dbf': parts.ldid === undefined ? dbf : put(dbf, 29, u8(parts.ldid)),
    ...(parts.prj === null ? {} : { 'DLTB.prj': text(parts.prj ?? PRJ) }),
    ...(parts.cpg === null ? {} : { 'DLTB.cpg': text(parts.cpg ?? 'UTF-8') }),
  };
}

const zipped = (parts: Record<string, Uint8Array>): Uint8Array => forgeZip(plainEntries(parts));

/** Numbers of a main file: head, then of every record its length, type, counts and starts. */
export function shpFields(shp: Uint8Array): NumberField[] {
  const fields: NumberField[] = [
    { name: 'magic', at: 0, size: 4, big: true },
    { name: 'file length', at: 24, size: 4, big: true },
    { name: 'version', at: 28, size: 4 },
    { name: 'type', at: 32, size: 4 },
    { name: 'left', at: 36, size: 8, real: true },
  ];
  const view = new DataView(shp.buffer, shp.byteOffset, shp.length);
  for (let at = 100, n = 1; at + 52 <= shp.length && n < 40; n++) {
    fields.push(
      { name: `number of record ${n}`, at, size: 4, big: true },
      { name: `length of record ${n}`, at: at + 4, size: 4, big: true },
      { name: `type of record ${n}`, at: at + 8, size: 4 },
      { name: `left of record ${n}`, at: at + 12, size: 8, real: true },
      { name: `parts of record ${n}`, at: at + 44, size: 4 },
      { name: `points of record ${n}`, at: at + 48, size: 4 },
      { name: `first start of record ${n}`, at: at + 52, size: 4 },
      { name: `second start of record ${n}`, at: at + 56, size: 4 },
    );
    at += 8 + 2 * Math.max(2, Math.min(view.getInt32(at + 4), shp.length));
  }
  return fields;
}

export function dbfFields(dbf: Uint8Array): NumberField[] {
  const fields: NumberField[] = [
    { name: 'version', at: 0, size: 1 },
    { name: 'records', at: 4, size: 4 },
    { name: 'head length', at: 8, size: 2 },
    { name: 'record length', at: 10, size: 2 },
    { name: 'language', at: 29, size: 1 },
  ];
  for (let at = 32, n = 1; at + 32 < dbf.length && dbf[at] !== 0x0d && n < 30; at += 32, n++) {
    fields.push(
      { name: `type of field ${n}`, at: at + 11, size: 1 },
      { name: `length of field ${n}`, at: at + 16, size: 1 },
      { name: `decimals of field ${n}`, at: at + 17, size: 1 },
      { name: `name of field ${n}`, at, size: 1 },
    );
  }
  return fields;
}

export function shxFields(shx: Uint8Array): NumberField[] {
  const fields: NumberField[] = [{ name: 'file length', at: 24, size: 4, big: true }];
  for (let at = 100; at + 8 <= shx.length && fields.length < 40; at += 8)
    fields.push(
      { name: `offset at ${at}`, at, size: 4, big: true },
      { name: `length at ${at}`, at: at + 4, size: 4, big: true },
    );
  return fields;
}

export function shapefileSeeds(): Seed[] {
  const good = partsOf({});
  const seeds: Seed[] = [];
  const add = (name: string, parts: () => Record<string, Uint8Array>, heavy?: boolean): void => {
    seeds.push({ name, file: 'dltb.zip', bytes: () => zipped(parts()), ...(heavy === true ? { heavy } : {}) });
  };
  const of = (name: string, parts: Parts): void => add(name, () => partsOf(parts));
  const gbk = (value: string): Uint8Array => encodeGb18030(value)!;

  of('GBK with .cpg', { cpg: 'GBK', rows: SHAPES.map((_, i) => row(i, gbk('水田'))) });
  of('GBK without .cpg', { cpg: null, rows: SHAPES.map((_, i) => row(i, gbk('旱地'))) });
  of('GBK with the language byte', { cpg: null, ldid: 0x4d, rows: SHAPES.map((_, i) => row(i, gbk('园地'))) });
  of('UTF-8 called GBK', { cpg: 'GBK' });
  of('an encoding nobody knows', { cpg: 'KLINGON-7' });
  of('half a character at the end of a field', {
    fields: [{ name: 'DLMC', length: 4 }],
    rows: SHAPES.map(() => [gbk('水田地')]),
  });
  of('field names in GBK', { cpg: 'GBK', fields: [{ name: gbk('地类名称') }], rows: SHAPES.map(() => [gbk('水田')]) });
  of('no .prj', { prj: null });
  of('.prj empty', { prj: '' });
  of('.prj noise', { prj: '\u0000\u0001[[[[' });
  of('.prj nested ten thousand deep', { prj: 'PROJCS["a",'.repeat(10_000) });
  of('.prj of a megabyte of blanks', { prj: ' '.repeat(1_000_000) });
  of('.prj of another zone', { prj: PRJ.replaceAll('37', '38').replace('111.0', '114.0') });
  of('.prj of degrees over metres', { prj: /GEOGCS.*?\]\]/.exec(PRJ)![0] });
  of('.prj of Xi’an 1980', { prj: PRJ.replace('D_China_2000', 'D_Xian_1980').replaceAll('CGCS2000', 'Xian_1980') });
  of('.prj of Web Mercator', { prj: 'PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984"]]' });
  of('no attributes', { fields: [], rows: SHAPES.map(() => []) });
  of('two hundred fields', {
    fields: Array.from({ length: 200 }, (_, i) => ({ name: `F${i}`, length: 3 })),
    rows: SHAPES.map(() => Array.from({ length: 200 }, () => 'a')),
  });
  of('fields of one name', {
    fields: [{ name: 'A' }, { name: 'A' }, { name: '' }, { name: '' }],
    rows: SHAPES.map(() => ['1', '2', '3', '4']),
  });
  of('fewer rows than shapes', { rows: [row(0)] });
  of('more rows than shapes', { rows: Array.from({ length: 9 }, (_, i) => row(i)) });
  of('no shapes', { shapes: [], rows: [] });
  of('null shapes', { shapes: [null, SHAPES[0]!, null] });
  of('all null shapes', { shapes: [null, null] });
  of('the same identifier everywhere', { rows: SHAPES.map(() => row(7)) });
  of('with heights', { type: 15 });
  of('with measures', { type: 25 });
  of('degrees', { shapes: [[box(108.5, 22.3, 0.001)]], prj: /GEOGCS.*?\]\]/.exec(PRJ)![0] });
  of('degrees and metres mixed', { shapes: [[box(108.5, 22.3, 0.001)], [box(X, Y, 100)]] });
  of('two zones mixed', { shapes: [[box(X, Y, 100)], [box(X + 1_000_000, Y, 100)]], prj: null });
  of('rings outside their hole', { shapes: [[hole(X + 10, Y + 10, 10), box(X + 10, Y + 10, 2)]] });
  of('ten thousand small rings', {
    shapes: [Array.from({ length: 10_000 }, (_, i) => box(X + (i % 100) * 2, Y + Math.floor(i / 100) * 2, 1))],
  });
  of('rings in rings, five hundred deep', {
    shapes: [Array.from({ length: 500 }, (_, i) => (i % 2 === 0 ? box : hole)(X + i, Y + i, 2_000 - 2 * i))],
  });
  of('values no number', { rows: SHAPES.map((_, i) => ['1', '2', '3', ['*********', 'NaN', '1e999'][i]!]) });
  for (const type of ['D', 'L', 'F', 'M', 'B', 'I', '@', 'O', '\u0000'])
    of(`a field of type ${JSON.stringify(type)}`, {
      fields: [{ name: 'V', type, length: 10 }],
      rows: SHAPES.map(() => ['20240230']),
    });
  HOSTILE_TEXTS.forEach((value, i) => {
    of(`hostile text ${i + 1}`, { fields: [{ name: 'BSM', length: 254 }], rows: SHAPES.map(() => [value]) });
  });
  for (const [name, ring] of crookedRings(X, Y)) of(name, { shapes: [[ring], SHAPES[0]!] });
  for (const [name, value] of NUMBERS_NO_SURVEY_HAS)
    of(`a coordinate of ${name}`, { shapes: [[box(X, Y, value)], SHAPES[0]!] });
  of('no rings', { shapes: [[], SHAPES[0]!] });
  of('a ring of no points', { shapes: [[[], box(X, Y, 10)]] });
  for (const type of [1, 3, 8, 11, 13, 18, 21, 23, 28, 31, 99]) of(`shapes of type ${type}`, { type });
  for (const type of [1, 3, 8, 15, 31, 77])
    add(`one record of type ${type}`, () => ({ ...good, 'DLTB.shp': put(good['DLTB.shp']!, 108, u32(type)) }));
  add(
    'a million points in one ring',
    () => partsOf({ shapes: [[roundRing(X + 5_000, Y + 5_000, 5_000, 1_000_000)]] }),
    true,
  );

  const lieAbout = (part: string, fields: readonly NumberField[], most: number): void => {
    for (const field of fields) {
      for (const value of liesOf(good[part]!, field).slice(0, most))
        add(`${part}: ${field.name} is ${value}`, () => ({ ...good, [part]: lie(good[part]!, field, value) }));
    }
  };
  lieAbout('DLTB.shp', shpFields(good['DLTB.shp']!).slice(0, 21), 5);
  lieAbout('DLTB.dbf', dbfFields(good['DLTB.dbf']!).slice(0, 13), 5);
  lieAbout('DLTB.shx', shxFields(good['DLTB.shx']!).slice(0, 3), 4);
  const shp = good['DLTB.shp']!;
  for (const at of [
    1,
    24,
    36,
    99,
    100,
    104,
    108,
    112,
    148,
    152,
    156,
    160,
    176,
    240,
    244,
    300,
    shp.length - 8,
    shp.length - 1,
  ])
    add(`.shp cut at ${at}`, () => ({ ...good, 'DLTB.shp': shp.slice(0, at) }));
  const dbf = good['DLTB.dbf']!;
  for (const at of [1, 8, 31, 32, 48, 64, 160, 161, 165, 200, dbf.length - 2])
    add(`.dbf cut at ${at}`, () => ({ ...good, 'DLTB.dbf': dbf.slice(0, at) }));
  add('records in another order than the index', () => ({ ...good, 'DLTB.shx': shpOf([...SHAPES].reverse()).shx }));
  add('deleted rows', () => ({ ...good, 'DLTB.dbf': put(dbf, 161, text('*')) }));
  add('two layers', () => ({
    ...good,
    ...Object.fromEntries(Object.entries(good).map(([name, data]) => [name.replace('DLTB', 'CJDCQ'), data])),
  }));
  add('a layer of another name for its attributes', () => ({
    'A.shp': good['DLTB.shp']!,
    'B.dbf': dbf,
    'A.prj': good['DLTB.prj']!,
  }));
  return [...seeds, ...zipSeeds(good, 'dltb.zip')];
}
