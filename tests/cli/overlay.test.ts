import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { boundaryText, square } from './boundary-text.ts';
import { useProgram } from './program.ts';

/** Splits a CSV the test has made sure holds no quotes. */
function csvRows(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

describe('tianchou overlay', () => {
  const program = useProgram();

  beforeAll(async () => {
    const { code, err } = await program.call(['demo', '--parcels', '400', '--seed', '11', '--out', 'demo']);
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  const overlay = (...args: string[]) => program.call(['overlay', '--parcels', 'demo/parcels.fgb', ...args]);

  it('writes parcel, layer, zone and area in that order: header, six decimals, no mark, no carriage return', async () => {
    const { code, out, err } = await overlay(
      '--zones',
      'slope=demo/slope.fgb',
      'village=demo/village.fgb',
      '--out',
      'pairs.csv',
    );
    expect([code, out, err]).toEqual([0, '', '']);
    const text = readFileSync(program.path('pairs.csv'), 'utf8');
    expect(text.startsWith('parcel,layer,zone,area_m2\n')).toBe(true);
    expect(text.endsWith('\n')).toBe(true);
    expect(text).not.toMatch(/[\r\uFEFF"]/);
    const rows = csvRows(text);
    for (const [parcel, layer, zone, area] of rows) {
      expect(parcel).toMatch(/^\d+$/);
      expect(zone).toMatch(/^\d+$/);
      expect(['slope', 'village']).toContain(layer);
      expect(area).toMatch(/^\d+\.\d{6}$/);
      expect(Number(area)).toBeGreaterThan(0);
    }
    const place = ([parcel, layer, zone]: string[]): number =>
      Number(parcel) * 1e6 + (layer === 'slope' ? 0 : 1e5) + Number(zone);
    for (let i = 1; i < rows.length; i++) expect(place(rows[i]!)).toBeGreaterThan(place(rows[i - 1]!));
    expect(readdirSync(program.folder).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  it('conserves area: the villages cover every parcel, and parts add up to the official area', async () => {
    await overlay('--zones', 'village=demo/village.fgb', 'slope=demo/slope.fgb', '--id', 'bsm', '--out', 'whole.csv');
    const sums = new Map<string, Map<string, number>>();
    for (const [parcel, layer, , area] of csvRows(readFileSync(program.path('whole.csv'), 'utf8'))) {
      const ofLayer = sums.get(layer!) ?? sums.set(layer!, new Map()).get(layer!)!;
      ofLayer.set(parcel!, (ofLayer.get(parcel!) ?? 0) + Number(area));
    }
    const areas = await program.call(['area', 'demo/parcels.fgb', '--json']);
    const parcels = JSON.parse(areas.out) as { id: string; area_m2: string }[];
    for (const layer of ['village', 'slope']) {
      const sum = sums.get(layer)!;
      expect(sum.size).toBe(parcels.length);
      for (const { id, area_m2 } of parcels) {
        // The official area rounds coordinates to 0.1 mm, the overlay does not.
        expect(Math.abs(sum.get(id)! - Number(area_m2))).toBeLessThan(Math.max(0.05, 1e-6 * Number(area_m2)));
      }
    }
    for (const [id, area] of sums.get('village')!)
      expect(Math.abs(area - sums.get('slope')!.get(id)!)).toBeLessThan(1e-5);
  });

  it('names features by the field where a file has it, quotes what must be quoted, leaves out pairs that touch', async () => {
    writeFileSync(
      program.path('left.txt'),
      boundaryText(
        [
          { number: 'a "b"', name: 'west', ring: square(2428000, 36560000, 100) },
          { number: '', name: 'far', ring: square(2429000, 36569000, 100) },
        ],
        { zone: 36 },
      ),
    );
    writeFileSync(
      program.path('right.txt'),
      boundaryText(
        [
          { number: 'touches', name: '', ring: square(2428000, 36560100, 100) },
          { number: 'half', name: '', ring: square(2428000, 36560050, 100) },
          { number: 'half again', name: '', ring: square(2428000, 36559950, 100) },
        ],
        { zone: 36 },
      ),
    );
    const { code, err } = await program.call([
      'overlay',
      '--parcels',
      'left.txt',
      '--zones',
      'my, zones=right.txt',
      '--id',
      '地块编号',
      '--out',
      'ids.csv',
    ]);
    expect([code, err]).toEqual([0, '']);
    const [, first, second, end] = readFileSync(program.path('ids.csv'), 'utf8').split('\n');
    expect(first).toMatch(/^"a ""b""","my, zones",half,49\d\d\.\d{6}$/);
    expect(second).toMatch(/^"a ""b""","my, zones",half again,49\d\d\.\d{6}$/);
    expect(end).toBe('');
    const numbered = await program.call([
      'overlay',
      '--parcels',
      'left.txt',
      '--zones',
      'z=right.txt',
      '--out',
      'numbers.csv',
    ]);
    expect(numbered.code).toBe(0);
    expect(csvRows(readFileSync(program.path('numbers.csv'), 'utf8')).map((row) => row.slice(0, 3))).toEqual([
      ['0', 'z', '1'],
      ['0', 'z', '2'],
    ]);
  });

  it('gives the same bytes again, and counts and times of every phase', async () => {
    const zones = ['--zones', 'farmland=demo/basicFarmland.fgb', '--zones', 'redline=demo/redLine.fgb'];
    await overlay(...zones, '--out', 'one.csv', '--stats', 'stats.json');
    await overlay(...zones, '--out', 'two.csv');
    const text = readFileSync(program.path('one.csv'), 'utf8');
    expect(readFileSync(program.path('two.csv'), 'utf8')).toBe(text);
    const stats = JSON.parse(readFileSync(program.path('stats.json'), 'utf8')) as {
      parcels: number;
      pairs: number;
      vertices: number;
      layers: { layer: string; zones: number; pairs: number; vertices: number }[];
      peak_memory_bytes: number;
      phases: { phase: string; layer?: string; wall_seconds: number; cpu_seconds: number }[];
      total: { wall_seconds: number; cpu_seconds: number };
    };
    const rows = csvRows(text);
    expect(stats.pairs).toBe(rows.length);
    expect(stats.layers.map(({ layer, pairs }) => [layer, pairs])).toEqual(
      ['farmland', 'redline'].map((layer) => [layer, rows.filter((row) => row[1] === layer).length]),
    );
    expect(stats.peak_memory_bytes).toBeGreaterThan(30e6);
    expect(new Set(stats.phases.map(({ phase }) => phase))).toEqual(
      new Set(['read', 'validate', 'plane', 'tabulate', 'write']),
    );
    for (const time of [...stats.phases, stats.total]) {
      expect(time.wall_seconds).toBeGreaterThanOrEqual(0);
      expect(time.cpu_seconds).toBeGreaterThanOrEqual(0);
    }
    expect(stats.total.cpu_seconds).toBeGreaterThanOrEqual(
      stats.phases.reduce((sum, { cpu_seconds }) => sum + cpu_seconds, 0) - 0.01,
    );
  });

  it('refuses invalid rings in any layer, names each, and leaves an earlier output as it was', async () => {
    const bow = (number: string, east: number) => ({
      number,
      name: '',
      ring: [
        [2428000, east],
        [2428100, east + 100],
        [2428000, east + 100],
        [2428100, east],
      ] as const,
    });
    writeFileSync(program.path('bad1.txt'), boundaryText([bow('p', 36560000)], { zone: 36 }));
    writeFileSync(program.path('bad2.txt'), boundaryText([bow('q', 36560000), bow('r', 36561000)], { zone: 36 }));
    writeFileSync(program.path('kept.csv'), 'earlier');
    const { code, out, err } = await program.call([
      'overlay',
      '--parcels',
      'bad1.txt',
      '--zones',
      'first=left.txt',
      'second=bad2.txt',
      '--out',
      'kept.csv',
      '--stats',
      'kept.json',
    ]);
    expect([code, out]).toEqual([2, '']);
    const lines = err.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/: .*/, ''))).toEqual([
      'GEOMETRY_SELF_CROSSING bad1.txt, layer parcels, feature 0',
      'GEOMETRY_SELF_CROSSING bad2.txt, layer second, feature 0',
      'GEOMETRY_SELF_CROSSING bad2.txt, layer second, feature 1',
    ]);
    expect(readFileSync(program.path('kept.csv'), 'utf8')).toBe('earlier');
    expect(readdirSync(program.folder).filter((name) => name.includes('kept'))).toEqual(['kept.csv']);
  });

  it('sums a balance by land class: the same bytes by either kernel and on any number of threads', async () => {
    const zones = ['slope', 'village', 'basicFarmland', 'redLine'].map((name) => `${name}=demo/${name}.fgb`);
    const balance = async (name: string, ...args: string[]) => {
      const { code, err } = await overlay('--zones', ...zones, '--balance', name, ...args);
      expect([code, err]).toEqual([0, '']);
      return readFileSync(program.path(name), 'utf8');
    };
    const text = await balance('one.json', '--threads', '1');
    expect(await balance('four.json', '--threads', '4')).toBe(text);
    expect(await balance('plain.json', '--kernel', 'plain')).toBe(text);
    expect(await balance('both.json', '--out', 'both.csv')).toBe(text);
    expect(csvRows(readFileSync(program.path('both.csv'), 'utf8')).length).toBeGreaterThan(400);

    const { areaDm2, parcels, classes, layers } = JSON.parse(text) as {
      areaDm2: number;
      parcels: number;
      classes: { code: string; parcels: number; areaDm2: number }[];
      layers: { name: string; keys: { key: string }[]; rows: { code: string; areasDm2: number[] }[] }[];
    };
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
    expect(sum(classes.map((one) => one.parcels))).toBe(parcels);
    expect(sum(classes.map((one) => one.areaDm2))).toBe(areaDm2);
    for (const layer of layers) {
      // Whole numbers that close: each class adds up to the official areas of its parcels, in every layer.
      expect(layer.rows.map(({ areasDm2 }) => sum(areasDm2))).toEqual(classes.map((one) => one.areaDm2));
      expect(layer.rows.every(({ areasDm2 }) => areasDm2.length === layer.keys.length)).toBe(true);
    }
    // Slopes and villages cover the county: nothing of it is outside. The red line does not.
    expect(sum(layers[0]!.rows.map(({ areasDm2 }) => areasDm2[0]!))).toBe(0);
    expect(layers[0]!.keys.map(({ key }) => key).slice(0, 3)).toEqual(['', '1', '2']);
    expect(sum(layers[3]!.rows.map(({ areasDm2 }) => areasDm2[0]!))).toBeGreaterThan(0);
    const areas = await program.call(['area', 'demo/parcels.fgb', '--json']);
    expect(areaDm2).toBe(
      sum((JSON.parse(areas.out) as { area_m2: string }[]).map(({ area_m2 }) => Math.round(Number(area_m2) * 100))),
    );
  });

  it('lists the same pairs by either kernel', async () => {
    const zones = ['--zones', 'slope=demo/slope.fgb', 'farmland=demo/basicFarmland.fgb'];
    await overlay(...zones, '--out', 'compiled.csv', '--threads', '2');
    await overlay(...zones, '--out', 'plain.csv', '--kernel', 'plain');
    const compiled = csvRows(readFileSync(program.path('compiled.csv'), 'utf8'));
    const plain = csvRows(readFileSync(program.path('plain.csv'), 'utf8'));
    expect(compiled.map((row) => row.slice(0, 3))).toEqual(plain.map((row) => row.slice(0, 3)));
    // Several layers at once lie in one grid: the sixth decimal may be rounded the other way.
    compiled.forEach((row, i) => expect(Math.abs(Number(row[3]) - Number(plain[i]![3]))).toBeLessThan(2e-6));
  });

  it('asks for an output, for a class the parcels have, and for a kernel there is', async () => {
    const zones = ['--zones', 'slope=demo/slope.fgb'];
    expect(await overlay(...zones)).toMatchObject({ code: 2, err: expect.stringContaining('--balance') });
    const other = await overlay(...zones, '--balance', 'none.json', '--class', 'COLOUR');
    expect(other.code).toBe(2);
    expect(other.err).toMatch(/^CLI_CLASS_FIELD parcels\.fgb.*COLOUR/);
    expect(await overlay(...zones, '--balance', 'none.json', '--kernel', 'fast')).toMatchObject({ code: 2 });
    expect(readdirSync(program.folder)).not.toContain('none.json');
  });

  it('refuses what covers a place twice, spikes and rings of nothing, by either kernel alike', async () => {
    const rings = {
      'hole-outside': [square(2428000, 36560000, 100), square(2428000, 36560200, 20)],
      spike: [
        [
          [2428000, 36560000],
          [2428100, 36560000],
          [2428100, 36560050],
          [2428250, 36560050],
          [2428100, 36560050],
          [2428100, 36560100],
          [2428000, 36560100],
        ] as const,
      ],
      doubly: [[...square(2428000, 36560000, 100), ...square(2428000, 36560000, 100)]],
    };
    for (const [name, ofPolygon] of Object.entries(rings)) {
      const coordinates = ofPolygon.map((ring) =>
        [...ring, ring[0]!].map(([north, east]) => [east - 36_000_000, north]),
      );
      writeFileSync(
        program.path(`${name}.geojson`),
        JSON.stringify({
          type: 'FeatureCollection',
          features: [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates } }],
        }),
      );
      const run = (kernel: string) =>
        program.call([
          'overlay',
          '--parcels',
          `${name}.geojson`,
          '--crs',
          '4545',
          '--zones',
          `z=${name}.geojson`,
          '--out',
          'refused.csv',
          '--kernel',
          kernel,
        ]);
      const compiled = await run('compiled');
      expect(compiled.code, name).toBe(2);
      expect(compiled.err).toMatch(/^GEOMETRY_/);
      expect(compiled.err).toBe((await run('plain')).err);
    }
  });
});
