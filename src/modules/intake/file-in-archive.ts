import { ok, type Refusal, type Result } from '../../kernel/index.ts';
import type { ReadOptions } from './format.ts';
import { noPolygonLayer, noSuchLayer, refused, severalLayers } from './formats/refusals.ts';
import type { ZipEntry } from './formats/zip-rules.ts';

const CONTAINED = /\.(gpkg|geojson|geojsonl|json|fgb|txt|csv|xlsx)$/i;

const leafOf = (entry: ZipEntry): string => entry.name.slice(entry.name.lastIndexOf('/') + 1);

/** Name of a file in an archive without folder and extension. */
export const stemOf = (entry: ZipEntry): string => leafOf(entry).replace(/\.[^.]+$/, '');

/**
 * The one file of an archive that may hold a layer, or the one named as the layer wanted; `inner` are the options it is opened
 * with, without a layer that chose the file. Shapefiles, file geodatabases and workbooks are looked for before.
 */
export function fileInArchive(
  entries: readonly ZipEntry[],
  file: string,
  options: ReadOptions,
): Result<{ readonly chosen: ZipEntry; readonly inner: ReadOptions }, Refusal[]> {
  const candidates = entries.filter(
    (entry) => CONTAINED.test(entry.name) && !entry.name.startsWith('__MACOSX/') && !leafOf(entry).startsWith('.'),
  );
  const names = candidates.map(stemOf);
  const [first] = candidates;
  if (first === undefined) {
    const some = entries.slice(0, 5).map((entry) => entry.name);
    return refused(noPolygonLayer(file, some.join(', ')));
  }
  if (candidates.length === 1) return ok({ chosen: first, inner: options });
  if (options.layer === undefined) return refused(severalLayers(file, names));
  const wanted = options.layer.toLowerCase();
  const chosen = candidates.find((entry) => stemOf(entry).toLowerCase() === wanted);
  if (chosen === undefined) return refused(noSuchLayer(file, options.layer, names));
  const { layer: _, ...inner } = options;
  return ok({ chosen, inner });
}
