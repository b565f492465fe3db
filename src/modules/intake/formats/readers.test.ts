import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collection, gdal, makeWithGdal, type Fixture } from '../../../../tests/support/gdal.ts';
import { columnOf, featureCount, seededRandom, type PolygonLayer } from '../../../kernel/index.ts';
import type { ReadLayer, ReadOptions } from '../format.ts';
import { openSource, readLayer, writeLayer } from '../server.ts';

/** Every reader against files GDAL made, and every writer against what GDAL reads back. */

const SEED = 20_261_121;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tianchou-formats-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Random features: plain, with holes, multipart, and one without geometry; full doubles, Chinese, nulls, long integers. */
function fixtures(epsg: number): Fixture[] {
  const random = seededRandom(SEED);
  const [x0, y0, unit] = epsg === 4490 ? [108.3, 22.1, 1e-5] : [37_500_000, 3_353_000, 1];
  const ring = (cx: number, cy: number, radius: number, clockwise: boolean): number[][] => {
    const points: number[][] = [];
    const count = 5 + random.integer(0, 8);
    for (let i = 0; i < count; i++) {
      const angle = ((clockwise ? -1 : 1) * 2 * Math.PI * i) / count;
      const r = radius * (0.8 + 0.2 * random.next()) * unit;
      points.push([x0 + cx * unit + r * Math.cos(angle), y0 + cy * unit + r * Math.sin(angle)]);
    }
    return [...points, points[0]!];
  };
  return Array.from({ length: 60 }, (_, i): Fixture => {
    const cx = (i % 10) * 300;
    const cy = Math.floor(i / 10) * 300;
    const outer = ring(cx, cy, 100, true);
    const geometry =
      i === 7
        ? null
        : i % 3 === 0
          ? { type: 'Polygon', coordinates: [outer] }
          : i % 3 === 1
            ? { type: 'Polygon', coordinates: [outer, ring(cx - 30, cy, 15, false), ring(cx + 30, cy, 15, false)] }
            : { type: 'MultiPolygon', coordinates: [[outer, ring(cx, cy, 20, false)], [ring(cx, cy + 200, 60, true)]] };
    return {
      type: 'Feature',
      properties: {
        BSM: `45070200000000${String(i).padStart(4, '0')}`,
        DLMC: ['水田', '旱地', '乔木林地', '𠮷田'][i % 4],
        TBMJ: Math.round(random.next() * 1e7) / 100,
        KCXS: i % 5 === 0 ? null : Math.round(random.next() * 1e4) / 1e4,
        GDDB: 1 + (i % 15),
        BIG: 9_007_199_254_740_991 - i,
        RQ: i % 6 === 0 ? null : `2024-0${1 + (i % 9)}-15`,
        权属: i % 4 === 0 ? null : '集体',
      },
      geometry,
    };
  });
}

/** Rings of each feature as the fixture has them: open, in order, with their roles. */
function ringsOf(features: readonly Fixture[]): { role: number; points: number[] }[][] {
  return features.map(({ geometry }) => {
    if (geometry === null) return [];
    const polygons = (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates) as number[][][][];
    return polygons.flatMap((polygon) =>
      polygon.map((ring, r) => ({ role: r === 0 ? 0 : 1, points: ring.slice(0, -1).flatMap((p) => p.slice(0, 2)) })),
    );
  });
}

function ringsOfLayer(layer: PolygonLayer): { role: number; points: number[] }[][] {
  return Array.from({ length: featureCount(layer) }, (_, f) => {
    const rings: { role: number; points: number[] }[] = [];
    for (let r = layer.featureRings[f]!; r < layer.featureRings[f + 1]!; r++) {
      const points = Array.from(layer.coords.subarray(2 * layer.ringStarts[r]!, 2 * layer.ringStarts[r + 1]!));
      rings.push({ role: layer.ringRoles[r]!, points });
    }
    return rings;
  });
}

async function read(path: string, options: ReadOptions = {}): Promise<ReadLayer> {
  const result = await readLayer(path, options);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function expectAttributes(
  layer: PolygonLayer,
  features: readonly Fixture[],
  names: Readonly<Record<string, string>> = {},
): void {
  for (const name of Object.keys(features[0]!.properties)) {
    const expected = features.map((feature) => feature.properties[name] ?? null);
    expect(columnOf(layer, names[name] ?? name), name).toEqual(expected);
  }
}

async function zipped(path: string, ...parts: string[]): Promise<string> {
  const { ZipFile } = await import('yazl');
  const { createWriteStream } = await import('node:fs');
  const zip = new ZipFile();
  for (const part of parts) zip.addFile(join(path, part), part);
  zip.end();
  const target = `${path}.zip`;
  await new Promise<void>((resolve) => zip.outputStream.pipe(createWriteStream(target)).on('close', () => resolve()));
  return target;
}

describe.each([4525, 4490])('files GDAL made, EPSG:%i', (epsg) => {
  const features = fixtures(epsg);

  it.each([
    ['GeoPackage', 'gpkg', 'GPKG', []],
    ['FlatGeobuf without index', 'fgb', 'FlatGeobuf', ['-lco', 'SPATIAL_INDEX=NO']],
    ['GeoJSON', 'geojson', 'GeoJSON', ['-lco', 'SIGNIFICANT_FIGURES=17', '-lco', 'COORDINATE_PRECISION=17']],
  ])('%s: geometry to the bit, attributes, CRS', async (_, extension, driver, options) => {
    const path = await makeWithGdal(directory, `from-gdal-${epsg}.${extension}`, driver, features, epsg, ...options);
    const { layer, crs, problems } = await read(path);
    // GDAL 3.6 leaves features without geometry out of FlatGeobuf.
    const kept = extension === 'fgb' ? features.filter((feature) => feature.geometry !== null) : features;
    expect(crs.epsg).toBe(epsg);
    expect(ringsOfLayer(layer)).toEqual(ringsOf(kept));
    expectAttributes(layer, kept);
    expect(
      problems.filter((problem) => problem.severity !== 'note').map((problem) => [problem.rule, problem.featureNo]),
    ).toEqual(extension === 'fgb' ? [] : [['geometry.missing', 7]]);
  });

  it('FlatGeobuf with its index: the same features in the order of the index', async () => {
    const whole = features.filter((feature) => feature.geometry !== null);
    const path = await makeWithGdal(directory, `indexed-${epsg}.fgb`, 'FlatGeobuf', whole, epsg);
    const { layer } = await read(path);
    const expected = new Map(ringsOf(whole).map((rings, i) => [whole[i]!.properties.BSM, rings]));
    const found = new Map(ringsOfLayer(layer).map((rings, i) => [columnOf(layer, 'BSM')![i], rings]));
    expect(found).toEqual(expected);
  });

  it.each(['GBK', 'UTF-8'])(
    'zipped shapefile in %s: geometry to the bit, Chinese values and field names',
    async (encoding) => {
      const name = `shp-${encoding}-${epsg}`;
      await makeWithGdal(
        directory,
        name,
        'ESRI Shapefile',
        withoutAstral(features),
        epsg,
        '-nln',
        'DLTB',
        '-lco',
        `ENCODING=${encoding}`,
      );
      const path = await zipped(join(directory, name), 'DLTB.shp', 'DLTB.dbf', 'DLTB.shx', 'DLTB.prj', 'DLTB.cpg');
      const { layer, crs, encoding: evidence, problems } = await read(path);
      expect(crs).toMatchObject({ epsg, decidedBy: 'prj' });
      expect(evidence).toMatchObject({ encoding: encoding === 'GBK' ? 'gb18030' : 'utf-8', decidedBy: 'cpg' });
      expect(ringsOfLayer(layer)).toEqual(ringsOf(features));
      expectAttributes(layer, withoutAstral(features));
      expect(problems.filter((problem) => problem.severity !== 'note').map((problem) => problem.rule)).toEqual([
        'geometry.missing',
      ]);
    },
  );

  it('FileGDB: as the native driver reads it back, to the bit', async () => {
    const gdb = await makeWithGdal(
      directory,
      `from-gdal-${epsg}.gdb`,
      'OpenFileGDB',
      features,
      epsg,
      '-nln',
      'DLTB',
      '-nlt',
      'MULTIPOLYGON',
    );
    const native = join(directory, `native-${epsg}.gpkg`);
    await gdal('ogr2ogr', '-f', 'GPKG', native, gdb);
    const [ours, theirs] = [await read(gdb), await read(native)];
    expect(ours.format).toBe('filegdb');
    expect(ours.crs.epsg).toBe(epsg);
    expect(ringsOfLayer(ours.layer)).toEqual(ringsOfLayer(theirs.layer));
    expect(columnOf(ours.layer, 'DLMC')).toEqual(features.map((feature) => feature.properties.DLMC));
    expect(columnOf(ours.layer, 'TBMJ')).toEqual(features.map((feature) => feature.properties.TBMJ));
    expect(columnOf(ours.layer, '权属')).toEqual(features.map((feature) => feature.properties['权属']));
  });
});

/** GBK has no place for characters beyond the basic plane. */
function withoutAstral(features: readonly Fixture[]): Fixture[] {
  return features.map((feature) => ({
    ...feature,
    properties: { ...feature.properties, DLMC: String(feature.properties.DLMC).replace('𠮷', '吉') },
  }));
}

describe('files we write, read by GDAL', () => {
  it.each([
    ['gpkg', 4525],
    ['fgb', 4525],
    ['geojson', 4525],
    ['zip', 4525],
    ['gpkg', 4490],
    ['fgb', 4490],
    ['geojson', 4490],
    ['zip', 4490],
    ['gpkg', 4545],
    ['fgb', 4549],
    ['zip', 4508],
    ['zip', 4497],
  ])('.%s in EPSG:%i: geometry to the bit, attributes, CRS', async (extension, epsg) => {
    const features = fixtures(epsg === 4490 ? 4490 : 4525);
    const source = join(directory, `source-${epsg}.geojson`);
    await writeFile(source, collection(features, epsg === 4490 ? 4490 : 4525));
    const { layer } = await read(source);
    const path = join(directory, `ours-${epsg}.${extension}`);
    // The CRS alone changes: the numbers are not converted, which only their comparison matters for.
    const report = await writeLayer(path, { ...layer, epsg });
    expect(report.features).toBe(features.length);
    const opened = extension === 'zip' ? `/vsizip/${path}` : path;
    const summary = await gdal('ogrinfo', '-al', '-so', opened);
    expect(summary).toContain('Feature Count: 60');
    expect(summary).toMatch(new RegExp(`ID\\["EPSG",${epsg}\\]|CGCS2000|China Geodetic`));
    // -makevalid and the like are off; GDAL orients nothing on its way to GeoJSON without RFC7946.
    const back = JSON.parse(
      await gdal(
        'ogr2ogr',
        '-f',
        'GeoJSON',
        '/vsistdout/',
        opened,
        '-lco',
        'SIGNIFICANT_FIGURES=17',
        '-lco',
        'COORDINATE_PRECISION=17',
      ),
    ) as { features: Fixture[]; crs?: { properties: { name: string } } };
    expect(back.crs?.properties.name).toBe(`urn:ogc:def:crs:EPSG::${epsg}`);
    expect(ringsOf(back.features)).toEqual(ringsOf(features));
    const short =
      extension === 'zip'
        ? (name: string): string => report.renamedFields.find((r) => r.from === name)?.to ?? name
        : (name: string) => name;
    for (const name of Object.keys(features[0]!.properties)) {
      const values = back.features.map((feature) => feature.properties[short(name)] ?? null);
      expect(values, name).toEqual(features.map((feature) => feature.properties[name] ?? null));
    }
  });

  it.each(['gpkg', 'fgb', 'geojson', 'zip'])('.%s comes back through our own reader unchanged', async (extension) => {
    const features = fixtures(4525);
    const source = join(directory, 'round.geojson');
    await writeFile(source, collection(features, 4525));
    const first = await read(source);
    const path = join(directory, `round.${extension}`);
    await writeLayer(path, first.layer);
    const second = await read(path);
    expect(ringsOfLayer(second.layer)).toEqual(ringsOfLayer(first.layer));
    expect(second.layer.columns).toEqual(first.layer.columns);
    expect(second.crs.epsg).toBe(4525);
  });

  it('an empty layer is a valid file in every format', async () => {
    const { layer } = await read(join(directory, 'round.geojson'));
    const empty: PolygonLayer = {
      epsg: 4525,
      featureNos: new Uint32Array(0),
      coords: new Float64Array(0),
      ringStarts: new Uint32Array(1),
      ringRoles: new Uint8Array(0),
      featureRings: new Uint32Array(1),
      columns: layer.columns.map((column) => ({ name: column.name, values: [] })),
    };
    for (const extension of ['gpkg', 'fgb', 'geojson', 'zip']) {
      const path = join(directory, `empty.${extension}`);
      await writeLayer(path, empty);
      const summary = await gdal('ogrinfo', '-al', '-so', extension === 'zip' ? `/vsizip/${path}` : path);
      expect(summary).toContain('Feature Count: 0');
      const back = await read(path);
      expect(featureCount(back.layer)).toBe(0);
      expect(back.fields.map((field) => field.name).length).toBe(extension === 'geojson' ? 0 : layer.columns.length);
    }
  });
});

describe('streaming', () => {
  it('stops between batches when cancelled, keeps batches small, and can start again', async () => {
    const random = seededRandom(SEED);
    const ring = (x: number, y: number): number[][] => {
      const points = Array.from({ length: 400 }, (_, i) => {
        const angle = (-2 * Math.PI * i) / 400;
        return [x + Math.cos(angle) * (4 + random.next()), y + Math.sin(angle) * (4 + random.next())];
      });
      return [...points, points[0]!];
    };
    const features = Array.from(
      { length: 500 },
      (_, i): Fixture => ({
        type: 'Feature',
        properties: { n: i },
        geometry: { type: 'Polygon', coordinates: [ring(37_500_000 + 20 * i, 3_353_000)] },
      }),
    );
    const path = join(directory, 'many.geojson');
    await writeFile(path, collection(features, 4525));
    const first = await read(path);
    for (const extension of ['geojson', 'gpkg', 'fgb', 'zip']) {
      const file = join(directory, `stream.${extension}`);
      await writeLayer(file, first.layer);
      const opened = await openSource(file);
      if (!opened.ok) throw new Error(JSON.stringify(opened.error));
      const signal = { cancelled: false };
      let seen = 0;
      for await (const batch of opened.value.batches(signal)) {
        expect(batch.coords.length / 2).toBeLessThanOrEqual(65_536);
        seen++;
        signal.cancelled = true;
      }
      expect(seen).toBe(1);
      const numbers: number[] = [];
      for await (const batch of opened.value.batches()) numbers.push(...batch.featureNos);
      expect(numbers).toEqual(features.map((_, i) => i));
      await opened.value.close();
      await opened.value.close();
    }
  });
});
