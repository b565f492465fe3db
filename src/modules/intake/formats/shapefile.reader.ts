import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Refusal, Result } from '../../../kernel/index.ts';
import { openByteSource } from '../byte-source.server.ts';
import type { ByteSource } from '../byte-source.ts';
import type { FormatReader, OpenedSource, ReadOptions } from '../format.ts';
import { withFile } from './byte-stream.server.ts';
import { refused } from './refusals.ts';
import { chooseShapefile, openShapefile, partMissing } from './shapefile.ts';
import { openZip, temporaryDirectory, ZipDamaged } from './zip-archive.server.ts';

/** Shapefiles on disk, a zip holding one or the path of a .shp with its siblings; shapefile.ts reads them. */
export const shapefileReader: FormatReader = { format: 'shapefile', open: openPath };

/** The files of one shapefile, on disk. */
interface PartPaths {
  readonly name: string;
  readonly shp: string;
  readonly dbf: string;
  readonly shx: string | null;
  readonly prj: string | null;
  readonly cpg: string | null;
}

async function openPath(path: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  return (await isZip(path)) ? openZipped(path, options) : openBare(path, options);
}

async function isZip(path: string): Promise<boolean> {
  return withFile(path, async (handle) => {
    const start = new Uint8Array(2);
    await handle.read(start, 0, 2, 0);
    return start[0] === 0x50 && start[1] === 0x4b;
  });
}

async function openBare(path: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  const stem = path.slice(0, path.length - extname(path).length);
  const siblings = await readdir(dirname(path));
  const sibling = (extension: string): string | null => {
    const wanted = basename(stem).toLowerCase() + extension;
    const found = siblings.find((name) => name.toLowerCase() === wanted);
    return found === undefined ? null : join(dirname(path), found);
  };
  const shp = sibling('.shp');
  const dbf = sibling('.dbf');
  if (shp === null) return refused(partMissing(basename(path), basename(stem), '.shp'));
  if (dbf === null) return refused(partMissing(basename(path), basename(stem), '.dbf'));
  const paths = { name: basename(stem), shp, dbf, shx: sibling('.shx'), prj: sibling('.prj'), cpg: sibling('.cpg') };
  return openPaths(basename(path), paths, options, async () => {});
}

async function openZipped(path: string, options: ReadOptions): Promise<Result<OpenedSource, Refusal[]>> {
  const file = basename(path);
  const opened = await openZip(path);
  if (!opened.ok) return opened;
  const archive = opened.value;
  const directory = await temporaryDirectory('shapefile');
  let kept = false;
  try {
    const layer = await chooseShapefile(file, archive, options.layer);
    if ('code' in layer) return refused(layer);
    const dbf = layer.entries.get('.dbf');
    if (dbf === undefined) return refused(partMissing(file, layer.name, '.dbf'));
    const extract = async (extension: string): Promise<string | null> => {
      const entry = layer.entries.get(extension);
      if (entry === undefined) return null;
      const target = join(directory.path, `layer${extension}`);
      await archive.extract(entry, target);
      return target;
    };
    const paths: PartPaths = {
      name: layer.name,
      shp: (await extract('.shp'))!,
      dbf: (await extract('.dbf'))!,
      shx: await extract('.shx'),
      prj: await extract('.prj'),
      cpg: await extract('.cpg'),
    };
    kept = true;
    return await openPaths(file, paths, options, directory.drop);
  } catch (error) {
    if (error instanceof ZipDamaged) return refused(error.refusal);
    throw error;
  } finally {
    archive.close();
    if (!kept) await directory.drop();
  }
}

/** Opens the files and reads them; they are closed, and what `drop` frees is freed, with the source or here on refusal. */
async function openPaths(
  file: string,
  paths: PartPaths,
  options: ReadOptions,
  drop: () => Promise<void>,
): Promise<Result<OpenedSource, Refusal[]>> {
  const opened: ByteSource[] = [];
  const close = async (): Promise<void> => {
    for (const source of opened) await source.close();
    await drop();
  };
  const source = async (path: string): Promise<ByteSource> => {
    opened.push(await openByteSource(path));
    return opened.at(-1)!;
  };
  const maybe = (path: string | null): Promise<ByteSource> | null => (path === null ? null : source(path));
  let handed = false;
  try {
    const parts = {
      name: paths.name,
      shp: await source(paths.shp),
      dbf: await source(paths.dbf),
      shx: await maybe(paths.shx),
      prj: await maybe(paths.prj),
      cpg: await maybe(paths.cpg),
    };
    handed = true;
    return await openShapefile(file, parts, options, close);
  } finally {
    if (!handed) await close();
  }
}
