import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { strToU8, zipSync } from 'fflate';
import { expect } from 'vitest';
import type { ReadLayer, ReadOptions } from '../../src/modules/intake/index.ts';
import { collection, gdal, makeWithGdal, reversed, square, type Fixture } from '../support/gdal.ts';

/**
 * One awkward file and what is to become of it: refused with a code, or read with the problems that say what was
 * repaired or left out. The file is made when the test runs, from a small good one and the change described.
 */
export interface CorpusCase {
  /** What is wrong with the file, as an office would describe it. */
  readonly name: string;
  make(kit: Kit): Promise<string>;
  readonly options?: ReadOptions;
  readonly expect:
    | { readonly refused: string }
    | {
        /** Features read. */
        readonly reads: number;
        /** Rules of warnings and errors reported, in any order, each once. Notes are listed only where they matter. */
        readonly says?: readonly string[];
        readonly epsg?: number;
        check?(layer: ReadLayer): void;
      };
}

/** What a case makes its file with. */
export interface Kit {
  readonly directory: string;
  /** Writes bytes to a file of its own directory and returns the path. */
  file(name: string, content: Uint8Array | string): Promise<string>;
  /** Packs entries to a zip in a directory of its own. */
  zip(name: string, entries: Readonly<Record<string, Uint8Array | string>>): Promise<string>;
  /** A good file of a format, made by GDAL once and copied; the bytes are the caller's to spoil. */
  good(key: string): Promise<Uint8Array>;
  /** Parts of a good shapefile by extension. */
  shapefile(key: keyof typeof SHAPEFILES): Promise<Record<string, Uint8Array>>;
  /** Files of a good geodatabase by name. */
  geodatabase(key: keyof typeof GEODATABASES): Promise<Record<string, Uint8Array>>;
  /** Runs SQL on a copy of a good GeoPackage and returns its path. */
  geopackage(key: string, sql: string): Promise<string>;
}

export const X = 37_500_000;
export const Y = 3_353_000;

/** Six squares in EPSG:4525 with survey attributes; feature 1 has a hole. */
export function parcels(): Fixture[] {
  return Array.from({ length: 6 }, (_, i): Fixture => {
    const ring = square(X + 200 * i, Y, 100);
    const rings = i === 1 ? [ring, reversed(square(X + 230, Y + 30, 20))] : [ring];
    return {
      type: 'Feature',
      properties: {
        BSM: `45070200000000000${i}`,
        DLBM: i % 2 === 0 ? '0101' : '0103',
        DLMC: i % 2 === 0 ? '水田' : '旱地',
        TBMJ: 10_000 - 400 * Number(i === 1),
        ZLDWMC: '示范县田畴镇水口村民委员会',
      },
      geometry: { type: 'Polygon', coordinates: rings },
    };
  });
}

/** The same in degrees. */
export function parcelsInDegrees(): Fixture[] {
  return parcels().map((feature, i) => ({
    ...feature,
    geometry: { type: 'Polygon', coordinates: [square(108.5 + 0.002 * i, 22.3, 0.001)] },
  }));
}

const of = (type: string, coordinates: unknown, n = 0): Fixture => ({
  type: 'Feature',
  properties: { n },
  geometry: { type, coordinates },
});
const lines = (): Fixture[] => [
  of('LineString', [
    [X, Y],
    [X + 10, Y],
  ]),
];
const points = (): Fixture[] => [of('Point', [X, Y])];
const heights = (): Fixture[] =>
  parcels().map((feature) => ({
    ...feature,
    geometry: {
      type: 'Polygon',
      coordinates: (feature.geometry!.coordinates as number[][][]).map((ring) => ring.map((point) => [...point, 12.5])),
    },
  }));

interface Recipe {
  readonly features: () => Fixture[];
  readonly epsg?: number;
  readonly options?: readonly string[];
}

export const SHAPEFILES = {
  utf8: { features: parcels, options: ['-lco', 'ENCODING=UTF-8'] },
  gbk: { features: parcels, options: ['-lco', 'ENCODING=GBK'] },
  degrees: { features: parcelsInDegrees, epsg: 4490, options: ['-lco', 'ENCODING=UTF-8'] },
  heights: { features: heights, options: ['-lco', 'ENCODING=UTF-8', '-lco', 'SHPT=POLYGONZ'] },
  measures: { features: parcels, options: ['-lco', 'ENCODING=UTF-8', '-lco', 'SHPT=POLYGONM'] },
  lines: { features: lines },
  points: { features: points },
  empty: { features: parcels, options: ['-where', '1=0', '-lco', 'ENCODING=UTF-8'] },
  chineseFields: {
    features: () =>
      parcels().map((feature) => ({
        ...feature,
        properties: { 标识码: feature.properties.BSM, 地类: feature.properties.DLMC },
      })),
    options: ['-lco', 'ENCODING=GBK'],
  },
} as const satisfies Readonly<Record<string, Recipe>>;

export const GEODATABASES = {
  parcels: { features: parcels, options: ['-nln', 'DLTB', '-nlt', 'MULTIPOLYGON'] },
  degrees: { features: parcelsInDegrees, epsg: 4490, options: ['-nln', 'DLTB', '-nlt', 'MULTIPOLYGON'] },
  lines: { features: lines, options: ['-nln', 'XZDW', '-nlt', 'MULTILINESTRING'] },
  points: { features: points, options: ['-nln', 'LXDW'] },
  heights: { features: heights, options: ['-nln', 'DLTB', '-nlt', 'MULTIPOLYGONZ'] },
  empty: { features: parcels, options: ['-nln', 'DLTB', '-nlt', 'MULTIPOLYGON', '-where', '1=0'] },
  chinese: { features: parcels, options: ['-nln', '地类图斑', '-nlt', 'MULTIPOLYGON'] },
} as const satisfies Readonly<Record<string, Recipe>>;

const GOOD: Readonly<Record<string, Recipe & { readonly driver: string; readonly extension: string }>> = {
  fgb: {
    driver: 'FlatGeobuf',
    extension: 'fgb',
    features: parcels,
    options: ['-lco', 'SPATIAL_INDEX=NO', '-nln', 'DLTB'],
  },
  'fgb-indexed': { driver: 'FlatGeobuf', extension: 'fgb', features: parcels, options: ['-nln', 'DLTB'] },
  'fgb-degrees': {
    driver: 'FlatGeobuf',
    extension: 'fgb',
    features: parcelsInDegrees,
    epsg: 4490,
    options: ['-lco', 'SPATIAL_INDEX=NO'],
  },
  'fgb-lines': { driver: 'FlatGeobuf', extension: 'fgb', features: lines },
  'fgb-points': { driver: 'FlatGeobuf', extension: 'fgb', features: points },
  'fgb-heights': { driver: 'FlatGeobuf', extension: 'fgb', features: heights, options: ['-lco', 'SPATIAL_INDEX=NO'] },
  'fgb-mixed': {
    driver: 'FlatGeobuf',
    extension: 'fgb',
    features: () => [...parcels(), ...lines()],
    options: ['-lco', 'SPATIAL_INDEX=NO', '-nlt', 'GEOMETRY'],
  },
  'fgb-empty': { driver: 'FlatGeobuf', extension: 'fgb', features: parcels, options: ['-where', '1=0'] },
  'fgb-curves': { driver: 'FlatGeobuf', extension: 'fgb', features: parcels, options: ['-nlt', 'CURVEPOLYGON'] },
  'fgb-wgs84': { driver: 'FlatGeobuf', extension: 'fgb', features: parcelsInDegrees, epsg: 4326 },
  'fgb-xian80': { driver: 'FlatGeobuf', extension: 'fgb', features: parcels, epsg: 2361 },
  'fgb-mercator': { driver: 'FlatGeobuf', extension: 'fgb', features: parcels, epsg: 3857 },
  gpkg: { driver: 'GPKG', extension: 'gpkg', features: parcels, options: ['-nln', 'DLTB', '-lco', 'SPATIAL_INDEX=NO'] },
  'gpkg-degrees': {
    driver: 'GPKG',
    extension: 'gpkg',
    features: parcelsInDegrees,
    epsg: 4490,
    options: ['-nln', 'DLTB'],
  },
  'gpkg-lines': { driver: 'GPKG', extension: 'gpkg', features: lines, options: ['-nln', 'XZDW'] },
  'gpkg-heights': { driver: 'GPKG', extension: 'gpkg', features: heights, options: ['-nln', 'DLTB'] },
  'gpkg-mixed': {
    driver: 'GPKG',
    extension: 'gpkg',
    features: () => [...parcels(), ...lines()],
    options: ['-nln', 'DLTB', '-nlt', 'GEOMETRY'],
  },
  'gpkg-empty': { driver: 'GPKG', extension: 'gpkg', features: parcels, options: ['-nln', 'DLTB', '-where', '1=0'] },
  'gpkg-curves': {
    driver: 'GPKG',
    extension: 'gpkg',
    features: parcels,
    options: ['-nln', 'DLTB', '-nlt', 'CURVEPOLYGON'],
  },
  'gpkg-xian80': { driver: 'GPKG', extension: 'gpkg', features: parcels, epsg: 2361, options: ['-nln', 'DLTB'] },
  'gpkg-wgs84': {
    driver: 'GPKG',
    extension: 'gpkg',
    features: parcelsInDegrees,
    epsg: 4326,
    options: ['-nln', 'DLTB'],
  },
  'gpkg-table': { driver: 'GPKG', extension: 'gpkg', features: parcels, options: ['-nln', 'DLTB', '-nlt', 'NONE'] },
};

const run = promisify(execFile);

export function createKit(directory: string): Kit {
  const made = new Map<string, Promise<unknown>>();
  let serial = 0;
  const once = <T>(key: string, make: () => Promise<T>): Promise<T> => {
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as Promise<T>;
  };
  const own = async (): Promise<string> => {
    const path = join(directory, `case-${serial++}`);
    await mkdir(path);
    return path;
  };
  const file: Kit['file'] = async (name, content) => {
    const path = join(await own(), name);
    await writeFile(path, content);
    return path;
  };
  const folder = async (
    key: string,
    recipe: Recipe,
    driver: string,
    target: string,
  ): Promise<Record<string, Uint8Array>> => {
    const path = await makeWithGdal(
      directory,
      target,
      driver,
      recipe.features(),
      recipe.epsg ?? 4525,
      ...(recipe.options ?? []),
    );
    const files: Record<string, Uint8Array> = {};
    for (const name of await readdir(path)) files[name] = await readFile(join(path, name));
    expect(Object.keys(files), key).not.toEqual([]);
    return files;
  };
  const kit: Kit = {
    directory,
    file,
    zip: (name, entries) =>
      file(
        name,
        zipSync(
          Object.fromEntries(
            Object.entries(entries).map(([path, content]) => [
              path,
              typeof content === 'string' ? strToU8(content) : content,
            ]),
          ),
        ),
      ),
    async good(key) {
      const bytes = await once(key, async () => {
        const recipe = GOOD[key]!;
        const options = recipe.options ?? [];
        return readFile(
          await makeWithGdal(
            directory,
            `${key}.${recipe.extension}`,
            recipe.driver,
            recipe.features(),
            recipe.epsg ?? 4525,
            ...options,
          ),
        );
      });
      return new Uint8Array(bytes);
    },
    async shapefile(key) {
      const files = await once(`shp-${key}`, () => folder(key, SHAPEFILES[key], 'ESRI Shapefile', `shp-${key}`));
      const parts: Record<string, Uint8Array> = {};
      for (const [name, bytes] of Object.entries(files))
        parts[name.slice(name.lastIndexOf('.') + 1)] = new Uint8Array(bytes);
      return parts;
    },
    async geodatabase(key) {
      const files = await once(`gdb-${key}`, () => folder(key, GEODATABASES[key], 'OpenFileGDB', `gdb-${key}.gdb`));
      return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, new Uint8Array(bytes)]));
    },
    async geopackage(key, sql) {
      const path = await file('layer.gpkg', await kit.good(key));
      await run('python3', ['-c', SQL_RUNNER, path, sql]);
      return path;
    },
  };
  return kit;
}

/** SQLite of the machine, independent of the one that reads. GDAL's triggers call functions only it has, so they go. */
const SQL_RUNNER = `
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
for (name,) in c.execute("select name from sqlite_master where type='trigger'").fetchall():
    c.execute('drop trigger "%s"' % name)
c.executescript(sys.argv[2])
c.commit()
c.close()
`;

/** A copy with bytes changed. */
export function patched(bytes: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy.set(values, at < 0 ? copy.length + at : at);
  return copy;
}

export function indexOfBytes(bytes: Uint8Array, text: string, from = 0): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(text, from, 'latin1');
}

export function concat(...pieces: readonly (Uint8Array | string)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece))));
}

export function doubles(...values: readonly number[]): Uint8Array {
  return new Uint8Array(new Float64Array(values).buffer);
}

export function json(features: readonly Fixture[], epsg: number | null = 4525): string {
  return collection(features, epsg);
}

export { gdal, reversed, square };
