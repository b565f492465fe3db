import { createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { lonLatBoxOf, type PlaneLayer, planeOriginOf, runZoneOf, toPlaneLayer } from '../../src/geometry/index.ts';
import { OUTER, type PolygonLayer } from '../../src/kernel/index.ts';
import { readLayer } from '../../src/modules/intake/server.ts';
import { COUNTY_ZONE_LAYERS, type CountyFiles, type CountyLayer } from '../../tests/support/county/files.ts';

/** A layer of the county in the equal-area plane of the run, with the roles of its rings. */
export interface PlaneWithRoles {
  readonly plane: PlaneLayer;
  readonly ringRoles: Uint8Array;
}

async function read(path: string): Promise<PolygonLayer> {
  const result = await readLayer(path);
  if (!result.ok) throw new Error(`${path}: ${result.error.map(({ message }) => message.en).join('; ')}`);
  return { ...result.value.layer, columns: [] };
}

/** Parcels and then each zone layer in the plane, one at a time: only the parcels stay in memory. */
export async function* planeLayers(county: CountyFiles): AsyncGenerator<[CountyLayer, PlaneWithRoles]> {
  const parcels = await read(county.paths.parcels);
  const zone = runZoneOf(parcels);
  const origin = planeOriginOf(zone, lonLatBoxOf(parcels));
  yield ['parcels', { plane: toPlaneLayer(parcels, zone, origin), ringRoles: parcels.ringRoles }];
  for (const name of COUNTY_ZONE_LAYERS) {
    const layer = await read(county.paths[name]);
    yield [name, { plane: toPlaneLayer(layer, zone, origin), ringRoles: layer.ringRoles }];
  }
}

/** Where the rings of each polygon of a feature begin: an outer ring begins one. */
function partsOf({ plane, ringRoles }: PlaneWithRoles, f: number): number[] {
  const parts: number[] = [];
  for (let r = plane.featureRings[f]!; r < plane.featureRings[f + 1]!; r++) if (ringRoles[r] === OUTER) parts.push(r);
  return [...parts, plane.featureRings[f + 1]!];
}

/** Well-known binary of a feature, every bit of its coordinates kept. */
export function wkbOf(layer: PlaneWithRoles, f: number): Buffer {
  const { xy, ringStarts } = layer.plane;
  const parts = partsOf(layer, f);
  const count = parts.length - 1;
  const vertices = ringStarts[parts.at(-1)!]! - ringStarts[parts[0]!]!;
  const rings = parts.at(-1)! - parts[0]!;
  const bytes = Buffer.alloc((count > 1 ? 9 : 0) + 9 * count + 4 * rings + 16 * (vertices + rings));
  let at = 0;
  const head = (type: number, members: number): void => {
    at = bytes.writeUInt8(1, at);
    at = bytes.writeUInt32LE(type, at);
    at = bytes.writeUInt32LE(members, at);
  };
  if (count > 1) head(6, count);
  for (let p = 0; p < count; p++) {
    head(3, parts[p + 1]! - parts[p]!);
    for (let r = parts[p]!; r < parts[p + 1]!; r++) {
      const first = ringStarts[r]!;
      const last = ringStarts[r + 1]!;
      at = bytes.writeUInt32LE(last - first + 1, at);
      for (let v = first; v <= last; v++) {
        const from = 2 * (v === last ? first : v);
        at = bytes.writeDoubleLE(xy[from]!, at);
        at = bytes.writeDoubleLE(xy[from + 1]!, at);
      }
    }
  }
  return bytes;
}

/**
 * Text files `number TAB vertices TAB WKB in hex`, one a layer, with the coordinates our own computation uses: the other
 * engines read these. Made once per county.
 */
export async function planeFiles(county: CountyFiles): Promise<Readonly<Record<CountyLayer, string>>> {
  const folder = join(county.folder, 'plane');
  mkdirSync(folder, { recursive: true });
  const names: CountyLayer[] = ['parcels', ...COUNTY_ZONE_LAYERS];
  const paths = Object.fromEntries(names.map((name) => [name, join(folder, `${name}.tsv`)])) as Record<
    CountyLayer,
    string
  >;
  const newer = (name: CountyLayer): boolean =>
    existsSync(paths[name]) && statSync(paths[name]).mtimeMs > statSync(county.paths[name]).mtimeMs;
  if (names.every(newer)) return paths;
  for await (const [name, layer] of planeLayers(county)) {
    const draft = `${paths[name]}.part`;
    const stream = createWriteStream(draft, { mode: 0o644 });
    const { featureRings, ringStarts } = layer.plane;
    for (let f = 0; f + 1 < featureRings.length; f++) {
      const vertices = ringStarts[featureRings[f + 1]!]! - ringStarts[featureRings[f]!]!;
      if (!stream.write(`${f}\t${vertices}\t${wkbOf(layer, f).toString('hex')}\n`)) await once(stream, 'drain');
    }
    stream.end();
    await once(stream, 'finish');
    renameSync(draft, paths[name]);
  }
  return paths;
}
