import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertLayer, officialAreas, runZoneOf } from '../../../geometry/index.ts';
import { columnOf, joinBatches, type FeatureBatch, type PolygonLayer } from '../../../kernel/index.ts';
import type { WriteOptions } from '../format.ts';
import { openBoundaryTxt } from './boundary-txt.reader.ts';
import { boundaryTxtWriter } from './boundary-txt.writer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tianchou-txt-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const TEXT = `[属性描述]\r\n坐标系=2000国家大地坐标系\r\n几度分带=3\r\n带号=36\r\n[地块坐标]\r
4,5.9995,A1,三角地块,面,F49G012,旱地,0103,@\r
J1,1,2428000.0000,36560000.0000\r\nJ2,1,2428300.0000,36560000.0000\r\nJ3,1,2428000.0000,36560400.0000\r\nJ1,1,2428000.0000,36560000.0000\r
10,0.99,A2,带孔地块,面,,水田,0101,@\r
J1,1,2429000,36560000\r\nJ2,1,2429100,36560000\r\nJ3,1,2429100,36560100\r\nJ4,1,2429000,36560100\r\nJ1,1,2429000,36560000\r
J5,2,2429040,36560040\r\nJ6,2,2429050,36560040\r\nJ7,2,2429050,36560050\r\nJ8,2,2429040,36560050\r\nJ5,2,2429040,36560040\r\n`;

async function read(
  path: string,
  crs?: number,
): Promise<{ layer: PolygonLayer; problems: string[]; encoding: string }> {
  const opened = await openBoundaryTxt(path, crs ? { crs } : {});
  if (!opened.ok) throw new Error(opened.error[0]!.code);
  const batches: FeatureBatch[] = [];
  for await (const batch of opened.value.batches()) batches.push(batch);
  const problems = [...opened.value.problems, ...batches.flatMap((batch) => batch.problems)].filter(
    (found) => found.severity !== 'note',
  );
  return {
    layer: joinBatches(batches, opened.value.crs.epsg),
    problems: problems.map((found) => found.rule),
    encoding: opened.value.encoding!.encoding,
  };
}

async function write(layer: PolygonLayer, name: string, options: WriteOptions = {}) {
  const path = join(folder, name);
  const source = {
    epsg: layer.epsg,
    fields: layer.columns.map((column) => ({ name: column.name, type: 'text' as const })),
    batches: () => [{ ...layer, problems: [] }],
  };
  return { path, report: await boundaryTxtWriter.write(path, source, options) };
}

describe('boundary TXT files', () => {
  it('reads the same layer in every encoding', async () => {
    const { encodeGb18030 } = await import('../gb18030.server.ts');
    const utf16 = Buffer.from(`\uFEFF${TEXT}`, 'utf16le');
    const contents: [string, Uint8Array][] = [
      ['utf-8', Buffer.from(TEXT)],
      ['utf-8', Buffer.from(`\uFEFF${TEXT}`)],
      ['gb18030', encodeGb18030(TEXT)!],
      ['utf-16le', utf16],
      ['utf-16le', Buffer.from(TEXT, 'utf16le')],
      ['utf-16be', Buffer.from(utf16).swap16()],
    ];
    for (const [i, [encoding, bytes]] of contents.entries()) {
      const path = join(folder, `encoding-${i}.txt`);
      await writeFile(path, bytes);
      const found = await read(path);
      expect(found.encoding).toBe(encoding);
      expect(columnOf(found.layer, '地块名称')).toEqual(['三角地块', '带孔地块']);
      expect(found.problems).toEqual([]);
    }
  });

  it('finds holes and gives the official area of the published case', async () => {
    const path = join(folder, 'holes.txt');
    await writeFile(path, TEXT);
    const { layer } = await read(path);
    expect(Array.from(layer.ringRoles)).toEqual([0, 0, 1]);
    const areas = officialAreas(layer, runZoneOf(layer));
    expect(areas[0]!.areaDm2).toBe(5_999_464);
    expect(columnOf(layer, '地块面积平方米')).toEqual([59995, 9900]);
    expect(columnOf(layer, '地块编码')).toEqual(['0103', '0101']);
  });

  it('reads back what it writes: with and without prefix, in another CRS, as degrees, in both numberings', async () => {
    const path = join(folder, 'source.txt');
    await writeFile(path, TEXT);
    const { layer } = await read(path);
    const written = await write(layer, 'prefix.txt');
    expect(written.report.problems).toEqual([]);
    const back = await read(written.path);
    expect(back.encoding).toBe('gb18030');
    expect(back.problems).toEqual([]);
    expect(back.layer.epsg).toBe(4524);
    expect(Array.from(back.layer.coords)).toEqual(Array.from(layer.coords));
    expect(Array.from(back.layer.ringRoles)).toEqual(Array.from(layer.ringRoles));
    expect(columnOf(back.layer, '地块编号')).toEqual(['A1', 'A2']);
    expect(columnOf(back.layer, '地块面积')).toEqual([5.9995, 0.9899]);

    const bare = await read(
      (await write(layer, 'bare.txt', { zonePrefix: false, encoding: 'utf-8', numbering: 'continuous' })).path,
    );
    expect(bare.layer.epsg).toBe(4545);
    expect(Array.from(bare.layer.coords)).toEqual(
      Array.from(layer.coords, (value, i) => (i % 2 === 0 ? value - 36_000_000 : value)),
    );

    const degrees = await read((await write(convertLayer(layer, 4490), 'degrees.txt')).path);
    expect(degrees.layer.epsg).toBe(4490);
    const again = convertLayer(degrees.layer, 4524);
    again.coords.forEach((value, i) => expect(Math.abs(value - layer.coords[i]!)).toBeLessThan(2e-5));
  });

  it('writes UTF-8 where a name is outside GBK, keeps grammar where texts hold commas, and says both', async () => {
    const path = join(folder, 'source2.txt');
    await writeFile(path, TEXT);
    const { layer } = await read(path);
    const odd: PolygonLayer = {
      ...layer,
      columns: [
        { name: '地块编号', values: ['1', '2'] },
        { name: '地块名称', values: ['𠀀村,东@', 'b'] },
        { name: 'BZ2', values: [1, 2] },
      ],
    };
    const { path: target, report } = await write(odd, 'odd.txt');
    expect(report.problems.map((found) => found.rule)).toEqual([
      'txt.written-as-utf-8',
      'txt.fields-left-out',
      'txt.comma-written-wide',
    ]);
    expect(columnOf((await read(target)).layer, '地块名称')).toEqual(['𠀀村，东＠', 'b']);
    expect((await readFile(target, 'utf8')).startsWith('[属性描述]')).toBe(true);
  });

  it('refuses what is no boundary file', async () => {
    for (const [name, bytes, code] of [
      ['empty.txt', new Uint8Array(), 'INTAKE_EMPTY_FILE'],
      ['binary.txt', Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256), 'INTAKE_TXT_NOT_BOUNDARY'],
      ['prose.txt', Buffer.from('今天开会。\n'), 'INTAKE_TXT_NOT_BOUNDARY'],
    ] as const) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      const opened = await openBoundaryTxt(path, {});
      expect(opened.ok ? 'opened' : opened.error[0]!.code).toBe(code);
    }
  });
});
