import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Refusal, Result } from '../../../kernel/index.ts';
import { runInWorker } from '../../../platform/jobs/run-in-worker.ts';
import { openByteSource } from '../byte-source.server.ts';
import type { FormatReader, OpenedSource, ReadOptions } from '../format.ts';
import type { FileGdbAnswer, FileGdbCopy, FileGdbTask } from './filegdb-copy.server.ts';
import { openFlatgeobuf } from './flatgeobuf.ts';
import { Z_DROPPED } from './batch-builder.ts';
import { fileProblem } from './reading.ts';
import { corrupt, refusal, refused, truncated } from './refusals.ts';
import { openZip, temporaryDirectory, ZipDamaged, type ZipEntry } from './zip-archive.server.ts';

/**
 * File geodatabases, zipped or as a directory. The format is not public; GDAL, compiled to WebAssembly, copies the
 * layer to FlatGeobuf in a thread that ends with its task, and the copy is streamed like any other.
 */
export const filegdbReader: FormatReader = {
  format: 'filegdb',
  open: (path, options) => openFileGdb(path, options, copyInThread),
};

/** Copies a layer; the size of the geodatabase says how long it may take. Throws where it cannot go on. */
export type CopyLayer = (task: FileGdbTask, sizeBytes: number) => Promise<FileGdbAnswer>;

const NAME = 'FileGDB';
/** Time to start, and per megabyte, before a geodatabase is given up as one that never ends. */
const PATIENCE_MS = 120_000;
const PATIENCE_MS_PER_MB = 2_000;

/** Opens a geodatabase with a way to copy its layer to FlatGeobuf: in a thread, or in a process that ends by itself. */
export async function openFileGdb(
  path: string,
  options: ReadOptions,
  copy: CopyLayer,
): Promise<Result<OpenedSource, Refusal[]>> {
  const file = basename(path);
  const directory = await temporaryDirectory('filegdb');
  let opened: Result<OpenedSource, Refusal[]> | undefined;
  try {
    let geodatabase = resolve(path);
    if (!(await stat(path)).isDirectory()) {
      const unpacked = await unpack(path, file, join(directory.path, 'layer.gdb'));
      if (!unpacked.ok) return unpacked;
      geodatabase = unpacked.value;
    }
    const size = await sizeOf(geodatabase);
    const answer = await copiedLayer(copy, file, size, {
      directory: geodatabase,
      target: directory.path,
      file,
      wanted: options.layer,
    });
    if (!answer.ok) return answer;
    const { layer, copy: copied } = answer.value;
    const { layer: _, ...rest } = options;
    opened = await openFlatgeobuf(await openByteSource(copied), rest, {
      format: 'filegdb',
      file,
      layerName: layer.name,
      // GDAL leaves Z and M behind on the way to the copy.
      problems: /3D|measured|[ZM]$/i.test(layer.type)
        ? [fileProblem(Z_DROPPED.rule, Z_DROPPED.severity, Z_DROPPED.message)]
        : [],
      drop: directory.drop,
    });
    if (opened.ok && opened.value.featureCount !== null && opened.value.featureCount !== layer.featureCount) {
      await opened.value.close();
      opened = refused(truncated({ file, layer: layer.name }, NAME));
    }
    return opened;
  } catch (error) {
    if (error instanceof ZipDamaged) return refused(error.refusal);
    throw error;
  } finally {
    if (!opened?.ok) await directory.drop();
  }
}

/** Has a thread copy the layer; ends it when it takes far longer than its size explains. */
async function copyInThread(task: FileGdbTask, sizeBytes: number): Promise<FileGdbAnswer> {
  const signal = AbortSignal.timeout(Math.ceil(PATIENCE_MS + (sizeBytes / 1024 ** 2) * PATIENCE_MS_PER_MB));
  try {
    return await runInWorker<FileGdbTask, FileGdbAnswer>('modules/intake/formats/filegdb.worker', task, { signal });
  } catch (error) {
    throw signal.aborted ? new Error('timeout', { cause: error }) : error;
  }
}

async function copiedLayer(
  copy: CopyLayer,
  file: string,
  size: number,
  task: FileGdbTask,
): Promise<Result<FileGdbCopy, Refusal[]>> {
  try {
    const answer = await copy(task, size);
    if ('refusal' in answer) return refused(answer.refusal);
    return 'failure' in answer ? refused(unreadable(file, answer.failure)) : { ok: true, value: answer };
  } catch (error) {
    // Whatever ends the thread (memory, a trap in the compiled code, the time) is the file's doing.
    const message = error instanceof Error ? error.message.slice(0, 120) : '';
    return refused(corrupt({ file }, NAME, `无法读取(${message})`, `it cannot be read (${message})`));
  }
}

function unreadable(file: string, message: string): Refusal {
  return corrupt({ file }, NAME, `GDAL 报告“${message}”`, `GDAL says “${message}”`);
}

async function sizeOf(directory: string): Promise<number> {
  let total = 0;
  for (const name of await readdir(directory)) total += (await stat(join(directory, name))).size;
  return total;
}

/** Unpacks the one geodatabase of an archive: the files of `X.gdb/`, or those at the top where it was packed without. */
async function unpack(path: string, file: string, target: string): Promise<Result<string, Refusal[]>> {
  const opened = await openZip(path);
  if (!opened.ok) return opened;
  const archive = opened.value;
  try {
    const groups = new Map<string, ZipEntry[]>();
    for (const entry of archive.entries) {
      const leaf = basename(entry.name);
      if (entry.name.startsWith('__MACOSX/') || leaf.startsWith('._')) continue;
      const folder = entry.name.slice(0, Math.max(0, entry.name.length - leaf.length - 1));
      if (!/\.gdb$/i.test(folder) && !/^(a[0-9a-f]{8}\.|gdb$|timestamps$)/i.test(leaf)) continue;
      groups.set(folder, [...(groups.get(folder) ?? []), entry]);
    }
    if (groups.size > 1) {
      const names = [...groups.keys()].map((folder) => basename(folder));
      return refused(
        refusal(
          'INTAKE_SEVERAL_GEODATABASES',
          { file },
          `压缩包含 ${names.length} 个地理数据库:${names.join('、')}`,
          `The archive holds ${names.length} geodatabases: ${names.join(', ')}.`,
          '请一个压缩包只放一个 .gdb',
          'Pack one .gdb to an archive.',
        ),
      );
    }
    const entries = [...groups.values()][0] ?? [];
    if (!entries.some((entry) => /a00000001\.gdbtable$/i.test(entry.name))) {
      return refused(
        refusal(
          'INTAKE_FILEGDB_INCOMPLETE',
          { file },
          '压缩包里的 .gdb 目录不完整(缺少系统表 a00000001.gdbtable)',
          'The .gdb directory in the archive is incomplete (its catalogue a00000001.gdbtable is missing).',
          '请压缩整个 .gdb 文件夹,不要只选部分文件',
          'Pack the whole .gdb folder, not some of its files.',
        ),
      );
    }
    // GDAL looks for lower-case names, whatever the packer made of them.
    for (const entry of entries) await archive.extract(entry, join(target, lowerCased(basename(entry.name))));
    return { ok: true, value: target };
  } finally {
    archive.close();
  }
}

function lowerCased(leaf: string): string {
  return /^a[0-9a-f]{8}\./i.test(leaf) ? leaf.toLowerCase() : leaf;
}
