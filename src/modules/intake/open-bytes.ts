import { ok, type Refusal, type Result } from '../../kernel/index.ts';
import { bytesInMemory, type ByteSource } from './byte-source.ts';
import { encodingOfLabel, type TextEncoding } from './encoding.ts';
import { RefusalError, type OpenedSource, type ReadOptions, type SourceFormat } from './format.ts';
import { emptyFile, refusal, refused, unknownFormat } from './formats/refusals.ts';
import { openZipBytes, type ZipBytes } from './formats/zip-bytes.ts';
import { fileInArchive, stemOf } from './file-in-archive.ts';
import { sniff } from './sniff.ts';
import { decodeLeniently } from './text-decoding.ts';
import { findTextEncoding } from './text-file.ts';
import { utf8Bytes } from './text-lines.ts';

/** A file as a person hands it over: its bytes, and the files that lie beside it (the parts of a bare shapefile). */
export interface GivenFile {
  readonly source: ByteSource;
  readonly beside?: readonly ByteSource[];
}

/**
 * Opens a file from bytes anywhere, in a browser too: what `openSource` does for a path, by the same decoders, with the
 * same refusals. Workbooks, file geodatabases and what only SQLite knows to read are refused (INTAKE_NOT_HERE): their
 * decoders need the server. The bytes stay the caller's to close.
 */
export async function openBytes(given: GivenFile, options: ReadOptions = {}): Promise<Result<OpenedSource, Refusal[]>> {
  const { source } = given;
  const file = source.name;
  try {
    const sniffed = sniff((await source.read(0, 4096)).slice(), file);
    if (sniffed === 'empty') return refused(emptyFile(file));
    if (typeof sniffed === 'object') return refused(unknownFormat(file, sniffed.unknown, sniffed.unknown));
    if (sniffed !== 'zip') return await openFormat(sniffed, given, options);
    const archive = await openZipBytes(source);
    return archive.ok ? await openArchive(archive.value, file, options) : archive;
  } catch (error) {
    if (error instanceof RefusalError) return { ok: false, error: [...error.refusals] };
    throw error;
  }
}

/** Decoders close what they are given; these bytes are the caller's. */
const kept = (source: ByteSource): ByteSource => ({
  name: source.name,
  size: source.size,
  read: (offset, length, into) => source.read(offset, length, into),
  close: async () => {},
});

async function openFormat(
  format: SourceFormat,
  { source, beside = [] }: GivenFile,
  options: ReadOptions,
): Promise<Result<OpenedSource, Refusal[]>> {
  switch (format) {
    case 'flatgeobuf':
      return (await import('./formats/flatgeobuf.ts')).openFlatgeobuf(kept(source), options);
    case 'geopackage':
      return openGeopackage(kept(source), options);
    case 'geojson':
      return openGeojson(kept(source), options);
    case 'boundary-txt':
      return (await import('./formats/boundary-txt-source.ts')).readBoundaryTxt(source, options);
    case 'csv':
      return openTable(source, beside, options);
    case 'shapefile':
      return openBareShapefile(source, beside, options);
    default:
      return refused(notHere(source.name, format));
  }
}

/** Text files beside a table or shapefile are found by their ending. */
const extensionOf = ({ name }: ByteSource): string => /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? '';

async function openTable(
  source: ByteSource,
  beside: readonly ByteSource[],
  options: ReadOptions,
): Promise<Result<OpenedSource, Refusal[]>> {
  const [{ openCsv }, { parse }] = await Promise.all([
    import('./formats/csv-source.ts'),
    import('csv-parse/browser/esm/sync'),
  ]);
  const prj = beside.find((other) => extensionOf(other) === '.prj');
  return openCsv(source, options, {
    prjText: async () => (prj === undefined ? null : decodeLeniently(await prj.read(0, 10_000), 'utf-8')),
    parse: parse as unknown as Parameters<typeof openCsv>[2]['parse'],
  });
}

/** A .shp, or one of the files that belong to it, with the others beside it. */
async function openBareShapefile(
  source: ByteSource,
  beside: readonly ByteSource[],
  options: ReadOptions,
): Promise<Result<OpenedSource, Refusal[]>> {
  const { openShapefile, partMissing } = await import('./formats/shapefile.ts');
  const stem = source.name.replace(/\.[^.]*$/, '');
  const part = (extension: string): ByteSource | null => {
    const found = [source, ...beside].find((other) => extensionOf(other) === extension);
    return found === undefined ? null : kept(found);
  };
  const [shp, dbf] = [part('.shp'), part('.dbf')];
  if (shp === null) return refused(partMissing(source.name, stem, '.shp'));
  if (dbf === null) return refused(partMissing(source.name, stem, '.dbf'));
  const parts = { name: stem, shp, dbf, shx: part('.shx'), prj: part('.prj'), cpg: part('.cpg') };
  return openShapefile(source.name, parts, options, async () => {});
}

/** A shapefile in an archive, unpacked into memory. */
async function openZippedShapefile(
  archive: ZipBytes,
  file: string,
  options: ReadOptions,
): Promise<Result<OpenedSource, Refusal[]>> {
  const { chooseShapefile, openShapefile, partMissing } = await import('./formats/shapefile.ts');
  const layer = await chooseShapefile(file, archive, options.layer);
  if ('code' in layer) return refused(layer);
  if (!layer.entries.has('.dbf')) return refused(partMissing(file, layer.name, '.dbf'));
  const parts = new Map<string, ByteSource>();
  for (const extension of ['.shp', '.dbf', '.shx', '.prj', '.cpg']) {
    const entry = layer.entries.get(extension);
    if (entry === undefined) continue;
    const unpacked = await archive.unpack(entry);
    if (!unpacked.ok) return unpacked;
    parts.set(extension, unpacked.value);
  }
  const part = (extension: string): ByteSource | null => parts.get(extension) ?? null;
  return openShapefile(
    file,
    {
      name: layer.name,
      shp: parts.get('.shp')!,
      dbf: parts.get('.dbf')!,
      shx: part('.shx'),
      prj: part('.prj'),
      cpg: part('.cpg'),
    },
    options,
    async () => {},
  );
}

async function openGeopackage(source: ByteSource, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  const { openSqliteDatabase, SqliteBeyond, SqliteDamaged, openGeopackageTables } = await import(
    './formats/geopackage-bytes.ts'
  );
  try {
    return await openGeopackageTables(await openSqliteDatabase(source), source.name, options);
  } catch (error) {
    if (error instanceof SqliteBeyond) return refused(notHere(source.name, 'geopackage'));
    if (error instanceof SqliteDamaged) {
      const { corrupt } = await import('./formats/refusals.ts');
      return refused(corrupt({ file: source.name }, 'GeoPackage', error.zh, error.en));
    }
    throw error;
  }
}

/** GeoJSON in another encoding than UTF-8 is decoded whole, in memory: such files are old and small. */
async function openGeojson(source: ByteSource, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  const { openGeojson: open } = await import('./formats/geojson.ts');
  const user = options.encoding === undefined ? undefined : encodingOfLabel(options.encoding);
  const evidence = await findTextEncoding(source, user);
  const head = await source.read(0, 3);
  const startAt = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  if (evidence.encoding === 'utf-8') return open(source, options, { startAt, encoding: null });
  const text = decodeLeniently(await source.read(0, source.size), evidence.encoding as TextEncoding);
  return open(bytesInMemory(source.name, utf8Bytes(text)), options, { startAt: 0, encoding: evidence });
}

/** Names of the files in an archive without folder and extension, in lower case; none for other files. */
export async function stemsInArchive(source: ByteSource): Promise<ReadonlySet<string>> {
  if (!/\.zip$/i.test(source.name)) return new Set();
  const archive = await openZipBytes(source);
  return new Set(archive.ok ? archive.value.entries.map((entry) => stemOf(entry).toLowerCase()) : []);
}

async function openArchive(
  archive: ZipBytes,
  file: string,
  options: ReadOptions,
): Promise<Result<OpenedSource, Refusal[]>> {
  const { entries } = archive;
  if (entries.some(({ name }) => /\.gdb\/[^/]+$/i.test(name) || /(^|\/)a0000000\d+\.gdbtable$/i.test(name))) {
    return refused(notHere(file, 'filegdb'));
  }
  if (entries.some(({ name }) => name === 'xl/workbook.xml')) return refused(notHere(file, 'xlsx'));
  const { shapefilesIn } = await import('./formats/shapefile.ts');
  if (shapefilesIn(entries).length > 0) return openZippedShapefile(archive, file, options);
  const picked = fileInArchive(entries, file, options);
  if (!picked.ok) return picked;
  const { chosen, inner } = picked.value;
  const unpacked = await archive.unpack(chosen);
  if (!unpacked.ok) return unpacked;
  const source = unpacked.value;
  const sniffed = sniff(await source.read(0, 4096), source.name);
  // An archive in an archive is not opened: that is how archives are made to grow without end.
  if (sniffed === 'empty') return refused(emptyFile(source.name));
  if (typeof sniffed === 'object' || sniffed === 'zip') return refused(unknownFormat(source.name, 'ZIP', 'ZIP'));
  const opened = await openFormat(sniffed, { source }, inner);
  return opened.ok ? ok(opened.value) : opened;
}

const NAMES: Readonly<Partial<Record<SourceFormat, string>>> = {
  filegdb: 'FileGDB',
  xlsx: 'xlsx',
  geopackage: 'GeoPackage',
};

function notHere(file: string, format: SourceFormat): Refusal {
  const name = NAMES[format] ?? format;
  return refusal(
    'INTAKE_NOT_HERE',
    { file },
    `这一 ${name} 文件在浏览器里读不了`,
    `This ${name} file cannot be read in a browser.`,
    '请转换为 FlatGeobuf 或 GeoPackage（命令：tianchou convert），或改用入库',
    'Convert it to FlatGeobuf or GeoPackage (command: tianchou convert), or import it on the server.',
  );
}
