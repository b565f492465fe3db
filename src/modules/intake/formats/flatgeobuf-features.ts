import { GeometryType } from 'flatgeobuf/lib/mjs/flat-geobuf/geometry-type.js';
import { ColumnType } from 'flatgeobuf/lib/mjs/flat-geobuf/column-type.js';
import { INNER, OUTER, type AttributeValue } from '../../../kernel/index.ts';
import { createTextReader } from '../utf8-texts.ts';
import { reportDroppedZ, type BatchBuilder } from './batch-builder.ts';
import { integerValue, isoText, realValue, textValue } from './reading.ts';
import { reportCollection, reportCurve, reportNotPolygon } from './wkb.ts';

/** A column of the file: how it is stored, and its place among the fields wanted (−1: passed over). */
export interface FlatgeobufColumn {
  readonly type: ColumnType;
  readonly field: number;
}

/**
 * Decodes the size-prefixed feature that fills `bytes[start … end)` into the builder's current feature and its
 * attributes into `values` (nulls before). False where a length in it cannot be: nothing of the file is to be trusted
 * then.
 */
export type FeatureDecoder = (bytes: Uint8Array, view: DataView, start: number, end: number) => boolean;

/** Slots of the tables Feature and Geometry, as the schema of FlatGeobuf 3 numbers them. */
const FEATURE_GEOMETRY = 4;
const FEATURE_PROPERTIES = 6;
const GEOMETRY_ENDS = 4;
const GEOMETRY_XY = 6;
const GEOMETRY_Z = 8;
const GEOMETRY_M = 10;
const GEOMETRY_TYPE = 16;
const GEOMETRY_PARTS = 18;

const MAX_DEPTH = 4;

/**
 * Makes a decoder that follows the offsets of the flatbuffer itself, with no object per feature. Each is checked against
 * the feature's own bytes before it is followed, and the sum of what is taken out of a feature against its length, so
 * that parts which name the same bytes again and again do not grow.
 */
export function createFeatureDecoder(
  builder: BatchBuilder,
  columns: readonly FlatgeobufColumn[],
  values: AttributeValue[],
  layerType: number,
): FeatureDecoder {
  const text = createTextReader();
  const widths = Uint8Array.from(columns, ({ type }) => WIDTHS[type] ?? 0);
  const types = Uint8Array.from(columns, ({ type }) => type);
  const fields = Int32Array.from(columns, ({ field }) => field);
  const wanted = columns.filter(({ field }) => field >= 0).length;
  // Only then is a column met twice, which no writer does, known for certain.
  const readsAll = wanted === columns.length;

  let bytes: Uint8Array = new Uint8Array(0);
  let view: DataView = new DataView(bytes.buffer);
  let low = 0;
  let high = 0;
  let left = 0;
  let saidZ = false;
  // What `findVector` found.
  let vectorAt = 0;
  let vectorLength = 0;

  function tableFits(table: number): boolean {
    if (table < low + 4 || table + 4 > high) return false;
    const vtable = table - view.getInt32(table, true);
    return vtable >= low && vtable + 4 <= high && vtable + view.getUint16(vtable, true) <= high;
  }

  /** Place of a field of a table that fits, or 0 where it has none. */
  function fieldAt(table: number, slot: number): number {
    const vtable = table - view.getInt32(table, true);
    if (slot + 2 > view.getUint16(vtable, true)) return 0;
    const offset = view.getUint16(vtable + slot, true);
    return offset === 0 ? 0 : table + offset;
  }

  /** Sets `vectorAt` and `vectorLength` (0 where absent); false where the vector leaves the feature. */
  function findVector(table: number, slot: number, itemBytes: number): boolean {
    vectorAt = 0;
    vectorLength = 0;
    const at = fieldAt(table, slot);
    if (at === 0) return true;
    if (at + 4 > high) return false;
    const vector = at + view.getUint32(at, true);
    if (vector + 4 > high) return false;
    vectorAt = vector + 4;
    vectorLength = view.getUint32(vector, true);
    return vectorAt + vectorLength * itemBytes <= high;
  }

  function spend(count: number): boolean {
    left -= count;
    return left >= 0;
  }

  function addPolygon(geometry: number): boolean {
    if (!findVector(geometry, GEOMETRY_XY, 8)) return false;
    const xy = vectorAt;
    const length = vectorLength;
    if (!findVector(geometry, GEOMETRY_ENDS, 4)) return false;
    const ends = vectorAt;
    const rings = vectorLength;
    if (!spend(8 * length + 4 * rings)) return false;
    if (!saidZ && (fieldAt(geometry, GEOMETRY_Z) !== 0 || fieldAt(geometry, GEOMETRY_M) !== 0)) {
      saidZ = true;
      reportDroppedZ(builder);
    }
    if (rings === 0) {
      builder.addRingBytes(bytes, xy, length >> 1, OUTER);
      return true;
    }
    let from = 0;
    for (let r = 0; r < rings; r++) {
      const end = view.getUint32(ends + 4 * r, true);
      if (end < from || 2 * end > length) return false;
      builder.addRingBytes(bytes, xy + 16 * from, end - from, r === 0 ? OUTER : INNER);
      from = end;
    }
    return true;
  }

  function addGeometry(geometry: number, declared: number, depth: number): boolean {
    if (depth > MAX_DEPTH || !spend(4) || !tableFits(geometry)) return false;
    const typeAt = fieldAt(geometry, GEOMETRY_TYPE);
    if (typeAt >= high) return false;
    const own = typeAt === 0 ? GeometryType.Unknown : bytes[typeAt]!;
    const type = own === GeometryType.Unknown ? declared : own;
    if (type === GeometryType.Polygon) return addPolygon(geometry);
    if (type === GeometryType.MultiPolygon || type === GeometryType.GeometryCollection) {
      if (!findVector(geometry, GEOMETRY_PARTS, 4)) return false;
      const parts = vectorAt;
      const count = vectorLength;
      // A multipolygon of one part may be stored as that part.
      if (count === 0 && type === GeometryType.MultiPolygon) return addPolygon(geometry);
      const partType = type === GeometryType.MultiPolygon ? GeometryType.Polygon : GeometryType.Unknown;
      for (let i = 0; i < count; i++) {
        const at = parts + 4 * i;
        if (!addGeometry(at + view.getUint32(at, true), partType, depth + 1)) return false;
      }
      if (type === GeometryType.GeometryCollection) reportCollection(builder);
      return true;
    }
    const name = GeometryType[type];
    if (name === undefined) return false;
    if (type >= GeometryType.CircularString && type <= GeometryType.MultiSurface) reportCurve(builder, name);
    else reportNotPolygon(builder, name);
    return true;
  }

  function readValues(from: number, to: number): boolean {
    let found = 0;
    let at = from;
    while (at < to) {
      if (at + 2 > to) return false;
      const column = view.getUint16(at, true);
      at += 2;
      if (column >= columns.length) return false;
      const field = fields[column]!;
      const width = widths[column]!;
      if (width > 0) {
        if (at + width > to) return false;
        if (field >= 0) values[field] = fixedValue(view, at, types[column]!);
        at += width;
      } else {
        if (at + 4 > to) return false;
        const size = view.getUint32(at, true);
        at += 4;
        if (at + size > to) return false;
        if (field >= 0) {
          const raw = textValue(text(bytes, at, at + size));
          values[field] = types[column] === ColumnType.DateTime ? dateTimeText(raw) : raw;
        }
        at += size;
      }
      if (field >= 0 && ++found === wanted && !readsAll) return true;
    }
    return true;
  }

  return (featureBytes, featureView, start, end) => {
    bytes = featureBytes;
    view = featureView;
    low = start;
    high = end;
    left = end - start;
    for (let i = 0; i < values.length; i++) values[i] = null;
    const root = start + 4 + view.getUint32(start + 4, true);
    if (!tableFits(root)) return false;
    const geometryAt = fieldAt(root, FEATURE_GEOMETRY);
    if (geometryAt !== 0) {
      if (geometryAt + 4 > high) return false;
      if (!addGeometry(geometryAt + view.getUint32(geometryAt, true), layerType, 0)) return false;
    }
    // Where the file states no columns at all there must be no values either.
    if (wanted === 0 && columns.length > 0) return true;
    return findVector(root, FEATURE_PROPERTIES, 1) && readValues(vectorAt, vectorAt + vectorLength);
  };
}

/** The format has no dates without time; midnight stands for a date. */
function dateTimeText(raw: string): string {
  return isoText(raw).replace(/T00:00:00(?:\.0+)?$/, '');
}

/** Bytes of a value; texts and bytes are as long as they say. */
const WIDTHS: Readonly<Record<number, number | undefined>> = {
  [ColumnType.Byte]: 1,
  [ColumnType.UByte]: 1,
  [ColumnType.Bool]: 1,
  [ColumnType.Short]: 2,
  [ColumnType.UShort]: 2,
  [ColumnType.Int]: 4,
  [ColumnType.UInt]: 4,
  [ColumnType.Long]: 8,
  [ColumnType.ULong]: 8,
  [ColumnType.Float]: 4,
  [ColumnType.Double]: 8,
};

function fixedValue(view: DataView, at: number, type: ColumnType): AttributeValue {
  switch (type) {
    case ColumnType.Byte:
      return view.getInt8(at);
    case ColumnType.UByte:
      return view.getUint8(at);
    case ColumnType.Bool:
      return view.getUint8(at) === 0 ? 0 : 1;
    case ColumnType.Short:
      return view.getInt16(at, true);
    case ColumnType.UShort:
      return view.getUint16(at, true);
    case ColumnType.Int:
      return view.getInt32(at, true);
    case ColumnType.UInt:
      return view.getUint32(at, true);
    case ColumnType.Long: {
      const upper = view.getInt32(at + 4, true);
      // Within ± (2^53 − 2^32) the two halves make the number exactly, without a bigint.
      if (upper > -0x20_0000 && upper < 0x1f_ffff) return upper * 0x1_0000_0000 + view.getUint32(at, true);
      return integerValue(view.getBigInt64(at, true));
    }
    case ColumnType.ULong:
      return integerValue(view.getBigUint64(at, true));
    case ColumnType.Float:
      return realValue(view.getFloat32(at, true));
    default:
      return realValue(view.getFloat64(at, true));
  }
}
