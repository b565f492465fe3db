import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { Builder } from 'flatbuffers';
import { ColumnType } from 'flatgeobuf/lib/mjs/flat-geobuf/column-type.js';
import { Column } from 'flatgeobuf/lib/mjs/flat-geobuf/column.js';
import { Crs } from 'flatgeobuf/lib/mjs/flat-geobuf/crs.js';
import { Feature } from 'flatgeobuf/lib/mjs/flat-geobuf/feature.js';
import { GeometryType } from 'flatgeobuf/lib/mjs/flat-geobuf/geometry-type.js';
import { Geometry } from 'flatgeobuf/lib/mjs/flat-geobuf/geometry.js';
import { Header } from 'flatgeobuf/lib/mjs/flat-geobuf/header.js';
import {
  featureCount,
  localized,
  OUTER,
  type AttributeValue,
  type FeatureBatch,
  type Problem,
} from '../../../kernel/index.ts';
import { epsgNameOf } from '../crs-wkt.ts';
import type { FieldType, FormatWriter, SourceField, WriteOptions, WriteReport, WriteSource } from '../format.ts';

import { fileProblem } from './reading.ts';

/**
 * Writes FlatGeobuf 3 in the order of the features and without spatial index, so that feature numbers stay as they
 * are. Count and extent are put into the header at the end.
 */
export const flatgeobufWriter: FormatWriter = { format: 'flatgeobuf', write };

const MAGIC = [0x66, 0x67, 0x62, 0x03, 0x66, 0x67, 0x62, 0x01];
const PIECE = 1 << 20;

const COLUMN_TYPES: Readonly<Record<FieldType, ColumnType>> = {
  text: ColumnType.String,
  integer: ColumnType.Long,
  real: ColumnType.Double,
  boolean: ColumnType.Bool,
  date: ColumnType.DateTime,
  datetime: ColumnType.DateTime,
};

async function write(path: string, source: WriteSource, options: WriteOptions): Promise<WriteReport> {
  const draft = `${path}.${process.pid}.part`;
  const name = options.layerName ?? basename(path).replace(/\.[^.]+$/, '');
  let handle: FileHandle | undefined;
  try {
    handle = await open(draft, 'w');
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    // Any count and extent make a header of the same length; the true ones overwrite it.
    await handle.write(Buffer.from(MAGIC));
    await handle.write(headerBytes(name, source, 1, [0, 0, 0, 0]));
    const dropped = new Set<string>();
    const encode = createFeatureEncoder(source.fields, (field) => dropped.add(field));
    let features = 0;
    let pieces: Uint8Array[] = [];
    let held = 0;
    for await (const batch of source.batches()) {
      const columns = new Map(batch.columns.map((column) => [column.name, column.values]));
      const values = source.fields.map((field) => columns.get(field.name));
      for (let f = 0; f < featureCount(batch); f++) {
        const bytes = encode(batch, f, values, box);
        pieces.push(bytes);
        held += bytes.length;
        features++;
        if (held < PIECE) continue;
        await handle.write(Buffer.concat(pieces));
        pieces = [];
        held = 0;
      }
    }
    await handle.write(Buffer.concat(pieces));
    const extent = box.every(Number.isFinite) ? box : [0, 0, 0, 0];
    const header = headerBytes(name, source, features, extent);
    await handle.write(header, 0, header.length, MAGIC.length);
    await handle.sync();
    await handle.close();
    handle = undefined;
    await rename(draft, path);
    return { features, renamedFields: [], problems: [...dropped].map(valuesDropped) };
  } catch (error) {
    await handle?.close();
    await rm(draft, { force: true });
    throw error;
  }
}

function valuesDropped(field: string): Problem {
  return fileProblem(
    'writer.value-dropped',
    'warning',
    localized(`数值字段“${field}”中的文字未写出`, `Texts in the numeric field “${field}” were not written.`),
    undefined,
    field,
  );
}

function headerBytes(name: string, source: WriteSource, count: number, box: readonly number[]): Uint8Array {
  const builder = new Builder(1024);
  // Scalars equal to their default are left out of a table; forced, the header keeps its length whatever the count.
  builder.forceDefaults(true);
  const columns = source.fields.map((field) => {
    const columnName = builder.createString(field.name);
    Column.startColumn(builder);
    Column.addName(builder, columnName);
    Column.addType(builder, COLUMN_TYPES[field.type]);
    return Column.endColumn(builder);
  });
  const columnsAt = Header.createColumnsVector(builder, columns);
  const organization = builder.createString('EPSG');
  const crsName = builder.createString(epsgNameOf(source.epsg));
  Crs.startCrs(builder);
  Crs.addOrg(builder, organization);
  Crs.addCode(builder, source.epsg);
  Crs.addName(builder, crsName);
  const crs = Crs.endCrs(builder);
  const layerName = builder.createString(name);
  const envelope = Header.createEnvelopeVector(builder, [...box]);
  Header.startHeader(builder);
  Header.addName(builder, layerName);
  Header.addEnvelope(builder, envelope);
  Header.addGeometryType(builder, GeometryType.MultiPolygon);
  Header.addColumns(builder, columnsAt);
  Header.addFeaturesCount(builder, BigInt(count));
  Header.addIndexNodeSize(builder, 0);
  Header.addCrs(builder, crs);
  Header.finishSizePrefixedHeaderBuffer(builder, Header.endHeader(builder));
  return builder.asUint8Array().slice();
}

type Utf8Encoder = InstanceType<typeof TextEncoder>;

type FeatureEncoder = (
  batch: FeatureBatch,
  f: number,
  values: readonly (readonly AttributeValue[] | undefined)[],
  box: number[],
) => Uint8Array;

function createFeatureEncoder(fields: readonly SourceField[], onDropped: (field: string) => void): FeatureEncoder {
  const builder = new Builder(1 << 16);
  const text = new TextEncoder();
  return (batch, f, values, box) => {
    builder.clear();
    const properties = encodeProperties(fields, values, f, text, onDropped);
    const propertiesAt = properties.length > 0 ? Feature.createPropertiesVector(builder, properties) : 0;
    const from = batch.featureRings[f]!;
    const to = batch.featureRings[f + 1]!;
    const geometry = from === to ? 0 : encodeMultiPolygon(builder, batch, from, to, box);
    Feature.startFeature(builder);
    if (geometry) Feature.addGeometry(builder, geometry);
    if (propertiesAt) Feature.addProperties(builder, propertiesAt);
    builder.finishSizePrefixed(Feature.endFeature(builder));
    return builder.asUint8Array().slice();
  };
}

function encodeMultiPolygon(builder: Builder, batch: FeatureBatch, from: number, to: number, box: number[]): number {
  const parts: number[] = [];
  for (let r = from; r < to; ) {
    let end = r + 1;
    while (end < to && batch.ringRoles[end] !== OUTER) end++;
    parts.push(encodePolygon(builder, batch, r, end, box));
    r = end;
  }
  const partsAt = Geometry.createPartsVector(builder, parts);
  Geometry.startGeometry(builder);
  Geometry.addType(builder, GeometryType.MultiPolygon);
  Geometry.addParts(builder, partsAt);
  return Geometry.endGeometry(builder);
}

function encodePolygon(builder: Builder, batch: FeatureBatch, from: number, to: number, box: number[]): number {
  const { coords, ringStarts } = batch;
  const vertices = ringStarts[to]! - ringStarts[from]! + (to - from);
  const ends: number[] = [];
  Geometry.startXyVector(builder, 2 * vertices);
  // Vectors are built from their end.
  for (let r = to - 1; r >= from; r--) {
    const first = ringStarts[r]!;
    const last = ringStarts[r + 1]!;
    for (let i = last; i >= first; i--) {
      const vertex = 2 * (i === last ? first : i);
      const x = coords[vertex]!;
      const y = coords[vertex + 1]!;
      builder.addFloat64(y);
      builder.addFloat64(x);
      if (x < box[0]!) box[0] = x;
      if (y < box[1]!) box[1] = y;
      if (x > box[2]!) box[2] = x;
      if (y > box[3]!) box[3] = y;
    }
  }
  const xy = builder.endVector();
  let end = 0;
  for (let r = from; r < to; r++) ends.push((end += ringStarts[r + 1]! - ringStarts[r]! + 1));
  const endsAt = to - from > 1 ? Geometry.createEndsVector(builder, ends) : 0;
  Geometry.startGeometry(builder);
  if (endsAt) Geometry.addEnds(builder, endsAt);
  Geometry.addXy(builder, xy);
  Geometry.addType(builder, GeometryType.Polygon);
  return Geometry.endGeometry(builder);
}

function encodeProperties(
  fields: readonly SourceField[],
  values: readonly (readonly AttributeValue[] | undefined)[],
  f: number,
  text: Utf8Encoder,
  onDropped: (field: string) => void,
): Uint8Array {
  let bytes = new Uint8Array(256);
  let view = new DataView(bytes.buffer);
  let at = 0;
  const reserve = (more: number): void => {
    if (at + more <= bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * bytes.length, at + more));
    larger.set(bytes.subarray(0, at));
    bytes = larger;
    view = new DataView(bytes.buffer);
  };
  fields.forEach((field, i) => {
    const value = values[i]?.[f] ?? null;
    if (value === null) return;
    const isText = field.type === 'text' || field.type === 'date' || field.type === 'datetime';
    if (isText) {
      const encoded = text.encode(String(value));
      reserve(6 + encoded.length);
      view.setUint16(at, i, true);
      view.setUint32(at + 2, encoded.length, true);
      bytes.set(encoded, at + 6);
      at += 6 + encoded.length;
      return;
    }
    const number = Number(value);
    // A text in a column of numbers has no place here; the reader of the file sees no value rather than a wrong one.
    if (!Number.isFinite(number) || (typeof value === 'string' && !/^-?\d+$/.test(value))) {
      onDropped(field.name);
      return;
    }
    reserve(10);
    view.setUint16(at, i, true);
    at += 2;
    if (field.type === 'boolean') {
      view.setUint8(at, number === 0 ? 0 : 1);
      at += 1;
    } else if (field.type === 'integer') {
      view.setBigInt64(
        at,
        BigInt.asIntN(64, typeof value === 'string' ? BigInt(value) : BigInt(Math.trunc(number))),
        true,
      );
      at += 8;
    } else {
      view.setFloat64(at, number, true);
      at += 8;
    }
  });
  return bytes.subarray(0, at);
}
