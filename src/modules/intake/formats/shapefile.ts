import {
  localized,
  type AttributeValue,
  type FeatureBatch,
  type Problem,
  type Refusal,
  type Result,
} from '../../../kernel/index.ts';
import { streamOf, type ByteSource } from '../byte-source.ts';
import { encodingOfLabel, type TextEncoding } from '../encoding.ts';
import { RefusalError, wantsColumn, type OpenedSource, type ReadOptions } from '../format.ts';
import { decodeLeniently, findEncoding } from '../text-decoding.ts';
import { createBatchBuilder, type CoordinateRules } from './batch-builder.ts';
import { encodingSamples, readDbfHead, readDbfRecords, type DbfHead, type DbfReading } from './dbf.ts';
import { fileProblem, sourceOfHead } from './reading.ts';
import {
  corrupt,
  emptyFile,
  noPolygonLayer,
  noSuchLayer,
  refusal,
  refused,
  severalLayers,
  truncated,
  wrongMagic,
} from './refusals.ts';
import { createShapeDecoder, isPolygonShape, SHAPE_MULTIPATCH, SHAPE_NULL, shapeName } from './shapefile-records.ts';
import type { ZipEntry } from './zip-rules.ts';

const NAME = 'Shapefile';

/** The files of one shapefile, as bytes; `close` on the last of them is the caller's. */
export interface ShapefileParts {
  readonly name: string;
  readonly shp: ByteSource;
  readonly dbf: ByteSource;
  readonly shx: ByteSource | null;
  readonly prj: ByteSource | null;
  readonly cpg: ByteSource | null;
}

/** A shapefile found in an archive: the entries of its parts by extension. */
export interface ZippedLayer {
  readonly name: string;
  readonly entries: ReadonlyMap<string, ZipEntry>;
}

/** What choosing in an archive takes. */
export interface ArchiveHeads {
  readonly entries: readonly ZipEntry[];
  head(entry: ZipEntry, length: number): Promise<Uint8Array>;
}

/** The shapefiles in an archive, without the shadows macOS leaves beside files. */
export function shapefilesIn(entries: readonly ZipEntry[]): ZippedLayer[] {
  const layers = new Map<string, { name: string; entries: Map<string, ZipEntry> }>();
  for (const entry of entries) {
    const leaf = entry.name.slice(entry.name.lastIndexOf('/') + 1);
    if (entry.name.startsWith('__MACOSX/') || leaf.startsWith('._')) continue;
    const match = /^(.*)(\.(?:shp|dbf|shx|prj|cpg))$/i.exec(entry.name);
    if (!match) continue;
    const stem = match[1]!;
    const key = stem.toLowerCase();
    let layer = layers.get(key);
    if (!layer) layers.set(key, (layer = { name: stem.slice(stem.lastIndexOf('/') + 1), entries: new Map() }));
    layer.entries.set(match[2]!.toLowerCase(), entry);
  }
  return [...layers.values()];
}

/** The one polygon layer of an archive, or the one named. */
export async function chooseShapefile(
  file: string,
  archive: ArchiveHeads,
  wanted: string | undefined,
): Promise<ZippedLayer | Refusal> {
  const all = shapefilesIn(archive.entries);
  const layers = all.filter((layer) => layer.entries.has('.shp'));
  if (layers.length === 0) {
    if (all.length > 0) return partMissing(file, all[0]!.name, '.shp');
    return noPolygonLayer(
      file,
      archive.entries
        .slice(0, 5)
        .map((entry) => entry.name)
        .join(', '),
    );
  }
  if (wanted !== undefined) {
    const named = layers.find((layer) => layer.name.toLowerCase() === wanted.replace(/\.shp$/i, '').toLowerCase());
    return (
      named ??
      noSuchLayer(
        file,
        wanted,
        layers.map((layer) => layer.name),
      )
    );
  }
  if (layers.length === 1) return layers[0]!;
  const polygons: ZippedLayer[] = [];
  for (const layer of layers) {
    const head = await archive.head(layer.entries.get('.shp')!, 36);
    if (head.length >= 36 && isPolygonShape(new DataView(head.buffer, head.byteOffset).getInt32(32, true)))
      polygons.push(layer);
  }
  if (polygons.length === 1) return polygons[0]!;
  if (polygons.length === 0) return noPolygonLayer(file, layers.map((layer) => layer.name).join(', '));
  return severalLayers(
    file,
    polygons.map((layer) => layer.name),
  );
}

export function partMissing(file: string, layer: string, extension: string): Refusal {
  return refusal(
    'INTAKE_SHAPEFILE_PART_MISSING',
    { file, layer },
    `Shapefile“${layer}”缺少 ${extension} 文件`,
    `Shapefile “${layer}” lacks its ${extension} file.`,
    '请把同名的 .shp、.dbf、.shx、.prj、.cpg 一起压缩为 ZIP',
    'Pack the .shp, .dbf, .shx, .prj and .cpg of the same name into one ZIP.',
  );
}

interface ShpHead {
  readonly shapeType: number;
  /** Where the records end. */
  readonly end: number;
}

/**
 * Reads a shapefile from the bytes of its files: main file and attribute table side by side, record by record; the index
 * (.shx) is used to count only. `drop` frees the parts, with the source or here on refusal.
 */
export async function openShapefile(
  file: string,
  parts: ShapefileParts,
  options: ReadOptions,
  drop: () => Promise<void>,
): Promise<Result<OpenedSource, Refusal[]>> {
  let kept = false;
  try {
    const place = { file, layer: parts.name };
    const problems: Problem[] = [];
    const shp = await readShpHead(parts.shp, place, problems);
    if ('code' in shp) return refused(shp);
    const table = await openTable(parts, file, options);
    if (!table.ok) return table;
    const { head, reading, evidence } = table.value;
    const indexed = parts.shx === null ? null : Math.max(0, Math.floor((parts.shx.size - 100) / 8));
    if (indexed !== null && indexed !== head.recordCount)
      return refused(countsDiffer(place, indexed, head.recordCount));
    const prjText = parts.prj === null ? null : await readPrj(parts.prj);
    kept = true;
    return await sourceOfHead(
      {
        format: 'shapefile',
        file,
        layerName: parts.name,
        fields: reading.fields,
        featureCount: head.recordCount,
        encoding: evidence,
        problems: [...problems, ...reading.problems],
        crs: { prjText },
        mostVertices: shp.end / 16,
        scan: (rules) => scan(parts, place, shp, head, reading, rules),
        close: drop,
      },
      options,
    );
  } finally {
    if (!kept) await drop();
  }
}

/** A .prj is one line of ASCII or of the office's encoding; more than 64 kB is something else. */
async function readPrj(source: ByteSource): Promise<string> {
  const bytes = await source.read(0, 65_536);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeLeniently(bytes, 'utf-16le');
  return decodeLeniently(bytes, 'utf-8');
}

async function readShpHead(
  source: ByteSource,
  place: { file: string; layer: string },
  problems: Problem[],
): Promise<ShpHead | Refusal> {
  const { size } = source;
  if (size === 0) return emptyFile(place.file);
  const bytes = (await source.read(0, 100)).slice();
  const bytesRead = bytes.length;
  const view = new DataView(bytes.buffer);
  if (bytesRead < 4 || view.getInt32(0) !== 9994) return wrongMagic(place.file, NAME);
  if (bytesRead < 100) return truncated(place, NAME);
  const declared = 2 * view.getInt32(24);
  const shapeType = view.getInt32(32, true);
  if (declared > size) return truncated(place, NAME);
  if (shapeType === SHAPE_MULTIPATCH) {
    return refusal(
      'INTAKE_NOT_POLYGON',
      place,
      '图层是三维多面体 (MultiPatch),不是面',
      'The layer holds MultiPatch (3D) shapes, not polygons.',
      '请用“多面体转面/轮廓”导出二维面图层',
      'Export their footprints as a 2D polygon layer.',
    );
  }
  if (shapeType !== SHAPE_NULL && !isPolygonShape(shapeType)) {
    return refusal(
      'INTAKE_NOT_POLYGON',
      place,
      `图层是 ${shapeName(shapeType)},不是面`,
      `The layer holds ${shapeName(shapeType)}, not polygons.`,
      '请导出面图层(多边形)',
      'Export a polygon layer.',
    );
  }
  if (declared > 100 || size === 100) return { shapeType, end: Math.max(declared, 100) };
  // A writer that was ended before it could go back to the header leaves the length of an empty file.
  problems.push(
    fileProblem(
      'shapefile.length-missing',
      'warning',
      localized(
        '.shp 文件头没有写明长度(导出可能中断),按文件实际长度读取',
        'The .shp header does not state its length (the export may have been cut short); the file is read to its end.',
      ),
      localized('请核对要素个数', 'Check the number of features.'),
    ),
  );
  return { shapeType, end: size };
}

function countsDiffer(place: { file: string; layer: string }, shapes: number, records: number): Refusal {
  return refusal(
    'INTAKE_COUNTS_DIFFER',
    place,
    `图形 ${shapes} 个,属性 ${records} 条,个数不一致,无法对应`,
    `There are ${shapes} shapes and ${records} attribute records; they cannot be matched.`,
    '不要单独编辑 .dbf;请从原软件重新导出',
    'Do not edit the .dbf by itself; export again from the source software.',
  );
}

interface Table {
  readonly head: DbfHead;
  readonly reading: DbfReading;
  readonly evidence: ReturnType<typeof findEncoding>;
}

/** How many records are looked at for the encoding: the first ones and some spread over the table. */
const FIRST_RECORDS = 200;
const SPREAD_RECORDS = 200;

async function openTable(
  { name, dbf, cpg }: ShapefileParts,
  file: string,
  options: ReadOptions,
): Promise<Result<Table, Refusal[]>> {
  if (dbf.size === 0) return refused(emptyFile(`${file}: ${name}.dbf`));
  const start = (await dbf.read(0, 65_536)).slice();
  const head = readDbfHead(start, dbf.size, `${file}: ${name}.dbf`);
  if (!head.ok) return head;
  const { recordCount, headerLength, recordLength } = head.value;
  const records: Uint8Array[] = [];
  const step = Math.max(1, Math.floor(recordCount / SPREAD_RECORDS));
  for (let n = 0; n < recordCount; n += n < FIRST_RECORDS ? 1 : step) {
    const record = new Uint8Array(recordLength);
    record.set(await dbf.read(headerLength + n * recordLength, recordLength));
    records.push(record);
  }
  const evidence = findEncoding({
    userEncoding: options.encoding === undefined ? null : (encodingOfLabel(options.encoding) ?? null),
    cpg: cpg === null ? null : String.fromCharCode(...(await cpg.read(0, 100))),
    ldid: head.value.ldid,
    samples: encodingSamples(head.value, records),
  });
  const encoding: TextEncoding = evidence.encoding === 'unknown' ? 'gb18030' : evidence.encoding;
  return {
    ok: true,
    value: {
      head: head.value,
      reading: readDbfRecords(head.value, encoding, (column) => wantsColumn(options, column)),
      evidence,
    },
  };
}

async function* scan(
  parts: ShapefileParts,
  place: { file: string; layer: string },
  shp: ShpHead,
  table: DbfHead,
  reading: DbfReading,
  rules: CoordinateRules,
): AsyncGenerator<FeatureBatch> {
  const shapes = streamOf(parts.shp, 100, shp.end);
  const records = streamOf(parts.dbf, table.headerLength);
  const builder = createBatchBuilder(reading.wanted, rules);
  const decode = createShapeDecoder(builder);
  const onCut = (field: string): void => builder.reportOnce(textCut(field));
  let deleted = 0;
  let recordNo = 0;
  while (shapes.position < shp.end) {
    const head = shapes.peek(8) ?? (await shapes.fill(8));
    if (!head) throw new RefusalError([truncated({ ...place, featureNo: recordNo }, NAME)]);
    const length = 2 * ((head[4]! << 24) | (head[5]! << 16) | (head[6]! << 8) | head[7]!);
    if (length < 4 || shapes.position + 8 + length > shp.end) {
      throw new RefusalError([
        length >= 4
          ? truncated({ ...place, featureNo: recordNo }, NAME)
          : corrupt({ ...place, featureNo: recordNo }, NAME, `记录长度 ${length}`, `record length ${length}`),
      ]);
    }
    if (recordNo >= table.recordCount) throw new RefusalError([countsDiffer(place, recordNo + 1, table.recordCount)]);
    const shape = shapes.peek(8 + length) ?? (await shapes.fill(8 + length));
    const record = records.peek(table.recordLength) ?? (await records.fill(table.recordLength));
    if (!shape || !record) throw new RefusalError([truncated({ ...place, featureNo: recordNo }, NAME)]);
    let batch: FeatureBatch | null = null;
    if (reading.isDeleted(record)) {
      deleted++;
      if (deleted === 1) builder.reportOnce(RECORDS_DELETED);
    } else {
      builder.beginFeature(recordNo);
      if (!decode(shape.subarray(8))) {
        throw new RefusalError([
          corrupt(
            { ...place, featureNo: recordNo },
            NAME,
            '图形记录内部的个数不符',
            'the counts inside a shape record cannot be',
          ),
        ]);
      }
      const values: AttributeValue[] = reading.values(record, onCut);
      batch = builder.endFeature(values);
    }
    shapes.skip(8 + length);
    records.skip(table.recordLength);
    recordNo++;
    if (batch) yield batch;
  }
  if (recordNo < table.recordCount) throw new RefusalError([countsDiffer(place, recordNo, table.recordCount)]);
  const last = builder.finish();
  if (last) yield last;
}

const RECORDS_DELETED = {
  rule: 'shapefile.record-deleted',
  severity: 'note',
  message: localized('有标记为已删除的记录,未读取', 'Some records are marked as deleted; they are not read.'),
} as const;

function textCut(field: string): Omit<Problem, 'featureNo' | 'id'> {
  return {
    rule: 'attribute.text-cut',
    severity: 'warning',
    field,
    message: localized(
      `字段“${field}”有文字超出字段宽度,末尾的半个字已去掉`,
      `Field “${field}” holds texts cut off by the width of the field; half a character at the end was dropped.`,
    ),
    remedy: localized('请加宽字段后重新导出', 'Widen the field and export again.'),
  };
}
