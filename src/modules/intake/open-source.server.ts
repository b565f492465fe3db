import { open, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { assert, ok, type PolygonLayer, type Refusal, type Result } from '../../kernel/index.ts';
import {
  RefusalError,
  type FormatReader,
  type FormatWriter,
  type OpenedSource,
  type ReadLayer,
  type ReadOptions,
  type SourceFormat,
  type WriteOptions,
  type WriteReport,
} from './format.ts';
import { corrupt, emptyFile, refusal, refused, unknownFormat } from './formats/refusals.ts';
import { shapefilesIn } from './formats/shapefile.ts';
import { openZip, temporaryDirectory, ZipDamaged, type ZipArchive } from './formats/zip-archive.server.ts';
import { layerOfSource } from './read-source.ts';
import { fileInArchive } from './file-in-archive.ts';
import { sniff } from './sniff.ts';
import { sourceOfLayer } from './write-source.ts';

/** Readers are loaded when first needed: some bring megabytes of compiled code. */
const READERS: Readonly<Partial<Record<SourceFormat, () => Promise<FormatReader>>>> = {
  shapefile: async () => (await import('./formats/shapefile.reader.ts')).shapefileReader,
  geopackage: async () => (await import('./formats/geopackage.reader.ts')).geopackageReader,
  geojson: async () => (await import('./formats/geojson.reader.ts')).geojsonReader,
  flatgeobuf: async () => (await import('./formats/flatgeobuf.reader.ts')).flatgeobufReader,
  filegdb: async () => (await import('./formats/filegdb.reader.ts')).filegdbReader,
  'boundary-txt': async () => (await import('./formats/boundary-txt.reader.ts')).boundaryTxtReader,
  csv: async () => (await import('./formats/csv.reader.ts')).csvReader,
  xlsx: async () => (await import('./formats/xlsx.reader.ts')).xlsxReader,
};

async function readerOf(format: SourceFormat): Promise<FormatReader> {
  const load = READERS[format];
  assert(load !== undefined, `no reader for ${format}`);
  return load();
}

const WRITERS: Readonly<Record<string, () => Promise<FormatWriter>>> = {
  '.geojson': async () => (await import('./formats/geojson.writer.ts')).geojsonWriter,
  '.json': async () => (await import('./formats/geojson.writer.ts')).geojsonWriter,
  '.gpkg': async () => (await import('./formats/geopackage.writer.ts')).geopackageWriter,
  '.fgb': async () => (await import('./formats/flatgeobuf.writer.ts')).flatgeobufWriter,
  '.zip': async () => (await import('./formats/shapefile.writer.ts')).shapefileWriter,
  '.txt': async () => (await import('./formats/boundary-txt.writer.ts')).boundaryTxtWriter,
  '.csv': async () => (await import('./formats/csv.writer.ts')).csvWriter,
};

/**
 * Opens any file the intake reads, by what its bytes say it is (the name decides only between kinds of text).
 *
 * Every way a file can be wrong comes back as refusals with a stable code (INTAKE_…), place and remedy; nothing is
 * written beside the file. The caller closes the source.
 */
export async function openSource(path: string, options: ReadOptions = {}): Promise<Result<OpenedSource, Refusal[]>> {
  try {
    return await openAny(path, basename(path), options);
  } catch (error) {
    return refused(refusalOfError(basename(path), error));
  }
}

async function openAny(path: string, file: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  const kind = await stat(path);
  if (kind.isDirectory()) {
    if (/\.gdb$/i.test(file)) return (await readerOf('filegdb')).open(path, options);
    return refused(unknownFormat(file, '目录', 'a directory'));
  }
  // Reading a pipe or a device may wait for ever, and no signal ends a thread that waits in the system.
  if (!kind.isFile()) return refused(unknownFormat(file, '管道或设备', 'a pipe or a device'));
  const sniffed = sniff(await headOf(path, 4096), file);
  if (sniffed === 'empty') return refused(emptyFile(file));
  if (typeof sniffed === 'object') return refused(unknownFormat(file, sniffed.unknown, sniffed.unknown));
  if (sniffed === 'zip') return openArchive(path, file, options);
  return (await readerOf(sniffed)).open(path, options);
}

/** A zip is a file geodatabase, a shapefile, a workbook, or holds one file of another format. */
async function openArchive(path: string, file: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  const archive = await openZip(path);
  if (!archive.ok) return archive;
  const { entries } = archive.value;
  try {
    if (
      entries.some((entry) => /\.gdb\/[^/]+$/i.test(entry.name) || /(^|\/)a0000000\d+\.gdbtable$/i.test(entry.name))
    ) {
      return await (await readerOf('filegdb')).open(path, options);
    }
    if (entries.some((entry) => entry.name === 'xl/workbook.xml'))
      return await (await readerOf('xlsx')).open(path, options);
    if (shapefilesIn(entries).length > 0) return await (await readerOf('shapefile')).open(path, options);
    return await openContained(archive.value, file, options);
  } finally {
    archive.value.close();
  }
}

/** Opens the one file of another format in an archive, or the one that is named as the layer wanted. */
async function openContained(
  archive: ZipArchive,
  file: string,
  options: ReadOptions,
): Promise<Result<OpenedSource, Refusal[]>> {
  const picked = fileInArchive(archive.entries, file, options);
  if (!picked.ok) return picked;
  const { chosen, inner } = picked.value;
  const directory = await temporaryDirectory('archive');
  let opened: Result<OpenedSource, Refusal[]>;
  try {
    const target = join(directory.path, basename(chosen.name));
    await archive.extract(chosen, target);
    const sniffed = sniff(await headOf(target, 4096), basename(target));
    // An archive in an archive is not opened: that is how archives are made to grow without end.
    opened =
      typeof sniffed === 'object' || sniffed === 'zip' || sniffed === 'empty'
        ? refused(sniffed === 'empty' ? emptyFile(basename(target)) : unknownFormat(basename(target), 'ZIP', 'ZIP'))
        : await (await readerOf(sniffed)).open(target, inner);
  } catch (error) {
    await directory.drop();
    throw error;
  }
  if (!opened.ok) {
    await directory.drop();
    return opened;
  }
  const source = opened.value;
  return ok({
    ...source,
    async close() {
      await source.close();
      await directory.drop();
    },
  });
}

async function headOf(path: string, length: number): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const head = new Uint8Array(length);
    const { bytesRead } = await handle.read(head, 0, length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Reads a layer to its end, in memory. For boundaries, zones and plans; the import of parcels streams instead. */
export async function readLayer(path: string, options: ReadOptions = {}): Promise<Result<ReadLayer, Refusal[]>> {
  const opened = await openSource(path, options);
  if (!opened.ok) return opened;
  const source = opened.value;
  try {
    return ok(await layerOfSource(source, options));
  } catch (error) {
    return error instanceof RefusalError
      ? { ok: false, error: [...error.refusals] }
      : refused(refusalOfError(basename(path), error));
  } finally {
    await source.close();
  }
}

/**
 * Writes a layer; the extension names the format (geojson, gpkg, fgb, zip = shapefile, txt = boundary file, csv). What
 * the format could not hold stands in the report. Throws `RefusalError` for an extension that is none of these.
 */
export async function writeLayer(path: string, layer: PolygonLayer, options: WriteOptions = {}): Promise<WriteReport> {
  const writer = await writerOf(path);
  return writer.write(path, sourceOfLayer(layer, options.fields), options);
}

/** The writer for a path, by its extension. */
export async function writerOf(path: string): Promise<FormatWriter> {
  const load = WRITERS[extname(path).toLowerCase()];
  if (load === undefined) {
    throw new RefusalError([
      refusal(
        'INTAKE_CANNOT_WRITE',
        { file: basename(path) },
        `不能写出“${extname(path)}”格式`,
        `Files of type “${extname(path)}” cannot be written.`,
        `可用:${Object.keys(WRITERS).join(' ')}`,
        `Use one of: ${Object.keys(WRITERS).join(' ')}`,
      ),
    ]);
  }
  return load();
}

/** What the machine reports about a path, told as a refusal; anything else is a fault of the program and is thrown on. */
function refusalOfError(file: string, error: unknown): Refusal {
  if (error instanceof RefusalError) return error.refusals[0]!;
  if (error instanceof ZipDamaged) return error.refusal;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') {
    return refusal(
      'INTAKE_NOT_FOUND',
      { file },
      '文件不存在',
      'The file does not exist.',
      '请检查路径',
      'Check the path.',
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EISDIR') {
    return refusal(
      'INTAKE_UNREADABLE',
      { file },
      `文件无法打开 (${code})`,
      `The file cannot be opened (${code}).`,
      '请检查文件权限',
      'Check the permissions of the file.',
    );
  }
  if (code === 'ENOSPC') {
    return refusal(
      'INTAKE_DISK_FULL',
      { file },
      '磁盘空间不足,无法解开文件',
      'The disk is full; the file cannot be unpacked.',
      '请清理磁盘后重试',
      'Free some space and try again.',
    );
  }
  if (code === 'EIO') return corrupt({ file }, '', '磁盘读取出错', 'the disk reports a read error');
  throw error;
}
