import { Builder } from 'flatbuffers';
import { Feature } from 'flatgeobuf/lib/mjs/flat-geobuf/feature.js';
import { GeometryType } from 'flatgeobuf/lib/mjs/flat-geobuf/geometry-type.js';
import { Geometry } from 'flatgeobuf/lib/mjs/flat-geobuf/geometry.js';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWithGdal, square, type Fixture } from '../../../../tests/support/gdal.ts';
import { joinBatches, type FeatureBatch, type PolygonLayer } from '../../../kernel/index.ts';
import { bytesInMemory } from '../byte-source.ts';
import { RefusalError, type OpenedSource, type ReadOptions } from '../format.ts';
import { openSource, writeLayer } from '../open-source.server.ts';
import { openFlatgeobuf } from './flatgeobuf.ts';

const X = 37_500_000;
const Y = 3_353_000;
const COLUMNS = 40;
let directory: string;
let indexed: string;
let plain: string;
let geojson: string;

const features = Array.from(
  { length: 1_000 },
  (_, i): Fixture => ({
    type: 'Feature',
    properties: {
      BSM: `45070200000000${String(i).padStart(4, '0')}`,
      DLBM: i % 2 ? '0101' : '0301',
      TBMJ: i / 7,
      NO: i,
    },
    geometry: {
      type: 'Polygon',
      coordinates: [square(X + 100 * (i % COLUMNS), Y + 100 * Math.floor(i / COLUMNS), 90)],
    },
  }),
);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tianchou-fgb-'));
  indexed = await makeWithGdal(directory, 'indexed.fgb', 'FlatGeobuf', features, 4525);
  plain = await makeWithGdal(directory, 'plain.fgb', 'FlatGeobuf', features, 4525, '-lco', 'SPATIAL_INDEX=NO');
  geojson = await makeWithGdal(directory, 'plain.geojson', 'GeoJSON', features, 4525);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function layerOf(opened: Awaited<ReturnType<typeof openSource>>, whole = false): Promise<PolygonLayer> {
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  const source: OpenedSource = opened.value;
  const batches: FeatureBatch[] = [];
  for await (const batch of whole ? source.whole!() : source.batches()) batches.push(batch);
  await source.close();
  return joinBatches(batches, source.crs.epsg);
}
const read = async (path: string, options: ReadOptions = {}): Promise<PolygonLayer> =>
  layerOf(await openSource(path, options));

describe('wanted columns', () => {
  it.each([
    ['fgb', () => plain],
    ['geojson', () => geojson],
  ])('%s: the others are in no batch, and the wanted ones are as in a whole reading', async (_, path) => {
    const all = await read(path());
    expect(all.columns.map(({ name }) => name)).toEqual(['BSM', 'DLBM', 'TBMJ', 'NO']);
    for (const columns of [[], ['DLBM'], ['NO', 'BSM'], (name: string): boolean => name === 'TBMJ']) {
      const some = await read(path(), { columns });
      expect(some.coords).toEqual(all.coords);
      expect(some.columns).toEqual(
        all.columns.filter(({ name }) => (typeof columns === 'function' ? columns(name) : columns.includes(name))),
      );
    }
  });
});

describe('whole', () => {
  it('gives the same layer as batches, and stops when told', async () => {
    for (const path of [plain, geojson]) {
      expect(await layerOf(await openSource(path), true)).toEqual(await read(path));
    }
    const many = join(directory, 'many.fgb');
    const layer = await read(plain);
    const twenty = joinBatches(
      Array.from({ length: 20 }, (_, k) => ({
        ...layer,
        featureNos: layer.featureNos.map((no) => no + 1_000 * k),
        problems: [],
      })),
      4525,
    );
    await writeLayer(many, twenty);
    const opened = await openSource(many);
    if (!opened.ok) throw new Error('not opened');
    const counts: number[] = [];
    for await (const batch of opened.value.whole!(() => false)) counts.push(batch.featureNos.length);
    await opened.value.close();
    expect(counts).toEqual([8_192, 8_192, 3_616]);
  });
});

describe('box', () => {
  const boxes: [string, readonly [number, number, number, number]][] = [
    ['one parcel', [X + 110, Y + 110, X + 120, Y + 120]],
    ['between parcels', [X + 92, Y + 92, X + 98, Y + 98]],
    ['touching', [X + 190, Y + 190, X + 200, Y + 200]],
    ['many', [X + 150, Y + 150, X + 2_222, Y + 777]],
    ['all', [X - 1, Y - 1, X + 1e5, Y + 1e5]],
    ['none', [X - 1e4, Y - 1e4, X - 5e3, Y - 5e3]],
  ];
  it.each(boxes)('%s: exactly the features that meet it, with and without index', async (_, box) => {
    for (const path of [indexed, plain, geojson]) {
      const all = await read(path);
      const found = await read(path, { box });
      const wanted = [...all.featureNos].filter((f) => {
        const ring = all.coords.subarray(2 * all.ringStarts[f]!, 2 * all.ringStarts[f + 1]!);
        const xs = ring.filter((__, i) => i % 2 === 0);
        const ys = ring.filter((__, i) => i % 2 === 1);
        return (
          Math.min(...xs) <= box[2] &&
          Math.max(...xs) >= box[0] &&
          Math.min(...ys) <= box[3] &&
          Math.max(...ys) >= box[1]
        );
      });
      expect([...found.featureNos]).toEqual(wanted);
      const names = all.columns.find(({ name }) => name === 'BSM')!.values;
      expect(found.columns.find(({ name }) => name === 'BSM')?.values ?? []).toEqual(wanted.map((f) => names[f]));
    }
  });

  it('an index that leads nowhere is refused', async () => {
    const bytes = new Uint8Array(await readFile(indexed));
    const view = new DataView(bytes.buffer);
    const indexAt = 12 + view.getUint32(8, true);
    // 1,000 leaves, 63 nodes above them, 4, and the root.
    for (let leaf = 0; leaf < 1_000; leaf++) view.setUint32(indexAt + 40 * (68 + leaf) + 32, 0xffff_ffff, true);
    const opened = await openFlatgeobuf(bytesInMemory('a.fgb', bytes), { box: [X, Y, X + 500, Y + 500] });
    await expect(layerOf(opened)).rejects.toThrow(RefusalError);
  });
});

describe('bytes from anywhere', () => {
  it('reads from memory what it reads from a path', async () => {
    const opened = await openFlatgeobuf(bytesInMemory('indexed.fgb', new Uint8Array(await readFile(indexed))), {});
    expect(await layerOf(opened)).toEqual(await read(indexed));
  });
});

describe('what the caller asks for and cannot have', () => {
  it.each([
    [{ layer: 'nope' }, ['INTAKE_NO_SUCH_LAYER']],
    [{ encoding: 'klingon' }, ['INTAKE_ENCODING_UNKNOWN']],
    [{ layer: 'PLAIN' }, []],
  ])('%j', async (options, codes) => {
    for (const path of [plain, geojson]) {
      const opened = await openSource(path, options);
      expect(opened.ok ? [] : opened.error.map(({ code }) => code)).toEqual(codes);
      if (opened.ok) await opened.value.close();
    }
  });
});

describe('a hostile feature', () => {
  it('whose parts name one ring again and again is refused, not unfolded', async () => {
    const head = new Uint8Array(await readFile(plain));
    const featuresAt = 12 + new DataView(head.buffer).getUint32(8, true);
    const builder = new Builder(1 << 20);
    const xy = Geometry.createXyVector(
      builder,
      Array.from({ length: 20_000 }, (_, i) => X + (i % 1_000)),
    );
    Geometry.startGeometry(builder);
    Geometry.addXy(builder, xy);
    Geometry.addType(builder, GeometryType.Polygon);
    const part = Geometry.endGeometry(builder);
    const parts = Geometry.createPartsVector(
      builder,
      Array.from({ length: 200_000 }, () => part),
    );
    Geometry.startGeometry(builder);
    Geometry.addType(builder, GeometryType.MultiPolygon);
    Geometry.addParts(builder, parts);
    const geometry = Geometry.endGeometry(builder);
    Feature.startFeature(builder);
    Feature.addGeometry(builder, geometry);
    builder.finishSizePrefixed(Feature.endFeature(builder));
    const feature = builder.asUint8Array();
    const bytes = new Uint8Array(featuresAt + feature.length);
    bytes.set(head.subarray(0, featuresAt));
    bytes.set(feature, featuresAt);
    const opened = await openFlatgeobuf(bytesInMemory('a.fgb', bytes), {});
    expect(opened.ok ? [] : opened.error.map(({ code }) => code)).toEqual(['INTAKE_CORRUPT']);
  });
});
