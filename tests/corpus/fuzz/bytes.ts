/** Small builders of binary data, so that every seed is code and none a file in the repository. */
export const u8 = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
export const u16 = (value: number): Uint8Array => new Uint8Array(Uint16Array.of(value).buffer);
export const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
export const u64 = (value: bigint | number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
export const f64 = (...values: readonly number[]): Uint8Array => doubles(values);
export const doubles = (values: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);
export const u32be = (value: number): Uint8Array => u32(value).reverse();
export const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'utf8'));
export const latin = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'latin1'));

export function concat(...pieces: readonly (Uint8Array | string)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece))));
}

/** A copy with bytes written at a place; what would lie beyond the end is left out. */
export function put(bytes: Uint8Array, at: number, value: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes);
  if (at >= 0 && at < copy.length) copy.set(value.subarray(0, copy.length - at), at);
  return copy;
}

/** A number in a binary format: where it stands and how it is written. */
export interface NumberField {
  readonly name: string;
  readonly at: number;
  readonly size: 1 | 2 | 4 | 8;
  readonly big?: boolean;
  /** Written as a double. */
  readonly real?: boolean;
}

/** A copy in which a field says something else. */
export function lie(bytes: Uint8Array, field: NumberField, value: number): Uint8Array {
  const place = new Uint8Array(8);
  const view = new DataView(place.buffer);
  const little = field.big !== true;
  if (field.real === true) view.setFloat64(0, value, little);
  else if (field.size === 8) view.setBigUint64(0, BigInt.asUintN(64, BigInt(Math.trunc(value))), little);
  else if (field.size === 4) view.setUint32(0, value >>> 0, little);
  else if (field.size === 2) view.setUint16(0, value & 0xffff, little);
  else view.setUint8(0, value & 0xff);
  return put(bytes, field.at, place.subarray(0, field.size));
}

/** What the field says now. */
export function valueOf(bytes: Uint8Array, field: NumberField): number {
  if (field.at < 0 || field.at + field.size > bytes.length) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const little = field.big !== true;
  if (field.real === true) return view.getFloat64(field.at, little);
  if (field.size === 8) return Number(view.getBigUint64(field.at, little));
  if (field.size === 4) return view.getUint32(field.at, little);
  if (field.size === 2) return view.getUint16(field.at, little);
  return view.getUint8(field.at);
}

/** Values a count, length or offset may be made to say: none, one more, one less, twice, negative, as much as fits. */
export function liesOf(bytes: Uint8Array, field: NumberField): number[] {
  if (field.real === true) return [Number.NaN, Infinity, -Infinity, 1e308, -0, 0, 5e-324];
  const now = valueOf(bytes, field);
  return [0, now + 1, now - 1, now * 2, 0x7fffffff, 0xffffffff, 0x80000000, 0xfff0].filter((value) => value !== now);
}

/** A ring as flat x, y numbers, closed, clockwise as shapefiles want outer rings. */
export function box(x: number, y: number, width: number, height = width): number[] {
  return [x, y, x, y + height, x + width, y + height, x + width, y, x, y];
}

/** The same the other way round: a hole. */
export function hole(x: number, y: number, width: number, height = width): number[] {
  return [x, y, x + width, y, x + width, y + height, x, y + height, x, y];
}

/** A ring of very many points round a centre, closed. */
export function roundRing(x: number, y: number, radius: number, points: number): number[] {
  const ring: number[] = [];
  for (let i = 0; i < points; i++) {
    const angle = (-2 * Math.PI * i) / points;
    ring.push(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  ring.push(ring[0]!, ring[1]!);
  return ring;
}

/** Rings crossing themselves: bow tie, spike, figure of eight, comb, doubled edge, a point alone. */
export function crookedRings(x: number, y: number): readonly (readonly [string, number[]])[] {
  const comb: number[] = [];
  for (let i = 0; i < 200; i++) comb.push(x + i, y + (i % 2) * 100);
  comb.push(x + 200, y - 10, x, y - 10, x, y);
  return [
    ['bow tie', [x, y, x + 10, y + 10, x + 10, y, x, y + 10, x, y]],
    ['spike', [x, y, x, y + 10, x + 10, y + 10, x + 50, y + 10, x + 10, y + 10, x + 10, y, x, y]],
    ['edge there and back', [x, y, x + 10, y, x, y]],
    ['all points the same', [x, y, x, y, x, y, x, y]],
    ['two points', [x, y, x + 1, y]],
    ['one point', [x, y]],
    ['comb', comb],
    ['repeated points', [x, y, x, y, x, y + 10, x, y + 10, x + 10, y + 10, x + 10, y, x + 10, y, x, y]],
    ['not closed', [x, y, x, y + 10, x + 10, y + 10, x + 10, y]],
    ['thin as a hair', [x, y, x, y + 1000, x + 1e-9, y + 1000, x + 1e-9, y, x, y]],
  ];
}

/** Coordinates no survey has. */
export const NUMBERS_NO_SURVEY_HAS: readonly (readonly [string, number])[] = [
  ['NaN', Number.NaN],
  ['infinity', Infinity],
  ['minus infinity', -Infinity],
  ['1e308', 1e308],
  ['the smallest double', 5e-324],
  ['minus zero', -0],
  ['no-data of shapefiles', -1e39],
];

export const X = 37_500_000;
export const Y = 3_353_000;

/** Texts that are an attack where a spreadsheet, a page or a shell takes them for more than text. */
export const HOSTILE_TEXTS: readonly string[] = [
  '=1+1',
  "=cmd|' /C calc'!A0",
  '+1+1',
  '-2+3',
  '@SUM(1)',
  '\t=1',
  '<script>alert(1)</script>',
  "'; DROP TABLE parcels;--",
  '${7*7}',
  '../../../etc/passwd',
  '\u202egnp.exe',
  '\u0000\u0001\u0008',
  '\ufeff',
  '😀'.repeat(40),
  'x'.repeat(5_000),
];

export interface Seed {
  /** What is odd about the file, in the words of an office. */
  readonly name: string;
  /** Name the file is handed in under. */
  readonly file: string;
  readonly bytes: () => Uint8Array | Promise<Uint8Array>;
  /** Too large to be a good base for mutants. */
  readonly heavy?: boolean;
}
