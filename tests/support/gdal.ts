import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a tool of GDAL (Debian's, an implementation independent of ours) and returns what it printed. */
export async function gdal(tool: 'ogr2ogr' | 'ogrinfo', ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(tool, [...args], {
    maxBuffer: 1 << 28,
    env: { ...process.env, CPL_LOG: '/dev/null' },
  });
  if (/^ERROR/m.test(stderr)) throw new Error(`${tool} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** A feature as plain GeoJSON, for fixtures. */
export interface Fixture {
  readonly type: 'Feature';
  readonly properties: Readonly<Record<string, unknown>>;
  readonly geometry: { readonly type: string; readonly coordinates: unknown } | null;
}

export function collection(features: readonly Fixture[], epsg: number | null, name = 'DLTB'): string {
  const crs = epsg === null ? {} : { crs: { type: 'name', properties: { name: `urn:ogc:def:crs:EPSG::${epsg}` } } };
  return JSON.stringify({ type: 'FeatureCollection', name, ...crs, features });
}

/** Writes a fixture as GeoJSON and has GDAL turn it into another format; returns the path of the result. */
export async function makeWithGdal(
  directory: string,
  name: string,
  driver: string,
  features: readonly Fixture[],
  epsg: number,
  ...options: readonly string[]
): Promise<string> {
  const source = join(directory, `${name}.source.geojson`);
  const target = join(directory, name);
  await writeFile(source, collection(features, epsg));
  await gdal('ogr2ogr', '-f', driver, target, source, '-a_srs', `EPSG:${epsg}`, ...options);
  return target;
}

/** A square ring, closed, clockwise as shapefiles have outer rings. */
export function square(x: number, y: number, side: number): number[][] {
  return [
    [x, y],
    [x, y + side],
    [x + side, y + side],
    [x + side, y],
    [x, y],
  ];
}

/** The same ring the other way round. */
export function reversed(ring: readonly number[][]): number[][] {
  return [...ring].reverse();
}
