import { ByteBuffer } from 'flatbuffers';
import { ColumnType } from 'flatgeobuf/lib/mjs/flat-geobuf/column-type.js';
import { Feature } from 'flatgeobuf/lib/mjs/flat-geobuf/feature.js';
import { GeometryType } from 'flatgeobuf/lib/mjs/flat-geobuf/geometry-type.js';
import { Geometry } from 'flatgeobuf/lib/mjs/flat-geobuf/geometry.js';
import { Header } from 'flatgeobuf/lib/mjs/flat-geobuf/header.js';
import { fromByteBuffer } from 'flatgeobuf/lib/mjs/header-meta.js';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  INNER,
  OUTER,
  type AttributeValue,
  type FeatureBatch,
  type Problem,
  type Refusal,
  type Result,
} from '../../../kernel/index.ts';
import {
  RefusalError,
  type FieldType,
  type FormatReader,
  type OpenedSource,
  type ReadOptions,
  type SourceFormat,
} from '../format.ts';
import { createBatchBuilder, reportDroppedZ, type BatchBuilder, type CoordinateRules } from './batch-builder.ts';
import { streamBytes, withFile } from './byte-stream.server.ts';
import {
  binaryDropped,
  integerValue,
  isoText,
  realValue,
  sourceOfHead,
  textValue,
  uniqueFieldNames,
} from './reading.ts';
import { corrupt, curved, emptyFile, notPolygon, refused, truncated, wrongMagic } from './refusals.ts';
import { reportCollection, reportCurve, reportNotPolygon } from './wkb.ts';

/**
 * FlatGeobuf, read from the file handle feature by feature. The generated classes of the `flatgeobuf` package find the
 * tables; coordinates are copied as one block, and every length is checked against the bytes there are, because the
 * generated code checks none.
 */
export const flatgeobufReader: FormatReader = {
  format: 'flatgeobuf',
  open: (path, options) => openFlatgeobuf(path, options),
};

/** Where a FlatGeobuf is a copy we made of a layer in another format: what to call it, and how to throw it away. */
export interface CopyOf {
  readonly format: SourceFormat;
  readonly file: string;
  readonly layerName: string;
  readonly problems: readonly Problem[];
  drop(): Promise<void>;
}

const NAME = 'FlatGeobuf';
const MAX_HEADER_BYTES = 10 * 1024 * 1024;
const MAX_FEATURE_BYTES = 1024 * 1024 * 1024;

interface Column {
  readonly type: ColumnType;
  /** Place among the fields read, or −1 for binary columns. */
  readonly field: number;
}

/** Opens a FlatGeobuf; a copy is dropped when the source is closed (on refusal the caller drops it). */
export async function openFlatgeobuf(
  path: string,
  options: ReadOptions,
  copy?: CopyOf,
): Promise<Result<OpenedSource, Refusal[]>> {
  const file = copy?.file ?? basename(path);
  const head = await withFile(path, async (handle, size) => {
    if (size === 0) return emptyFile(file);
    const start = new Uint8Array(12);
    const { bytesRead } = await handle.read(start, 0, 12, 0);
    const magic = start[0] === 0x66 && start[1] === 0x67 && start[2] === 0x62 && start[4] === 0x66 && start[5] === 0x67;
    if (bytesRead < 8 || !magic || start[6] !== 0x62 || start[3] !== 3) return wrongMagic(file, NAME);
    if (bytesRead < 12) return truncated({ file }, NAME);
    const length = new DataView(start.buffer).getUint32(8, true);
    if (length > MAX_HEADER_BYTES || length < 8)
      return corrupt({ file }, NAME, `文件头长度 ${length}`, `header length ${length}`);
    if (12 + length > size) return truncated({ file }, NAME);
    const bytes = new Uint8Array(4 + length);
    await handle.read(bytes, 0, 4 + length, 8);
    try {
      const name = Header.getSizePrefixedRootAsHeader(new ByteBuffer(bytes)).name();
      return { header: fromByteBuffer(new ByteBuffer(bytes)), name, featuresAt: 12 + length, size };
    } catch {
      return corrupt({ file }, NAME, '文件头读不出', 'its header cannot be read');
    }
  });
  if (!('header' in head)) return refused(head);
  const { header, size } = head;

  const count = header.featuresCount;
  const indexBytes = header.indexNodeSize > 0 && count > 0 ? treeBytes(count, header.indexNodeSize) : 0;
  const featuresAt = head.featuresAt + indexBytes;
  if (!Number.isSafeInteger(count) || count < 0 || featuresAt > size || count > size)
    return refused(truncated({ file }, NAME));
  const typeRefusal = refusalOfType(file, header.geometryType);
  if (typeRefusal) return refused(typeRefusal);

  const problems: Problem[] = [];
  const source = header.columns ?? [];
  if (source.length > 4096)
    return refused(corrupt({ file }, NAME, `字段数 ${source.length}`, `${source.length} columns`));
  const kept = source.filter((column) => column.type !== ColumnType.Binary);
  const renamed = uniqueFieldNames(kept.map((column) => textValue(column.name)));
  problems.push(...renamed.problems);
  const fields = kept.map((column, i) => ({ name: renamed.names[i]!, type: fieldTypeOf(column.type) }));
  for (const column of source) if (column.type === ColumnType.Binary) problems.push(binaryDropped(column.name));
  const columns = source.map((column): Column => ({ type: column.type, field: kept.indexOf(column) }));

  const crs = header.crs;
  return sourceOfHead(
    {
      format: copy?.format ?? 'flatgeobuf',
      file,
      layerName: copy?.layerName ?? (head.name || file.replace(/\.[^.]+$/, '')),
      fields,
      featureCount: count === 0 ? null : count,
      encoding: null,
      problems: [...(copy?.problems ?? []), ...problems],
      crs: {
        epsgFromMetadata: crs && crs.code > 0 && (crs.org ?? 'EPSG').toUpperCase() === 'EPSG' ? crs.code : null,
        wkt: crs?.wkt ?? null,
      },
      scan: (rules) => scan(path, file, featuresAt, count, columns, fields, header.geometryType as number, rules),
      close: async () => copy?.drop(),
    },
    options,
  );
}

function treeBytes(items: number, nodeSize: number): number {
  const size = Math.max(nodeSize, 2);
  let level = items;
  let nodes = items;
  while (level > 1) {
    level = Math.ceil(level / size);
    nodes += level;
  }
  // One item alone still has a root above it.
  return (items === 1 ? 2 : nodes) * 40;
}

function refusalOfType(file: string, type: number): Refusal | undefined {
  if (type === GeometryType.CurvePolygon || type === GeometryType.MultiSurface || type === GeometryType.Surface) {
    return curved({ file }, GeometryType[type]!);
  }
  const read: number[] = [
    GeometryType.Unknown,
    GeometryType.Polygon,
    GeometryType.MultiPolygon,
    GeometryType.GeometryCollection,
  ];
  return read.includes(type) ? undefined : notPolygon({ file }, GeometryType[type] ?? `type ${type}`);
}

function fieldTypeOf(type: ColumnType): FieldType {
  switch (type) {
    case ColumnType.Bool:
      return 'boolean';
    case ColumnType.Float:
    case ColumnType.Double:
      return 'real';
    case ColumnType.String:
    case ColumnType.Json:
      return 'text';
    case ColumnType.DateTime:
      return 'datetime';
    default:
      return 'integer';
  }
}

async function* scan(
  path: string,
  file: string,
  featuresAt: number,
  expected: number,
  columns: readonly Column[],
  fields: readonly { readonly name: string }[],
  layerType: number,
  rules: CoordinateRules,
): AsyncGenerator<FeatureBatch> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const stream = streamBytes(handle, size, featuresAt);
    const builder = createBatchBuilder(fields, rules);
    const decode = createFeatureDecoder(builder, columns, fields.length, layerType);
    let featureNo = 0;
    while (stream.position < size) {
      const prefix = stream.peek(4) ?? (await stream.fill(4));
      if (!prefix) throw new RefusalError([truncated({ file, featureNo }, NAME)]);
      const length = (prefix[0]! | (prefix[1]! << 8) | (prefix[2]! << 16) | (prefix[3]! << 24)) >>> 0;
      if (length < 8 || length > MAX_FEATURE_BYTES) {
        throw new RefusalError([corrupt({ file, featureNo }, NAME, `要素长度 ${length}`, `feature length ${length}`)]);
      }
      const bytes = stream.peek(4 + length) ?? (await stream.fill(4 + length));
      if (!bytes) throw new RefusalError([truncated({ file, featureNo }, NAME)]);
      builder.beginFeature(featureNo);
      const values = decode(bytes);
      if (!values) {
        throw new RefusalError([
          corrupt({ file, featureNo }, NAME, '要素内部的长度不符', 'a length inside a feature cannot be'),
        ]);
      }
      const batch = builder.endFeature(values);
      stream.skip(4 + length);
      featureNo++;
      if (batch) yield batch;
    }
    if (expected > 0 && featureNo < expected) throw new RefusalError([truncated({ file, featureNo }, NAME)]);
    if (expected > 0 && featureNo > expected) {
      throw new RefusalError([
        corrupt(
          { file },
          NAME,
          `要素比文件头所说的 ${expected} 个多`,
          `it holds more features than the ${expected} its header states`,
        ),
      ]);
    }
    const last = builder.finish();
    if (last) yield last;
  } finally {
    await handle.close();
  }
}

/** Decodes one size-prefixed feature into the builder; returns its attribute values, or null where a length cannot be. */
function createFeatureDecoder(
  builder: BatchBuilder,
  columns: readonly Column[],
  fieldCount: number,
  layerType: number,
): (bytes: Uint8Array) => AttributeValue[] | null {
  const feature = new Feature();
  const nothing = Array.from({ length: fieldCount }, (): AttributeValue => null);
  const text = new TextDecoder('utf-8');
  let scratch = new Float64Array(4096);
  let scratchBytes = new Uint8Array(scratch.buffer);

  /** Start and length in items of a vector field of a table, [0, 0] where absent, null where it leaves the buffer. */
  function vector(bb: ByteBuffer, table: number, slot: number, itemBytes: number): readonly [number, number] | null {
    const offset = bb.__offset(table, slot);
    if (offset === 0) return [0, 0];
    const capacity = bb.capacity();
    if (table + offset + 4 > capacity) return null;
    const start = bb.__vector(table + offset);
    if (start < 4 || start > capacity) return null;
    const length = bb.readUint32(start - 4);
    return start + length * itemBytes <= capacity ? [start, length] : null;
  }

  function tableFits(bb: ByteBuffer, table: number): boolean {
    if (table < 4 || table + 4 > bb.capacity()) return false;
    const vtable = table - bb.readInt32(table);
    return vtable >= 0 && vtable + 4 <= bb.capacity() && vtable + bb.readUint16(vtable) <= bb.capacity();
  }

  function addPolygon(bb: ByteBuffer, geometry: Geometry): boolean {
    const xy = vector(bb, geometry.bb_pos, 6, 8);
    const ends = vector(bb, geometry.bb_pos, 4, 4);
    if (!xy || !ends) return false;
    if (geometry.bb!.__offset(geometry.bb_pos, 8) !== 0 || geometry.bb!.__offset(geometry.bb_pos, 10) !== 0) {
      reportDroppedZ(builder);
    }
    const [start, length] = xy;
    if (length > scratch.length) {
      scratch = new Float64Array(Math.max(length, 2 * scratch.length));
      scratchBytes = new Uint8Array(scratch.buffer);
    }
    scratchBytes.set(bb.bytes().subarray(start, start + 8 * length));
    const rings = ends[1];
    if (rings === 0) {
      builder.addRing(scratch, 0, length >> 1, 2, OUTER);
      return true;
    }
    let from = 0;
    for (let r = 0; r < rings; r++) {
      const end = bb.readUint32(ends[0] + 4 * r);
      if (end < from || 2 * end > length) return false;
      builder.addRing(scratch, 2 * from, end - from, 2, r === 0 ? OUTER : INNER);
      from = end;
    }
    return true;
  }

  function addGeometry(bb: ByteBuffer, geometry: Geometry, declared: number, depth: number): boolean {
    if (depth > 4 || !tableFits(bb, geometry.bb_pos)) return false;
    const own = geometry.type() as number;
    const type = own === GeometryType.Unknown ? declared : own;
    if (type === GeometryType.Polygon) return addPolygon(bb, geometry);
    if (type === GeometryType.MultiPolygon || type === GeometryType.GeometryCollection) {
      const parts = vector(bb, geometry.bb_pos, 18, 4);
      if (!parts) return false;
      // A multipolygon of one part may be stored as that part.
      if (parts[1] === 0 && type === GeometryType.MultiPolygon) return addPolygon(bb, geometry);
      for (let i = 0; i < parts[1]; i++) {
        const part = geometry.parts(i, new Geometry())!;
        const partType = type === GeometryType.MultiPolygon ? GeometryType.Polygon : GeometryType.Unknown;
        if (!addGeometry(bb, part, partType, depth + 1)) return false;
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

  function readValues(bytes: Uint8Array, start: number, length: number): AttributeValue[] | null {
    const values = nothing.slice();
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, length);
    let at = 0;
    while (at < length) {
      if (at + 2 > length) return null;
      const column = columns[view.getUint16(at, true)];
      at += 2;
      if (column === undefined) return null;
      const fixed = WIDTHS[column.type];
      if (fixed !== undefined) {
        if (at + fixed > length) return null;
        values[column.field] = fixedValue(view, at, column.type);
        at += fixed;
        continue;
      }
      if (at + 4 > length) return null;
      const size = view.getUint32(at, true);
      at += 4;
      if (at + size > length) return null;
      if (column.field >= 0) {
        const raw = textValue(text.decode(bytes.subarray(start + at, start + at + size)));
        values[column.field] = column.type === ColumnType.DateTime ? dateTimeText(raw) : raw;
      }
      at += size;
    }
    return values;
  }

  return (bytes) => {
    const bb = new ByteBuffer(bytes);
    const root = bb.readInt32(4) + 4;
    if (!tableFits(bb, root)) return null;
    feature.__init(root, bb);
    const hasGeometry = bb.__offset(root, 4) !== 0;
    if (hasGeometry) {
      const geometry = feature.geometry(new Geometry())!;
      if (!addGeometry(bb, geometry, layerType, 0)) return null;
    }
    const properties = vector(bb, root, 6, 1);
    return properties && readValues(bytes, properties[0], properties[1]);
  };
}

/** The format has no dates without time; midnight stands for a date. */
function dateTimeText(raw: string): string {
  return isoText(raw).replace(/T00:00:00(?:\.0+)?$/, '');
}

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
    case ColumnType.Long:
      return integerValue(view.getBigInt64(at, true));
    case ColumnType.ULong:
      return integerValue(view.getBigUint64(at, true));
    case ColumnType.Float:
      return realValue(view.getFloat32(at, true));
    default:
      return realValue(view.getFloat64(at, true));
  }
}
