import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { defectRuleOf, findDefects, isBlockingDefect } from '../geometry/index.ts';
import {
  featureCount,
  joinBatches,
  localized,
  type FeatureBatch,
  type LayerRole,
  type Place,
  type PolygonLayer,
  type Problem,
  type Refusal,
} from '../kernel/index.ts';
import {
  applyMapping,
  BOUNDARY_FIELD_NAMES,
  codeOfRule,
  mapFields,
  unreadableFeatures,
  type OpenedSource,
  type ReadOptions,
} from '../modules/intake/index.ts';
import { openSource } from '../modules/intake/server.ts';
import { Refused } from './exit.ts';
import { progressOf, stopIfCancelled, type Terminal } from './terminal.ts';

/** A layer read to its end for a command. */
export interface ReadFile {
  readonly path: string;
  readonly file: string;
  readonly source: Pick<OpenedSource, 'format' | 'layerName' | 'fields' | 'crs' | 'encoding'>;
  readonly layer: PolygonLayer;
  /** Of the file and of its features, and of the field mapping where one was asked for. */
  readonly problems: readonly Problem[];
}

export interface ReadRequest extends Omit<ReadOptions, 'columns'> {
  /** `file`: `crs` is for files that do not say theirs (several files share the option). Default: it wins. */
  readonly crsFor?: 'silent' | 'all';
  /** Columns to keep; all by default. Large layers need few, and without `mapTo` the others are not even decoded. */
  readonly keep?: (name: string) => boolean;
  /** Bring columns to the survey's own field names for this role. */
  readonly mapTo?: LayerRole | ((fields: OpenedSource['fields']) => LayerRole | null);
}

const CRS_MISSING = new Set(['INTAKE_CRS_UNKNOWN', 'INTAKE_CRS_ZONE_NEEDED']);

/** Opens a source; `crs` is tried second where it is for silent files only. Refusals are thrown. */
export async function openFile(path: string, request: ReadRequest): Promise<OpenedSource> {
  const { crs, layer, encoding, datumParameters, keep, mapTo, box } = request;
  const base: ReadOptions = {
    ...(layer === undefined ? {} : { layer }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(datumParameters === undefined ? {} : { datumParameters }),
    ...(box === undefined ? {} : { box }),
    // What is kept is asked by the names the survey has; before they are given all columns are needed.
    ...(keep === undefined || mapTo !== undefined ? {} : { columns: keep }),
  };
  const withCrs: ReadOptions = crs === undefined ? base : { ...base, crs };
  const first = await openSource(path, request.crsFor === 'silent' ? base : withCrs);
  if (first.ok) return first.value;
  if (request.crsFor !== 'silent' || crs === undefined || !first.error.some(({ code }) => CRS_MISSING.has(code))) {
    throw new Refused(first.error);
  }
  const second = await openSource(path, withCrs);
  if (!second.ok) throw new Refused(second.error);
  return second.value;
}

/** Reads a layer whole. Refusals are thrown; cancelling stops between two batches. */
export async function readFileLayer(terminal: Terminal, path: string, request: ReadRequest = {}): Promise<ReadFile> {
  const source = await openFile(path, request);
  try {
    const role = typeof request.mapTo === 'function' ? request.mapTo(source.fields) : (request.mapTo ?? null);
    const mapping = role === null ? [] : mapFields(source.fields, role);
    const problems: Problem[] = [...source.problems];
    const batches: FeatureBatch[] = [];
    const progress = progressOf(terminal, localized(`读取 ${basename(path)}`, `reading ${basename(path)}`));
    const advance = (features: number): void => {
      if (source.featureCount !== null) progress.at(features / Math.max(1, source.featureCount));
    };
    const goOn = (features: number): boolean => {
      advance(features);
      return !terminal.isCancelled();
    };
    let features = 0;
    for await (const batch of source.whole?.(goOn) ?? source.batches()) {
      if (terminal.isCancelled()) break;
      const mapped = role === null ? batch : applyMapping(batch, mapping, role);
      const columns =
        request.keep === undefined ? mapped.columns : mapped.columns.filter(({ name }) => request.keep!(name));
      batches.push({ ...mapped, columns, problems: [] });
      for (const problem of mapped.problems) problems.push(problem);
      features += featureCount(batch);
      advance(features);
    }
    progress.done();
    stopIfCancelled(terminal);
    const { format, layerName, fields, crs, encoding } = source;
    return {
      path,
      file: basename(path),
      source: { format, layerName, fields, crs, encoding },
      layer: joinBatches(batches, crs.epsg),
      problems,
    };
  } finally {
    await source.close();
  }
}

/** Features whose geometry could not be read at all: where they lie nobody knows. */
export function unreadableRefusals({ problems, file }: ReadFile, name?: string): Refusal[] {
  return unreadableFeatures(problems, file, name);
}

/** Why areas and overlays cannot be computed with a layer: one refusal for every defect and every unreadable feature. */
export function geometryRefusals(terminal: Terminal, read: ReadFile, name?: string): Refusal[] {
  const { layer, file } = read;
  const where: Place = { file, ...(name === undefined ? {} : { layer: name }) };
  const unreadable = unreadableRefusals(read, name);
  const defects = findDefects(layer, { isCancelled: terminal.isCancelled }).filter(isBlockingDefect);
  stopIfCancelled(terminal);
  return [
    ...unreadable,
    ...defects.map(({ rule, feature, at, message }): Refusal => {
      const point = `(${at[0]}, ${at[1]})`;
      return {
        code: codeOfRule(rule),
        message: localized(`${message.zh},位于 ${point}`, `${message.en}, at ${point}.`),
        remedy: defectRuleOf(rule)?.remedy ?? localized('更正后重试', 'Correct it and try again.'),
        place: { ...where, featureNo: layer.featureNos[feature]! },
      };
    }),
  ];
}

/** Throws where any ring is invalid: nothing is computed then. */
export function requireSoundRings(terminal: Terminal, read: ReadFile): void {
  const refusals = geometryRefusals(terminal, read);
  if (refusals.length > 0) throw new Refused(refusals);
}

/** What names the features of a layer. */
export type NamedColumns = Pick<PolygonLayer, 'featureNos' | 'columns'>;

/** A column by name: exact first, else ignoring case; undefined where the layer has none. */
export function columnNamed(layer: NamedColumns, name: string) {
  const exact = layer.columns.find((column) => column.name === name);
  const lower = name.toLowerCase();
  return (exact ?? layer.columns.find((column) => column.name.toLowerCase() === lower))?.values;
}

/** Fields a feature is known by, best first; the last is what a dBASE table leaves of a Chinese name. */
const ID_FIELDS = [BOUNDARY_FIELD_NAMES.number, 'BSM', 'plotId', 'plotNumber', 'DKBH', 'id', 'TBBH', '地块编'];

/** Whether `idFieldOf` may choose a field of that name. */
export function mayBeIdField(name: string): boolean {
  return isOneOf(ID_FIELDS, name);
}

/** Whether a name is among these, ignoring case. */
export function isOneOf(names: readonly string[], name: string): boolean {
  const lower = name.toLowerCase();
  return names.some((other) => other.toLowerCase() === lower);
}

/** The field people know the features of a layer by, where it has one. */
export function idFieldOf(layer: PolygonLayer): string | undefined {
  return ID_FIELDS.find((field) => columnNamed(layer, field) !== undefined);
}

/** Ids of the features: the field where the layer has it, else (and where it is empty) the 0-based number. */
export function idsOf(layer: NamedColumns, field: string | undefined): (feature: number) => string {
  const values = field === undefined ? undefined : columnNamed(layer, field);
  return (feature) => {
    const value = values?.[feature];
    return value === null || value === undefined || value === '' ? String(layer.featureNos[feature]!) : String(value);
  };
}

export function vertexCount(layer: PolygonLayer): number {
  return layer.coords.length / 2;
}

export function countFeatures(layer: PolygonLayer): number {
  return featureCount(layer);
}

/**
 * SHA-256 of a delivered file. A folder (file geodatabase) is hashed by the names and hashes of its files, a bare
 * shapefile with the files that belong to it: the hash changes with any byte a reader may look at, never with the path.
 */
export async function sha256OfSource(path: string): Promise<string> {
  if ((await stat(path)).isDirectory()) return hashOfFiles(path, (await readdir(path)).toSorted());
  if (extname(path).toLowerCase() !== '.shp') return hashOfFile(path);
  const stem = basename(path).slice(0, -4).toLowerCase();
  const names = (await readdir(dirname(path))).filter((name) => name.toLowerCase().replace(/\.[^.]*$/, '') === stem);
  return hashOfFiles(dirname(path), names.toSorted());
}

async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function hashOfFiles(directory: string, names: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const name of names) {
    const path = join(directory, name);
    if ((await stat(path)).isFile()) hash.update(`${extname(name).toLowerCase()} ${await hashOfFile(path)}\n`);
  }
  return hash.digest('hex');
}
