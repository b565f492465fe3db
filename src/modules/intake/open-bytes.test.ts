import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverageLayer } from '../../../tests/support/coverage-layer.ts';
import { featureCount, seededRandom, type PolygonLayer } from '../../kernel/index.ts';
import { bytesInMemory } from './byte-source.ts';
import { openBytes, stemsInArchive } from './open-bytes.ts';
import { readLayer, writeLayer } from './open-source.server.ts';
import { layerOfSource } from './read-source.ts';

/** The same file from a path and from bytes: one outcome, whatever the format. */

const SEED = 20_261_122;
let folder: string;
let layer: PolygonLayer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tianchou-open-bytes-'));
  const plain = coverageLayer(seededRandom(SEED), {
    epsg: 4525,
    east: 37_500_000,
    north: 2_430_000,
    side: 4000,
    cells: 60,
    bends: 3,
  });
  layer = {
    ...plain,
    columns: [{ name: 'DLMC', values: Array.from(plain.featureNos, (no) => ['水田', '旱地', '乔木林地'][no % 3]!) }],
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fromBytes(path: string, options = {}) {
  const opened = await openBytes({ source: bytesInMemory(basename(path), await readFile(path)) }, options);
  return opened.ok ? { ok: true as const, value: await layerOfSource(opened.value) } : opened;
}

async function zipped(name: string, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, zipSync(files as Record<string, Uint8Array>, { level: 6 }));
  return path;
}

describe('files from bytes', () => {
  for (const extension of ['fgb', 'gpkg', 'geojson', 'txt', 'csv']) {
    it(`${extension}: as from a path, bare and in an archive`, async () => {
      const path = join(folder, `layer.${extension}`);
      await writeLayer(path, layer);
      const expected = await readLayer(path);
      expect(expected.ok).toBe(true);
      expect(await fromBytes(path), `seed ${SEED}`).toEqual(expected);
      const archive = await zipped(`${extension}.zip`, { [`folder/layer.${extension}`]: await readFile(path) });
      const inArchive = await fromBytes(archive);
      expect(inArchive).toEqual(await readLayer(archive));
      expect(inArchive.ok && featureCount(inArchive.value.layer)).toBe(60);
    });
  }

  it('Shapefile: zipped, and bare with the files beside it', async () => {
    const zip = join(folder, 'shape.zip');
    await writeLayer(zip, layer);
    const expected = await readLayer(zip);
    expect(await fromBytes(zip)).toEqual(expected);
    const parts = Object.entries(unzipSync(await readFile(zip))).map(([name, bytes]) => bytesInMemory(name, bytes));
    const shp = parts.find(({ name }) => name.endsWith('.shp'))!;
    const opened = await openBytes({ source: shp, beside: parts.filter((part) => part !== shp) });
    expect(opened.ok && (await layerOfSource(opened.value)).layer).toEqual(expected.ok && expected.value.layer);
    const alone = await openBytes({ source: shp });
    expect(alone.ok ? [] : alone.error.map(({ code }) => code)).toEqual(['INTAKE_SHAPEFILE_PART_MISSING']);
  });

  it('a table with quotation marks', async () => {
    const path = join(folder, 'quoted.csv');
    await writeFile(
      path,
      'id,name,WKT\n1,"east, ""north""","POLYGON((37500000 2430000,37500100 2430000,37500100 2430100,37500000 2430000))"\n',
    );
    expect(await fromBytes(path, { crs: 4525 })).toEqual(await readLayer(path, { crs: 4525 }));
  });

  it('an archive of several layers is read by name, refused without', async () => {
    await writeLayer(join(folder, 'one.geojson'), layer);
    const one = await readFile(join(folder, 'one.geojson'));
    const path = await zipped('several.zip', { 'project.geojson': one, 'plots.geojson': one });
    expect([...(await stemsInArchive(bytesInMemory('several.zip', await readFile(path))))]).toEqual([
      'project',
      'plots',
    ]);
    expect(await fromBytes(path, { layer: 'plots' })).toEqual(await readLayer(path, { layer: 'plots' }));
    expect(await fromBytes(path)).toEqual(await readLayer(path));
    expect(await fromBytes(path, { layer: 'absent' })).toEqual(await readLayer(path, { layer: 'absent' }));
  });

  it('damaged archives are refused as from a path', async () => {
    const whole = await readFile(await zipped('whole.zip', { 'a.geojson': new Uint8Array(5000).fill(65) }));
    const cases: Record<string, Uint8Array> = {
      'cut.zip': whole.subarray(0, whole.length - 10),
      'up.zip': zipSync({ '../a.geojson': new Uint8Array(3) }),
      'blank.zip': zipSync({}),
      'bomb.zip': zipSync({ 'a.geojson': new Uint8Array(70_000_000) }, { level: 9 }),
      'nested.zip': zipSync({ 'a.fgb': zipSync({ 'b.fgb': new Uint8Array(9) }) }),
      'empty.geojson': new Uint8Array(0),
      'x.rar': new TextEncoder().encode('Rar!....'),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      await writeFile(join(folder, name), bytes);
      const [here, there] = [await fromBytes(join(folder, name)), await readLayer(join(folder, name))];
      expect(here.ok ? [] : here.error.map(({ code }) => code), name).toEqual(
        there.ok ? ['none'] : there.error.map(({ code }) => code),
      );
    }
  });

  it('GeoJSON in GB18030 is read with its texts', async () => {
    await writeLayer(join(folder, 'gb.geojson'), layer);
    const text = await readFile(join(folder, 'gb.geojson'));
    const path = join(folder, 'gb18030.geojson');
    // 水田 旱地 乔木林地 as GB18030 has them.
    const codes: Record<string, number[]> = {
      水田: [0xcb, 0xae, 0xcc, 0xef],
      旱地: [0xba, 0xb5, 0xb5, 0xd8],
      乔木林地: [0xc7, 0xc7, 0xc4, 0xbe, 0xc1, 0xd6, 0xb5, 0xd8],
    };
    const parts = text.toString('utf8').split(/(水田|旱地|乔木林地)/);
    await writeFile(path, Buffer.concat(parts.map((part) => Buffer.from(codes[part] ?? Buffer.from(part, 'utf8')))));
    const [here, there] = [await fromBytes(path), await readLayer(path)];
    expect(here.ok && here.value.layer).toEqual(there.ok && there.value.layer);
    expect(here.ok && here.value.encoding?.encoding).toBe('gb18030');
  });

  it('what only the server reads is refused by name', async () => {
    const path = await zipped('county.gdb.zip', { 'county.gdb/a00000001.gdbtable': new Uint8Array(40) });
    const read = await fromBytes(path);
    expect(read.ok ? [] : read.error.map(({ code }) => code)).toEqual(['INTAKE_NOT_HERE']);
  });
});
