import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnOf, type PolygonLayer } from '../../../kernel/index.ts';
import { readLayer, writeLayer } from '../open-source.server.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tianchou-csv-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const LAYER: PolygonLayer = {
  epsg: 4524,
  featureNos: Uint32Array.of(0, 1),
  coords: Float64Array.of(
    36560000.1,
    2428000.25,
    36560100,
    2428000,
    36560100,
    2428100,
    36560000,
    2428100,
    36560020,
    2428020,
    36560020,
    2428040,
    36560040,
    2428040,
    36560300,
    2428000,
    36560400,
    2428000,
    36560300,
    2428100,
  ),
  ringStarts: Uint32Array.of(0, 4, 7, 10),
  ringRoles: Uint8Array.of(0, 1, 0),
  featureRings: Uint32Array.of(0, 2, 3),
  columns: [
    { name: 'BSM', values: ['450702000000000001', '450702000000000002'] },
    { name: 'DLMC', values: ['水田, "好"', null] },
  ],
};

async function read(path: string): Promise<{ layer: PolygonLayer; rules: string[] }> {
  const result = await readLayer(path);
  if (!result.ok) throw new Error(result.error[0]!.code);
  return {
    layer: result.value.layer,
    rules: result.value.problems.filter((found) => found.severity !== 'note').map((found) => found.rule),
  };
}

describe('CSV files', () => {
  it('reads back what it writes, in metres and in both encodings', async () => {
    for (const encoding of ['utf-8', 'gb18030'] as const) {
      const path = join(folder, `${encoding}.csv`);
      expect((await writeLayer(path, LAYER, { encoding })).features).toBe(2);
      const { layer, rules } = await read(path);
      expect(rules).toEqual([]);
      expect(layer.epsg).toBe(4524);
      expect(Array.from(layer.coords)).toEqual(Array.from(LAYER.coords));
      expect(Array.from(layer.ringRoles)).toEqual([0, 1, 0]);
      expect(columnOf(layer, 'BSM')).toEqual(columnOf(LAYER, 'BSM'));
      expect(columnOf(layer, 'DLMC')).toEqual(columnOf(LAYER, 'DLMC'));
    }
    expect(
      (await readFile(join(folder, 'utf-8.csv'), 'utf8')).startsWith('\uFEFF地块序号,圈号,点号,X,Y,BSM,DLMC\r\n'),
    ).toBe(true);
  });

  it('reads the WKT tables GDAL writes, with the .prj beside them', async () => {
    const geojson = join(folder, 'source.geojson');
    await writeFile(
      geojson,
      JSON.stringify({
        type: 'FeatureCollection',
        crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::4545' } },
        features: [
          {
            type: 'Feature',
            properties: { BSM: '0001', TBMJ: 7500.5 },
            geometry: {
              type: 'MultiPolygon',
              coordinates: [
                [
                  [
                    [560000, 2428000],
                    [560100, 2428000],
                    [560100, 2428100],
                    [560000, 2428100],
                    [560000, 2428000],
                  ],
                  [
                    [560020, 2428020],
                    [560020, 2428070],
                    [560070, 2428070],
                    [560070, 2428020],
                    [560020, 2428020],
                  ],
                ],
                [
                  [
                    [560300, 2428000],
                    [560400, 2428000],
                    [560300, 2428100],
                    [560300, 2428000],
                  ],
                ],
              ],
            },
          },
        ],
      }),
    );
    execFileSync('ogr2ogr', [
      '-f',
      'CSV',
      join(folder, 'gdal.csv'),
      geojson,
      '-lco',
      'GEOMETRY=AS_WKT',
      '-lco',
      'CREATE_CSVT=YES',
    ]);
    const { layer, rules } = await read(join(folder, 'gdal.csv'));
    expect(rules).toEqual([]);
    expect(layer.epsg).toBe(4545);
    expect(Array.from(layer.ringRoles)).toEqual([0, 1, 0]);
    expect(columnOf(layer, 'BSM')).toEqual(['0001']);
    expect(columnOf(layer, 'TBMJ')).toEqual(['7500.5']);
  });
});
