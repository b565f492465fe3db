import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type initGdalJs from 'gdal3.js';
import type { Refusal } from '../../../kernel/index.ts';
import { chooseFileGdbLayer, type FileGdbLayer } from './filegdb-layers.ts';

/** What the thread is to do: copy a polygon layer of a geodatabase to FlatGeobuf in `target`. */
export interface FileGdbTask {
  /** The .gdb directory. */
  readonly directory: string;
  /** A directory for the copy. */
  readonly target: string;
  /** What the user calls the file. */
  readonly file: string;
  readonly wanted: string | undefined;
}

export interface FileGdbCopy {
  readonly layer: FileGdbLayer;
  /** Path of the copy. */
  readonly copy: string;
}

/** The copy, or a refusal, or what GDAL said when it failed. */
export type FileGdbAnswer = FileGdbCopy | { readonly refusal: Refusal } | { readonly failure: string };

interface GdalError {
  readonly message?: string;
}

interface OgrInfo {
  readonly layers?: readonly {
    readonly name: string;
    readonly featureCount?: number;
    readonly geometryFields?: readonly { readonly type: string }[];
  }[];
}

/** GDAL compiled to WebAssembly, which writes what it makes to one directory, and what it has complained of. */
export interface LoadedGdal {
  readonly gdal: Awaited<ReturnType<typeof initGdalJs>>;
  readonly messages: string[];
}

/** Loads GDAL. It never gives memory back: where it has done its work, its thread or process should end. */
export async function loadGdal(target: string): Promise<LoadedGdal> {
  const messages: string[] = [];
  const require = createRequire(import.meta.url);
  // The package's main file is for browsers; this one is its build for Node.
  const initGdal = require('gdal3.js/node.js') as typeof initGdalJs;
  const packageDirectory = dirname(require.resolve('gdal3.js/package.json'));
  const gdal = await initGdal({
    // The package takes its path relative to the working directory only.
    path: relative(process.cwd(), join(packageDirectory, 'dist', 'package')),
    useWorker: false,
    dest: target,
    env: { OGR_ORGANIZE_POLYGONS: 'DEFAULT' },
    logHandler: () => {},
    errorHandler: (message: string) => messages.push(message),
  });
  return { gdal, messages };
}

/**
 * Copies the layer wanted to NAME.fgb in the directory GDAL was loaded for, which is to be the task's target. Where one
 * GDAL copies several layers, each needs a name of its own: it does not see that a file was taken away.
 */
export async function copyLayerWith(
  { gdal, messages }: LoadedGdal,
  task: FileGdbTask,
  name = 'copy',
): Promise<FileGdbAnswer> {
  const failed = (error: unknown): FileGdbAnswer => {
    const own = (error as GdalError | undefined)?.message;
    return { failure: plainMessage(own || messages.at(-1) || 'GDAL') };
  };
  try {
    const { datasets, errors } = await gdal.open(task.directory);
    const dataset = datasets[0];
    if (dataset === undefined) return failed(errors[0]);
    const info = (await gdal.ogrinfo(dataset)) as OgrInfo;
    const layers = (info.layers ?? []).map((layer) => ({
      name: layer.name,
      type: layer.geometryFields?.[0]?.type ?? '',
      featureCount: layer.featureCount ?? 0,
    }));
    const layer = chooseFileGdbLayer(task.file, layers, task.wanted);
    const atOpening = messages.find(isFailure);
    if ('code' in layer) return atOpening === undefined ? { refusal: layer } : failed({ message: atOpening });
    // Unknown as geometry type keeps each feature's own, so that curves stay curves and are refused one by one.
    // Without features and without index GDAL writes no file at all; the index would drop features without geometry.
    const index = layer.featureCount === 0 ? 'YES' : 'NO';
    const options = ['-f', 'FlatGeobuf', '-lco', `SPATIAL_INDEX=${index}`, '-nlt', 'GEOMETRY', layer.name];
    await gdal.ogr2ogr(dataset, options, name);
    const broken = messages.find(isFailure);
    return broken === undefined ? { layer, copy: join(task.target, `${name}.fgb`) } : failed({ message: broken });
  } catch (error) {
    return failed(error);
  }
}

/** An error, or a warning that says features were passed over. */
function isFailure(message: string): boolean {
  return message.startsWith('ERROR') || message.includes('possibly ignoring features');
}

/** A message of GDAL without the paths of its build and of this thread, which tell a user nothing. */
function plainMessage(message: string): string {
  return message
    .replace(/\S*\/([^/\s]+\.cpp)/g, '$1')
    .replace(/\/input\/[^/\s]+\//g, '')
    .split('. ')[0]!
    .slice(0, 200);
}
