import { ByteBuffer } from 'flatbuffers';
import { ColumnType } from 'flatgeobuf/lib/mjs/flat-geobuf/column-type.js';
import { GeometryType } from 'flatgeobuf/lib/mjs/flat-geobuf/geometry-type.js';
import { Header } from 'flatgeobuf/lib/mjs/flat-geobuf/header.js';
import { fromByteBuffer } from 'flatgeobuf/lib/mjs/header-meta.js';
import type { AttributeValue, FeatureBatch, Problem, Refusal, Result } from '../../../kernel/index.ts';
import { streamOf, type ByteSource } from '../byte-source.ts';
import {
  RefusalError,
  wantsColumn,
  type FieldType,
  type OpenedSource,
  type ReadOptions,
  type SourceField,
  type SourceFormat,
} from '../format.ts';
import { createBatchBuilder, type CoordinateRules } from './batch-builder.ts';
import { createFeatureDecoder, type FlatgeobufColumn } from './flatgeobuf-features.ts';
import { indexBytes, searchIndex } from './flatgeobuf-index.ts';
import { binaryDropped, refusalOfLayer, sourceOfHead, textValue, uniqueFieldNames } from './reading.ts';
import { corrupt, curved, emptyFile, notPolygon, refused, truncated, wrongMagic } from './refusals.ts';

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
/** Read at once where features are picked by the index. */
const PICKED_PIECE_BYTES = 1 << 18;

/** What the scan of the features needs to know of the head. */
interface Body {
  readonly source: ByteSource;
  readonly file: string;
  readonly indexAt: number;
  readonly indexNodeSize: number;
  readonly featuresAt: number;
  /** As the header states it; 0 where it does not know. */
  readonly count: number;
  readonly columns: readonly FlatgeobufColumn[];
  readonly fields: readonly Pick<SourceField, 'name'>[];
  readonly geometryType: number;
}

/**
 * FlatGeobuf 3 from bytes anywhere. The header is small and read by the generated classes of the `flatgeobuf` package;
 * features are read piece by piece by our own decoder. With `options.box` and an index in the file, features outside
 * are not read at all. The bytes, and a copy, are let go when the source is closed, or here on refusal.
 */
export async function openFlatgeobuf(
  source: ByteSource,
  options: ReadOptions,
  copy?: CopyOf,
): Promise<Result<OpenedSource, Refusal[]>> {
  let opened: Result<OpenedSource, Refusal[]> | undefined;
  try {
    opened = await openHead(source, options, copy);
    return opened;
  } finally {
    if (!opened?.ok) await source.close();
  }
}

async function openHead(
  source: ByteSource,
  options: ReadOptions,
  copy: CopyOf | undefined,
): Promise<Result<OpenedSource, Refusal[]>> {
  const file = copy?.file ?? source.name;
  const { size } = source;
  if (size === 0) return refused(emptyFile(file));
  const start = await source.read(0, 12);
  const magic = start[0] === 0x66 && start[1] === 0x67 && start[2] === 0x62 && start[4] === 0x66 && start[5] === 0x67;
  if (start.length < 8 || !magic || start[6] !== 0x62 || start[3] !== 3) return refused(wrongMagic(file, NAME));
  if (start.length < 12) return refused(truncated({ file }, NAME));
  const length = new DataView(start.buffer, start.byteOffset).getUint32(8, true);
  if (length > MAX_HEADER_BYTES || length < 8)
    return refused(corrupt({ file }, NAME, `文件头长度 ${length}`, `header length ${length}`));
  if (12 + length > size) return refused(truncated({ file }, NAME));
  const head = readHeader(await source.read(8, 4 + length));
  if (head === null) return refused(corrupt({ file }, NAME, '文件头读不出', 'its header cannot be read'));
  const { header, name } = head;

  const count = header.featuresCount;
  const indexAt = 12 + length;
  const featuresAt = indexAt + (count > 0 && count <= size ? indexBytes(count, header.indexNodeSize) : 0);
  if (!Number.isSafeInteger(count) || count < 0 || featuresAt > size || count > size)
    return refused(truncated({ file }, NAME));
  const typeRefusal = refusalOfType(file, header.geometryType);
  if (typeRefusal) return refused(typeRefusal);

  const layerName = copy?.layerName ?? (name || file.replace(/\.[^.]+$/, ''));
  const other = refusalOfLayer(options, file, layerName);
  if (other) return refused(other);

  const problems: Problem[] = [];
  const stored = header.columns ?? [];
  if (stored.length > 4096)
    return refused(corrupt({ file }, NAME, `字段数 ${stored.length}`, `${stored.length} columns`));
  const kept = stored.filter((column) => column.type !== ColumnType.Binary);
  const renamed = uniqueFieldNames(kept.map((column) => textValue(column.name)));
  problems.push(...renamed.problems);
  const fields = kept.map((column, i) => ({ name: renamed.names[i]!, type: fieldTypeOf(column.type) }));
  for (const column of stored) if (column.type === ColumnType.Binary) problems.push(binaryDropped(column.name));
  const wanted = fields.filter((field) => wantsColumn(options, field.name));
  const columns = stored.map((column): FlatgeobufColumn => {
    const place = kept.indexOf(column);
    return { type: column.type, field: place < 0 ? -1 : wanted.indexOf(fields[place]!) };
  });

  const body: Body = {
    source,
    file,
    indexAt,
    indexNodeSize: count > 0 ? header.indexNodeSize : 0,
    featuresAt,
    count,
    columns,
    fields: wanted,
    geometryType: header.geometryType,
  };
  const { crs } = header;
  return sourceOfHead(
    {
      format: copy?.format ?? 'flatgeobuf',
      file,
      layerName,
      fields,
      featureCount: count === 0 ? null : count,
      encoding: null,
      mostVertices: options.box === undefined ? Math.floor((size - featuresAt) / 16) : 0,
      problems: [...(copy?.problems ?? []), ...problems],
      crs: {
        epsgFromMetadata: crs && crs.code > 0 && (crs.org ?? 'EPSG').toUpperCase() === 'EPSG' ? crs.code : null,
        wkt: crs?.wkt ?? null,
      },
      scan: (rules) =>
        rules.within !== undefined && body.indexNodeSize > 0 ? scanPicked(body, rules) : scanAll(body, rules),
      async close() {
        await source.close();
        await copy?.drop();
      },
    },
    options,
  );
}

function readHeader(bytes: Uint8Array) {
  try {
    const name = Header.getSizePrefixedRootAsHeader(new ByteBuffer(bytes)).name();
    const header = fromByteBuffer(new ByteBuffer(bytes));
    // A table that points beyond the header gives values that are none.
    return Number.isInteger(header.geometryType) ? { header, name } : null;
  } catch {
    return null;
  }
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

const badLength = (file: string, featureNo: number, length: number): RefusalError =>
  new RefusalError([corrupt({ file, featureNo }, NAME, `要素长度 ${length}`, `feature length ${length}`)]);
const badInside = (file: string, featureNo: number): RefusalError =>
  new RefusalError([corrupt({ file, featureNo }, NAME, '要素内部的长度不符', 'a length inside a feature cannot be')]);
const cutShort = (file: string, featureNo: number): RefusalError =>
  new RefusalError([truncated({ file, featureNo }, NAME)]);

const fits = (length: number): boolean => length >= 8 && length <= MAX_FEATURE_BYTES;

/** All features, in file order. */
async function* scanAll(body: Body, rules: CoordinateRules): AsyncGenerator<FeatureBatch> {
  const { source, file, featuresAt, count, columns, fields, geometryType } = body;
  const stream = streamOf(source, featuresAt);
  const builder = createBatchBuilder(fields, rules);
  const values: AttributeValue[] = fields.map(() => null);
  const decode = createFeatureDecoder(builder, columns, values, geometryType);
  let featureNo = 0;
  while (stream.position < source.size) {
    const held = stream.held();
    const view = new DataView(held.buffer, held.byteOffset, held.byteLength);
    let at = 0;
    let needed = 4;
    while (at + 4 <= held.length) {
      const length = view.getUint32(at, true);
      if (!fits(length)) throw badLength(file, featureNo, length);
      needed = 4 + length;
      if (at + needed > held.length) break;
      builder.beginFeature(featureNo);
      if (!decode(held, view, at, at + needed)) throw badInside(file, featureNo);
      const batch = builder.endFeature(values);
      featureNo++;
      at += needed;
      needed = 4;
      if (batch) yield batch;
    }
    stream.skip(at);
    if (stream.position < source.size && (await stream.fill(needed)) === null) throw cutShort(file, featureNo);
  }
  if (count > 0 && featureNo < count) throw cutShort(file, featureNo);
  if (count > 0 && featureNo > count) {
    throw new RefusalError([
      corrupt(
        { file },
        NAME,
        `要素比文件头所说的 ${count} 个多`,
        `it holds more features than the ${count} its header states`,
      ),
    ]);
  }
  const last = builder.finish();
  if (last) yield last;
}

/** The features the index has near `rules.within`. */
async function* scanPicked(body: Body, rules: CoordinateRules): AsyncGenerator<FeatureBatch> {
  const { source, file, indexAt, indexNodeSize, featuresAt, count, columns, fields, geometryType } = body;
  const [minX, minY, maxX, maxY] = rules.within!;
  const hits = await searchIndex(
    source,
    indexAt,
    count,
    indexNodeSize,
    rules.swapAxes ? [minY, minX, maxY, maxX] : [minX, minY, maxX, maxY],
  );
  if (hits === null)
    throw new RefusalError([corrupt({ file }, NAME, '空间索引不符', 'its spatial index does not fit')]);
  const stream = streamOf(source, featuresAt, source.size, PICKED_PIECE_BYTES);
  const builder = createBatchBuilder(fields, rules);
  const values: AttributeValue[] = fields.map(() => null);
  const decode = createFeatureDecoder(builder, columns, values, geometryType);
  for (const [i, featureNo] of hits.featureNos.entries()) {
    stream.skip(featuresAt + hits.offsets[i]! - stream.position);
    const prefix = stream.peek(4) ?? (await stream.fill(4));
    if (!prefix) throw cutShort(file, featureNo);
    const length = (prefix[0]! | (prefix[1]! << 8) | (prefix[2]! << 16) | (prefix[3]! << 24)) >>> 0;
    if (!fits(length)) throw badLength(file, featureNo, length);
    const bytes = stream.peek(4 + length) ?? (await stream.fill(4 + length));
    if (!bytes) throw cutShort(file, featureNo);
    builder.beginFeature(featureNo);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!decode(bytes, view, 0, bytes.length)) throw badInside(file, featureNo);
    const batch = builder.endFeature(values);
    if (batch) yield batch;
  }
  const last = builder.finish();
  if (last) yield last;
}
