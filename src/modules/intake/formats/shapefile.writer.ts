import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { once } from 'node:events';
import { ZipFile } from 'yazl';
import {
  featureCount,
  localized,
  OUTER,
  type AttributeValue,
  type FeatureBatch,
  type Problem,
} from '../../../kernel/index.ts';
import { esriWkt } from '../crs-wkt.ts';
import { RefusalError, type FormatWriter, type WriteOptions, type WriteReport, type WriteSource } from '../format.ts';
import { createDbfMeasure, cutUtf8, decimalText, utf8Length, type DbfColumn } from './dbf-columns.ts';
import { fileProblem } from './reading.ts';
import { refusal } from './refusals.ts';
import { SHAPE_NULL, SHAPE_POLYGON } from './shapefile-records.ts';

/**
 * Writes a zipped shapefile in UTF-8 with its .cpg and .prj. The features are gone through twice: the table must know
 * its widths before its first record. Outer rings run clockwise, holes counter-clockwise, as the format has it. Field
 * names longer than 10 bytes are shortened and texts longer than 254 bytes cut; the report names every one.
 */
export const shapefileWriter: FormatWriter = { format: 'shapefile', write };

const PIECE = 1 << 20;
/** Offsets are 32-bit counts of 16-bit words; much software stops at half of that. */
const LARGEST_PART = 2 ** 31 - 1;

async function write(path: string, source: WriteSource, options: WriteOptions): Promise<WriteReport> {
  const measure = createDbfMeasure(source.fields);
  for await (const batch of source.batches()) measure.add(batch);
  const columns = measure.columns();
  const layer = options.layerName ?? basename(path).replace(/\.[^.]+$/, '');
  const directory = await mkdtemp(`${path}.part-`);
  try {
    const shp = await createPart(join(directory, 'shp'), path);
    const shx = await createPart(join(directory, 'shx'), path);
    const dbf = await createPart(join(directory, 'dbf'), path);
    let features = 0;
    const cut = new Set<string>();
    try {
      features = await writeParts(source, columns, shp, shx, dbf, cut);
    } finally {
      await Promise.all([shp.close(), shx.close(), dbf.close()]);
    }
    const draft = join(directory, 'draft.zip');
    await packZip(draft, directory, layer, source.epsg);
    await rename(draft, path);
    return reportOf(features, columns, cut);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A file written front to back, whose head is written last. */
interface Part {
  /** Bytes so far. */
  length(): number;
  add(bytes: Uint8Array): Promise<void>;
  rewriteHead(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

async function createPart(path: string, target: string): Promise<Part> {
  const handle = await open(path, 'w');
  let length = 0;
  let pieces: Uint8Array[] = [];
  let held = 0;
  const flush = async (): Promise<void> => {
    if (held > 0) await handle.write(Buffer.concat(pieces));
    pieces = [];
    held = 0;
  };
  return {
    length: () => length,
    async add(bytes) {
      pieces.push(bytes);
      held += bytes.length;
      length += bytes.length;
      if (length > LARGEST_PART) throw new RefusalError([tooLarge(target)]);
      if (held >= PIECE) await flush();
    },
    async rewriteHead(bytes) {
      await flush();
      await handle.write(bytes, 0, bytes.length, 0);
    },
    close: () => handle.close(),
  };
}

async function writeParts(
  source: WriteSource,
  columns: readonly DbfColumn[],
  shp: Part,
  shx: Part,
  dbf: Part,
  cut: Set<string>,
): Promise<number> {
  let features = 0;
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  await shp.add(new Uint8Array(100));
  await shx.add(new Uint8Array(100));
  await dbf.add(dbfHead(columns, 0));
  const recordOf = createRecordEncoder(columns, cut);
  for await (const batch of source.batches()) {
    const byName = new Map(batch.columns.map((column) => [column.name, column.values]));
    const values = columns.map((column) => byName.get(column.source));
    for (let f = 0; f < featureCount(batch); f++) {
      const shape = shapeBytes(batch, f, features + 1, box);
      const entry = new DataView(new ArrayBuffer(8));
      entry.setInt32(0, shp.length() / 2);
      entry.setInt32(4, (shape.length - 8) / 2);
      await shp.add(shape);
      await shx.add(new Uint8Array(entry.buffer));
      await dbf.add(recordOf(values, f));
      features++;
    }
  }
  await dbf.add(Uint8Array.of(0x1a));
  await shp.rewriteHead(shpHead(shp.length(), box));
  await shx.rewriteHead(shpHead(shx.length(), box));
  await dbf.rewriteHead(dbfHead(columns, features));
  return features;
}

function shpHead(length: number, box: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(100));
  view.setInt32(0, 9994);
  view.setInt32(24, length / 2);
  view.setInt32(28, 1000, true);
  view.setInt32(32, SHAPE_POLYGON, true);
  if (box.every(Number.isFinite)) box.forEach((value, i) => view.setFloat64(36 + 8 * i, value, true));
  return new Uint8Array(view.buffer);
}

/** A main-file record with its header. Widens `box`. */
function shapeBytes(batch: FeatureBatch, f: number, number: number, box: number[]): Uint8Array {
  const { coords, ringStarts, ringRoles } = batch;
  const from = batch.featureRings[f]!;
  const to = batch.featureRings[f + 1]!;
  const rings = to - from;
  const points = rings === 0 ? 0 : ringStarts[to]! - ringStarts[from]! + rings;
  const content = rings === 0 ? 4 : 44 + 4 * rings + 16 * points;
  const bytes = new Uint8Array(8 + content);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, number);
  view.setInt32(4, content / 2);
  view.setInt32(8, rings === 0 ? SHAPE_NULL : SHAPE_POLYGON, true);
  if (rings === 0) return bytes;
  const own = [Infinity, Infinity, -Infinity, -Infinity];
  view.setInt32(44, rings, true);
  view.setInt32(48, points, true);
  let at = 52 + 4 * rings;
  let point = 0;
  for (let r = from; r < to; r++) {
    view.setInt32(52 + 4 * (r - from), point, true);
    const first = ringStarts[r]!;
    const count = ringStarts[r + 1]! - first;
    const clockwise = signedArea2(coords, first, first + count) < 0;
    const reverse = clockwise !== (ringRoles[r] === OUTER);
    for (let i = 0; i <= count; i++) {
      const step = i === count ? 0 : i;
      const vertex = 2 * (first + (reverse ? (count - step) % count : step));
      const x = coords[vertex]!;
      const y = coords[vertex + 1]!;
      view.setFloat64(at, x, true);
      view.setFloat64(at + 8, y, true);
      at += 16;
      own[0] = Math.min(own[0]!, x);
      own[1] = Math.min(own[1]!, y);
      own[2] = Math.max(own[2]!, x);
      own[3] = Math.max(own[3]!, y);
    }
    point += count + 1;
  }
  own.forEach((value, i) => view.setFloat64(12 + 8 * i, value, true));
  box[0] = Math.min(box[0]!, own[0]!);
  box[1] = Math.min(box[1]!, own[1]!);
  box[2] = Math.max(box[2]!, own[2]!);
  box[3] = Math.max(box[3]!, own[3]!);
  return bytes;
}

function signedArea2(coords: Float64Array, from: number, to: number): number {
  const x0 = coords[2 * from]!;
  const y0 = coords[2 * from + 1]!;
  let sum = 0;
  for (let i = from + 1; i < to - 1; i++) {
    sum += (coords[2 * i]! - x0) * (coords[2 * i + 3]! - y0) - (coords[2 * i + 2]! - x0) * (coords[2 * i + 1]! - y0);
  }
  return sum;
}

function dbfHead(columns: readonly DbfColumn[], records: number): Uint8Array {
  const length = 32 + 32 * columns.length + 1;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  // The date of writing is left at a fixed day, so that the same layer gives the same bytes.
  bytes.set([0x03, 100, 1, 1]);
  view.setUint32(4, records, true);
  view.setUint16(8, length, true);
  view.setUint16(10, 1 + columns.reduce((sum, column) => sum + column.width, 0), true);
  columns.forEach((column, i) => {
    const at = 32 + 32 * i;
    bytes.set(Buffer.from(column.name, 'utf8'), at);
    bytes[at + 11] = column.kind.charCodeAt(0);
    bytes[at + 16] = column.width;
    bytes[at + 17] = column.decimals;
  });
  bytes[length - 1] = 0x0d;
  return bytes;
}

type RecordEncoder = (values: readonly (readonly AttributeValue[] | undefined)[], f: number) => Uint8Array;

function createRecordEncoder(columns: readonly DbfColumn[], cut: Set<string>): RecordEncoder {
  const length = 1 + columns.reduce((sum, column) => sum + column.width, 0);
  return (values, f) => {
    const record = Buffer.alloc(length, 0x20);
    let at = 1;
    columns.forEach((column, i) => {
      const value = values[i]?.[f] ?? null;
      const text = fieldText(column, value, cut);
      if (column.kind === 'N') record.write(text.padStart(column.width), at, 'latin1');
      else record.write(text, at, column.width, 'utf8');
      at += column.width;
    });
    return record;
  };
}

function fieldText(column: DbfColumn, value: AttributeValue, cut: Set<string>): string {
  if (value === null) return column.kind === 'L' ? '?' : '';
  switch (column.kind) {
    case 'L':
      return Number(value) === 0 ? 'F' : 'T';
    case 'D':
      return String(value).replaceAll('-', '');
    case 'N': {
      const text = decimalText(Number(value));
      if (column.decimals === 0) return text;
      const point = text.indexOf('.');
      const have = point < 0 ? 0 : text.length - point - 1;
      return (point < 0 ? `${text}.` : text) + '0'.repeat(Math.max(0, column.decimals - have));
    }
    default: {
      const text = String(value);
      if (utf8Length(text) <= column.width) return text;
      cut.add(column.source);
      return cutUtf8(text, column.width);
    }
  }
}

async function packZip(target: string, directory: string, layer: string, epsg: number): Promise<void> {
  const zip = new ZipFile();
  const leaf = layer.replaceAll(/[\\/:*?"<>|]/g, '_');
  // One fixed time for all entries: the same layer gives the same archive.
  const options = { mtime: new Date(2000, 0, 1), mode: 0o100644 };
  for (const part of ['shp', 'shx', 'dbf']) zip.addFile(join(directory, part), `${leaf}.${part}`, options);
  zip.addBuffer(Buffer.from(esriWkt(epsg), 'latin1'), `${leaf}.prj`, options);
  zip.addBuffer(Buffer.from('UTF-8', 'latin1'), `${leaf}.cpg`, options);
  zip.end();
  const out = createWriteStream(target, { flush: true });
  zip.outputStream.pipe(out);
  await Promise.race([once(out, 'close'), once(zip as never, 'error').then(([error]) => Promise.reject(error))]);
}

function reportOf(features: number, columns: readonly DbfColumn[], cut: ReadonlySet<string>): WriteReport {
  const renamedFields = columns
    .filter((column) => column.name !== column.source)
    .map((column) => ({ from: column.source, to: column.name }));
  const problems: Problem[] = [
    ...renamedFields.map(({ from, to }) =>
      fileProblem(
        'writer.field-renamed',
        'warning',
        localized(
          `字段名“${from}”超过 10 字节,写为“${to}”`,
          `Field name “${from}” is longer than 10 bytes or repeats; written as “${to}”.`,
        ),
        undefined,
        from,
      ),
    ),
    ...[...cut].map((field) =>
      fileProblem(
        'writer.text-cut',
        'warning',
        localized(
          `字段“${field}”有文字超过 254 字节,已截断`,
          `Field “${field}” holds texts longer than 254 bytes; they were cut.`,
        ),
        localized('请改用 GeoPackage', 'Use GeoPackage instead.'),
        field,
      ),
    ),
  ];
  return { features, renamedFields, problems };
}

function tooLarge(path: string) {
  return refusal(
    'INTAKE_CANNOT_WRITE',
    { file: basename(path) },
    '图层超过 Shapefile 的 2 GB 上限',
    'The layer is larger than the 2 GB a shapefile can hold.',
    '请改用 GeoPackage 或 FlatGeobuf',
    'Use GeoPackage or FlatGeobuf.',
  );
}
